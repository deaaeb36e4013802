"""What a tool answers: a few words for the model, typed fields for the host, links for the person."""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from itertools import accumulate
from pathlib import Path
from typing import Any

from mcp.types import CallToolResult, ContentBlock, ResourceLink, TextContent
from pydantic import BaseModel, create_model

from audiopod_mcp.operations import Analysis, Job, Lrc, Result
from audiopod_mcp.operations.vocabulary import MIME_TYPES
from audiopod_mcp.plain_text import one_line, quoted, quoted_lines, without_credentials

MOST_SECTIONS = 40
"""Parts of a piece that the text tells; the others are in the structured content."""
LONGEST_NOTES = 1500
"""Characters of all notes in the text."""
LONGEST_SHOWN = 300
"""Characters of a text of which nothing is known."""
_SURE = 0.6
"""How probable a time signature must be to be told without the next likely one."""


def _fields(model: type[BaseModel], *names: str) -> dict[str, Any]:
    """The fields ``names`` of ``model``, for the model of a part of it."""
    return {name: (model.model_fields[name].annotation, model.model_fields[name].default) for name in names}


class JobSummary(BaseModel):
    """What a host acts upon. Every tool that makes a job publishes this much, to save the model's tokens."""

    job_id: int
    status: str
    output_url: str | None = None


_ORIGIN = ("engine", "notes")
_MADE = (
    "task", "progress", "audio_duration", "output_urls", "actual_seeds", "quality_score", "done", "not_done",
    *_ORIGIN,
)  # fmt: skip
JobResult = create_model("JobResult", __base__=JobSummary, **_fields(Job, *_MADE), error=(str | None, None))
"""One job, as every job tool returns it; its whole schema is published once, by ``get_job``."""


def summary_of(job: Job) -> JobSummary:
    """``job`` as a :data:`JobResult`, its audio named by files where it has any here."""
    urls = {name: Path(path).as_uri() for name, path in (job.files or {}).items()} or shown_links(job)
    return JobResult.model_validate(
        job.model_dump(include=set(_MADE))
        | {
            "job_id": job.id,
            "status": job.status,
            "output_url": _same_format(job, urls),
            "output_urls": urls or None,
            "notes": job.notes or None,
            "error": job.error_message,
        }
    )


class JobList(BaseModel):
    """A page of jobs, newest first; each like a :class:`JobResult`, with its title, wish and origin."""

    jobs: list[dict[str, Any]]
    total: int | None = None


class _AnalysisId(BaseModel):
    analysis_id: str


_MEASURED = ("caption", "bpm", "keyscale", "timesignature", "duration", "language", "lyrics", "loudness_lufs")
_HEARD = (*_MEASURED, "sections", "vocals", *_ORIGIN)
AnalysisResult = create_model("AnalysisResult", __base__=_AnalysisId, **_fields(Analysis, *_HEARD))
"""What was heard; beats and chords are in the resource ``audiopod://analyses/{analysis_id}``."""


class Renamed(BaseModel):
    """A job that has another title."""

    job_id: int
    display_name: str


class SavedAudio(BaseModel):
    """A file that was written."""

    path: str
    size_bytes: int


class Deleted(BaseModel):
    """A job that is gone."""

    job_id: int
    deleted: bool


def tool_result(
    model: BaseModel, *lines: str | None, links: list[ResourceLink] | None = None
) -> CallToolResult:
    """``lines`` to read, ``model`` as structured content and ``links`` to follow."""
    content: list[ContentBlock] = [TextContent(type="text", text="\n".join(line for line in lines if line))]
    return CallToolResult(
        content=content + list(links or ()),
        structured_content=model.model_dump(mode="json", exclude_none=True),
    )


def job_result(job: Job, saved: str | None = None, *, can_save: bool = False) -> CallToolResult:
    """A job that is done, still running, or failed (then an error result).

    ``saved`` says where it was saved; without that, ``can_save`` says that it may be.
    """
    result = summary_of(job)
    title = f", {quoted(job.display_name)}" if job.display_name else ""
    name = f"Job {job.id} ({job.task or 'music'}{title})"
    if job.status == "COMPLETED":
        details = job.details or {}
        facts = [
            format_duration(job.audio_duration) if job.audio_duration else None,
            f"{bpm:g} BPM" if isinstance(bpm := details.get("bpm"), int | float) and bpm else None,
            _term(key) if isinstance(key := details.get("keyscale"), str) else None,
            f"seed {', '.join(map(str, job.actual_seeds))}" if job.actual_seeds else None,
        ]
        return tool_result(
            result,
            saved,
            f"{name} is finished: {', '.join(fact for fact in facts if fact) or 'audio is ready'}.",
            f"Listen: {result.output_url}" if result.output_url else None,
            f"Done: {quoted(one_line('; '.join(job.done), LONGEST_NOTES))}" if job.done else None,
            *(f"Not done: {quoted(wish.asked)}: {quoted(wish.instead)}" for wish in job.not_done or ()),
            f"Use it further as audiopod://jobs/{job.id} or by its job id"
            + ("; save_audio keeps a copy." if can_save and not saved else "."),
            _noted(job.notes),
            links=job_links(job),
        )
    if job.status in {"FAILED", "CANCELLED"}:
        failed = tool_result(
            result,
            f"{name} {'was cancelled' if job.status == 'CANCELLED' else 'failed'}: "
            f"{quoted(job.error_message) if job.error_message else 'the service gave no reason'}",
            _noted(job.notes),
        )
        return failed.model_copy(update={"is_error": True})
    share = f" ({job.progress:.0f} %)" if job.progress else ""
    return tool_result(
        result,
        f"{name} is still {job.status.lower()}{share}. Nothing is lost and nothing needs repeating: call "
        f'get_job with {{"job_id": {job.id}, "wait_seconds": 45}} until it is finished.',
    )


def job_links(job: Job) -> list[ResourceLink]:
    """Links to the audio and, where there are any, the lyrics of a finished job."""
    if job.status != "COMPLETED":
        return []
    title = job.title
    root, name = f"audiopod://jobs/{job.id}", f"job-{job.id}"
    links = []
    if job.audio_urls:
        kind = MIME_TYPES.get(default_format(job), "application/octet-stream")
        links.append(_link(f"{root}/audio", f"{name}-audio", title, kind))
        links.append(_link(f"{root}/waveform", f"{name}-waveform", f"{title}: waveform", "image/png"))
    if job.lrc_content:
        links.append(_link(f"{root}/lyrics", f"{name}-lyrics", f"{title}: timed lyrics", "text/plain"))
    return links


def _link(uri: str, name: str, title: str, mime_type: str) -> ResourceLink:
    return ResourceLink(type="resource_link", uri=uri, name=name, title=title, mime_type=mime_type)


def analysis_result(analysis: Analysis) -> CallToolResult:
    result = AnalysisResult.model_validate({"analysis_id": str(analysis.id), **analysis.model_dump()})
    facts = [
        f"{analysis.bpm:g} BPM" if analysis.bpm else "no steady tempo",
        _term(analysis.keyscale) if analysis.keyscale else "no clear key",
        _metre(analysis),
        format_duration(analysis.duration) if analysis.duration else None,
        f"{analysis.loudness_lufs:.1f} LUFS" if analysis.loudness_lufs is not None else None,
        f"language {_term(analysis.language)}" if analysis.language else None,
    ]
    sections = analysis.sections or []
    form = ", ".join(
        f"{_term(s.label)} {format_duration(s.start)}–{format_duration(s.end)}"
        for s in sections[:MOST_SECTIONS]
    )
    more = f" and {len(sections) - MOST_SECTIONS} more" if len(sections) > MOST_SECTIONS else ""
    return tool_result(
        result,
        quoted(analysis.caption) if analysis.caption else "Analysed",
        f"{', '.join(fact for fact in facts if fact)}.",
        f"Form: {form}{more}." if sections else None,
        f"Lyrics:\n{quoted_lines(analysis.lyrics)}" if analysis.lyrics else None,
        _noted(analysis.notes),
        links=[
            _link(
                f"audiopod://analyses/{analysis.id}",
                f"analysis-{analysis.id}",
                "Analysis with beats and chords" if analysis.beats else "Analysis",
                "application/json",
            )
        ],
    )


def _metre(analysis: Analysis) -> str | None:
    """The time signature; with the next likely one where it is hardly more probable."""
    sure = analysis.timesignature_confidence
    if (
        analysis.timesignature is None
        or sure is None
        or sure >= _SURE
        or not analysis.timesignature_otherwise
    ):
        return _term(analysis.timesignature) if analysis.timesignature else None
    return f"{_term(analysis.timesignature)} (perhaps {_term(analysis.timesignature_otherwise)})"


def _noted(notes: Sequence[str] | None) -> str | None:
    """The notes on a result, as what they are: words of whoever made it."""
    return f"Note: {quoted(one_line(' '.join(notes), LONGEST_NOTES))}" if notes else None


def _term(text: str) -> str:
    """A term such as ``C# minor``, ``6/8`` or ``pre-chorus 2`` as it is; whatever says more, quoted."""
    return text if re.fullmatch(r"[\w#♯♭/+-]{1,16}( [\w#♯♭/+-]{1,16})?", text) else quoted(text)


def lrc_result(lrc: Lrc) -> CallToolResult:
    return tool_result(
        lrc,
        quoted_lines(lrc.lrc_content),
        _noted(lrc.notes),
        links=[
            _link(
                f"audiopod://jobs/{lrc.job_id}/lyrics",
                f"job-{lrc.job_id}-lyrics",
                f"Timed lyrics of job {lrc.job_id}",
                "text/plain",
            )
        ],
    )


def plain_result(result: Result) -> CallToolResult:
    """A result of which no more is known than its fields."""
    told = result.model_dump(mode="json", exclude_none=True)
    plain = {name: value for name, value in told.items() if isinstance(value, str | int | float)}
    lines = [
        f"{name}: {quoted(value[:LONGEST_SHOWN]) if isinstance(value, str) else value}"
        for name, value in plain.items()
    ]
    rest = ", ".join(sorted(told.keys() - plain.keys()))
    return tool_result(result, *lines, f"Beside the text: {rest}." if rest else None)


PRESENTED: Mapping[type[Result], tuple[type[BaseModel], Callable[[Any], CallToolResult]]] = {
    Job: (JobSummary, job_result),
    Analysis: (AnalysisResult, analysis_result),
    Lrc: (Lrc, lrc_result),
}
"""How tools tell each kind of result: the model that they publish, and what writes it."""


def presentation(model: type[Result]) -> tuple[type[BaseModel], Callable[[Any], CallToolResult]]:
    """How tools tell results of ``model``, which may be one that nobody has foreseen here."""
    return PRESENTED.get(model, (model, plain_result))


def shown_links(job: Job) -> dict[str, str]:
    """The audio by format, as it may be shown: without user and password, which are only for asking."""
    return {name: without_credentials(url) for name, url in job.audio_urls.items()}


def that_fit(items: Sequence[dict[str, Any]], most: int) -> list[dict[str, Any]]:
    """As many of the first ``items`` as take no more than ``most`` characters as JSON; one at least."""
    sizes = list(accumulate(len(json.dumps(item, ensure_ascii=False)) for item in items))
    return list(items[: max(1, bisect_right(sizes, most))])


def default_format(job: Job) -> str:
    """The format of ``output_url``, or else the first there is."""
    urls = job.audio_urls
    return next((name for name, url in urls.items() if url == job.output_url), next(iter(urls), "flac"))


def format_duration(seconds: float) -> str:
    """``1:05`` for 65 seconds."""
    return f"{int(seconds + 0.5) // 60}:{int(seconds + 0.5) % 60:02d}"


def _same_format(job: Job, urls: dict[str, str]) -> str | None:
    return urls.get(default_format(job)) or next(iter(urls.values()), None)
