"""Chords that are written into the lyrics, put under their syllables: they are the song's harmony."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import replace

from audiopod_mcp.music.lyrics.chords import NO_CHORD, bass_of
from audiopod_mcp.music.lyrics.text import ChordMarks
from audiopod_mcp.music.model import Note
from audiopod_mcp.music.styles import Member
from audiopod_mcp.music.theory import Chord, parse_chord

from .harmony import SHARED_HARMONY
from .singing import sung_onsets
from .song_plan import SongPlan
from .stanzas import split_words

_Changes = list[tuple[int, str]]
"""Chords with the beat, counted from the start of their section, from which each is played."""


def with_written_chords(plan: SongPlan, *, spoken: bool) -> SongPlan:
    """``plan`` with the harmony that its lyrics write; as it is where they write none.

    A chord is played from the beat nearest to its syllable on, and chords by themselves a bar each. A section
    without chords has those of the section that it shares its harmony with, or else of the first that has
    some; only the last chord, which is held, is the tonic.
    """
    written = {
        number: changes
        for number in range(len(plan.sections))
        if (changes := _changes_in(plan, number, spoken=spoken))
    }
    if not written:
        return plan
    chords = list(plan.chords)
    for number, section in enumerate(plan.sections):
        bars = [bar for bar in plan.bars if bar.section == number and not bar.ending]
        if not bars:
            continue
        first, last = bars[0].start, bars[-1].start + bars[-1].beats
        source = number if number in written else _like(plan, section.label, written)
        changes = written[source]
        length = last - first
        if source != number:
            changes = [change for change in changes if change[1] != NO_CHORD] or changes
            own = [bar for bar in plan.bars if bar.section == source]
            length = max(1, own[-1].start + own[-1].beats - own[0].start)
        elif section.written and not any(section.chords):
            length = len(section.written) * plan.timeline.metre.beats
        played = _chords_of(changes, length, chords[first])
        for beat in range(first, last):
            chords[beat] = played[(beat - first) % length]
    return replace(plan, chords=chords, pedal=None)


def without_chords(plan: SongPlan, member: Member, notes: tuple[Note, ...]) -> tuple[Note, ...]:
    """``notes`` of ``member``, who is silent under ``N.C.`` and plays the bass of slash chords."""
    spans = [
        (plan.timeline.seconds_at(beat), plan.timeline.seconds_at(beat + 1), chord)
        for beat, chord in enumerate(plan.chords)
        if chord.label == NO_CHORD or "/" in chord.label
    ]
    if not spans or member.role in ("drums", "percussion", "fx"):
        return notes
    kept: list[Note] = []
    for note in notes:
        chord = next((c for start, end, c in spans if start - 0.03 <= note.start < end - 0.03), None)
        if chord is not None and chord.label == NO_CHORD:
            continue
        silent = next((s for s, _, c in spans if c.label == NO_CHORD and s > note.start), math.inf)
        note = replace(note, duration=min(note.duration, silent - note.start))
        bass = bass_of(chord.label) if chord else None
        if chord and bass is not None and member.role == "bass" and (note.pitch - chord.root) % 12 == 0:
            note = replace(note, pitch=note.pitch + (bass - chord.root + 5) % 12 - 5)
        kept.append(note)
    return tuple(kept)


def _changes_in(plan: SongPlan, number: int, *, spoken: bool) -> _Changes:
    """The chords that are written in a section."""
    section = plan.sections[number]
    beats = plan.timeline.metre.beats
    changes: _Changes = []
    for bar, labels in enumerate(section.written):
        changes += [(bar * beats + beats * i // len(labels), label) for i, label in enumerate(labels)]
    if not any(section.chords):
        return changes
    changes = []
    for index, (line, marks) in enumerate(zip(section.lines, section.chords, strict=False)):
        onsets = sung_onsets(plan, number, index, spoken=spoken)
        end = section.beats_per_line * (index + 1)
        found = list(_beats_of(line, marks, onsets, end))
        for left, (beat, label) in zip(range(len(found), 0, -1), found, strict=True):
            # One chord a beat: those that crowd at the end of a line begin a little before their syllables.
            at = max(min(beat, math.floor(end + 1e-6) - left), changes[-1][0] + 1 if changes else 0)
            changes.append((at, label))
    return changes


def _beats_of(line: str, marks: ChordMarks, onsets: list[float], end: float) -> Iterable[tuple[int, str]]:
    """The beat of each chord of a line, by the onsets (beats) of its syllables and its ``end``."""
    starts: list[int] = []
    letters = 0
    for _, parts in split_words(line):
        for part in parts:
            starts.append(letters)
            letters += sum(letter.isalnum() for letter in part)
    for position, label in marks:
        syllable = max((i for i, start in enumerate(starts) if start <= position), default=0)
        if position >= letters or not onsets:  # After the last word.
            beat = (onsets[-1] + end) / 2 if onsets else end
        elif position == 0:
            beat = math.floor(max(0.0, onsets[0]) + 0.25) if onsets[0] >= 0 else onsets[0]
        else:
            beat = onsets[min(syllable, len(onsets) - 1)]
        yield max(0, math.floor(beat + 0.5)), label


def _like(plan: SongPlan, label: str, written: dict[int, _Changes]) -> int:
    """The section whose harmony one without chords has."""
    for name in (label, SHARED_HARMONY.get(label, label)):
        for number in written:
            if plan.sections[number].label == name:
                return number
    return next((number for number in written if plan.sections[number].lines), next(iter(written)))


def _chords_of(changes: _Changes, length: int, home: Chord) -> list[Chord]:
    """A chord for each of ``length`` beats; before the first change it is the first chord already."""
    chords: list[Chord] = []
    current = next((chord for _, label in changes if (chord := parse_chord(label))), home)
    upcoming = list(changes)
    for beat in range(length):
        while upcoming and upcoming[0][0] <= beat:
            label = upcoming.pop(0)[1]
            parsed = parse_chord(label)
            current = replace(current, label=NO_CHORD) if parsed is None else parsed
        chords.append(current)
    return chords
