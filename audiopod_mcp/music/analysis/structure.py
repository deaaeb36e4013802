"""Form: where the sections are, and which of them are which."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import scipy.fft as sfft
from numpy.lib.stride_tricks import sliding_window_view

from audiopod_mcp.music.model import Span
from audiopod_mcp.music.signal.averages import segment_means
from audiopod_mcp.music.signal.stft import Array, Ints

from .chroma import CHROMA_FPS
from .key import is_tonal
from .timbre import TIMBRE_FPS, Timbre

_MAX_BARS = 800
"""Longer pieces are looked at in groups of bars: self-similarity grows with the square."""
_MIN_BARS = 8
"""Fewer bars are no grid."""
_MIN_SECTION = 5.0
"""Seconds below which a stretch is no section of its own."""
_MAX_MERGED_SECTION = 20.0
"""Seconds above which a stretch that repeats itself at once is two sections; or a seventh of the piece."""
_MIN_SIMILARITY, _MIN_GROUP_SIMILARITY = 0.45, 0.4
"""Likeness in step of two stretches, and of two groups of them, that are the same section."""
_MAX_SECTION_BARS = 64
"""Bars above which a stretch is two sections."""
_NOVELTY_WEIGHT, _BOUNDARY_COST = 0.7, 1.2
"""What a standard deviation of novelty is worth, and what a boundary costs: log odds of a boundary."""
_PHRASE_BONUS = (2.0, 1.0)
"""What it is worth that a section is a multiple of eight bars, or else of four."""
_MIN_CHROMA_NORM, _MIN_CEPSTRAL_SPREAD, _MIN_LEVEL_SPREAD = 0.1, 2.0, 1.0
"""Differences that count as none: of harmony (unit vectors), timbre (dB of cepstra), level (dB)."""
_MIN_CONTRAST = {(True, True): 0.02, (True, False): 0.1, (False, True): 0.3, (False, False): 0.3}
"""Contrast that no neighbours have in what is one section, by whether there are a pulse and harmony: loops
have less than 0, drums and clicks up to 0.08, noise 0.3; of generated pieces nineteen in twenty have more
than 0.1.
"""


def find_sections(
    duration: float, downbeats: Sequence[float], chroma: Array, timbre: Timbre, vocals: Sequence[Span] = ()
) -> tuple[Span, ...]:
    """Sections labelled intro, verse, chorus, bridge and outro, without gaps from 0 to ``duration`` seconds.

    Bars are compared with each other by harmony and timbre. Boundaries are where novelty along the
    diagonal of that self-similarity is great (Foote, ICME 2000) and phrases come out whole; stretches
    whose bars run alike are the same section; the liveliest one that returns is the chorus (Goto, TASLP
    2006, in spirit). One section when there is too little to compare, or nothing differs from the rest.
    """
    edges = _bar_grid(duration, downbeats)
    if len(edges) < 9 or duration < 2 * _MIN_SECTION:
        return (Span(0.0, duration, "verse"),)
    frames = np.round(edges * TIMBRE_FPS).astype(np.intp)
    similarity = self_similarity(
        segment_means(chroma, np.round(edges * CHROMA_FPS).astype(np.intp)),
        segment_means(timbre.bands, frames),
        10 * np.log10(segment_means(timbre.energy, frames) + 1e-6),
    )
    cuts = _boundaries(similarity, edges)
    if _max_contrast(similarity, cuts) < _MIN_CONTRAST[len(downbeats) >= _MIN_BARS, is_tonal(chroma)]:
        return (Span(0.0, duration, "verse"),)
    alike = _section_similarity(similarity, cuts)
    groups = _cluster(alike)
    level, sung = _section_levels(timbre, edges[cuts]), _vocal_shares(edges[cuts], vocals)
    longest, kept = max(_MAX_MERGED_SECTION, duration / 7), [0]
    for place in range(1, len(groups)):  # the same again at once is the same section, unless that gets long
        again = groups[place] == groups[kept[-1]]
        enters = abs(level[place] - level[place - 1]) > 2.5 or abs(sung[place] - sung[place - 1]) > 0.4
        if not again or enters or edges[cuts[place + 1]] - edges[cuts[kept[-1]]] > longest:
            kept.append(place)
    cuts = np.append(cuts[kept], cuts[-1])
    times = edges[cuts]
    labels = _label(
        times,
        _section_similarity(similarity, cuts),
        _section_levels(timbre, times),
        _vocal_shares(times, vocals),
    )
    return tuple(
        Span(float(a), float(b), label) for a, b, label in zip(times[:-1], times[1:], labels, strict=True)
    )


def self_similarity(chroma: Array, bands: Array, level: Array) -> Array:
    """Similarity of bars, ``(bars, bars)``, -1 to 1, by mean chroma ``(bars, 12)``, levels of bands ``(bars,
    bands)`` and of all ``(bars,)``, dB.
    """
    harmony = chroma / (np.linalg.norm(chroma, axis=1, keepdims=True) + 1e-9)
    cepstra = sfft.dct(bands, axis=1, norm="ortho")[:, :10]
    colour = (cepstra - cepstra.mean(axis=0)) / np.maximum(cepstra.std(axis=0), _MIN_CEPSTRAL_SPREAD)
    loud = np.maximum(level, np.median(level) - 9.0)  # silence is not the only quiet there is
    apart = (loud[:, None] - loud) / max(float(loud.std()), _MIN_LEVEL_SPREAD)
    alike = 0.5 * _cosine_similarity(
        harmony - harmony.mean(axis=0), _MIN_CHROMA_NORM
    ) + 0.5 * _cosine_similarity(colour, 1.0)
    similarity: Array = (0.7 * alike + 0.3 * (2 * np.exp(-0.5 * np.square(apart)) - 1)).astype(np.float32)
    return similarity


def novelty_curve(similarity: Array, reach: int) -> Array:
    """How unlike what follows a bar line is to what came: ``(bars + 1,)``, over ``reach`` bars each way."""
    offsets = np.arange(-reach, reach) + 0.5
    bell = np.exp(-0.5 * (offsets / (0.5 * reach)) ** 2) * np.sign(offsets)
    kernel = np.outer(bell, bell)
    padded = np.pad(similarity, reach)
    windows = sliding_window_view(padded, (2 * reach, 2 * reach))
    lines = np.arange(len(similarity) + 1)
    contrast: Array = np.einsum("nij,ij->n", windows[lines, lines], kernel).astype(np.float32) / reach**2
    return contrast


def _bar_grid(duration: float, downbeats: Sequence[float]) -> npt.NDArray[np.float64]:
    """Bar lines from 0 to the end, seconds; two-second steps without bars; at most :data:`_MAX_BARS` + 1."""
    inner = np.asarray(downbeats, np.float64)
    if len(inner) < _MIN_BARS:
        inner = np.arange(2.0, duration, 2.0)
    inner = inner[(inner > 1.0) & (inner < duration - 1.0)]
    inner = inner[:: -(-len(inner) // _MAX_BARS) or 1]
    return np.concatenate(([0.0], inner, [duration]))


def _boundaries(similarity: Array, edges: npt.NDArray[np.float64]) -> Ints:
    """Bar lines where sections begin, the first 0 and the last ``bars``.

    The segmentation, by dynamic programming, that collects most novelty and whole phrases for what each
    boundary costs; ``edges`` are the bar lines in seconds.
    """
    bars = len(similarity)
    curves = [novelty_curve(similarity, reach) for reach in (4, 8, 16) if 2 * reach <= bars]
    curve = np.mean([c / (c.std() + 1e-9) for c in curves], axis=0)
    inner = curve[1:-1]
    gain = _NOVELTY_WEIGHT * (inner - inner.mean()) / (inner.std() + 1e-9) - _BOUNDARY_COST
    gain = np.concatenate(([0.0], gain, [0.0]))
    best, back = np.zeros(bars + 1), np.zeros(bars + 1, np.intp)
    for line in range(1, bars + 1):
        starts = np.arange(max(0, line - _MAX_SECTION_BARS), line)
        length = line - starts
        phrase = np.select([length % 8 == 0, length % 4 == 0], _PHRASE_BONUS, 0.0)
        short = edges[line] - edges[starts] < _MIN_SECTION
        total = best[starts] + phrase - 1e6 * short
        back[line] = starts[np.argmax(total)]
        best[line] = total.max() + gain[line]
    cuts = [bars]
    while cuts[-1] > 0:
        cuts.append(int(back[cuts[-1]]))
    return np.asarray(cuts[::-1], np.intp)


def _max_contrast(similarity: Array, cuts: Ints) -> float:
    """By how much more the stretches between ``cuts`` are like themselves than like a neighbour, at most."""
    contrasts = []
    for start, middle, end in zip(cuts[:-2], cuts[1:-1], cuts[2:], strict=True):
        inside = [
            float((block.sum() - np.trace(block)) / (len(block) * (len(block) - 1)))
            for block in (similarity[start:middle, start:middle], similarity[middle:end, middle:end])
            if len(block) > 1
        ]
        if inside:
            contrasts.append(float(np.mean(inside)) - float(similarity[start:middle, middle:end].mean()))
    return max(contrasts, default=-1.0)


def _section_similarity(similarity: Array, cuts: Ints) -> Array:
    """How alike the stretches between ``cuts`` run in step, ``(stretches, stretches)``."""
    count = len(cuts) - 1
    alike = np.zeros((count, count), np.float32)
    for i in range(count):
        for j in range(i, count):
            alike[i, j] = alike[j, i] = _best_diagonal_mean(
                similarity[cuts[i] : cuts[i + 1], cuts[j] : cuts[j + 1]]
            )
    return alike


def _cluster(alike: Array) -> Ints:
    """Group numbers of stretches: those alike are of one."""
    count = len(alike)
    groups = np.arange(count)
    order = sorted(((alike[i, j], i, j) for i in range(count) for j in range(i)), reverse=True)
    for value, i, j in order:
        if value < _MIN_SIMILARITY:
            break
        a, b = groups[i], groups[j]
        if a != b and alike[np.ix_(groups == a, groups == b)].mean() > _MIN_GROUP_SIMILARITY:
            groups[groups == a] = b
    return groups


def _best_diagonal_mean(block: Array) -> float:
    """The mean along the best diagonal that covers at least three quarters of the shorter side."""
    rows, columns = block.shape
    needed = max(1, round(0.75 * min(rows, columns)))
    diagonals = [np.diagonal(block, k) for k in range(-rows + needed, columns - needed + 1)]
    return max(float(d.mean()) for d in diagonals)


def _label(
    times: npt.NDArray[np.float64], alike: Array, level: Array, sung: npt.NDArray[np.float64]
) -> list[str]:
    """What the stretches between ``times`` are: by what returns, how loud it is, dB, and the share sung."""
    count = len(level)
    song = sung.max() > 0.2 and float(sung @ np.diff(times)) > 0.1 * times[-1]
    lively = _clipped_z_score(np.maximum(level, np.median(level) - 4.0), 1.0)
    lively += _clipped_z_score(sung, 0.15) if song else 0.0
    unsung = sung < 0.15 * sung.max() if song else np.zeros(count, bool)
    quiet = level < np.median(level) - 1.0
    chorus = _find_chorus(alike, lively, unsung) if count > 2 else set()
    calm = np.mean([lively[i] for i in range(count) if i not in chorus] or [0.0]) - 0.2
    returns = np.sum(alike > _MIN_SIMILARITY, axis=1) > 1
    labels = []
    for i in range(count):
        if i in chorus:
            labels.append("chorus")
        elif i == 0 and count > 2 and (unsung[i] or (quiet[i] and sung[i] <= sung.mean())):
            labels.append("intro")
        elif i == count - 1 and count > 2 and (quiet[i] or unsung[i] or not returns[i]):
            labels.append("outro")
        elif chorus and times[i] > 0.4 * times[-1] and (not returns[i] or lively[i] < calm):
            labels.append("bridge")
        else:
            labels.append("verse")
    return labels


def _find_chorus(alike: Array, lively: npt.NDArray[np.float64], unsung: npt.NDArray[np.bool_]) -> set[int]:
    """The liveliest stretches that are alike and equally lively, two at least; none where nothing returns."""
    best, most = set[int](), -np.inf
    for i in range(len(lively)):
        near = (alike[i] > _MIN_GROUP_SIMILARITY) & (np.abs(lively - lively[i]) < 0.6)
        near[i] = True
        found = np.flatnonzero(near & ~unsung)
        if len(found) > 1 and (value := float(lively[found].mean() + 0.2 * np.log(len(found)))) > most:
            best, most = {int(place) for place in found}, value
    return best


def _clipped_z_score(values: npt.NDArray[np.floating], least: float) -> npt.NDArray[np.float64]:
    """Standard deviations from the mean, two at most; less than that where all are within ``least``."""
    spread = float(values.std())
    scaled = np.clip((values - values.mean()) / max(spread, 1e-6), -2, 2) * min(1.0, spread / least)
    return np.asarray(scaled, np.float64)


def _section_levels(timbre: Timbre, times: npt.NDArray[np.float64]) -> Array:
    """Mean level between ``times``, dB."""
    means = segment_means(timbre.energy, np.round(times * TIMBRE_FPS).astype(np.intp))
    level: Array = (10 * np.log10(means + 1e-6)).astype(np.float32)
    return level


def _vocal_shares(times: npt.NDArray[np.float64], vocals: Sequence[Span]) -> npt.NDArray[np.float64]:
    return np.asarray([_covered_share(a, b, vocals) for a, b in pairwise(times)])


def _covered_share(start: float, end: float, spans: Sequence[Span]) -> float:
    return sum(max(0.0, min(end, s.end) - max(start, s.start)) for s in spans) / max(end - start, 1e-9)


def _cosine_similarity(rows: Array, least: float) -> Array:
    """Cosines between rows; those shorter than ``least`` count for less."""
    unit = rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), least)
    cosine: Array = unit @ unit.T
    return cosine
