"""What a caption asks for, clause by clause: every word is part of a wish, says nothing, or is unread.

Clauses come first, then what their phrases wish by themselves. What neither knows is kept as it was said, so
that it can be told.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

from .clauses import BY_SECTION, read_clauses
from .clauses import Wish as Wish
from .patterns import LAST, stated
from .phrases import Phrase
from .text_search import normalize_text, word_pattern
from .vocabulary import NEUTRAL_WORDS, PERCUSSION_FIGURES, STANDS_IN, TECHNIQUES

_ENGLISH_WORDS = "a an the and or of in on at to with for from by is it but not be are would should"
_ENGLISH = frozenset(_ENGLISH_WORDS.split())
_NEUTRAL = frozenset(NEUTRAL_WORDS.split())
_DENYING = frozenset(("no", "not", "without", "never", "except", "less", "fewer"))
"""They say something of the word behind them, whatever that is."""
_WORD = re.compile(r"\d+(?:[:/.]\d+)+|[^\W_]+(?:['’-][^\W_]+)*")
_CLAUSE_BREAK = re.compile(r"[,.;:!?|/()\[\]]|\b(?:and|with|but)\b")
_OTHERWISE = word_pattern("|".join((STANDS_IN, *TECHNIQUES)))
NO_PART_OF_KIT = 'pieces of the kit can\'t be left out by themselves; "no drums" leaves out all of it'
_SILENT = ("", "topic", "label", "level", "size", "layer", "manner")
"""What phrases say that is no wish by itself."""
_OWN_SOLO = re.compile(r"(?:.*\W)?solos?", re.IGNORECASE)
_TAKES, _TURN = re.compile("P[?_][dmMa]{0,2}s"), ("takes", "take", "plays", "has", "gets")
_SOLO_PLACE = "the form has its place for solos; [Solo] among the tags of lyrics says where"
_SOLO_BY, _SOLO_WITH = re.compile("s_d?$"), re.compile("s[^,.:P#]{0,2}$")


def asks_for_end(caption: str) -> str:
    """Whether ``caption`` has the music come to an end: ``"big"``, ``"close"`` or, if not, nothing."""
    ends = [wish for wish in read_wishes(caption) if _says_end(wish)]
    big = any(
        wish.value == "big"
        or re.search("finale|bang", wish.asked, re.IGNORECASE)
        or (wish.kind == "quality" and wish.value[1] > 0)
        for wish in ends
    )
    return "big" if big else "close" if ends else ""


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
    clauses, taken = read_clauses(text), bytearray(len(text))
    found: list[Wish] = []

    def claim(wish: Wish) -> None:
        end = wish.start + len(wish.asked)
        if wish.asked and not any(taken[wish.start : end]):
            taken[wish.start : end] = b"\1" * len(wish.asked)
            found.append(wish)
            if wish.kind == "cue" and wish.value.action not in ("leaves", "rests"):
                found.extend(_other_players(clauses.wanted, wish))
        elif wish.kind == "manner":  # It is that of somebody who opens or enters.
            found.append(wish)

    for wish in (*clauses.wishes, *_solos(clauses.wanted, text), *_by_themselves(clauses.wanted)):
        claim(wish)
    for start, end, kind, value in stated(text, LAST):
        claim(Wish(kind, text[start:end], start, value))
    found += _unread(text, taken)
    return tuple(sorted(found, key=lambda wish: wish.start))


def _other_players(phrases: Iterable[Phrase], cue: Wish) -> Iterator[Wish]:
    """Who is named in a cue, and is not heard just so: whose part a relative plays, or in another way."""
    for phrase in phrases:
        if cue.start <= phrase.start < cue.start + len(cue.asked) and _OTHERWISE.fullmatch(phrase.text):
            yield Wish("player", phrase.text, phrase.start, phrase.means.get("player"))


def _by_themselves(phrases: Iterable[Phrase]) -> Iterator[Wish]:
    """What phrases wish by themselves."""
    before = Phrase("", -1, -1, "")
    for phrase in phrases:
        beside, before = before if before.end >= phrase.start - 2 else None, phrase
        kind, value = phrase.kind, phrase.value
        if kind in _SILENT or (kind == "moment" and (phrase.letter != "T" or value[1] == "end")):
            continue
        if beside and kind == "section" and beside.letter in ("?", "f"):
            continue  # "Male sings verses" is not that there are verses.
        if kind == "moment":
            kind, value = "cannot", BY_SECTION
        kind = "player" if kind == "kit" else kind
        if beside and kind == "duet" and beside.letter == "P" and "voice" not in str(beside.value):
            kind = "alone"
        yield Wish(kind, phrase.text, phrase.start, value)


def _solos(phrases: Sequence[Phrase], text: str) -> Iterator[Wish]:
    """The solos that are asked for, and the word "solo" where somebody is to be alone."""
    letters = "".join(phrase.letter for phrase in phrases)
    for number, phrase in enumerate(phrases):
        if phrase.letter != "P" or "player" not in phrase.means:
            continue
        first, last = number, number + 1
        by, alone = _SOLO_BY.search(letters, 0, number), _SOLO_WITH.search(letters, 0, number)
        if by and phrases[by.start() + 1].text.lower() in ("by", "on", "from", "for"):
            first = by.start()
        elif letters[last : last + 1] == "s" or (
            phrases[last : last + 1] and phrases[last].text.lower() == "break"
        ):
            last += 1
        elif (turn := _TAKES.match(letters, number)) and phrases[last].text.lower() in _TURN:
            last = turn.end()
        elif not _OWN_SOLO.fullmatch(phrase.text):
            if alone:
                yield Wish("alone", phrases[alone.start()].text, phrases[alone.start()].start)
            continue
        start = phrases[first].start
        name = phrase.means["player"]
        yield Wish("solo", text[start : phrases[last - 1].end], start, name)
        if letters[last : last + 1] in tuple("ACFHT"):
            yield Wish("cannot", phrases[last].text, phrases[last].start, _SOLO_PLACE)


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
