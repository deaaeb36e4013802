"""Mastering by one gain curve for the whole mix, so that the stems still add up to it."""

from __future__ import annotations

from typing import Literal

import numpy as np
import numpy.typing as npt
import soxr
from scipy.ndimage import convolve1d, maximum_filter1d, minimum_filter1d, uniform_filter1d

from audiopod_mcp.music.model import SAMPLE_RATE, Audio, Progress, ignore_progress
from audiopod_mcp.music.signal.loudness import Sliceable, gated_loudness, step_energies

from .gain_envelope import GAIN_BLOCK, GainEnvelope
from .tone import FloatArray, Signal

TARGET_LUFS = -14.0
"""The integrated loudness to aim at."""
CEILING_DBTP = -1.0
"""The true peak that is never exceeded."""
_CHUNK = 20 * SAMPLE_RATE // GAIN_BLOCK
"""Blocks that are worked on at a time: 20 s."""
_STEP = SAMPLE_RATE // 50
"""Samples over which the energy of the mix is taken once, to be weighted by any gain afterwards."""
_STEPS = 500
"""Steps whose gain is drawn at a time."""
_BLOCK = GAIN_BLOCK
_LOOK_AHEAD = 24
"""Blocks that the limiter looks ahead (and back): 35 ms."""
_MARGIN = 2
"""Blocks on either side of what is oversampled: more than the resampler's filter is long."""
_OVERSHOOT = 2.0
"""By how much a true peak may exceed the samples of its block and of its neighbours; in five styles it was
by 1.36 at most.
"""
_LIMIT = 10 ** ((CEILING_DBTP - 0.15) / 20)
"""The level that the limiter keeps below."""
_NEAR = 0.3
"""dB below the ceiling from which the true peak of what comes out is measured."""


def mastering_gain(mix: Sliceable, *, wrap: bool = False, report: Progress = ignore_progress) -> GainEnvelope:
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
    highest, energy = _block_levels(mix, report)
    if loudness is None or highest.max(initial=0) < 1e-6:
        return flat
    peaks = _Peaks(mix, highest, report)
    make_up = 10 ** ((TARGET_LUFS - loudness) / 20)
    glue = _bus_compressor_gain(energy, wrap)
    curve = _limiter_gain(peaks.under(make_up * glue), make_up * glue, len(mix), wrap)
    # What compressor and limiter took away is given back, twice at most: then the limiter would be heard.
    for _ in range(2):
        lost = TARGET_LUFS - (_loudness(weighted, curve) or TARGET_LUFS)
        if lost < 0.1:
            break
        make_up *= 10 ** (min(lost * 1.25, 5.0) / 20)
        curve = _limiter_gain(peaks.under(make_up * glue), make_up * glue, len(mix), wrap)
    over = _true_peak(mix, curve, peaks.highest, report) - CEILING_DBTP + 0.06
    curve.lower(10 ** (-max(0.0, over) / 20))
    return curve


class _Peaks:
    """The highest peak in each block of a mix: of its samples, and between them where that may matter."""

    def __init__(self, mix: Sliceable, highest: Signal, report: Progress) -> None:
        """Begin with the ``highest`` of the samples."""
        self.highest = highest
        self._mix = mix
        self._report = report
        self._around = maximum_filter1d(highest, 3)
        self._exact = np.zeros(len(highest), np.bool_)

    def under(self, gain: FloatArray) -> Signal:
        """Give the peaks, true ones wherever they may reach the limiter under ``gain`` by block."""
        near = ~self._exact & (self._around * gain * _OVERSHOOT > _LIMIT)
        self.highest[near] = _peaks_between(self._mix, near, self._report)
        self._exact |= near
        return self.highest


def _true_peak(mix: Sliceable, curve: GainEnvelope, peaks: Signal, report: Progress) -> float:
    """Measure the true peak (dBTP) of ``mix`` under ``curve`` where it may come near the ceiling.

    ``peaks`` are those of its blocks; the curve moves too slowly to raise one by :data:`_NEAR` beyond that.
    It is −inf where none comes near.
    """
    higher = np.maximum(curve.knots[:-1], curve.knots[1:])
    loud = peaks * higher > 10 ** ((CEILING_DBTP - 0.06 - _NEAR) / 20)
    highest = _peaks_between(mix, loud, report, curve).max(initial=0.0)
    return float(20 * np.log10(highest)) if highest else -np.inf


def _peaks_between(
    mix: Sliceable, wanted: npt.NDArray[np.bool_], report: Progress, curve: GainEnvelope | None = None
) -> Signal:
    """Measure the peaks, at fourfold oversampling, of the ``wanted`` blocks only, under a ``curve``."""
    around = maximum_filter1d(wanted, 2 * _MARGIN + 1)
    found = [np.zeros(0, np.float32)]
    for first in range(0, len(wanted), _CHUNK):
        early = min(first, _MARGIN)
        last = min(first + _CHUNK, len(wanted))
        blocks = slice(first - early, last + _MARGIN)
        own = wanted[blocks].copy()
        own[:early] = own[early + last - first :] = False
        if not own.any():
            continue
        report(0.0, "Mastering")
        piece = slice(blocks.start * _BLOCK, blocks.stop * _BLOCK)
        heard = mix[piece] if curve is None else mix[piece] * curve[piece][:, None]
        heard = np.pad(heard, ((0, -len(heard) % _BLOCK), (0, 0))).reshape(-1, 2 * _BLOCK)[around[blocks]]
        between = soxr.resample(heard.reshape(-1, 2), 1, 4, quality="HQ")
        # Close to half the sample rate the resampler lets less through than the samples themselves have.
        peaks = np.maximum(_highest_of(between, 4 * _BLOCK), _highest_of(heard, 1))
        found.append(peaks[own[around[blocks]]])
    return np.concatenate(found)


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


def _block_levels(mix: Sliceable, report: Progress) -> tuple[Signal, Signal]:
    """Measure each block of 64: the higher channel's peak, of the samples alone, and the mean square."""
    peaks, energies = [np.zeros(0, np.float32)], [np.zeros(0, np.float32)]
    for start in range(0, max(1, len(mix)), _CHUNK * _BLOCK):
        report(0.0, "Mastering")
        piece = mix[start : start + _CHUNK * _BLOCK]
        blocks = np.pad(piece, ((0, -len(piece) % _BLOCK), (0, 0))).reshape(-1, 2 * _BLOCK)
        peaks.append(_highest_of(blocks, 1))
        energies.append(np.einsum("ij,ij->i", blocks, blocks) / np.float32(_BLOCK))
    return np.concatenate(peaks), np.concatenate(energies)


def _highest_of(audio: Audio, samples: int) -> Signal:
    """Take the highest modulus of each so many ``samples`` (rows of ``audio``)."""
    if missing := -len(audio) % samples:
        audio = np.pad(audio, ((0, missing), (0, 0)))
    blocks = audio.reshape(len(audio) // samples, -1)
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
    needed = np.minimum(1.0, _LIMIT / np.maximum(peaks.astype(np.float64) * gain, 1e-9))
    mode: Literal["wrap", "nearest"] = "wrap" if wrap else "nearest"
    window = np.hanning(2 * _LOOK_AHEAD + 1)
    floor = minimum_filter1d(needed, 2 * _LOOK_AHEAD + 5, mode=mode)
    smooth = gain * convolve1d(floor, window / window.sum(), mode=mode)
    # Straight lines join the block boundaries; the running minimum is wider by a block for their sake.
    before = smooth[-1] if wrap else smooth[0]
    knots = 0.5 * (smooth + np.concatenate(([before], smooth[:-1])))
    knots = np.append(knots, knots[0] if wrap else smooth[-1]).astype(np.float32)
    return GainEnvelope(knots, samples)
