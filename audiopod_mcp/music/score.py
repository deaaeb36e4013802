"""Scores, changed: moved, cut, joined, transposed, stretched. What is played stays as written otherwise."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

import numpy as np

from .model import LyricLine, Note, Part, Score, Span
from .theory import Key, parse_chord, parse_key, transpose_chord

UNPITCHED = ("drums", "percussion", "fx")
"""Tracks whose ``pitch`` is not a pitch: they are never transposed."""


def shifted(score: Score, seconds: float) -> Score:
    """``score`` with everything ``seconds`` later."""
    return _retimed(score, lambda time: time + seconds, score.duration + seconds)


def shifted_lines(lines: tuple[LyricLine, ...], seconds: float) -> tuple[LyricLine, ...]:
    """Sung lines, so many seconds later."""
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
    """``score`` played ``factor`` times as long: slower above 1."""
    slower = _retimed(score, lambda time: time * factor, score.duration * factor)
    return replace(slower, tempo=score.tempo / factor)


def excerpt(score: Score, start: float, end: float) -> Score:
    """What begins in ``[start, end)``, on its own clock; notes that sound beyond ``end`` are cut there."""

    def inside(time: float) -> bool:
        return start - 1e-6 <= time < end - 1e-6

    def clipped(spans: tuple[Span, ...]) -> tuple[Span, ...]:
        return tuple(
            Span(max(start, span.start), min(end, span.end), span.label)
            for span in spans
            if span.end > start and span.start < end
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


def concatenated(pieces: Iterable[Score]) -> Score:
    """One score of ``pieces``, each beginning where the one before it ends.

    Seed, key, tempo, metre and brief are those of the longest. A part goes on where the next piece
    has one of the same track and instrument.
    """
    pieces = [piece for piece in pieces if piece.duration > 0]
    main = max(pieces, key=lambda piece: piece.duration)
    starts = np.cumsum([0.0, *(piece.duration for piece in pieces)])
    placed = [shifted(piece, float(start)) for piece, start in zip(pieces, starts[:-1], strict=True)]
    notes: dict[tuple[str, str], tuple[Note, ...]] = {}
    for piece in placed:
        for part in piece.parts:
            key = (part.track, part.instrument)
            notes[key] = notes.get(key, ()) + part.notes
    return replace(
        main,
        duration=float(starts[-1]),
        beats=_rising(beat for piece in placed for beat in piece.beats),
        downbeats=_rising(beat for piece in placed for beat in piece.downbeats),
        sections=tuple(span for piece in placed for span in piece.sections),
        chords=tuple(span for piece in placed for span in piece.chords),
        parts=tuple(Part(track, instrument, played) for (track, instrument), played in notes.items()),
        lyrics=tuple(line for piece in placed for line in piece.lyrics),
        brief=None if main.brief is None else replace(main.brief, duration=float(starts[-1])),
    )


def transposed(score: Score, semitones: int) -> Score:
    """``score`` so many semitones higher; drums stay drums."""
    key = parse_key(score.key)
    new_key = score.key if key is None else str(replace(key, tonic=(key.tonic + semitones) % 12))
    return replace(
        score,
        key=new_key,
        chords=tuple(
            replace(span, label=transpose_chord(span.label, semitones, new_key)) for span in score.chords
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
    """``score`` in another key, moved the shorter way; another mode bends its thirds, sixths and sevenths."""
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
    """``score`` with each part as ``change`` returns it; ``None`` takes it out."""
    return replace(score, parts=tuple(part for old in score.parts if (part := change(old)) is not None))


def lead_part(score: Score) -> Part | None:
    """The part with the tune: the singer, or else the highest part that plays one note at a time."""
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
    """Sorted, without times that are one: within 20 ms."""
    kept: list[float] = []
    for time in sorted(times):
        if not kept or time - kept[-1] > 0.02:
            kept.append(time)
    return tuple(kept)


def _retimed(score: Score, at: Callable[[float], float], duration: float) -> Score:
    """``score`` with every time through ``at``, a rising function."""

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
