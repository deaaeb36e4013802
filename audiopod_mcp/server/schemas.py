"""JSON schemas as the model reads them: every word there earns its tokens.

They follow from the models alone, and to work them out takes longer than all else that happens between start
and the answer to ``tools/list``. So those of our own models are kept in ``schemas.json``, which
``python docs/tool_tables.py`` writes; a test says when they are old.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from audiopod_mcp.operations.json_schema import inlined

Schema = dict[str, Any]

KEPT = Path(__file__).with_name("schemas.json")


def input_schema(model: type[BaseModel], unlisted: Collection[str] = ()) -> Schema:
    """The schema of a tool's arguments, required ones first, without those that are ``unlisted``.

    That nothing unknown is taken is not published: hosts which check that by themselves tell the model no
    more than that something was wrong, and converters refuse the word. The server names what it refuses.
    """
    schema = _kept(model, arguments_of)
    listed = {name: value for name, value in schema["properties"].items() if name not in unlisted}
    return {**schema, "properties": listed}


def output_schema(model: type[BaseModel]) -> Schema:
    """The schema of a structured result, one level deep.

    Unknown fields are absent rather than null, and none is required: what failed tells what there is.
    """
    return _kept(model, result_of)


def arguments_of(model: type[BaseModel]) -> Schema:
    """:func:`input_schema` with all fields, worked out from their declaration."""
    schema = _compact(inlined(model.model_json_schema()))
    properties: Schema = schema["properties"]
    required: list[str] = schema.get("required", [])
    ordered = [*required, *(name for name in properties if name not in required)]
    compact: Schema = {"type": "object", "properties": {name: properties[name] for name in ordered}}
    if required:
        compact["required"] = required
    return compact


def result_of(model: type[BaseModel]) -> Schema:
    """:func:`output_schema`, worked out from the fields' declaration."""
    schema = _compact(inlined(model.model_json_schema(mode="serialization")))
    properties = {
        name: {"type": value["type"]} if "type" in value else value
        for name, value in schema["properties"].items()
    }
    return {"type": "object", "properties": properties}


def name_of(model: type[BaseModel]) -> str:
    """What the schema of ``model`` is kept under."""
    return f"{model.__module__}.{model.__qualname__}"


def _kept(model: type[BaseModel], work_out: Callable[[type[BaseModel]], Schema]) -> Schema:
    """The schema that is kept of ``model``; of a model from elsewhere the one that its fields say."""
    return _all_kept().get(name_of(model)) or work_out(model)


@cache
def _all_kept() -> dict[str, Schema]:
    kept: dict[str, Schema] = json.loads(KEPT.read_bytes())
    return kept


def _compact(node: Any, *, is_properties: bool = False) -> Any:
    """Without titles, null arms and ``null`` as a default: ``required`` says what is optional."""
    if isinstance(node, list):
        return [_compact(item) for item in node]
    if not isinstance(node, dict):
        return node
    if is_properties:
        return {name: _compact(value) for name, value in node.items()}
    arms = [arm for arm in node.get("anyOf", ()) if arm != {"type": "null"}]
    if len(arms) == 1:
        rest = {key: value for key, value in node.items() if key != "anyOf"}
        return _compact(arms[0] | rest)
    compact = {
        key: _compact(value, is_properties=key == "properties")
        for key, value in node.items()
        if key not in {"title", "minLength", "additionalProperties"}
        and not (key == "default" and value is None)
    }
    default = compact.get("default")
    if isinstance(default, float) and default.is_integer():
        compact["default"] = int(default)
    return compact
