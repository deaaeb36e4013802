"""What one clause of an edit's prompt asks for: "drums 3 dB louder", "up a fifth", "cut below 100 Hz"."""

# ruff: noqa: E501 (patterns: one alternative of meaning a line)

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from audiopod_mcp.music.measures import key_in, mode_in
from audiopod_mcp.music.moments import Moment
from audiopod_mcp.music.players import instrument_of, track_of
from audiopod_mcp.music.quantities import NUMBER, decibels, hertz, percent, seconds, strength, value

Kind = Literal[
    "level", "loudness", "peak", "silence",
    "bright", "bass", "middle", "treble", "bell", "highpass", "lowpass", "band", "esses", "punch",
    "compress", "saturate", "reverb", "echo", "width", "pan",
    "tempo", "bpm", "pitch", "key", "remove", "only", "add", "swap",
    "fade in", "fade out", "reverse", "trim", "cut", "keep", "repeat",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Wish:
    """One change that was asked for.

    ``amount`` is in dB for ``level``, ``bright``, ``bass``, ``middle``, ``treble``, ``bell``, ``esses``,
    ``punch``, ``compress`` and ``saturate``; LUFS for ``loudness``; dBTP for ``peak``; a share to add for
    ``reverb`` (negative: take away) and ``echo``; a factor for ``width`` and ``tempo`` (speed); -1 (left) to 1
    for ``pan``; beats a minute for ``bpm`` (with ``text`` "more": so many more than now); semitones for
    ``pitch``; seconds for the fades (0: the whole stretch); times it is heard for ``repeat``. ``hertz`` is the
    corner or the middle of a filter, seconds between echoes are in ``text``. ``track`` is the stem it is about,
    ``None`` for everything. ``text`` is the key, the mode, the instrument or the end of the track that was
    named; for ``only``, the other tracks that stay; for ``remove``, "lead" if backing vocals do. ``when`` is
    the stretch it is for.
    """

    kind: Kind
    amount: float = 0.0
    track: str | None = None
    text: str = ""
    hertz: float = 0.0
    when: Moment | None = None


KEEP = r"^(?:please |can you |just |only )*(?:keep|leave|use|give me|i (?:only |just )?want)(?: only| just)?(?: please)?$"
"""A stretch of the track kept alone, where it says when."""
LOW_END = "low end"
"""The ``text`` of "more bass": of a recording its lowest octaves are meant, not the one who plays it."""

UP = (
    r"loud(?:er|ly)?|boost(?:ed)?|(?:more |very )?prominent(?:ly)?|forward|turn(?:ed)? up|crank(?:ed)?|"
    r"bring (?:up|out)|pump(?:ed)? up|up front|in front|to the front|emphasi[sz]e|more"
)
DOWN = (
    r"quiet(?:er|ly)?|soft(?:er|ly)|turn(?:ed)? down|less|reduce[ds]?|lower(?:ed)?|"
    r"calm(?:er)? down|back(?:ed)? off|tone down|tame|push back|scoop(?:ed)?|dip|carve|further back|back in the mix"
    r"|(?:in|into) the background(?! add)|take (?:\w+ ){1,4}out of"
)
REMOVE = (
    r"removed?|kill|silence|without|no|drop|mute[ds]?|take (?:\w+ ){0,2}(?:out|away|off)|taken? out|delete|"
    r"get(?:ting)? rid of|strip(?: out)?|lose|cut(?: out)?|rid|out with|eliminate|exclude|minus"
)
_FASTER = (
    r"faster|speed(?: \w+){0,2} up|sped up|quicker|up-?tempo|(?:raise|increase) the (?:tempo|speed)|hurry"
)
_SLOWER = r"slower|slow(?:ed)?(?: \w+){0,2} down|slowed|(?:lower|reduce|decrease|drop) the (?:tempo|speed)"
_INTERVALS = {
    "minor second": 1, "major second": 2, "second": 2, "minor third": 3, "major third": 4, "third": 4,
    "tritone": 6, "perfect fourth": 5, "fourth": 5, "perfect fifth": 7, "fifth": 7, "minor sixth": 8,
    "major sixth": 9, "sixth": 9, "minor seventh": 10, "major seventh": 11, "seventh": 10,
}  # fmt: skip
_KEY = r"([A-G](?:#|b|♯|♭| ?sharp| ?flat)?)(?:[ -]?(major|minor|maj|min|m))?"
_BELLS = (
    # What a sound is complained of, the middle of the region in Hz, and whether there is too much of it.
    (r"mud(?:dy|diness)?|less mud", 300.0, -4.0),
    (r"box(?:y|iness)", 450.0, -4.0),
    (r"nasal|honky", 900.0, -4.0),
    (r"hars(?:h|hness)|piercing|shrill|tinny|metallic|ear-?piercing", 3_500.0, -4.0),
    (r"thin|fuller|full|thicker|thick(?:en)?|fat(?:ter|ten)?|body", 220.0, 3.0),
    (r"presen(?:ce|t)|more present|cut(?:s|ting)? through", 3_000.0, 3.0),
)
_BANDS = (
    # Sounds that come through something narrow: its lowest and its highest frequency.
    (r"(?:tele)?phone|walkie[ -]?talkie|megaphone|intercom", (300.0, 3_400.0)),
    (r"(?:old |am |vintage |transistor )*radio(?! ready|-ready)|gramophone|phonograph", (200.0, 4_500.0)),
    (r"under ?water|(?:from )?(?:the )?(?:next|another|other) (?:room|door)|behind a wall|next door", (0.0, 500.0)),
)  # fmt: skip


def read_clause(clause: str) -> list[Wish]:
    """The wishes of one clause in English; the first group of words that fits decides."""
    text = clause.lower()
    for read in _READERS:
        if wish := read(text, clause):
            return wish if isinstance(wish, list) else [wish]
    return []


def _read_preset(text: str, _clause: str) -> list[Wish] | None:
    """What has a name of its own: two changes at once."""
    if re.search(r"\bnightcore\b|\bsped[ -]?up version\b", text):
        return [Wish("tempo", 1.25), Wish("pitch", 4.0)]
    if re.search(r"\bslowed(?: ?(?:\+|and|&|n) ?reverb(?:ed)?)\b|\bslowed version\b|\bdaycore\b", text):
        return [Wish("tempo", 0.85), Wish("pitch", -3.0), Wish("reverb", 0.35)]
    return None


def _read_loudness(text: str, _clause: str) -> Wish | None:
    if re.search(r"\b(?:louder|quieter|softer)\b", text):
        return None
    lufs = re.search(r"(\d+(?:\.\d+)?) ?(?:lufs|lkfs)\b", text)
    normal = re.search(r"\bnormali[sz]\w*|\bmaster(?:ed|ing)?\b(?! of)|\bradio[ -]ready\b", text)
    if normal and not lufs and (by := decibels(text)) is not None:
        return Wish("peak", -by)
    return Wish("loudness", -float(lufs[1]) if lufs else -14.0, track_of(text)) if lufs or normal else None


def _read_fade(text: str, _clause: str) -> list[Wish] | None:
    if not (found := re.search(r"\bfad(?:e|es|ed|ing)\b(?:[ -]?(in|out))?", text)):
        return None
    way = found[1] or ("in" if re.search(r"\bfrom silence\b|\bstart|\bbeginn", text) else "out")
    both = not found[1] and re.search(r"start|beginn|in\b", text) and re.search(r"end\b|out\b", text)
    length = seconds(text)
    length = (0.0 if "@" in text else 4.0) if length is None else length
    return [Wish("fade in", length), Wish("fade out", length)] if both else [Wish(f"fade {way}", length)]  # type: ignore[arg-type]


def _read_form(text: str, _clause: str) -> Wish | None:
    """What changes the course of the track: backwards, without silence, cut, repeated."""
    if re.search(r"\brevers(?:e|ed|ing)\b|\bback ?wards?\b", text) and not re.search(
        r"revers\w+ reverb", text
    ):
        return Wish("reverse", track=track_of(text))
    if re.search(r"\b(?:silence|silent (?:part|gap|bit)|dead air|quiet gap|pause)\b", text) and re.search(
        rf"\b(?:{REMOVE}|trim(?:med)?|shorten)\b", text.replace("silence", "")
    ):
        start, end = (
            re.search(r"start|begin|front|head|intro", text),
            re.search(r"end\b|ending|tail|back", text),
        )
        return Wish("trim", text="start" if start and not end else "end" if end and not start else "both")
    if "@" not in text and not re.search(r"\b(?:it|track|song|whole thing|everything|piece)\b", text):
        return None
    told = re.sub(r"\s*@\d+@\s*", " ", text).strip()
    if again := re.search(rf"\b(?:loop|repeat(?:ed)?|play|double)\b.*?(?:\b{NUMBER}(?: times| x)?)?$", told):
        if track_of(text) or re.search(r"\b(?:play(?!.*(?:twice|times|again))|double(?! @))", text):
            return None
        return Wish("repeat", value(again[1]) if again[1] else 2.0)
    if "@" in text and track_of(text) is None:
        if re.search(KEEP, told):
            return Wish("keep")
        if re.search(r"\b(?:mute|silence)\b", text):
            return Wish("silence")
        words = re.sub(
            r"@\d+@|\b(?:please|can you|could you|i want to|just|the|part|bit|section|of|it|out|off|from)\b",
            " ",
            text,
        )
        if re.fullmatch(r"\s*(?:remove|cut|drop|delete|skip|trim|chop|crop|take|get rid|snip)\s*", words):
            return Wish("cut")
    return None


def _read_tempo(text: str, _clause: str) -> Wish | None:
    faster, slower = re.search(rf"\b(?:{_FASTER})\b", text), re.search(rf"\b(?:{_SLOWER})\b", text)
    if bpm := re.search(
        r"(?:(\bto|\bat) )?(?:about |around )?(\d+(?:\.\d+)?) ?bpm|\b(?:tempo|bpm)(?: of| to| is|:)?(?: about| around)? (\d+(?:\.\d+)?)$",
        text,
    ):
        amount = float(bpm[2] or bpm[3])
        if (faster or slower) and amount <= 30 and not bpm[1]:
            return Wish("bpm", amount if faster else -amount, text="more")
        return Wish("bpm", amount)
    to = re.search(r"\b(?:tempo|speed|bpm)\b.* to (?:about |around )?(\d{2,3})$", text)
    if to and 30 <= float(to[1]) <= 300:
        return Wish("bpm", float(to[1]))
    if re.search(
        r"double[ -]?(?:time|speed|tempo|the (?:speed|tempo))|(?:twice|2x|two times) (?:as|the) (?:fast|speed)",
        text,
    ):
        return Wish("tempo", 2.0)
    if re.search(
        r"half[ -]?(?:time|speed|tempo)|half (?:as fast|the (?:speed|tempo))|halve the (?:speed|tempo)", text
    ):
        return Wish("tempo", 0.5)
    times = re.search(
        r"(\d+(?:[.,]\d+)?) ?(?:x|times)(?: (?:the )?(?:speed|tempo|faster|as fast))?(?!\w)", text
    )
    if times and re.search(r"speed|tempo|fast|slow", text):
        return Wish("tempo", value(times[1]))
    share = percent(text)
    if (
        share
        and re.search(
            r"\b(?:to|at) (?:about )?\d+ ?(?:%|percent)(?: (?:of the )?(?:speed|tempo))?|% (?:of the )?(?:speed|tempo)",
            text,
        )
        and re.search("speed|tempo", text)
    ):
        return Wish("tempo", share)
    if not faster and not slower:
        return None
    if re.search(r"\b(?:attack|release|decay)\b", text):
        return None
    share = share or 0.1 * strength(text)
    return Wish("tempo", 1 + share if faster else max(0.1, 1 - share))


def _read_pitch(text: str, clause: str) -> Wish | None:
    unit = r"(semi-?tones?|half[ -]?(?:steps?|tones?)|(?:whole[ -]?)?(?:steps?|tones?)|octaves?|cents?|keys?(?= (?:up|down|higher|lower)))\b"
    step = re.search(NUMBER + rf" ?{unit}", text) or re.search(rf"()({unit}) (?:by )?{NUMBER}", text)
    down = re.search(r"\b(?:down|drop\w*|lower(?:ed)?|below|flatter|deeper)\b|-\d", text)
    sign = -1 if down else 1
    track = track_of(text) if re.search(r"\b(?:pitch|transpose|tune)\w*\b", text) else None
    if step or "octave" in text:
        size = (
            12
            if "octave" in text
            else 0.01
            if step and step[2].startswith("cent")
            else 2
            if step and re.match("whole|step|tone", step[2])
            else 1
        )
        number = value(step[1] or step[step.re.groups]) if step else 1
        return Wish("pitch", sign * size * number, track)
    interval = re.search(rf"\ba? ?({'|'.join(sorted(_INTERVALS, key=len, reverse=True))})\b", text)
    if interval and re.search(r"\b(?:up|down|higher|lower|raise|drop|transpose)\b", text):
        return Wish("pitch", sign * _INTERVALS[interval[1]], track)
    named = re.search(
        rf"\b(?:(?:to|in|into)(?: the)?(?: key(?: of)?)?|key(?: of)?) {_KEY}(?:$|[^\w#])", clause
    )
    if named and (named[2] or re.search(r"\bkey\b|transpos|modulat", text)):
        return Wish("key", text=f"{named[1]} {named[2] or ''}".strip())
    if (key := key_in(clause)) is not None:
        return Wish("key", text=str(key))
    mode = mode_in(text)
    if mode is not None or re.search(
        r"\bmake (?:it|the song|this) (?:minor|major)$|\binto (?:minor|major)$", text
    ):
        return Wish("key", text="minor" if (mode if mode is not None else "minor" in text) else "major")
    way = re.search(r"\b(higher|lower|raise|up|down|deeper)\b", text)
    if way and re.search(r"\b(?:pitch(?:ed)?|key|transpos\w*|tuning)\b", text):
        return Wish(
            "pitch",
            (-2 if way[1] in ("lower", "down", "deeper") else 2) * (0.5 if strength(text) == 0.5 else 1),
            track,
        )
    return None


def _read_echo(text: str, _clause: str) -> Wish | None:
    if not re.search(r"\b(?:echo(?:es|ing|ey)?|delay(?:s|ed)?|slap-?back|ping-?pong)\b", text):
        return None
    if re.search(rf"\b(?:{DOWN}|{REMOVE})\b", text):
        return Wish("reverb", -0.6 * strength(text), track_of(text))
    every = re.search(r"(\d+) ?(?:ms|milliseconds?)\b", text)
    beats = {"quarter": "1 beats", "eighth": "0.5 beats", "half": "2 beats", "sixteenth": "0.25 beats"}
    named = next((length for note, length in beats.items() if re.search(rf"{note}[ -]?note", text)), "")
    time = str(float(every[1]) / 1000) if every else "0.11" if "slap" in text else named
    return Wish("echo", 0.4 * strength(text), track_of(text), time)


def _read_reverb(text: str, _clause: str) -> Wish | None:
    if re.search(r"\b(?:drier|dryer|dry(?: it| them)?(?: out)?|close[rd]? up)\b", text):
        return Wish("reverb", -0.6 * strength(text), track_of(text))
    if not re.search(
        r"\b(?:reverb\w*|ambien(?:ce|t space)|spacious|hall|(?<!next )room(?:y|ier)?|cathedral|church|wett?er|wet|more space)\b",
        text,
    ):
        return None
    less = re.search(rf"\b(?:{DOWN}|{REMOVE}|down)\b", text)
    return Wish("reverb", (-0.6 if less else 0.35) * strength(text), track_of(text))


def _read_place(text: str, _clause: str) -> Wish | None:
    """Left, right, wide, narrow."""
    if side := re.search(
        r"\b(?:pan(?:ned|ning)?|move[ds]?|to|on|hard|far|more)\b.*\b(left|right|cent(?:er|re)|middle)\b", text
    ):
        if side[1] in ("left", "right"):
            far = (
                1.0
                if re.search(r"hard|full|completely|all the way|far", text)
                else 0.6 * min(1.0, strength(text))
            )
            return Wish("pan", far if side[1] == "right" else -far, track_of(text))
        return Wish("width", 0.0, track_of(text)) if "pan" in text else None
    if re.search(r"\bmono\b", text):
        return Wish("width", 0.0, track_of(text))
    if re.search(r"\b(?:wider|widen(?:ed)?|wide|broader|more stereo|more width)\b", text):
        return Wish("width", 1 + 0.6 * strength(text), track_of(text))
    if re.search(r"\b(?:narrower|narrow|less (?:wide|stereo|width))\b", text):
        return Wish("width", max(0.0, 1 - 0.6 * strength(text)), track_of(text))
    return None


def _read_filter(text: str, _clause: str) -> Wish | None:
    for words, (low, high) in _BANDS:
        if re.search(rf"\b(?:{words})\b", text):
            return Wish("band", low, track_of(text), hertz=high)
    at = hertz(text)
    if at is None:
        kind = re.search(r"\b(high|low)[ -]?(?:pass|cut)\b", text)
        if not kind:
            return None
        passes = (kind[1] == "high") == ("pass" in kind[0])
        return Wish("highpass", hertz=120.0) if passes else Wish("lowpass", hertz=6_000.0)
    track, by = track_of(text), decibels(text)
    below, above = (
        re.search(r"\b(?:below|under|beneath)\b", text),
        re.search(r"\b(?:above|over|beyond)\b", text),
    )
    if re.search(r"\bhigh[ -]?pass|\blow[ -]?cut", text) or (below and by is None):
        return Wish("highpass", track=track, hertz=at)
    if re.search(r"\blow[ -]?pass|\bhigh[ -]?cut", text) or (above and by is None):
        return Wish("lowpass", track=track, hertz=at)
    less = re.search(rf"\b(?:{DOWN}|{REMOVE}|down|notch|dip)\b|- ?\d", text)
    size = by or (12.0 if "notch" in text else 4.0 * strength(text))
    return Wish("bell", -size if less else size, track, hertz=at)


def _read_band(text: str, _clause: str) -> Wish | None:
    """Who plays: removed, alone, added, swapped."""
    swap = re.search(
        r"\b(?:replace|swap|change|switch|turn|substitute|exchange)\b(.+?)\b(?:with|for|to|into|by)\b(.+)",
        text,
    )
    if exchanged := re.search(r"(.+?)\b(?:instead of|rather than)\b(.+)", text):
        old, new = track_of(exchanged[2]), instrument_of(exchanged[1])
        return Wish("swap", track=old, text=new) if old and new else None
    if swap:
        old, new = track_of(swap[1]), instrument_of(swap[2])
        return Wish("swap", track=old, text=new) if old and new else None
    if re.search(r"\b(?:everything|all)\b.*\b(?:except|but)\b", text):
        text = re.sub(r".*\b(?:except|but)\b", "only", text)
    track = track_of(text)
    if re.search(r"\b(?:instrumental|karaoke|minus[ -]?one)\b", text) and not re.search(r"\bmore\b", text):
        return Wish("remove", track="vocals")
    if re.search(r"\ba ?cap+ella\b", text):
        return Wish("only", track="vocals")
    if track is None:
        return None
    gentle = re.search(
        r"\b(?:slightly|a (?:bit|little)|somewhat|by|\d+ ?db|level|volume|prominent|louder|quieter|softer"
        r"|too|punch\w*|reverb|treble|highs|lows|mids)\b|\d ?(?:db|%)", text,
    )  # fmt: skip
    alone = r"\bonly\b.*\b(?:hear|want|have|keep|leave)\b|\b(?:hear|want|have|keep|leave)\b.*\bonly\b"
    if re.search(alone, text) and not gentle:
        return Wish("only", track=track)
    if re.search(
        r"\b(?:add(?:ed|ing)?|bring in|include|introduce|layer|throw in|put in|with|want|need)\b", text
    ):
        if re.search(r"\b(?:more|don'?t|not|no|louder|less)\b", text) or not re.search(
            r"add|in\b|inc|intro|layer|^with|(?:want|need)(?: \w+){0,3}$", text
        ):
            return (
                Wish("remove", track=track) if re.search(r"\b(?:don'?t|not) (?:want|need)\b", text) else None
            )
        if not re.search(r"\b(?:punch|bass to|reverb to)\b", text):
            return Wish("add", track=track, text=instrument_of(text))
    if re.search(r"\b(?:don'?t|do not|hate) ?(?:like|want|need)?\b", text) and re.search(r"\bi\b", text):
        return Wish("remove", track=track)
    if re.search(rf"\b(?:{REMOVE})\b", text) and not gentle:
        return Wish("remove", track=track)
    if (
        re.search(
            r"\b(?:only|just(?! (?:make|turn|do|add|take|bring|raise|remove|lower|give the|a))|solo|isolate|alone)\b",
            text,
        )
        and not gentle
    ):
        return Wish("only", track=track)
    return None


def _read_tone(text: str, _clause: str) -> list[Wish] | Wish | None:
    track, by = track_of(text), decibels(text) or 6.0 * strength(text)
    if re.search(r"\b(?:de-?ess(?:ed|er|ing)?|sibilan(?:ce|t)|esses|s sounds?|s'?s|hiss(?:y|ing) s)\b", text):
        return Wish("esses", 6.0 * strength(text), track)
    if re.search(
        r"\b(?:compress(?:ed|ion|or)?|squash(?:ed)?|squeeze|more even|glue|even out(?: the)?(?: levels?| volume| dynamics)?|less dynamic)\b",
        text,
    ):
        return Wish("compress", 6.0 * strength(text), track)
    if re.search(
        r"\b(?:distort(?:ed|ion)?|overdriven?|overdrive|fuzz(?:y)?|crunch(?:y|ier)?|grit(?:ty|tier)?|dirt(?:y|ier)?|drive)\b",
        text,
    ):
        return Wish("saturate", 18.0 * strength(text), track)
    if re.search(r"\b(?:saturat(?:e|ed|ion)|tape|analog(?:ue)?|vintage|valve|tube)\b", text):
        return Wish("saturate", 5.0 * strength(text), track)
    if re.search(
        r"\b(?:punch(?:y|ier)?|snappi?er|snap|attack|tight(?:er|en(?: up)?)?|hit(?:s)? harder)\b", text
    ):
        return Wish("punch", (-0.7 if re.search(rf"\b(?:{DOWN}|too)\b", text) else 1) * by, track)
    wanted = re.search(r"\b(?:more|add|needs?|bring|boost|fuller|thicker|thicken|fatten|fatter|give)\b", text)
    for words, at, change in _BELLS:
        if re.search(rf"\b(?:{words})\b", text):
            if change < 0 and wanted and not re.search(r"\b(?:too|less)\b", text):
                return None
            less = change > 0 and re.search(rf"\b(?:{DOWN}|too)\b", text) and "thin" not in text
            return Wish("bell", (-change if less else change) * strength(text), track, hertz=at)
    if re.search(r"\b(?:less|not so|not as|too)\b", text):
        by = -by
    if re.search(
        r"\b(?:bright(?:er|en|ness)?|crisp(?:er|y)?|sharper|airier|sparkl\w+|shimmer|clearer|clear|clarity|open(?:er)? up|air(?:y|ier|iness))\b",
        text,
    ):
        return Wish("bright", by, track)
    if re.search(
        r"\b(?:dark(?:er|en)?|warm(?:er|th|en)?|muffled|mellow\w*|duller|dull|rounder|smoother|cosi?er|cozi?er)\b",
        text,
    ):
        # Too dull or too muffled is the one complaint that asks for the contrary of a wish of this name.
        return Wish("bright", -by, track)
    by, down = abs(by), re.search(rf"\b(?:{DOWN}|{REMOVE}|down|roll(?:ed)? off|too)\b", text)
    for kind, words in (
        ("treble", r"treble|highs|high end|high frequenc\w+|top end|hiss|air"),
        ("middle", r"mids?|mid-?range|middle"),
        ("bass", r"low end|lows|sub|bass frequenc\w+|bassier|boomy|boom|bottom(?: end)?|rumble"),
    ):
        if re.search(rf"\b(?:{words})\b", text):
            down = down or re.search(r"\b(?:boomy|rumble|hiss)\b", text)
            own = track_of(re.sub(rf"\b(?:{words})\b", "", text))
            return Wish(kind, -by if down else by, own if own != "bass" or kind != "bass" else None)  # type: ignore[arg-type]
    return None


def _read_level(text: str, _clause: str) -> Wish | None:
    track, by = track_of(text), decibels(text)
    if signed := re.search(r"([-−+]) ?\d+(?:[.,]\d+)? ?(?:db|decibels?)\b", text):
        return Wish("level", by * (1 if signed[1] == "+" else -1), track) if by else None
    if re.search(
        r"\b(?:double the (?:volume|level)|(?:twice|half) (?:as loud|the volume)|halve the (?:volume|level))\b",
        text,
    ):
        # Ten decibels are heard as twice as loud (Stevens).
        return Wish("level", 10.0 if re.search("double|twice", text) else -10.0, track)
    up = re.search(rf"\b(?:{UP})\b", text) or re.search(r"\b(?:up|raise[ds]?|increase[ds]?)\b", text)
    down = re.search(rf"\b(?:{DOWN})\b", text) or re.search(r"\b(?:down|decrease[ds]?|cut)\b", text)
    if not up and not down:
        return None
    vague = not re.search(r"loud|quiet|soft|volume|level|\bdb\b|\ddb|decibel|%|percent", text)
    if track is None and (
        vague or (by is None and not re.search(r"loud|quiet|soft|volume|level|%|percent", text))
    ):
        return None
    rises = bool(up and not re.search(rf"\b(?:{DOWN})\b", text))
    size = by or (4.0 if track is None else 5.0) * strength(text)
    if (share := percent(text)) and not by:
        size = abs(_in_decibels(1 + share if rises else 1 - min(share, 0.99)))
    low = (
        LOW_END
        if re.search(
            r"\b(?:more|less|boost(?:ed)?|reduce[ds]?) (?:the )?bass\b(?! (?:guitar|line|player))", text
        )
        else ""
    )
    return Wish("level", size if rises else -size, track, low)


def _in_decibels(ratio: float) -> float:
    from math import log10

    return 20 * log10(ratio)


_READERS: tuple[Callable[[str, str], list[Wish] | Wish | None], ...] = (
    _read_preset,
    _read_loudness,
    _read_fade,
    _read_form,
    _read_tempo,
    _read_pitch,
    _read_echo,
    _read_reverb,
    _read_place,
    _read_filter,
    _read_band,
    _read_tone,
    _read_level,
)
