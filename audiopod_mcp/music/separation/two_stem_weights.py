"""The weights of the two-stem network: quantized, in one file, read where they are needed and no sooner.

The file is a ``safetensors`` file (github.com/huggingface/safetensors, "Format"): the length of a header, the
header in JSON with type, shape and place of each array, then the arrays. Kernels are integers of eight bits
with a scale for each output, the rest is ``float32``.
"""

from __future__ import annotations

import json
import mmap
import struct
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from audiopod_mcp.music.signal.stft import Array

_TYPES: Final[Mapping[str, np.dtype[Any]]] = {"I8": np.dtype("i1"), "F32": np.dtype("<f4")}
_MAX_HEADER: Final = 1 << 20


def write_weights(file: Path, kernels: Mapping[str, Array], vectors: Mapping[str, Array]) -> None:
    """Write kernels, ``(inputs, outputs)``, and whatever else belongs to them, by name.

    Kernels are rounded to 254 steps from the smallest to the greatest of each output, symmetrically.
    """
    arrays: dict[str, npt.NDArray[Any]] = {}
    for name, kernel in kernels.items():
        scale = np.maximum(np.abs(kernel).max(axis=0), 1e-12) / 127
        arrays[name] = np.round(kernel / scale).astype(np.int8)
        arrays[f"{name}.scale"] = scale.astype("<f4")
    arrays |= {name: vector.astype("<f4") for name, vector in vectors.items()}
    codes = {kind: code for code, kind in _TYPES.items()}
    header, place = {}, 0
    for name, array in arrays.items():
        span = [place, place + array.nbytes]
        header[name] = {"dtype": codes[array.dtype], "shape": array.shape, "data_offsets": span}
        place += array.nbytes
    described = json.dumps(header).encode()
    described += b" " * (-len(described) % 8)
    with file.open("wb") as opened:
        opened.write(struct.pack("<Q", len(described)) + described)
        for array in arrays.values():
            opened.write(np.ascontiguousarray(array).tobytes())


class Weights(Mapping[str, Array]):
    """The arrays of a file of :func:`write_weights`, each unpacked to ``float32`` whenever it is asked for.

    The file is mapped into memory, so that processes share it and only what is used is read.
    """

    def __init__(self, file: Path) -> None:
        """Open ``file``; ``ValueError`` where it is none of ours."""
        with file.open("rb") as opened:
            self._bytes = mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ)
        (length,) = struct.unpack("<Q", self._bytes[:8])
        if length > _MAX_HEADER:
            raise ValueError(f"{file} does not hold weights")
        self._header: dict[str, Any] = json.loads(self._bytes[8 : 8 + length])
        self._first = 8 + length

    def __getitem__(self, name: str) -> Array:
        array = self._stored(name)
        if array.dtype == np.int8:
            array = array * self._stored(f"{name}.scale")
        return np.asarray(array, np.float32)

    def __iter__(self) -> Iterator[str]:
        return iter(self._header)

    def __len__(self) -> int:
        return len(self._header)

    def _stored(self, name: str) -> npt.NDArray[Any]:
        entry = self._header[name]
        start, stop = (self._first + offset for offset in entry["data_offsets"])
        kind: np.dtype[Any] = _TYPES[entry["dtype"]]
        return np.frombuffer(self._bytes, kind, (stop - start) // kind.itemsize, start).reshape(
            entry["shape"]
        )
