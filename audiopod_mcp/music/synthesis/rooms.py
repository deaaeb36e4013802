"""The rooms in which bands play: how long and how brightly each answers, and where its players sit.

Bass and bass drum are in the middle wherever they play. What sits to a side is louder there, never later, so
that both channels add up in mono.
"""

# ruff: noqa: E501 (tables: one entry a line)

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from audiopod_mcp.music.styles import STYLES

from .tone import Signal

_BEATS_OF_DECAY = 3.0
"""Beats in which a room falls silent at the latest: a longer one would blur fast music."""


@dataclass(frozen=True, slots=True)
class Room:
    """How a room answers, and how wide the band is."""

    seconds: float
    """Reverberation time, to -60 dB."""
    level: float = 1.0
    """How much of what instruments send to it comes back."""
    treble: float = 0.45
    """How much of the treble its walls give back; it also dies three times as fast."""
    size: float = 1.0
    """How far its walls are: 1 is up to 15 m there and back."""
    width: float = 1.0
    """How far apart players sit."""
    echo: float = 1.0
    """How much of the instruments' tempo echo is used, which no real room has."""
    seats: Mapping[str, float] = field(default_factory=dict)
    """Where players sit, -1 (left) to 1 (right), who do not sit where they do elsewhere."""


_ROCK_BAND = {"distorted guitar": -0.7, "electric guitar": 0.55}
_JAZZ_BAND = {
    "piano": -0.35, "vibraphone": -0.3, "organ": -0.3, "electric guitar": 0.4, "acoustic guitar": 0.4, "clarinet": -0.15,
    "violin": 0.2, "trumpet": 0.3, "trombone": 0.45,
}  # fmt: skip
_ORCHESTRA = {
    "violin": -0.4, "cello": 0.4, "harp": -0.55, "flute": -0.1, "oboe": 0.1, "clarinet": 0.15, "french horn": -0.35,
    "trumpet": 0.3, "trombone": 0.4, "tuba": 0.45, "timpani": 0.15, "piano": 0.0, "glockenspiel": -0.4, "choir": 0.0,
}  # fmt: skip

ROOMS: dict[str, Room] = {
    "studio": Room(1.2, 0.9),
    "booth": Room(0.35, 0.55, treble=0.6, size=0.4, width=0.9),
    "live room": Room(0.6, 0.9, treble=0.55, size=0.5, width=1.2, echo=0.6, seats=_ROCK_BAND),
    "parlour": Room(0.5, 0.8, treble=0.4, size=0.4, echo=0.0),
    "club": Room(0.7, 1.0, treble=0.35, size=0.6, width=0.9, echo=0.0, seats=_JAZZ_BAND),
    "plate": Room(1.8, 1.1, treble=0.8, size=0.3, width=1.1),
    "hall": Room(2.2, 0.95, treble=0.4, size=1.6, width=1.1, echo=0.0, seats=_ORCHESTRA),
    "cathedral": Room(3.0, 1.2, treble=0.4, size=2.0, width=1.2),
}


def room_of(style: str | None, tempo: float) -> Room:
    """The room of a style (of the studio, where there is none), as short as music of this tempo needs it."""
    room = ROOMS[STYLES[style].room] if style in STYLES else ROOMS["studio"]
    longest = round(_BEATS_OF_DECAY * 60 / max(tempo, 40), 1)
    return replace(room, seconds=min(room.seconds, longest))


def gains(place: float) -> Signal:
    """The gains of both channels for what sits at a ``place``, -1 to 1, of one power; (2,), 1 in the middle."""
    angle = (float(np.clip(0.8 * place, -1, 1)) + 1) * np.pi / 4
    sides: Signal = (np.array([np.cos(angle), np.sin(angle)]) * np.sqrt(2)).astype(np.float32)
    return sides
