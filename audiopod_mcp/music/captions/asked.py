"""What the phrases of a caption ask for of the whole piece: tempo, metre, key, length, moods and styles."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from audiopod_mcp.music.theory import MODES, Key

from .clauses import read_clauses
from .numbers import canonical_metre
from .phrases import Phrase
from .text_search import normalize_text

_SAYS_MODE = re.compile("m(?:aj|in)|ionian|aeolian", re.IGNORECASE)


def wanted_phrases(caption: str) -> tuple[Phrase, ...]:
    """The phrases of ``caption``; those that are denied or said of a stretch alone mean nothing."""
    return read_clauses(normalize_text(caption)).wanted


def asked(phrases: Iterable[Phrase], kind: str) -> list[Any]:
    """What is asked for of a kind, by whatever words; what can't be done has no say."""
    return [p.means[kind] for p in phrases if kind in p.means and p.kind not in ("cannot", "imitation")]


def tempo_asked(phrases: Iterable[Phrase]) -> float | None:
    """Beats a minute that are asked for."""
    return next((tempo for tempo in asked(phrases, "tempo") if 30 <= tempo <= 300), None)


def length_asked(phrases: Iterable[Phrase]) -> float | None:
    """How long the piece is to be, s; ``None`` where nothing is said that can be made."""
    stated = next(iter(asked(phrases, "length")), 0.0)
    return stated if 1 <= stated <= 600 else None


def metre_asked(phrases: Iterable[Phrase]) -> str | None:
    """The metre that is asked for, in figures or else by a dance that is in it."""
    named = sorted(
        (p for p in phrases if "metre" in p.means), key=lambda phrase: not phrase.text[:1].isdigit()
    )
    return next((metre for metre in map(canonical_metre, asked(named, "metre")) if metre), None)


def key_asked(phrases: Iterable[Phrase], own: Key | None = None) -> Key | None:
    """The key that is asked for; a mode that is named apart goes with it, or with the tonic of ``own``."""
    named = next((phrase for phrase in phrases if phrase.kind == "key"), None)
    key = named.value if named else own
    modes = asked(phrases, "mode")
    church = next((mode for mode in modes if mode in MODES), "")
    if key is None or not modes or (named and (key.mode or not church)):
        return named.value if named else None
    minor = MODES[church][1] if church else modes[0] == "minor"
    # "E minor, mixolydian" contradicts itself: what was said with the tonic counts.
    if named and _SAYS_MODE.search(named.text) and key.minor != minor:
        return key
    return Key(key.tonic, minor, church)
