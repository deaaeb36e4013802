"""Means over neighbours, and means between given frames."""

from __future__ import annotations

import numpy as np

from .stft import Array, Ints

_PIECE = 1 << 18
"""Samples of a long signal at a time."""


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


def running_mean(values: Array, width: int, *, out: Array) -> None:
    """:func:`moving_mean` of one long signal, without another copy of it.

    Bit for bit it is :func:`scipy.ndimage.uniform_filter1d` with the mode ``"nearest"``, which holds two
    copies in double precision.

    Parameters
    ----------
    values : float32 array, shape (n,)
    width : int
        Neighbours, the value itself among them; odd.
    out : float32 array, shape (n,)
        Where the means go; not ``values``.
    """
    half = width // 2
    total = 0.0
    for start in range(0, len(values), _PIECE):
        stop = min(len(values), start + _PIECE)
        first = start - half - 1  # what leaves the sum of the first sample
        around = values[max(0, first) : stop + half].astype(np.float64)
        padded = np.pad(around, (max(0, -first), max(0, stop + half - len(values))), mode="edge")
        if start == 0:
            total = float(np.cumsum(padded[1 : width + 1])[-1])
            padded[0] = padded[width]  # nothing leaves before the first sum is there
        changes = padded[width:] - padded[:-width]
        changes[0] += total
        totals = np.cumsum(changes)
        out[start:stop], total = totals / width, float(totals[-1])


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
