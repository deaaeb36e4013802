"""What a clause asks of the sound: who plays, how loud, how bright, in what room and where."""

# ruff: noqa: E501 (patterns: one alternative of meaning a line)

from __future__ import annotations

import re
from math import log10

from .edits import DOWN_WORDS, LOW_END, REMOVE_WORDS, UP_WORDS, EditStep
from .instruments import find_instrument, find_track
from .quantities import find_decibels, find_hertz, find_intensity, find_percent

_BELLS = (
    # What a sound is complained of, the middle of the region in Hz, and whether there is too much of it.
    (r"mud(?:dy|diness)?|less mud", 300.0, -4.0),
    (r"box(?:y|iness)", 450.0, -4.0),
    (r"nasal|honky", 900.0, -4.0),
    (r"hars(?:h|hness)|piercing|shrill|tinny|metallic|ear-?piercing|hurts?|painful|sizzl\w+", 3_500.0, -4.0),
    (r"thin|fuller|full|thicker|thick(?:en)?|fat(?:ter|ten)?|body", 220.0, 3.0),
    (r"presen(?:ce|t)|more present|cut(?:s|ting)? through", 3_000.0, 3.0),
)
_BANDS = (
    # Sounds that come through something narrow: its lowest and its highest frequency.
    (r"(?:tele)?phone|walkie[ -]?talkie|megaphone|intercom", (300.0, 3_400.0)),
    (r"(?:old |am |vintage |transistor )*radio(?! ready|-ready)|gramophone|phonograph", (200.0, 4_500.0)),
    (r"under ?water|(?:from )?(?:the )?(?:next|another|other) (?:room|door)|behind a wall|next door", (0.0, 500.0)),
)  # fmt: skip


def read_loudness(text: str, _clause: str) -> EditStep | None:
    if re.search(r"\b(?:louder|quieter|softer)\b", text):
        return None
    lufs = re.search(r"(\d+(?:\.\d+)?) ?(?:lufs|lkfs)\b", text)
    normal = re.search(r"\bnormali[sz]\w*|\bmaster(?:ed|ing)?\b(?! of)|\bradio[ -]ready\b", text)
    if normal and not lufs and (by := find_decibels(text)) is not None:
        return EditStep("peak", -by)
    return (
        EditStep("loudness", -float(lufs[1]) if lufs else -14.0, find_track(text)) if lufs or normal else None
    )


def read_echo(text: str, _clause: str) -> EditStep | None:
    if not re.search(r"\b(?:echo(?:es|ing|ey)?|delay(?:s|ed)?|slap-?back|ping-?pong)\b", text):
        return None
    if re.search(rf"\b(?:{DOWN_WORDS}|{REMOVE_WORDS})\b", text):
        return EditStep("reverb", -0.6 * find_intensity(text), find_track(text))
    every = re.search(r"(\d+) ?(?:ms|milliseconds?)\b", text)
    beats = {"quarter": "1 beats", "eighth": "0.5 beats", "half": "2 beats", "sixteenth": "0.25 beats"}
    named = next((length for note, length in beats.items() if re.search(rf"{note}[ -]?note", text)), "")
    time = str(float(every[1]) / 1000) if every else "0.11" if "slap" in text else named
    return EditStep("echo", 0.4 * find_intensity(text), find_track(text), time)


def read_reverb(text: str, _clause: str) -> EditStep | None:
    if re.search(r"\b(?:drier|dryer|dry(?: it| them)?(?: out)?|close[rd]? up)\b", text):
        return EditStep("reverb", -0.6 * find_intensity(text), find_track(text))
    if not re.search(
        r"\b(?:reverb\w*|ambien(?:ce|t space)|spacious|hall|(?<!next )room(?:y|ier)?|cathedral|church|wett?er|wet|more space)\b",
        text,
    ):
        return None
    less = re.search(rf"\b(?:{DOWN_WORDS}|{REMOVE_WORDS}|down)\b", text)
    return EditStep("reverb", (-0.6 if less else 0.35) * find_intensity(text), find_track(text))


def read_place(text: str, _clause: str) -> EditStep | None:
    """Left, right, wide, narrow."""
    if side := re.search(
        r"\b(?:pan(?:ned|ning)?|move[ds]?|to|on|hard|far|more)\b.*\b(left|right|cent(?:er|re)|middle)\b", text
    ):
        if side[1] in ("left", "right"):
            far = (
                1.0
                if re.search(r"hard|full|completely|all the way|far", text)
                else 0.6 * min(1.0, find_intensity(text))
            )
            return EditStep("pan", far if side[1] == "right" else -far, find_track(text))
        return EditStep("width", 0.0, find_track(text)) if "pan" in text else None
    if re.search(r"\bmono\b", text):
        return EditStep("width", 0.0, find_track(text))
    if re.search(r"\b(?:wider|widen(?:ed)?|wide|broader|more stereo|more width)\b", text):
        return EditStep("width", 1 + 0.6 * find_intensity(text), find_track(text))
    if re.search(r"\b(?:narrower|narrow|less (?:wide|stereo|width))\b", text):
        return EditStep("width", max(0.0, 1 - 0.6 * find_intensity(text)), find_track(text))
    return None


def read_filter(text: str, _clause: str) -> EditStep | None:
    for words, (low, high) in _BANDS:
        if re.search(rf"\b(?:{words})\b", text):
            return EditStep("band", low, find_track(text), hertz=high)
    at = find_hertz(text)
    if at is None:
        kind = re.search(r"\b(high|low)[ -]?(?:pass|cut)\b", text)
        if not kind:
            return None
        passes = (kind[1] == "high") == ("pass" in kind[0])
        return EditStep("highpass", hertz=120.0) if passes else EditStep("lowpass", hertz=6_000.0)
    track, by = find_track(text), find_decibels(text)
    below, above = (
        re.search(r"\b(?:below|under|beneath)\b", text),
        re.search(r"\b(?:above|over|beyond)\b", text),
    )
    if re.search(r"\bhigh[ -]?pass|\blow[ -]?cut", text) or (below and by is None):
        return EditStep("highpass", track=track, hertz=at)
    if re.search(r"\blow[ -]?pass|\bhigh[ -]?cut", text) or (above and by is None):
        return EditStep("lowpass", track=track, hertz=at)
    less = re.search(rf"\b(?:{DOWN_WORDS}|{REMOVE_WORDS}|down|notch|dip)\b|- ?\d", text)
    size = by or (12.0 if "notch" in text else 4.0 * find_intensity(text))
    return EditStep("bell", -size if less else size, track, hertz=at)


def read_band(text: str, _clause: str) -> EditStep | None:
    """Who plays: removed, alone, added, swapped."""
    swap = re.search(
        r"\b(?:replace|swap|change|switch|turn|substitute|exchange)\b(.+?)\b(?:with|for|to|into|by)\b(.+)",
        text,
    )
    if exchanged := re.search(r"(.+?)\b(?:instead of|rather than)\b(.+)", text):
        old, new = find_track(exchanged[2]), find_instrument(exchanged[1])
        return EditStep("swap", track=old, text=new) if old and new else None
    if swap:
        old, new = find_track(swap[1]), find_instrument(swap[2])
        return EditStep("swap", track=old, text=new) if old and new else None
    if re.search(r"\b(?:everything|all)\b.*\b(?:except|but)\b", text):
        text = re.sub(r".*\b(?:except|but)\b", "only", text)
    track = find_track(text)
    if re.search(r"\b(?:instrumental|karaoke|minus[ -]?one)\b", text) and not re.search(r"\bmore\b", text):
        return EditStep("remove", track="vocals")
    if re.search(r"\ba ?cap+ella\b", text):
        return EditStep("only", track="vocals")
    if track is None:
        return None
    text = re.sub(r"\bstrip\w* (?:\w+ ){0,2}down to(?: just| only)?\b|\bleave (?:just|only)\b", "only", text)
    gentle = re.search(
        r"\b(?:slightly|a (?:bit|little)|somewhat|by|\d+ ?db|level|volume|prominent|louder|quieter|softer"
        r"|too|punch\w*|reverb|treble|highs|lows|mids)\b|\d ?(?:db|%)", text,
    )  # fmt: skip
    alone = r"\bonly\b.*\b(?:hear|want|have|keep|leave)\b|\b(?:hear|want|have|keep|leave)\b.*\bonly\b"
    if re.search(alone, text) and not gentle:
        return EditStep("only", track=track)
    if find_decibels(text) is None and re.search(
        r"\b(?:add(?:ed|ing)?|bring in|include|introduce|layer|throw in|put in|with|want|need)\b", text
    ):
        if re.search(r"\b(?:more|don'?t|not|no|louder|less)\b", text) or not re.search(
            r"add|in\b|inc|intro|layer|^with|(?:want|need)(?: \w+){0,3}$", text
        ):
            return (
                EditStep("remove", track=track)
                if re.search(r"\b(?:don'?t|not) (?:want|need)\b", text)
                else None
            )
        if not re.search(r"\b(?:punch|bass to|reverb to)\b", text):
            return EditStep("add", track=track, text=find_instrument(text))
    if re.search(r"\b(?:don'?t|do not|hate) ?(?:like|want|need)?\b", text) and re.search(r"\bi\b", text):
        return EditStep("remove", track=track)
    if re.search(rf"\b(?:{REMOVE_WORDS})\b", text) and not gentle:
        return EditStep("remove", track=track)
    if (
        re.search(
            r"\b(?:only|just(?! (?:make|turn|do|add|take|bring|raise|remove|lower|give the|a))|solo|isolate|alone)\b",
            text,
        )
        and not gentle
    ):
        return EditStep("only", track=track)
    return None


def read_tone(text: str, _clause: str) -> list[EditStep] | EditStep | None:
    track, by = find_track(text), find_decibels(text) or 6.0 * find_intensity(text)
    if re.search(r"\b(?:de-?ess(?:ed|er|ing)?|sibilan(?:ce|t)|esses|s sounds?|s'?s|hiss(?:y|ing) s)\b", text):
        return EditStep("esses", 6.0 * find_intensity(text), track)
    if re.search(
        r"\b(?:compress(?:ed|ion|or)?|squash(?:ed)?|squeeze|more even|glue|even out(?: the)?(?: levels?| volume| dynamics)?|less dynamic)\b",
        text,
    ):
        return EditStep("compress", 6.0 * find_intensity(text), track)
    if re.search(
        r"\b(?:distort(?:ed|ion)?|overdriven?|overdrive|fuzz(?:y)?|crunch(?:y|ier)?|grit(?:ty|tier)?|dirt(?:y|ier)?|drive)\b",
        text,
    ):
        return EditStep("saturate", 18.0 * find_intensity(text), track)
    if re.search(r"\b(?:saturat(?:e|ed|ion)|tape|analog(?:ue)?|vintage|valve|tube)\b", text):
        return EditStep("saturate", 5.0 * find_intensity(text), track)
    if re.search(
        r"\b(?:punch(?:y|ier)?|snappi?er|snap|attack|tight(?:er|en(?: up)?)?|hit(?:s)? harder)\b", text
    ):
        return EditStep("punch", (-0.7 if re.search(rf"\b(?:{DOWN_WORDS}|too)\b", text) else 1) * by, track)
    wanted = re.search(r"\b(?:more|add|needs?|bring|boost|fuller|thicker|thicken|fatten|fatter|give)\b", text)
    for words, at, change in _BELLS:
        if re.search(rf"\b(?:{words})\b", text):
            if change < 0 and wanted and not re.search(r"\b(?:too|less)\b", text):
                return None
            less = change > 0 and re.search(rf"\b(?:{DOWN_WORDS}|too)\b", text) and "thin" not in text
            return EditStep("bell", (-change if less else change) * find_intensity(text), track, hertz=at)
    if re.search(r"\b(?:less|not so|not as|too)\b", text):
        by = -by
    if re.search(
        r"\b(?:bright(?:er|en|ness)?|crisp(?:er|y)?|sharper|airier|sparkl\w+|shimmer|clearer|clear|clarity|open(?:er)? up|air(?:y|ier|iness))\b",
        text,
    ):
        return EditStep("bright", by, track)
    if re.search(
        r"\b(?:dark(?:er|en)?|warm(?:er|th|en)?|muffled|mellow\w*|duller|dull|rounder|smoother|cosi?er|cozi?er)\b",
        text,
    ):
        # Too dull or too muffled is the one complaint that asks for the contrary of a step of this name.
        return EditStep("bright", -by, track)
    by, down = abs(by), re.search(rf"\b(?:{DOWN_WORDS}|{REMOVE_WORDS}|down|roll(?:ed)? off|too)\b", text)
    for kind, words in (
        ("treble", r"treble|highs|high end|high frequenc\w+|top end|hiss|air"),
        ("middle", r"mids?|mid-?range|middle"),
        ("bass", r"low end|lows|sub|bass frequenc\w+|bassier|boomy|boom|bottom(?: end)?|rumble"),
    ):
        if re.search(rf"\b(?:{words})\b", text):
            down = down or re.search(r"\b(?:boomy|rumble|hiss)\b", text)
            own = find_track(re.sub(rf"\b(?:{words})\b", "", text))
            return EditStep(kind, -by if down else by, own if own != "bass" or kind != "bass" else None)  # type: ignore[arg-type]
    return None


def read_level(text: str, _clause: str) -> EditStep | None:
    track, by = find_track(text), find_decibels(text)
    if signed := re.search(r"([-−+]) ?\d+(?:[.,]\d+)? ?(?:db|decibels?)\b", text):
        return EditStep("level", by * (1 if signed[1] == "+" else -1), track) if by else None
    if re.search(
        r"\b(?:double the (?:volume|level)|(?:twice|half) (?:as loud|the volume)|halve the (?:volume|level))\b",
        text,
    ):
        # Ten decibels are heard as twice as loud (Stevens).
        return EditStep("level", 10.0 if re.search("double|twice", text) else -10.0, track)
    up = re.search(rf"\b(?:{UP_WORDS})\b", text) or re.search(r"\b(?:up|raise[ds]?|increase[ds]?)\b", text)
    down = re.search(rf"\b(?:{DOWN_WORDS})\b", text) or re.search(r"\b(?:down|decrease[ds]?|cut)\b", text)
    if by and not up and not down:
        up, down = re.search(r"\badd\b", text), re.search(r"\boff\b", text)
    if not up and not down:
        return None
    vague = not re.search(r"loud|quiet|soft|volume|level|\bdb\b|\ddb|decibel|%|percent", text)
    if track is None and (
        vague or (by is None and not re.search(r"loud|quiet|soft|volume|level|%|percent", text))
    ):
        return None
    rises = bool(up and not re.search(rf"\b(?:{DOWN_WORDS})\b", text))
    size = by or (4.0 if track is None else 5.0) * find_intensity(text)
    if (share := find_percent(text)) and not by:
        size = abs(20 * log10(1 + share if rises else 1 - min(share, 0.99)))
    low = (
        LOW_END
        if re.search(
            r"\b(?:more|less|boost(?:ed)?|reduce[ds]?) (?:the )?bass\b(?! (?:guitar|line|player))", text
        )
        else ""
    )
    return EditStep("level", size if rises else -size, track, low)
