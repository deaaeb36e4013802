"""The plan of a song, which every player needs to know, and the writer of a part's notes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from audiopod_mcp.music.model import Brief, Note
from audiopod_mcp.music.styles import Member, Style
from audiopod_mcp.music.synthesis.instruments import INSTRUMENTS
from audiopod_mcp.music.theory import MELODY_SCALES, MODES, Chord, Key

from .dynamics import dynamics
from .form import Section
from .random_streams import random_stream
from .timeline import Bar, Timeline


@dataclass(frozen=True)
class SongPlan:
    """What is decided before the first note is written."""

    brief: Brief
    style: Style
    key: Key
    timeline: Timeline
    sections: list[Section]
    bars: list[Bar]
    chords: list[Chord]
    """One a beat."""
    seed: int
    pedal: int | None = None
    """The pitch class on which the bass stays under the neighbours of the tonic: in the church modes that
    tells where home is.
    """
    melody: tuple[Note, ...] = ()
    tune: tuple[Note, ...] = ()
    """What is sung and what the lead plays; empty until that is written."""
    answerers: tuple[Member, ...] = ()
    """Who answers the tune in its rests."""
    sings: bool = False
    has_own_form: bool = True
    """Whether the form is the composer's own, and not a given grid's."""
    is_solo: bool = False
    """Whether one instrument plays everything there is to hear: it does not wait for its entry."""
    entry_bars: Mapping[str, int] = field(default_factory=dict)
    """The bar of the intro in which each role enters; roles that are not named play from the first."""
    scale: tuple[int, ...] = field(init=False)
    """Pitch classes that melodies are made of."""

    def __post_init__(self) -> None:
        mode = self.key.mode
        degrees = MODES[mode][0] if mode else MELODY_SCALES[self.style.scale][self.key.minor]
        object.__setattr__(self, "scale", tuple((self.key.tonic + degree) % 12 for degree in degrees))

    @cached_property
    def dynamics(self) -> tuple[float, ...]:
        """The factor of every beat's velocity: phrases, crescendos, the ending."""
        return dynamics(self.bars, self.sections, self.style.expression)

    @cached_property
    def _tuneful(self) -> frozenset[int]:
        """The half beats in which the tune sounds."""
        times = self.timeline.times
        beats = np.arange(len(times))
        starts = np.interp([note.start for note in self.tune], times, beats)
        ends = np.interp([note.start + 0.9 * note.duration for note in self.tune], times, beats)
        return frozenset(
            half
            for start, end in zip(starts.tolist(), ends.tolist(), strict=True)
            for half in range(round(2 * start), max(round(2 * start) + 1, round(2 * end)))
        )

    def tune_sounds(self, beat: float) -> bool:
        """Say whether the tune, where it is written already, sounds at a position in beats."""
        return int(2 * beat + 1e-6) in self._tuneful

    def chord(self, beat: float) -> Chord:
        """Give the chord at a position in beats."""
        return self.chords[int(min(max(beat, 0), len(self.chords) - 1))]

    def intensity(self, bar: Bar) -> float:
        """Give the intensity of a bar, 0 to 1; it grows in a section called "build"."""
        section = self.sections[bar.section]
        if section.label == "build" and section.bars > 1:
            return section.intensity * (0.7 + 0.5 * bar.index / (section.bars - 1))
        return section.intensity

    def is_answered(self, bar: Bar) -> bool:
        """Say whether somebody answers the tune in ``bar``."""
        return any(self.plays(member, bar) for member in self.answerers)

    def holds_back(self, bar: Bar) -> bool:
        """Say whether this is the end of a build-up, where bass and kick leave room for the drop."""
        section = self.sections[bar.section]
        drops = bar.section + 1 < len(self.sections) and self.sections[bar.section + 1].label == "drop"
        return drops and section.bars >= 4 and section.bars - bar.index <= 2

    def plays(self, member: Member, bar: Bar) -> bool:
        """Say whether ``member`` plays in ``bar``. Calm pieces are played softly rather than by fewer
        players.
        """
        if bar.section == 0 and bar.index < self.entry_bars.get(member.role, 0):
            return False
        if member.role == "bass" and self.holds_back(bar):
            return False
        calm = min(1.0, 0.72 + 0.5 * self.brief.energy)
        return self.intensity(bar) + 1e-9 >= member.min_intensity * calm or self._calls_for(member, bar)

    def _calls_for(self, member: Member, bar: Bar) -> bool:
        """Say whether the tag of the section says that ``member`` plays in it."""
        names = {member.instrument, INSTRUMENTS[member.instrument].track}
        return any(
            step.section == self.sections[bar.section].stanza
            and (
                step.action == "all"
                or (step.action in ("only", "enters", "plays") and names.intersection(step.players))
            )
            for step in self.brief.staging
        )


_STEADY_ROLES = ("drums", "percussion", "bass")
"""Those who carry the others, and swell less than they do."""
_DRAWN = 256
"""Random numbers that are drawn at a time."""


class PartWriter:
    """Writes the notes of one part, in seconds, with human timing and loudness that follows the form."""

    def __init__(self, plan: SongPlan, member: Member, name: str, *, exact: bool = False) -> None:
        self._plan, self._level = plan, member.level**0.6
        self._rng = random_stream(plan.seed, "touch", name)
        self._loose = 0.0 if exact else 0.004 * plan.style.looseness
        depth = 0.0 if member.role == "fx" else 0.7 if member.role in _STEADY_ROLES else 1.0
        self._dynamics = [1 + depth * (factor - 1) for factor in plan.dynamics]
        self._chance: list[float] = []
        self.notes: list[Note] = []

    def _normal(self) -> float:
        """Draw from the standard normal distribution."""
        if not self._chance:
            self._chance = self._rng.standard_normal(_DRAWN).tolist()[::-1]
        return self._chance.pop()

    def write(
        self, beat: float, length: float, pitch: float, velocity: float, *, intensity: float,
        delay: float = 0.0, until_end: bool = False, syllable: str | None = None,
    ) -> Note | None:  # fmt: skip
        """Write one note.

        Parameters
        ----------
        beat, length
            Position and length in beats.
        pitch
            MIDI note number, or General MIDI key of a drum.
        velocity
            0 to 1, before it is scaled by ``intensity``.
        intensity
            That of the bar, 0 to 1.
        delay
            Seconds by which it is late, as a string within a strum is.
        until_end
            Whether it rings to the end of the piece.
        syllable
            What is sung on it.

        Returns
        -------
        Note or None
            ``None`` where the piece is over before the note.

        """
        timeline = self._plan.timeline
        start = timeline.seconds_at(beat) + delay + (self._loose * self._normal() if self._loose else 0.0)
        start = max(0.0, start)
        end = timeline.seconds_at(beat + length) + delay
        if until_end:
            end = timeline.duration - min(0.9, 0.35 * (timeline.duration - start))
        end = min(end, timeline.duration)
        if end - start < 0.02:
            return None
        swell = self._dynamics[min(max(0, int(beat)), len(self._dynamics) - 1)]
        touch = velocity * (0.62 + 0.46 * intensity) * self._level * swell
        value = min(127, max(8, round(127 * touch + 2.5 * self._normal())))
        note = Note(round(start, 5), round(end - start, 5), pitch, value, syllable)
        self.notes.append(note)
        return note

    def sorted_notes(self) -> tuple[Note, ...]:
        """Give the notes in order of time and pitch."""
        return tuple(sorted(self.notes, key=lambda note: (note.start, note.pitch)))
