"""Where in its word, and in its line, each sung syllable stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from audiopod_mcp.music.model import LyricLine, Note

InWord = Literal["single", "begin", "middle", "end"]
"""As MusicXML calls it."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a syllable stands."""

    in_word: InWord
    ends_line: bool

    @property
    def ends_word(self) -> bool:
        return self.in_word in ("single", "end")


ALONE = Place("single", ends_line=False)
"""Where a syllable stands of which nothing is known."""


def places(notes: Sequence[Note], lines: Sequence[LyricLine]) -> Mapping[float, Place]:
    """The places of the syllables of ``notes`` in ``lines``, by the start of each note.

    They are known where the times of words are, which begin with their first syllable.
    """
    words = {round(time, 4): word == 0 for line in lines for word, (time, _) in enumerate(line.words)}
    if not words:
        return {}
    sung = sorted({note.start for note in notes if note.syllable})
    found = dict[float, Place]()
    for number, start in enumerate(sung):
        after = round(sung[number + 1], 4) if number + 1 < len(sung) else None
        begins, ends = round(start, 4) in words, after is None or after in words
        place: InWord = ("single" if ends else "begin") if begins else ("end" if ends else "middle")
        found[start] = Place(place, ends_line=after is None or words.get(after, False))
    return found
