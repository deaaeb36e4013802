"""The endpoints about jobs that exist: tell, list, count, rename, like, retry, delete."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from hashlib import blake2b
from typing import Annotated, Any, Final

import anyio
from anyio import to_thread
from pydantic import AfterValidator, Field, ValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from audiopod_mcp.operations import API_PREFIX, Arguments, JobFilters
from audiopod_mcp.operations.arguments import valid_link
from audiopod_mcp.studio.jobs.patience import ask_again_after
from audiopod_mcp.studio.jobs.result_columns import FORGOTTEN
from audiopod_mcp.studio.jobs.retention import delete
from audiopod_mcp.studio.jobs.store import state_of
from audiopod_mcp.studio.media.store import TRASH_DAYS
from audiopod_mcp.studio.stored_job import StoredJob

from .admission import admit_job, admit_request
from .http import (
    NO_JOB,
    InvalidFields,
    audio_is_gone,
    base_of,
    body_of,
    job_json,
    owner_of,
    path_number,
    query_of,
    studio_of,
    validation_details,
)
from .media import stem_response

LONGEST_WAIT: Final = 25.0
"""Seconds for which an answer is held back while there is no news."""
LARGEST_LIST: Final = 4 * 2**20
"""Characters of a list of jobs, as JSON, within which all is told of each."""
BULKY: Final = ("details", "lyrics", "lrc_content", "done", "not_done")
"""What of a job takes much room, and is no use in a long list."""
_WAIT: Final = re.compile(r'(?:^|[,;])\s*wait\s*=\s*"?([0-9]+)\b', re.IGNORECASE)
COUNTED: Final = ("task", "status", "song_type", "language", "genre")
"""The filters by whose values jobs are counted."""


class Changes(Arguments):
    """What can be changed about a job."""

    display_name: Annotated[str, Field(max_length=255)] | None = None
    """Title"""
    thumbnail_url: Annotated[str, Field(max_length=2048), AfterValidator(valid_link)] | None = None
    """Cover picture"""


def routes() -> list[Route]:
    """Fixed names before the ones with a number in them."""
    jobs, one = f"{API_PREFIX}/jobs", f"{API_PREFIX}/jobs/{{job_id}}"
    return [
        Route(jobs, list_jobs),
        Route(f"{jobs}/counts", count_jobs),
        Route(f"{API_PREFIX}/liked", list_liked),
        Route(f"{API_PREFIX}/filters/stats", filter_stats),
        Route(f"{API_PREFIX}/analyses/{{analysis_id}}", get_analysis),
        Route(f"{one}/status", get_job),
        Route(f"{one}/retry", retry_job, methods=["POST"]),
        Route(f"{one}/like", like_job, methods=["POST", "DELETE"]),
        Route(f"{one}/stems/{{track}}", get_stem),
        Route(one, get_job),
        Route(one, change_job, methods=["PATCH"]),
        Route(one, delete_job, methods=["DELETE"]),
    ]


async def find_job(request: Request) -> StoredJob:
    """The job that the path names.

    Raises:
        HTTPException: 404 where there is none, or it is another's.

    """
    owner = owner_of(request)
    job = await to_thread.run_sync(studio_of(request).store.job, path_number(request), owner)
    if job is None:
        raise HTTPException(404, NO_JOB)
    return job


def that_fit(jobs: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """``jobs``, all of them, and what is bulky of each as long as there is room for it in one answer."""
    room, told = LARGEST_LIST, []
    for job in jobs:
        room -= (size := len(json.dumps(job)))
        if room < 0 and (left_out := [name for name in BULKY if job.get(name)]):
            room += size
            note = (
                f"Left out of this list, which is long: {', '.join(left_out)}; they come with the job itself."
            )
            job = job | dict.fromkeys(left_out) | {"notes": [note]}
        told.append(job)
    return told


def tag_of(job: StoredJob) -> str:
    """What changes when the job gets on: an entity tag."""
    return f'W/"{blake2b(repr(state_of(job)).encode(), digest_size=8).hexdigest()}"'


def preferred_wait(request: Request) -> float:
    """Seconds for which the caller would rather wait than hear nothing new."""
    found = _WAIT.search(request.headers.get("prefer", ""))
    return min(float(found[1]), LONGEST_WAIT) if found else 0.0


def _job_response(request: Request, job: StoredJob) -> JSONResponse:
    studio = studio_of(request)
    return JSONResponse(job_json(job, base_of(request), studio.media if studio.config.tell_files else None))


async def get_job(request: Request) -> Response:
    """The job; with ``If-None-Match`` and ``Prefer: wait=N`` (RFC 7240) as soon as it looks different.

    Who does not wait here is told by ``Retry-After`` when to ask again, where many jobs are done before.
    """
    known, until = request.headers.get("if-none-match"), anyio.current_time() + preferred_wait(request)
    with studio_of(request).news.of("jobs", path_number(request)) as news:
        while tag_of(job := await find_job(request)) == known:
            if (left := until - anyio.current_time()) <= 0:
                return Response(status_code=304, headers={"ETag": known, **await retry_hint(request, job)})
            news.known = state_of(job)
            await news.wait(left)
    response = await _job_answer(request, job)
    response.headers.update({"ETag": tag_of(job), **await retry_hint(request, job)})
    return response


async def retry_hint(request: Request, job: StoredJob) -> dict[str, str]:
    """The header that tells when to ask for ``job`` again, where that is not at once."""
    if preferred_wait(request) or job.status != "PENDING":
        return {}
    seconds = await to_thread.run_sync(ask_again_after, studio_of(request).store.database, job)
    return {} if seconds is None else {"Retry-After": str(seconds)}


async def _job_answer(request: Request, job: StoredJob) -> Response:
    is_there = studio_of(request).media.is_there
    if job.status == "COMPLETED" and job.takes and not await to_thread.run_sync(is_there, job.id):
        line = audio_is_gone(job)
        job = job.model_copy(update={"notes": [*job.notes, f"{line[0].upper()}{line[1:]}."]})
    return _job_response(request, job)


async def list_jobs(request: Request) -> Response:
    return await _list(request, query_of(request, JobFilters))


async def list_liked(request: Request) -> Response:
    query: JobFilters = query_of(request, JobFilters)
    return await _list(request, query.model_copy(update={"liked": True, "include_interactions": True}))


async def _list(request: Request, query: JobFilters) -> Response:
    studio = studio_of(request)
    jobs, total = await to_thread.run_sync(studio.store.jobs, owner_of(request), query)
    base, media = base_of(request), studio.media if studio.config.tell_files else None
    told = that_fit(job_json(job, base, media, interactions=query.include_interactions) for job in jobs)
    headers = {"X-Total-Count": str(total)}
    if len(jobs) == query.limit and (query.sort_by, query.sort_order) == ("created_at", "desc"):
        following = request.url.remove_query_params("skip").include_query_params(before_id=jobs[-1].id)
        headers["Link"] = f'<?{following.query}>; rel="next"'
    return JSONResponse(told, headers=headers)


async def count_jobs(request: Request) -> Response:
    counts = await _counts(request)
    by_task, by_song_type = counts.pop("task"), counts.pop("song_type")
    total = sum(by_task.values())
    return JSONResponse({"total": total, "by_task": by_task, "by_song_type": by_song_type, "filters": counts})


async def filter_stats(request: Request) -> Response:
    counts = await _counts(request)
    liked = await to_thread.run_sync(studio_of(request).store.counts, owner_of(request), "liked")
    return JSONResponse(
        {
            "total_tracks": sum(counts["task"].values()),
            "liked_count": liked.get("1", 0),
            "song_types": counts.pop("song_type"),
            "available_filters": counts,
        }
    )


async def _counts(request: Request) -> dict[str, dict[str, int]]:
    """How many of the caller's jobs there are by each value of each filter."""
    store, owner = studio_of(request).store, owner_of(request)

    def count() -> dict[str, dict[str, int]]:
        return {column: store.counts(owner, column) for column in COUNTED}

    return await to_thread.run_sync(count)


async def change_job(request: Request) -> Response:
    job = await find_job(request)
    body = await body_of(request)
    try:
        changes = Changes.model_validate({k: v for k, v in body.items() if k in Changes.model_fields})
    except ValidationError as error:
        raise InvalidFields(validation_details(error, Changes, "body")) from None
    values = changes.model_dump(include=changes.model_fields_set)
    if not values:
        raise HTTPException(400, "nothing to change: give display_name or thumbnail_url")
    await to_thread.run_sync(studio_of(request).store.update, job.id, values)
    return _job_response(request, await find_job(request))


async def like_job(request: Request) -> Response:
    job = await find_job(request)
    liked = request.method == "POST"
    await to_thread.run_sync(studio_of(request).store.update, job.id, {"liked": int(liked)})
    return JSONResponse({"success": True, "job_id": job.id, "liked": liked})


async def retry_job(request: Request) -> Response:
    job = await find_job(request)
    studio = studio_of(request)
    for argument, source in job.sources.items():
        if job.status == "FAILED" and FORGOTTEN in source:
            raise HTTPException(
                409,
                f"job {job.id} can't be retried: the password or signature in its {argument} was kept for a "
                "day only; make the job anew with a fresh address",
            )

    def retry() -> bool:
        admit_request(studio, job.owner)
        with studio.store.alone(job.owner):
            admit_job(studio, job.owner)
            if retried := studio.store.retry(job.id):
                studio.queue.put("jobs", job.id, job.owner)
            return retried

    if not await to_thread.run_sync(retry):
        raise HTTPException(409, f"Only failed jobs can be retried; job {job.id} is {job.status}")
    job = await find_job(request)
    studio.wake()
    return JSONResponse({"job": job_json(job, base_of(request)), "message": "Music job queued again"})


async def delete_job(request: Request) -> Response:
    job = await find_job(request)
    studio = studio_of(request)

    answer = {"message": "Music job deleted"}
    is_in_trash = await to_thread.run_sync(delete, studio.store, studio.media, job.id)
    studio.upkeep.clear_soon()
    if is_in_trash:
        answer["note"] = (
            f"For {TRASH_DAYS} days, or less where room is short, audiopod-mcp doctor --restore {job.id} "
            "brings it back, on the machine that made it."
        )
    return JSONResponse(answer)


async def get_stem(request: Request) -> Response:
    job = await find_job(request)
    take = job.takes[0] if job.takes else {"stems": ()}
    return await stem_response(studio_of(request), job, take, request.path_params["track"])


async def get_analysis(request: Request) -> Response:
    analysis_id, owner = request.path_params["analysis_id"], owner_of(request)
    analysis = await to_thread.run_sync(studio_of(request).store.analysis, analysis_id, owner)
    if analysis is None:
        raise HTTPException(404, "Analysis not found")
    return JSONResponse({**analysis, "id": analysis_id})
