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
    {"IV": "ii", "ii": "IV", "vi": "iii", "IVmaj7": "ii7", "vi7": "iii7"},
    {"VI": "iv", "iv": "VI", "III": "VI", "VII": "v", "VImaj7": "iv7", "iv7": "VImaj7"},
)
"""Chords that share two tones and can stand for each other, in major and in minor; nothing stands for the
tonic and what leads there."""

_DOMINANTS = re.compile(r"V(?!I)|b?VII|bII|v(?!i)")
"""Chords that want to resolve to the tonic: the dominant, and what serves as one."""
_SECONDARY = re.compile(r"VI7$|II7$|III7$|I7$")
"""Dominants of other degrees: they lead on, but not home."""


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


def _is_home(word: str, key: Key) -> bool:
    """Say whether a bar begins on the tonic."""
    return parse_numeral(word.split(",")[0], key).root == key.tonic


def _leads_home(word: str) -> bool:
    """Say whether a bar ends on a dominant of the tonic."""
    return _DOMINANTS.match(word.split(",")[-1]) is not None


def _leads_on(word: str) -> bool:
    """Say whether a bar ends on a chord that wants to resolve, and if it is not to the tonic."""
    return _leads_home(word) or _SECONDARY.match(word.split(",")[-1]) is not None


def _home_word(style: Style, key: Key, words: list[str]) -> str:
    """Give the numeral of the tonic as a section, or else the style, plays it where it comes to rest.

    That is with a sixth for a major seventh, which a tune that rests on the root would rub against, and
    without the seventh of a minor chord, which makes it half its relative.
    """
    own = [name for word in (*words, *_style_progressions(style, key)) for name in re.split("[ ,]", word)]
    name = next((name for name in own if _is_home(name, key)), "i" if key.minor else "I")
    return {"i9": "iadd9", "i7": "i", "Imaj9": "I6", "Imaj7": "I6"}.get(name, name)


def _cadence_chord(style: Style, key: Key, words: list[str]) -> str | None:
    """Give the numeral that leads home: the style's dominant, or what it has for one; ``None`` for a vamp.

    A minor key borrows the leading tone of its dominant where the style does not live on a mode of its own.
    """
    if key.mode:
        return modes.modal_cadence_chord(style, key)
    own = [name for line in _style_progressions(style, key) for name in re.split("[ ,]", line)]
    if len(set(own)) <= 2 or "ambient" in (style.name, *style.parents):
        return None
    for begin in ("V(?!I)", "b?VII", "IV|iv", "v(?!i)"):
        if found := next((word for word in (*words, *own) if re.match(begin, word)), None):
            break
    if key.minor and style.scale not in ("dark", "modal") and found and not re.match("V(?!I)", found):
        return "V5" if found.endswith("5") else "V7" if any("7" in name for name in own) else "V"
    # The seventh is the key's fourth degree, without which a key sounds like that of its dominant.
    return "V7" if found == "V" and not key.minor else found


def section_numerals(style: Style, key: Key, sections: list[Section], seed: int) -> list[list[str]]:
    """Give the Roman numerals of every section, one word a bar.

    A piece begins at home and returns there: the loop of its first and of its last section is turned so that
    it begins on the tonic, and a section ends in a cadence. Where the next one begins at home, its last bar
    leads there; elsewhere it arrives before the next one sets out. Long sections arrive in any case: choruses
    stay, others lead on.
    """
    loops = []
    for number, section in enumerate(sections):
        loop = progression(style, key, section.label, seed)
        if number in (0, len(sections) - 1) or section.label in ("intro", "outro"):
            loop = _from_home(loop, style, key)
        loops.append(loop)
    found = []
    for number, (section, loop) in enumerate(zip(sections, loops, strict=True)):
        words = [loop[index % len(loop)] for index in range(section.bars)]
        if section.label != "bridge":
            _pass_home(words, loop, style, key)
        last = number + 1 == len(sections)
        leads_on = last or _is_home(loops[number + 1][0], key)
        _close(words, loop, style, key, leads_on, stays=section.label in ("chorus", "drop") and not last)
        found.append(words)
    return found


def _from_home(loop: list[str], style: Style, key: Key) -> list[str]:
    """Turn a loop of four bars so that it begins on the tonic; one that has none sets out from there."""
    if len(loop) > 4 or _is_home(loop[0], key):
        return loop
    at = next((index for index, word in enumerate(loop) if _is_home(word, key)), 0)
    return loop[at:] + loop[:at] if at else [_home_word(style, key, loop), *loop[1:]]


def _pass_home(words: list[str], loop: list[str], style: Style, key: Key) -> None:
    """Let a loop that keeps away from the tonic pass it every second time, in place of the mediant."""
    if any(_is_home(name, key) for word in loop for name in word.split(",")):
        return
    for index in range(len(loop), len(words)):
        if index // len(loop) % 2 and re.match("iii|III(?!7)", words[index]):
            words[index] = ",".join([_home_word(style, key, loop), *words[index].split(",")[1:]])


def _close(words: list[str], loop: list[str], style: Style, key: Key, leads_on: bool, *, stays: bool) -> None:
    """Bring a section to a cadence, in place: a half close or a full one."""
    dominant = _cadence_chord(style, key, loop)
    if len(words) < 2 or dominant is None:
        return
    home = _home_word(style, key, loop)
    turns = _is_home(words[-2], key) and _leads_on(words[-1])
    if turns or _is_home(words[-1], key):
        if not leads_on and not _is_home(words[-1], key):
            words[-1] = home
        return
    if len(words) < 8 and leads_on and not _leads_home(words[-2]):
        plagal = words[-1].split(",")[-1].startswith(("IV", "iv"))
        if not (plagal or _leads_on(words[-1])):
            words[-1] = dominant
        return
    if not (_leads_home(words[-2]) or _is_home(words[-2], key)):
        words[-2] = f"{words[-2].split(',')[0]},{dominant}"
    words[-1] = f"{home},{dominant}" if leads_on and not stays else home


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
    numerals = section_numerals(style, key, sections, seed)
    chords: list[Chord] = []
    for bar in bars:
        if bar.ending:
            chords += [home] * bar.beats
            continue
        own = numerals[bar.section]
        word = own[min(bar.index, len(own) - 1)]
        if timeline.ending and bar is bars[-2] and (key.mode or not _leads_on(word)):
            # The last chord is the tonic; what comes before leads there.
            word = _cadence_chord(style, key, own) or word
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
