"""Where the music returns with the words: the passage a text repeats, found again by its harmony."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from audiopod_mcp.music.signal.averages import segment_means
from audiopod_mcp.music.signal.stft import Array

_MAX_WINDOWS = 1500
"""Windows compared with each other at most; that grows with the square."""


def repeated_passage(words: Sequence[str]) -> tuple[int, tuple[int, ...]] | None:
    """The passage of two to sixteen lines whose returns make up most of the text: its length and where it
    begins.
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
    """Where a passage of ``length`` lines, which begins at each of ``lines``, returns: line to step.

    ``chroma`` is ``(steps, 12)``, ``voice`` ``(steps,)``, above 0 where singing is likely, ``period`` the
    usual seconds from line to line.

    The times, far enough apart for the lines between, from which the music and the coming and going of the
    voice run most alike. Empty where nothing returns clearly.
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
    chroma /= np.linalg.norm(chroma, axis=1, keepdims=True) + 1e-9
    chroma -= chroma.mean(axis=0)
    chroma /= np.linalg.norm(chroma, axis=1, keepdims=True) + 1e-9
    voice = (voice - voice.mean()) / (voice.std() + 1e-9)
    alike = np.full((count, count), -np.inf)
    for lag in range(1, count):
        likeness = np.einsum("tc,tc->t", chroma[:-lag], chroma[lag:]) + 0.5 * voice[:-lag] * voice[lag:]
        here = np.arange(count - lag)
        alike[here, here + lag] = _windowed_mean(likeness, width)[: count - lag]
    sung = 0.5 * _windowed_mean(voice, width)[:count]
    score, back = sung, []
    index = np.arange(count)
    gaps = np.diff(lines)
    for gap in gaps:
        far = index - index[:, None] >= int(gap * period * 0.6 * rate)
        candidates = score[:, None] + np.where(far, alike, -np.inf)
        back.append(candidates.argmax(axis=0))
        score = candidates.max(axis=0) + sung
    place = int(score.argmax())
    places = [place]
    for pointers in reversed(back):
        place = int(pointers[place])
        places.append(place)
    places.reverse()
    likeness = np.asarray([alike[a, b] for a, b in pairwise(places)])
    if not np.isfinite(score.max()) or likeness.min() < 0.3:
        return {}
    return {line: place * stride for line, place in zip(lines, places, strict=True)}


def _windowed_mean(values: Array, width: int) -> Array:
    """Means of ``width`` values from each on; shorter by ``width`` - 1, zero-padded to the same length."""
    sums = np.concatenate(([0.0], np.cumsum(values, dtype=np.float64)))
    means = (sums[width:] - sums[:-width]) / width if len(values) >= width else np.zeros(0)
    return np.concatenate((means, np.zeros(len(values) - len(means)))).astype(np.float32)
