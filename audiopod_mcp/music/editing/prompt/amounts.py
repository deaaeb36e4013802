"""How much a clause asks for: numbers with their units, and keys."""

# ruff: noqa: E501 (patterns: one of meaning a line)

from __future__ import annotations

import re
from dataclasses import dataclass, field

_WORDS = {
    "a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
    "ten": 10, "twelve": 12, "fifteen": 15, "twenty": 20, "thirty": 30, "half a": 0.5, "a couple of": 2, "once": 1,
    "twice": 2, "thrice": 3,
}  # fmt: skip
NUMBER = rf"(?:\d+(?:[.,]\d+)?|\b(?:{'|'.join(sorted(_WORDS, key=len, reverse=True))})\b)"
_INTERVALS = {
    "minor second": 1, "major second": 2, "minor third": 3, "major third": 4, "third": 4, "perfect fourth": 5,
    "fourth": 5, "tritone": 6, "perfect fifth": 7, "fifth": 7, "minor sixth": 8, "major sixth": 9, "sixth": 9,
    "minor seventh": 10, "major seventh": 11, "octave and a half": 18, "octave": 12,
}  # fmt: skip
_TONIC = r"[a-g](?:#|b|♯|♭|[ -]sharp|[ -]flat)?"
_SIGN = r"(?:(?<![\w.])([-+]|minus |plus ) ?)?"
_TO = r"(?: (?:of|at|to|below|under|max|is|no higher than))*"
_PLAIN = r" ?[:=]? ?(?:of |to |at |is )?"


@dataclass(slots=True)
class Amounts:
    """What was found in a clause.

    ``values`` by letter: D dB, U LUFS, P dBTP, B BPM, C %, H Hz, S seconds, I semitones, N times; ``signed`` are
    the letters of those with a sign. ``key`` is a key.
    """

    values: dict[str, float] = field(default_factory=dict)
    signed: set[str] = field(default_factory=set)
    key: str = ""


_UNITS = (
    # The letter, what stands around the number, and the factor.
    ("P", rf"(?:true )?peaks?(?: level)?{_TO} {_SIGN}({NUMBER}) ?db(?:tp|fs)?\b", 1),
    ("P", rf"{_SIGN}({NUMBER}) ?(?:dbtp\b|dbfs\b|db (?:true )?peaks?\b)", 1),
    ("U", rf"{_SIGN}({NUMBER}) ?(?:lufs|lkfs)\b", 1),
    ("D", rf"{_SIGN}({NUMBER}) ?(?:db|decibels?|lu)\b", 1),
    ("D", r"(?:(?<=^W)|(?<=volume)|(?<=level)|(?<=gain)) ?:? ?([-+]) ?(\d+(?:\.\d+)?)$", 1),  # "vocals +2", as on a fader
    ("B", rf"{_SIGN}({NUMBER}) ?(?:bpm|beats (?:per|a) minute)\b", 1),
    ("B", rf"()(?:(?<=tempo)|(?<=bpm)){_PLAIN}(\d{{2,3}})(?![\d.%:]| ?(?:%|per))", 1),
    ("C", rf"{_SIGN}({NUMBER}) ?(?:%|per ?cent\b|pct\b)", 1),
    ("H", rf"()({NUMBER}) ?k(?:hz)?\b", 1000),
    ("H", rf"()({NUMBER}) ?(?:hz|hertz)\b", 1),
    ("S", rf"()({NUMBER})[ -]?(?:ms|milliseconds?)\b", 0.001),
    ("S", rf"()({NUMBER})[ -]?(?:s|secs?|seconds?)\b", 1),
    ("S", rf"()({NUMBER})[ -]?(?:mins?|minutes?)\b", 60),
    ("I", rf"{_SIGN}({NUMBER})[ -]?(?:semi-?tones?|half[ -]?(?:steps?|tones?))\b", 1),
    ("I", rf"{_SIGN}({NUMBER})[ -]?whole[ -]?(?:steps?|tones?)\b", 2),
    ("I", rf"{_SIGN}({NUMBER})[ -]?octaves?\b", 12),
    ("I", rf"{_SIGN}({NUMBER})[ -]?cents?\b", 0.01),
    ("I", rf"{_SIGN}(\ba )step\b", 2),
    ("N", rf"()({NUMBER}) ?(?:times|x)\b(?! as)", 1),
    ("N", r"()\b(twice|thrice)\b(?! as)", 1),
)  # fmt: skip
_READERS = tuple((letter, re.compile(pattern), factor) for letter, pattern, factor in _UNITS)
_INTERVAL = re.compile(rf"\b(?:an? )?(?:perfect )?({'|'.join(sorted(_INTERVALS, key=len, reverse=True))})\b")
_PITCHED = re.compile(r"\b(?:up|down|higher|lower|raise|drop|transpose|pitch)\b")
_KEYS = re.compile(
    rf"\b(?:the )?(?:key{_PLAIN}|key )?({_TONIC})(?:[ -]?(major|minor|maj|min|m))?(?![\w#])(?! key)"
)
_KEYED = re.compile(r"\b(?:key|transpose|modulate)\b")


def take_amounts(clause: str) -> tuple[str, Amounts]:
    """``clause``, in lower case, with a letter in the place of each amount, and the amounts."""
    found = Amounts()

    def take(letter: str, sign: str | None, number: float) -> str:
        if letter in found.values:
            return " ? "  # two of a kind: nobody knows which is meant
        found.values[letter] = -number if sign and sign.strip() in ("-", "minus") else number
        if sign:
            found.signed.add(letter)
        return f" {letter} "

    for letter, pattern, factor in _READERS:
        clause = pattern.sub(lambda m, a=letter, by=factor: take(a, m[1], by * value_of(m[2])), clause)  # type: ignore[misc]
    if "I" not in found.values and _PITCHED.search(clause):
        clause = _INTERVAL.sub(lambda m: take("I", None, _INTERVALS[m[1]]), clause, count=1)
    key = _KEYS.search(clause)
    # A small "a" is an article, unless it has a mode.
    if key and (key[2] or "key" in key[0] or (key[1] != "a" and _KEYED.search(clause))):
        found.key = f"{key[1]} {key[2] or ''}".strip()
        clause = f"{clause[: key.start()]} K {clause[key.end() :]}"
    return clause, found


def value_of(number: str) -> float:
    """What a :data:`NUMBER` says."""
    number = number.strip()
    if number in _WORDS:
        return float(_WORDS[number])
    return float(number.replace(",", "" if re.fullmatch(r"\d+,\d{3}", number) else "."))
