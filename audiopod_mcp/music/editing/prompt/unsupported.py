"""What people ask an edit for and it can't do, of what it does not understand."""

# ruff: noqa: E501 (patterns: one of meaning a line)

from __future__ import annotations

import re

_UNSUPPORTED = {
    "noise_removal": r"noises?|de-?nois\w*|hum|hiss|crackle|clicks?|pops",
    "energy": r"energ\w+",
    "modulation_effect": r"chorus effect|flang\w+|phaser|vocoder|robot\w*|8d|side-?chain\w*|duck\w*",
    "correction": r"auto-?tun\w+|pitch[- ]correct\w*|quanti[sz]\w+|out of tune|off-?key",
    "undo": r"original|undo|revert|back to",
    "lyrics": r"lyrics|words",
    "relative_tempo": r"bpm",
    "solo": r"solos?",
    "composition": r"extend\w*|longer|(?:new|add an?|another) (?:intro|outro|bridge|verse|chorus|ending|section)",
    "singer": r"(?:fe)?male|(?:another|different) (?:voice|singer|vocalist)",
    "shortening": r"shorten|shorter|too long",
    "automation": r"(?:de)?crescendo|gradual(?:ly)?|builds? up|gets? (?:louder|quieter|faster|slower)|automat\w+",
    "stems": r"stems|(?:split|separate|export|extract) .*",
    "metre": r"time signature|met(?:re|er)|[2-9]/[48]|waltz time|swing",
}
"""What is asked for, and the words that ask for it."""


def find_unsupported(clause: str) -> str | None:
    """The kind of thing asked for in an English ``clause`` that an edit can't do; ``None`` if there is none."""
    for kind, words in _UNSUPPORTED.items():
        if re.search(rf"(?<!\w)(?:{words})(?!\w)", clause, re.IGNORECASE):
            return kind
    return None
