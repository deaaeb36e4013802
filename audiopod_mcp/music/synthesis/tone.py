"""The note that an instrument is asked to synthesise, and the arrays that it answers with."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from audiopod_mcp.music.model import SAMPLE_RATE

Signal = npt.NDArray[np.float32]
"""Samples at :data:`SAMPLE_RATE`: mono of shape (n,), stereo of shape (n, 2)."""
FloatArray = npt.NDArray[np.float64]
_OUTSIDE_THE_HEAP = (32 << 20) + 4096
"""Bytes from which the C library takes an array's memory from the system, whatever it freed before."""


def silence(samples: int, *channels: int) -> Signal:
    """A signal of minutes to write to, whose memory goes back to the system as soon as it is let go.

    In the heap, what is left of it would lie between smaller arrays that stay. It is asked for larger than it
    is: pages that nobody writes to cost nothing. Each channel lies in one piece, which is faster to add to.
    """
    shape = (*channels, samples)
    count = math.prod(shape)
    return np.zeros(max(count, _OUTSIDE_THE_HEAP // 4), np.float32)[:count].reshape(shape).T


@dataclass(frozen=True, slots=True)
class Tone:
    """One note to synthesise."""

    pitch: float
    """MIDI note number; fractions are microtones."""
    seconds: float
    """How long the key is down at most."""
    force: float
    """How hard it is struck, blown or sung, 0 (softest) to 1."""
    rng: np.random.Generator
    """The chance by which no two notes are alike."""
    syllable: str | None = None
    from_above: bool = False
    """Whether it is slurred from a higher note."""
    slurred: bool = False
    """Whether it goes on from the note before in one breath or bow."""
    tonic: int | None = None
    """Pitch class of the key, to which a drum is tuned; ``None`` leaves it at its own pitch."""

    @property
    def frequency(self) -> float:
        """Hz of the fundamental."""
        return float(440 * 2 ** ((self.pitch - 69) / 12))

    def samples(self, tail: float = 0.0) -> int:
        """Count the samples of the note and of ``tail`` seconds after it."""
        return int((self.seconds + tail) * SAMPLE_RATE) + 1
