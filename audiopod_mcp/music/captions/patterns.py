"""What captions say in more than words of a list: fades, languages, swing, a pulse, an imitation."""

# ruff: noqa: E501 (tables: one entry a line)

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from audiopod_mcp.music.lyrics.tags import ABRUPT

from .vocabulary import COUNTS, LANGUAGES

_Says = Callable[[re.Match[str]], Any]
Table = tuple[tuple[str, re.Pattern[str], _Says], ...]
NOTHING = object()
"""What a pattern says where it is none after all."""
_TONGUES = "|".join(LANGUAGES)
_S = r"{1,2}(?:\.\d+)?[\s-]*(?:s|secs?|seconds?)\b"
_BIG = r"(?P<big>big|grand\w*|huge|epic|loud|massive|powerful|triumphant|climactic|explosive)"


def stated(text: str, table: Table) -> Iterator[tuple[int, int, str, Any]]:
    """Start, end, kind and value of all that ``text`` says of a table."""
    for kind, pattern, says in table:
        for match in pattern.finditer(text):
            if (value := says(match)) is not NOTHING:
                yield *match.span("it" if "it" in pattern.groupindex else 0), kind, value


def table(*rows: tuple[str, str, Any]) -> Table:
    """Kinds of wishes, patterns, and what each says: a value, or what gives it of a match."""
    return tuple(
        (kind, re.compile(pattern, re.IGNORECASE), says if callable(says) else (lambda _, value=says: value))
        for kind, pattern, says in rows
    )


FIRST = table(
    # Not "sudden silence at 0:08".
    ("ending", rf"(?:{ABRUPT.pattern})(?!\s+(?:(?:at|in|on)\s+(?!the end)|before|between))", "abrupt"),
    # A person or a band whose style is meant.
    ("imitation", r"\b(?:in the (?:style|vein|manner) of|sounds? like|similar to|inspired by|like|a la|à la)\s+((?-i:[A-Z][\w.'&-]*)(?:(?:\s+(?:and|&|of|the|meets|x|with|or)\b|\s*,)?\s*(?-i:[A-Z][\w.'&-]*)){0,5})", lambda m: m[1]),
    ("fade", rf"\b(?:\d{_S}[\s-]+)?fad(?:e|es|ing)(?:[\s-]?(?P<side>out|in)\b(?:\s+(?:over|for|of|in|lasting|during)\s+(?:the (?:first|last|final)\s+)?\d{_S})?|[\s-]away\b|(?=\s*(?:$|[,.;])|\s+(?:at|to|over|until)\b))", lambda m: (m["side"] or "out").lower()),
    ("language", rf"\bin\s+({_TONGUES}|latin)(?!\w)(?![\s-]+(?:style|feel|mood|rhythm|jazz|groove|pop|rock))", lambda m: m[1]),
    ("language", rf"\b(?:{_TONGUES})(?=\s+(?:\w+\s+)?(?:vocals?|lyrics|singing|singer|words|rap)\b)", lambda m: m[0]),
    ("language", rf"(?:(?<=vocals: )|(?<=lyrics: )|(?<=language: ))(?:{_TONGUES})(?!\w)", lambda m: m[0]),
)  # fmt: skip
"""What hides the words in it."""
OTHERS = table(
    ("bars", rf"(?<!last )(?<!every )\b([1-9]\d?|{'|'.join(COUNTS)})[\s-]bars?\b(?! blues| later| in\b)", lambda m: COUNTS.get(m[1].lower()) or int(m[1])),
    ("twelve bars", r"\b(?:12|twelve)[\s-]bars?(?= blues)", None),
    ("instrumental", r"\b(?:instrumentals?|karaoke)\b(?!\s+(?:break|solo|intro|outro|interlude|section|passage|bridge|hook)s?\b)", None),
    ("pulse", r"\b(?:four|4)[\s-](?:on|to)[\s-]the[\s-]floor\b(?: kick)?", "kick"),
    ("feel", r"\b(half|double)[\s-]?time\b(?! show)", lambda m: f"{m[1].lower()}-time"),
    ("feel", r"\bswing(?: of)?:? ?([5-7]\d) ?%|([5-7]\d) ?% swing\b", lambda m: int(m[1] or m[2]) / 100),
    ("feel", r"\b(?:shuffled?|swung|swing(?:ing)?[\s-](?:feel|groove|rhythm|beats?|drums?|hats?)|triplet (?:feel|groove|swing))\b", None),
    ("feel", r"\b(?:straight[\s-](?:eighths?|8ths?|feel|time|groove|rhythm)|unswung|no swing|not swung)\b", 0.5),
)  # fmt: skip
LAST = table(
    # Words that name a genre by their ending.
    ("genre", r"\b(?!(?:micro|heat|sound|brain|air|shock)wave)[a-z]{3,}(?:wave|core|gaze|tronica|billy|punk|metal)\b", None),
    ("ending", rf"\b(?:{_BIG} (?:\w+ ){{0,2}})?(?:(?<!low )(?<!high )(?<!top )ends?|endings?|conclu\w+|finale|final(?=\s*(?:$|[.,;]|chord|bars?|notes?))|resol\w+|close[sd]?|last chord)\b(?: with a bang)?", lambda m: "big" if m["big"] or "bang" in m[0] else "close"),
)  # fmt: skip
"""What says something where its words say nothing else."""
