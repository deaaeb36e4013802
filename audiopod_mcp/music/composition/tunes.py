"""Melodies: motifs that are stated, answered, varied and brought home."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from audiopod_mcp.music.composition.harmony import generator
from audiopod_mcp.music.composition.piece import Pen, Piece
from audiopod_mcp.music.composition.timeline import Bar
from audiopod_mcp.music.model import Note
from audiopod_mcp.music.styles import Member
from audiopod_mcp.music.synthesis.instruments import INSTRUMENTS

Rhythm = tuple[tuple[float, float], ...]
"""(onset, length) in beats from the phrase's start."""

_LIKELY = {0: 0.38, 1: 0.9, 2: 1.0, 3: 0.6, 4: 0.5, 5: 0.4, 7: 0.28, 8: 0.08, 9: 0.1, 12: 0.08}
"""How likely a step of so many semitones is in a singable tune."""


@dataclass(frozen=True, slots=True)
class Slot:
    """A note whose pitch isn't chosen yet."""

    beat: float
    length: float
    strong: bool
    final: bool = False


def choose(
    piece: Piece, slots: list[Slot], low: float, high: float, rng: np.random.Generator,
    previous: float | None, shape: list[float] | None = None, peak: float = 0.6,
) -> list[float]:  # fmt: skip
    """A pitch for every slot: chord tones on strong beats, small steps between, leaps turned back, one arch.

    With ``shape`` (pitches of an earlier phrase) the same tune is told again over the new chords.
    """
    middle = (low + high) / 2
    last = previous if previous is not None else middle
    leap = 0.0
    pitches: list[float] = []
    for number, slot in enumerate(slots):
        chord = piece.chord(slot.beat)
        tones = set(chord.tones)
        allowed = [p for p in range(int(low), int(high) + 1) if p % 12 in tones or p % 12 in piece.scale]
        # The chord's own accidentals replace their neighbours in the scale: no G against G#.
        allowed = [
            p
            for p in allowed
            if p % 12 in tones or not ({(p + 1) % 12, (p - 1) % 12} & (tones - set(piece.scale)))
        ]
        if not allowed:
            pitches.append(last)
            continue
        x = number / max(1, len(slots) - 1)
        arch = middle + (high - low) * 0.22 * (1 - abs(x - peak) / max(peak, 1 - peak) * 1.6)
        weights: list[float] = []
        for pitch in allowed:
            step = pitch - last
            weight = _LIKELY.get(abs(round(step)), 0.02)
            if abs(leap) > 4 and step * leap > 0:
                weight *= 0.25
            chordal = pitch % 12 in tones
            if slot.final:
                weight *= 6.0 if pitch % 12 == chord.root else 3.0 if chordal else 0.03
            elif slot.strong:
                weight *= 3.0 if chordal else 0.2
            else:
                weight *= 1.2 if chordal else 0.9
            if not chordal and (pitch - 1) % 12 in tones and slot.length >= 0.75:
                weight *= 0.15  # A half step above a chord tone rubs if it's held.
            aim = shape[number] if shape is not None and number < len(shape) else arch
            width = 1.6 if shape is not None and number < len(shape) else 5.0
            weight *= float(np.exp(-(((pitch - aim) / width) ** 2)))
            weights.append(weight + 1e-9)
        chances = np.asarray(weights)
        chosen = float(allowed[int(rng.choice(len(allowed), p=chances / chances.sum()))])
        leap, last = chosen - last, chosen
        pitches.append(chosen)
    return pitches


def motif(
    rng: np.random.Generator, beats: float, pace: float, compound: bool, *, rest: float = 0.75
) -> Rhythm:
    """A rhythm for a phrase of ``beats`` beats at about ``pace`` notes a beat, with a breath at its end."""
    step = 1 / 3 if compound else (0.25 if pace >= 1.7 else 0.5)
    usable = max(step, beats - rest)
    count = max(1, int(usable / step + 1e-6))
    onsets: list[float] = []
    for index in range(count):
        beat = index * step
        weight = (
            1.15 if index == 0 else 0.95 if abs(beat % 2) < 1e-6 else 0.8 if abs(beat % 1) < 1e-6 else 0.42
        )
        if rng.random() < min(
            0.97, weight * (0.55 + 0.45 * pace) * (0.5 / step if step < 0.5 and pace < 2 else 1.0)
        ):
            onsets.append(beat)
    onsets = onsets or [0.0]
    ends = [*onsets[1:], beats - rest * 0.4]
    return tuple((onset, min(end - onset, 2.5)) for onset, end in zip(onsets, ends, strict=True))


def lead(piece: Piece, member: Member) -> tuple[Note, ...]:
    """The melody: the grid's own, or two-bar phrases A A' B A″ that come back with their sections.

    Where a voice sings, the lead waits for the sections without words.
    """
    pen = Pen(piece, member, "lead" + member.instrument)
    instrument = INSTRUMENTS[member.instrument]
    if piece.melody:
        return given_melody(piece, instrument.low, instrument.high)
    middle = min(max(72, instrument.low + 8), instrument.high - 8)
    low, high = max(instrument.low, middle - 9), min(instrument.high, middle + 9)
    riff = member.figure == "riff"
    tune = _Tune(piece, riff)
    previous: float | None = None
    for phrase in phrases(piece, 1 if riff else 2):
        section = piece.sections[phrase[0].section]
        bar = phrase[0]
        waits = section.label in ("intro", "break") and bar.index < 2 and not (riff or piece.alone)
        if waits or section.lines or not piece.plays(member, bar):
            continue
        intensity = piece.intensity(bar)
        if bar.ending:
            home = low + (piece.chord(bar.start).root - low) % 12
            if previous and previous - home > 7 and home + 12 <= high:
                home += 12
            pen.write(bar.start, bar.beats, home, 0.8, intensity=intensity, until_end=True)
            continue
        lift = 4 if section.label in ("chorus", "drop", "solo") else 0
        slots, pitches = tune.phrase(
            phrase, section.label, low + lift, min(instrument.high, high + lift), previous
        )
        for slot, pitch in zip(slots, pitches, strict=True):
            pen.write(slot.beat, slot.length * 0.95, pitch, 0.9 if slot.strong else 0.8, intensity=intensity)
        previous = pitches[-1] if pitches else previous
    return pen.finished()


def phrases(piece: Piece, bars: int) -> list[list[Bar]]:
    """The bars of the piece in groups of ``bars`` that don't cross sections; an ending is alone."""
    groups: list[list[Bar]] = []
    for bar in piece.bars:
        if not groups or bar.first or bar.ending or bar.index % bars == 0:
            groups.append([bar])
        else:
            groups[-1].append(bar)
    return groups


class _Tune:
    """Motifs by section label, so that what has been heard comes back."""

    def __init__(self, piece: Piece, riff: bool) -> None:
        self._piece, self._riff = piece, riff
        self._shapes: dict[tuple[str, int], list[float]] = {}

    def phrase(
        self, bars: list[Bar], label: str, low: float, high: float, previous: float | None
    ) -> tuple[list[Slot], list[float]]:
        piece = self._piece
        metre = piece.timeline.metre
        label = {"intro": "chorus", "outro": "chorus", "drop": "chorus", "build": "verse"}.get(label, label)
        kind = bars[0].index // len(bars) % 4
        letter = 1 if kind == 2 else 0
        if label == "solo":
            letter = kind + 2 * (bars[0].index // 8)
        pace = (
            piece.style.melody_pace
            * (1.35 if self._riff or label == "solo" else 1.0)
            * (1.5 if metre.compound else 1.0)
        )
        if piece.density is not None:
            pace = float(np.clip(pace * piece.density / 2.2, 0.4, 2.5))
        beats = sum(bar.beats for bar in bars)
        rhythm = motif(
            generator(piece.seed, "rhythm", label, letter),
            beats,
            pace,
            metre.compound,
            rest=0.25 if self._riff else 0.75 + 0.25 * (kind % 2),
        )
        start = bars[0].start
        slots = [
            Slot(
                start + onset,
                length,
                abs(onset % 1) < 1e-6 or length >= 1,
                kind == 3 and number == len(rhythm) - 1 and not self._riff,
            )
            for number, (onset, length) in enumerate(rhythm)
        ]
        key = (label, letter)
        shape = self._shapes.get(key)
        varied = generator(piece.seed, "pitch", label, letter, 0 if shape is None else kind)
        pitches = choose(piece, slots, low, high, varied, previous, shape)
        self._shapes.setdefault(key, pitches)
        return slots, pitches


def given_melody(piece: Piece, low: int, high: int) -> tuple[Note, ...]:
    """The grid's melody, moved by octaves into ``low … high``."""
    pitches = np.array([note.pitch for note in piece.melody])
    shift = 12 * round(((low + high) / 2 - float(np.median(pitches))) / 12)
    notes = []
    for note in piece.melody:
        pitch = note.pitch + shift
        while pitch > high + 2:
            pitch -= 12
        while pitch < low - 2:
            pitch += 12
        end = min(note.start + note.duration, piece.timeline.duration)
        if note.start >= 0 and end - note.start >= 0.03:
            notes.append(
                Note(note.start, end - note.start, float(round(pitch)), int(np.clip(note.velocity, 70, 118)))
            )
    return tuple(notes)


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
        figure = motif(rng, half, 1.6, piece.timeline.metre.compound, rest=0.4)
        slots = [
            Slot(bar.start + half + onset, length, number == 0)
            for number, (onset, length) in enumerate(figure)
        ]
        for slot, tone in zip(slots, choose(piece, slots, low, high, rng, last), strict=True):
            pen.write(slot.beat, slot.length * 0.9, tone, 0.78, intensity=piece.intensity(bar))
            last = tone
    return pen.finished()
