"""Clauses of which the contrary is meant, who knows which: "don't make the drums too busy"."""

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
_SUPPOSED = re.compile(
    r"\bwould(?!(?: really| also)? (?:like|love|want|prefer|work|fit|suit|help"
    r"|be (?:nice|great|good|perfect|ideal|lovely|cool|wonderful|welcome|fine|fun|awesome|beautiful)))",
    re.IGNORECASE,
)
"""What is only supposed: "a banjo would be too much"."""


def contraries(text: str, phrases: Sequence[Phrase]) -> Iterator[tuple[int, int, str]]:
    """The first phrase of each such clause of ``text``, the one after its last, and the letters of who plays
    all the same.
    """
    letters = "".join(phrase.letter for phrase in phrases)
    for number, phrase in enumerate(phrases):
        clause = re.split("[,.:b]", letters[number:])[0]
        last = number + len(clause)
        begins = not number or letters[number - 1] in ",.:b"
        if begins and clause and _SUPPOSED.search(text, phrase.start, phrases[last - 1].end):
            yield number, last, ""
        if clause[:1] == "N" and (
            re.search("P.*[^Pp,&/d]", clause) or letters[:number].rstrip("_")[-1:] not in ",.:bw"
        ):
            yield number, last, "Pp"  # "Drop everything but the drums"
        if clause[:1] not in ("n", "?"):
            continue
        if (
            re.match("n[_d]*n|n[^?]*i_?[mM]", clause)
            or (clause[0] == "?" and _NOT_SO.fullmatch(phrase.text))
            or ("P" in clause and _NOT_TO_BECOME.match(text, phrase.start, phrases[last - 1].end))
        ):
            yield number, last, "Pp"
