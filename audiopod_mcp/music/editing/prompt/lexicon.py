"""The one lexicon: what each phrase of a prompt means, players, times and amounts among them or not.

A phrase has one kind, a letter, so that the form of a clause can be told from the letters of its words. Articles
are no part of a phrase, and hyphens are blanks: "the low-end" is "low end".
"""

# ruff: noqa: E501 (tables: the words of one meaning a line)

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any, Final

from audiopod_mcp.edits.players import PIECE_OF, TRACK_OF

Fields = dict[str, Any]
"""The fields of an edit, but for whom it is for and when."""


@dataclass(frozen=True, slots=True)
class Players:
    """Who is meant: those named (nobody: everything), everything but those, or the ``rest`` of the band."""

    names: tuple[str, ...] = ()
    all_but: bool = False
    rest: bool = False

    @property
    def piece(self) -> str:
        """The first of them that is only a part of a stem, "kick"."""
        return next((name for name in self.names if name in PIECE_OF), "")


EVERYTHING: Final = Players()


@dataclass(frozen=True, slots=True, eq=False)
class Row:
    """What can be changed, and the words for it."""

    action: str
    units: str = "D"
    """The amounts that it takes; those of a row with "=" say where it is to be, of the track as a whole."""
    usual: float = 0.0
    """The amount where none is said."""
    noun: str = ""
    """It wants a direction, or an amount; with ``alone`` it is more of it by itself."""
    more: str = ""
    less: str = ""
    lack: str = ""
    """Complaints of too little of it."""
    excess: str = ""
    """Complaints of too much of it."""
    alone: bool = False
    hz: float = 0
    seconds: float = 0
    base: float = 0
    """What it is counted from."""
    fixed: tuple[Fields, ...] = ()
    """Edits that are always the same."""


def _fixed(words: str, *edits: Fields) -> Row:
    return Row("", "", noun=words, fixed=edits)


_END, _SILENCE = "start|beginning", "trim|remove|cut silence"
ROWS: Final = (
    Row("level", "DCUP", 5, "volume, level, loudness, gain", more="louder, loud, prominent, audible, stand out", less="quieter, quiet, softer, soft",
        lack="hard|difficult to hear, can't hear, buried", excess="overpowering"),
    Row("bass", "D", 6, "low end, lows, bottom end, subs, low|bass|sub frequencies", excess="boomy, boominess, rumble"),
    Row("treble", "D", 6, "treble, highs, high end, top end, high frequencies"),
    Row("brightness", "D", 6, "brightness, sparkle, air, clarity", more="bright, brighter, brighten, crisp, crisper, airy, clearer",
        less="dark, darker, darken, warm, warmer, warmth, mellow, mellower", lack="dull, muffled"),
    Row("equaliser", "DH", 4, "body", more="fuller, thicker, fatter", lack="thin", hz=220),
    Row("equaliser", "DH", 6, "mids, midrange", hz=1000),
    Row("equaliser", "DH", 4, "presence", more="more present", hz=3000),
    Row("equaliser", "DH", 4, excess="mud, muddy, muddiness", hz=300), Row("equaliser", "DH", 4, excess="boxy, boxiness", hz=450),
    Row("equaliser", "DH", 4, excess="nasal, honky", hz=900), Row("equaliser", "DH", 4, excess="harsh, harshness, shrill, tinny", hz=3500),
    Row("low_cut", "=H", 120, "high pass, highpass, hpf, low cut", alone=True),
    Row("high_cut", "=H", 6000, "low pass, lowpass, lpf, high cut", alone=True),
    _fixed("telephone, coming through telephone", {"action": "low_cut", "amount": 300}, {"action": "high_cut", "amount": 3400}),
    Row("reverb", "C", 35, "reverb, room, ambience", more="wet, wetter, spacious", less="dry, drier, dryer, dry out", alone=True),
    Row("echo", "CS", 40, "echo, delay, tape delay|echo", alone=True), Row("echo", "CS", 40, "slapback, slapback delay|echo", alone=True, seconds=0.1),
    Row("width", "C", 60, "width, stereo width", more="wide, wider, widen, wider stereo", less="narrow, narrower, narrower stereo", base=100),
    _fixed("mono", {"action": "width", "amount": 0}),
    Row("pan", "C", 60, more="right", less="left"),
    Row("compression", "D", 6, "compression", more="compress, compressed", alone=True),
    Row("saturation", "D", 18, "distortion, overdrive, fuzz, grit", more="distort, distorted, gritty, grittier", alone=True),
    Row("saturation", "D", 5, "saturation, tape saturation", more="saturate, saturated", alone=True),
    Row("punch", "D", 6, "punch, attack, attacks", more="punchy, punchier, snappier, tighter, tighten"),
    Row("de_ess", "D", 6, more="de ess, deess", lack="sibilance, sibilant, esses"),
    Row("speed", "=BCN", 10, "tempo, speed", base=100, more="faster, fast, quicker", less="slower, slow, slowed"),
    _fixed("double speed|tempo, twice as fast", {"action": "speed", "amount": 200}), _fixed("half speed|tempo, half as fast", {"action": "speed", "amount": 50}),
    _fixed("double volume", {"action": "level", "amount": 6.0206}), _fixed("half|halve volume", {"action": "level", "amount": -6.0206}),
    _fixed("twice as loud", {"action": "level", "amount": 10}), _fixed("half as loud", {"action": "level", "amount": -10}),
    _fixed("nightcore", {"action": "speed", "amount": 125}, {"action": "pitch", "amount": 4}),
    Row("pitch", "=IHK", 2, "pitch, key, tune, tuning, retune"),
    _fixed("minor", {"action": "key", "key": "minor"}), _fixed("major", {"action": "key", "key": "major"}),
    Row("loudness", "=UPD", -14, "normalise, normalize, normalise|normalize loudness, master", alone=True),
    Row("fade_in", "=S", 4, more="fade in, fade in at|from start|beginning"), Row("fade_out", "=S", 4, more="fade out, fade track|song|music out, fade out at|to end"),
    Row("fades", "=S", 4, more="fade in and out"),
    _fixed("reverse, reversed, backwards", {"action": "reverse"}),
    _fixed(f"{_SILENCE} at|from {_END}", {"action": "trim_start"}), _fixed(f"{_SILENCE} at|from end", {"action": "trim_end"}),
    _fixed(f"{_SILENCE}, {_SILENCE} at|from both ends, {_SILENCE} at|from {_END} and end", {"action": "trim"}),
    Row("repeat", "=N", 2, more="repeat, duplicate, double, loop, play again"),
    _fixed("seamless loop, loopable, loop seamlessly", {"action": "loop"}),
    _fixed("instrumental, karaoke", {"action": "remove", "on": ["vocals"]}), _fixed("acapella, cappella", {"action": "remove", "but": ["vocals"]}),
)  # fmt: skip
"""The table of what can be changed, a row each."""
_SENSES = {"noun": "r", "more": "q", "less": "q", "lack": "f", "excess": "f"}
"""The kind of each list of words of a row: r names it, q says how it should be, f complains of it; x is fixed."""

_WAYS = {
    "more": "more, extra, not enough", "less": "less, fewer, too much|many, not so|as|that", "too": "too",
    "up": "up, boost, raise, increase, lift, forward, higher",
    "down": "down, reduce, decrease, lower, attenuate, tame, dip, scoop, roll, rolled, push|pull|tuck back",
    "cut": "cut, drop, off, lose", "snip": "trim, chop",
    "remove": "remove, rid of, delete, out, leave out, strip, eliminate", "no": "no, without",
    "mute": "mute, muted, silence, kill", "unwanted": "don't|dont want|need, do not want|need",
    "add": "add, added, apply", "enter": "bring in, come|comes|coming in, enter, enters", "replace": "replace, swap, swap out, exchange, use", "keep": "crop|trim|cut to",
    "set": "set, turn, bring, take, push, pull, put, move, moved, shift, pan, place, change, adjust, go, transpose, modulate, limit",
}  # fmt: skip
"""Which way something goes; "set" says only that it does."""
_MARKS = {
    "t": "then, and|but then", "&": "and, plus, or, as well as, and also", "b": "but", "w": "with", "l": "into, for, by, to, on, instead of, in place of, rather than", "h": "there",
    "o": "only, just, nothing but, strip it|everything|arrangement|mix|song|track down|back to, strip it|everything|arrangement|mix|song|track down|back to just|only", "u": "solo, isolate", "n": "not, but not, except, except for, apart from, other than",
    "k": "keep, keeping, leave, stay, stays, alone, unchanged, untouched, intact, as is, as it is|was, as|where they are, as before, same, same pitch|key|tempo|speed, don't|dont touch, do not touch",
    "g": "love, i like, like|love how, great, perfect, good, fine, nice, beautiful",
    "z": "don't, dont, do not, never, should|must not, shouldn't|mustn't, without changing|touching|affecting|altering",
    "s": "there's, there is|are, is, are, was, were, sound, sounds, feel, feels", "i": "it, this, that, it sound", "m": "them, they, these, those, them sound", "j": "it's, that's, they're",
    "y": "each, panned, make, made, making, create, leaving, give, get, have, has, let, let's, want, need, needs, play",
    "e": "everything|everyone|all but|except, all instruments|tracks|parts but|except, everything|all except for, everything|all apart from",
    "?": "should i|we, how about, just keep|leave, only|just touch, more|less on, not like, bass drop, make it higher|lower",
}  # fmt: skip
"""What joins clauses (t & b w l), says who is meant (o u e), who stays (k g z n), what is so (s), that somebody was named before (i, m of several, j is also s), that a time was (h); y says nothing."""
_REST = "rest, others, everything|everyone else, other instruments|tracks, rest of band|mix|song"
_ALL = "everything, everyone, track, song, mix, music, piece, whole track|song|mix|thing|piece, overall, arrangement, all, all instruments|tracks, all of it"
_DEGREES = {
    0.5: "bit, little, touch, tad, hint, slightly, somewhat, subtle, subtly, gentle, gently, lightly", 1.0: "some",
    1.75: "much, lot, lots, way, far, significantly, really, very, heavy, heavily", 4.0: "hard, fully, all way",
}  # fmt: skip
"""What an unmeasured change is multiplied by."""
_FILLERS = (
    "please, pls, integrated, bus, eq, thanks, thank you, can, could, would, will, should, you, i, we, me, hear|try, hear|try|have|do it, i think|feel, throughout, ceiling, nothing else, no other changes, that plays, in mix, i'd, i'd|would love, i'd|would love to"
    ", be, now, maybe, about, around, like, or so, ok, instead, exactly, also, again, any, part, parts, line, effect, version, stereo image, from, in, at, of, over, as well, after that, in addition, through, every, section, filter, play|playing along, entirely, completely"
)
ARTICLES: Final = frozenset(("the", "a", "an", "my", "our", "his", "her", "its", "their", "both"))


def phrases(text: str) -> list[str]:
    """``"turn up|down, lift"`` as three phrases."""
    entries = (product(*(word.split("|") for word in entry.split(" "))) for entry in text.split(", "))
    return [" ".join(words) for entry in entries for words in entry]


def _words() -> Iterator[tuple[str, str, Any]]:
    """The phrases of each meaning, its kind, and what it is."""
    yield from ((words, kind, None) for kind, words in (("_", _FILLERS), *_MARKS.items()))
    yield from ((words, "d", degree) for degree, words in _DEGREES.items())
    yield from ((words, "c" if way in ("more", "less", "too") else "v", way) for way, words in _WAYS.items())
    for row in ROWS:
        for sense, kind in _SENSES.items():
            yield getattr(row, sense), "x" if row.fixed else kind, (row, sense)
    yield from ((_ALL, "E", EVERYTHING), (_REST, "R", Players(rest=True)))
    yield from ((name, "P", Players((name,))) for name in (*TRACK_OF, *PIECE_OF))


LEXICON: Final[dict[str, tuple[str, Any]]] = {
    phrase: (kind, value) for words, kind, value in _words() for phrase in phrases(words)
}
"""The letter of the kind of each phrase, and what it means."""
LONGEST: Final = max(len(phrase.split()) for phrase in LEXICON)
"""Words of the longest phrase."""
