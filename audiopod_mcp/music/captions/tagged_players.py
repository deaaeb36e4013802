"""Who plays in a section of the lyrics, as its tag says: "[Verse 2: add strings]", "[Outro - piano only]"."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from audiopod_mcp.music.lyrics.tags import ABRUPT, FADE
from audiopod_mcp.music.lyrics.text import LyricSection, read_lyrics
from audiopod_mcp.music.model import Staging
from audiopod_mcp.music.synthesis.instruments import INSTRUMENTS

from .named import more_of, track_of
from .phrases import Phrase, phrases_of
from .text_search import normalize_text

_NAME = "[dMma]{0,3}P"
_WHO = f"(?P<who>{_NAME}(?:[,&w]{{1,2}}{_NAME}){{0,5}})"
_BOTH = f"(?P<who>{_NAME}(?:(?:,{_NAME}){{0,4}},?[&w]{_NAME})?)"
"""A list of which something is said at its end: a mere comma parts it from others, who are not meant."""
_NEITHER = f"(?P<who>{_NAME}(?:[&/]n?{_NAME}|(?:,{_NAME}){{1,4}},?/n?{_NAME})?)"
"""Whom a "no" denies: behind a mere comma somebody else may be named."""
_ORDERS = tuple(
    (action, re.compile(order))
    for action, order in (
        ("only", f"o_?{_WHO}|s_?{_WHO.replace('who', 'soloist')}|gXx{_WHO.replace('who', 'left')}"),
        ("only", f"{_BOTH}_?[oq]"),
        ("enters", f"t?D{_WHO}|t?{_BOTH.replace('who', 'joining')}J"),
        ("leaves", f"t?{_BOTH}X"),
        ("rests", f"n{_NEITHER}"),
        ("all", "[Dt]?g[Ji]?_?"),
        ("manner", "[Mam](?:[_&]?[Mam]){0,3}"),
        ("plays", f"w?{_WHO}[Mamy9?_]{{0,2}}"),
    )
)
"""What may be said of who plays, in the letters of :mod:`.phrases`."""
_EVERYBODY = re.compile(
    r"(?:the )?(?:(?:full|whole|entire) )?(?:band|orchestra|every(?:one|body|thing)|all(?: instruments)?)"
    r"(?: (?:is |are )?(?:back|in|kicks?|comes?|crashes|enters?|joins?|returns?|together|plays?)){0,3}"
    r"|tutti|full instrumentation",
    re.IGNORECASE,
)
_NOBODY = re.compile(r"(?:all )?a[\s-]?cap+el+a(?: vocals?| voices?)?", re.IGNORECASE)
_BARE = re.compile(r"\bstripped\b|\bbare\b", re.IGNORECASE)
"""What leaves nobody but those who are listed."""
_REWORDED = (
    (
        re.compile(
            r"^(?:every(?:thing|one|body)|all|the band)(?: (?:drops?|cuts?|falls?))?(?: (?:out|away|silent))?"
            r" (?:but|except(?: for)?) ",
            re.IGNORECASE,
        ),
        "only ",
    ),
    (
        re.compile(r"(?: (?:drop|cut|fall|go|bow)(?:e?s|p?ing|t?ing)?| are| is)? out$", re.IGNORECASE),
        " drop out",
    ),
    (
        re.compile(
            r"^brings? back | (?:(?:comes?|is|are) )?back(?: in)?$| returns?$| (?:underneath|below)$",
            re.IGNORECASE,
        ),
        " ",
    ),
)
"""Other words for who leaves, and for who plays."""
MELODIC = ("brass", "strings", "woodwinds")
"""Tracks of those who have the tune where they play with others."""
_SCARCE = ("intro", "outro", "break")
"""Sections in which those who are listed play alone, where nobody sings."""


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
        action, players, beside = _read(item)
        if action:
            said.append((action, players))
        unread += beside
    if _BARE.search(words):
        said = [("only" if action == "plays" else action, players) for action, players in said]
    if any(action == "only" for action, _ in said):  # "Strings, piano only": both.
        listed = [player for action, players in said if action == "plays" for player in players]
        said = [
            (action, (*players, *listed) if action == "only" else players)
            for action, players in said
            if action != "plays"
        ]
    return TaggedPlayers(tuple(dict.fromkeys(said)), tuple(unread))


def _read(item: str) -> tuple[str, tuple[str, ...], list[str]]:
    """What one thing that a tag says orders, for whom, and the words of it of which nothing comes."""
    if _EVERYBODY.fullmatch(item):
        return "all", (), []
    if _NOBODY.fullmatch(item):
        return "only", ("vocals",), []
    phrases = phrases_of(_reworded(item))
    letters = "".join(phrase.letter for phrase in phrases)
    for action, order in _ORDERS:
        match = order.fullmatch(letters)
        if match is None:
            continue
        if action == "manner":
            more = next(filter(None, map(more_of, phrases)), 0)
            return ({1: "more", -1: "less"}[more], (), []) if more else ("", (), [item])
        group = next((name for name, found in match.groupdict().items() if found), None)
        named = phrases[slice(*match.span(group))] if group else ()
        beside = [*named, *(phrases[match.end(group) :] if action == "plays" and group else ())]
        players = dict.fromkeys(_whole(phrase) for phrase in named if phrase.letter == "P")
        return action, tuple(players), [phrase.text for phrase in beside if phrase.letter in "Mamy9?"]
    return "", (), [item]


def _whole(player: Phrase) -> str:
    """The track, or the instrument, that a phrase names: "keys" are all of them, and any voice sings."""
    if re.fullmatch(r"key(?:s|board)s?", player.text, re.IGNORECASE):
        return "keyboard"
    name = track_of(player)
    return "vocals" if name == "voice" else name


def _items(text: str) -> Iterator[str]:
    """The things that a tag says: its parts between commas, or all of it where that is one of them."""
    whole = text.strip(" ,.;:!-–—")
    if _read(whole)[0]:
        yield whole
        return
    for item in re.split(r"[,;.|!]|\s(?:[-–—+]|with)\s", whole):
        if item := item.strip(" -–—:"):
            yield item


def _reworded(item: str) -> str:
    for words, plain in _REWORDED:
        item = words.sub(plain, item)
    return item.strip()


MARK = re.compile(r"\s*[:(|–—,]\s*|\s+-\s+")


def words_of(section: LyricSection) -> str:
    """What the tag of a section says beside its name: what is behind a mark, if there is one."""
    behind = MARK.split((section.tag or "").rstrip(" )"), maxsplit=1)[1:]
    return ABRUPT.sub("", FADE.sub("", behind[0])) if behind and section.wish else section.wish


def staging_of(lyrics: str | None) -> tuple[Staging, ...]:
    """Who plays when by the tags of ``lyrics``."""
    found: list[Staging] = []
    for number, section in enumerate(read_lyrics(lyrics or "").sections):
        if not (section.tag and section.wish):
            continue
        said = read_tag_players(words_of(section)).said
        listed = [players for action, players in said if action == "plays"]
        if not section.lines and listed and "enters" not in (actions := {action for action, _ in said}):
            if (len(said) == 1 and len(listed[0]) == 1) or not MARK.search(section.tag):
                continue  # "Guitar solo", "Outro: piano": the tune is theirs.
            if section.label in _SCARCE and "all" not in actions and sum(map(len, listed)) > 1:
                alone = tuple(player for players in listed for player in players)
                said = (*(step for step in said if step[0] != "plays"), ("only", alone))
        found += [Staging(number, action, players) for action, players in said]
    return tuple(found)


def joined(
    staging: Sequence[Staging],
    sung: Collection[int],
    solos: Collection[tuple[str, int]],
    there: Collection[str],
    band: Collection[str],
) -> tuple[tuple[str, ...], tuple[Staging, ...]]:
    """The instruments that tags name and that are not ``there``, and ``staging`` in which they enter.

    Those of the style's ``band`` are there, unless somebody new might take their place.
    Whoever only has a solo, where nothing is ``sung``, plays nothing else, unless others are added to it.
    """
    tunes = {section: name for name, section in solos}
    staging = [
        replace(step, players=(*step.players, tunes[step.section]))
        if step.action == "only" and step.section in tunes and tunes[step.section] not in step.players
        else step
        for step in staging
    ]
    alone = [step.section for step in staging if step.action == "only"]
    added = {
        max((section for section in alone if section < step.section), default=-1)
        for step in staging
        if step.action == "enters"
    }
    named = dict.fromkeys(
        player
        for step in staging
        for player in step.players
        if step.action in ("enters", "plays")
        or (
            step.action == "only"
            and (step.section in sung or step.section in added or (player, step.section) not in solos)
        )
    )
    names = tuple(name for name in named if name in INSTRUMENTS and name not in there and "voice" not in name)
    new = {name for name in names if name not in band}
    taken = {INSTRUMENTS[name].track for name in new}
    names = tuple(
        name for name in names if name in new or (new and INSTRUMENTS[name].track in {*taken, *MELODIC})
    )
    found: list[Staging] = []
    waiting = set(new)
    for step in staging:
        entering = tuple(player for player in step.players if player in waiting)
        if step.action in ("only", "plays") and entering:
            found.append(Staging(step.section, "enters", entering))
        found.append(step)
        waiting -= set(entering)
    return names, tuple(found)
