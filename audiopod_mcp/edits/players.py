"""Who plays in a track: the names by which players are called, and the stem that each is in."""

# ruff: noqa: E501 (tables: the players of one stem a line)

from __future__ import annotations

import re
from typing import Final

_PLAYERS: Final = {
    "vocals": "vocal vox voice voices singer singers singing rapper|lead vocal|lead vocals|main vocal|main vocals|lead voice|lead singer",
    "backing_vocals": "choir choirs harmonies|backing vocal|backing vocals|background vocal|background vocals|background singers|backing singers|backup vocals|backup singers|vocal harmonies|harmony vocals",
    "drums": "drum drummer drumming beat beats kit drumkit|drum kit|drum set|drum track|drum machine|electronic drums|acoustic drums|drum beat|drum part|drum loop",
    "percussion": "shaker shakers tabla tablas cajon djembe maracas triangle taiko claps castanets conga congas bongo bongos tambourine tambourines clave claves cowbell cowbells timpani|hand percussion|hand claps|hand drums",
    "bass": "basses bassist bassline 808 808s contrabass|bass guitar|bass guitars|bass line|bass player|bass part|electric bass|upright bass|synth bass|acoustic bass|slap bass|fretless bass|double bass|808 bass|sub bass",
    "guitar": "guitars guitarist ukulele ukuleles banjo banjos mandolin mandolins sitar sitars shamisen lute|electric guitar|electric guitars|acoustic guitar|acoustic guitars|lead guitar|rhythm guitar|distorted guitar|distorted guitars|nylon guitar|steel guitar|pedal steel|guitar riff|guitar part|guitar line",
    "keyboard": "keyboards keys piano pianos pianist organ organs rhodes wurlitzer harpsichord clavinet vibraphone marimba accordion kalimba glockenspiel celesta|electric piano|grand piano|upright piano|music box|piano part|piano line|hammond organ|church organ|pipe organ",
    "strings": "string violin violins viola violas cello cellos fiddle fiddles harp harps koto kotos orchestra|string section|string quartet|string part|violin part",
    "brass": "trumpet trumpets trombone trombones horn horns tuba tubas|brass section|french horn|horn section|brass part",
    "woodwinds": "woodwind sax saxes saxophone saxophones flute flutes clarinet clarinets oboe oboes bassoon bassoons recorder recorders harmonica harmonicas bagpipe bagpipes whistle|tenor sax|alto sax|pan flute|tin whistle",
    "synth": "synths synthesizer synthesizers synthesiser synthesisers pad pads arp arps arpeggio arpeggios arpeggiator|synth lead|synth pad|synth pads|lead synth|synth part",
    "fx": "riser risers|sound effects|sound effect",
}
_PIECES: Final = {
    "drums": "kick kicks snare snares hihat hihats hats hat cymbal cymbals tom toms ride crash|bass drum|bass drums|kick drum|kick drums|snare drum|snare drums|hi hat|hi hats|ride cymbal|crash cymbal",
    "vocals": "adlib adlibs|ad lib|ad libs",
}
"""Parts of a stem, which can't be told apart from the rest of it."""


def _names(table: dict[str, str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for track, words in table.items():
        single, *phrases = words.split("|")
        found |= dict.fromkeys((*single.split(), *phrases), track)
    return found


TRACKS: Final = tuple(_PLAYERS)
"""The stems."""
TRACK_OF: Final = {**_names(_PLAYERS), **{track.replace("_", " "): track for track in TRACKS}}
"""The stem of each name of a player: lower case, single blanks between words."""
PIECE_OF: Final = _names(_PIECES)
"""The stem that holds what has a name and no stem of its own: a kick is in the drums."""
LEAD: Final = frozenset(
    name for name, track in TRACK_OF.items() if track == "vocals" and re.match("lead|main", name)
)
"""The names of the singer alone: backing vocals are others."""


def player_name(text: str) -> str:
    """``text`` as the tables have it.

    Raises
    ------
    ValueError
        Nobody is called so, or it is a part of a stem.
    """
    name = " ".join(re.sub(r"[_\-\s]+", " ", text.lower()).split()).removeprefix("the ")
    if name in PIECE_OF:
        track = PIECE_OF[name].replace("_", " ")
        raise ValueError(
            f"{name!r} is part of the {track} and can't be told apart from them; {track!r} is all of them"
        )
    if name not in TRACK_OF:
        raise ValueError(f"{text!r} is no track or instrument known here; tracks are {', '.join(TRACKS)}")
    return name


def is_whole_track(name: str) -> bool:
    """Whether ``name`` is that of a stem, not of one of the instruments in it."""
    return name.replace(" ", "_") in TRACKS
