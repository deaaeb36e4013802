"""JSON schemas as the model reads them: every word there earns its tokens."""

from __future__ import annotations

from collections.abc import Collection
from functools import cache
from typing import Any

from pydantic import BaseModel

from audiopod_mcp.operations.json_schema import inlined


def input_schema(model: type[BaseModel], unlisted: Collection[str] = ()) -> dict[str, Any]:
    """The schema of a tool's arguments, required ones first, without those that are ``unlisted``.

    That nothing unknown is taken is not published: hosts which check that by themselves tell the model no
    more than that something was wrong, and converters refuse the word. The server names what it refuses.
    """
    schema = _compact(inlined(model.model_json_schema()))
    properties: dict[str, Any] = schema["properties"]
    required: list[str] = schema.get("required", [])
    ordered = [*required, *(name for name in properties if name not in required and name not in unlisted)]
    compact = {"type": "object", "properties": {name: properties[name] for name in ordered}}
    if required:
        compact["required"] = required
    return compact


@cache
def output_schema(model: type[BaseModel]) -> dict[str, Any]:
    """The schema of a structured result, one level deep.

    Unknown fields are absent rather than null, and none is required: what failed tells what there is.
    """
    schema = _compact(inlined(model.model_json_schema(mode="serialization")))
    properties = {
        name: {"type": value["type"]} if "type" in value else value
        for name, value in schema["properties"].items()
    }
    return {"type": "object", "properties": properties}


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
