"""How a tempo goes on: steady, or faster and slower on the way."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from audiopod_mcp.music.signal.stft import Array

from .autocorrelation import BAND_WEIGHTS, interpolate_at, mean_autocorrelation
from .onsets import ONSET_FPS

_WINDOW, _HOP, _MAX_LAG = 12.0, 3.0, 8.0
"""Seconds that are listened to at a time, from one time to the next, and of lags."""
_TEMPO_RATIOS = np.exp(np.linspace(np.log(0.72), np.log(1.39), 201))
"""Tempi that are looked for, by the tempo of the whole."""
_MIN_DEVIATION, _CLARITY_MARGIN, _MIN_CLARITY = 0.04, 0.15, 0.25
"""A tempo is another one that is so far off, so much clearer here than that of the whole, and so clear."""
_MIN_WINDOWS = 3
"""Windows in a row that must have another tempo."""


def estimate_tempo_curve(envelopes: Array, tempo: float) -> npt.NDArray[np.float64] | None:
    """Beats a minute at each frame of onset envelopes ``(6, frames)``; ``None`` where ``tempo`` goes on.

    By autocorrelation of windows, as for the whole. Of 154 steady pieces, generated and recorded, one had a
    course. Slow changes are followed from one window to the next, sudden ones to a few seconds.
    """
    frames, size, hop = envelopes.shape[1], int(_WINDOW * ONSET_FPS), int(_HOP * ONSET_FPS)
    starts = np.arange(0, frames - size + 1, hop)
    if len(starts) < 2 * _MIN_WINDOWS:
        return None
    local = np.asarray([_local_tempo(envelopes[:, start : start + size], tempo) for start in starts])
    local = np.median(np.stack([local[:-2], local[1:-1], local[2:]]), axis=0)
    apart = np.abs(local / tempo - 1) > _MIN_DEVIATION
    if np.convolve(apart, np.ones(_MIN_WINDOWS), "valid").max(initial=0) < _MIN_WINDOWS:
        return None
    course: npt.NDArray[np.float64] = np.interp(np.arange(frames), starts[1:-1] + size / 2, local)
    return course


def _local_tempo(envelopes: Array, tempo: float) -> float:
    """The tempo near ``tempo`` that these few seconds have."""
    lags, hop = int(_MAX_LAG * ONSET_FPS), int(ONSET_FPS)
    rows = [weight * mean_autocorrelation(envelopes[row], lags, hop) for row, weight in BAND_WEIGHTS.items()]
    correlation = np.sum(rows, axis=0) / sum(BAND_WEIGHTS.values())
    period = 60 * ONSET_FPS / (tempo * _TEMPO_RATIOS)
    support = np.mean([interpolate_at(correlation, period * beats) for beats in (1.0, 2.0, 4.0)], axis=0)
    best = int(support.argmax())
    own = float(support[np.abs(_TEMPO_RATIOS - 1) < 0.02].max())
    other = support[best] > max(own + _CLARITY_MARGIN, _MIN_CLARITY)
    return float(tempo * _TEMPO_RATIOS[best]) if other else tempo
