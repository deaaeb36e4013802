"""Long recordings worked on a minute at a time, so that memory does not grow with them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from audiopod_mcp.music.model import Audio, Progress

from .loudness import Sliceable

_BLOCK = 60.0
"""Seconds worked on at a time, unless said otherwise."""
_CROSSFADE = 4.0
"""Seconds by which neighbouring blocks overlap."""


def process_in_blocks(
    audio: Sliceable,
    rate: int,
    work: Callable[[Audio, float, Progress], Audio],
    report: Progress,
    seconds: float = _BLOCK,
    copies: int = 1,
) -> Audio:
    """Overlapping blocks of a recording, each worked on alone, crossfaded into one.

    The gains of a crossfade sum to 1: blocks that come back as they were make the recording as it was.

    Parameters
    ----------
    audio : float32 array, shape (samples, channels)
    rate : int
        Samples a second.
    work : callable (block, start, report) -> float32 array
        Takes a block, when it begins (s), and a report for it alone; returns an array of its own, shaped like
        the block, or with ``copies`` times as many channels.
    report : Progress
    seconds : float
        How long a block is; more than 4.
    copies : int
        How many arrays shaped like the block ``work`` returns, beside each other as channels.

    Returns
    -------
    float32 array, shape (samples, channels * copies)
    """
    out = np.zeros((len(audio), audio.shape[1] * copies), np.float32)
    length, overlap = round(seconds * rate), round(_CROSSFADE * rate)
    starts = range(0, max(1, len(audio) - overlap), length - overlap)
    for index, start in enumerate(starts):

        def report_block(fraction: float, doing: str, done: int = index) -> None:
            report((done + min(1.0, fraction)) / len(starts), doing)

        part = work(audio[start : start + length], start / rate, report_block)
        fade = min(overlap, len(part))
        if index:
            ramp = np.sin(np.linspace(0, np.pi / 2, fade, dtype=np.float32))[:, None] ** 2
            out[start : start + fade] *= 1 - ramp
            part[:fade] *= ramp
        out[start : start + len(part)] += part
    return out
