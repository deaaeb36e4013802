"""What people ask an edit for and it can't do."""

# ruff: noqa: E501 (patterns: one alternative of meaning a line)

from __future__ import annotations

import re
from collections.abc import Iterable

from audiopod_mcp.music.captions.style_names import names_style

from .edits import UnsupportedEdit

_UNSUPPORTED = {
    "noise_removal": (
        r"nois(?:e|es) (?:removal|reduction|gate)|de-?nois\w*|background noises?|rauschen"
        r"|(?:remove|reduce|less|without|no|get rid of)(?: the| any| all)* (?:noise|hum|crackle|clicks)"
    ),
    "energy": (
        r"(?:more|less|much|very|too|not so) energ(?:y|etic)|energi[sz]\w+|energ(?:y|etic)(?=$)|energischer"
        r"|plus (?:énergique|d'énergie)|more energ[ií]a"
    ),
    "modulation_effect": r"chorus effect|flang\w+|phaser|vocoder|robot(?:ic)?(?: voice| vocals?)?|8d(?: audio)?|side-?chain\w*|duck(?:s|ed|ing)? (?:the )?\w+ under",
    "correction": r"auto-?tun\w+|pitch[- ]correct\w*|quanti[sz]\w+|out of tune|off-?key",
    "undo": r"(?:original|old|first|previous) (?:key|tempo|speed|version|volume)|undo|revert|back to (?:what|how) it was",
    "lyrics": r"(?:change|new|other|different|rewrite|translate|replace)(?: the| its)? (?:lyrics|words)|lyrics (?:to|about|in)",
    "composition": (
        r"extend\w*|(?:make|make it|make the song) (?:a bit |much )?longer|longer (?:version|intro|outro|ending)|\d+ seconds? longer"
        r"|add (?:a|an|another|one more) (?:\w+ )?(?:@\d+@|intro|outro|bridge|verse|chorus|ending|section)"
    ),
    "singer": r"(?:male|female|man'?s|woman'?s|child'?s|different|another|other) (?:voice|singer|vocals?|vocalist)",
    "shortening": r"shorten(?:ed)?|shorter|(?:is |are )?too long",
    "automation": r"crescendo|decrescendo|gradual(?:ly)?|builds? up|get(?:s|ting)? (?:louder|quieter|faster|slower)|automat(?:e|ion)",
    "stems": r"(?:split|separate|export|extract|isolate)\w* (?:the )?(?:stems|tracks|parts)|stems",
    "metre": r"(?:time signature|metre|meter|[2-9]/[48]|in waltz time|swing(?: it| feel)?)(?=$|\W)",
}
"""What is asked for, and the words that ask for it."""


def find_unsupported(clauses: Iterable[str]) -> UnsupportedEdit | None:
    """The first thing asked for in English ``clauses`` that an edit can't do; ``None`` if there is none.

    Words that go with a style ("swing like in jazz") are about the style.
    """
    for clause in clauses:
        for kind, words in _UNSUPPORTED.items():
            found = re.search(rf"(?<!\w)(?:{words})(?!\w)", clause, re.IGNORECASE)
            if found and not names_style(clause):
                return UnsupportedEdit(clause, kind)
    return None
