"""How a tempo goes on: steady, or faster and slower on the way."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from audiopod_mcp.music.signal.stft import Array

from .autocorrelation import BAND_WEIGHTS, interpolate_at, mean_autocorrelation
from .onsets import ONSET_FPS

_WINDOW, _HOP = 12.0, 3.0
"""Seconds that a local tempo is estimated from, and from one of them to the next."""
_MAX_LAG = 8.0
"""Seconds of lag that are looked at in a window."""
_TEMPO_RATIOS = np.exp(np.linspace(np.log(0.72), np.log(1.39), 201))
"""Local tempi that are tried, as multiples of the tempo of the whole."""
_MIN_DEVIATION = 0.04
"""Share of the tempo of the whole by which another tempo must differ from it."""
_CLARITY_MARGIN, _MIN_CLARITY = 0.15, 0.25
"""How much clearer than the tempo of the whole another one must be in a window, and how clear at least."""
_MIN_WINDOWS = 3
"""Windows in a row that must have another tempo."""


def estimate_tempo_curve(envelopes: Array, tempo: float) -> npt.NDArray[np.float64] | None:
    """The tempo at each moment of a piece whose tempo changes.

    It is estimated by autocorrelation window by window, as that of the whole is, and interpolated between
    the windows: slow changes are followed from one to the next, sudden ones to a few seconds.

    Parameters
    ----------
    envelopes : float32 array, shape (6, frames)
        :func:`~.onsets.onset_envelopes`.
    tempo : float
        Beats a minute, of the whole.

    Returns
    -------
    float64 array, shape (frames,), or None
        Beats a minute; ``None`` where ``tempo`` goes on.

    Notes
    -----
    Of 154 steady pieces, generated and recorded, one was given a curve.
    """
    frames, size, hop = envelopes.shape[1], int(_WINDOW * ONSET_FPS), int(_HOP * ONSET_FPS)
    starts = np.arange(0, frames - size + 1, hop)
    if len(starts) < 2 * _MIN_WINDOWS:
        return None
    local = np.asarray([_local_tempo(envelopes[:, start : start + size], tempo) for start in starts])
    local = np.median(np.stack([local[:-2], local[1:-1], local[2:]]), axis=0)
    deviates = np.abs(local / tempo - 1) > _MIN_DEVIATION
    longest = np.convolve(deviates, np.ones(_MIN_WINDOWS), "valid").max(initial=0)
    if longest < _MIN_WINDOWS:
        return None
    curve: npt.NDArray[np.float64] = np.interp(np.arange(frames), starts[1:-1] + size / 2, local)
    return curve


def _local_tempo(envelopes: Array, tempo: float) -> float:
    """The tempo of a window of onset envelopes: ``tempo``, unless another one near it is clearer."""
    max_lag, hop = int(_MAX_LAG * ONSET_FPS), int(ONSET_FPS)
    rows = [
        weight * mean_autocorrelation(envelopes[row], max_lag, hop) for row, weight in BAND_WEIGHTS.items()
    ]
    correlation = np.sum(rows, axis=0) / sum(BAND_WEIGHTS.values())
    period = 60 * ONSET_FPS / (tempo * _TEMPO_RATIOS)
    support = np.mean([interpolate_at(correlation, period * beats) for beats in (1.0, 2.0, 4.0)], axis=0)
    best = int(support.argmax())
    of_whole = float(support[np.abs(_TEMPO_RATIOS - 1) < 0.02].max())
    clearer = support[best] > max(of_whole + _CLARITY_MARGIN, _MIN_CLARITY)
    return float(tempo * _TEMPO_RATIOS[best]) if clearer else tempo
