"""Played notes as written ones: on a grid, in voices that do not overlap, cut at bar lines."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from audiopod_mcp.music.model import Note

from .timeline import Timeline

DIVISIONS: Final = 24
"""Of a quarter note: sixteenths are 6, triplets of eighths 8."""
_SIXTEENTHS: Final = (0, 6, 12, 18, 24)
_WITH_TRIPLETS: Final = (0, 6, 8, 12, 16, 18, 24)
_FINE: Final = (0, 3, 4, 6, 8, 9, 12, 15, 16, 18, 20, 21, 24)
_COUNTED: Final = 12
"""Divisions of the shortest rest that is written between two notes of a phrase."""
_TOGETHER: Final = 0.045
"""Seconds within which a player strikes what is written as one chord."""

VALUES: Final[tuple[tuple[int, str, int, bool], ...]] = (
    (96, "whole", 0, False), (72, "half", 1, False), (48, "half", 0, False), (36, "quarter", 1, False),
    (24, "quarter", 0, False), (18, "eighth", 1, False), (16, "quarter", 0, True), (12, "eighth", 0, False),
    (9, "16th", 1, False), (8, "eighth", 0, True), (6, "16th", 0, False), (4, "16th", 0, True),
    (3, "32nd", 0, False), (2, "32nd", 0, True), (1, "64th", 0, True),
)  # fmt: skip
"""Written values, longest first: divisions, name, dots, and whether three of them fill the time of two."""


@dataclass(frozen=True, slots=True)
class Written:
    """Notes that begin and end together; ``start`` and ``length`` are in divisions."""

    start: int
    length: int
    notes: tuple[Note, ...]


@dataclass(frozen=True, slots=True)
class Symbol:
    """One note head with its stem, or a rest (no notes), inside one bar."""

    start: int
    length: int
    name: str
    dots: int
    triplet: bool
    notes: tuple[Note, ...] = ()
    tied_from: bool = False
    tied_to: bool = False


class _Grid:
    """Where the notes of one player may begin: on sixteenths and, but for compound metres, eighth triplets.

    In a quarter note where that would have two strokes fall together, there is a finer grid.
    """

    def __init__(self, notes: Sequence[Note], timeline: Timeline, *, compound: bool) -> None:
        self.timeline = timeline
        self.coarse = _SIXTEENTHS if compound else _WITH_TRIPLETS
        self.dense: set[int] = set()
        for before, note in pairwise(notes):
            if note.start - before.start > _TOGETHER and self.division(note.start) == self.division(
                before.start
            ):
                self.dense |= {int(timeline.position(one.start)) for one in (before, note)}

    def division(self, time: float) -> int:
        """The division nearest to ``time`` (s) at which a note may begin."""
        whole, part = divmod(self.timeline.position(time) * DIVISIONS, DIVISIONS)
        steps = _FINE if int(whole) in self.dense else self.coarse
        return int(whole) * DIVISIONS + min(steps, key=lambda step: abs(step - part))

    def end(self, note: Note, start: int, following: Note | None, *, struck: bool) -> int:
        """Where ``note``, which begins at division ``start``, ends as it is written.

        It reaches to the ``following`` one where the rest between them is too short to be counted. What is
        ``struck``, such as a drum, fills up its beat, since nothing is heard of how long it lasts.
        """
        over = note.start + note.duration
        begins = self.division(following.start) if following else None
        if struck:
            beat = start - start % DIVISIONS + DIVISIONS
            return beat if begins is None else min(beat, begins)
        step = 8 if start % DIVISIONS in (8, 16) else 6
        end = max(start + step, round(self.timeline.position(over) * DIVISIONS / step) * step)
        if following is None or begins is None or over > following.start + _TOGETHER:
            return end
        return begins if begins - end < _COUNTED else end


def voices_of(
    notes: Iterable[Note], timeline: Timeline, *, compound: bool, struck: bool
) -> list[list[Written]]:
    """``notes`` on the grid, in as many voices as sound together at different lengths."""
    played = sorted(notes, key=lambda note: (note.start, note.pitch))
    grid = _Grid(played, timeline, compound=compound)
    starts = [grid.division(note.start) for note in played]
    groups: dict[tuple[int, int], list[Note]] = {}
    for number, (note, start) in enumerate(zip(played, starts, strict=True)):
        later = bisect_right(starts, start, lo=number)
        end = grid.end(note, start, played[later] if later < len(played) else None, struck=struck)
        groups.setdefault((start, end - start), []).append(note)
    voices: list[list[Written]] = []
    for (start, length), chord in sorted(groups.items(), key=lambda item: (item[0][0], -item[0][1])):
        written = Written(start, length, tuple({round(note.pitch): note for note in chord}.values()))
        for voice in voices:
            if voice[-1].start + voice[-1].length <= start:
                voice.append(written)
                break
        else:
            voices.append([written])
    return voices


def symbols(written: Iterable[Written], start: int, end: int) -> list[Symbol]:
    """What stands in a bar from ``start`` to ``end`` (divisions), with rests where nothing sounds."""
    found: list[Symbol] = []
    at = start
    for group in written:
        first, last = max(group.start, start), min(group.start + group.length, end)
        if first >= last:
            continue
        found += _values(at, first)
        values = _values(first, last)
        for number, value in enumerate(values):
            found.append(
                Symbol(
                    value.start, value.length, value.name, value.dots, value.triplet, group.notes,
                    tied_from=number > 0 or group.start < start,
                    tied_to=number < len(values) - 1 or group.start + group.length > end,
                )
            )  # fmt: skip
        at = last
    return found + _values(at, end)


def _values(start: int, end: int) -> list[Symbol]:
    """Rests that fill a stretch; what begins within a quarter note first fills that up."""
    found = []
    while start < end:
        room = end - start
        inside = -start % DIVISIONS
        if inside and room > inside and not (inside == DIVISIONS // 2 and room == DIVISIONS):
            room = inside
        length, name, dots, triplet = next(value for value in VALUES if value[0] <= room)
        found.append(Symbol(start, length, name, dots, triplet))
        start += length
    return found
