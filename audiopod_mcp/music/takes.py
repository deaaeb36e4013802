"""Takes of a composed piece, mixed: bars played anew over its chords, phrases anew with other chords."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from audiopod_mcp.music.composition import compose
from audiopod_mcp.music.frame import score_frame
from audiopod_mcp.music.model import Brief, LyricLine, Note, Part, Report, Score, Span
from audiopod_mcp.music.playing import within
from audiopod_mcp.music.scores import excerpt

Lots: TypeAlias = npt.NDArray[np.float64]

_SHORT = 24
"""Bars of a piece up to which each bar may get harmony of its own; in longer ones two at a time do."""
_EARLY = 0.03
"""Seconds a note may come before the beat it is meant for."""
_TRIES = 3
"""New harmonies of which the one least like the piece's own is taken: a style has few progressions."""
OWN, OVER, FREE = range(3)
"""Where a note comes from: the piece, new playing over its chords, new playing with new chords."""


def varied(score: Score, variance: float, seed: int, report: Report) -> Score:
    """``score`` with a share ``variance`` (0 to 1) of it written anew by ``seed``, spread over all of it.

    A lot is drawn for each bar of each part, for playing anew over the same chords, and one for each
    phrase, for a new harmony, which everybody then plays to. What is new at one variance is new at every
    higher one; at 1 all is. Bars whose new version is the old one have no lot: they would make plateaus.
    """
    brief = _brief_of(score)
    grid, origin = score_frame(score).grid(0.0, score.duration)
    window = (-origin, score.duration - origin)
    over = compose(brief, seed=seed, grid=grid, report=within(report, 0.0, 0.5))
    grid = replace(grid, chords=(), melody=())
    report(0.5, "thinking of another harmony")
    tried = [compose(brief, seed=seed + 1 + number, grid=grid) for number in range(_TRIES)]
    free = min((excerpt(take, *window) for take in tried), key=lambda take: _in_common(score, take))
    takes = (score, excerpt(over, *window), free)
    edges = _edges(takes)
    rng = np.random.default_rng((seed, 13))
    # Of n phrases n · variance² get new harmony: it is heard more than new playing, and comes later.
    differs = np.array([_in_common(score, free, *span) < 1 for span in pairwise((*edges, score.duration))])
    harmony = np.zeros(len(edges))
    for kind in (differs, ~differs):
        harmony[kind] = np.sqrt(_spread(rng, int(kind.sum())))
    choice = _Choice(takes, edges, harmony, variance, rng)
    return _mixed(takes, choice)


def _in_common(one: Score, other: Score, start: float = 0.0, end: float | None = None) -> float:
    """The share of quarter seconds from ``start`` to ``end`` in which both have the same chord."""
    at = np.arange(start + 0.125, one.duration if end is None else end, 0.25)
    names = [
        [next((s.label for s in x.chords if s.start <= t < s.end), "N") for t in at] for x in (one, other)
    ]
    return float(np.mean([mine == theirs for mine, theirs in zip(*names, strict=True)])) if len(at) else 1.0


def _brief_of(score: Score) -> Brief:
    """The brief of the piece as it is: with the players it has now, whatever was edited since."""
    brief = score.brief or Brief("", tempo=score.tempo, key=score.key, timesignature=score.timesignature)
    brief = replace(brief, duration=score.duration)
    playing = {part.track for part in score.parts}
    written = {part.track for part in compose(brief, seed=score.seed).parts}
    added = [p.instrument for p in score.parts if p.track in playing - written and p.track != "vocals"]
    return replace(
        brief,
        instruments=(*brief.instruments, *dict.fromkeys(added)),
        without=tuple(sorted({*brief.without, *(written - playing)})),
        lyrics=brief.lyrics if "vocals" in playing else None,
    )


def _edges(takes: tuple[Score, ...]) -> tuple[float, ...]:
    """Where phrases begin, seconds: every bar or two of a section, unless a sung line goes on over it."""
    score = takes[0]
    bars = score.downbeats or (0.0,)
    phrase = 1 if len(bars) <= _SHORT else 2
    sections = [span.start for span in score.sections] or [0.0]
    first: dict[int, int] = {}
    edges = []
    for number, bar in enumerate(bars):
        section = bisect_right(sections, bar + _EARLY)
        if (number - first.setdefault(section, number)) % phrase == 0 and _between_lines(takes, bar):
            edges.append(bar)
    return tuple(edges) or (0.0,)


def _between_lines(takes: tuple[Score, ...], time: float) -> bool:
    """Whether at ``time`` nobody is in the middle of a line, and all takes are as far in the words."""
    sung = {sum(line.start < time - _EARLY for line in take.lyrics) for take in takes}
    torn = any(
        line.start < time - _EARLY and line.end > time + _EARLY for take in takes for line in take.lyrics
    )
    return len(sung) == 1 and not torn


def _spread(rng: np.random.Generator, count: int) -> Lots:
    """``count`` lots, evenly spread over 0 to 1: of any share of them just as many lie below it."""
    return np.asarray((rng.permutation(count) + rng.random()) / max(1, count))


@dataclass
class _Choice:
    """Which take a note of a track comes from, by when it begins."""

    takes: tuple[Score, ...]
    edges: tuple[float, ...]
    harmony: Lots
    variance: float
    rng: np.random.Generator

    def __post_init__(self) -> None:
        tracks = sorted({part.track for take in self.takes for part in take.parts})
        bars = self.takes[0].downbeats or (0.0,)
        self._cells = {track: self.edges if track == "vocals" else bars for track in tracks}
        self._new = {track: self._lots(track) < self.variance for track in tracks}

    def _lots(self, track: str) -> Lots:
        """For each bar of ``track`` (for the singer: phrase) the variance from which on it is played anew."""
        cells = self._cells[track]
        content: list[list[set[tuple[int, float]]]] = [[set() for _ in range(len(cells) + 1)] for _ in "ab"]
        for take, into in zip(self.takes[:FREE], content, strict=True):
            for note in _notes(take, track):
                at = note.start + _EARLY
                into[bisect_right(cells, at)].add((round(40 * note.start), note.pitch))
        differ = [i for i, (own, new) in enumerate(zip(*content, strict=True)) if own != new]
        lots = np.full(len(cells) + 1, np.inf)
        # As harmony is new in a share variance² of the time, this share of the rest makes it variance.
        below = _spread(self.rng, len(differ))
        lots[differ] = below / np.maximum(1e-9, 1 - below)
        return lots

    def of(self, track: str, time: float) -> int:
        """OWN, OVER or FREE, for what begins at ``time``."""
        if self.is_free(time):
            return FREE
        new = self._new.get(track)
        return OVER if new is not None and new[bisect_right(self._cells[track], time + _EARLY)] else OWN

    def is_free(self, time: float) -> bool:
        """Whether the phrase at ``time`` has new harmony."""
        phrase = max(0, bisect_right(self.edges, time + _EARLY) - 1)
        return self.variance >= 1 or bool(self.harmony[phrase] < self.variance)

    def until(self, time: float) -> float:
        """When after ``time`` the harmony changes hands: old chords must not ring into new ones."""
        now = self.is_free(time)
        first = bisect_right(self.edges, time + _EARLY)
        return next((edge for edge in self.edges[first:] if self.is_free(edge) is not now), np.inf)


def _notes(score: Score, track: str) -> list[Note]:
    return [note for part in score.parts if part.track == track for note in part.notes]


def _mixed(takes: tuple[Score, ...], choice: _Choice) -> Score:
    """Each note, line and chord from the take that is chosen for it."""
    notes: dict[tuple[str, str], list[Note]] = {}
    for number, take in enumerate(takes):
        for part in take.parts:
            played = notes.setdefault((part.track, part.instrument), [])
            for note in part.notes:
                if choice.of(part.track, note.start) == number:
                    length = note.duration
                    if part.track != "vocals":
                        length = min(length, max(0.05, choice.until(note.start) - note.start))
                    played.append(replace(note, duration=length))
    parts = tuple(
        Part(track, instrument, tuple(sorted(played, key=lambda note: (note.start, note.pitch))))
        for (track, instrument), played in notes.items()
        if played
    )
    lines: list[LyricLine] = [
        line
        for number, take in enumerate(takes)
        for line in take.lyrics
        if choice.of("vocals", line.start) == number
    ]
    return replace(
        takes[OWN],
        parts=parts,
        lyrics=tuple(sorted(lines, key=lambda line: line.start)),
        chords=_chords(takes, choice),
    )


def _chords(takes: tuple[Score, ...], choice: _Choice) -> tuple[Span, ...]:
    """The chords that are played now, without gaps."""
    ends = sorted({time for take in takes for span in take.chords for time in (span.start, span.end)})
    ends = sorted({*ends, *(edge for edge in choice.edges if ends and ends[0] < edge < ends[-1])})
    found: list[Span] = []
    for start, end in pairwise(ends):
        take = takes[FREE if choice.is_free((start + end) / 2 - _EARLY) else OWN]
        label = next((s.label for s in take.chords if s.start <= (start + end) / 2 < s.end), "N")
        if found and found[-1].label == label:
            found[-1] = replace(found[-1], end=end)
        elif end - start > 1e-6:
            found.append(Span(start, end, label))
    return tuple(found)
