"""Seconds as bars and quarter notes: the tempo map of a score."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass

import numpy as np

from audiopod_mcp.music.model import Score
from audiopod_mcp.music.theory import METRES, Metre

_CLOSE = 1e-3
"""Seconds within which two times are the same."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar; ``start`` and ``length`` are in quarter notes from the beginning of the piece."""

    start: float
    length: float
    metre: str
    """Its time signature: of a bar that is cut off or a pick-up, one of its own length."""


@dataclass(frozen=True)
class Timeline:
    """Where every beat of a score is, in seconds and in quarter notes, from 0 to the end of the piece.

    The score's time 0 is quarter 0, so that what is written is aligned to the audio. What comes before the
    first beat is filled with whole beats.
    """

    times: tuple[float, ...]
    """Of the beats, and of the end, s."""
    quarters: tuple[float, ...]
    """The same moments in quarter notes."""
    bars: tuple[Bar, ...]

    def position(self, time: float) -> float:
        """The position in quarter notes of ``time`` (s); before 0 it is 0."""
        return float(np.interp(time, self.times, self.quarters))

    def bar_at(self, quarter: float) -> int:
        """The index of the bar in which ``quarter`` is."""
        return max(0, bisect_right([bar.start for bar in self.bars], quarter + 1e-6) - 1)


def timeline_of(score: Score) -> Timeline:
    """The tempo map of ``score``."""
    metre = METRES.get(score.timesignature, METRES["4/4"])
    unit = quarters_in_beat(metre)
    typical = metre.beat_seconds(score.tempo)
    beats = [beat for beat in score.beats if beat > -_CLOSE] or [0.0]
    lead_in = max(1, round(beats[0] / typical)) if beats[0] > _CLOSE else 0
    times = [beats[0] * number / lead_in for number in range(lead_in)] + beats
    # Beats go on evenly to the end of the sound, which is where the last bar ends at the earliest.
    while times[-1] < score.duration - _CLOSE:
        times.append(times[-1] + typical)
    downbeats = [time for time in score.downbeats if time > -_CLOSE]
    bars = _bars(times, downbeats, metre, unit)
    while len(times) - 1 < (bars[-1].start + bars[-1].length) / unit - 1e-6:
        times.append(times[-1] + typical)
    return Timeline(tuple(times), tuple(number * unit for number in range(len(times))), bars)


def quarters_in_beat(metre: Metre) -> float:
    """How many quarter notes a beat of ``metre`` is: 1.5 in 6/8, 0.5 in 7/8, which counts its eighths."""
    return 1.5 if metre.compound else 1 / metre.unit


def _bars(times: list[float], downbeats: list[float], metre: Metre, unit: float) -> tuple[Bar, ...]:
    last = len(times) - 1
    firsts = sorted({int(np.argmin(np.abs(np.asarray(times) - time))) for time in downbeats} | {0})
    firsts = [first for first in firsts if first < last] or [0]
    bars = []
    for number, first in enumerate(firsts):
        following = firsts[number + 1] if number + 1 < len(firsts) else None
        # Beyond the last downbeat that is known, bars are as long as the metre says.
        while following is None or following - first > 2 * metre.beats:
            bars.append(_bar(first, metre.beats, metre, unit))
            first += metre.beats
            if first >= (last if following is None else following):
                break
        if following is not None and first < following:
            bars.append(_bar(first, following - first, metre, unit))
    return tuple(bars)


def _bar(first: int, beats: int, metre: Metre, unit: float) -> Bar:
    if beats == metre.beats:
        name = metre.name
    elif metre.compound:
        name = f"{3 * beats}/8"
    else:
        name = f"{beats}/{4 * metre.unit}"
    return Bar(first * unit, beats * unit, name)
