"""Decoded blocks put together: within limits, in one format, mixed down where they are too many."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from audiopod_mcp.music.model import Audio
from audiopod_mcp.studio.refused import EngineRefused

from .decoding import Decoder

HEARD_RATE: Final = 22_050
"""What a recording that is too large to be held is listened to at, Hz: the rate of the analysis."""
_FIRST_ROOM: Final = 1 << 20
"""Frames that there is room for at first, where nobody knows how many will come."""
_ROUNDED: Final = 0.05
"""Seconds by which a length may be wrong without a word."""


@dataclass(frozen=True)
class Limits:
    """How much of a recording is accepted: seconds, and frames times channels."""

    argument: str
    rate: int
    channels: int
    seconds: float
    samples: int

    def check(self, frames: int, *, at_least: bool = False) -> None:
        """Refuse ``frames``, or as many ``at_least``, where they are too many, with their true size."""
        seconds, more = frames / self.rate, "more than " if at_least else ""
        if seconds > self.seconds:
            long = f"longer than {_clock(self.seconds)}" if at_least else f"{_clock(seconds)} long"
            raise EngineRefused(
                f"{self.argument}: the file is {long}; at most {_clock(self.seconds)} are accepted, "
                "send the part that matters"
            )
        if frames * self.channels > self.samples:
            raise EngineRefused(
                f"{self.argument}: the file holds {more}{_clock(seconds)} of {self.channels} channels at "
                f"{self.rate} Hz, {frames * self.channels * 4 / 1e9:.1f} GB once it is decoded; at most "
                f"{self.samples * 4 / 1e9:.2g} GB are accepted, "
                f"{_clock(self.samples / self.rate / self.channels)} of such sound: send the part that "
                "matters, or export it as stereo at 44100 Hz"
            )


class Gathered:
    """The blocks so far; beyond ``most`` samples, of all channels, as stereo at :data:`HEARD_RATE`.

    Memory is touched by what is really there, not by what was expected.
    """

    def __init__(self, rate: int, channels: int, expected: int | None, most: int | None) -> None:
        self.frames = 0
        self._rate, self._channels, self._most = rate, channels, most
        self._mixer: _Mixer | None = None
        self._audio = np.empty((0, channels), np.float32)
        if most is not None and expected is not None and expected * channels > most:
            self._mixer = _Mixer(rate, expected)
        else:
            self._audio = np.empty((_FIRST_ROOM if expected is None else expected, channels), np.float32)

    @property
    def mixed(self) -> bool:
        return self._mixer is not None

    def add(self, block: Audio) -> None:
        begin, self.frames = self.frames, self.frames + len(block)
        if self._mixer is None and self._most is not None and self.frames * self._channels > self._most:
            self._mixer = _Mixer(self._rate, 2 * self.frames)
            for start in range(0, begin, _FIRST_ROOM):
                self._mixer.add(self._audio[start : min(begin, start + _FIRST_ROOM)])
            self._audio = self._audio[:0]
        if self._mixer is not None:
            self._mixer.add(block)
            return
        self._audio = _with_room(self._audio, begin, self.frames)
        self._audio[begin : self.frames] = block

    def audio(self) -> Audio:
        return self._mixer.audio() if self._mixer is not None else self._audio[: self.frames]


class _Mixer:
    """Middle and sides of a recording: the mean of all channels, and half the difference of the first two."""

    def __init__(self, rate: int, expected: int) -> None:
        import soxr

        self._stream = soxr.ResampleStream(rate, HEARD_RATE, 2, dtype="float32")
        self._audio = np.empty((expected * HEARD_RATE // rate + 1, 2), np.float32)
        self._written = 0
        self._rate, self._frames = rate, 0

    def add(self, block: Audio) -> None:
        middle = block.mean(axis=1)
        side = (block[:, 0] - block[:, 1]) / 2 if block.shape[1] > 1 else np.zeros_like(middle)
        self._frames += len(block)
        self._write(np.column_stack((middle + side, middle - side)))

    def audio(self) -> Audio:
        self._write(np.zeros((0, 2), np.float32), last=True)
        return self._audio[: min(self._written, -(-self._frames * HEARD_RATE // self._rate))]

    def _write(self, mixed: Audio, *, last: bool = False) -> None:
        part = self._stream.resample_chunk(mixed, last=last)
        self._audio = _with_room(self._audio, self._written, self._written + len(part))
        self._audio[self._written : self._written + len(part)] = part
        self._written += len(part)


def _with_room(audio: Audio, used: int, wanted: int) -> Audio:
    if wanted <= len(audio):
        return audio
    larger = np.empty((max(wanted, 2 * len(audio)), audio.shape[1]), np.float32)
    larger[:used] = audio[:used]
    return larger


def adapted(stream: Decoder, rate: int, channels: int) -> Iterator[Audio]:
    """The blocks of ``stream`` at ``rate`` with so many channels, those of the stream before it."""
    if (stream.rate, stream.channels) == (rate, channels):
        yield from stream.blocks()
        return
    import soxr

    resampler = soxr.ResampleStream(stream.rate, rate, channels, dtype="float32")
    for block in stream.blocks():
        if stream.channels != channels:
            block = np.repeat(block.mean(axis=1, keepdims=True, dtype=np.float32), channels, axis=1)
        yield resampler.resample_chunk(block)
    yield resampler.resample_chunk(np.zeros((0, channels), np.float32), last=True)


def remarks(streams: Sequence[Decoder], seconds: Sequence[float]) -> Iterator[str]:
    """What the person should know of a file of which so many ``seconds`` of each stream were decoded."""
    there = sum(seconds)
    said = [stream.promised for stream in streams]
    promised = sum(s if p is None else p for p, s in zip(said, seconds, strict=True))
    expected = sum(
        s if d.frames is None else d.frames / d.rate for d, s in zip(streams, seconds, strict=True)
    )
    damage = next((stream.damage for stream in streams if stream.damage), None)
    if promised - there > _ROUNDED and promised - expected > _ROUNDED:
        yield (
            f"the file ends early: its header says {promised:.2f} seconds, and {there:.2f} are there; "
            "all of these were used."
        )
    elif there - promised > _ROUNDED:
        yield (
            f"the file goes on beyond what its header says ({promised:.2f} seconds); all {there:.2f} seconds "
            "were used."
        )
    elif damage is not None:
        yield f"the file is damaged ({damage}); the {there:.2f} seconds that could be decoded were used."
    elif streams[-1].unfinished:
        yield f"the file ends early, after {there:.2f} seconds: what should end it is missing."
    formats = {(stream.rate, stream.channels) for stream in streams}
    if len(formats) > 1:
        yield (
            "the file holds several recordings in different formats; all were brought to that of the first, "
            f"{streams[0].rate} Hz and {streams[0].channels} channel{'s' * (streams[0].channels > 1)}."
        )


def _clock(seconds: float) -> str:
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d} min"
