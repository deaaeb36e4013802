"""Checkpoints written here by the published format, read back; and damaged ones."""

import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from audiopod_mcp.models.tf_checkpoint import read_checkpoint

MAGIC = bytes.fromhex("57fb808b247547db")
CODES = {"float32": 1, "float64": 2, "int32": 3, "int64": 9}

numbers = st.sampled_from(sorted(CODES)).flatmap(
    lambda kind: arrays(kind, array_shapes(min_dims=0, max_dims=3, max_side=4), elements=st.integers(-9, 9))
)
tensors = st.dictionaries(st.text("ab/_1", min_size=1, max_size=12), numbers, max_size=6)


def varint(value):
    out = b""
    while value >= 0x80:
        out += bytes([value & 0x7F | 0x80])
        value >>= 7
    return out + bytes([value])


def field(number, value):
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    return varint(number << 3 | 2) + varint(len(value)) + value


def block(entries):
    """A block of a table, with a restart every third entry."""
    out, restarts, last = b"", [], b""
    for number, (key, value) in enumerate(entries):
        shared = 0
        if number % 3 == 0:
            restarts.append(len(out))
        else:
            while shared < min(len(key), len(last)) and key[shared] == last[shared]:
                shared += 1
        out += varint(shared) + varint(len(key) - shared) + varint(len(value)) + key[shared:] + value
        last = key
    restarts = restarts or [0]
    return out + b"".join(struct.pack("<I", place) for place in restarts) + struct.pack("<I", len(restarts))


def write_checkpoint(tensors, blocks=2):
    data, entries = b"", [(b"", field(1, 1))]
    for name in sorted(tensors):
        raw = tensors[name].tobytes()
        shape = b"".join(field(2, field(1, size) if size else b"") for size in tensors[name].shape)
        entry = field(1, CODES[str(tensors[name].dtype)]) + field(2, shape)
        entry += field(4, len(data)) + field(5, len(raw)) + varint(6 << 3 | 5) + b"abcd"
        entries.append((name.encode(), entry))
        data += raw
    table, handles = b"", []
    size = -(-len(entries) // blocks)
    for first in range(0, len(entries), size):
        part = block(entries[first : first + size])
        handles.append(
            (entries[min(len(entries), first + size) - 1][0], varint(len(table)) + varint(len(part)))
        )
        table += part + b"\0" + b"crc?"
    top = block(handles)
    footer = varint(0) + varint(0) + varint(len(table)) + varint(len(top))
    return table + top + b"\0" + b"crc?" + footer + bytes(40 - len(footer)) + MAGIC, data


@given(tensors)
def test_tensors_come_back_as_they_were_written(tensors):
    found = read_checkpoint(*write_checkpoint(tensors))
    assert found.keys() == tensors.keys()
    for name, tensor in tensors.items():
        np.testing.assert_array_equal(found[name], tensor)
        assert found[name].shape == tensor.shape


@given(tensors, st.data())
def test_a_damaged_checkpoint_is_a_value_error_or_numbers(tensors, chance):
    index, data = write_checkpoint(tensors)
    place = chance.draw(st.integers(0, len(index) - 1))
    damaged = index[:place] + bytes([chance.draw(st.integers(0, 255))]) + index[place + 1 :]
    for wrong in (damaged, index[:place], index[place:]):
        try:
            found = read_checkpoint(wrong, data)
        except ValueError:
            continue
        assert all(isinstance(tensor, np.ndarray) for tensor in found.values())


def test_no_checkpoint_at_all():
    with pytest.raises(ValueError, match="checkpoint"):
        read_checkpoint(b"nothing of the kind", b"")
