"""Timed lyrics as every player reads them."""

from __future__ import annotations

import re

_TIME = r"\d{1,4}:\d{1,2}(?:[.:]\d{1,3})?"
_WORD_TIME = re.compile(rf"<{_TIME}>|\[{_TIME}\]")
_LINE_TIMES = re.compile(rf"\s*((?:\[{_TIME}\]\s*)+)")


def line_times(lrc: str) -> str:
    """LRC without the times of words, which many players show as text; those of the lines stay."""
    lines = []
    for line in lrc.split("\n"):
        timed = _LINE_TIMES.match(line)
        if timed is None or not _WORD_TIME.search(line, timed.end()):
            lines.append(line)
            continue
        words = " ".join(_WORD_TIME.sub("", line[timed.end() :]).split())
        lines.append(f"{timed[1].strip()}{words}")
    return "\n".join(lines)
