"""Mastering by one gain curve for the whole mix, so that the stems still add up to it."""

from __future__ import annotations

from typing import Literal

import numpy as np
import soxr
from scipy.ndimage import convolve1d, minimum_filter1d, uniform_filter1d

from audiopod_mcp.music.model import SAMPLE_RATE, Progress, ignore_progress
from audiopod_mcp.music.signal.loudness import gated_loudness, step_energies, true_peak

from .multitrack import Tape
from .tone import FloatArray, Signal, silence

TARGET_LUFS = -14.0
"""The integrated loudness to aim at."""
CEILING_DBTP = -1.0
"""The true peak that is never exceeded."""
_CHUNK = 20 * SAMPLE_RATE
"""Samples whose true peak is measured at a time."""
_STEP = SAMPLE_RATE // 50
"""Samples over which the energy of the mix is taken once, to be weighted by any gain afterwards."""
_BLOCK = 64
_LOOK_AHEAD = 24
"""Blocks that the limiter looks ahead (and back): 35 ms."""


def mastering_gain(mix: Tape, *, wrap: bool = False, report: Progress = ignore_progress) -> Signal:
    """Compute the gain that brings a mix to :data:`TARGET_LUFS` without exceeding :data:`CEILING_DBTP`.

    A gentle bus compressor is followed by a look-ahead limiter: the gain that each block needs, its running
    minimum, smoothed. What both take away is given back as far as the limiter allows.

    Parameters
    ----------
    mix
        float32 of shape (n, 2) at :data:`SAMPLE_RATE`.
    wrap
        Whether the curve is to be continuous from the end to the start, for loops.
    report
        Is called between blocks of work, and may raise to stop it.

    Returns
    -------
    ndarray
        The gain of each sample, float32, shape (n,).

    """
    weighted = step_energies(mix, SAMPLE_RATE, _STEP, lambda *_: report(0.0, "Mastering"))
    loudness = _loudness(weighted)
    peaks, energy = _block_levels(mix, report)
    if loudness is None or peaks.max(initial=0) < 1e-6:
        return np.ones(len(mix), np.float32)
    make_up = 10 ** ((TARGET_LUFS - loudness) / 20)
    glue = _bus_compressor_gain(energy, wrap)
    curve = _limiter_gain(peaks, make_up * glue, len(mix), wrap)
    # What compressor and limiter took away is given back, twice at most: then the limiter would be heard.
    for _ in range(2):
        lost = TARGET_LUFS - (_loudness(weighted, curve) or TARGET_LUFS)
        if lost < 0.1:
            break
        make_up *= 10 ** (min(lost * 1.25, 5.0) / 20)
        del curve  # minutes of it are large
        curve = _limiter_gain(peaks, make_up * glue, len(mix), wrap)
    over = -np.inf
    for start in range(0, len(mix), _CHUNK):
        report(0.0, "Mastering")
        piece = slice(start, start + _CHUNK)
        over = max(over, true_peak(mix[piece] * curve[piece, None], SAMPLE_RATE) - CEILING_DBTP + 0.06)
    curve *= np.float32(10 ** (-max(0.0, over) / 20))
    return curve


def _loudness(weighted: FloatArray, gain: Signal | None = None) -> float | None:
    """Measure the loudness (LUFS) of a mix, of whose steps the K-``weighted`` energies are known.

    Of a ``gain`` that moves within a step its mean square is taken.
    """
    energy = weighted
    if gain is not None:
        steps = gain[: len(weighted) * _STEP]
        whole = steps if len(steps) == len(weighted) * _STEP else np.resize(steps, len(weighted) * _STEP)
        energy = weighted * (np.einsum("ij,ij->i", *(2 * [whole.reshape(len(weighted), _STEP)])) / _STEP)
    tenths = np.add.reduceat(energy, np.arange(0, len(energy), 5))
    return gated_loudness(tenths, 5 * _STEP)


def _block_levels(mix: Tape, report: Progress) -> tuple[Signal, Signal]:
    """Measure each block of 64: the higher channel's peak at fourfold oversampling, and the mean square."""
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
    """Compute the gain by block of a bus compressor: 2 : 1 from 2 dB above the level of three seconds around.

    Its threshold follows the music, so it takes from accents and leaves a verse quieter than its chorus.
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
    """Draw the curve (samples,) that applies ``gain`` by block and keeps every sample below the ceiling."""
    ceiling = 10 ** ((CEILING_DBTP - 0.15) / 20)
    needed = np.minimum(1.0, ceiling / np.maximum(peaks.astype(np.float64) * gain, 1e-9))
    mode: Literal["wrap", "nearest"] = "wrap" if wrap else "nearest"
    window = np.hanning(2 * _LOOK_AHEAD + 1)
    floor = minimum_filter1d(needed, 2 * _LOOK_AHEAD + 5, mode=mode)
    smooth = gain * convolve1d(floor, window / window.sum(), mode=mode)
    # Straight lines join the block boundaries; the running minimum is wider by a block for their sake.
    before = smooth[-1] if wrap else smooth[0]
    knots = 0.5 * (smooth + np.concatenate(([before], smooth[:-1])))
    knots = np.append(knots, knots[0] if wrap else smooth[-1]).astype(np.float32)
    ramp = (np.arange(_BLOCK) / _BLOCK).astype(np.float32)
    curve = silence(len(peaks), _BLOCK)
    np.multiply(np.diff(knots)[:, None], ramp, out=curve)
    curve += knots[:-1, None]
    return curve.reshape(-1)[:samples]
