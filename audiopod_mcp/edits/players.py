"""Who plays in a track: the names by which players are called, and the stem that each is in."""

# ruff: noqa: E501 (tables: the players of one stem a line)

from __future__ import annotations

import re
from typing import Final

_PLAYERS: Final = {
    "vocals": "vocal, vox, voice*, singer*, singing, rapper, lead vocal*, main vocal*, lead voice, lead singer",
    "backing_vocals": "choir*, harmonies, backing vocal*, background vocal*, backup vocal*, background singer*, backing singer*, backup singer*, vocal harmonies, harmony vocal*",
    "drums": "drum, drummer, drumming, beat*, kit, drumkit, drum kit, drum set, drum machine, electronic drum*, acoustic drum*, electronic kit, acoustic kit, electronic drum kit, acoustic drum kit, drum beat",
    "percussion": "shaker*, tabla*, cajon, djembe, maracas, triangle, taiko, clap*, castanets, conga*, bongo*, tambourine*, clave*, cowbell*, timpani, hand percussion, hand clap*, hand drum*",
    "bass": "basses, bassist, bassline, 808*, contrabass, bass guitar*, electric bass, upright bass, synth bass, acoustic bass, slap bass, fretless bass, double bass, 808 bass, sub bass",
    "guitar": "guitars, guitarist, ukulele*, banjo*, mandolin*, sitar*, shamisen, lute, electric guitar*, acoustic guitar*, lead guitar*, rhythm guitar*, distorted guitar*, nylon guitar, steel guitar, pedal steel",
    "keyboard": "keyboards, keys, piano*, pianist, organ*, rhodes, wurlitzer, harpsichord, clavinet, vibraphone, marimba, accordion, kalimba, glockenspiel, celesta, electric piano, grand piano, upright piano, music box, hammond organ, church organ, pipe organ",
    "strings": "string, violin*, viola*, cello*, fiddle*, harp*, koto*, orchestra, string quartet, string section",
    "brass": "trumpet*, trombone*, horn*, tuba*, french horn*, brass section, horn section",
    "woodwinds": "woodwind, sax, saxes, saxophone*, flute*, clarinet*, oboe*, bassoon*, recorder*, harmonica*, bagpipe*, whistle, tenor sax, alto sax, pan flute, tin whistle",
    "synth": "synths, synthesizer*, synthesiser*, pad*, arp*, arpeggio*, arpeggiator, synth lead, synth pad*, lead synth",
    "fx": "riser*, sound effect*",
}
_PIECES: Final = {
    "drums": "kick*, snare*, hihat*, hat*, cymbal*, tom*, ride, crash, bass drum*, kick drum*, snare drum*, hi hat*, ride cymbal, crash cymbal",
    "vocals": "adlib*, ad lib*",
}
"""Parts of a stem, which can't be told apart from the rest of it."""
_WHAT_IS_PLAYED: Final = re.compile(r" (?:part|line|track|loop|riff|section|player)$")


def _names(table: dict[str, str]) -> dict[str, str]:
    """The track of each name; a star is for the plural."""
    return {
        name: track
        for track, names in table.items()
        for word in names.split(", ")
        for name in (word.rstrip("*"), word.replace("*", "s"))
    }


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
    name = name if name in TRACK_OF else _WHAT_IS_PLAYED.sub("", name)
    if name in PIECE_OF:
        raise ValueError(part_of_a_stem(name))
    if name not in TRACK_OF:
        raise ValueError(f"{text!r} is no track or instrument known here; tracks are {', '.join(TRACKS)}")
    return name


def part_of_a_stem(piece: str) -> str:
    """Why a part of a stem can't be changed by itself."""
    track = PIECE_OF[piece].replace("_", " ")
    return f"{piece!r} is part of the {track} and can't be told apart from them; {track!r} is all of them"


def is_whole_track(name: str) -> bool:
    """Whether ``name`` is that of a stem, not of one of the instruments in it: "synths" are all of them."""
    return not {name.replace(" ", "_"), name.removesuffix("s")}.isdisjoint(TRACKS)
