"""Composing: from a brief, and perhaps a given grid, to a score. By rule and seeded chance, note by note."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from audiopod_mcp.music.composition import answers, backing, drumming, tunes
from audiopod_mcp.music.composition.activity import as_dense
from audiopod_mcp.music.composition.ensemble import band_for
from audiopod_mcp.music.composition.form import Section, plan, sung_plan, tagged_plan
from audiopod_mcp.music.composition.harmony import chords_of, spans_of
from audiopod_mcp.music.composition.openings import opening
from audiopod_mcp.music.composition.piece import Piece
from audiopod_mcp.music.composition.singing import sing, spread_lines
from audiopod_mcp.music.composition.timeline import Timeline, bars_of, given, sections_on, steady
from audiopod_mcp.music.composition.words import Stanza, stanzas
from audiopod_mcp.music.model import (
    Activity,
    Brief,
    Grid,
    LyricLine,
    Note,
    Part,
    Progress,
    Refused,
    Score,
    Span,
    silent,
)
from audiopod_mcp.music.styles import STYLES, Member, Style
from audiopod_mcp.music.synthesis.instruments import INSTRUMENTS
from audiopod_mcp.music.theory import METRES, Key, parse_key

__all__ = ["compose", "harmony"]

_PLAYERS: dict[str, Callable[[Piece, Member], tuple[Note, ...]]] = {
    "drums": drumming.drums, "percussion": drumming.percussion, "bass": backing.bass, "comp": backing.comping,
    "pad": backing.pad, "lead": tunes.lead, "counter": answers.counter, "fx": drumming.effects,
}  # fmt: skip


def compose(brief: Brief, *, seed: int, grid: Grid | None = None, report: Progress = silent) -> Score:
    """A piece of exactly ``brief.duration`` seconds; the same brief, seed and grid give the same score.

    With a ``grid``, its beats, metre, chords, sections, melody and density are what is played on. Raises
    :class:`Refused` for a metre or key that can't be played.
    """
    report(0.0, "Composing")
    piece, rap = _begun(brief, seed, grid)
    timeline = piece.timeline
    parts, lyrics = _play(piece, rap, report)
    report(1.0, "Composed")
    tempo = (
        brief.tempo
        if grid is None
        else 60
        / float(sorted(timeline.times[1:] - timeline.times[:-1])[timeline.beats // 2])
        / timeline.metre.unit
    )
    beats = [float(time) for time in timeline.times[:-1] if time < brief.duration]
    starts = {bar.start for bar in piece.bars if bar.start >= timeline.first_downbeat}
    return Score(
        seed=seed,
        duration=brief.duration,
        tempo=round(tempo, 3),
        key=str(piece.key),
        timesignature=timeline.metre.name,
        beats=tuple(beats),
        downbeats=tuple(beat for number, beat in enumerate(beats) if number in starts),
        sections=_section_spans(piece),
        chords=spans_of(piece.chords, timeline),
        parts=parts,
        lyrics=lyrics,
        brief=brief,
    )


def harmony(brief: Brief, *, seed: int, grid: Grid | None = None) -> tuple[str, ...]:
    """The chords, one a beat, that :func:`compose` would play to; refuses what that refuses."""
    piece, _ = _begun(brief, seed, grid)
    return tuple(chord.label for chord in piece.chords)


def _begun(brief: Brief, seed: int, grid: Grid | None) -> tuple[Piece, bool]:
    """Everything but the notes; and whether the words are spoken."""
    style = STYLES.get(brief.style, STYLES["pop"])
    key = parse_key(brief.key)
    if key is None:
        raise Refused("composition_key_unknown", key=brief.key)
    if brief.timesignature not in METRES:
        raise Refused("metre_unknown", metre=brief.timesignature, metres=tuple(METRES))
    if brief.duration <= 0:
        raise Refused("duration_not_positive", duration=brief.duration)
    words = () if brief.instrumental or "vocals" in brief.without else stanzas(brief.lyrics)
    rap = "spoken voice" in brief.instruments
    timeline, sections = _frame(brief, style, words, grid, rap)
    if grid is not None and grid.density is not None and brief.activity == Activity():
        brief = replace(brief, activity=as_dense(grid.density))
    return _piece(brief, style, key, timeline, sections, grid, seed), rap


def _frame(
    brief: Brief, style: Style, words: tuple[Stanza, ...], grid: Grid | None, rap: bool
) -> tuple[Timeline, list[Section]]:
    """The beats and the form."""
    swing = style.swing if brief.swing is None else brief.swing
    lines = [line for part in words for line in part.lines]
    if grid is not None:
        timeline = given(brief, grid, swing, style.swung)
        sections = sections_on(timeline, grid.sections, brief.energy)
        return timeline, spread_lines(sections, lines, timeline.metre.beats) if lines else sections
    timeline = steady(brief, swing, style.swung)
    bars = len(timeline.bar_lengths())
    # The held last chord is a bar of its own, after the form: nobody sings over it.
    free = bars - timeline.ending
    if lines:
        sections = sung_plan(words, free, timeline.metre, brief.tempo, brief.energy, rap)
    elif brief.form:
        sections = tagged_plan(brief.form, free, brief.energy)
    else:
        sections = plan(style, free, brief.energy)
    return timeline, sections


def _piece(
    brief: Brief,
    style: Style,
    key: Key,
    timeline: Timeline,
    sections: list[Section],
    grid: Grid | None,
    seed: int,
) -> Piece:
    bars = bars_of(timeline, sections)
    chords = chords_of(timeline, bars, sections, style, key, seed, grid.chords if grid else ())
    return Piece(
        brief, style, key, timeline, sections, bars, chords, seed,
        melody=grid.melody if grid else (),
        own_form=grid is None,
        sings=any(section.lines for section in sections),
    )  # fmt: skip


def _play(piece: Piece, rap: bool, report: Progress) -> tuple[tuple[Part, ...], tuple[LyricLine, ...]]:
    """Everybody's notes."""
    parts: list[Part] = []
    lyrics: tuple[LyricLine, ...] = ()
    band = band_for(piece.brief, piece.style, sings=piece.sings)
    if piece.sings:
        singer = Member("lead", "spoken voice" if rap else "voice", "melody")
        notes, lyrics = sing(piece, singer)
        parts.append(Part("vocals", singer.instrument, notes))
    elif (
        "voice" in piece.brief.instruments
        and "vocals" not in piece.brief.without
        and not piece.brief.instrumental
    ):
        band = (Member("lead", "voice", "melody"), *(member for member in band if member.role != "lead"))
    pitched = {member.instrument for member in band if not INSTRUMENTS[member.instrument].unpitched}
    piece = replace(piece, alone=len(pitched) == 1, opening=opening(piece, band))
    for number, member in enumerate(band):
        report((number + 0.5) / (len(band) + 1), f"Writing the {member.instrument}")
        notes = _PLAYERS[member.role](piece, member)
        if notes:
            parts.append(Part(INSTRUMENTS[member.instrument].track, member.instrument, notes))
    return tuple(parts), lyrics


def _section_spans(piece: Piece) -> tuple[Span, ...]:
    """Sections in seconds, without gaps, the last one up to the end."""
    spans: list[Span] = []
    for bar in piece.bars:
        start = min(float(piece.timeline.times[bar.start]), piece.brief.duration)
        if bar.first:
            spans.append(Span(start, piece.brief.duration, piece.sections[bar.section].label))
            if len(spans) > 1:
                spans[-2] = Span(spans[-2].start, start, spans[-2].label)
    return tuple(span for span in spans if span.end > span.start)
