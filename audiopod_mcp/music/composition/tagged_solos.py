"""Solos that the tags of lyrics ask for: who has the melody in a section, and who is silent meanwhile."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from audiopod_mcp.music.model import Brief, Note, Part
from audiopod_mcp.music.styles import Member
from audiopod_mcp.music.synthesis.instruments import INSTRUMENTS

from .drumming import drums, percussion
from .form import Section
from .melody import lead_melody
from .song_plan import SongPlan
from .stanzas import Stanza, stanzas

_UNPITCHED_ROLES = ("drums", "percussion")


def with_soloists(brief: Brief) -> tuple[Stanza, ...]:
    """Give the stanzas of a brief's lyrics, with the instruments that have the melody by its tags."""
    chosen = {section: name for name, section in brief.solos}
    return tuple(
        replace(part, soloist=chosen.get(number), number=number)
        for number, part in enumerate(stanzas(brief.lyrics))
    )


def with_written_parts(sections: list[Section], parts: Sequence[Stanza]) -> list[Section]:
    """``sections`` of an instrumental with the soloists and the chords of the tags that they were made of."""
    if len(parts) != len(sections):
        return sections
    return [
        replace(section, soloist=part.soloist, written=part.bars, stanza=part.number)
        for section, part in zip(sections, parts, strict=True)
    ]


def tagged_solo_parts(plan: SongPlan, band: Sequence[Member]) -> tuple[Part, ...]:
    """Write the part of each soloist in the sections that are theirs; drummers of ``band`` have theirs."""
    parts = []
    for name in dict.fromkeys(section.soloist for section in plan.sections if section.soloist):
        own = _times(plan, [name])
        # A solo begins at once, where the melody of a band would wait for the others.
        alone = replace(plan, is_solo=True, entry_bars={})
        if not INSTRUMENTS[name].unpitched:
            tune = lead_melody(alone, Member("lead", name, "melody"))
        elif any(member.instrument == name for member in band):
            continue
        elif INSTRUMENTS[name].track == "drums":
            tune = drums(alone, Member("drums", name, "beat"))
        else:
            tune = percussion(alone, Member("percussion", name, "salsa"))
        notes = tuple(note for note in tune if any(start <= note.start < end for start, end in own))
        if notes:
            parts.append(Part(INSTRUMENTS[name].track, name, notes))
    return tuple(parts)


def beside_soloists(plan: SongPlan, member: Member, notes: tuple[Note, ...]) -> tuple[Note, ...]:
    """``notes`` of ``member`` without those that would play into somebody's solo.

    Another melody is silent in it, and everybody but drums and percussion in a solo of the drums.
    """
    drummers = [name for name, instrument in INSTRUMENTS.items() if instrument.unpitched]
    silent: list[tuple[float, float]] = []
    if member.role in ("lead", "counter"):
        silent = _times(plan, [name for name in INSTRUMENTS if name not in drummers])
    if member.role not in _UNPITCHED_ROLES:
        silent += _times(plan, drummers)
    return tuple(note for note in notes if not any(start <= note.start < end for start, end in silent))


def _times(plan: SongPlan, names: Sequence[str]) -> list[tuple[float, float]]:
    """The stretches, s, in which one of ``names`` has the solo."""
    times = []
    for number, section in enumerate(plan.sections):
        if section.soloist in names:
            bars = [bar for bar in plan.bars if bar.section == number and not bar.ending]
            if bars:
                start, end = bars[0].start, bars[-1].start + bars[-1].beats
                times.append((plan.timeline.seconds_at(start) - 0.02, plan.timeline.seconds_at(end) - 0.02))
    return times
