"""Bands of equal width on a logarithmic frequency axis."""

from __future__ import annotations

import numpy as np

from .downmix import ANALYSIS_RATE
from .stft import Array


def log_filterbank(n_fft: int, low: float = 30.0, high: float = 10_000.0, per_octave: int = 12) -> Array:
    """A bank of triangular filters on a logarithmic frequency axis, for spectra at :data:`ANALYSIS_RATE`.

    Parameters
    ----------
    n_fft : int
        Samples of the transform.
    low, high : float
        Centres of the lowest and (at most) the highest filter, Hz.
    per_octave : int
        Filters an octave; those that would be narrower than one bin of the transform are left out.

    Returns
    -------
    float32 array, shape (n_fft // 2 + 1, bands)
        Columns sum to 1: ``magnitudes @ bank`` are mean magnitudes in the bands.
    """
    count = int(per_octave * np.log2(min(high, ANALYSIS_RATE * 0.475) / low)) + 1
    centres = low * 2 ** (np.arange(count) / per_octave)
    edges = np.unique(np.maximum(1, np.round(centres * n_fft / ANALYSIS_RATE))).astype(int)
    bank = np.zeros((n_fft // 2 + 1, len(edges) - 2), np.float32)
    for band, (a, b, c) in enumerate(zip(edges[:-2], edges[1:-1], edges[2:], strict=True)):
        bank[a : b + 1, band] = np.linspace(0, 1, b - a + 1)
        bank[b : c + 1, band] = np.linspace(1, 0, c - b + 1)
    bank /= bank.sum(axis=0)
    return bank
