"""Who plays in a section of the lyrics, as its tag says: "[Verse 2: add strings]", "[Outro - piano only]"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from audiopod_mcp.music.lyrics.tags import FADE
from audiopod_mcp.music.lyrics.text import LyricSection, read_lyrics
from audiopod_mcp.music.model import Staging

from .clauses import more_of, track_of
from .phrases import phrases_of
from .text_search import normalize_text

_NAME = "[dMma]{0,3}P"
_WHO = f"(?P<who>{_NAME}(?:[,&w]{{1,2}}{_NAME}){{0,5}})"
_ORDERS = tuple(
    (action, re.compile(order))
    for action, order in (
        ("only", f"o_?{_WHO}|s_?{_WHO.replace('who', 'soloist')}"),
        ("only", f"{_WHO}_?[oq]"),
        ("enters", f"t?D{_WHO}|t?{_WHO.replace('who', 'joining')}J"),
        ("leaves", f"t?{_WHO}X"),
        ("rests", f"n{_WHO}"),
        ("all", "[Dt]?g[Ji]?_?"),
        ("manner", "[Mam](?:[_&]?[Mam]){0,3}"),
    )
)
"""What may be said of who plays, in the letters of :mod:`.phrases`; a list alone leaves open what of it."""


@dataclass(frozen=True, slots=True)
class TaggedPlayers:
    """What a tag says of who plays, and its words that say something else."""

    said: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """Actions and players of :class:`~audiopod_mcp.music.model.Staging`."""
    unread: tuple[str, ...] = ()


@lru_cache(maxsize=64)
def read_tag_players(words: str) -> TaggedPlayers:
    """Read the words of a tag beside the name of its section."""
    said: list[tuple[str, tuple[str, ...]]] = []
    unread: list[str] = []
    for item in _items(normalize_text(words)):
        phrases = phrases_of(item)
        letters = "".join(phrase.letter for phrase in phrases)
        for action, order in _ORDERS:
            if match := order.fullmatch(letters):
                group = next((name for name, found in match.groupdict().items() if found), None)
                named = phrases[slice(*match.span(group))] if group else ()
                players = (track_of(phrase) for phrase in named if phrase.letter == "P")
                if action == "manner":
                    more = next(filter(None, map(more_of, phrases)), 0)
                    action = {1: "more", -1: "less"}.get(more, "")
                if action:
                    said.append((action, tuple(dict.fromkeys(players))))
                    break
        else:
            unread.append(item)
    return TaggedPlayers(tuple(dict.fromkeys(said)), tuple(unread))


def _items(text: str) -> Iterator[str]:
    """The things that a tag says: its parts between commas, or all of it where that is one of them."""
    whole = text.strip(" ,.;:-–—")
    letters = "".join(phrase.letter for phrase in phrases_of(whole))
    if any(order.fullmatch(letters) for _, order in _ORDERS):
        yield whole
        return
    for item in re.split(r"[,;.|]", whole):
        if item := item.strip(" -–—:"):
            yield item


def words_of(section: LyricSection) -> str:
    """What the tag of a section says beside its name: what is behind a mark, if there is one."""
    behind = re.split(r"\s*[:(|–—,]\s*|\s+-\s+", (section.tag or "").rstrip(" )"), maxsplit=1)[1:]
    return FADE.sub("", behind[0]) if behind and section.wish else section.wish


def staging_of(lyrics: str | None) -> tuple[Staging, ...]:
    """Who plays when by the tags of ``lyrics``."""
    return tuple(
        Staging(number, action, players)
        for number, section in enumerate(read_lyrics(lyrics or "").sections)
        if section.tag and section.wish
        for action, players in read_tag_players(words_of(section)).said
    )
