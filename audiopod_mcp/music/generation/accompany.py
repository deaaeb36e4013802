"""New music on a song's own frame: composed, rendered, and cut to the second where it has to fit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from audiopod_mcp.music.composition import compose
from audiopod_mcp.music.composition.course import follow_course
from audiopod_mcp.music.composition.stanzas import Stanza, stanzas
from audiopod_mcp.music.effects.mix_matching import scale_stereo_width, stereo_width
from audiopod_mcp.music.leadsheet import LeadSheet
from audiopod_mcp.music.model import (
    SAMPLE_RATE,
    Audio,
    Brief,
    Grid,
    Note,
    Progress,
    Refused,
    Rendering,
    Score,
    Span,
    progress_within,
)
from audiopod_mcp.music.score import UNPITCHED, excerpt
from audiopod_mcp.music.synthesis import Multitrack
from audiopod_mcp.music.theory import parse_key

from .production import Production

STYLE_NOTE = "No style was asked for: it is played as {}, which the recording sounds most like."
"""The note on music beside a recording whose style was heard, not named."""
_ALIKE = 1e-6
"""The energy of the difference of both sides, beside that of their sum, below which they are alike."""
_RINGING = 1.4
"""Seconds that the last chord of an ending has to ring in, at least."""


def fold_like(played: Rendering, beside: Audio) -> None:
    """Fold the stems of what was ``played`` to mono, in place, where the music ``beside`` it is."""
    assert isinstance(played.stems, Multitrack)  # noqa: S101 - they were wanted apart
    if beside.shape[1] == 2 and np.any(beside) and stereo_width(beside) < _ALIKE:
        played.stems.map(lambda stem: scale_stereo_width(stem, 0.0))


def accompany(
    frame: LeadSheet,
    brief: Brief,
    start: float,
    end: float,
    *,
    seed: int,
    report: Progress,
    chords: bool = True,
    melody: bool = False,
    label: str | None = None,
    ending: bool = False,
    big: bool = False,
    apart: bool = False,
) -> Rendering:
    """Compose and play new music for a stretch of a song.

    The music begins before ``start`` and goes on after ``end``, and is cut there: at a seam it is in full
    swing, as the song is.

    Parameters
    ----------
    frame : Frame
        The song's beats, chords and form.
    brief : Brief
        What the music is like.
    start, end : float
        The stretch, seconds; it may reach over the ends of the song.
    seed : int
    report : Progress
    chords, melody : bool
        Whether it keeps the song's chords, and its melody.
    label : str, optional
        The name of the section that it is, in place of the song's own sections.
    ending : bool
        Whether it comes to an end, on the tonic.
    big : bool
        Whether the ending is a chorus up to its last chord, in place of an outro.
    apart : bool
        Whether the stems are wanted at once; else they are played again when one is looked at.

    Returns
    -------
    Rendering
        44.1 kHz, stereo, ``end - start`` seconds long, with stems and a score.

    Raises
    ------
    Refused
        Where nobody is left to play.
    """
    reach, final = end + frame.bar_seconds, frame.downbeat_before(end - _RINGING)
    if ending:  # The last chord begins on a downbeat, early enough to ring.
        reach = max(
            start + frame.beat_seconds, min(end - 0.3, final + frame.bar_seconds - frame.beat_seconds / 3)
        )
    grid, origin = frame.grid(start, reach, chords=chords, melody=melody)
    parts = () if melody else stanzas(brief.lyrics)
    if any(part.label != "verse" or part.lines for part in parts):
        grid = replace(grid, sections=_sung_sections(grid, start - origin, end - origin, label, parts))
    elif label is not None:
        grid = replace(grid, sections=(Span(0.0, grid.beats[-1], label),))
    if ending:
        grid = _with_ending(
            grid, frame, max(0.0, grid.beats[-1] - 4 * frame.bar_seconds, start - origin), big
        )
        brief = replace(brief, energy=max(brief.energy, 0.9)) if big else brief
    brief = replace(
        brief,
        tempo=frame.tempo,
        key=frame.key or brief.key,
        timesignature=frame.timesignature,
        duration=grid.beats[-1],
    )
    score = compose(replace(brief, course=()), seed=seed, grid=grid, report=progress_within(report, 0.0, 0.2))
    score = follow_course(score, brief.course, start - origin)
    if ending:
        score = _with_long_last_notes(score, final - origin, max(score.duration, end - origin))
    made = Production.record(score, seed=seed, apart=apart, report=progress_within(report, 0.2, 1.0))
    if not made.tracks:
        raise Refused("nobody_plays")
    made.cut(round((start - origin) * SAMPLE_RATE), round((end - start) * SAMPLE_RATE))
    cut = replace(excerpt(score, start - origin, end - origin), tempo=round(frame.tempo, 3))
    return made.rendering(cut)


def _with_ending(grid: Grid, frame: LeadSheet, outro: float, big: bool) -> Grid:
    """``grid`` with an outro from ``outro`` (seconds) on.

    Its last bar is the tonic. Where the bar before that was the tonic already, its second half is a dominant,
    if the song has one.
    """
    count, last = len(grid.beats) - 1, grid.beats[-1]
    final = (count - 1) // grid.beats_per_bar * grid.beats_per_bar
    kept = tuple(Span(s.start, min(s.end, outro), s.label) for s in grid.sections if s.start < outro)
    if big:
        parts: tuple[Span, ...] = (
            Span(outro, grid.beats[final], "chorus"),
            Span(grid.beats[final], last, "ending"),
        )
    else:
        parts = (Span(outro, last, "outro"),)
    grid = replace(grid, sections=(*kept, *(span for span in parts if span.end > span.start)))
    key = parse_key(frame.key) if frame.key else None
    if key is None or len(grid.chords) != count:
        return grid
    home = key.names[key.tonic] + "m" * key.minor
    chords = list(grid.chords)
    chords[final:] = [home] * (count - final)
    dominant = key.names[(key.tonic + 7) % 12]
    leads = next(
        (chord for chord in (f"{dominant}7", dominant, f"{dominant}m") if chord in grid.chords), None
    )
    before = max(0, final - grid.beats_per_bar)
    if leads and all(chord == home for chord in chords[before:final]):
        half = (before + final + 1) // 2
        chords[half:final] = [leads] * (final - half)
    return replace(grid, chords=tuple(chords))


def _with_long_last_notes(score: Score, final: float, duration: float) -> Score:
    """``score`` with the notes from ``final`` (s) on held almost until ``duration`` (s), its new end."""

    def held(note: Note) -> Note:
        left = duration - note.start
        return replace(note, duration=max(note.duration, left - min(0.9, 0.4 * left)))

    parts = tuple(
        part
        if part.track in UNPITCHED
        else replace(part, notes=tuple(held(n) if n.start > final - 0.1 else n for n in part.notes))
        for part in score.parts
    )
    return replace(score, parts=parts, duration=duration)


def _sung_sections(
    grid: Grid, start: float, end: float, label: str | None, parts: Sequence[Stanza]
) -> tuple[Span, ...]:
    """Sections that put the stanzas into whole bars of ``[start, end)``: what is cut off has none.

    Tagged stanzas have as many bars as they have lines, in proportion; one, or more than there are bars for,
    are one section.
    """
    bars = grid.beats[:: grid.beats_per_bar]
    opening = next((bar for bar in bars if bar >= start - 0.05), bars[-1])
    if end - opening < 0.6 * (end - start):
        opening = max(bar for bar in bars if bar <= start + 0.05)
    last = grid.beats[-1]
    closing = max(bar for bar in bars if bar <= end + 0.05)
    closing = closing if closing > opening else last
    middle = (opening + closing) / 2
    own = next((span.label for span in grid.sections if span.start <= middle < span.end), "verse")
    name = label or own
    name = "verse" if name in ("intro", "outro", "solo", "instrumental", "break") else name
    inner = [bar for bar in bars if opening - 1e-6 <= bar < closing - 1e-6]
    sizes = np.cumsum([0, *(len(part.lines) or len(part.bars) or 2 for part in parts)])
    edges = np.round(sizes / max(1, sizes[-1]) * len(inner)).astype(int)
    if len(parts) > 1 and len({part.label for part in parts}) > 1 and (np.diff(edges) > 0).all():
        times = [*inner, closing]
        middles = [
            Span(times[a], times[b], part.label)
            for part, a, b in zip(parts, edges[:-1], edges[1:], strict=True)
        ]
    else:
        labels = {part.label for part in parts}
        name = labels.pop() if len(labels) == 1 and labels != {"verse"} else name
        middles = [Span(opening, closing, name)]
    spans = (Span(0.0, opening, "break"), *middles, Span(closing, last, "break"))
    return tuple(span for span in spans if span.end > span.start)
