"""Requests read and answers written, once: who asks, what they sent, and how it is told what was wrong."""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
import sqlite3
from collections.abc import Awaitable, Mapping
from typing import Any, Final, TypeVar

import anyio
from anyio import to_thread
from pydantic import BaseModel, ValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from audiopod_mcp.operations import API_PREFIX, Job, error_line
from audiopod_mcp.operations.vocabulary import FORMATS, NOTATION_TYPES
from audiopod_mcp.studio.config import StudioConfig
from audiopod_mcp.studio.jobs.database import Unreachable, is_busy
from audiopod_mcp.studio.jobs.runner import Studio
from audiopod_mcp.studio.jobs.store import LARGEST_ID
from audiopod_mcp.studio.jobs.unusable import explain
from audiopod_mcp.studio.media.links import media_name
from audiopod_mcp.studio.media.sources import SourceRefused
from audiopod_mcp.studio.media.store import MASTER_FORMAT, MediaStore, NotAnswering
from audiopod_mcp.studio.stored_job import COMPUTED, StoredJob

T = TypeVar("T")

NO_JOB: Final = "Music job not found"

logger = logging.getLogger("audiopod_mcp.studio")


class InvalidFields(Exception):
    """A request that is understood and wrong: FastAPI's list of errors."""

    def __init__(self, detail: list[dict[str, Any]]) -> None:
        super().__init__(str(detail))
        self.detail = detail


def studio_of(request: Request) -> Studio:
    """The running studio.

    Raises:
        HTTPException: where the application is mounted but was never started.

    """
    studio: Studio | None = getattr(request.app.state, "studio", None)
    if studio is None:
        raise HTTPException(503, "the studio is not running")
    return studio


def owner_of(request: Request) -> str:
    """Who asks: a digest of the key, or ``""`` for nobody in particular.

    Raises:
        HTTPException: 401 where the key is none, or none of those let in.

    """
    config: StudioConfig = request.app.state.config
    key = request.headers.get("x-api-key", "").strip()
    if not key:
        scheme, _, credentials = request.headers.get("authorization", "").partition(" ")
        key = credentials.strip() if scheme.lower() == "bearer" else ""
    digest = digest_of(key) if key else ""
    if config.api_keys is not None and digest not in {digest_of(known) for known in config.api_keys}:
        raise HTTPException(401, "Invalid API key" if key else "API key required: send it as X-API-Key")
    origin = request.headers.get("origin")
    foreign = origin and origin.partition("://")[2] != request.headers.get("host")
    if foreign and request.method not in {"GET", "HEAD"}:
        raise HTTPException(403, "a page of another site may not use this studio")
    if key and not key.startswith("ap_"):
        raise HTTPException(401, "Invalid API key: keys start with ap_")
    return digest


def digest_of(key: str) -> str:
    return hashlib.sha256(key.encode("utf-8", "surrogateescape")).hexdigest()


def base_of(request: Request) -> str:
    """What this studio's addresses begin with."""
    config: StudioConfig = request.app.state.config
    return (config.public_url or str(request.base_url)).rstrip("/")


async def body_of(request: Request) -> dict[str, Any]:
    """The JSON object that was sent; nothing at all counts as an empty one.

    Raises:
        HTTPException: 400 for what is not JSON.
        InvalidFields: for JSON that is no object.

    """
    raw = await request.body()
    if not raw.strip():
        return {}
    try:
        body = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise HTTPException(400, f"the body is not JSON: {_reason(error)}") from None
    if not isinstance(body, dict):
        raise InvalidFields([{"loc": ["body"], "msg": "the body must be a JSON object", "type": "dict_type"}])
    return body


async def while_heard(request: Request, answer: Awaitable[T]) -> T:
    """``answer``, which is cancelled when the client, whose body was read, goes away."""
    with anyio.CancelScope() as scope:

        async def listen() -> None:
            while (await request.receive())["type"] != "http.disconnect":
                pass
            scope.cancel()

        listening = asyncio.create_task(listen(), name="listening whether somebody waits")
        try:
            return await answer
        finally:
            listening.cancel()
    raise HTTPException(499, "nobody waits for this any more")


def query_of(request: Request, model: type[BaseModel]) -> Any:
    """The query parameters as ``model``. Raises :class:`InvalidFields`."""
    values = {
        name: value for name, value in request.query_params.items() if name in model.model_fields and value
    }
    try:
        return model.model_validate(values)
    except ValidationError as error:
        raise InvalidFields(validation_details(error, model, "query")) from None


def path_number(request: Request, name: str = "job_id") -> int:
    """The number in the path. Raises 404 for one that no job can have."""
    text = request.path_params[name]
    if not (text.isascii() and text.isdigit() and len(text) <= 19 and 0 < int(text) <= LARGEST_ID):
        raise HTTPException(404, NO_JOB)
    return int(text)


def validation_details(
    error: ValidationError, model: type[BaseModel], where: str, wire_names: Mapping[str, str] | None = None
) -> list[dict[str, Any]]:
    """FastAPI's ``detail`` of a validation error, each ``msg`` a line that a person can act on."""
    names = wire_names or {}
    detail = []
    for item in error.errors(include_url=False):
        line = error_line(item, model).replace("advanced.", "")
        steps = [part for part in item["loc"] if part != "advanced" and not str(part).startswith("function-")]
        loc = [where, *(names.get(part, part) if isinstance(part, str) else part for part in steps)]
        detail.append({"loc": loc, "msg": line, "type": item["type"]})
    return detail


def _reason(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"{error.msg} (line {error.lineno}, column {error.colno})"
    return {"RecursionError": "nested too deeply", "UnicodeDecodeError": "not UTF-8"}.get(
        type(error).__name__, "a number has too many digits"
    )


def job_json(
    job: StoredJob, base: str, media: MediaStore | None = None, *, interactions: bool = False
) -> dict[str, Any]:
    """A job as it is told; with ``media``, where its files are."""
    fields = job.model_dump(include=Job.model_fields.keys() - COMPUTED - {"liked"}) | {
        "progress": None if job.status == "PENDING" else round(job.progress, 1),
        "output_url": None,
        "output_urls": None,
        "actual_seeds": [take["seed"] for take in job.takes if take["seed"] is not None] or None,
        "lyrics": job.params.get("lyrics"),
        "notes": job.notes or None,
        "done": job.done or None,
        "not_done": job.not_done or None,
        "details": job.details or None,
        "user_id": int(job.owner[:7], 16) if job.owner else 0,
        **_origin(job),
    }
    if job.status == "COMPLETED" and job.takes:
        fields["output_urls"] = audio_urls(job, base)
        fields["output_url"] = fields["output_urls"][job.format]
        if media is not None:
            fields["files"] = audio_files(job, media)
        root = f"{base}{API_PREFIX}/jobs/{job.id}/notation"
        fields["notation_urls"] = {notation: f"{root}/{notation}" for notation in NOTATION_TYPES}
        fields["stem_urls"] = stem_urls(job, base) or None
    if interactions:
        fields |= {"liked": job.liked, "likes_count": int(job.liked)}
    return Job.model_validate(fields).model_dump(mode="json", exclude_unset=True)


def _origin(job: StoredJob) -> dict[str, Any]:
    """The job, and which of its takes, that this one's audio was made from."""
    source = next((source for source in job.sources.values() if "job" in source), None)
    if source is None:
        return {}
    number = str(source.get("take", "")).removeprefix("take-")
    return {"source_job_id": source["job"], "source_take": int(number) if number.isdigit() else None}


def audio_urls(job: StoredJob, base: str) -> dict[str, str]:
    """Every take in every format; the first under the format's name, the second under ``flac_2``, …"""
    urls = {}
    for number in range(len(job.takes)):
        for audio_format in FORMATS:
            label = audio_format if number == 0 else f"{audio_format}_{number + 1}"
            urls[label] = f"{base}/media/{job.id}/{media_name(job, number)}.{audio_format}"
    return urls


def stem_urls(job: StoredJob, base: str) -> dict[str, str]:
    """The stems of the first take, by track."""
    root = f"{base}/media/{job.id}/{media_name(job, 0)}"
    return {track: f"{root}/{track}.{MASTER_FORMAT}" for track in job.takes[0].get("stems") or ()}


def audio_files(job: StoredJob, media: MediaStore) -> dict[str, str]:
    """The files that surely exist: each take's master, and the format that was asked for."""
    return {
        label: str(media.audio(job.id, take["name"], audio_format))
        for number, take in enumerate(job.takes)
        for audio_format in dict.fromkeys((MASTER_FORMAT, job.format))
        for label in (audio_format if number == 0 else f"{audio_format}_{number + 1}",)
    }


def audio_is_gone(job: StoredJob) -> str:
    """What is said of a finished job whose files are not there."""
    return f"the audio of job {job.id} was removed from the studio's data folder; make it anew, or delete it"


async def on_invalid(_request: Request, error: Exception) -> Response:
    assert isinstance(error, InvalidFields)  # noqa: S101 - registered for these
    lines = dict.fromkeys(item["msg"] for item in error.detail)
    # ``message`` is what AudioPod's SDK shows where ``detail`` is a list.
    return JSONResponse({"detail": error.detail, "message": "; ".join(lines)}, 422)


async def on_refused(_request: Request, error: Exception) -> Response:
    assert isinstance(error, SourceRefused)  # noqa: S101 - registered for these
    return JSONResponse({"detail": str(error)}, error.status)


async def on_http(_request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for these
    return JSONResponse({"detail": error.detail}, error.status_code, headers=error.headers)


async def on_unusable(request: Request, error: Exception) -> Response:
    """The job store does not answer, and nothing was stored; a second try helps where others were busy."""
    assert isinstance(error, sqlite3.Error)  # noqa: S101 - registered for these
    line = await to_thread.run_sync(explain, error, request.app.state.config.data_dir)
    studio_of(request).upkeep.no_store.failed(error, line)
    is_away = isinstance(error, Unreachable)
    if is_away:  # where it lies, and who asks it, is no caller's business
        line = "the studio's database does not answer; try again in a moment"
    if is_away or is_busy(error):
        return JSONResponse({"detail": line}, 503, headers={"Retry-After": "5"})
    return JSONResponse({"detail": line}, 507)


async def on_no_answer(request: Request, error: Exception) -> Response:
    """The audio can't be reached; where it lies is no caller's business."""
    assert isinstance(error, NotAnswering)  # noqa: S101 - registered for these
    studio_of(request).upkeep.no_media.failed(error, error.strerror)
    line = "the object store does not answer; try again in a moment"
    return JSONResponse({"detail": line}, 503, headers={"Retry-After": "5"})


async def on_gone(_request: Request, _error: Exception) -> Response:
    """Whoever asked went away before all of it had come: nothing was begun, and nobody reads this."""
    return Response(status_code=400)


async def on_fault(_request: Request, _error: Exception) -> Response:
    """What nobody foresaw; Starlette raises it on, for the server's log."""
    return JSONResponse({"detail": "the studio failed unexpectedly; its log says more"}, 500)
