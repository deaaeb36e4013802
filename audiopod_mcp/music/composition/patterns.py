"""Patterns, written as drum machines and tablature write them.

A pattern is one bar of 4/4 in sixteenths: 16 steps, with spaces for the eye. Other simple metres are cut from
it by :func:`fit_to_metre`; compound metres have patterns of their own, of twelve steps for two dotted beats.
``-`` holds and ``.`` rests; the other marks are explained where they are used.
"""

from __future__ import annotations

from functools import lru_cache

from audiopod_mcp.music.theory import Metre


@lru_cache(maxsize=4096)
def fit_to_metre(pattern: str, metre: Metre, beats: int, bar: int = 0) -> str:
    """Cut or repeat a pattern so that it fills exactly ``beats`` beats of ``metre``.

    In three, the third of four beats is left out, so that the lead into the next bar stays. In five (3+2),
    the first beat is repeated before the last one. In seven eighths (2+2+3), half of the last beat is left
    out. ``bar`` says which half of a pattern of two bars is played.
    """
    steps = pattern.replace(" ", "")
    size = metre.steps_per_beat
    if len(steps) == 2 * beats * size and len(steps) > 16:  # A pattern of two bars.
        half = len(steps) // 2
        steps = steps[half:] if bar % 2 else steps[:half]
    if metre.beats == 3 and len(steps) == 16:
        steps = steps[: 2 * size] + steps[3 * size :]
    if metre.beats == 5 and len(steps) == 16:
        steps = steps[: 3 * size] + steps[:size] + steps[3 * size :]
    if metre.unit == 2 and len(steps) == 16:
        steps = steps[:14]
    return (steps * (1 + beats * size // len(steps)))[: beats * size]
