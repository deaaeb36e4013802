"""Tags before and after the sound, of any kind of file."""

from __future__ import annotations

from typing import BinaryIO

from .stream import read_at


def skip_tags(file: BinaryIO, at: int, end: int) -> int:
    """Where, from ``at`` on, something begins that is no ID3 or APE tag."""
    while True:
        head = read_at(file, at, 32)
        if head[:3] == b"ID3" and len(head) >= 10 and all(byte < 128 for byte in head[6:10]):
            size = head[6] << 21 | head[7] << 14 | head[8] << 7 | head[9]
            at += 10 + size + (10 if head[5] & 0x10 else 0)
        elif head[:8] == b"APETAGEX":
            at += 32 + int.from_bytes(head[12:16], "little")
        elif head[:3] == b"TAG" and end - at == 128:
            return end
        else:
            return min(at, end)
