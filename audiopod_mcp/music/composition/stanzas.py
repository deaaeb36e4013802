"""Lyrics as a composer needs them: stanzas with the section that they are, lines, and words in syllables."""

from __future__ import annotations

import re
from dataclasses import dataclass

from audiopod_mcp.music.lyrics.syllables import syllables
from audiopod_mcp.music.lyrics.text import parse_lyrics

_LABELS = (
    ("pre-chorus", r"pre[\s-]?chorus|pre[\s-]?refrain"),
    ("chorus", r"chorus|refrain|hook|estribillo|refr[ãa]o|coro|ritornello|refrein|припев|サビ|副歌|후렴"),
    ("verse", r"verse|strophe|vers\b|verso|couplet|estrofa|strofa|rap|куплет|メロ|主歌|절"),
    ("bridge", r"bridge|middle|puente|ponte"), ("intro", r"intro"),
    ("outro", r"outro|ending|end\b|coda|fade"),
    ("solo", r"solo|inst\b|instrumental|interlude|guitar|piano|sax|drum|間奏|间奏|간주"),
    ("break", r"break"), ("drop", r"drop"), ("build", r"build"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Stanza:
    """A tagged section of lyrics; one that is instrumental has no lines."""

    label: str
    lines: tuple[str, ...]


def section_label(tag: str) -> str:
    """Give the section that a tag such as ``"Verse 2"`` or ``"Guitar solo"`` names; ``"verse"`` if
    unknown.
    """
    text = tag.lower()
    return next((label for label, pattern in _LABELS if re.search(pattern, text)), "verse")


def stanzas(lyrics: str | None) -> tuple[Stanza, ...]:
    """Split ``lyrics`` into stanzas; of untagged ones, a repeated stanza is the chorus."""
    kept = [
        (part.tag, tuple(line for line in part.lines if any(c.isalnum() for c in line)) * _repeats(part.tag))
        for part in parse_lyrics(lyrics or "")
    ]
    bodies = [lines for _, lines in kept]
    return tuple(
        Stanza(section_label(tag) if tag else "chorus" if bodies.count(lines) > 1 else "verse", lines)
        for tag, lines in kept
        if tag or lines
    )


def _repeats(tag: str | None) -> int:
    """Read how often a section is sung: twice for ``[Chorus x2]``."""
    found = re.search(r"[x×]\s?([2-4])\b|\b([2-4])\s?[x×]", (tag or "").lower())
    return int(found[1] or found[2]) if found else 1


def split_words(line: str) -> list[tuple[str, list[str]]]:
    """Split a line into ``[(word, [syllable, …]), …]``, without what is not sung."""
    words = [word for word in line.split() if any(c.isalnum() for c in word)]
    return [(word, syllables(word) or [word]) for word in words]


def count_syllables(line: str) -> int:
    """Count the syllables of a line, at least 1."""
    return max(1, sum(len(parts) for _, parts in split_words(line)))
