"""What single drums and percussion instruments are called, and their General MIDI keys."""

from __future__ import annotations

import re

DRUM_KEYS = (
    # In the order in which they are looked for.
    (r"kick|bass drum", 36),
    (r"rim(?:shot)?|side ?stick|cross ?stick", 37), (r"snare", 38), (r"(?:hand)?clap|palma", 39),
    (r"open(?:ed)? (?:hi-?)?hat", 46), (r"hi-?hat|hat", 42), (r"crash|cymbal", 49), (r"ride", 51),
    (r"low tom|floor tom", 45), (r"high tom", 50), (r"tom", 47), (r"cowbell", 56), (r"conga", 63),
    (r"bongo", 60), (r"timbale", 65), (r"shaker|maraca", 70), (r"tambourine", 54), (r"clave|wood ?block", 75),
    (r"triangle", 81), (r"snap", 27), (r"guiro", 73),
)  # fmt: skip
PERCUSSION_KEYS = {54, 56, 60, 63, 65, 70, 73, 75, 81}
"""Those of them that a percussionist plays, not a drummer."""
_RELATED = {63: {62, 63, 64}, 60: {60, 61}}


def drum_key(text: str) -> int | None:
    """The key of the drum that ``text`` names first in the table."""
    return next(
        (key for pattern, key in DRUM_KEYS if re.search(rf"\b(?:{pattern})s?\b", text)),
        None,
    )


def keys_of(text: str) -> set[int]:
    """The keys with which a percussion instrument is played; empty where ``text`` names no single one."""
    if re.search(r"\b(?:percussion|drums?)\b", text, re.IGNORECASE):
        return set()
    if re.search("sleigh", text, re.IGNORECASE):
        return {54, 81}
    if re.search("bodhran|djembe|tabla|cajon|darbuka|taiko", text, re.IGNORECASE):
        return {62, 63, 64}
    key = drum_key(text.lower())
    return set() if key is None else _RELATED.get(key, {key})
