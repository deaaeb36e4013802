"""Files of chunks: wav (RIFF, RIFX, RF64, Wave64), aiff and caf, whatever they say of their sizes.

Who writes to a pipe, or is ended while writing, leaves the size of the sound at 0, at the largest number
there is, or at what it once was. Only where what follows it are chunks again is a size believed.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import BinaryIO, Final, NamedTuple

from .mpeg import mpeg_streams
from .stream import Foreign, NotAudio, Stream, read_at
from .window import Stretch

_LARGEST_HEADER: Final = 1 << 16
"""Bytes of a chunk that describes the sound."""
_LOOKED_THROUGH: Final = 1 << 20
"""Bytes within which the next chunk is looked for where it does not follow the last one."""
_PADDING: Final = 1 << 16
"""Zero bytes at the end of a file that are no sound at most."""
_UNSAID: Final = 0x7FFF_0000
"""Sizes of 32 bits, from which on they stand for "unknown"."""
_UNSAID_LONG: Final = (1 << 64) - 1
"""The size of 64 bits that says nothing, as 0 does."""
_EXTENSIBLE: Final = 0xFFFE
_LINEAR: Final = {1, 3, 6, 7}
"""Formats of a wav whose samples are all of one size: integers, floats, A-law and µ-law."""
_IN_A_PACKET: Final = {b"ima4": 64}
"""Frames in what an aifc counts as one."""
_MPEG: Final = {0x50, 0x55}
_ONLY_FFMPEG: Final = {0xFF: "AAC", 0x160: "WMA", 0x161: "WMA", 0x162: "WMA", 0x1610: "AAC", 0x2000: "AC-3"}


class _Chunk(NamedTuple):
    name: bytes
    start: int
    """Where its content begins."""
    size: int | None
    """What it says of its size; ``None`` where it says that it does not know."""


class _Layout(NamedTuple):
    """How a container writes its chunks."""

    header: struct.Struct
    padded: bool


_RIFF: Final = _Layout(struct.Struct("<4sI"), padded=True)
_IFF: Final = _Layout(struct.Struct(">4sI"), padded=True)
_CAF: Final = _Layout(struct.Struct(">4sq"), padded=False)
_W64: Final = struct.Struct("<4s12xQ")
"""A name, of 16 bytes, the last of which are always the same, and the size with this header."""


def wav_streams(file: BinaryIO, start: int, end: int) -> list[Stream] | Foreign:
    """The sound of a wav that begins at ``start``."""
    kind = read_at(file, start, 4)
    layout, order = (_IFF, ">") if kind == b"RIFX" else (_RIFF, "<")
    long_size = None
    about, fact, data = b"", b"", None
    for chunk in _chunks(file, layout, start + 12, end, (b"data", b"fmt ")):
        if chunk.name == b"ds64":
            long_size = int.from_bytes(read_at(file, chunk.start + 8, 8), "little") % _UNSAID_LONG
        elif chunk.name == b"fmt " and not about:
            about = read_at(file, chunk.start, min(chunk.size or 0, _LARGEST_HEADER))
        elif chunk.name == b"fact":
            fact = read_at(file, chunk.start, 4)
        elif chunk.name == b"data" and data is None:
            data = chunk
    if len(about) < 16 or data is None:
        raise NotAudio("it is a wav without sound in it" if len(about) >= 16 else "its header is damaged")
    said = long_size if data.size is None and long_size else data.size
    length = _believed(file, layout, data.start, said, end)
    found = _wav_stream(file, order, about, fact, Stretch(data.start, length), said)
    if not isinstance(found, Stream):
        return found
    following = _next_wav(file, data.start + length, end)
    if following is None or isinstance(more := wav_streams(file, following, end), Foreign):
        return [found]
    return [found, *more]


def w64_streams(file: BinaryIO, start: int, end: int) -> list[Stream] | Foreign:
    """The sound of a Wave64 that begins at ``start``: a wav whose names and sizes are longer."""
    about, fact, at = b"", b"", start + 40
    while at + _W64.size <= end:
        name, size = _W64.unpack(read_at(file, at, _W64.size))
        content, rest = at + _W64.size, size - _W64.size
        if name == b"fmt ":
            about = read_at(file, content, min(max(0, rest), _LARGEST_HEADER))
        elif name == b"fact":
            fact = read_at(file, content, 4)
        elif name == b"data":
            if len(about) < 16:
                break
            there = end - content
            length = rest if 0 < rest < there else there
            found = _wav_stream(file, "<", about, fact, Stretch(content, length), rest if rest > 0 else None)
            return [found] if isinstance(found, Stream) else found
        if rest < 0:
            break
        at += -(-size // 8) * 8
    raise NotAudio("it is a w64 without sound in it" if len(about) >= 16 else "its header is damaged")


def _wav_stream(
    file: BinaryIO, order: str, about: bytes, fact: bytes, sound: Stretch, said: int | None
) -> Stream | list[Stream] | Foreign:
    """``sound``, which a wav is ``about``, and which should be ``said`` bytes long."""
    layout, length = _IFF if order == ">" else _RIFF, sound.length
    tag, channels, rate, bytes_a_second, align, bits = struct.unpack(f"{order}HHIIHH", about[:16])
    if tag == _EXTENSIBLE and len(about) >= 26:
        tag = struct.unpack(f"{order}H", about[24:26])[0]
    if tag in _ONLY_FFMPEG:
        return Foreign(f"wav of {_ONLY_FFMPEG[tag]}", "wav")
    if tag in _LINEAR and channels:
        if not align or align % channels:
            align = channels * -(-bits // 8)
        bytes_a_second = rate * align
        about = about[:8] + struct.pack(f"{order}IH", bytes_a_second, align) + about[14:]
    elif len(about) >= 20 and (samples := struct.unpack(f"{order}H", about[18:20])[0]):
        bytes_a_second = rate * align // samples  # blocks of so many; what the header says is often not so
    if tag in _MPEG:
        return mpeg_streams(file, sound.start, sound.start + length)
    if tag in _LINEAR:
        length -= length % max(1, align)
    a_second = bytes_a_second or 1
    chunks = [(b"fmt ", about), *([(b"fact", fact)] if fact else [])]
    header = b"".join(_chunk(layout, name, content) for name, content in chunks)
    total = 4 + len(header) + 8 + length
    if total < _UNSAID:
        shown = struct.pack(f"{order}4sI4s", b"RIFX" if order == ">" else b"RIFF", total, b"WAVE")
        shown += header + struct.pack(f"{order}4sI", b"data", length)
    else:
        sizes = struct.pack("<QQQI", total + 36, length, length // max(1, align), 0)
        shown = b"RF64\xff\xff\xff\xffWAVE" + _chunk(_RIFF, b"ds64", sizes) + header + b"data\xff\xff\xff\xff"
    promised = None if not said else said / a_second
    return Stream((shown, Stretch(sound.start, length)), promised, length / a_second)


def _next_wav(file: BinaryIO, start: int, end: int) -> int | None:
    """Where another wav begins after the sound of one: someone has put them end to end."""
    for chunk in _chunks(file, _RIFF, start + start % 2, end, (b"RIFF", b"RIFF")):
        at = chunk.start - _RIFF.header.size
        if chunk.name in (b"RIFF", b"RF64") and read_at(file, at + 8, 4) == b"WAVE":
            return at
    return None


def aiff_streams(file: BinaryIO, start: int, end: int) -> list[Stream]:
    """The sound of an aiff or aifc that begins at ``start``."""
    kind = read_at(file, start + 8, 4)
    about, data = b"", None
    for chunk in _chunks(file, _IFF, start + 12, end, (b"COMM", b"SSND")):
        if chunk.name == b"COMM" and not about:
            about = read_at(file, chunk.start, min(chunk.size or 0, _LARGEST_HEADER))
        elif chunk.name == b"SSND" and data is None:
            data = chunk
    if len(about) < 18 or data is None:
        raise NotAudio("it is an aiff without sound in it" if len(about) >= 18 else "its header is damaged")
    channels, frames, bits = struct.unpack(">hIh", about[:8])
    coded = about[18:22] if kind == b"AIFC" else b"NONE"
    size = {b"fl32": 4, b"FL32": 4, b"fl64": 8, b"FL64": 8, b"alaw": 1, b"ulaw": 1, b"ALAW": 1, b"ULAW": 1}
    align = max(1, channels) * size.get(coded, -(-bits // 8))
    said = None if data.size is None else max(0, data.size - 8)
    length = max(0, _believed(file, _IFF, data.start + 8, said, end))
    shown = read_at(file, start, 12)
    if coded in (*size, b"NONE", b"twos", b"sowt", b"in24", b"in32", b"raw "):
        length -= length % align
        about = about[:2] + struct.pack(">I", min(length // align, 0xFFFF_FFFF)) + about[6:]
    else:
        frames *= _IN_A_PACKET.get(coded, 0)
    # The rate is a float of 80 bits: a sign and exponent of 16, and a mantissa of 64.
    exponent, mantissa = struct.unpack(">HQ", about[8:18])
    rate = mantissa * 2.0 ** ((exponent & 0x7FFF) - 16383 - 63) or 1.0
    version = _chunk(_IFF, b"FVER", bytes.fromhex("a2805140")) if kind == b"AIFC" else b""
    content = version + _chunk(_IFF, b"COMM", about)
    content += struct.pack(">4sIII", b"SSND", min(length + 8, 0xFFFF_FFFF), 0, 0)
    shown = struct.pack(">4sI4s", b"FORM", min(len(content) + length + 4, 0xFFFF_FFFF), kind) + content
    promised = frames / rate if frames and frames < _UNSAID else None
    return [Stream((shown, Stretch(data.start + 8, length)), promised)]


def caf_streams(file: BinaryIO, start: int, end: int) -> list[Stream]:
    """The sound of a caf that begins at ``start``."""
    about, data = b"", None
    for chunk in _chunks(file, _CAF, start + 8, end, (b"desc", b"data")):
        if chunk.name == b"desc" and not about:
            about = read_at(file, chunk.start, 32)
        elif chunk.name == b"data" and data is None:
            data = chunk
    if len(about) < 32 or data is None:
        raise NotAudio("it is a caf without sound in it" if about else "its header is damaged")
    if about[8:12] != b"lpcm":  # its other chunks say how it is packed
        return [Stream((Stretch(start, end - start),))]
    rate, _, _, packet, frames = struct.unpack(">d4sIII", about[:24])
    said = None if data.size is None else max(0, data.size - 4)
    length = _believed(file, _CAF, data.start + 4, said, end)
    length -= length % max(1, packet)
    shown = b"caff\0\1\0\0" + struct.pack(">4sq", b"desc", 32) + about
    shown += struct.pack(">4sqI", b"data", length + 4, 0)
    a_second = rate * packet / max(1, frames) or 1.0
    promised = None if not said else said / a_second
    return [Stream((shown, Stretch(data.start + 4, length)), promised, length / a_second)]


def _chunks(
    file: BinaryIO, layout: _Layout, start: int, end: int, wanted: tuple[bytes, bytes]
) -> Iterator[_Chunk]:
    """The chunks from ``start`` on; after a ``wanted`` one whose size can't be believed, nothing more."""
    at, sound = start, {b"data", b"SSND"}
    while at + layout.header.size <= end:
        name, size = layout.header.unpack(read_at(file, at, layout.header.size))
        if not _is_name(name):
            found = _next_of(file, at, end, wanted)
            if found is None:
                return
            at = found
            continue
        unsaid = size < 0 or (layout is not _CAF and size >= _UNSAID)
        content = at + layout.header.size
        yield _Chunk(name, content, None if unsaid else size)
        if name not in sound and (
            unsaid or content + size > end
        ):  # no chunk is that large: its size is wrong
            found = _next_of(file, content - 1, end, wanted)
            if found is None:
                return
            at = found
            continue
        if name in sound and (unsaid or _believed(file, layout, content, size, end) != size):
            return
        at = content + size
        if layout.padded and size % 2 and not (_named(file, at) and not _named(file, at + 1)):
            at += 1  # some writers leave the padding out


def _believed(file: BinaryIO, layout: _Layout, start: int, said: int | None, end: int) -> int:
    """How many bytes of sound there are from ``start`` on, where the file says ``said``."""
    there = max(0, end - start)
    if said is None or said > there:
        return there
    rest = start + said
    after = read_at(file, rest, min(_PADDING, end - rest))
    if len(after) < layout.header.size or (said and rest + len(after) == end and not after.strip(b"\0")):
        return said
    if after.startswith((b"TAG", b"ID3", b"APETAGEX")):
        return said
    for at in (0, 1) if layout.padded else (0,):
        header = after[at : at + layout.header.size]
        if len(header) == layout.header.size:
            name, size = layout.header.unpack(header)
            if _is_name(name) and 0 <= size <= end - rest:
                return said
    return there


def _is_name(name: bytes) -> bool:
    return all(32 <= byte < 127 for byte in name) and name != b"    "


def _named(file: BinaryIO, at: int) -> bool:
    name = read_at(file, at, 4)
    return len(name) == 4 and _is_name(name)


def _next_of(file: BinaryIO, at: int, end: int, wanted: tuple[bytes, bytes]) -> int | None:
    """Where the next of the ``wanted`` chunks begins, after something that is none."""
    text = read_at(file, at, min(_LOOKED_THROUGH, end - at))
    places = [place for name in wanted if (place := text.find(name, 1)) >= 0]
    return at + min(places) if places else None


def _chunk(layout: _Layout, name: bytes, content: bytes) -> bytes:
    return layout.header.pack(name, len(content)) + content + b"\0" * (layout.padded and len(content) % 2)
