"""Seeded chance: each decision draws from a stream of its own, so that one change leaves the others alone."""

from __future__ import annotations

import zlib

import numpy as np


def random_stream(seed: int, *names: str | int) -> np.random.Generator:
    """A random stream of its own for everything that's called by ``names``."""
    return np.random.default_rng([seed & 0xFFFFFFFF, *(zlib.crc32(str(name).encode()) for name in names)])
