"""Lyrics: their text, and when each line of a known text is sung in a recording."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from audiopod_mcp.music.analysis.voice_prominence import CLEAR_PROMINENCE, voice_prominence
from audiopod_mcp.music.model import (
    Analysis,
    Audio,
    LyricLine,
    Progress,
    Refused,
    ignore_progress,
    progress_within,
)

from .alignment import (
    AlignedLine,
    align_lines,
    evidence_from_analysis,
    evidence_from_audio,
    step_count,
    vocal_log_odds_within,
)
from .letter_sounds import count_sung_syllables
from .phrase_search import align_phrases
from .syllables import count_syllables
from .text import parse_lyrics, stanza_starts
from .voice_evidence import evidence_from_voice

_MIN_SYLLABLE = 0.08
"""Seconds a syllable below which nobody raps."""
_MIN_CONFIDENCE = 0.25
"""Confidence below which a line is named as doubtful."""
_MIN_VOCAL_LOG_ODDS = 0.5
"""Log-odds of singing within the lines below which it is doubtful whether anyone sings: of 22 instrumentals
20 stay below, of 87 recordings with a voice 86 lie above.
"""


def align_lyrics(
    text: str, analysis: Analysis, audio: Audio | None, rate: int, report: Progress = ignore_progress
) -> tuple[LyricLine, ...]:
    """The lines of :func:`align_lyrics_with_note`, without the note."""
    return align_lyrics_with_note(text, analysis, audio, rate, report)[0]


def align_lyrics_with_note(
    text: str,
    analysis: Analysis,
    audio: Audio | None,
    rate: int,
    report: Progress = ignore_progress,
    voice: Audio | None = None,
) -> tuple[tuple[LyricLine, ...], str]:
    """When each line of a text is sung in a recording, and in words how far to trust that.

    The voice is listened for, passages whose words repeat are looked for where the music repeats, and the
    lines are laid over both (:func:`align_lines`), stanzas as they are parted in the text. Where the voice
    was separated, they are laid over that alone (:func:`align_phrases`).

    Parameters
    ----------
    text : str
        Lyrics, with or without section tags.
    analysis : Analysis
        Of the recording.
    audio : float32 array, shape (samples, channels), or None
        ``None``: the lines are placed by what the analysis heard alone.
    rate : int
        Samples a second.
    report : Progress
    voice : float32 array, shape (samples, channels), optional
        The voice, separated from the recording by a trained network.

    Returns
    -------
    lines : tuple of LyricLine
        In order.
    note : str
        For the reader of the times.

    Raises
    ------
    Refused
        There is no line, or more text than the recording could hold.
    """
    sections = parse_lyrics(text)
    lines = [line for section in sections for line in section.lines]
    if not lines:
        raise Refused("lyrics_without_lines")
    if voice is None:
        syllables = [max(1, count_syllables(line)) for line in lines]
    else:
        shouted = all(line.upper() == line for line in lines)
        syllables = [count_sung_syllables(line, shouted=shouted) for line in lines]
    counts = np.asarray(syllables, np.intp)
    if counts.sum() * _MIN_SYLLABLE > analysis.duration:
        raise Refused("lyrics_too_long", syllables=int(counts.sum()), duration=analysis.duration)
    aligned: list[AlignedLine]
    if voice is not None:
        report(0.2, "listening to the voice")
        heard = evidence_from_voice(voice, rate, step_count(len(voice) / rate, len(lines)))
        aligned = align_phrases(heard, lines, counts, progress_within(report, 0.5, 1.0))
        clear = audio is None or voice_prominence(audio, voice, rate) >= CLEAR_PROMINENCE
        sung = clear and bool(voice.any())
    else:
        if audio is None:
            evidence = evidence_from_analysis(analysis, len(lines))
        else:
            evidence = evidence_from_audio(audio, rate, len(lines), progress_within(report, 0.0, 0.5))
        words = [re.sub(r"[\W_]+", "", line.lower()) for line in lines]
        parted = stanza_starts(sections)
        aligned = align_lines(evidence, words, counts, parted, progress_within(report, 0.5, 1.0))
        sung = bool(analysis.vocals) and vocal_log_odds_within(evidence, aligned) > _MIN_VOCAL_LOG_ODDS
    timed = tuple(
        LyricLine(round(start, 3), round(min(end, analysis.duration), 3), line)
        for (start, end, _), line in zip(aligned, lines, strict=True)
    )
    return timed, _reliability_note([line.confidence for line in aligned], sung, voice is not None)


def _reliability_note(confidences: Sequence[float], sung: bool, separated: bool) -> str:
    """What the reader of the times should know: how they were found, and which can't be relied on."""
    doubtful = [number for number, sure in enumerate(confidences, 1) if sure < _MIN_CONFIDENCE]
    by = "the voice, separated from the rest," if separated else "where a voice seems to sing,"
    note = (
        f"Times are estimated from {by} without recognising words; "
        "where an instrument was taken for the voice, or other words are sung, they can be seconds off."
    )
    if not sung:
        return f"{note} Here no clear singing was heard, so all are doubtful: check them by ear."
    if len(doubtful) > 0.5 * len(confidences):
        return f"{note} Here most lines are doubtful: check them by ear."
    if doubtful:
        return (
            f"{note} Doubtful: {'line' if len(doubtful) == 1 else 'lines'} {', '.join(map(str, doubtful))}."
        )
    return note
