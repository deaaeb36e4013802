"""Harmony: a chord for every beat, from the style's progressions or from a grid that is given."""

from __future__ import annotations

import re

from audiopod_mcp.music.model import Span
from audiopod_mcp.music.styles import Style
from audiopod_mcp.music.theory import Chord, Key, parse_chord, parse_numeral

from . import modes
from .form import Section
from .random_streams import random_stream
from .timeline import Bar, Timeline

SHARED_HARMONY = {
    "pre-chorus": "bridge",
    "build": "verse",
    "solo": "chorus",
    "drop": "chorus",
    "intro": "verse",
    "outro": "chorus",
    "break": "bridge",
}

_SUBSTITUTES = (
    {"IV": "ii", "ii": "IV", "vi": "iii", "V": "iii", "I": "vi", "IVmaj7": "ii7", "vi7": "iii7"},
    {"VI": "iv", "iv": "VI", "III": "VI", "VII": "v", "VImaj7": "iv7", "iv7": "VImaj7", "v": "VII"},
)
"""Chords that share two tones and can stand for each other, in major and in minor."""

_DOMINANTS = re.compile(r"V(?!I)|b?VII|bII|v(?!i)|I7$|VI7$|II7$|III7$")
"""Chords that want to resolve: dominants, and what serves as one."""


def tonic_chord(style: Style, key: Key) -> Chord:
    """Give the tonic chord as the style plays it: a triad, a power chord, with its seventh …"""
    first = _style_progressions(style, key)[0].split()[0].split(",")[0]
    if first.lower().startswith("i") and not first.lower().startswith(("ii", "iv")):
        return parse_numeral(first, key)
    return parse_numeral("i" if key.minor else "I", key)


def _style_progressions(style: Style, key: Key) -> tuple[str, ...]:
    """Give the progressions that a style has in a key."""
    if key.mode:
        return modes.modal_progressions(style, key)
    return style.minor if key.minor else style.major


def progression(style: Style, key: Key, label: str, seed: int) -> list[str]:
    """Choose the Roman numerals of a section, one word a bar.

    Sections of one label share them. Chorus and verse differ where the style has more than one progression.
    Here and there a chord is replaced by its relative.
    """
    label = SHARED_HARMONY.get(label, label)
    words = _style_progressions(style, key)
    if label == "bridge" and not key.mode:
        return style.bridge[key.minor].split()
    chance = random_stream(seed, "progression")
    first = int(chance.integers(len(words)))
    if label == "bridge":
        return words[(first + len(words) // 2) % len(words)].split()
    second = (first + 1 + int(chance.integers(max(1, len(words) - 1)))) % len(words)
    chosen = words[second if label == "chorus" else first].split()
    if len(chosen) == 4 and not key.mode:
        relatives = _SUBSTITUTES[key.minor]
        lots = random_stream(seed, "relatives", "chorus" if label == "chorus" else "verse").random(
            len(chosen)
        )
        chosen[1:-1] = [
            relatives[word] if word in relatives and lot < 0.45 else word
            for word, lot in zip(chosen[1:-1], lots[1:-1], strict=True)
        ]
    return chosen


def _next_starts_on_tonic(style: Style, key: Key, bar: Bar, sections: list[Section], seed: int) -> bool:
    """Say whether the section after this bar's begins on the tonic."""
    if bar.section + 1 == len(sections):
        return True
    first = progression(style, key, sections[bar.section + 1].label, seed)[0]
    return parse_numeral(first.split(",")[0], key).root == key.tonic


def _cadence_chord(style: Style, key: Key, words: list[str]) -> str | None:
    """Give the numeral that leads home: the style's dominant, or what it has for one; ``None`` for a vamp."""
    if key.mode:
        return modes.modal_cadence_chord(style, key)
    own = [
        word
        for line in (style.minor if key.minor else style.major)
        for word in line.replace(",", " ").split()
    ]
    if len(set(own)) <= 2 or "drop" in style.form or "ambient" in (style.name, *style.parents):
        return None
    for begin in ("V(?!I)", "b?VII", "IV|iv", "v(?!i)"):
        if found := next((word for word in (*words, *own) if re.match(begin, word)), None):
            return found
    return None


def chords_by_beat(
    timeline: Timeline,
    bars: list[Bar],
    sections: list[Section],
    style: Style,
    key: Key,
    seed: int,
    given: tuple[str, ...] = (),
) -> list[Chord]:
    """Choose a chord for every beat of the timeline; ``given`` labels, one a beat, replace the style's
    own.
    """
    home = tonic_chord(style, key)
    if given:
        return _grid_chords(timeline.beats, given, home)
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
            # A cadence leads into the next section, and the last one to the tonic.
            leads = word.split(",")[-1]
            plagal = leads.startswith(("IV", "iv"))
            if final or not (
                (plagal and _next_starts_on_tonic(style, key, bar, sections, seed)) or _DOMINANTS.match(leads)
            ):
                word = _cadence_chord(style, key, words) or word
        names = word.split(",")
        for beat in range(bar.beats):
            chords.append(parse_numeral(names[min(len(names) - 1, beat * len(names) // bar.beats)], key))
    return chords


def _grid_chords(beats: int, labels: tuple[str, ...], home: Chord) -> list[Chord]:
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


def chord_spans(chords: list[Chord], timeline: Timeline) -> tuple[Span, ...]:
    """Give the chords with their times, s; equal neighbours are joined."""
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
