"""Tags in audio files that were delivered without: FLAC, MP3, Ogg and WAV, each sample left as it was.

The libraries of the field that write tags are under the GPL; these containers need a few lines each.
"""

from __future__ import annotations

import shutil
import struct
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from . import ogg
from .ogg import read_vendor, vorbis_comment

Tags = dict[str, str]
"""By the names of Vorbis comments: ``TITLE``, ``BPM``, ``INITIALKEY``, ``LYRICS``, ``DATE``, ``COMMENT`` …"""

_FRAMES = {"TITLE": b"TIT2", "BPM": b"TBPM", "INITIALKEY": b"TKEY", "DATE": b"TDRC"}
_FLAC_COMMENT, _FLAC_PADDING, _FLAC_LARGEST = 4, 1, 0xFFFFFF
_RIFF_LARGEST = 0xFFFFFFFF


def write_tags(path: Path, tags: Tags) -> bool:
    """Write ``tags`` into the file, replacing those of its container.

    ``False``, and the file as it was, where it is of another kind or not whole.

    Sources: RFC 9639 (FLAC), id3.org's ID3v2.4.0, RFC 3533 (Ogg) and Xiph.org's Vorbis I specification,
    Microsoft's Multimedia Programming Interface (RIFF).

    Raises:
        OSError: where the folder can't be written; the file is then as it was.

    """
    copy = path.with_name(f"{path.name}.tagged")
    try:
        with path.open("rb") as source, copy.open("wb") as target:
            magic = source.read(12)
            source.seek(0)
            writer = _writer(magic)
            if not tags or writer is None or not writer(source, target, tags, path.stat().st_size):
                return False
        copy.replace(path)
    finally:
        copy.unlink(missing_ok=True)
    return True


def _writer(magic: bytes) -> Callable[[BinaryIO, BinaryIO, Tags, int], bool] | None:
    if magic.startswith(b"fLaC"):
        return _flac
    if magic.startswith(b"OggS"):
        return ogg.write_ogg
    if magic.startswith(b"RIFF") and magic[8:] == b"WAVE":
        return _wav
    if magic.startswith(b"ID3") or (len(magic) > 1 and magic[0] == 0xFF and magic[1] & 0xE6 == 0xE2):
        return _mp3
    return None


def _flac(source: BinaryIO, target: BinaryIO, tags: Tags, _: int) -> bool:
    """Metadata blocks are copied, the comment replaced, the padding dropped; the frames follow untouched."""
    source.seek(4)
    blocks, vendor, last = [], b"audiopod-mcp", False
    while not last:
        head = source.read(4)
        if len(head) < 4:
            return False
        last, kind, size = bool(head[0] & 0x80), head[0] & 0x7F, int.from_bytes(head[1:], "big")
        body = source.read(size)
        if len(body) < size:
            return False
        if kind == _FLAC_COMMENT and size >= 4:
            vendor = read_vendor(body)
        elif kind != _FLAC_PADDING:
            blocks.append((kind, body))
    body = vorbis_comment(vendor, tags)
    if not blocks or blocks[0][0] != 0 or len(body) > _FLAC_LARGEST:
        return False
    blocks.append((_FLAC_COMMENT, body))
    target.write(b"fLaC")
    for place, (kind, body) in enumerate(blocks):
        flag = 0x80 if place == len(blocks) - 1 else 0
        target.write(bytes([flag | kind]) + len(body).to_bytes(3, "big") + body)
    shutil.copyfileobj(source, target)
    return True


def _mp3(source: BinaryIO, target: BinaryIO, tags: Tags, size: int) -> bool:
    head = source.read(10)
    if head.startswith(b"ID3"):
        if len(head) < 10 or any(byte & 0x80 for byte in head[6:]):
            return False
        footer = 10 if head[5] & 0x10 else 0
        end = 10 + _plain(head[6:])
        if end + footer >= size:
            return False
        source.seek(end + footer)
    else:
        source.seek(0)
    target.write(id3_tag(tags))
    shutil.copyfileobj(source, target)
    return True


def _wav(source: BinaryIO, target: BinaryIO, tags: Tags, size: int) -> bool:
    """Chunks are copied but for an earlier tag; the new one comes last."""
    tag = id3_tag(tags)
    source.seek(12)
    target.write(b"RIFF\0\0\0\0WAVE")
    heard = False
    while head := source.read(8):
        if len(head) < 8:
            return False
        name, length = head[:4], int.from_bytes(head[4:], "little")
        start = source.tell()
        if start + length > size:  # cut off, or written as a stream of unknown length
            return False
        if name.lower() != b"id3 ":
            target.write(head)
            _copy(source, target, length)
            if length % 2:
                target.write(b"\0")
        heard = heard or name == b"data"
        source.seek(start + length + length % 2)
    target.write(b"id3 " + struct.pack("<I", len(tag)) + tag + b"\0" * (len(tag) % 2))
    whole = target.tell() - 8
    if not heard or whole > _RIFF_LARGEST:
        return False
    target.seek(4)
    target.write(struct.pack("<I", whole))
    return True


def _copy(source: BinaryIO, target: BinaryIO, length: int) -> None:
    while length > 0:
        piece = source.read(min(length, 1 << 20))
        target.write(piece)
        length -= len(piece)


def id3_tag(tags: Tags) -> bytes:
    """An ID3v2.4 tag, UTF-8 throughout; lyrics and comment are said to be in no language."""
    frames = b""
    for name, text in tags.items():
        encoded = text.encode()
        if name in _FRAMES:
            frames += _frame(_FRAMES[name], b"\3" + encoded)
        elif name == "LYRICS":
            frames += _frame(b"USLT", b"\3und\0" + encoded)
        elif name == "COMMENT":
            frames += _frame(b"COMM", b"\3und\0" + encoded)
        else:
            frames += _frame(b"TXXX", b"\3" + name.encode() + b"\0" + encoded)
    return b"ID3\4\0\0" + _synchsafe(len(frames)) + frames


def _frame(name: bytes, body: bytes) -> bytes:
    return name + _synchsafe(len(body)) + b"\0\0" + body


def _synchsafe(number: int) -> bytes:
    """Four bytes of seven bits each, so that no byte looks like the start of sound."""
    return bytes((number >> shift) & 0x7F for shift in (21, 14, 7, 0))


def _plain(synchsafe: bytes) -> int:
    return sum(byte << shift for byte, shift in zip(synchsafe, (21, 14, 7, 0), strict=True))
