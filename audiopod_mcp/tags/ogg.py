"""The comment of an Ogg Vorbis file, written anew; the packets of sound are copied as they are.

Sources: RFC 3533 (Ogg) and Xiph.org's Vorbis I specification, sections 4 and 5.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import BinaryIO

_HEAD = struct.Struct("<4sBBqIIIB")
_LARGEST_HEADERS = 32 << 20
"""Bytes of comment and setup above which a file is left as it is."""
_FIRST_OF_STREAM, _LAST_OF_STREAM, _CONTINUED = 2, 4, 1
_MIRRORED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))


@dataclass(frozen=True)
class _Page:
    flags: int
    granule: int
    serial: int
    lacing: bytes
    """How long the pieces of packets are: a piece of less than 255 bytes ends its packet."""
    body: bytes

    def encoded(self, number: int) -> bytes:
        head = (self.flags, self.granule, self.serial, number)
        bare = _HEAD.pack(b"OggS", 0, *head, 0, len(self.lacing)) + self.lacing + self.body
        return bare[:22] + struct.pack("<I", _checksum(bare)) + bare[26:]


class _Damaged(Exception):
    pass


def write_ogg(source: BinaryIO, target: BinaryIO, tags: Mapping[str, str], _: int) -> bool:
    """Copy an Ogg Vorbis file with another comment.

    Parameters
    ----------
    source
        The file, from its beginning.
    target
        Where the copy is written to.
    tags
        The comment's fields.
    _
        How large the file is, which the writers of other containers need to know.

    Returns
    -------
    bool
        ``False`` where ``source`` is no whole file with a single stream; what was written is then of no use.

    """
    try:
        pages = _pages(source)
        first = next(pages, None)
        if first is None or first.flags != _FIRST_OF_STREAM or not first.body.startswith(b"\1vorbis"):
            return False
        comment, setup = _headers(pages)
        comment = b"\3vorbis" + vorbis_comment(read_vendor(comment[7:]), tags) + b"\1"
        target.write(first.encoded(0))
        number, page = 1, first
        for page in _paginate(first.serial, [comment, setup]):
            target.write(page.encoded(number))
            number += 1
        for page in pages:
            if page.serial != first.serial or page.flags & _FIRST_OF_STREAM:
                return False  # several streams in one file
            target.write(page.encoded(number))
            number += 1
        return bool(page.flags & _LAST_OF_STREAM)
    except _Damaged:
        return False


def vorbis_comment(vendor: bytes, tags: Mapping[str, str]) -> bytes:
    """Make a Vorbis comment as Ogg and FLAC have it, without the framing bit.

    Parameters
    ----------
    vendor
        Which encoder made the audio.
    tags
        The comment's fields.

    Returns
    -------
    bytes
        The comment's packet from the vendor on.

    """
    comments = [f"{name}={text}".encode() for name, text in tags.items()]
    listed = b"".join(struct.pack("<I", len(each)) + each for each in comments)
    return struct.pack("<I", len(vendor)) + vendor + struct.pack("<I", len(comments)) + listed


def read_vendor(comment: bytes) -> bytes:
    """Read which encoder a Vorbis comment names.

    Parameters
    ----------
    comment
        The comment's packet from the vendor on.

    Returns
    -------
    bytes
        The encoder's name.

    """
    return comment[4 : 4 + int.from_bytes(comment[:4], "little")]


def _pages(source: BinaryIO) -> Iterator[_Page]:
    while head := source.read(_HEAD.size):
        if len(head) < _HEAD.size:
            raise _Damaged
        magic, version, flags, granule, serial, _, checksum, pieces = _HEAD.unpack(head)
        lacing = source.read(pieces)
        body = source.read(sum(lacing))
        whole = head[:22] + bytes(4) + head[26:] + lacing + body
        if magic != b"OggS" or version or len(body) < sum(lacing) or checksum != _checksum(whole):
            raise _Damaged
        yield _Page(flags, granule, serial, lacing, body)


def _headers(pages: Iterator[_Page]) -> tuple[bytes, bytes]:
    """The comment and the setup packet; the sound begins with a page of its own."""
    packets, packet, held = [], bytearray(), 0
    for page in pages:
        at = 0
        held += len(page.body)
        if held > _LARGEST_HEADERS:
            raise _Damaged
        for length in page.lacing:
            packet += page.body[at : at + length]
            at += length
            if length < 255:
                packets.append(bytes(packet))
                packet.clear()
        if len(packets) >= 2:
            break
    if len(packets) != 2 or packet or not packets[0].startswith(b"\3vorbis"):
        raise _Damaged
    return packets[0], packets[1]


def _paginate(serial: int, packets: list[bytes]) -> Iterator[_Page]:
    """``packets`` in as few pages as they go into."""
    lacing = b"".join(b"\xff" * (len(packet) // 255) + bytes([len(packet) % 255]) for packet in packets)
    body, flags = b"".join(packets), 0
    while lacing:
        pieces, lacing = lacing[:255], lacing[255:]
        length = sum(pieces)
        ends = any(piece < 255 for piece in pieces)
        yield _Page(flags, 0 if ends else -1, serial, pieces, body[:length])
        body, flags = body[length:], _CONTINUED if pieces[-1] == 255 else 0


def _checksum(page: bytes) -> int:
    """The CRC of Ogg: the polynomial of zlib's, bits the other way round, nothing inverted."""
    mirrored = zlib.crc32(page.translate(_MIRRORED), 0xFFFFFFFF) ^ 0xFFFFFFFF
    return int(f"{mirrored:032b}"[::-1], 2)
