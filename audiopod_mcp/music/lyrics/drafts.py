"""Sections of lyrics while they are read, and what they become."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import zip_longest

from .sheet import ChordMarks, LyricSection
from .tags import AGAIN, Tag

MOST_LINES = 2000
"""Lines that are sung at most, repeats included."""
REFERRED_TO = ("chorus", "pre-chorus")
"""Sections of which a heading without words means those that were given before."""


@dataclass(slots=True)
class Draft:
    """A section that is being read."""

    tag: Tag | None
    after_blank: bool = True
    times: int = 1
    lines: list[str] = field(default_factory=list)
    chords: list[ChordMarks] = field(default_factory=list)
    voices: list[str] = field(default_factory=list)
    bars: list[tuple[str, ...]] = field(default_factory=list)
    ends_line: bool = False
    """Whether its heading ends a line of words, and so refers to a section that stands elsewhere."""

    @property
    def repeats(self) -> bool:
        """Whether it only says that a section comes again."""
        return self.tag is not None and bool(AGAIN.search(self.tag.text))

    @property
    def holds_nothing(self) -> bool:
        return not self.lines and not self.bars


def sections_of(drafts: Sequence[Draft]) -> Iterator[LyricSection]:
    """The sections of what was read; a chorus without words is that which was sung before."""
    sung: dict[str, Draft] = {}
    for draft, following in zip_longest(drafts, drafts[1:]):
        label = draft.tag and draft.tag.label
        same = following and following.tag and following.tag.label == label and draft.holds_nothing
        here = draft.tag and following and not (following.after_blank or draft.tag.wish)
        if same and following and draft.repeats != following.repeats and (draft.repeats or here):
            continue  # "(Repeat chorus)" over the chorus, or right below its heading: it is that.
        number = re.search(r"\d", draft.tag.text) if draft.tag else None
        numbered = f"{label} {number[0] if number else ''}"
        before = sung.get(numbered) or sung.get(label or "")
        if before and draft.holds_nothing and (label in REFERRED_TO or draft.repeats):
            draft.lines, draft.chords, draft.voices = before.lines, before.chords, before.voices
        elif label and draft.lines:
            sung[label] = sung[numbered] = draft
        yield LyricSection(
            draft.tag.text if draft.tag else None,
            tuple(draft.lines * draft.times),
            tuple(draft.chords * draft.times) if any(draft.chords) else (),
            tuple(draft.bars) * (1 if draft.lines else draft.times),
            draft.tag.wish if draft.tag and draft.tag.label else "",
            tuple(draft.voices * draft.times) if any(draft.voices) else (),
        )


def cut(sections: Sequence[LyricSection]) -> Iterator[LyricSection]:
    """Sections with no more than :data:`MOST_LINES` lines in all."""
    left = MOST_LINES
    for section in sections:
        lines = section.lines[:left]
        left -= len(lines)
        yield (
            section
            if lines == section.lines
            else replace(
                section, lines=lines, chords=section.chords[: len(lines)], voices=section.voices[: len(lines)]
            )
        )
