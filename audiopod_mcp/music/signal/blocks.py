"""Long recordings worked on a minute at a time, so that memory does not grow with them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

import numpy as np

from audiopod_mcp.music.model import Audio, Progress

from .loudness import Sliceable

_BLOCK = 60.0
"""Seconds worked on at a time, unless said otherwise."""
_CROSSFADE = 4.0
"""Seconds by which neighbouring blocks overlap."""


class Recordable(Sliceable, Protocol):
    """A recording of which stretches can be written, too."""

    def __setitem__(self, piece: slice, audio: Audio, /) -> None: ...


def process_in_blocks(
    audio: Sliceable,
    rate: int,
    work: Callable[[Audio, float, Progress], Audio],
    report: Progress,
    seconds: float = _BLOCK,
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
        the block.
    report : Progress
    seconds : float
        How long a block is; more than 4.

    Returns
    -------
    float32 array, shape (samples, channels)
    """
    out = np.zeros(audio.shape, np.float32)
    process_onto([out], audio, rate, work, report, seconds)
    return out


def process_onto(
    tapes: Sequence[Recordable],
    audio: Sliceable,
    rate: int,
    work: Callable[[Audio, float, Progress], Audio],
    report: Progress,
    seconds: float = _BLOCK,
) -> None:
    """The same for work that makes several recordings of one, beside each other as channels.

    ``tapes`` are silent, and each is shaped like ``audio``.
    """
    length, overlap = round(seconds * rate), round(_CROSSFADE * rate)
    starts = range(0, max(1, len(audio) - overlap), length - overlap)
    for index, start in enumerate(starts):

        def report_block(fraction: float, doing: str, done: int = index) -> None:
            report((done + min(1.0, fraction)) / len(starts), doing)

        part = work(audio[start : start + length], start / rate, report_block)
        fade = min(overlap, len(part)) if index else 0
        ramp = np.sin(np.linspace(0, np.pi / 2, fade, dtype=np.float32))[:, None] ** 2
        part[:fade] *= ramp
        for tape, own in zip(tapes, np.split(part, len(tapes), axis=1), strict=True):
            own[:fade] += tape[start : start + fade] * (1 - ramp)
            tape[start : start + len(own)] = own
