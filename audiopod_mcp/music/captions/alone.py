"""Whether nobody plays but those whom a caption names: "solo piano", "only strings", "string quartet"."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from audiopod_mcp.music.synthesis.instruments import INSTRUMENTS, TRACKS

from .asked import asked
from .phrases import Phrase
from .wishes import Wish

_SUNG_ALONE = re.compile(r"a[\s-]?cap+el+a|barbershop", re.IGNORECASE)
_NO_SOLO = re.compile("by|on|from|for|over|in|at|section|part", re.IGNORECASE)
_ACCOMPANIED = re.compile("with|featuring|feat|and|has|plus|an|the|long", re.IGNORECASE)
_ALONE = re.compile("P[,.]?[&w]?q(?![ACFHTi])|Po(?![ACFHTi])|qP")
_NAMED = re.compile("(?P<solo>s)[^,.:P]{0,2}P|o[^,.:P]{0,2}P")
_PART = re.compile(r"\b(?:middle|beginning|ending|half)\b", re.IGNORECASE)
"""A stretch of the piece: who is alone there is not alone for good."""
_JOURNEY = re.compile(
    r"\b(?:start|begin|open|build|grow|climax|follow|join|enter|halfway|comes? in|drops? out|at first|finally"
    r"|then(?! (?:it )?fad)|(?:first|last|final) (?:\w+ )?(?:bar|measure|second|minute|half|part))",
    re.IGNORECASE,
)


def excluded_tracks(
    phrases: Sequence[Phrase], wishes: Sequence[Wish], instruments: Sequence[str]
) -> set[str]:
    """Every track but those of ``instruments`` if they play alone; all but the voices for "a cappella".

    "Piano solo" is a solo of the piano within a piece.
    """
    letters = "".join(phrase.letter for phrase in phrases)
    for number, phrase in enumerate(phrases):
        sung = _SUNG_ALONE.fullmatch(phrase.text) and letters[number + 1 : number + 2] not in tuple("ILU")
        voices = phrase.text.lower() in ("vocal", "vocals") and letters[number + 1 : number + 2] == "o"
        if letters[number] != "#" and (sung or (voices and letters[:number][-1:] not in tuple("&,w"))):
            return _all_but(("vocals", "backing_vocals"))
    if groups := asked(phrases, "ensemble"):
        return _all_but(_track(name) for name in (*groups[0], *instruments))
    if _JOURNEY.search(_text(phrases)) or not instruments:
        return set()  # Who is alone at first isn't alone for good.
    exclusive = bool(_ALONE.search(letters)) or any(w.kind == "alone" and "du" in w.asked for w in wishes)
    for match in _NAMED.finditer(letters):
        first, last = match.span()
        before, after = re.split("[,.:]", letters[:first])[-1], re.split("[,.:]", letters[last:])[0]
        if re.search("[ACFHILTU]", before + after) or _PART.search(
            _text(phrases[first - len(before) : last + len(after)])
        ):
            continue
        said = [phrase.text for phrase in phrases[:first] if phrase.text.lower() != "a"][-1:]
        mine = {_track(phrase.means["player"]) for phrase in phrases[first:last] if phrase.letter == "P"}
        others = {
            _track(phrase.means["player"])
            for phrase in phrases[:first]
            if phrase.letter == "P" and "player" in phrase.means
        }
        alone = others <= mine and not any(map(_ACCOMPANIED.fullmatch, said))
        exclusive |= not match["solo"] or (alone and not _NO_SOLO.fullmatch(phrases[first + 1].text))
    return _all_but(map(_track, instruments)) if exclusive else set()


def _text(phrases: Iterable[Phrase]) -> str:
    return " ".join(phrase.text for phrase in phrases if phrase.letter != "#")


def _all_but(tracks: Iterable[str]) -> set[str]:
    return set(TRACKS) - set(tracks)


def _track(name: str) -> str:
    return INSTRUMENTS[name].track if name in INSTRUMENTS else name
