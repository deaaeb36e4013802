"""What pictures whose columns are time have in common: the parts of the music above, loudness and time below.

Drawn by hand because a picture is a few thousand rectangles: a plotting library would cost more to import
than all the rest of the server.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .audio import measure_loudness
from .lettering import HEIGHT, width_of, write

Section = tuple[float, float, str]
"""From, to (seconds) and what it is called."""

WIDTH = 1000
HEAD, TOLD, STRIP, AXIS = 22, 20, 49, 20
"""Rows: the parts' names above the plot; below it loudness in figures, loudness as a curve, the time."""
STEPS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600)
"""Seconds between two marks on the time axis."""
ROOM = 72
"""Columns that a mark and its time need."""
LOUDEST, QUIETEST = -5.0, -41.0
"""LUFS on top and at the bottom of the curve."""
GRID = (-10, -20, -30)

PAPER, INK, LINE, CURVE, MARK = range(5)
COLORS = bytes.fromhex("ffffff 475467 d0d5dd f79009 b42318")
"""The first colours of every such picture's palette; its own follow."""
OWN = len(COLORS) // 3


def frame(path: str, plot: Any, seconds: float, sections: Sequence[Section]) -> Any:
    """The picture of ``path`` around its ``plot``, shape (rows, :data:`WIDTH`), both palette indices.

    Without ``sections`` nothing is said of the form.

    Raises:
        ValueError: where the file can't be read.

    """
    import numpy as np

    head = HEAD if sections else 0
    picture = np.full((head + len(plot) + TOLD + STRIP + AXIS, WIDTH), PAPER, np.uint8)
    picture[head : head + len(plot)] = plot
    _mark_sections(picture[: head + len(plot)], seconds, sections)
    _draw_loudness(picture[head + len(plot) : -AXIS], path)
    _mark_time(picture[-AXIS:], seconds)
    return picture


def _mark_sections(picture: Any, seconds: float, sections: Sequence[Section]) -> None:
    """A line where each part begins, and its name where there is room."""
    for start, end, name in sections:
        left, right = (round(min(max(at / seconds, 0), 1) * WIDTH) for at in (start, end))
        if right <= left:
            continue
        if left:
            picture[:, left] = MARK
        for scale in (2, 1):
            if width_of(name, scale) <= right - left - 5:
                write(picture, left + 4, (HEAD - HEIGHT * scale) // 2, name, MARK, scale)
                break


def _draw_loudness(strip: Any, path: str) -> None:
    """The loudness of the whole in figures, and below them short-term loudness as a curve."""
    import numpy as np

    curve, whole = measure_loudness(path, WIDTH)
    told = "SILENT" if whole is None else f"LOUDNESS {whole:.1f} LUFS"
    write(strip, 4, 4, told, INK, 2)
    plot = strip[TOLD:]
    row = (LOUDEST - np.clip(curve, QUIETEST, LOUDEST)) / (LOUDEST - QUIETEST) * (len(plot) - 1)
    plot[(np.arange(len(plot))[:, None] >= row.round()) & (curve > QUIETEST)] = CURVE
    for lufs in GRID:
        at = round((LOUDEST - lufs) / (LOUDEST - QUIETEST) * (len(plot) - 1))
        plot[at] = LINE
        label = plot[at - 4 : at + 5, : width_of(str(lufs)) + 7]
        label[:] = PAPER
        write(label, 4, 1, str(lufs), INK)


def _mark_time(axis: Any, seconds: float) -> None:
    step = next((s for s in STEPS if s / seconds * WIDTH >= ROOM), STEPS[-1])
    axis[0] = LINE
    for number in range(int(seconds // step) + 1):
        x = min(int(number * step / seconds * WIDTH), WIDTH - 1)
        time = f"{number * step // 60}:{number * step % 60:02d}"
        axis[:5, x] = INK
        if x + 4 + width_of(time, 2) <= WIDTH:
            write(axis, x + 4, 4, time, INK, 2)
