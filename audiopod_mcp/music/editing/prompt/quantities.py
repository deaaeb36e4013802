"""How much a prompt asks for: numbers, decibels, percents, seconds, hertz, "a bit" and "a lot"."""

from __future__ import annotations

import re

_NUMBERS: dict[str, float] = {
    "a": 1,
    "an": 1,
    "one": 1,
    "two": 2,
    "three": 3,
    "four": 4,
    "five": 5,
    "six": 6,
    "seven": 7,
}
_NUMBERS |= {"eight": 8, "nine": 9, "ten": 10, "eleven": 11, "twelve": 12, "fifteen": 15, "twenty": 20}
_NUMBERS |= {"thirty": 30, "forty": 40, "fifty": 50, "half a": 0.5, "once": 1, "twice": 2, "thrice": 3}
NUMBER = r"(\d+(?:[.,]\d+)?|" + "|".join(sorted(_NUMBERS, key=len, reverse=True)) + r")"
"""A number, in figures or spelled; :func:`parse_number` reads it."""


def parse_number(number: str) -> float:
    """The value of what :data:`NUMBER` matched."""
    return float(_NUMBERS.get(number) or number.replace(",", "."))


def find_decibels(text: str) -> float | None:
    """The first number of dB (or LU) in ``text``, without its sign."""
    found = re.search(NUMBER + r" ?(?:db|decibels?|lu|lufs)\b", text)
    return parse_number(found[1]) if found else None


def find_percent(text: str) -> float | None:
    """The first share in ``text``, as a fraction: 0.2 of "20 %" and of "20 percent"."""
    found = re.search(NUMBER + r" ?(?:%|per ?cent\b)", text)
    return parse_number(found[1]) / 100 if found else None


def find_seconds(text: str) -> float | None:
    """The first length of time in ``text``, seconds."""
    found = re.search(NUMBER + r"[ -]?(s|secs?|seconds?|mins?|minutes?)\b", text)
    return parse_number(found[1]) * (60 if found[2].startswith("m") else 1) if found else None


def find_hertz(text: str) -> float | None:
    """The first frequency in ``text``: "100 Hz", "8k", "2.5 kHz"."""
    found = re.search(r"(\d+(?:[.,]\d+)?) ?(k(?:hz)?|hz|hertz)\b", text)
    return parse_number(found[1]) * (1000 if found[2].startswith("k") else 1) if found else None


def find_intensity(text: str) -> float:
    """0.5 for "a bit", 1.75 for "a lot", else 1: what an unmeasured step is multiplied by."""
    if re.search(
        r"\b(?:slight(?:ly)?|a (?:tiny |little )?(?:bit|little|touch|tad|hint|smidge|pinch)|somewhat"
        r"|subtl[ey]|gently|kinda|not too much)\b",
        text,
    ):
        return 0.5
    if re.search(
        r"\b(?:much|a lot|lots|way|far|very|dramatically|significantly|heav(?:y|ily)|huge|big|massive(?:ly)?"
        r"|really|tons?|loads?|extremely|super)\b",
        text,
    ):
        return 1.75
    return 1.0
