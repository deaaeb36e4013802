"""Clauses of a caption of which the contrary is meant, who knows which: "don't make the drums too busy"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from .phrases import Phrase

_NOT_SO = re.compile(r"\w+n't|(?:do|does|is|should)nt|remov(?:e|ing)|mut(?:e|ing)", re.IGNORECASE)
_NOT_TO_BECOME = re.compile(
    r"(?:\S+ ){1,3}?(?:let(?:ting)?|(?:mak|remov|mut|los|dropp|omitt|replac|chang|touch)(?:e|ing))\b",
    re.IGNORECASE,
)
"""What is not so, and what somebody is not to become."""


def contraries(text: str, phrases: Sequence[Phrase]) -> Iterator[tuple[int, int]]:
    """The first phrase of each such clause of ``text``, and the one after its last."""
    letters = "".join(phrase.letter for phrase in phrases)
    for number, phrase in enumerate(phrases):
        clause = re.split("[,.:b]", letters[number:])[0]
        if clause[:1] not in ("n", "?"):
            continue
        last = number + len(clause)
        if (
            re.match("n[_d]*n", clause)
            or (clause[0] == "?" and _NOT_SO.fullmatch(phrase.text))
            or ("P" in clause and _NOT_TO_BECOME.match(text, phrase.start, phrases[last - 1].end))
        ):
            yield number, last
