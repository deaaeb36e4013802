"""Composing by rule and seeded chance: from a brief, and perhaps a grid that is given, to a score."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from audiopod_mcp.music.lyrics.text import read_lyrics
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
    ignore_progress,
)
from audiopod_mcp.music.styles import STYLES, Member, Style
from audiopod_mcp.music.synthesis.instruments import INSTRUMENTS
from audiopod_mcp.music.theory import METRES, Key, parse_key

from . import backing, counter_melody, drumming, melody
from .activity import activity_for_density
from .course import follow_course, sections_for
from .entries import entry_bars
from .form import Section, emphasised, lyrics_form, staged_strengths, style_form, tagged_form
from .harmony import chord_spans, chords_by_beat
from .instrumentation import choose_band
from .singing import distribute_lines, divide_lines, name_stanzas, place_stanzas, singers_of, vocal_line
from .solos import solo_parts, with_solo
from .song_plan import SongPlan
from .staging import staged, with_held_tones
from .stanzas import Stanza
from .tagged_solos import beside_soloists, tagged_solo_parts, with_soloists, with_written_parts
from .timeline import Timeline, bars_of, grid_sections, grid_timeline, steady_timeline
from .written_chords import with_written_chords, without_chords

__all__ = ["compose", "compose_chords"]

_PART_WRITERS: dict[str, Callable[[SongPlan, Member], tuple[Note, ...]]] = {
    "drums": drumming.drums,
    "percussion": drumming.percussion,
    "bass": backing.bass_line,
    "comp": backing.comping,
    "pad": backing.pad,
    "counter": counter_melody.counter_melody,
    "fx": drumming.effects,
}


def compose(
    brief: Brief, *, seed: int, grid: Grid | None = None, report: Progress = ignore_progress
) -> Score:
    """Compose a piece of exactly ``brief.duration`` seconds.

    Parameters
    ----------
    brief
        What is wanted.
    seed
        Decides whatever the brief leaves open: the same brief, seed and grid give the same score.
    grid
        Beats, metre, chords, sections, melody and density to compose on; without it they are the composer's.
    report
        Is told how far the work is, and may raise to stop it.

    Raises
    ------
    Refused
        The key or the metre can't be played, or the duration is not positive.

    """
    report(0.0, "Composing")
    plan, rap = _plan_song(brief, seed, grid)
    timeline = plan.timeline
    parts, lyrics = _write_parts(plan, rap, report)
    report(1.0, "Composed")
    tempo = brief.tempo if grid is None else _median_tempo(timeline)
    beats = [float(time) for time in timeline.times[:-1] if time < brief.duration]
    starts = {bar.start for bar in plan.bars if bar.start >= timeline.first_downbeat}
    score = Score(
        seed=seed,
        duration=brief.duration,
        tempo=round(tempo, 3),
        key=str(plan.key),
        timesignature=timeline.metre.name,
        beats=tuple(beats),
        downbeats=tuple(beat for number, beat in enumerate(beats) if number in starts),
        sections=_section_spans(plan),
        chords=chord_spans(plan.chords, timeline),
        parts=parts,
        lyrics=lyrics,
        brief=brief,
    )
    return follow_course(score, brief.course)


def compose_chords(brief: Brief, *, seed: int, grid: Grid | None = None) -> tuple[str, ...]:
    """Give the chord labels, one a beat, that :func:`compose` would play; it refuses what that refuses."""
    plan, _ = _plan_song(brief, seed, grid)
    return tuple(chord.label for chord in plan.chords)


def _plan_song(brief: Brief, seed: int, grid: Grid | None) -> tuple[SongPlan, bool]:
    """Decide everything but the notes; and whether the words are rapped."""
    style = STYLES.get(brief.style, STYLES["pop"])
    key = parse_key(brief.key)
    if key is None:
        raise Refused("composition_key_unknown", key=brief.key)
    if brief.timesignature not in METRES:
        raise Refused("metre_unknown", metre=brief.timesignature, metres=tuple(METRES))
    if brief.duration <= 0:
        raise Refused("duration_not_positive", duration=brief.duration)
    words = () if brief.instrumental or "vocals" in brief.without else with_soloists(brief)
    rap = "spoken voice" in brief.instruments
    timeline, sections = _plan_form(brief, style, words, grid, rap)
    if grid is not None and grid.density is not None and brief.activity == Activity():
        brief = replace(brief, activity=activity_for_density(grid.density))
    plan = _song_plan(brief, style, key, timeline, sections, grid, seed)
    return with_written_chords(plan, spoken=rap), rap


def _plan_form(
    brief: Brief, style: Style, words: tuple[Stanza, ...], grid: Grid | None, rap: bool
) -> tuple[Timeline, list[Section]]:
    """Lay out the beats and the form."""
    swing = style.swing if brief.swing is None else brief.swing
    lines = [line for part in words for line in part.lines]
    if grid is not None:
        timeline = grid_timeline(brief, grid, swing, style.swing_unit)
        sections = grid_sections(timeline, grid.sections, brief.energy)
        parts = with_soloists(brief)
        parts = parts if lines else tuple(replace(part, lines=(), chords=()) for part in parts)
        beats = timeline.metre.beats
        if placed := place_stanzas(sections, parts, beats, staged=bool(brief.staging)):
            return timeline, staged_strengths(placed, brief.staging)
        if brief.staging:
            sections = staged_strengths(name_stanzas(sections, parts), brief.staging)
        marks = [marks for part in words for marks in part.chords or ((),) * len(part.lines)]
        if not lines:
            return timeline, sections
        return timeline, distribute_lines(sections, lines, timeline.metre.beats, marks)
    timeline = steady_timeline(brief, swing, style.swing_unit)
    if brief.ends_abruptly or read_lyrics(brief.lyrics or "").ends_abruptly:
        timeline = replace(timeline, ending=False)
    bars = len(timeline.bar_lengths())
    # The last chord, which is held, is a bar of its own after the form: nobody sings over it.
    free = bars - timeline.ending
    if lines:
        sections = lyrics_form(words, free, timeline.metre, brief.tempo, brief.energy, rap)
    elif brief.form:
        sections = tagged_form(brief.form, free, brief.energy)
        sections = with_written_parts(sections, with_soloists(brief))
    else:
        sections = style_form(style, free, brief.energy)
        wanted = sections_for(brief.course, [section.label for section in sections])
        if wanted and free >= 2 * len(wanted):
            sections = tagged_form(wanted, free, brief.energy)
    sections = staged_strengths(emphasised(sections, brief.emphasis), brief.staging)
    return timeline, with_solo(sections, brief)


def _song_plan(
    brief: Brief,
    style: Style,
    key: Key,
    timeline: Timeline,
    sections: list[Section],
    grid: Grid | None,
    seed: int,
) -> SongPlan:
    bars = bars_of(timeline, sections)
    chords = chords_by_beat(timeline, bars, sections, style, key, seed, grid.chords if grid else ())
    return SongPlan(
        brief, style, key, timeline, sections, bars, chords, seed,
        pedal=key.tonic if key.mode and not (grid and grid.chords) else None,
        melody=grid.melody if grid else (),
        has_own_form=grid is None,
        sings=any(section.lines for section in sections),
    )  # fmt: skip


def _write_parts(
    plan: SongPlan, rap: bool, report: Progress
) -> tuple[tuple[Part, ...], tuple[LyricLine, ...]]:
    """Write the notes of every member of the band, and of the singer."""
    parts: list[Part] = []
    lyrics: tuple[LyricLine, ...] = ()
    band = choose_band(plan.brief, plan.style, sings=plan.sings)
    if plan.sings:
        singers = ("spoken voice",) if rap else singers_of(plan.brief) or ("voice",)
        notes, lyrics = vocal_line(plan, Member("lead", singers[0], "melody"))
        parts += divide_lines(notes, lyrics, singers, plan.brief.lyrics)
    elif singers_of(plan.brief) and "vocals" not in plan.brief.without and not plan.brief.instrumental:
        singer = singers_of(plan.brief)[0]
        band = (Member("lead", singer, "melody"), *(member for member in band if member.role != "lead"))
    pitched = {member.instrument for member in band if not INSTRUMENTS[member.instrument].unpitched}
    plan = replace(
        plan,
        is_solo=len(pitched) == 1,
        entry_bars={} if plan.brief.course or plan.brief.staging else entry_bars(plan, band),
    )
    answerers = tuple(m for m in band if m.role == "counter" and m.figure == "answers")
    if plan.sings and not answerers and not plan.melody:
        # Who has the tune where nobody sings answers the voice.
        answerers = tuple(member for member in band if member.role == "lead")
    plan = replace(plan, answerers=answerers)
    tunes: dict[Member, tuple[Note, ...]] = {m: melody.lead_melody(plan, m) for m in band if m.role == "lead"}
    heard = sorted(
        (note for notes in (*tunes.values(), *(part.notes for part in parts)) for note in notes),
        key=lambda note: note.start,
    )
    plan = replace(plan, tune=tuple(heard))
    for number, member in enumerate(band):
        report((number + 0.5) / (len(band) + 1), f"Writing the {member.instrument}")
        notes = tunes[member] if member in tunes else _PART_WRITERS[member.role](plan, member)
        if member in tunes and member in answerers:
            answers = counter_melody.answers(plan, member)
            notes = tuple(sorted((*notes, *answers), key=lambda note: (note.start, note.pitch)))
        notes = with_held_tones(plan, member, notes)
        notes = beside_soloists(plan, member, without_chords(plan, member, notes))
        if notes:
            parts.append(Part(INSTRUMENTS[member.instrument].track, member.instrument, notes))
    return staged(plan, (*solo_parts(plan, parts), *tagged_solo_parts(plan, band))), lyrics


def _median_tempo(timeline: Timeline) -> float:
    """Give the tempo of a beat of median length."""
    lengths = sorted(timeline.times[1:] - timeline.times[:-1])
    return 60 / float(lengths[timeline.beats // 2]) / timeline.metre.unit


def _section_spans(plan: SongPlan) -> tuple[Span, ...]:
    """Give the sections in seconds, without gaps, the last one up to the end."""
    spans: list[Span] = []
    for bar in plan.bars:
        start = min(float(plan.timeline.times[bar.start]), plan.brief.duration)
        if bar.first:
            spans.append(Span(start, plan.brief.duration, plan.sections[bar.section].label))
            if len(spans) > 1:
                spans[-2] = Span(spans[-2].start, start, spans[-2].label)
    return tuple(span for span in spans if span.end > span.start)
