"""Mastering by one gain curve for the whole mix, so that the stems still add up to it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
import numpy.typing as npt
import soxr
from scipy.ndimage import convolve1d, maximum_filter1d, minimum_filter1d, uniform_filter1d

from audiopod_mcp.music.model import SAMPLE_RATE, Audio, Progress, ignore_progress
from audiopod_mcp.music.signal.loudness import gated_loudness, step_energies

from .gain_envelope import GAIN_BLOCK, GainEnvelope
from .multitrack import Tape
from .tone import FloatArray, Signal

TARGET_LUFS = -14.0
"""The integrated loudness to aim at."""
CEILING_DBTP = -1.0
"""The true peak that is never exceeded."""
_CHUNK = 20 * SAMPLE_RATE
"""Samples whose true peak is measured at a time, about."""
_STEP = SAMPLE_RATE // 50
"""Samples over which the energy of the mix is taken once, to be weighted by any gain afterwards."""
_STEPS = 500
"""Steps whose gain is drawn at a time."""
_BLOCK = GAIN_BLOCK
_LOOK_AHEAD = 24
"""Blocks that the limiter looks ahead (and back): 35 ms."""
_MARGIN = 4
"""Blocks on either side of what is oversampled."""
_NEAR = 0.3
"""dB below the ceiling from which the true peak of what comes out is measured."""


def mastering_gain(mix: Tape, *, wrap: bool = False, report: Progress = ignore_progress) -> GainEnvelope:
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
    GainEnvelope
        The gain of each sample.

    """
    flat = GainEnvelope(np.ones(-(-len(mix) // _BLOCK) + 1, np.float32), len(mix))
    weighted = step_energies(mix, SAMPLE_RATE, _STEP, lambda *_: report(0.0, "Mastering"))
    loudness = _loudness(weighted, flat)
    peaks, energy = _block_levels(mix, report)
    if loudness is None or peaks.max(initial=0) < 1e-6:
        return flat
    make_up = 10 ** ((TARGET_LUFS - loudness) / 20)
    glue = _bus_compressor_gain(energy, wrap)
    curve = _limiter_gain(peaks, make_up * glue, len(mix), wrap)
    # What compressor and limiter took away is given back, twice at most: then the limiter would be heard.
    for _ in range(2):
        lost = TARGET_LUFS - (_loudness(weighted, curve) or TARGET_LUFS)
        if lost < 0.1:
            break
        make_up *= 10 ** (min(lost * 1.25, 5.0) / 20)
        curve = _limiter_gain(peaks, make_up * glue, len(mix), wrap)
    over = _true_peak(mix, curve, peaks, report) - CEILING_DBTP + 0.06
    curve.lower(10 ** (-max(0.0, over) / 20))
    return curve


def _true_peak(mix: Tape, curve: GainEnvelope, peaks: Signal, report: Progress) -> float:
    """Measure the true peak (dBTP) of ``mix`` under ``curve`` where it may come near the ceiling.

    ``peaks`` are those of its blocks; the curve moves too slowly to raise one by :data:`_NEAR` beyond that.
    It is −inf where none comes near.
    """
    higher = np.maximum(curve.knots[:-1], curve.knots[1:])
    loud = peaks * higher > 10 ** ((CEILING_DBTP - 0.06 - _NEAR) / 20)
    around = maximum_filter1d(loud, 2 * _MARGIN + 1)
    highest, taken = 0.0, []
    edges = np.flatnonzero(np.diff(np.concatenate(([False], around, [False]))))
    for first, last in edges.reshape(-1, 2).tolist():
        taken.append(slice(first, last))
        if sum(run.stop - run.start for run in taken) * _BLOCK > _CHUNK or last == edges[-1]:
            report(0.0, "Mastering")
            highest = max(highest, _highest_between(mix, curve, loud, taken))
            taken = []
    return 20 * np.log10(highest) if highest else -np.inf


def _highest_between(
    mix: Tape, curve: GainEnvelope, loud: npt.NDArray[np.bool_], runs: Sequence[slice]
) -> float:
    """Measure the highest peak, at fourfold oversampling, of the ``loud`` blocks in ``runs`` of blocks."""
    pieces = []
    for run in runs:
        piece = slice(run.start * _BLOCK, run.stop * _BLOCK)
        stretch = mix[piece] * curve[piece][:, None]
        pieces.append(np.pad(stretch, ((0, -len(stretch) % _BLOCK), (0, 0))))
    heard = np.concatenate(pieces)
    between = soxr.resample(heard, 1, 4, quality="HQ")
    # Close to half the sample rate the resampler lets less through than the samples themselves have.
    peaks = np.maximum(_block_peaks(between), np.abs(heard).reshape(-1, 2 * _BLOCK).max(axis=1))
    return float(peaks[np.concatenate([loud[run] for run in runs])].max(initial=0.0))


def _loudness(weighted: FloatArray, gain: GainEnvelope) -> float | None:
    """Measure the loudness (LUFS) of a mix, of whose steps the K-``weighted`` energies are known, under
    ``gain``.

    Of a gain that moves within a step its mean square is taken.
    """
    squares = []
    for start in range(0, len(weighted), _STEPS):
        count = min(_STEPS, len(weighted) - start)
        steps = np.resize(gain[start * _STEP : (start + count) * _STEP], (count, _STEP))
        squares.append(np.einsum("ij,ij->i", steps, steps) / _STEP)
    energy = weighted * np.concatenate(squares)
    tenths = np.add.reduceat(energy, np.arange(0, len(energy), 5))
    return gated_loudness(tenths, 5 * _STEP)


def _block_levels(mix: Tape, report: Progress) -> tuple[Signal, Signal]:
    """Measure each block of 64: the higher channel's peak at fourfold oversampling, and the mean square."""
    peaks, energies = [], []
    step, margin = SAMPLE_RATE // _BLOCK * _BLOCK, _MARGIN * _BLOCK
    for start in range(0, len(mix), step):
        report(0.0, "Mastering")
        early = min(start, margin)
        wide = mix[start - early : start + step + margin]
        piece = wide[early : early + step]
        between = soxr.resample(wide, 1, 4, quality="HQ")
        loud = np.einsum("ij,ij->i", piece, piece)
        peaks.append(_block_peaks(between[4 * early :][: 4 * len(piece)]))
        energies.append(np.pad(loud, (0, -len(loud) % _BLOCK)).reshape(-1, _BLOCK).mean(axis=1))
    if not peaks:
        return np.zeros(1, np.float32), np.zeros(1, np.float32)
    return np.concatenate(peaks), np.concatenate(energies)


def _block_peaks(between: Audio) -> Signal:
    """Take the highest modulus in each block of a signal (n, 2) that is oversampled fourfold."""
    if missing := -len(between) % (4 * _BLOCK):
        between = np.pad(between, ((0, missing), (0, 0)))
    blocks = between.reshape(-1, 4 * _BLOCK * 2)
    peaks: Signal = np.maximum(blocks.max(axis=1), -blocks.min(axis=1))
    return peaks


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


def _limiter_gain(peaks: Signal, gain: FloatArray, samples: int, wrap: bool) -> GainEnvelope:
    """Draw the curve that applies ``gain`` by block and keeps every sample below the ceiling."""
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
    return GainEnvelope(knots, samples)
