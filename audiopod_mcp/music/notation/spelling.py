"""How pitches, keys and chords are spelled."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from audiopod_mcp.music.theory import FLAT_NAMES, Key

_MAJOR_FIFTHS: Final = {0: 0, 7: 1, 2: 2, 9: 3, 4: 4, 11: 5, 6: 6, 1: -5, 8: -4, 3: -3, 10: -2, 5: -1}
"""Sharps (or, below zero, flats) of the major key on each pitch class."""


@dataclass(frozen=True, slots=True)
class KeySignature:
    """``fifths`` counts sharps, or below zero flats; ``name`` is as MIDI has it (``"Bb"``, ``"F#m"``)."""

    fifths: int
    mode: str
    name: str


def key_signature(key: Key) -> KeySignature:
    """The signature of ``key``; of a church mode, that of the major key with the same notes."""
    fifths = _MAJOR_FIFTHS[key.relative_major]
    if fifths == 6 and key.names is FLAT_NAMES:
        fifths = -6
    minor = key.minor and not key.mode
    tonic = key.names[key.tonic] if not key.mode else key.names[key.relative_major]
    return KeySignature(fifths, key.mode or ("minor" if key.minor else "major"), tonic + "m" * minor)


def step_and_alter(name: str) -> tuple[str, int]:
    """``("F", 1)`` for ``"F#"``."""
    return name[0], name.count("#") - name.count("b")


def pitch_name(pitch: int, key: Key | None) -> tuple[str, int, int]:
    """Step, alteration (semitones) and octave of a MIDI note number in ``key``: 60 is ``("C", 0, 4)``."""
    names = (key or Key(0)).names
    step, alter = step_and_alter(names[pitch % 12])
    return step, alter, (pitch - alter) // 12 - 1
