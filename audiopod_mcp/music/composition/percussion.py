"""Percussion patterns by name, in simple and in compound metres, written like the drum grooves.

A compound pattern of two bars has twice as many steps; the bell and claves there play the bembé.
"""

from __future__ import annotations

from audiopod_mcp.music.theory import Metre

from .grooves import (
    BONGO_HIGH,
    BONGO_LOW,
    CLAP,
    CLAVES,
    CONGA_HIGH,
    CONGA_LOW,
    CONGA_MUTE,
    COWBELL,
    GUIRO,
    SHAKER,
    SNAP,
    TAMBOURINE,
    TRIANGLE,
    Groove,
)

PERCUSSION: dict[str, Groove] = {
    "shaker": {SHAKER: "x.oo x.oo x.oo x.oo"},
    "tambourine": {TAMBOURINE: ".... x... .... x.o."},
    "tambourine8": {TAMBOURINE: "o.x. X.x. o.x. X.x."},
    "congas": {
        CONGA_MUTE: "x... X... x... X...",
        CONGA_HIGH: "...o ..x. ...o ....",
        CONGA_LOW: ".... .... .... ..xx",
    },
    "salsa": {
        CLAVES: "..x. x... x..x ..x.",
        CONGA_MUTE: "x... X... x... ....",
        CONGA_HIGH: "...o ..o. ...o X...",
        CONGA_LOW: ".... .... .... ..xx",
        GUIRO: "x... x.x. x... x.x.",
    },
    "bossa": {SHAKER: "X.oo x.oo X.oo x.oo", TRIANGLE: "...x ..x. ...x ..x."},
    "bongos": {BONGO_HIGH: "x.o. x.o. x.o. x.x.", BONGO_LOW: "...o .... ...o .x.."},
    "snaps": {SNAP: ".... x... .... x..."},
    "bodhran": {CONGA_LOW: "X..x x.o. X..x x.o.", CONGA_MUTE: "..o. ..ox ..o. ..ox"},
    "palmas": {CLAP: "..x. x.x. ..x. X.x.", SNAP: "x..x ..x. x..x ...x"},
    "samba": {
        SHAKER: "Xoox Xoox Xoox Xoox",
        TAMBOURINE: "x.x. .x.x x.x. x.x.",
        CONGA_LOW: ".... X... .... X...",
        COWBELL: "x..x ..x. .x.. x.x.",
    },
    "cumbia": {
        GUIRO: "X.xx X.xx X.xx X.xx",
        CONGA_HIGH: "..x. ..xx ..x. ..xx",
        CONGA_LOW: ".... x... .... x...",
    },
    "afro": {
        SHAKER: "x.xo x.xo x.xo x.xo",
        CONGA_HIGH: "..x. ...x ..x. ....",
        CONGA_LOW: ".... ..x. .... .xx.",
        CLAVES: "x..x ..x. ..x. x...",
    },
    "sleigh": {TAMBOURINE: "x.o. x.o. x.o. x.o.", TRIANGLE: "x... .... x... ...."},
    "cowbellriff": {COWBELL: "X..x ..x. X.x. x..x"},
    "claps": {CLAP: ".... x... .... x..."},
    "cowbell": {COWBELL: "x... x... x... x..."},
    "none": {},
}
_COMPOUND_PERCUSSION: dict[str, Groove] = {
    "shaker": {SHAKER: "x.o.o. x.o.o."},
    "tambourine": {TAMBOURINE: "...... x.....  ...... x...o."},
    "tambourine8": {TAMBOURINE: "x.o.o. X.o.o."},
    "congas": {
        CONGA_MUTE: "x...o. X...o.",
        CONGA_HIGH: "..o... ......  ..o... ..x.x.",
        CONGA_LOW: "...... ....xx",
    },
    "salsa": {
        CLAVES: "x...x. ..x.x.  ..x... x...x.",
        CONGA_HIGH: "..x... x.x...",
        CONGA_LOW: "...... ....x.",
        GUIRO: "x...x. x...x.",
    },
    "afro": {SHAKER: "x.o.x. x.o.x.", CLAVES: "x...x. ..x.x.  ..x... x...x.", CONGA_LOW: "....x. ....x."},
    "bodhran": {CONGA_LOW: "X.o.x. X.o.x.  X.o.x. Xxxox.", CONGA_MUTE: "..o... ..o..o"},
    "sleigh": {TAMBOURINE: "x.o.o. x.o.o.", TRIANGLE: "x..... ......"},
    "claps": {CLAP: "...... x....."},
    "snaps": {SNAP: "...... x....."},
    "palmas": {CLAP: "x...x. ..x.x.", SNAP: "..x... x...x."},
    "none": {},
}  # fmt: skip


def percussion_for(name: str, metre: Metre) -> Groove:
    """Give the percussion pattern called ``name`` in ``metre``; a shaker where it has none there.

    Names that are joined by ``+`` are played together.
    """
    table = _COMPOUND_PERCUSSION if metre.compound else PERCUSSION
    if "+" in name:
        known = [part for part in name.split("+") if part in table]
        return {drum: line for part in known or ["shaker"] for drum, line in table[part].items()}
    return table.get(name, table["shaker"])
