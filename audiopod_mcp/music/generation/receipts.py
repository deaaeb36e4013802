"""The receipt of new music: what of its caption was done, measured on the score, and what was not.

Every wish of the caption ends up in one of the two lists, in the caption's own words.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from audiopod_mcp.music.captions.wishes import Wish, looks_english, read_wishes
from audiopod_mcp.music.model import NotDone
from audiopod_mcp.music.theory import parse_key

from . import settled_facts as facts
from . import settled_players as players
from .played import Played

__all__ = ["Played", "Receipt", "receipt"]

_LONGEST = 200
"""Characters of what was not understood that are quoted."""
_NAMED_TWICE = re.compile(r"(?i)(\b((?:fe)?male) \w+) \(\2 voice\)")
"""A singer whose own words say already whose voice it is: "female vocals (female voice)"."""


@dataclass(frozen=True)
class Receipt:
    """What was made of a caption."""

    done: tuple[str, ...] = ()
    not_done: tuple[NotDone, ...] = ()


def receipt(caption: str, played: Played) -> Receipt:
    """Give the receipt of ``caption`` for what was played."""
    done: list[str] = []
    not_done: list[NotDone] = []
    grouped: dict[str, list[str]] = {"mood": [], "player": [], "unread": []}
    wishes = read_wishes(caption)
    played = replace(played, wishes=wishes)
    for wish in wishes:
        said = _settle(wish, played)
        if said is None:
            continue
        if isinstance(said, NotDone):
            not_done.append(said)
        elif wish.kind in ("mood", "player", "manner") or said == "unread":
            group = "unread" if said == "unread" else "player" if wish.kind == "manner" else wish.kind
            grouped[group].append(said if said != "unread" else wish.asked)
        else:
            done.append(said)
    if moods := grouped["mood"]:
        key = parse_key(played.score.key)
        tone = "minor" if key and key.minor else "major"
        how = played.change or f"energy {played.brief.energy:.2g}"
        done.append(f"mood {', '.join(dict.fromkeys(moods))}: {tone}, {how}")
    if band := _players(played, grouped["player"]):
        done.append(band)
    if unread := grouped["unread"]:
        asked = "; ".join(dict.fromkeys(unread))
        if len(asked) > _LONGEST:
            asked = f"{asked[:_LONGEST].rsplit(' ', 1)[0]} … ({len(asked.split())} words)"
        known = sum(len(wish.asked) for wish in wishes if wish.kind != "unread")
        foreign = sum(map(len, unread)) > known and not looks_english(" ".join(unread))
        english = " (captions are read in English)" if foreign else ""
        not_done.append(NotDone(asked, f"not understood, nothing was made of it{english}"))
    return Receipt(tuple(dict.fromkeys(done)), tuple(dict.fromkeys(not_done)))


def _settle(wish: Wish, played: Played) -> str | NotDone | None:
    """What became of a wish: a fact, a shortfall, ``"unread"``, or nothing where another wish tells it."""
    if (
        wish.kind in ("unread", "section", "cannot")
        and played.own_words
        and re.search(played.own_words, wish.asked, re.IGNORECASE)
    ):
        return facts.settle_change(wish, played)
    if wish.kind == "unread":
        return "unread"
    if wish.kind == "cannot" and "an extension" in wish.value and "cannot" in played.kept:
        return NotDone(wish.asked, played.kept["cannot"])
    if wish.kind in _IMPOSSIBLE:
        return NotDone(wish.asked, _IMPOSSIBLE[wish.kind].format(played.brief.style) or wish.value)
    said = _SETTLERS[wish.kind](wish, played)
    if isinstance(said, NotDone) and wish.kind in played.kept:
        return NotDone(wish.asked, played.kept[wish.kind])
    return said


def _players(played: Played, named: Sequence[str]) -> str:
    """Who plays: those who were named, then the others."""
    words = " ".join(named).lower()
    # "Guitar" is whoever plays one; "acoustic guitar" leaves the others to be told.
    plain = {name.split(" (")[0].lower().removesuffix("s") for name in named}
    others = [
        part.instrument
        for part in played.parts
        if part.instrument not in words
        and not plain & {name.removesuffix("s") for name in (part.track, part.instrument.split()[-1])}
    ]
    others = list(dict.fromkeys(others))
    if not named:
        return f"plays: {', '.join(others)}" if others else ""
    told = _NAMED_TWICE.sub(r"\1", ", ".join(dict.fromkeys(named)))
    return f"plays: {told}" + (f"; with {', '.join(others)}" if others else "")


_IMPOSSIBLE = {
    "cannot": "",
    "imitation": "no artist's style is imitated",
    "genre": "no such style here: {} is played",
}
_SETTLERS: Mapping[str, Callable[[Wish, Played], str | NotDone | None]] = {
    "player": players.settle_player,
    "ensemble": players.settle_ensemble,
    "solo": players.settle_solo,
    "alone": players.settle_alone,
    "denied": players.settle_denied,
    "cue": players.settle_cue,
    "duet": players.settle_duet,
    "style": facts.settle_style,
    "form": facts.settle_form,
    "hint": facts.settle_hint,
    "acoustic": facts.settle_acoustic,
    "tempo": facts.settle_tempo,
    "pace": facts.settle_pace,
    "key": facts.settle_key,
    "mode": facts.settle_mode,
    "metre": facts.settle_metre,
    "length": facts.settle_length,
    "feel": facts.settle_feel,
    "bars": facts.settle_bars,
    "twelve bars": facts.settle_twelve_bars,
    "manner": players.settle_manner,
    "pulse": facts.settle_pulse,
    "amount": facts.settle_amount,
    "mood": facts.settle_mood,
    "section": facts.settle_section,
    "no section": facts.settle_no_section,
    "quality": facts.settle_quality,
    "language": facts.settle_language,
    "instrumental": facts.settle_instrumental,
    "ending": facts.settle_ending,
    "fade": facts.settle_finish,
    "mix": facts.settle_finish,
}
