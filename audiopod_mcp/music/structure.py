"""Form: where the sections are, and which of them are which."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import scipy.fft as sfft
from numpy.lib.stride_tricks import sliding_window_view

from audiopod_mcp.music.model import Span
from audiopod_mcp.music.pitch import FPS as CHROMA_FPS
from audiopod_mcp.music.spectrum import Array, Ints, segment_means
from audiopod_mcp.music.timbre import FPS as TIMBRE_FPS
from audiopod_mcp.music.timbre import Timbre

_MOST_BARS = 800
"""Longer pieces are looked at in groups of bars: self-similarity grows with the square."""
_SHORTEST = 5.0
"""Seconds below which a stretch is no section of its own."""
_LONG = 35.0
"""Seconds above which a stretch that repeats itself at once is two sections."""
_LONGEST = 64
"""Bars above which a stretch is two sections."""
_NOVELTY, _COST = 0.7, 1.2
"""What a standard deviation of novelty is worth, and what a boundary costs: log odds of a boundary."""
_PHRASES = (2.0, 1.0)
"""What it is worth that a section is a multiple of eight bars, or else of four."""


def find_sections(
    duration: float, downbeats: Sequence[float], chroma: Array, timbre: Timbre, vocals: Sequence[Span] = ()
) -> tuple[Span, ...]:
    """Sections labelled intro, verse, chorus, bridge and outro, without gaps from 0 to ``duration`` seconds.

    Bars are compared with each other by harmony and timbre. Boundaries are where novelty along the
    diagonal of that self-similarity is great (Foote, ICME 2000) and phrases come out whole; stretches
    whose bars run alike are the same section; the liveliest one that returns is the chorus (Goto, TASLP
    2006, in spirit). One section when there is too little to compare.
    """
    edges = _grid(duration, downbeats)
    if len(edges) < 9 or duration < 2 * _SHORTEST:
        return (Span(0.0, duration, "verse"),)
    similarity = self_similarity(
        segment_means(chroma, np.round(edges * CHROMA_FPS).astype(np.intp)),
        segment_means(timbre.bands, np.round(edges * TIMBRE_FPS).astype(np.intp)),
    )
    cuts = _boundaries(similarity, edges)
    groups = _group(similarity, cuts)
    kept = [0]
    for place in range(1, len(groups)):  # the same again at once is the same section, unless that gets long
        if groups[place] != groups[kept[-1]] or edges[cuts[place + 1]] - edges[cuts[kept[-1]]] > _LONG:
            kept.append(place)
    cuts, groups = np.append(cuts[kept], cuts[-1]), groups[kept]
    times = edges[cuts]
    level = 10 * np.log10(segment_means(timbre.energy, np.round(times * TIMBRE_FPS).astype(np.intp)) + 1e-6)
    sung = np.asarray([_overlap(a, b, vocals) for a, b in pairwise(times)])
    labels = _label(times, groups, level, sung)
    return tuple(
        Span(float(a), float(b), label) for a, b, label in zip(times[:-1], times[1:], labels, strict=True)
    )


def self_similarity(chroma: Array, bands: Array) -> Array:
    """Similarity of bars, ``(bars, bars)``, -1 to 1, by mean chroma ``(bars, 12)`` and band levels ``(bars,
    bands)``.
    """
    harmony = chroma / (np.linalg.norm(chroma, axis=1, keepdims=True) + 1e-9)
    harmony = harmony - harmony.mean(axis=0)
    cepstra = sfft.dct(bands, axis=1, norm="ortho")[:, :10]
    colour = (cepstra - cepstra.mean(axis=0)) / (cepstra.std(axis=0) + 1e-6)
    return 0.5 * _cosine(harmony) + 0.5 * _cosine(colour)


def novelty(similarity: Array, reach: int) -> Array:
    """How unlike what follows a bar line is to what came: ``(bars + 1,)``, over ``reach`` bars each way."""
    offsets = np.arange(-reach, reach) + 0.5
    bell = np.exp(-0.5 * (offsets / (0.5 * reach)) ** 2) * np.sign(offsets)
    kernel = np.outer(bell, bell)
    padded = np.pad(similarity, reach)
    windows = sliding_window_view(padded, (2 * reach, 2 * reach))
    lines = np.arange(len(similarity) + 1)
    contrast: Array = np.einsum("nij,ij->n", windows[lines, lines], kernel).astype(np.float32) / reach**2
    return contrast


def _grid(duration: float, downbeats: Sequence[float]) -> npt.NDArray[np.float64]:
    """Bar lines from 0 to the end, seconds; two-second steps without bars; at most :data:`_MOST_BARS` + 1."""
    inner = np.asarray(downbeats, np.float64)
    if len(inner) < 8:
        inner = np.arange(2.0, duration, 2.0)
    inner = inner[(inner > 1.0) & (inner < duration - 1.0)]
    inner = inner[:: -(-len(inner) // _MOST_BARS) or 1]
    return np.concatenate(([0.0], inner, [duration]))


def _boundaries(similarity: Array, edges: npt.NDArray[np.float64]) -> Ints:
    """Bar lines where sections begin, the first 0 and the last ``bars``.

    The segmentation, by dynamic programming, that collects most novelty and whole phrases for what each
    boundary costs; ``edges`` are the bar lines in seconds.
    """
    bars = len(similarity)
    curves = [novelty(similarity, reach) for reach in (4, 8, 16) if 2 * reach <= bars]
    curve = np.mean([c / (c.std() + 1e-9) for c in curves], axis=0)
    inner = curve[1:-1]
    gain = _NOVELTY * (inner - inner.mean()) / (inner.std() + 1e-9) - _COST
    gain = np.concatenate(([0.0], gain, [0.0]))
    best, back = np.zeros(bars + 1), np.zeros(bars + 1, np.intp)
    for line in range(1, bars + 1):
        starts = np.arange(max(0, line - _LONGEST), line)
        length = line - starts
        phrase = np.select([length % 8 == 0, length % 4 == 0], _PHRASES, 0.0)
        short = edges[line] - edges[starts] < _SHORTEST
        total = best[starts] + phrase - 1e6 * short
        back[line] = starts[np.argmax(total)]
        best[line] = total.max() + gain[line]
    cuts = [bars]
    while cuts[-1] > 0:
        cuts.append(int(back[cuts[-1]]))
    return np.asarray(cuts[::-1], np.intp)


def _group(similarity: Array, cuts: Ints) -> Ints:
    """Group numbers of the stretches between ``cuts``: alike when their bars run alike, in step."""
    count = len(cuts) - 1
    alike = np.zeros((count, count), np.float32)
    for i in range(count):
        for j in range(i, count):
            alike[i, j] = alike[j, i] = _in_step(similarity[cuts[i] : cuts[i + 1], cuts[j] : cuts[j + 1]])
    groups = np.arange(count)
    order = sorted(((alike[i, j], i, j) for i in range(count) for j in range(i)), reverse=True)
    for value, i, j in order:
        if value < 0.45:
            break
        a, b = groups[i], groups[j]
        if a != b and alike[np.ix_(groups == a, groups == b)].mean() > 0.4:
            groups[groups == a] = b
    return groups


def _in_step(block: Array) -> float:
    """The mean along the best diagonal that covers at least three quarters of the shorter side."""
    rows, columns = block.shape
    needed = max(1, round(0.75 * min(rows, columns)))
    diagonals = [np.diagonal(block, k) for k in range(-rows + needed, columns - needed + 1)]
    return max(float(d.mean()) for d in diagonals)


def _label(
    times: npt.NDArray[np.float64], groups: Ints, level: Array, sung: npt.NDArray[np.float64]
) -> list[str]:
    count = len(groups)
    lively = _rank(level) + _rank(sung)
    sizes = {int(g): int(np.sum(groups == g)) for g in groups}
    returning = [g for g, size in sizes.items() if size > 1]
    chorus = max(returning, key=lambda g: float(lively[groups == g].mean()), default=None)
    labels = []
    for i in range(count):
        alone = sizes[int(groups[i])] == 1
        quiet = level[i] < np.median(level) - 1.0
        calm = quiet or (sung.any() and sung[i] < 0.15)
        if i == 0 and count > 2 and quiet and sung[i] <= sung.mean() and groups[i] != chorus:
            labels.append("intro")
        elif i == count - 1 and count > 2 and (calm or alone) and groups[i] != chorus:
            labels.append("outro")
        elif groups[i] == chorus:
            labels.append("chorus")
        elif alone and times[i] > 0.45 * times[-1] and chorus is not None:
            labels.append("bridge")
        else:
            labels.append("verse")
    return labels


def _rank(values: npt.NDArray[np.floating]) -> npt.NDArray[np.float64]:
    """Values scaled to 0 … 1; zeros when all are alike."""
    low, high = float(values.min()), float(values.max())
    return (np.asarray(values, np.float64) - low) / (high - low) if high > low else np.zeros(len(values))


def _overlap(start: float, end: float, spans: Sequence[Span]) -> float:
    return sum(max(0.0, min(end, s.end) - max(start, s.start)) for s in spans) / max(end - start, 1e-9)


def _cosine(rows: Array) -> Array:
    unit = rows / (np.linalg.norm(rows, axis=1, keepdims=True) + 1e-6)
    cosine: Array = unit @ unit.T
    return cosine
