"""What whoever runs the studio asks: whether it may be sent requests, and how much there is to do."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime
from typing import Final

from anyio import to_thread
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from audiopod_mcp.studio.jobs.journal import ENDED, SECONDS
from audiopod_mcp.studio.jobs.runner import Studio

from .http import studio_of

_UNFINISHED: Final = (
    "SELECT engine, status, count(*), min(created_at) FROM jobs WHERE status IN ('PENDING', 'PROCESSING') "
    "GROUP BY engine, status"
)
_HELP: Final = {
    "audiopod_jobs_unfinished": "Jobs that wait (PENDING) or run (PROCESSING), by engine",
    "audiopod_oldest_unfinished_seconds": "How long ago the oldest of them was made",
    "audiopod_places": "How many jobs this process does at the same time",
    "audiopod_jobs_ended_total": "Runs of jobs that ended in this process, by task and end",
    "audiopod_job_seconds_total": "Seconds that they queued, waited for audio or a place, and worked",
}


def routes() -> list[Route]:
    return [Route("/ready", ready), Route("/metrics", metrics)]


async def ready(request: Request) -> Response:
    """Whether jobs can be kept now; ``/health`` tells only that the process lives."""
    studio = studio_of(request)
    try:
        await to_thread.run_sync(studio.store.database.rows, "SELECT 1")
    except sqlite3.Error:
        return JSONResponse({"status": "the job store does not answer"}, 503, headers={"Retry-After": "5"})
    return JSONResponse({"status": "ready"})


async def metrics(request: Request) -> Response:
    """In the text format of Prometheus, where the studio was told to; nothing in it is anybody's."""
    studio = studio_of(request)
    if not studio.config.metrics:
        raise HTTPException(404, "Not Found")
    lines = await to_thread.run_sync(_lines, studio)
    return PlainTextResponse("\n".join(lines) + "\n", media_type="text/plain; version=0.0.4")


def _lines(studio: Studio) -> list[str]:
    now = datetime.now(UTC)
    values: dict[str, list[tuple[str, float]]] = {name: [] for name in _HELP}
    for engine, status, count, oldest in studio.store.database.rows(_UNFINISHED):
        labels = f'engine="{_escaped(engine)}",status="{status}"'
        values["audiopod_jobs_unfinished"].append((labels, count))
        age = max(0.0, (now - datetime.fromisoformat(oldest)).total_seconds())
        values["audiopod_oldest_unfinished_seconds"].append((labels, age))
    values["audiopod_places"].append(("", studio.config.workers))
    for (task, end), count in ENDED.items():
        values["audiopod_jobs_ended_total"].append((f'task="{_escaped(task)}",end="{end}"', count))
    for stage, seconds in SECONDS.items():
        values["audiopod_job_seconds_total"].append((f'stage="{stage}"', seconds))
    lines = []
    for name, told in values.items():
        kind = "counter" if name.endswith("_total") else "gauge"
        lines += [f"# HELP {name} {_HELP[name]}", f"# TYPE {name} {kind}"]
        lines += [
            f"{name}{{{labels}}} {value:g}" if labels else f"{name} {value:g}" for labels, value in told
        ]
    return lines


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
