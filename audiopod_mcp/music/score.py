"""Changes of whole scores: shift, stretch, cut, concatenate and transpose."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

import numpy as np

from .model import LyricLine, Note, Part, Score, Span
from .theory import Key, parse_chord, parse_key, transpose_chord

UNPITCHED = ("drums", "percussion", "fx")
"""Tracks whose ``pitch`` names a drum or an effect: they are never transposed."""

_SLIVER = 1e-3
"""What is left of a span that ends where a stretch begins, but for rounding to samples, s."""


def shifted(score: Score, seconds: float) -> Score:
    """Shift everything in ``score`` by ``seconds``."""
    return _retimed(score, lambda time: time + seconds, score.duration + seconds)


def shifted_lines(lines: tuple[LyricLine, ...], seconds: float) -> tuple[LyricLine, ...]:
    """Shift sung lines by ``seconds``."""
    return tuple(
        LyricLine(
            line.start + seconds,
            line.end + seconds,
            line.text,
            tuple((t + seconds, w) for t, w in line.words),
        )
        for line in lines
    )


def stretched(score: Score, factor: float) -> Score:
    """Stretch ``score`` in time by ``factor``: it is slower above 1."""
    slower = _retimed(score, lambda time: time * factor, score.duration * factor)
    return replace(slower, tempo=score.tempo / factor)


def excerpt(score: Score, start: float, end: float) -> Score:
    """Cut out what begins in ``[start, end)``, s; its times then count from ``start``.

    Notes that would sound beyond ``end`` stop there.
    """

    def inside(time: float) -> bool:
        return start - 1e-6 <= time < end - 1e-6

    def clipped(spans: tuple[Span, ...]) -> tuple[Span, ...]:
        return tuple(
            Span(max(start, span.start), min(end, span.end), span.label)
            for span in spans
            if span.end > start + _SLIVER and span.start < end - _SLIVER
        )

    parts = (
        replace(
            part,
            notes=tuple(
                replace(note, duration=min(note.duration, end - note.start))
                for note in part.notes
                if inside(note.start)
            ),
        )
        for part in score.parts
    )
    cut = replace(
        score,
        beats=tuple(beat for beat in score.beats if start - 1e-6 <= beat <= end + 1e-6),
        downbeats=tuple(beat for beat in score.downbeats if inside(beat)),
        sections=clipped(score.sections),
        chords=clipped(score.chords),
        parts=tuple(part for part in parts if part.notes),
        lyrics=tuple(line for line in score.lyrics if inside(line.start)),
    )
    return _retimed(cut, lambda time: time - start, end - start)


def concatenated(scores: Iterable[Score]) -> Score:
    """Concatenate scores, each beginning where the one before it ends.

    Seed, key, tempo, metre and brief are those of the longest. A part goes on where the next score
    has one of the same track and instrument.
    """
    scores = [score for score in scores if score.duration > 0]
    longest = max(scores, key=lambda score: score.duration)
    starts = np.cumsum([0.0, *(score.duration for score in scores)])
    placed = [shifted(score, float(start)) for score, start in zip(scores, starts[:-1], strict=True)]
    notes: dict[tuple[str, str], tuple[Note, ...]] = {}
    for score in placed:
        for part in score.parts:
            key = (part.track, part.instrument)
            notes[key] = notes.get(key, ()) + part.notes
    return replace(
        longest,
        duration=float(starts[-1]),
        beats=_rising(beat for score in placed for beat in score.beats),
        downbeats=_rising(beat for score in placed for beat in score.downbeats),
        sections=tuple(span for score in placed for span in score.sections),
        chords=tuple(span for score in placed for span in score.chords),
        parts=tuple(Part(track, instrument, played) for (track, instrument), played in notes.items()),
        lyrics=tuple(line for score in placed for line in score.lyrics),
        brief=None if longest.brief is None else replace(longest.brief, duration=float(starts[-1])),
    )


def transposed(score: Score, semitones: float) -> Score:
    """Transpose ``score`` up by ``semitones``; drums stay as they are.

    Key and chords are named by the nearest whole semitone.
    """
    key, whole = parse_key(score.key), round(semitones)
    new_key = score.key if key is None else str(replace(key, tonic=(key.tonic + whole) % 12))
    return replace(
        score,
        key=new_key,
        chords=tuple(
            replace(span, label=transpose_chord(span.label, whole, new_key)) for span in score.chords
        ),
        parts=tuple(
            part
            if part.track in UNPITCHED
            else replace(part, notes=tuple(replace(n, pitch=n.pitch + semitones) for n in part.notes))
            for part in score.parts
        ),
        brief=None if score.brief is None else replace(score.brief, key=new_key),
    )


def in_key(score: Score, to: Key) -> Score:
    """Transpose ``score`` into another key, the shorter way; its thirds, sixths and sevenths follow the
    mode.
    """
    own = parse_key(score.key)
    if own is None:
        return score
    by = (to.tonic - own.tonic + 5) % 12 - 5
    moved_there = transposed(score, by)
    if own.minor == to.minor:
        return moved_there
    change = {3: 1, 8: 1, 10: 1} if own.minor else {4: -1, 9: -1, 11: -1}

    def bent(pitch: float) -> float:
        return pitch + change.get(round(pitch - to.tonic) % 12, 0)

    def chord(span: Span) -> Span:
        old = parse_chord(span.label)
        if old is None:
            return span
        root, third, fifth = (int(bent(old.root + step)) % 12 for step in (*old.intervals[:2], 7))
        quality = "m" if (third - root) % 12 == 3 else ""
        return replace(
            span, label=to.names[root] + ("dim" if quality and (fifth - root) % 12 == 6 else quality)
        )

    return replace(
        moved_there,
        key=str(to),
        chords=tuple(map(chord, moved_there.chords)),
        parts=tuple(
            part
            if part.track in UNPITCHED
            else replace(part, notes=tuple(replace(note, pitch=bent(note.pitch)) for note in part.notes))
            for part in moved_there.parts
        ),
        brief=None if moved_there.brief is None else replace(moved_there.brief, key=str(to)),
    )


def with_parts(score: Score, change: Callable[[Part], Part | None]) -> Score:
    """Replace each part of ``score`` by what ``change`` returns; ``None`` removes it."""
    return replace(score, parts=tuple(part for old in score.parts if (part := change(old)) is not None))


def lead_part(score: Score) -> Part | None:
    """Find the part with the melody: the singer's, else the highest that plays one note at a time."""
    tunes = []
    for part in score.parts:
        if part.track == "vocals":
            return part
        if part.track in (*UNPITCHED, "bass", "backing_vocals") or len(part.notes) < 2:
            continue
        starts = np.asarray([note.start for note in part.notes])
        if (np.diff(np.sort(starts)) > 0.02).mean() > 0.9:
            tunes.append((float(np.median([note.pitch for note in part.notes])), part))
    return max(tunes, key=lambda tune: tune[0])[1] if tunes else None


def _rising(times: Iterable[float]) -> tuple[float, ...]:
    """Sort times, and keep one of those that are within 20 ms of each other."""
    kept: list[float] = []
    for time in sorted(times):
        if not kept or time - kept[-1] > 0.02:
            kept.append(time)
    return tuple(kept)


def _retimed(score: Score, at: Callable[[float], float], duration: float) -> Score:
    """Map every time in ``score`` through ``at``, a rising function."""

    def note(old: Note) -> Note:
        start = at(old.start)
        return replace(old, start=start, duration=at(old.start + old.duration) - start)

    def span(old: Span) -> Span:
        return Span(at(old.start), at(old.end), old.label)

    def line(old: LyricLine) -> LyricLine:
        words = tuple((at(time), word) for time, word in old.words)
        return LyricLine(at(old.start), at(old.end), old.text, words)

    return replace(
        score,
        duration=duration,
        beats=tuple(map(at, score.beats)),
        downbeats=tuple(map(at, score.downbeats)),
        sections=tuple(map(span, score.sections)),
        chords=tuple(map(span, score.chords)),
        parts=tuple(replace(part, notes=tuple(map(note, part.notes))) for part in score.parts),
        lyrics=tuple(map(line, score.lyrics)),
        brief=None if score.brief is None else replace(score.brief, duration=duration),
    )
