"""Which chord when: progressions by section, or the chords of a given grid."""

from __future__ import annotations

import zlib

import numpy as np

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


def generator(seed: int, *names: str | int) -> np.random.Generator:
    """A random stream of its own for everything that's called by ``names``."""
    return np.random.default_rng([seed & 0xFFFFFFFF, *(zlib.crc32(str(name).encode()) for name in names)])


def tonic(style: Style, key: Key) -> Chord:
    """The chord a piece comes to rest on, in the style's colour."""
    words = style.minor if key.minor else style.major
    first = words[0].split()[0].split(",")[0]
    chosen = (
        first
        if first.lower().startswith("i") and not first.lower().startswith(("ii", "iv"))
        else "i"
        if key.minor
        else "I"
    )
    return numeral(chosen, key)


def progression(style: Style, key: Key, label: str, seed: int) -> list[str]:
    """Numerals of a section, one word a bar. Sections of one label share them; chorus and verse differ."""
    label = _KIN.get(label, label)
    words = style.minor if key.minor else style.major
    if label == "bridge":
        return style.bridge[key.minor].split()
    first = int(generator(seed, "progression").integers(len(words)))
    return words[(first + (label == "chorus")) % len(words)].split()


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
        if bar.last and bar.index >= 3 and bar.section + 1 < len(sections) and len(words) == 4:
            # A half close leads into the next section, unless the style turns round by itself.
            word = {"jazz": word, "bossa nova": word}.get(style.name, words[-1] if "V" in words[-1] else word)
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
