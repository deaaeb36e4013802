"""When a prompt says that something happens: "from 0:30 to 0:45", "the last ten seconds", "in verse 2"."""

# ruff: noqa: E501 (patterns: one of meaning a line)

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final

from audiopod_mcp.edits.moments import section_name

from .amounts import NUMBER, Reader, value_of

When = dict[str, Any]
"""The fields ``start``, ``end`` and ``section`` of an edit; ``at`` is a moment, or words for one."""
Found = re.Match[str]

_UNIT = r"(?:s|secs?|seconds?|m|mins?|minutes?)"
_CLOCK = rf"(?:\d{{1,3}}:\d{{2}}(?:\.\d+)?|\d+(?:\.\d+)? ?{_UNIT}\b)"
_MAYBE = rf"(?:\d{{1,3}}:\d{{2}}(?:\.\d+)?|\d+(?:\.\d+)?(?: ?{_UNIT}\b)?)"
_IN = r"(?:(?:in|during|for|throughout|over|of|from|at) )?"
_TO = "(?:to|until|till|through|and|-|–)"
_NAMES = r"pre-?chorus|chorus|verse|intro|outro|bridge|hook|refrain|(?<=the )solo"
_ORDER = r"first|1st|second|2nd|third|3rd|fourth|4th|last|final"


def _seconds(text: str, unit: str = "s") -> float:
    """What a clock says, or a number of seconds or minutes, of ``unit`` where it has none of its own."""
    minutes, colon, rest = text.partition(":")
    number = re.sub(r"[^\d.]", "", text)
    minute = 60 if (text.lstrip("0123456789. ") or unit)[0] in "mM" else 1
    return 60 * int(minutes) + float(rest) if colon else minute * float(number)


def _stretch(found: Found) -> When | None:
    first, last = found[1], found[2]
    unit = last.lstrip("0123456789:. ")
    if not unit and ":" not in first + last:
        return None  # "cut 2 to 4 dB"
    return {"start": _seconds(first, unit or "s"), "end": _seconds(last)}


def _edge(end: str, number: str | None, unit: str) -> When:
    size = value_of(number or "1") * (60 if unit[0] in "mM" else 1)
    return {"start": -size} if end.lower() in ("last", "final", "end") else {"end": size}


def _named(*words: str | None) -> When | None:
    try:
        return {"section": section_name(" ".join(filter(None, words)))}
    except ValueError:
        return None


_SECTION = rf"(?:(?:the|each|every|all|both)(?: of)?(?: the)? )?(?:({_ORDER}) )?\b({_NAMES})(?:e?s)?\b(?! effect| the)(?: (\d)\b(?! ?(?:times|x|db|%|bpm|hz|semitones?|s|seconds?)\b))?"

_PATTERNS: Final[tuple[tuple[str, Callable[[Found], When | None]], ...]] = (
    (rf"(?:in |from |between |for )?bars? (\d+)(?: ?{_TO} ?(?:bar )?(\d+))?\b", lambda m: _named(f"bars {m[1]}-{m[2] or m[1]}")),
    (rf"{_IN}the (first|last) (?:({NUMBER}) )?(?:bars?|measures?)\b", lambda m: _named(m[1], f"{value_of(m[2] or '1'):g} bars")),
    (rf"(?:the )?({NUMBER}) ({_UNIT}) (?:off|from|of|at|on)(?: of)? the (start|beginning|end)\b", lambda m: _edge(m[3], m[1], m[2])),
    (rf"(?:from |between )?({_MAYBE}) ?{_TO} ?({_MAYBE})(?![\d:]\d)(?! ?(?:bpm|%|k?hz|db|semitones?)\b)", _stretch),
    (rf"(?:after|from|starting (?:at|from)) ({_CLOCK})(?: on(?:wards?)?| to the end)?", lambda m: {"start": _seconds(m[1])}),
    (r"at (\d{1,3}:\d{2}(?:\.\d+)?|\d+ ?(?:secs?|seconds?)\b)", lambda m: {"at": _seconds(m[1])}),
    (rf"(?:until|till|before|up to) ({_CLOCK})", lambda m: {"end": _seconds(m[1])}),
    (rf"{_IN}the (first|opening|last|final) (?:({NUMBER})[ -])?({_UNIT})\b", lambda m: _edge(m[1], m[2], m[3])),
    (rf"{_IN}(?:the )?(first|second|last) (half|third|quarter)\b", lambda m: _named(m[1], m[2])),
    (rf"(?:until|till|before|after) {_SECTION}|from {_SECTION} on(?:wards?)?\b", lambda m: {"at": m[0]}),
    (rf"{_IN}{_SECTION}", lambda m: _named(m[1], m[2], m[3])),
)  # fmt: skip
READERS: Final[tuple[Reader, ...]] = tuple(
    ("T", re.compile(pattern, re.IGNORECASE), read) for pattern, read in _PATTERNS
)
"""Patterns that match where a time begins."""
