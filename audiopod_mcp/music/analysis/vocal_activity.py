"""Where somebody sings.

A voice glides: its partials move together from frame to frame, where those of most instruments
stand still. That, with how peaky, how loud, how centred the middle of the spectrum is, gives the
log-odds of singing. It hears a clear lead voice well, and chopped, whispered or heavily treated
voices badly; a gliding lead guitar or a saxophone can pass for one.
"""

from __future__ import annotations

from functools import cache
from itertools import repeat

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from audiopod_mcp.music.model import Progress, Span, ignore_progress
from audiopod_mcp.music.signal.averages import moving_mean
from audiopod_mcp.music.signal.downmix import ANALYSIS_RATE, halve
from audiopod_mcp.music.signal.interpolation import interpolate_bins
from audiopod_mcp.music.signal.stft import STFT, Array

N_FFT = 2048
HOP = 512
VOCAL_FPS = ANALYSIS_RATE / HOP
"""Voice frames a second, 43.1."""

_BLOCK = 256
"""Frames looked at a time: as many as stay in a processor's cache with all that is computed of them."""
_BINS_PER_OCTAVE = 120
_MAX_SHIFT = 5
"""Bins up or down by which a frame may glide to the next."""
_BAND_BINS = 2 * _BINS_PER_OCTAVE
_N_BANDS = 3
"""Bands of two octaves, each an octave above the one before."""
_MIN_FREQUENCY = 164.0
"""Hz where the lowest band begins."""
_MIDDLE = slice(round(200 * N_FFT / ANALYSIS_RATE), round(4000 * N_FFT / ANALYSIS_RATE))
"""The bins of the middle of the spectrum."""

# Mean, spread and weight of the features, from a regularised logistic regression on four songs, their
# instrumental versions and an instrumental: movement and its variance, lower and upper bands;
# peakiness; steadiness; level; centring; share of the middle of the spectrum.
_MEANS = (0.38, 0.14, 0.91, 0.39, 2.89, 0.88, -0.56, 0.81, 0.53)
_SPREADS = (0.17, 0.12, 0.53, 0.38, 0.43, 0.05, 0.58, 0.12, 0.23)
_WEIGHTS = (0.55, 0.34, 0.45, 0.0, 0.32, 0.22, 0.53, 0.20, 0.39)
_BIAS = -1.12


def find_vocals(mid: Array, side: Array, report: Progress = ignore_progress) -> tuple[Span, ...]:
    """The segments of a recording where singing is likely.

    Pauses under 0.7 s are bridged, and shorter segments than that are not believed.

    Parameters
    ----------
    mid, side : float32 array, shape (samples,)
        The output of :func:`~audiopod_mcp.music.signal.downmix.downmix`.
    report : Progress

    Returns
    -------
    tuple of Span
        Labelled ``"vocals"``; empty when no singing is heard.
    """
    return vocal_segments(vocal_log_odds(mid, side, report))


def vocal_segments(odds: Array) -> tuple[Span, ...]:
    """The segments where log-odds speak for singing, as :func:`find_vocals` returns them.

    Parameters
    ----------
    odds : float32 array, shape (frames,)
        :func:`vocal_log_odds`.

    Returns
    -------
    tuple of Span
    """
    segments = _hysteresis_segments(odds, round(0.7 * VOCAL_FPS))
    return tuple(Span(start / VOCAL_FPS, end / VOCAL_FPS, "vocals") for start, end in segments)


def vocal_log_odds(mid: Array, side: Array, report: Progress = ignore_progress) -> Array:
    """How probable singing is at each moment, by a logistic regression on :func:`vocal_features`.

    Parameters
    ----------
    mid, side : float32 array, shape (samples,)
        The output of :func:`~audiopod_mcp.music.signal.downmix.downmix`.
    report : Progress

    Returns
    -------
    float32 array, shape (frames,)
        Log-odds at :data:`VOCAL_FPS`, smoothed over half a second.
    """
    features = vocal_features(mid, side, report)
    odds = ((features - np.asarray(_MEANS)) / np.asarray(_SPREADS)) @ np.asarray(_WEIGHTS) + _BIAS
    odds -= 20 * np.maximum(0.2 - features[:, 0], 0)  # what stands still is an instrument
    odds[features[:, 6] <= -2.9] = -6.0  # next to silence nobody sings
    return moving_mean(odds.astype(np.float32), round(0.5 * VOCAL_FPS) | 1)


def vocal_features(mid: Array, side: Array, report: Progress = ignore_progress) -> Array:
    """What tells a voice.

    Parameters
    ----------
    mid, side : float32 array, shape (samples,)
        The output of :func:`~audiopod_mcp.music.signal.downmix.downmix`.
    report : Progress

    Returns
    -------
    float32 array, shape (frames, 9)
        At :data:`VOCAL_FPS`: movement and its variance, each of the lower and the upper bands; peakiness;
        steadiness; level; centring; the share of the middle of the spectrum.

    References
    ----------
    Sonnleitner et al., DAFx 2012, and Lehner et al., ICASSP 2014: the fluctogram, which the first six are of.
    """
    frames = len(mid) // HOP + 1
    raw = np.zeros((frames, 3 * _N_BANDS + 3), np.float32)
    last: Array | None = None
    transform = STFT.centered(N_FFT, HOP)
    energies = _energies(mid, transform)
    middle = transform.halved().magnitudes(halve(mid), _BLOCK)
    silent = repeat((0, np.zeros((1, 1), np.float32)))
    sides = transform.halved().magnitudes(halve(side), _BLOCK, _MIDDLE) if side.any() else silent
    for (first, level), (_, width) in zip(middle, sides, strict=False):
        here = slice(first, first + len(level))
        octaves = _log_frequency(level)
        raw[here, : 3 * _N_BANDS] = _fluctogram(octaves, octaves[:1] if last is None else last)
        raw[here, 3 * _N_BANDS :] = _band_balance(level, width, energies[here])
        last = octaves[-1:]
        report((first + len(level)) / frames, "listening for a voice")
    shift, steady, peaky = (raw[:, k * _N_BANDS : (k + 1) * _N_BANDS].T for k in range(3))
    long, short = round(0.9 * VOCAL_FPS) | 1, round(0.5 * VOCAL_FPS) | 1
    glides = (np.abs(shift) >= 1) & (np.abs(shift) < _MAX_SHIFT)
    moving = moving_mean(glides.astype(np.float32), long)
    variance = np.log1p(np.maximum(moving_mean(shift**2, long) - moving_mean(shift, long) ** 2, 0))
    energy = moving_mean(raw[:, -3], short)
    relative = np.clip((energy - np.percentile(energy, 90)) / 10, -3, 0.5)
    columns = (
        moving[:2].mean(axis=0),
        moving[2:].mean(axis=0),
        variance[:2].mean(axis=0),
        variance[2:].mean(axis=0),
        moving_mean(peaky, long).mean(axis=0),
        moving_mean(steady, long).mean(axis=0),
        relative,
        moving_mean(raw[:, -2], long),
        moving_mean(raw[:, -1], long),
    )
    return np.stack(columns, axis=1).astype(np.float32)


def _log_frequency(level: Array) -> Array:
    """Magnitudes ``(frames, bins)`` read off at :data:`_BINS_PER_OCTAVE` frequencies an octave."""
    count = (_N_BANDS - 1) * _BINS_PER_OCTAVE + _BAND_BINS + 2 * _MAX_SHIFT
    bins = _MIN_FREQUENCY * 2 ** ((np.arange(count) - _MAX_SHIFT) / _BINS_PER_OCTAVE) * N_FFT / ANALYSIS_RATE
    return interpolate_bins(level, bins)


def _fluctogram(octaves: Array, before: Array) -> Array:
    """The fluctogram of log-frequency magnitudes that follow the frame ``before``: ``(frames, 3 · bands)``.

    For each band the shift (tenths of a semitone) that best maps a frame on the next, how well they then
    match, and how peaky the band is.
    """
    rows = np.concatenate((before, octaves))
    window, shifted_windows = _windows()
    highest, lowest = _BAND_BINS // 10, 3 * _BAND_BINS // 10
    fluctogram = np.empty((len(octaves), 3 * _N_BANDS), np.float32)
    for band in range(_N_BANDS):
        start = band * _BINS_PER_OCTAVE
        around = rows[:, start : start + _BAND_BINS + 2 * _MAX_SHIFT]
        sums, lengths = _moments(around, shifted_windows)
        middle = around[:, _MAX_SHIFT:-_MAX_SHIFT]
        shifted = sliding_window_view(around[1:], _BAND_BINS, axis=1)
        by_shift = np.einsum("fb,fsb->fs", middle[:-1] * np.square(window), shifted)
        by_shift -= sums[:-1, _MAX_SHIFT, None] * sums[1:] / _BAND_BINS
        by_shift /= lengths[:-1, _MAX_SHIFT, None] * lengths[1:]
        ordered = np.sort(middle[1:], axis=1)
        high, low = ordered[:, -highest:].mean(axis=1), ordered[:, :lowest].mean(axis=1)
        fluctogram[:, band] = by_shift.argmax(axis=1) - _MAX_SHIFT
        fluctogram[:, band + _N_BANDS] = by_shift.max(axis=1)
        fluctogram[:, band + 2 * _N_BANDS] = np.log((high + 1e-3) / (low + 1e-3))
    return fluctogram


def _energies(signal: Array, transform: STFT) -> Array:
    """The energy of all bins of each frame but that of the first bin, half of which is missing.

    By Parseval's theorem it is half of what a frame's samples have: ``(frames,)``.
    """
    window = np.square(transform.window).reshape(-1, HOP).T * np.float32(N_FFT / 2)
    parts, before = window.shape[1], transform.padding[0] // HOP
    energies = np.zeros(transform.frame_count(len(signal)) + 2 * parts, np.float32)
    for start in range(0, len(signal), _BLOCK * HOP):
        piece = np.square(signal[start : start + _BLOCK * HOP])
        by_part = np.pad(piece, (0, -len(piece) % HOP)).reshape(-1, HOP) @ window
        for part in range(parts):  # the frame that a stretch of one hop is this part of
            frame = parts + start // HOP + before - part
            energies[frame : frame + len(by_part)] += by_part[:, part]
    return energies[parts:-parts]


def _band_balance(level: Array, width: Array, energies: Array) -> Array:
    """The middle of the spectrum: level (dB), share in the centre, share in all: ``(frames, 3)``.

    ``level`` is of the centre, ``width`` of the middle of the sides; ``energies`` are :func:`_energies`.
    """
    energy, sides = (np.einsum("fb,fb->f", part, part) for part in (level[:, _MIDDLE], width))
    whole = energies + np.square(level[:, 0]) / 2
    shares = (10 * np.log10(energy + 1e-3), energy / (energy + sides + 1e-9), energy / (whole + 1e-9))
    return np.stack(shares, axis=1).astype(np.float32)


@cache
def _windows() -> tuple[Array, Array]:
    """The window of a band, and it at each shift: ``(bins around, shifts)``."""
    window = np.bartlett(_BAND_BINS).astype(np.float32)
    shifted = np.zeros((_BAND_BINS + 2 * _MAX_SHIFT, 2 * _MAX_SHIFT + 1), np.float32)
    for shift, column in enumerate(shifted.T):
        column[shift : shift + _BAND_BINS] = window
    return window, shifted


def _moments(rows: Array, windows: Array) -> tuple[Array, Array]:
    """Of each row times each of the ``windows``: the sum, and the length of it less its mean.

    Both are ``(frames, windows)``; lengths are never 0.
    """
    sums, squares = rows @ windows, np.square(rows) @ np.square(windows)
    lengths: Array = np.sqrt(np.maximum(squares - np.square(sums) / _BAND_BINS, 0)) + np.float32(1e-6)
    return sums, lengths


def _hysteresis_segments(odds: Array, least: int) -> list[tuple[int, int]]:
    """Runs of frames above -0.4 with a peak above 0.4, without pauses and runs shorter than ``least``."""
    edges = np.flatnonzero(np.diff(np.concatenate(([0], odds > -0.4, [0])).astype(np.int8)))
    runs = [(int(a), int(b)) for a, b in edges.reshape(-1, 2) if odds[a:b].max() > 0.4]
    joined: list[tuple[int, int]] = []
    for a, b in runs:
        if joined and a - joined[-1][1] < least:
            joined[-1] = (joined[-1][0], b)
        else:
            joined.append((a, b))
    return [(a, b) for a, b in joined if b - a >= least and odds[a:b].mean() > 0]
