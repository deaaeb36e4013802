"""MPEG audio (mp1, mp2, mp3): a run of frames, counted rather than guessed from the first of them.

A file without an index (Xing's, in the first frame) has its length estimated by decoders from that frame's
bitrate, and one whose index counts other frames, as after joining or cutting, has it read from there.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import BinaryIO, Final, NamedTuple

from .stream import NotAudio, Stream, read_at
from .tags import skip_tags
from .window import Stretch

_RATES: Final = (44_100, 48_000, 32_000)
_BITRATES: Final = {
    # (MPEG 1, layer): kbit/s
    (True, 1): (32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448),
    (True, 2): (32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384),
    (True, 3): (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    (False, 1): (32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256),
    (False, 2): (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
    (False, 3): (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
_CONVINCING: Final = 3
"""Frames in a row that no other file has by chance."""
_LOOKED_THROUGH: Final = 1 << 20
"""Bytes within which the first, or after damage the next, frames are looked for: tags that say less than they
hold hold pictures."""
_HEADER: Final = re.compile(rb"\xff(?=[\xe2-\xff][\x10-\xef])")
"""What may begin a frame, found without looking at each byte."""
_READ_AHEAD: Final = 1 << 20
_DELAY: Final = 529
"""Samples by which decoding itself is late; they are left out at the beginning."""
_ENCODER: Final = 36
"""Bytes of what LAME adds to an index."""


class Frame(NamedTuple):
    """The header of a frame."""

    header: bytes
    first: bool
    """Whether it is MPEG 1 rather than MPEG 2 or 2.5."""
    layer: int
    rate: int
    channels: int
    size: int
    """Bytes."""
    samples: int

    @property
    def format(self) -> tuple[int, int, int]:
        return self.layer, self.rate, self.channels

    @property
    def side_information(self) -> int:
        """Bytes between the header and what an index is recognised by."""
        return (32 if self.channels == 2 else 17) if self.first else (17 if self.channels == 2 else 9)


def frame_of(header: bytes) -> Frame | None:
    """The frame that begins with ``header``, four bytes, if one may."""
    if len(header) < 4 or header[0] != 0xFF or header[1] & 0xE0 != 0xE0:
        return None
    version, layer = header[1] >> 3 & 3, 4 - (header[1] >> 1 & 3)
    bitrate, rate, padding = header[2] >> 4, header[2] >> 2 & 3, header[2] >> 1 & 1
    if version == 1 or layer == 4 or bitrate in (0, 15) or rate == 3:
        return None
    first = version == 3
    hertz = _RATES[rate] >> (0 if first else 1 if version == 2 else 2)
    bits = _BITRATES[first, layer][bitrate - 1] * 1000
    samples = 384 if layer == 1 else 1152 if first or layer == 2 else 576
    size = (12 * bits // hertz + padding) * 4 if layer == 1 else samples // 8 * bits // hertz + padding
    return Frame(header[:4], first, layer, hertz, 1 if header[3] >> 6 == 3 else 2, size, samples)


def find_frames(file: BinaryIO, start: int, end: int) -> int | None:
    """Where, soon after ``start``, frames begin."""
    head = read_at(file, start, min(_LOOKED_THROUGH, end - start))
    places = (start + match.start() for match in _HEADER.finditer(head))
    return next((at for at in places if _run_at(file, at, end)), None)


def _run_at(file: BinaryIO, at: int, end: int) -> bool:
    """Whether several frames of one format follow one another, or all that are left."""
    kind, seen = None, 0
    while seen < _CONVINCING:
        frame = frame_of(read_at(file, at, 4))
        if frame is None or (kind is not None and frame.format[:2] != kind):
            return False
        kind, seen, at = frame.format[:2], seen + 1, at + frame.size
        if at + 4 > end:
            return seen > 1
        if read_at(file, at, 3) in (b"TAG", b"ID3", b"APE"):
            return True
    return True


class _Run:
    """Frames of one format in a row, which are decoded together."""

    def __init__(self, frame: Frame, index: bytes) -> None:
        self.first = frame
        self.index = index
        """The frame before them, if there is one, that counts them and holds no sound itself."""
        self.frames = 0
        self.sound: list[Stretch] = []
        """Where they are: decoders stumble over what stands between them."""

    def add(self, frame: Frame, at: int) -> None:
        self.frames += 1
        if self.sound and (last := self.sound[-1]).start + last.length == at:
            self.sound[-1] = Stretch(last.start, last.length + frame.size)
        else:
            self.sound.append(Stretch(at, frame.size))

    def stream(self) -> Stream:
        counted, trimmed = _read_index(self.first, self.index)
        seconds = self.frames * self.first.samples / self.first.rate
        promised = None if counted is None else counted * self.first.samples / self.first.rate
        if counted == self.frames and trimmed is not None:
            return Stream((self.index, *self.sound), None, seconds)
        if trimmed is not None:
            return Stream((_index_of(self.first, self.frames, trimmed), *self.sound), promised, seconds)
        # Without a word on it, decoders leave out their own delay, and with it sound: here they get silence.
        index = _index_of(self.first, self.frames + 1, self.first.samples - _DELAY)
        return Stream((index, _silent(self.first, 0), *self.sound), promised, seconds)


def mpeg_streams(file: BinaryIO, start: int, end: int) -> list[Stream]:
    """The sound of the frames from ``start`` on: one stream for each run of one format, or with an index."""
    at = find_frames(file, start, end)
    if at is None:
        raise NotAudio("it is damaged or not audio")
    runs: list[_Run] = []
    buffered = _Buffered(file)
    ended = at
    cut = damaged = False
    while at + 4 <= end:
        frame = frame_of(buffered.at(at, 4))
        if frame is None:
            if (after := skip_tags(file, at, end)) > at:
                at = after
                continue
            found = find_frames(file, at + 1, end)
            if found is None:
                break
            damaged = damaged or at == ended
            at = found
            continue
        if at + frame.size > end:
            cut = True
            break
        head = buffered.at(at, min(frame.size, 64))
        kind = _index_in(frame, head)
        if kind or not runs or runs[-1].first.format != frame.format:
            whole = buffered.at(at, frame.size) if kind == b"Xing" else b""
            runs.append(_Run(frame, whole))
        if not kind:
            runs[-1].add(frame, at)
        ended = at = at + frame.size
    streams = [run.stream() for run in runs if run.frames]
    if not streams:
        raise NotAudio("it is an mp3 without sound in it")
    streams[-1] = replace(
        streams[-1],
        unfinished=cut and streams[-1].promised is None,
        damage="something in it is no sound" if damaged else None,
    )
    return streams


class _Buffered:
    """A file that is mostly read forwards, a few bytes at a time."""

    def __init__(self, file: BinaryIO) -> None:
        self._file, self._start, self._bytes = file, 0, b""

    def at(self, start: int, length: int) -> bytes:
        offset = start - self._start
        if offset < 0 or offset + length > len(self._bytes):
            self._start, self._bytes, offset = start, read_at(self._file, start, _READ_AHEAD), 0
        return self._bytes[offset : offset + length]


def _index_in(frame: Frame, head: bytes) -> bytes:
    """Which kind of index the frame is, ``b"Xing"`` or ``b"VBRI"``; nothing where it is sound."""
    if frame.layer != 3:
        return b""
    place = 4 + frame.side_information
    if head[place : place + 4] in (b"Xing", b"Info"):
        return b"Xing"
    return b"VBRI" if head[36:40] == b"VBRI" else b""


def _read_index(frame: Frame, index: bytes) -> tuple[int | None, int | None]:
    """The frames that an index counts, and the samples before the sound; ``None`` where it does not say."""
    place = 4 + frame.side_information + 4
    flags = index[place + 3] if len(index) > place + 3 else 0
    count = int.from_bytes(index[place + 4 : place + 8], "big") if flags & 1 else None
    place += 4 + 4 * (flags & 1) + 4 * (flags >> 1 & 1) + 100 * (flags >> 2 & 1) + 4 * (flags >> 3 & 1)
    encoder = index[place : place + _ENCODER]
    if len(encoder) < _ENCODER or not encoder[0]:
        return count, None
    return count, encoder[21] << 4 | encoder[22] >> 4


def _index_of(frame: Frame, frames: int, lead: int) -> bytes:
    """An index like Xing's and LAME's: so many ``frames``, ``lead`` samples before the sound, none after it.

    Nothing where the layer knows no index.
    """
    if frame.layer != 3:
        return b""
    encoder = b"LAME".ljust(21, b"\0") + (lead << 12 | _DELAY).to_bytes(3, "big")
    content = b"Xing\0\0\0\1" + frames.to_bytes(4, "big") + encoder.ljust(_ENCODER, b"\0")
    index = _silent(frame, frame.side_information + len(content))
    return index[: 4 + frame.side_information] + content + index[4 + frame.side_information + len(content) :]


def _silent(frame: Frame, least: int) -> bytes:
    """A frame like ``frame`` without sound, with room for at least so many bytes."""
    if frame.layer != 3:
        return b""
    for bitrate in range(1, 15):
        header = bytes([0xFF, frame.header[1] | 1, bitrate << 4 | frame.header[2] & 0x0C, frame.header[3]])
        shape = frame_of(header)
        if shape is not None and shape.size >= 4 + max(least, shape.side_information):
            return header.ljust(shape.size, b"\0")
    raise AssertionError("the largest frame has room for an index")
