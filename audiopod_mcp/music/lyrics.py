"""Lyrics: their text, and when each line of a known text is sung in a recording."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from audiopod_mcp.music.lrc import from_lrc, to_lrc
from audiopod_mcp.music.model import Analysis, Audio, LyricLine, Refused
from audiopod_mcp.music.onsets import FPS as ONSET_FPS
from audiopod_mcp.music.onsets import MIDDLE, onset_envelopes
from audiopod_mcp.music.spectrum import Array, Ints, downmix
from audiopod_mcp.music.syllables import count_syllables, syllables
from audiopod_mcp.music.voice import FPS as VOICE_FPS
from audiopod_mcp.music.voice import voice_odds

__all__ = ["LyricSection", "from_lrc", "parse_lyrics", "syllables", "time_lyrics", "to_lrc"]

_SECTION = re.compile(
    r"^\[([^\[\]]{1,60})\]$|^\(((?:verse|chorus|bridge|intro|outro|hook|refrain|pre-?chorus)[^()]*)\)$", re.I
)

_FPS = 10
"""Steps a second that lines are placed on; they are then moved to the nearest onset of the voice."""
_PACES = (0.16, 0.2, 0.25, 0.31, 0.39)
"""Seconds a syllable that are tried."""
_LONGEST_GAP = 45.0
"""Seconds of instrumental that are bridged between two lines without doubt."""


@dataclass(frozen=True, slots=True)
class LyricSection:
    """A part of a text: its tag as written between brackets (``"Verse 1"``), ``None`` without one, and its lines."""

    tag: str | None
    lines: tuple[str, ...]


def parse_lyrics(text: str) -> tuple[LyricSection, ...]:
    """Lyrics by sections: each ``[Tag]`` on a line of its own begins one, and so does a blank line in untagged text.

    A tag without lines (``[Instrumental]``) is a section without lines. Spaces are tidied, nothing else is changed.
    """
    sections: list[tuple[str | None, list[str]]] = []
    for raw in text.lstrip("\ufeff").splitlines():
        line = " ".join(raw.split())
        match = _SECTION.match(line)
        if match:
            sections.append(((match.group(1) or match.group(2)).strip(), []))
        elif line:
            if not sections:
                sections.append((None, []))
            sections[-1][1].append(line)
        elif sections and sections[-1][0] is None and sections[-1][1]:
            sections.append((None, []))
    return tuple(LyricSection(tag, tuple(lines)) for tag, lines in sections if tag is not None or lines)


def time_lyrics(text: str, analysis: Analysis, audio: Audio | None, rate: int) -> tuple[LyricLine, ...]:
    """When each line of ``text`` is sung, in order; without ``audio`` from what ``analysis`` heard alone.

    The lines, each with a length that its syllables suggest, are laid over the stretches where the voice is
    heard by dynamic programming: as much voice as possible within lines, as little as possible between
    them, lines beginning where the voice sets in. The pace that fits best wins. Raises
    :class:`Refused` when there is no line, or more text than the recording could hold.
    """
    sections = parse_lyrics(text)
    lines = [line for section in sections for line in section.lines]
    if not lines:
        raise Refused("There are no lyrics to time: the text has no lines.")
    counts = np.asarray([max(1, count_syllables(line)) for line in lines])
    if counts.sum() * 0.08 > analysis.duration:
        raise Refused(
            f"{counts.sum()} syllables of lyrics don't fit into {analysis.duration:.0f} seconds: is it the right text?"
        )
    begins = np.cumsum([0, *(len(section.lines) for section in sections)])
    breaks = np.isin(np.arange(len(lines)), begins)
    voice, onsets = _evidence(analysis, audio, rate, int(counts.sum()))
    starts, ends = max((_align(voice, onsets, counts, breaks, pace) for pace in _PACES), key=lambda a: a[0])[
        1:
    ]
    return tuple(
        LyricLine(float(a) / _FPS, min(float(b) / _FPS, analysis.duration), line)
        for a, b, line in zip(starts, ends, lines, strict=True)
    )


def _evidence(analysis: Analysis, audio: Audio | None, rate: int, count: int) -> tuple[Array, Array]:
    """Evidence for singing, about -2 to 2, and for a line's beginning, both ``(steps,)`` at :data:`_FPS`."""
    steps = max(2, int(analysis.duration * _FPS))
    times = (np.arange(steps) + 0.5) / _FPS
    if audio is None:
        voice = np.full(steps, -1.0 if analysis.vocals else 0.0, np.float32)
        for span in analysis.vocals:
            voice[(times >= span.start) & (times < span.end)] = 1.0
        onset = np.zeros(steps, np.float32)
        if analysis.beats:
            onset[np.clip((np.asarray(analysis.beats) * _FPS).astype(int), 0, steps - 1)] = 0.3
        return voice, onset
    mid, side = downmix(audio, rate)
    odds = voice_odds(mid, side)
    odds = np.interp(times, np.arange(len(odds)) / VOICE_FPS, odds)
    # The text tells how much singing there must be: that share of the frames counts as sung.
    share = float(np.clip(count * 0.25 / analysis.duration, 0.1, 0.8))
    voice = np.clip((odds - np.quantile(odds, 1 - share)) / (odds.std() + 1e-6), -2, 2)
    envelope = onset_envelopes(mid)[MIDDLE]
    edges = np.arange(steps + 1) * ONSET_FPS / _FPS
    onset = np.asarray(
        [
            envelope[int(a) : max(int(a) + 1, int(b))].max(initial=0.0)
            for a, b in zip(edges[:-1], edges[1:], strict=True)
        ]
    )
    return voice.astype(np.float32), (0.3 * np.minimum(onset, 3)).astype(np.float32)


def _align(
    voice: Array, onsets: Array, counts: Ints, breaks: np.ndarray, pace: float
) -> tuple[float, Ints, Ints]:
    """Score, first and last steps of the lines, by dynamic programming over alternating lines and gaps."""
    steps = len(voice)
    total = np.concatenate(([0.0], np.cumsum(voice)))
    around = np.pad(total, 4, mode="edge")
    rise = (around[8:] - 2 * around[4:-4] + around[:-8]) / 4
    begin = 1.0 * rise + np.concatenate((onsets, [0.0]))
    longest_gap = min(steps, int(_LONGEST_GAP * _FPS))
    gaps = np.arange(longest_gap + 1)
    ends = np.full((len(counts), steps + 1), -np.inf)
    lengths = np.zeros((len(counts), steps + 1), np.intp)
    pauses = np.zeros((len(counts), steps + 1), np.intp)
    score = begin - total  # before the first line: silence
    for line, count in enumerate(counts):
        expected = count * pace * _FPS
        spans = np.arange(max(2, int(0.5 * expected)), max(4, int(2.0 * expected) + 1))
        prior = -4.0 * np.log(spans / expected) ** 2
        candidates = _lagged(score, spans) + (total[:, None] - _lagged(total, spans, 0.0)) + prior
        lengths[line] = spans[candidates.argmax(axis=1)]
        ends[line] = candidates.max(axis=1)
        if line + 1 < len(counts):
            weight = 0.6 if breaks[line + 1] else 1.5
            cost = -weight * np.log1p(gaps / (0.5 * _FPS))
            candidates = _lagged(ends[line] + total, gaps) + cost
            pauses[line + 1] = gaps[candidates.argmax(axis=1)]
            score = candidates.max(axis=1) - total + begin
    final = ends[-1] - (total[-1] - total)
    stop = int(final.argmax())
    value = float(final[stop])
    starts, stops = np.zeros(len(counts), np.intp), np.zeros(len(counts), np.intp)
    for line in range(len(counts) - 1, -1, -1):
        stops[line] = stop
        starts[line] = stop - lengths[line, stop]
        stop = starts[line] - pauses[line, starts[line]]
    return value, starts, stops


def _lagged(values: Array, lags: Ints, fill: float = -np.inf) -> Array:
    """``values[t - lag]`` for every ``t`` and lag, ``(steps, lags)``; ``fill`` before the beginning."""
    padded = np.concatenate((np.full(int(lags[-1]), fill), values))
    return padded[np.arange(len(values))[:, None] + int(lags[-1]) - lags]
