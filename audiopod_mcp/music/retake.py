"""Retakes: the same piece again, from nearly the same to a take that is new all through."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from audiopod_mcp.music.analysis import analyse
from audiopod_mcp.music.cover import cover
from audiopod_mcp.music.loudness import integrated_loudness
from audiopod_mcp.music.model import SAMPLE_RATE, Audio, Rendering, Report, Score, silent
from audiopod_mcp.music.playing import as_if_beside, within
from audiopod_mcp.music.splice import fit, mixed
from audiopod_mcp.music.synthesis import render
from audiopod_mcp.music.takes import varied


def retake(
    audio: Audio,
    rate: int,
    *,
    variance: float = 0.7,
    seed: int = 0,
    report: Report = silent,
    score: Score | None = None,
    stems: Mapping[str, Audio] | None = None,
) -> Rendering:
    """The piece again with another ``seed``; ``variance`` from 0 (the same) to 1 (all new).

    A composed piece is written anew in so many of its bars and phrases (:mod:`takes`). A recording has no
    score to vary: it is listened to and played again, the more freely the higher the variance.
    """
    if variance <= 0:
        return Rendering(audio, rate, dict(stems or {}), score, score.lyrics if score else ())
    if score is None:
        return _recording(audio, rate, variance, seed, report)
    new = varied(score, variance, seed, within(report, 0.0, 0.3))
    made = render(new, report=within(report, 0.3, 0.9))
    samples = round(score.duration * SAMPLE_RATE)
    loudness = integrated_loudness(audio, rate)
    fitted = {track: fit(stem, samples) for track, stem in made.items()}
    matched = as_if_beside(
        fitted, SAMPLE_RATE, 2, balance=None, loudness=loudness,
        report=within(report, 0.9, 1.0),
    )  # fmt: skip
    return Rendering(mixed(matched), SAMPLE_RATE, matched, new, new.lyrics)


def _recording(audio: Audio, rate: int, variance: float, seed: int, report: Report) -> Rendering:
    analysis = analyse(audio, rate, within(report, 0.0, 0.1))
    taken = cover(
        audio, rate, caption=analysis.caption, strength=1 - variance, seed=seed, bpm=analysis.tempo,
        report=within(report, 0.1, 1.0),
    )  # fmt: skip
    note = (
        "A recording has no score to vary: it was listened to, and played again by the studio's instruments."
    )
    return replace(taken, notes=(note, *taken.notes))
