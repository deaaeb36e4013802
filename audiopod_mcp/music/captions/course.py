"""What a caption says of the course of a piece: "starts with solo piano for 8 bars, then strings join, drums
come in at the second chorus, ends on piano alone".

A clause is read if it is one of six sentences, of players that are known and a moment that can be counted;
anything else is left to be told as not understood.
"""

# ruff: noqa: E501 (tables and sentences: one a line)

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from functools import lru_cache

from audiopod_mcp.music.model import Cue
from audiopod_mcp.music.synthesis.instruments import INSTRUMENTS

from .density import AMOUNTS
from .feel import COUNTED
from .numbers import COUNTS
from .text_search import find_words, word_pattern
from .vocabulary import INSTRUMENT_WORDS, MOMENTS, MOODS, SECTIONS, TEMPO_WORDS, TRACK_WORDS

_MARK = "\ue000"
"""Stands for the letters of a player's name, so that a sentence can be written without any."""
_ORDINALS = {
    "first": 1,
    "second": 2,
    "third": 3,
    "fourth": 4,
    "last": -1,
    "final": -1,
    "1st": 1,
    "2nd": 2,
    "3rd": 3,
    "4th": 4,
}
_LIKE = r"(?:(?:a|an|the|just|only|solo|lone|single|soft|gentle|quiet|warm|sparse|simple|slow|some|full|big)\s+){0,4}"
_NAME = rf"{_LIKE}{_MARK}++"
_ONE = rf"(?P<players>{_NAME}(?:\s*(?:and|&|plus|with|\+)\s+{_NAME}){{0,3}})"
_SOME = rf"(?P<players>{_NAME}(?:(?:\s*,\s*{_NAME}){{0,4}},?\s*(?:and|&|plus|with)\s+{_NAME})?)"
"""A list ends with "and": in "with piano, drums come in" only the drums do."""
_THEM = _SOME.replace("<players>", "<them>")
NUMBER = rf"\d{{1,3}}|{'|'.join(COUNTS)}"
_MOMENT = (
    rf"(?:about\s+)?(?:the\s+)?(?:first\s+)?(?P<number>{NUMBER})[\s-]*(?P<of>bars?|measures?|seconds?|secs?|s)\b(?:\s+in\b)?"
    r"|(?:bar|measure)\s+(?P<bar>\d{1,3})\b"
    r"|(?P<m>\d{1,2}):(?P<s>[0-5]\d)\b"
    r"|the\s+(?P<half>first|second|last)\s+half\b(?:\s+of\s+the\s+(?:song|piece|track))?"
    rf"|(?:the\s+)?(?:(?P<which>{'|'.join(_ORDINALS)})\s+)?"
    rf"(?P<section>{'|'.join(MOMENTS)})(?:\s+(?P<nth>\d))?\b(?![\s-]+{_MARK})"
)
_WHEN = (
    r"(?:(?:\s*(?:after|at|from|for|in|on|with|during|throughout|until|till)|(?<=\bin))\s+"
    rf"(?:{_MOMENT})|\s*(?P<halfway>half-?way(?:\s+through)?)\b)"
)
_AT_LAST = rf"\s+(?:at\s+|in\s+)?(?:{_MOMENT})"
"""A moment after "until", which needs no preposition."""
_ENTERS = r"\s+(?:(?:also|then|slowly|gradually|finally)\s+)?(?:join(?:s|ing)?(?:\s+in)?|enter(?:s|ing)?|com(?:es?|ing)\s+in|kick(?:s|ing)?\s+in|drop(?:s|ping)?\s+in|start(?:s|ing)?(?=[\s,.;]|$)(?:\s+playing)?|(?:are|is|get|gets)\s+added|added)\b"
_LEAVES = r"\s+(?:drop(?:s|ping)?\s+out|leav(?:es?|ing)|stop(?:s|ping)?(?:\s+playing)?|fall(?:s|ing)?\s+(?:out|silent|away)|cut(?:s|ting)?\s+out)\b"
_LIST = rf"(?P<players>{_NAME}(?:(?:\s*(?:,|and|&|\+|plus|with|,\s*and)\s*|\s+){_NAME}){{0,5}})"
_COLON = r"(?:[:=–—(→]|\s-\s)"
_ANY_SECTION = "|".join(
    pattern for pattern, label in MOMENTS.items() if label not in ("intro", "outro", "end")
)
_NO_MORE = rf"(?!{_MARK})(?!{_ENTERS})(?!{_LEAVES})\)?"
_ALONE = r"(?:\s+(?:alone|only|solo|by itself|on its own))?"
_SENTENCES = (
    (
        "opens",
        rf"\b(?:it\s+)?(?:start|begin|open)(?:s|ing)?\s+(?:out\s+|off\s+)?(?:quiet(?:ly)?\s+|soft(?:ly)?\s+|gently\s+|simply\s+)?(?:with|on)\s+{_ONE}{_ALONE}(?!\s+and\s+{_MARK}++{_ENTERS}){_WHEN}?",
    ),
    ("opens", rf"\b(?:only|just)\s+{_ONE}{_WHEN}"),
    ("opens", rf"{_ONE}\s+(?:only|alone)(?=\s+(?:in|for|during)\s+the\s+first\b){_WHEN}"),
    ("opens", rf"{_ONE}\s+(?:enters?|comes?|starts?|plays?|goes)(?:\s+in)?\s+first\b"),
    (
        "ends",
        rf"\b(?:end|finish|clos|conclud)(?:e?s|e|ing)?\s+(?:quietly\s+|softly\s+)?(?:with|on)\s+{_ONE}(?:\s+(?:alone|only|solo|by itself|on its own)|(?=\s*(?:$|[.,;])))",
    ),
    (
        "enters",
        rf"\b(?:no|without)\s+{_SOME}\s+(?:until|till|before){_AT_LAST}",
    ),
    (
        "enters",
        rf"\b(?:add(?:s|ing)?|bring(?:s|ing)?\s+in|introduc(?:es?|ing))\s+{_SOME}{_WHEN}|\b(?:then|gradually|slowly|progressively)\s+(?:add(?:s|ing)?|bring(?:s|ing)?\s+in|introduc(?:es?|ing))\s+{_THEM}",
    ),
    ("enters", rf"(?:\bthen\s+)?{_SOME}{_ENTERS}{_WHEN}?"),
    (
        "enters",
        rf"(?<!no )(?<!without )(?<!{_MARK}){_SOME}(?=\s+(?:(?:after|from)\b|(?:in|at|on)\s+the\s+(?:{'|'.join(_ORDINALS)})\b)){_WHEN}",
    ),
    ("leaves", rf"(?:\bthen\s+)?{_SOME}{_LEAVES}{_WHEN}"),
    (
        "only",
        rf"(?<!no )(?<!without )(?<!less )(?<!any )(?<!{_MARK}){_SOME}\s+(?:only\s+)?(?:in|on|at|during)\s+(?:the\s+|every\s+)?"
        rf"(?P<section>{_ANY_SECTION})(?:es|s)?\b(?!\s*{_COLON})",
    ),
    ("enters", rf"\bthen\s+{_ONE}(?=\s*(?:$|[.,;]))"),
    ("opens", rf"\b(?P<section>intro)\s*{_COLON}\s*{_LIST}{_ALONE}{_NO_MORE}"),
    ("ends", rf"\b(?:outro|ending|end)\s*{_COLON}\s*{_LIST}{_ALONE}{_NO_MORE}"),
    (
        "enters",
        rf"\b(?P<section>{_ANY_SECTION})(?:\s+(?P<nth>\d))?\s*{_COLON}\s*(?!just|only)"
        rf"(?:(?:add(?:s|ing)?|plus|with|then|\+|bring(?:s|ing)?\s+in)\s+)?{_LIST}{_NO_MORE}",
    ),
    ("opens", rf"{_ONE}[\s-]+(?P<section>intro)\b(?!\s*{_COLON})"),
    ("ends", rf"{_ONE}[\s-]+outro\b(?!\s*{_COLON})"),
)
_SIZES = {
    r"huge|big|massive|loud(?:er)?|full(?:er)?|explosive|bigger|climactic|thunderous|wall[\s-]of[\s-]sound": 1,
    r"soft(?:er)?|quieter|low[\s-]key|small|empty|thin|hushed": -1,
}
_QUALITIES: dict[str, int] = {
    **dict.fromkeys((*TEMPO_WORDS, COUNTED.pattern), 0),
    **{
        words: round(math.copysign(1, energy)) if energy and not tone else 0
        for words, (_, energy, tone) in MOODS.items()
    },
    **{words: 1 if level > 0.5 else -1 for words, level in AMOUNTS.items()},
    **_SIZES,
}
"""What may be said of one section, and whether that is more (1) or less (-1) than the others, or else (0)."""
_CLAUSE = re.compile(
    rf"\b(?:intro|outro|{_ANY_SECTION})(?:\s+\d)?\s*[:(=](?!\d)[^,.;()|\n]*\)?", re.IGNORECASE
)
_IS = re.compile(
    r"\s*(?:[:=]|\b(?:is|are|in|gets?|stays?|should be|feels?|goes)\b)\s*(?:very |really |quite )?",
    re.IGNORECASE,
)
_VERB = re.compile(
    r"\b(?:(?P<begins>start|begin|open)|end|finish|clos)(?:e?s|e|ing)?(?: out| off)? (?:very |really )?$",
    re.IGNORECASE,
)
"""How a caption says what the piece is like at first, and at last."""
_SUNG_IN = ("verse", "pre-chorus", "chorus", "bridge")
"""Sections of which a player's name before them says that he plays there: a "piano verse", no "bass drop"."""
_MOST = 12
"""Cues of one caption."""


@lru_cache(maxsize=64)
def find_course(text: str) -> tuple[tuple[int, int, Cue], ...]:
    """Start, end and meaning of each sentence on the course of the piece, in order.

    ``text`` is as :func:`~audiopod_mcp.music.captions.text_search.normalize_text` writes it.
    """
    names = find_words(text, {**TRACK_WORDS, **INSTRUMENT_WORDS})
    if not names:
        return ()
    letters = list(text)
    for start, end, _ in names:
        letters[start:end] = _MARK * (end - start)
    found: list[tuple[int, int, Cue]] = []
    for action, pattern in _PATTERNS:
        for match in pattern.finditer("".join(letters)):
            first, last = match.span("players") if match["players"] else match.span("them")
            players = [text[a:b] for a, b, _ in names if first <= a and b <= last]
            if action == "ends" and re.search("solo", " ".join(players), re.IGNORECASE):
                continue  # That is a solo, with the band.
            number, unit = _moment(match, action)
            letters[match.start() : match.end()] = "." * (match.end() - match.start())
            cue = Cue(
                action, _tracks_of(players), text[match.start() : match.end()].strip(" ,"), unit, number
            )
            found.append((match.start(), match.end(), cue))
    return tuple(sorted(found, key=lambda hit: hit[0])[:_MOST])


_PATTERNS = tuple((action, re.compile(pattern, re.IGNORECASE)) for action, pattern in _SENTENCES)


_BARE = re.compile(r"\b(?:no|only|alone|solo|just|by itself|on its own)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Quality:
    """What a caption says of one section alone: "sparse verse", "the chorus is huge", "half-time intro"."""

    start: int
    end: int
    label: str
    more: int
    """1 where more is to be played than elsewhere, -1 where less is, 0 where something else is said."""


@lru_cache(maxsize=64)
def find_qualities(text: str) -> tuple[Quality, ...]:
    """What ``text`` says of sections alone, in order."""
    words = find_words(text, {**dict.fromkeys(INSTRUMENT_WORDS, 0), **_QUALITIES})
    found = []
    for start, end, label in find_words(text, {**SECTIONS, "endings?|finales?": "outro"}):
        before = [word for word in words if word[1] <= start]
        first, more = start, 0
        while before and re.fullmatch(r"(?:[\s-]+|\s+and\s+)", text[before[-1][1] : first]):
            first, _, said = before.pop()
            more = more or said
        is_meant = label in _SUNG_IN or bool(find_words(text[first:start], _QUALITIES))
        if first < start and is_meant:
            found.append(Quality(first, end, label, more))
        elif (link := _IS.match(text, end)) and (after := [word for word in words if word[0] == link.end()]):
            found.append(Quality(start, after[0][1], label, after[0][2]))
    for start, end, more in words:
        verb = _VERB.search(text, max(0, start - 24), start)
        if verb and find_words(text[start:end], _QUALITIES):
            found.append(Quality(verb.start(), end, "intro" if verb["begins"] else "outro", more))
    return tuple(found)


def find_clauses(text: str) -> list[tuple[int, int]]:
    """Start and end of what is said of a section behind a colon or in brackets: "verse (minimal beat)"."""
    return [match.span() for match in _CLAUSE.finditer(text)]


def without_course(text: str) -> str:
    """``text`` with blanks for what is said of a stretch alone: qualities of sections, and in sentences on the
    course what would rule out players for good.
    """
    names = find_words(text, {**TRACK_WORDS, **INSTRUMENT_WORDS})
    alone = [(said.start, said.end) for said in find_qualities(text)]
    for start, end in (*find_clauses(text), *alone):
        named = [(a, b) for a, b, _ in names if start <= a < end]
        text = "".join(
            letter if not start <= i < end or any(a <= i < b for a, b in named) else " "
            for i, letter in enumerate(text)
        )
    for start, end, _ in find_course(text):
        plain = _BARE.sub(lambda match: " " * len(match[0]), text[start:end])
        text = f"{text[:start]}{plain}{text[end:]}"
    return text


def _tracks_of(words: list[str]) -> tuple[str, ...]:
    """The tracks, or where one kind is named the instruments, that words name."""
    found: list[str] = []
    for word in words:
        whole = next(
            (tracks for pattern, tracks in TRACK_WORDS.items() if word_pattern(pattern).fullmatch(word)), None
        )
        named = next((name for _, _, name in find_words(word, INSTRUMENT_WORDS)), "")
        # "Piano" is that, "drums" whoever plays them.
        plain = (
            named in ("", "drums", "electric bass", "electric guitar", "strings", "brass", "synth lead")
            or named not in INSTRUMENTS
        )
        found += (
            list(whole[:1] if whole[0] != "percussion" else ("percussion",)) if whole and plain else [named]
        )
    return tuple(dict.fromkeys(found))


def _moment(match: re.Match[str], action: str) -> tuple[float, str]:
    groups = match.groupdict()
    if groups.get("number"):
        number = COUNTS.get(groups["number"].lower()) or float(groups["number"])
        return float(number), "bars" if groups["of"][0].lower() in "bm" else "s"
    if groups.get("half") or groups.get("halfway"):
        return 0.0 if groups["half"] == "first" and action != "opens" else 0.5, "whole"
    if groups.get("bar"):
        return float(groups["bar"]) - 1, "bars"
    if groups.get("m"):
        return 60.0 * int(groups["m"]) + int(groups["s"]), "s"
    if groups.get("section"):
        which = _ORDINALS.get((groups.get("which") or "").lower()) or int(groups.get("nth") or 1)
        label = next(iter(find_words(groups["section"], MOMENTS)))[2]
        return float(which), label
    return 0.0, ""
