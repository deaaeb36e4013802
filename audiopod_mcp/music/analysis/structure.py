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
"""Downbeats below which the grid is of two-second steps."""
_MIN_SECTION = 5.0
"""Seconds below which a segment is no section of its own."""
_MAX_MERGED_SECTION = 20.0
"""Seconds above which a segment that repeats itself at once is two sections; or a seventh of the piece."""
_MAX_SECTION_BARS = 64
"""Bars above which a segment is two sections."""
_MIN_SIMILARITY = 0.45
"""Similarity in step above which two segments are the same section …"""
_MIN_GROUP_SIMILARITY = 0.4
"""… and the mean one above which two groups of segments are."""
_NOVELTY_WEIGHT, _BOUNDARY_COST = 0.7, 1.2
"""What a standard deviation of novelty is worth, and what a boundary costs: log odds of a boundary."""
_PHRASE_BONUS = (2.0, 1.0)
"""What it is worth that a section is a multiple of eight bars, or else of four."""
_MIN_CHROMA_NORM, _MIN_CEPSTRAL_SPREAD, _MIN_LEVEL_SPREAD = 0.1, 2.0, 1.0
"""Differences that count as none: of harmony (unit vectors), timbre (dB of cepstra), level (dB)."""
_MAX_CONTRAST_OF_ONE_SECTION = {
    (True, True): 0.02,
    (True, False): 0.1,
    (False, True): 0.3,
    (False, False): 0.3,
}
"""Contrast (:func:`_max_contrast`) up to which a piece is one section, by whether there are bars and harmony.

Loops have less than 0, drums and clicks up to 0.08, noise 0.3; of generated pieces nineteen in twenty have
more than 0.1.
"""


def find_sections(
    duration: float, downbeats: Sequence[float], chroma: Array, timbre: Timbre, vocals: Sequence[Span] = ()
) -> tuple[Span, ...]:
    """The sections of a piece, labelled intro, verse, chorus, bridge and outro.

    Bars are compared with each other by harmony and timbre. Boundaries are where novelty along the diagonal
    of that self-similarity is great and phrases come out whole; segments whose bars run alike are the same
    section; the liveliest one that returns is the chorus.

    Parameters
    ----------
    duration : float
        Seconds.
    downbeats : sequence of float
        Seconds.
    chroma : float32 array, shape (frames, 12)
        At :data:`CHROMA_FPS`.
    timbre : Timbre
    vocals : sequence of Span
        Where singing is.

    Returns
    -------
    tuple of Span
        Without gaps from 0 to ``duration``; one section when there is too little to compare, or nothing
        differs from the rest.

    References
    ----------
    Foote, ICME 2000: novelty. Goto, TASLP 2006: the chorus (in spirit).
    """
    edges = _bar_grid(duration, downbeats)
    one_section = (Span(0.0, duration, "verse"),)
    if len(edges) < 9 or duration < 2 * _MIN_SECTION:
        return one_section
    timbre_edges = np.round(edges * TIMBRE_FPS).astype(np.intp)
    similarity = self_similarity(
        segment_means(chroma, np.round(edges * CHROMA_FPS).astype(np.intp)),
        segment_means(timbre.bands, timbre_edges),
        10 * np.log10(segment_means(timbre.energy, timbre_edges) + 1e-6),
    )
    boundaries = _boundaries(similarity, edges)
    has_bars = len(downbeats) >= _MIN_BARS
    if _max_contrast(similarity, boundaries) < _MAX_CONTRAST_OF_ONE_SECTION[has_bars, is_tonal(chroma)]:
        return one_section
    boundaries = _merge_repeats(similarity, boundaries, edges, timbre, vocals)
    times = edges[boundaries]
    labels = _label(
        times,
        _section_similarity(similarity, boundaries),
        _section_levels(timbre, times),
        _vocal_shares(times, vocals),
    )
    return tuple(
        Span(float(start), float(end), label)
        for start, end, label in zip(times[:-1], times[1:], labels, strict=True)
    )


def self_similarity(chroma: Array, bands: Array, level: Array) -> Array:
    """How similar bars are to each other, by harmony, timbre and level.

    Parameters
    ----------
    chroma : float32 array, shape (bars, 12)
        Mean chroma.
    bands : float32 array, shape (bars, bands)
        Mean levels of bands, dB.
    level : float32 array, shape (bars,)
        Mean level, dB.

    Returns
    -------
    float32 array, shape (bars, bars)
        -1 to 1.
    """
    harmony = chroma / (np.linalg.norm(chroma, axis=1, keepdims=True) + 1e-9)
    cepstra = sfft.dct(bands, axis=1, norm="ortho")[:, :10]
    scaled = (cepstra - cepstra.mean(axis=0)) / np.maximum(cepstra.std(axis=0), _MIN_CEPSTRAL_SPREAD)
    of_harmony = _cosine_similarity(harmony - harmony.mean(axis=0), _MIN_CHROMA_NORM)
    of_timbre = _cosine_similarity(scaled, 1.0)
    audible = np.maximum(level, np.median(level) - 9.0)  # silence is not the only quiet there is
    difference = (audible[:, None] - audible) / max(float(audible.std()), _MIN_LEVEL_SPREAD)
    of_level = 2 * np.exp(-0.5 * np.square(difference)) - 1
    similarity: Array = (0.7 * (0.5 * of_harmony + 0.5 * of_timbre) + 0.3 * of_level).astype(np.float32)
    return similarity


def novelty_curve(similarity: Array, reach: int) -> Array:
    """How unlike what follows each bar line is to what came before it.

    Parameters
    ----------
    similarity : float32 array, shape (bars, bars)
    reach : int
        Bars compared, each way.

    Returns
    -------
    float32 array, shape (bars + 1,)

    References
    ----------
    Foote, "Automatic Audio Segmentation Using a Measure of Audio Novelty", ICME 2000: a checkerboard kernel
    with a Gaussian taper, moved along the diagonal.
    """
    offsets = np.arange(-reach, reach) + 0.5
    taper = np.exp(-0.5 * (offsets / (0.5 * reach)) ** 2) * np.sign(offsets)
    kernel = np.outer(taper, taper)
    padded = np.pad(similarity, reach)
    windows = sliding_window_view(padded, (2 * reach, 2 * reach))
    lines = np.arange(len(similarity) + 1)
    novelty: Array = np.einsum("nij,ij->n", windows[lines, lines], kernel).astype(np.float32) / reach**2
    return novelty


def _bar_grid(duration: float, downbeats: Sequence[float]) -> npt.NDArray[np.float64]:
    """Bar lines from 0 to the end, seconds; two-second steps without bars; at most :data:`_MAX_BARS` + 1."""
    inner = np.asarray(downbeats, np.float64)
    if len(inner) < _MIN_BARS:
        inner = np.arange(2.0, duration, 2.0)
    inner = inner[(inner > 1.0) & (inner < duration - 1.0)]
    bars_a_group = -(-len(inner) // _MAX_BARS) or 1
    return np.concatenate(([0.0], inner[::bars_a_group], [duration]))


def _boundaries(similarity: Array, edges: npt.NDArray[np.float64]) -> Ints:
    """Bar lines where sections begin, the first 0 and the last ``bars``.

    The segmentation, by dynamic programming, that collects most novelty and whole phrases for what each
    boundary costs; ``edges`` are the bar lines in seconds.
    """
    bars = len(similarity)
    curves = [novelty_curve(similarity, reach) for reach in (4, 8, 16) if 2 * reach <= bars]
    novelty = np.mean([curve / (curve.std() + 1e-9) for curve in curves], axis=0)
    inner = novelty[1:-1]
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
    lines = [bars]
    while lines[-1] > 0:
        lines.append(int(back[lines[-1]]))
    return np.asarray(lines[::-1], np.intp)


def _merge_repeats(
    similarity: Array,
    boundaries: Ints,
    edges: npt.NDArray[np.float64],
    timbre: Timbre,
    vocals: Sequence[Span],
) -> Ints:
    """Boundaries without those where the same section goes on, unless it gets long or who plays changes."""
    groups = _cluster(_section_similarity(similarity, boundaries))
    times = edges[boundaries]
    level, sung = _section_levels(timbre, times), _vocal_shares(times, vocals)
    longest, kept = max(_MAX_MERGED_SECTION, float(edges[-1]) / 7), [0]
    for place in range(1, len(groups)):
        repeats = groups[place] == groups[kept[-1]]
        changes = abs(level[place] - level[place - 1]) > 2.5 or abs(sung[place] - sung[place - 1]) > 0.4
        if not repeats or changes or times[place + 1] - times[kept[-1]] > longest:
            kept.append(place)
    return np.append(boundaries[kept], boundaries[-1])


def _max_contrast(similarity: Array, boundaries: Ints) -> float:
    """By how much more neighbouring segments are like themselves than like each other, at most."""
    contrasts = []
    for start, middle, end in zip(boundaries[:-2], boundaries[1:-1], boundaries[2:], strict=True):
        within_each = [
            float((block.sum() - np.trace(block)) / (len(block) * (len(block) - 1)))
            for block in (similarity[start:middle, start:middle], similarity[middle:end, middle:end])
            if len(block) > 1
        ]
        if within_each:
            between = float(similarity[start:middle, middle:end].mean())
            contrasts.append(float(np.mean(within_each)) - between)
    return max(contrasts, default=-1.0)


def _section_similarity(similarity: Array, boundaries: Ints) -> Array:
    """How alike the segments between ``boundaries`` run in step, ``(segments, segments)``."""
    bars = [slice(start, end) for start, end in pairwise(boundaries)]
    alike = np.zeros((len(bars), len(bars)), np.float32)
    for i, rows in enumerate(bars):
        for j, columns in enumerate(bars[i:], i):
            alike[i, j] = alike[j, i] = _best_diagonal_mean(similarity[rows, columns])
    return alike


def _cluster(alike: Array) -> Ints:
    """Group numbers of segments, by agglomerative clustering: those alike are of one."""
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
    return max(float(diagonal.mean()) for diagonal in diagonals)


def _label(
    times: npt.NDArray[np.float64], alike: Array, level: Array, sung: npt.NDArray[np.float64]
) -> list[str]:
    """What the segments between ``times`` are: by what returns, how loud it is, dB, and the share sung."""
    count = len(level)
    is_song = sung.max() > 0.2 and float(sung @ np.diff(times)) > 0.1 * times[-1]
    liveliness = _clipped_z_score(np.maximum(level, np.median(level) - 4.0), 1.0)
    liveliness += _clipped_z_score(sung, 0.15) if is_song else 0.0
    unsung = sung < 0.15 * sung.max() if is_song else np.zeros(count, bool)
    quiet = level < np.median(level) - 1.0
    chorus = _find_chorus(alike, liveliness, unsung) if count > 2 else set()
    calm = np.mean([liveliness[i] for i in range(count) if i not in chorus] or [0.0]) - 0.2
    returns = np.sum(alike > _MIN_SIMILARITY, axis=1) > 1
    labels = []
    for i in range(count):
        if i in chorus:
            labels.append("chorus")
        elif i == 0 and count > 2 and (unsung[i] or (quiet[i] and sung[i] <= sung.mean())):
            labels.append("intro")
        elif i == count - 1 and count > 2 and (quiet[i] or unsung[i] or not returns[i]):
            labels.append("outro")
        elif chorus and times[i] > 0.4 * times[-1] and (not returns[i] or liveliness[i] < calm):
            labels.append("bridge")
        else:
            labels.append("verse")
    return labels


def _find_chorus(
    alike: Array, liveliness: npt.NDArray[np.float64], unsung: npt.NDArray[np.bool_]
) -> set[int]:
    """The liveliest segments that are alike and equally lively, two at least; none where nothing returns."""
    best, most = set[int](), -np.inf
    for i in range(len(liveliness)):
        near = (alike[i] > _MIN_GROUP_SIMILARITY) & (np.abs(liveliness - liveliness[i]) < 0.6)
        near[i] = True
        group = np.flatnonzero(near & ~unsung)
        if len(group) < 2:
            continue
        value = float(liveliness[group].mean() + 0.2 * np.log(len(group)))
        if value > most:
            best, most = {int(place) for place in group}, value
    return best


def _clipped_z_score(values: npt.NDArray[np.floating], least: float) -> npt.NDArray[np.float64]:
    """Standard deviations from the mean, two at most; less than that where all are within ``least``."""
    spread = float(values.std())
    scaled = np.clip((values - values.mean()) / max(spread, 1e-6), -2, 2) * min(1.0, spread / least)
    return np.asarray(scaled, np.float64)


def _section_levels(timbre: Timbre, times: npt.NDArray[np.float64]) -> Array:
    """The mean level between ``times``, dB."""
    means = segment_means(timbre.energy, np.round(times * TIMBRE_FPS).astype(np.intp))
    level: Array = (10 * np.log10(means + 1e-6)).astype(np.float32)
    return level


def _vocal_shares(times: npt.NDArray[np.float64], vocals: Sequence[Span]) -> npt.NDArray[np.float64]:
    """The share of time between ``times`` that is sung."""
    return np.asarray([_covered_share(start, end, vocals) for start, end in pairwise(times)])


def _covered_share(start: float, end: float, spans: Sequence[Span]) -> float:
    """The share of the time from ``start`` to ``end`` that spans cover."""
    covered = sum(max(0.0, min(end, span.end) - max(start, span.start)) for span in spans)
    return covered / max(end - start, 1e-9)


def _cosine_similarity(rows: Array, least: float) -> Array:
    """Cosines between rows; those shorter than ``least`` count for less."""
    unit = rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), least)
    cosine: Array = unit @ unit.T
    return cosine
