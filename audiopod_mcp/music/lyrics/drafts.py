"""Sections of lyrics while they are read, and what they become."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import zip_longest

from .sheet import ChordMarks, LyricSection
from .tags import Tag

MOST_LINES = 2000
"""Lines that are sung at most, repeats included."""
REFERRED_TO = ("chorus", "pre-chorus")
"""Sections of which a heading without words means those that were given before."""
_AGAIN = re.compile(r"repeat|same as|\b(?:au|repetir|repite|répéter) ", re.IGNORECASE)


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
        return self.tag is not None and bool(_AGAIN.search(self.tag.text))

    @property
    def holds_nothing(self) -> bool:
        return not self.lines and not self.bars


def sections_of(drafts: Sequence[Draft]) -> Iterator[LyricSection]:
    """The sections of what was read; a chorus without words is that which was sung before."""
    sung: dict[str, Draft] = {}
    for draft, following in zip_longest(drafts, drafts[1:]):
        label = draft.tag and draft.tag.label
        is_named_again = draft.repeats
        if (
            is_named_again
            and draft.holds_nothing
            and following
            and following.tag
            and following.tag.label == label
        ):
            continue  # "(Repeat chorus)" over the chorus: it is that.
        if label and draft.holds_nothing and (label in REFERRED_TO or is_named_again) and label in sung:
            draft.lines, draft.chords, draft.voices = (
                sung[label].lines, sung[label].chords, sung[label].voices,
            )  # fmt: skip
        elif label and draft.lines:
            sung[label] = draft
        yield LyricSection(
            draft.tag.text if draft.tag else None,
            tuple(draft.lines * draft.times),
            tuple(draft.chords * draft.times) if any(draft.chords) else (),
            tuple(draft.bars) * (1 if draft.lines else draft.times),
            draft.tag.wish if draft.tag and draft.tag.kind == "section" else "",
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
