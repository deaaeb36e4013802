"""The timeline: where beats and bars fall in time."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from audiopod_mcp.music.lyrics.tags import section_label
from audiopod_mcp.music.model import Brief, Grid, Span
from audiopod_mcp.music.theory import METRES, Metre

from .form import Section, section_intensity

_RINGING_SECONDS = 1.0
"""Seconds that a last chord needs to ring; where fewer are left, it is in the last whole bar."""


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar of ``beats`` beats from beat number ``start`` on."""

    start: int
    beats: int
    section: int
    """Number of its section."""
    index: int
    """Its number within that section."""
    first: bool = False
    """Whether it is the first of its section."""
    last: bool = False
    """Whether it is the last of its section."""
    ending: bool = False
    """Whether it is the last chord, which is held."""


@dataclass(frozen=True)
class Timeline:
    """The times of a song's beats, and how it swings."""

    metre: Metre
    times: npt.NDArray[np.float64]
    """Seconds of each beat, and of the end of the last one."""
    first_downbeat: int
    duration: float
    swing: float = 0.5
    swing_unit: float = 0.5
    ending: bool = False
    """Whether the last bar is a held last chord."""

    def seconds_at(self, beat: float) -> float:
        """Give the time (s) of a position in beats, with swing; beyond the ends the tempo goes on."""
        if self.swing != 0.5 and not self.metre.compound and self.metre.unit == 1:
            unit = 2 * self.swing_unit
            base = math.floor(beat / unit) * unit
            part = (beat - base) / unit
            part = part * 2 * self.swing if part < 0.5 else self.swing + (part - 0.5) * 2 * (1 - self.swing)
            beat = base + part * unit
        index = min(max(math.floor(beat), 0), len(self._clock) - 2)
        start = self._clock[index]
        return start + (beat - index) * (self._clock[index + 1] - start)

    def unswung(self, beat: float) -> float:
        """Give the position that swing moves to where ``beat`` is without it: triplets are not swung."""
        if self.swing == 0.5 or self.metre.compound or self.metre.unit > 1:
            return beat
        unit = 2 * self.swing_unit
        base = math.floor(beat / unit) * unit
        part = (beat - base) / unit
        part = (
            part / 2 / self.swing if part < self.swing else 0.5 + (part - self.swing) / 2 / (1 - self.swing)
        )
        return base + part * unit

    @cached_property
    def _clock(self) -> tuple[float, ...]:
        """``times`` as plain floats, because composing asks for them all the time."""
        return tuple(self.times.tolist())

    @property
    def beats(self) -> int:
        return len(self.times) - 1

    def bar_lengths(self) -> list[int]:
        """Give the beats of each bar; the first and the last may be short."""
        lengths = [self.first_downbeat] if self.first_downbeat else []
        left = self.beats - self.first_downbeat
        lengths += [self.metre.beats] * (left // self.metre.beats)
        if left % self.metre.beats:
            lengths.append(left % self.metre.beats)
        return lengths or [self.beats]


def steady_timeline(brief: Brief, swing: float, swung: float) -> Timeline:
    """Lay out the timeline of a brief: a steady tempo, and a last bar in which the last chord rings."""
    metre = METRES[brief.timesignature]
    beat = metre.beat_seconds(brief.tempo)
    bar = beat * metre.beats
    whole = int(brief.duration / bar + 1e-6)
    left = brief.duration - whole * bar
    ending = whole >= 3 or (whole > 0 and left >= _RINGING_SECONDS)
    if ending and left >= _RINGING_SECONDS:
        count = whole * metre.beats + max(1, int(left / beat + 1e-6))
    elif whole:
        count = whole * metre.beats
    else:
        count = max(1, int(np.ceil(brief.duration / beat - 1e-6)))
    return Timeline(
        metre,
        np.arange(count + 1, dtype=np.float64) * np.float64(beat),
        0,
        brief.duration,
        swing,
        swung,
        ending,
    )


def grid_timeline(brief: Brief, grid: Grid, swing: float, swung: float) -> Timeline:
    """Lay out the timeline of a grid. Six beats a bar are read as 6/8 and felt in two."""
    times = np.asarray(grid.beats, np.float64)
    if len(times) < 2:
        times = np.array([0.0, brief.duration])
    metre, first = METRES.get(brief.timesignature, METRES["4/4"]), grid.first_downbeat
    if grid.beats_per_bar == 6:
        metre = METRES["6/8"]
        offset = first % 3
        felt = np.arange(offset, len(times), 3)
        if len(felt) > 1:
            times, first = times[felt], (first - offset) // 3
    elif grid.beats_per_bar != metre.beats:
        metre = {2: METRES["2/4"], 3: METRES["3/4"]}.get(grid.beats_per_bar, METRES["4/4"])
    beat = float(np.median(np.diff(times)))
    missing = int((brief.duration - times[-1]) / beat + 0.25)
    if missing > 0:
        times = np.concatenate((times, times[-1] + beat * np.arange(1, missing + 1)))
    final = grid.sections[-1].label.lower() if grid.sections else ""
    ending = final in ("outro", "ending", "end") and len(times) - 1 >= 3 * metre.beats
    first %= metre.beats
    if first >= len(times) - 1:
        first = 0
    return Timeline(metre, times, first, brief.duration, swing, swung, ending)


def bars_of(timeline: Timeline, sections: list[Section]) -> list[Bar]:
    """Give the bars, each in its section; ``sections`` have as many bars in all as the timeline."""
    bars: list[Bar] = []
    start = 0
    lengths = timeline.bar_lengths()
    owner = [index for index, section in enumerate(sections) for _ in range(section.bars)]
    owner += [len(sections) - 1] * (len(lengths) - len(owner))
    for number, beats in enumerate(lengths):
        section = owner[number]
        first = number == 0 or owner[number - 1] != section
        last = number == len(lengths) - 1 or owner[number + 1] != section
        index = 0 if first else bars[-1].index + 1
        bars.append(
            Bar(start, beats, section, index, first, last, timeline.ending and number == len(lengths) - 1)
        )
        start += beats
    return bars


def grid_sections(timeline: Timeline, spans: tuple[Span, ...], energy: float) -> list[Section]:
    """Give the sections of a grid, to the nearest bar line; one long verse where it names none."""
    lengths = timeline.bar_lengths()
    starts = np.concatenate(([0], np.cumsum(lengths)[:-1]))
    middles = [timeline.seconds_at(start + length / 2) for start, length in zip(starts, lengths, strict=True)]
    names: list[str] = []
    for middle in middles:
        span = next((s for s in spans if s.start <= middle < s.end), None)
        names.append(span.label if span else (names[-1] if names else "verse"))
    sections: list[Section] = []
    previous: str | None = None
    for name in names:
        if name == previous:
            last = sections[-1]
            sections[-1] = Section(last.label, last.bars + 1, last.intensity)
        else:
            sections.append(Section(name, 1, section_intensity(section_label(name), energy)))
        previous = name
    return sections
