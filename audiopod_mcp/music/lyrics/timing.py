"""Lyrics: their text, and when each line of a known text is sung in a recording."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from audiopod_mcp.music.model import Analysis, Audio, LyricLine, Progress, Refused, silent

from .alignment import align, hear, infer, voice_within
from .syllables import count_syllables
from .text import parse_lyrics, stanza_starts

_FASTEST = 0.08
"""Seconds a syllable below which nobody raps."""


_DOUBTFUL = 0.25
"""Confidence below which a line is named as doubtful."""


_HEARD = 0.5
"""Log-odds of singing within the lines below which it is doubtful whether anyone sings: of 22 instrumentals
20 stay below, of 87 recordings with a voice 86 lie above.
"""


def time_lyrics(
    text: str, analysis: Analysis, audio: Audio | None, rate: int, report: Progress = silent
) -> tuple[LyricLine, ...]:
    """The lines of :func:`place_lyrics`."""
    return place_lyrics(text, analysis, audio, rate, report)[0]


def place_lyrics(
    text: str, analysis: Analysis, audio: Audio | None, rate: int, report: Progress = silent
) -> tuple[tuple[LyricLine, ...], str]:
    """When each line of ``text`` is sung, in order, and in words how far to trust that; without ``audio``
    from what ``analysis`` heard alone.

    The voice is listened for, passages whose words return are looked for where the music returns, and the
    lines are laid over both (:func:`align`), stanzas as they are parted in the text. Raises
    :class:`Refused` when there is no line, or more text than the recording could hold.
    """
    sections = parse_lyrics(text)
    lines = [line for section in sections for line in section.lines]
    if not lines:
        raise Refused("lyrics_without_lines")
    counts = np.asarray([max(1, count_syllables(line)) for line in lines], np.intp)
    if counts.sum() * _FASTEST > analysis.duration:
        raise Refused("lyrics_too_long", syllables=int(counts.sum()), duration=analysis.duration)
    if audio is None:
        evidence = infer(analysis, len(lines))
    else:
        evidence = hear(audio, rate, len(lines), lambda part, doing: report(0.5 * part, doing))
    parted = stanza_starts(sections)
    words = [re.sub(r"[\W_]+", "", line.lower()) for line in lines]
    placed = align(evidence, words, counts, parted, lambda part, doing: report(0.5 + 0.5 * part, doing))
    heard = bool(analysis.vocals) and voice_within(evidence, placed) > _HEARD
    timed = tuple(
        LyricLine(round(start, 3), round(min(end, analysis.duration), 3), line)
        for (start, end, _), line in zip(placed, lines, strict=True)
    )
    return timed, _remark([place.confidence for place in placed], heard)


def _remark(confidences: Sequence[float], heard: bool) -> str:
    """What the reader of the times should know: how they were found, and which can't be relied on."""
    doubtful = [number for number, sure in enumerate(confidences, 1) if sure < _DOUBTFUL]
    remark = (
        "Times are estimated from where a voice seems to sing, without recognising words; "
        "where an instrument was taken for the voice, or other words are sung, they can be seconds off."
    )
    if not heard:
        return f"{remark} Here no clear singing was heard, so all are doubtful: check them by ear."
    if len(doubtful) > 0.5 * len(confidences):
        return f"{remark} Here most lines are doubtful: check them by ear."
    if doubtful:
        return (
            f"{remark} Doubtful: {'line' if len(doubtful) == 1 else 'lines'} {', '.join(map(str, doubtful))}."
        )
    return remark
