"""Counter-melodies: a second line that fills the melody's rests, or holds long notes above the chords."""

from __future__ import annotations

from audiopod_mcp.music.model import Note
from audiopod_mcp.music.styles import Member
from audiopod_mcp.music.synthesis.instruments import INSTRUMENTS

from .melody import group_into_phrases
from .melody_pitches import NoteSlot, choose_pitches
from .motifs import rhythmic_motif
from .random_streams import random_stream
from .song_plan import PartWriter, SongPlan


def counter_melody(plan: SongPlan, member: Member) -> tuple[Note, ...]:
    """Write a second line: ``long`` notes on thirds and sevenths, or short ``answers`` in the melody's
    rests.
    """
    writer = PartWriter(plan, member, "counter" + member.instrument)
    instrument = INSTRUMENTS[member.instrument]
    low, high = max(instrument.low, 55), min(instrument.high, 81)
    if member.figure == "long":
        _write_guide_tones(writer, plan, member, low, high)
    else:
        _write_answers(writer, plan, member, low, high)
    return writer.sorted_notes()


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


def _write_answers(writer: PartWriter, plan: SongPlan, member: Member, low: int, high: int) -> None:
    """Play a short motif in the second half of every fourth bar, where the melody rests."""
    rng = random_stream(plan.seed, "counter", member.instrument)
    metre = plan.timeline.metre
    last = (low + high) / 2
    for phrase in group_into_phrases(plan, 4):
        bar = phrase[-1]
        if len(phrase) < 2 or not plan.plays(member, bar) or bar.ending:
            continue
        half = bar.beats / 2
        rhythm = rhythmic_motif(rng, half / metre.unit, 1.6, metre.compound, rest=0.4)
        slots = [
            NoteSlot(bar.start + half + metre.unit * onset, metre.unit * length, number == 0)
            for number, (onset, length) in enumerate(rhythm)
        ]
        for slot, pitch in zip(slots, choose_pitches(plan, slots, low, high, rng, last), strict=True):
            writer.write(slot.beat, slot.length * 0.9, pitch, 0.78, intensity=plan.intensity(bar))
            last = pitch
