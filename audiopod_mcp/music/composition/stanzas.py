"""Lyrics as a composer needs them: stanzas with the section that they are, lines, and words in syllables."""

from __future__ import annotations

from dataclasses import dataclass

from audiopod_mcp.music.lyrics.syllables import syllables
from audiopod_mcp.music.lyrics.text import ChordMarks, parse_lyrics


@dataclass(frozen=True, slots=True)
class Stanza:
    """A section of lyrics; one that is instrumental has no lines."""

    label: str
    lines: tuple[str, ...]
    chords: tuple[ChordMarks, ...] = ()
    """Over each line; empty where none are written."""
    bars: tuple[tuple[str, ...], ...] = ()
    """Chords that are written by themselves, by bars."""
    soloist: str | None = None
    """The instrument that its tag gives the melody to."""
    number: int | None = None
    """Which section of the lyrics it is, from 0."""


def stanzas(lyrics: str | None) -> tuple[Stanza, ...]:
    """Split ``lyrics`` into stanzas; of untagged ones, a repeated stanza is the chorus."""
    parts = parse_lyrics(lyrics or "")
    bodies = [part.lines for part in parts]
    return tuple(
        Stanza(
            part.label or ("chorus" if part.lines and bodies.count(part.lines) > 1 else "verse"),
            part.lines,
            part.chords,
            part.bars,
        )
        for part in parts
    )


def split_words(line: str) -> list[tuple[str, list[str]]]:
    """Split a line into ``[(word, [syllable, …]), …]``, without what is not sung."""
    words = [word for word in line.split() if any(c.isalnum() for c in word)]
    return [(word, syllables(word) or [word]) for word in words]


def count_sung_syllables(line: str) -> int:
    """Count the syllables of a line, at least 1."""
    return max(1, sum(len(parts) for _, parts in split_words(line)))
