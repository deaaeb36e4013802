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

from audiopod_mcp.music.analysis.chroma import FPS as CHROMA_FPS
from audiopod_mcp.music.analysis.chroma import chromagram, spectral_peaks
from audiopod_mcp.music.analysis.onsets import FPS as ONSET_FPS
from audiopod_mcp.music.analysis.onsets import MIDDLE, onset_envelopes
from audiopod_mcp.music.model import Analysis, Audio, Progress, silent
from audiopod_mcp.music.signal.stft import Array, Ints, downmix, segment_means

from .line_search import Layout, lay_lines
from .repetition import find_returns, repeated_passage
from .singing_features import FPS as VOICE_FPS
from .singing_features import lead_odds

_MOST_STEPS = 6000
"""Steps a recording is cut into at most: 0.1 s each up to ten minutes, longer ones beyond."""
_MOST_CELLS = 900_000
"""Steps times lines at most; the search keeps a hundred bytes for each."""

_STEEP, _STEEPEST = 0.3, 3.0
"""How log-odds of 0.5 s are trusted, and up to where."""
_VOICE, _NO_VOICE = 0.04, 0.12
"""Nats that a step of 0.1 s is worth for each of those: more where nobody sings, since there no line can be,
while more may be sung than is written.
"""
_ONSET, _RISE = 0.3, 0.5
"""Nats for a line's start where something sets in, and where the voice does."""
_SLOWEST, _FASTEST = 0.8, 0.12
"""Seconds a syllable takes on average."""
_LEARNT = 0.5
"""How far the level of the log-odds that parts singing from none follows what the lines found say of it."""
_FLOOR = 6.0
"""Log-odds below the clearest voice that count as low as can be: silence tells no more than an interlude."""
_RETURN = 1.0
"""Nats of fit given up for each place where music and words return together."""
_RIVALS = (-1.0, 1.0)
"""Other levels that are tried, to see which lines depend on it."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known of the singing, at ``fps`` steps a second, each ``(steps,)``.

    ``voice`` are log-odds of singing, ``onset`` is above 0 where something sets in; ``chroma``,
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


def hear(audio: Audio, rate: int, lines: int = 1, report: Progress = silent) -> Evidence:
    """Evidence from a recording, as fine as a search for so many lines can use."""
    mid, side = downmix(audio, rate)
    duration = len(audio) / rate
    steps = _steps(duration, lines)
    fps = steps / duration
    odds = lead_odds(mid, side, lambda part, doing: report(0.6 * part, doing))
    onsets = onset_envelopes(mid, lambda part, doing: report(0.6 + 0.2 * part, doing))[MIDDLE]
    chroma = chromagram(spectral_peaks(mid, lambda part, doing: report(0.8 + 0.2 * part, doing)))
    edges = np.round(np.arange(steps + 1) / fps * CHROMA_FPS).astype(np.intp)
    times = np.arange(steps) / fps
    voice = np.interp(times + 0.5 / fps, np.arange(len(odds)) / VOICE_FPS, odds)
    strongest = np.maximum.reduceat(onsets, np.minimum((times * ONSET_FPS).astype(np.intp), len(onsets) - 1))
    return Evidence(
        fps,
        voice.astype(np.float32),
        np.minimum(strongest, 3).astype(np.float32),
        segment_means(chroma, edges),
    )


def infer(analysis: Analysis, lines: int = 1) -> Evidence:
    """Evidence from an analysis alone: its vocals or, where it heard none, its sections; and its beats."""
    steps = _steps(analysis.duration, lines)
    fps = steps / analysis.duration
    times = (np.arange(steps) + 0.5) / fps
    sung = analysis.vocals or tuple(s for s in analysis.sections if s.label not in ("intro", "outro"))
    voice = np.full(steps, -3.0 if sung else 0.0, np.float32)
    for span in sung:
        voice[(times >= span.start) & (times < span.end)] = 3.0
    onset = np.zeros(steps, np.float32)
    onset[np.clip((np.asarray(analysis.beats) * fps).astype(np.intp), 0, steps - 1)] = 1.0
    return Evidence(fps, voice, onset, np.zeros((0, 12), np.float32))


def align(
    evidence: Evidence,
    words: Sequence[str],
    counts: Ints,
    parted: Sequence[bool | None] | None = None,
    report: Progress = silent,
) -> list[Placed]:
    """Each line's place, given what is sung in it (to see what returns), its syllables and whether a stanza
    begins with it (``None``: not known).

    The lines are laid (:func:`lay_lines`), the level of the log-odds that parts singing from none is learnt
    from that, and they are laid again. How far the lines stay in place over this and when that level is
    wrong, and how sure the voice is within them, is their confidence.
    """
    parted = parted if parted is not None else [None] * len(counts)
    clearest = float(np.percentile(evidence.voice, 80))
    odds = np.maximum(evidence.voice, np.float32(clearest - _FLOOR))
    level, layouts = 0.0, []
    for step in range(3):
        report(step / 5, "placing the lines")
        layouts.append(_lay(odds - np.float32(level), evidence, counts, parted))
        within = _covered(layouts[-1], len(odds))
        if step < 2 and within.any() and not within.all():
            level += _LEARNT * ((odds[within].mean() + odds[~within].mean()) / 2 - level)
    best = _returning(layouts[-1], odds - np.float32(level), evidence, words, counts, parted)
    if best is not layouts[-1]:
        layouts.append(best)
    for number, other in enumerate(_RIVALS):
        report((3 + number) / 5, "placing the lines")
        layouts.append(_lay(odds - np.float32(level + other), evidence, counts, parted))
    others = [layout for layout in layouts if layout is not best]
    agreement = np.mean([np.abs(other.starts - best.starts) < 0.5 * evidence.fps for other in others], axis=0)
    if not np.isfinite(best.score):  # there was no room for the lines
        agreement[:] = 0.0
    return [
        Placed(
            float(a / evidence.fps),
            float(b / evidence.fps),
            float(agree * _sung(odds - np.float32(level), int(a), int(b))),
        )
        for a, b, agree in zip(best.starts, best.ends, agreement, strict=True)
    ]


def voice_within(evidence: Evidence, placed: Sequence[Placed]) -> float:
    """Mean log-odds of singing within the lines."""
    edges = [(int(line.start * evidence.fps), int(line.end * evidence.fps)) for line in placed]
    within = np.concatenate([evidence.voice[a : max(a + 1, b)] for a, b in edges])
    return float(within.mean()) if len(within) else 0.0


def _returning(
    free: Layout,
    odds: Array,
    evidence: Evidence,
    words: Sequence[str],
    counts: Ints,
    parted: Sequence[bool | None],
) -> Layout:
    """The lines with returning passages near where :func:`find_returns` places them, if the voice fits that
    nearly as well: music returns without the words, too.
    """
    passage = repeated_passage(words)
    if passage is None or not len(evidence.chroma):
        return free
    usual = float(np.median(np.diff(free.starts))) / evidence.fps
    held = find_returns(evidence.chroma, np.clip(odds, -5, 5), evidence.fps, *passage, usual)
    if not held:
        return free
    again = _lay(odds, evidence, counts, parted, held)
    return again if again.score + _RETURN * len(held) > free.score else free


def _lay(
    odds: Array,
    evidence: Evidence,
    counts: Ints,
    parted: Sequence[bool | None],
    held: Mapping[int, float] = MappingProxyType({}),
) -> Layout:
    fps = evidence.fps
    trusted = np.clip(_STEEP * odds, -_STEEPEST, _STEEPEST)
    voice = trusted * np.where(trusted > 0, _VOICE, _NO_VOICE) * (10 / fps)
    reach = max(1, round(0.4 * fps))
    around = np.pad(
        np.concatenate(([0.0], np.cumsum(np.where(trusted > 0, 1, 3) * trusted))), reach, mode="edge"
    )
    rise = (around[2 * reach :] - 2 * around[reach:-reach] + around[: -2 * reach]) / reach
    begin = _ONSET * np.append(evidence.onset, 0.0) + _RISE * rise
    pace = float(np.clip((odds > 0).sum() / fps / counts.sum(), _FASTEST, _SLOWEST))
    expected = [float(pace * count * fps) for count in counts]
    return lay_lines(voice.astype(np.float32), begin.astype(np.float32), expected, fps, parted, held)


def _covered(layout: Layout, steps: int) -> npt.NDArray[np.bool_]:
    within = np.zeros(steps, bool)
    for start, end in zip(layout.starts, layout.ends, strict=True):
        within[start:end] = True
    return within


def _sung(odds: Array, start: int, end: int) -> float:
    """How surely somebody sings in a line on the whole, 0 to 1."""
    if start >= len(odds):  # a line beyond the end has no voice in it
        return 0.0
    return float(1 / (1 + np.exp(-odds[start : max(start + 1, end)].mean())))


def _steps(duration: float, lines: int) -> int:
    return max(4, min(_MOST_STEPS, _MOST_CELLS // lines, round(10 * duration)))
