"""Loops: a stretch whose end leads into its beginning, and what is told of one."""

from __future__ import annotations

from audiopod_mcp.music.model import Audio

from .crossfade import CROSSFADE, crossfade, equal_power_fade

_NOTHING_AROUND = 0.005
"""Seconds of the fades at the ends of what has nothing around it."""


def closed(stretch: Audio, before: Audio, after: Audio, rate: int) -> Audio:
    """A stretch of a recording that repeats without a seam, as long as it was.

    Its first moments come out of what follows it in the recording, or its last ones go into what precedes it:
    so the end leads into the beginning as it led into what came next. The crossfade is that of other seams.

    Parameters
    ----------
    stretch : float32 array, shape (n, channels)
    before, after : float32 array, shape (m, channels)
        What precedes and follows it; less than a crossfade counts as nothing.
    rate : int
        Hz.

    Returns
    -------
    float32 array, shaped like ``stretch``
    """
    fade = min(round(CROSSFADE * rate), len(stretch) // 2)
    if len(after) >= fade:
        return crossfade(after[:fade], stretch, fade)
    if len(before) >= fade:
        return crossfade(stretch, before[len(before) - fade :], fade)
    edge = min(round(_NOTHING_AROUND * rate), len(stretch) // 2)
    closed = stretch.copy()
    closed[:edge] *= equal_power_fade(edge)
    closed[len(closed) - edge :] *= equal_power_fade(edge)[::-1]
    return closed


def loop_fact(bars: int, samples: int, rate: int) -> str:
    """Tell where a loop begins and how long it is."""
    whole = f"{bars} bar{'s' * (bars != 1)}, " if bars else ""
    return f"loop of {whole}{samples / rate:.4g} s: from sample 0, {samples} samples at {rate} Hz"
