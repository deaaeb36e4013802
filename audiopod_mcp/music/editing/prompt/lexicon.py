"""The words that mean the same in every clause: those that say nothing, those for how much and which way, and who stays.

The words of what can be changed are the rows of :mod:`.table`; those of players are :mod:`audiopod_mcp.edits.players`.
"""

# ruff: noqa: E501 (tables: the words of one meaning a line)

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import product
from typing import Final


def phrases(text: str) -> list[str]:
    """``"turn up|down, lift"`` as three phrases."""
    return [
        " ".join(filter(None, words))
        for entry in text.split(", ")
        for words in product(*(word.split("|") for word in entry.split(" ")))
    ]


FILLERS: Final = frozenset(phrases(
    "please, pls, kindly, thanks, thank you, can|could|would|will you, can|could we, can i, you, i'd, i'll, i, we, i'd like|love, i'd like|love to, i'd love it if"
    ", would like|love, would like|love to, would love it if, want, need, needs, have, has, had, let's, lets, make, makes, made, making, get, gets, give, gives"
    ", it, its, it's, itself, this, that, that's, the, a, an, some, any, my, our, track, song, mix, music, piece, recording, thing, whole, entire, sound, sounds, sounding"
    ", feel, feels, little, be, to be, should, could, is, are, was, were, now, maybe, perhaps, kinda, kind of, about, around, roughly, approximately, exactly, something"
    ", overall, everything, all, them, they, these, those, him, her, me, as well, or so, hey, hi, ok, okay, instead, seem, seems, again, also, part, parts, line"
    ", tracks, instrument, instruments, stereo image, side, channel, effect, filter, version, frequencies, near, lasting, every, section, stretch, spotify, streaming, playing, amount of, by, of, for, with, towards, toward, max, level of, in general, in addition, after that"
))  # fmt: skip
"""What says nothing."""
DEGREES: Final = {
    **dict.fromkeys(phrases("gentle, a bit|little|touch|tad|hint|smidge|hair, a bit|little|touch|tad|hint of, a little|tiny bit, a little|tiny bit of, just a bit|touch|tad|hair, slightly, lightly, somewhat, subtly, gently, a few notches, bit"), 0.5),
    **dict.fromkeys(phrases("much, a lot, a lot of, a whole lot, lots, lots of, way, far, significantly, considerably, heavily, dramatically, really, very, tons, tons of"), 1.75),
    **dict.fromkeys(phrases("hard, fully, completely, all the way"), 4.0),
}  # fmt: skip
"""What an unmeasured change is multiplied by."""

_MOVE = (
    "turn|turned|bring|push|pushed|crank|pump|move|lift|mix|boost|bump|dial|pull|pulled|tone|tuck|knock|take"
)
WAYS: Final = {
    "more": "more, most, extra, not enough, add more, lots more",
    "up": "up, boost, boosted, boosting, raise, raised, increase, increased, lift, forward, up front, upfront, up in, out front, bring out",
    "higher": "higher, higher in",
    "less": "less, fewer, too much, too many, not so, not as, not that, not so much",
    "too": "too",
    "down": "down, reduce, reduced, decrease, decreased, lower, lowered, tame, attenuate, back, back in, lower in, down in, in background, background, further back, further back in",
    "dip": "dip, scoop, notch, roll|rolled off, scoop|notch|filter out",
    "cut": "cut, cut out, drop, take|turn|switch off, take out|away, off, lose",
    "snip": "trim, trim off, chop, chop off|out, snip, crop, crop out, skip, cut off|away",
    "remove": "remove, get rid, getting rid, rid, get|getting rid of, kill, no, no more, without, without any, delete, drop out, strip, strip out, eliminate, exclude, minus, don't|dont|not want|need, don't|dont|not want|need any, do not want|need, do not want|need any, gone, leave out",
    "mute": "mute, muted, silence",
    "add": "add, added, add in, apply, use",
    "absolute": "to D|C|I|N|S, at C",
    "restore": "bring|take|put|come|get|give|go back",
    "set": "set, turned, change, adjust, put, pan, panned, move, moved, shift, place, play, bring, take, turn, go, transpose, modulate, at, to, into, in, on, from, over, limit, target, like, as if|though, coming, through",
}  # fmt: skip
"""Which way something goes."""


def ways() -> Iterator[tuple[str, str]]:
    """Each phrase of a way, and the way."""
    for kind, words in WAYS.items():
        yield from ((phrase, kind) for phrase in phrases(words))
    for verb in _MOVE.split("|"):
        for ending, kind in (("up", "up"), ("forward", "up"), ("down", "down"), ("back", "down")):
            if (verb, ending) not in (("take", "back"), ("bring", "back")):
                yield f"{verb} {ending}", kind
                yield f"{verb} {ending} in", kind


ALONE: Final = re.compile(
    r"only|just|solo|solo'?d|isolate|(?:keep|leave|use|hear|left|strip(?:ped)? down)(?: to)? (?:only|just)|(?:only|just) (?:keep|use|hear|leave|left)|nothing but|only alone|(?:only|just|nothing but)? ?(?:to )?hear (?:only|just)"
)
"""What says that all others go."""
CROPPED: Final = re.compile(r"keep|(?:crop|trim|cut|cut down|trim down) to")
"""What says, of a stretch, that all else goes."""
KEPT: Final = re.compile(
    r"(?:(?:leave|keep|let|must|stays?) ?)?(?:alone|as|as (?:before|now)|unchanged|untouched|the same|same|intact|as same)|leave|keep|let|stays?"
    r"|(?:don'?t|do not|never|not) (?:touch|change|alter|mess|edit|modify)"
    r"|without (?:changing|affecting|altering|touching)|(?:without (?:changing|affecting|altering)|(?:keep )?same) (?:pitch|key|tempo|speed)"
)
"""What says that somebody is to stay as it is."""
PRAISED: Final = re.compile(
    r"(?:love|like|adore)(?: how)?|'?s? ?(?:great|perfect|good|fine|nice|awesome|amazing|beautiful|lovely|excellent|spot on|fantastic|wonderful|brilliant)(?: (?:as|already))?"
)
"""What says that somebody is good as it is."""
DISLIKED: Final = re.compile(r"(?:don'?t|do not) like|hate|dislike|not fan")
"""What says nothing of what is to be done."""
FORBIDDEN: Final = re.compile(
    r"\b(?:don'?t|do not|never) (?:remove|change|touch|make|turn|add|mute|cut|lose|drop|alter|edit|modify|boost|lower|raise|reduce|move|take|pan|replace|swap|delete|silence|kill)\b"
)
SPARED: Final = re.compile(r"not|except|but not|apart|other than|besides|excluding")
ASKED: Final = re.compile(
    r"(?:should|shall|must|would) (?:i|we)\b|what if\b|how about\b|delay (?:W|it|everything)\b"
)
"""What asks for advice, or may mean two things."""
PARTLY: Final = re.compile(
    r"\b(?:some|most|much|part|half) (?:of )?(?:the )?(?!of\b)|\ba (?:little |tiny )?(?:bit|touch|little|tad)\b|\b(?:slightly|partly|mostly|somewhat)\b",
    re.IGNORECASE,
)
"""What says that not all of somebody goes."""
SOLOED: Final = re.compile(r"\b(?:an?|another|more|the|his|her|its) (?:\w+ ){0,3}solos?\b", re.IGNORECASE)
"""What speaks of a solo that somebody plays."""
