"""Finding English words in a caption, whatever their accents, and with a slip of the pen."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from typing import TypeVar

from .vocabulary import FORM_WORDS, INSTRUMENT_WORDS, MOODS, OFTEN_MISSPELLED, STYLE_WORDS

_Meaning = TypeVar("_Meaning")
_NAMING_WORDS = {**STYLE_WORDS, **FORM_WORDS, r"acoustic|80s|eighties|dance|club": "pop"}
"""What makes a prompt one that names a style: of the hints, only those that say how it should sound."""
LONGEST_TEXT = 4000
"""Characters that are read."""
_LONG_RUN = re.compile(r"((.)\2{11})\2+", re.DOTALL)
_LONG_WORD = re.compile(r"(\w{64})\w+")
"""What is longer than any word, or repeated more often than anybody means: searching it would take long."""
_APOSTROPHES = str.maketrans("’ʼ", "''")
_JSON_COLON = re.compile(r"""(?<=\w)["']\s*:\s*["']?""")
_TAG = re.compile(r"\[([^\[\]:]{1,30})\] ?(?=\w)")
"""What is said of a section behind its tag: "[Chorus] strings enter"."""
_CORRECTED = re.compile(r"[a-z]{4,}", re.IGNORECASE)


def normalize_text(text: str) -> str:
    """Write ``text`` as the vocabulary is written.

    There is one space between words, Latin letters have no accents, and one wrong letter of a long word is
    put right.
    """
    text = unicodedata.normalize("NFKC", " ".join(text.split())[:LONGEST_TEXT])[:LONGEST_TEXT]
    text = _JSON_COLON.sub(": ", text.translate(_APOSTROPHES))
    text = _TAG.sub(r"\1: ", text)
    text = _LONG_RUN.sub(r"\1", "".join(map(_plain, text)))
    text = _LONG_WORD.sub(r"\1", text)
    return _CORRECTED.sub(lambda match: _corrected(match[0]), text)


def names_style(prompt: str) -> bool:
    """Whether ``prompt`` says what kind of music is wanted."""
    return bool(find_words(normalize_text(prompt), _NAMING_WORDS))


def find_words(text: str, vocabulary: Mapping[str, _Meaning]) -> list[tuple[int, int, _Meaning]]:
    """Find what ``text`` names of a vocabulary.

    Parameters
    ----------
    text : str
        As :func:`normalize_text` writes it.
    vocabulary : mapping of str to anything
        Regular expressions, which are matched as whole words, and their meanings.

    Returns
    -------
    list of (int, int, meaning)
        Start, end and meaning of each match, in order; a longer match hides those within it.
    """
    kept: list[tuple[int, int, _Meaning]] = []
    taken = bytearray(len(text))
    for start, end, meaning in all_words(text, vocabulary):
        # None of those taken before is shorter, so that one which overlaps covers an end of this.
        if not (taken[start] or taken[end - 1]):
            taken[start:end] = b"\1" * (end - start)
            kept.append((start, end, meaning))
    return sorted(kept, key=lambda hit: hit[0])


def all_words(text: str, vocabulary: Mapping[str, _Meaning]) -> list[tuple[int, int, _Meaning]]:
    """All that :func:`find_words` chooses from, the longest first."""
    hits = [
        (match.start(), match.end(), meaning)
        for pattern, meaning in vocabulary.items()
        for match in word_pattern(pattern).finditer(text)
        if match[0]
    ]
    return sorted(hits, key=lambda hit: (hit[0] - hit[1], hit[0]))


@lru_cache(maxsize=4096)
def word_pattern(pattern: str) -> re.Pattern[str]:
    """Compile ``pattern`` to match whole words, its longest alternative first."""
    pattern = "|".join(sorted(_alternatives(pattern), key=len, reverse=True))
    return re.compile(rf"(?<![\w&])(?:{pattern})(?![\w&])", re.IGNORECASE)


def _alternatives(pattern: str) -> list[str]:
    """``"a|b(?:c|d)"`` as ``["a", "b(?:c|d)"]``."""
    found, depth = [""], 0
    for letter in pattern:
        depth += (letter == "(") - (letter == ")")
        if letter == "|" and not depth:
            found.append("")
        else:
            found[-1] += letter
    return found


@lru_cache(maxsize=4096)
def _plain(letter: str) -> str:
    base = unicodedata.normalize("NFD", letter)[0]
    return base if base.isascii() else letter


@lru_cache(maxsize=4096)
def _corrected(text: str) -> str:
    lower = text.lower()
    if lower in OFTEN_MISSPELLED:
        return text
    meant = [
        right for right in sorted(OFTEN_MISSPELLED) if right[0] == lower[0] and is_one_typo(lower, right)
    ]
    return meant[0] if meant and not _known(lower) else text


def _known(text: str) -> bool:
    """Whether a word means something as it's written: "clavinet" is no clarinet."""
    return any(
        word_pattern(pattern).fullmatch(text)
        for words in (INSTRUMENT_WORDS, STYLE_WORDS, MOODS)
        for pattern in words
    )


def is_one_typo(wrong: str, right: str) -> bool:
    """Whether one letter is missing, extra, wrong, or two neighbours are swapped.

    A wrong letter makes another word of a short one ("drugs"): it counts in long ones alone.
    """
    if abs(len(wrong) - len(right)) > 1:
        return False
    at = next((i for i, (a, b) in enumerate(zip(wrong, right, strict=False)) if a != b), len(wrong))
    rest, other = wrong[at:], right[at:]
    swapped = rest[1::-1] == other[:2] and rest[2:] == other[2:] and len(rest) > 1
    # An ending may differ by grammar: only slips within the word are put right.
    longer = max(wrong, right, key=len)
    inside = at < len(longer) - 1
    inside |= 0 < at < len(longer) and longer[at] == longer[at - 1]  # One letter for two: "cowbel".
    replaced = rest[1:] == other[1:] and len(right) > 6
    return inside and (replaced or rest == other[1:] or rest[1:] == other or swapped)
