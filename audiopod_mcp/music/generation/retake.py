"""Retakes: the same piece again, from nearly the same to a take that is new all through."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from audiopod_mcp.music.effects.mix_matching import stereo_width
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

from .finish import finish
from .lyric_requests import fade_as_asked
from .production import Production
from .retake_recording import retake_recording
from .retake_score import retake_score

_EDITED_NOTE = (
    "It is played anew: every player is on the whole as loud as before, "
    "but effects and fades of edits are gone."
)
_SAME_LENGTH = 0.05
"""Seconds by which a piece may be longer or shorter than it was composed and still have its own end."""
_NO_WIDTH = 1e-9
"""Ratio of side to mid below which both sides are alike."""


def retake(
    audio: Audio,
    rate: int,
    *,
    variance: float = 0.7,
    seed: int = 0,
    report: Progress = ignore_progress,
    score: Score | None = None,
    stems: Mapping[str, Audio] | None = None,
    edited: bool = False,
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
    edited : bool
        Whether the stems are no longer what its score sounds like: their levels are kept then.

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
    levels = stems if edited and stems else {}
    made = Production.record(new, apart=bool(levels), report=progress_within(report, 0.3, 0.9))
    made.cut(0, round(score.duration * SAMPLE_RATE))
    facts = _finished(made, audio, score)
    if levels:
        made.balance(levels)
    made.match(integrated_loudness(audio, rate), report=progress_within(report, 0.9, 1.0))
    share = _share_of_new_notes(score, new)
    done = f"{share:.0%} of its notes are new; {new.tempo:g} BPM, {new.key} and form as they were"
    take = replace(made.rendering(new, (_EDITED_NOTE,) if levels else ()), done=(done, *facts))
    # The levels are no part of a recipe: its stems are kept.
    return replace(take, recipe=None) if levels else take


def _finished(made: Production, audio: Audio, score: Score) -> tuple[str, ...]:
    """Finish a take as its piece was: in mono where ``audio`` is or ``score`` asks for it, with its fades."""
    brief = score.brief
    whole = brief is not None and abs(brief.duration - score.duration) < _SAME_LENGTH
    facts = finish(
        made, brief.caption if brief else "", mono=stereo_width(audio) < _NO_WIDTH or None, fades=whole
    )
    return (*facts, *fade_as_asked(made, brief, facts)) if brief and whole else facts


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
