"""What a clause asks for, once players, times and amounts are letters in it: one table of words and edits."""

# ruff: noqa: E501 (a table: the words of one meaning a line)

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from .lexicon import DEGREES, FILLERS, phrases, ways

Fields = dict[str, Any]
"""The fields of an edit, but for whom it is for and when."""


@dataclass(frozen=True, slots=True, eq=False)
class Row:
    """What can be changed, and the words for it."""

    action: str
    letters: str = "D"
    """The amounts that it takes; after "!" those that it needs."""
    usual: float = 0.0
    """The amount where none is said; 0: it has to be."""
    noun: str = ""
    """It wants a direction, or an amount with a sign; with ``alone`` it is more of it by itself."""
    more: str = ""
    less: str = ""
    lack: str = ""
    """What says that there is too little of it, however it is said."""
    excess: str = ""
    alone: bool = False
    fixed: tuple[Fields, ...] = ()
    """Edits that are always the same."""
    hz: float | None = None
    base: float | None = 0
    """What it is counted from; ``None``: the amount is where it is to be."""


def _always(words: str, *edits: Fields) -> Row:
    return Row("", "", noun=words, alone=True, fixed=edits)


def _band(words: str, low: float | None, high: float) -> Row:
    """A narrow sound, "like it's coming through a telephone"."""
    return _always(
        words,
        *([{"action": "low_cut", "amount": low}] if low else []),
        {"action": "high_cut", "amount": high},
    )


ROWS: Final = (
    Row("level", "DC", 5, "volume, level, loudness, gain, volume level", more="louder, loud, prominent, audible, up front", less="quieter, quiet, softer, soft",
        lack="hard|difficult|impossible to hear, can't hear, cannot hear, buried, buried in, lost, lost in", excess="overpowering"),
    Row("bass", "D", 6, "low end, lows, low frequencies, bottom end, bottom, sub, bass frequencies", more="bassier", excess="boomy, boominess, rumble, rumbly"),
    Row("treble", "D", 6, "treble, highs, high end, top end, high frequencies, hiss", more="trebly"),
    Row("brightness", "D", 6, "brightness, sparkle, air, clarity, shimmer", more="bright, brighter, brighten, brighten up, crisp, crisper, sparkly, airy, airier, clear, clearer, open, open up",
        less="dark, darker, darken, warm, warmer, warmth, warm up, mellow, mellower, duller, rounder, smoother", lack="dull, muffled"),
    Row("equaliser", "D", 6, "mids, midrange, mid-range", hz=1000),
    Row("equaliser", "D", 4, excess="mud, muddy, muddiness", hz=300), Row("equaliser", "D", 4, excess="boxy, boxiness", hz=450),
    Row("equaliser", "D", 4, excess="nasal, honky", hz=900), Row("equaliser", "D", 4, excess="harsh, harshness, piercing, shrill, tinny", hz=3500),
    Row("equaliser", "D", 4, "body", more="full, fuller, thick, thicker, thicken, fat, fatter, fatten, fatten up", lack="thin", hz=220),
    Row("equaliser", "D", 4, "presence", more="present", hz=3000),
    Row("low_cut", "!H", 0, "below|under|beneath H", base=None), Row("low_cut", "H", 120, "high pass|passed, high-pass|passed, highpass|highpassed, low cut, low-cut, lowcut", alone=True, base=None),
    Row("high_cut", "!H", 0, "above|over H", base=None), Row("high_cut", "H", 6000, "low pass|passed, low-pass|passed, lowpass|lowpassed, high cut, high-cut, highcut", alone=True, base=None),
    _band("telephone, phone, walkie talkie, walkie-talkie, megaphone, intercom", 300, 3400), _band("old radio, am radio, radio, vintage radio, transistor radio, gramophone", 200, 4500),
    _band("underwater, under water, next door, another room, behind wall, next room", None, 500),
    Row("reverb", "C", 35, "reverb, reverberation, room, ambience, hall, space", more="wet, wetter, roomy, roomier, spacious, reverby, like in church|cathedral|hall", less="dry, drier, dryer, dry out, dry up", alone=True),
    Row("echo", "CS", 40, "echo, echoes, delay, tape|slapback|slap-back|tempo delay|echo, slapback", more="echoey", alone=True),
    Row("width", "C", 60, "width, stereo width, stereo", more="wide, wider, widen, broader, wider stereo, stereo wider", less="narrow, narrower, narrower stereo, stereo narrower", base=100),
    _always("mono, convert|fold|collapse to mono, fold down to mono, in mono, to mono, into mono", {"action": "width", "amount": 0}),
    Row("pan", "C", 60, more="right", less="left"),
    Row("compression", "D", 6, "compression, glue", more="compress, compressed, squash, glue together, more even, even out, even out dynamics|level|levels|volume, less dynamic", alone=True),
    Row("saturation", "D", 18, "distortion, grit, dirt, overdrive, fuzz, crunch", more="distort, distorted, overdriven, fuzzy, gritty, grittier, crunchy, crunchier, dirty, dirtier", alone=True),
    Row("saturation", "D", 5, "saturation, tape saturation, analog warmth, tape", more="saturate, saturated", alone=True),
    Row("punch", "D", 6, "punch, snap, attack", more="punchy, punchier, snappy, snappier, tight, tighter, tighten, tighten up, hit harder, lift attacks", less="soften attack|attacks"),
    Row("de_ess", "D", 6, more="de-ess, deess, de-essed", lack="sibilance, sibilant, esses, ess"),
    Row("speed", "BCN", 10, "tempo, speed, bpm", more="faster, fast, speed up, sped up, quicker, uptempo, up-tempo, pick up tempo", less="slower, slow, slow down, slowed, slowed down, slows down"),
    _always("double speed|tempo, twice speed|tempo, twice as fast, double time", {"action": "speed", "amount": 200}), _always("half speed|tempo, halve speed|tempo, half as fast, half time", {"action": "speed", "amount": 50}),
    _always("twice|double as loud|volume|loudness, twice as loud", {"action": "level", "amount": 10}), _always("half|halve volume|loudness, half as loud", {"action": "level", "amount": -10}),
    _always("nightcore", {"action": "speed", "amount": 125}, {"action": "pitch", "amount": 4}),
    _always("slowed-reverb, slowed reverb, daycore", {"action": "speed", "amount": 85}, {"action": "pitch", "amount": -3}, {"action": "reverb", "amount": 35}),
    Row("pitch", "IHK", 2, "pitch, pitched, key, tune, tuned, tuning, retune, a4", more="sharpen", less="flatten, deeper pitch|key"),
    _always("minor, minor key", {"action": "key", "key": "minor"}), _always("major, major key", {"action": "key", "key": "major"}),
    Row("loudness", "UPD", -14, "normalise, normalize, normalised, normalized, master, mastered, mastering, radio ready, radio-ready, normalise|normalize loudness|level|peak|peaks, master loudness", alone=True),
    Row("fade_in", "S", 4, more="fade|fades|faded in, fade-in, fadein, fade|fades in| from|at silence|start|beginning"),
    Row("fade_out", "S", 4, more="fade|fades|faded out, fade-out, fadeout, fade, fade to silence, fade out to silence, fade|fades|faded out| at|to end, end fade out, end fade-out"),
    Row("fades", "S", 4, more="fade in-out, fade-in-out, fade-in-fade-out, fade both ends, fade at both ends, fade start end"),
    _always("reverse, reversed, backwards, backward, play backwards, in reverse, play in reverse, play reversed", {"action": "reverse"}),
    _always("remove|trim|cut|delete|rid off|of| silence at|from|in|off| start|beginning|front", {"action": "trim_start"}), _always("remove|trim|cut|delete|rid off|of| silence at|from|in|off| end|tail|ending", {"action": "trim_end"}),
    _always("remove|trim|cut|delete|rid off|of| silence at|from|off| both| ends|", {"action": "trim"}),
    Row("repeat", "N", 2, more="repeat, repeat again, play again, loop", alone=True, base=None),
    _always("seamless loop, loopable, loop seamlessly, seamlessly loop, perfect loop, seamless", {"action": "loop"}),
    _always("instrumental, karaoke, into instrumental, to instrumental, only instrumental, instrumental only", {"action": "remove", "who": ["vocals"]}),
    _always("acapella, a cappella, cappella, acappella, a capella, capella", {"action": "remove", "but": ["vocals"]}),
)  # fmt: skip
"""Every sound, speed and form that words can change."""


@dataclass(frozen=True, slots=True)
class Word:
    """One meaning: a way, or a row and how its word stands to it: in which list, or "fixed"."""

    way: str = ""
    row: Row | None = None
    sense: str = ""


LEXICON: Final = {
    **{phrase: Word(way) for phrase, way in ways()},
    **{
        phrase: Word("", row, "fixed" if row.fixed else sense)
        for row in ROWS
        for sense in ("noun", "more", "less", "lack", "excess")
        for phrase in phrases(getattr(row, sense))
        if phrase
    },
}
"""What each phrase means, players, times and amounts apart."""
_PARTICLES: Final = ("out", "off", "up", "down", "back", "forward")
_KNOWN: Final = {*LEXICON, *FILLERS, *DEGREES}
_LONGEST: Final = max(len(phrase.split()) for phrase in _KNOWN)


def look_up(text: str) -> tuple[str, list[Word] | None, float]:
    """The words of ``text`` that say something, what they mean, and the degree; ``None``: one means nothing."""
    degree, kept = 1.0, list[str]()
    for phrase in _phrases_in(text.split()):
        degree = DEGREES.get(phrase, degree)
        if phrase in LEXICON or not (phrase in FILLERS or phrase in DEGREES):
            kept += phrase.split()
    said = [word for word in kept if not word.isupper()]
    if (
        len(said) > 2 and said[-1] in _PARTICLES and f"{said[0]} {said[-1]}" in LEXICON
    ):  # "take some low end out"
        kept.remove(said[-1])
        kept.insert(kept.index(said[0]) + 1, said[-1])
    found = [LEXICON.get(phrase) for phrase in _phrases_in(kept) if not phrase.isupper()]
    return " ".join(said), None if None in found else [word for word in found if word], degree


def _phrases_in(words: list[str]) -> Iterator[str]:
    """``words`` parted into the longest phrases that are known, and single words."""
    at = 0
    while at < len(words):
        sizes = range(min(_LONGEST, len(words) - at), 1, -1)
        size = next((n for n in sizes if " ".join(words[at : at + n]) in _KNOWN), 1)
        yield " ".join(words[at : at + size])
        at += size
