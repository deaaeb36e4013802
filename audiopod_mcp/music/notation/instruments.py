"""What other programs call the engine's instruments: General MIDI programs, and how they are written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from audiopod_mcp.music.model import Part, Score
from audiopod_mcp.music.synthesis.instruments import INSTRUMENTS

Clef = Literal["treble", "treble 8", "bass", "bass 8", "percussion"]
"""``8``: it sounds an octave lower than it is written."""

PROGRAMS: Final = {
    # voices and kits
    "voice": 53, "female voice": 53, "male voice": 53, "spoken voice": 54, "choir": 52,
    "acoustic kit": 0, "brushed kit": 40, "electronic kit": 24,
    "dusty kit": 0, "chip kit": 25, "percussion": 0,
    # basses
    "electric bass": 33, "upright bass": 32, "synth bass": 38, "reese bass": 39, "808 bass": 38,
    "chip bass": 80, "contrabass": 43, "tuba": 58,
    # plucked
    "acoustic guitar": 25, "nylon guitar": 24, "electric guitar": 27, "distorted guitar": 30,
    "lead guitar": 29, "banjo": 105, "pedal steel": 26, "mandolin": 25, "ukulele": 24, "sitar": 104,
    # keys and bars
    "piano": 0, "electric piano": 4, "organ": 16, "clavinet": 7, "harpsichord": 6, "accordion": 21,
    "vibraphone": 11, "marimba": 12, "kalimba": 108, "glockenspiel": 9, "music box": 10, "bells": 14,
    "steel drum": 114, "timpani": 47,
    # the orchestra
    "strings": 48, "violin": 40, "cello": 42, "pizzicato": 45, "harp": 46, "koto": 107, "brass": 61,
    "trumpet": 56, "trombone": 57, "french horn": 60, "flute": 73, "clarinet": 71, "oboe": 68,
    "saxophone": 65, "harmonica": 22, "bagpipes": 109, "whistle": 78,
    # synthesizers
    "pad": 89, "synth lead": 81, "synth pluck": 84, "acid synth": 87, "supersaw": 90, "chip lead": 80,
    "chip arpeggio": 80,
    # what is heard in a recording, whoever plays it
    "melody": 73,
}  # fmt: skip
"""General MIDI program numbers from 0; of kits, those of Roland's GS drum sets."""


@dataclass(frozen=True, slots=True)
class Player:
    """One part, under a name that no other part of the score has."""

    name: str
    part: Part
    unpitched: bool

    @property
    def program(self) -> int:
        return PROGRAMS.get(self.part.instrument, 0)


def players_of(score: Score) -> list[Player]:
    """Who plays notes, in the order of the score; effects such as risers and vinyl noise play none.

    Where nobody does there is one who rests, so that chords have a place.
    """
    players: list[Player] = []
    for part in score.parts:
        if part.instrument in PROGRAMS and part.notes:
            name = part.instrument.capitalize()
            same = sum(player.part.instrument == part.instrument for player in players)
            unpitched = part.instrument in INSTRUMENTS and INSTRUMENTS[part.instrument].unpitched
            players.append(Player(f"{name} {same + 1}" if same else name, part, unpitched))
    return players or [Player("Chords", Part("melody", "melody", ()), unpitched=False)]


def clef_of(player: Player) -> Clef:
    """The clef that needs the fewest ledger lines, as the instrument is usually written."""
    if player.unpitched:
        return "percussion"
    pitches = sorted(note.pitch for note in player.part.notes)
    middle = pitches[len(pitches) // 2] if pitches else 60.0
    if player.part.track == "bass":
        return "bass 8"
    if player.part.track == "guitar" and middle < 68:
        return "treble 8"
    return "bass" if middle < 57 else "treble"
