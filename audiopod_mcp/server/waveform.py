"""A picture of a recording: its peaks and its loudness over time, with a time axis, as PNG.

Runs in a worker process. Drawn by hand because the picture is a few thousand rectangles: a plotting
library would cost more to import than all the rest of the server.
"""

from __future__ import annotations

import struct
import zlib
from typing import Any

WIDTH, HEIGHT, AXIS = 1200, 240, 14
BACKGROUND, LINE, PEAK, RMS, TICK = range(5)
PALETTE = bytes.fromhex("ffffffd0d5dd93b4f52563eb667085")
MAX_SECONDS = 3 * 3600
STEPS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800)
"""Seconds between two marks on the time axis."""


def draw(path: str) -> bytes:
    """PNG of the audio file ``path``: light is the peak, dark the root mean square of each column.

    Raises:
        ValueError: where the file can't be read or has nothing in it.

    """
    import numpy as np

    low, high, rms, seconds = _columns(path)
    rows = HEIGHT - AXIS
    y = np.arange(rows)[:, None]
    middle = (rows - 1) / 2
    picture = np.full((HEIGHT, WIDTH), BACKGROUND, np.uint8)
    plot = picture[:rows]
    level = (middle - y) / middle
    plot[np.abs(y - middle).ravel() <= 0.5] = LINE
    plot[(level <= np.maximum(high, 1 / middle)) & (level >= np.minimum(low, -1 / middle))] = PEAK
    plot[np.abs(level) <= rms] = RMS
    step = next(
        s for s in (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600) if seconds / s <= 24 or s == 3600
    )
    for number in range(int(seconds // step) + 1):
        x = min(int(number * step / seconds * WIDTH), WIDTH - 1)
        picture[rows : rows + 5, x] = TICK
        _write(picture, x + 3, rows + 6, f"{number * step // 60}:{number * step % 60:02d}")
    return _png(picture)


def _columns(path: str) -> tuple[Any, Any, Any, float]:
    """Lowest and highest sample and root mean square of each column, ±1, and the length in seconds."""
    import numpy as np
    import soundfile

    try:
        with soundfile.SoundFile(path) as file:
            rate = file.samplerate
            frames = min(file.frames, MAX_SECONDS * rate)
            if frames <= 0:
                raise ValueError("there is no audio in the file")
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
    except soundfile.LibsndfileError as error:
        raise ValueError(f"not a readable audio file: {error}") from error
    rms = np.sqrt(power / np.maximum(counts, 1))
    return np.clip(low, -1, 1), np.clip(high, -1, 1), np.minimum(rms, 1), frames / rate


DIGITS = {
    digit: [[bit == "1" for bit in row] for row in rows.split()]
    for digit, rows in {
        "0": "111 101 101 101 111",
        "1": "010 110 010 010 111",
        "2": "111 001 111 100 111",
        "3": "111 001 111 001 111",
        "4": "101 101 111 001 001",
        "5": "111 100 111 001 111",
        "6": "111 100 111 101 111",
        "7": "111 001 010 010 010",
        "8": "111 101 111 101 111",
        "9": "111 101 111 001 111",
        ":": "0 1 0 1 0",
    }.items()
}


def _write(picture: Any, x: int, y: int, text: str) -> None:
    """Write a time in digits three pixels wide, where it fits."""
    width = sum(len(DIGITS[digit][0]) + 1 for digit in text)
    if x + width > WIDTH:
        return
    for digit in text:
        for dy, row in enumerate(DIGITS[digit]):
            for dx, dark in enumerate(row):
                if dark:
                    picture[y + dy, x + dx] = TICK
        x += len(DIGITS[digit][0]) + 1


def _png(picture: Any) -> bytes:
    """An 8-bit palette PNG of ``picture``, shape (rows, columns)."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows, columns = picture.shape
    lines = b"".join(b"\0" + row.tobytes() for row in picture)
    return b"".join(
        (
            b"\x89PNG\r\n\x1a\n",
            chunk(b"IHDR", struct.pack(">IIBBBBB", columns, rows, 8, 3, 0, 0, 0)),
            chunk(b"PLTE", PALETTE),
            chunk(b"IDAT", zlib.compress(lines, 9)),
            chunk(b"IEND", b""),
        )
    )
