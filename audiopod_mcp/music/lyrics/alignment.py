"""The lines of a known text aligned to a recording: where the voice is, where music and words repeat."""

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
from audiopod_mcp.music.model import Analysis, Audio, Progress, ignore_progress, progress_within
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
"""How far the log-odds of singing are trusted: by this factor, and up to this value."""
_VOCAL_WEIGHT, _NON_VOCAL_WEIGHT = 0.04, 0.12
"""Nats that a step of 0.1 s is worth for each of those: more where nobody sings, since there no line can be,
while more may be sung than is written.
"""
_ONSET_WEIGHT, _VOCAL_ONSET_WEIGHT = 0.3, 0.5
"""Nats for a line's start where something sets in, and where the voice does."""
_MAX_SYLLABLE, _MIN_SYLLABLE = 0.8, 0.12
"""Seconds a syllable takes on average."""
_LEARNING_RATE = 0.5
"""How far the threshold of the log-odds that parts singing from none follows what the lines say of it."""
_LOG_ODDS_RANGE = 6.0
"""Log-odds below the clearest voice that count as low as can be: silence tells no more than an interlude."""
_REPETITION_BONUS = 1.0
"""Nats of fit given up for each place where music and words return together."""
_TRIAL_OFFSETS = (-1.0, 1.0)
"""Other thresholds that are tried, from the one found, to see which lines depend on it."""


@dataclass(frozen=True, slots=True)
class AlignmentEvidence:
    """What is known of the singing, step by step.

    Attributes
    ----------
    fps : float
        Steps a second.
    voice : float32 array, shape (steps,)
        Log-odds of singing.
    onset : float32 array, shape (steps,)
        Above 0 where something sets in.
    chroma : float32 array, shape (steps, 12)
        Or ``(0, 12)`` where the music was not listened to.
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
    audio: Audio, rate: int, lines: int = 1, report: Progress = ignore_progress
) -> AlignmentEvidence:
    """Evidence from a recording, as fine as a search for so many lines can use.

    Parameters
    ----------
    audio : float32 array, shape (samples, channels)
    rate : int
        Samples a second.
    lines : int
    report : Progress

    Returns
    -------
    AlignmentEvidence
    """
    mid, side = downmix(audio, rate)
    duration = len(audio) / rate
    steps = step_count(duration, lines)
    fps = steps / duration
    odds = singing_log_odds(mid, side, progress_within(report, 0.0, 0.6))
    onsets = onset_envelopes(mid, progress_within(report, 0.6, 0.8))[MID_BAND]
    chroma = chromagram(spectral_peaks(mid, progress_within(report, 0.8, 1.0)))
    edges = np.round(np.arange(steps + 1) / fps * CHROMA_FPS).astype(np.intp)
    times = np.arange(steps) / fps
    voice = np.interp(times + 0.5 / fps, np.arange(len(odds)) / VOCAL_FPS, odds)
    onset_edges = np.minimum((times * ONSET_FPS).astype(np.intp), len(onsets) - 1)
    strongest = np.maximum.reduceat(onsets, onset_edges)
    return AlignmentEvidence(
        fps,
        voice.astype(np.float32),
        np.minimum(strongest, 3).astype(np.float32),
        segment_means(chroma, edges),
    )


def evidence_from_analysis(analysis: Analysis, lines: int = 1) -> AlignmentEvidence:
    """Evidence from an analysis alone: its vocals or, where it heard none, its sections; and its beats.

    Parameters
    ----------
    analysis : Analysis
    lines : int
        How many lines are to be searched for.

    Returns
    -------
    AlignmentEvidence
    """
    steps = step_count(analysis.duration, lines)
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
    syllables: Ints,
    begins_stanza: Sequence[bool | None] | None = None,
    report: Progress = ignore_progress,
) -> list[AlignedLine]:
    """When each line is sung.

    The lines are laid out (:func:`search_line_layout`), the threshold of the log-odds that parts singing from
    none is learnt from that, and they are laid out again. How far the lines stay in place over this and when
    that threshold is wrong, and how sure the voice is within them, is their confidence.

    Parameters
    ----------
    evidence : AlignmentEvidence
    words : sequence of str, one a line
        What is sung in each line, alike where the same is sung: by this it is seen what repeats.
    syllables : intp array, shape (lines,)
        How many each line has.
    begins_stanza : sequence of bool or None, one a line, optional
        Whether a stanza begins with the line; ``None``: not known.
    report : Progress

    Returns
    -------
    list of AlignedLine
    """
    begins_stanza = begins_stanza if begins_stanza is not None else [None] * len(syllables)
    clearest = float(np.percentile(evidence.voice, 80))
    odds = np.maximum(evidence.voice, np.float32(clearest - _LOG_ODDS_RANGE))
    threshold, layouts = 0.0, []
    for step in range(3):
        report(step / 5, "placing the lines")
        layouts.append(_search(odds - np.float32(threshold), evidence, syllables, begins_stanza))
        inside = _steps_within(layouts[-1], len(odds))
        if step < 2 and inside.any() and not inside.all():
            midway = (odds[inside].mean() + odds[~inside].mean()) / 2
            threshold += _LEARNING_RATE * (midway - threshold)
    centred = odds - np.float32(threshold)
    best = _with_repetitions(layouts[-1], centred, evidence, words, syllables, begins_stanza)
    if best is not layouts[-1]:
        layouts.append(best)
    for number, offset in enumerate(_TRIAL_OFFSETS):
        report((3 + number) / 5, "placing the lines")
        trial = odds - np.float32(threshold + offset)
        layouts.append(_search(trial, evidence, syllables, begins_stanza))
    others = [layout for layout in layouts if layout is not best]
    agreement = np.mean([np.abs(other.starts - best.starts) < 0.5 * evidence.fps for other in others], axis=0)
    if not np.isfinite(best.score):  # there was no room for the lines
        agreement[:] = 0.0
    return [
        AlignedLine(
            float(start / evidence.fps),
            float(end / evidence.fps),
            float(agree * _vocal_probability(centred, int(start), int(end))),
        )
        for start, end, agree in zip(best.starts, best.ends, agreement, strict=True)
    ]


def vocal_log_odds_within(evidence: AlignmentEvidence, lines: Sequence[AlignedLine]) -> float:
    """The mean log-odds of singing within the lines; 0 without lines."""
    edges = [(int(line.start * evidence.fps), int(line.end * evidence.fps)) for line in lines]
    inside = np.concatenate([evidence.voice[start : max(start + 1, end)] for start, end in edges])
    return float(inside.mean()) if len(inside) else 0.0


def _with_repetitions(
    free: LineLayout,
    odds: Array,
    evidence: AlignmentEvidence,
    words: Sequence[str],
    syllables: Ints,
    begins_stanza: Sequence[bool | None],
) -> LineLayout:
    """The layout with repeated passages near where :func:`find_repetitions` places them.

    The voice must fit that nearly as well as the ``free`` layout: music returns without the words, too.
    """
    passage = repeated_passage(words)
    if passage is None or not len(evidence.chroma):
        return free
    usual = float(np.median(np.diff(free.starts))) / evidence.fps
    anchors = find_repetitions(evidence.chroma, np.clip(odds, -5, 5), evidence.fps, *passage, usual)
    if not anchors:
        return free
    anchored = _search(odds, evidence, syllables, begins_stanza, anchors)
    return anchored if anchored.score + _REPETITION_BONUS * len(anchors) > free.score else free


def _search(
    odds: Array,
    evidence: AlignmentEvidence,
    syllables: Ints,
    begins_stanza: Sequence[bool | None],
    anchors: Mapping[int, float] = MappingProxyType({}),
) -> LineLayout:
    """The best layout by log-odds of singing above their threshold."""
    fps = evidence.fps
    trusted = np.clip(_LOG_ODDS_SLOPE * odds, -_MAX_LOG_ODDS, _MAX_LOG_ODDS)
    voice = trusted * np.where(trusted > 0, _VOCAL_WEIGHT, _NON_VOCAL_WEIGHT) * (10 / fps)
    reach = max(1, round(0.4 * fps))
    sums = np.concatenate(([0.0], np.cumsum(np.where(trusted > 0, 1, 3) * trusted)))
    padded = np.pad(sums, reach, mode="edge")
    rise = (padded[2 * reach :] - 2 * padded[reach:-reach] + padded[: -2 * reach]) / reach
    begin = _ONSET_WEIGHT * np.append(evidence.onset, 0.0) + _VOCAL_ONSET_WEIGHT * rise
    pace = float(np.clip((odds > 0).sum() / fps / syllables.sum(), _MIN_SYLLABLE, _MAX_SYLLABLE))
    expected = [float(pace * count * fps) for count in syllables]
    return search_line_layout(
        voice.astype(np.float32), begin.astype(np.float32), expected, fps, begins_stanza, anchors
    )


def _steps_within(layout: LineLayout, steps: int) -> npt.NDArray[np.bool_]:
    """Which steps lie within a line."""
    inside = np.zeros(steps, bool)
    for start, end in zip(layout.starts, layout.ends, strict=True):
        inside[start:end] = True
    return inside


def _vocal_probability(odds: Array, start: int, end: int) -> float:
    """How surely somebody sings in a line on the whole, 0 to 1."""
    if start >= len(odds):  # a line beyond the end has no voice in it
        return 0.0
    return float(1 / (1 + np.exp(-odds[start : max(start + 1, end)].mean())))


def step_count(duration: float, lines: int) -> int:
    """How many steps a recording is cut into for a search for so many lines."""
    return max(4, min(_MAX_STEPS, _MAX_CELLS // lines, round(10 * duration)))
