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
_CHUNK = 4 * SAMPLE_RATE // GAIN_BLOCK
"""Blocks that are worked on at a time: 4 s, whose peaks between the samples fit into the cache."""
_STEP = SAMPLE_RATE // 50
"""Samples over which the energy of the mix is taken once, to be weighted by any gain afterwards."""
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
        sides = _in_blocks(heard)[:, around[blocks]]
        peaks = _highest_of(sides)
        for side in sides:
            between = soxr.resample(side.reshape(-1), 1, 4, quality="HQ").reshape(1, len(side), -1)
            # Close to half the sample rate it lets less through than the samples themselves have.
            np.maximum(peaks, _highest_of(between), out=peaks)
        found.append(peaks[own[around[blocks]]])
    return np.concatenate(found)


def _loudness(weighted: FloatArray, gain: GainEnvelope) -> float | None:
    """Measure the loudness (LUFS) of a mix, of whose steps the K-``weighted`` energies are known, under
    ``gain``.

    Of a gain that moves within a step its mean square is taken.
    """
    energy = weighted * gain.mean_squares(_STEP, len(weighted))
    tenths = np.add.reduceat(energy, np.arange(0, len(energy), 5))
    return gated_loudness(tenths, 5 * _STEP)


def _block_levels(mix: Sliceable, report: Progress) -> tuple[Signal, Signal]:
    """Measure each block of 64: the higher channel's peak, of the samples alone, and the mean square."""
    peaks, energies = [np.zeros(0, np.float32)], [np.zeros(0, np.float32)]
    for start in range(0, max(1, len(mix)), _CHUNK * _BLOCK):
        report(0.0, "Mastering")
        piece = mix[start : start + _CHUNK * _BLOCK]
        sides = _in_blocks(piece)
        peaks.append(_highest_of(sides))
        energies.append(sum(np.einsum("ij,ij->i", side, side) for side in sides) / np.float32(_BLOCK))
    return np.concatenate(peaks), np.concatenate(energies)


def _in_blocks(audio: Audio) -> Audio:
    """Cut ``audio`` (n, channels) into blocks of 64 samples, the last of which silence fills up.

    Its shape is (channels, blocks, 64).
    """
    if missing := -len(audio) % _BLOCK:
        audio = np.pad(audio.T, ((0, 0), (0, missing))).T
    return audio.T.reshape(audio.shape[1], -1, _BLOCK)


def _highest_of(sides: Audio) -> Signal:
    """Take the highest modulus in each block of any of the ``sides``, shape (channels, blocks, samples)."""
    _, blocks, samples = sides.shape
    starts = np.arange(0, blocks * samples, samples)
    peaks = np.zeros(blocks, np.float32)
    for side in sides:
        signal = side.reshape(-1)  # of which rows are reduced one after another, which takes longer
        np.maximum(peaks, np.maximum.reduceat(signal, starts), out=peaks)
        np.maximum(peaks, -np.minimum.reduceat(signal, starts), out=peaks)
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
