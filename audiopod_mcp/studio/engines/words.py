"""The words of a recording, where there is a model that understands them, and what to say of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from audiopod_mcp.music.model import (
    Analysis,
    Audio,
    LyricLine,
    Progress,
    Score,
    Span,
    format_time,
    progress_within,
)

from .stems import MOST_HEARD, clear_voice

if TYPE_CHECKING:
    from audiopod_mcp.music.lyrics.transcription import Transcript
    from audiopod_mcp.music.signal.stft import Array

    from .whisper import Whisper

NOT_UNDERSTOOD: Final = (
    "Words are not understood here without a model: install audiopod-mcp[transcribe] and run "
    "audiopod-mcp models add whisper-base."
)
PERHAPS: Final = "Whether somebody sings is a guess from the whole mix: instruments that glide may sound so."
_MOST_NAMED: Final = 6
"""Stretches that a note names."""


def understand(
    recognizer: Whisper,
    audio: Audio,
    rate: int,
    analysis: Analysis,
    voice_weights: Mapping[str, Array] | None,
    report: Progress,
) -> Transcript:
    """The words of a recording of which ``analysis`` was made; of its voice alone, where that can be had."""
    from audiopod_mcp.music.lyrics.transcription import Transcript, transcribe

    if voice_weights is None or audio.size > MOST_HEARD or not analysis.vocals:
        return transcribe(audio, rate, analysis.vocals, recognizer, report)
    voice = clear_voice(audio, rate, voice_weights, progress_within(report, 0.0, 0.3))
    if voice is None:
        return Transcript((), None, ())
    return transcribe(voice, rate, analysis.vocals, recognizer, progress_within(report, 0.3, 1.0))


def words_result(transcript: Transcript, analysis: Analysis, recognizer: Whisper) -> dict[str, Any]:
    """The fields of an analysis that tell the words."""
    from audiopod_mcp.music.lyrics.transcription import with_sections

    return {
        "lyrics": with_sections(transcript.lines, analysis.sections) or None,
        "language": transcript.language,
        "lines": _told(transcript.lines),
        "notes": list(notes_on(transcript, analysis, recognizer)),
    }


def composed_words(score: Score) -> dict[str, Any]:
    """The same of a piece that was composed here: its own words, if it has any, and whether anybody sings."""
    if not any(part.track in ("vocals", "backing_vocals") for part in score.parts):
        return {"notes": [], "vocals": []}
    if not score.lyrics:
        return {"notes": []}
    from audiopod_mcp.music.lyrics.transcription import with_sections

    return {
        "lyrics": with_sections(score.lyrics, score.sections),
        "language": score.brief.language if score.brief else None,
        "lines": _told(score.lyrics),
        "notes": ["The words are those that it was composed with."],
    }


def _told(lines: Sequence[LyricLine]) -> list[dict[str, Any]] | None:
    return [{"start": line.start, "end": line.end, "label": line.text} for line in lines] or None


def notes_on(transcript: Transcript, analysis: Analysis, recognizer: Whisper) -> tuple[str, ...]:
    """How far the words are to be trusted, and what is not among them."""
    if not transcript.lines and not transcript.missed:
        if analysis.vocals:  # which the separated voice is not
            return ("What seemed to sing is most likely an instrument: no words were listened for.",)
        return ("No singing was heard, so that no words were listened for.",)
    if not transcript.lines:
        return (f"Somebody seems to sing, but {recognizer.name} understood nothing that can be relied on.",)
    trust = f"The words are what {recognizer.name} understood: expect mistakes, singing is hard for it."
    if not transcript.missed:
        return (trust,)
    return (trust, f"Not understood, and left out: {_stretches(transcript.missed)}.")


def _stretches(spans: tuple[Span, ...]) -> str:
    named = [f"{format_time(span.start)}–{format_time(span.end)}" for span in spans[:_MOST_NAMED]]
    more = len(spans) - len(named)
    return ", ".join([*named, *([f"{more} more"] if more else [])])
