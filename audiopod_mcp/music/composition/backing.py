"""Bass, chords and pads: what is played under the melody."""

from __future__ import annotations

from audiopod_mcp.music.composition import activity
from audiopod_mcp.music.composition.figures import BASSES, COMPS
from audiopod_mcp.music.composition.harmony import generator
from audiopod_mcp.music.composition.patterns import steps_of
from audiopod_mcp.music.composition.piece import Pen, Piece
from audiopod_mcp.music.composition.timeline import Bar
from audiopod_mcp.music.model import Note
from audiopod_mcp.music.styles import Member
from audiopod_mcp.music.synthesis.instruments import INSTRUMENTS
from audiopod_mcp.music.theory import Chord, voice_lead

_ACCENTS = {0: 0.9, 1: 0.78, 2: 0.84, 3: 0.78}


def bass(piece: Piece, member: Member) -> tuple[Note, ...]:
    """A bass line: the member's figure on the chord's root, third, fifth and octave, led to the next root."""
    pen = Pen(piece, member, "bass")
    instrument = INSTRUMENTS[member.instrument]
    simple, compound = BASSES.get(member.figure, BASSES["pop"])
    metre = piece.timeline.metre
    line = _Line(instrument.low, min(instrument.low + 19, instrument.high))
    rng = generator(piece.seed, "bass")
    for bar in piece.bars:
        intensity = piece.intensity(bar)
        if not piece.plays(member, bar):
            continue
        if bar.ending:
            pen.write(
                bar.start,
                bar.beats,
                line.root(piece.chord(bar.start)),
                0.85,
                intensity=intensity,
                until_end=True,
            )
            continue
        steps = steps_of(simple if not metre.compound else compound, metre, max(bar.beats, metre.beats))[
            : bar.beats * metre.steps
        ]
        if "W" in steps:
            _walk(pen, piece, line, bar, intensity, int(rng.integers(3)))
            continue
        steps = activity.figure(steps, metre.steps, piece.brief.activity.bass)
        if piece.sections[bar.section].label == "break" or (intensity < 0.36 and len(steps) == 16):
            steps = "R" + "-" * (len(steps) - 2) + "."
        for index, mark in enumerate(steps):
            beat = bar.start + index / metre.steps
            chord = piece.chord(beat)
            if mark == "-" and index and piece.chord(beat - 0.01) is not chord and index % metre.steps == 0:
                mark = "R"  # A new chord doesn't wait for the figure.
            if mark in "-.":
                continue
            length = _held(steps, index) / metre.steps
            pitch = {
                "R": line.root(chord), "O": line.above(chord, 12),
                "F": line.above(chord, 7), "T": line.third(chord),
                "S": line.above(chord, chord.intervals[3] if len(chord.intervals) > 3 else 12),
                "A": line.approach(chord, piece.chord(bar.start + bar.beats)),
            }[mark]  # fmt: skip
            accent = _ACCENTS[0] if index == 0 else 0.8
            pen.write(beat, length * 0.94, pitch, accent, intensity=intensity)
    return pen.finished()


class _Line:
    """Where the bass's notes lie on its neck."""

    def __init__(self, low: int, high: int) -> None:
        self._low, self._high = low, high

    def root(self, chord: Chord) -> int:
        return self._low + (chord.root - self._low) % 12

    def above(self, chord: Chord, interval: int) -> int:
        if interval == 7 and 7 not in chord.intervals:
            interval = next((i for i in chord.intervals if i in (6, 8)), 7)
        pitch = self.root(chord) + interval
        return pitch if pitch <= self._high else pitch - 12

    def third(self, chord: Chord) -> int:
        return self.above(chord, next((i for i in chord.intervals if i in (2, 3, 4, 5)), 7))

    def approach(self, chord: Chord, following: Chord) -> int:
        target = self.root(following)
        here = self.root(chord)
        return (
            target - 1
            if target >= here and target > self._low
            else target + 2
            if target < here
            else target + 1
        )


def _walk(pen: Pen, piece: Piece, line: _Line, bar: Bar, intensity: float, turn: int) -> None:
    """A walking bass: chord tones in quarters, and a step that leads into each new chord. Calmer, in two."""
    stride = piece.timeline.metre.unit * (2 if piece.brief.activity.bass < 0.3 else 1)
    for index in range(bar.beats):
        beat = bar.start + index
        chord, following = piece.chord(beat), piece.chord(beat + 1)
        if index % stride and piece.chord(beat - 1) is chord:
            continue
        new = index == 0 or piece.chord(beat - 1) is not chord
        if new:
            pitch = line.root(chord)
        elif following is not chord or index == bar.beats - 1:
            pitch = line.approach(chord, following)
        else:
            pitch = (line.third(chord), line.above(chord, 7), line.above(chord, 12))[(index + turn) % 3]
        held = stride if piece.chord(beat + stride - 1) is chord else 1
        pen.write(beat, held * 0.93, pitch, 0.88 if index % 2 == 0 else 0.82, intensity=intensity)


def _held(steps: str, index: int) -> int:
    length = 1
    while index + length < len(steps) and steps[index + length] == "-":
        length += 1
    return length


def comping(piece: Piece, member: Member) -> tuple[Note, ...]:
    """Chords in the rhythm of the member's figure, or broken up, in close voicings that move little."""
    pen = Pen(piece, member, "comp" + member.instrument + member.figure)
    instrument = INSTRUMENTS[member.instrument]
    metre = piece.timeline.metre
    power = bool(instrument.drive)
    strummed = instrument.track == "guitar" and not power
    low = max(instrument.low, 40 if instrument.track == "guitar" else 50)
    voicing: tuple[int, ...] = ()
    chord: Chord | None = None
    for bar in piece.bars:
        if not piece.plays(member, bar):
            continue
        intensity = piece.intensity(bar)
        figure = COMPS.get(member.figure) or COMPS["ballad"]
        steps = steps_of(figure[1] if metre.compound else figure[0], metre, max(bar.beats, metre.beats))[
            : bar.beats * metre.steps
        ]
        steps = activity.figure(steps, metre.steps, piece.brief.activity.chords)
        if bar.ending:
            voicing = _voicing(piece.chord(bar.start), voicing, low, instrument.high, power, chord)
            for number, pitch in enumerate(voicing):
                pen.write(
                    bar.start,
                    bar.beats,
                    pitch,
                    0.8,
                    intensity=intensity,
                    delay=0.018 * number,
                    until_end=True,
                )
            continue
        for index, mark in enumerate(steps):
            beat = bar.start + index / metre.steps
            current = piece.chord(beat)
            changed = chord is not current
            if changed:
                voicing, chord = _voicing(current, voicing, low, instrument.high, power, chord), current
                if mark == "-" and index and index % metre.steps == 0:
                    mark = "x"
            if mark in "-.":
                continue
            length = _held(steps, index) / metre.steps
            if mark == "s":
                length = (
                    min(length, 0.55 / metre.steps)
                    if member.figure in ("muted", "chug", "skank")
                    else 0.8 / metre.steps
                )
            accent = 0.86 if index == 0 else 0.8 if index % metre.steps == 0 else 0.72
            if mark.isdigit():
                rung = 1.0 if instrument.release >= 0.06 else length
                if (
                    piece.chord(beat + rung) is not current
                ):  # Nothing of the old chord rings into the new one.
                    rung = int(beat + rung) - beat
                length = max(length, rung)
                pitch = voicing[int(mark) % len(voicing)] + 12 * (int(mark) // len(voicing))
                pen.write(beat, length, min(pitch, instrument.high), accent, intensity=intensity)
                continue
            chosen = voicing[-3:] if mark == "u" else voicing
            for number, pitch in enumerate(reversed(chosen) if mark == "u" else chosen):
                delay = 0.011 * number if strummed and mark != "s" else 0.003 * number
                pen.write(
                    beat,
                    length * 0.97,
                    pitch,
                    accent * (0.92 if number else 1.0),
                    intensity=intensity,
                    delay=delay,
                )
    return pen.finished()


def _voicing(
    chord: Chord, previous: tuple[int, ...], low: int, high: int, power: bool, before: Chord | None
) -> tuple[int, ...]:
    if power:
        root = low + (chord.root - low) % 12
        fifth = next((i for i in (7, 6, 8) if i in chord.intervals), 7)
        return (root, root + fifth, root + 12)
    centre = min(high, low + 26)
    return voice_lead(chord, previous, low, centre, before=before)


def pad(piece: Piece, member: Member) -> tuple[Note, ...]:
    """Held chords; a voice that stays on its pitch isn't struck again within a section."""
    pen = Pen(piece, member, "pad" + member.instrument)
    instrument = INSTRUMENTS[member.instrument]
    voicing: tuple[int, ...] = ()
    chord: Chord | None = None
    sounding: dict[int, tuple[float, float]] = {}
    low = max(instrument.low, 52)

    def release(pitch: int, beat: float, ends: bool = False) -> None:
        begun, intensity = sounding.pop(pitch)
        pen.write(begun, beat - begun, pitch, 0.72, intensity=intensity, until_end=ends)

    for bar in piece.bars:
        if not piece.plays(member, bar) or bar.first:
            for pitch in list(sounding):
                release(pitch, bar.start)
            chord = None
            if not piece.plays(member, bar):
                continue
        for beat in range(bar.start, bar.start + bar.beats):
            current = piece.chord(beat)
            if current is chord:
                continue
            voicing, chord = (
                voice_lead(
                    current,
                    voicing,
                    low,
                    min(instrument.high, low + 24),
                    3 if instrument.track == "brass" else 4,
                    before=chord,
                ),
                current,
            )
            for pitch in [pitch for pitch in sounding if pitch not in voicing]:
                release(pitch, beat)
            for pitch in voicing:
                sounding.setdefault(pitch, (float(beat), piece.intensity(bar)))
    for pitch in list(sounding):
        release(pitch, piece.timeline.beats, piece.timeline.ending)
    return pen.finished()
