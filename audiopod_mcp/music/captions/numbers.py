"""What a caption says in figures and letters: tempo, key, metre, length."""

# ruff: noqa: E501 (tables: one entry a line)

from __future__ import annotations

import re
from typing import Any

from audiopod_mcp.music.theory import METRES, MODES, parse_key

from .patterns import NOTHING, table
from .vocabulary import COUNTS

_N = r"\d{2,3}(?:\.\d+)?"
_RANGE = rf"{_N}(?:\s*(?:-|–|—|to|and|~|/)\s*{_N})?"
_BARE = rf"(?:[5-9]\d|1\d\d|2[01]\d)(?![\d]){_RANGE.removeprefix(_N)}"
_NOTE = r"[A-G](?:#|♯|b|♭)?"
_MODE = r"(?:major|maj|ionian|(?:natural |harmonic |melodic )?(?:minor|min)|aeolian|dorian|phrygian|lydian|locrian|mixolydian)"
_ARTICLE = re.compile(r"(?:\b(?:in|to|into|key of|key:?)\s*|,\s*|^)$", re.IGNORECASE)
_ARTICLE_END = re.compile(r"\s*(?:$|[,.;:)]|(?:with|at|and|around|about|for)\b|\d)", re.IGNORECASE)
"""What "a minor" stands between: else it is an article."""
_EQUALS = {"3/8": "3/4", "6/4": "3/4", "2/2": "2/4", "4/8": "2/4"}
_EQUALS |= {"5/8": "5/4", "10/8": "5/4", "7/16": "7/8", "14/8": "7/4"}
"""Metres that are felt as one of ours."""
_NUMBER = rf"\d{{1,3}}(?:\.\d{{1,2}})?|forty[\s-]five|{'|'.join(COUNTS)}|half a|a"
_SECONDS = r"(?:[\s,]+(?:and\s+)?\d{1,2}\s*(?:s|secs?|seconds?)\b)?"
_CLOCK = r"\d{1,2}:[0-5]\d"
_AMOUNT = re.compile(rf"\b({_NUMBER})[\s-]*([sm]?)(?:[a-z]*)\b(\s+and a half)?", re.IGNORECASE)
_DECADE = re.compile(r"\d*0s|\d{3}s|[a-z]+[\s-]*s", re.IGNORECASE)
_SHORTER = re.compile("under|less|below|shorter", re.IGNORECASE)
_NOT_THE_WHOLE = re.compile(
    r"\b(?:(?:after|at|from|to|until|till|first|last|final|by|within|every|before|for|opening|next|past)(?: (?:the|about|around))*"
    r"|(?:fad(?:e|es|ing)|tails?|decay|pauses?|silence)\b[^,;.]*|(?:solos?|intros?|outros?|breaks?)(?: of)?(?: lasting))\s+$",
    re.IGNORECASE,
)  # fmt: skip
"""Before a length: it is of something else, or says when that happens."""
_STRETCH = re.compile(
    r"[\s-]*(?:in\b|intros?\b(?! \w)|outros?\b|fad|solos?\b|breaks?\b|build|mark\b|later\b|pauses?\b|silence|tails?\b|decay)",
    re.IGNORECASE,
)  # fmt: skip
"""After it: how long a stretch of the piece is."""
_NUMBERS = {**COUNTS, "half a": 0.5, "a": 1.0, "forty-five": 45.0, "forty five": 45.0}


def canonical_metre(name: str) -> str | None:
    """The metre that one written as ``name`` is played as; ``None`` if it can't be."""
    alone = {"2": "2/4", "3": "3/4", "4": "4/4", "5": "5/4", "6": "6/8", "7": "7/8"}
    name = alone.get(name, _EQUALS.get(name, name))
    return name if name in METRES else None


def _middle(match: re.Match[str]) -> float:
    """Beats a minute; of a range the middle."""
    found = [float(number) for number in re.findall(_N, match[0])]
    return (found[0] + found[-1]) / 2


def _key(match: re.Match[str]) -> Any:
    named = match["it"]
    key = parse_key(re.sub("natural |harmonic |melodic ", "", named, flags=re.IGNORECASE))
    around = _ARTICLE.search(match.string[: match.start()]) and _ARTICLE_END.match(match.string, match.end())
    return key if key and (around or not re.match(r"a[\s-]?[^#b♯♭]", named)) else NOTHING


def _length(match: re.Match[str]) -> Any:
    """Seconds; a bound is kept by a tenth."""
    says, text = match["says"] or "", match[0].removeprefix(match["bound"] or "")
    if clock := re.search(_CLOCK, text):
        minutes, seconds = map(int, clock[0].split(":"))
        return 60.0 * minutes + seconds
    before = match.string[max(0, match.start() - 40) : match.start()] + ("lasting " if says else "")
    # "90s" is a decade, "808s" a drum machine.
    of_a_part = not says and (_DECADE.fullmatch(text) or _STRETCH.match(match.string, match.end()))
    if of_a_part or _NOT_THE_WHOLE.search(before):
        return NOTHING
    length = 0.0
    for number, unit, half in _AMOUNT.findall(text.removeprefix(says).lower()):
        if not (unit or number[0].isdigit()):
            return NOTHING
        length += ((_NUMBERS.get(number) or float(number)) + 0.5 * bool(half)) * (60 if unit == "m" else 1)
    bound = match["bound"]
    return length * (1.0 if not bound else 0.9 if _SHORTER.match(bound) else 1.1)


FIGURES = table(
    ("tempo", rf"(?:\bbetween\s+)?{_RANGE}(?:-?ish)?\s*-?\s*(?:bpm|b\.p\.m\.?|beats (?:per|a) minute|beats/min)", _middle),
    ("tempo", rf"(?:tempo|bpm)(?:\s+(?:of|is|around|about|between|from|range))*\s*[:=]?\s*{_RANGE}|[♩♪]\s*=?\s*{_RANGE}", _middle),
    # A number that is nothing else: "techno at 140", "phonk, drift, 140".
    ("tempo", rf"(?:\bat|@|^|[,|;])\s*{_BARE}\s*(?=$|[,|;.])|\bat\s+{_BARE}(?=\s+(?:with|and|in)\b)", _middle),
    ("key", rf"(?<![\w#])(?P<it>[A-G](?:#|♯|b|♭|[\s-]?sharp|[\s-]?flat)?[\s-]?{_MODE})(?![a-z])", _key),
    # "In F#": a capital, or it may be "in a forest"; "Am"; an item of a list: "blues, Bb, slow".
    ("key", rf"\b(?-i:in|key of|key[:=]|key|(?:mode|scale|{_MODE}) (?:on|of|from))\s*\b(?P<it>(?-i:[A-G](?:#|♯|b|♭|[\s-]flat|[\s-]sharp)?m?))(?![\w#♯♭'’])", _key),
    ("key", r"(?<![\w#])(?P<it>(?-i:[B-G](?:#|♯|b|♭)?m|A(?:#|♯|b|♭)m|(?:(?<=, )|^)Am|Am(?=\s*(?:$|[,.;|)]))))(?![\w#'’])", _key),
    ("key", rf"(?:^|[,|;]\s*)(?P<it>(?-i:{_NOTE}m?))\s*(?=$|[,|;])", _key),
    ("mode", rf"(?<!\w)(?:{'|'.join(MODES)})(?!\w)", lambda m: m[0].lower()),
    ("metre", r"(?<!\d)(\d{1,2})\s*/\s*(2|4|8|16)(?!\d)", lambda m: f"{m[1]}/{m[2]}"),
    ("length", rf"\b(?P<says>duration|length|runtime|running time|lasts|lasting)\s*(?:of|is|[:=])?\s*(?:{_CLOCK}|(?:{_NUMBER})[\s-]*(?:s|secs?|seconds?|m|mins?|minutes?)?\b{_SECONDS}(?!\s*(?:bars?|bpm)))"
     rf"|(?:(?<=^)|(?<=[,;|]\s)|(?<=[,;|.])){_CLOCK}(?=\s*(?:$|[,;|.]))|(?<![\w:.]){_CLOCK}[\s-]+(?:minutes? )?long\b"
     rf"|(?P<bound>\b(?:under|less than|below|shorter than|over|more than|longer than)\s+)?(?<![\w.:])(?:{_NUMBER})[\s-]*(?:s|secs?|seconds?|mins?|minutes?)\b(?:\s+and a half\b)?{_SECONDS}", _length),
)  # fmt: skip
