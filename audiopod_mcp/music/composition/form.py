"""The form of a piece: its sections, how long and how intense they are, and which lines are sung in them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from audiopod_mcp.music.lyrics.text import ChordMarks
from audiopod_mcp.music.model import Staging
from audiopod_mcp.music.styles import Style
from audiopod_mcp.music.theory import Metre

from .stanzas import Stanza, count_sung_syllables

NOMINAL_BARS = {
    "intro": 4,
    "verse": 8,
    "pre-chorus": 4,
    "chorus": 8,
    "bridge": 8,
    "solo": 8,
    "break": 8,
    "build": 8,
    "drop": 16,
    "outro": 4,
}
"""Bars of a section where there is time for them."""
SECTION_INTENSITY = {
    "intro": 0.38, "verse": 0.56, "pre-chorus": 0.68, "chorus": 0.92, "bridge": 0.58, "solo": 0.85,
    "break": 0.3, "build": 0.62, "drop": 1.0, "outro": 0.42,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Section:
    """A section of a song."""

    label: str
    bars: int
    intensity: float
    """0 to 1; it decides who plays, and how loud."""
    lines: tuple[str, ...] = ()
    """The lines that are sung in it."""
    beats_per_line: float = 0.0
    chords: tuple[ChordMarks, ...] = ()
    """The chords that are written over each line; empty where none are."""
    written: tuple[tuple[str, ...], ...] = ()
    """Chords that are written by themselves, by bars."""
    soloist: str | None = None
    """The instrument that has the melody here."""
    stanza: int | None = None
    """Which section of the lyrics it is, from 0; ``None`` for one that they do not have."""


_LINE_PACES = (
    # Tried in this order: the share of the comfortable time for a line, bars of intro, bars of outro.
    (1.0, 4, 4), (1.0, 4, 2), (1.0, 2, 2), (1.0, 0, 1), (1.0, 0, 0), (0.75, 2, 2), (0.75, 0, 0),
    (0.5, 2, 2), (0.5, 0, 1), (0.5, 0, 0),
    (0.375, 0, 0), (0.25, 0, 0), (0.125, 0, 0),
)  # fmt: skip


def section_intensity(label: str, energy: float) -> float:
    """Give the intensity, 0 to 1, of a section in a piece of that ``energy``."""
    base = SECTION_INTENSITY.get(label, 0.6)
    return min(1.0, base * (0.72 + 0.5 * energy))


def emphasised(sections: Sequence[Section], emphasis: Sequence[tuple[str, int]]) -> list[Section]:
    """Give sections of which those of a label are stronger (1) or weaker (-1) than those between the ends."""
    found = list(sections)
    for label, more in emphasis:
        others = [part.intensity for part in found if part.label not in (label, "intro", "outro")]
        own = [part.intensity for part in found if part.label == label]
        if not (others and own):
            continue
        if more < 0 and max(own) >= min(others):
            found = [_at_most(part, 0.7 * min(others)) if part.label == label else part for part in found]
        elif more > 0 and min(own) <= max(others):
            strong = min(1.0, max(others) + 0.1)
            found = [
                replace(part, intensity=strong) if part.label == label else _at_most(part, 0.65 * strong)
                for part in found
            ]
    return found


def staged_strengths(sections: Sequence[Section], staging: Sequence[Staging]) -> list[Section]:
    """Give sections of which those whose tag says so are stronger or weaker than the others."""
    strengths = [section.intensity for section in sections]
    said = {step.section: step.action for step in staging if step.action in ("more", "less")}
    found = list(sections)
    for at, section in enumerate(sections):
        match said.get(-1 if section.stanza is None else section.stanza):
            case "more":
                found[at] = replace(section, intensity=min(1.0, max(strengths) + 0.1))
            case "less":
                found[at] = _at_most(section, 0.7 * sorted(strengths)[len(strengths) // 2])
    return found


def _at_most(section: Section, intensity: float) -> Section:
    return replace(section, intensity=min(section.intensity, intensity))


def style_form(style: Style, bars: int, energy: float) -> list[Section]:
    """Cut or repeat the style's form so that it fills exactly ``bars`` bars."""
    unit = 12 if max(len(words.split()) for words in (*style.major[:1], *style.minor[:1])) == 12 else 8
    nominal = {
        label: (unit if n == 8 and label in ("verse", "solo", "chorus") else n)
        for label, n in NOMINAL_BARS.items()
    }
    labels = list(style.form)
    if unit == 12 and bars >= 12:
        return _choruses_of_twelve(bars, energy)
    if bars < 4:
        strongest = max(labels, key=lambda label: SECTION_INTENSITY[label])
        return [Section(strongest, bars, 0.85 * (0.72 + 0.5 * energy))]

    if bars < 20:
        nominal = {label: max(2, length // 2) for label, length in nominal.items()}

    if "drop" in labels and sum(nominal[label] for label in labels) > 1.15 * bars:
        nominal |= {label: nominal[label] // 2 for label in ("build", "drop", "break")}
    while len(labels) > 1 and sum(nominal[label] for label in labels) > 1.15 * bars:
        out = _most_expendable(labels)
        twice = 0 < out < len(labels) - 1 and labels[out - 1] == labels[out + 1]
        shorter = nominal | {"verse": min(4, nominal["verse"])}
        if twice and sum(shorter[label] for label in labels) <= 1.15 * bars:
            nominal = shorter  # Short verses are better than two choruses in a row.
        else:
            del labels[out : out + 1 + twice]
    lengths = [nominal[label] for label in labels]
    inner = [
        label for label in dict.fromkeys(labels) if label not in ("intro", "outro", "bridge", "pre-chorus")
    ]
    core = inner[:3] or labels[:1]
    away = next((label for label in ("bridge", "break", "solo") if label in style.form), "bridge")
    rounds = 0
    while sum(lengths) + sum(nominal[label] for label in core) <= bars:
        # Every second round begins with a contrasting section, or ten minutes would be all the same.
        more = [away, *core] if rounds % 2 and away not in core else core
        at, rounds = max(1, len(labels) - 1), rounds + 1
        labels[at:at] = more
        lengths[at:at] = [nominal[label] for label in more]
    _shrink(labels, lengths, bars)
    # What is left over goes to the last sections in phrases of four bars, and the odd bars to the end.
    main = [i for i, label in enumerate(labels) if label not in ("intro", "outro")] or [0]
    left = bars - sum(lengths)
    for number in range(left // 4):
        lengths[main[-1 - number % len(main)]] += 4
    lengths[-1] += left % 4
    return _sections(labels, lengths, energy)


def _choruses_of_twelve(bars: int, energy: float) -> list[Section]:
    """Lay out whole choruses of twelve bars, each stronger than the one before, with a solo before the last.

    What is left over introduces and ends.
    """
    count, left = divmod(bars, 12)
    if left < 2 and count > 2:
        count, left = count - 1, left + 12
    intro = 4 if left >= 6 else 2 if left >= 4 else 0
    outro = left - intro if left >= 2 else 0
    labels = ["verse"] * count
    for at in range(count - 2, 0, -3):
        labels[at] = "solo"
    lengths = [12] * count
    lengths[-1] += left - intro - outro
    sections = _sections(["intro", *labels, "outro"], [intro, *lengths, outro], energy)
    verses = [at for at, section in enumerate(sections) if section.label == "verse"]
    for number, at in enumerate(verses):
        grown = section_intensity("verse", energy) + 0.24 * number / max(1, len(verses) - 1)
        sections[at] = replace(sections[at], intensity=min(1.0, grown))
    return sections


def tagged_form(labels: Sequence[str], bars: int, energy: float) -> list[Section]:
    """Lay out the sections of ``labels`` in exactly ``bars`` bars, in their usual proportions."""
    labels = labels[: max(1, bars)]
    nominal = [NOMINAL_BARS.get(label, 4) for label in labels]
    ends = [round(bars * sum(nominal[: i + 1]) / sum(nominal) / 2) * 2 for i in range(len(labels))]
    if bars < 4 * len(labels):
        ends = [max(i + 1, round(bars * (i + 1) / len(labels))) for i in range(len(labels))]
    ends[-1] = bars
    lengths = [end - start for start, end in zip((0, *ends), ends, strict=False)]
    return _sections(labels, lengths, energy)


def _most_expendable(labels: list[str]) -> int:
    """Choose the section that a shorter piece leaves out (its index): interludes, then repeats, then
    others.
    """
    for label in ("solo", "bridge", "break"):
        if label in labels and not (label == "break" and labels.count("drop") > 1):
            return len(labels) - 1 - labels[::-1].index(label)
    repeated = [i for i, label in enumerate(labels) if labels.index(label) < i]
    if repeated:
        return max(
            repeated, key=lambda i: (labels.count(labels[i]), -SECTION_INTENSITY.get(labels[i], 0.6), i)
        )
    return next(
        (labels.index(label) for label in ("build", "intro", "outro", "pre-chorus") if label in labels), 0
    )


def _shrink(labels: list[str], lengths: list[int], bars: int) -> None:
    """Shorten ``lengths`` in place until they fit into ``bars``.

    Intro and outro are shortened first, then sections of eight bars to four, from the last on (choruses and
    drops are not), then the longest. Where two bars are then left over, the intro gets them back.
    """
    for i in (len(lengths) - 1, 0):
        if labels[i] in ("intro", "outro") and sum(lengths) > bars:
            lengths[i] = max(2, lengths[i] - (sum(lengths) - bars))
    while sum(lengths) > bars:
        eights = [i for i, n in enumerate(lengths) if n == 8 and labels[i] not in ("chorus", "drop")]
        if eights:
            lengths[eights[-1]] = 4
            continue
        i = max(range(len(lengths)), key=lambda index: (lengths[index], index))
        lengths[i] -= min(sum(lengths) - bars, 2 if lengths[i] > 2 else 1)
    if labels[0] == "intro" and lengths[0] == 2 and bars - sum(lengths) >= 2:
        lengths[0] = 4


def _sections(labels: Sequence[str], lengths: Sequence[int], energy: float) -> list[Section]:
    seen: dict[str, int] = {}
    sections = []
    for label, length in zip(labels, lengths, strict=True):
        if length <= 0:
            continue
        again = seen.get(label, 0)
        seen[label] = again + 1
        sections.append(
            Section(label, length, min(1.0, section_intensity(label, energy) + 0.06 * min(again, 2)))
        )
    return sections


def bars_per_line(stanza: Sequence[Stanza], metre: Metre, tempo: float, rap: bool = False) -> float:
    """Give the bars that a line of these lyrics takes when it is sung comfortably: 1, 2 or 4; less if
    rapped.
    """
    sizes = [count_sung_syllables(line) for part in stanza for line in part.lines]
    if not sizes:
        return 2.0
    typical = sorted(sizes)[int(0.7 * (len(sizes) - 1))]
    seconds = typical / (4.4 if rap else 2.3) + (0.3 if rap else 0.9)
    bar = metre.beats * metre.beat_seconds(tempo)
    return float(2 ** min(2, max(0, round(math.log2(seconds / bar)))))


def _shortest_line_bars(parts: Sequence[Stanza], metre: Metre, tempo: float) -> float:
    """Give the bars in which the longest line can just be sung, at nine syllables a second, to the half
    beat, with a beat for each of its chords.
    """
    most = max(count_sung_syllables(line) for part in parts for line in part.lines)
    beats = most / 9 / metre.beat_seconds(tempo) / 0.8
    beats = max(beats, max((len(marks) for part in parts for marks in part.chords), default=0))
    return math.ceil(2 * beats) / 2 / metre.beats


def lyrics_form(
    parts: Sequence[Stanza],
    bars: int,
    metre: Metre,
    tempo: float,
    energy: float,
    rap: bool = False,
) -> list[Section]:
    """Lay out a form that follows the tags of the lyrics and fills exactly ``bars`` bars.

    Lines are sung at a comfortable pace where there is time, else faster, as fast as a mouth can; lines for
    which there is no time at all are left out. Time that is left over is given to the instruments.
    """
    pace = bars_per_line(parts, metre, tempo, rap)
    for share, intro, outro in _LINE_PACES:
        per_line = max(share * pace, _shortest_line_bars(parts, metre, tempo))
        sections = _sung_sections(parts, per_line, intro, outro, metre, energy)
        if sum(section.bars for section in sections) <= bars:
            break
    total = sum(section.bars for section in sections)
    while total > bars:  # Even so there is no time for all of it.
        last = next(i for i in range(len(sections) - 1, -1, -1) if sections[i].bars > 0)
        section = sections[last]
        keep = max(0, section.bars - (total - bars))
        lines = (
            section.lines[: int(keep * metre.beats / section.beats_per_line + 1e-6)]
            if section.beats_per_line
            else ()
        )
        sections[last] = replace(section, bars=keep, lines=lines, chords=section.chords[: len(lines)])
        total = sum(other.bars for other in sections)
    sections = [section for section in sections if section.bars]
    return _with_interludes(sections, bars - total, energy)


def _sung_sections(
    parts: Sequence[Stanza], per_line: float, intro: int, outro: int, metre: Metre, energy: float
) -> list[Section]:
    found = (
        [Section("intro", intro, section_intensity("intro", energy))]
        if intro and parts[0].label != "intro"
        else []
    )
    seen: dict[str, int] = {}
    for part in parts:
        if part.lines:
            needed = math.ceil(len(part.lines) * per_line - 1e-9)
            bars = needed + (needed % 2 if needed > 1 and outro else 0)
        else:
            bars = max(1, round(min(4, NOMINAL_BARS.get(part.label, 4)) * min(1.0, per_line)))
            bars = len(part.bars) or bars
        again = seen.get(part.label, 0)
        seen[part.label] = again + 1
        strength = min(1.0, section_intensity(part.label, energy) + 0.06 * min(again, 2))
        found.append(
            Section(
                part.label,
                bars,
                strength,
                part.lines,
                per_line * metre.beats,
                part.chords,
                part.bars,
                part.soloist,
                part.number,
            )
        )
    if outro and parts[-1].label != "outro":
        found.append(Section("outro", outro, section_intensity("outro", energy)))
    return found


def _with_interludes(sections: list[Section], left: int, energy: float) -> list[Section]:
    """Put ``left`` bars of instrumental music between and around ``sections``."""
    sections = list(sections)
    if left <= 0:
        return sections
    if left <= 3:
        at = next((i for i in range(len(sections) - 1, -1, -1) if not sections[i].lines), len(sections) - 1)
        sections[at] = replace(sections[at], bars=sections[at].bars + left)
        return sections
    gaps = [i for i in range(1, len(sections)) if sections[i].lines and sections[i - 1].lines]
    gaps = gaps or [len(sections) - (sections[-1].label == "outro" and len(sections) > 1)]
    pieces = min(len(gaps), max(1, left // 8))
    # The last gaps are filled first: a solo belongs before the last chorus, not after the first verse.
    chosen = sorted(gaps[-pieces:], reverse=True)
    share = [left // pieces // 2 * 2] * pieces
    share[0] += left - sum(share)
    for at, size in zip(chosen, share, strict=True):
        sections[at:at] = _interlude(size, energy)
    return sections


def _interlude(bars: int, energy: float) -> list[Section]:
    """Lay out ``bars`` bars without words: a solo, or where that is long, solos and quieter music in turn."""
    count = max(1, round(bars / 12))
    labels = [("solo", "bridge", "solo", "break")[i % 4] for i in range(count)]
    ends = [round(bars * (i + 1) / count / 2) * 2 for i in range(count - 1)] + [bars]
    return _sections(labels, [end - start for start, end in zip((0, *ends), ends, strict=False)], energy)


def natural_bars(parts: Sequence[Stanza], metre: Metre, tempo: float, rap: bool = False) -> int:
    """Give the bars of a piece whose duration is left open: what the lyrics need, else about a minute."""
    if not any(part.lines for part in parts):
        return max(4, 4 * round(60 / (metre.beats * metre.beat_seconds(tempo)) / 4))
    pace = bars_per_line(parts, metre, tempo, rap)
    return sum(section.bars for section in _sung_sections(parts, pace, 4, 4, metre, 0.5))
