"""What a caption says of the beat's feel: half-time, double-time, a shuffle, straight eighths."""

from __future__ import annotations

import re

from audiopod_mcp.music.styles import Style

COUNTED = re.compile(r"\b(half|double)[\s-]?time\b(?! show)", re.IGNORECASE)
SWUNG = re.compile(
    r"\bswing(?: of)?:? ?(?P<after>[5-7]\d) ?%|(?P<before>[5-7]\d) ?% swing\b"
    r"|\b(?:shuffled?|swung|swing(?:ing)?[\s-](?:feel|groove|rhythm|beats?|drums?|hats?)"
    r"|triplet (?:feel|groove|swing))\b",
    re.IGNORECASE,
)
STRAIGHT = re.compile(
    r"\b(?:straight[\s-](?:eighths?|8ths?|feel|time|groove|rhythm)|unswung|no swing|not swung)\b",
    re.IGNORECASE,
)
_SHUFFLE = {0.5: 0.64, 0.25: 0.6}
"""What the first of a pair takes in a shuffle of eighths or, where a style swings those, of sixteenths."""


def find_feel(text: str) -> str | None:
    """``half-time`` or ``double-time`` if ``text`` says so."""
    found = COUNTED.search(text)
    return f"{found[1].lower()}-time" if found else None


def find_swing(text: str, style: Style) -> float | None:
    """The share of a pair that its first note takes by ``text``; ``None``: the style's own."""
    if STRAIGHT.search(text):
        return 0.5
    swung = SWUNG.search(text)
    if swung and (share := swung["after"] or swung["before"]):
        return int(share) / 100
    return max(style.swing, _SHUFFLE[style.swing_unit]) if swung else None
