"""The best places for the lines of a text under a voice, by dynamic programming over time and period.

A line is a stretch of singing, about as long as its syllables take, and then a pause. Lines follow each
other at a period that the search finds along with the places and that may drift or change, more readily
where a stanza begins; or at one and a half, two or three times that; or after a break of any length.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from audiopod_mcp.music.signal.stft import Array, Ints

Floats: TypeAlias = npt.NDArray[np.float64]

_PERIODS = 1.4 * 1.07 ** np.arange(28)
"""Seconds from line to line that are tried, to 8.7."""
_MAX_PERIOD_DEVIATION = 0.3
"""How far a distance may be from its period, as a share of it."""
_LENGTH_FACTORS = np.exp(np.linspace(-1.1, 1.8, 16))
"""Lengths of a line before a break, as multiples of what is expected."""
_MAX_LINE_LENGTH = 15.0
"""Seconds a line is sung at most."""

# All costs in nats.
_PERIOD_MULTIPLES = ((1.0, 0.0), (1.5, 2.5), (2.0, 2.0), (3.0, 4.0))
"""Multiples of the period, and what each costs."""
_JITTER = 0.12
"""Spread of a line's start around its period, seconds; beyond, the cost grows evenly (next)."""
_OUTLIER_COST, _OUTLIER_SLOPE = 1.0, 6.0
"""Cost of a start that is no longer near its period, and of each period that it is away."""
_BREAK_COST = {True: 1.0, False: 5.0, None: 3.0}
"""Cost of a break before a line: where a stanza begins, where none does, where it is not known."""
_PERIOD_CHANGE_COST = {True: 4.0, False: 8.0, None: 6.0}
"""Cost of another period from that line on, in the same three cases."""
_PAUSE_COST = 0.05
"""Cost of a second of pause within a break."""
_DRIFT_COST = 2.0
"""Cost of the next longer or shorter period."""
_ANCHOR_COST = 0.5
"""Cost of an anchored line's distance from its anchor beyond a second, squared."""
_LENGTH_SPREAD = 0.45
"""Spread of a line's length around what its syllables let expect, in its logarithm."""


@dataclass(frozen=True, slots=True)
class LineLayout:
    """Where lines are.

    Attributes
    ----------
    score : float
        Nats; minus infinity where there is no room for the lines.
    starts, ends : intp array, shape (lines,)
        Steps, ends exclusive.
    """

    score: float
    starts: Ints
    ends: Ints


def search_line_layout(
    voice: Array,
    begin: Array,
    expected: Sequence[float],
    fps: float,
    begins_stanza: Sequence[bool | None],
    anchors: Mapping[int, float],
) -> LineLayout:
    """The lines laid out so that the voice is within them and silence between them.

    The score is what lies within the lines twice, less the prior's costs. With more lines than there is room
    for they are spread out evenly, at a score of minus infinity.

    Parameters
    ----------
    voice : float32 array, shape (steps,)
        Nats in favour of singing.
    begin : float32 array, shape (steps + 1,)
        Nats in favour of a line's start.
    expected : sequence of float
        The expected length of each line, steps.
    fps : float
        Steps a second.
    begins_stanza : sequence of bool or None
        Whether a stanza begins with each line; ``None``: not known.
    anchors : mapping of int to float
        For some lines the step that they are drawn to.

    Returns
    -------
    LineLayout
    """
    steps, count = len(voice), len(expected)
    total = np.concatenate(([0.0], np.cumsum(voice, dtype=np.float64)))
    costs = _distance_costs(steps, fps)
    begins = [_anchored(begin, anchors.get(line), fps) for line in range(count)]
    scores = [np.repeat(begins[0][None], len(_PERIODS), axis=0)]
    for line in range(count - 1):
        arrived = np.full_like(scores[0], -np.inf)
        line_scores = _line_scores(total, expected[line], fps)
        here = scores[-1]
        for distance in range(3, min(steps, costs.shape[1] - 1) + 1):
            possible = np.flatnonzero(np.isfinite(costs[:, distance]))
            if not len(possible):
                continue
            periods, last = slice(possible[0], possible[-1] + 1), steps + 1 - distance
            value = here[periods, :last] + line_scores[min(distance, len(line_scores) - 1), :last]
            value -= costs[periods, distance, None]
            np.maximum(arrived[periods, distance:], value, out=arrived[periods, distance:])
        ended = _scores_at_end(here, total, expected[line])
        _add_breaks(ended, arrived, fps, _BREAK_COST[begins_stanza[line + 1]])
        free = _with_period_changes(arrived, _PERIOD_CHANGE_COST[begins_stanza[line + 1]])
        scores.append(free + begins[line + 1])
    final = scores[-1] + _line_scores(total, expected[-1], fps)[-1]
    final[:, -1] = -np.inf
    period, start = (int(i) for i in np.unravel_index(int(final.argmax()), final.shape))
    best = float(final[period, start])
    if not np.isfinite(best):
        starts = np.linspace(0, steps, count, endpoint=False).astype(np.intp)
        return LineLayout(-np.inf, starts, np.append(starts[1:], steps))
    starts = np.zeros(count, np.intp)
    starts[-1] = start
    for line in range(count - 2, -1, -1):
        period, start = _backtrack(
            scores[line], total, expected[line], fps, costs, begins_stanza[line + 1], period, start
        )
        starts[line] = start
    stops = np.append(starts[1:], steps)
    ends = [
        _best_end(total, int(start), int(stop), length, fps)
        for start, stop, length in zip(starts, stops, expected, strict=True)
    ]
    return LineLayout(best, starts, np.asarray(ends, np.intp))


def _anchored(begin: Array, anchor: float | None, fps: float) -> Array:
    """What is in favour of a line's start at each step, less the distance from its anchor."""
    if anchor is None:
        return begin.astype(np.float32)
    away = np.maximum(0, np.abs(np.arange(len(begin)) - anchor) / fps - 1)
    return np.asarray(begin - _ANCHOR_COST * away**2, np.float32)


def _distance_costs(steps: int, fps: float) -> Array:
    """What a distance of so many steps costs by period: ``(periods, distances)``."""
    farthest = int(3 * (1 + _MAX_PERIOD_DEVIATION) * _PERIODS[-1] * fps)
    distances = np.arange(min(steps, farthest) + 1) / fps
    costs = np.full((len(_PERIODS), len(distances)), np.inf, np.float32)
    for multiple, price in _PERIOD_MULTIPLES:
        wanted = multiple * _PERIODS[:, None]
        off = np.abs(distances - wanted)
        outlier = _OUTLIER_COST + _OUTLIER_SLOPE * off / wanted
        cost = price + np.minimum(0.5 * (off / _JITTER) ** 2, outlier)
        allowed = off <= np.maximum(_MAX_PERIOD_DEVIATION * wanted, 0.6 / fps)
        costs = np.minimum(costs, np.where(allowed, cost, np.inf))
    return np.asarray(costs, np.float32)


def _length_cost(lengths: npt.ArrayLike, expected: float) -> Floats:
    """Half the square of how odd a length is, growing evenly where it is much too long: held last notes."""
    odd = np.log(np.maximum(lengths, 0.5) / expected) / _LENGTH_SPREAD
    return np.asarray(np.where(odd > 1.5, odd - 0.375, 0.5 * odd**2))


def _line_scores(total: Floats, expected: float, fps: float) -> Array:
    """The score of a line that may take up to so many steps and begins at each: ``(lengths, steps + 1)``."""
    longest = max(4, int(min(6 * expected, _MAX_LINE_LENGTH * fps)))
    lengths = np.arange(longest + 1)
    ends = np.minimum(np.arange(len(total)) + lengths[:, None], len(total) - 1)
    scores = 2 * (total[ends] - total) - _length_cost(lengths, expected)[:, None]
    scores[: max(1, int(0.2 * fps))] = -np.inf
    return np.asarray(np.maximum.accumulate(scores, axis=0), np.float32)


def _scores_at_end(here: Array, total: Floats, expected: float) -> Array:
    """The best score of a line that has ended at each step, by period."""
    ended = np.full_like(here, -np.inf)
    for length in _line_lengths(expected):
        if length < here.shape[1]:
            gain = 2 * (total[length:] - total[:-length]) - _length_cost(length, expected)
            value = here[:, :-length] + gain.astype(np.float32)
            np.maximum(ended[:, length:], value, out=ended[:, length:])
    return ended


def _add_breaks(ended: Array, arrived: Array, fps: float, price: float) -> None:
    """Puts into ``arrived`` what is better: the next line after a break of any length."""
    falling = (_PAUSE_COST / fps * np.arange(ended.shape[1])).astype(np.float32)
    before = np.maximum.accumulate(ended + falling, axis=1) - falling
    for period, seconds in enumerate(_PERIODS):
        pause = _min_pause(seconds, fps)
        if pause < ended.shape[1]:
            value = before[period, :-pause] - (price + _PAUSE_COST * pause / fps)
            np.maximum(arrived[period, pause:], value, out=arrived[period, pause:])


def _with_period_changes(arrived: Array, price: float) -> Array:
    """The scores with the period free to drift or to change."""
    changed = arrived.copy()
    for row in range(1, len(changed)):
        np.maximum(changed[row], changed[row - 1] - _DRIFT_COST, out=changed[row])
    for row in range(len(changed) - 2, -1, -1):
        np.maximum(changed[row], changed[row + 1] - _DRIFT_COST, out=changed[row])
    return np.asarray(np.maximum(changed, arrived.max(axis=0) - price), np.float32)


def _backtrack(
    here: Array,
    total: Floats,
    expected: float,
    fps: float,
    costs: Array,
    begins_stanza: bool | None,
    period: int,
    start: int,
) -> tuple[int, int]:
    """The period and the start of the line before one that begins at ``start`` with ``period``."""
    drift = _DRIFT_COST * np.abs(np.arange(len(_PERIODS)) - period)
    change = np.minimum(drift, _PERIOD_CHANGE_COST[begins_stanza])
    distances = np.arange(3, min(start, costs.shape[1] - 1) + 1)
    best, place = -np.inf, (period, max(0, start - 3))
    if len(distances):
        line_scores = _line_scores(total[: start + 1], expected, fps)
        value = here[:, start - distances] - costs[:, distances] - change[:, None]
        value = value + line_scores[np.minimum(distances, len(line_scores) - 1), start - distances]
        row, column = (int(i) for i in np.unravel_index(int(value.argmax()), value.shape))
        best, place = float(value[row, column]), (row, start - int(distances[column]))
    ended = _scores_at_end(here[:, : start + 1], total[: start + 1], expected)
    falling = _PAUSE_COST / fps * (start - np.arange(start + 1))
    for row, seconds in enumerate(_PERIODS):
        until = start + 1 - _min_pause(seconds, fps)
        if until <= 0:
            continue
        resumed = ended[row, :until] - falling[:until] - (_BREAK_COST[begins_stanza] + change[row])
        end = int(resumed.argmax())
        if resumed[end] > best:
            best = float(resumed[end])
            lengths = [length for length in _line_lengths(expected) if length <= end]
            values = [
                here[row, end - length]
                + 2 * (total[end] - total[end - length])
                - _length_cost(length, expected)
                for length in lengths
            ]
            place = (row, end - lengths[int(np.argmax(values))])
    return place


def _best_end(total: Floats, start: int, stop: int, expected: float, fps: float) -> int:
    """The end of a line that begins at ``start``, before the next one at ``stop``: where it scores most."""
    lengths = np.arange(2, min(stop - start, int(min(6 * expected, _MAX_LINE_LENGTH * fps))) + 1)
    if not len(lengths):
        return stop
    scores = 2 * (total[start + lengths] - total[start]) - _length_cost(lengths, expected)
    return start + int(lengths[scores.argmax()])


def _line_lengths(expected: float) -> list[int]:
    """The lengths of a line before a break that are tried, steps."""
    return sorted({max(2, round(expected * factor)) for factor in _LENGTH_FACTORS})


def _min_pause(period: float, fps: float) -> int:
    """Steps that a break lasts at least."""
    return max(1, int(0.1 * period * fps))
