"""A page of jobs, so short that a model can afford to look: every job has a line and an entry of its own."""

from __future__ import annotations

import json
from typing import Any

from mcp.types import CallToolResult
from pydantic import BaseModel

from audiopod_mcp.api import JobPage
from audiopod_mcp.operations import Job, JobQuery
from audiopod_mcp.plain_text import one_line, quoted

from .phrases import format_duration, tool_result

LARGEST_JOB = 190
"""Bytes of a job, its line in the text and its entry in the structure together."""
WORDS = range(80, -2, -2)
"""Characters of title and caption, from what is hoped for downwards."""
SHORT_CAPTION = 14
"""Bytes of a caption that stays beside the longest title: a stem's is the name of its track."""


class JobList(BaseModel, defer_build=True):
    """A page of jobs, newest first."""

    jobs: list[dict[str, Any]]
    total: int | None = None


class JobPageResult(JobList):
    """The page as it is told."""

    next: str | None = None
    """The call that shows those which come after."""


def job_list(page: JobPage, query: JobQuery) -> CallToolResult:
    """``page`` as the answer to ``query``."""
    jobs = page.jobs[: query.limit]  # a service may not keep to it
    told = [_told(job) for job in jobs]
    total = len(jobs) if page.total is None else page.total
    first, last = query.skip + 1, query.skip + len(jobs)
    more = query.model_dump(mode="json", exclude_unset=True) | {"skip": last}
    following = f"list_jobs {json.dumps(more, ensure_ascii=False)}" if jobs and last < total else None
    return tool_result(
        JobPageResult(jobs=[fields for fields, _ in told], total=total, next=following),
        f"Jobs {first} to {last} of {total}, newest first: completed unless told otherwise."
        if jobs
        else "No such jobs.",
        *(line for _, line in told),
        f"Next: {following}" if following else None,
    )


def _told(job: Job) -> tuple[dict[str, Any], str]:
    """The entry and the line of ``job``, its words shortened until both are short enough."""
    for most in WORDS:
        fields, line = _with_words(job, most)
        if len(f"{json.dumps(fields, ensure_ascii=False)}, {line}\n".encode()) <= LARGEST_JOB:
            break
    return fields, line


def _with_words(job: Job, most: int) -> tuple[dict[str, Any], str]:
    title = one_line(job.display_name, most) if job.display_name and most else ""
    caption = job.caption or ""
    if len(json.dumps(caption, ensure_ascii=False).encode()) - 2 > SHORT_CAPTION:
        room = most - len(title)
        caption = one_line(caption, room) if room and (not title or room >= SHORT_CAPTION) else ""
    fields = {
        "job_id": job.id,
        "status": job.status,
        "task": job.task,
        "display_name": title,
        "caption": caption,
        "audio_duration": round(job.audio_duration, 1) if job.audio_duration else None,
        "source_job_id": job.source_job_id,
        "source_take": job.source_take,
    }
    line = [
        f"{job.id} {job.task or 'music'}",
        "" if job.status == "COMPLETED" else job.status.lower(),
        format_duration(job.audio_duration) if job.audio_duration else "",
        ": ".join(quoted(words) for words in (title, caption) if words),
        f"of job {job.source_job_id}" if job.source_job_id else "",
    ]
    return {name: value for name, value in fields.items() if value}, " ".join(filter(None, line))
