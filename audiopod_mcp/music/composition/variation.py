"""Bars that are not played the same four times: small changes of a pattern, alike in sections of a kind.

The odd bars of a phrase state a pattern and the even ones vary it. A variation never touches the downbeat,
nor what makes the pattern what it is: steady bass drums stay steady, and backbeats stay in place.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from audiopod_mcp.music.theory import Metre

from .activity import subdivisions
from .grooves import (
    BONGO_HIGH,
    CLOSED,
    CONGA_HIGH,
    GUIRO,
    KICK,
    OPEN,
    RIDE,
    SHAKER,
    SNARE,
    STICK,
    TAMBOURINE,
    Groove,
)
from .random_streams import random_stream
from .song_plan import SongPlan
from .timeline import Bar

_VARIANTS = (0, 1, 0, 2, 0, 1, 3, 4)
"""Which variant each of eight bars plays; 0 is the pattern as it is written."""
_STRUCK = "Xxo"
_BARE = 0.25
"""The activity up to which a player keeps to the pattern."""
_TIME = (CLOSED, RIDE, STICK, SHAKER, TAMBOURINE, GUIRO, CONGA_HIGH, BONGO_HIGH)
"""What keeps time beside the backbeat, and may breathe."""


class Variation:
    """How one player varies its patterns from bar to bar, and alike in every section of a kind."""

    def __init__(self, plan: SongPlan, *names: str) -> None:
        """Prepare for the player called by ``names``."""
        self._plan, self._names = plan, names
        self._human = plan.style.looseness >= 0.5
        self._figures: dict[tuple[str, int, str], str] = {}
        self._grooves: dict[tuple[str, int, tuple[tuple[int, str], ...]], Groove] = {}

    def figure(self, steps: str, bar: Bar, level: float, *, leads: bool = False) -> str:
        """Give the steps of a bass or comping figure in ``bar``, at an activity of ``level``.

        A bass that ``leads`` runs into the next phrase.
        """
        label, variant = self._variant(bar, level)
        if not variant or "W" in steps:
            return steps
        key = (label, variant, steps)
        if key not in self._figures:
            size = self._plan.timeline.metre.steps_per_beat
            run = leads and bar.index % 4 == 3
            self._figures[key] = _vary_figure(steps, size, self._chance(label, variant), run=run)
        return self._figures[key]

    def groove(self, lines: Groove, bar: Bar, level: float) -> Groove:
        """Give the drum lines of ``bar``, each as long as it, at an activity of ``level``."""
        label, variant = self._variant(bar, level)
        if not variant:
            return lines
        key = (label, variant, tuple(lines.items()))
        if key not in self._grooves:
            metre = self._plan.timeline.metre
            self._grooves[key] = _vary_groove(lines, metre, self._chance(label, variant), human=self._human)
        return self._grooves[key]

    def _variant(self, bar: Bar, level: float) -> tuple[str, int]:
        whole = bar.beats == self._plan.timeline.metre.beats
        steady = not whole or level <= _BARE or bar.ending
        return self._plan.sections[bar.section].label, 0 if steady else _VARIANTS[bar.index % len(_VARIANTS)]

    def _chance(self, label: str, variant: int) -> np.random.Generator:
        return random_stream(self._plan.seed, "variation", label, variant, *self._names)


def _vary_groove(groove: Groove, metre: Metre, rng: np.random.Generator, *, human: bool) -> Groove:
    """Vary the drum lines of a bar, each of one bar's length: bass drum, ghost notes and time.

    ``human`` drummers play ghost notes and open the hi-hat; machines move strokes alone.
    """
    size = metre.steps_per_beat
    varied = dict(groove)
    if KICK in varied:
        varied[KICK] = _vary_kick(varied[KICK], size, groove.get(SNARE, ""), rng)
    if human and SNARE in varied and "o" not in varied[SNARE]:
        varied[SNARE] = _with_ghosts(varied[SNARE], size, rng)
    for drum in _TIME:
        if drum in varied and (human or drum == CLOSED):
            varied[drum] = _vary_time(varied[drum], size, rng)
    if human and CLOSED in varied and OPEN not in varied and rng.random() < 0.5:
        lift = len(varied[CLOSED]) - size + subdivisions(size)[-1]
        if varied[CLOSED][lift] in "Xx":
            varied[CLOSED] = _with(varied[CLOSED], lift, ".")
            varied[OPEN] = _with("." * len(varied[CLOSED]), lift, "x")
    return varied


def _vary_figure(steps: str, size: int, rng: np.random.Generator, *, run: bool = False) -> str:
    """Vary a bass or comping figure of ``size`` steps a beat: one stroke is moved, added or left out.

    Broken chords change the order of their tones. A ``run`` leads a bass into the next phrase.
    """
    marks = list(steps)
    if sum(mark.isdigit() for mark in marks) > 2:
        return _broken_otherwise(steps, size, rng)
    struck = [i for i, mark in enumerate(marks) if mark not in "-." and i]
    if run and len(struck) > 1 and marks[-size] not in "-." and size >= 4:
        return steps[:-size] + _RUNS[int(rng.integers(len(_RUNS)))].ljust(size, "-")[:size]
    light = [i for i in struck if i % size]
    way = rng.random()
    if light and way < 0.4:  # One stroke less: what is before it is held on, or rests on.
        at = light[int(rng.integers(len(light)))]
        before = marks[at - 1]
        marks[at] = "-" if before in "-RFTSOPx" and marks[at] != "s" else "."
        return "".join(marks)
    if struck and way < 0.75:  # A push: a stroke comes early by half a beat.
        at = struck[int(rng.integers(len(struck)))]
        early = at - subdivisions(size)[0]
        if early > 0 and marks[at] in "Rxus" and all(mark in "-." for mark in marks[early:at]):
            marks[early], held = marks[at], marks[at] != "s"
            marks[early + 1 : at + 1] = ("-" if held else ".") * (at - early)
            return "".join(marks)
    gaps = [
        i
        for i, mark in enumerate(marks)
        if mark in "-." and i % size in subdivisions(size) and i > size and marks[i - 1] in "-."
    ]
    if gaps:
        at = gaps[int(rng.integers(len(gaps)))]
        before = next((mark for mark in reversed(marks[:at]) if mark not in "-."), "")
        marks[at] = {"R": "O", "s": "s"}.get(before, "R" if before.isupper() else "u")
    return "".join(marks)


_RUNS = ("R-A-", "T-A-", "R-RA")


def _between(size: int) -> tuple[int, ...]:
    """Give the steps of a beat on which light strokes fall."""
    return (2, 3) if size == 4 else subdivisions(size)


def _vary_kick(line: str, size: int, snare: str, rng: np.random.Generator) -> str:
    beats = len(line) // size
    if all(line[beat * size] in "Xx" for beat in range(beats)):
        return line
    strokes = [i for i, mark in enumerate(line) if mark in _STRUCK and i % size]
    free = [
        i
        for i in range(size, len(line))
        if line[i] == "." and i % size in _between(size) and (snare + "." * len(line))[i] not in "Xx"
    ]
    if strokes and rng.random() < 0.4:
        line = _with(line, strokes[int(rng.integers(len(strokes)))], ".")
    if free and len(strokes) < beats + 2:
        line = _with(line, free[int(rng.integers(len(free)))], "x")
    return line


def _with_ghosts(line: str, size: int, rng: np.random.Generator) -> str:
    """Add a ghost note or two beside the backbeats."""
    backbeats = [i for i, mark in enumerate(line) if mark in "Xx"]
    beside = [at for i in backbeats for at in range(i - size, i + size) if 0 < at < len(line)]
    free = [at for at in beside if line[at] == "." and at % size in _between(size)]
    for _ in range(int(rng.integers(1, 3))):
        if free:
            line = _with(line, free.pop(int(rng.integers(len(free)))), "o")
    return line


def _vary_time(line: str, size: int, rng: np.random.Generator) -> str:
    """Let the time breathe: one light stroke is left out, and one is added between two."""
    light = [i for i, mark in enumerate(line) if mark in _STRUCK and i % size]
    free = [i for i, mark in enumerate(line) if mark == "." and i % size in subdivisions(size)]
    free = free or [i for i, mark in enumerate(line) if mark == "." and i % size in _between(size)]
    if len(light) > 1 and rng.random() < 0.6:
        line = _with(line, light[int(rng.integers(len(light)))], ".")
    if free and rng.random() < 0.7:
        line = _with(line, free[int(rng.integers(len(free)))], "o")
    return line


def _broken_otherwise(steps: str, size: int, rng: np.random.Generator) -> str:
    """Play the tones of a broken chord in another order; the first, which carries the bar, stays."""
    at = [i for i, mark in enumerate(steps) if mark.isdigit()]
    tones = [steps[i] for i in at]
    later = tones[1:]
    turned = later[::-1] if rng.random() < 0.5 else later[2:] + later[:2]
    marks = list(steps)
    for i, tone in zip(at, [tones[0], *turned], strict=True):
        marks[i] = tone
    # A tone is not struck twice in a row, as long as there are others.
    for before, i in pairwise(at):
        if marks[i] == marks[before] and i - before <= size:
            marks[i] = str((int(marks[i]) + 1) % 4)
    return "".join(marks)


def _with(line: str, at: int, mark: str) -> str:
    return line[:at] + mark + line[at + 1 :]
