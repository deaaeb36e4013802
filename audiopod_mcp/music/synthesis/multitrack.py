"""The stems of a piece as one thing, which may be larger than the memory should be."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import IO, Final, TypeAlias

import numpy as np
import numpy.typing as npt

from audiopod_mcp.music.model import Audio

from .gain_envelope import GainEnvelope

IN_MEMORY: Final = 64 << 20
"""Bytes of the stems of a piece that stay in memory; the rest lies in a temporary file."""
BLOCK: Final = 1 << 18
"""Samples of all stems that are worked on at a time."""


class DiskTape:
    """Audio on the disk, which is read and written in slices, as an array of shape (samples, channels) is."""

    def __init__(self, file: IO[bytes], offset: int, shape: tuple[int, int], recorded: int) -> None:
        """What begins at a byte of ``file``; what comes after so many ``recorded`` samples is silent."""
        self._file = file
        self._offset = offset
        self._recorded = min(shape[0], recorded)
        self._changes: list[Callable[[Audio, slice], None]] = []
        self.shape = shape
        self.dtype = np.dtype(np.float32)
        self.nbytes = 4 * shape[0] * shape[1]

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, piece: slice) -> Audio:
        start, stop, _ = piece.indices(len(self))
        audio = np.empty((max(0, stop - start), self.shape[1]), np.float32)
        there = audio[: max(0, self._recorded - start)]
        audio[len(there) :] = 0.0
        if there.size:
            self._file.seek(self._offset + start * 4 * self.shape[1])
            if self._file.readinto(there.data.cast("B")) != there.nbytes:  # type: ignore[attr-defined]
                raise OSError("a temporary file is shorter than it was")
            for change in self._changes:
                change(there, slice(start, start + len(there)))
        return audio

    def __setitem__(self, piece: slice, audio: Audio) -> None:
        self._make_changes()
        start, _, _ = piece.indices(len(self))
        self._write(start, audio[: max(0, self._recorded - start)])

    def cut(self, first: int, samples: int) -> DiskTape:
        """``samples`` from ``first`` on, the same ones, and silence where there are none any more."""
        self._make_changes()
        offset = self._offset + first * 4 * self.shape[1]
        return DiskTape(self._file, offset, (samples, self.shape[1]), max(0, self._recorded - first))

    def scale(self, gain: GainEnvelope | np.float32) -> None:
        """Multiply it by a gain whenever it is read: it need not be written again for that."""

        def multiply(audio: Audio, piece: slice) -> None:
            audio *= _of_stretch(gain, piece)

        self._changes.append(multiply)

    def make_round(self) -> None:
        """:func:`make_round` it whenever it is read."""
        self._changes.append(lambda audio, _: make_round(audio))

    def _make_changes(self) -> None:
        for piece in pieces(self._recorded) if self._changes else ():
            self._write(piece.start, self[piece])
        self._changes = []

    def _write(self, start: int, audio: Audio) -> None:
        if audio.size:
            self._file.seek(self._offset + start * 4 * self.shape[1])
            self._file.write(np.ascontiguousarray(audio, np.float32).data.cast("B"))


_ROUNDING: Final = np.float32(6)
"""What rounds a sample that is added to it and taken away again: to 1/2²¹, below twice full scale. Sums of
such numbers are exact."""
Gain: TypeAlias = "npt.NDArray[np.float32] | np.float32 | GainEnvelope"
Tape: TypeAlias = "Audio | DiskTape"
"""One signal, in memory or on the disk; ``tape[start:stop] += block`` works on either."""


def _of_stretch(gain: Gain, piece: slice) -> npt.NDArray[np.float32] | np.float32:
    """What the stretch of a tape is multiplied by."""
    return gain if isinstance(gain, np.float32) else gain[piece][:, None]


def blank_tapes(count: int, samples: int, channels: int = 2, share: float = 1.0) -> list[Tape]:
    """``count`` silent tapes of so many ``samples``, all of them in memory or all of them on the disk.

    In memory are at most a ``share`` of :data:`IN_MEMORY`.

    Raises
    ------
    OSError
        Where there is no room on the disk.

    """
    size = samples * channels * 4
    if count * size <= share * IN_MEMORY:
        return [np.zeros((samples, channels), np.float32) for _ in range(count)]
    file = tempfile.TemporaryFile()  # noqa: SIM115 - it goes with the last tape, and with the process
    file.truncate(count * size)
    return [DiskTape(file, number * size, (samples, channels), samples) for number in range(count)]


def tapes_of(stems: Mapping[str, Audio]) -> dict[str, Tape]:
    """The stems, none of which is read into memory for it."""
    return dict(stems._tapes) if isinstance(stems, Multitrack) else dict(stems)


def make_round(audio: Audio) -> None:
    """Round ``audio`` in place, 127 dB below full scale, so that stems can sum up to it to the last bit."""
    for piece in pieces(len(audio)):
        audio[piece] += _ROUNDING
        audio[piece] -= _ROUNDING


def pieces(samples: int) -> Iterator[slice]:
    """The stretches that are worked on one at a time."""
    return (slice(start, min(samples, start + BLOCK)) for start in range(0, samples, BLOCK))


class Mix:
    """The sum of some tapes of one shape, at least one, of which stretches can be had."""

    def __init__(self, tapes: Iterable[Tape]) -> None:
        self._tapes = tuple(tapes)
        self.shape: tuple[int, ...] = self._tapes[0].shape

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, piece: slice) -> Audio:
        """The stretch; it may be part of a tape, so that it is not to be written to."""
        first, *others = self._tapes
        total = first[piece]
        for tape in others:
            total = total + tape[piece]
        return total


class Multitrack(Mapping[str, Audio]):
    """Stems by track, all of one shape, which sum to the mix. What is looked up is read into memory."""

    def __init__(self, tapes: Mapping[str, Tape], samples: int) -> None:
        self._tapes = dict(tapes)
        self.samples = samples

    @classmethod
    def gather(cls, stems: Iterable[tuple[str, Tape]]) -> Multitrack:
        """Take in stems, each with its track, as they come; no more of them are in memory than should be."""
        tapes: dict[str, Tape] = {}
        room, file = IN_MEMORY, None
        for track, stem in stems:
            tapes[track] = stem
            if isinstance(stem, DiskTape):
                continue
            room -= stem.nbytes
            if room < 0:
                file = file or tempfile.TemporaryFile()  # noqa: SIM115 - it goes with the last tape
                tapes[track] = tape = DiskTape(file, file.seek(0, 2), stem.shape, len(stem))
                tape[:] = stem
            del stem  # it may be large, and the next one comes while it is
        return cls(tapes, max((len(tape) for tape in tapes.values()), default=0))

    def __getitem__(self, track: str) -> Audio:
        tape = self._tapes[track]
        return tape if isinstance(tape, np.ndarray) else tape[:]

    def __contains__(self, track: object) -> bool:
        return track in self._tapes

    def __iter__(self) -> Iterator[str]:
        return iter(self._tapes)

    def __len__(self) -> int:
        return len(self._tapes)

    @property
    def channels(self) -> int:
        return next((tape.shape[1] for tape in self._tapes.values()), 2)

    def sorted(self) -> Multitrack:
        """The same stems in the order of their tracks' names."""
        return Multitrack({track: self._tapes[track] for track in sorted(self._tapes)}, self.samples)

    def tape(self, track: str) -> Tape:
        """A stem that is not read into memory."""
        return self._tapes[track]

    def scale(self, gain: Gain) -> None:
        """Multiply every stem by a gain, or by that of each sample, shape (samples,), in place."""
        at_once = []
        for tape in self._tapes.values():
            if isinstance(tape, DiskTape) and not isinstance(gain, np.ndarray):
                tape.scale(gain)
            else:
                at_once.append(tape)
        for piece in pieces(self.samples) if at_once else ():
            for tape in at_once:
                tape[piece] *= _of_stretch(gain, piece)

    def cut(self, first: int, samples: int) -> None:
        """Keep ``samples`` from sample ``first`` on; silence comes after the end."""
        for track, tape in self._tapes.items():
            if isinstance(tape, DiskTape):
                self._tapes[track] = tape.cut(first, samples)
            else:
                kept = tape[first : first + samples]
                self._tapes[track] = np.pad(kept, ((0, samples - len(kept)), (0, 0)))
        self.samples = samples

    def map(self, change: Callable[[Audio], Audio]) -> None:
        """Replace every stem by what ``change`` makes of it, in its shape, one after another."""
        self._tapes = Multitrack.gather((track, change(self[track])) for track in self)._tapes

    def mixdown(self) -> Audio:
        """The sum of all stems, shape (samples, channels)."""
        total = np.zeros((self.samples, self.channels), np.float32)
        for piece in pieces(self.samples):
            for tape in self._tapes.values():
                total[piece] += tape[piece]
        return total

    def sum_up_to(self, mix: Audio) -> None:
        """Have the stems be round and, whatever their order, sum up to a round ``mix`` to the last bit.

        They do so but for rounding already; what that took is given to the last of them.
        """
        *others, last = self._tapes.values()
        for tape in others:
            if isinstance(tape, DiskTape):
                tape.make_round()
            else:
                make_round(tape)
        for piece in pieces(self.samples):
            rest = mix[piece].copy()
            for tape in others:
                rest -= tape[piece]
            last[piece] = rest


class StemsOnDemand(Multitrack):
    """Stems that nobody has played yet: they are when one is looked at."""

    def __init__(self, tracks: Sequence[str], samples: int, play: Callable[[], Multitrack]) -> None:
        self._tracks = tuple(tracks)
        self._play = play
        self.samples = samples

    @cached_property
    def _tapes(self) -> dict[str, Tape]:  # type: ignore[override]
        return tapes_of(self._play())

    def __contains__(self, track: object) -> bool:
        return track in self._tracks

    def __iter__(self) -> Iterator[str]:
        return iter(self._tracks)

    def __len__(self) -> int:
        return len(self._tracks)
