"""How somebody is to play: "fingerpicked guitar", "organ stabs", "a walking bass line"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from .phrases import Phrase
from .text_search import find_words
from .vocabulary import MANNERS

_BEHIND = re.compile("[dMma]{0,2}P")
_BEFORE = re.compile("P_[Mma_?]?$")
_PLAYS = ("play", "plays", "playing")


@dataclass(frozen=True, slots=True)
class Manner:
    """A way of playing, and whose it is."""

    first: int
    """The phrase that says it."""
    player: int
    """The phrase that names the player, which may be the same."""
    figures: tuple[tuple[str, str], ...]
    """The figure of each role of :class:`~audiopod_mcp.music.styles.Member` that is played so."""


def manners(phrases: Sequence[Phrase], letters: str) -> Iterator[Manner]:
    """The ways of playing that ``phrases`` name; of those that were read already the letter is ``#``."""
    kinds = "".join(phrase.letter for phrase in phrases)
    for number, phrase in enumerate(phrases):
        if letters[number] == "#":
            continue
        figures = phrase.means.get("manner")
        if figures is None:
            within = find_words(phrase.text, MANNERS) if letters[number] == "P" else []
            if within:
                yield Manner(number, number, tuple(within[0][2].items()))
            continue
        behind = _BEHIND.match(letters, number + 1)
        if behind:
            player = behind.end() - 1
        elif letters[number - 1 : number] == "P":
            player = number - 1
        elif doing := _BEFORE.search(kinds, 0, number):
            player = doing.start()
            if phrases[player + 1].text.lower() not in _PLAYS:
                player = number
        elif letters[number] == "P":
            player = number
        else:
            continue
        yield Manner(number, player, tuple(figures.items()))
