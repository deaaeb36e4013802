"""Metre and bar lines, from what recurs and what is stressed on the beats."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from audiopod_mcp.music.onsets import FPS, LOW, MIDDLE, WHOLE
from audiopod_mcp.music.spectrum import Array, Ints

_LEAST_BEATS = 8
"""Fewer beats than this say nothing about bars."""


@dataclass(frozen=True, slots=True)
class Metre:
    """A time signature and the beats (indices) that begin its bars."""

    timesignature: str
    downbeats: Ints


def find_metre(envelopes: Array, beats: npt.NDArray[np.float64], chroma: Array) -> Metre | None:
    """Metre among 2/4, 3/4, 4/4 and 6/8 of onset envelopes ``(4, frames)``, beat times (s) and beat chroma.

    Bars repeat themselves: what sounds on a beat returns a bar later, so the beats' features
    correlate at multiples of the bar. Groups of three beats against groups of two and four decide 3/4;
    beats that divide in three decide 6/8; harmony that moves every second beat decides 2/4.
    ``None`` with too few beats.
    """
    if len(beats) < _LEAST_BEATS:
        return None
    low, middle, whole = (accents(envelopes[row], beats) for row in (LOW, MIDDLE, WHOLE))
    movement = chord_movement(chroma, len(beats))
    features = np.stack([_standardise(v) for v in (low, middle, whole, movement)], axis=1)
    recurrence = _recurrence(features, 12)
    ternary = float(np.mean(recurrence[[3, 6, 9]]))
    binary = float(np.mean(recurrence[[2, 4, 8]]))
    stress = features @ np.asarray([0.8, -0.3, 0.3, 1.0], np.float32)
    if ternary > binary + 0.08:
        return _ternary(stress, features, recurrence)
    if divides_in_three(envelopes[WHOLE], beats):
        return Metre("6/8", bar_lines(stress, 2))
    downbeats = bar_lines(stress, 4)
    if _moves_by_twos(movement, downbeats):
        return Metre("2/4", bar_lines(stress, 2))
    return Metre("4/4", downbeats)


def _ternary(stress: Array, features: Array, recurrence: Array) -> Metre:
    """3/4, or 6/8 when the beats found are its eighths: a low stress answered by a high one three later."""
    bars = bar_lines(stress, 6)
    first, fourth = features[bars], features[(bars + 3)[bars + 3 < len(features)]]
    if len(fourth) and recurrence[6] > recurrence[3]:
        low_first = float(first[:, 0].mean() - fourth[:, 0].mean())
        snare_fourth = float(fourth[:, 1].mean() - first[:, 1].mean())
        if min(low_first, snare_fourth) > 0.6:
            return Metre("6/8", bars)
    return Metre("3/4", bar_lines(stress, 3))


def accents(envelope: Array, beats: npt.NDArray[np.float64], reach: float = 0.06) -> Array:
    """The strongest onset within ``reach`` seconds of each beat, ``(beats,)``."""
    around = np.arange(-round(reach * FPS), round(reach * FPS) + 1)
    frames = np.round(beats * FPS).astype(np.intp)[:, None] + around
    strongest: Array = envelope[np.clip(frames, 0, len(envelope) - 1)].max(axis=1)
    return strongest


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
