"""Lyrics with a time for every line: a song's own, those that somebody knows, or what is understood."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from audiopod_mcp.music.model import Progress, progress_within

from .base import EngineRefused, Outcome, Work
from .stems import MOST_HEARD, VOICES_NOTE, clear_voice, voice_network_in
from .takes import SourceTrack
from .whisper import Whisper
from .words import NOT_UNDERSTOOD, notes_on, understand

_LINES_ALONE: Final = "Of a recording only lines are timed: its words have no times of their own."


def time_lyrics(
    work: Work,
    source: SourceTrack,
    find_recognizer: Callable[[], Whisper | None],
    models: Path | None,
    report: Progress,
) -> Outcome:
    """The lyrics of ``source``, timed.

    ``find_recognizer`` finds what understands words where nobody gave any, and ``models`` is the folder of
    the models that were added.

    Raises:
        EngineRefused: where there are no words.

    """
    from audiopod_mcp.music.lyrics.lrc import to_lrc

    text = (work.params.get("lyrics") or "").strip()
    # Words of the caller's own are timed, whatever its score may sing.
    given = "src_audio_url" in work.sources and text
    if not given and source.score is not None and source.score.lyrics:
        length = len(source.audio) / source.rate
        return Outcome(result={"lrc_content": to_lrc(source.score.lyrics, length=length, words=True)})
    made, notes = (
        _laid_over(text, source, models, report)
        if text
        else _understood(source, find_recognizer, models, "src_audio_url" in work.sources, report)
    )
    if work.params.get("words"):
        notes.append(_LINES_ALONE)
    result: dict[str, Any] = {"lrc_content": made, **({"notes": notes} if notes else {})}
    return Outcome(result=result)


def _laid_over(
    text: str, source: SourceTrack, models: Path | None, report: Progress
) -> tuple[str, list[str]]:
    """Known words, and notes."""
    from audiopod_mcp.music.analysis.analyze import analyze
    from audiopod_mcp.music.lyrics.lrc import to_lrc
    from audiopod_mcp.music.lyrics.timing import align_lyrics_with_note

    analysis = analyze(source.audio, source.rate, progress_within(report, 0.0, 0.4))
    network = voice_network_in(models)
    voice = None
    if network.weights is not None and source.audio.size <= MOST_HEARD:
        part = progress_within(report, 0.4, 0.75)
        voice = clear_voice(source.audio, source.rate, network.weights, part)
    lines, remark = align_lyrics_with_note(
        text, analysis, source.audio, source.rate, progress_within(report, 0.75, 1.0), voice
    )
    lrc = to_lrc(lines, length=analysis.duration, remark=remark, words=True)
    return lrc, [VOICES_NOTE] if voice is not None else [*network.notes]


def _understood(
    source: SourceTrack,
    find_recognizer: Callable[[], Whisper | None],
    models: Path | None,
    own: bool,
    report: Progress,
) -> tuple[str, list[str]]:
    """Words that nobody gave, of a recording of the caller's ``own`` or of a job, and notes."""
    from audiopod_mcp.music.analysis.analyze import analyze
    from audiopod_mcp.music.lyrics.lrc import to_lrc

    missing = "lyrics: give what is sung, a line a line" if own else "job_id: this job has no lyrics to time"
    if source.score is not None:
        raise EngineRefused(f"{missing}: it was composed without words")
    if (recognizer := find_recognizer()) is None:
        raise EngineRefused(f"{missing}. {NOT_UNDERSTOOD}")
    analysis = analyze(source.audio, source.rate, progress_within(report, 0.0, 0.3))
    network, rest = voice_network_in(models), progress_within(report, 0.3, 1.0)
    transcript = understand(recognizer, source.audio, source.rate, analysis, network.weights, rest)
    notes = [*notes_on(transcript, analysis, recognizer), *network.notes]
    if not transcript.lines:
        raise EngineRefused(f"no words were found to time. {' '.join(notes)}")
    return to_lrc(transcript.lines, length=analysis.duration, remark=" ".join(notes)), notes
