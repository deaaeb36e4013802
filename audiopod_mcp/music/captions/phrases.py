"""A caption taken apart: its phrases, in order and without gaps, each of one kind.

A letter stands for the kind of each phrase, so that what may be said is a pattern of letters.
"""

# ruff: noqa: E501 (tables: one entry a line)

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final

from .numbers import FIGURES
from .patterns import FIRST, OTHERS, stated
from .text_search import all_words, find_words
from .unsupported import CANNOT
from .vocabulary import (
    ALL_ACOUSTIC,
    AMOUNTS,
    COUNTS,
    DUETS,
    ENSEMBLES,
    FORM_WORDS,
    HINT_WORDS,
    INSTRUMENT_WORDS,
    KIT_WORDS,
    LAYER_WORDS,
    MANNERS,
    METRE_WORDS,
    MIX_WORDS,
    MOMENTS,
    MOODS,
    NEUTRAL_WORDS,
    SECTIONS,
    SIZES,
    STYLE_WORDS,
    TEMPO_WORDS,
    TONALITIES,
    TOPICS,
    TRACK_WORDS,
)

ORDINALS: Final = {
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
_ORDINAL = "|".join(ORDINALS)
_MOMENT = (
    rf"(?:about\s+)?(?:the\s+)?(?:first\s+)?(?P<number>\d{{1,3}}|{'|'.join(COUNTS)})[\s-]*(?P<of>bars?|measures?|minutes?|mins?|seconds?|secs?|s)\b(?:\s+in\b)?"
    r"|(?:bar|measure)\s+(?P<bar>\d{1,3})\b|(?P<m>\d{1,2}):(?P<s>[0-5]\d)\b"
    r"|the\s+(?P<half>first|second|last)\s+half\b(?:\s+of\s+the\s+(?:song|piece|track))?"
    rf"|(?:the\s+|every\s+|each\s+)?(?:(?P<which>{_ORDINAL})\s+)?(?P<section>{'|'.join(MOMENTS)})(?:\s+(?P<nth>\d))?\b"
)
_WHEN = re.compile(
    rf"\b(?:(?P<prep>after|at|from|for|in|on|during|throughout|(?:until|till|before)(?: at| in)?)\s+(?:{_MOMENT})|(?P<halfway>half-?way(?:\s+through)?)\b)",
    re.IGNORECASE,
)  # fmt: skip
_MARKS: Final = {
    # The words of each kind that say nothing of the music by themselves.
    "n": r"(?:leave|keep)(?= (?:\w+ ){1,3}out\b)|no|non|without|not(?! only\b| just\b)|minus|exclud(?:e|ing)|avoid(?:ing)?|skip(?:ping)?|negative prompt|(?:do|does|should|must|wo|ca)n'?t (?:use|want|include|add|have|need|put|feature|contain)(?: to (?:use|include|add|have|hear))?|(?:instead|in place) of|rather than|(?:remove|(?:remove|mute|omit|ditch|lose|drop(?! the (?:beat|bass)\b)|take out|leave out|get rid of) (?:the|all|any))(?![^.,;:]*\bfrom\b)|never|nothing(?! but\b| else\b| more\b)|neither",
    "N": r"(?:everything|all|anything)(?: \w+)? (?:except|but)(?: for)?", "~": r"that|which|who",
    "r": r"less|fewer",
    "x": r"except(?: for)?|other than|apart from",
    "o": r"only|just|nothing but|purely",
    "q": r"alone|unaccompanied|by (?:itself|themselves)|on (?:its|their) own|nothing (?:else|more)|no other (?:instruments?|players?)",
    "s": r"solos?",
    "O": r"(?:it\s+)?(?:start|begin|open)(?:s|ing)?\s+(?:out\s+|off\s+)?(?:quiet(?:ly)?\s+|soft(?:ly)?\s+|gently\s+|simply\s+)?(?:with|on)",
    "B": r"(?:(?:slowly|gradually)\s+)?(?:build|grow|ris|go|mov)(?:e?s|e|ing)?\s+(?:up\s+)?(?:gradually\s+|slowly\s+)?from",
    "E": r"(?:end|finish|clos|conclud)(?:e?s|e|ing)?\s+(?:quietly\s+|softly\s+)?(?:with|on)",
    "v": r"(?:start|begin|open|end|finish|clos)(?:e?s|e|ing)?(?: out| off)?",
    "Q": r"(?:start|begin|open)(?:s|ing)?(?: (?:out|off|up))? (?:alone|unaccompanied|by (?:itself|themselves)|on (?:its|their) own)",
    "J": r"(?:(?:also|then|slowly|gradually|finally)\s+)?(?:join(?:s|ing)?|joins?\s+in|enter(?:s|ing)?|com(?:es?|ing)\s+in|com(?:es?|ing)(?=\s+in\s)|kick(?:s|ing)?\s+in|follow(?:s|ing)?(?=[,.;]|$| (?:in|at|after|halfway|later|(?:\w+ ){1,2}later)\b)|drop(?:s|ping)?\s+in|(?:are|is|get|gets)\s+added|added)",
    "X": r"drop(?:s|ping)?\s+(?:out|away)|leav(?:es?|ing)|stop(?:s|ping)?(?:\s+playing)?|fall(?:s|ing)?\s+(?:out|silent|away)|cut(?:s|ting)?\s+out",
    "D": r"add(?:s|ing)?|bring(?:s|ing)?\s+in|introduc(?:es?|ing)",
    "R": r"(?:replace|swap|exchange)(?:\s+out)?",
    "t": r"then|gradually|progressively|(?:is |are )?(?:joined|followed) by",
    "l": r"later(?: on)?|eventually|afterwards",
    "f": r"first",
    "g": r"(?:the )?(?:full|whole|entire|rest of the) (?:band|ensemble|group|arrangement)|the (?:band|rest)|(?:the )?others|everyone(?: else)?|everybody(?: else)?|everything else|all (?:the )?(?:other )?instruments",
    "&": r"and", "w": r"with|plus", "/": r"or|nor", "b": r"but",
    "d": r"an?|the|any|some|lone|single|full",
    "z": r"(?:drum|beat|percussion|bass|vocal|voice|guitar|piano|synth|lyric)s?(?:-?less|[\s-]free)",
    "i": r"in|is|are|stays?|kept|gets?|feels?|goes|should be",
    "2": r"to|into",
    "h": r"off|silent|muted|absent", "u": r"until|till|before|unless|(?:in|for|during|over|from) the (?:last|final|closing) (?:\w+ )?(?:bars?|measures?|beats?|seconds?|minutes?)", "_": r"too|overly|other|such",
    "k": r"songs?|music|tracks?|tunes?|pieces?|beats?|instrumentals?",
    "y": "|".join(LAYER_WORDS),
}  # fmt: skip
_DENIED: Final = {
    "Z": r"-free\b|\s+(?:(?:is|are)\s+)?(?:replaced|swapped)\s+(?:by|with|for)\b|\s*[:=]\s*(?:none|no|nil|off|n/?a|0)\b|\s+(?:is|are)\s+(?:not (?:allowed|needed|wanted|required|welcome)|forbidden|unwanted)\b",
    "K": r"\bnot (?:in|at) (?:an? )?(?:\d{1,2}/\d{1,2}|\d{2,3} ?bpm|(?:[A-G](?:#|b| sharp| flat)? )?(?:major|minor)(?: key)?)",
}  # fmt: skip
"""What denies the player before it; and a key, a metre or a tempo that leaves the others open."""
_SIGNS: Final = {
    ",": r",",
    ".": r"[.;!?)|\]]",
    ":": r"[:=–—(→]|\s-\s",
    "&": r"[&/]",
    "w": r"\+",
}
_TABLES: Final[tuple[tuple[str, str, Mapping[str, Any]], ...]] = (
    # The letter of words, the kind of wish that they are by themselves, and what each means.
    ("9", "metre", METRE_WORDS), ("9", "mix", MIX_WORDS), ("9", "cannot", CANNOT), ("9", "duet", {DUETS: None}), ("9", "acoustic", {ALL_ACOUSTIC: None}),
    ("S", "alone", {r"a[\s-]?cap+el+a|barbershop": None}), ("_", "alone", {r"duo": None}),
    ("M", "mood", MOODS),
    ("", "section", {rf"(?:{words})(?: \d(?![/\d]))?": label for words, label in SECTIONS.items()}),
    ("M", "pace", TEMPO_WORDS), ("M", "mode", TONALITIES), ("S", "hint", HINT_WORDS), ("S", "form", FORM_WORDS), ("S", "ensemble", ENSEMBLES),
    ("S", "style", STYLE_WORDS), ("p", "kit", {KIT_WORDS: "drums"}), ("P", "player", INSTRUMENT_WORDS),
    ("P", "player", {words: tracks[0] for words, tracks in TRACK_WORDS.items()}),
    ("", "label", {r"hooks?": "chorus", r"breaks?|builds?": "break", r"endings?|finales?": "outro"}),
    ("M", "manner", MANNERS), ("a", "level", AMOUNTS), ("m", "size", SIZES), ("y", "layer", LAYER_WORDS),
    *((letter, "alone" if letter in "oq" else "", {words: None}) for letter, words in _MARKS.items()),
    ("?", "topic", {rf"(?:{words})[\s-]{TOPICS}": None for words in INSTRUMENT_WORDS}),
    ("_", "", {"|".join(NEUTRAL_WORDS.split()): None}),
)  # fmt: skip


def _lexicon() -> dict[str, list[tuple[str, str, Any]]]:
    found = dict[str, list[tuple[str, str, Any]]]()
    for letter, kind, table in _TABLES:
        for words, meaning in table.items():
            own = letter or {"intro": "I", "outro": "U"}.get(meaning, "L")
            found.setdefault(words, []).append((own, kind, meaning))
    return found


_LEXICON: Final = _lexicon()
_DOMINANT: Final = "?sPpzraMmILUSNnxoqQOBEJXDRtlfgvwb/&kyid2uh~_9"
"""Which letter counts where a phrase has several: the first of these."""
_WORD = re.compile(r"\d+(?:[:/.]\d+)+|[^\W_]+(?:['’-][^\W_]+)*")


@dataclass(frozen=True, slots=True)
class Phrase:
    """A phrase from ``start`` to ``end`` of a caption."""

    letter: str
    """``?`` is not known, ``9`` stated; moments are A (after), F (until), H (for so long), T (in a section) and C."""
    start: int
    end: int
    text: str
    kind: str = ""
    """What it wishes by itself."""
    value: Any = None
    means: Mapping[str, Any] = field(default_factory=dict)
    """What it means as each of the kinds of wishes that it might be."""


@lru_cache(maxsize=64)
def phrases_of(text: str) -> tuple[Phrase, ...]:
    """The phrases of ``text``, which is as :func:`~.text_search.normalize_text` writes it."""
    spans = dict[tuple[int, int], list[tuple[str, str, Any]]]()
    for start, end, kind, value in stated(text, (*FIGURES, *OTHERS)):
        spans.setdefault((start, end), []).append(("9", kind, value))
    for start, end, meanings in all_words(text, _LEXICON):
        spans.setdefault((start, end), []).extend(meanings)
    found = [
        Phrase(
            min((each[0] for each in meanings), key=_DOMINANT.index),
            *span,
            text[slice(*span)],
            *meanings[0][1:],
            {kind: value for _, kind, value in reversed(meanings)},
        )
        for span, meanings in sorted(spans.items(), key=lambda each: (each[0][0] - each[0][1], each[0]))
    ]
    players = {phrase.start for phrase in found if phrase.letter in "Ps"}
    moments = [
        Phrase(_moment_letter(match), match.start(), match.end(), match[0], "moment", _moment(match))
        for match in _WHEN.finditer(text)
        if not (match["section"] and not players.isdisjoint((match.start("section"), match.end() + 1)))
    ]
    first = [
        Phrase("9", start, end, text[start:end], kind, value, means={kind: value})
        for start, end, kind, value in stated(text, FIRST)
        if kind != "imitation" or any(phrase.letter in "?vl" for phrase in phrases_of(value))
    ]
    denied, signs = (
        [Phrase(sign, *match.span(), match[0]) for sign, p in table for match in p.finditer(text)]
        for table in (_DENYING, _OTHERS)
    )
    taken, kept = bytearray(len(text)), list[Phrase]()
    for phrase in (*denied, *first, *moments, *found, *signs):
        if not any(taken[phrase.start : phrase.end]):
            taken[phrase.start : phrase.end] = b"\1" * (phrase.end - phrase.start)
            kept.append(phrase)
    return tuple(sorted(kept, key=lambda phrase: phrase.start))


_DENYING = tuple((sign, re.compile(p, re.IGNORECASE)) for sign, p in _DENIED.items())
_OTHERS = (*((sign, re.compile(p)) for sign, p in _SIGNS.items()), ("?", _WORD))


def _moment_letter(match: re.Match[str]) -> str:
    prep, first = (match["prep"] or "").lower(), (match["which"] or match["half"] or "").lower()
    if prep.startswith(("until", "till", "before")):
        return "F"
    if prep in ("after", "from") or (first and prep in ("in", "at", "on") and match["half"] != "first"):
        return "A"
    if match["section"]:
        return "C" if prep == "throughout" else "T"
    begins = first == "first" or re.search(r"\bfirst\b", match[0], re.IGNORECASE)
    return "H" if prep in ("for", "throughout") or (begins and prep in ("in", "during")) else "C"


def _moment(match: re.Match[str]) -> tuple[float, str]:
    """The number and the unit of :class:`~audiopod_mcp.music.model.Cue`."""
    if match["number"]:
        number = COUNTS.get(match["number"].lower()) or float(match["number"])
        if (of := match["of"].lower()).startswith(("b", "me")):
            return float(number), "bars"
        return float(number) * (60 if of[0] == "m" else 1), "s"
    if match["half"] or match["halfway"]:
        return 0.0 if match["half"] == "first" else 0.5, "whole"
    if match["bar"]:
        return float(match["bar"]) - 1, "bars"
    if match["m"]:
        return 60.0 * int(match["m"]) + int(match["s"]), "s"
    which = ORDINALS.get((match["which"] or "").lower()) or int(match["nth"] or 1)
    label = next(iter(find_words(match["section"], MOMENTS)))[2]
    return float(which), f"after {label}" if match["prep"].lower() == "after" else label
