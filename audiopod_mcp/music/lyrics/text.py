"""Lyrics as text: sections, and the lines in them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

_SECTION = re.compile(
    r"\[([^\[\]]{1,60})\]|\(((?:verse|chorus|bridge|intro|outro|hook|refrain|pre-?chorus)\b[^()]{0,20})\)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class LyricSection:
    """A part of a text.

    Attributes
    ----------
    tag : str or None
        As written between brackets (``"Verse 1"``), ``None`` without one.
    lines : tuple of str
    """

    tag: str | None
    lines: tuple[str, ...]


def parse_lyrics(text: str) -> tuple[LyricSection, ...]:
    """The sections of lyrics.

    Each ``[Tag]`` on a line of its own begins one, and so does a blank line in untagged text. A tag without
    lines (``[Instrumental]``) is a section without lines. Spaces are tidied, nothing else is changed.

    Parameters
    ----------
    text : str

    Returns
    -------
    tuple of LyricSection
    """
    sections: list[tuple[str | None, list[str]]] = []
    for raw in text.lstrip("\ufeff").splitlines():
        line = " ".join(raw.split())
        if match := _SECTION.fullmatch(line):
            sections.append(((match.group(1) or match.group(2)).strip(), []))
        elif line:
            if not sections:
                sections.append((None, []))
            sections[-1][1].append(line)
        elif sections and sections[-1][0] is None:
            sections.append((None, []))
    return tuple(LyricSection(tag, tuple(lines)) for tag, lines in sections if tag is not None or lines)


def stanza_starts(sections: Sequence[LyricSection]) -> list[bool] | None:
    """Which lines begin a section.

    Parameters
    ----------
    sections : sequence of LyricSection

    Returns
    -------
    list of bool, one a line, or None
        ``None`` for a text that isn't divided.
    """
    divided = [section for section in sections if section.lines]
    if len(divided) < 2:
        return None
    return [index == 0 for section in divided for index in range(len(section.lines))]
