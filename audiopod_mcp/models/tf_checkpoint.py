"""The tensors of a TensorFlow checkpoint, read without TensorFlow.

A checkpoint is an index and a file of raw numbers. The index is a table as LevelDB writes them ("leveldb File
format", in its doc/table_format.md): its last 48 bytes say where a block of handles is, each of which says
where a block of entries is. Entries are the names of tensors, shortened by what they share with the name
before, each with a protocol buffer ``BundleEntryProto``: type, shape, place, size.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Any, Final

import numpy as np
import numpy.typing as npt

_MAGIC: Final = 0xDB4775248B80FB57
_FOOTER: Final = 48
_TYPES: Final = {1: "<f4", 2: "<f8", 3: "<i4", 9: "<i8"}
"""Of ``types.proto``, the ones that weights and counters have."""
_SHAPE, _TYPE, _OFFSET, _SIZE = 2, 1, 4, 5
"""Numbers of the fields of ``BundleEntryProto`` …"""
_SIZES = 2
"""… and of the sizes in its shape."""
_VARINT, _FIXED_64, _BYTES, _FIXED_32 = 0, 1, 2, 5
"""Wire types of protocol buffers."""


def read_checkpoint(index: bytes, data: bytes) -> dict[str, npt.NDArray[Any]]:
    """The tensors of a checkpoint of one shard, by name.

    Parameters
    ----------
    index : bytes
        What is in ``….index``.
    data : bytes
        What is in ``….data-00000-of-00001``.

    Raises
    ------
    ValueError
        It is none, or one that is compressed.
    """
    try:
        return dict(_tensors(index, data))
    except (IndexError, struct.error, KeyError) as error:
        raise ValueError(f"the checkpoint is damaged ({error})") from error


def _tensors(index: bytes, data: bytes) -> Iterator[tuple[str, npt.NDArray[Any]]]:
    if len(index) < _FOOTER or struct.unpack("<Q", index[-8:])[0] != _MAGIC:
        raise ValueError("it is not the index of a checkpoint")
    footer = _Reader(index, len(index) - _FOOTER)
    footer.varint(), footer.varint()  # where the index of the index is
    for _, handle in _entries(index, footer.varint(), footer.varint()):
        block = _Reader(handle)
        for name, entry in _entries(index, block.varint(), block.varint()):
            if not name:  # the header
                continue
            fields = dict(_fields(entry))
            shape = [
                dict(_fields(size)).get(1, 0)
                for number, size in _fields(fields.get(_SHAPE, b""))
                if number == 2
            ]
            first = fields.get(_OFFSET, 0)
            raw = data[first : first + fields[_SIZE]]
            if fields.get(_TYPE) in _TYPES:  # what is saved beside the weights may be words
                yield name.decode(), np.frombuffer(raw, _TYPES[fields[_TYPE]]).reshape(shape)


class _Reader:
    """Reads on from a place."""

    def __init__(self, data: bytes, place: int = 0) -> None:
        self.data, self.place = data, place

    def varint(self) -> int:
        value = shift = 0
        while True:
            byte = self.data[self.place]
            self.place += 1
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                return value
            shift += 7

    def take(self, count: int) -> bytes:
        self.place += count
        if self.place > len(self.data):
            raise IndexError("it ends early")
        return self.data[self.place - count : self.place]


def _entries(table: bytes, offset: int, size: int) -> Iterator[tuple[bytes, bytes]]:
    """Keys and values of the block of a table that begins at ``offset``."""
    if table[offset + size] != 0:
        raise ValueError("its index is compressed")
    block = table[offset : offset + size]
    restarts = struct.unpack("<I", block[-4:])[0]
    reader, key = _Reader(block[: len(block) - 4 * (restarts + 1)]), b""
    while reader.place < len(reader.data):
        shared, fresh, length = reader.varint(), reader.varint(), reader.varint()
        key = key[:shared] + reader.take(fresh)
        yield key, reader.take(length)


def _fields(message: bytes) -> Iterator[tuple[int, Any]]:
    """Numbers and values of the fields of a protocol buffer: integers, or the bytes of what is nested."""
    reader = _Reader(message)
    while reader.place < len(message):
        tag = reader.varint()
        kind = tag & 7
        if kind == _VARINT:
            yield tag >> 3, reader.varint()
        elif kind == _BYTES:
            yield tag >> 3, reader.take(reader.varint())
        elif kind in (_FIXED_32, _FIXED_64):
            yield tag >> 3, int.from_bytes(reader.take(4 if kind == _FIXED_32 else 8), "little")
        else:
            raise ValueError(f"it holds a field of unknown kind {kind}")
