"""Drums, percussion and effects: grooves by the bar, fills before a new section, risers before a drop."""

from __future__ import annotations

from dataclasses import replace

from audiopod_mcp.music.composition import activity
from audiopod_mcp.music.composition.fills import fills_of
from audiopod_mcp.music.composition.grooves import (
    CLAP,
    CLOSED,
    CRASH,
    KICK,
    OPEN,
    RIDE,
    SNARE,
    STICK,
    TIMEKEEPERS,
    Groove,
    groove_of,
)
from audiopod_mcp.music.composition.harmony import generator
from audiopod_mcp.music.composition.patterns import steps_of
from audiopod_mcp.music.composition.percussion import percussion_of
from audiopod_mcp.music.composition.piece import Pen, Piece
from audiopod_mcp.music.composition.timeline import Bar
from audiopod_mcp.music.model import Note
from audiopod_mcp.music.styles import Member
from audiopod_mcp.music.synthesis.instruments import INSTRUMENTS

_STRENGTH = {"X": 0.97, "x": 0.8, "o": 0.5}
_BACKBEATS = (SNARE, CLAP, STICK)


def drums(piece: Piece, member: Member) -> tuple[Note, ...]:
    """The kit: the groove, lighter where the music is calm, with a fill at the end of each section."""
    pen = Pen(piece, member, "drums")
    rng = generator(piece.seed, "drums")
    name = member.figure or (piece.style.groove if piece.style.groove != "none" else "pop")
    groove = groove_of(name, piece.timeline.metre)
    if piece.brief.feel == "half-time" and not _has_backbeat(groove, piece.timeline.metre.steps):
        piece = replace(piece, brief=replace(piece.brief, feel=None))  # It counts in halves already.
    fill = fills_of(piece)
    softest = 0.0
    for bar in piece.bars:
        intensity = piece.intensity(bar)
        if bar.ending:
            _last_hit(pen, bar, intensity, bool(groove))
            continue
        if not piece.plays(member, bar):
            if bar.section == 0 and bar.index + 1 == piece.opening.get(member.role, 0):
                _strokes(pen, piece, fill.pickup, bar.start + bar.beats - 1, 1, intensity)
            continue
        if piece.holds_back(bar):
            _roll(pen, piece, bar, intensity)
            continue
        fills = bar.last and bar.section + 1 < len(piece.sections) and bar.beats == piece.timeline.metre.beats
        loud = max(softest, intensity)
        pattern = _dressed(piece, groove, bar, loud)
        busy = piece.brief.activity.drums
        long = intensity > 0.5 and busy > 0.25
        cut = bar.beats - (min(2, bar.beats - 1) if fills and long else 1 if fills else 0)
        _bar(pen, piece, pattern, bar, loud, until=cut if fills else bar.beats)
        if fills:
            _fill(pen, piece, bar, cut, loud, fill.any(int(rng.integers(4)), loud))
        elif bar.index % 4 == 3 and OPEN not in pattern and CLOSED in pattern and loud > 0.5 and busy > 0.3:
            pen.write(bar.start + bar.beats - 0.5, 0.5, OPEN, 0.6, intensity=loud)
        previous = piece.sections[bar.section - 1].intensity if bar.section else 0.0
        if bar.first and intensity > 0.6 and (intensity >= previous or bar.section == 0):
            pen.write(bar.start, 2, CRASH, 0.85, intensity=intensity)
    return pen.finished()


def _has_backbeat(groove: Groove, size: int) -> bool:
    """Whether snare, clap or stick falls on the second beat."""
    lines = (groove[drum].replace(" ", "") for drum in _BACKBEATS if drum in groove)
    return any(line[size] in "Xx" for line in lines)


def percussion(piece: Piece, member: Member) -> tuple[Note, ...]:
    """Hand percussion, one pattern throughout."""
    pen = Pen(piece, member, "percussion" + member.figure)
    if not INSTRUMENTS[member.instrument].unpitched:
        return ()
    patterns = percussion_of(member.figure, piece.timeline.metre)
    for bar in piece.bars:
        if piece.plays(member, bar) and not bar.ending:
            _bar(pen, piece, patterns, bar, piece.intensity(bar), until=bar.beats)
    return pen.finished()


def effects(piece: Piece, member: Member) -> tuple[Note, ...]:
    """``bed``: a texture from beginning to end; ``transitions``: risers into louder
    sections; ``arrivals``: a boom when they're there.
    """
    pen = Pen(piece, member, "fx", exact=True)
    if member.figure == "bed":
        start, step = 0.0, 11.0
        while start < piece.timeline.duration:
            length = min(step, piece.timeline.duration - start)
            pen.notes.append(Note(round(start, 5), round(length, 5), 60, 90))
            start += step
        return pen.finished()
    for bar in piece.bars:
        following = bar.section + 1
        if not bar.last or following >= len(piece.sections):
            continue
        grows = piece.sections[following].intensity - piece.sections[bar.section].intensity
        if member.figure == "arrivals":
            if grows > 0.25:
                pen.write(bar.start + bar.beats, 4, 60, 0.85, intensity=0.9)
        elif grows > 0.15:
            length = min(2, piece.sections[bar.section].bars) * piece.timeline.metre.beats
            pen.write(bar.start + bar.beats - length, length, 60, 0.85, intensity=0.9)
    return pen.finished()


def _dressed(piece: Piece, groove: Groove, bar: Bar, intensity: float) -> Groove:
    """The groove as it's played at this intensity."""
    pattern = dict(groove)
    if intensity < 0.45:
        snare = pattern.pop(SNARE, None)
        if snare and STICK not in pattern:
            pattern[STICK] = snare.replace("o", ".").replace("X", "x")
        pattern.pop(CLAP, None)
        if CLOSED in pattern:
            pattern[CLOSED] = pattern[CLOSED].replace("o", ".")
    elif (
        intensity > 0.88
        and CLOSED in pattern
        and OPEN not in pattern
        and bar.section % 2
        and not piece.timeline.metre.compound
    ):
        pattern[RIDE] = pattern.pop(CLOSED)
    if piece.sections[bar.section].label == "break":
        pattern.pop(KICK, None)
    return pattern


def _bar(pen: Pen, piece: Piece, groove: Groove, bar: Bar, intensity: float, until: int) -> None:
    """One bar of a groove; a pickup plays the end of the pattern."""
    metre = piece.timeline.metre
    whole = max(bar.beats, metre.beats)
    feel = piece.brief.feel if any(drum in groove for drum in _BACKBEATS) else None
    skip = whole - bar.beats if bar.start == 0 and bar.beats < metre.beats else 0
    for drum, line in activity.kit(groove, metre, piece.brief.activity.drums).items():
        steps = steps_of(line, metre, whole, bar.index)
        if feel and drum not in TIMEKEEPERS:
            steps = _halved(steps, bar.index) if feel == "half-time" else _doubled(steps)
        for index in range(skip * metre.steps, (skip + until) * metre.steps):
            mark = steps[index]
            if mark in _STRENGTH:
                beat = bar.start + index / metre.steps - skip
                pen.write(beat, 1 / metre.steps, drum, _STRENGTH[mark], intensity=intensity)


def _halved(steps: str, bar: int) -> str:
    """Half of a bar's strokes in the time of all of them; the other half comes in the next bar."""
    half = len(steps) // 2
    part = steps[half:] if bar % 2 else steps[: len(steps) - half]
    return "".join(mark + "." for mark in part)[: len(steps)]


def _doubled(steps: str) -> str:
    """A bar's strokes twice, in half the time each."""
    return (steps[::2] * 2)[: len(steps)]


def _fill(pen: Pen, piece: Piece, bar: Bar, cut: int, intensity: float, fill: Groove) -> None:
    """The last beats of a section."""
    _strokes(pen, piece, fill, bar.start + cut, bar.beats - cut, intensity)
    if KICK not in fill and intensity > 0.3:
        pen.write(bar.start + cut, 0.5, KICK, 0.8, intensity=intensity)


def _strokes(pen: Pen, piece: Piece, fill: Groove, start: float, beats: int, intensity: float) -> None:
    """The last ``beats`` beats of a fill, which is written over two beats, growing towards its end."""
    bare = piece.brief.activity.drums < 0.25
    for drum, line in fill.items():
        steps = line.replace(" ", "")
        shown = steps[-round(len(steps) * min(1.0, beats / (2 * piece.timeline.metre.unit))) :]
        for index, mark in enumerate(shown):
            if mark in _STRENGTH and not (bare and mark == "o"):
                beat = start + index * beats / len(shown)
                if len(steps) % 3 == 0:
                    beat = piece.timeline.straight(beat)
                strength = _STRENGTH[mark] * (0.75 + 0.25 * index / len(shown))
                pen.write(beat, 0.25, drum, strength, intensity=intensity)


def _roll(pen: Pen, piece: Piece, bar: Bar, intensity: float) -> None:
    """The end of a build-up: the snare in eighths, then in sixteenths, then nothing for a beat: the drop."""
    metre = piece.timeline.metre
    step = metre.unit / (2 if not bar.last else 4) if not metre.compound else 1 / (3 if not bar.last else 6)
    until = bar.beats - (metre.unit if bar.last else 0)
    count = round(until / step)
    for index in range(count):
        growth = (index / count + bar.last) / 2
        pen.write(bar.start + index * step, step, SNARE, 0.5 + 0.45 * growth, intensity=max(0.7, intensity))


def _last_hit(pen: Pen, bar: Bar, intensity: float, plays: bool) -> None:
    if plays:
        pen.write(bar.start, 1, KICK, 0.85, intensity=intensity)
        pen.write(bar.start, 4, CRASH, 0.7, intensity=intensity)
