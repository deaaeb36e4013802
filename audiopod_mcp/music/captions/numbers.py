"""What a caption says in figures and letters: tempo, key, metre, length."""

# ruff: noqa: E501 (tables: one entry a line)

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from audiopod_mcp.music.theory import METRES, MODES, Key, parse_key

from .text_search import find_words, word_pattern
from .vocabulary import TONALITIES

_TEMPO = r"(?P<{0}>\d{{2,3}}(?:\.\d+)?)(?:\s*(?:-|–|—|to|and|~|/)\s*(?P<{0}_to>\d{{2,3}}(?:\.\d+)?))?"
_BPM = re.compile(
    rf"(?:\bbetween\s+)?{_TEMPO.format('a')}(?:-?ish)?\s*-?\s*(?:bpm|b\.p\.m\.?|beats (?:per|a) minute|beats/min)"
    rf"|(?:tempo|bpm)(?:\s+(?:of|is|around|about|between|from|range))*\s*[:=]?\s*{_TEMPO.format('b')}"
    rf"|[♩♪]\s*=?\s*{_TEMPO.format('c')}",
    re.IGNORECASE,
)
_BARE_BPM = re.compile(
    rf"(?:(?:\bat|@|^|[,|;])\s*{_TEMPO.format('d')}\s*(?=$|[,|;.])|\bat\s+{_TEMPO.format('e')}(?=\s+(?:with|and|in)\b))",
    re.IGNORECASE,
)
"""A number that is nothing else: "techno at 140", "phonk, drift, 140"."""
_ACCIDENTAL = r"(?:#|♯|b|♭|[\s-]?sharp|[\s-]?flat)?"
_MODES = {
    "major|maj|ionian": False,
    "(?:natural |harmonic |melodic )?(?:minor|min)|aeolian": True,
}
_CHURCH = ("dorian", "phrygian", "lydian", "locrian", "mixolydian")
_MODE = "|".join(f"(?P<{'minor' if minor else 'major'}>{words})" for words, minor in _MODES.items())
_MODE += "".join(f"|(?P<{name}>{name})" for name in _CHURCH)
_KEY = re.compile(rf"(?<![\w#])([A-G]{_ACCIDENTAL})[\s-]?(?:{_MODE})(?![a-z])", re.IGNORECASE)
_ARTICLE = re.compile(
    r"(?:\b(?:in|to|into|key of|key:?)\s*|,\s*|^)$", re.IGNORECASE
)  # before "a minor": else it's an article
_ARTICLE_END = re.compile(r"\s*(?:$|[,.;:)]|(?:with|at|and|around|about|for)\b|\d)", re.IGNORECASE)
_BARE_KEY = re.compile(
    rf"\b(?:in|key of|key[:=]|key|(?:mode|scale|{'|'.join(_CHURCH)}|major|minor) (?:on|of|from))\s*\b([A-G](?:#|♯|b|♭|[\s-]flat|[\s-]sharp)?m?)(?![\w#♯♭'’])"
)
"""``in F#``: a capital, or it may be "in a forest"."""
_SHORT_KEY = re.compile(
    r"(?<![\w#])([B-G](?:#|♯|b|♭)?m|A(?:#|♯|b|♭)m|(?:(?<=, )|^)Am|Am(?=\s*(?:$|[,.;|)])))(?![\w#'’])"
)
_KEY_ITEM = re.compile(r"(?:^|[,|;\n]\s*)([A-G](?:#|♯|b|♭)?m?)\s*(?=$|[,|;\n])")
"""A key as an item of a list: "blues, Bb, slow"."""
_MODE_ALONE = re.compile(
    rf"(?<!\w)(?:{'|'.join(f'(?P<{name}>{name})' for name in _CHURCH)})(?!\w)", re.IGNORECASE
)
_METRE = re.compile(r"(?<!\d)(\d{1,2})\s*/\s*(2|4|8|16)(?!\d)")
_EQUALS = {"3/8": "3/4", "6/4": "3/4", "2/2": "2/4", "4/8": "2/4"}
_EQUALS |= {"5/8": "5/4", "10/8": "5/4", "7/16": "7/8", "14/8": "7/4"}
"""Metres that are felt as one of ours."""
_METRE_WORDS = {
    r"(?:in )?three[\s-]four(?: time)?|triple (?:metre|meter|time)|waltz time": "3/4",
    r"(?:in )?six[\s-]eight(?: time)?|compound (?:metre|meter|time)": "6/8",
    r"(?:in )?five[\s-]four(?: time)?|quintuple (?:metre|meter|time)|take five": "5/4",
    r"(?:in )?seven[\s-]eight(?: time)?|(?:odd|irregular|asymmetric(?:al)?) (?:time signatures?|time|meters?|metres?)": "7/8",
    r"waltz(?:es)?|minuets?|mazurkas?|polonaise|landler|sarabande": "3/4",
    r"jigs?|gigue|(?:sea )?shanty|tarantella|barcarolle|siciliana": "6/8",
    r"polka|march|galop": "2/4",
}
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
COUNTS = {
    "one": 1,
    "two": 2,
    "three": 3,
    "four": 4,
    "five": 5,
    "six": 6,
    "eight": 8,
    "ten": 10,
    "twelve": 12,
    "fifteen": 15,
    "sixteen": 16,
    "twenty": 20,
    "thirty": 30,
    "forty": 40,
    "sixty": 60,
    "ninety": 90,
}
"""Numbers in words."""
_NUMBERS = {**COUNTS, "half a": 0.5, "a": 1.0, "forty-five": 45.0, "forty five": 45.0}


def _tempi(text: str) -> list[tuple[int, int, float]]:
    """Start, end and beats a minute of each tempo that ``text`` names; of a range it is the middle."""
    found = []
    for pattern, low, high in ((_BPM, 0, 1000), (_BARE_BPM, 50, 220)):
        for match in pattern.finditer(text):
            name = next(name for name in pattern.groupindex if "_" not in name and match[name])
            first, last = float(match[name]), float(match[f"{name}_to"] or match[name])
            if low <= first <= high:
                found.append((match.start(), match.end(), (first + last) / 2))
    return found


def find_tempo(text: str, low: float, high: float) -> float | None:
    """Beats a minute that ``text`` names; the middle, if it names two."""
    return next((value for _, _, value in _tempi(text) if low <= value <= high), None)


def find_key(text: str) -> Key | None:
    """The key that ``text`` names, in letters or in note names; a mode that's named apart goes with it."""
    key = next((key for _, _, key in _keys(text)), None)
    church = find_church_mode(text)
    # "E minor, mixolydian" contradicts itself: what was said with the tonic counts.
    if key is None or key.mode or church is None:
        return key
    agrees = not _KEY.search(text) or key.minor == MODES[church][1]
    return replace(key, minor=MODES[church][1], mode=church) if agrees else key


def _keys(text: str) -> Iterator[tuple[int, int, Key]]:
    """Start, end and key of each that ``text`` names, those in words first; "a minor" may be an article."""
    for match in _KEY.finditer(text):
        alone = _ARTICLE.search(text[: match.start()]) and _ARTICLE_END.match(text, match.end())
        if (match[1] != "a" or alone) and (key := parse_key(match[1])):
            yield match.start(), match.end(), _in_mode(key.tonic, match)
    for pattern in (_BARE_KEY, _SHORT_KEY, _KEY_ITEM):
        for match in pattern.finditer(text):
            if key := parse_key(match[1]):
                yield match.start(1), match.end(1), key


def find_church_mode(text: str) -> str | None:
    """The church mode that ``text`` names, with or without a tonic."""
    return next((found.lastgroup for found in _MODE_ALONE.finditer(text)), None)


def _in_mode(tonic: int, match: re.Match[str]) -> Key:
    church = next((name for name in _CHURCH if match[name]), "")
    return Key(tonic, MODES[church][1] if church else bool(match["minor"]), church)


def find_mode(text: str) -> bool | None:
    """Whether ``text`` asks for minor (``True``) or major without naming a tonic."""
    return next((name == "minor" for _, _, name in find_words(text, TONALITIES)), None)


def find_metre(text: str) -> str | None:
    """The metre that ``text`` names or that a dance it names is in."""
    return next((metre for _, _, name in _metres(text) if (metre := canonical_metre(name))), None)


def _metres(text: str) -> Iterator[tuple[int, int, str]]:
    """Start, end and name of each metre that ``text`` names, those in figures first."""
    for match in _METRE.finditer(text):
        yield match.start(), match.end(), f"{match[1]}/{match[2]}"
    for words, metre in _METRE_WORDS.items():
        for match in word_pattern(words).finditer(text):
            yield match.start(), match.end(), metre


def canonical_metre(name: str) -> str | None:
    """The metre that one written as ``name`` is played as; ``None`` if it can't be."""
    alone = {"2": "2/4", "3": "3/4", "4": "4/4", "5": "5/4", "6": "6/8", "7": "7/8"}
    name = alone.get(name, _EQUALS.get(name, name))
    return name if name in METRES else None


def find_lengths(text: str) -> list[tuple[int, int, float]]:
    """Start, end and seconds of each length of the piece that ``text`` states: "30 seconds", "length 1:30"."""
    found = []
    for match in _LENGTH.finditer(text):
        if clock := match["item"] or match["clock"] or match["long"]:
            minutes, seconds = map(int, clock.split(":"))
            found.append((*match.span(), 60.0 * minutes + seconds))
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
        found.append((bound.start() if bound else match.start(), match.end(), length))
    return found


def find_duration(text: str) -> float | None:
    """How long ``text`` says the piece should be, seconds."""
    return next((seconds for _, _, seconds in find_lengths(text)), None)


def find_figures(text: str) -> list[tuple[int, int, str, object]]:
    """Start, end, kind and value of all that ``text`` states in figures and letters.

    Kinds are ``length`` (s), ``tempo`` (beats a minute), ``key`` (:class:`~audiopod_mcp.music.theory.Key`),
    ``mode`` (a church mode) and ``metre``.
    """
    found: list[tuple[int, int, str, object]] = [
        (a, b, "length", seconds) for a, b, seconds in find_lengths(text)
    ]
    found += [(a, b, "tempo", value) for a, b, value in _tempi(text)]
    found += [(a, b, "key", key) for a, b, key in _keys(text)]
    found += [(m.start(), m.end(), "mode", m.lastgroup) for m in _MODE_ALONE.finditer(text)]
    return found + [(a, b, "metre", name) for a, b, name in _metres(text)]
