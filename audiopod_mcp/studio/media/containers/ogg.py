"""Ogg: one stream after another, or beside others, each in pages of its own; and FLAC in Ogg, unpacked."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import BinaryIO, Final, NamedTuple

from .flac import flac_stream
from .stream import Foreign, NotAudio, Pieces, Stream, read_at
from .window import Stretch

_DECODED: Final = {b"\x01vorbis": "vorbis", b"OpusHead": "opus", b"\x7fFLAC": "flac", b"Speex   ": "speex"}
OGG_CHANNELS: Final = {
    3: (0, 2, 1),
    5: (0, 2, 1, 3, 4),
    6: (0, 2, 1, 5, 3, 4),
    7: (0, 2, 1, 6, 5, 3, 4),
    8: (0, 2, 1, 7, 5, 6, 3, 4),
}
"""Where, by their number, the channels of a wav or flac stand in Vorbis and Opus (Vorbis I, 4.3.9)."""
_FIRST, _LAST = 2, 4
"""Flags of a page: it begins a stream, it ends one."""
_LOOKED_THROUGH: Final = 1 << 17
"""Bytes within which the next page is looked for after damage; none is larger than half of them."""


class _Page(NamedTuple):
    flags: int
    serial: int
    number: int
    start: int
    body: int
    lengths: bytes
    """Of the packets' segments."""

    @property
    def end(self) -> int:
        return self.body + sum(self.lengths)


@dataclass
class _Logical:
    """One stream of sound, with its pages."""

    codec: str
    serial: int
    pages: list[_Page] = field(default_factory=list)

    def stream(self, file: BinaryIO) -> Stream:
        unfinished = not self.pages[-1].flags & _LAST
        if self.codec == "flac":
            found = flac_stream(file, _flac_pieces(self.pages))
        else:
            found = Stream(tuple(Stretch(page.start, page.end - page.start) for page in self.pages))
        return replace(found, unfinished=unfinished, damage=self._gaps())

    def _gaps(self) -> str | None:
        # Who joins a broadcast has its first pages, and then those from that moment on.
        sound = [page.number for page in self.pages[2:]]
        gaps = sum(later - earlier != 1 for earlier, later in pairwise(sound))
        return f"something is missing in {gaps} place{'s' * (gaps > 1)}" if gaps else None


def ogg_streams(file: BinaryIO, start: int, end: int) -> list[Stream] | Foreign:
    """The sound of an ogg that begins at ``start``: of each group of streams, the first one that is sound."""
    found: list[_Logical] = []
    current: _Logical | None = None
    beginning = False
    for page in _pages(file, start, end):
        if page.flags & _FIRST:
            if not beginning:
                current = None
            beginning = True
            head = read_at(file, page.body, 8)
            codec = next((name for mark, name in _DECODED.items() if head.startswith(mark)), None)
            if codec and current is None:
                current = _Logical(codec, page.serial)
                found.append(current)
        else:
            beginning = False
        if current is not None and page.serial == current.serial:
            current.pages.append(page)
    if not found:
        raise NotAudio("it is an ogg without sound in it")
    if any(logical.codec == "speex" for logical in found):
        return Foreign("Speex", "ogg")
    return [logical.stream(file) for logical in found]


def _pages(file: BinaryIO, start: int, end: int) -> Iterator[_Page]:
    """The whole pages from ``start`` on."""
    at = start
    while at + 27 <= end:
        head = read_at(file, at, 27 + 255)
        if head[:4] != b"OggS":
            place = read_at(file, at, _LOOKED_THROUGH).find(b"OggS", 1)
            if place < 0:
                return
            at += place
            continue
        lengths = head[27 : 27 + head[26]]
        serial, number = struct.unpack("<II", head[14:22])
        page = _Page(head[5], serial, number, at, at + 27 + head[26], lengths)
        if len(lengths) < head[26] or page.end > end:
            return
        yield page
        at = page.end


def _flac_pieces(pages: list[_Page]) -> Pieces:
    """The flac that is packed in ``pages``: the packets one after another, the first without its 9 bytes."""
    if len(pages) < 2 or pages[0].end - pages[0].body < 13:
        raise NotAudio("its header is damaged")
    return (
        Stretch(pages[0].body + 9, pages[0].end - pages[0].body - 9),
        *(Stretch(page.body, page.end - page.body) for page in pages[1:]),
    )
