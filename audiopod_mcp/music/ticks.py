"""A pulse as a clock: what is heard on a grid of twelve ticks a beat, however the tempo drifts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from audiopod_mcp.music.onsets import FPS
from audiopod_mcp.music.pitch import FPS as CHROMA_FPS
from audiopod_mcp.music.spectrum import Array

PER_BEAT = 12
"""Ticks a beat: halves, thirds and quarters of it all fall on one."""
PER_CHORD = 3
"""Ticks a row of :attr:`Ticks.chroma`."""


@dataclass(frozen=True, slots=True)
class Ticks:
    """``onsets`` are the six rows of :func:`onset_envelopes` and :func:`harmonic_change`, ``(7, ticks)``;
    ``chroma`` is ``(ticks // 3, 12)``.
    """

    onsets: Array
    chroma: Array


def on_ticks(
    envelopes: Array, harmony: Array, chroma: Array, beats: npt.NDArray[np.float64], tempo: float
) -> Ticks:
    """What sounds around each tick of ``beats`` (s), which go on at ``tempo`` beyond the first and the last.

    Takes onset envelopes ``(6, frames)``, :func:`harmonic_change` and the chroma ``(frames, 12)`` it is of.
    """
    period, duration = 60 / tempo, envelopes.shape[1] / FPS
    before = np.arange(beats[0] - period, 0, -period)[::-1]
    grid = np.concatenate((before, beats, np.arange(beats[-1] + period, duration, period)))
    count = (len(grid) - 1) * PER_BEAT + 1
    times = np.interp(np.arange(count) / PER_BEAT, np.arange(len(grid)), grid)
    half = np.diff(times) / 2
    edges = np.concatenate(([times[0] - half.mean()], times[:-1] + half, [times[-1] + half.mean()]))
    rows = [_between(row, edges * FPS) for row in envelopes]
    rows.append(_between(harmony, edges * CHROMA_FPS))
    classes = [_between(row, times[::PER_CHORD] * CHROMA_FPS) for row in np.sqrt(chroma).T]
    return Ticks(np.stack(rows).astype(np.float32), np.stack(classes, axis=1).astype(np.float32))


def _between(values: Array, edges: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Sums of ``(frames,)`` values between fractional frame numbers; a frame reaches half of one each way."""
    sums = np.concatenate(([0.0], np.cumsum(values, dtype=np.float64)))
    return np.diff(np.interp(edges + 0.5, np.arange(len(sums)), sums))
