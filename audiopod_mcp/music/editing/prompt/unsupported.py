"""What people ask an edit for and it can't do."""

# ruff: noqa: E501 (patterns: one alternative of meaning a line)

from __future__ import annotations

import re

_UNSUPPORTED = {
    "noise_removal": r"nois(?:e|es) (?:removal|reduction|gate)|de-?nois\w*|background noises?|(?:remove|reduce|less|without|no|get rid of)(?: the| any| all)* (?:noise|hum|crackle|clicks)",
    "energy": r"(?:more|less|much|very|too|not so) energ(?:y|etic)|energi[sz]\w+|energ(?:y|etic)(?=$)",
    "modulation_effect": r"chorus effect|flang\w+|phaser|vocoder|robot(?:ic)?(?: voice| vocals?)?|8d(?: audio)?|side-?chain\w*|duck(?:s|ed|ing)? (?:the )?\w+ under",
    "correction": r"auto-?tun\w+|pitch[- ]correct\w*|quanti[sz]\w+|out of tune|off-?key",
    "undo": r"(?:original|old|first|previous) (?:key|tempo|speed|version|volume)|undo|revert|back to (?:what|how) it was",
    "lyrics": r"(?:change|new|other|different|rewrite|translate|replace)(?: the| its)? (?:lyrics|words)|lyrics (?:to|about|in)",
    "relative_tempo": r"\d+ ?bpm (?:faster|slower|more|less)|(?:faster|slower) by \d+ ?bpm",
    "solo": r"(?:add|play|insert|with) (?:an? |another )?(?:\w+ )?(?:\w+ )?solo",
    "composition": r"extend\w*|(?:make|make it|make the song) (?:a bit |much )?longer|longer (?:version|intro|outro|ending)|\d+ seconds? longer|add (?:a|an|another|one more) (?:\w+ )?(?:intro|outro|bridge|verse|chorus|ending|(?<!string )(?<!horn )(?<!brass )section)",
    "singer": r"(?:male|female|man'?s|woman'?s|child'?s|different|another|other) (?:voice|singer|vocals?|vocalist)",
    "shortening": r"shorten(?:ed)?|shorter|(?:is |are )?too long",
    "automation": r"crescendo|decrescendo|gradual(?:ly)?|builds? up|get(?:s|ting)? (?:louder|quieter|faster|slower)|automat(?:e|ion)",
    "stems": r"(?:split|separate|export|extract|isolate)\w* (?:the )?(?:stems|tracks|parts)|stems",
    "metre": r"(?:time signature|metre|meter|[2-9]/[48]|in waltz time|swing(?: it| feel)?)(?=$|\W)",
}
"""What is asked for, and the words that ask for it."""


def find_unsupported(clause: str) -> str | None:
    """The kind of thing asked for in an English ``clause`` that an edit can't do; ``None`` if there is none."""
    for kind, words in _UNSUPPORTED.items():
        if re.search(rf"(?<!\w)(?:{words})(?!\w)", clause, re.IGNORECASE):
            return kind
    return None
