"""Who plays in the sections of tagged lyrics: notes of everybody else are left out there.

Where somebody plays alone and others are said to enter later, the piece grows: whoever is not named waits for
a tag that asks for all or names nobody, or comes in with the last of those who enter. Words are sung wherever
they are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from audiopod_mcp.music.model import Note, Part, Staging
from audiopod_mcp.music.styles import Member
from audiopod_mcp.music.synthesis.instruments import INSTRUMENTS

from .counter_melody import counter_melody
from .course import Stretch, outside, plays_it
from .song_plan import SongPlan


def staged(plan: SongPlan, parts: Sequence[Part]) -> tuple[Part, ...]:
    """``parts`` as the tags of the lyrics have them play."""
    staging = plan.brief.staging
    if not staging:
        return tuple(parts)
    kept = []
    for part in parts:
        sings = part.track == "vocals" and plan.sings
        silences = () if sings else _silences(plan, staging, part, parts)
        notes = outside(part.notes, silences)
        kept.append(replace(part, notes=notes))
    return tuple(part for part in kept if part.notes)


def with_held_tones(plan: SongPlan, member: Member, notes: tuple[Note, ...]) -> tuple[Note, ...]:
    """``notes`` of somebody who rests while it is sung, and long ones where a tag has them play."""
    if member.role not in ("lead", "counter") or not plan.sings:
        return notes
    names = {member.instrument, INSTRUMENTS[member.instrument].track}
    mine = [step for step in plan.brief.staging if names.intersection(step.players)]
    named = {step.section for step in mine if step.action in ("enters", "plays", "only")}
    named |= {step.section for step in plan.brief.staging if mine and step.action == "all"}
    stretches = [
        _stretch(plan, number)
        for number, section in enumerate(plan.sections)
        if section.lines and section.stanza in named
    ]
    late = [
        (start, end)
        for start, end in stretches
        if not any(start <= n.start < (start + end) / 2 for n in notes)
    ]
    if not late:
        return notes
    held = counter_melody(plan, replace(member, role="counter", figure="long"))
    added = [note for note in held if any(start <= note.start + 0.05 < end for start, end in late)]
    return tuple(sorted((*outside(notes, late), *added), key=lambda note: (note.start, note.pitch)))


def _silences(plan: SongPlan, staging: Sequence[Staging], part: Part, parts: Sequence[Part]) -> list[Stretch]:
    """The stretches, s, in which ``part`` is silent: none where all of ``parts`` would be."""
    mine = [step for step in staging if plays_it(part, step.players)]
    first = next((step.action for step in mine if step.action != "rests"), "")
    away = first == "enters"
    """Whether it has not entered yet, or has left."""
    waits_until: int | None = None
    """The tag before which it waits for its turn, in a piece that grows."""
    silences: list[Stretch] = []
    for number, stanza in enumerate(_stanzas(plan)):
        now = [step for step in staging if step.section == stanza]
        here = [step.action for step in now if step in mine]
        alone = [step for step in now if step.action == "only"]
        stretch = _stretch(plan, number)
        if waits_until is not None and stanza is not None and stanza >= waits_until:
            waits_until = None
        if alone and "only" not in here:
            waits_until = _entry_of_all(staging, alone[0].section)
        if {"enters", "only", "plays"} & {*here} or any(step.action == "all" for step in now):
            away, waits_until = False, None
        away = away or "leaves" in here
        silent = "rests" in here or away or waits_until is not None
        if alone and "only" not in here:
            silent = any(plays_it(other, alone[0].players) and _plays(other, stretch) for other in parts)
        if silent and part.instrument != plan.sections[number].soloist:
            silences.append(stretch)
    return silences


def _stanzas(plan: SongPlan) -> list[int | None]:
    """The number of each section in the lyrics; a bar at a seam goes with the section that is beside it."""
    found = [section.stanza for section in plan.sections]
    for seam, beside in ((0, 1), (-1, -2)) if len(found) > 1 else ():
        if found[seam] is None and plan.sections[seam].bars <= 1:
            found[seam] = found[beside]
    return found


def _entry_of_all(staging: Sequence[Staging], after: int) -> int | None:
    """The section in which whoever no tag names enters, after somebody's playing alone in ``after``.

    It is the first that asks for all or names nobody, or else that of the last entry.
    """
    last = None
    for section in range(after + 1, max(step.section for step in staging) + 1):
        actions = {step.action for step in staging if step.section == section} - {"more", "less"}
        if "only" in actions:
            break
        if not actions or "all" in actions:
            return section
        if "enters" in actions:
            last = section
    return last


def _stretch(plan: SongPlan, section: int) -> Stretch:
    """From where to where, s, a section goes."""
    times = plan.timeline.times
    starts = [float(times[bar.start]) for bar in plan.bars if bar.section == section]
    later = (float(times[bar.start]) for bar in plan.bars if bar.section > section)
    return (starts[0] if starts else plan.brief.duration, next(later, plan.brief.duration))


def _plays(part: Part, stretch: Stretch) -> bool:
    return any(stretch[0] <= note.start < stretch[1] for note in part.notes)
