"""How onsets recur: the autocorrelation of onset envelopes."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import scipy.fft as sfft
from numpy.lib.stride_tricks import sliding_window_view

from audiopod_mcp.music.signal.stft import WORKERS, Array

from .onsets import BROADBAND, HIGH_BAND, LOW_BAND, MID_BAND, ONSET_FPS

BAND_WEIGHTS = {BROADBAND: 1.0, LOW_BAND: 0.6, MID_BAND: 0.5, HIGH_BAND: 0.6}
"""What each row of the onset envelopes counts for the pulse."""


def onset_autocorrelation(envelope: Array, window: float = 8.0, hop: float = 1.0) -> Array:
    """:func:`mean_autocorrelation` of an onset envelope, with windows in seconds: ``(window · FPS,)``."""
    return mean_autocorrelation(envelope, int(window * ONSET_FPS), int(hop * ONSET_FPS))


def mean_autocorrelation(values: Array, window: int, hop: int) -> Array:
    """Mean autocorrelation of Hann windows of ``(steps,)`` values: ``(window,)``, 1 at lag 0.

    Divided by the autocorrelation of the window itself, so that long lags are not disfavoured. Windows in
    which nothing sets in say nothing; zeros when all are such.
    """
    values = np.pad(values, (0, max(0, window - len(values))))
    bell = np.hanning(window).astype(np.float32)
    size = sfft.next_fast_len(2 * window, real=True)

    def correlate(frames: Array) -> Array:
        power = np.abs(sfft.rfft(frames, size, axis=1, workers=WORKERS)) ** 2
        lags = sfft.irfft(power, size, axis=1, workers=WORKERS)[:, :window]
        normalised: Array = lags / (lags[:, :1] + 1e-9)
        return normalised

    views = sliding_window_view(values, window)[::hop]
    total, sounding = np.zeros(window), 0
    for first in range(0, len(views), 256):
        frames = views[first : first + 256]
        frames = frames[frames.any(axis=1)]
        sounding += len(frames)
        total += correlate((frames - frames.mean(axis=1, keepdims=True)) * bell).sum(axis=0)
    mean: Array = (total / max(1, sounding) / np.maximum(correlate(bell[None])[0], 0.05)).astype(np.float32)
    return mean


def interpolate_at(values: Array, lags: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """``(lags,)`` values linearly interpolated at fractional lags; zero beyond the end."""
    return np.interp(lags, np.arange(len(values)), values, right=0.0)
