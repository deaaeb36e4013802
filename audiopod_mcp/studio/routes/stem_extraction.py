"""The endpoints of AudioPod's stem service, which its SDK calls: all stems of a recording in one job.

There its jobs have numbers of their own; here they are jobs like all others, told in that service's words.
"""

from __future__ import annotations

from typing import Any, Final

from anyio import to_thread
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from audiopod_mcp.operations import JobFilters, SeparateStems
from audiopod_mcp.operations.vocabulary import STEM_SETS
from audiopod_mcp.studio.stored_job import StoredJob

from .http import base_of, body_of, owner_of, query_of, stem_urls, studio_of
from .jobs import delete_job, find_job, retry_hint
from .operations import check_engine, create_job, find_sources, read_operation

PREFIX: Final = "/api/v1/stem-extraction"
NO_JOB: Final = "Stem job not found"
_ELSEWHERE: Final = "POST /api/v1/music/extract-stem gives one track alone"


def routes() -> list[Route]:
    return [
        Route(f"{PREFIX}/api/extract", extract, methods=["POST"]),
        Route(f"{PREFIX}/modes", modes),
        Route(f"{PREFIX}/status/{{job_id}}", status),
        Route(f"{PREFIX}/jobs", list_stem_jobs),
        Route(f"{PREFIX}/jobs/{{job_id}}", status),
        Route(f"{PREFIX}/jobs/{{job_id}}", delete, methods=["DELETE"]),
    ]


async def extract(request: Request) -> Response:
    owner, studio = owner_of(request), studio_of(request)
    form = await _form_of(request)
    if "file" in form:
        raise HTTPException(
            422, "file: uploads are not taken here; give url: an http(s) URL or audiopod://jobs/{id}"
        )
    if form.get("mode") == "single":
        raise HTTPException(422, f"mode: 'single' is not done here; {_ELSEWHERE}")
    (endpoint,) = SeparateStems.endpoints()
    body = {"src_audio_url" if name == "url" else name: value for name, value in form.items() if value != ""}
    wanted = read_operation(SeparateStems, endpoint, body, {"src_audio_url": "url"})
    check_engine(studio, wanted)
    sources = await to_thread.run_sync(find_sources, wanted, studio, base_of(request), owner)
    job, _ = await create_job(request, wanted, sources, owner)
    return JSONResponse(stem_job_json(job, base_of(request)))


async def modes(request: Request) -> Response:
    owner_of(request)
    return JSONResponse({"modes": {mode: {"stems": list(stems)} for mode, stems in STEM_SETS.items()}})


async def status(request: Request) -> Response:
    job = await _find(request)
    return JSONResponse(stem_job_json(job, base_of(request)), headers=await retry_hint(request, job))


async def list_stem_jobs(request: Request) -> Response:
    query: JobFilters = query_of(request, JobFilters)
    (endpoint,) = SeparateStems.endpoints()
    query = query.model_copy(update={"task": endpoint.task})
    jobs, total = await to_thread.run_sync(studio_of(request).store.jobs, owner_of(request), query)
    told = [stem_job_json(job, base_of(request)) for job in jobs]
    return JSONResponse(told, headers={"X-Total-Count": str(total)})


async def delete(request: Request) -> Response:
    await _find(request)
    return await delete_job(request)


def stem_job_json(job: StoredJob, base: str) -> dict[str, Any]:
    """A job as the stem service tells it."""
    finished = job.status == "COMPLETED" and job.takes
    return {
        "id": job.id,
        "status": job.status,
        "mode": job.params.get("mode"),
        "progress": round(job.progress, 1),
        "display_name": job.display_name,
        "duration": job.audio_duration if finished else None,
        "download_urls": stem_urls(job, base) if finished else None,
        "error_message": job.error_message,
        "notes": job.notes or None,
        "not_done": [wish.model_dump() for wish in job.not_done] or None,
        "created_at": job.created_at,
        "completed_at": job.completed_at,
    }


async def _find(request: Request) -> StoredJob:
    (endpoint,) = SeparateStems.endpoints()
    job = await find_job(request)
    if job.task != endpoint.task:
        raise HTTPException(404, NO_JOB)
    return job


async def _form_of(request: Request) -> dict[str, Any]:
    """The fields of a form, as the SDK sends them, or of a JSON object."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() == "application/json":
        return await body_of(request)
    async with request.form(max_files=1, max_fields=20) as form:
        return {name: value if isinstance(value, str) else "" for name, value in form.items()}
