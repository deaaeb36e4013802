"""Recordings as they come: what is not a number in them counts as silence."""

from __future__ import annotations

import numpy as np

from .stft import Array


def finite(audio: Array, infinite: float = 0.0) -> Array:
    """``audio``, the same array where all of it is finite; else a copy with 0 for what is not a number.

    Parameters
    ----------
    audio : float32 array
    infinite : float
        What an infinite sample becomes, with its sign.

    Returns
    -------
    float32 array, shape as audio
    """
    with np.errstate(invalid="ignore", over="ignore"):
        total = audio.sum()  # of which a single sample that is not finite leaves nothing finite
    if np.isfinite(total):
        return audio
    return np.nan_to_num(audio, posinf=infinite, neginf=-infinite)
