"""The ``smpl`` chunk of a wav, by which samplers know where it loops."""

from __future__ import annotations

import struct
from pathlib import Path

_MIDDLE_C = 60


def add_sampler_chunk(path: Path, rate: int, start: int, length: int) -> None:
    """Append the chunk to a wav: one forward loop of ``length`` samples from sample ``start``, without end.

    Source: Multimedia Programming Interface and Data Specifications 1.0, and Sampler chunk of
    "New Multimedia Data Types and Data Techniques" (Microsoft, 1994).
    """
    header = struct.pack("<9I", 0, 0, round(1e9 / rate), _MIDDLE_C, 0, 0, 0, 1, 0)
    loop = struct.pack("<6I", 0, 0, start, start + length - 1, 0, 0)  # the last sample is heard, too
    chunk = b"smpl" + struct.pack("<I", len(header + loop)) + header + loop
    with path.open("r+b") as file:
        if file.read(4) != b"RIFF":
            return  # another kind of wav has no room for it
        file.seek(0, 2)
        if file.tell() % 2:
            file.write(b"\0")
        file.write(chunk)
        size = file.tell() - 8
        file.seek(4)
        file.write(struct.pack("<I", size))
