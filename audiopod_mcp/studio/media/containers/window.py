"""A file as a decoder is shown it: stretches of a real one, and headers of our own."""

from __future__ import annotations

import io
import os
from bisect import bisect_right
from collections.abc import Iterable
from itertools import accumulate
from typing import Any, BinaryIO, NamedTuple


class Stretch(NamedTuple):
    """Bytes ``start`` to ``start + length`` of the real file."""

    start: int
    length: int


class Window(io.RawIOBase):
    """``pieces`` of ``file`` one after another, to be read and sought in as one file."""

    def __init__(self, file: BinaryIO, pieces: Iterable[bytes | Stretch]) -> None:
        self._file = file
        self._pieces = _joined(pieces)
        lengths = (p.length if isinstance(p, Stretch) else len(p) for p in self._pieces)
        self._ends = list(accumulate(lengths))
        self._at = 0

    def __len__(self) -> int:
        return self._ends[-1] if self._ends else 0

    def pieces_from(self, start: int) -> list[bytes | Stretch]:
        """What is shown from ``start`` on."""
        rest: list[bytes | Stretch] = []
        for piece, end in zip(self._pieces, self._ends, strict=True):
            length = piece.length if isinstance(piece, Stretch) else len(piece)
            skipped = min(length, max(0, start - (end - length)))
            rest.append(
                Stretch(piece.start + skipped, length - skipped)
                if isinstance(piece, Stretch)
                else piece[skipped:]
            )
        return rest

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        origin = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: len(self)}[whence]
        self._at = max(0, origin + offset)
        return self._at

    def readinto(self, buffer: Any) -> int:
        view = memoryview(buffer).cast("B")
        done = 0
        while done < len(view) and self._at < len(self):
            part = self._next(len(view) - done)
            if not part:  # the real file has become shorter meanwhile
                break
            view[done : done + len(part)] = part
            done += len(part)
            self._at += len(part)
        return done

    def _next(self, most: int) -> bytes:
        number = bisect_right(self._ends, self._at)
        piece, begin = self._pieces[number], self._ends[number - 1] if number else 0
        if isinstance(piece, bytes):
            return piece[self._at - begin :][:most]
        self._file.seek(piece.start + self._at - begin)
        return self._file.read(min(most, self._ends[number] - self._at))


def _joined(pieces: Iterable[bytes | Stretch]) -> list[bytes | Stretch]:
    """``pieces`` without empty ones, neighbours in the real file as one."""
    joined: list[bytes | Stretch] = []
    for piece in pieces:
        last = joined[-1] if joined else None
        if isinstance(piece, Stretch):
            if piece.length <= 0:
                continue
            if isinstance(last, Stretch) and last.start + last.length == piece.start:
                joined[-1] = Stretch(last.start, last.length + piece.length)
                continue
        elif not piece:
            continue
        joined.append(piece)
    return joined
