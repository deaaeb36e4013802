"""Chord sheets in ChordPro: words with the chords above them, and bars of chords where nobody sings."""

from __future__ import annotations

import re
from collections.abc import Sequence

from audiopod_mcp.music.model import LyricLine, Score, Span

from .timeline import Timeline, timeline_of

_EARLY = 0.2
"""Seconds by which a word may come before the chord that it is sung on."""
_BARS_A_LINE = 4
_ENVIRONMENTS = {"verse": "verse", "chorus": "chorus", "bridge": "bridge"}


def to_chordpro(score: Score, title: str = "", remark: str = "") -> str:
    """Write the chords of ``score``, and its words, as a ChordPro sheet, section by section."""
    timeline = timeline_of(score)
    head = [
        f"{{title: {_directive(title or 'Score')}}}",
        *([f"{{key: {_short(score.key)}}}"] if score.key else []),
        f"{{tempo: {score.tempo:g}}}",
        f"{{time: {score.timesignature}}}",
        *([f"{{comment: {_directive(remark)}}}"] if remark else []),
    ]
    sections = score.sections or (Span(0.0, score.duration, ""),)
    body: list[str] = []
    for number, section in enumerate(sections):
        end = section.end if number < len(sections) - 1 else max(section.end, score.duration)
        span = Span(section.start, end, section.label)
        # A line belongs where most of it is sung: an upbeat begins before its section does.
        sung = [line for line in score.lyrics if span.start <= (line.start + line.end) / 2 < span.end]
        lines = _sung(sung, score.chords, span) if sung else _bars(score.chords, timeline, span)
        if not lines:
            continue
        label = _directive(section.label)
        kind = _ENVIRONMENTS.get(re.sub(r"[^a-z]", "", section.label.lower()), "") if sung else "grid"
        if kind:
            body += ["", f"{{start_of_{kind}: {label}}}", *lines, f"{{end_of_{kind}}}"]
        else:
            body += ["", f"{{comment: {label}}}", *lines]
    return "\n".join([*head, *body, ""])


def _sung(lines: Sequence[LyricLine], chords: Sequence[Span], section: Span) -> list[str]:
    """Each line with the chords that begin before the next one does."""
    written = []
    for number, line in enumerate(lines):
        first = section.start if number == 0 else min(line.start, lines[number - 1].end)
        last = lines[number + 1].start if number + 1 < len(lines) else section.end
        begins = min(first, line.start) - _EARLY if number == 0 else line.start - _EARLY
        ends = last - _EARLY
        inside = [chord for chord in chords if begins <= chord.start < ends and chord.label != "N"]
        words = line.words or ((line.start, line.text),)
        above: dict[int, list[str]] = {}
        for chord in inside:
            if chord.start > line.end + _EARLY:
                place = len(words)
            else:
                earlier = [i for i, (time, _) in enumerate(words) if time <= chord.start + _EARLY]
                place = earlier[-1] if earlier else 0
            above.setdefault(place, []).append(f"[{chord.label}]")
        text = " ".join("".join(above.get(i, [])) + _plain(word) for i, (_, word) in enumerate(words))
        written.append(" ".join([text, *above.get(len(words), [])]))
    return written


def _bars(chords: Sequence[Span], timeline: Timeline, section: Span) -> list[str]:
    """Four bars of chords a line, with a dot for every beat on which the chord stays."""
    bars: list[str] = []
    first = timeline.bar_at(timeline.position(section.start) + 1e-3)
    for bar in timeline.bars[first:]:
        if bar.start >= timeline.position(section.end) - 1e-3:
            break
        beats = [
            (start, end)
            for start, end in zip(timeline.quarters, timeline.quarters[1:], strict=False)
            if bar.start - 1e-6 <= start < bar.start + bar.length - 1e-6
        ]
        cells, before = [], ""
        for start, end in beats:
            label = _sounding(chords, timeline, (start + end) / 2)
            cells.append("." if label == before else label)
            before = label
        bars.append(" ".join(cells))
    if not any(re.search(r"[A-G]", bar) for bar in bars):
        return []
    return [
        f"| {' | '.join(bars[number : number + _BARS_A_LINE])} |"
        for number in range(0, len(bars), _BARS_A_LINE)
    ]


def _sounding(chords: Sequence[Span], timeline: Timeline, quarter: float) -> str:
    for chord in chords:
        if timeline.position(chord.start) <= quarter < timeline.position(chord.end):
            return "NC" if chord.label == "N" else chord.label
    return "NC"


def _short(key: str) -> str:
    """``"F#m"`` for ``"F# minor"``; church modes in full."""
    tonic, _, mode = key.partition(" ")
    return {"major": tonic, "minor": f"{tonic}m"}.get(mode, key)


def _directive(text: str) -> str:
    return " ".join(re.sub(r"[{}]", " ", text).split())


def _plain(word: str) -> str:
    """A word that ChordPro does not take for a chord or a directive."""
    return re.sub(r"[\[\]{}]", "", word)
