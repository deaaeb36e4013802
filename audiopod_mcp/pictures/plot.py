"""What the pictures of a recording have in common: the canvas with its text, and what stands around the plot.

From top to bottom: the names of the parts of the music, the plot, loudness in figures and as a curve, the
time; in the margin on the left the scales.
"""

from __future__ import annotations

import io
import math
import unicodedata
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont

from . import Sections
from .audio import measure_loudness

WIDTH, MARGIN = 1000, 52
PLOT_WIDTH = WIDTH - MARGIN
HEADER, LUFS_TEXT, LUFS_CURVE, TIME_AXIS = 22, 23, 61, 22
"""Rows: the parts' names above the plot; below it loudness in figures, loudness as a curve, the time."""
STEPS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600)
"""Seconds between two marks on the time axis."""
MARK_WIDTH = 72
"""Columns that a mark and its time need."""
LOUDEST, QUIETEST = -5.0, -41.0
"""LUFS on top and at the bottom of the curve."""
LUFS_MARKS = (-10, -20, -30)
TEXT_SIZE, SCALE_SIZE = 14, 12
FEWEST_LETTERS, MOST_LETTERS = 3, 200
"""Of a name: what is cut off to fewer says nothing, and no picture has room for more."""

PAPER, LINE, CURVE, SECTION, TEXT = range(5)
TEXT_SHADES = 4
"""How many colours smooth the edges of letters, from ``TEXT`` on; the last one is that of ink."""
INK = TEXT + TEXT_SHADES - 1
OWN = INK + 1
"""The first colour of a picture's own; those before it are common to all."""
_PAPER_COLOR, _INK_COLOR = (255, 255, 255), (52, 64, 84)


def _palette() -> bytes:
    shades = [
        round(paper + (ink - paper) * shade / TEXT_SHADES)
        for shade in range(1, TEXT_SHADES + 1)
        for paper, ink in zip(_PAPER_COLOR, _INK_COLOR, strict=True)
    ]
    return bytes(_PAPER_COLOR) + bytes.fromhex("d0d5dd f79009 b42318") + bytes(shades)


class Figure:
    """A picture of a recording around a plot whose columns are time.

    Parameters
    ----------
    height
        Rows of the plot itself.
    seconds
        How long the recording is.
    sections
        The parts of the music, or none.
    colors
        Three bytes for each of the plot's own colours, whose indices begin with :data:`OWN`.

    Attributes
    ----------
    top, bottom : int
        The first row of the plot, and the first one below it. Its columns are those from :data:`MARGIN` on.
    pen : ImageDraw.ImageDraw
        Draws lines; colours are palette indices.

    """

    def __init__(self, height: int, seconds: float, sections: Sections, colors: bytes) -> None:
        self.top = HEADER if sections else 0
        self.bottom = self.top + height
        size = (WIDTH, self.bottom + LUFS_TEXT + LUFS_CURVE + TIME_AXIS)
        self._image = Image.new("P", size, PAPER)
        self._palette = _palette() + colors
        self._image.putpalette(self._palette)
        # A palette picture can't smooth the edges of letters: how dark they are is kept apart until the end.
        self._letters = Image.new("L", size)
        self._writer = ImageDraw.Draw(self._letters)
        self._seconds, self._sections = seconds, sections
        self.pen = ImageDraw.Draw(self._image)

    def paste(self, indices: npt.NDArray[np.uint8]) -> None:
        """Stretch an image over the plot.

        Parameters
        ----------
        indices
            Palette indices, shape (rows, columns).

        """
        plot = Image.fromarray(indices)
        plot.putpalette(self._palette)
        size = (PLOT_WIDTH, self.bottom - self.top)
        self._image.paste(plot.resize(size, Image.Resampling.NEAREST), (MARGIN, self.top))

    def write(self, x: int, y: int, text: str, anchor: str, size: int = TEXT_SIZE) -> None:
        """Write ASCII ``text`` onto paper, at ``x``, ``y`` by Pillow's ``anchor``."""
        self._writer.text((x, y), text, 255, _font(size), anchor)

    def mark(self, row: int, label: str) -> None:
        """Mark a value of the scale on the left."""
        self.pen.line([(MARGIN - 4, row), (MARGIN - 1, row)], INK)
        self.write(MARGIN - 8, max(row, SCALE_SIZE // 2), label, "rm", SCALE_SIZE)

    def finish(self, path: str) -> bytes:
        """Draw all that stands around the plot.

        Parameters
        ----------
        path
            The recording, whose loudness is measured.

        Returns
        -------
        bytes
            A PNG file.

        Raises
        ------
        ValueError
            Where the file can't be read.

        """
        self._draw_sections()
        self._draw_loudness(path)
        self._draw_time()
        shades = self._letters.point([round(dark / 255 * TEXT_SHADES) for dark in range(256)])
        written = shades.point([0] + [255] * 255)
        self._image.paste(shades.point([max(0, TEXT - 1 + shade) for shade in range(256)]), mask=written)
        file = io.BytesIO()
        self._image.save(file, "PNG", optimize=True)
        return file.getvalue()

    def _x(self, seconds: float) -> int:
        return MARGIN + round(min(max(seconds / self._seconds, 0), 1) * PLOT_WIDTH)

    def _draw_sections(self) -> None:
        """A line where each part begins, and its name as far as there is room."""
        for number, (start, end, name) in enumerate(self._sections, 1):
            if not start < end:  # nor where either is not a number
                continue
            left, right = self._x(start), self._x(end)
            if left == right:
                continue
            if left > MARGIN:
                self.pen.line([(left, 0), (left, self.bottom - 1)], SECTION)
            self.write(left + 4, HEADER // 2, _shorten(_in_ascii(name, number), right - left - 6), "lm")

    def _draw_loudness(self, path: str) -> None:
        """The loudness of the whole in figures, and below them short-term loudness as a curve."""
        short_term, integrated = measure_loudness(path, PLOT_WIDTH)
        text = "Silent" if integrated is None else f"Loudness {integrated:.1f} LUFS"
        self.write(MARGIN, self.bottom + LUFS_TEXT // 2, text, "lm")
        top = self.bottom + LUFS_TEXT

        def row(lufs: float) -> int:
            share = (LOUDEST - min(max(lufs, QUIETEST), LOUDEST)) / (LOUDEST - QUIETEST)
            return top + round(share * (LUFS_CURVE - 1))

        for x, lufs in enumerate(short_term, MARGIN):
            if lufs > QUIETEST:
                self.pen.line([(x, row(lufs)), (x, top + LUFS_CURVE - 1)], CURVE)
        for lufs in LUFS_MARKS:
            self.pen.line([(MARGIN, row(lufs)), (WIDTH, row(lufs))], LINE)
            self.mark(row(lufs), str(lufs))

    def _draw_time(self) -> None:
        top = self.bottom + LUFS_TEXT + LUFS_CURVE
        self.pen.line([(MARGIN, top), (WIDTH, top)], LINE)
        step = next((s for s in STEPS if s / self._seconds * PLOT_WIDTH >= MARK_WIDTH), STEPS[-1])
        for number in range(int(self._seconds / step) + 1):
            seconds = round(number * step, 2)
            time = f"{seconds:.2f} s" if step < 1 else f"{seconds // 60}:{seconds % 60:02}"
            x = min(self._x(seconds), WIDTH - 1)
            self.pen.line([(x, top), (x, top + 4)], INK)
            half = math.ceil(_font(TEXT_SIZE).getlength(time) / 2)
            self.write(min(x, WIDTH - half), top + 7, time, "mt")


@lru_cache
def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size)


def _in_ascii(name: str, number: int) -> str:
    """``name`` in letters that Pillow's own font has, accents left off, or its number where none is left.

    The font has ASCII alone. One for all scripts would weigh more than the whole server, and those of the
    machine differ from one to the next; the names themselves stand in the text that comes with the picture.
    """
    letters = unicodedata.normalize("NFKD", name[:MOST_LETTERS]).encode("ascii", "ignore").decode()
    text = " ".join("".join(letter if letter.isprintable() else " " for letter in letters).split())
    return text if name.isascii() or any(map(str.isalpha, text)) else f"#{number}"


def _shorten(text: str, room: float) -> str:
    """``text``, or as much of its beginning as takes no more columns than ``room``, or nothing."""
    font = _font(TEXT_SIZE)
    if font.getlength(text) <= room:
        return text
    cuts = (text[:letters].rstrip() + "…" for letters in range(len(text) - 1, FEWEST_LETTERS - 1, -1))
    return next((cut for cut in cuts if font.getlength(cut) <= room), "")
