"""FLAC, whose header may be silent about its length, or wrong: the number in its last frame is right."""

from __future__ import annotations

from itertools import pairwise
from typing import BinaryIO, Final

from .stream import NotAudio, Pieces, Stream, read_at
from .window import Stretch, Window

_BEGINNING: Final = b"fLaC\0\0\0\x22"
"""What stands at the beginning of each flac, and nowhere else: its name and the size of its first block."""
_LOOKED_THROUGH: Final = 1 << 22
_TAIL: Final = 1 << 17
"""Bytes at the end within which the last frame begins, unless the header knows of larger frames."""
_BLOCK_SIZES: Final = {
    1: 192,
    **{n: 576 << (n - 2) for n in range(2, 6)},
    **{n: 256 << (n - 8) for n in range(8, 16)},
}


def flac_streams(file: BinaryIO, start: int, end: int) -> list[Stream]:
    """The sound of a flac that begins at ``start``, and of others that follow it."""
    starts = [start, *_other_starts(file, start + 1, end)]
    return [flac_stream(file, (Stretch(at, following - at),)) for at, following in pairwise([*starts, end])]


def _other_starts(file: BinaryIO, start: int, end: int) -> list[int]:
    found, at, overlap = [], start, len(_BEGINNING) - 1
    while at < end:
        text = read_at(file, at, min(_LOOKED_THROUGH, end - at))
        place = text.find(_BEGINNING)
        while place >= 0:
            found.append(at + place)
            place = text.find(_BEGINNING, place + 1)
        at += max(1, len(text) - overlap)
        if len(text) <= overlap:
            break
    return found


def flac_stream(file: BinaryIO, pieces: Pieces) -> Stream:
    """The sound of the flac that consists of ``pieces``.

    A decoder is shown no length, so that it goes on to the end, and no pictures and tags.
    """
    whole = Window(file, pieces)
    header, at, last = b"", 4, False
    while not last:
        whole.seek(at)
        head = whole.read(4)
        if head is None or len(head) < 4:
            raise NotAudio("its header is damaged")
        last, kind, size = bool(head[0] & 0x80), head[0] & 0x7F, int.from_bytes(head[1:], "big")
        if kind == 0 and not header:
            header = whole.read(size) or b""
        at += 4 + size
    if len(header) != 34:
        raise NotAudio("its header is damaged")
    packed = int.from_bytes(header[10:18], "big")  # rate 20 bits, channels 3, bits 5, samples 36
    rate, samples = packed >> 44, packed & ((1 << 36) - 1)
    if not rate:
        raise NotAudio("its header is damaged")
    shown = header[:10] + (packed - samples).to_bytes(8, "big") + header[18:]
    tail = max(_TAIL, 2 * int.from_bytes(header[7:10], "big"))
    counted = _samples_between(whole, at, max(at, len(whole) - tail), int.from_bytes(header[:2], "big"))
    return Stream(
        (b"fLaC\x80\0\0\x22" + shown, *whole.pieces_from(at)),
        samples / rate if samples else None,
        counted / rate if counted is not None else None,
    )


def _samples_between(whole: Window, first: int, last: int, block: int) -> int | None:
    """The samples of the frames from ``first`` on, by the numbers of that and of the last, after ``last``."""
    whole.seek(first)
    beginning = _frame_of(whole.read(16) or b"", block)
    cut_off = beginning[0] if beginning else 0
    whole.seek(last)
    tail = whole.read(len(whole) - last) or b""
    at = len(tail)
    while (at := tail.rfind(b"\xff", 0, at)) >= 0:
        if frame := _frame_of(tail[at : at + 16], block):
            return max(0, sum(frame) - cut_off)
    return None


def _frame_of(head: bytes, block: int) -> tuple[int, int] | None:
    """The number of the first sample of a frame that ``head`` begins, and how many it has."""
    if len(head) < 6 or head[1] & 0xFE != 0xF8:
        return None
    size_code, rate_code = head[2] >> 4, head[2] & 0xF
    if size_code == 0 or rate_code == 15 or head[3] >> 4 > 10 or head[3] & 1:
        return None
    number, used = _coded_number(head[4:])
    if number is None:
        return None
    at = 4 + used
    if size_code in (6, 7):
        width = size_code - 5
        size = int.from_bytes(head[at : at + width], "big") + 1
        at += width
    else:
        size = _BLOCK_SIZES[size_code]
    at += {12: 1, 13: 2, 14: 2}.get(rate_code, 0)
    if at >= len(head) or _crc8(head[:at]) != head[at]:
        return None
    return (number if head[1] & 1 else number * block), size


def _coded_number(text: bytes) -> tuple[int | None, int]:
    """A number coded as UTF-8 does, up to 36 bits, and the bytes it takes."""
    if not text:
        return None, 0
    first = text[0]
    length = 1 if first < 0x80 else 8 - (first ^ 0xFF).bit_length()
    if length > 7 or (length == 1 and first >= 0x80) or len(text) < length:
        return None, 0
    number = first if length == 1 else first & (0x7F >> length)
    for byte in text[1:length]:
        if byte & 0xC0 != 0x80:
            return None, 0
        number = number << 6 | byte & 0x3F
    return number, length


def _crc8(text: bytes) -> int:
    crc = 0
    for byte in text:
        crc ^= byte
        for _ in range(8):
            crc = (crc << 1 ^ 0x07 if crc & 0x80 else crc << 1) & 0xFF
    return crc
