"""Mastering: one gain curve for the whole mix, so that the stems still add up to it."""

from __future__ import annotations

import numpy as np
from scipy.ndimage import convolve1d, minimum_filter1d

from audiopod_mcp.music.loudness import integrated_loudness, true_peak
from audiopod_mcp.music.model import SAMPLE_RATE, Audio, Report, silent
from audiopod_mcp.music.synthesis.waves import Wave

TARGET = -14.0
"""Integrated loudness to aim at, LUFS."""
CEILING = -1.0
"""True peak never exceeded, dBTP."""
_CHUNK = 20 * SAMPLE_RATE
"""Samples looked at in one go."""
_BLOCK = 64
_REACH = 24
"""Blocks that the limiter looks ahead (and back): 35 ms."""


def gain_curve(mix: Audio, *, wrap: bool = False, report: Report = silent) -> Wave:
    """Gain (n,) that brings ``mix`` (n, 2) to :data:`TARGET` without exceeding :data:`CEILING`.

    A look-ahead limiter: required gain per block, its running minimum, smoothed. With ``wrap`` the
    curve is continuous from the end to the start, for loops.
    """
    flat = np.ones(len(mix), np.float32)
    loudness = _loudness(mix, flat, report)
    peaks = _block_peaks(mix, report)
    if loudness is None or peaks.max(initial=0) < 1e-6:
        return flat
    make_up = 10 ** ((TARGET - loudness) / 20)
    curve = _limit(peaks, make_up, len(mix), wrap)
    # What the limiter took away is given back once, then the level is what it is.
    lost = TARGET - (_loudness(mix, curve, report) or TARGET)
    if lost > 0.2:
        curve = _limit(peaks, make_up * 10 ** (min(lost * 1.3, 4.0) / 20), len(mix), wrap)
    over = -np.inf
    for start in range(0, len(mix), _CHUNK):
        report(0.0, "Mastering")
        piece = slice(start, start + _CHUNK)
        over = max(over, true_peak(mix[piece] * curve[piece, None], SAMPLE_RATE) - CEILING + 0.02)
    return curve * np.float32(10 ** (-max(0.0, over) / 20))


def _loudness(mix: Audio, gain: Wave, report: Report) -> float | None:
    """Integrated loudness of ``mix`` times ``gain``, LUFS: measured by the chunk, so that the work can be
    followed, and gated once more between chunks.
    """
    energies, weights = [], []
    for start in range(0, len(mix), _CHUNK):
        report(0.0, "Mastering")
        chunk = mix[start : start + _CHUNK] * gain[start : start + _CHUNK, None]
        loudness = integrated_loudness(chunk, SAMPLE_RATE)
        if loudness is not None:
            energies.append(10 ** (loudness / 10))
            weights.append(len(chunk))
    if not energies:
        return None
    energy, weight = np.array(energies), np.array(weights, np.float64)
    loud = energy > 0.1 * np.average(energy, weights=weight)
    return float(10 * np.log10(np.average(energy[loud], weights=weight[loud])))


def _block_peaks(mix: Audio, report: Report) -> Wave:
    """The highest sample of each block of 64, either channel."""
    peaks = []
    step = _CHUNK // _BLOCK * _BLOCK
    for start in range(0, len(mix), step):
        report(0.0, "Mastering")
        high = np.abs(mix[start : start + step]).max(axis=1)
        high = np.pad(high, (0, -len(high) % _BLOCK))
        peaks.append(high.reshape(-1, _BLOCK).max(axis=1))
    return np.concatenate(peaks) if peaks else np.zeros(1, np.float32)


def _limit(peaks: Wave, make_up: float, samples: int, wrap: bool) -> Wave:
    ceiling = 10 ** ((CEILING - 0.6) / 20)
    needed = np.minimum(1.0, ceiling / np.maximum(peaks.astype(np.float64) * make_up, 1e-9))
    mode = "wrap" if wrap else "nearest"
    window = np.hanning(2 * _REACH + 1)
    floor = minimum_filter1d(needed, 2 * _REACH + 5, mode=mode)
    smooth = convolve1d(floor, window / window.sum(), mode=mode)
    # Lines between the block boundaries; a block's width was added to the running minimum for them.
    before = smooth[-1] if wrap else smooth[0]
    knots = 0.5 * (smooth + np.concatenate(([before], smooth[:-1])))
    knots = (make_up * np.append(knots, knots[0] if wrap else smooth[-1])).astype(np.float32)
    ramp = (np.arange(_BLOCK) / _BLOCK).astype(np.float32)
    curve: Wave = (knots[:-1, None] + np.diff(knots)[:, None] * ramp).reshape(-1)[:samples]
    return curve
