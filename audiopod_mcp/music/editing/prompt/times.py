"""When a prompt says that something happens: "from 0:30 to 0:45", "the last ten seconds", "in verse 2"."""

# ruff: noqa: E501 (patterns: one of meaning a line)

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

from audiopod_mcp.edits.moments import section_name

from .amounts import NUMBER, value_of

Groups = Sequence[str]
"""What matched, and its groups, in lower case."""
When = dict[str, Any]
"""The fields ``start``, ``end`` and ``section`` of an edit."""

_UNIT = r"(?:s|secs?|seconds?|m|mins?|minutes?)"
_CLOCK = rf"(?:\d{{1,3}}:\d{{2}}(?:\.\d+)?|\d+(?:\.\d+)? ?{_UNIT}\b)"
_MAYBE = rf"(?:\d{{1,3}}:\d{{2}}(?:\.\d+)?|\d+(?:\.\d+)?(?: ?{_UNIT}\b)?)"
_IN = r"(?:\b(?:but )?(?:only )?(?:in|during|for|throughout|over|within|of|from|at) )?"
_NAMES = r"pre-?chorus|chorus(?:es)?|verses?|intro|outro|bridge|hook|refrain|solos?"
_ORDER = r"first|1st|second|2nd|third|3rd|fourth|4th|last|final"


def _stretch(match: Groups) -> When | None:
    unit = re.search(rf"{_UNIT}$", match[2])
    first = match[1] if ":" in match[1] or not match[1][-1].isdigit() or not unit else match[1] + unit[0]
    if not (":" in match[0] or unit):
        return None
    return {"start": _seconds(first), "end": _seconds(match[2])}


def _edge(match: Groups) -> When:
    size = _seconds(f"{value_of(match[2] or '1'):g} {match[3]}")
    return {"end": size} if match[1] in ("first", "opening") else {"start": -size}


def _off(match: Groups) -> When:
    size = _seconds(f"{value_of(match[1]):g} {match[2]}")
    return {"end": size} if match[3] in ("start", "beginning", "front") else {"start": -size}


def _section(match: Groups) -> When | None:
    name = re.sub("(?<=chorus)es$|(?<=verse)s$|(?<=solo)s$", "", match[2])
    return _named(f"{match[1] or ''} {name} {match[3] or ''}")


def _named(text: str) -> When | None:
    try:
        return {"section": section_name(text)}
    except ValueError:
        return None


_READERS: tuple[tuple[str, Callable[[Groups], When | None]], ...] = (
    (r"(?:in |from |between )?bars? (\d+) ?(?:to|until|through|and|-|–) ?(?:bar )?(\d+)\b", lambda m: _named(f"bars {m[1]}-{m[2]}")),
    (r"\b(?:in |at )?bar (\d+)\b", lambda m: _named(f"bar {m[1]}")),
    (rf"{_IN}the (first|last) ({NUMBER})? ?(?:bars?|measures?)\b", lambda m: _named(f"{m[1]} {value_of(m[2] or '1'):g} bars")),
    (rf"\b(?:the )?({NUMBER}) ({_UNIT}) (?:off|from|of|at|on)(?: of)? the (start|beginning|front|end)\b", _off),
    (rf"(?:(?:but )?only )?(?:from |between )?({_MAYBE}) ?(?:to|until|till|and|-|–) ?({_MAYBE})(?![\d:])(?! ?(?:bpm|%|k?hz|db|semitones?)\b)", _stretch),
    (rf"(?:(?:but )?only )?(?:after|from|starting (?:at|from)) ({_CLOCK})(?: on(?:wards?)?| to the end)?", lambda m: {"start": _seconds(m[1])}),
    (rf"(?:(?:but )?only )?(?:until|till|before|up to) ({_CLOCK})", lambda m: {"end": _seconds(m[1])}),
    (rf"{_IN}the (first|opening|last|final) ({NUMBER})?[ -]?({_UNIT})\b", _edge),
    (rf"{_IN}the (first|second|last) (half|third|quarter)\b", lambda m: _named(f"{m[1]} {m[2]}")),
    (rf"{_IN}(?:(?:the|each|every|all|both|its)(?: of)?(?: the)? )?(?:({_ORDER}) )?(?<!\ba )(?<!\ban )(?<!new )(?<!another )\b({_NAMES})\b(?! effect| the| [\ue000-\uefff])(?: (\d)\b(?! ?(?:times|x|db|%|bpm|hz|semitones?|s|seconds?)\b))?", _section),
)  # fmt: skip
_COMPILED = tuple((re.compile(pattern, re.IGNORECASE), read) for pattern, read in _READERS)


def take_times(text: str, token: Callable[[When, str], str]) -> str:
    """``text`` with what ``token`` gives in the place of each time, of which it is told the words."""
    for pattern, read in _COMPILED:

        def put(match: re.Match[str], read: Callable[[Groups], When | None] = read) -> str:
            when = read([(group or "").lower() for group in (match[0], *match.groups())])
            return match[0] if when is None else f" {token(when, match[0])} "

        text = pattern.sub(put, text)
    return text


def _seconds(text: str) -> float:
    if ":" in text:
        minutes, rest = text.split(":")
        return 60 * int(minutes) + float(rest)
    number = re.match(r"[\d.]+", text)
    assert number is not None  # noqa: S101 - the patterns begin with digits
    return float(number[0]) * (60 if re.search(r"\d ?m", text) else 1)
