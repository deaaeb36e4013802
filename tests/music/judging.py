"""How results are judged: stems that sum, seams that don't click, harmony that is alike."""

from __future__ import annotations

import numpy as np

from audiopod_mcp.music.effects.crossfade import mixdown
from audiopod_mcp.music.model import Rendering


def assert_stems_sum(made: Rendering) -> None:
    assert made.stems
    assert np.abs(mixdown(made.stems) - made.audio).max() < 1e-4


def assert_as_it_was(stem, before) -> None:
    """But for moments at which peaks of a new mix are held below full scale."""
    change = np.abs(stem - before).max(axis=1)
    assert np.mean(change > 0) < 0.02
    assert change.max() < 0.1


def steepness(audio, at: int, width: int = 12) -> float:
    """The largest step within ``width`` samples of ``at``, over the 99.9th percentile around it."""
    steps = np.abs(np.diff(audio.mean(axis=1)))
    near = steps[max(0, at - width) : at + width].max(initial=0.0)
    around = steps[max(0, at - 9000) : at + 9000]
    return float(near / max(1e-6, np.percentile(around, 99.9)))


def likeness(one, other) -> float:
    """The mean correlation of two chromagrams, ``(frames, 12)``."""
    one, other = (x - x.mean(axis=1, keepdims=True) for x in (one, other))
    norm = np.sqrt((one**2).sum(axis=1) * (other**2).sum(axis=1))
    return float(((one * other).sum(axis=1) / np.maximum(norm, 1e-9)).mean())
