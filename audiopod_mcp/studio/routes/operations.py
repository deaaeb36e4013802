"""The endpoints that make something: one for every declared operation, one a mode for new music."""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final, TypeAlias

from anyio import to_thread
from pydantic import ValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from audiopod_mcp.operations import OPERATIONS, Endpoint, ExtractStem, KeptResult, Operation
from audiopod_mcp.plain_text import one_line, without_secrets
from audiopod_mcp.studio.engines.registry import load_engine
from audiopod_mcp.studio.jobs.journal import traceparent_of
from audiopod_mcp.studio.jobs.ledger import TooMany
from audiopod_mcp.studio.jobs.runner import Studio
from audiopod_mcp.studio.jobs.store import KeyReused, Store
from audiopod_mcp.studio.jobs.task import Result
from audiopod_mcp.studio.media.links import media_name
from audiopod_mcp.studio.media.sources import find_source, job_source
from audiopod_mcp.studio.media.store import MASTER_FORMAT
from audiopod_mcp.studio.stored_job import StoredJob
from audiopod_mcp.worker_pool import WorkerDied

from .admission import WAITING, admit_job, admit_request, admitted_to_wait, too_many_answers
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
    while_heard,
)
from .made_before import set_with_stem

logger = logging.getLogger("audiopod_mcp.studio")

JOB_SOURCE: Final = "source"
"""What an engine finds the audio of a referenced job under."""

Sources: TypeAlias = dict[str, dict[str, Any]]
"""Where the audio is, by argument."""

_MISSING: Final = {"original_job_id": "Original music job not found"}


def routes() -> list[Route]:
    """A POST route for each address of each operation."""
    return [
        Route(endpoint.path, _handler(operation, endpoint), methods=["POST"])
        for operation in OPERATIONS
        for endpoint in operation.endpoints()
    ]


def _handler(operation: type[Operation], endpoint: Endpoint) -> Callable[[Request], Awaitable[Response]]:
    async def handle(request: Request) -> Response:
        owner = owner_of(request)
        body = await body_of(request)
        numbers = {name: path_number(request, name) for name in request.path_params}
        wanted = read_operation(operation, endpoint, {**body, **endpoint.fixed, **numbers})
        check_engine(studio_of(request), wanted)
        sources = await to_thread.run_sync(find_sources, wanted, studio_of(request), base_of(request), owner)
        await to_thread.run_sync(check_request, studio_of(request), wanted)
        respond = _perform if operation.is_synchronous() else _create
        return await respond(request, wanted, sources, owner)

    return handle


def check_engine(studio: Studio, wanted: Operation) -> None:
    """Raise ``HTTPException`` where the studio's engine does no such thing."""
    engine = studio.config.engine
    if wanted.task not in (able := load_engine(engine).tasks()):
        raise HTTPException(422, f"{wanted.task}: the engine {engine} does only {', '.join(able)}")


def check_request(studio: Studio, wanted: Operation) -> None:
    """Raise ``HTTPException`` where the studio's engine is sure to refuse ``wanted``, whatever it hears."""
    if refusal := load_engine(studio.config.engine).refusal(wanted.task, wanted.parameters()):
        raise HTTPException(422, refusal)


def read_operation(
    operation: type[Operation],
    endpoint: Endpoint,
    body: dict[str, Any],
    told_as: Mapping[str, str] | None = None,
) -> Operation:
    """The operation that ``body`` asks for; ``told_as`` says which fields the caller knows by other names.

    Raises:
        InvalidFields: where it is not one.

    """
    try:
        return operation.from_body(body)
    except ValidationError as error:
        names = operation.wire_names_at(endpoint.fixed) if told_as is None else told_as
        raise InvalidFields(validation_details(error, operation, "body", names)) from None
    except (RecursionError, OverflowError):
        raise HTTPException(400, "the body is nested too deeply, or a number in it is too large") from None


def find_sources(wanted: Operation, studio: Studio, base: str, owner: str) -> Sources:
    """Where the audio of ``wanted`` is, by argument; all that can be checked now is checked now."""
    found: Sources = {}
    for argument in wanted.job_references:
        if (job_id := getattr(wanted, argument)) is not None:
            job = studio.store.job(job_id, owner)
            found[JOB_SOURCE] = job_source(argument, job, _MISSING.get(argument, NO_JOB))
    for argument in wanted.sources:
        if (value := getattr(wanted, argument)) is not None:
            found[argument] = find_source(argument, value, studio.config, (base,), owner, studio.store.job)
    if isinstance(wanted, ExtractStem):
        found = {
            argument: set_with_stem(studio.store, studio.config, source, wanted.track_name, owner) or source
            for argument, source in found.items()
        }
    return found


async def _create(request: Request, wanted: Operation, sources: Sources, owner: str) -> Response:
    """Store a job, and answer with it."""
    job, is_new = await create_job(request, wanted, sources, owner)
    message = "Music job created" if is_new else "Music job created before, with the same Idempotency-Key"
    return JSONResponse({"job": job_json(job, base_of(request)), "message": message})


async def create_job(
    request: Request, wanted: Operation, sources: Sources, owner: str
) -> tuple[StoredJob, bool]:
    """The job of a request, stored, and whether it is a new one."""
    studio = studio_of(request)
    key = request.headers.get("idempotency-key", "").strip()
    if len(key) > 255:
        raise HTTPException(422, "Idempotency-Key: at most 255 characters")

    trace = traceparent_of(request.headers)

    def create() -> tuple[StoredJob, bool]:
        admit_request(studio, owner)
        values = _columns(wanted, sources, studio, owner)
        with studio.store.alone(owner):  # counted and stored in one step
            if not studio.store.was_created(owner, key or None):  # then it is no other job
                admit_job(studio, owner)
            job, is_new = studio.store.create(
                {**values, "idempotency_key": key or None, "traceparent": trace}
            )
            if is_new:
                studio.queue.put("jobs", job.id, owner)
            return job, is_new

    try:
        job, is_new = await to_thread.run_sync(create)
    except KeyReused:
        raise HTTPException(
            422, "Idempotency-Key: this key was used for another request; use a new one"
        ) from None
    studio.wake()
    return job, is_new


def _columns(wanted: Operation, sources: Sources, studio: Studio, owner: str) -> dict[str, Any]:
    params = wanted.parameters()
    # Only what is fetched keeps its password or signature: nobody needs them among the parameters.
    for argument in (argument for argument, source in sources.items() if "url" in source):
        name = wanted.wire_names.get(argument, argument)
        params[name] = without_secrets(params[name])
    request = json.dumps([wanted.task, wanted.body()], sort_keys=True)
    origin = next((studio.store.job(source["job"]) for source in sources.values() if "job" in source), None)
    language = params.get("vocal_language")
    length = params.get("audio_duration") or -1
    return {
        "owner": owner,
        "task": wanted.task,
        "params": params,
        "sources": sources,
        "engine": studio.config.engine,
        "format": params.get("format", MASTER_FORMAT),
        "display_name": params.get("display_name"),
        "caption": wanted.caption_text,
        "song_type": wanted.song_type or (origin and origin.song_type),
        "language": language if language != "unknown" else None,
        "genre": params.get("genre_preset"),
        "thumbnail_url": params.get("thumbnail_url"),
        "audio_duration": length if length > 0 else None,
        "fingerprint": hashlib.sha256(request.encode()).hexdigest(),
    }


async def _perform(request: Request, wanted: Operation, sources: Sources, owner: str) -> Response:
    """Answer with the result, made now or kept in the job that is referred to."""
    studio, model = studio_of(request), wanted.result
    job = None
    if JOB_SOURCE in sources:
        job = await to_thread.run_sync(studio.store.job, sources[JOB_SOURCE]["job"])
    known = {name: getattr(wanted, name) for name in wanted.job_references} | {"engine": studio.config.engine}
    known = {name: value for name, value in known.items() if name in model.model_fields}
    stored = getattr(job, wanted.stored_as) if job and wanted.stored_as else None
    fields: dict[str, Any] = {str(wanted.stored_as): stored}
    if not stored:
        params = wanted.parameters()
        if job:
            params |= {name: job.params.get(name) for name in wanted.job_parameters}
        await to_thread.run_sync(admit_request, studio, owner)
        async with admitted_to_wait(studio, owner):
            done = await while_heard(request, _answer(studio, owner, wanted.task, params, sources))
        fields = (done.outcome and done.outcome.result) or {}
        if not fields or (wanted.stored_as and not fields.get(wanted.stored_as)):
            return JSONResponse(
                {"success": False, **known, "error": one_line(done.error or model.nothing, 600)}
            )
    if job and "lrc_url" in model.model_fields:  # the only text that a studio serves as a file
        known["lrc_url"] = f"{base_of(request)}/media/{job.id}/{media_name(job, 0)}.lrc"
    try:
        result = model.model_validate(fields | known)
    except ValidationError as malformed:
        where = [item["loc"] for item in malformed.errors(include_url=False)]
        logger.error("the engine's result of %s is not as declared at %s", wanted.task, where)
        line = f"the {studio.config.engine} engine's {model.noun} is malformed; this is a fault in the engine"
        return JSONResponse({"success": False, **known, "error": line})
    content = {"success": True, **result.model_dump(mode="json", exclude_unset=True)}
    if not stored:
        await to_thread.run_sync(_keep, wanted, content, studio.store, sources, owner)
    shown = wanted.told(result)
    return JSONResponse(content | shown.model_dump(mode="json", exclude_unset=True))


def _keep(wanted: Operation, content: dict[str, Any], store: Store, sources: Sources, owner: str) -> None:
    """Keep of a result what its declaration says: in the job referred to, among details, or by an id."""
    if wanted.stored_as and JOB_SOURCE in sources:
        store.update(sources[JOB_SOURCE]["job"], {wanted.stored_as: content[wanted.stored_as]})
    source = next((s for s in sources.values() if "job" in s and "stem" not in s), None)
    details = {name: content[name] for name in wanted.source_details if content.get(name)}
    if source and details:
        store.add_details(source["job"], source["take"], owner, details)
    if issubclass(wanted.result, KeptResult):
        content["id"] = store.add_analysis(owner, content)


async def _answer(studio: Studio, owner: str, task: str, params: dict[str, Any], sources: Sources) -> Result:
    """Do a task whose answer somebody waits for."""
    try:
        return await studio.answer(owner, task, params, sources, WAITING)
    except TooMany:
        raise too_many_answers() from None
    except WorkerDied:
        raise HTTPException(
            503, "the process at work on this ended without a word, most likely out of memory"
        ) from None
