"""Retakes: the same piece again, from nearly the same to a take that is new all through."""

from __future__ import annotations

from collections.abc import Mapping

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
        return Rendering(audio, rate, dict(stems or {}), score, score.lyrics if score else ())
    if score is None:
        return retake_recording(audio, rate, variance, seed, report)
    new = retake_score(score, variance, seed, progress_within(report, 0.0, 0.3))
    made = Production.record(new, report=progress_within(report, 0.3, 0.9))
    made.cut(0, round(score.duration * SAMPLE_RATE))
    made.match(integrated_loudness(audio, rate), report=progress_within(report, 0.9, 1.0))
    return made.rendering(new)
