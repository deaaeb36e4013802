"""Lyrics as they are pasted, freed of the markup of where they came from: HTML, Markdown, JSON, LRC."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterable, Iterator
from itertools import pairwise

from audiopod_mcp.lyrics_data import ABOUT_KEYS, LINE_KEYS, NAME_KEYS, lyrics_text, written_out

from .headings import read_heading
from .page import without_site

_WIDE = "".join(map(chr, (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B))))
"""Digits and letters as wide as an ideograph."""
_NARROW = str.maketrans(
    f"【】〔〕［］〖〗｛｝（）＜＞＃：｜{_WIDE}", f"[][][][]{{}}()<>#:|{unicodedata.normalize('NFKC', _WIDE)}"
)
_LITERAL_ESCAPES = re.compile(r"\\{1,3}(?:r\\{1,3}n|[nr])")
_ESCAPED = re.compile(r"\\{1,3}([\"'\[\]()*_#>`~.!-])")
_BREAKS = re.compile(r"<\s*/?\s*(?:br|p|div|li|tr|ul|ol|pre)(?![\w-])[^<>\n]{0,80}>", re.IGNORECASE)
_TITLES = re.compile(r"<\s*h[1-6]\b[^<>\n]{0,80}>", re.IGNORECASE)
_STYLING = re.compile(
    r"<\s*/?\s*(?:b|i|u|s|em|strong|span|small|big|sup|sub|font|a|center|code|td|h[1-6])(?![\w-])[^<>\n]{0,80}>",
    re.IGNORECASE,
)
_CHORD_SITE = re.compile(r"\[ch\]([^\[\]\n]*)\[/ch\]", re.IGNORECASE)
_TAB_SITE = re.compile(r"\[/?tab\]", re.IGNORECASE)
_TABLE = re.compile(
    r"^[ \t]*\|.*\|[ \t]*\n[ \t]*\|[ \t:|]*-[ \t:|-]*\|[ \t]*(?:\n[ \t]*\|.*\|[ \t]*(?=\n|$))+\n?",
    re.MULTILINE,
)
_ELEMENT = re.compile(r"<(\w{2,20})>([^<>\n]{1,200})</\1>")
_BLOCK = re.compile(r"^[ \t]*([a-z][\w -]{0,30}):[ \t]*[|>][-+]?[ \t]*$", re.MULTILINE)
"""A block of YAML."""
_COUNT = re.compile(r"[ \t]*[(\[]\d{1,2}(?: syllables)?[)\]][ \t]*$", re.MULTILINE)
"""How many syllables a line has."""
_CUE = re.compile(
    r"^WEBVTT.*\n*|(?:^[ \t]*\n)?^(?:\d+[ \t]*\n)?[ \t]*[\d:.,]{4,12}[ \t]*-->.*\n?", re.MULTILINE
)
_OF_VTT = re.compile(r"^(?:NOTE|STYLE|REGION)\b(?:.*\n)+?(?=\n|\Z)", re.MULTILINE)
_VTT_VOICE = re.compile(r"<v(?:\.[\w.]+)?[ \t]+([^<>\n]{1,40})>")
_FENCE = re.compile(r"[ \t]*(?:```|~~~)[\w ]{0,20}$")
_SPLIT_TAG = re.compile(r"\[([^\[\]\n]{0,200})\n(?![ \t]*\n)([^\[\]\n]{0,200})\]")
_PREFIX = re.compile(r"\s*(?:>+\s*)*(?:[-*+•·▪●○‣–—♪♫]\s+)?")
_NUMBER = re.compile(r"\s*(\d{1,3})[.)]\s+(?=\S)")
_STARS = re.compile(r"(?<![\w*`])[*_`]++|[*_`]++(?!\w)")
_SLASHES = re.compile(r"/n(?![a-z])|\s+/{1,2}\s+")
"""What parts the lines of a song that is written in one."""
_HEADING_WITHIN = re.compile(
    r"(?<=[.!?,;…\w])\s+(?=(?:verse|pre-?chorus|chorus|bridge|intro|outro|refrain)(?: ?\d{1,2})?\s*:)",
    re.IGNORECASE,
)
_SIGNS = re.compile(r"~~|[♪♫🎵🎶🎤🎸]+")
_TIME = r"(?:\d{1,2}:)?\d{1,3}:\d{1,2}(?:[.:,]\d{1,3})?"
_TIMES = re.compile(rf"[\[<]({_TIME})[\]>]")
_LEADING_TIMES = re.compile(rf"\s*(?:\[{_TIME}\]\s*)+")
_LONE_TIME = re.compile(rf"\s*\(?({_TIME})\)?(?:\s*[-–—]+>?\s*({_TIME}))?\)?(?:\s+[-–—]\s+|\s+|$)")


def pasted_lines(text: str) -> tuple[list[str], bool]:
    """The lines of pasted lyrics without the markup of their carrier, and whether they had times.

    Entities, line breaks and styling of HTML, escapes of JSON, fences, quotes, bullets and numbers of
    Markdown, characters without a width and the times of LRC are gone; brackets are ASCII. Lines with times
    stand in their order, once for each time. Blanks within a line stay: chords may stand above its words.
    """
    text = _from_tables(without_site(lyrics_text(text)))
    text = _ELEMENT.sub(lambda m: f"[{m[1]}: {m[2]}]" if m[1].lower() in ABOUT_KEYS else m[0], text)
    text = _BLOCK.sub(lambda m: f"[{m[1].replace('_', ' ')}]", text)
    if text.strip().startswith('"') and text.strip().endswith('"') and "\\n" in text:
        text = text.strip()[1:-1]
    if "\n" not in text:
        text = _HEADING_WITHIN.sub("\n", _SLASHES.sub("\n", text))
    text = html.unescape(html.unescape(_LITERAL_ESCAPES.sub("\n", text)))
    text = _ESCAPED.sub(r"\1", text)
    if text.lstrip().startswith("WEBVTT"):
        text = _OF_VTT.sub("", _VTT_VOICE.sub(r"\1: ", text))
    text = _STYLING.sub("", _TITLES.sub("\n## ", _BREAKS.sub("\n", text)))
    text = "".join(_visible(text)).translate(_NARROW)
    text = _SPLIT_TAG.sub(r"[\1 \2]", "\n".join(text.splitlines()))
    text, cues = _CUE.subn("", _TAB_SITE.sub("", text))
    lines = [_site_chords(line).expandtabs(4).rstrip() for line in text.split("\n") if not _FENCE.match(line)]
    if sum(bool(_COUNT.search(line)) for line in lines) >= max(2, sum(map(bool, lines)) / 3):
        lines = [_COUNT.sub("", line) for line in lines]
    lines, timed = _in_order_of_time(_without_prefixes(lines))
    return lines, timed or bool(cues)


def _from_tables(text: str) -> str:
    """``text`` with the tables of Markdown written out, by what their headers call the columns."""
    return _TABLE.sub(lambda table: "\n".join(_rows_of(table[0])) + "\n", text)


def _rows_of(table: str) -> Iterator[str]:
    lines = (row.strip().strip("|") for row in table.split("\n") if row.strip())
    head, _, *rows = ([cell.strip(" *_") for cell in line.split("|")] for line in lines)
    keys = [key.lower() for key in head]
    if not LINE_KEYS.intersection(keys):
        if all(read_heading(key)[0] for key in head):
            yield written_out({name: list(cells) for name, *cells in zip(head, *rows, strict=False)})
            return
        if read_heading(head[0])[0]:
            rows.insert(0, head)
        elif any(head):
            yield f"[{' / '.join(head)}]"
        named = any(read_heading(row[0])[0] for row in rows)
        keys = [NAME_KEYS[0] if named else "line", *("line" for _ in head[1:])]
    for row in rows:
        cells = [(key, cell) for key, cell in zip(keys, row, strict=False) if cell]
        yield from (f"[{cell}]" for key, cell in cells if key in NAME_KEYS)
        beside = [(key, cell) for key, cell in cells if key not in NAME_KEYS and any(map(str.isalpha, cell))]
        yield from (f"[{key}: {cell}]" for key, cell in beside if key not in LINE_KEYS)
        yield from (cell for key, cell in beside if key in LINE_KEYS)


def _site_chords(line: str) -> str:
    """A line with the chords that sites of chords tag: bare where they stand above words."""
    only_chords = not _CHORD_SITE.sub("", line).strip()
    return _CHORD_SITE.sub(r"\1" if only_chords else r"[\1]", line)


def plain(line: str) -> str:
    """A line without emphasis, its blanks single."""
    return " ".join(_STARS.sub("", _SIGNS.sub("", line)).split())


def _visible(text: str) -> Iterable[str]:
    """The characters of ``text`` but those that nobody sees, unless a script needs them to join letters."""
    for index, letter in enumerate(text):
        if letter == "\u00a0":
            yield " "
        elif unicodedata.category(letter) != "Cf" or (
            letter in "\u200c\u200d" and min(text[max(0, index - 1)], text[index + 1 : index + 2]) > "\u05ff"
        ):
            yield letter


def _without_prefixes(lines: list[str]) -> list[str]:
    """Lines without quote marks and bullets, and without numbers where these count the lines."""
    bare = [
        line[match.end() :] if (match := _PREFIX.match(line)) and match[0].strip() else line for line in lines
    ]
    numbers = [int(match[1]) if (match := _NUMBER.match(line)) else None for line in bare]
    alone = [index for index, line in enumerate(bare) if _numbers_stanza(bare, index)]
    if len(alone) > 1 and [int(bare[index].strip(" .)")) for index in alone] == list(
        range(1, len(alone) + 1)
    ):
        return _without_prefixes([line for index, line in enumerate(bare) if index not in alone])
    counted = [number for number in numbers if number is not None]
    if len(counted) > 1 and all(b in (a + 1, 1) for a, b in pairwise(counted)):
        begins = [not "".join(bare[max(0, index - 1) : index]).strip() for index in range(len(bare))]
        numbered = [index for index, number in enumerate(numbers) if number is not None]
        stanzas = all(begins[index] and "".join(bare[index + 1 : index + 2]).strip() for index in numbered)
        return [
            part
            for line, number in zip(bare, numbers, strict=True)
            for part in ((f"[Verse {number}]",) if stanzas and number is not None else ())
            + (_NUMBER.sub("", line, count=1),)
        ]
    return bare


def _numbers_stanza(lines: list[str], index: int) -> bool:
    """Whether a line is a number that stands above a stanza."""
    below = lines[index + 1].strip() if index + 1 < len(lines) else ""
    above = lines[index - 1].strip() if index else ""
    return bool(re.fullmatch(r"\s*\d{1,2}[.)]?\s*", lines[index])) and below != "" and not above


def _in_order_of_time(lines: list[str]) -> tuple[list[str], bool]:
    """Lines without LRC times, in the order of those; one with several times stands at each of them."""
    bare = [[] if _LEADING_TIMES.match(line) else _bare_times(line) for line in lines]
    if sum(map(bool, bare)) < 2:  # One number such as "4:20" may well be sung, not so in brackets.
        bare = [
            times if re.match(r"\s*\([\d:.]+\)\s+[^\W\da-z]", line) else []
            for times, line in zip(bare, lines, strict=True)
        ]
    placed: list[tuple[float, int, str]] = []
    now, found = 0.0, False
    waiting: list[int] = []
    for number, line in enumerate(lines):
        times: list[float] = bare[number]
        rest = line[match.end() :] if times and (match := _LONE_TIME.match(line)) else line
        if leading := _LEADING_TIMES.match(rest):
            times = [_seconds(time) for time in _TIMES.findall(leading[0])]
            rest = rest[leading.end() :]
        stripped = _TIMES.sub("", rest)
        found = found or bool(times) or stripped != rest
        if not times:
            waiting.append(len(placed))
            placed.append((now, number, stripped))
            continue
        if len(times) == 1 or min(times) >= now:
            now = min(times)
        for index in waiting:  # A heading without a time belongs to the line below it.
            placed[index] = (min(times), placed[index][1], placed[index][2])
        waiting.clear()
        placed += [(time, number, stripped) for time in times]
    return [line for _, _, line in sorted(placed, key=lambda item: item[:2])] if found else lines, found


def _bare_times(line: str) -> list[float]:
    """The time that a line begins with, not in brackets, as subtitles have it."""
    match = _LONE_TIME.match(line)
    return [_seconds(match[1])] if match else []


def _seconds(time: str) -> float:
    parts = re.split(r"[:.,]", time)
    whole = time.count(":") if "." in time or "," in time else min(time.count(":"), 1)
    total = 0.0
    for part in parts[: whole + 1]:
        total = total * 60 + int(part)
    return total + (float(f"0.{parts[whole + 1]}") if len(parts) > whole + 1 else 0.0)
