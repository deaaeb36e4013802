"""The endpoints that make something: one for every declared operation, one a mode for new music."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Awaitable, Callable, Iterator
from typing import Any, Final

from anyio import to_thread
from pydantic import ValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from audiopod_mcp.operations import API_PREFIX, OPERATIONS, GenerateLrc, GenerateMusic, Operation
from audiopod_mcp.operations.vocabulary import MODES
from audiopod_mcp.studio.engines.base import Work
from audiopod_mcp.studio.jobs.processes import WorkerDied
from audiopod_mcp.studio.jobs.runner import RESULT, CanNotRun, Studio, new_folder
from audiopod_mcp.studio.jobs.store import KeyReused, StoredJob
from audiopod_mcp.studio.jobs.task import Result
from audiopod_mcp.studio.media.download import NotFetched
from audiopod_mcp.studio.media.links import media_name
from audiopod_mcp.studio.media.sources import find_source, job_source

from .http import (
    NO_JOB,
    InvalidFields,
    base_of,
    body_of,
    job_json,
    owner_of,
    path_number,
    studio_of,
    validation_details,
)

JOB_SOURCE: Final = "source"
"""What an engine finds the audio of a referenced job under."""

_SONG_TYPES: Final = {
    "text2rap": "rap",
    "lyric2vocals": "vocals",
    "text2samples": "samples",
    "prompt2instrumental": "instrumental",
    "text2music": "song",
    "simple": "song",
    "cover": "song",
    "reference": "song",
}
_MISSING: Final = {"original_job_id": "Original music job not found"}


def variants() -> Iterator[tuple[type[Operation], str, dict[str, str]]]:
    """Every operation with its path, and what the path says beyond the body."""
    for operation in OPERATIONS:
        if operation is GenerateMusic:
            yield from ((operation, f"{API_PREFIX}/{mode}", {"mode": mode}) for mode in MODES)
        else:
            yield operation, f"{API_PREFIX}/{operation.path}", {}


def routes() -> list[Route]:
    """A POST route for each."""
    return [
        Route(path, _endpoint(operation, fixed), methods=["POST"]) for operation, path, fixed in variants()
    ]


def _endpoint(operation: type[Operation], fixed: dict[str, str]) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        owner = owner_of(request)
        body = {**await body_of(request), **fixed}
        if operation is GenerateLrc:
            return await _time_lyrics(request, path_number(request), owner)
        wanted = read_operation(operation, body)
        studio = studio_of(request)
        sources = await to_thread.run_sync(_find_sources, wanted, studio, base_of(request), owner)
        if operation.synchronous:
            return await _analyse(wanted, studio, sources, owner)
        return await _create(request, wanted, studio, sources, owner)

    return endpoint


def read_operation(operation: type[Operation], body: dict[str, Any]) -> Operation:
    """The operation that ``body`` asks for.

    Raises:
        InvalidFields: where it is not one.

    """
    try:
        return operation.from_body(body)
    except ValidationError as error:
        names = dict(operation.wire_names)
        if operation is GenerateMusic:
            names["caption"] = GenerateMusic.caption_names.get(body["mode"], "caption")
        raise InvalidFields(validation_details(error, operation, "body", names)) from None
    except (RecursionError, OverflowError):
        raise HTTPException(400, "the body is nested too deeply, or a number in it is too large") from None


def _find_sources(wanted: Operation, studio: Studio, base: str, owner: str) -> dict[str, dict[str, Any]]:
    """Where the audio of ``wanted`` is, by argument; all that can be checked now is checked now."""
    found: dict[str, dict[str, Any]] = {}
    for argument in wanted.job_references:
        if (job_id := getattr(wanted, argument)) is not None:
            job = studio.store.job(job_id, owner)
            found[JOB_SOURCE] = job_source(argument, job, _MISSING.get(argument, NO_JOB))
    for argument in wanted.sources:
        if (value := getattr(wanted, argument)) is not None:
            found[argument] = find_source(argument, value, studio.config, (base,), owner, studio.store.job)
    return found


async def _create(
    request: Request, wanted: Operation, studio: Studio, sources: dict[str, dict[str, Any]], owner: str
) -> Response:
    key = request.headers.get("idempotency-key", "").strip()
    if len(key) > 255:
        raise HTTPException(422, "Idempotency-Key: at most 255 characters")

    def create() -> tuple[StoredJob, bool]:
        if studio.store.unfinished(owner) >= studio.config.queue:
            raise HTTPException(
                429,
                f"{studio.config.queue} jobs are unfinished already; wait for some of them, or delete some",
                headers={"Retry-After": "10"},
            )
        values = _columns(wanted, sources, studio, owner)
        return studio.store.create({**values, "idempotency_key": key or None})

    try:
        job, is_new = await to_thread.run_sync(create)
    except KeyReused:
        raise HTTPException(
            422, "Idempotency-Key: this key was used for another request; use a new one"
        ) from None
    studio.wake()
    message = "Music job created" if is_new else "Music job created before, with the same Idempotency-Key"
    return JSONResponse({"job": job_json(job, base_of(request)), "message": message})


def _columns(
    wanted: Operation, sources: dict[str, dict[str, Any]], studio: Studio, owner: str
) -> dict[str, Any]:
    params = wanted.parameters()
    task = wanted.task
    request = json.dumps([task, wanted.body()], sort_keys=True)
    origin = next((studio.store.job(source["job"]) for source in sources.values() if "job" in source), None)
    song_type = _SONG_TYPES.get(task, origin.song_type if origin else None)
    if params.get("instrumental") and song_type == "song":
        song_type = "instrumental"
    language = params.get("vocal_language")
    words = (params.get(name) for name in ("caption", "prompt", "edit_target_prompt", "track_name"))
    length = params.get("audio_duration") or -1
    return {
        "owner": owner,
        "task": task,
        "params": params,
        "sources": sources,
        "engine": studio.config.engine,
        "format": params.get("format", "flac"),
        "display_name": params.get("display_name"),
        "caption": next((text for text in words if text), None),
        "song_type": song_type,
        "language": language if language != "unknown" else None,
        "genre": params.get("genre_preset"),
        "thumbnail_url": params.get("thumbnail_url"),
        "duration": length if length > 0 else None,
        "fingerprint": hashlib.sha256(request.encode()).hexdigest(),
    }


async def _analyse(
    wanted: Operation, studio: Studio, sources: dict[str, dict[str, Any]], owner: str
) -> Response:
    result = await _while_waiting(studio, wanted.task, wanted.parameters(), sources)
    if result.outcome is None or result.outcome.result is None:
        return JSONResponse({"success": False, "error": result.error or "nothing was heard"})
    heard = dict(result.outcome.result)
    heard |= {"success": True, "engine": studio.config.engine}
    heard["id"] = await to_thread.run_sync(studio.store.add_analysis, owner, heard)
    source = sources["audio_url"]
    if heard.get("sections") and "job" in source:
        await to_thread.run_sync(
            studio.store.add_form, source["job"], source["take"], owner, heard["sections"]
        )
    return JSONResponse(heard)


async def _time_lyrics(request: Request, job_id: int, owner: str) -> Response:
    studio = studio_of(request)
    job = await to_thread.run_sync(studio.store.job, job_id, owner)
    if job is None:
        raise HTTPException(404, NO_JOB)
    source = job_source("job_id", job)
    lrc = job.lrc
    if not lrc:
        params = {"job_id": job.id, "lyrics": job.params.get("lyrics")}
        result = await _while_waiting(studio, "lrc", params, {JOB_SOURCE: source})
        lrc = ((result.outcome and result.outcome.result) or {}).get("lrc_content")
        if not lrc:
            error = result.error or "no words were found to time"
            return JSONResponse({"success": False, "job_id": job.id, "error": error})
        await to_thread.run_sync(studio.store.update, job.id, {"lrc": lrc})
    url = f"{base_of(request)}/media/{job.id}/{media_name(job, 0)}.lrc"
    return JSONResponse({"success": True, "job_id": job.id, "lrc_content": lrc, "lrc_url": url})


async def _while_waiting(
    studio: Studio, task: str, params: dict[str, Any], sources: dict[str, dict[str, Any]]
) -> Result:
    """Do a task whose answer somebody waits for."""
    try:
        async with studio.working_folder() as folder:
            files, original = await studio.collect(sources, folder)
            return await studio.perform_now(Work(task, params, files, original, new_folder(folder, RESULT)))
    except (CanNotRun, NotFetched) as reason:
        return Result(error=str(reason))
    except WorkerDied:
        raise HTTPException(
            503, "the process at work on this ended without a word, most likely out of memory"
        ) from None
