"""Tags in audio files that were delivered without: FLAC, MP3, Ogg and WAV, each sample left as it was.

Of the libraries that write tags, mutagen, eyeD3 and pytaglib are under the GPL, tagpy has wheels for Linux
alone and mutagen-rs is in beta; these containers need a few lines each.

Sources: RFC 9639 (FLAC), id3.org's ID3v2.4.0, RFC 3533 (Ogg) and Xiph.org's Vorbis I specification,
Microsoft's Multimedia Programming Interface (RIFF).
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

_ID3_FRAMES = {"TITLE": b"TIT2", "BPM": b"TBPM", "INITIALKEY": b"TKEY", "DATE": b"TDRC"}
_FLAC_COMMENT, _FLAC_PADDING, _FLAC_LARGEST = 4, 1, 0xFFFFFF
_FLAC_METADATA = 32 << 20
"""Bytes of metadata beside the sound, pictures mostly, above which a file is left as it is."""
_RIFF_LARGEST = 0xFFFFFFFF


def write_tags(path: Path, tags: Tags) -> bool:
    """Write tags into an audio file, in place of those that its container has.

    Parameters
    ----------
    path
        A FLAC, MP3, Ogg Vorbis or WAV file.
    tags
        What to write.

    Returns
    -------
    bool
        ``False``, and the file as it was, where it is of another kind or not whole.

    Raises
    ------
    OSError
        Where the folder can't be written; the file is then as it was.

    """
    copy = path.with_name(f"{path.name}.tagged")
    try:
        with path.open("rb") as source, copy.open("xb") as target:
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
        return _write_flac
    if magic.startswith(b"OggS"):
        return ogg.write_ogg
    if magic.startswith(b"RIFF") and magic[8:] == b"WAVE":
        return _write_wav
    if magic.startswith(b"ID3") or (len(magic) > 1 and magic[0] == 0xFF and magic[1] & 0xE6 == 0xE2):
        return _write_mp3
    return None


def _write_flac(source: BinaryIO, target: BinaryIO, tags: Tags, _: int) -> bool:
    """Metadata blocks are copied, the comment replaced, the padding dropped; the frames follow untouched."""
    source.seek(4)
    blocks, vendor, last = [], b"audiopod-mcp", False
    held = 0
    while not last:
        head = source.read(4)
        if len(head) < 4:
            return False
        last, kind, size = bool(head[0] & 0x80), head[0] & 0x7F, int.from_bytes(head[1:], "big")
        held += size
        body = source.read(size)
        if len(body) < size or held > _FLAC_METADATA:
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


def _write_mp3(source: BinaryIO, target: BinaryIO, tags: Tags, size: int) -> bool:
    head = source.read(10)
    if head.startswith(b"ID3"):
        if len(head) < 10 or any(byte & 0x80 for byte in head[6:]):
            return False
        footer = 10 if head[5] & 0x10 else 0
        end = 10 + _from_synchsafe(head[6:])
        if end + footer >= size:
            return False
        source.seek(end + footer)
    else:
        source.seek(0)
    target.write(id3_tag(tags))
    shutil.copyfileobj(source, target)
    return True


def _write_wav(source: BinaryIO, target: BinaryIO, tags: Tags, size: int) -> bool:
    """Chunks are copied but for an earlier tag; the new one comes last."""
    tag = id3_tag(tags)
    source.seek(12)
    target.write(b"RIFF\0\0\0\0WAVE")
    has_audio = False
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
        has_audio = has_audio or name == b"data"
        source.seek(start + length + length % 2)
    target.write(b"id3 " + struct.pack("<I", len(tag)) + tag + b"\0" * (len(tag) % 2))
    whole = target.tell() - 8
    if not has_audio or whole > _RIFF_LARGEST:
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
    """Make an ID3v2.4 tag, UTF-8 throughout; lyrics and comment are said to be in no language.

    Parameters
    ----------
    tags
        What to write. Names that ID3 has no frame for go into ``TXXX`` frames of those names.

    Returns
    -------
    bytes
        The tag with its header, without padding.

    """
    frames = b""
    for name, text in tags.items():
        encoded = text.encode()
        if name in _ID3_FRAMES:
            frames += _id3_frame(_ID3_FRAMES[name], b"\3" + encoded)
        elif name == "LYRICS":
            frames += _id3_frame(b"USLT", b"\3und\0" + encoded)
        elif name == "COMMENT":
            frames += _id3_frame(b"COMM", b"\3und\0" + encoded)
        else:
            frames += _id3_frame(b"TXXX", b"\3" + name.encode() + b"\0" + encoded)
    return b"ID3\4\0\0" + _to_synchsafe(len(frames)) + frames


def _id3_frame(name: bytes, body: bytes) -> bytes:
    return name + _to_synchsafe(len(body)) + b"\0\0" + body


def _to_synchsafe(number: int) -> bytes:
    """Four bytes of seven bits each, so that no byte looks like the start of sound."""
    return bytes((number >> shift) & 0x7F for shift in (21, 14, 7, 0))


def _from_synchsafe(synchsafe: bytes) -> int:
    return sum(byte << shift for byte, shift in zip(synchsafe, (21, 14, 7, 0), strict=True))
