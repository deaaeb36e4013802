"""Lines of a known text laid over a recording: by where the voice is, and by where the music returns with
the words.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from audiopod_mcp.music.model import Analysis, Audio, Report, silent
from audiopod_mcp.music.onsets import FPS as ONSET_FPS
from audiopod_mcp.music.onsets import MIDDLE, onset_envelopes
from audiopod_mcp.music.pitch import FPS as CHROMA_FPS
from audiopod_mcp.music.pitch import chromagram, spectral_peaks
from audiopod_mcp.music.spectrum import Array, Ints, downmix, segment_means
from audiopod_mcp.music.voice import FPS as VOICE_FPS
from audiopod_mcp.music.voice import voice_odds

_MOST_STEPS = 6000
"""Steps a recording is cut into at most: 0.1 s each up to ten minutes, longer ones beyond."""
_MOST_WINDOWS = 1500
"""Windows compared with each other at most; that grows with the square."""
_PERIODS = (1.6, 2.1, 2.7, 3.5, 4.6, 6.0)
"""Usual seconds from line to line that are tried."""
_LONGEST = 45.0
"""Seconds from one line to the next at most."""

# What counts how much, in nats: voice a step of 0.1 s, the setting in of the voice, leaving the usual
# distance between lines, a break.
_VOICE, _RISE, _REGULAR, _BREAK = 0.1, 1.0, 5.0, 2.0
_RETURN = 3.0
"""Nats of fit given up for each place where music and words return together."""
_RIVAL = 25.0
"""Nats within which another answer is a rival."""
_BREATH, _PACE = 0.8, 0.1
"""The length of a line: seconds, and seconds more for each syllable."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known of the singing, at ``fps`` steps a second, each ``(steps,)``.

    ``voice`` is above 0 where singing is likely, ``onset`` above 0 where something sets in; ``chroma``,
    ``(steps, 12)``, is empty where the music was not heard.
    """

    fps: float
    voice: Array
    onset: Array
    chroma: Array


class Placed(NamedTuple):
    """A line from ``start`` to ``end``, seconds, and how far to trust that, 0 to 1."""

    start: float
    end: float
    confidence: float


def hear(audio: Audio, rate: int, syllables: int, report: Report = silent) -> Evidence:
    """Evidence from a recording in which so many syllables are sung: that tells how much of it is singing."""
    mid, side = downmix(audio, rate)
    duration = len(audio) / rate
    steps = _steps(duration)
    fps = steps / duration
    odds = voice_odds(mid, side, lambda part, doing: report(0.5 * part, doing))
    onsets = onset_envelopes(mid, lambda part, doing: report(0.5 + 0.2 * part, doing))[MIDDLE]
    chroma = chromagram(spectral_peaks(mid, lambda part, doing: report(0.7 + 0.3 * part, doing)))
    edges = np.arange(steps + 1) / fps
    voice = np.interp(edges[:-1] + 0.5 / fps, np.arange(len(odds)) / VOICE_FPS, odds)
    share = float(np.clip(syllables * 0.25 / duration, 0.1, 0.8))
    voice = np.clip((voice - np.quantile(voice, 1 - share)) / (np.maximum(voice, -3).std() + 1e-6), -2, 2)
    strongest = np.maximum.reduceat(
        onsets, np.minimum((edges[:-1] * ONSET_FPS).astype(np.intp), len(onsets) - 1)
    )
    return Evidence(
        fps,
        voice.astype(np.float32),
        (0.3 * np.minimum(strongest, 3)).astype(np.float32),
        segment_means(chroma, np.round(edges * CHROMA_FPS).astype(np.intp)),
    )


def infer(analysis: Analysis) -> Evidence:
    """Evidence from an analysis alone: its vocals or, where it heard none, its sections; and its beats."""
    steps = _steps(analysis.duration)
    fps = steps / analysis.duration
    times = (np.arange(steps) + 0.5) / fps
    sung = analysis.vocals or tuple(s for s in analysis.sections if s.label not in ("intro", "outro"))
    voice = np.full(steps, -1.0 if sung else 0.0, np.float32)
    for span in sung:
        voice[(times >= span.start) & (times < span.end)] = 1.0
    onset = np.zeros(steps, np.float32)
    onset[np.clip((np.asarray(analysis.beats) * fps).astype(np.intp), 0, steps - 1)] = 0.3
    return Evidence(fps, voice, onset, np.zeros((0, 12), np.float32))


def align(evidence: Evidence, words: Sequence[str], counts: Ints, report: Report = silent) -> list[Placed]:
    """Each line's place, given what is sung in it (to see what returns) and its syllables.

    Dynamic programming: as much voice as possible within the lines, as little as possible between them,
    lines beginning where the voice sets in, at a usual distance from each other or after a break. Of several
    usual distances the one that fits best wins. All is done twice, freely and with returning passages held
    near where :func:`find_returns` places them: music returns without the words, too, so those places are
    believed only if the voice fits them nearly as well. How far these answers agree is each line's
    confidence.
    """
    passage = repeated_passage(words)
    anchors = find_returns(evidence, *passage) if passage is not None and len(evidence.chroma) else {}
    answers: list[tuple[float, Ints]] = []
    trials = [(period, held) for held in ({}, anchors)[: 1 + bool(anchors)] for period in _PERIODS]
    for index, (period, held) in enumerate(trials):
        report(index / len(trials), "placing the lines")
        score, starts = _place(evidence, counts, period, held)
        answers.append((score + _RETURN * len(held), starts))
    best, starts = max(answers, key=lambda answer: answer[0])
    near = [other for score, other in answers if score > best - _RIVAL]
    agreement = np.mean([np.abs(other - starts) < 0.5 * evidence.fps for other in near], axis=0)
    stops = [*starts[1:], len(evidence.voice)]
    ends = [
        _end(evidence, int(a), int(b), int(count)) for a, b, count in zip(starts, stops, counts, strict=True)
    ]
    return [
        Placed(float(a / evidence.fps), float(b / evidence.fps), float(sure * _sung(evidence, int(a), b)))
        for a, b, sure in zip(starts, ends, agreement, strict=True)
    ]


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


def find_returns(
    evidence: Evidence, length: int, lines: Sequence[int], period: float = 2.6
) -> dict[int, float]:
    """Where a passage of ``length`` lines, which begins at each of ``lines``, returns: line to seconds.

    The times, far enough apart for the lines between, from which the music and the coming and going of the
    voice run most alike. Empty where nothing returns clearly.
    """
    stride = -(-len(evidence.voice) // _MOST_WINDOWS)
    rate = evidence.fps / stride
    edges = np.arange(0, len(evidence.voice) + 1, stride)
    chroma = segment_means(evidence.chroma, edges)
    voice = segment_means(evidence.voice, edges)
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
    return {line: place / rate for line, place in zip(lines, places, strict=True)}


def _place(evidence: Evidence, counts: Ints, period: float, anchors: dict[int, float]) -> tuple[float, Ints]:
    """The score and the first steps of the lines, for one usual distance between lines in seconds."""
    fps, steps = evidence.fps, len(evidence.voice)
    total = _running_voice(evidence)
    reach = max(1, round(0.4 * fps))
    around = np.pad(total, reach, mode="edge")
    rise = (around[2 * reach :] - 2 * total + around[: -2 * reach]) / (_VOICE * 10 / fps * reach)
    begin = _RISE * rise + np.concatenate((evidence.onset, [0.0])) - total
    distances = np.arange(max(1, round(0.3 * fps)), max(3, min(steps, round(_LONGEST * fps))))
    ratio = np.log(distances / fps / period)
    spacing = -np.minimum(_REGULAR * ratio**2, np.where(ratio > 0, _BREAK + ratio, np.inf))
    seconds = np.arange(steps + 1) / fps
    scores = np.full((len(counts), steps + 1), -np.inf)
    scores[0] = begin
    for line, count in enumerate(counts):
        if line in anchors:
            scores[line] -= 0.5 * np.maximum(0, np.abs(seconds - anchors[line]) - 1.0) ** 2
        if line + 1 == len(counts):
            break
        worth = _line_worth(total, int(count), fps)
        left, arrived = scores[line] - total, scores[line + 1]
        for distance, cost in zip(distances.tolist(), spacing, strict=True):
            value = left + worth[min(distance, len(worth) - 1)] + cost
            np.maximum(arrived[distance:], value[:-distance], out=arrived[distance:])
        arrived += begin
    final = scores[-1] + _line_worth(total, int(counts[-1]), fps)[-1] - total - total[-1]
    step = int(final.argmax())
    if not np.isfinite(final[step]):  # more lines than steps between them: evenly, then
        return -np.inf, np.linspace(0, steps, len(counts), endpoint=False).astype(np.intp)
    starts = np.zeros(len(counts), np.intp)
    starts[-1] = step
    for line in range(len(counts) - 2, -1, -1):
        possible = distances[distances <= step]
        worth = _line_worth(total, int(counts[line]), fps)
        value = (scores[line] - total)[step - possible] + spacing[: len(possible)]
        value += worth[np.minimum(possible, len(worth) - 1), step - possible]
        step -= int(possible[value.argmax()])
        starts[line] = step
    return float(final.max()), starts


def _line_worth(total: npt.NDArray[np.float64], count: int, fps: float) -> npt.NDArray[np.float64]:
    """What a line is worth that may take up to so many steps and begins at each: ``(lengths, steps + 1)``.

    Twice the voice within it (once for being in it, once for not being left out), less for an odd length.
    """
    expected = (_BREATH + _PACE * count) * fps
    lengths = np.arange(max(4, int(1.8 * expected) + 1))
    ends = np.minimum(np.arange(len(total)) + lengths[:, None], len(total) - 1)
    worth = 2 * total[ends] - np.log(np.maximum(lengths, 0.5) / expected)[:, None] ** 2
    worth[:2] = -np.inf
    return np.asarray(np.maximum.accumulate(worth, axis=0))


def _sung(evidence: Evidence, start: int, end: int) -> float:
    """How much surer a voice is in a line than in the three seconds before it, 0 to 1."""
    if start >= len(evidence.voice):  # a line beyond the end has no voice in it
        return 0.0
    within = evidence.voice[start : max(start + 1, end)].mean()
    before = evidence.voice[max(0, start - round(3 * evidence.fps)) : start]
    quiet = float(np.quantile(before, 0.2)) if len(before) else -1.0
    return float(np.clip(within - quiet, 0, 1))


def _end(evidence: Evidence, start: int, stop: int, count: int) -> int:
    """The last step of a line, before the next one's first: where it is worth most."""
    total = _running_voice(evidence)[start : stop + 1]
    expected = (_BREATH + _PACE * count) * evidence.fps
    lengths = np.arange(2, min(len(total), int(1.8 * expected) + 1))
    if not len(lengths):
        return stop
    return start + int(lengths[np.argmax(2 * total[lengths] - np.log(lengths / expected) ** 2)])


def _running_voice(evidence: Evidence) -> npt.NDArray[np.float64]:
    scale = _VOICE * 10 / evidence.fps
    return np.concatenate(([0.0], np.cumsum(evidence.voice * scale, dtype=np.float64)))


def _windowed_mean(values: Array, width: int) -> npt.NDArray[np.float64]:
    """Means of ``width`` values from each on; shorter by ``width`` - 1, zero-padded to the same length."""
    sums = np.concatenate(([0.0], np.cumsum(values, dtype=np.float64)))
    means = (sums[width:] - sums[:-width]) / width if len(values) >= width else np.zeros(0)
    return np.concatenate((means, np.zeros(len(values) - len(means))))


def _steps(duration: float) -> int:
    return max(4, min(_MOST_STEPS, round(10 * duration)))
