"""How onsets recur: the autocorrelation of onset envelopes."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt
import scipy.fft as sfft
from numpy.lib.stride_tricks import sliding_window_view

from audiopod_mcp.music.signal.stft import Array

from .onsets import BROADBAND, HIGH_BAND, LOW_BAND, MID_BAND, ONSET_FPS

BAND_WEIGHTS = {BROADBAND: 1.0, LOW_BAND: 0.6, MID_BAND: 0.5, HIGH_BAND: 0.6}
"""What each row of the onset envelopes counts for the pulse."""
LAGS, HOP = int(8 * ONSET_FPS), int(ONSET_FPS)
"""Onset frames of a window, which are the lags that are looked at, and from one window to the next."""
TOGETHER, APART = 5, 3
"""Windows that a local mean is of, and from the first of one to the first of the next."""

_BLOCK = 256
"""Windows transformed at a time."""


def onset_autocorrelations(envelopes: Array) -> tuple[Array, Array]:
    """How onsets recur in the whole of a piece, and in each part of it.

    Parameters
    ----------
    envelopes : float32 array, shape (6, frames)
        :func:`~.onsets.onset_envelopes`.

    Returns
    -------
    whole : float32 array, shape (LAGS,)
        As from :func:`mean_autocorrelation`, of all bands.
    local : float32 array, shape (means, LAGS)
        The same of :data:`TOGETHER` windows each, the first of them :data:`APART` windows from that of the
        one before; empty where there are not so many.
    """
    envelopes = np.pad(envelopes, ((0, 0), (0, max(0, LAGS - envelopes.shape[1]))))
    count = (envelopes.shape[1] - LAGS) // HOP + 1
    starts = range(0, count - TOGETHER + 1, APART)
    whole, local = np.zeros(LAGS, np.float32), np.zeros((len(starts), LAGS), np.float32)
    for row, weight in BAND_WEIGHTS.items():
        windows = sliding_window_view(envelopes[row], LAGS)[::HOP]
        heard = np.asarray(windows.any(axis=1))
        rows = np.zeros(windows.shape, np.float32)
        for first in range(0, count, _BLOCK):
            block = slice(first, first + _BLOCK)
            rows[block][heard[block]] = _correlate_tapered(windows[block])
        share = weight / sum(BAND_WEIGHTS.values())
        whole += share * _mean_of(rows.sum(axis=0, dtype=np.float64), heard.sum())
        for number, start in enumerate(starts):
            span = slice(start, start + TOGETHER)
            local[number] += share * _mean_of(rows[span].sum(axis=0), heard[span].sum())
    return whole, local


def mean_autocorrelation(values: Array, window: int, hop: int) -> Array:
    """The mean autocorrelation of Hann windows.

    It is divided by the autocorrelation of the window itself, so that long lags are not disfavoured. Windows
    in which nothing sets in do not count.

    Parameters
    ----------
    values : float32 array, shape (steps,)
    window, hop : int
        Length of a window and distance between two, steps.

    Returns
    -------
    float32 array, shape (window,)
        By lag, 1 at lag 0; zeros when nothing sets in in any window.
    """
    values = np.pad(values, (0, max(0, window - len(values))))
    windows = sliding_window_view(values, window)[::hop]
    total, counted = np.zeros(window), 0
    for first in range(0, len(windows), _BLOCK):
        rows = _correlate_tapered(windows[first : first + _BLOCK])
        counted += len(rows)
        total += rows.sum(axis=0)
    return _mean_of(total, counted)


def _correlate_tapered(windows: Array) -> Array:
    """The autocorrelations of those windows in which anything sets in, shape (at most windows, window)."""
    frames = windows[windows.any(axis=1)]
    taper, _ = _taper(windows.shape[1])
    return _correlate((frames - frames.mean(axis=1, keepdims=True)) * taper)


def _mean_of(total: npt.NDArray[np.floating], counted: int) -> Array:
    """The mean of so many autocorrelations of tapered windows, less what the taper does."""
    mean: Array = (total / max(1, counted) / _taper(len(total))[1]).astype(np.float32)
    return mean


@lru_cache(maxsize=8)
def _taper(window: int) -> tuple[Array, Array]:
    """A Hann window, and what it leaves of each lag, at least a twentieth."""
    taper = np.hanning(window).astype(np.float32)
    return taper, np.maximum(_correlate(taper[None])[0], 0.05)


def _correlate(frames: Array) -> Array:
    """The autocorrelation of each of the frames, shape (frames, window): by lag, 1 at lag 0."""
    window = frames.shape[1]
    size = sfft.next_fast_len(2 * window, real=True)
    spectrum = sfft.rfft(frames, size, axis=1)
    spectrum *= spectrum.conj()
    lags = sfft.irfft(spectrum, size, axis=1, overwrite_x=True)[:, :window]
    normalized: Array = lags / (lags[:, :1] + 1e-9)
    return normalized


def interpolate_at(values: Array, positions: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Values at fractional positions, linearly interpolated.

    Parameters
    ----------
    values : float32 array, shape (n,)
        An autocorrelation by lag, or a spectrum by bin.
    positions : float64 array, any shape
        Fractional indices.

    Returns
    -------
    float64 array, shape as positions
        Zero beyond the last value.
    """
    return np.interp(positions, np.arange(len(values)), values, right=0.0)
