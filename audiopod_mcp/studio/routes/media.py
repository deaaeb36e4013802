"""The endpoints that give audio and timed lyrics. Their addresses are signed, so they need no key."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from anyio import to_thread
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from audiopod_mcp.disk import describe_full_studio, is_full
from audiopod_mcp.operations.lrc import line_times
from audiopod_mcp.operations.vocabulary import FORMATS, MIME_TYPES
from audiopod_mcp.studio.jobs.runner import Studio
from audiopod_mcp.studio.media.links import Expired, take_of
from audiopod_mcp.studio.media.store import MASTER_FORMAT
from audiopod_mcp.studio.refused import CanNotRun, EngineRefused
from audiopod_mcp.studio.stored_job import StoredJob
from audiopod_mcp.worker_pool import WorkerDied

from .admission import admitted_to_wait
from .http import audio_is_gone, path_number, studio_of


def routes() -> list[Route]:
    return [
        Route("/media/{job_id}/{file}", get_media),
        Route(f"/media/{{job_id}}/{{name}}/{{track}}.{MASTER_FORMAT}", get_stem),
    ]


async def get_media(request: Request) -> Response:
    """A take in a format, with ranges; a format nobody asked for before is made first."""
    studio = studio_of(request)
    name, _, ending = request.path_params["file"].rpartition(".")
    job, take = await _named(request, name)
    if ending == "lrc":
        return _lyrics(job, take, words=request.query_params.get("words", "").lower() in ("1", "true"))
    if ending not in FORMATS:
        raise HTTPException(404, f"there is no format {ending[:16]!r}; there are {', '.join(FORMATS)}")
    path = studio.media.audio(job.id, take["name"], ending)
    with _making(studio, job, "the audio could not be converted"):
        if link := await to_thread.run_sync(studio.media.link, job, path):
            return _elsewhere(link)
        await to_thread.run_sync(studio.media.bring, job, take["name"])
        if not await to_thread.run_sync(path.exists):
            async with admitted_to_wait(studio, job.owner):
                path = await studio.on_demand.converted(job, take["name"], ending)
            if link := await to_thread.run_sync(studio.media.link, job, path):
                return _elsewhere(link)
    return FileResponse(
        path,
        media_type=MIME_TYPES[ending],
        filename=f"{_file_name(job)}.{ending}",
        content_disposition_type="inline",
        headers={"Cache-Control": "private, max-age=86400"},
    )


def _elsewhere(link: str) -> Response:
    """The way to a file that is to be had elsewhere, for some time."""
    return RedirectResponse(link, 307, headers={"Cache-Control": "private, max-age=600"})


@contextmanager
def _making(studio: Studio, job: StoredJob, failed: str) -> Iterator[None]:
    """What is made of the audio of ``job`` inside; what goes wrong there is told as an answer."""
    try:
        yield
    except FileNotFoundError:  # deleted meanwhile
        raise HTTPException(410, audio_is_gone(job)) from None
    except (CanNotRun, WorkerDied) as error:
        raise HTTPException(503, str(error) or f"{failed}; try again") from None
    except OSError as error:
        if not is_full(error):
            raise
        raise HTTPException(507, describe_full_studio(studio.config.data_dir, error)) from None


async def _named(request: Request, name: str) -> tuple[StoredJob, Any]:
    """The job in the path, and which of its takes its address calls ``name``."""
    job = await to_thread.run_sync(studio_of(request).store.job, path_number(request))
    try:
        take = take_of(name, job) if job else None
    except Expired:
        raise HTTPException(410, "this link has expired; the status of the job gives a fresh one") from None
    if job is None or take is None:
        raise HTTPException(404, "there is no such audio (any more)")
    return job, take


async def get_stem(request: Request) -> Response:
    """A stem of a take."""
    job, take = await _named(request, request.path_params["name"])
    return await stem_response(studio_of(request), job, take, request.path_params["track"])


async def stem_response(studio: Studio, job: StoredJob, take: Any, track: str) -> Response:
    if track not in (take["stems"] or ()):
        raise HTTPException(404, f"job {job.id} has no stem of that name")
    try:
        with _making(studio, job, "the stems could not be made"):
            admitted = partial(admitted_to_wait, studio, job.owner)
            path = studio.media.stem(job.id, take["name"], track)
            if link := await to_thread.run_sync(studio.media.link, job, path):
                return _elsewhere(link)
            path = await studio.on_demand.stem(job, take["name"], track, admitted)
    except EngineRefused as reason:
        raise HTTPException(410, f"the stems of job {job.id} can't be had any more: {reason}") from None
    return FileResponse(
        path,
        media_type=MIME_TYPES[MASTER_FORMAT],
        filename=f"{_file_name(job)} - {track}.{MASTER_FORMAT}",
        content_disposition_type="inline",
    )


def _lyrics(job: StoredJob, take: Any, *, words: bool) -> Response:
    lrc = take["lrc"] if take is not job.takes[0] else job.lrc_content or take["lrc"]
    if not lrc:
        raise HTTPException(404, "this audio has no timed lyrics; ask for them with POST {job_id}/lrc")
    return PlainTextResponse(lrc if words else line_times(lrc))


def _file_name(job: StoredJob) -> str:
    words = re.sub(r"[^\w\- ]+", "", job.display_name or "").strip()
    return (words or f"{job.task}-{job.id}")[:100]
