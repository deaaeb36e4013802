"""What a clause asks of the course of a track: its speed, pitch and ends, and stretches of it."""

# ruff: noqa: E501 (patterns: one alternative of meaning a line)

from __future__ import annotations

import re

from audiopod_mcp.music.captions.numbers import find_key, find_mode

from .edits import REMOVE_WORDS, EditStep
from .instruments import find_track
from .quantities import NUMBER, find_intensity, find_percent, find_seconds, parse_number

KEEP_WORDS = r"^(?:please |can you )*(?:crop|trim|cut|reduce)(?: it| the \w+)?(?: down)? to(?: just| only)?(?: please)?$|^(?:please |can you |just |only )*(?:keep|leave|use|give me|i (?:only |just )?want)(?: only| just)?(?: please)?$"
"""A stretch of the track kept alone, where it says when."""
_FASTER = (
    r"faster|speed(?: \w+){0,2} up|sped up|quicker|up-?tempo|(?:raise|increase) the (?:tempo|speed)|hurry"
)
_SLOWER = r"slower|slow(?:ed)?(?: \w+){0,2} down|slowed|(?:lower|reduce|decrease|drop) the (?:tempo|speed)"
_INTERVALS = {
    "minor second": 1, "major second": 2, "second": 2, "minor third": 3, "major third": 4, "third": 4,
    "tritone": 6, "perfect fourth": 5, "fourth": 5, "perfect fifth": 7, "fifth": 7, "minor sixth": 8,
    "major sixth": 9, "sixth": 9, "minor seventh": 10, "major seventh": 11, "seventh": 10,
}  # fmt: skip
_KEY = r"([A-Gb-g](?:#|b|♯|♭| ?sharp| ?flat)?)(?:[ -]?(major|minor|maj|min|m))?"
"""A small "a" is an article."""


def read_preset(text: str, _clause: str) -> list[EditStep] | None:
    """What has a name of its own: two changes at once."""
    if re.search(r"\bnightcore\b|\bsped[ -]?up version\b", text):
        return [EditStep("tempo", 1.25), EditStep("pitch", 4.0)]
    if re.search(r"\bslowed(?: ?(?:\+|and|&|n) ?reverb(?:ed)?)\b|\bslowed version\b|\bdaycore\b", text):
        return [EditStep("tempo", 0.85), EditStep("pitch", -3.0), EditStep("reverb", 0.35)]
    return None


def read_fade(text: str, _clause: str) -> list[EditStep] | None:
    if not (found := re.search(r"\bfad(?:e|es|ed|ing)\b(?:[ -]?(in|out))?", text)):
        return None
    way = found[1] or ("in" if re.search(r"\bfrom silence\b|\bstart|\bbeginn", text) else "out")
    both = not found[1] and re.search(r"start|beginn|in\b", text) and re.search(r"end\b|out\b", text)
    length = find_seconds(text)
    length = (0.0 if "@" in text else 4.0) if length is None else length
    if both:
        return [EditStep("fade in", length), EditStep("fade out", length)]
    return [EditStep("fade in" if way == "in" else "fade out", length)]


def read_form(text: str, _clause: str) -> EditStep | None:
    """What changes the course of the track: backwards, without silence, cut, repeated."""
    if re.search(r"\brevers(?:e|ed|ing)\b|\bback ?wards?\b", text) and not re.search(
        r"revers\w+ reverb", text
    ):
        return EditStep("reverse", track=find_track(text))
    if re.search(r"\b(?:silence|silent (?:part|gap|bit)|dead air|quiet gap|pause)\b", text) and re.search(
        rf"\b(?:{REMOVE_WORDS}|trim(?:med)?|shorten)\b", text.replace("silence", "")
    ):
        start, end = (
            re.search(r"start|begin|front|head|intro", text),
            re.search(r"end\b|ending|tail|back", text),
        )
        return EditStep("trim", text="start" if start and not end else "end" if end and not start else "both")
    if "@" not in text and not re.search(r"\b(?:it|track|song|whole thing|everything|piece)\b", text):
        return None
    rest = re.sub(r"\s*@\d+@\s*", " ", text).strip()
    if again := re.search(rf"\b(?:loop|repeat(?:ed)?|play|double)\b.*?(?:\b{NUMBER}(?: times| x)?)?$", rest):
        if find_track(text) or re.search(r"\b(?:play(?!.*(?:twice|times|again))|double(?! @))", text):
            return None
        return EditStep("repeat", parse_number(again[1]) if again[1] else 2.0)
    if "@" in text and find_track(text) is None:
        if re.search(KEEP_WORDS, rest):
            return EditStep("keep")
        if re.search(r"\b(?:mute|silence)\b", text):
            return EditStep("silence")
        words = re.sub(
            r"@\d+@|\b(?:please|can you|could you|i want to|just|the|part|bit|section|of|it|out|off|from|by|song|track)\b",
            " ",
            text,
        )
        if re.fullmatch(r"\s*(?:remove|cut|drop|delete|skip|trim|chop|crop|take|get rid|snip)\s*", words):
            return EditStep("cut")
    return None


def read_tempo(text: str, _clause: str) -> EditStep | None:
    faster, slower = re.search(rf"\b(?:{_FASTER})\b", text), re.search(rf"\b(?:{_SLOWER})\b", text)
    if bpm := re.search(
        r"(?:(\bto|\bat) )?(?:about |around )?(\d+(?:\.\d+)?) ?bpm|\b(?:tempo|bpm)(?: of| to| is|:)?(?: about| around)? (\d+(?:\.\d+)?)$",
        text,
    ):
        amount = float(bpm[2] or bpm[3])
        if (faster or slower) and amount <= 30 and not bpm[1]:
            return EditStep("bpm", amount if faster else -amount, text="more")
        return EditStep("bpm", amount)
    to = re.search(r"\b(?:tempo|speed|bpm)\b.* to (?:about |around )?(\d{2,3})$", text)
    if to and 30 <= float(to[1]) <= 300:
        return EditStep("bpm", float(to[1]))
    if re.search(
        r"double[ -]?(?:time|speed|tempo|the (?:speed|tempo))|(?:twice|2x|two times) (?:as|the) (?:fast|speed)",
        text,
    ):
        return EditStep("tempo", 2.0)
    if re.search(
        r"half[ -]?(?:time|speed|tempo)|half (?:as fast|the (?:speed|tempo))|halve the (?:speed|tempo)", text
    ):
        return EditStep("tempo", 0.5)
    times = re.search(
        r"(\d+(?:[.,]\d+)?) ?(?:x|times)(?: (?:the )?(?:speed|tempo|faster|as fast))?(?!\w)", text
    )
    if times and re.search(r"speed|tempo|fast|slow", text):
        return EditStep("tempo", parse_number(times[1]))
    share = find_percent(text)
    if share and re.search(
        r"\b(?:speed|tempo)\b\W*(?:of |to |at |is )?(?:about )?\d+ ?(?:%|per)|% (?:of the )?(?:speed|tempo)",
        text,
    ):
        return EditStep("tempo", share)
    if not faster and not slower:
        return None
    if re.search(r"\b(?:attack|release|decay)\b", text):
        return None
    share = share or 0.1 * find_intensity(text)
    return EditStep("tempo", 1 + share if faster else max(0.1, 1 - share))


def read_pitch(text: str, clause: str) -> EditStep | None:
    unit = r"(semi-?tones?|half[ -]?(?:steps?|tones?)|(?:whole[ -]?)?(?:steps?|tones?)|octaves?|cents?|keys?(?= (?:up|down|higher|lower)))\b"
    step = re.search(NUMBER + rf" ?{unit}", text) or re.search(rf"()({unit}) (?:by )?{NUMBER}", text)
    down = re.search(r"\b(?:down|drop\w*|lower(?:ed)?|below|flatter|deeper)\b|-\d", text)
    sign = -1 if down else 1
    track = find_track(text) if re.search(r"\b(?:pitch|transpose|tune)\w*\b", text) else None
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
        number = parse_number(step[1] or step[step.re.groups]) if step else 1
        return EditStep("pitch", sign * size * number, track)
    if bare := re.search(r"\b(?:transpose|pitch|key)\b\D*?([+-]) ?(\d+)$", text):
        return EditStep("pitch", float(bare[1] + bare[2]), track)
    interval = re.search(rf"\ba? ?({'|'.join(sorted(_INTERVALS, key=len, reverse=True))})\b", text)
    if interval and re.search(r"\b(?:up|down|higher|lower|raise|drop|transpose)\b", text):
        return EditStep("pitch", sign * _INTERVALS[interval[1]], track)
    if (key := find_key(clause)) is not None:
        return EditStep("key", text=str(key))
    named = re.search(
        rf"\b(?:(?:to|in|into)(?: the)?(?: key(?: of)?)?|key(?: of)?) {_KEY}(?:$|[^\w#])", clause
    )
    if named and (named[2] or re.search(r"\bkey\b|transpos|modulat", text)):
        tonic = named[1][0].upper() + named[1][1:]
        return EditStep("key", text=f"{tonic} {named[2] or ''}".strip())
    mode = find_mode(text)
    if mode is not None or re.search(
        r"\bmake (?:it|the song|this) (?:minor|major)$|\binto (?:minor|major)$", text
    ):
        return EditStep("key", text="minor" if (mode if mode is not None else "minor" in text) else "major")
    way = re.search(r"\b(higher|lower|raise|up|down|deeper)\b", text)
    if way and re.search(r"\b(?:pitch(?:ed)?|key|transpos\w*|tuning)\b", text):
        return EditStep(
            "pitch",
            (-2 if way[1] in ("lower", "down", "deeper") else 2)
            * (0.5 if find_intensity(text) == 0.5 else 1),
            track,
        )
    return None
