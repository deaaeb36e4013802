"""The waveform: the peaks of a recording over time."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from . import Sections
from .audio import BLOCK, open_audio
from .plot import LINE, MARGIN, OWN, PLOT_WIDTH, Figure

HEIGHT = 201
"""Rows of the wave itself; odd, so that silence is a line in the middle."""
PEAK, RMS = OWN, OWN + 1
COLORS = bytes.fromhex("93b4f5 2563eb")
LEVEL_MARKS = {1.0: "0 dB", 10 ** (-6 / 20): "-6", 10 ** (-12 / 20): "-12"}
FRAMES_READ = 1 << 20
"""How many are read at a time."""

Column = npt.NDArray[np.float64]


def draw_waveform(path: str, sections: Sections = ()) -> bytes:
    """Draw the waveform of a recording: light is the peak, dark the root mean square of each column.

    Parameters
    ----------
    path
        An audio file that libsndfile can read.
    sections
        The parts of the music, or none.

    Returns
    -------
    bytes
        A PNG file.

    Raises
    ------
    ValueError
        Where the file can't be read or has no audio in it.

    """
    low, high, rms, seconds = _measure_columns(path)
    figure = Figure(HEIGHT, seconds, sections, COLORS)

    def row(level: float) -> int:
        return figure.top + round((1 - level) / 2 * (HEIGHT - 1))

    figure.pen.line([(MARGIN, row(0)), (MARGIN + PLOT_WIDTH, row(0))], LINE)
    for level, label in LEVEL_MARKS.items():
        figure.mark(row(level), label)
        figure.mark(row(-level), label)
    for x, (lowest, highest, mean) in enumerate(zip(low, high, rms, strict=True), MARGIN):
        figure.pen.line([(x, row(highest)), (x, row(lowest))], PEAK)
        figure.pen.line([(x, row(mean)), (x, row(-mean))], RMS)
    return figure.finish(path)


def _measure_columns(path: str) -> tuple[Column, Column, Column, float]:
    """Lowest and highest sample and root mean square of each column, ±1, and the length in seconds."""
    low, high, power, counts = np.zeros((4, PLOT_WIDTH))
    with open_audio(path) as (file, rate, frames):
        edges = np.linspace(0, frames, PLOT_WIDTH + 1).astype(np.int64)
        start = 0
        for block in file.blocks(min(FRAMES_READ, BLOCK // file.channels), dtype="float32", always_2d=True):
            block = np.nan_to_num(block[: frames - start], nan=0.0, posinf=1.0, neginf=-1.0)
            if not len(block):
                break
            inside = edges[(edges > start) & (edges < start + len(block))] - start
            firsts = np.unique(np.concatenate(([0], inside)))
            column = np.searchsorted(edges, start + firsts, "right") - 1
            low[column] = np.minimum(low[column], np.minimum.reduceat(block, firsts).min(1))
            high[column] = np.maximum(high[column], np.maximum.reduceat(block, firsts).max(1))
            power[column] += np.add.reduceat(np.square(block, dtype=np.float64), firsts).mean(1)
            counts[column] += np.diff(firsts, append=len(block))
            start += len(block)
    rms = np.sqrt(power / np.maximum(counts, 1))
    return np.clip(low, -1, 1), np.clip(high, -1, 1), np.minimum(rms, 1), frames / rate
