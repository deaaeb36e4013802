"""A second line: it fills the tune's breaths, or holds long notes above the chords."""

from __future__ import annotations

from audiopod_mcp.music.composition.harmony import generator
from audiopod_mcp.music.composition.motifs import motif
from audiopod_mcp.music.composition.piece import Pen, Piece
from audiopod_mcp.music.composition.pitching import Slot, choose
from audiopod_mcp.music.composition.tunes import phrases
from audiopod_mcp.music.model import Note
from audiopod_mcp.music.styles import Member
from audiopod_mcp.music.synthesis.instruments import INSTRUMENTS


def counter(piece: Piece, member: Member) -> tuple[Note, ...]:
    """A second line: ``long`` notes on thirds and sevenths, or short ``answers`` in the breaths."""
    pen = Pen(piece, member, "counter" + member.instrument)
    instrument = INSTRUMENTS[member.instrument]
    low, high = max(instrument.low, 55), min(instrument.high, 81)
    rng = generator(piece.seed, "counter", member.instrument)
    last = (low + high) / 2
    if member.figure == "long":
        chord, begun, pitch, loud = None, 0.0, last, 0.0
        for bar in [*piece.bars, None]:
            beats = (
                range(bar.start, bar.start + bar.beats)
                if bar
                else range(piece.timeline.beats, piece.timeline.beats + 1)
            )
            for beat in beats:
                current = piece.chord(beat) if bar and piece.plays(member, bar) else None
                if current is chord and bar is not None:
                    continue
                if chord is not None:
                    pen.write(
                        begun,
                        beat - begun,
                        pitch,
                        0.7,
                        intensity=loud,
                        until_end=bar is None and piece.timeline.ending,
                    )
                chord, begun = current, float(beat)
                if current is not None and bar is not None:
                    loud = piece.intensity(bar)
                    guide = [p for p in range(low, high + 1) if p % 12 in current.tones[1:]]
                    pitch = min(guide, key=lambda p: abs(p - last) + 0.25 * abs(p - 71)) if guide else last
                    last = pitch
        return pen.finished()
    for phrase in phrases(piece, 4):
        bar = phrase[-1]
        if len(phrase) < 2 or not piece.plays(member, bar) or bar.ending:
            continue
        half = bar.beats / 2
        unit = piece.timeline.metre.unit
        figure = motif(rng, half / unit, 1.6, piece.timeline.metre.compound, rest=0.4)
        slots = [
            Slot(bar.start + half + unit * onset, unit * length, number == 0)
            for number, (onset, length) in enumerate(figure)
        ]
        for slot, tone in zip(slots, choose(piece, slots, low, high, rng, last), strict=True):
            pen.write(slot.beat, slot.length * 0.9, tone, 0.78, intensity=piece.intensity(bar))
            last = tone
    return pen.finished()
