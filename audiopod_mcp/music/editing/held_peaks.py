"""Peaks that are held down after an edit, and what that takes from whom."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import replace

import numpy as np

from audiopod_mcp.music.effects.normalization import limit_true_peak
from audiopod_mcp.music.synthesis import Mix, tapes_of

from .layers import LayeredTrack, track_label
from .receipts import figure, level_change, signed
from .step import EditStep

_AUDIBLE = 0.1
"""A change that is told, dB."""
_TOLD = 0.05
"""A change of a figure that is told, dB."""
_SHORTFALL = 1.0
"""What is missing of a level, dB, where it was not reached."""
_LEVEL = re.compile(r"[+−]\d+\.\d dB")


def with_peaks_limited(piece: LayeredTrack, before: LayeredTrack, ceiling: float) -> LayeredTrack:
    return replace(piece, layers=limit_true_peak(piece.layers, before.layers, piece.rate, ceiling))


def of_held_levels(
    step: EditStep, facts: Sequence[str], piece: LayeredTrack, held: LayeredTrack
) -> tuple[list[str], list[str]]:
    """The ``facts`` of a change of level as they are after peaks were held, and what is missing."""
    named = {*held.layers} if step.track is None else {step.track}
    own = sorted((named & {*held.layers}) - {*step.others})
    if step.kind != "level" or not own or held.layers is piece.layers:
        return [*facts], []
    old, new = (Mix([tapes_of(each.layers)[track] for track in own]) for each in (piece, held))
    lost, told, shortfalls = level_change(old, new), list[str](), list[str]()
    for fact in facts:
        found = _LEVEL.search(fact) if -np.inf < lost < -_TOLD else None
        if found is None:
            told.append(fact)
            continue
        level = signed(float(found[0].removesuffix(" dB").replace("−", "-")) + lost, "dB")
        told.append(fact.replace(found[0], f"{level} ({found[0]} but for held peaks)"))
        if lost < -_SHORTFALL:
            instead = (
                "make everything else quieter" if step.track or step.others else "say a loudness in LUFS"
            )
            shortfalls.append(f"Peaks were held, so that it came to {level}: {instead}.")
    return told, shortfalls


def of_held_peaks(
    piece: LayeredTrack, held: LayeredTrack, ceiling: float, told_of: Collection[str | None] = ()
) -> list[str]:
    """The fact that peaks were held down, where that made the whole, or one player more than that, softer.

    ``told_of`` are the players whose level is told, ``None`` for everything.
    """
    if held.layers is piece.layers:
        return []
    changes: dict[str | None, float] = {None: level_change(piece.mix, held.mix)}
    changes |= {
        track: level_change(layer, held.layers[track])
        for track, layer in piece.layers.items()
        if track in held.layers
    }
    changes = {who: change for who, change in changes.items() if -np.inf < change < -_AUDIBLE}
    left = changes.keys() - ({None, *told_of} if told_of else ())
    softest = sorted(left, key=lambda who: changes[who])
    told = f"peaks held at {figure(ceiling)} dBTP"
    if not softest:
        return [told] if changes else []
    if None in softest and changes[None] < changes[softest[0]] + _AUDIBLE:
        softest = [None]
    names = [f"of {track_label(who)}" if who else "in all" for who in softest]
    told = f"{told}: {signed(changes[softest[0]], 'dB')} {names[0]}"
    others = [changes[who] for who in softest[1:] if who]
    return [f"{told}, {signed(others[0], 'dB')} at most of others" if others else told]
