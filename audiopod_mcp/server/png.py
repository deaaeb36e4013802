"""PNG files of palette pictures, and the time axis below those whose columns are time.

Drawn by hand because a picture is a few thousand rectangles: a plotting library would cost more to import
than all the rest of the server.
"""

from __future__ import annotations

import struct
import zlib
from typing import Any

AXIS = 14
"""Rows that the time axis takes at the bottom."""

STEPS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600)
"""Seconds between two marks on the time axis."""

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


def mark_time(picture: Any, seconds: float, ink: int) -> None:
    """Draw the time axis of ``seconds`` into the last :data:`AXIS` rows of ``picture``."""
    height, width = picture.shape
    top = height - AXIS
    step = next((s for s in STEPS if seconds / s <= 24), STEPS[-1])
    for number in range(int(seconds // step) + 1):
        x = min(int(number * step / seconds * width), width - 1)
        picture[top : top + 5, x] = ink
        write(picture, x + 3, top + 6, f"{number * step // 60}:{number * step % 60:02d}", ink)


def write(picture: Any, x: int, y: int, text: str, ink: int) -> None:
    """Write digits and colons, three pixels wide and five high, where they fit."""
    width = sum(len(DIGITS[digit][0]) + 1 for digit in text)
    if x + width > picture.shape[1]:
        return
    for digit in text:
        for dy, row in enumerate(DIGITS[digit]):
            for dx, dark in enumerate(row):
                if dark:
                    picture[y + dy, x + dx] = ink
        x += len(DIGITS[digit][0]) + 1


def encode(picture: Any, palette: bytes) -> bytes:
    """An 8-bit palette PNG of ``picture``, shape (rows, columns); ``palette`` has three bytes per colour."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows, columns = picture.shape
    lines = b"".join(b"\0" + row.tobytes() for row in picture)
    return b"".join(
        (
            b"\x89PNG\r\n\x1a\n",
            chunk(b"IHDR", struct.pack(">IIBBBBB", columns, rows, 8, 3, 0, 0, 0)),
            chunk(b"PLTE", palette),
            chunk(b"IDAT", zlib.compress(lines, 9)),
            chunk(b"IEND", b""),
        )
    )
