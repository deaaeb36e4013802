"""Retakes: the same piece again, from nearly the same to a take that is new all through."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from audiopod_mcp.music.model import (
    SAMPLE_RATE,
    Audio,
    Progress,
    Rendering,
    Score,
    ignore_progress,
    progress_within,
)
from audiopod_mcp.music.signal.loudness import integrated_loudness

from .production import Production
from .retake_recording import retake_recording
from .retake_score import retake_score


def retake(
    audio: Audio,
    rate: int,
    *,
    variance: float = 0.7,
    seed: int = 0,
    report: Progress = ignore_progress,
    score: Score | None = None,
    stems: Mapping[str, Audio] | None = None,
) -> Rendering:
    """Make another take of a piece, from nearly the same to all new.

    A composed piece is written anew in so many of its bars and phrases (:mod:`.retake_score`). A recording
    has no score: so many of its phrases and layers are played anew by the studio's instruments, and the rest
    of it stays as it was recorded (:mod:`.retake_recording`).

    Parameters
    ----------
    audio : float32 array, shape (n, channels)
        The piece.
    rate : int
        Sample rate, Hz.
    variance : float
        The share that is new, from 0 (the same) to 1 (all of it).
    seed : int
        The same seed gives the same samples.
    report : Progress
    score, stems : Score and mapping of float32 arrays shaped like ``audio``, optional
        Those of a piece that was composed here.

    Returns
    -------
    Rendering

    Raises
    ------
    Refused
        Where a recording is silent.
    """
    if variance <= 0:
        lines, same = score.lyrics if score else (), "variance 0: the same, to the sample"
        return Rendering(audio, rate, dict(stems or {}), score, lines, done=(same,))
    if score is None:
        take = retake_recording(audio, rate, variance, seed, report)
        share = _share_changed(audio, take.audio, rate)
        return replace(take, done=(f"{share:.0%} of its seconds are new; tempo, key and form as they were",))
    new = retake_score(score, variance, seed, progress_within(report, 0.0, 0.3))
    made = Production.record(new, report=progress_within(report, 0.3, 0.9))
    made.cut(0, round(score.duration * SAMPLE_RATE))
    made.match(integrated_loudness(audio, rate), report=progress_within(report, 0.9, 1.0))
    share = _share_of_new_notes(score, new)
    done = f"{share:.0%} of its notes are new; {new.tempo:g} BPM, {new.key} and form as they were"
    return replace(made.rendering(new), done=(done,))


def _share_of_new_notes(old: Score, new: Score) -> float:
    """The share of the notes of ``new`` that were not played in ``old`` at that time, within 60 ms."""

    def notes(score: Score) -> list[tuple[str, int, float]]:
        return [
            (part.track, round(note.start / 0.06), note.pitch) for part in score.parts for note in part.notes
        ]

    before = {(track, slot + by, pitch) for track, slot, pitch in notes(old) for by in (-1, 0, 1)}
    after = notes(new)
    return sum(note not in before for note in after) / max(1, len(after))


def _share_changed(old: Audio, new: Audio, rate: int) -> float:
    """The share of seconds in which ``new`` differs from ``old`` by more than rounding."""
    count = min(len(old), len(new)) // rate
    if not count:
        return 1.0
    both = (np.abs(old[: count * rate] - new[: count * rate]).reshape(count, -1)).max(axis=1)
    return float((both > 1e-3).mean())
