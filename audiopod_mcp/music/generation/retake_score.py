"""Takes of a composed piece, mixed: bars played anew over its chords, phrases anew with other chords."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from audiopod_mcp.music.composition import compose, compose_chords
from audiopod_mcp.music.leadsheet import lead_sheet_from_score
from audiopod_mcp.music.model import Brief, Grid, LyricLine, Note, Part, Progress, Score, progress_within
from audiopod_mcp.music.score import concatenated, excerpt, lead_part
from audiopod_mcp.music.styles import STYLES

Lots: TypeAlias = npt.NDArray[np.float64]

_LONG, _SHORT = 24, 8
"""Bars above which harmony is new two bars at a time, and up to which it is new half a bar at a time."""
_ANTICIPATION = 0.03
"""Seconds that a note may come before the beat that it is meant for."""
_RINGS = 2.5
"""Beats without an attack from which on a piece has come to its end."""
_HARMONY_CANDIDATES = 8
"""Harmonies that are composed; the one that is least like the piece's own is played."""
_MAX_SAME_CHORDS = 0.5
"""Share of beats with the piece's own chord above which the harmonies of kindred styles are tried, too."""
_HARMONY_EXPONENT = 1.5
"""The share of phrases with new chords is the variance raised to this power."""
ORIGINAL, SAME_CHORDS, NEW_CHORDS = range(3)
"""Where a note comes from: the piece, new playing over its chords, new playing with new chords."""


def retake_score(score: Score, variance: float, seed: int, report: Progress) -> Score:
    """Write a share of a composed piece anew, spread over all of it.

    A lot is drawn for each bar of each part (in short pieces for half a bar), for playing it anew over the
    same chords, and one for each phrase, for new chords, which everybody then plays to. What is new at one
    variance is new at every higher one; at 1 all is new. What would come out the same gets no lot, because it
    would make plateaus.

    Parameters
    ----------
    score : Score
    variance : float
        The share that is new, 0 to 1.
    seed : int
    report : Progress

    Returns
    -------
    Score
    """
    brief = _brief_of(score)
    grid, origin = lead_sheet_from_score(score).grid(0.0, score.duration)
    window = (-origin, score.duration - origin)
    rng = np.random.default_rng((seed, 13))
    harmony = _Harmony.draw(brief, grid, origin, seed, variance, rng)
    over = compose(brief, seed=seed, grid=grid, report=progress_within(report, 0.0, 0.5))
    free = over
    if harmony.new.any():
        grid = replace(grid, chords=harmony.chords)
        free = compose(brief, seed=seed + 1, grid=grid, report=progress_within(report, 0.5, 1.0))
    takes = (score, *(_with_ending_of(score, excerpt(take, *window)) for take in (over, free)))
    return _combine_takes(takes, _Choice(takes, harmony, variance, rng))


def _with_ending_of(score: Score, take: Score) -> Score:
    """``take``, coming to rest as ``score`` does, where that has a last beat after which it only rings.

    Who sings is not cut off for that.
    """
    last = max((note.start for part in score.parts for note in part.notes), default=0.0)
    beats = [beat for beat in score.beats if beat <= last + _ANTICIPATION]
    if not beats or score.duration - last < _RINGS * 60 / score.tempo:
        return take
    end = beats[-1] - _ANTICIPATION
    before, after = (take, 0.0, end), (score, end, score.duration)
    whole = concatenated((excerpt(*before), excerpt(*after)))
    singers = [part for part in take.parts if part.track == "vocals"]
    others = [part for part in whole.parts if part.track != "vocals"]
    return replace(whole, parts=(*others, *singers), lyrics=take.lyrics, beats=take.beats, brief=take.brief)


@dataclass(frozen=True)
class _Harmony:
    """The chords, one label a beat, and which are ``new``; ``beats``, one more, on the score's clock."""

    beats: tuple[float, ...]
    chords: tuple[str, ...]
    new: npt.NDArray[np.bool_]
    differs: float
    """The share of the time in which they are new at variance 1."""

    @classmethod
    def draw(
        cls, brief: Brief, grid: Grid, origin: float, seed: int, variance: float, rng: np.random.Generator
    ) -> _Harmony:
        """Give new chords to a share ``variance ** 1.5`` of the phrases.

        They are heard more than new playing is, so they come later.
        """
        beats = tuple(beat + origin for beat in grid.beats)
        count, bar = len(beats) - 1, grid.beats_per_bar
        own, other = grid.chords, _other_chords(brief, grid, seed)
        if len(own) != count or len(other) != count:
            return cls(beats, own, np.zeros(count, np.bool_), 0.0)
        bars = count / bar
        phrase = 2 * bar if bars > _LONG else max(1, bar // 2) if bars <= _SHORT and bar % 2 == 0 else bar
        units = np.arange(count) // phrase
        apart = np.asarray([mine != theirs for mine, theirs in zip(own, other, strict=True)])
        differs = np.asarray([apart[units == unit].any() for unit in range(units[-1] + 1)])
        lots = np.full(len(differs), 2.0)
        lots[differs] = _even_lots(rng, int(differs.sum())) ** (1 / _HARMONY_EXPONENT)
        new = (lots < variance)[units]
        chords = tuple(theirs if n else mine for mine, theirs, n in zip(own, other, new, strict=True))
        return cls(beats, chords, new, float(differs[units].mean()))

    def at(self, time: float) -> bool:
        """Whether the chord at ``time`` is new."""
        index = bisect_right(self.beats, time + _ANTICIPATION) - 1
        return bool(len(self.new)) and bool(self.new[min(max(index, 0), len(self.new) - 1)])


def _other_chords(brief: Brief, grid: Grid, seed: int) -> tuple[str, ...]:
    """Chords, one a beat, that the style might have as well, as unlike those of ``grid`` as are found.

    Where a style has hardly more than one progression, those of kindred styles are tried, too.
    """

    def likeness(chords: tuple[str, ...]) -> float:
        pairs = list(zip(chords, grid.chords, strict=False))
        return sum(mine == theirs for mine, theirs in pairs) / max(1, len(pairs))

    style = STYLES.get(brief.style, STYLES["pop"])
    free = replace(grid, chords=())
    best: tuple[str, ...] = ()
    for name in (style.name, *style.parents, "pop"):
        if not best or (likeness(best) > _MAX_SAME_CHORDS and name in STYLES):
            kin = replace(brief, style=name)
            thought = [compose_chords(kin, seed=seed + 1 + n, grid=free) for n in range(_HARMONY_CANDIDATES)]
            best = min((*([best] if best else []), *thought), key=likeness)
    return best


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


def _between_lines(takes: tuple[Score, ...], time: float) -> bool:
    """Whether at ``time`` no take is in the middle of a line, and all have sung as many of them."""
    sung = {sum(line.start < time - _ANTICIPATION for line in take.lyrics) for take in takes}
    torn = any(
        line.start < time - _ANTICIPATION and line.end > time + _ANTICIPATION
        for take in takes
        for line in take.lyrics
    )
    return len(sung) == 1 and not torn


def _even_lots(rng: np.random.Generator, count: int) -> Lots:
    """``count`` lots evenly spread over 0 to 1: below any share of 1 lies that share of them."""
    return np.asarray((rng.permutation(count) + rng.random()) / max(1, count))


@dataclass
class _Choice:
    """Which take a note of a track comes from, by when it begins.

    A track is divided into cells (bars or halves of them; for the singer, lines), each of one take.
    """

    takes: tuple[Score, ...]
    harmony: _Harmony
    variance: float
    rng: np.random.Generator

    def __post_init__(self) -> None:
        score = self.takes[ORIGINAL]
        tracks = sorted({part.track for take in self.takes for part in take.parts})
        bars = score.downbeats or (0.0,)
        lines = tuple(bar for bar in bars if _between_lines(self.takes, bar)) or (0.0,)
        tune = lead_part(score)
        short = len(bars) <= _SHORT and len(bars) > 1
        halves = tuple(sorted({*bars, *((a + b) / 2 for a, b in pairwise(bars))})) if short else bars
        self._cells = dict.fromkeys(tracks, halves) | {"vocals": lines}
        if tune is not None and tune.track != "vocals":
            self._cells[tune.track] = bars
        self._new = {track: self._lots(track) < self.variance for track in tracks}
        self._sung = [
            self.variance >= 1
            or any(
                new and beat < end - _ANTICIPATION and after > start + _ANTICIPATION
                for new, beat, after in zip(
                    self.harmony.new, self.harmony.beats[:-1], self.harmony.beats[1:], strict=True
                )
            )
            for start, end in pairwise((-np.inf, *lines, np.inf))
        ]

    def _lots(self, track: str) -> Lots:
        """For each cell of ``track`` (a bar or half of one, the singer's lines) from which variance on it is
        played anew.
        """
        cells = self._cells[track]
        content: list[list[set[tuple[int, float]]]] = [[set() for _ in range(len(cells) + 1)] for _ in "ab"]
        for take, into in zip(self.takes[:NEW_CHORDS], content, strict=True):
            for note in _notes(take, track):
                at = note.start + _ANTICIPATION
                into[bisect_right(cells, at)].add((round(40 * note.start), note.pitch))
        differ = [i for i, (own, new) in enumerate(zip(*content, strict=True)) if own != new]
        lots = np.full(len(cells) + 1, np.inf)
        # So much of what has no new chords is played anew that both together are the variance.
        variance = np.linspace(0.0, 1.0, 501)[:-1]
        chords = self.harmony.differs * variance**_HARMONY_EXPONENT
        below = _even_lots(self.rng, len(differ))
        lots[differ] = np.interp(below, (variance - chords) / (1 - chords), variance, right=np.inf)
        return lots

    def take_at(self, track: str, time: float) -> int:
        """OWN, OVER or FREE, for what begins at ``time``."""
        cell = bisect_right(self._cells.get(track, (0.0,)), time + _ANTICIPATION)
        if self._sung[cell] if track == "vocals" else self.has_new_chords(time):
            return NEW_CHORDS
        return SAME_CHORDS if track in self._new and self._new[track][cell] else ORIGINAL

    def has_new_chords(self, time: float) -> bool:
        """Whether the harmony at ``time`` is new."""
        return self.variance >= 1 or self.harmony.at(time)

    def next_harmony_change(self, time: float) -> float:
        """When after ``time`` the harmony changes hands: old chords must not ring into new ones."""
        now = self.has_new_chords(time)
        first = bisect_right(self.harmony.beats, time + _ANTICIPATION)
        return next(
            (beat for beat in self.harmony.beats[first:-1] if self.has_new_chords(beat) is not now), np.inf
        )


def _notes(score: Score, track: str) -> list[Note]:
    return [note for part in score.parts if part.track == track for note in part.notes]


def _combine_takes(takes: tuple[Score, ...], choice: _Choice) -> Score:
    """Each note, line and chord from the take that is chosen for it."""
    notes: dict[tuple[str, str], list[Note]] = {}
    for number, take in enumerate(takes):
        for part in take.parts:
            played = notes.setdefault((part.track, part.instrument), [])
            for note in part.notes:
                if choice.take_at(part.track, note.start) == number:
                    length = note.duration
                    if part.track != "vocals":
                        length = min(length, max(0.05, choice.next_harmony_change(note.start) - note.start))
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
        if choice.take_at("vocals", line.start) == number
    ]
    return replace(
        takes[ORIGINAL],
        parts=parts,
        lyrics=tuple(sorted(lines, key=lambda line: line.start)),
        chords=takes[NEW_CHORDS if choice.harmony.new.any() else ORIGINAL].chords,
    )
