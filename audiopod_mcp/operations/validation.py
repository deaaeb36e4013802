"""Validation errors as one line that a person can act on: which argument, what is allowed, what came."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from annotated_types import Ge, Gt, Le, Lt
from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

_KNOWN = "; known are "
_KINDS = {
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "string": "text",
    "list": "a list",
    "tuple": "a list",
}


def error_lines(error: ValidationError, model: type[BaseModel]) -> str:
    """All complaints of ``error`` in one line, each naming its argument."""
    lines = dict.fromkeys(error_line(item, model) for item in error.errors(include_url=False))
    return "; ".join(_said_once(lines, _KNOWN))


def _said_once(lines: Iterable[str], mark: str) -> Iterator[str]:
    """``lines``, in which what ends one from ``mark`` on and has been said is left out."""
    said: set[str] = set()
    for line in lines:
        start, _, end = line.partition(mark)
        yield start if end in said else line
        said |= {end} if end else set()


def error_line(item: Mapping[str, Any], model: type[BaseModel]) -> str:
    """One of pydantic's ``errors()`` as a line that names its argument."""
    path = [str(part) for part in item["loc"]]
    name = ""
    for part in path:
        shown = part if part.isidentifier() else _short(part)
        name += f"[{part}]" if part.isdecimal() else f".{shown}" if name else shown
    kind, context = item["type"], item.get("ctx", {})
    given = _short(item.get("input"))
    if kind == "missing":
        return f"{name}: required{_meaning(model, path)}"
    if kind == "extra_forbidden":
        return f"{name}: unknown argument{_suggestion(model, path)}"
    if kind == "value_error":
        message = str(context.get("error", item["msg"]))
        if name.endswith("]") and message.split(":")[0].isidentifier():
            return f"{name}.{message}"  # about one field of an item
        if name and message.startswith("not "):
            return f"{name}: {given} is {message}"
        return f"{name}: {message}" if name and not message.startswith(name) else message
    if kind in {"greater_than_equal", "less_than_equal", "greater_than", "less_than"}:
        return f"{name}: {given} is out of range; allowed {_range(model, path)}"
    if kind == "literal_error":
        metre = path[-1] == "timesignature" and re.fullmatch(r"\d{1,2}/\d{1,2}", str(item.get("input")))
        otherwise = f"; write {metre[0]} in the caption" if metre else ""
        return f"{name}: {given} is not one of {context['expected']}{otherwise}"
    if kind == "string_too_long":
        return f"{name}: {len(item['input'])} characters; at most {context['max_length']} allowed"
    if kind == "string_too_short":
        return f"{name}: must not be empty{_meaning(model, path)}"
    if kind == "string_pattern_mismatch":
        return f"{name}: {given} does not fit{_meaning(model, path)}"
    if kind in {"too_long", "too_short"}:
        return f"{name}: {item['msg'].removeprefix('List should have ').replace(' after validation', '')}"
    if kind == "finite_number":
        return f"{name}: {given} is not a finite number; allowed {_range(model, path)}"
    expected = next((words for key, words in _KINDS.items() if kind.startswith(key)), None)
    if path[-1].endswith("job_id") and kind.startswith("int"):
        return f"{name}: {given} is not a whole number; list_jobs tells the numbers of jobs"
    if path[-1] == "bpm" and isinstance(item.get("input"), str):
        return f"{name}: {given} is not a whole number; leave it out and say it in the caption"
    return f"{name}: {given} is not {expected}" if expected else f"{name}: {item['msg']} (got {given})"


def _short(value: Any) -> str:
    text = json.dumps(value) if value is None or isinstance(value, bool) else repr(value)
    return text if len(text) <= 60 else f"{text[:57]}…"


def _field(model: type[BaseModel], path: list[str]) -> FieldInfo | None:
    """The field that ``path`` leads to, through nested models."""
    field: FieldInfo | None = None
    current: Any = model
    for part in path:
        if part.isdecimal():
            continue
        if not (isinstance(current, type) and issubclass(current, BaseModel)):
            break
        field = current.model_fields.get(part)
        if field is None:
            return None
        current = next(iter(_models_in(field.annotation)), None)
    return field


def _models_in(annotation: Any) -> list[type[BaseModel]]:
    """The models that a value may be of, or hold."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for part in getattr(annotation, "__args__", ()) for model in _models_in(part)]


def _meaning(model: type[BaseModel], path: list[str]) -> str:
    field = _field(model, path)
    return f" ({field.description})" if field and field.description else ""


def _range(model: type[BaseModel], path: list[str]) -> str:
    field = _field(model, path)
    if field is None:
        return "finite numbers"
    limits = [*field.metadata]
    for option in getattr(field.annotation, "__args__", ()):
        for metadata in getattr(option, "__metadata__", ()):
            limits += getattr(metadata, "metadata", [metadata])
    low = next((x.ge if isinstance(x, Ge) else x.gt for x in limits if isinstance(x, Ge | Gt)), None)
    high = next((x.le if isinstance(x, Le) else x.lt for x in limits if isinstance(x, Le | Lt)), None)
    if low is not None and high is not None:
        return f"{low} to {high}"
    return (
        f"{low} or more" if low is not None else f"{high} or less" if high is not None else "finite numbers"
    )


def _suggestion(model: type[BaseModel], path: list[str]) -> str:
    owner = _field(model, path[:-1])
    owners = _models_in(owner.annotation) if owner else [model]
    names = [name for o in owners for name in o.model_fields]
    nested = _field(model, ["advanced"])
    inner = [o for o in getattr(nested.annotation, "__args__", ()) if isinstance(o, type)] if nested else []
    if any(issubclass(o, BaseModel) and path[-1] in o.model_fields for o in inner):
        return f'; it belongs inside \'advanced\': {{"advanced": {{"{path[-1]}": …}}}}'
    from difflib import get_close_matches  # which few calls need, and no start

    close = get_close_matches(path[-1], names, 1)
    return f"; did you mean {close[0]!r}?" if close else f"{_KNOWN}{', '.join(sorted(names))}"
