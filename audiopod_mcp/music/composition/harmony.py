"""Which chord when: progressions by section, or the chords of a given grid."""

from __future__ import annotations

import re
import zlib

import numpy as np

from audiopod_mcp.music.composition import modes
from audiopod_mcp.music.composition.form import Section
from audiopod_mcp.music.composition.timeline import Bar, Timeline
from audiopod_mcp.music.model import Span
from audiopod_mcp.music.styles import Style
from audiopod_mcp.music.theory import Chord, Key, numeral, parse_chord

_KIN = {
    "pre-chorus": "bridge",
    "build": "verse",
    "solo": "chorus",
    "drop": "chorus",
    "intro": "verse",
    "outro": "chorus",
    "break": "bridge",
}

_RELATIVES = (
    {"IV": "ii", "ii": "IV", "vi": "iii", "V": "iii", "I": "vi", "IVmaj7": "ii7", "vi7": "iii7"},
    {"VI": "iv", "iv": "VI", "III": "VI", "VII": "v", "VImaj7": "iv7", "iv7": "VImaj7", "v": "VII"},
)
"""Chords that share two tones and can stand for each other, in major and in minor."""

_LEADING = re.compile(r"V(?!I)|b?VII|bII|v(?!i)|I7$|VI7$|II7$|III7$")
"""Chords that want to go on: dominants, and what serves as one."""


def generator(seed: int, *names: str | int) -> np.random.Generator:
    """A random stream of its own for everything that's called by ``names``."""
    return np.random.default_rng([seed & 0xFFFFFFFF, *(zlib.crc32(str(name).encode()) for name in names)])


def tonic(style: Style, key: Key) -> Chord:
    """The chord a piece comes to rest on, in the style's colour."""
    words = _vocabulary(style, key)
    first = words[0].split()[0].split(",")[0]
    chosen = (
        first
        if first.lower().startswith("i") and not first.lower().startswith(("ii", "iv"))
        else "i"
        if key.minor
        else "I"
    )
    return numeral(chosen, key)


def _vocabulary(style: Style, key: Key) -> tuple[str, ...]:
    """The progressions that a style has in a key."""
    return modes.turns(style, key) if key.mode else style.minor if key.minor else style.major


def progression(style: Style, key: Key, label: str, seed: int) -> list[str]:
    """Numerals of a section, one word a bar. Sections of one label share them; chorus and verse differ,
    where the style has more than one. Here and there a chord is replaced by its relative.
    """
    label = _KIN.get(label, label)
    words = _vocabulary(style, key)
    if label == "bridge" and not key.mode:
        return style.bridge[key.minor].split()
    chance = generator(seed, "progression")
    first = int(chance.integers(len(words)))
    if label == "bridge":
        return words[(first + len(words) // 2) % len(words)].split()
    second = (first + 1 + int(chance.integers(max(1, len(words) - 1)))) % len(words)
    chosen = words[second if label == "chorus" else first].split()
    if len(chosen) == 4 and not key.mode:
        relatives = _RELATIVES[key.minor]
        lots = generator(seed, "relatives", "chorus" if label == "chorus" else "verse").random(len(chosen))
        chosen[1:-1] = [
            relatives[word] if word in relatives and lot < 0.45 else word
            for word, lot in zip(chosen[1:-1], lots[1:-1], strict=True)
        ]
    return chosen


def _begins_at_home(style: Style, key: Key, bar: Bar, sections: list[Section], seed: int) -> bool:
    """Whether the section after this bar's begins with the tonic."""
    if bar.section + 1 == len(sections):
        return True
    first = progression(style, key, sections[bar.section + 1].label, seed)[0]
    return numeral(first.split(",")[0], key).root == key.tonic


def _close(style: Style, key: Key, words: list[str]) -> str | None:
    """The chord that leads home in this style: its dominant, or what it has for one; ``None`` for a vamp."""
    if key.mode:
        return modes.close(style, key)
    own = [
        word
        for line in (style.minor if key.minor else style.major)
        for word in line.replace(",", " ").split()
    ]
    if len(set(own)) <= 2 or "drop" in style.form or "ambient" in (style.name, *style.kin):
        return None
    for begin in ("V(?!I)", "b?VII", "IV|iv", "v(?!i)"):
        if found := next((word for word in (*words, *own) if re.match(begin, word)), None):
            return found
    return None


def chords_of(
    timeline: Timeline,
    bars: list[Bar],
    sections: list[Section],
    style: Style,
    key: Key,
    seed: int,
    given: tuple[str, ...] = (),
) -> list[Chord]:
    """A chord for every beat of the timeline; ``given`` labels (one a beat) come first."""
    home = tonic(style, key)
    if given:
        return _given(timeline.beats, given, home)
    chords: list[Chord] = []
    for bar in bars:
        label = sections[bar.section].label
        words = progression(style, key, label, seed)
        word = words[bar.index % len(words)]
        if bar.ending:
            chords += [home] * bar.beats
            continue
        final = timeline.ending and bar is bars[-2]
        if (bar.last and bar.index >= 3) or final:
            # A close leads into the next section, and the last one home.
            leads = word.split(",")[-1]
            plagal = leads.startswith(("IV", "iv"))
            if final or not (
                (plagal and _begins_at_home(style, key, bar, sections, seed)) or _LEADING.match(leads)
            ):
                word = _close(style, key, words) or word
        names = word.split(",")
        for beat in range(bar.beats):
            chords.append(numeral(names[min(len(names) - 1, beat * len(names) // bar.beats)], key))
    return chords


def _given(beats: int, labels: tuple[str, ...], home: Chord) -> list[Chord]:
    parsed = [parse_chord(label) for label in labels]
    chords: list[Chord] = []
    previous = next((chord for chord in parsed if chord), home)
    for beat in range(beats):
        found = (
            parsed[beat * len(parsed) // beats]
            if len(parsed) > 2 * beats
            else parsed[min(beat, len(parsed) - 1)]
        )
        previous = found or previous
        chords.append(previous)
    return chords


def spans_of(chords: list[Chord], timeline: Timeline) -> tuple[Span, ...]:
    """The chords with their times, equal neighbours joined."""
    spans: list[Span] = []
    for beat, chord in enumerate(chords):
        start = min(float(timeline.times[beat]), timeline.duration)
        end = (
            timeline.duration
            if beat == len(chords) - 1
            else min(float(timeline.times[beat + 1]), timeline.duration)
        )
        if spans and spans[-1].label == chord.label:
            spans[-1] = Span(spans[-1].start, end, chord.label)
        elif end > start:
            spans.append(Span(start, end, chord.label))
    return tuple(spans)
