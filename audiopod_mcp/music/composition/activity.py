"""How much a player plays: patterns with fewer strokes or more.

A stroke is left out the sooner, the less it carries the metre: what falls on a beat stays longest,
sixteenths, upstrokes and ghost notes go first (the metrical hierarchy of Lerdahl & Jackendoff, *A Generative
Theory of Tonal Music*, 1983, ch. 4). A busier player fills the gaps in the opposite order.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from audiopod_mcp.music.model import Activity
from audiopod_mcp.music.theory import Metre

from .grooves import CLOSED, KICK, LOW_TOM, RIDE, SHAKER, SNARE, STICK, Groove

_TIMEKEEPERS = (CLOSED, RIDE, SHAKER)
_BUSIER_DRUMS = (*_TIMEKEEPERS, SNARE, LOW_TOM, STICK)
"""A busier drummer plays more of the first of these that the groove has."""
_ACCENT = 0.3
"""How far loudness follows the metre: the share that the lightest step would lose."""
_MARK_WEIGHTS = {"X": 0.25, "o": -0.35, "u": -0.25, "R": 0.1}


def activity_for_density(density: float) -> Activity:
    """Give the activity at which about ``density`` onsets a beat are heard in a piece.

    It is the median over ten styles. What is heard in a mix is less than what is written: 1.7 of 2.8 onsets a
    beat at the styles' own activity.
    """
    level = float(np.interp(density, (0.77, 1.44, 1.71, 1.88, 2.7), (0, 0.25, 0.5, 0.75, 1)))
    return Activity(level, level, level, level)


def scale_groove(groove: Groove, metre: Metre, level: float) -> Groove:
    """Give the drum lines of one bar at an activity of ``level``: 0 bare, 0.5 as written, 1 busy."""
    if level == 0.5:
        return groove
    lines = {drum: line.replace(" ", "") for drum, line in groove.items()}
    if level < 0.5:
        return {
            drum: _thinned(line, metre.steps_per_beat, level, "", 1.15 if drum in _TIMEKEEPERS else 1.0)
            for drum, line in lines.items()
        }
    filled = next((drum for drum in _BUSIER_DRUMS if drum in lines), next(iter(lines), 0))
    busier = {
        drum: _with_ghost_notes(drum, line, metre.steps_per_beat, level) for drum, line in lines.items()
    }
    return busier | {
        drum: _filled(lines[drum], metre.steps_per_beat, level) for drum in lines if drum == filled
    }


@lru_cache(maxsize=1024)
def scale_figure(steps: str, size: int, level: float) -> str:
    """Give a bass or comping figure of ``size`` steps a beat at an activity of ``level``.

    Where a note is left out, the one before is held on.
    """
    if level == 0.5 or "W" in steps:
        return steps
    if level < 0.5:
        return _thinned(steps, size, level, "-")
    extent = 2 * level - 1
    marks = list(steps)
    for index, mark in enumerate(steps):
        if mark not in "-.":
            continue
        before = next((marks[i] for i in range(index - 1, -1, -1) if marks[i] not in "-."), "")
        if mark == "." and (before == "s" or not before):
            # Stabs keep the gaps between them; a very busy player echoes each at once.
            if before and marks[index - 1] == "s" and extent >= 0.5:
                marks[index] = "u"
            continue
        if extent >= _fill_threshold(index, size):
            marks[index] = _repeated_mark(before, index % size == 0)
    return "".join(marks)


def _repeated_mark(before: str, on_beat: bool) -> str:
    """Choose what a busier player adds after a mark: the next tone, the root again, or another stroke."""
    if before.isdigit():
        return str((int(before) + 1) % 4)
    if before.isupper():
        return "R"
    return "x" if on_beat else "u"


def metrical_accent(step: int, metre: Metre) -> float:
    """Give the share of its velocity with which a step of the bar is struck: 1 on the downbeat."""
    size = metre.steps_per_beat
    return 1 - _ACCENT * (1 - _metrical_weight(step, size, metre.beats * size))


def _metrical_weight(index: int, size: int, total: int) -> float:
    """Say how much a position carries the metre, 0 to 1."""
    beat, part = divmod(index, size)
    middle = total // size // 2
    if index == 0:
        return 1.0
    if part == 0:
        return 0.88 if beat == middle else 0.75
    if part in subdivisions(size):
        return 0.55 if beat % 2 else 0.5
    return 0.4 if part == size - 1 else 0.3


def subdivisions(size: int) -> tuple[int, ...]:
    """Give the steps that divide a beat of ``size`` steps: its half, or the thirds of a dotted beat."""
    return (2, 4) if size == 6 else (size // 2,)


def _fill_threshold(index: int, size: int) -> float:
    """Give how busy, 0 to 1, a player must be to strike here too."""
    part = index % size
    if part == 0:
        return 0.25
    if part in subdivisions(size):
        return 0.4
    return 0.7 if part == size - 1 else 0.9


def _thinned(line: str, size: int, level: float, held: str, haste: float = 1.0) -> str:
    """Leave out the lightest strokes of ``line``; the heaviest always stays."""
    extent = haste * (1 - 2 * level)
    weights = {
        index: _metrical_weight(index, size, len(line)) + _MARK_WEIGHTS.get(mark, 0.0)
        for index, mark in enumerate(line)
        if mark not in "-." and not (mark == "o" and extent > 0.15)
    }
    bar = min(1.0, extent) * max(weights.values(), default=0.0)
    kept = ""
    for index, mark in enumerate(line):
        if mark in "-." or weights.get(index, -1.0) >= bar:
            kept += mark
        else:
            kept += held if held and kept and kept[-1] not in ".s" else "."
    return kept


def _filled(line: str, size: int, level: float) -> str:
    extent = 2 * level - 1
    return "".join(
        ("x" if index % size in (0, *subdivisions(size)) else "o")
        if mark == "." and extent >= 0.8 * _fill_threshold(index, size)
        else mark
        for index, mark in enumerate(line)
    )


def _with_ghost_notes(drum: int, line: str, size: int, level: float) -> str:
    """Add a few light strokes to kick and snare, between those that make the groove."""
    extent, marks = 2 * level - 1, list(line)
    beats = len(line) // size
    steady = all(line[beat * size] in "Xx" for beat in range(beats))
    if drum == KICK and not steady:
        wished = ((beats // 2 * size + size // 2, 0.35), (beats // 2 * size - 1, 0.55), (len(line) - 2, 0.75))
        stroke = "x"
    elif drum == SNARE:
        wished = ((2 * size - 1, 0.3), (2 * size + 1, 0.5), (len(line) - 1, 0.7))
        stroke = "o"
    else:
        return line
    for index, at in wished:
        if index < len(marks) and marks[index] == "." and extent >= at:
            marks[index] = stroke
    return "".join(marks)
