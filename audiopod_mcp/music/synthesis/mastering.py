"""Mastering: one gain curve for the whole mix, so that the stems still add up to it."""

from __future__ import annotations

from typing import Literal

import numpy as np
import soxr
from scipy.ndimage import convolve1d, minimum_filter1d, uniform_filter1d

from audiopod_mcp.music.model import SAMPLE_RATE, Audio, Progress, silent
from audiopod_mcp.music.signal.loudness import gated_loudness, step_energies, true_peak

from .tone import FloatArray, Signal

TARGET_LUFS = -14.0
"""Integrated loudness to aim at, LUFS."""
CEILING_DBTP = -1.0
"""True peak never exceeded, dBTP."""
_CHUNK = 20 * SAMPLE_RATE
"""Samples looked at in one go."""
_STEP = SAMPLE_RATE // 50
"""Samples over which the loudness of the mix is taken once, to be weighted by any gain."""
_BLOCK = 64
_LOOK_AHEAD = 24
"""Blocks that the limiter looks ahead (and back): 35 ms."""


def mastering_gain(mix: Audio, *, wrap: bool = False, report: Progress = silent) -> Signal:
    """Gain (n,) that brings ``mix`` (n, 2) to :data:`TARGET_LUFS` without exceeding :data:`CEILING_DBTP`.

    A look-ahead limiter: required gain per block, its running minimum, smoothed. With ``wrap`` the
    curve is continuous from the end to the start, for loops.
    """
    flat = np.ones(len(mix), np.float32)
    weighted = step_energies(mix, SAMPLE_RATE, _STEP, lambda *_: report(0.0, "Mastering"))
    loudness = _loudness(weighted, flat)
    peaks, energy = _block_levels(mix, report)
    if loudness is None or peaks.max(initial=0) < 1e-6:
        return flat
    make_up = 10 ** ((TARGET_LUFS - loudness) / 20)
    glue = _bus_compressor_gain(energy, wrap)
    curve = _limiter_gain(peaks, make_up * glue, len(mix), wrap)
    # What compressor and limiter took away is given back, twice at most, then the level is what it is.
    for _ in range(2):
        lost = TARGET_LUFS - (_loudness(weighted, curve) or TARGET_LUFS)
        if lost < 0.1:
            break
        make_up *= 10 ** (min(lost * 1.25, 5.0) / 20)
        curve = _limiter_gain(peaks, make_up * glue, len(mix), wrap)
    over = -np.inf
    for start in range(0, len(mix), _CHUNK):
        report(0.0, "Mastering")
        piece = slice(start, start + _CHUNK)
        over = max(over, true_peak(mix[piece] * curve[piece, None], SAMPLE_RATE) - CEILING_DBTP + 0.06)
    return curve * np.float32(10 ** (-max(0.0, over) / 20))


def _loudness(weighted: FloatArray, gain: Signal) -> float | None:
    """Integrated loudness in LUFS of what has K-``weighted`` energies by step, times ``gain`` (samples,).

    A gain that moves within a step is taken at its mean square there.
    """
    steps = gain[: len(weighted) * _STEP]
    squares = np.einsum("ij,ij->i", *(2 * [np.resize(steps, (len(weighted), _STEP))])) / _STEP
    energy = weighted * squares
    tenths = np.add.reduceat(energy, np.arange(0, len(energy), 5))
    return gated_loudness(tenths, 5 * _STEP)


def _block_levels(mix: Audio, report: Progress) -> tuple[Signal, Signal]:
    """The highest peak, either channel, at 4-fold oversampling, and the mean square of each block of 64."""
    peaks, energies = [], []
    step, margin = SAMPLE_RATE // _BLOCK * _BLOCK, 4 * _BLOCK
    for start in range(0, len(mix), step):
        report(0.0, "Mastering")
        early = min(start, margin)
        piece = mix[start : start + step]
        between = soxr.resample(mix[start - early : start + step + margin], 1, 4, quality="HQ")
        left, right = np.abs(between[4 * early :][: 4 * len(piece)]).T
        high = np.maximum(left, right)
        loud = np.einsum("ij,ij->i", piece, piece)
        peaks.append(np.pad(high, (0, -len(high) % (4 * _BLOCK))).reshape(-1, 4 * _BLOCK).max(axis=1))
        energies.append(np.pad(loud, (0, -len(loud) % _BLOCK)).reshape(-1, _BLOCK).mean(axis=1))
    if not peaks:
        return np.zeros(1, np.float32), np.zeros(1, np.float32)
    return np.concatenate(peaks), np.concatenate(energies)


def _bus_compressor_gain(energy: Signal, wrap: bool) -> FloatArray:
    """Gain by block of a bus compressor, 2 : 1 above 2 dB over the last and next second and a half.

    Its threshold follows the music: it takes from accents and leaves a verse quieter than its chorus.
    """
    mode: Literal["wrap", "nearest"] = "wrap" if wrap else "nearest"
    second = SAMPLE_RATE // _BLOCK
    fast = np.sqrt(uniform_filter1d(energy.astype(np.float64), max(3, second // 25), mode=mode) + 1e-12)
    slow = np.sqrt(uniform_filter1d(energy.astype(np.float64), 3 * second, mode=mode) + 1e-12)
    over = np.maximum(0.0, 20 * np.log10(fast / slow) - 2.0)
    down = np.minimum(4.0, 0.5 * over)
    window = np.hanning(second // 10 | 1)
    return np.asarray(10 ** (-convolve1d(down, window / window.sum(), mode=mode) / 20), np.float64)


def _limiter_gain(peaks: Signal, gain: FloatArray, samples: int, wrap: bool) -> Signal:
    """The curve (samples,) that applies ``gain`` by block and keeps every sample below the ceiling."""
    ceiling = 10 ** ((CEILING_DBTP - 0.15) / 20)
    needed = np.minimum(1.0, ceiling / np.maximum(peaks.astype(np.float64) * gain, 1e-9))
    mode: Literal["wrap", "nearest"] = "wrap" if wrap else "nearest"
    window = np.hanning(2 * _LOOK_AHEAD + 1)
    floor = minimum_filter1d(needed, 2 * _LOOK_AHEAD + 5, mode=mode)
    smooth = gain * convolve1d(floor, window / window.sum(), mode=mode)
    # Lines between the block boundaries; a block's width was added to the running minimum for them.
    before = smooth[-1] if wrap else smooth[0]
    knots = 0.5 * (smooth + np.concatenate(([before], smooth[:-1])))
    knots = np.append(knots, knots[0] if wrap else smooth[-1]).astype(np.float32)
    ramp = (np.arange(_BLOCK) / _BLOCK).astype(np.float32)
    curve: Signal = (knots[:-1, None] + np.diff(knots)[:, None] * ramp).reshape(-1)[:samples]
    return curve
