"""Headings of sections in lyrics: lines that are nothing but one, or begin with one."""

# ruff: noqa: E501 (tables: one entry a line)

from __future__ import annotations

import re

from .tags import (
    ABRUPT,
    FADE,
    MANNER,
    Tag,
    is_about,
    is_direction,
    is_noise,
    is_voice,
    label_of,
    names_section_alone,
    read_tag,
    without_times,
)

_WEAK = re.compile(
    r"(?:hook|end|ending|break|drop|build(?: up)?|riff|vamp|coda|finale?|rit|tag|rap|ad[\s-]?libs?|middle|coro|pont|vers|solos?|most|inst|bait|sloka|lời)",
    re.IGNORECASE,
)
"""Names of sections that are sung as well, as a line of their own."""
_MOOD = re.compile(
    r"(?:(?:very|more|soft|slow|loud|quiet|gentle|fast|mellow|upbeat|powerful|energetic|intimate|stripped|acoustic)(?:[, ]+(?:and |but )?|[.!]?$))+",
    re.IGNORECASE,
)
"""What a heading says behind a dash of how it is sung."""
_PREAMBLE = re.compile(
    r"(?:(?:song |the |full |complete |final )*lyrics|letra|paroles|songtext|歌詞|歌词|가사)\s*:?",
    re.IGNORECASE,
)
_SHORT = re.compile(r"(v|c|ch|pc|pre|b|br)\.?\s?(\d{0,2})", re.IGNORECASE)
_SHORT_NAMES = {
    "v": "Verse",
    "c": "Chorus",
    "ch": "Chorus",
    "pc": "Pre-Chorus",
    "pre": "Pre-Chorus",
    "b": "Bridge",
    "br": "Bridge",
}
_TIME_AFTER = re.compile(r"\s*\(\d{1,2}:\d{2}(?:\s*[-–—]\s*\d{1,2}:\d{2})?\)\s*$")


def read_heading(line: str) -> tuple[Tag | None, str]:
    """Part a line without brackets into the heading that it begins with, and what is sung of it.

    A line is a heading where it is nothing but the name of a section, and where such a name ends in a colon
    or stands between marks (``## Bridge``, ``- Chorus -``). "Chorus of angels" is sung.
    """
    core = _TIME_AFTER.sub("", line)
    core = re.sub(r"^\d{1,2}[.)]\s+", "", core.strip().strip("*_~=-–—#·•| ").strip())
    marked = core != line.strip()
    if not core or len(line) > 400:
        return None, line
    within = core[1:-1] if re.fullmatch(r"\([^()]*\)", core) else ""
    if ":" in within and _is_name(within.partition(":")[0], marked=True):
        return read_tag(within), ""
    if (barred := re.fullmatch(r"([^:|]{2,40}?)\s*\|\s*([^|].*)", core)) and _is_name(barred[1], marked=True):
        core = f"{barred[1]}: {barred[2]}"
    name, colon, rest = core.partition(":")
    if colon and (short := read_short(name)):
        name = short.text
    if colon and _is_name(name.strip("*_ "), marked=True):
        return read_tag(name), rest.strip("*_ ")
    if colon and is_voice(name.strip("()")):
        return Tag("voice", name.strip("*_ ()"), wish=name.strip("*_ ()")), rest.strip("*_ ")
    if colon and MANNER.fullmatch(name.strip("*_ ()")) and rest.strip("*_ "):
        return Tag("manner", name.strip("*_ ()")), rest.strip("*_ ")
    is_said = marked or (colon and not rest.strip("*_ "))
    if is_said and any(pattern.fullmatch(name.strip("*_ ")) for pattern in (MANNER, FADE, ABRUPT)):
        return read_tag(name), ""
    if _is_name(core, marked=marked):
        return read_tag(core), ""
    if line.lstrip()[:1] in ("*", "~", "_") and is_noise(core):
        return Tag("manner", core), ""
    if core.isupper() and FADE.fullmatch(core.rstrip(".:")):
        return read_tag(core.rstrip(".:")), ""
    beside = re.fullmatch(r"([^()]{2,40}?)\s*\(([^()]{1,40})\)\s*:?", core)
    if beside and _is_name(beside[1], marked=marked or core.endswith(":")):
        return read_tag(core), ""
    whole = core[1:-1] if re.fullmatch(r"\([^()]*\)", core) else core
    dashed = re.match(r"(.{2,40}?)\s+[-–—]+\s+(.+)", whole)
    if dashed is None and whole != core:
        dashed = re.match(r"([^,;]{2,40})[,;]\s+(.+)", whole)
    if dashed and _is_name(dashed[1], marked=False):
        if is_direction(dashed[2]) or whole != core or _MOOD.fullmatch(dashed[2]):
            return read_tag(whole), ""
        return read_tag(dashed[1]), dashed[2]
    if re.match(r"\s*#+\s", line):
        return Tag("about", core, wish=core), ""
    return None, line


def is_preamble(line: str) -> bool:
    """Whether a line above the first section tells of the song and is not sung."""
    return bool(_PREAMBLE.fullmatch(line.strip("*_# "))) or is_about(line)


def read_short(text: str) -> Tag | None:
    """Read the short name of a section, such as ``V1``, ``PC`` or ``C``."""
    short = _SHORT.fullmatch(text.strip("[]*_: "))
    if short is None:
        return None
    name = _SHORT_NAMES[short[1].lower()]
    return Tag("section", f"{name} {short[2]}".strip(), label_of(name))


def _is_name(text: str, *, marked: bool) -> bool:
    """Whether ``text`` is the name of a section and nothing else."""
    body, times = without_times(re.sub(r"[()]", " ", text))
    if not names_section_alone(body):
        return False
    return marked or times > 1 or not _WEAK.fullmatch(body.strip().removesuffix(" again"))
