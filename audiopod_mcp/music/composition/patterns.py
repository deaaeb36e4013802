"""Grooves, bass figures and comping figures, written the way drum machines and tablature write them.

A pattern is one bar of 4/4 in sixteenths (16 steps; spaces are for the eye). Other simple metres are
cut from it by :func:`steps_of`; compound metres have patterns of their own (twelve steps, two dotted
beats). In drum lines ``X`` is accented, ``x`` plain, ``o`` a ghost note. In bass lines ``R`` is the
root, ``F`` the fifth, ``T`` the third, ``S`` the seventh (or octave), ``O`` the octave, ``A`` a step
towards the next root. In comping ``x`` strikes the chord, ``u`` an upstroke, ``s`` a short stab, and
digits pick single tones of the voicing, from the lowest. ``-`` holds, ``.`` rests.
"""

from __future__ import annotations

from functools import lru_cache

from audiopod_mcp.music.theory import Metre

KICK, STICK, SNARE, CLAP = 36, 37, 38, 39
CLOSED, PEDAL, OPEN, RIDE, BELL, CRASH = 42, 44, 46, 51, 53, 49
LOW_TOM, MID_TOM, HIGH_TOM = 45, 47, 50
TAMBOURINE, COWBELL, CONGA_HIGH, CONGA_LOW, CONGA_MUTE = 54, 56, 63, 64, 62
BONGO_HIGH, BONGO_LOW, TIMBALE, CLAVES, SHAKER, GUIRO, TRIANGLE, SNAP = 60, 61, 65, 75, 70, 73, 81, 27

Groove = dict[int, str]

GROOVES: dict[str, Groove] = {
    "pop": {
        KICK: "X... ..x. x.x. ....",
        SNARE: ".... X... .... X...",
        CLOSED: "x.x. x.x. x.x. x.x.",
    },
    "ballad": {
        KICK: "X... .... x.x. ....",
        SNARE: ".... X... .... X...",
        CLOSED: "x... x... x... x.o.",
    },
    "rock": {
        KICK: "X... ..x. X.x. ....",
        SNARE: ".... X... .... X...",
        CLOSED: "X.x. X.x. X.x. X.x.",
    },
    "punk": {
        KICK: "X.x. ..x. X.x. ..x.",
        SNARE: "..X. ..X. ..X. ..X.",
        CLOSED: "X.x. X.x. X.x. X.x.",
    },
    "metal": {
        KICK: "XxxX xxXx XxxX xxXx",
        SNARE: ".... X... .... X...",
        RIDE: "X... X... X... X...",
    },
    "hiphop": {
        KICK: "X..x ..x. ..X. ...x",
        SNARE: ".... X... .... X..o",
        CLOSED: "x.x. x.xx x.x. x.x.",
    },
    "trap": {
        KICK: "X... ..x. ..X. ....",
        CLAP: ".... .... X... ....",
        CLOSED: "xxox xxxx xoxx xxxx",
        SNARE: ".... .... .... ...o",
    },
    "lofi": {
        KICK: "X... ...x ..x. .x..",
        STICK: ".... X... .... X...",
        CLOSED: "x.o. x.o. x.o. x.oo",
    },
    "jazz": {
        RIDE: "X... x.x. X... x.x.",
        PEDAL: ".... x... .... x...",
        KICK: "o... o... o... o...",
        SNARE: ".... ..o. .... ...o",
    },
    "bossa": {
        KICK: "X..x X..x X..x X..x",
        STICK: "x..x ..x. ..x. .x..",
        CLOSED: "x.xo x.xo x.xo x.xo",
    },
    "house": {
        KICK: "X... X... X... X...",
        CLAP: ".... x... .... x...",
        OPEN: "..x. ..x. ..x. ..x.",
        CLOSED: "o.oo o.oo o.oo o.oo",
    },
    "techno": {
        KICK: "X... X... X... X...",
        CLOSED: "o.x. o.x. o.x. o.xo",
        CLAP: ".... .... .... x...",
        RIDE: "..o. ..o. ..o. ..o.",
    },
    "breaks": {
        KICK: "X... .... ..X. ....",
        SNARE: ".... X..o .o.. X..o",
        CLOSED: "x.x. x.x. x.x. x.x.",
    },
    "dubstep": {
        KICK: "X... .... ...x ....",
        SNARE: ".... .... X... ....",
        CLOSED: "x..x ..x. x..x ..x.",
    },
    "synthwave": {
        KICK: "X... x... X... x...",
        SNARE: ".... X... .... X...",
        CLOSED: "x.x. x.x. x.x. x.x.",
    },
    "train": {
        KICK: "X... x... X... x...",
        SNARE: "o.oo X.oo o.oo X.oo",
    },
    "folk": {
        KICK: "X... .... x... ....",
        STICK: ".... x... .... x...",
    },
    "shuffle": {
        KICK: "X... ..x. X... ....",
        SNARE: ".... X... .... X.o.",
        RIDE: "X.x. X.x. X.x. X.x.",
    },
    "reggae": {
        KICK: ".... .... X... ....",
        STICK: ".... .... X... ....",
        CLOSED: "x.x. X.x. x.x. X.x.",
    },
    "ska": {
        KICK: "X... .... X... ....",
        SNARE: ".... X... .... X...",
        CLOSED: "..X. ..X. ..X. ..X.",
    },
    "latin": {
        KICK: "...x ..x. ...x ..x.",
        STICK: "..x. x... x..x ..x.",
        BELL: "X.x. x.xx .x.x x.xx",
    },
    "reggaeton": {
        KICK: "X... X... X... X...",
        SNARE: "...x ..x. ...x ..x.",
        CLOSED: "x.x. x.x. x.x. x.x.",
    },
    "rnb": {
        KICK: "X..x .... .xx. ....",
        SNARE: ".... X... .... X...",
        CLOSED: "x.xo x.xo x.xo xxxo",
    },
    "soul": {
        KICK: "X... ..x. ..x. ....",
        SNARE: "x... X... x... X...",
        CLOSED: "x.x. x.x. x.x. x.x.",
    },
    "funk": {
        KICK: "X.x. ..x. ..X. .x..",
        SNARE: ".... X..o .o.o X..o",
        CLOSED: "xxxx xxxx xxxx xxXx",
    },
    "disco": {
        KICK: "X... X... X... X...",
        SNARE: ".... X... .... X...",
        OPEN: "..X. ..X. ..X. ..X.",
        CLOSED: "x... x... x... x...",
    },
    "gospel": {
        KICK: "X... .... X..x ....",
        SNARE: ".... X... .... X..o",
        RIDE: "x.x. x.x. x.x. x.x.",
    },
    "march": {
        KICK: "X... .... X... ....",
        SNARE: "..o. X.oo ..o. X.oo",
    },
    "cinematic": {
        LOW_TOM: "X..x ..x. X..x ..x.",
        KICK: "X... .... X... ....",
        HIGH_TOM: ".... .... .... ..xx",
    },
    "none": {},
}

# Grooves in three, and in two times three; everything without its own uses these.
WALTZES: dict[str, Groove] = {
    "default": {KICK: "X... .... ....", SNARE: ".... x... x...", CLOSED: "x.x. x.x. x.x."},
    "jazz": {RIDE: "X... x.x. x...", PEDAL: ".... x... x...", KICK: "x... .... ...."},
    "folk": {KICK: "X... .... ....", STICK: ".... x... x..."},
    "metal": {KICK: "XxXx XxXx XxXx", SNARE: ".... X... X...", RIDE: "X... X... X..."},
    "cinematic": {LOW_TOM: "X... x... x.xx", KICK: "X... .... ...."},
    "none": {},
}
COMPOUNDS: dict[str, Groove] = {
    "default": {KICK: "X.....  ....x.", SNARE: "...... X.....", CLOSED: "X.x.x. X.x.x."},
    "jazz": {RIDE: "X...x. X...x.", PEDAL: "...... x.....", SNARE: "....o. ....o."},
    "folk": {KICK: "X..... ......", STICK: "...... x...x."},
    "house": {KICK: "X..... X.....", CLAP: "...... x.....", CLOSED: "x.x.x. x.x.x."},
    "metal": {KICK: "X.xxxx X.xxxx", SNARE: "...... X.....", RIDE: "X..... X....."},
    "cinematic": {LOW_TOM: "X.x.x. X.x.x.", KICK: "X..... ......"},
    "none": {},
}

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
    "cowbell": {COWBELL: "x... x... x... x..."},
    "none": {},
}

BASSES: dict[str, tuple[str, str]] = {
    # (simple, compound)
    "roots": ("R--- ---- R--- --..", "R----- R---.."),
    "eighths": ("R-R- R-R- R-R- R-R-", "R-R-R- R-R-R-"),
    "pop": ("R--- --R- R-R- --A-", "R---R- R---A-"),
    "syncopated": ("R-.. ..R. ..O- F-R-", "R---F- R-.-O-"),
    "fifths": ("R--- .... F--- ....", "R---.. F---.."),
    "country": ("R--- .... F--- ..A-", "R---.. F---A-"),
    "walking": ("WWWW WWWW WWWW WWWW", "W-----W-----"),
    "shuffle": ("R-R- T-T- F-F- S-F-", "R---R- F---F-"),
    "808": ("R--- --R- ---- ----", "R----- ------"),
    "trap": ("R--- --R- --R- --O-", "R----- R-R---"),
    "hold": ("R--- ---- ---- ----", "R----- ------"),
    "offbeat": ("..R. ..R. ..R. ..R.", "..R-.. ..R-.."),
    "driving": (".RRR .RRR .RRR .RRR", ".RRRRR .RRRRR"),
    "techno": ("..R. R.R. ..R. R.RR", "..R.R. ..R.R."),
    "octaves": ("R-O- R-O- R-O- R-O-", "R-O-R- O-R-O-"),
    "sixteenths": ("RRRR RRRR RRRR RRRR", "RRRRRR RRRRRR"),
    "gallop": ("R-RR R-RR R-RR R-RR", "R-RRRR R-RRRR"),
    "reggae": ("R-R. ..F- R--. T-F-", "R-R... F-T-R-"),
    "ska": ("R--- T--- F--- T---", "R---T- F---T-"),
    "tumbao": (".... ..F- .... O---", "....F- ..R---"),
    "bossa": ("R--- --F- F--- --R-", "R---F- F---R-"),
    "reggaeton": ("R--- --R- R--- --R-", "R---R- R---R-"),
    "funk": ("R..R ..O. .RS. O.A.", "R..R.O .S.R.A"),
    "rnb": ("R--. ..R. .F-- ..A-", "R---F- ..R-A-"),
    "soul": ("R--R --F- S-F- R-A-", "R---F- S-F-A-"),
    "wobble": ("R-R- R-R- RRR- R---", "R-R-R- RRR---"),
    "synthwave": ("RRRR RRRR RRRR RROO", "RRRRRR RRRRRR"),
}

COMPS: dict[str, tuple[str, str]] = {
    "hold": ("x--- ---- ---- ----", "x----- ------"),
    "halves": ("x--- ---- x--- ----", "x----- x-----"),
    "quarters": ("x--- x--- x--- x---", "x----- x-----"),
    "eighths": ("x-x- x-x- x-x- x-x-", "x-x-x- x-x-x-"),
    "muted": ("s.s. s.s. s.s. s.s.", "s.s.s. s.s.s."),
    "strum": ("x--- x-u- --u- x-u-", "x---u- x---u-"),
    "folkstrum": ("x--- x-u- x-u- x-u-", "x---x- x-u-u-"),
    "ballad": ("x--- ---- x--- --x-", "x----- x---x-"),
    "popkeys": ("x--- --x- ---- x---", "x---x- x-----"),
    "charleston": ("x... ..s. .... ....", "x...s. ....s."),
    "jazz": (".... ..s. .x-- ....", "....s. ..x---"),
    "bossa": ("x-.x -.x- .x-. x-.-", "x-.x-. x-..x-"),
    "skank": ("..s. ..s. ..s. ..s.", "..s... ..s..."),
    "reggae": (".... s... .... s...", "..s... ..s..."),
    "bubble": ("..su .... ..su ....", "..s.u. ..s.u."),
    "montuno": ("0.12 .0.1 2.0. 12.0", "0.12.0 .12.0."),
    "stabs": ("s..s ..s. ..s. ....", "s..s.. s.s..."),
    "offbeats": ("..s. ..s. ..s. ..s.", "..s.s. ..s.s."),
    "funk": ("s.us .s.u .sus ..us", "s.us.s .sus.u"),
    "power": ("x--- ---- ---- x-x-", "x----- ----x-"),
    "chug": ("s.ss s.ss s.ss s.ss", "s.ssss s.ssss"),
    "rock": ("x-x- x-x- x-x- x-x-", "x-x-x- x-x-x-"),
    "arp8": ("0-1- 2-3- 2-1- 2-3-", "0-1-2- 3-2-1-"),
    "arp16": ("0123 2123 0123 2123", "012321 012321"),
    "alberti": ("0-2- 1-2- 0-2- 1-2-", "0-1-2- 1-2-1-"),
    "travis": ("0-2- 1-3- 0-2- 1-3-", "0-2-3- 1-3-2-"),
    "pluck16": ("0.2. 1.3. 20.1 .3.2", "0.2.1. 3.1.2."),
    "trance": ("x.x. .x.x .x.x .x.x", "x.x.x. .x.x.x"),
    "swell": ("x--- ---- ---- ----", "x----- ------"),
    "oompah": (".... s... s... s...", "..s.s. ..s.s."),
    "triplets": ("x--- x--- x--- x---", "x-x-x- x-x-x-"),
    "lofi": ("x--- ..x- ---- ....", "x----- ..x---"),
    "backbeat": (".... s... .... s...", "...... s....."),
}


@lru_cache(maxsize=4096)
def steps_of(pattern: str, metre: Metre, beats: int) -> str:
    """``pattern`` as exactly ``beats`` beats of ``metre``: cut, or gone on with from its start.

    In three, the third beat of a bar of four is left out, so that the lead into the next bar stays.
    """
    steps = pattern.replace(" ", "")
    size = metre.steps
    if metre.beats == 3 and len(steps) == 16:
        steps = steps[: 2 * size] + steps[3 * size :]
    return (steps * (1 + beats * size // len(steps)))[: beats * size]


def groove_of(name: str, metre: Metre) -> Groove:
    """The drum groove called ``name`` as played in ``metre``."""
    if metre.compound:
        return COMPOUNDS.get(name, COMPOUNDS["folk" if name in ("folk", "bossa") else "default"])
    if metre.beats == 3:
        return WALTZES.get(name, WALTZES["folk" if name in ("bossa", "reggae") else "default"])
    return GROOVES[name]
