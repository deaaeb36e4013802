"""A pulse as a clock: what is heard on a grid of twelve ticks a beat, however the tempo drifts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from audiopod_mcp.music.signal.stft import Array

from .chroma import CHROMA_FPS
from .onsets import BROADBAND, ONSET_FPS

TATUMS_PER_BEAT = 12
"""Ticks a beat: halves, thirds and quarters of it all fall on one."""
TATUMS_PER_CHROMA = 3
"""Ticks a row of :attr:`TatumFeatures.chroma`."""
_MAX_EXCERPTS = 8
"""Stretches of a piece that are listened to for its metre."""


@dataclass(frozen=True, slots=True)
class TatumFeatures:
    """``onsets`` are the six rows of :func:`onset_envelopes` and :func:`harmonic_change`, ``(7, ticks)``;
    ``chroma`` is ``(ticks // 3, 12)``.
    """

    onsets: Array
    chroma: Array


def sync_to_tatums(
    envelopes: Array, harmony: Array, chroma: Array, beats: npt.NDArray[np.float64], tempo: float
) -> TatumFeatures:
    """What sounds around each tick of ``beats`` (s), which go on at ``tempo`` to the first and last onset.

    Takes onset envelopes ``(6, frames)``, :func:`harmonic_change` and the chroma ``(frames, 12)`` it is of.
    """
    period, (first, last) = 60 / tempo, first_and_last_onset(envelopes[BROADBAND])
    before = np.arange(beats[0] - period, first, -period)[::-1]
    grid = np.concatenate((before, beats, np.arange(beats[-1] + period, last, period)))
    count = (len(grid) - 1) * TATUMS_PER_BEAT + 1
    times = np.interp(np.arange(count) / TATUMS_PER_BEAT, np.arange(len(grid)), grid)
    half = np.diff(times) / 2
    edges = np.concatenate(([times[0] - half.mean()], times[:-1] + half, [times[-1] + half.mean()]))
    rows = [_sums_between(row, edges * ONSET_FPS) for row in envelopes]
    rows.append(_sums_between(harmony, edges * CHROMA_FPS))
    classes = [_sums_between(row, times[::TATUMS_PER_CHROMA] * CHROMA_FPS) for row in np.sqrt(chroma).T]
    return TatumFeatures(np.stack(rows).astype(np.float32), np.stack(classes, axis=1).astype(np.float32))


def excerpts(ticks: TatumFeatures, tempo: float) -> list[TatumFeatures]:
    """Stretches of about a minute, of a long piece :data:`_MAX_EXCERPTS` from all over it.

    One beat too many somewhere, and the mean bar of all would be none.
    """
    size = round(tempo) * TATUMS_PER_BEAT
    count = max(1, round(ticks.onsets.shape[1] / size))
    if count == 1:
        return [ticks]
    places = np.unique(np.round(np.linspace(0, count - 1, min(count, _MAX_EXCERPTS))).astype(int)) * size
    return [
        TatumFeatures(
            ticks.onsets[:, start : start + size],
            ticks.chroma[start // TATUMS_PER_CHROMA : (start + size) // TATUMS_PER_CHROMA],
        )
        for start in places.tolist()
    ]


def first_and_last_onset(envelope: Array) -> tuple[float, float]:
    """When (s) something sets in for the first and for the last time."""
    frames = np.flatnonzero(envelope)
    return (float(frames[0] / ONSET_FPS), float((frames[-1] + 1) / ONSET_FPS)) if len(frames) else (0.0, 0.0)


def _sums_between(values: Array, edges: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Sums of ``(frames,)`` values between fractional frame numbers; a frame reaches half of one each way."""
    sums = np.concatenate(([0.0], np.cumsum(values, dtype=np.float64)))
    return np.diff(np.interp(edges + 0.5, np.arange(len(sums)), sums))
