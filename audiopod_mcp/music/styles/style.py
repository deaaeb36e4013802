"""What a style consists of: a tempo range, a band, harmony in Roman numerals, a form and a feel."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Member:
    """One member of the band; ``role`` is drums, percussion, bass, comp, pad, lead, counter or fx."""

    role: str
    instrument: str
    figure: str
    min_intensity: float = 0.0
    """It plays in sections of at least this intensity."""
    level: float = 1.0
    """How loud it plays."""


@dataclass(frozen=True, slots=True)
class Style:
    """What makes music sound like its kind."""

    name: str
    tempo: tuple[float, float]
    """The slowest and the fastest, beats a minute."""
    band: tuple[Member, ...]
    major: tuple[str, ...]
    """Progressions in major keys."""
    minor: tuple[str, ...]
    """Progressions in minor keys."""
    bridge: tuple[str, str] = ("IV V vi V", "VI VII i v")
    """The progressions of a bridge, in major and in minor."""
    form: tuple[str, ...] = ("intro", "verse", "chorus", "verse", "chorus", "bridge", "chorus", "outro")
    groove: str = "pop"
    minor_share: float = 0.3
    """How many of its songs are in minor keys, where the caption leaves that open."""
    swing: float = 0.5
    """The share of a pair of notes that the first one takes: 0.5 is straight."""
    swing_unit: float = 0.5
    """The notes that swing, in beats: 0.5 are eighths, 0.25 sixteenths."""
    scale: str = "diatonic"
    """The scale of its melodies, a key of :data:`audiopod_mcp.music.theory.MELODY_SCALES`."""
    looseness: float = 1.0
    """How far from the beat players are, from 0, a machine, to 2, late at night."""
    expression: float = 1.0
    """How far loudness follows phrases, from 0, a machine, to 2, a string quartet."""
    timesignature: str = "4/4"
    energy: float = 0.5
    melody_pace: float = 1.0
    """Notes of the melody a beat, about."""
    room: str = "studio"
    """Where the band plays, a key of :data:`audiopod_mcp.music.synthesis.rooms.ROOMS`."""
    parents: tuple[str, ...] = ()
    """The broader styles of which this one is a kind."""


def band(
    *members: tuple[str, str, str] | tuple[str, str, str, float] | tuple[str, str, str, float, float],
) -> tuple[Member, ...]:
    """The band of a style: each of its members by the fields of :class:`Member`, in their order."""
    return tuple(Member(*member) for member in members)
