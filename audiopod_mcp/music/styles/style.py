"""What a style is made of: a tempo range, a band, harmony in Roman numerals, a form, a feel."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Member:
    """One player: ``role`` is drums, percussion, bass, comp, pad, lead, counter or fx."""

    role: str
    instrument: str
    figure: str
    min_intensity: float = 0.0
    """Plays in sections of at least this intensity."""
    level: float = 1.0


@dataclass(frozen=True, slots=True)
class Style:
    """What makes music sound like its kind. ``swing`` is the share of the pair the first note takes."""

    name: str
    tempo: tuple[float, float]
    band: tuple[Member, ...]
    major: tuple[str, ...]
    minor: tuple[str, ...]
    bridge: tuple[str, str] = ("IV V vi V", "VI VII i v")
    form: tuple[str, ...] = ("intro", "verse", "chorus", "verse", "chorus", "bridge", "chorus", "outro")
    groove: str = "pop"
    minor_share: float = 0.3
    swing: float = 0.5
    swing_unit: float = 0.5
    """The swung unit in beats: 0.5 eighths, 0.25 sixteenths."""
    scale: str = "diatonic"
    looseness: float = 1.0
    """How far from the grid players are, 0 a machine … 2 a late night."""
    timesignature: str = "4/4"
    energy: float = 0.5
    melody_pace: float = 1.0
    """Melody notes a beat, about."""
    parents: tuple[str, ...] = ()
    """The broader styles that this one is a kind of."""


def band(
    *members: tuple[str, str, str] | tuple[str, str, str, float] | tuple[str, str, str, float, float],
) -> tuple[Member, ...]:
    return tuple(Member(*member) for member in members)
