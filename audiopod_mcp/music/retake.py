"""Retakes: the same piece again, from nearly the same notes to a take that is new all through."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from audiopod_mcp.music.analysis import analyse
from audiopod_mcp.music.composition import compose
from audiopod_mcp.music.cover import cover
from audiopod_mcp.music.frame import score_frame
from audiopod_mcp.music.loudness import integrated_loudness
from audiopod_mcp.music.model import (
    SAMPLE_RATE,
    Audio,
    Brief,
    Note,
    Part,
    Rendering,
    Report,
    Score,
    silent,
)
from audiopod_mcp.music.playing import as_if_beside, within
from audiopod_mcp.music.scores import excerpt
from audiopod_mcp.music.splice import fit, mixed
from audiopod_mcp.music.synthesis import render

Times: TypeAlias = npt.NDArray[np.float64]

TRACKS = (
    "vocals", "backing_vocals", "drums", "percussion", "bass", "guitar", "keyboard", "strings", "brass",
    "woodwinds", "synth", "fx",
)  # fmt: skip


def retake(
    audio: Audio,
    rate: int,
    *,
    variance: float = 0.7,
    seed: int = 0,
    report: Report = silent,
    score: Score | None = None,
    stems: Mapping[str, Audio] | None = None,
    **wanted: Any,
) -> Rendering:
    """The piece again with another ``seed``; ``variance`` from 0 (the same) to 1 (all new).

    For a composed piece, up to ``variance`` 0.5 more and more bars of each part are written anew over
    the same chords; beyond that whole sections get new harmony too, until at 1 only the brief is left.
    What is new at one variance is new at every higher one. A recording has no score to vary: it is
    listened to and played again, the more freely the higher the variance.
    """
    if variance <= 0:
        return Rendering(audio, rate, dict(stems or {}), score, score.lyrics if score else ())
    if score is None:
        return _recording(audio, rate, variance, seed, report, wanted)
    varied = _varied(score, variance, seed, within(report, 0.0, 0.3))
    made = render(varied, seed=score.seed if variance < 0.5 else seed, report=within(report, 0.3, 0.9))
    samples = round(score.duration * SAMPLE_RATE)
    loudness = integrated_loudness(audio, rate)
    fitted = {track: fit(stem, samples) for track, stem in made.items()}
    matched = as_if_beside(
        fitted, SAMPLE_RATE, 2, balance=None, loudness=loudness,
        report=within(report, 0.9, 1.0),
    )  # fmt: skip
    return Rendering(mixed(matched), SAMPLE_RATE, matched, varied, varied.lyrics)


def _recording(
    audio: Audio, rate: int, variance: float, seed: int, report: Report, wanted: Mapping[str, Any]
) -> Rendering:
    analysis = analyse(audio, rate, within(report, 0.0, 0.1))
    wanted = {"bpm": analysis.tempo, **wanted}
    taken = cover(
        audio, rate, caption=analysis.caption, strength=1 - variance, seed=seed,
        report=within(report, 0.1, 1.0), **wanted,
    )  # fmt: skip
    note = (
        "A recording has no score to vary: it was listened to, and played again by the studio's instruments."
    )
    return replace(taken, notes=(note, *taken.notes))


def _varied(score: Score, variance: float, seed: int, report: Report) -> Score:
    """Bars of ``score``, of a second score over its chords, and of a third that is free, by lot."""
    brief = score.brief or Brief("", tempo=score.tempo, key=score.key, timesignature=score.timesignature)
    brief = replace(brief, duration=score.duration)
    frame = score_frame(score)
    grid, origin = frame.grid(0.0, score.duration)
    window = (-origin, score.duration - origin)
    over = excerpt(compose(brief, seed=seed, grid=grid, report=within(report, 0.0, 0.5)), *window)
    sections = np.asarray([span.start for span in score.sections] or [0.0])
    bars = np.asarray(score.downbeats or (0.0,))
    # Singing changes by the section, so that no line is torn.
    over_bars = _Lots(np.random.default_rng((seed, 11)), bars, sections, min(1.0, 2 * variance))
    varied = _mixed(score, over, over_bars)
    if variance <= 0.5:
        return replace(varied, seed=seed)
    free = compose(
        brief, seed=seed + 1, grid=replace(grid, chords=(), melody=()), report=within(report, 0.5, 1.0)
    )
    by_section = _Lots(np.random.default_rng((seed, 13)), sections, sections, 2 * variance - 1)
    return replace(_mixed(varied, excerpt(free, *window), by_section, harmony=True), seed=seed)


class _Lots:
    """Whether the new version is taken, for a track at a time: a lot for each stretch, drawn once."""

    def __init__(self, rng: np.random.Generator, edges: Times, sections: Times, share: float) -> None:
        self._edges, self._sections, self._share = edges, sections, share
        self._lots = {track: rng.random(len(edges) + 1) for track in (*TRACKS, "")}
        self._singing = rng.random(len(sections) + 1)

    def __call__(self, track: str, time: float) -> bool:
        singing = track in ("vocals", "backing_vocals")
        edges, lots = (self._sections, self._singing) if singing else (self._edges, self._lots[track])
        if self._edges is self._sections:
            lots = self._lots[""]
        return self._share >= 1 or bool(lots[np.searchsorted(edges, time + 1e-3, side="right")] < self._share)


def _mixed(old: Score, new: Score, taken: _Lots, *, harmony: bool = False) -> Score:
    """``old`` with notes and lines of ``new`` where they are ``taken``; with ``harmony``, its chords too."""
    notes: dict[tuple[str, str], list[Note]] = {}
    for score, wanted in ((old, False), (new, True)):
        for part in score.parts:
            chosen = [note for note in part.notes if taken(part.track, note.start) is wanted]
            notes.setdefault((part.track, part.instrument), []).extend(chosen)
    parts = tuple(
        Part(track, instrument, tuple(sorted(played, key=lambda note: note.start)))
        for (track, instrument), played in notes.items()
        if played
    )
    lines = [line for line in old.lyrics if not taken("vocals", line.start)]
    lines += [line for line in new.lyrics if taken("vocals", line.start)]
    chords = old.chords
    if harmony:
        kept = [span for span in old.chords if not taken("", span.start)]
        chords = tuple(sorted((*kept, *(c for c in new.chords if taken("", c.start))), key=lambda c: c.start))
    return replace(old, parts=parts, lyrics=tuple(sorted(lines, key=lambda line: line.start)), chords=chords)
