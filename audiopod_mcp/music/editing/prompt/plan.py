"""What the prompt of an edit asks for."""

from __future__ import annotations

from dataclasses import dataclass, field

from audiopod_mcp.edits.model import TrackEdit
from audiopod_mcp.music.editing.step import EditStep, steps_of
from audiopod_mcp.music.model import Refused

EXAMPLES = (
    "drums 3 dB louder, no bass, brighter, more reverb, to 120 bpm, up 2 semitones, to A minor, to -14 LUFS, "
    "fade out, cut the intro, from 0:30 to 0:45"
)
"""What an edit understands, as told to a person."""
NOT_UNDERSTOOD = "clause_not_understood"
"""The code of the reason that a clause is left out for want of a better one."""


@dataclass(frozen=True, slots=True)
class Wish:
    """A typed edit, and the words that ask for it."""

    edit: TrackEdit
    asked: str
    exact: bool = False
    """Whether it was written as a typed edit: what is said twice is done twice."""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Words that give no edit, and why."""

    asked: str
    why: Refused


@dataclass(frozen=True, slots=True)
class EditPlan:
    """What a prompt asks for: ``wishes`` in order, a ``style``, and the rest."""

    wishes: tuple[Wish, ...] = ()
    kept: tuple[tuple[str, str], ...] = ()
    """Those who are to stay as before, each with the words that say so."""
    left: tuple[str, ...] = ()
    """Clauses that ask for nothing but that something stays."""
    style: str = ""
    left_out: tuple[LeftOut, ...] = ()
    refusal: Refused = field(default_factory=lambda: Refused("nothing_to_edit"))
    """Why it is refused where there is nothing to do."""

    @property
    def steps(self) -> tuple[EditStep, ...]:
        return tuple(step for wish in self.wishes for step in steps_of(wish.edit, wish.asked))
