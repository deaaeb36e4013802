"""The studio's OpenAPI document, derived from the declared operations."""

from __future__ import annotations

from typing import Any, Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from audiopod_mcp import __version__
from audiopod_mcp.operations import API_PREFIX, Advanced, GenerateLrc, GenerateMusic, Operation
from audiopod_mcp.operations.jobs import JobFilters

from .catalogue import WALLET, Estimate
from .jobs import Changes
from .operations import variants

_JOB_ID: Final = {
    "name": "job_id",
    "in": "path",
    "required": True,
    "schema": {"type": "integer", "minimum": 1},
}
_JOB: Final = {"$ref": "#/components/schemas/Job"}


def routes() -> list[Route]:
    return [Route("/openapi.json", get_document)]


async def get_document(_request: Request) -> Response:
    return JSONResponse(document())


def document() -> dict[str, Any]:
    """The OpenAPI 3.1 document."""
    paths: dict[str, Any] = {path: {"post": _creation(op, fixed)} for op, path, fixed in variants()}
    one = f"{API_PREFIX}/jobs/{{job_id}}"
    paths |= {
        f"{API_PREFIX}/jobs": {"get": _call("List jobs", {"type": "array", "items": _JOB}, _query())},
        f"{one}/status": {"get": _call("One job", _JOB, [_JOB_ID])},
        f"{one}/retry": {"post": _call("Run a failed job again", _created(), [_JOB_ID])},
        one: {
            "get": _call("One job", _JOB, [_JOB_ID]),
            "patch": {**_call("Rename a job", _JOB, [_JOB_ID]), "requestBody": _body(_schema(Changes))},
            "delete": _call("Delete a job and its audio; stop it if it runs", {"type": "object"}, [_JOB_ID]),
        },
        f"{one}/like": {
            "post": _call("Like a job", {"type": "object"}, [_JOB_ID]),
            "delete": _call("Like it no more", {"type": "object"}, [_JOB_ID]),
        },
        f"{one}/stems/{{track}}": {
            "get": _call("One stem of a finished job", None, [_JOB_ID, _word("track")])
        },
        f"{API_PREFIX}/liked": {"get": _call("Liked jobs", {"type": "array", "items": _JOB}, _query())},
        f"{API_PREFIX}/analyses/{{analysis_id}}": {
            "get": _call("An analysis made before", {"type": "object"}, [_word("analysis_id")])
        },
        "/health": {"get": _call("Whether the studio runs", {"type": "object"})},
        f"{WALLET}/balance": {"get": _call("The wallet, which is never needed", {"type": "object"})},
        f"{WALLET}/pricing": {"get": _call("What operations cost: nothing", {"type": "object"})},
    }
    for path, summary in (
        ("estimate", "What some work would cost: nothing"),
        ("check-balance", "Whether the wallet is full enough: always"),
    ):
        paths[f"{WALLET}/{path}"] = {
            "post": {**_call(summary, {"type": "object"}), "requestBody": _body(_schema(Estimate))}
        }
    for path, summary in (
        ("jobs/counts", "How many jobs there are by status"),
        ("filters/stats", "How many jobs there are by each filter"),
        ("presets", "Genre presets"),
        ("model/status", "What makes the music"),
        ("sample-data", "An example to start from"),
    ):
        paths[f"{API_PREFIX}/{path}"] = {"get": _call(summary, {})}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "AudioPod-compatible music studio",
            "version": __version__,
            "description": "AudioPod's Music REST API, served by audiopod-mcp.",
        },
        "paths": paths,
        "components": {
            "schemas": {"Job": _job_schema(), "Error": _error_schema()},
            "securitySchemes": {"key": {"type": "apiKey", "in": "header", "name": "X-API-Key"}},
        },
        "security": [{}, {"key": []}],
    }


def body_schema(operation: type[Operation], fixed: dict[str, str]) -> dict[str, Any]:
    """The JSON schema of what is POSTed: grouped parameters flat, under the wire's names."""
    schema = _schema(operation)
    properties: dict[str, Any] = schema["properties"]
    required = list(schema.get("required", []))
    names = dict(operation.wire_names)
    if operation is GenerateMusic:
        mode = fixed["mode"]
        names["caption"] = GenerateMusic.caption_names.get(mode, "caption")
        del properties["mode"]
        if mode == "simple":
            properties = {n: v for n, v in properties.items() if n in GenerateMusic.taken_by_simple}
        elif mode != "text2samples":
            properties = {n: v for n, v in properties.items() if n not in {"sample_type", "tempo"}}
    if properties.pop("advanced", None):
        properties |= _schema(Advanced)["properties"]
    for name, wire_name in names.items():
        if name in properties:
            properties[wire_name] = properties.pop(name)
    return {
        "type": "object",
        "title": schema["title"],
        "properties": properties,
        "required": [names.get(name, name) for name in required],
    }


def _creation(operation: type[Operation], fixed: dict[str, str]) -> dict[str, Any]:
    title = f"{operation.title} ({fixed['mode']})" if fixed else operation.title
    if operation is GenerateLrc:
        return _call(title, {"type": "object"}, [_JOB_ID])
    answer = {"type": "object"} if operation.synchronous else _created()
    key = {"name": "Idempotency-Key", "in": "header", "schema": {"type": "string", "maxLength": 255}}
    call = _call(title, answer, [] if operation.synchronous else [key])
    return {**call, "description": operation.description, "requestBody": _body(body_schema(operation, fixed))}


def _call(
    summary: str, answer: dict[str, Any] | None, parameters: list[dict[str, Any]] | None = None
) -> dict[str, Any]:
    """A call that answers with JSON like ``answer``, or with audio."""
    content = {"audio/flac": {}} if answer is None else _json(answer)
    error = {"description": "Refused", "content": _json({"$ref": "#/components/schemas/Error"})}
    told = {
        "summary": summary,
        "responses": {"200": {"description": "OK", "content": content}, "4XX": error},
    }
    return told | ({"parameters": parameters} if parameters else {})


def _word(name: str) -> dict[str, Any]:
    return {"name": name, "in": "path", "required": True, "schema": {"type": "string", "minLength": 1}}


def _query() -> list[dict[str, Any]]:
    return [
        {"name": name, "in": "query", "schema": _without_null(schema)}
        for name, schema in _schema(JobFilters)["properties"].items()
    ]


def _without_null(schema: dict[str, Any]) -> dict[str, Any]:
    """``schema`` of a value that, in a query, is left out rather than null."""
    choices = [choice for choice in schema.get("anyOf", ()) if choice != {"type": "null"}]
    rest = {name: value for name, value in schema.items() if name != "anyOf" and value is not None}
    return rest | choices[0] if len(choices) == 1 else schema


def _schema(model: Any) -> dict[str, Any]:
    schema: dict[str, Any] = model.model_json_schema()
    schema.pop("$defs", None)  # only ``advanced`` refers to one, and it is laid out flat
    schema.pop("additionalProperties", None)  # what the studio does not know it passes over
    return schema


def _body(schema: dict[str, Any]) -> dict[str, Any]:
    return {"required": True, "content": _json(schema)}


def _json(schema: dict[str, Any]) -> dict[str, Any]:
    return {"application/json": {"schema": schema}}


def _created() -> dict[str, Any]:
    return {"type": "object", "properties": {"job": _JOB, "message": {"type": "string"}}, "required": ["job"]}


def _job_schema() -> dict[str, Any]:
    words = (
        "output_url",
        "display_name",
        "lrc_content",
        "created_at",
        "completed_at",
        "error_message",
        "stage",
    )
    return {
        "type": "object",
        "required": ["id", "task", "status"],
        "properties": {
            "id": {"type": "integer"},
            "task": {"type": "string"},
            "status": {"enum": ["PENDING", "PROCESSING", "COMPLETED", "FAILED", "CANCELLED"]},
            "progress": {"type": ["number", "null"], "minimum": 0, "maximum": 100},
            "output_urls": {"type": ["object", "null"], "additionalProperties": {"type": "string"}},
            "audio_duration": {"type": ["number", "null"]},
            "actual_seeds": {"type": ["array", "null"], "items": {"type": "integer"}},
            "quality_score": {"type": ["number", "null"]},
            "notes": {"type": ["array", "null"], "items": {"type": "string"}},
            "engine": {"type": "string"},
            "details": {"type": ["object", "null"]},
            "source_job_id": {"type": ["integer", "null"]},
            "source_take": {"type": ["integer", "null"]},
        }
        | {name: {"type": ["string", "null"]} for name in words},
    }


def _error_schema() -> dict[str, Any]:
    line = {
        "type": "object",
        "properties": {"loc": {"type": "array"}, "msg": {"type": "string"}, "type": {"type": "string"}},
    }
    return {
        "type": "object",
        "properties": {"detail": {"anyOf": [{"type": "string"}, {"type": "array", "items": line}]}},
    }
