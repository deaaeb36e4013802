"""Arguments as language models send them, put into the form that is declared where their meaning is plain."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from types import UnionType
from typing import Annotated, Any, Final, Literal, Union, get_args, get_origin

from annotated_types import Le
from pydantic import BaseModel

from audiopod_mcp.lyrics_data import lyrics_text, written_out

from .arguments import JOB, SECONDS, SOURCE
from .vocabulary import canonical_key, canonical_metre, language_code

_ABSENT: Final = frozenset({"", "null", "none", "undefined", "nil", "n/a", "<nil>"})
_UNIT = re.compile(
    r"(?:[~≈]|about |around )?\s*([-+−]?\d+(?:\.\d+)?)\s*(?:bpm|beats per minute|semitones?|steps?|takes?|db"
    r"|hz|lufs)?",
    re.IGNORECASE,
)
_CLOCK = re.compile(r"(?:(\d{1,2}):)?(\d{1,3}):(\d{1,2}(?:\.\d+)?)")
_SPELLED = re.compile(
    r"(?:(\d+(?:\.\d+)?)\s*(?:m|min|mins|minutes?)(?:\s*(?:and\s*)?(?=\d|$)))?"
    r"(?:(\d+(?:\.\d+)?)\s*(?:s|secs?|seconds?))?",
    re.IGNORECASE,
)
_JOB = re.compile(r"(?:audiopod://jobs/|(?:job|id|job_id)[\s:#_-]*|#)?(\d{1,15})(?:/[\w/-]*)?", re.IGNORECASE)
_LEFT_OPEN: Final = frozenset({"auto", "automatic", "default", "random", "unspecified"})
"""What nobody decides: the default is meant."""
_END: Final = frozenset({"end", "the end", "end of file", "end of track", "end of song"})
"""What -1 says of a time."""


def as_meant(arguments: Mapping[str, Any], model: type[BaseModel]) -> dict[str, Any]:
    """``arguments`` as the fields of ``model`` are declared; what is not understood stays as it came.

    ``null`` and words for it are absent; lists and objects may be JSON text, numbers may have a unit, seconds
    be written as ``0:30``, jobs by their URI, keys and choices in another spelling.
    """
    meant: dict[str, Any] = {}
    for name, value in arguments.items():
        field = model.model_fields.get(name)
        if field is None:
            if value is not None:
                meant[name] = value
        elif not _is_absent(value) and not (_is_default(value) and not field.is_required()):
            meant[name] = _meant(name, value, field.annotation, field.metadata)
    return meant


def _is_absent(value: Any) -> bool:
    return value is None or (isinstance(value, str) and value.strip().lower() in _ABSENT)


def _is_default(value: Any) -> bool:
    return isinstance(value, str) and value.strip().lower() in _LEFT_OPEN


def _meant(name: str, value: Any, annotation: Any, metadata: list[Any]) -> Any:
    """``value`` in the form of one of the types that ``annotation`` allows."""
    kind, notes = _plain_type(annotation, metadata)
    origin = get_origin(kind)
    if isinstance(value, str) and (origin is list or _is_model(kind)):
        value = _from_json(value)
    if origin is list:
        (item,) = get_args(kind)
        if isinstance(value, str) and re.fullmatch(r"[\d\s,;]+", value):
            value = [part for part in re.split(r"[\s,;]+", value) if part]
        values = value if isinstance(value, list) else [value]
        return [_meant(name, one, item, []) for one in values]
    if _is_model(kind):
        return as_meant(value, kind) if isinstance(value, dict) else value
    if name == "timesignature" and not isinstance(value, bool):
        return canonical_metre(str(value)) or value
    if origin is Literal:
        return _choice(value, get_args(kind))
    if kind in (int, float):
        return _number(value, notes)
    if kind is str:
        return _text(name, value, notes)
    return value


def _plain_type(annotation: Any, metadata: list[Any]) -> tuple[Any, list[Any]]:
    """The type itself, without ``None``, and the notes on it."""
    notes = list(metadata)
    while True:
        origin = get_origin(annotation)
        if origin is Annotated:
            annotation, *more = get_args(annotation)
            notes += more
        elif origin in (Union, UnionType):
            options = [option for option in get_args(annotation) if option is not type(None)]
            if len(options) != 1:
                return annotation, notes
            (annotation,) = options
        else:
            return annotation, notes


def _is_model(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, BaseModel)


def _from_json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def _choice(value: Any, options: tuple[Any, ...]) -> Any:
    """The option that is spelled like ``value`` but for case, blanks and signs."""
    if value in options or not isinstance(value, str):
        return value
    plain = _letters(
        re.sub(r"\s+(?:time|metre|meter|format|file|audio|track|stem)s?$", "", value.strip().lower())
    )
    alike = [option for option in options if isinstance(option, str) and plain and _letters(option) == plain]
    return alike[0] if len(alike) == 1 else value


def _letters(text: str) -> str:
    return re.sub(r"[^\w/&]|_", "", text.lower())


def _number(value: Any, notes: list[Any]) -> Any:
    if isinstance(value, bool):
        return json.dumps(value)  # which is no number: it must not become job 1, or one second
    if not isinstance(value, str):
        return value
    text = value.strip().replace("−", "-")
    if JOB in notes:
        found = _JOB.fullmatch(text)
        return int(found[1]) if found else value
    if SECONDS in notes:
        if text.lower() in _END:
            return -1
        if clock := _CLOCK.fullmatch(text):
            return int(clock[1] or 0) * 3600 + int(clock[2]) * 60 + float(clock[3])
        if (spelled := _SPELLED.fullmatch(text)) and (spelled[1] or spelled[2]):
            return float(spelled[1] or 0) * 60 + float(spelled[2] or 0)
    share = re.fullmatch(r"(\d+(?:\.\d+)?)\s*%", text)
    if share and _is_share(notes):
        return float(share[1]) / 100
    found = _UNIT.fullmatch(text)
    return found[1] if found else value


def _is_share(notes: list[Any]) -> bool:
    """Whether a number is at most 1, so that a percentage can only be a part of it."""
    limits = [limit for note in notes for limit in getattr(note, "metadata", [note])]
    return any(isinstance(limit, Le) and limit.le == 1 for limit in limits)


def _text(name: str, value: Any, notes: list[Any]) -> Any:
    if "lyrics" in name:
        value = lyrics_text(value) if isinstance(value, str) else value
        return written_out(value) if isinstance(value, list | dict) else value
    if isinstance(value, list) and value and all(isinstance(line, str) for line in value):
        return ", ".join(value)
    if SOURCE in notes and not isinstance(value, bool):
        found = re.fullmatch(r"(?:job[\s:#_-]*)?(\d{1,15})", str(value).strip(), re.IGNORECASE)
        return f"audiopod://jobs/{found[1]}" if found else value
    if not isinstance(value, str):
        return value
    if name == "keyscale":
        return canonical_key(value) or value
    if name == "vocal_language":
        return language_code(value) or value
    return value
