"""What a caption says in figures and letters: tempo, key, metre, length."""

# ruff: noqa: E501 (tables: one entry a line)

from __future__ import annotations

import re

from audiopod_mcp.music.languages import NOTES
from audiopod_mcp.music.theory import METRES, Key, parse_key
from audiopod_mcp.music.wording import word

_BPM = re.compile(
    r"(?:(\d{2,3})\s*(?:-|–|to|and|bis|a|à|~)\s*)?(\d{2,3}(?:\.\d+)?)\s*-?\s*(?:bpm|b\.p\.m\.?|beats (?:per|a) minute|beats/min)"
    r"|(?:tempo|bpm|テンポ|速度)(?:\s+(?:of|is|around|about))?\s*[:=]?\s*(\d{2,3}(?:\.\d+)?)()"
    r"|[♩♪]\s*=?\s*(\d{2,3}(?:\.\d+)?)()",
    re.IGNORECASE,
)
_ACCIDENTAL = r"(?:#|♯|b|♭|[\s-]?sharp|[\s-]?flat)?"
_MODES = {
    "major|maj|dur|ionian|lydian|mixolydian|majeur|mayor|maggiore|maior|メジャー|長調|大调|大調|장조|мажор\\w*": False,
    "(?:natural |harmonic |melodic )?(?:minor|min)|moll|dorian|phrygian|aeolian|locrian|mineur|menor|minore"
    "|マイナー|短調|小调|小調|단조|минор\\w*": True,
}
_MODE = "|".join(f"(?P<{'minor' if minor else 'major'}>{words})" for words, minor in _MODES.items())
_KEY = re.compile(rf"(?<![\w#])([A-G]{_ACCIDENTAL})[\s-]?(?:{_MODE})(?![a-z])", re.IGNORECASE)
_ARTICLE = re.compile(
    r"(?:\b(?:in|key of|key:?)\s*|,\s*|^)$", re.IGNORECASE
)  # before "a minor": else it's an article
_ARTICLE_END = re.compile(r"\s*(?:$|[,.;:)]|(?:with|at|and|around|about|for)\b|\d)", re.IGNORECASE)
_NAMED_KEY = re.compile(
    rf"(?<!\w)({'|'.join(sorted(NOTES, key=len, reverse=True))})"
    r"(?:[\s-](sharp|flat|di[eè]se|bemol(?:le)?|sostenido|diesis|sustenido))?"
    rf"[\s-](?:{_MODE})(?!\w)",
    re.IGNORECASE,
)
_BARE_KEY = re.compile(
    r"\b(?:in|key of|key[:=]|key)\s*\b([A-G](?:#|♯|b|♭|[\s-]flat|[\s-]sharp)?m?)(?![\w#♯♭'’])"
)
"""``in F#``: a capital, or it may be "in a forest"."""
_SHORT_KEY = re.compile(r"(?<![\w#])([B-G](?:#|♯|b|♭)?m|A(?:#|♯|b|♭)m|(?:(?<=, )|^)Am)(?![\w#'’])")
_METRE = re.compile(r"(?<!\d)(2|3|4|6|9|12)\s*/\s*(2|4|8)(?!\d)")
_METRE_WORDS = {
    r"(?:in )?three[\s-]four(?: time)?|triple (?:metre|meter|time)|waltz time|drei ?viertel ?takt|a trois temps|3拍子|三拍子|3박자": "3/4",
    r"(?:in )?six[\s-]eight(?: time)?|compound (?:metre|meter|time)|sechs ?achtel ?takt": "6/8",
    r"waltz(?:es)?|minuets?|menuett?o?|mazurkas?|polonaise|landler|sarabande|valse|vals|valzer|valsa|walzer|walc|вальс\w*": "3/4",
    r"ワルツ|圆舞曲|圓舞曲|华尔兹|왈츠": "3/4",
    r"jigs?|gigue|(?:sea )?shanty|tarantella|barcarolle|siciliana": "6/8",
    r"polka|march|marsch|marche|marcia|galop": "2/4",
}
_LENGTH = re.compile(
    r"\b(\d{1,3}(?:\.\d)?|one|two|three|four|five|half a)[\s-]*(s|secs?|seconds?|mins?|minutes?)\b"
    r"(?=[\s-]*(?:long|of\b|(?:[\w'-]+\s+){0,3}"
    r"(?:track|song|piece|loop|jingle|clip|music|version|intro jingle|theme|cue|tune|beat)\b))",
    re.IGNORECASE,
)
_NUMBERS = {"one": 1.0, "two": 2.0, "three": 3.0, "four": 4.0, "five": 5.0, "half a": 0.5}


def tempo_in(text: str, low: float, high: float) -> float | None:
    """Beats a minute that ``text`` names; the middle, if it names two."""
    for match in _BPM.finditer(text):
        first, second = (match[1], match[2]) if match[2] else (None, match[3] or match[5])
        value = (float(first) + float(second)) / 2 if first else float(second)
        if low <= value <= high:
            return value
    return None


def key_in(text: str) -> Key | None:
    """The key that ``text`` names, in letters or in note names. A church mode is its minor or major."""
    for match in _KEY.finditer(text):
        note = match[1]
        if note == "a" and not (
            _ARTICLE.search(text[: match.start()]) and _ARTICLE_END.match(text, match.end())
        ):
            continue
        key = parse_key(note)
        if key is not None:
            return Key(key.tonic, minor=bool(match["minor"]))
    if named := _NAMED_KEY.search(text):
        sign = (named[2] or "").lower()
        shift = 0 if not sign else -1 if sign.startswith(("flat", "bemol")) else 1
        return Key((NOTES[named[1].lower()] + shift) % 12, minor=bool(named["minor"]))
    bare = _BARE_KEY.search(text) or _SHORT_KEY.search(text)
    return parse_key(bare[1]) if bare else None


def mode_in(text: str) -> bool | None:
    """Whether ``text`` asks for minor (``True``) or major without naming a tonic."""
    if re.search(
        r"\bminor[\s-](?:key|mode|tonality|feel|scale)\b|\bin minor\b|\bmoll\b", text, re.IGNORECASE
    ):
        return True
    if re.search(r"\bmajor[\s-](?:key|mode|tonality|feel|scale)\b|\bin major\b|\bdur\b", text, re.IGNORECASE):
        return False
    return None


def metre_in(text: str) -> str | None:
    """The metre that ``text`` names or that a dance it names is in. 12/8 and 9/8 are felt as 6/8."""
    for match in _METRE.finditer(text):
        name = f"{match[1]}/{match[2]}"
        name = {"12/8": "6/8", "9/8": "6/8", "3/8": "3/4", "6/4": "3/4", "2/2": "2/4", "4/8": "2/4"}.get(
            name, name
        )
        if name in METRES:
            return name
    return next((metre for pattern, metre in _METRE_WORDS.items() if word(pattern).search(text)), None)


def seconds_in(text: str) -> float | None:
    """How long ``text`` says the piece should be: "a 30-second jingle", "two minutes long"."""
    match = _LENGTH.search(text)
    if match is None:
        return None
    number = _NUMBERS.get(match[1].lower()) or float(match[1])
    return number * (60 if match[2].lower().startswith("m") else 1)
