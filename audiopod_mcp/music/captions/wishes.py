"""What a caption asks for, clause by clause: every word is part of a wish, says nothing, or is unread.

One lexicon, of which the longest match counts; one reader for what is stated in figures, one for the course
of the piece. What none of them knows is kept as it was said, so that it can be told.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from audiopod_mcp.music.lyrics.tags import ABRUPT

from .clauses import read_clauses
from .feel import COUNTED, STRAIGHT, SWUNG
from .numbers import COUNTS, find_figures
from .text_search import find_words, normalize_text, word_pattern
from .unsupported import CANNOT, ENDINGS, LIKE
from .vocabulary import (
    DUETS,
    ENSEMBLES,
    FORM_WORDS,
    HINT_WORDS,
    INSTRUMENT_WORDS,
    KIT_WORDS,
    LANGUAGES,
    MIX_WORDS,
    MOODS,
    NEUTRAL_WORDS,
    PERCUSSION_FIGURES,
    SECTION_WORD,
    SECTIONS,
    STYLE_WORDS,
    TEMPO_WORDS,
    TRACK_WORDS,
)

_NEUTRAL = frozenset(NEUTRAL_WORDS.split())
"""Words that ask for nothing by themselves."""
_DENYING = frozenset(("no", "not", "without", "never", "except", "less", "fewer"))
"""They say something of the word behind them, whatever that is."""
_ENGLISH_WORDS = "a an the and or of in on at to with for from by is it but"
_ENGLISH = frozenset(_ENGLISH_WORDS.split())
_SECONDS = r"{1,2}(?:\.\d+)?[\s-]*(?:s|secs?|seconds?)\b"
_FADE = re.compile(
    r"(?<!no )(?<!not )(?<!n't )(?<!without )(?<!without a )(?<!without any )\b"
    rf"(?:\d{_SECONDS}[\s-]+)?fad(?:e|es|ing)"
    r"(?:[\s-]?(?P<side>out|in)\b"
    rf"(?:\s+(?:over|for|of|in|lasting|during)\s+(?:the (?:first|last|final)\s+)?\d{_SECONDS})?"
    r"|[\s-]away\b|(?=\s*(?:$|[,.;])|\s+(?:at|to|over|until)\b))",
    re.IGNORECASE,
)
_FOUR_ON_THE_FLOOR = re.compile(r"\b(?:four|4)[\s-](?:on|to)[\s-]the[\s-]floor\b(?: kick)?", re.IGNORECASE)
_WALKING = re.compile(r"\bwalking (?=(?:\w+ )?bass)", re.IGNORECASE)
_BARS = re.compile(rf"\b([1-9]\d?|{'|'.join(COUNTS)})[\s-]bars?\b(?! blues)", re.IGNORECASE)
_TWELVE_BARS = re.compile(r"\b(?:12|twelve)[\s-]bars?(?= blues)", re.IGNORECASE)
_SOLO = re.compile(r"[\s-]+(?:solos?|break)\b", re.IGNORECASE)
_SOLO_BY = re.compile(r"\bsolos?\s+(?:by|on|from|for)\s+(?:(?:a|an|the)\s+)?$", re.IGNORECASE)
_SOLO_WITH = re.compile(r"\bsolo\s+(?:[\w'-]+\s+){0,2}$", re.IGNORECASE)
_OWN_SOLO = re.compile(r"solos?$", re.IGNORECASE)
_INSTRUMENTAL = re.compile(
    r"\b(?:instrumentals?|karaoke)\b"
    r"(?!\s+(?:break|solo|intro|outro|interlude|section|bridge|hook|passage)s?\b)",
    re.IGNORECASE,
)
_TONGUE = re.compile(
    rf"\bin\s+({'|'.join((*LANGUAGES, 'latin'))})(?!\w)"
    r"(?![\s-]+(?:style|feel|mood|rhythm|jazz|groove|pop|rock))"
    rf"|\b({'|'.join(LANGUAGES)})\s+(?:\w+\s+)?"
    r"(?:vocals?|lyrics|singing|singer|words|rap)\b"
    rf"|\b(?:vocals?|lyrics|language)\s*[:=]\s*({'|'.join(LANGUAGES)})(?!\w)",
    re.IGNORECASE,
)
_ENDING = re.compile(
    r"\b(?:(?P<big>big|grand\w*|huge|epic|loud|massive|powerful|triumphant|climactic|explosive)"
    r" (?:\w+ ){0,2})?"
    r"(?:(?<!low )(?<!high )(?<!top )ends?|endings?|conclu\w+|finale"
    r"|final(?=\s*(?:$|[.,;]|chord|bars?|notes?))|resol\w+|close[sd]?|last chord)\b(?: with a bang)?",
    re.IGNORECASE,
)
"""How an end is asked for."""
_WITHIN = re.compile(r"\s+(?:(?:at|in|on)\s+(?!the end)|before|between)", re.IGNORECASE)
"""What follows a silence that is no end: "sudden silence at 0:08"."""
_WORD = re.compile(r"\d+(?:[:/.]\d+)+|[^\W_]+(?:['’-][^\W_]+)*")
_CLAUSE_BREAK = re.compile(r"[,.;:!?|/()\[\]]|\b(?:and|with|but)\b")
_FOR_A_TIME = 'who plays when is said by entries and exits: "drums enter at the chorus"'
_WHICH_ELSE = "say what it is to be in its place"
_NO_SECTION = re.compile(
    rf"\b(?:no|without(?: an?| any| the)?|skip(?: the)?|avoid(?: a)?)"
    rf" ((?:long|extended|big|slow|endless|drawn-out) )?{SECTION_WORD}\b",
    re.IGNORECASE,
)
_NO_PIECE = re.compile(rf"\b(?:no|without(?: an?| any| the)?|minus) (?:{KIT_WORDS})(?!\w)", re.IGNORECASE)
NO_PART_OF_KIT = 'pieces of the kit can\'t be left out by themselves; "no drums" leaves out all of it'
_DROPS_OUT = re.compile(r"\b(?:[\w-]+ )?drop(?:s|ping|ped)? (?:out|away)\b", re.IGNORECASE)
_ALONE = re.compile(
    r"\b(?:unaccompanied|only|alone|just|nothing but|purely|nothing (?:else|more)"
    r"|no other (?:instruments?|players?)|a[\s-]?cap+el+a|barbershop|duet|duo)\b",
    re.IGNORECASE,
)
"""Words by which nobody else plays, where they are said of players."""
_BY_SECTION = (
    'who plays in which section is said in sentences: "starts with piano, drums enter at the chorus"'
)
_LEXICON: dict[str, tuple[str, Any]] = {
    **{pattern: ("mood", meaning) for pattern, meaning in MOODS.items()},
    **{pattern: ("section", label) for pattern, label in SECTIONS.items()},
    **{pattern: ("pace", pace) for pattern, pace in TEMPO_WORDS.items()},
    **{pattern: ("hint", style) for pattern, style in HINT_WORDS.items()},
    **{pattern: ("form", style) for pattern, style in FORM_WORDS.items()},
    **{pattern: ("ensemble", names) for pattern, names in ENSEMBLES.items()},
    **{pattern: ("style", style) for pattern, style in STYLE_WORDS.items()},
    KIT_WORDS: ("player", "drums"),
    **{pattern: ("player", name) for pattern, name in INSTRUMENT_WORDS.items()},
    **{pattern: ("player", tracks[0]) for pattern, tracks in TRACK_WORDS.items()},
}


@dataclass(frozen=True, slots=True)
class Wish:
    """Something that a caption asks for."""

    kind: str
    """A word for what it is about: ``style``, ``player``, ``cue``, ``tempo`` …; ``cannot`` is what nobody
    here can do, ``genre`` one that is not known, ``unread`` what is not understood.
    """
    asked: str
    """Its words."""
    start: int
    value: Any = None


def asks_for_end(caption: str) -> str:
    """Whether ``caption`` has the music come to an end: ``"big"``, ``"close"`` or, if not, nothing."""
    ends = [wish for wish in read_wishes(caption) if _says_end(wish)]
    if not ends:
        return ""
    return (
        "big"
        if any(
            wish.value == "big"
            or re.search("finale|bang", wish.asked, re.IGNORECASE)
            or getattr(wish.value, "more", 0) > 0
            for wish in ends
        )
        else "close"
    )


def _says_end(wish: Wish) -> bool:
    label = getattr(wish.value, "label", wish.value)
    return (
        wish.kind == "ending"
        or (wish.kind in ("section", "quality") and label == "outro")
        or (wish.kind == "cue" and wish.value.action == "ends")
    )


@lru_cache(maxsize=64)
def read_wishes(caption: str) -> tuple[Wish, ...]:
    """Read what ``caption`` asks for, in order; what is not understood is of the kind ``unread``."""
    text = normalize_text(caption)
    taken = bytearray(len(text))
    found: list[Wish] = []

    def claim(hits: Iterable[tuple[int, int, str, Any]]) -> None:
        for start, end, kind, value in hits:
            if start < end and not any(taken[start:end]):
                taken[start:end] = b"\1" * (end - start)
                found.append(Wish(kind, text[start:end].strip(), start, value))

    claim((a, b, "mix", kind) for a, b, kind in find_words(text, MIX_WORDS))
    clauses = read_clauses(text)
    denials, wanted = clauses.denials, clauses.wanted
    claim((a, b, "cue", cue) for a, b, cue in clauses.cues)
    claim((m.start(), m.end(), "no section", m[1] or "") for m in _NO_SECTION.finditer(text))
    claim((quality.start, quality.end, "quality", quality) for quality in clauses.qualities)
    claim((d.start, d.end, "denied", d) for d in denials if d.rules_out)
    claim(
        (d.start, d.end, "cannot", _FOR_A_TIME if d.players else _WHICH_ELSE) for d in denials if d.for_a_time
    )
    claim((m.start(), m.end(), "cannot", NO_PART_OF_KIT) for m in _NO_PIECE.finditer(text))
    claim((m.start(), m.end(), "cannot", _FOR_A_TIME) for m in _DROPS_OUT.finditer(text))
    claim(
        (m.start(), m.end(), "ending", "abrupt")
        for m in ABRUPT.finditer(wanted)
        if not _WITHIN.match(wanted, m.end())
    )
    claim((start, end, "cannot", _BY_SECTION) for start, end in clauses.of_sections)
    claim((m.start(), m.end(), "imitation", m[1]) for m in LIKE.finditer(wanted) if not _is_all_known(m[1]))
    claim((m.start(), m.end(), "fade", (m["side"] or "out").lower()) for m in _FADE.finditer(wanted))
    claim((m.start(), m.end(), "language", m[1] or m[2] or m[3]) for m in _TONGUE.finditer(wanted))
    players = find_words(wanted, {**TRACK_WORDS, **INSTRUMENT_WORDS})
    for start, end, name in find_words(wanted, INSTRUMENT_WORDS):
        before, after = _SOLO_BY.search(wanted, max(0, start - 24), start), _SOLO.match(wanted, end)
        if before:
            claim([(before.start(), end, "solo", name)])
        elif after or _OWN_SOLO.search(wanted, start, end):
            claim([(start, after.end() if after else end, "solo", name)])
        elif alone := _SOLO_WITH.search(wanted, max(0, start - 24), start):
            claim([(alone.start(), alone.start() + 4, "alone", None)])
    claim((m.start(), m.end(), "pulse", "kick") for m in _FOUR_ON_THE_FLOOR.finditer(wanted))
    claim((m.start(), m.end(), "pulse", "bass") for m in _WALKING.finditer(wanted))
    claim((a, b, "cannot", instead) for a, b, instead in find_words(wanted, CANNOT))
    claim(find_figures(wanted))
    claim((m.start(), m.end(), "bars", COUNTS.get(m[1].lower()) or int(m[1])) for m in _BARS.finditer(wanted))
    claim((m.start(), m.end(), "twelve bars", None) for m in _TWELVE_BARS.finditer(wanted))
    claim((m.start(), m.end(), "instrumental", None) for m in _INSTRUMENTAL.finditer(wanted))
    played = {end for start, end, name in players if not str(name).endswith("voice") and name[0] != "vocals"}
    claim((a, b, "duet", None) for a, b, _ in find_words(wanted, {DUETS: ""}) if not {a - 1, a - 2} & played)
    ends = {d.start: d.end for d in denials if d.reduces}
    claim(
        (each.start, ends.get(each.start, each.end), "amount", (each.layers, each.level))
        for each in clauses.amounts
    )
    claim(
        (m.start(), m.end(), "feel", m[0])
        for pattern in (COUNTED, SWUNG, STRAIGHT)
        for m in pattern.finditer(wanted)
    )
    claim((m.start(), m.end(), "alone", None) for m in _ALONE.finditer(wanted))
    claim((a, b, *meaning) for a, b, meaning in find_words(wanted, _LEXICON))
    # "Minimal" was an amount: what is left of "minimal techno" is a style all the same.
    left = "".join(" " if claimed else letter for letter, claimed in zip(wanted, taken, strict=True))
    others = [hit for hit in find_words(left, _LEXICON) if hit[2][0] in ("style", "player")]
    claim((a, b, *meaning) for a, b, meaning in others)
    claim((m.start(), m.end(), "genre", None) for m in ENDINGS.finditer(wanted))
    claim((m.start(), m.end(), "ending", "big" if m["big"] else "close") for m in _ENDING.finditer(wanted))
    found += _unread(text, taken)
    return tuple(sorted(found, key=lambda wish: wish.start))


def _is_all_known(name: str) -> bool:
    """Whether a name is that of styles and players: "like Delta Blues", and not "like Daft Punk"."""
    return bool(re.fullmatch(r"(?:[\s,&-]|and|the|of)*", _without(name, find_words(name, _LEXICON))))


def _without(text: str, hits: Iterable[tuple[int, int, Any]]) -> str:
    for start, end, _ in hits:
        text = text[:start] + " " * (end - start) + text[end:]
    return text


def without_impossible(text: str, wishes: Iterable[Wish]) -> str:
    """``text`` with blanks for what nobody here can do: it has no say in style, mood and pace either."""
    for wish in wishes:
        if wish.kind in ("cannot", "imitation"):
            asked = text[wish.start :][: len(wish.asked)]
            kept = find_words(asked, HINT_WORDS) if wish.kind == "imitation" else []
            rest = "".join(c if any(a <= i < b for a, b, _ in kept) else " " for i, c in enumerate(asked))
            text = text[: wish.start] + rest + text[wish.start + len(asked) :]
    return text


def percussion_named(wishes: Iterable[Wish]) -> str:
    """The patterns of the percussion instruments that are named, joined by ``+``."""
    words = [wish.asked for wish in wishes if wish.kind == "player" and wish.value == "percussion"]
    named = [
        figure
        for word in words
        for pattern, figure in PERCUSSION_FIGURES.items()
        if word_pattern(pattern).fullmatch(word)
    ]
    return "+".join(dict.fromkeys(named))


def is_foreign(caption: str) -> bool:
    """Whether nothing in ``caption`` is understood, and it does not look English."""
    wishes = read_wishes(caption)
    if not wishes or any(wish.kind not in ("unread", "ending") for wish in wishes):
        return False
    return not looks_english(caption)


def looks_english(text: str) -> bool:
    """Whether ``text`` is too short to tell, or has the small words of English."""
    words = [word.lower() for word in _WORD.findall(text)]
    return all(map(_is_latin, words)) and (len(words) < 3 or bool(_ENGLISH.intersection(words)))


def _unread(text: str, taken: bytearray) -> list[Wish]:
    """What no wish explains: neighbouring words that say something, up to the end of a clause."""
    found: list[Wish] = []
    run: list[tuple[int, int]] = []

    def close() -> None:
        if run:
            found.append(Wish("unread", text[run[0][0] : run[-1][1]], run[0][0]))
            run.clear()

    at, at_denied = 0, -2
    for match in _WORD.finditer(text):
        if any(taken[at : match.end()]) or _CLAUSE_BREAK.search(text, at, match.start()):
            close()
        at = match.end()
        if taken[match.start()]:
            continue
        word = match[0].lower()
        denied = word in _DENYING or (at_denied == match.start() - 1)
        at_denied = match.end() if word in _DENYING else -2
        if denied or (
            word not in _NEUTRAL
            and (len(word) > 1 or not word.isascii() or not word.isalpha() or match[0] in "BCDEFG")
        ):
            run.append(match.span())
    close()
    return found


def _is_latin(word: str) -> bool:
    return all(not letter.isalpha() or "LATIN" in unicodedata.name(letter, "") for letter in word)


def styles_named_exactly(words: str, name: str, synonyms: str) -> bool:
    """Whether ``words`` are another name of the style ``name``, or a kind of it ("deep house")."""
    return name in words.lower() or bool(word_pattern(synonyms).search(words))
