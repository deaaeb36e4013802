"""What ``analyze_audio`` answers."""

from collections.abc import Sequence

from mcp.types import CallToolResult
from pydantic import BaseModel

from audiopod_mcp.operations import Analysis, Section
from audiopod_mcp.plain_text import one_line, quoted, quoted_lines

from .phrases import (
    LARGEST,
    LONGEST_NOTES,
    LONGEST_TERM,
    format_duration,
    lines_that_fit,
    link_to,
    noted,
    size_of,
    term,
    tool_result,
)

MOST_SECTIONS = 30
"""Parts of a piece that an answer tells; the resource of the analysis has the others."""
ROOM = ((30, LONGEST_NOTES), (12, 150), (6, 70), (3, 70))
"""Stretches of singing, and characters of notes, from what is hoped for downwards."""
_AS_HEARD = {
    "caption", "bpm", "keyscale", "timesignature", "duration", "language", "lyrics", "loudness_lufs",
    "engine",
}  # fmt: skip
_SURE = 0.6
"""How probable a time signature must be to be told without the next likely one."""
_SURE_OF_KEY = 0.5
"""Confidence in a key below which it is called probable."""


class AnalysisSummary(BaseModel, defer_build=True):
    """What ``analyze_audio`` publishes of its result."""

    analysis_id: str
    uri: str
    """What has all of it, beats and chords included."""


class AnalysisResult(AnalysisSummary):
    """What was heard; beats and chords are in the resource ``audiopod://analyses/{analysis_id}``."""

    caption: str | None = None
    bpm: float | None = None
    keyscale: str | None = None
    timesignature: str | None = None
    timesignature_otherwise: str | None = None
    """The next likely one, where the first is in doubt."""
    duration: float | None = None
    language: str | None = None
    lyrics: str | None = None
    loudness_lufs: float | None = None
    sections: list[str] | None = None
    """Each a name and its seconds, as in ``verse 8–24``."""
    vocals: list[str] | None = None
    """Where somebody sings, in seconds."""
    engine: str | None = None
    notes: list[str] | None = None


def analysis_result(analysis: Analysis) -> CallToolResult:
    """What was heard, with as much of the singing and of the notes as leaves the whole short enough."""
    for stretches, room in ROOM:
        told = _told(analysis, stretches, room)
        if size_of(told) <= LARGEST:
            break
    return told


def _told(analysis: Analysis, stretches: int, room: int) -> CallToolResult:
    uri = f"audiopod://analyses/{analysis.id}"
    result = AnalysisResult(
        analysis_id=str(analysis.id),
        uri=uri,
        timesignature_otherwise=_other_metre(analysis),
        sections=_stretches(analysis.sections, MOST_SECTIONS, named=True),
        vocals=_stretches(analysis.vocals, stretches),
        notes=lines_that_fit(analysis.notes or (), room),
        **analysis.model_dump(include=_AS_HEARD),
    )
    facts = [
        f"{analysis.bpm:g} BPM" if analysis.bpm else "no steady tempo",
        _key(analysis),
        _metre(result),
        format_duration(analysis.duration) if analysis.duration else None,
        f"{analysis.loudness_lufs:.1f} LUFS" if analysis.loudness_lufs is not None else None,
        f"language {term(analysis.language)}" if analysis.language else None,
    ]
    more = "beats and chords" if analysis.beats else "the whole analysis"
    return tool_result(
        result,
        quoted(analysis.caption) if analysis.caption else "Analysed",
        f"{', '.join(fact for fact in facts if fact)}.",
        f"Form, in seconds: {', '.join(map(_stretch_term, result.sections))}." if result.sections else None,
        f"Singing, in seconds: {', '.join(result.vocals)}." if result.vocals else None,
        f"Lyrics:\n{quoted_lines(analysis.lyrics)}" if analysis.lyrics else None,
        noted(result.notes),
        f"{more.capitalize()}: {uri}",
        links=[link_to(uri, f"analysis-{analysis.id}", f"Analysis: {more}", "application/json")],
    )


def _key(analysis: Analysis) -> str:
    if not analysis.keyscale:
        return "no clear key"
    probably = analysis.key_confidence is not None and analysis.key_confidence < _SURE_OF_KEY
    return f"{'probably ' * probably}{term(analysis.keyscale)}"


def _stretches(parts: Sequence[Section] | None, most: int, *, named: bool = False) -> list[str] | None:
    """Parts of a piece in words, the longest where there are too many for an answer; ``None`` for none."""
    parts = parts or ()
    longest = sorted(parts, key=lambda part: part.end - part.start, reverse=True)[:most]
    kept = sorted(longest, key=lambda part: part.start)
    told = [
        (f"{one_line(part.label, LONGEST_TERM)} " if named else "")
        + f"{round(part.start, 1):g}–{round(part.end, 1):g}"
        for part in kept
    ]
    more = len(parts) - len(kept)
    return [*told, *([f"{more} more"] if more else [])] or None


def _stretch_term(told: str) -> str:
    """A stretch as :func:`_stretches` tells it, its name quoted where it is more than a term."""
    name, _, seconds = told.rpartition(" ")
    return f"{term(name)} {seconds}"


def _other_metre(analysis: Analysis) -> str | None:
    """The next likely time signature, where the first is hardly more probable."""
    sure = analysis.timesignature_confidence
    doubted = analysis.timesignature is not None and sure is not None and sure < _SURE
    return analysis.timesignature_otherwise if doubted else None


def _metre(result: AnalysisResult) -> str | None:
    if result.timesignature is None:
        return None
    other = result.timesignature_otherwise
    return term(result.timesignature) + (f" (perhaps {term(other)})" if other else "")
