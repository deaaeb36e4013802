"""The note that an instrument is asked to synthesise, and the arrays that it answers with."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from audiopod_mcp.music.model import SAMPLE_RATE

Signal = npt.NDArray[np.float32]
FloatArray = npt.NDArray[np.float64]
IndexArray = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Tone:
    """One note to synthesise: ``force`` is 0 (softest) to 1, ``seconds`` how long the key is down at most."""

    pitch: float
    seconds: float
    force: float
    rng: np.random.Generator
    syllable: str | None = None
    from_above: bool = False
    """Slurred from a higher note."""
    slurred: bool = False
    """Goes on from the note before in one breath or bow."""

    @property
    def frequency(self) -> float:
        return float(440 * 2 ** ((self.pitch - 69) / 12))

    def samples(self, tail: float = 0.0) -> int:
        return int((self.seconds + tail) * SAMPLE_RATE) + 1
