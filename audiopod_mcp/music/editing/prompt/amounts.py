"""How much a clause asks for: numbers with their units, sizes that are only words, and keys."""

# ruff: noqa: E501 (patterns: one of meaning a line)

from __future__ import annotations

import re
from dataclasses import dataclass, field

_WORDS = {
    "a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
    "ten": 10, "twelve": 12, "fifteen": 15, "twenty": 20, "thirty": 30, "half a": 0.5, "a couple of": 2, "once": 1,
    "twice": 2, "thrice": 3,
}  # fmt: skip
_SPELLED = "|".join(sorted(_WORDS, key=len, reverse=True))
NUMBER = rf"(?:\d+(?:[.,]\d+)?|\b(?:{_SPELLED})\b)"
_INTERVALS = {
    "minor second": 1, "major second": 2, "minor third": 3, "major third": 4, "third": 4, "perfect fourth": 5,
    "fourth": 5, "tritone": 6, "perfect fifth": 7, "fifth": 7, "minor sixth": 8, "major sixth": 9, "sixth": 9,
    "minor seventh": 10, "major seventh": 11, "octave and a half": 18, "octave": 12,
}  # fmt: skip
_STEPS = {
    "semi-?tones?": 1,
    "half[ -]?(?:steps?|tones?)": 1,
    "(?:whole[ -]?)(?:steps?|tones?)": 2,
    "octaves?": 12,
    "cents?": 0.01,
}
_TONIC = r"[a-g](?:#|b|♯|♭|[ -]sharp|[ -]flat)?"
_SIGN = r"(?:(?<![\w.])([-+]|minus |plus ) ?)?"


@dataclass(slots=True)
class Amounts:
    """What was found in a clause.

    ``values`` by letter: D dB, U LUFS, P dBTP, B BPM, C %, H Hz, S seconds, I semitones, N times; ``signed`` are
    the letters of those with a sign. ``key`` is a key, and ``degree`` what an unmeasured change is multiplied by.
    """

    values: dict[str, float] = field(default_factory=dict)
    signed: set[str] = field(default_factory=set)
    key: str = ""
    degree: float = 1.0


_UNITS = (
    # The letter, what stands around the number, and the factor.
    ("P", rf"(?:true )?peaks?(?: level)?(?: (?:of|at|to|below|under|max|is|no higher than))* {_SIGN}({NUMBER}) ?db(?:tp|fs)?\b", 1),
    ("P", rf"{_SIGN}({NUMBER}) ?(?:dbtp\b|dbfs\b|db (?:true )?peaks?\b)", 1),
    ("U", rf"{_SIGN}({NUMBER}) ?(?:lufs|lkfs)\b", 1),
    ("D", rf"{_SIGN}({NUMBER}) ?(?:db|decibels?|lu)\b", 1),
    ("B", rf"()({NUMBER}) ?(?:bpm|beats (?:per|a) minute)\b", 1),
    ("B", r"()(?:(?<=tempo )|(?<=bpm ))(?:of |to |at )?(\d{2,3})(?![\d.%:]| ?(?:%|per))", 1),
    ("C", rf"{_SIGN}({NUMBER}) ?(?:%|per ?cent\b)", 1),
    ("H", rf"()({NUMBER}) ?k(?:hz)?\b", 1000),
    ("H", rf"()({NUMBER}) ?(?:hz|hertz)\b", 1),
    ("S", rf"()({NUMBER})[ -]?(?:ms|milliseconds?)\b", 0.001),
    ("S", rf"()({NUMBER})[ -]?(?:s|secs?|seconds?)\b", 1),
    ("S", rf"()({NUMBER})[ -]?(?:mins?|minutes?)\b", 60),
    *(("I", rf"{_SIGN}({NUMBER})[ -]?{words}\b", size) for words, size in _STEPS.items()),
    ("I", rf"{_SIGN}(\ba )step\b", 2),
    ("N", rf"()({NUMBER}) ?(?:times|x)\b(?! as)", 1),
    ("N", r"()\b(twice|thrice)\b(?! as)", 1),
)  # fmt: skip
_READERS = tuple((letter, re.compile(pattern), factor) for letter, pattern, factor in _UNITS)
_INTERVAL = re.compile(rf"\b(?:an? )?(?:perfect )?({'|'.join(sorted(_INTERVALS, key=len, reverse=True))})\b")
_KEYS = re.compile(rf"\b(?:the )?(?:key of |key )?({_TONIC})(?:[ -]?(major|minor|maj|min|m))?(?![\w#])")
_DEGREES = (
    (0.5, r"\b(?:(?:just )?an? (?:tiny |little )?(?:bit|little|touch|tad|hint|smidge|hair)(?: of)?|slightly|lightly|somewhat|subtly|gently|a few notches)\b"),
    (1.75, r"\b(?:much|an? (?:whole )?lot(?: of)?|lots(?: of)?|way|far|significantly|considerably|heavily|dramatically|really|tons(?: of)?)\b"),
)  # fmt: skip


def take_amounts(clause: str) -> tuple[str, Amounts]:
    """``clause``, in lower case, with a letter in the place of each amount, and the amounts."""
    found = Amounts()

    def take(letter: str, sign: str | None, number: float) -> str:
        if letter in found.values:
            return "?"  # two of a kind: nobody knows which is meant
        found.values[letter] = -number if sign and sign.strip() in ("-", "minus") else number
        if sign:
            found.signed.add(letter)
        return f" {letter} "

    for letter, pattern, factor in _READERS:
        clause = pattern.sub(lambda m, a=letter, by=factor: take(a, m[1], by * _value(m[2])), clause)  # type: ignore[misc]
    if "I" not in found.values and re.search(
        r"\b(?:up|down|higher|lower|raise|drop|transpose|pitch)\b", clause
    ):
        clause = _INTERVAL.sub(lambda m: take("I", None, _INTERVALS[m[1]]), clause, count=1)
    for degree, words in _DEGREES:
        clause, hits = re.subn(words, " ", clause)
        found.degree = degree if hits else found.degree
    key = _KEYS.search(clause)
    # A small "a" is an article, unless it has a mode.
    if key and key[1] == "a" and clause[key.end() :].startswith(" key"):
        key = None  # "in a minor key"
    if key and (
        key[2] or "key" in key[0] or (key[1] != "a" and re.search(r"\b(?:key|transpose|modulate)\b", clause))
    ):
        found.key = f"{key[1]} {key[2] or ''}".strip()
        clause = f"{clause[: key.start()]} K {clause[key.end() :]}"
    return clause, found


def _value(number: str) -> float:
    number = number.strip()
    return float(_WORDS[number]) if number in _WORDS else float(number.replace(",", "."))
