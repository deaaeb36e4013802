"""How onsets recur: the autocorrelation of onset envelopes."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt
import scipy.fft as sfft
from numpy.lib.stride_tricks import sliding_window_view

from audiopod_mcp.music.signal.stft import WORKERS, Array

from .onsets import BROADBAND, HIGH_BAND, LOW_BAND, MID_BAND, ONSET_FPS

BAND_WEIGHTS = {BROADBAND: 1.0, LOW_BAND: 0.6, MID_BAND: 0.5, HIGH_BAND: 0.6}
"""What each row of the onset envelopes counts for the pulse."""

_BLOCK = 256
"""Windows transformed at a time."""


def onset_autocorrelation(envelope: Array, window: float = 8.0, hop: float = 1.0) -> Array:
    """The mean autocorrelation of an onset envelope.

    Parameters
    ----------
    envelope : float32 array, shape (frames,)
        Onset strength at :data:`ONSET_FPS`.
    window, hop : float
        As for :func:`mean_autocorrelation`, but in seconds.

    Returns
    -------
    float32 array, shape (window · ONSET_FPS,)
    """
    return mean_autocorrelation(envelope, int(window * ONSET_FPS), int(hop * ONSET_FPS))


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


def local_autocorrelations(values: Array, window: int, hop: int, together: int, apart: int) -> Array:
    """:func:`mean_autocorrelation` of so many windows ``together``, and of the next, so many ``apart``.

    A window that is of several means is transformed once.

    Parameters
    ----------
    values : float32 array, shape (steps,)
        Of ``together`` windows at least.
    window, hop : int
        As for :func:`mean_autocorrelation`.
    together, apart : int
        Windows of a mean, and from the first of one to the first of the next.

    Returns
    -------
    float32 array, shape (means, window)
    """
    windows = sliding_window_view(values, window)[::hop]
    heard = np.asarray(windows.any(axis=1))
    rows = np.zeros(windows.shape, np.float32)
    for first in range(0, len(windows), _BLOCK):
        block = slice(first, first + _BLOCK)
        rows[block][heard[block]] = _correlate_tapered(windows[block])
    starts = range(0, len(windows) - together + 1, apart)
    spans = (slice(start, start + together) for start in starts)
    return np.stack([_mean_of(rows[span][heard[span]].sum(axis=0), heard[span].sum()) for span in spans])


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
    power = np.abs(sfft.rfft(frames, size, axis=1, workers=WORKERS)) ** 2
    lags = sfft.irfft(power, size, axis=1, workers=WORKERS)[:, :window]
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
