"""What was played of a brief, for those who tell what became of its wishes."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from audiopod_mcp.music.captions.wishes import Wish
from audiopod_mcp.music.model import Brief, Part, Score, Span, format_time

from .intensity import Change

SINGS = "nobody sings without lyrics"
MARKED = 0.15
"""The share by which more or less has to be played in a section to be heard."""


@dataclass(frozen=True)
class Played:
    """What was made of a brief, and what else is known of it."""

    brief: Brief
    score: Score
    """As it is heard: of a stretch that joins a song, that stretch alone."""
    offset: float = 0.0
    """The time in the track at which the score begins, s."""
    finish: Collection[str] = ()
    """What was done to the sound: ``fade out``, ``fade in``, ``mono``."""
    kept: Mapping[str, str] = field(default_factory=dict)
    """By kind of wish, why it could not be met: what a stretch has to keep of its song."""
    tracks: Collection[str] | None = None
    """The only tracks that are heard; ``None`` for all."""
    wishes: Sequence[Wish] = ()
    """All that was asked for."""
    own_words: str = ""
    """A pattern of words that were done by the operation itself."""
    change: Change | None = None
    """How much more intense, or calmer, it is than what was there; ``None`` where that was not asked."""
    close: str = ""
    """How it was brought to an end because that was asked for: ``close`` or ``big``."""

    @property
    def parts(self) -> tuple[Part, ...]:
        return tuple(
            p for p in self.score.parts if p.notes and (self.tracks is None or p.track in self.tracks)
        )

    def time(self, seconds: float) -> str:
        """Write a time of the score as that of the track."""
        return format_time(self.offset + seconds)


def played_a_second(parts: Sequence[Part], spans: Sequence[Span]) -> float:
    """How much ``parts`` play in stretches: the velocities of the notes that begin in a second."""
    weight = sum(
        note.velocity
        for part in parts
        for note in part.notes
        if any(span.start <= note.start < span.end for span in spans)
    )
    return weight / sum(span.end - span.start for span in spans)


def fact(asked: str, fact: str) -> str:
    """A fact with the words that it answers, unless it holds them already."""
    return fact if asked.lower() in fact.lower() else f"{asked}: {fact}"
