"""What a tool answers: a few words for the model, typed fields for the host, links for the person."""

import json
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from itertools import accumulate
from pathlib import Path
from typing import Any

from mcp.types import CallToolResult, ResourceLink
from pydantic import BaseModel

from audiopod_mcp.operations import (
    OPERATIONS,
    Analysis,
    Job,
    Lrc,
    NotDone,
    Result,
    SeparateStems,
    operation_of,
)
from audiopod_mcp.operations.vocabulary import MIME_TYPES
from audiopod_mcp.plain_text import one_line, quoted, quoted_lines, without_credentials

from .analyses import AnalysisSummary, analysis_result
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

LONGEST_WAIT = 600.0
"""Seconds that one call may wait."""
ROOM_FOR_NOTES = range(LONGEST_NOTES, 60, -20)
"""Characters of notes, from what is hoped for downwards."""
LONGEST_RECEIPT = 1500
"""Characters of what was done."""
LONGEST_SHOWN = 300
"""Characters of a text of which nothing is known."""


class JobSummary(BaseModel, defer_build=True):
    """What every tool that makes a job publishes of it; more would cost models tokens at every turn."""

    job_id: int


class JobState(JobSummary):
    """What ``get_job`` publishes: what a host acts upon."""

    status: str
    next: str | None = None
    """The call that goes on from here, while there is something to wait for or to mend."""
    uri: str | None = None
    """What names its audio in other calls."""


class JobResult(JobState):
    """One job as every job tool returns it.

    It is enough without the text beside it, and the text is without it: hosts show models only one of them.
    """

    output_url: str | None = None
    error: str | None = None
    task: str | None = None
    display_name: str | None = None
    progress: float | None = None
    audio_duration: float | None = None
    bpm: float | None = None
    keyscale: str | None = None
    actual_seeds: list[int] | None = None
    quality_score: float | None = None
    done: list[str] | None = None
    not_done: list[NotDone] | None = None
    notes: list[str] | None = None
    saved: str | None = None
    output_urls: dict[str, str] | None = None
    """By format, where there are several takes, in place of ``output_url``: the first, then ``flac_2`` …"""
    stems: dict[str, str] | None = None
    """Of a set of stems, what names each in other calls."""


def _summary_of(job: Job, saved: str | None, wait: float, room: int) -> JobResult:
    """``job`` as a :class:`JobResult`, its audio named by files where it has any here.

    Notes have ``room`` characters.
    """
    urls = {name: Path(path).as_uri() for name, path in (job.files or {}).items()} or shown_links(job)
    own = default_format(job)
    takes = {name: url for name, url in urls.items() if name.partition("_")[0] == own}
    finished = job.status == "COMPLETED"
    details = (job.details or {}) if finished else {}
    bpm, key = details.get("bpm"), details.get("keyscale")
    facts = {f"{bpm:g} BPM" if isinstance(bpm, int | float) else None, str(key).lower()}
    told = [line for line in job.done or () if line not in facts and line.lower() not in facts]
    done = [line for line in told if not any(other.endswith(f": {line}") for other in told)]
    return JobResult(
        job_id=job.id,
        status=job.status,
        next=_next(job, wait),
        uri=f"audiopod://jobs/{job.id}",
        task=job.task,
        display_name=job.display_name,
        progress=None if job.is_finished else job.progress,
        audio_duration=job.audio_duration,
        bpm=bpm if isinstance(bpm, int | float) and bpm else None,
        keyscale=one_line(key, LONGEST_TERM) if isinstance(key, str) else None,
        actual_seeds=job.actual_seeds or None,
        quality_score=job.quality_score,
        done=lines_that_fit(done, LONGEST_RECEIPT),  # without what is told above, or of another wish
        not_done=job.not_done or None,
        notes=lines_that_fit(job.notes or (), room),
        saved=saved,
        output_url=None if len(takes) > 1 else urls.get(own) or next(iter(urls.values()), None),
        output_urls=takes if len(takes) > 1 else None,
        stems=stems_of(job) if job.stem_urls and job.task == SeparateStems.endpoints()[0].task else None,
        error=job.error_message,
    )


_ARGUMENTS = frozenset(name for operation in OPERATIONS for name in operation.model_fields)
"""What the reason of a failure begins with where the caller asked for what can't be done."""


def _next(job: Job, wait: float) -> str | None:
    """The call that goes on from a job which is not finished, or did not get there."""
    if job.status == "FAILED":
        if _ARGUMENTS.issuperset((job.error_message or "").partition(":")[0].split(" or ")):
            return "a new call that asks for something else; as it is it would fail again"
        return f'retry_job {{"job_id": {job.id}}} once the cause is gone, or a new call without it'
    return None if job.is_finished else waiting_call(job.id, wait)


def waiting_call(job_id: int, seconds: float) -> str:
    """The call that waits for a job, in words that a model can follow."""
    return f'get_job {{"job_id": {job_id}, "wait_seconds": {min(seconds, LONGEST_WAIT):g}}}'


class LrcSummary(BaseModel, defer_build=True):
    """What ``generate_lrc`` publishes of its result."""

    job_id: int | None = None
    lrc_content: str


class LrcResult(LrcSummary):
    """Timed lyrics, and where they stay."""

    uri: str | None = None
    lrc_url: str | None = None
    notes: list[str] | None = None


class Renamed(BaseModel, defer_build=True):
    """A job that has another title."""

    job_id: int
    display_name: str


class SavedAudio(BaseModel, defer_build=True):
    """A file that was written."""

    path: str
    size_bytes: int


class SavedText(SavedAudio):
    """A take, notes or words that were written."""

    note: str | None = None
    """Of notes and chords that were written by ear: that they were; of one of several takes: which it is."""


class Deleted(BaseModel, defer_build=True):
    """A job that is gone."""

    job_id: int
    deleted: bool
    note: str | None = None
    """How to get it back, where that can be done."""


def job_result(job: Job, saved: str | None = None, *, wait: float = 45.0) -> CallToolResult:
    """A job that is done, still running, or failed (then an error result).

    ``saved`` says where it was saved. ``wait`` is for how many seconds the next call had better wait for a
    running one. Notes are shortened until the whole is short enough; receipts are not.
    """
    job = _complaining_of_arguments(job)
    for room in ROOM_FOR_NOTES:
        told = _told(job, _summary_of(job, saved, wait, room))
        if size_of(told) <= LARGEST:
            return told
    # It is long for another reason, so that nothing is won by leaving notes out.
    return _told(job, _summary_of(job, saved, wait, LONGEST_NOTES))


def _complaining_of_arguments(job: Job) -> Job:
    """``job``, its failure told of the argument behind the field of the request that it names."""
    field, colon, why = (job.error_message or "").partition(": ")
    operation = operation_of(job.task or "") if colon else None
    if operation is None:
        return job
    name = operation.argument_behind(field, job.task or "", job.caption or "")
    return job.model_copy(update={"error_message": f"{name}: {why}"})


def _told(job: Job, result: JobResult) -> CallToolResult:
    title = f", {quoted(job.display_name)}" if job.display_name else ""
    name = f"Job {job.id} ({job.task or 'music'}{title})"
    if job.status == "COMPLETED":
        facts = [
            format_duration(job.audio_duration) if job.audio_duration else None,
            f"{result.bpm:g} BPM" if result.bpm else None,
            term(result.keyscale) if result.keyscale else None,
            f"seed {', '.join(map(str, job.actual_seeds))}" if job.actual_seeds else None,
        ]
        takes = [*(result.output_urls or {}).values()]
        audio = result.output_url or next(iter(takes), None)
        return tool_result(
            result,
            result.saved,
            f"{name} is finished: {', '.join(fact for fact in facts if fact) or 'audio is ready'}.",
            f"Done: {quoted('; '.join(result.done))}" if result.done else None,
            *(f"Not done: {quoted(wish.asked)}: {quoted(wish.instead)}" for wish in job.not_done or ()),
            noted(result.notes),
            f"Stems: {', '.join(result.stems)}: each is {result.uri}/stems/NAME." if result.stems else None,
            f"{'Mix' if result.stems else 'Listen'}: {audio}" if audio else None,
            *(f"Take {number}: {url}" for number, url in enumerate(takes[1:], 2)),
            f"Go on with {result.uri}",
            links=job_links(job),
        )
    if job.status in {"FAILED", "CANCELLED"}:
        failed = tool_result(
            result,
            f"{name} {'was cancelled' if job.status == 'CANCELLED' else 'failed'}: "
            f"{quoted(job.error_message) if job.error_message else 'the service gave no reason'}"
            + (f". Next: {result.next}" if result.next else ""),
            noted(result.notes),
        )
        return failed.model_copy(update={"is_error": True})
    share = f" ({job.progress:.0f} %)" if job.progress else ""
    return tool_result(
        result,
        f"{name} is still {job.status.lower()}{share}; it will be {result.uri}. Nothing is lost and nothing "
        f"needs repeating. Next: {result.next}, until it is finished.",
    )


def stems_of(job: Job) -> dict[str, str] | None:
    """What names each stem of ``job`` in other calls, by track."""
    return {track: f"audiopod://jobs/{job.id}/stems/{track}" for track in job.stem_urls or ()} or None


def job_links(job: Job) -> list[ResourceLink]:
    """Links to the audio and, where there are any, the lyrics of a finished job."""
    if job.status != "COMPLETED":
        return []
    title = job.title
    root, name = f"audiopod://jobs/{job.id}", f"job-{job.id}"
    links = []
    if job.audio_urls:
        kind = MIME_TYPES.get(default_format(job), "application/octet-stream")
        links.append(link_to(f"{root}/audio", f"{name}-audio", title, kind))
    if job.lrc_content:
        links.append(link_to(f"{root}/lyrics", f"{name}-lyrics", f"{title}: timed lyrics", "text/plain"))
    return links


def lrc_result(lrc: Lrc) -> CallToolResult:
    notes = lines_that_fit(lrc.notes or (), LONGEST_NOTES)
    if lrc.job_id is None:
        return tool_result(
            LrcResult(lrc_content=lrc.lrc_content, notes=notes), quoted_lines(lrc.lrc_content), noted(notes)
        )
    uri, title = f"audiopod://jobs/{lrc.job_id}/lyrics", f"Timed lyrics of job {lrc.job_id}"
    return tool_result(
        LrcResult(job_id=lrc.job_id, lrc_content=lrc.lrc_content, uri=uri, lrc_url=lrc.lrc_url, notes=notes),
        quoted_lines(lrc.lrc_content),
        noted(notes),
        f"{title}: {uri}",
        links=[link_to(uri, f"job-{lrc.job_id}-lyrics", title, "text/plain")],
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
    Analysis: (AnalysisSummary, analysis_result),
    Lrc: (LrcSummary, lrc_result),
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
