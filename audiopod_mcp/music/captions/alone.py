"""Whether nobody plays but those whom a caption names: "solo piano", "only strings", "string quartet"."""

from __future__ import annotations

import re
from collections.abc import Iterable

from audiopod_mcp.music.synthesis.instruments import INSTRUMENTS, TRACKS

from .phrases import phrases_of
from .text_search import find_words
from .vocabulary import ENSEMBLES

_ACAPPELLA = re.compile(
    r"\ba[\s-]?cap+el+a\b(?! (?:intro|verse|pre-chorus|chorus|bridge|break|outro|section|part))"
    r"|(?<!and )(?<!& )(?<!, )(?<!with )\bvocals? only\b|\bbarbershop\b",
    re.IGNORECASE,
)
_NO_SOLO = re.compile(r"\s+(?:by|on|from|for|over|in|at|section|part)\b", re.IGNORECASE)
_ACCOMPANIED = re.compile(r"\b(?:with|featuring|feat\.?|and|has|plus|an?|the|long)\s*$", re.IGNORECASE)
_PART = re.compile(r"\b(?:middle|beginning|ending|half)\b", re.IGNORECASE)
"""A stretch of the piece: who is alone there is not alone for good."""
_JOURNEY = re.compile(
    r"\b(?:start|begin|open|build|grow|climax|follow|join|enter|halfway|comes? in|drops? out|at first|finally"
    r"|then(?! (?:it )?fad)|(?:first|last|final) (?:\w+ )?(?:bar|measure|second|minute|half|part))",
    re.IGNORECASE,
)
_BEFORE = 80
"""Characters before a word in which what decides about it must begin."""


def excluded_tracks(text: str, instruments: tuple[str, ...]) -> set[str]:
    """Every track but those of ``instruments`` if ``text`` has them play alone, or all but the voices for "a
    cappella". "Piano solo" is a solo of the piano within a piece.
    """
    if _ACAPPELLA.search(text):
        return _all_but(("vocals", "backing_vocals"))
    if groups := find_words(text, ENSEMBLES):
        return _all_but(_track(name) for name in (*groups[0][2], *instruments))
    if _JOURNEY.search(text) or not instruments:
        return set()  # Who is alone at first isn't alone for good.
    phrases = phrases_of(text)
    letters = "".join(phrase.letter for phrase in phrases)
    exclusive = bool(re.search("P[,.]?[&w]?q(?![ACFHTi])|Po(?![ACFHTi])", letters))
    for match in re.finditer(r"(?P<solo>s)[^,.:P]{0,2}P|o[^,.:P]{0,2}P", letters):
        start, end = phrases[match.start()].start, phrases[match.start()].end
        before, after = letters[: match.start()], letters[match.end() :]
        clause = re.split("[,.:]", before)[-1] + re.split("[,.:]", after)[0]
        if re.search("[ACFHILTU]", clause) or _PART.search(_clause_around(text, start)):
            continue
        said = text[max(0, start - _BEFORE) : start].removesuffix("a ").removesuffix("A ")
        alone = "P" not in before and not _ACCOMPANIED.search(said)
        exclusive |= not match["solo"] or (alone and not _NO_SOLO.match(text, end))
    duets = re.finditer(r"\b(?:duet|duo)\b", text, re.IGNORECASE)
    ends = {phrase.end for phrase in phrases if phrase.letter == "P" and "voice" not in str(phrase.value)}
    exclusive |= any(match.start() - 1 in ends for match in duets)
    return _all_but(map(_track, instruments)) if exclusive else set()


def _clause_around(text: str, at: int) -> str:
    return re.split(r"[.;,:]", text[:at])[-1] + re.split(r"[.;,:]", text[at:])[0]


def _all_but(tracks: Iterable[str]) -> set[str]:
    return set(TRACKS) - set(tracks)


def _track(name: str) -> str:
    return INSTRUMENTS[name].track if name in INSTRUMENTS else name
