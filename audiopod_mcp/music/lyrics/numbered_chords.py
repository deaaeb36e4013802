"""Chords that lyrics write by their degrees: ``1 5 6m 4`` as in Nashville, or ``I–V–vi–IV``."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from audiopod_mcp.music.theory import Key, parse_key, parse_numeral

from .chords import read_chord

_ROMAN = ("I", "II", "III", "IV", "V", "VI", "VII")
_DEGREE = re.compile(
    r"(?<![\w#♯♭])([b#♭♯]?)(VII|VI|IV|V|III|II|I|vii|vi|iv|v|iii|ii|i|[1-7](?!\d))"
    r"(m(?!aj)|min|-(?=[\s|,/]|$|7)|maj|M|dim|aug|°|ø|o|\+)?(sus[24]?|(?<=\D)(?:maj7|7|6|9|11|13)|\(7\))?"
    r"(?:/([b#♭♯]?[1-7]))?(?!\w)"
)
_BETWEEN = re.compile(r"[\s|,\-–—>→·:%]*(?:\(?[x×]\d\)?\s*)?")
_LINES = re.compile(r"(\r?\n|\\n|<br\s*/?>)")
_HEADED = re.compile(r"(?s)(.*[\]:])(.+?)(\]?\s*)")


def numbered_chords(line: str) -> list[re.Match[str]]:
    """The chords of a line that holds nothing but numbered ones; none of a line that counts or is sung."""
    found = list(_DEGREE.finditer(line)) if len(line) <= 200 else []
    if len({match[0] for match in found}) < 2 or not _BETWEEN.fullmatch(_DEGREE.sub(" ", line)):
        return []
    numbers = [match for match in found if match[2].isdigit()]
    if numbers and len(numbers) < len(found):
        return []
    steps = [int(b[2]) - int(a[2]) for a, b in pairwise(numbers)]
    marked = "|" in line or any(match[0] != match[2] for match in found)
    counted = len(set(steps)) == 1 or all(abs(step) == 1 for step in steps)
    return [] if numbers and counted and not marked else found


def in_key(lyrics: str, key: str) -> str:
    """``lyrics`` with the names that numbered chords have in ``key``, each where its number stood."""
    tonic = parse_key(key)
    charts = _charts(lyrics)
    if tonic is None or not charts:
        return lyrics
    found = [match for chart in charts for match in numbered_chords(chart)]
    minor = _is_minor(found)
    # A chart in minor may count from the relative major: vi IV I V.
    home = Key((tonic.tonic + 3) % 12) if tonic.minor and minor is False else tonic
    marked = any(match[3] or not match[2].isdigit() for match in found)
    pieces = _LINES.split(lyrics)
    pieces[::2] = [_named(piece, home, marked=marked) for piece in pieces[::2]]
    return "".join(pieces)


def mode_of_numbers(lyrics: str) -> bool | None:
    """Whether numbered chords are those of a minor key; ``None`` without any that say so."""
    return _is_minor([match for chart in _charts(lyrics) for match in numbered_chords(chart)])


def _charts(lyrics: str) -> list[str]:
    """The stretches of lyrics that are numbered chords."""
    parts = [_parted(line)[1] for line in _LINES.split(lyrics)[::2]]
    return [part for part in parts if numbered_chords(part)]


def _parted(line: str) -> tuple[str, str, str]:
    """A line as its heading, which may be empty, what may be chords, and what closes it."""
    if not numbered_chords(line) and (match := _HEADED.fullmatch(line)):
        return match[1], match[2], match[3]
    return "", line, ""


def _is_minor(found: Sequence[re.Match[str]]) -> bool | None:
    tonics = [match for match in found if match[2] in ("I", "i", "1")]
    homes = {match[2] == "i" or match[3] in ("m", "min", "-") for match in tonics}
    marked = any(match[3] or not match[2].isdigit() for match in found)
    return homes.pop() if marked and len(homes) == 1 else None


def _named(line: str, home: Key, *, marked: bool) -> str:
    head, chart, end = _parted(line)
    named, at = "", 0
    for match in numbered_chords(chart):
        gap = re.sub(r"[^\s|%]", " ", chart[at : match.start()])
        # It stands where its number stood, as far as the one before leaves room.
        late = len(named) + len(gap) - match.start()
        room = len(gap) - len(gap.rstrip(" ")) - 1
        named += gap[: len(gap) - min(late, room)] if late > 0 < room else gap
        named = named.ljust(match.start()) + _label(match, home, marked=marked)
        at = match.end()
    return f"{head}{named}{chart[at:]}{end}"


def _label(match: re.Match[str], home: Key, *, marked: bool) -> str:
    """The label of a chord; numbers of a chart without any marks are the triads of the key."""
    accidental, degree, quality, more, bass = match.groups()
    accidental = accidental.replace("♭", "b").replace("♯", "#")
    roman = _ROMAN[int(degree) - 1] if degree.isdigit() else degree
    quality = {"min": "m", "-": "m", "maj": "", "M": "", "°": "dim", "o": "dim", "ø": "m7b5", "+": "aug"}.get(
        quality or "", quality or ""
    )
    more = (more or "").strip("()")
    if (match[3] or "") in ("maj", "M") and more == "7":
        more = "maj7"
    root = parse_numeral(accidental + roman.upper(), home).root
    if degree.isdigit() and not marked and not accidental:
        quality = _TRIADS[home.minor][int(degree) - 1]
    elif degree.islower() and not quality:
        quality = "m"
    label = f"{home.names[root]}{quality}{more}"
    if bass:
        low = parse_numeral(bass[:-1].replace("♭", "b").replace("♯", "#") + _ROMAN[int(bass[-1]) - 1], home)
        label += f"/{home.names[low.root]}"
    return read_chord(label) or home.names[root]


_TRIADS = {
    False: ("", "m", "m", "", "", "m", "dim"),
    True: ("m", "dim", "", "m", "m", "", ""),
}
"""The triads on the degrees of major and of natural minor."""
