"""The studio's OpenAPI document, derived from the declared operations."""

from __future__ import annotations

from typing import Any, Final, Literal

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from audiopod_mcp import __version__
from audiopod_mcp.operations import (
    API_PREFIX,
    OPERATIONS,
    Analysis,
    Endpoint,
    Job,
    JobFilters,
    Operation,
    SeparateStems,
)
from audiopod_mcp.operations.json_schema import inlined
from audiopod_mcp.studio.jobs.patience import LONGEST

from .catalogue import WALLET, Estimate
from .jobs import Changes
from .stem_extraction import PREFIX as STEM_SERVICE

_JOB_ID: Final = {
    "name": "job_id",
    "in": "path",
    "required": True,
    "schema": {"type": "integer", "minimum": 1},
}
_JOB: Final = {"$ref": "#/components/schemas/Job"}


class Failure(BaseModel):
    """That there is no result, and why."""

    success: Literal[False]
    error: str


def routes() -> list[Route]:
    return [Route("/openapi.json", get_document)]


async def get_document(_request: Request) -> Response:
    return JSONResponse(document())


def document() -> dict[str, Any]:
    """The OpenAPI 3.1 document."""
    paths: dict[str, Any] = {
        endpoint.path: {"post": _operation(operation, endpoint)}
        for operation in OPERATIONS
        for endpoint in operation.endpoints()
    }
    one = f"{API_PREFIX}/jobs/{{job_id}}"
    paths |= {
        f"{API_PREFIX}/jobs": {"get": _listing("List jobs")},
        f"{one}/status": {"get": _hinting(_call("One job", _JOB, [_JOB_ID]))},
        f"{one}/retry": {"post": _call("Run a failed job again", _created(), [_JOB_ID])},
        one: {
            "get": _hinting(_call("One job", _JOB, [_JOB_ID])),
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
        f"{one}/notation/{{notation}}": {
            "get": _call(
                "The first take as notes: midi, score (MusicXML) or chords (ChordPro)",
                None,
                [_JOB_ID, _word("notation")],
            )
        },
        f"{API_PREFIX}/liked": {"get": _listing("Liked jobs")},
        f"{API_PREFIX}/analyses/{{analysis_id}}": {
            "get": _call("An analysis made before", _ref(Analysis), [_word("analysis_id")])
        },
        f"{STEM_SERVICE}/api/extract": {
            "post": {
                **_call("All stems in one job, as AudioPod's stem service is asked", {"type": "object"}),
                "requestBody": {
                    "required": True,
                    "content": {"application/x-www-form-urlencoded": {"schema": _stem_form()}},
                },
            }
        },
        f"{STEM_SERVICE}/status/{{job_id}}": {
            "get": _hinting(_call("A job of all stems, with their links", {"type": "object"}, [_JOB_ID]))
        },
        f"{STEM_SERVICE}/jobs/{{job_id}}": {
            "delete": _call("Delete a job of all stems", {"type": "object"}, [_JOB_ID])
        },
        f"{STEM_SERVICE}/jobs": {"get": _call("Jobs of all stems", {"type": "array"}, _query())},
        f"{STEM_SERVICE}/modes": {"get": _call("Which stems each mode gives", {"type": "object"})},
        "/health": {"get": _call("Whether the studio runs", {"type": "object"})},
        "/ready": {"get": _call("Whether it can keep jobs just now", {"type": "object"})},
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
        ("jobs/counts", "How many jobs there are by task, kind and filter"),
        ("filters/stats", "What jobs can be filtered by, and how many there are"),
        ("presets", "Genre presets"),
        ("model/status", "What makes the music"),
        ("sample-data", "An example to start from"),
        ("v3/availability", "Whether songs can be had as a score first: not here"),
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
            "schemas": {**_results(), "Error": _error_schema()},
            "securitySchemes": {"key": {"type": "apiKey", "in": "header", "name": "X-API-Key"}},
        },
        "security": [{}, {"key": []}],
    }


def body_schema(operation: type[Operation], endpoint: Endpoint) -> dict[str, Any]:
    """The JSON schema of what is POSTed: grouped parameters flat, under the wire's names."""
    schema = _schema(operation)
    taken, names = operation.fields_at(endpoint.fixed), operation.wire_names_at(endpoint.fixed)
    properties = {name: value for name, value in schema["properties"].items() if name in taken}
    advanced = operation.advanced_model()
    if properties.pop("advanced", None) and advanced:
        properties |= _schema(advanced)["properties"]
    return {
        "type": "object",
        "title": schema["title"],
        "properties": {names.get(name, name): value for name, value in properties.items()},
        "required": [names.get(name, name) for name in schema.get("required", ()) if name in properties],
    }


def _stem_form() -> dict[str, Any]:
    """What the stem service's form has."""
    properties = _schema(SeparateStems)["properties"]
    fields = {"url": properties["src_audio_url"], "mode": properties["mode"]}
    return {"type": "object", "properties": fields, "required": ["url"]}


def _operation(operation: type[Operation], endpoint: Endpoint) -> dict[str, Any]:
    title = " ".join([operation.title, *(f"({value})" for value in endpoint.fixed.values())])
    parameters = [
        {"name": name, "in": "path", "required": True, "schema": _schema(operation)["properties"][name]}
        for name in operation.path_fields()
        if f"{{{name}}}" in endpoint.path
    ]
    if operation.is_synchronous():
        response = {"anyOf": [_ref(operation.result), _ref(Failure)]}
    else:
        response = _created()
        parameters.append(
            {"name": "Idempotency-Key", "in": "header", "schema": {"type": "string", "maxLength": 255}}
        )
    call = {**_call(title, response, parameters), "description": operation.description}
    schema = body_schema(operation, endpoint)
    return {**call, "requestBody": _body(schema)} if schema["properties"] else call


def _call(
    summary: str, response: dict[str, Any] | None, parameters: list[dict[str, Any]] | None = None
) -> dict[str, Any]:
    """A call that answers with JSON like ``response``, or with audio."""
    content = {"audio/flac": {}} if response is None else _json(response)
    error = {"description": "Refused", "content": _json({"$ref": "#/components/schemas/Error"})}
    call = {
        "summary": summary,
        "responses": {"200": {"description": "OK", "content": content}, "4XX": error},
    }
    return call | ({"parameters": parameters} if parameters else {})


def _listing(summary: str) -> dict[str, Any]:
    """A call that answers with a page of jobs."""
    call = _call(summary, {"type": "array", "items": _JOB}, _query())
    total = {"description": "How many there are on all pages", "schema": {"type": "integer", "minimum": 0}}
    link = {
        "description": 'With rel="next", newest first: the next page, whatever comes meanwhile',
        "schema": {"type": "string"},
    }
    call["responses"]["200"]["headers"] = {"X-Total-Count": total, "Link": link}
    return call


def _hinting(call: dict[str, Any]) -> dict[str, Any]:
    """``call`` where the answer may tell when to ask again."""
    hint = {
        "description": "Seconds until it is worth asking again, while many jobs are done before this one",
        "schema": {"type": "integer", "minimum": 1, "maximum": LONGEST},
    }
    call["responses"]["200"]["headers"] = {"Retry-After": hint}
    return call


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
    schema = inlined(model.model_json_schema())
    schema.pop("additionalProperties", None)  # what the studio does not know it passes over
    return schema


def _body(schema: dict[str, Any]) -> dict[str, Any]:
    return {"required": True, "content": _json(schema)}


def _json(schema: dict[str, Any]) -> dict[str, Any]:
    return {"application/json": {"schema": schema}}


def _created() -> dict[str, Any]:
    return {"type": "object", "properties": {"job": _JOB, "message": {"type": "string"}}, "required": ["job"]}


def _results() -> dict[str, Any]:
    """The schemas of all results, by name."""
    models: dict[type[BaseModel], None] = dict.fromkeys([Job, Analysis, Failure])
    models |= dict.fromkeys(operation.result for operation in OPERATIONS)
    _, schemas = models_json_schema(
        [(model, "serialization") for model in models], ref_template="#/components/schemas/{model}"
    )
    found: dict[str, Any] = schemas["$defs"]
    return found


def _ref(model: type[BaseModel]) -> dict[str, Any]:
    return {"$ref": f"#/components/schemas/{model.__name__}"}


def _error_schema() -> dict[str, Any]:
    line = {
        "type": "object",
        "properties": {"loc": {"type": "array"}, "msg": {"type": "string"}, "type": {"type": "string"}},
    }
    return {
        "type": "object",
        "properties": {"detail": {"anyOf": [{"type": "string"}, {"type": "array", "items": line}]}},
    }
