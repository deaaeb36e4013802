"""What a caption asks for, clause by clause: every word is part of a wish, says nothing, or is unread.

One lexicon, of which the longest match counts; one reader for what is stated in figures, one for the course
of the piece. What none of them knows is kept as it was said, so that it can be told.
"""

# ruff: noqa: E501 (tables: one entry a line)

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from typing import Any

from audiopod_mcp.music.lyrics.tags import ABRUPT

from .clauses import BY_SECTION, FOR_A_TIME, read_clauses
from .clauses import Wish as Wish
from .feel import COUNTED, STRAIGHT, SWUNG
from .numbers import COUNTS, find_figures
from .phrases import Phrase, phrases_of
from .text_search import find_words, normalize_text, word_pattern
from .unsupported import CANNOT, ENDINGS, LIKE
from .vocabulary import (
    DUETS,
    HINT_WORDS,
    INSTRUMENT_WORDS,
    KIT_WORDS,
    LANGUAGES,
    MIX_WORDS,
    NEUTRAL_WORDS,
    PERCUSSION_FIGURES,
    SECTION_WORD,
)

_ENGLISH_WORDS = "a an the and or of in on at to with for from by is it but not be are would should"
_ENGLISH = frozenset(_ENGLISH_WORDS.split())
_NEUTRAL = frozenset(NEUTRAL_WORDS.split())
_DENYING = frozenset(("no", "not", "without", "never", "except", "less", "fewer"))
"""They say something of the word behind them, whatever that is."""
_WORD = re.compile(r"\d+(?:[:/.]\d+)+|[^\W_]+(?:['’-][^\W_]+)*")
_CLAUSE_BREAK = re.compile(r"[,.;:!?|/()\[\]]|\b(?:and|with|but)\b")
NO_PART_OF_KIT = 'pieces of the kit can\'t be left out by themselves; "no drums" leaves out all of it'
_TONGUES = "|".join(LANGUAGES)
_S = r"{1,2}(?:\.\d+)?[\s-]*(?:s|secs?|seconds?)\b"
_NO = r"no|without(?: an?| any| the)?"
_ABRUPT = rf"(?:{ABRUPT.pattern})" r"(?!\s+(?:(?:at|in|on)\s+(?!the end)|before|between))"
"""Not "sudden silence at 0:08"."""
_FADE = (
    r"(?<!no )(?<!not )(?<!n't )(?<!without )(?<!without a )(?<!without any )\b"
    rf"(?:\d{_S}[\s-]+)?fad(?:e|es|ing)(?:[\s-]?(?P<side>out|in)\b"
    rf"(?:\s+(?:over|for|of|in|lasting|during)\s+(?:the (?:first|last|final)\s+)?\d{_S})?"
    r"|[\s-]away\b|(?=\s*(?:$|[,.;])|\s+(?:at|to|over|until)\b))"
)
_TONGUE = (
    rf"\bin\s+({_TONGUES}|latin)(?!\w)(?![\s-]+(?:style|feel|mood|rhythm|jazz|groove|pop|rock))"
    rf"|\b({_TONGUES})\s+(?:\w+\s+)?(?:vocals?|lyrics|singing|singer|words|rap)\b"
    rf"|\b(?:vocals?|lyrics|language)\s*[:=]\s*({_TONGUES})(?!\w)"
)
_INSTRUMENTAL = r"(?<!not )(?<!n't )(?<!not an )(?<!n't an )\b(?:instrumentals?|karaoke)\b(?!\s+(?:break|solo|intro|outro|interlude|section|bridge|hook|passage)s?\b)"
_ENDING = (
    r"\b(?:(?P<big>big|grand\w*|huge|epic|loud|massive|powerful|triumphant|climactic|explosive) (?:\w+ ){0,2})?"
    r"(?:(?<!low )(?<!high )(?<!top )ends?|endings?|conclu\w+|finale|final(?=\s*(?:$|[.,;]|chord|bars?|notes?))"
    r"|resol\w+|close[sd]?|last chord)\b(?: with a bang)?"
)
_ALONE = (
    r"\b(?:unaccompanied|only|alone|just|nothing but|purely|nothing (?:else|more)"
    r"|no other (?:instruments?|players?)|a[\s-]?cap+el+a|barbershop|duet|duo)\b"
)
"""Words by which nobody else plays, where they are said of players."""
_Says = Callable[[re.Match[str]], Any]


def _table(*rows: tuple[str, str, Any]) -> tuple[tuple[str, re.Pattern[str], _Says], ...]:
    """Kinds of wishes, patterns, and what each says: a value, or what gives it of a match."""
    return tuple(
        (kind, re.compile(pattern, re.IGNORECASE), says if callable(says) else (lambda _, value=says: value))
        for kind, pattern, says in rows
    )


_SOLO = re.compile(r"[\s-]+(?:solos?|break)\b", re.IGNORECASE)
_SOLO_BY = re.compile(r"\bsolos?\s+(?:by|on|from|for)\s+(?:(?:a|an|the)\s+)?$", re.IGNORECASE)
_SOLO_WITH = re.compile(r"\bsolo\s+(?:[\w'-]+\s+){0,2}$", re.IGNORECASE)
_OWN_SOLO = re.compile(r"solos?$", re.IGNORECASE)
_DENIED = re.compile(r"\b(?:no|without|not)\s+(?:any\s+)?$", re.IGNORECASE)
_ENDS_AT_ONCE = _table(("ending", _ABRUPT, "abrupt"))
_RULED_OUT = _table(
    ("cannot", rf"\b(?:{_NO}|minus) (?:{KIT_WORDS})(?!\w)", NO_PART_OF_KIT),
    ("cannot", r"\b(?:[\w-]+ )?drop(?:s|ping|ped)? (?:out|away)\b", FOR_A_TIME),
)
_NO_SECTION = _table(
    ("no section", rf"\b(?:{_NO}|skip(?: the)?|avoid(?: a)?) ((?:long|extended|big|slow|endless|drawn-out) )?{SECTION_WORD}\b", lambda m: m[1] or ""),
)  # fmt: skip
_STATED = _table(
    ("fade", _FADE, lambda m: (m["side"] or "out").lower()),
    ("language", _TONGUE, lambda m: m[1] or m[2] or m[3]),
)
_COUNTED = _table(
    ("bars", rf"(?<!for )(?<!after )(?<!first )(?<!last )(?<!every )\b([1-9]\d?|{'|'.join(COUNTS)})[\s-]bars?\b(?! blues)", lambda m: COUNTS.get(m[1].lower()) or int(m[1])),
    ("twelve bars", r"\b(?:12|twelve)[\s-]bars?(?= blues)", None),
    ("instrumental", _INSTRUMENTAL, None),
)  # fmt: skip
_PULSES = _table(
    ("pulse", r"\b(?:four|4)[\s-](?:on|to)[\s-]the[\s-]floor\b(?: kick)?", "kick"),
    ("pulse", r"\bwalking (?=(?:\w+ )?bass)", "bass"),
)
_FELT = _table(
    *(("feel", pattern.pattern, lambda m: m[0]) for pattern in (COUNTED, SWUNG, STRAIGHT)),
    ("alone", _ALONE, None),
)
_LAST = _table(
    ("genre", ENDINGS.pattern, None),
    ("ending", _ENDING, lambda m: "big" if m["big"] or "bang" in m[0] else "close"),
)


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
            or (wish.kind == "quality" and wish.value[1] > 0)
            for wish in ends
        )
        else "close"
    )


def _says_end(wish: Wish) -> bool:
    label = wish.value[0] if wish.kind == "quality" else wish.value
    return (
        wish.kind == "ending"
        or (wish.kind in ("section", "quality") and label == "outro")
        or (wish.kind == "cue" and wish.value.action == "ends")
        or (wish.kind == "cannot" and wish.value == BY_SECTION and "outro" in wish.asked.lower())
    )


@lru_cache(maxsize=64)
def read_wishes(caption: str) -> tuple[Wish, ...]:
    """Read what ``caption`` asks for, in order; what is not understood is of the kind ``unread``."""
    text = normalize_text(caption)
    clauses, phrases, taken = read_clauses(text), phrases_of(text), bytearray(len(text))
    wanted = clauses.wanted
    found: list[Wish] = []

    def claim(hits: Iterable[tuple[int, int, str, Any]]) -> None:
        for start, end, kind, value in hits:
            if start < end and not any(taken[start:end]):
                taken[start:end] = b"\1" * (end - start)
                found.append(Wish(kind, text[start:end].strip(), start, value))

    def claim_all(table: Iterable[tuple[str, re.Pattern[str], _Says]], where: str) -> None:
        for kind, pattern, says in table:
            claim((match.start(), match.end(), kind, says(match)) for match in pattern.finditer(where))

    claim((a, b, "mix", kind) for a, b, kind in find_words(text, MIX_WORDS))
    claim_all(_NO_SECTION, text)
    claim((wish.start, wish.start + len(wish.asked), wish.kind, wish.value) for wish in clauses.wishes)
    claim_all(_RULED_OUT, text)
    claim_all(_ENDS_AT_ONCE, wanted)
    claim((m.start(), m.end(), "imitation", m[1]) for m in LIKE.finditer(wanted) if not _is_all_known(m[1]))
    claim_all(_STATED, wanted)
    players = [p for p in phrases if p.letter == "P" and wanted[p.start : p.end].strip()]
    claim(_solos(wanted))
    claim_all(_PULSES, wanted)
    claim(_impossible(wanted))
    claim(find_figures(wanted))
    claim_all(_COUNTED, wanted)
    played = {p.end for p in players if not str(p.value).endswith("voice") and p.value[0] != "v"}
    claim((a, b, "duet", None) for a, b, _ in find_words(wanted, {DUETS: ""}) if not {a - 1, a - 2} & played)
    claim_all(_FELT, wanted)
    claim(_alone(phrases, wanted))
    left = "".join(" " if claimed else letter for letter, claimed in zip(wanted, taken, strict=True))
    if any(p.kind and any(taken[p.start : p.end]) and left[p.start : p.end].strip() for p in phrases):
        claim(_alone(phrases_of(left), left))  # "reverb guitars": there are guitars, without reverb
    claim_all(_LAST, wanted)
    found += _unread(text, taken)
    return tuple(sorted(found, key=lambda wish: wish.start))


def _alone(phrases: Iterable[Phrase], text: str) -> Iterator[tuple[int, int, str, Any]]:
    """What phrases wish by themselves, as far as they are in ``text``."""
    before = None
    for phrase in phrases:
        of_unknown = before and before.letter == "?" and before.end + 1 == phrase.start
        before = phrase
        if not (phrase.kind and text[phrase.start : phrase.end].strip()):
            continue
        if phrase.kind == "section" and of_unknown:
            continue  # "Male sings verses" is not that there are verses.
        if phrase.kind != "moment":
            yield phrase.start, phrase.end, phrase.kind, phrase.value
        elif phrase.letter == "T" and phrase.value[1] != "end":
            yield phrase.start, phrase.end, "cannot", BY_SECTION


def _impossible(text: str) -> Iterator[tuple[int, int, str, Any]]:
    """What nobody here can do; who does not want it has what is wanted."""
    for start, end, instead in find_words(text, CANNOT):
        denied = _DENIED.search(text, max(0, start - 16), start)
        yield (
            denied.start() if denied else start,
            end,
            "denied" if denied else "cannot",
            frozenset() if denied else instead,
        )


def _solos(text: str) -> Iterator[tuple[int, int, str, Any]]:
    """The solos that are asked for, and the word "solo" where somebody is to be alone."""
    for start, end, name in find_words(text, INSTRUMENT_WORDS):
        before = _SOLO_BY.search(text, max(0, start - 24), start)
        after = _SOLO.match(text, end)
        if before:
            yield before.start(), end, "solo", name
        elif after or _OWN_SOLO.search(text, start, end):
            yield start, after.end() if after else end, "solo", name
        elif alone := _SOLO_WITH.search(text, max(0, start - 24), start):
            yield alone.start(), alone.start() + 4, "alone", None


def _is_all_known(name: str) -> bool:
    """Whether a name is that of styles and players: "like Delta Blues", and not "like Daft Punk"."""
    return all(phrase.letter not in "?vl" for phrase in phrases_of(name))


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
