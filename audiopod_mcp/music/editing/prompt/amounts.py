"""How much is asked for: numbers with their units, and keys."""

# ruff: noqa: E501 (patterns: one of meaning a line)

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from math import sqrt
from typing import Any, Final

_WORDS = {
    "half a": 0.5, "a couple of": 2, "a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6,
    "seven": 7, "eight": 8, "nine": 9, "ten": 10, "twelve": 12, "fifteen": 15, "twenty": 20, "thirty": 30,
    "twice": 2, "thrice": 3,
}  # fmt: skip
NUMBER: Final = rf"(?:\d+(?:[.,]\d+)?|\b(?:{'|'.join(_WORDS)})\b)"
_INTERVALS = {
    "octave and a half": 18, "octave": 12, "minor third": 3, "major third": 4, "third": 4, "fourth": 5, "tritone": 6, "fifth": 7,
}  # fmt: skip
_TONIC = r"[a-g](?:#|b\b|♯|♭|[ -]sharp|[ -]flat)?"
_SIGN = rf"(?P<sign>[-+]|minus |plus )? ?(?P<number>{NUMBER})[ -]?"
_OF = r"(?: ?[:=]| of| at| to| is| below| under)*"
_FROM = r"(?:from (?:-?\d+(?:\.\d+)? ?(?:bpm|%|lufs)|[a-g][#b]?(?: (?:major|minor))?) (?=to ))?"
_LEAD = _FROM + r"(?:(?P<lead>by|to|at|above|over|below|under) )?"


@dataclass(frozen=True, slots=True)
class Amount:
    """An amount in the unit of a letter.

    D dB, U LUFS, P dBTP, B BPM, C %, H Hz, S seconds, I semitones, N times; K is a ``key``.
    """

    unit: str
    value: float = 0.0
    signed: bool = False
    lead: str = ""
    """What stands before it and matters: "by", "to", "above"."""
    key: str = ""


_UNITS = (
    # The letter, the pattern, and the factor of its number.
    ("P", rf"(?:true )?peaks?(?: level)?{_OF} ?{_SIGN}db(?:tp|fs)?\b", 1), ("P", rf"{_SIGN}(?:dbtp|dbfs|db (?:true )?peaks?)\b", 1),
    ("U", rf"{_SIGN}(?:lufs|lkfs)\b", 1), ("D", rf"{_SIGN}(?:db|decibels?|lu)\b", 1),
    ("D", r"(?<![\w.])(?P<sign>[-+]) ?(?P<number>\d+(?:\.\d+)?)(?=\s*(?:[,;\n]|\.(?!\d)|$|and\b))", 1),  # "vocals +2", as on a fader
    ("B", rf"{_SIGN}(?:bpm|beats (?:per|a) minute)\b", 1), ("B", rf"(?:tempo|bpm){_OF} ?(?P<number>\d{{2,3}})(?![\d.%:]| ?%| per)(?: bpm\b)?", 1),
    ("C", rf"{_SIGN}(?:%|per ?cent\b|pct\b)", 1), ("C", r"by (?P<number>half)\b", 100),
    ("H", rf"(?P<low>\d+(?:\.\d+)?)(?: ?k?hz)? ?(?:-|–|to|and) ?{_SIGN}k(?:hz)?\b", 1000), ("H", rf"(?P<low>\d+)(?: ?hz)? ?(?:-|–|to|and) ?{_SIGN}hz\b", 1),
    ("H", rf"{_SIGN}k(?:hz)?\b", 1000), ("H", rf"{_SIGN}(?:hz|hertz)\b", 1),
    ("S", rf"{_SIGN}(?:ms|milliseconds?)\b", 0.001), ("S", rf"{_SIGN}(?:s|secs?|seconds?)\b", 1), ("S", rf"{_SIGN}(?:mins?|minutes?)\b", 60),
    ("I", rf"{_SIGN}(?:semi-?tones?|half[ -]?(?:steps?|tones?))\b", 1), ("I", rf"{_SIGN}(?:whole[ -]?(?:steps?|tones?)|steps?)\b", 2),
    ("I", rf"{_SIGN}cents?\b", 0.01), ("I", rf"(?:an? )?(?:perfect )?(?P<number>{'|'.join(_INTERVALS)})\b", 1), ("I", rf"{_SIGN}octaves?\b", 12),
    ("N", rf"{_SIGN}(?:times|x)\b(?! as)", 1), ("N", r"(?P<number>twice|thrice)\b(?! as)", 1),
)  # fmt: skip
_KEYS = (
    rf"(?:key{_OF}|transpose(?: it)? to|modulate to) (?P<tonic>{_TONIC})(?![\w#])(?:[ -](?P<mode>major|minor|maj|min)\b)?",
    rf"(?P<tonic>{_TONIC})[ -]?(?P<mode>major|minor|maj|min)\b(?! key)",
    r"(?P<tonic>(?-i:[A-G])[#b]?)(?P<mode>(?-i:m))\b",
)


def _amount(unit: str, factor: float, found: re.Match[str]) -> Amount:
    groups = {name: (text or "").strip().lower() for name, text in found.groupdict().items()}
    if unit == "K":
        return Amount(unit, key=f"{groups['tonic']} {groups['mode']}".strip())
    value, sign = factor * value_of(groups["number"]), groups.get("sign")
    if low := groups.get("low"):
        value = sqrt(value * factor * value_of(low))  # the middle of a band
    return Amount(unit, -value if sign in ("-", "minus") else value, bool(sign), groups["lead"])


Reader = tuple[str, re.Pattern[str], Callable[[re.Match[str]], Any]]
"""The kind of what a pattern finds, the pattern, and what reads it; where that gives ``None``, it is not it."""
READERS: Final[tuple[Reader, ...]] = tuple(
    ("A", re.compile(pattern, re.IGNORECASE), partial(_amount, unit, factor))
    for unit, pattern, factor in (
        *((unit, _LEAD + pattern, factor) for unit, pattern, factor in _UNITS),
        *(("K", f"{_FROM}(?:to )?{pattern}", 1) for pattern in _KEYS),
    )
)
"""Patterns that match where an amount begins, and what each says."""


def value_of(number: str) -> float:
    """What a :data:`NUMBER` says."""
    number = number.strip().lower()
    if number in _WORDS or number in _INTERVALS:
        return float({**_WORDS, **_INTERVALS}[number])
    if number == "half":
        return 0.5
    return float(number.replace(",", "" if re.fullmatch(r"\d+,\d{3}", number) else "."))
