"""Metre and bar lines, from what recurs and what is stressed on the beats."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from audiopod_mcp.music.onsets import LOW, MIDDLE, SNARE, WHOLE
from audiopod_mcp.music.rhythm import accents
from audiopod_mcp.music.spectrum import Array, Ints

_LEAST_BEATS = 8
"""Fewer beats than this say nothing about bars."""


@dataclass(frozen=True, slots=True)
class Metre:
    """A time signature and the beats (indices) that begin its bars.

    ``beats_per_bar`` differs from what ``timesignature`` has (6/8: two) where another pulse was followed; the
    beats are then to be followed anew, at so many a bar.
    """

    timesignature: str
    downbeats: Ints
    beats_per_bar: int


def find_metre(envelopes: Array, beats: npt.NDArray[np.float64], chroma: Array) -> Metre | None:
    """Metre among 2/4, 3/4, 4/4 and 6/8 of onset envelopes ``(6, frames)``, beat times (s) and beat chroma.

    Bars repeat themselves: what sounds on a beat returns a bar later, so the beats' features
    correlate at multiples of the bar. Groups of three beats against groups of two and four decide 3/4;
    beats that divide in three decide 6/8; harmony that moves every second beat decides 2/4.
    ``None`` with too few beats.
    """
    if len(beats) < _LEAST_BEATS:
        return None
    features, stress, movement = _beat_features(envelopes, beats, chroma)
    recurrence = _recurrence(features, 12)
    ternary = float(np.mean(recurrence[[3, 6, 9]]))
    binary = float(np.mean(recurrence[[2, 4, 8]]))
    if ternary > binary + 0.08:
        return _ternary(envelopes, beats, stress, features)
    if divides_in_three(envelopes[WHOLE], beats):
        return Metre("6/8", bar_lines(stress, 2), 2)
    downbeats = bar_lines(stress, 4)
    if recurrence[2] > 0.95 * recurrence[4] and _moves_by_twos(movement, downbeats):
        return Metre("2/4", bar_lines(stress, 2), 2)
    return Metre("4/4", downbeats, 4)


def compound(envelopes: Array, beats: npt.NDArray[np.float64], chroma: Array) -> Metre:
    """6/8 on beats that are dotted quarters; arguments as in :func:`find_metre`."""
    return Metre("6/8", bar_lines(_beat_features(envelopes, beats, chroma)[1], 2), 2)


def _beat_features(
    envelopes: Array, beats: npt.NDArray[np.float64], chroma: Array
) -> tuple[Array, Array, Array]:
    """Standardised accents and harmonic movement, ``(beats, 4)``; how like a downbeat each is; the movement
    as it is.
    """
    movement = chord_movement(chroma, len(beats))
    rows = [accents(envelopes[row], beats) for row in (LOW, MIDDLE, WHOLE)]
    features = np.stack([_standardise(values) for values in (*rows, movement)], axis=1)
    return features, features @ np.asarray([0.8, -0.3, 0.3, 1.0], np.float32), movement


def _ternary(envelopes: Array, beats: npt.NDArray[np.float64], stress: Array, features: Array) -> Metre:
    """3/4, or 6/8 whose eighths, or pairs of them, were taken for beats: such a bar divides in the middle."""
    bars = bar_lines(stress, 3)
    whole = bars[bars + 3 < len(beats)]
    middles = (beats[whole + 1] + beats[whole + 2]) / 2
    thirds = np.concatenate((beats[whole + 1], beats[whole + 2]))
    if len(whole) > 3 and all(
        accents(envelopes[row], middles).mean() > 1.3 * accents(envelopes[row], thirds).mean()
        for row in (LOW, SNARE)
    ):
        return Metre("6/8", bars, 3)
    sixes = bar_lines(stress, 6)
    first, fourth = features[sixes], features[(sixes + 3)[sixes + 3 < len(features)]]
    if len(fourth):
        low_first = float(first[:, 0].mean() - fourth[:, 0].mean())
        high_fourth = float(fourth[:, 1].mean() - first[:, 1].mean())
        if min(low_first, high_fourth) > 0.6:
            return Metre("6/8", sixes, 6)
    return Metre("3/4", bars, 3)


def chord_movement(chroma: Array, beats: int) -> Array:
    """How much the harmony after each beat differs from that before it, ``(beats,)``, 0 to 1."""
    movement = np.zeros(beats, np.float32)
    if len(chroma) > 1:
        movement[1 : len(chroma)] = 1 - np.sum(chroma[1:] * chroma[:-1], axis=1)
    return movement


def bar_lines(stress: Array, beats_per_bar: int, slip: float = 8.0) -> Ints:
    """The beats that begin bars: the path through the positions of the bar that collects most stress.

    Positions follow each other; skipping (an extra or a missing beat) costs ``slip``.
    """
    beats = len(stress)
    gain = np.zeros((beats, beats_per_bar))
    gain[:, 0] = stress - stress.mean()
    came_from = np.empty((beats, beats_per_bar), np.intp)
    before = (np.arange(beats_per_bar) - 1) % beats_per_bar
    score = gain[0]
    for beat in range(1, beats):
        best = int(score.argmax())
        straight = score[before] >= score[best] - slip
        came_from[beat] = np.where(straight, before, best)
        score = np.maximum(score[before], score[best] - slip) + gain[beat]
    position = np.empty(beats, np.intp)
    position[-1] = int(score.argmax())
    for beat in range(beats - 1, 0, -1):
        position[beat - 1] = came_from[beat][position[beat]]
    return np.flatnonzero(position == 0)


def divides_in_three(envelope: Array, beats: npt.NDArray[np.float64]) -> bool:
    """Whether onsets fall on the thirds of the beats, on both of them, and not on the halves.

    Swung quavers fall on the second third only: they stay 4/4.
    """
    shares = np.asarray([0.0, 1 / 3, 1 / 2, 2 / 3])
    spans = np.diff(beats)
    if np.median(spans) < 0.33:  # faster than 180: no room for three to a beat
        return False
    times = (beats[:-1, None] + shares * spans[:, None]).T
    on, first, half, second = (float(accents(envelope, row, reach=0.03).mean()) for row in times)
    return min(first, second) > max(1.3 * half, 0.25 * on)


def _moves_by_twos(movement: Array, downbeats: Ints) -> bool:
    """Whether the harmony moves on the third of four beats as on the first, and hardly on the others."""
    starts = downbeats[(downbeats > 0) & (downbeats + 3 < len(movement))]
    if len(starts) < 4:
        return False
    first, second, third, fourth = (float(movement[starts + k].mean()) for k in range(4))
    return third > 0.8 * first and min(first, third) > 0.2 and min(first, third) > 4 * max(second, fourth)


def _recurrence(features: Array, lags: int) -> Array:
    """Mean correlation of beats with the beats ``lag`` later, ``(lags,)``; 1 at lag 0."""
    out = np.zeros(lags, np.float32)
    for lag in range(min(lags, len(features) - 1)):
        out[lag] = np.mean(features[: len(features) - lag] * features[lag:])
    out /= out[0] + 1e-9
    return out


def _standardise(values: Array) -> Array:
    spread = values.std()
    return (values - values.mean()) / spread if spread > 1e-6 else np.zeros_like(values)
