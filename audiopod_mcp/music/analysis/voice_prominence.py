"""Whether a voice that was separated from a recording is one, by how loud it is where it is loudest."""

from __future__ import annotations

from typing import Final

import numpy as np

from audiopod_mcp.music.signal.loudness import Sliceable

MIN_PROMINENCE: Final = -10.0
CLEAR_PROMINENCE: Final = -6.0
"""dB of :func:`voice_prominence` below which no voice is there, and it is doubtful: 12 sung recordings all
lie above -5, of 26 without a voice 22 below -10 and 25 below -6.
"""

_AUDIBLE: Final = 1e-3
"""Share of the loudest half second's power below which another is as good as silent."""


def voice_prominence(audio: Sliceable, voice: Sliceable, rate: int) -> float:
    """How much of a recording is its voice where that is loudest.

    Parameters
    ----------
    audio, voice : float32 array, shape (samples, channels)
        The recording, and the voice that was separated from it.
    rate : int
        Samples a second.

    Returns
    -------
    float
        dB that the voice lies below the whole, exceeded in one of twenty half seconds that are not silent.
    """
    length = max(1, min(len(audio), rate // 2))
    powers = [
        [
            float(np.square(part[start : start + length], dtype=np.float64).sum())
            for start in range(0, len(part) - length + 1, length)
        ]
        for part in (audio, voice)
    ]
    whole, sung = np.asarray(powers)
    loud = whole > _AUDIBLE * whole.max(initial=0.0)
    if not loud.any():
        return -np.inf
    return float(10 * np.log10(np.percentile(sung[loud] / whole[loud], 95) + 1e-12))
