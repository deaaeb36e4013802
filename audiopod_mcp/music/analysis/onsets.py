"""Where something starts to sound: onset strength in bands, and the onsets themselves."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from audiopod_mcp.music.model import Progress, ignore_progress
from audiopod_mcp.music.signal.averages import moving_mean
from audiopod_mcp.music.signal.downmix import ANALYSIS_RATE
from audiopod_mcp.music.signal.filterbank import log_filterbank
from audiopod_mcp.music.signal.stft import STFT, Array, Ints

N_FFT = 1024
HOP = 256
ONSET_FPS = ANALYSIS_RATE / HOP
"""Onset frames a second, 86.13."""

BROADBAND, LOW_BAND, MID_BAND, HIGH_BAND, KICK_BAND, SNARE_BAND = range(6)
"""The rows of :func:`onset_envelopes`: all bands, their lowest quarter, middle half and highest quarter;
then, of magnitudes rather than of their logarithms, so that the loud hits stand out, below 130 Hz and from
200 Hz to 4 kHz.
"""

_MIN_ONSET_SPREAD = 0.04
"""Standard deviation of the onset strength, nats, below which nothing sets in (a held chord, a hum), unless
the spectrum changes.
"""
_MIN_SPECTRAL_CHANGE = 0.2
"""Nats by which the mean level of bands then changes from half a second to the next: in soft strings it does
by 0.4, in a hum by 0.03, in noise by 0.09.
"""
_LAG = 2
"""Frames from the one compared with."""


def onset_envelopes(signal: Array, report: Progress = ignore_progress) -> Array:
    """Onset strength in several bands.

    Each row has its one-second mean subtracted, what lies below cut to zero, and a standard deviation of 1.

    Parameters
    ----------
    signal : float32 array, shape (samples,)
        At :data:`ANALYSIS_RATE`.
    report : Progress

    Returns
    -------
    float32 array, shape (6, frames)
        At :data:`ONSET_FPS`, rows from :data:`BROADBAND` to :data:`SNARE_BAND`; zeros where nothing sets in.

    References
    ----------
    SuperFlux (Böck & Widmer, DAFx 2013): the frame compared with is two back and maximum-filtered over three
    bands, so that vibrato does not read as onsets.
    """
    bank = log_filterbank(N_FFT) * np.float32(1000 / math.sqrt(N_FFT))
    bands = bank.shape[1]
    rows = _rows_of_bands(bank.argmax(axis=0) * ANALYSIS_RATE / N_FFT)
    frames = len(signal) // HOP + 1
    flux = np.zeros((len(rows), frames), np.float32)
    last = np.zeros((_LAG, bands), np.float32)
    half_second, change, changes = int(ONSET_FPS / 2), 0.0, 0
    for first, magnitude in STFT.centered(N_FFT, HOP).magnitudes(signal):
        loudness = np.concatenate((last, magnitude @ bank))
        levels = np.log1p(loudness)
        last, level = loudness[-_LAG:].copy(), levels[_LAG:]
        here = slice(first, first + len(level))
        flux[:KICK_BAND, here] = rows[:KICK_BAND] @ _rise(levels).T
        flux[KICK_BAND:, here] = rows[KICK_BAND:] @ _rise(loudness).T
        whole = level[: len(level) // half_second * half_second]
        means = whole.reshape(-1, half_second, bands).mean(axis=1)
        change += float(np.abs(np.diff(means, axis=0)).mean(axis=1).sum())
        changes += max(0, len(means) - 1)
        report((first + len(level)) / frames, "listening for onsets")
    flux[:, :_LAG] = 0.0  # the file's own beginning is not an onset
    flux = np.maximum(flux - moving_mean(flux, int(ONSET_FPS) | 1), 0)
    for row in flux:  # an entry after silence must not make all else look small
        if (rising := row[row > 0]).size:
            np.minimum(row, 2 * np.percentile(rising, 99), out=row)
    spread = flux.std(axis=1, keepdims=True)
    if spread[BROADBAND] < _MIN_ONSET_SPREAD and change < _MIN_SPECTRAL_CHANGE * max(1, changes):
        return np.zeros_like(flux)
    normalized: Array = flux / np.where(spread > 1e-4, spread, np.inf)
    return normalized


def _rows_of_bands(centres: npt.NDArray[np.float64]) -> Array:
    """Which bands with such ``centres`` (Hz) each row of :func:`onset_envelopes` is the mean of."""
    place, quarter = np.arange(len(centres)), len(centres) // 4
    chosen = np.zeros((6, len(centres)), np.float32)
    chosen[BROADBAND] = 1
    chosen[LOW_BAND] = place < quarter
    chosen[MID_BAND] = (place >= quarter) & (place < 3 * quarter)
    chosen[HIGH_BAND] = place >= 3 * quarter
    chosen[KICK_BAND] = centres < 130
    chosen[SNARE_BAND] = (centres > 200) & (centres < 4000)
    means: Array = chosen / chosen.sum(axis=1, keepdims=True)
    return means


def _rise(levels: Array) -> Array:
    """By how much each frame but the first :data:`_LAG` is above those before it: ``(frames, bands)``."""
    before = levels[:-_LAG]
    reference = before.copy()
    np.maximum(reference[:, 1:], before[:, :-1], out=reference[:, 1:])
    np.maximum(reference[:, :-1], before[:, 1:], out=reference[:, :-1])
    rise: Array = np.subtract(levels[_LAG:], reference, out=reference)
    return np.maximum(rise, 0, out=rise)


def onset_frames(envelope: Array, threshold: float = 1.0) -> Ints:
    """The onsets of an onset envelope: its peaks, at least 50 ms apart.

    Parameters
    ----------
    envelope : float32 array, shape (frames,)
    threshold : float
        Strength above which a peak is an onset.

    Returns
    -------
    intp array, shape (onsets,)
        Frames.
    """
    width = round(0.05 * ONSET_FPS)
    padded = np.pad(envelope, width)
    around = np.lib.stride_tricks.sliding_window_view(padded, 2 * width + 1)
    return np.flatnonzero((envelope == around.max(axis=1)) & (envelope > threshold))
