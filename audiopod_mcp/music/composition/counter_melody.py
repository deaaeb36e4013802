"""A second line: it fills the tune's breaths, or holds long notes above the chords."""

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
    """A second line: ``long`` notes on thirds and sevenths, or short ``answers`` in the breaths."""
    writer = PartWriter(plan, member, "counter" + member.instrument)
    instrument = INSTRUMENTS[member.instrument]
    low, high = max(instrument.low, 55), min(instrument.high, 81)
    rng = random_stream(plan.seed, "counter", member.instrument)
    last = (low + high) / 2
    if member.figure == "long":
        chord, begun, pitch, loud = None, 0.0, last, 0.0
        for bar in [*plan.bars, None]:
            beats = (
                range(bar.start, bar.start + bar.beats)
                if bar
                else range(plan.timeline.beats, plan.timeline.beats + 1)
            )
            for beat in beats:
                current = plan.chord(beat) if bar and plan.plays(member, bar) else None
                if current is chord and bar is not None:
                    continue
                if chord is not None:
                    writer.write(
                        begun,
                        beat - begun,
                        pitch,
                        0.7,
                        intensity=loud,
                        until_end=bar is None and plan.timeline.ending,
                    )
                chord, begun = current, float(beat)
                if current is not None and bar is not None:
                    loud = plan.intensity(bar)
                    guide = [p for p in range(low, high + 1) if p % 12 in current.tones[1:]]
                    pitch = min(guide, key=lambda p: abs(p - last) + 0.25 * abs(p - 71)) if guide else last
                    last = pitch
        return writer.sorted_notes()
    for phrase in group_into_phrases(plan, 4):
        bar = phrase[-1]
        if len(phrase) < 2 or not plan.plays(member, bar) or bar.ending:
            continue
        half = bar.beats / 2
        unit = plan.timeline.metre.unit
        figure = rhythmic_motif(rng, half / unit, 1.6, plan.timeline.metre.compound, rest=0.4)
        slots = [
            NoteSlot(bar.start + half + unit * onset, unit * length, number == 0)
            for number, (onset, length) in enumerate(figure)
        ]
        for slot, tone in zip(slots, choose_pitches(plan, slots, low, high, rng, last), strict=True):
            writer.write(slot.beat, slot.length * 0.9, tone, 0.78, intensity=plan.intensity(bar))
            last = tone
    return writer.sorted_notes()
