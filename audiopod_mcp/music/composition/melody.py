"""Melodies: themes of motifs that are stated, varied and brought to a cadence."""

from __future__ import annotations

import numpy as np

from audiopod_mcp.music.model import Note
from audiopod_mcp.music.styles import Member
from audiopod_mcp.music.synthesis.instruments import INSTRUMENTS

from .dynamics import phrase_arc
from .melody_pitches import NoteSlot, choose_pitches
from .motifs import Rhythm, rhythmic_motif, vary_rhythm
from .random_streams import random_stream
from .song_plan import PartWriter, SongPlan
from .timeline import Bar

_THEMES = (
    # Four phrases of a theme: which motif, transposed by how many semitones, and in which cadence it ends.
    (("a", 0, "half"), ("b", 0, ""), ("a", 0, "half"), ("c", 0, "final")),  # period
    (("a", 0, ""), ("a", 2, "half"), ("b", 4, ""), ("c", 0, "final")),  # sentence
    (("a", 0, "half"), ("a", 0, ""), ("b", 3, "half"), ("a", 0, "final")),  # song form
    (("a", 0, ""), ("b", 0, "half"), ("a", 2, ""), ("b", 0, "final")),  # call and response
    (("a", 0, ""), ("a", -2, "half"), ("a", 2, ""), ("b", 0, "final")),  # sequence
)
_RIFF_FORMS = (("a", "a", "a", "b"), ("a", "b", "a", "c"), ("a", "a", "b", "a"), ("a", "b", "a", "b"))
_SWELL, _HIGH_LOUD = 0.035, 0.006
"""Shares of the velocity: half the swing within a phrase, and what a semitone adds."""
_REGISTER_SHIFTS = {"chorus": 3, "drop": 3, "solo": 4, "bridge": 1, "pre-chorus": 1}


def lead_melody(plan: SongPlan, member: Member) -> tuple[Note, ...]:
    """Write the melody: the grid's own, or themes of two-bar phrases that come back with their sections.

    Where a voice sings, the lead plays in the sections without words.
    """
    writer = PartWriter(plan, member, "lead" + member.instrument)
    instrument = INSTRUMENTS[member.instrument]
    if plan.melody:
        return grid_melody(plan, instrument.low, instrument.high)
    middle = min(max(71, instrument.low + 8), instrument.high - 9)
    low, high = max(instrument.low, middle - 8), min(instrument.high, middle + 7)
    riff = member.figure == "riff"
    tune = _Themes(plan, riff)
    previous: float | None = None
    for phrase in group_into_phrases(plan, 1 if riff else 2):
        section = plan.sections[phrase[0].section]
        bar = phrase[0]
        waits = section.label in ("intro", "break") and bar.index < 2 and not (riff or plan.is_solo)
        if waits or section.lines or not plan.plays(member, bar) or tune.leaves_room(phrase):
            continue
        intensity = plan.intensity(bar)
        if bar.ending:
            home = low + (plan.chord(bar.start).root - low) % 12
            if previous and previous - home > 7 and home + 12 <= high:
                home += 12
            writer.write(bar.start, bar.beats, home, 0.8, intensity=intensity, until_end=True)
            continue
        lift = _REGISTER_SHIFTS.get(section.label, 0) + (2 if tune.is_last(bar.section) else 0)
        slots, pitches = tune.phrase(
            phrase, section.label, low + lift, min(instrument.high, high + lift), previous
        )
        beats, mean = sum(bar.beats for bar in phrase), sum(pitches) / max(1, len(pitches))
        for slot, pitch in zip(slots, pitches, strict=True):
            # The middle of a phrase is louder than its ends, and what is higher is louder.
            swell = _SWELL * phrase_arc((slot.beat - bar.start) / beats) + _HIGH_LOUD * (pitch - mean)
            touch = (0.88 if slot.strong else 0.8) + plan.style.expression * swell
            writer.write(slot.beat, slot.length * 0.93, pitch, touch, intensity=intensity)
        previous = pitches[-1] if pitches else previous
    return writer.sorted_notes()


def group_into_phrases(plan: SongPlan, bars: int) -> list[list[Bar]]:
    """Group the bars of a song into phrases of ``bars`` bars that do not cross sections; an ending is
    alone.
    """
    groups: list[list[Bar]] = []
    for bar in plan.bars:
        if not groups or bar.first or bar.ending or bar.index % bars == 0:
            groups.append([bar])
        else:
            groups[-1].append(bar)
    return groups


class _Themes:
    """The motifs of a song, by section label, so that what has been heard comes back."""

    def __init__(self, plan: SongPlan, riff: bool) -> None:
        self._plan, self._riff = plan, riff
        self._rhythms: dict[tuple[str, str], Rhythm] = {}
        self._shapes: dict[tuple[str, str], list[tuple[float, float]]] = {}
        labels = [section.label for section in plan.sections]
        self._strongest = next((label for label in ("drop", "chorus", "verse") if label in labels), labels[0])
        self._times = [labels[: i + 1].count(label) for i, label in enumerate(labels)]
        self._last = max(i for i, label in enumerate(labels) if label == self._strongest)

    def is_last(self, section: int) -> bool:
        """Say whether this is the climax of the song: its last chorus, or what it has for one."""
        return section == self._last and self._times[section] > 1

    def leaves_room(self, bars: list[Bar]) -> bool:
        """Say whether a phrase is left to the answer: in twelve bars of blues, every second one."""
        section = self._plan.sections[bars[0].section]
        twelve = section.bars >= 12 and section.label == "verse" and not bars[-1].ending
        blues = twelve and self._plan.style.name == "blues"
        return blues and bars[0].index // 2 % 2 == 1 and self._plan.is_answered(bars[0])

    def phrase(
        self, bars: list[Bar], label: str, low: float, high: float, previous: float | None
    ) -> tuple[list[NoteSlot], list[float]]:
        """Give the slots and pitches of one phrase."""
        plan, metre = self._plan, self._plan.timeline.metre
        again = self._times[bars[0].section] > 1
        label = {"intro": "chorus", "outro": "chorus", "drop": "chorus", "build": "verse"}.get(label, label)
        kind = bars[0].index // len(bars) % 4
        if len(bars) < 2 and not self._riff:
            kind = bars[0].index // 2 % 4
        letter, moved, close = self._theme_phrase(label, kind)
        if bars[-1].last or kind == 3:
            # A section does not end in the middle of a phrase; where the harmony is home, the tune rests.
            close = self._close(bars[-1])
        if label == "solo":
            letter += str(bars[0].index // 4)
        beats = sum(bar.beats for bar in bars)
        answered = kind % 2 == 1 and not self._riff and plan.is_answered(bars[-1])
        rhythm = self._rhythm(label, letter, beats, close, answered)
        if again and kind % 2 and not self._riff:
            rhythm = vary_rhythm(
                rhythm, random_stream(plan.seed, "again", label, kind, bars[0].section), metre.compound
            )
        start = bars[0].start
        slots = [
            NoteSlot(
                start + onset,
                min(length, 0.5 if plan.style.melody_pace >= 1 else 1.0) if self._riff else length,
                metre.is_strong(onset) or length >= metre.unit,
                close == "final" and number == len(rhythm) - 1,
                close == "half" and number == len(rhythm) - 1,
            )
            for number, (onset, length) in enumerate(rhythm)
            if onset < beats - 1e-6
        ]
        key = (label, letter)
        earlier = self._shapes.get(key)
        shape = [_nearest_pitch(earlier, onset) + moved for onset, _ in rhythm] if earlier else None
        rng = random_stream(plan.seed, "pitch", label, letter, kind if earlier else -1)
        centre = 2.0 if kind == 2 and not self._riff else 0.0
        top = high if self.is_last(bars[0].section) and kind == 2 else high - 1
        if shape and top == high:  # At the climax the theme lies higher than before.
            shape = [aim + 2 for aim in shape]
        pitches = choose_pitches(plan, slots, low, top, rng, previous, shape, centre=centre)
        self._shapes.setdefault(
            key, [(slot.beat - start, pitch - moved) for slot, pitch in zip(slots, pitches, strict=True)]
        )
        return slots, pitches

    def _close(self, bar: Bar) -> str:
        """Give the close of a phrase that ends in ``bar``: full where its harmony is home, else half."""
        return "final" if self._plan.chord(bar.start).root == self._plan.key.tonic else "half"

    def _theme_phrase(self, label: str, kind: int) -> tuple[str, int, str]:
        chosen = random_stream(self._plan.seed, "theme", label)
        if self._riff:
            return _RIFF_FORMS[int(chosen.integers(len(_RIFF_FORMS)))][kind], 0, ""
        return _THEMES[int(chosen.integers(len(_THEMES)))][kind]

    def _rhythm(self, label: str, letter: str, beats: int, close: str, answered: bool) -> Rhythm:
        plan, metre = self._plan, self._plan.timeline.metre
        pace = plan.style.melody_pace * (1.25 if self._riff or label == "solo" else 1.0)
        pace *= 0.5 + plan.brief.activity.melody
        rest = 0.5 if self._riff else 1.75 if close == "final" else 1.25
        if answered:
            rest += 1.0
        if metre.compound:
            rest = 1 / 3 if self._riff else 1.0
        key = (label, f"{letter} {beats} {rest if letter == 'a' or self._riff else close}")
        if key not in self._rhythms:
            rng = random_stream(plan.seed, "rhythm", label, letter)
            rhythm = rhythmic_motif(rng, beats / metre.unit, pace, metre.compound, rest=rest, bar=metre.beats)
            self._rhythms[key] = tuple((onset * metre.unit, length * metre.unit) for onset, length in rhythm)
        return self._rhythms[key]


def _nearest_pitch(earlier: list[tuple[float, float]], onset: float) -> float:
    """Give the pitch of an earlier phrase at ``onset`` or just before it."""
    return min(earlier, key=lambda note: abs(note[0] - onset) + (0.01 if note[0] > onset else 0))[1]


def grid_melody(plan: SongPlan, low: int, high: int) -> tuple[Note, ...]:
    """Play the grid's melody, moved by octaves into the range ``low`` to ``high``."""
    pitches = np.array([note.pitch for note in plan.melody])
    shift = 12 * round(((low + high) / 2 - float(np.median(pitches))) / 12)
    notes = []
    for note in plan.melody:
        pitch = note.pitch + shift
        while pitch > high + 2:
            pitch -= 12
        while pitch < low - 2:
            pitch += 12
        end = min(note.start + note.duration, plan.timeline.duration)
        if note.start >= 0 and end - note.start >= 0.03:
            notes.append(
                Note(note.start, end - note.start, float(round(pitch)), int(np.clip(note.velocity, 70, 118)))
            )
    return tuple(notes)
