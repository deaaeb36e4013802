"""Solos within a piece: a section that is a solo, and the player who has it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from audiopod_mcp.music.model import Brief, Note, Part
from audiopod_mcp.music.styles import Member
from audiopod_mcp.music.synthesis.instruments import INSTRUMENTS

from .form import Section, section_intensity
from .melody import lead_melody
from .song_plan import SongPlan

_SHORTEST = 2
"""Bars of a solo at least."""


def soloists_of(brief: Brief) -> list[str]:
    """Give the instruments that have a solo wherever the form has one."""
    return [name for name, section in brief.solos if section is None and name in INSTRUMENTS]


def with_solo(sections: list[Section], brief: Brief) -> list[Section]:
    """Give ``sections`` with a solo among them where ``brief`` asks for one and nobody sings.

    It takes the place of a contrasting section, else of the last inner one that is not the only one of its
    kind, else of the middle one.
    """
    if not soloists_of(brief) or any(section.label == "solo" for section in sections):
        return sections
    labels = [section.label for section in sections]
    free = [
        i
        for i in range(len(sections))
        if not sections[i].lines and sections[i].bars >= _SHORTEST and labels[i] not in ("intro", "outro")
    ]
    if not free:
        return sections
    away = [i for i in free if labels[i] in ("bridge", "break")]
    inner = [i for i in free if 0 < i < len(sections) - 1 and labels.count(labels[i]) > 1]
    at = (away or inner[:-1] or inner or free)[-1]
    if len(free) == 1 and not away:  # The second half of the only one.
        half = sections[at].bars // 2
        if half < _SHORTEST:
            return sections
        sections = [
            *sections[:at],
            replace(sections[at], bars=sections[at].bars - half),
            replace(sections[at], bars=half),
            *sections[at + 1 :],
        ]
        at += 1
    solo = replace(sections[at], label="solo", intensity=section_intensity("solo", brief.energy))
    return [*sections[:at], solo, *sections[at + 1 :]]


def solo_parts(plan: SongPlan, parts: Sequence[Part]) -> tuple[Part, ...]:
    """Give ``parts`` with the solos that the brief asks for: several players take turns, solo by solo."""
    spans = _solo_spans(plan)
    soloists = soloists_of(plan.brief)
    if not spans or not soloists:
        return tuple(parts)
    turns = solo_turns(spans, soloists)
    found = list(parts)
    for name, mine in turns.items():
        instrument = INSTRUMENTS[name]
        if instrument.unpitched:  # A drummer's solo is one alone.
            found = [p if p.track in ("drums", "percussion") else _without(p, mine) for p in found]
            continue
        lead = next((p for p in found if p.instrument == name and _is_tune(p)), None)
        tune = lead.notes if lead else lead_melody(plan, Member("lead", name, "melody"))
        inside = tuple(note for note in tune if _within(note, mine))
        found = [p if p is lead else _without(p, mine) if _is_tune(p) else p for p in found]
        if lead is None and inside:
            own = next((i for i, p in enumerate(found) if p.instrument == name), None)
            if own is None:
                found.append(Part(instrument.track, name, inside))
            else:
                kept = _without(found[own], mine).notes
                notes = tuple(sorted((*kept, *inside), key=lambda note: (note.start, note.pitch)))
                found[own] = replace(found[own], notes=notes)
    return tuple(part for part in found if part.notes)


def _solo_spans(plan: SongPlan) -> list[tuple[float, float]]:
    """Give the stretches, s, of the plan's solos."""
    spans: list[tuple[float, float]] = []
    for number, section in enumerate(plan.sections):
        bars = [bar for bar in plan.bars if bar.section == number and not bar.ending]
        if section.label == "solo" and section.soloist is None and bars:
            start = plan.timeline.seconds_at(bars[0].start)
            spans.append((start, plan.timeline.seconds_at(bars[-1].start + bars[-1].beats)))
    return spans


def solo_turns(
    spans: list[tuple[float, float]], soloists: Sequence[str]
) -> dict[str, list[tuple[float, float]]]:
    """Give the stretches, s, of each soloist: they take turns, solo by solo."""
    turns: dict[str, list[tuple[float, float]]] = {}
    for number, span in enumerate(_shared(spans, len(soloists))):
        turns.setdefault(soloists[number % len(soloists)], []).append(span)
    return turns


def _shared(spans: list[tuple[float, float]], soloists: int) -> list[tuple[float, float]]:
    """Cut the stretches in halves until there is one for each of the soloists."""
    while len(spans) < soloists:
        spans = [half for a, b in spans for half in ((a, (a + b) / 2), ((a + b) / 2, b))]
    return spans


def _is_tune(part: Part) -> bool:
    """Whether a part is a melody: one note at a time, and not the bass."""
    starts = sorted(note.start for note in part.notes)
    alone = sum(b - a > 0.02 for a, b in pairwise(starts))
    melodic = part.track not in ("bass", "drums", "percussion", "fx", "backing_vocals")
    return melodic and len(starts) > 1 and alone > 0.9 * (len(starts) - 1)


def _within(note: Note, spans: Sequence[tuple[float, float]]) -> bool:
    return any(a - 0.06 <= note.start < b - 0.06 for a, b in spans)


def _without(part: Part, spans: Sequence[tuple[float, float]]) -> Part:
    return replace(part, notes=tuple(note for note in part.notes if not _within(note, spans)))
