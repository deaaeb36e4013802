"""Lyrics as text: sections, and the lines in them, however they were written down."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from .chords import bracketed
from .markup import pasted_lines
from .page import without_surroundings
from .reader import LyricReader
from .sheet import ChordMarks, LyricSection, LyricSheet
from .speakers import with_colons

__all__ = ["ChordMarks", "LyricSection", "LyricSheet", "parse_lyrics", "read_lyrics", "stanza_starts"]


@lru_cache(maxsize=32)
def read_lyrics(text: str) -> LyricSheet:
    """Read lyrics as people paste them.

    Headings (``[Verse 1]``, ``Chorus:``, ``**Bridge**``, ``## Outro``, ``【副歌】`` …) make sections, in the
    order given, whether words follow on the same line or not; one without words is played, a chorus without
    words is the one before. A blank line parts untagged text. What stands between brackets is never sung:
    chords are kept with the syllable that they stand before, repeats are written out, fades and voices are
    told. Round brackets are sung, unless they hold a direction such as "(x2)" or "(whispered)".

    Parameters
    ----------
    text : str

    Returns
    -------
    LyricSheet
    """
    lines, timed = pasted_lines(text)
    lines, told, unsung = without_surroundings(bracketed(lines))
    lines = with_colons(lines)
    reader = LyricReader(lines, told, unsung)
    for line in lines:
        reader.read(line)
    return reader.finish(timed)


def parse_lyrics(text: str) -> tuple[LyricSection, ...]:
    """Give the sections of :func:`read_lyrics`."""
    return read_lyrics(text).sections


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
