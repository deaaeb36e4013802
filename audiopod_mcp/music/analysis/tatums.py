"""Onsets and harmony on a grid of twelve tatums a beat, which goes along with the tempo however it drifts."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from audiopod_mcp.music.signal.stft import Array

from .chroma import CHROMA_FPS
from .onsets import BROADBAND, ONSET_FPS, onset_frames

TATUMS_PER_BEAT = 12
"""Halves, thirds and quarters of a beat all fall on a tatum."""
TATUMS_PER_CHROMA = 3
"""Tatums from one row of :attr:`TatumFeatures.chroma` to the next."""
_MAX_EXCERPTS = 8
"""How many excerpts of a piece its metre is estimated from."""


@dataclass(frozen=True, slots=True)
class TatumFeatures:
    """A pulse, and what sounds around each of its tatums.

    Attributes
    ----------
    onsets : float32 array, shape (7, tatums)
        The six rows of :func:`~.onsets.onset_envelopes`, and :func:`~.key.harmonic_change`.
    chroma : float32 array, shape (tatums // TATUMS_PER_CHROMA, 12)
    tempo : float
        Beats a minute, of the pulse that the tatums divide.
    density : float
        Onsets a second.
    """

    onsets: Array
    chroma: Array
    tempo: float
    density: float


def sync_to_tatums(
    envelopes: Array, harmony: Array, chroma: Array, beats: npt.NDArray[np.float64], tempo: float
) -> TatumFeatures:
    """Frames summed around each tatum of the beats, which are continued to the first and the last onset.

    Parameters
    ----------
    envelopes : float32 array, shape (6, onset frames)
        :func:`~.onsets.onset_envelopes`.
    harmony : float32 array, shape (chroma frames,)
        :func:`~.key.harmonic_change` of the chroma.
    chroma : float32 array, shape (chroma frames, 12)
    beats : float64 array, shape (beats,)
        Seconds.
    tempo : float
        Beats a minute, at which the beats are continued.

    Returns
    -------
    TatumFeatures
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
    chroma_edges = times[::TATUMS_PER_CHROMA] * CHROMA_FPS
    pitch_classes = [_sums_between(row, chroma_edges) for row in np.sqrt(chroma).T]
    return TatumFeatures(
        np.stack(rows).astype(np.float32),
        np.stack(pitch_classes, axis=1).astype(np.float32),
        tempo,
        len(onset_frames(envelopes[BROADBAND])) / max(last - first, 1.0),
    )


def excerpts(tatums: TatumFeatures) -> list[TatumFeatures]:
    """Excerpts of about a minute; of a long piece :data:`_MAX_EXCERPTS` from all over it.

    One beat too many somewhere in a piece would blur the mean bar of the whole.

    Parameters
    ----------
    tatums : TatumFeatures

    Returns
    -------
    list of TatumFeatures
    """
    size = round(tatums.tempo) * TATUMS_PER_BEAT
    count = max(1, round(tatums.onsets.shape[1] / size))
    if count == 1:
        return [tatums]
    chosen = np.round(np.linspace(0, count - 1, min(count, _MAX_EXCERPTS))).astype(int)
    return [
        replace(
            tatums,
            onsets=tatums.onsets[:, start : start + size],
            chroma=tatums.chroma[start // TATUMS_PER_CHROMA : (start + size) // TATUMS_PER_CHROMA],
        )
        for start in (np.unique(chosen) * size).tolist()
    ]


def first_and_last_onset(envelope: Array) -> tuple[float, float]:
    """When (s) something sets in for the first and for the last time in an onset envelope ``(frames,)``."""
    frames = np.flatnonzero(envelope)
    return (float(frames[0] / ONSET_FPS), float((frames[-1] + 1) / ONSET_FPS)) if len(frames) else (0.0, 0.0)


def _sums_between(values: Array, edges: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Sums of ``(frames,)`` values between fractional frame numbers; a frame reaches half of one each way."""
    sums = np.concatenate(([0.0], np.cumsum(values, dtype=np.float64)))
    return np.diff(np.interp(edges + 0.5, np.arange(len(sums)), sums))
