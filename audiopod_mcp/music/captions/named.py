"""Whom a phrase of a caption names, and whether it says more or less of a section."""

from __future__ import annotations

import math

from audiopod_mcp.music.synthesis.instruments import INSTRUMENTS

from .phrases import Phrase, phrases_of
from .text_search import word_pattern
from .vocabulary import TRACK_WORDS


def more_of(phrase: Phrase) -> int:
    """Whether what is said of a section is more (1) or less (-1) than of the others, or else (0)."""
    _, energy, pull = phrase.means.get("mood", ("", 0.0, 0.0))
    more = phrase.means.get("level", 0.5) - 0.5 or phrase.means.get("size") or (0 if pull else energy)
    return round(math.copysign(1, more)) if more else 0


def track_of(player: Phrase) -> str:
    """The track, or where one kind is named the instrument, that a phrase names."""
    name: str = player.means["player"]
    # "Piano" is that, "drums" whoever plays them.
    plain = name in ("electric bass", "electric guitar", "strings", "brass", "synth lead")
    whole = _whole_tracks(player.text)
    return whole[0] if whole and (plain or name not in INSTRUMENTS) else name


def _whole_tracks(words: str) -> tuple[str, ...]:
    return next((tracks for each, tracks in TRACK_WORDS.items() if word_pattern(each).fullmatch(words)), ())


def named_tracks(text: str) -> set[str]:
    """The tracks, or where one kind is meant the instruments, that ``text`` names."""
    return set().union(*map(tracks_of, phrases_of(text)))


def tracks_of(player: Phrase) -> set[str]:
    """Those that a phrase names; a piece of the kit is not the kit."""
    if player.letter != "P" or "kit" in player.means:
        return set()
    tracks = set(_whole_tracks(player.text)) or {str(player.means["player"])}
    return tracks | {"distorted guitar", "lead guitar"} if "electric guitar" in tracks else tracks
