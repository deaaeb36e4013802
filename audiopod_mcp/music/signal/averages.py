"""Means over neighbours, and means between given frames."""

from __future__ import annotations

import numpy as np

from .stft import Array, Ints


def moving_mean(values: Array, width: int) -> Array:
    """The mean over neighbours along the last axis; beyond the edges their values are repeated.

    Parameters
    ----------
    values : float32 array, shape (..., n)
    width : int
        Neighbours, the value itself among them; odd.

    Returns
    -------
    float32 array, shape (..., n)
    """
    half = width // 2
    padding = [(0, 0)] * (values.ndim - 1) + [(half + 1, half)]
    sums = np.cumsum(np.pad(values, padding, mode="edge"), axis=-1, dtype=np.float64)
    return ((sums[..., width:] - sums[..., :-width]) / width).astype(np.float32)


def segment_means(values: Array, edges: Ints) -> Array:
    """Means of the frames between consecutive edges.

    Parameters
    ----------
    values : float32 array, shape (frames, ...)
    edges : intp array, shape (segments + 1,)
        Frame indices, not falling. A segment without a frame takes the frame it starts on.

    Returns
    -------
    float32 array, shape (segments, ...)
    """
    frames = len(values)
    starts = np.clip(edges[:-1], 0, frames - 1)
    stops = np.clip(np.maximum(edges[1:], starts + 1), 1, frames)
    sums = np.concatenate(
        (np.zeros_like(values[:1], dtype=np.float64), np.cumsum(values, 0, dtype=np.float64))
    )
    lengths = (stops - starts).reshape(-1, *[1] * (values.ndim - 1))
    means: Array = ((sums[stops] - sums[starts]) / lengths).astype(np.float32)
    return means
