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
_NUMBER = (
    r"\d{1,3}(?:\.\d{1,2})?|one|two|three|four|five|ten|fifteen|twenty|thirty|forty(?:[\s-]five)?|sixty|ninety"
    r"|half a|a"
)
_CLOCK = r"\d{1,2}:[0-5]\d"
_LENGTH = re.compile(
    rf"\b(?:duration|length|runtime|running time|lasts|lasting)\s*(?:of|is|[:=])?\s*(?:(?P<clock>{_CLOCK})"
    rf"|(?P<stated>{_NUMBER})[\s-]*(?P<unit>s|secs?|seconds?|m|mins?|minutes?)?\b(?:[\s,]+(?:and\s+)?(?P<rest>\d{{1,2}})\s*(?:s|secs?|seconds?)\b)?)(?!\s*(?:bars?|bpm))"
    rf"|(?:(?<=^)|(?<=[,;|]\s)|(?<=[,;|.]))(?P<item>{_CLOCK})(?=\s*(?:$|[,;|.]))"
    rf"|(?<![\w:.])(?P<long>{_CLOCK})[\s-]+(?:minutes? )?long\b"
    rf"|(?<![\w.:])(?P<number>{_NUMBER})[\s-]*(?P<of>s|secs?|seconds?|mins?|minutes?)\b"
    r"(?P<half>\s+and a half\b)?(?:[\s,]+(?:and\s+)?(?P<more>\d{1,2})\s*(?:s|secs?|seconds?)\b)?",
    re.IGNORECASE,
)
_MOMENT = re.compile(
    r"\b(?:after|at|from|to|until|till|first|last|final|by|within|every|before|for|opening|next|past)(?: (?:the|about|around))*\s+$",
    re.IGNORECASE,
)
"""Before a number of seconds: it says when something happens, not how long the piece is."""
_STRETCH = re.compile(
    r"[\s-]*(?:in\b|intros?\b(?! \w)|outros?\b|fad|solos?\b|breaks?\b|build|mark\b|later\b|pauses?\b|silence|tails?\b|decay)",
    re.IGNORECASE,
)  # fmt: skip
"""After it: how long a stretch of the piece is."""
_OF_A_PART = re.compile(
    r"\b(?:fad(?:e|es|ing)|tails?|decay|pauses?|silence)\b[^,;.]*$|\b(?:solos?|intros?|outros?|breaks?)\s+(?:of\s+)?$",
    re.IGNORECASE,
)  # fmt: skip
"""Before it, or before "lasting": of what else it is the length."""
_BOUND = re.compile(
    r"\b(?:(?P<under>under|less than|below|shorter than)|over|more than|longer than)\s+$", re.IGNORECASE
)
"""Before it: it is a bound, and a tenth off it is well within."""
_NUMBERS = {**COUNTS, "half a": 0.5, "a": 1.0, "forty-five": 45.0, "forty five": 45.0}


def _middle(match: re.Match[str]) -> float:
    """Beats a minute; of a range the middle."""
    found = [float(number) for number in re.findall(_N, match[0])]
    return (found[0] + found[-1]) / 2


def _key(match: re.Match[str]) -> Any:
    named = match["it"]
    key = parse_key(re.sub("natural |harmonic |melodic ", "", named, flags=re.IGNORECASE))
    around = _ARTICLE.search(match.string[: match.start()]) and _ARTICLE_END.match(match.string, match.end())
    return key if key and (around or not re.match(r"a[\s-]?[^#b♯♭]", named)) else NOTHING


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
)  # fmt: skip


def canonical_metre(name: str) -> str | None:
    """The metre that one written as ``name`` is played as; ``None`` if it can't be."""
    alone = {"2": "2/4", "3": "3/4", "4": "4/4", "5": "5/4", "6": "6/8", "7": "7/8"}
    name = alone.get(name, _EQUALS.get(name, name))
    return name if name in METRES else None


def find_lengths(text: str) -> list[tuple[int, int, str, float]]:
    """Start, end, kind and seconds of each length of the piece that ``text`` states: "30 seconds", "length 1:30"."""
    found = []
    for match in _LENGTH.finditer(text):
        if clock := match["item"] or match["clock"] or match["long"]:
            minutes, seconds = map(int, clock.split(":"))
            found.append((*match.span(), "length", 60.0 * minutes + seconds))
            continue
        word = (match["stated"] or match["number"]).lower()
        unit = match["unit"] if match["stated"] else match["of"]
        if _OF_A_PART.search(text, max(0, match.start() - 40), match.start()) and (
            match["number"] is None
            or not re.search(r"(?:solo|intro|outro|break)s?\s+$", text[: match.start()])
        ):
            continue
        if match["number"] and (
            _MOMENT.search(text, max(0, match.start() - 40), match.start())
            or _STRETCH.match(text, match.end())
        ):
            continue
        # "90s" is a decade, "808s" a drum machine.
        attached = re.fullmatch(r"\d*0s|\d{3}s", match[0], re.IGNORECASE)
        decade = attached or ((unit or "").lower() == "s" and not word[0].isdigit())
        if (word == "a" and not match["number"]) or (match["number"] and decade):
            continue
        number = (_NUMBERS.get(word) or float(word)) + 0.5 * bool(match["half"])
        size = 60 if (unit or "s").lower().startswith("m") else 1
        length = number * size + float(match["more"] or match["rest"] or 0)
        bound = _BOUND.search(text, max(0, match.start() - 20), match.start())
        length *= 1 if bound is None else 0.9 if bound["under"] else 1.1
        found.append((bound.start() if bound else match.start(), match.end(), "length", length))
    return found
