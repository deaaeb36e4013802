"""What is sung in a recording: words that a speech recogniser hears, as far as they can be believed.

Speech recognisers of this kind write fluent words of silence and of instruments, too. So they hear only where
a voice was heard before, half a minute at a time, and what they say is left out unless it is sure, fits the
time it should take, and does not go round in circles. The thresholds of probability and compression are those
with which Whisper judges itself (Radford et al., "Robust Speech Recognition via Large-Scale Weak
Supervision", 2022, section 4.5); the others were chosen without recordings to measure them on.
"""

from __future__ import annotations

import re
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, NamedTuple, Protocol

import numpy as np
import soxr

from audiopod_mcp.music.model import Audio, LyricLine, Progress, Span, progress_within
from audiopod_mcp.music.signal.stft import Array

from .syllables import count_syllables

RECOGNITION_RATE: Final = 16_000
"""Samples a second that a recogniser hears, one channel."""
WINDOW: Final = 28.0
"""Seconds that it hears at a time; it was trained on 30."""

_MARGIN: Final = 0.4
"""Seconds before and after singing that are heard with it."""
_PAUSE: Final = 4.0
"""Seconds without singing that part two windows."""
_CUT_WITHIN: Final = 6.0
"""Seconds at the end of a full window in which it is cut where it is softest."""
_ASKED_FOR_LANGUAGE: Final = 3
"""Windows, the longest ones, that the language is heard in."""
_MIN_LANGUAGE: Final = 0.5
"""Probability of a language below which nothing is understood."""
_MIN_PROBABILITY: Final = float(np.exp(-1))
"""Mean probability of a line's tokens below which it is not believed."""
_MAX_COMPRESSION: Final = 2.4
"""Bytes of a window's text for each byte of it compressed, above which it goes round in circles."""
_MIN_SUNG: Final = 0.3
"""Share of a line during which a voice is heard."""
_SYLLABLES: Final = (0.2, 12.0)
"""A second, at least and at most."""
_MIN_BELIEVED: Final = 0.5
"""Share of what was recognised, seconds, that has to be believed for any of it to be."""
_SAME_EVERYWHERE: Final = 3
"""Windows with one and the same text, if they are most of them, in which it was surely not sung."""
_ASIDE: Final = re.compile(r"[\[(（【*][^\])）】*]*[\])）】*]|[♪♫#]+")
"""What is no word: "[Music]", "(applause)", "♪"."""


class Utterance(NamedTuple):
    """What a recogniser takes for one line; times are seconds from the start of what it heard."""

    start: float
    end: float
    text: str
    probability: float
    """Geometric mean of those of its tokens."""


class Recognizer(Protocol):
    """A speech recogniser. What it hears is at :data:`RECOGNITION_RATE`, mono, up to half a minute."""

    def languages(self, heard: Array) -> Mapping[str, float]:
        """The probability of each language, by its code."""

    def recognize(self, heard: Array, language: str, report: Progress) -> Sequence[Utterance]:
        """The lines in it, in order; what ``report`` raises stops it."""


@dataclass(frozen=True)
class Transcript:
    """What was understood."""

    lines: tuple[LyricLine, ...]
    language: str | None
    """Its code, such as ``"en"``; ``None`` where nothing was understood."""
    missed: tuple[Span, ...]
    """Where a voice is heard, and what it sings was not understood."""


def transcribe(
    voice: Audio, rate: int, sung: Sequence[Span], recognizer: Recognizer, report: Progress
) -> Transcript:
    """The words of a recording.

    Parameters
    ----------
    voice : float32 array, shape (samples, channels)
        The recording or, better, its vocals alone.
    rate : int
    sung : sequence of Span
        Where a voice is heard, seconds, in order.
    recognizer : Recognizer
    report : Progress

    Returns
    -------
    Transcript
    """
    windows = list(_windows(voice, rate, sung))
    if not windows:
        return Transcript((), None, ())
    language = _language(voice, rate, windows, recognizer, progress_within(report, 0.0, 0.1))
    if language is None:
        return Transcript((), None, tuple(windows))
    heard = []
    for number, window in enumerate(windows):
        part = progress_within(
            report, 0.1 + 0.9 * number / len(windows), 0.1 + 0.9 * (number + 1) / len(windows)
        )
        part(0.0, "understanding the words")
        utterances = recognizer.recognize(_cut(voice, rate, window), language, part)
        heard.append([_placed(utterance, window) for utterance in utterances])
    believed = _believed(heard, sung)
    missed = [window for window, found in zip(windows, believed, strict=True) if not found]
    lines = sorted((line for window in believed for line in window), key=lambda line: line.start)
    ends = [*(line.start for line in lines[1:]), len(voice) / rate]
    timed = tuple(replace(line, end=min(line.end, end)) for line, end in zip(lines, ends, strict=False))
    return Transcript(timed, language if timed else None, tuple(missed))


def with_sections(lines: Sequence[LyricLine], sections: Sequence[Span]) -> str:
    """Lines as lyrics, below the tags of the sections that they begin in: ``[Verse]``, ``[Chorus]`` …"""
    out: list[str] = []
    before: Span | None = None
    for line in lines:
        own = next((s for s in reversed(sections) if s.start <= line.start + _MARGIN), None)
        if own is not before and own is not None:
            out += [*([""] if out else []), f"[{own.label.title()}]"]
        out.append(line.text)
        before = own
    return "\n".join(out)


def _windows(voice: Audio, rate: int, sung: Sequence[Span]) -> Iterator[Span]:
    """What is heard at a time: singing, parted at pauses and where it is softest."""
    duration = len(voice) / rate
    groups: list[list[float]] = []
    for span in sung:
        start, end = max(0.0, span.start - _MARGIN), min(duration, span.end + _MARGIN)
        if groups and start - groups[-1][1] < _PAUSE:
            groups[-1][1] = max(end, groups[-1][1])
        elif end > start:
            groups.append([start, end])
    for start, end in groups:
        while end - start > WINDOW:
            cut = _softest(voice, rate, start + WINDOW - _CUT_WITHIN, start + WINDOW)
            yield Span(start, cut, "vocals")
            start = cut
        yield Span(start, end, "vocals")


def _softest(voice: Audio, rate: int, start: float, end: float) -> float:
    """When it is softest for a fifth of a second, seconds."""
    length = max(1, round(0.2 * rate))
    stretch = voice[round(start * rate) : round(end * rate)]
    count = len(stretch) // length
    if count == 0:
        return end
    power = np.square(stretch[: count * length]).reshape(count, -1).mean(axis=1)
    return start + (int(power.argmin()) + 0.5) * length / rate


def _cut(voice: Audio, rate: int, window: Span) -> Array:
    """The window as a recogniser hears it, at least a second."""
    mono = voice[round(window.start * rate) : round(window.end * rate)].mean(axis=1)
    at_rate = np.asarray(soxr.resample(mono, rate, RECOGNITION_RATE), np.float32)
    return np.pad(at_rate, (0, max(0, RECOGNITION_RATE - len(at_rate))))


def _language(
    voice: Audio, rate: int, windows: Sequence[Span], recognizer: Recognizer, report: Progress
) -> str | None:
    """The language of the longest windows; ``None`` where none is likely."""
    longest = sorted(windows, key=lambda window: window.start - window.end)[:_ASKED_FOR_LANGUAGE]
    total: Counter[str] = Counter()
    for number, window in enumerate(longest):
        report(number / len(longest), "hearing which language it is")
        total.update(recognizer.languages(_cut(voice, rate, window)))
    language, probability = max(total.items(), key=lambda entry: entry[1], default=("", 0.0))
    return language if probability >= _MIN_LANGUAGE * len(longest) else None


def _placed(utterance: Utterance, window: Span) -> Utterance:
    """``utterance`` in seconds of the recording, without what is no word."""
    text = " ".join(_ASIDE.sub(" ", utterance.text).split())
    return Utterance(
        window.start + utterance.start, window.start + utterance.end, text, utterance.probability
    )


def _believed(heard: Sequence[Sequence[Utterance]], sung: Sequence[Span]) -> list[list[LyricLine]]:
    """Of each window the lines that can be believed."""
    worded = [[one for one in window if any(map(str.isalpha, one.text))] for window in heard]
    texts = [" ".join(one.text.lower() for one in window) for window in worded]
    same = Counter(filter(None, texts))
    believed: list[list[LyricLine]] = []
    for window, text in zip(worded, texts, strict=True):
        everywhere = same[text] >= _SAME_EVERYWHERE and 2 * same[text] > len(heard)
        circling = everywhere or _compression(text) > _MAX_COMPRESSION
        kept = [] if circling else [one for one in window if _is_likely(one, sung)]
        believed.append([LyricLine(round(one.start, 2), round(one.end, 2), one.text) for one in kept])
    there = sum(one.end - one.start for window in worded for one in window)
    kept_time = sum(line.end - line.start for window in believed for line in window)
    return believed if kept_time >= _MIN_BELIEVED * there else [[] for _ in heard]


def _is_likely(line: Utterance, sung: Sequence[Span]) -> bool:
    length = line.end - line.start
    if length <= 0 or not line.probability >= _MIN_PROBABILITY:
        return False
    inside = sum(max(0.0, min(line.end, s.end) - max(line.start, s.start)) for s in sung)
    slowest, fastest = _SYLLABLES
    return inside >= _MIN_SUNG * length and slowest <= max(1, count_syllables(line.text)) / length <= fastest


def _compression(text: str) -> float:
    raw = text.encode()
    return len(raw) / len(zlib.compress(raw))
