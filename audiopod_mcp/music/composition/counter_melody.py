"""Counter-melodies: a second line that fills the melody's rests, or holds long notes above the chords."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from audiopod_mcp.music.model import Note
from audiopod_mcp.music.styles import Member
from audiopod_mcp.music.synthesis.instruments import INSTRUMENTS

from .melody import group_into_phrases
from .melody_pitches import NoteSlot, choose_pitches
from .motifs import rhythmic_motif
from .random_streams import random_stream
from .song_plan import PartWriter, SongPlan

_BETWEEN = 0.35
"""How often a rest within a phrase of four bars is answered, too."""


def counter_melody(plan: SongPlan, member: Member) -> tuple[Note, ...]:
    """Write a second line: ``long`` notes on thirds and sevenths, or short ``answers`` in the melody's
    rests.
    """
    if member.figure != "long":
        return answers(plan, member)
    writer = PartWriter(plan, member, "counter" + member.instrument)
    _write_guide_tones(writer, plan, member, *_register(member))
    return writer.sorted_notes()


def _register(member: Member) -> tuple[int, int]:
    instrument = INSTRUMENTS[member.instrument]
    return max(instrument.low, 55), min(instrument.high, 81)


def _write_guide_tones(writer: PartWriter, plan: SongPlan, member: Member, low: int, high: int) -> None:
    """Hold a third or a seventh through each chord, near the one before and near B4."""
    pitch = (low + high) / 2
    chord, begun, intensity = None, 0, 0.0
    for bar in plan.bars:
        for beat in range(bar.start, bar.start + bar.beats):
            current = plan.chord(beat) if plan.plays(member, bar) else None
            if current is chord:
                continue
            if chord is not None:
                writer.write(begun, beat - begun, pitch, 0.7, intensity=intensity)
            chord, begun = current, beat
            if current is not None:
                intensity = plan.intensity(bar)
                tones = [p for p in range(low, high + 1) if p % 12 in current.tones[1:]]
                near = pitch
                pitch = min(tones, key=lambda p: abs(p - near) + 0.25 * abs(p - 71)) if tones else near
    if chord is not None:
        end = plan.timeline.beats
        writer.write(begun, end - begun, pitch, 0.7, intensity=intensity, until_end=plan.timeline.ending)


def answers(plan: SongPlan, member: Member) -> tuple[Note, ...]:
    """Answer the tune in its rests, in the rhythm and the contour with which it called.

    Every fourth bar has an answer where there is room for one, and some of the others. Where the tune is
    silent all the time, it is a short motif at the end of a phrase.
    """
    writer = PartWriter(plan, member, "counter" + member.instrument)
    rng = random_stream(plan.seed, "counter", member.instrument)
    low, high = _register(member)
    metre = plan.timeline.metre
    calls = _calls(plan)
    last = (low + high) / 2
    call: list[NoteSlot] = []
    heard: list[float] = []
    for phrase in group_into_phrases(plan, 2):
        lot = rng.random()
        bar = phrase[-1]
        start, end = phrase[0].start, bar.start + bar.beats
        own = [(slot, pitch) for slot, pitch in calls if start - 0.3 <= slot.beat < end - 0.3]
        if own:
            call = [replace(slot, beat=slot.beat - start) for slot, _ in own]
            heard = [pitch for _, pitch in own]
        if len(phrase) < 2 or bar.ending or not plan.plays(member, bar):
            continue
        if member.role == "lead" and not plan.sections[bar.section].lines:
            continue
        following = min((slot.beat for slot, _ in calls if slot.beat >= end - 0.3), default=float(end))
        until = min(float(end), following) - 0.25 * metre.unit
        silent = not own and call and plan.is_answered(bar)
        begin = start + metre.unit / 2 if silent else end - bar.beats / 2
        if own:
            held = own[-1][0].length + 0.25 * metre.unit
            sung = bool(plan.sections[bar.section].lines)
            # A syllable that is held leaves room for others, too.
            begin = own[-1][0].beat + (min(held, metre.unit) if sung else held)
            part = metre.unit / (3 if metre.compound else 2)
            begin = math.ceil(begin / part - 0.1) * part
        room = min(until - begin, 6.0 * metre.unit)
        wanted = bar.index % 4 == 3 or bar.last or silent or lot < _BETWEEN
        if room < metre.unit or not wanted or (not own and not silent and bar.index % 4 != 3):
            continue
        slots, contour = _imitated(call, heard, begin, room, metre.steps_per_beat, (low + high) / 2)
        shape: list[float] | None = contour
        if len(slots) < 2:
            rhythm = rhythmic_motif(rng, room / metre.unit, 1.6, metre.compound, rest=0.0)
            slots = [
                NoteSlot(begin + metre.unit * onset, metre.unit * length, number == 0)
                for number, (onset, length) in enumerate(rhythm)
            ]
            shape = None
        for slot, pitch in zip(slots, choose_pitches(plan, slots, low, high, rng, last, shape), strict=True):
            writer.write(slot.beat, slot.length * 0.9, pitch, 0.82, intensity=plan.intensity(bar))
            last = pitch
    return writer.sorted_notes()


def _calls(plan: SongPlan) -> list[tuple[NoteSlot, float]]:
    """Give the notes of the tune in beats, with their pitches."""
    times = plan.timeline.times
    beats = np.arange(len(times))
    starts = np.interp([note.start for note in plan.tune], times, beats)
    ends = np.interp([note.start + note.duration for note in plan.tune], times, beats)
    unswung = plan.timeline.unswung
    return [
        (NoteSlot(unswung(start), end - start, abs((start + 0.1) % 1) < 0.2), note.pitch)
        for note, start, end in zip(plan.tune, starts.tolist(), ends.tolist(), strict=True)
    ]


def _imitated(
    call: list[NoteSlot], heard: list[float], begin: float, room: float, size: int, middle: float
) -> tuple[list[NoteSlot], list[float]]:
    """Take as much of a call's beginning as there is ``room`` for (beats), moved by octaves to about
    ``middle``, on the grid of ``size`` steps a beat.
    """
    chosen = [
        (slot, pitch)
        for slot, pitch in zip(call, heard, strict=True)
        if slot.beat - call[0].beat < room - 0.2
    ]
    if not chosen:
        return [], []
    first = chosen[0][0].beat
    shift = 12 * round((middle - sum(pitch for _, pitch in chosen) / len(chosen)) / 12)
    slots = [
        replace(
            slot,
            beat=begin + round(size * (slot.beat - first)) / size,
            length=min(slot.length, room - (slot.beat - first)),
        )
        for slot, _ in chosen
    ]
    return slots, [pitch + shift for _, pitch in chosen]
