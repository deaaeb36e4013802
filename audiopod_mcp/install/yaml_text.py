"""One entry in a YAML file, changed as lines of text at the places where the parser says things are.

A round trip through a YAML library keeps comments but lays a person's file out anew; this does not.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any


def parse(text: str) -> Any:
    """The value of ``text``; an empty document is an empty mapping.

    Raises:
        ValueError: where it is malformed.

    """
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    try:
        return YAML(typ="safe", pure=True).load(text) or {}
    except YAMLError as error:
        raise ValueError(_place(error)) from error


def put(text: str, container: str, name: str, entry: Mapping[str, Any]) -> str:
    """``text`` with ``entry`` under ``name`` in the top-level mapping ``container``."""
    root = _compose(text)
    if root is None or not root.value:
        return _ended(text if root is None else "") + _lines({container: {name: entry}}, 0)
    outer = _member(root, container)
    if outer is None:
        at = _end_of_line(text, _last(root))
        indent = root.value[0][0].start_mark.column
        return _ended(text[:at]) + _lines({container: {name: entry}}, indent) + text[at:]
    key, table = outer
    inner = _member(table, name)
    flow = table.id == "mapping" and table.flow_style
    if inner is not None and not flow:
        start, end = _line_span(text, *inner)
        return text[:start] + _lines({name: entry}, inner[0].start_mark.column) + text[end:]
    if table.value and flow:
        if inner is not None:
            value = inner[1]
            return text[: value.start_mark.index] + _flow(entry) + text[value.end_mark.index :]
        at = _last(table.value[-1][1])
        return text[:at] + f", {json.dumps(name)}: {_flow(entry)}" + text[at:]
    if table.id == "mapping" and table.value:
        indent, at = table.value[0][0].start_mark.column, _end_of_line(text, _last(table))
        return _ended(text[:at]) + _lines({name: entry}, indent) + text[at:]
    # `container:` with nothing, {} or null after it
    at = key.end_mark.index + text[key.end_mark.index :].index(":") + 1
    rest = text[max(table.end_mark.index, at) : _end_of_line(text, max(table.end_mark.index, at))]
    indent = key.start_mark.column + 2
    end = _end_of_line(text, max(table.end_mark.index, at))
    return _ended(text[:at] + rest) + _lines({name: entry}, indent) + text[end:]


def drop(text: str, container: str, name: str) -> str:
    """``text`` without the entry, and without ``container`` where it was the only one."""
    root = _compose(text)
    key, table = _member(root, container) or (None, None)
    inner = _member(table, name) if table is not None else None
    if key is None or table is None or inner is None:
        return text
    if len(table.value) == 1:
        start, end = _line_span(text, key, table)
        return text[:start] + text[end:]
    if not table.flow_style:
        start, end = _line_span(text, *inner)
        return text[:start] + text[end:]
    index = table.value.index(inner)
    if index:
        start, end = table.value[index - 1][1].end_mark.index, inner[1].end_mark.index
    else:
        start, end = inner[0].start_mark.index, table.value[1][0].start_mark.index
    return text[:start] + text[end:]


def _compose(text: str) -> Any:
    """The root node, which knows where everything is in ``text``."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    try:
        return YAML(typ="safe", pure=True).compose(text)
    except YAMLError as error:
        raise ValueError(_place(error)) from error


def _place(error: Exception) -> str:
    mark, problem = getattr(error, "problem_mark", None), getattr(error, "problem", None)
    return f"line {mark.line + 1}, column {mark.column + 1}: {problem}" if mark else str(error)


def _member(mapping: Any, name: str) -> Any:
    if not isinstance(mapping.value, list) or mapping.id != "mapping":
        return None
    return next((pair for pair in mapping.value if pair[0].value == name), None)


def _last(node: Any) -> int:
    """Where the last character of ``node`` is; a block's own mark is at whatever comes after it."""
    if node.id == "scalar" or not node.value or node.flow_style:
        return int(node.end_mark.index)
    if node.id != "mapping":
        return _last(node.value[-1])
    key, value = node.value[-1]
    return max(_last(value), int(key.end_mark.index) + 1)


def _line_span(text: str, key: Any, value: Any) -> tuple[int, int]:
    start = text.rfind("\n", 0, key.start_mark.index) + 1
    return start, _end_of_line(text, max(_last(value), int(key.end_mark.index) + 1))


def _end_of_line(text: str, position: int) -> int:
    """The start of the next line, or the end; a position at a line's start is one already."""
    if position and text[position - 1] == "\n":
        return position
    found = text.find("\n", position)
    return len(text) if found < 0 else found + 1


def _ended(text: str) -> str:
    return text if not text or text.endswith("\n") else text + "\n"


def _lines(values: Mapping[str, Any], indent: int) -> str:
    """Block mappings down to the leaves, which are written as JSON: YAML reads that too."""
    lines = ""
    for key, value in values.items():
        name = (
            key if key.replace("_", "a").replace("-", "a").isalnum() and key[0].isalpha() else json.dumps(key)
        )
        if isinstance(value, Mapping) and value:
            lines += f"{' ' * indent}{name}:\n{_lines(value, indent + 2)}"
        else:
            lines += f"{' ' * indent}{name}: {_flow(value)}\n"
    return lines


def _flow(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
