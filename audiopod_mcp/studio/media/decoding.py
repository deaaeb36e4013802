"""Streams of sound decoded, block by block: by libsndfile, or by the person's own ffmpeg."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Final, Protocol

import numpy as np
import soundfile

from audiopod_mcp.music.model import Audio

from .containers import OGG_CHANNELS, Foreign, NotAudio, Stream, Window, find_streams, otherwise
from .ffmpeg import decoding, find_ffmpeg

SAMPLES_AT_ONCE: Final = 1 << 19
"""Of all channels; between two blocks work can be stopped."""
_READ_AHEAD: Final = 1 << 18
"""Bytes of a file: libsndfile asks for a few thousand at a time."""
_LEFT_OUT: Final = 9000
"""Frames at most that are no sound but silence of an mp3 encoder, at both ends."""
_UNKNOWN: Final = 1 << 62
"""Frames, and more: what libsndfile says of what does not tell its length."""


class Decoder(Protocol):
    """One stream of sound."""

    rate: int
    channels: int
    subtype: str
    """libsndfile's word for how the samples are stored: ``"PCM_16"``, ``"FLOAT"``, ``"VORBIS"`` …"""
    frames: int | None
    """How many there should be; ``None`` where that shows in the end."""
    promised: float | None
    """Seconds that the file says there are, if it says so."""
    unfinished: bool
    """Whether it ends without the mark that should end it."""
    damage: str | None
    """What was wrong with it, once it has been decoded."""

    def close(self) -> None: ...

    def blocks(self) -> Iterator[Audio]:
        """The frames, float32, in arrays that are good until the next."""


@contextmanager
def open_streams(file: BinaryIO, path: Path, most_seconds: float) -> Iterator[list[Decoder]]:
    """The sound in ``file``, which lies at ``path``: one or more streams, one after another.

    No more than ``most_seconds`` of it need be decoded.

    Raises:
        NotAudio: where there is none that can be read.

    """
    found: list[Stream] | Foreign | None = find_streams(file)
    decoders: list[Decoder] = []
    try:
        if isinstance(found, list):
            try:
                for stream in found:
                    decoders.append(_Sndfile(file, path, stream))  # noqa: PERF401 - they are closed if one fails
            except soundfile.LibsndfileError as error:
                found = otherwise(file)
                if found is None or find_ffmpeg() is None:
                    raise NotAudio("it is damaged or not audio") from error
        if isinstance(found, Foreign):
            with decoding(path, found, most_seconds) as foreign:
                yield [foreign]
        else:
            yield decoders
    finally:
        for decoder in decoders:
            decoder.close()


class _ReadForwards(soundfile.SoundFile):  # type: ignore[misc]
    """A file whose blocks are read one after another, without a jump after each.

    To where a jump leads, the frames of a flac say; where its beginning was cut off, they count that, too.
    """

    def seekable(self) -> bool:
        return False


class _Sndfile:
    """What libsndfile makes of a stream."""

    def __init__(self, file: BinaryIO, path: Path, stream: Stream) -> None:
        # Some formats it recognises by a file's name alone.
        self._file = _ReadForwards(
            path if stream.as_it_is else io.BufferedReader(Window(file, stream.pieces), _READ_AHEAD)
        )
        self.rate: int = self._file.samplerate
        self.channels: int = self._file.channels
        self.subtype = str(self._file.subtype)
        self.frames: int | None = int(self._file.frames) if self._file.frames < _UNKNOWN else None
        if self.frames is None and stream.found is not None:
            self.frames = round(stream.found * self.rate)
        self.promised = stream.promised
        self.unfinished = stream.unfinished
        self.damage = stream.damage
        self._found = stream.found or 0.0

    def close(self) -> None:
        self._file.close()

    def blocks(self) -> Iterator[Audio]:
        block = np.empty((max(1, SAMPLES_AT_ONCE // self.channels), self.channels), np.float32)
        order = OGG_CHANNELS.get(self.channels) if self.subtype in ("VORBIS", "OPUS") else None
        done, faulty = 0, False
        while not faulty:
            block.fill(np.nan)
            try:
                part = self._file.read(out=block)
            except soundfile.LibsndfileError:
                # The frames before the fault are there, without a word on how many. It never comes beyond it.
                faulty, part = True, block[: int(np.isfinite(block[:, 0]).sum())]
            if not len(part):
                break
            done += len(part)
            yield part[:, order] if order else part
        # The end of a flac is a fault, too, where libsndfile is not told its length.
        expected = self.frames or round((self.promised or 0.0) * self.rate)
        if (faulty and done < expected) or done + _LEFT_OUT < self._found * self.rate:
            self.damage = f"nothing can be decoded after {done / self.rate:.2f} seconds of it"
