"""Backing: bass line, comping and pads, under the melody."""

from __future__ import annotations

from audiopod_mcp.music.model import Note
from audiopod_mcp.music.styles import Member
from audiopod_mcp.music.synthesis.instruments import INSTRUMENTS
from audiopod_mcp.music.theory import Chord, Key, Metre, voice_leading

from . import activity
from .figures import BASS_FIGURES, COMPING_FIGURES
from .patterns import fit_to_metre
from .random_streams import random_stream
from .song_plan import PartWriter, SongPlan
from .timeline import Bar
from .variation import Variation


def bass_line(plan: SongPlan, member: Member) -> tuple[Note, ...]:
    """Write a bass line: the member's figure on the tones of the chord, leading to the next root."""
    writer = PartWriter(plan, member, "bass")
    instrument = INSTRUMENTS[member.instrument]
    figure = BASS_FIGURES.get(member.figure, BASS_FIGURES["pop"])
    metre = plan.timeline.metre
    line = _BassRegister(instrument.low, min(instrument.low + 19, instrument.high), plan.pedal)
    rng = random_stream(plan.seed, "bass")
    variation = Variation(plan, "bass")
    under: Chord | None = None
    for bar in plan.bars:
        intensity = plan.intensity(bar)
        if not plan.plays(member, bar):
            continue
        if bar.ending:
            writer.write(
                bar.start,
                bar.beats,
                line.root(plan.chord(bar.start)),
                0.85,
                intensity=intensity,
                until_end=True,
            )
            continue
        steps = _steps_of(figure, metre, bar)
        if "W" in steps:
            _walking_bass(writer, plan, line, bar, intensity, int(rng.integers(3)))
            continue
        steps = activity.scale_figure(steps, metre.steps_per_beat, plan.brief.activity.bass)
        if plan.sections[bar.section].label == "break" or (intensity < 0.36 and len(steps) == 16):
            steps = "R" + "-" * (len(steps) - 2) + "."
        else:
            steps = variation.figure(steps, bar, plan.brief.activity.bass, leads=True)
        for index, mark in enumerate(steps):
            beat = bar.start + index / metre.steps_per_beat
            chord = plan.chord(beat)
            if (
                mark == "-"
                and index
                and plan.chord(beat - 0.01) is not chord
                and index % metre.steps_per_beat == 0
            ):
                mark = "R"  # A new chord does not wait for the figure's next stroke.
            if mark in "-.":
                continue
            if chord is not under and mark in "FTS" and steps[0] != ".":
                mark = "R"  # Whatever the figure, a new chord is first heard on its root.
            if mark not in "RPOFTSA":
                mark = "R"  # A stroke that livelier playing has added.
            under = chord
            length = _held_steps(steps, index) / metre.steps_per_beat
            pitch = {
                "R": line.root(chord), "P": line.pedal(chord, plan.key), "O": line.above(chord, 12),
                "F": line.above(chord, 7), "T": line.third(chord),
                "S": line.above(chord, chord.intervals[3] if len(chord.intervals) > 3 else 12),
                "A": line.approach(chord, plan.chord(bar.start + bar.beats)),
            }[mark]  # fmt: skip
            accent = 0.94 * activity.metrical_accent(index, metre)
            writer.write(beat, length * 0.94, pitch, accent, intensity=intensity)
    return writer.sorted_notes()


class _BassRegister:
    """The pitches of a chord in the register of a bass."""

    def __init__(self, low: int, high: int, pedal: int | None) -> None:
        self._low, self._high, self._pedal = low, high, pedal

    def root(self, chord: Chord) -> int:
        """Give the root, or the pedal point under a chord that lies a step from it."""
        if self._pedal is not None and (chord.root - self._pedal) % 12 in (1, 2, 10):
            return self._lowest(self._pedal)
        return self._lowest(chord.root)

    def _lowest(self, pitch_class: int) -> int:
        return self._low + (pitch_class - self._low) % 12

    def pedal(self, chord: Chord, key: Key) -> int:
        return self._lowest(key.tonic) if key.tonic in chord.tones else self.root(chord)

    def above(self, chord: Chord, interval: int) -> int:
        if interval == 7 and 7 not in chord.intervals:
            interval = next((i for i in chord.intervals if i in (6, 8)), 7)
        pitch = (self.root(chord) if interval == 12 else self._lowest(chord.root)) + interval
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


def _walking_bass(
    writer: PartWriter, plan: SongPlan, line: _BassRegister, bar: Bar, intensity: float, turn: int
) -> None:
    """Write a bar of walking bass: chord tones in quarters, and a step that leads into each new chord.

    A calm player walks in halves. ``turn`` decides which of the chord tones comes first.
    """
    stride = plan.timeline.metre.unit * (2 if plan.brief.activity.bass < 0.3 else 1)
    for index in range(bar.beats):
        beat = bar.start + index
        chord, following = plan.chord(beat), plan.chord(beat + 1)
        if index % stride and plan.chord(beat - 1) is chord:
            continue
        new = index == 0 or plan.chord(beat - 1) is not chord
        if new:
            pitch = line.root(chord)
        elif following is not chord or index == bar.beats - 1:
            pitch = line.approach(chord, following)
        else:
            pitch = (line.third(chord), line.above(chord, 7), line.above(chord, 12))[(index + turn) % 3]
        held = stride if plan.chord(beat + stride - 1) is chord else 1
        writer.write(beat, held * 0.93, pitch, 0.88 if index % 2 == 0 else 0.82, intensity=intensity)


def _steps_of(figure: tuple[str, str], metre: Metre, bar: Bar, choice: int = 0) -> str:
    """Give the steps of a figure, which is written for simple and for compound metres, in one bar.

    ``choice`` says which of its bars is played, where it has several.
    """
    patterns = (figure[1] if metre.compound else figure[0]).split("|")
    pattern = patterns[choice % len(patterns)]
    return fit_to_metre(pattern, metre, max(bar.beats, metre.beats))[: bar.beats * metre.steps_per_beat]


def _held_steps(steps: str, index: int) -> int:
    """Count the steps through which the stroke at ``index`` is held."""
    length = 1
    while index + length < len(steps) and steps[index + length] == "-":
        length += 1
    return length


_UNDER_TUNE = 0.93
"""The share of its velocity with which a chord is struck while the tune sounds."""


def comping(plan: SongPlan, member: Member) -> tuple[Note, ...]:
    """Write chords in the rhythm of the member's figure, or broken, in close voicings that move little."""
    writer = PartWriter(plan, member, "comp" + member.instrument + member.figure)
    instrument = INSTRUMENTS[member.instrument]
    metre = plan.timeline.metre
    power = bool(instrument.drive)
    strummed = instrument.track == "guitar" and not power
    low = max(instrument.low, 40 if instrument.track == "guitar" else 50)
    figure = COMPING_FIGURES.get(member.figure, COMPING_FIGURES["ballad"])
    voicing: tuple[int, ...] = ()
    chord: Chord | None = None
    rng = random_stream(plan.seed, "comping", member.instrument)
    variation = Variation(plan, "comping", member.instrument, member.figure)
    for bar in plan.bars:
        choice = int(rng.integers(12))
        if not plan.plays(member, bar):
            continue
        intensity = plan.intensity(bar)
        steps = activity.scale_figure(
            _steps_of(figure, metre, bar, choice), metre.steps_per_beat, plan.brief.activity.chords
        )
        steps = variation.figure(steps, bar, plan.brief.activity.chords)
        if bar.ending:
            voicing = _voicing(plan.chord(bar.start), voicing, low, instrument.high, power, chord)
            for number, pitch in enumerate(voicing):
                writer.write(
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
            beat = bar.start + index / metre.steps_per_beat
            current = plan.chord(beat)
            changed = chord is not current
            if changed:
                voicing, chord = _voicing(current, voicing, low, instrument.high, power, chord), current
                if mark == "-" and index and index % metre.steps_per_beat == 0:
                    mark = "x"
            if mark in "-.":
                continue
            length = _held_steps(steps, index) / metre.steps_per_beat
            if mark == "s":
                length = (
                    min(length, 0.55 / metre.steps_per_beat)
                    if member.figure in ("muted", "chug", "skank")
                    else 0.8 / metre.steps_per_beat
                )
            accent = 0.9 * activity.metrical_accent(index, metre)
            if plan.tune_sounds(
                beat
            ):  # Who accompanies makes way for the tune, and comes forward in its rests.
                accent *= _UNDER_TUNE
            if mark.isdigit():
                rung = 1.0 if instrument.release >= 0.06 else length
                if plan.chord(beat + rung) is not current:  # No tone of the old chord rings into the new one.
                    rung = int(beat + rung) - beat
                length = max(length, rung)
                pitch = voicing[int(mark) % len(voicing)] + 12 * (int(mark) // len(voicing))
                writer.write(beat, length, min(pitch, instrument.high), accent, intensity=intensity)
                continue
            chosen = voicing[-3:] if mark == "u" else voicing
            for number, pitch in enumerate(reversed(chosen) if mark == "u" else chosen):
                delay = 0.011 * number if strummed and mark != "s" else 0.003 * number
                writer.write(
                    beat,
                    length * 0.97,
                    pitch,
                    accent * (0.92 if number else 1.0),
                    intensity=intensity,
                    delay=delay,
                )
    return writer.sorted_notes()


def _voicing(
    chord: Chord, previous: tuple[int, ...], low: int, high: int, power: bool, before: Chord | None
) -> tuple[int, ...]:
    if power:
        root = low + (chord.root - low) % 12
        fifth = next((i for i in (7, 6, 8) if i in chord.intervals), 7)
        return (root, root + fifth, root + 12)
    centre = min(high, low + 26)
    return voice_leading(chord, previous, low, centre, before=before)


def pad(plan: SongPlan, member: Member) -> tuple[Note, ...]:
    """Write held chords; a voice that stays on its pitch is not struck again within a section."""
    writer = PartWriter(plan, member, "pad" + member.instrument)
    instrument = INSTRUMENTS[member.instrument]
    voicing: tuple[int, ...] = ()
    chord: Chord | None = None
    sounding: dict[int, tuple[float, float]] = {}
    low = max(instrument.low, 52)

    def release(pitch: int, beat: float, ends: bool = False) -> None:
        begun, intensity = sounding.pop(pitch)
        writer.write(begun, beat - begun, pitch, 0.72, intensity=intensity, until_end=ends)

    for bar in plan.bars:
        if not plan.plays(member, bar) or bar.first:
            for pitch in list(sounding):
                release(pitch, bar.start)
            chord = None
            if not plan.plays(member, bar):
                continue
        for beat in range(bar.start, bar.start + bar.beats):
            current = plan.chord(beat)
            if current is chord:
                continue
            voicing, chord = (
                voice_leading(
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
                sounding.setdefault(pitch, (float(beat), plan.intensity(bar)))
    for pitch in list(sounding):
        release(pitch, plan.timeline.beats, plan.timeline.ending)
    return writer.sorted_notes()
