"""A picture of a recording: its peaks over time, the parts of the music and its loudness, as PNG.

Runs in a worker process.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .audio import open_audio
from .plot import COLORS, LINE, OWN, PAPER, WIDTH, Section, frame
from .png import encode

HEIGHT = 200
"""Rows of the wave itself."""
PEAK, RMS = OWN, OWN + 1
PALETTE = COLORS + bytes.fromhex("93b4f5 2563eb")


def draw_waveform(path: str, sections: Sequence[Section] = ()) -> bytes:
    """PNG of the audio file ``path``: light is the peak, dark the root mean square of each column.

    Raises:
        ValueError: where the file can't be read or has nothing in it.

    """
    import numpy as np

    low, high, rms, seconds = _columns(path)
    y = np.arange(HEIGHT)[:, None]
    middle = (HEIGHT - 1) / 2
    plot = np.full((HEIGHT, WIDTH), PAPER, np.uint8)
    level = (middle - y) / middle
    plot[np.abs(y - middle).ravel() <= 0.5] = LINE
    plot[(level <= np.maximum(high, 1 / middle)) & (level >= np.minimum(low, -1 / middle))] = PEAK
    plot[np.abs(level) <= rms] = RMS
    return encode(frame(path, plot, seconds, sections), PALETTE)


def _columns(path: str) -> tuple[Any, Any, Any, float]:
    """Lowest and highest sample and root mean square of each column, ±1, and the length in seconds."""
    import numpy as np

    with open_audio(path) as (file, rate, frames):
        edges = np.linspace(0, frames, WIDTH + 1).astype(np.int64)
        low, high, power = np.zeros(WIDTH), np.zeros(WIDTH), np.zeros(WIDTH)
        counts = np.zeros(WIDTH)
        start = 0
        for block in file.blocks(1 << 20, dtype="float32", always_2d=True):
            block = np.nan_to_num(block[: frames - start], nan=0.0, posinf=1.0, neginf=-1.0)
            if not len(block):
                break
            column = np.searchsorted(edges, start + np.arange(len(block)), "right") - 1
            firsts = np.flatnonzero(np.r_[True, np.diff(column) > 0])
            hit = column[firsts]
            low[hit] = np.minimum(low[hit], np.minimum.reduceat(block.min(1), firsts))
            high[hit] = np.maximum(high[hit], np.maximum.reduceat(block.max(1), firsts))
            power[hit] += np.add.reduceat((block.astype(np.float64) ** 2).mean(1), firsts)
            counts[hit] += np.diff(np.r_[firsts, len(block)])
            start += len(block)
    rms = np.sqrt(power / np.maximum(counts, 1))
    return np.clip(low, -1, 1), np.clip(high, -1, 1), np.minimum(rms, 1), frames / rate
