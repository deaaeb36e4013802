"""Drum grooves by name, in sixteenths: ``X`` is an accented stroke, ``x`` a plain one, ``o`` a ghost note."""

from __future__ import annotations

from audiopod_mcp.music.theory import Metre

KICK, STICK, SNARE, CLAP = 36, 37, 38, 39
CLOSED, PEDAL, OPEN, RIDE, BELL, CRASH = 42, 44, 46, 51, 53, 49
LOW_TOM, MID_TOM, HIGH_TOM = 45, 47, 50
TAMBOURINE, COWBELL, CONGA_HIGH, CONGA_LOW, CONGA_MUTE = 54, 56, 63, 64, 62
BONGO_HIGH, BONGO_LOW, CLAVES, SHAKER, GUIRO, TRIANGLE, SNAP = 60, 61, 75, 70, 73, 81, 27

Groove = dict[int, str]
TIMEKEEPERS = (CLOSED, PEDAL, OPEN, RIDE, BELL, SHAKER, TAMBOURINE, TRIANGLE)

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
        RIDE: "x... X.x. x... X.x.",
        PEDAL: ".... x... .... x...",
        SNARE: ".... ..o. .... ....",
    },
    "swing": {
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
        CLAP: ".... X... .... X...",
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
    "afrobeat": {
        KICK: "X..x ..x. .x.. x...",
        SNARE: "..o. ...o X.o. ..o.",
        CLOSED: "x.xx x.xx x.xx x.xx",
    },
    "samba": {
        KICK: "o..x X..o o..x X..o",
        SNARE: "Xoox oxox Xoox oxox",
        PEDAL: ".... x... .... x...",
    },
    "cumbia": {
        KICK: "X... x... X... x...",
        STICK: ".... ..x. .... ..x.",
    },
    "klezmer": {
        KICK: "X..x ..x. X..x ..x.",
        SNARE: "..o. x.o. ..o. x.oo",
    },
    "polka": {
        KICK: "X... x... X... x...",
        SNARE: "..x. ..x. ..x. ..xo",
        PEDAL: "..x. ..x. ..x. ..x.",
    },
    "steppers": {
        KICK: "X... X... X... X...",
        STICK: ".... .... X..o ....",
        CLOSED: "x.xo x.x. x.xo x.x.",
    },
    "grime": {
        KICK: "X..x ..x. ...x ..x.",
        CLAP: ".... .... X... ....",
        CLOSED: "x..x ..x. x.xx ..x.",
    },
    "phonk": {
        KICK: "X... ..X. ...X ..x.",
        CLAP: ".... X... .... X...",
        CLOSED: "x.xx x.x. x.xx x.x.",
    },
    "triphop": {
        KICK: "X.x. .... .xx. ....",
        SNARE: ".... X..o .... X.o.",
        CLOSED: "x.x. x.x. x.xo x.x.",
    },
    "garage": {
        KICK: "X... .... ..X. .x..",
        CLAP: ".... X... .... X...",
        CLOSED: "..x. .ox. ..x. oox.",
    },
    "amapiano": {
        KICK: "X... x... X... x...",
        STICK: "..x. .x.. x..x ..x.",
        CLOSED: "..x. ..x. ..x. ..x.",
    },
    "hardstyle": {
        KICK: "X... X... X... X...",
        CLAP: ".... X... .... X...",
        OPEN: "..X. ..X. ..X. ..X.",
    },
    "halfstep": {
        KICK: "X... ..x. .... ..x.",
        SNARE: ".... .... X... ....",
        CLOSED: "x.x. x.xx x.x. xxx.",
    },
    "kpop": {
        KICK: "X..x ..x. X... ..x.",
        CLAP: ".... X... .... X...",
        CLOSED: "x.xx x.x. x.xx x.xx",
    },
    "citypop": {
        KICK: "X... ..x. X.x. ..x.",
        SNARE: ".... X..o .... X...",
        CLOSED: "xoxo xoxo xoxo xoXo",
    },
    "postrock": {
        KICK: "X... .... ..x. x...",
        SNARE: ".... X... .... X..o",
        RIDE: "X.x. X.x. X.x. X.x.",
    },
    "shoegaze": {
        KICK: "X.x. ..x. X.x. ..x.",
        SNARE: ".... X... .... X...",
        RIDE: "x.x. x.x. x.x. x.x.",
    },
    "grunge": {
        KICK: "X.x. ..x. .xX. ....",
        SNARE: ".... X... .... X..x",
        OPEN: "X... x... X... x...",
    },
    "surf": {
        KICK: "X... ..x. X... ..x.",
        SNARE: ".... X.X. .... X...",
        RIDE: "X.x. X.x. X.x. X.x.",
    },
    "chip": {
        KICK: "X..x ..x. X..x ..x.",
        SNARE: ".... X... .... X.x.",
        CLOSED: "x.xx x.xx x.xx x.xx",
    },
    "boogie": {
        KICK: "X... X... X... X...",
        SNARE: "..o. X.o. ..o. X.o.",
        CLOSED: "x.x. x.x. x.x. x.x.",
    },
    "rocknroll": {
        KICK: "X... x... X.x. x...",
        SNARE: ".... X... .... X.x.",
        RIDE: "X.x. X.x. X.x. X.x.",
    },
    "none": {},
}

# Grooves in three, and in two times three; a groove that has none there borrows one.
TRIPLE_GROOVES: dict[str, Groove] = {
    "default": {KICK: "X... ..x. ....", SNARE: ".... o... X...", CLOSED: "x.x. x.x. x.x."},
    "jazz": {RIDE: "X... x.x. x...", PEDAL: ".... x... x...", KICK: "x... .... ...."},
    "folk": {KICK: "X... .... ....", STICK: ".... x... x..."},
    "metal": {KICK: "XxXx XxXx XxXx", SNARE: ".... .... X...", RIDE: "X... x... x..."},
    "cinematic": {LOW_TOM: "X... x... x.xx", KICK: "X... .... ...."},
    "house": {KICK: "X... x... x...", CLAP: ".... x... ....", OPEN: "..x. ..x. ..x."},
    "hiphop": {KICK: "X..x .... ..x.", SNARE: ".... .... X...", CLOSED: "x.x. x.xx x.x."},
    "latin": {KICK: "X..x ..x. ....", STICK: "..x. x... x.x.", BELL: "X.x. x.xx x.x."},
    "none": {},
}
COMPOUND_GROOVES: dict[str, Groove] = {
    "default": {KICK: "X.....  ....x.", SNARE: "...... X.....", CLOSED: "X.x.x. X.x.x."},
    "jazz": {RIDE: "X...x. X...x.", PEDAL: "...... x.....", SNARE: "....o. ....o."},
    "folk": {KICK: "X..... ......", STICK: "...... x...x."},
    "house": {KICK: "X..... X.....", CLAP: "...... x.....", CLOSED: "x.x.x. x.x.x."},
    "metal": {KICK: "X.xxxx X.xxxx", SNARE: "...... X.....", RIDE: "X..... X....."},
    "cinematic": {LOW_TOM: "X.x.x. X.x.x.", KICK: "X..... ......"},
    "hiphop": {KICK: "X....x ..x...", SNARE: "...... X.....", CLOSED: "x.x.x. x.xxx."},
    "latin": {
        KICK: "X..... ....x.",
        STICK: "....x. ....x.",
        BELL: "X...x. ..x.x.  ..x... x...x.",  # the bembé, over two bars
    },
    "afrobeat": {
        KICK: "X...x. ..x...",
        SNARE: "....o. X...o.",
        CLOSED: "x.xxx. x.xxx.",
        BELL: "x...x. ..x.x.  ..x... x...x.",
    },
    "shuffle": {KICK: "X..... ....x.", SNARE: "...... X...o.", RIDE: "X.x.x. X.x.x."},
    "ballad": {KICK: "X..... ....x.", STICK: "...... x.....", CLOSED: "x.o.o. x.o.o."},
    "gospel": {KICK: "X...x. ..x.x.", SNARE: "...... X..o.o", RIDE: "x.x.x. x.x.x."},
    "soul": {KICK: "X....x ..x...", SNARE: "....o. X.....", CLOSED: "x.x.x. x.x.x."},
    "rock": {KICK: "X...x. ..x...", SNARE: "...... X.....", CLOSED: "X.x.x. X.x.x."},
    "reggae": {KICK: "...... X.....", STICK: "...... X.....", CLOSED: "x.x.X. x.x.X."},
    "march": {KICK: "X..... X.....", SNARE: "x..oxo X..oxo"},
    "none": {},
}
_BORROWED_GROOVES = {
    # The groove that others borrow in three and in six.
    "house": ("techno", "disco", "garage", "amapiano", "hardstyle", "synthwave", "kpop", "steppers"),
    "hiphop": ("trap", "lofi", "triphop", "rnb", "grime", "phonk", "halfstep", "dubstep", "breaks"),
    "latin": ("reggaeton", "samba", "cumbia"),
    "soul": ("funk", "citypop", "gospel"),
    "rock": ("grunge", "postrock", "shoegaze", "surf", "rocknroll", "punk"),
    "shuffle": ("boogie",),
    "folk": ("bossa", "klezmer", "polka"),
    "jazz": ("swing",),
}


def groove_for(name: str, metre: Metre) -> Groove:
    """Give the drum groove called ``name`` as it is played in ``metre``."""
    if not metre.compound and metre.beats != 3:
        return GROOVES[name]
    table = COMPOUND_GROOVES if metre.compound else TRIPLE_GROOVES
    kin = next(
        (like for like, names in _BORROWED_GROOVES.items() if name in names and like in table), "default"
    )
    return table.get(name, table[kin])
