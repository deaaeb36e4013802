"""Where music and words repeat together: the passage that a text repeats, found by its harmony."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from audiopod_mcp.music.signal.averages import segment_means
from audiopod_mcp.music.signal.stft import Array

_MAX_WINDOWS = 1500
"""Windows compared with each other at most; that grows with the square."""
_MIN_SIMILARITY = 0.3
"""Similarity below which two passages are not the same."""


def repeated_passage(words: Sequence[str]) -> tuple[int, tuple[int, ...]] | None:
    """The passage of two to sixteen lines whose repetitions make up most of a text.

    Parameters
    ----------
    words : sequence of str
        Lines, equal where they are the same.

    Returns
    -------
    (int, tuple of int) or None
        How many lines the passage has, and with which lines it begins; ``None`` when nothing repeats.
    """
    best: tuple[int, tuple[int, ...]] | None = None
    saved = 0
    for length in range(min(16, len(words) // 2), 1, -1):
        places: dict[tuple[str, ...], list[int]] = {}
        for first in range(len(words) - length + 1):
            found = places.setdefault(tuple(words[first : first + length]), [])
            if not found or first >= found[-1] + length:
                found.append(first)
        for found in places.values():
            if (len(found) - 1) * length > saved:
                saved, best = (len(found) - 1) * length, (length, tuple(found))
    return best


def find_repetitions(
    chroma: Array, voice: Array, fps: float, length: int, lines: Sequence[int], period: float
) -> dict[int, float]:
    """Where in a recording a passage of its lyrics is repeated, by its harmony.

    They are the times, far enough apart for the lines between, from which the music and the coming and going
    of the voice run most alike.

    Parameters
    ----------
    chroma : float32 array, shape (steps, 12)
    voice : float32 array, shape (steps,)
        Above 0 where singing is likely.
    fps : float
        Steps a second.
    length : int
        Lines of the passage.
    lines : sequence of int
        The lines with which it begins.
    period : float
        The usual seconds from line to line.

    Returns
    -------
    dict of int to float
        For each of ``lines`` the step at which it begins; empty where nothing repeats clearly.
    """
    stride = -(-len(voice) // _MAX_WINDOWS)
    rate = fps / stride
    edges = np.arange(0, len(voice) + 1, stride)
    chroma = segment_means(chroma, edges)
    voice = segment_means(voice, edges)
    width = max(2, round(0.85 * length * period * rate))
    count = len(voice) - width
    if count < 2 * width:
        return {}
    voice = (voice - voice.mean()) / (voice.std() + 1e-9)
    similarity = _passage_similarity(chroma, voice, width, count)
    sung = 0.5 * _windowed_mean(voice, width)[:count]
    score, back = sung, []
    index = np.arange(count)
    for lines_between in np.diff(lines):
        far_enough = index - index[:, None] >= int(lines_between * period * 0.6 * rate)
        candidates = score[:, None] + np.where(far_enough, similarity, -np.inf)
        back.append(candidates.argmax(axis=0))
        score = candidates.max(axis=0) + sung
    place = int(score.argmax())
    places = [place]
    for pointers in reversed(back):
        place = int(pointers[place])
        places.append(place)
    places.reverse()
    found = np.asarray([similarity[a, b] for a, b in pairwise(places)])
    if not np.isfinite(score.max()) or found.min() < _MIN_SIMILARITY:
        return {}
    return {line: place * stride for line, place in zip(lines, places, strict=True)}


def _passage_similarity(chroma: Array, voice: Array, width: int, count: int) -> npt.NDArray[np.float64]:
    """How alike two passages of ``width`` steps run, by the steps at which they begin: ``(count, count)``.

    Minus infinity where the second does not begin later.
    """
    chroma = _unit_rows(chroma)
    chroma = _unit_rows(chroma - chroma.mean(axis=0))
    similarity = np.full((count, count), -np.inf)
    for lag in range(1, count):
        of_steps = np.einsum("tc,tc->t", chroma[:-lag], chroma[lag:]) + 0.5 * voice[:-lag] * voice[lag:]
        first = np.arange(count - lag)
        similarity[first, first + lag] = _windowed_mean(of_steps, width)[: count - lag]
    return similarity


def _unit_rows(rows: Array) -> Array:
    """Rows scaled to unit length."""
    unit: Array = rows / (np.linalg.norm(rows, axis=1, keepdims=True) + 1e-9)
    return unit


def _windowed_mean(values: Array, width: int) -> Array:
    """The mean of ``width`` values from each on; zeros where there are fewer."""
    sums = np.concatenate(([0.0], np.cumsum(values, dtype=np.float64)))
    means = (sums[width:] - sums[:-width]) / width if len(values) >= width else np.zeros(0)
    return np.concatenate((means, np.zeros(len(values) - len(means)))).astype(np.float32)
