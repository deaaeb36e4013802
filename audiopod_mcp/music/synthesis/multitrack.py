"""The stems of a piece as one thing, which may be larger than the memory should be."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from typing import IO, Final, TypeAlias

import numpy as np
import numpy.typing as npt

from audiopod_mcp.music.model import Audio

IN_MEMORY: Final = 192 << 20
"""Bytes up to which the stems of a piece stay in memory; beyond that they lie in a temporary file."""
BLOCK: Final = 1 << 18
"""Samples of all stems that are worked on at a time."""
_FRAME_BYTES: Final = 2 * 4


class DiskTape:
    """Stereo on the disk, which is read and written as an array of shape (samples, 2) is, in slices."""

    def __init__(self, file: IO[bytes], offset: int, samples: int) -> None:
        self._file = file
        self._offset = offset
        self.shape = (samples, 2)

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, piece: slice) -> Audio:
        start, stop, _ = piece.indices(len(self))
        audio = np.empty((max(0, stop - start), 2), np.float32)
        self._file.seek(self._offset + start * _FRAME_BYTES)
        done = self._file.readinto(audio.data.cast("B")) if audio.size else 0  # type: ignore[attr-defined]
        if done != audio.nbytes:
            raise OSError("a temporary file is shorter than it was")
        return audio

    def __setitem__(self, piece: slice, audio: Audio) -> None:
        start, _, _ = piece.indices(len(self))
        self._file.seek(self._offset + start * _FRAME_BYTES)
        if audio.size:
            self._file.write(np.ascontiguousarray(audio, np.float32).data.cast("B"))


Tape: TypeAlias = "Audio | DiskTape"
"""One stereo signal, in memory or on the disk; ``tape[start:stop] += block`` works on either."""


def blank_tapes(count: int, samples: int) -> list[Tape]:
    """``count`` silent tapes of so many ``samples``, all of them in memory or all of them on the disk.

    Raises
    ------
    OSError
        Where there is no room on the disk.

    """
    size = samples * _FRAME_BYTES
    if count * size <= IN_MEMORY:
        return [np.zeros((samples, 2), np.float32) for _ in range(count)]
    file = tempfile.TemporaryFile()  # noqa: SIM115 - it goes with the last tape, and with the process
    file.truncate(count * size)
    return [DiskTape(file, number * size, samples) for number in range(count)]


class Multitrack(Mapping[str, Audio]):
    """Stems by track, all of one length, which sum to the mix. What is looked up is read into memory."""

    def __init__(self, tapes: Mapping[str, Tape], samples: int) -> None:
        self._tapes = dict(tapes)
        self.samples = samples

    def __getitem__(self, track: str) -> Audio:
        tape = self._tapes[track]
        return tape if isinstance(tape, np.ndarray) else tape[:]

    def __iter__(self) -> Iterator[str]:
        return iter(self._tapes)

    def __len__(self) -> int:
        return len(self._tapes)

    def scale(self, curve: npt.NDArray[np.float32]) -> None:
        """Multiply every stem by ``curve``, shape (samples,), in place."""
        for tape in self._tapes.values():
            for piece in self._pieces():
                tape[piece] *= curve[piece, None]

    def mixdown(self) -> Audio:
        """The sum of all stems, shape (samples, 2)."""
        total = np.zeros((self.samples, 2), np.float32)
        for piece in self._pieces():
            for tape in self._tapes.values():
                total[piece] += tape[piece]
        return total

    def _pieces(self) -> Iterator[slice]:
        return (slice(start, start + BLOCK) for start in range(0, self.samples, BLOCK))
