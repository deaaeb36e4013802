"""Chords written into lyrics: ``[Am]word``, lines of chords over words, bars of chords."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from audiopod_mcp.music.theory import Key, parse_chord, parse_note

NO_CHORD = "N"
"""Where nobody plays chords: ``N.C.``"""

_QUALITY = (
    r"(?:maj|min|mi|m|M|dim|aug|sus|add|no|alt|omit|[-+°ºøΔ△]"
    r"|[b#♭♯]?(?:2|4|5|6|7|9|11|13|69)|\((?=[^()]{1,8}\))|\)|,)*"
)
_CHORD = re.compile(rf"[A-G](?:##?|bb?|♯|♭)?{_QUALITY}(?:/(?:[A-G](?:#|b|♯|♭)?|9))?\*?")
_ROUND = re.compile(r"\(([^()\n]{1,60})\)")
_SILENCE = re.compile(r"N\.?\s?C\.?|NC|tacet", re.IGNORECASE)
_BETWEEN = re.compile(r"[|:./%~\-–—,]+|\(?[x×]\s?\d\)?|\(?\d\s?[x×]\)?|\*+")
_REPEAT_OF_LINE = re.compile(r"\(?(?:[x×]\s?(\d)|(\d)\s?[x×])\)?")
_MAJOR, _MINOR = (0, 2, 4, 5, 7, 9, 11), (0, 2, 3, 5, 7, 8, 10)


def read_chord(text: str) -> str | None:
    """The label of a chord such as ``Am7``, ``F♯m/C#``, ``N`` for ``N.C.``, or ``None``."""
    text = text.strip().rstrip(",;")
    text = text.strip("()") if text.count("(") != text.count(")") else text
    if _SILENCE.fullmatch(text):
        return NO_CHORD
    if not _CHORD.fullmatch(text) or len(text) > 16:
        return None
    text = text.rstrip("*").replace("♯", "#").replace("♭", "b").replace("Δ", "maj7").replace("△", "maj7")
    text = text.removesuffix("/9").replace("maj77", "maj7").replace("º", "°")
    text = re.sub(r"(?<=[A-G#b])mi(?!n)", "m", text)
    return text if parse_chord(text) is not None else None


def bracketed(lines: Sequence[str]) -> list[str]:
    """Lines with chords in letters, those in round brackets, ``(Am)word (F)word``, in square ones."""
    lines = [in_letters(line) for line in lines]
    found = [chord_line(content) or [] for line in lines for content in _ROUND.findall(line)]
    labels = [label for chords in found for _, label in chords]
    if (len(labels) < 2 and NO_CHORD not in labels) or all(
        len(label) == 1 and label != NO_CHORD for label in labels
    ):
        return list(lines)
    return [_ROUND.sub(lambda m: f"[{m[1]}]" if chord_line(m[1]) else m[0], line) for line in lines]


_SYLLABLES = {"do": "C", "re": "D", "ré": "D", "mi": "E", "fa": "F", "sol": "G", "la": "A", "si": "B"}
_SYLLABLE = re.compile(r"(?<![^\s|\[/])(Do|R[eé]|Mi|Fa|Sol|La|Si|DO|R[EÉ]|MI|FA|SOL|LA|SI)(?![^\W\dm])")


def in_letters(line: str) -> str:
    """A line of chords with Italian names, ``Re | Lam``, in letters; another line as it is."""
    bare = re.sub(r"\[[^\[\]]*\]", lambda bracket: _lettered(bracket[0]), line)
    named = re.sub(r"[^\s|]+", lambda word: _lettered(word[0]), bare)
    chords = chord_line(named)
    marked = re.search(r"\||\S {2,}\S|\w(?:[#b♯♭\d]|m(?!\w))", line)
    return named if chords and len(chords) > 1 and marked else bare


def _lettered(chord: str) -> str:
    letters = _SYLLABLE.sub(lambda name: _SYLLABLES[name[0].lower()], chord)
    return letters.ljust(len(chord)) if "[" not in chord else letters


def is_played_whole(label: str) -> bool:
    """Whether a chord is played with all its tones, and not as the triad it is built on."""
    chord = parse_chord(label)
    plain_triad = re.fullmatch(r"[A-G](?:#|b)*(?:maj|min|m|M|dim|aug|[-+°])?(?:/.*)?", label)
    return chord is None or bool(plain_triad) or len(chord.intervals) > 3 or bool(re.search(r"5$|sus", label))


def chord_line(line: str) -> list[tuple[int, str]] | None:
    """The chords of a line that holds nothing else, each with its column; ``None`` for another line."""
    found: list[tuple[int, str]] = []
    for match in re.finditer(r"\S+", line.replace("|", " ")):
        word = match[0]
        if (label := read_chord(word.strip("[]"))) is not None:
            found.append((match.start(), label))
        elif not _BETWEEN.fullmatch(word):
            return None
    return found or None


def is_surely_chords(line: str) -> bool:
    """Whether a line of what may be chords can't be words: letters alone, evenly spaced, may be sung."""
    words = re.findall(r"[^\s|]+", line)
    return (
        "|" in line
        or any(len(word) > 1 and read_chord(word.strip("[]")) is not None for word in words)
        or bool(re.search(r"\S {2,}\S|^ ", line))
    )


def is_alphabet(labels: Sequence[str]) -> bool:
    """Whether letters are those of the alphabet in turn, which children sing."""
    return len(labels) > 2 and all(
        len(a) == len(b) == 1 and ord(b) == ord(a) + 1 for a, b in pairwise(labels)
    )


def chord_bars(line: str) -> list[tuple[str, ...]]:
    """The bars of a line of chords: one chord a bar where no bar lines say otherwise."""
    if "|" in line:
        bars: list[tuple[str, ...]] = []
        for bar in line.split("|"):
            labels = tuple(label for word in bar.split() if (label := read_chord(word)) is not None)
            if labels:
                bars.append(labels)
            elif "%" in bar and bars:
                bars.append(bars[-1])
    else:
        bars = [(label,) for _, label in chord_line(line) or ()]
    again = _REPEAT_OF_LINE.search(line)
    return bars * min(8, int(again[1] or again[2]) if again else 1)


def bass_of(label: str) -> int | None:
    """The pitch class of a slash chord's bass, ``None`` without one."""
    _, slash, bass = label.partition("/")
    note = parse_note(bass) if slash else None
    return note[0] if note else None


def key_of_chords(labels: Sequence[str]) -> str | None:
    """The key in which chords are at home, ``None`` where there are none.

    Of the keys whose scale has most of their tones it is the one whose tonic is among them, and begins or
    ends them.
    """
    chords = [chord for label in labels if (chord := parse_chord(label)) is not None]
    if not chords:
        return None

    def fit(key: Key) -> float:
        scale = {(key.tonic + step) % 12 for step in (_MINOR if key.minor else _MAJOR)}
        inside = sum(tone in scale for chord in chords for tone in chord.tones[:3])
        homes = [chord.root == key.tonic and chord.minor == key.minor for chord in chords]
        fifth = any(chord.root == (key.tonic + 7) % 12 and not chord.minor for chord in chords)
        ends = 1.5 * homes[0] + 1.5 * homes[-1]
        return inside / (3 * len(chords)) * 10 + ends + sum(homes) / len(homes) + 0.5 * (fifth and any(homes))

    return str(max((Key(tonic, minor) for minor in (False, True) for tonic in range(12)), key=fit))
