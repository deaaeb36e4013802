"""Lines of a known text laid over a recording, by where the voice is, and by where the music returns with
the words.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from audiopod_mcp.music.analysis.chroma import CHROMA_FPS, chromagram, spectral_peaks
from audiopod_mcp.music.analysis.onsets import MID_BAND, ONSET_FPS, onset_envelopes
from audiopod_mcp.music.analysis.vocal_activity import VOCAL_FPS
from audiopod_mcp.music.model import Analysis, Audio, Progress, silent
from audiopod_mcp.music.signal.averages import segment_means
from audiopod_mcp.music.signal.downmix import downmix
from audiopod_mcp.music.signal.stft import Array, Ints

from .line_search import LineLayout, search_line_layout
from .repetition import find_repetitions, repeated_passage
from .singing_features import singing_log_odds

_MAX_STEPS = 6000
"""Steps a recording is cut into at most: 0.1 s each up to ten minutes, longer ones beyond."""
_MAX_CELLS = 900_000
"""Steps times lines at most; the search keeps a hundred bytes for each."""

_LOG_ODDS_SLOPE, _MAX_LOG_ODDS = 0.3, 3.0
"""How log-odds of 0.5 s are trusted, and up to where."""
_VOCAL_WEIGHT, _NON_VOCAL_WEIGHT = 0.04, 0.12
"""Nats that a step of 0.1 s is worth for each of those: more where nobody sings, since there no line can be,
while more may be sung than is written.
"""
_ONSET_WEIGHT, _VOCAL_ONSET_WEIGHT = 0.3, 0.5
"""Nats for a line's start where something sets in, and where the voice does."""
_MAX_SYLLABLE, _MIN_SYLLABLE = 0.8, 0.12
"""Seconds a syllable takes on average."""
_LEARNING_RATE = 0.5
"""How far the level of the log-odds that parts singing from none follows what the lines found say of it."""
_LOG_ODDS_RANGE = 6.0
"""Log-odds below the clearest voice that count as low as can be: silence tells no more than an interlude."""
_REPETITION_BONUS = 1.0
"""Nats of fit given up for each place where music and words return together."""
_TRIAL_OFFSETS = (-1.0, 1.0)
"""Other levels that are tried, to see which lines depend on it."""


@dataclass(frozen=True, slots=True)
class AlignmentEvidence:
    """What is known of the singing, at ``fps`` steps a second, each ``(steps,)``.

    ``voice`` are log-odds of singing, ``onset`` is above 0 where something sets in; ``chroma``,
    ``(steps, 12)``, is empty where the music was not heard.
    """

    fps: float
    voice: Array
    onset: Array
    chroma: Array


class AlignedLine(NamedTuple):
    """A line from ``start`` to ``end``, seconds, and how far to trust that, 0 to 1."""

    start: float
    end: float
    confidence: float


def evidence_from_audio(
    audio: Audio, rate: int, lines: int = 1, report: Progress = silent
) -> AlignmentEvidence:
    """Evidence from a recording, as fine as a search for so many lines can use."""
    mid, side = downmix(audio, rate)
    duration = len(audio) / rate
    steps = _step_count(duration, lines)
    fps = steps / duration
    odds = singing_log_odds(mid, side, lambda part, doing: report(0.6 * part, doing))
    onsets = onset_envelopes(mid, lambda part, doing: report(0.6 + 0.2 * part, doing))[MID_BAND]
    chroma = chromagram(spectral_peaks(mid, lambda part, doing: report(0.8 + 0.2 * part, doing)))
    edges = np.round(np.arange(steps + 1) / fps * CHROMA_FPS).astype(np.intp)
    times = np.arange(steps) / fps
    voice = np.interp(times + 0.5 / fps, np.arange(len(odds)) / VOCAL_FPS, odds)
    strongest = np.maximum.reduceat(onsets, np.minimum((times * ONSET_FPS).astype(np.intp), len(onsets) - 1))
    return AlignmentEvidence(
        fps,
        voice.astype(np.float32),
        np.minimum(strongest, 3).astype(np.float32),
        segment_means(chroma, edges),
    )


def evidence_from_analysis(analysis: Analysis, lines: int = 1) -> AlignmentEvidence:
    """Evidence from an analysis alone: its vocals or, where it heard none, its sections; and its beats."""
    steps = _step_count(analysis.duration, lines)
    fps = steps / analysis.duration
    times = (np.arange(steps) + 0.5) / fps
    sung = analysis.vocals or tuple(s for s in analysis.sections if s.label not in ("intro", "outro"))
    voice = np.full(steps, -3.0 if sung else 0.0, np.float32)
    for span in sung:
        voice[(times >= span.start) & (times < span.end)] = 3.0
    onset = np.zeros(steps, np.float32)
    onset[np.clip((np.asarray(analysis.beats) * fps).astype(np.intp), 0, steps - 1)] = 1.0
    return AlignmentEvidence(fps, voice, onset, np.zeros((0, 12), np.float32))


def align_lines(
    evidence: AlignmentEvidence,
    words: Sequence[str],
    counts: Ints,
    parted: Sequence[bool | None] | None = None,
    report: Progress = silent,
) -> list[AlignedLine]:
    """Each line's place, given what is sung in it (to see what returns), its syllables and whether a stanza
    begins with it (``None``: not known).

    The lines are laid (:func:`search_line_layout`), the level of the log-odds that parts singing from none is learnt
    from that, and they are laid again. How far the lines stay in place over this and when that level is
    wrong, and how sure the voice is within them, is their confidence.
    """
    parted = parted if parted is not None else [None] * len(counts)
    clearest = float(np.percentile(evidence.voice, 80))
    odds = np.maximum(evidence.voice, np.float32(clearest - _LOG_ODDS_RANGE))
    level, layouts = 0.0, []
    for step in range(3):
        report(step / 5, "placing the lines")
        layouts.append(_search(odds - np.float32(level), evidence, counts, parted))
        within = _steps_within(layouts[-1], len(odds))
        if step < 2 and within.any() and not within.all():
            level += _LEARNING_RATE * ((odds[within].mean() + odds[~within].mean()) / 2 - level)
    best = _with_repetitions(layouts[-1], odds - np.float32(level), evidence, words, counts, parted)
    if best is not layouts[-1]:
        layouts.append(best)
    for number, other in enumerate(_TRIAL_OFFSETS):
        report((3 + number) / 5, "placing the lines")
        layouts.append(_search(odds - np.float32(level + other), evidence, counts, parted))
    others = [layout for layout in layouts if layout is not best]
    agreement = np.mean([np.abs(other.starts - best.starts) < 0.5 * evidence.fps for other in others], axis=0)
    if not np.isfinite(best.score):  # there was no room for the lines
        agreement[:] = 0.0
    return [
        AlignedLine(
            float(a / evidence.fps),
            float(b / evidence.fps),
            float(agree * _vocal_probability(odds - np.float32(level), int(a), int(b))),
        )
        for a, b, agree in zip(best.starts, best.ends, agreement, strict=True)
    ]


def vocal_log_odds_within(evidence: AlignmentEvidence, placed: Sequence[AlignedLine]) -> float:
    """Mean log-odds of singing within the lines."""
    edges = [(int(line.start * evidence.fps), int(line.end * evidence.fps)) for line in placed]
    within = np.concatenate([evidence.voice[a : max(a + 1, b)] for a, b in edges])
    return float(within.mean()) if len(within) else 0.0


def _with_repetitions(
    free: LineLayout,
    odds: Array,
    evidence: AlignmentEvidence,
    words: Sequence[str],
    counts: Ints,
    parted: Sequence[bool | None],
) -> LineLayout:
    """The lines with returning passages near where :func:`find_repetitions` places them, if the voice fits that
    nearly as well: music returns without the words, too.
    """
    passage = repeated_passage(words)
    if passage is None or not len(evidence.chroma):
        return free
    usual = float(np.median(np.diff(free.starts))) / evidence.fps
    held = find_repetitions(evidence.chroma, np.clip(odds, -5, 5), evidence.fps, *passage, usual)
    if not held:
        return free
    again = _search(odds, evidence, counts, parted, held)
    return again if again.score + _REPETITION_BONUS * len(held) > free.score else free


def _search(
    odds: Array,
    evidence: AlignmentEvidence,
    counts: Ints,
    parted: Sequence[bool | None],
    held: Mapping[int, float] = MappingProxyType({}),
) -> LineLayout:
    fps = evidence.fps
    trusted = np.clip(_LOG_ODDS_SLOPE * odds, -_MAX_LOG_ODDS, _MAX_LOG_ODDS)
    voice = trusted * np.where(trusted > 0, _VOCAL_WEIGHT, _NON_VOCAL_WEIGHT) * (10 / fps)
    reach = max(1, round(0.4 * fps))
    around = np.pad(
        np.concatenate(([0.0], np.cumsum(np.where(trusted > 0, 1, 3) * trusted))), reach, mode="edge"
    )
    rise = (around[2 * reach :] - 2 * around[reach:-reach] + around[: -2 * reach]) / reach
    begin = _ONSET_WEIGHT * np.append(evidence.onset, 0.0) + _VOCAL_ONSET_WEIGHT * rise
    pace = float(np.clip((odds > 0).sum() / fps / counts.sum(), _MIN_SYLLABLE, _MAX_SYLLABLE))
    expected = [float(pace * count * fps) for count in counts]
    return search_line_layout(voice.astype(np.float32), begin.astype(np.float32), expected, fps, parted, held)


def _steps_within(layout: LineLayout, steps: int) -> npt.NDArray[np.bool_]:
    within = np.zeros(steps, bool)
    for start, end in zip(layout.starts, layout.ends, strict=True):
        within[start:end] = True
    return within


def _vocal_probability(odds: Array, start: int, end: int) -> float:
    """How surely somebody sings in a line on the whole, 0 to 1."""
    if start >= len(odds):  # a line beyond the end has no voice in it
        return 0.0
    return float(1 / (1 + np.exp(-odds[start : max(start + 1, end)].mean())))


def _step_count(duration: float, lines: int) -> int:
    return max(4, min(_MAX_STEPS, _MAX_CELLS // lines, round(10 * duration)))
