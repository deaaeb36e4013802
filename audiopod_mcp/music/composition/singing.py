"""The guide voice: one note for every syllable, and the times of lines and words that follow from it."""

from __future__ import annotations

import numpy as np

from audiopod_mcp.music.composition.form import Section
from audiopod_mcp.music.composition.harmony import generator
from audiopod_mcp.music.composition.piece import Pen, Piece
from audiopod_mcp.music.composition.tunes import Slot, choose
from audiopod_mcp.music.composition.words import sung
from audiopod_mcp.music.model import LyricLine, Note
from audiopod_mcp.music.styles import Member
from audiopod_mcp.music.synthesis.instruments import INSTRUMENTS


def spread_lines(sections: list[Section], lines: list[str], beats_per_bar: int) -> list[Section]:
    """``lines`` shared out over the sections of a grid that are sung in, by their length."""
    from dataclasses import replace

    silent = ("intro", "outro", "solo", "instrumental", "break", "interlude")
    open_ = [i for i, section in enumerate(sections) if section.label.lower() not in silent] or list(
        range(len(sections))
    )
    total = sum(sections[i].bars for i in open_)
    result, used, passed = list(sections), 0, 0
    for i in open_:
        passed += sections[i].bars
        upto = round(len(lines) * passed / total)
        chosen = tuple(lines[used:upto])
        used = upto
        if chosen:
            per_line = sections[i].bars * beats_per_bar / len(chosen)
            per_line = float(np.floor(per_line)) if per_line >= 2 else per_line
            result[i] = replace(sections[i], lines=chosen, beats_per_line=min(per_line, 4.0 * beats_per_bar))
    return result


def sing(piece: Piece, member: Member) -> tuple[tuple[Note, ...], tuple[LyricLine, ...]]:
    """The notes of the voice and the lines it sings. Repeated sections are sung to the same tune."""
    pen = Pen(piece, member, "voice", exact=True)
    instrument = INSTRUMENTS[member.instrument]
    spoken = member.instrument == "spoken voice"
    low, high = instrument.low + 2, instrument.high - 3
    found: list[LyricLine] = []
    shapes: dict[tuple[str, int, int], list[float]] = {}
    previous: float | None = None
    for number, section in enumerate(piece.sections):
        if not section.lines:
            continue
        bars = [bar for bar in piece.bars if bar.section == number]
        start, intensity = bars[0].start, piece.intensity(bars[0])
        lift = 3 if section.label in ("chorus", "hook", "refrain") else 0
        for index, line in enumerate(section.lines):
            words = sung(line)
            syllables = [syllable for _, parts in words for syllable in parts]
            begin = start + index * section.beats_per_line
            rng = generator(piece.seed, "sung", section.label, index % 4 % 3)
            onsets = place(
                len(syllables), section.beats_per_line, piece.timeline.metre.compound, rng, dense=spoken
            )
            slots = _slots(
                begin, onsets, section.beats_per_line, index % 4 == 3 or index == len(section.lines) - 1
            )
            if spoken:
                pitches = _recited(slots, low, rng)
            else:
                key = (section.label, index % 4 % 3, len(slots))
                shape = shapes.get(key) or _melody_under(piece, slots, low, high)
                pitches = choose(piece, slots, low + lift, high + lift - 2, rng, previous, shape)
                shapes.setdefault(key, pitches)
            previous = pitches[-1]
            timed = _write(pen, slots, pitches, syllables, intensity)
            if timed:
                found.append(_line(line, words, timed))
    return pen.finished(), tuple(found)


def place(
    count: int, span: float, compound: bool, rng: np.random.Generator, *, dense: bool = False
) -> list[float]:
    """Onsets (beats) of ``count`` syllables in ``span`` beats: even, on the metre's grid, with a breath left.

    Strictly rising and unique, however many there are.
    """
    usable = span - min(1.0, 0.2 * span)
    steps = [1.0, 1 / 3, 1 / 6] if compound else [0.25, 0.125] if dense else [0.5, 0.25, 0.125]
    step = next((step for step in steps if count <= usable / step + 1e-6), usable / count)
    slots = max(count, int(usable / step + 1e-6))
    # Spread evenly but never more than two beats apart, then drop onto the grid.
    gap = min(slots / count, 2 / step)
    positions = [int(i * gap + 1e-6) for i in range(count)]
    for i in range(1, count):  # Here and there a syllable comes early: the off-beat is where songs live.
        early = positions[i] - 1
        if not compound and positions[i] % 2 == 0 and early > positions[i - 1] and rng.random() < 0.22:
            positions[i] = early
    return [position * step for position in positions]


def _slots(begin: float, onsets: list[float], span: float, final: bool) -> list[Slot]:
    breath = min(0.5, 0.1 * span)
    ends = [*onsets[1:], min(span - breath, onsets[-1] + 2.5)]
    slots = []
    for number, (onset, end) in enumerate(zip(onsets, ends, strict=True)):
        last = number == len(onsets) - 1
        slots.append(
            Slot(begin + onset, max(0.1, min(end - onset, 2.5)), abs(onset % 1) < 1e-6, final and last)
        )
    return slots


def _recited(slots: list[Slot], low: float, rng: np.random.Generator) -> list[float]:
    """Speech pitch: high on the beat, falling through the line."""
    fall = np.linspace(4, 0, len(slots))
    return [
        float(round(low + fall[i] + (2 if slot.strong else 0) + rng.integers(-1, 2)))
        for i, slot in enumerate(slots)
    ]


def _melody_under(piece: Piece, slots: list[Slot], low: float, high: float) -> list[float] | None:
    """The pitches of the grid's melody at the slots, within the voice's range; ``None`` without one."""
    if not piece.melody:
        return None
    starts = np.array([note.start for note in piece.melody])
    pitches = []
    for slot in slots:
        pitch = piece.melody[int(np.abs(starts - piece.timeline.at(slot.beat)).argmin())].pitch
        while pitch > high:
            pitch -= 12
        while pitch < low:
            pitch += 12
        pitches.append(float(pitch))
    return pitches


def _write(
    pen: Pen, slots: list[Slot], pitches: list[float], syllables: list[str], intensity: float
) -> list[Note | None]:
    notes = []
    for slot, pitch, syllable in zip(slots, pitches, syllables, strict=True):
        strength = 0.95 if slot.strong else 0.86
        notes.append(
            pen.write(
                slot.beat,
                slot.length * 0.97,
                pitch,
                strength,
                intensity=max(0.6, intensity),
                syllable=syllable,
            )
        )
    return notes if any(notes) else []


def _line(text: str, words: list[tuple[str, list[str]]], notes: list[Note | None]) -> LyricLine:
    times: list[tuple[float, str]] = []
    at = 0
    for word, parts in words:
        note = notes[at]
        if note is not None:
            times.append((note.start, word))
        at += len(parts)
    sounding = [note for note in notes if note is not None]
    return LyricLine(
        sounding[0].start, max(note.start + note.duration for note in sounding), text, tuple(times)
    )
