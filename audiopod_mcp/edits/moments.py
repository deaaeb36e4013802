"""When an edit happens, where it is not told in seconds: a section, bars, a share of the track."""

# ruff: noqa: E501 (patterns: one of meaning a line)

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

SECTIONS: Final = ("intro", "verse", "pre-chorus", "chorus", "bridge", "solo", "outro")
_SAME: Final = {
    "hook": "chorus", "refrain": "chorus", "drop": "chorus", "prechorus": "pre-chorus", "pre chorus": "pre-chorus",
    "ending": "outro", "opening": "intro", "choruses": "chorus", "verses": "verse",
}  # fmt: skip
_ORDINALS: Final = {
    "first": 1,
    "second": 2,
    "third": 3,
    "fourth": 4,
    "1st": 1,
    "2nd": 2,
    "3rd": 3,
    "4th": 4,
    "final": -1,
}
_SHARES: Final = {"half": 2, "third": 3, "quarter": 4}
_NAME: Final = "|".join(sorted((*SECTIONS, *_SAME), key=len, reverse=True))
_ORDER: Final = "|".join((*_ORDINALS, "last"))

_NAMED = re.compile(rf"(?:(?P<order>{_ORDER}) )?(?P<name>{_NAME})(?: (?P<number>[1-9]\d?))?")
_BARS = re.compile(r"bars? (?P<first>[1-9]\d{0,3})(?: ?(?:-|to|–) ?(?P<last>[1-9]\d{0,3}))?")
_END_BARS = re.compile(r"(?P<end>first|last) (?P<count>[1-9]\d{0,3})? ?bars?")
_SHARE = re.compile(r"(?P<end>first|second|last) (?P<share>half|third|quarter)")


@dataclass(frozen=True, slots=True)
class Moment:
    """A part of a track: sections of a ``name``, or ``start`` to ``end`` in ``unit``, "bars" or "share".

    ``which`` counts the sections from 0, -1 is the last, ``None`` all of them. ``start`` is from the end where
    it is negative; ``end`` ``None`` is the end itself. Bars count from 0.
    """

    name: str = ""
    which: int | None = None
    unit: str = ""
    start: float = 0.0
    end: float | None = None


def section_name(text: str) -> str:
    """``text`` in the one form that it is written in: ``"last chorus"``, ``"verse 2"``, ``"bars 5-8"``.

    Raises
    ------
    ValueError
        It says nothing that is known here.
    """
    plain = re.sub(r"^(?:(?:all|both|each|every) )?(?:the )?", "", " ".join(text.lower().split()))
    if (found := _NAMED.fullmatch(plain)) and not (found["order"] and found["number"]):
        name = _SAME.get(found["name"], found["name"])
        order = found["order"]
        if order in ("last", "final"):
            return f"last {name}"
        number = _ORDINALS[order] if order else found["number"]
        return f"{name} {number}" if number else name
    if found := _BARS.fullmatch(plain):
        first, last = int(found["first"]), int(found["last"] or found["first"])
        if first <= last:
            return f"bars {first}-{last}"
    if found := _END_BARS.fullmatch(plain):
        return f"{found['end']} {found['count'] or 1} bars"
    if found := _SHARE.fullmatch(plain):
        if found["share"] == "half" and found["end"] != "first":
            return "second half"
        if found["end"] != "second":
            return f"{found['end']} {found['share']}"
    raise ValueError(
        f"{text!r} is not known; write it like 'chorus', 'verse 2', 'last chorus', 'bars 5-8', 'second half' "
        f"(sections are {', '.join(SECTIONS)})"
    )


def moment(section: str) -> Moment:
    """What a :func:`section_name` means."""
    if (found := _BARS.fullmatch(section)) is not None:
        return Moment(unit="bars", start=int(found["first"]) - 1, end=int(found["last"]))
    if (found := _END_BARS.fullmatch(section)) is not None:
        count = int(found["count"])
        return (
            Moment(unit="bars", end=count) if found["end"] == "first" else Moment(unit="bars", start=-count)
        )
    if (found := _SHARE.fullmatch(section)) is not None:
        share = 1 / _SHARES[found["share"]]
        return (
            Moment(unit="share", end=share)
            if found["end"] == "first"
            else Moment(unit="share", start=1 - share)
        )
    last = section.startswith("last ")
    name, _, number = section.removeprefix("last ").partition(" ")
    return Moment(name, -1 if last else int(number) - 1 if number else None)
