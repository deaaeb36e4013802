"""The LRC format: lyrics with the time of every line, and of every word where known."""

from __future__ import annotations

import re
from collections.abc import Sequence

from audiopod_mcp.music.model import LyricLine

_TIME = r"(\d{1,4}):(\d{1,2})(?:[.:](\d{1,3}))?"
_LINE_TIME = re.compile(rf"\[{_TIME}\]")
_WORD_TIME = re.compile(rf"<{_TIME}>")
_TAG = re.compile(r"\[([a-zA-Z#]\w*)\s*:(.*)\]\s*$")
_LAST_LINE_LENGTH = 4.0
"""Seconds the last line lasts when nothing tells its end."""
_MIN_PAUSE = 3.0
"""A pause at least this long after a line is marked by an empty line, so that players clear the screen."""


def to_lrc(
    lines: Sequence[LyricLine],
    title: str | None = None,
    artist: str | None = None,
    length: float | None = None,
    remark: str | None = None,
    *,
    words: bool = False,
) -> str:
    """Lyrics as LRC text, sorted by time.

    Times are ``[mm:ss.xx]``, one a line, and for ``words`` that have times the enhanced form's
    ``<mm:ss.xx>``, which many players show as text. An empty line
    marks the end of a line before a pause, and of the last one. Time marks within the text itself are left
    out: a player would believe them.

    Parameters
    ----------
    lines : sequence of LyricLine
    title, artist : str, optional
    length : float, optional
        Of the recording, seconds.
    remark : str, optional
        Becomes a ``[#:…]`` comment, which players pass over.
    words : bool
        Whether the times of words are written, too.

    Returns
    -------
    str
    """
    tags = (
        ("ti", title),
        ("ar", artist),
        ("length", None if length is None else _stamp(length)[:-3]),
        ("re", "audiopod-mcp" if remark else None),
        ("#", remark),
    )
    out = [f"[{name}:{_clean(value)}]" for name, value in tags if value]
    ordered = sorted(lines, key=lambda line: line.start)
    for index, line in enumerate(ordered):
        out.append(f"[{_stamp(line.start)}]{_content(line) if words else _clean(line.text)}")
        following = ordered[index + 1].start if index + 1 < len(ordered) else None
        if line.end > line.start and (following is None or following - line.end >= _MIN_PAUSE):
            out.append(f"[{_stamp(line.end)}]")
    return "\n".join(out) + "\n" if out else ""


def from_lrc(text: str) -> tuple[LyricLine, ...]:
    """The timed lines of LRC text.

    It may have several times before one line, enhanced word times, hundredths and thousandths, and
    ``[offset:…]`` (milliseconds, positive: earlier). A line ends where the next one (or an empty one) begins.

    Parameters
    ----------
    text : str

    Returns
    -------
    tuple of LyricLine
        In order of time; whatever is not timed is passed over, never an error.
    """
    offset = 0.0
    length: float | None = None
    found: list[tuple[float, str]] = []
    for raw in text.lstrip("\ufeff").splitlines():
        rest, starts = raw.strip(), []
        while match := _LINE_TIME.match(rest):
            starts.append(_seconds(match))
            rest = rest[match.end() :]
        if starts:
            found += [(start, rest.strip()) for start in starts]
        elif tag := _TAG.match(rest):
            name, value = tag.group(1).lower(), tag.group(2).strip()
            if name == "offset" and re.fullmatch(r"[+-]?\d{1,9}", value):
                offset = int(value) / 1000
            elif name == "length" and (match := _LINE_TIME.match(f"[{value}]")):
                length = _seconds(match)
    found.sort(key=lambda item: item[0])
    lines = []
    for index, (start, content) in enumerate(found):
        plain, words, last = _words(content)
        if not plain:
            continue
        later = (time for time, _ in found[index + 1 :] if time > start)
        end = next(later, None) or (length if length and length > start else start + _LAST_LINE_LENGTH)
        if last is not None and start < last < end:
            end = last
        moved = tuple((max(0.0, time - offset), word) for time, word in words)
        lines.append(LyricLine(max(0.0, start - offset), max(0.0, end - offset), plain, moved))
    return tuple(lines)


def _content(line: LyricLine) -> str:
    """A line's text, with the times of its words where they are those of the text."""
    words = [(start, _clean(word)) for start, word in line.words]
    text = _clean(line.text)
    if words and " ".join(word for _, word in words) == text:
        return " ".join(f"<{_stamp(start)}>{word}" for start, word in words)
    return text


def _words(content: str) -> tuple[str, tuple[tuple[float, str], ...], float | None]:
    """The plain text, the timed words, and the time after the last word where one is given."""
    marks = list(_WORD_TIME.finditer(content))
    if not marks:
        return " ".join(content.split()), (), None
    ends = [mark.start() for mark in marks[1:]] + [len(content)]
    pieces = [
        (_seconds(mark), " ".join(content[mark.end() : end].split()))
        for mark, end in zip(marks, ends, strict=True)
    ]
    words = tuple((start, word) for start, word in pieces if word)
    plain = " ".join(_WORD_TIME.sub("", content).split())
    return plain, words, None if pieces[-1][1] else pieces[-1][0]


def _clean(text: str) -> str:
    """Text on one line, spaces single, without anything that reads as a time."""
    previous = None
    while text != previous:
        previous, text = text, _WORD_TIME.sub("", _LINE_TIME.sub("", text))
    return " ".join(text.split())


def _stamp(seconds: float) -> str:
    """A time as ``mm:ss.xx``."""
    hundredths = max(0, round(seconds * 100))
    return f"{hundredths // 6000:02d}:{hundredths // 100 % 60:02d}.{hundredths % 100:02d}"


def _seconds(match: re.Match[str]) -> float:
    """The time that :data:`_TIME` matched."""
    minutes, seconds, fraction = match.groups()
    return int(minutes) * 60 + int(seconds) + (int(fraction) / 10 ** len(fraction) if fraction else 0.0)
