"""What an edit's prompt asks for: "a bit brighter, drums 3 dB louder, no bass, up two semitones"."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Literal

from audiopod_mcp.music.edit_words import in_english

Kind = Literal[
    "level", "loudness", "bright", "bass", "middle", "treble", "reverb", "width",
    "tempo", "bpm", "pitch", "key", "remove", "only", "add", "swap", "fade in", "fade out",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Wish:
    """One change that was asked for.

    ``amount`` is in dB for ``level``, ``bright``, ``bass``, ``middle`` and ``treble``; in LUFS for
    ``loudness``; a share to add for ``reverb`` (negative: take away); a factor for ``width`` and ``tempo``
    (speed); beats a minute for ``bpm`` (with ``text`` "more": so many more than now); semitones for
    ``pitch``; seconds for the fades. ``track`` is the stem it is about, ``None`` for everything. ``text`` is
    the key, or the instrument, that was named; for ``only``, the other tracks that stay.
    """

    kind: Kind
    amount: float = 0.0
    track: str | None = None
    text: str = ""


LOW_END = "low end"
"""The ``text`` of "more bass": of a recording its lowest octaves are meant, not the one who plays it."""

UNDERSTOOD = (
    "louder or softer, normalise to -14 LUFS, brighter or darker, more or less bass, treble or reverb, "
    "wider or narrower, "
    "faster or slower (by 10 %, to 120 bpm), higher or lower (by 2 semitones, to A minor), "
    "fade in or out, add or remove an instrument"
)
"""What an edit understands, for the person."""

INSTRUMENTS = {
    # The stem, and what its players are called; the longer names first.
    "backing_vocals": r"back(?:ing|ground)[ -]?(?:vocals?|sing(?:ers?|ing))|choirs?|harmon(?:y|ies)",
    "vocals": r"vocals?|voices?|sing(?:er|ers|ing)|rapp?(?:er|ing)?|acapella",
    "percussion": r"(?:hand )?percussion|shakers?|congas?|bongos?|tambourines?|claves?|cowbells?|timpani",
    "drums": r"(?:(?:electronic|acoustic|brushed) )?drum(?:s|mer| kit| machine)?|beats?|kicks?|snares?"
    r"|hi-?hats?|cymbals?",
    "bass": r"(?:(?:electric|upright|synth|acoustic|slap|fretless) )?bass(?:es| guitar| line|line)?|808s?",
    "guitar": r"(?:(?:electric|acoustic|lead|distorted|nylon|steel) )?guitars?|ukuleles?|banjos?|mandolins?"
    r"|sitars?|pedal steels?",
    "keyboard": r"(?:(?:electric|grand) )?pianos?|keys|keyboards?|organs?|rhodes|harpsichords?|clavinets?"
    r"|vibraphones?|marimbas?|accordions?|kalimbas?",
    "strings": r"strings?|violins?|violas?|cellos?|fiddles?|harps?|kotos?|orchestra",
    "brass": r"brass|trumpets?|trombones?|horns?|tubas?",
    "woodwinds": r"woodwinds?|sax(?:es|ophones?)?|flutes?|clarinets?|oboes?|bassoons?|recorders?"
    r"|harmonicas?|bagpipes?",
    "synth": r"synth(?:s|esi[sz]ers?)?(?: lead| pad)?|pads?|arps?|arpeggios?|leads?",
    "fx": r"fx|sound effects?|effects?|risers?",
}

_NUMBERS = {"a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7}
_NUMBERS |= {"eight": 8, "nine": 9, "ten": 10, "eleven": 11, "twelve": 12, "fifteen": 15, "twenty": 20}
_INTERVALS = {
    "minor third": 3,
    "major third": 4,
    "fourth": 5,
    "fifth": 7,
    "minor second": 1,
    "major second": 2,
}
_NUMBER = r"(\d+(?:\.\d+)?|" + "|".join(sorted(_NUMBERS, key=len, reverse=True)) + r")"
_KEY = r"([A-G](?:#|b|♯|♭| ?sharp| ?flat)?)(?:[ -]?(major|minor|maj|min|m))?"

_UP = (
    r"loud(?:er|ly)|boost(?:ed)?|(?:more |very )?prominent(?:ly)?|forward|turn(?:ed)? up|crank|"
    r"emphasi[sz]e|more"
)
_DOWN = (
    r"quiet(?:er|ly)|soft(?:er|ly)|turn(?:ed)? down|less|reduce[ds]?|lower(?:ed)?|"
    r"calm(?:er)? down|back(?:ed)? off"
)
_REMOVE = (
    r"remove|kill|silence|without|no|drop|mute|take (?:out|away)|delete|get rid of|strip(?: out)?|lose|"
    r"cut(?: out)?"
)
_FASTER = r"faster|speed(?: it)?(?: \w+)? up|quicker|up-?tempo|(?:raise|increase) the tempo"
_SLOWER = r"slower|slow(?: it)?(?: \w+)? down|(?:lower|reduce|decrease) the tempo"


def read_wishes(prompt: str) -> tuple[Wish, ...]:
    """Everything in ``prompt`` that is understood, in its order; empty when nothing is."""
    wishes: list[Wish] = []
    carried = ""
    waiting: list[str] = []
    for text in clauses(in_english(prompt)):
        if _stays(text):
            continue
        found = _read_clause(text)
        if not found and carried and track_of(text.lower()):
            # "remove the drums and the bass": the verb of the clause before goes for this one too.
            found = _read_clause(f"{carried} {text}")
        if not found and _bare(text.lower()):
            waiting.append(track_of(text.lower()) or "")
            continue
        # "drums and bass louder": what is wished for the last of them goes for all.
        if waiting and len(found) == 1 and found[0].track is not None:
            found = [*(replace(found[0], track=track) for track in waiting), *found]
        waiting = []
        verb = re.match(rf"(?:please )?({_REMOVE}|add|only|just|more|less|boost|reduce)\b", text.lower())
        carried = verb[1] if verb else carried if found else ""
        wishes.extend(found)
    if any(wish.kind == "bpm" for wish in wishes):
        wishes = [wish for wish in wishes if wish.kind != "tempo"]
    alone = [wish.track or "" for wish in wishes if wish.kind == "only"]
    if len(alone) > 1:
        wishes = [wish for wish in wishes if wish.kind != "only"]
        wishes.append(Wish("only", track=alone[0], text=" ".join(alone[1:])))
    return tuple(wishes)


def _stays(text: str) -> bool:
    """Whether ``text`` says what is not to change."""
    kept = re.search(r"\b(?:keep|leave|don'?t|do not|same|preserv\w+)\b", text, re.IGNORECASE)
    return bool(kept) and not re.search(r"\b(?:only|just)\b", text, re.IGNORECASE)


def _bare(text: str) -> bool:
    """Whether ``text`` is an instrument and nothing else."""
    return any(re.fullmatch(rf"(?:the )?(?:{words})", text) for words in INSTRUMENTS.values())


def not_understood(prompt: str) -> str:
    """The clauses of ``prompt`` that hold no wish: perhaps they name a style."""
    return ", ".join(
        clause
        for clause in clauses(in_english(prompt))
        if not _stays(clause) and not _read_clause(clause) and not _bare(clause.lower())
    )


def clauses(prompt: str) -> list[str]:
    """The parts of ``prompt`` that each hold one wish."""
    prompt = re.sub(r"\b(everything|all)(?: else)? but\b", r"\1 except", prompt, flags=re.IGNORECASE)
    parts = re.split(r"[,;.!\n](?!\d)|\b(?:and|but|then|plus|also|while)\b", prompt)
    return [part.strip() for part in parts if part.strip()]


def _read_clause(clause: str) -> list[Wish]:
    """The wishes of one clause; the first group of words that fits decides."""
    text = clause.lower()
    for read in (
        _read_loudness,
        _read_fade,
        _read_tempo,
        _read_pitch,
        _read_reverb,
        _read_width,
        _read_band,
        _read_tone,
    ):
        if wish := read(text, clause):
            return [wish]
    return _read_level(text)


def _read_loudness(text: str, _clause: str) -> Wish | None:
    if re.search(r"\b(?:louder|quieter|softer)\b", text):
        return None
    lufs = re.search(r"(\d+(?:\.\d+)?) ?(?:lufs|lkfs)\b", text)
    if lufs or re.search(r"\bnormali[sz]\w*", text):
        return Wish("loudness", -float(lufs[1]) if lufs else -14.0, track_of(text))
    return None


def _read_fade(text: str, _clause: str) -> Wish | None:
    found = re.search(r"\bfad(?:e|es|ing)[ -]?(in|out)\b", text)
    if not found:
        return None
    seconds = re.search(_NUMBER + r" ?s(?:ec|econds?)?\b", text)
    return Wish("fade in" if found[1] == "in" else "fade out", _value(seconds[1]) if seconds else 4.0)


def _read_tempo(text: str, _clause: str) -> Wish | None:
    faster, slower = re.search(rf"\b(?:{_FASTER})\b", text), re.search(rf"\b(?:{_SLOWER})\b", text)
    if bpm := re.search(
        r"(?:(\bto|\bat) )?(\d+(?:\.\d+)?) ?bpm|\b(?:tempo|bpm)(?: of| to|:)? (\d+(?:\.\d+)?)$", text
    ):
        value = float(bpm[2] or bpm[3])
        if (faster or slower) and value <= 30 and not bpm[1]:
            return Wish("bpm", value if faster else -value, text="more")
        return Wish("bpm", value)
    if re.search(r"double[ -]?(?:time|speed|tempo)|twice as fast", text):
        return Wish("tempo", 2.0)
    if re.search(r"half[ -]?(?:time|speed|tempo)|half as fast", text):
        return Wish("tempo", 0.5)
    if not faster and not slower:
        return None
    percent = re.search(_NUMBER + r" ?(?:%|percent)", text)
    share = _value(percent[1]) / 100 if percent else 0.1 * _strength(text)
    return Wish("tempo", 1 + share if faster else max(0.1, 1 - share))


def _read_pitch(text: str, clause: str) -> Wish | None:
    step = re.search(
        _NUMBER + r" ?(semi-?tones?|half[ -]?(?:steps?|tones?)|(?:whole[ -]?)?(?:steps?|tones?)|octaves?)\b",
        text,
    )
    interval = re.search(rf"\b({'|'.join(_INTERVALS)})\b", text)
    down = re.search(r"\b(?:down|drop\w*|lower(?:ed)?|below|flatter|deeper)\b|-\d", text)
    if step or "octave" in text:
        size = 12 if "octave" in text else 2 if step and re.match("whole|step|tone", step[2]) else 1
        return Wish("pitch", (-1 if down else 1) * size * (_value(step[1]) if step else 1))
    if interval and re.search(r"\b(?:up|down|higher|lower|raise|drop|transpose)\b", text):
        return Wish("pitch", (-1 if down else 1) * _INTERVALS[interval[1]])
    named = re.search(
        rf"\b(?:(?:to|in|into)(?: the)?(?: key(?: of)?)?|key(?: of)?) {_KEY}(?:$|[^\w#])", clause
    )
    if named and (named[2] or re.search(r"\bkey\b|transpos|modulat", text)):
        return Wish("key", text=f"{named[1]} {named[2] or ''}".strip())
    way = re.search(r"\b(higher|lower|raise|up|down)\b", text)
    if way and re.search(r"\b(?:pitch|key|transpos\w*|tuning)\b", text):
        return Wish("pitch", -2 if way[1] in ("lower", "down") else 2)
    return None


def _read_reverb(text: str, _clause: str) -> Wish | None:
    if re.search(r"\b(?:drier|dryer|dry|close[rd]? up)\b", text):
        return Wish("reverb", -0.6 * _strength(text), track_of(text))
    if not re.search(
        r"\b(?:reverb\w*|echo\w*|ambien(?:ce|t space)|spacious|hall|room|cathedral|wetter)\b", text
    ):
        return None
    less = re.search(rf"\b(?:{_DOWN}|{_REMOVE}|down)\b", text)
    return Wish("reverb", (-0.6 if less else 0.35) * _strength(text), track_of(text))


def _read_width(text: str, _clause: str) -> Wish | None:
    if re.search(r"\bmono\b", text):
        return Wish("width", 0.0)
    if re.search(r"\b(?:wider|widen|wide|broader|more stereo)\b", text):
        return Wish("width", 1 + 0.6 * _strength(text), track_of(text))
    if re.search(r"\b(?:narrower|narrow|less (?:wide|stereo))\b", text):
        return Wish("width", max(0.0, 1 - 0.6 * _strength(text)), track_of(text))
    return None


def _read_band(text: str, _clause: str) -> Wish | None:
    """Who plays: removed, alone, added, swapped."""
    swap = re.search(
        r"\b(?:replace|swap|change|switch|turn|substitute)\b(.+?)\b(?:with|for|to|into|by)\b(.+)", text
    )
    if exchanged := re.search(r"(.+?)\binstead of\b(.+)", text):
        old, new = track_of(exchanged[2]), _instrument(exchanged[1])
        return Wish("swap", track=old, text=new) if old and new else None
    if swap:
        old, new = track_of(swap[1]), _instrument(swap[2])
        return Wish("swap", track=old, text=new) if old and new else None
    if re.search(r"\b(?:everything|all)\b.*\b(?:except|but)\b", text):
        text = re.sub(r".*\b(?:except|but)\b", "only", text)
    track = track_of(text)
    if re.search(r"\b(?:instrumental|karaoke)\b", text) and not re.search(r"\bmore\b", text):
        return Wish("remove", track="vocals")
    if re.search(r"\ba ?cap+ella\b", text):
        return Wish("only", track="vocals")
    if track is None:
        return None
    gentle = re.search(r"\b(?:slightly|a (?:bit|little)|somewhat|some|by|db|level|volume|prominent)\b", text)
    if re.search(r"\b(?:add|bring in|include|introduce|layer|throw in)\b|^with\b", text):
        return None if re.search(r"\bmore\b", text) else Wish("add", track=track, text=_instrument(text))
    if re.search(rf"\b(?:{_REMOVE})\b", text) and not gentle:
        return Wish("remove", track=track)
    if re.search(r"\b(?:only|just|solo|isolate)\b", text) and not gentle:
        return Wish("only", track=track)
    return None


def _read_tone(text: str, _clause: str) -> Wish | None:
    by = _decibels(text) or 6.0 * _strength(text)
    if re.search(r"\b(?:less|not so|too)\b", text):
        by = -by
    if re.search(
        r"\b(?:brighter|brighten|bright|crisper|crisp|sharper|airier|sparkl\w+|clearer|clarity)\b", text
    ):
        return Wish("bright", by, track_of(text))
    if re.search(r"\b(?:darker|darken|dark|warmer|warm|muffled|mellow\w*|duller|rounder)\b", text):
        return Wish("bright", -by, track_of(text))
    by, down = abs(by), re.search(rf"\b(?:{_DOWN}|{_REMOVE}|down|roll(?:ed)? off)\b", text)
    for kind, words in (
        ("treble", r"treble|highs|high end|top end|hiss|air"),
        ("middle", r"mids?|mid-?range|middle"),
        ("bass", r"low end|lows|sub|bass frequenc\w+|bassier|boomy|boom"),
    ):
        if re.search(rf"\b(?:{words})\b", text):
            return Wish(kind, -by if down else by, None)  # type: ignore[arg-type]
    if re.search(r"\bpunch(?:y|ier)?\b", text):
        return Wish("bass", by / 2, track_of(text))
    return None


def _read_level(text: str) -> list[Wish]:
    track, by = track_of(text), _decibels(text)
    if signed := re.search(r"([-−+]) ?\d+(?:\.\d+)? ?(?:db|decibels?)\b", text):
        return [Wish("level", by * (1 if signed[1] == "+" else -1), track)] if by else []
    if re.search(
        r"\b(?:double the (?:volume|level)|(?:twice|half) as loud|halve the (?:volume|level))\b", text
    ):
        # Ten decibels are heard as twice as loud (Stevens).
        return [Wish("level", 10.0 if re.search("double|twice", text) else -10.0, track)]
    up = re.search(rf"\b(?:{_UP})\b", text) or re.search(r"\b(?:up|raise|increase)\b", text)
    down = re.search(rf"\b(?:{_DOWN})\b", text) or re.search(r"\b(?:down|decrease|cut)\b", text)
    if not up and not down:
        return []
    vague = not re.search(r"loud|quiet|soft|volume|level|\bdb\b|decibel", text)
    if track is None and vague:
        return []
    size = by or (4.0 if track is None else 5.0) * _strength(text)
    size = size if up and not re.search(rf"\b(?:{_DOWN})\b", text) else -size
    text = LOW_END if re.search(r"\b(?:more|less|boost(?:ed)?|reduce[ds]?) (?:the )?bass$", text) else ""
    return [Wish("level", size, track, text)]


def track_of(text: str) -> str | None:
    """The stem of the instrument that ``text`` names first; ``None`` if it names none."""
    return _first(text)[0]


def _instrument(text: str) -> str:
    """The instrument as it was called; empty if none was."""
    return _first(text)[1]


def _first(text: str) -> tuple[str | None, str]:
    """Stem and name of the first instrument in ``text``, the longest name where several begin together."""
    found = [
        (match.start(), -match.end(), track, match[0])
        for track, words in INSTRUMENTS.items()
        if (match := re.search(rf"\b(?:{words})\b", text))
    ]
    return min(found)[2:] if found else (None, "")


def _value(number: str) -> float:
    return float(_NUMBERS.get(number) or number)


def _decibels(text: str) -> float | None:
    found = re.search(_NUMBER + r" ?(?:db|decibels?|lu|lufs)\b", text)
    return _value(found[1]) if found else None


def _strength(text: str) -> float:
    if re.search(r"\b(?:slightly|a (?:bit|little|touch|tad)|somewhat|subtl[ey]|gently)\b", text):
        return 0.5
    if re.search(
        r"\b(?:much|a lot|lots|way|far|very|dramatically|significantly|heav(?:y|ily)|huge|big|massive)\b",
        text,
    ):
        return 1.75
    return 1.0
