"""What a file turns out to hold, before a sample of it is decoded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import BinaryIO, NamedTuple

from .window import Stretch

Pieces = Sequence[bytes | Stretch]


@dataclass(frozen=True)
class Stream:
    """Sound in one format from beginning to end. A file may hold several, one after another."""

    pieces: Pieces
    """What a decoder is shown of the file: its headers, put right, and the sound."""
    promised: float | None = None
    """Seconds that the file says there are; ``None`` where it says nothing that might be wrong."""
    found: float | None = None
    """Seconds that there are as far as can be told without decoding."""
    unfinished: bool = False
    """Whether the mark that ends such a stream is missing."""
    damage: str | None = None
    """What is wrong within it, as far as can be told without decoding."""
    as_it_is: bool = False
    """Whether it is the whole file, as which a decoder may open it."""


class Foreign(NamedTuple):
    """What only ffmpeg reads: what people call it, and which of ffmpeg's demuxers takes it."""

    name: str
    demuxer: str


class NotAudio(Exception):
    """Why a file can't be read; completes "not a readable audio file: …"."""


def read_at(file: BinaryIO, start: int, length: int) -> bytes:
    file.seek(start)
    return file.read(length)
