"""JSON schemas of models without references: several hosts and converters can't follow any."""

from __future__ import annotations

from typing import Any


def inlined(schema: dict[str, Any]) -> dict[str, Any]:
    """``schema`` with what it refers to written out in its place."""
    definitions = schema.get("$defs", {})

    def resolve(node: Any) -> Any:
        if isinstance(node, dict):
            if name := str(node.get("$ref", "")).removeprefix("#/$defs/"):
                rest = {key: value for key, value in node.items() if key != "$ref"}
                return resolve(definitions[name]) | rest
            return {key: resolve(value) for key, value in node.items() if key != "$defs"}
        return [resolve(item) for item in node] if isinstance(node, list) else node

    resolved: dict[str, Any] = resolve(schema)
    return resolved
