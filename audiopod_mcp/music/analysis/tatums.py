"""A pulse as a clock: what is heard on a grid of twelve ticks a beat, however the tempo drifts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from audiopod_mcp.music.signal.stft import Array

from .chroma import FPS as CHROMA_FPS
from .onsets import FPS, WHOLE

PER_BEAT = 12
"""Ticks a beat: halves, thirds and quarters of it all fall on one."""
PER_CHORD = 3
"""Ticks a row of :attr:`Ticks.chroma`."""
_MOST = 8
"""Stretches of a piece that are listened to for its metre."""


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
    """What sounds around each tick of ``beats`` (s), which go on at ``tempo`` to the first and last onset.

    Takes onset envelopes ``(6, frames)``, :func:`harmonic_change` and the chroma ``(frames, 12)`` it is of.
    """
    period, (first, last) = 60 / tempo, sounding(envelopes[WHOLE])
    before = np.arange(beats[0] - period, first, -period)[::-1]
    grid = np.concatenate((before, beats, np.arange(beats[-1] + period, last, period)))
    count = (len(grid) - 1) * PER_BEAT + 1
    times = np.interp(np.arange(count) / PER_BEAT, np.arange(len(grid)), grid)
    half = np.diff(times) / 2
    edges = np.concatenate(([times[0] - half.mean()], times[:-1] + half, [times[-1] + half.mean()]))
    rows = [_between(row, edges * FPS) for row in envelopes]
    rows.append(_between(harmony, edges * CHROMA_FPS))
    classes = [_between(row, times[::PER_CHORD] * CHROMA_FPS) for row in np.sqrt(chroma).T]
    return Ticks(np.stack(rows).astype(np.float32), np.stack(classes, axis=1).astype(np.float32))


def stretches(ticks: Ticks, tempo: float) -> list[Ticks]:
    """Stretches of about a minute, of a long piece :data:`_MOST` from all over it.

    One beat too many somewhere, and the mean bar of all would be none.
    """
    size = round(tempo) * PER_BEAT
    count = max(1, round(ticks.onsets.shape[1] / size))
    if count == 1:
        return [ticks]
    places = np.unique(np.round(np.linspace(0, count - 1, min(count, _MOST))).astype(int)) * size
    return [
        Ticks(
            ticks.onsets[:, start : start + size],
            ticks.chroma[start // PER_CHORD : (start + size) // PER_CHORD],
        )
        for start in places.tolist()
    ]


def sounding(envelope: Array) -> tuple[float, float]:
    """When (s) something sets in for the first and for the last time."""
    frames = np.flatnonzero(envelope)
    return (float(frames[0] / FPS), float((frames[-1] + 1) / FPS)) if len(frames) else (0.0, 0.0)


def _between(values: Array, edges: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Sums of ``(frames,)`` values between fractional frame numbers; a frame reaches half of one each way."""
    sums = np.concatenate(([0.0], np.cumsum(values, dtype=np.float64)))
    return np.diff(np.interp(edges + 0.5, np.arange(len(sums)), sums))
