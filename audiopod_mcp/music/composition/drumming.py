"""Drums, percussion and effects: a groove in each bar, fills before a new section, risers before a drop."""

from __future__ import annotations

from dataclasses import replace

from audiopod_mcp.music.model import Note
from audiopod_mcp.music.styles import Member
from audiopod_mcp.music.synthesis.instruments import INSTRUMENTS

from . import activity
from .fills import fills_for
from .grooves import (
    CLAP,
    CLOSED,
    CRASH,
    KICK,
    OPEN,
    RIDE,
    SNARE,
    STICK,
    TIMEKEEPERS,
    Groove,
    groove_for,
)
from .patterns import fit_to_metre
from .percussion import percussion_for
from .random_streams import random_stream
from .song_plan import PartWriter, SongPlan
from .timeline import Bar
from .variation import Variation

_MARK_VELOCITY = {"X": 0.97, "x": 0.8, "o": 0.5}
_BACKBEATS = (SNARE, CLAP, STICK)


def drums(plan: SongPlan, member: Member) -> tuple[Note, ...]:
    """Write the drum kit: the groove, lighter where the music is calm, with a fill at the end of each
    section.
    """
    writer = PartWriter(plan, member, "drums")
    rng = random_stream(plan.seed, "drums")
    name = member.figure or (plan.style.groove if plan.style.groove != "none" else "pop")
    groove = groove_for(name, plan.timeline.metre)
    if plan.brief.feel == "half-time" and not _has_backbeat(groove, plan.timeline.metre.steps_per_beat):
        plan = replace(plan, brief=replace(plan.brief, feel=None))  # The groove is in half-time already.
    fill = fills_for(plan)
    variation = Variation(plan, "drums")
    filled = False
    for bar in plan.bars:
        intensity = plan.intensity(bar)
        if bar.ending:
            _final_hit(writer, bar, intensity, bool(groove))
            continue
        if not plan.plays(member, bar):
            filled = bar.section == 0 and bar.index + 1 == plan.entry_bars.get(member.role, 0)
            if filled:
                _write_strokes(writer, plan, fill.pickup, bar.start + bar.beats - 1, 1, intensity)
            continue
        if plan.holds_back(bar):
            _snare_roll(writer, plan, bar, intensity)
            filled = True
            continue
        if filled or bar.first:
            _arrival(writer, plan, bar, intensity)
        beats = _fill_beats(plan, bar, intensity, rng.random())
        pattern = _groove_at_intensity(plan, groove, bar, intensity)
        _write_bar(writer, plan, pattern, bar, intensity, until=bar.beats - beats, variation=variation)
        if beats:
            chosen = fill.choose(int(rng.integers(4)), intensity)
            _write_fill(writer, plan, bar, bar.beats - beats, intensity, chosen)
        filled = beats > 0
    return writer.sorted_notes()


def _fill_beats(plan: SongPlan, bar: Bar, intensity: float, lot: float) -> int:
    """Give the beats of the fill at the end of ``bar``: the more, the louder what it leads into.

    Within a section eight bars end in a short one, where the music is not calm.
    """
    busy = plan.brief.activity.drums
    loud = intensity > 0.5 and busy > 0.25
    if bar.beats != plan.timeline.metre.beats or plan.bars[-1] is bar:
        return 0
    if not bar.last:
        return int(loud and bar.index % 8 == 7)
    if bar.section + 1 == len(plan.sections):
        return 0
    grows = plan.sections[bar.section + 1].intensity - intensity
    if loud and grows > 0.15 and lot < 0.4 and bar.beats == 4:
        return 4
    return min(2, bar.beats - 1) if loud else 1


def _arrival(writer: PartWriter, plan: SongPlan, bar: Bar, intensity: float) -> None:
    """Strike a cymbal where a fill arrives, and where a loud section begins."""
    previous = plan.sections[bar.section - 1].intensity if bar.first and bar.section else intensity
    loudest = max(previous, intensity)
    if loudest > 0.6 and plan.brief.activity.drums > 0.1:
        rises = bar.first and intensity >= previous
        writer.write(bar.start, 2, CRASH, 0.85 if rises else 0.68, intensity=intensity)


def _has_backbeat(groove: Groove, size: int) -> bool:
    """Say whether snare, clap or side stick falls on the second beat."""
    lines = (groove[drum].replace(" ", "") for drum in _BACKBEATS if drum in groove)
    return any(line[size] in "Xx" for line in lines)


def percussion(plan: SongPlan, member: Member) -> tuple[Note, ...]:
    """Write hand percussion: one pattern throughout, a little varied."""
    writer = PartWriter(plan, member, "percussion" + member.figure)
    if not INSTRUMENTS[member.instrument].unpitched:
        return ()
    patterns = percussion_for(member.figure, plan.timeline.metre)
    variation = Variation(plan, "percussion", member.figure)
    for bar in plan.bars:
        if plan.plays(member, bar) and not bar.ending:
            intensity = plan.intensity(bar)
            _write_bar(writer, plan, patterns, bar, intensity, until=bar.beats, variation=variation)
    return writer.sorted_notes()


def effects(plan: SongPlan, member: Member) -> tuple[Note, ...]:
    """Write effects.

    The figure ``bed`` is a texture from beginning to end, ``transitions`` are risers into louder sections,
    and ``arrivals`` is a boom where those begin.
    """
    writer = PartWriter(plan, member, "fx", exact=True)
    if member.figure == "bed":
        start, step = 0.0, 11.0
        while start < plan.timeline.duration:
            length = min(step, plan.timeline.duration - start)
            writer.notes.append(Note(round(start, 5), round(length, 5), 60, 90))
            start += step
        return writer.sorted_notes()
    for bar in plan.bars:
        following = bar.section + 1
        if not bar.last or following >= len(plan.sections):
            continue
        grows = plan.sections[following].intensity - plan.sections[bar.section].intensity
        if member.figure == "arrivals":
            if grows > 0.25:
                writer.write(bar.start + bar.beats, 4, 60, 0.85, intensity=0.9)
        elif grows > 0.15:
            length = min(2, plan.sections[bar.section].bars) * plan.timeline.metre.beats
            writer.write(bar.start + bar.beats - length, length, 60, 0.85, intensity=0.9)
    return writer.sorted_notes()


def _groove_at_intensity(plan: SongPlan, groove: Groove, bar: Bar, intensity: float) -> Groove:
    """Adapt the groove to the intensity of a bar: a side stick where it is calm, the ride where it is
    loud.
    """
    pattern = dict(groove)
    if intensity < 0.45:
        snare = pattern.pop(SNARE, None)
        if snare and STICK not in pattern:
            pattern[STICK] = snare.replace("o", ".").replace("X", "x")
        pattern.pop(CLAP, None)
        if CLOSED in pattern:
            pattern[CLOSED] = pattern[CLOSED].replace("o", ".")
    elif (
        intensity > 0.88
        and CLOSED in pattern
        and OPEN not in pattern
        and bar.section % 2
        and not plan.timeline.metre.compound
    ):
        pattern[RIDE] = pattern.pop(CLOSED)
    if plan.sections[bar.section].label == "break":
        pattern.pop(KICK, None)
    return pattern


def _write_bar(
    writer: PartWriter,
    plan: SongPlan,
    groove: Groove,
    bar: Bar,
    intensity: float,
    until: int,
    variation: Variation,
) -> None:
    """Write one bar of a groove; a pickup bar plays the end of the pattern."""
    metre = plan.timeline.metre
    whole = max(bar.beats, metre.beats)
    feel = plan.brief.feel if any(drum in groove for drum in _BACKBEATS) else None
    skip = whole - bar.beats if bar.start == 0 and bar.beats < metre.beats else 0
    level = plan.brief.activity.drums
    scaled = activity.scale_groove(groove, metre, level)
    lines = {drum: fit_to_metre(line, metre, whole, bar.index) for drum, line in scaled.items()}
    for drum, steps in variation.groove(lines, bar, level).items():
        if feel and drum not in TIMEKEEPERS:
            steps = _half_time(steps, bar.index) if feel == "half-time" else _double_time(steps)
        for index in range(skip * metre.steps_per_beat, (skip + until) * metre.steps_per_beat):
            mark = steps[index]
            if mark in _MARK_VELOCITY:
                beat = bar.start + index / metre.steps_per_beat - skip
                touch = _MARK_VELOCITY[mark] * (
                    activity.metrical_accent(index, metre) if drum in TIMEKEEPERS else 1.0
                )
                writer.write(beat, 1 / metre.steps_per_beat, drum, touch, intensity=intensity)


def _half_time(steps: str, bar: int) -> str:
    """Spread half of a bar's strokes over the whole bar; the other half comes in the next bar."""
    half = len(steps) // 2
    part = steps[half:] if bar % 2 else steps[: len(steps) - half]
    return "".join(mark + "." for mark in part)[: len(steps)]


def _double_time(steps: str) -> str:
    """Play a bar's strokes twice, each time in half the bar."""
    return (steps[::2] * 2)[: len(steps)]


def _write_fill(
    writer: PartWriter, plan: SongPlan, bar: Bar, cut: int, intensity: float, fill: Groove
) -> None:
    """Write a fill on the last beats of a section."""
    _write_strokes(writer, plan, fill, bar.start + cut, bar.beats - cut, intensity)
    if KICK not in fill and intensity > 0.3:
        writer.write(bar.start + cut, 0.5, KICK, 0.8, intensity=intensity)


def _write_strokes(
    writer: PartWriter, plan: SongPlan, fill: Groove, start: float, beats: int, intensity: float
) -> None:
    """Write the last ``beats`` beats of a fill, which is notated over two beats, growing towards its end.

    Where there are more beats it is played again, the first time by fewer strokes.
    """
    bare = plan.brief.activity.drums < 0.25
    written = 2 * plan.timeline.metre.unit
    if beats > written:
        early = {drum: line.replace(" ", "")[::2] for drum, line in fill.items()}
        _write_strokes(writer, plan, early, start, beats - written, 0.8 * intensity)
        start, beats = start + beats - written, written
    for drum, line in fill.items():
        steps = line.replace(" ", "")
        shown = steps[-round(len(steps) * min(1.0, beats / (2 * plan.timeline.metre.unit))) :]
        for index, mark in enumerate(shown):
            if mark in _MARK_VELOCITY and not (bare and mark == "o"):
                beat = start + index * beats / len(shown)
                if len(steps) % 3 == 0:
                    beat = plan.timeline.unswung(beat)
                strength = _MARK_VELOCITY[mark] * (0.75 + 0.25 * index / len(shown))
                writer.write(beat, 0.25, drum, strength, intensity=intensity)


def _snare_roll(writer: PartWriter, plan: SongPlan, bar: Bar, intensity: float) -> None:
    """Write the end of a build-up: a snare roll in eighths, then in sixteenths, then a beat of silence."""
    metre = plan.timeline.metre
    step = 1 / 3 if metre.compound else metre.unit / 2
    step = step / 2 if bar.last else step
    until = bar.beats - (metre.unit if bar.last else 0)
    count = round(until / step)
    for index in range(count):
        growth = (index / count + bar.last) / 2
        writer.write(
            bar.start + index * step, step, SNARE, 0.5 + 0.45 * growth, intensity=max(0.7, intensity)
        )


def _final_hit(writer: PartWriter, bar: Bar, intensity: float, plays: bool) -> None:
    if plays:
        writer.write(bar.start, 1, KICK, 0.85, intensity=intensity)
        writer.write(bar.start, 4, CRASH, 0.7, intensity=intensity)
