"""PNG files of palette pictures."""

from __future__ import annotations

import struct
import zlib
from typing import Any


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
