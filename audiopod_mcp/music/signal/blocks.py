"""Long recordings worked on a minute at a time, so that memory does not grow with them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from audiopod_mcp.music.model import Audio, Progress

_BLOCK = 60.0
"""Seconds worked on at a time …"""
_CROSSFADE = 4.0
"""… and how far neighbouring blocks overlap."""


def process_in_blocks(
    audio: Audio,
    rate: int,
    work: Callable[[Audio, float, Progress], Audio],
    report: Progress,
    seconds: float = _BLOCK,
) -> Audio:
    """``work(block, start, report)`` for overlapping blocks of ``audio``, its results crossfaded into one.

    ``start`` is where the block begins, and ``seconds`` how long one is; what comes back is shaped like the
    block.
    """
    out = np.zeros_like(audio)
    length, overlap = round(seconds * rate), round(_CROSSFADE * rate)
    starts = range(0, max(1, len(audio) - overlap), length - overlap)
    for index, start in enumerate(starts):

        def tell(fraction: float, doing: str, done: int = index) -> None:
            report((done + min(1.0, fraction)) / len(starts), doing)

        part = work(audio[start : start + length], start / rate, tell)
        fade = min(overlap, len(part))
        if index:
            ramp = np.sin(np.linspace(0, np.pi / 2, fade, dtype=np.float32))[:, None] ** 2
            out[start : start + fade] *= 1 - ramp
            part[:fade] *= ramp
        out[start : start + len(part)] += part
    return out
