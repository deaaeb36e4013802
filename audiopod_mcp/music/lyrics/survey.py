"""What lyrics have as a whole, which says how a single line of them is read."""

from __future__ import annotations

import re
from collections.abc import Sequence

from .chords import chord_line, is_alphabet, is_surely_chords, read_chord
from .headings import read_heading, read_short
from .speakers import characters_of, speakers_of
from .tags import Tag

NOTE = re.compile(r"\[(\d{1,2})\]")
"""The mark of a footnote."""


class Survey:
    """Who speaks in lyrics, and whether they have headings, chords, short names of sections, footnotes.

    A letter in brackets is a chord where others are chords that can be nothing else, and a section where some
    have a short name such as ``V1``.
    """

    def __init__(self, lines: Sequence[str]) -> None:
        tags = [(line.strip(), content) for line in lines for content in re.findall(r"\[([^\[\]]*)\]", line)]
        chords = [(line, content) for line, content in tags if read_chord(content)]
        self.letters_are_names = bool(chords) and all(
            line == f"[{content}]" and len(content) == 1 for line, content in chords
        )
        shorts = {text for text in (*map(str.strip, lines), *(c for _, c in tags)) if read_short(text)}
        self._has_shorts = any(len(text.strip("[]*_: ")) > 1 and read_chord(text) is None for text in shorts)
        others = [content for _, content in chords if read_short(content) is None]
        self._letters_are_sections = not others
        self.speakers = speakers_of(lines)
        self.characters = characters_of(lines)
        self.notes = {mark for line in lines for mark in re.findall(rf"\w{NOTE.pattern}", line)}
        self.has_headings = any((tag := read_heading(line)[0]) and tag.kind == "section" for line in lines)
        self.has_chords = bool(chords and not self.letters_are_names) or any(
            chord_line(line) and is_surely_chords(line) for line in lines
        )

    def is_chord_line(self, line: str) -> bool:
        """Whether chords stand in a line, and no words."""
        chords = chord_line(line)
        if chords is None or all(map(self.short, line.split())):
            return False
        labels = [label for _, label in chords]
        if is_surely_chords(line):
            return not self.letters_are_names or len(labels) > 1
        return not is_alphabet(labels) and (self.has_chords or len(labels) > 1)

    def short(self, text: str) -> Tag | None:
        """The section that a short name such as ``V1`` heads; a letter that is a chord's may be one, too."""
        named = read_short(text) if self._has_shorts else None
        is_chord = read_chord(text.strip("[]")) is not None
        return None if is_chord and not self._letters_are_sections else named
