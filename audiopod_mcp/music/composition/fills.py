"""Drum fills by the family of the style, each of two beats and written like the grooves.

The length of a line says how fine it is: eight steps are sixteenths, six or twelve are triplets, sixteen are
thirty-seconds. Where there is less time, the end of a fill is played.
"""

from __future__ import annotations

from dataclasses import dataclass

from .grooves import (
    CLAP,
    CLOSED,
    HIGH_TOM,
    KICK,
    LOW_TOM,
    MID_TOM,
    OPEN,
    RIDE,
    SNARE,
    STICK,
    Groove,
)
from .random_streams import random_stream
from .song_plan import SongPlan

_TOMS: Groove = {SNARE: "xx......", HIGH_TOM: "..xx....", MID_TOM: "....xx..", LOW_TOM: "......xx"}
_ROLL: Groove = {SNARE: "ooxxxxXX"}
_FAMILIES: dict[str, tuple[Groove, ...]] = {
    "rock": (
        _TOMS,
        {SNARE: "x.xxx...", HIGH_TOM: ".....x..", LOW_TOM: "......xX", KICK: "X...x..."},
        _ROLL,
        {SNARE: "....xxxX", KICK: "X.x....."},
        {SNARE: "X.......", OPEN: "x.......", LOW_TOM: "....x.xx"},
    ),
    "soft": (
        {STICK: "....o.x.", KICK: "x......."},
        {SNARE: "....o.ox", KICK: "x......."},
        {MID_TOM: "....o.x.", LOW_TOM: "......ox"},
    ),
    "machine": (
        {CLAP: "x..x..xx", KICK: "X......."},
        {SNARE: "x.x.xxxx", CLOSED: "x.x.x.x."},
        {CLOSED: "x.x.x.x.xxxxxxxx", SNARE: "........x...x.xx"},
        {KICK: "X.......", CLAP: "......x."},
    ),
    "hats": (
        {CLOSED: "x.x.x.x.xxxxxxxx", SNARE: "............x..."},
        {CLOSED: "x.xxx.xxxxxxxxxx"},
        {CLAP: "x..x..x.", KICK: "X..x...."},
        {KICK: "X......."},
    ),
    "jazz": (
        {SNARE: "x.xx.x", KICK: "....x.", RIDE: "x....."},
        {SNARE: "o.xo.xx.xx.X", KICK: "x.....x....."},
        {HIGH_TOM: "x.x...", LOW_TOM: "...x.x", SNARE: ".....o"},
        {SNARE: "..x..X", RIDE: "x..x.."},
    ),
    "reggae": (
        {HIGH_TOM: "x.xx.x..", STICK: ".....x.x"},
        {SNARE: "x.xxx.xX"},
        {STICK: "x..x..x.", HIGH_TOM: ".......x"},
        {SNARE: "..xxxx.X", KICK: "X......."},
    ),
    "latin": (
        {HIGH_TOM: "x.xxx.x.", MID_TOM: ".......X"},
        {SNARE: "ooooooxx", HIGH_TOM: "......xX"},
        {HIGH_TOM: "x..x..x.", MID_TOM: "....x..x", KICK: "X......."},
    ),
    "funk": (
        {SNARE: "x.oxo.xX", KICK: "X.....x."},
        {SNARE: "xooxooxX", OPEN: "......x."},
        {SNARE: "..xxo.xx", KICK: "X...x..."},
        {OPEN: "x...x.x.", SNARE: ".....x.X"},
    ),
    "train": ({SNARE: "oxoxoxoX"}, {SNARE: "xoxxoxxX"}, {SNARE: "....xxxX", KICK: "X......."}),
    "metal": (
        {SNARE: "xxxxxxxxXXXXXXXX", KICK: "X.X.X.X.X.X.X.X."},
        {HIGH_TOM: "xxxx............", MID_TOM: "....xxxx........", LOW_TOM: "........xxxxxxxx"},
        _TOMS,
    ),
    "toms": (
        {LOW_TOM: "oxoxxxXX", MID_TOM: "......xx"},
        {LOW_TOM: "x.xxx.xX"},
        {LOW_TOM: "xoxoxxXX", KICK: "X...X..."},
    ),
}  # fmt: skip
_COMPOUND: dict[str, tuple[Groove, ...]] = {
    "soft": ({STICK: "......o...x.", KICK: "x..........."}, {SNARE: "......o.o.x."}),
    "rock": (
        {SNARE: "x.x.........", HIGH_TOM: "....x.x.....", LOW_TOM: "........x.x."},
        {SNARE: "......x.xxxX", KICK: "X..........."},
        {HIGH_TOM: "......xx....", MID_TOM: "........xx..", LOW_TOM: "..........xx"},
    ),
}
_FAMILY_STYLES = {
    "metal": ("metal",),
    "machine": ("electronic", "house", "synthwave", "chiptune", "k-pop", "future bass"),
    "hats": ("trap", "hip hop", "phonk", "grime"),
    "jazz": ("jazz", "swing", "gypsy jazz", "ragtime", "blues"),
    "reggae": ("reggae",),
    "latin": ("latin", "samba"),
    "funk": ("funk", "soul", "r&b", "disco", "gospel", "lo-fi", "trip hop"),
    "train": ("country", "folk", "march"),
    "toms": ("cinematic",),
    "soft": ("bossa nova", "ballad"),
}


@dataclass(frozen=True, slots=True)
class Fills:
    """The fills that a drummer plays in one piece, in loud sections and in calm ones."""

    loud: tuple[Groove, ...]
    calm: tuple[Groove, ...]

    def choose(self, number: int, intensity: float) -> Groove:
        """Choose a fill by a random ``number`` for a section of this intensity."""
        chosen = self.loud if intensity >= 0.5 else self.calm
        return chosen[number % len(chosen)]

    @property
    def pickup(self) -> Groove:
        """The fill that leads in where the drums enter."""
        return self.calm[0]


def fills_for(plan: SongPlan) -> Fills:
    """Choose the fills of a piece: two of its style's family, so that they are recognised as they return."""
    if plan.timeline.metre.compound:
        return Fills(_COMPOUND["rock"], _COMPOUND["soft"])
    kind = (plan.style.name, *plan.style.parents)
    family = next(
        (name for known in kind for name, styles in _FAMILY_STYLES.items() if known in styles), "rock"
    )
    own = _FAMILIES[family]
    first = int(random_stream(plan.seed, "fills").integers(len(own)))
    soft = _FAMILIES[family if family in ("hats", "jazz") else "soft"]
    return Fills((own[first], own[(first + 1) % len(own)]), soft[:2])
