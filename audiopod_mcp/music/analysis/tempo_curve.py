"""How a tempo goes on: steady, or faster and slower on the way."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from audiopod_mcp.music.signal.stft import Array

from .autocorrelation import BAND_WEIGHTS, interpolate_at, local_autocorrelations
from .onsets import ONSET_FPS

_LAGS, _HOP = int(8 * ONSET_FPS), int(ONSET_FPS)
"""Frames of lag that are looked at, and from one window of so many frames to the next."""
_TOGETHER, _APART = 5, 3
"""Windows that a local tempo is estimated from, and from the first for one to the first for the next."""
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
    size = _LAGS + (_TOGETHER - 1) * _HOP
    frames = envelopes.shape[1]
    starts = np.arange(0, frames - size + 1, _APART * _HOP)
    if len(starts) < 2 * _MIN_WINDOWS:
        return None
    correlations = np.zeros((len(starts), _LAGS), np.float32)
    for row, weight in BAND_WEIGHTS.items():
        correlations += weight * local_autocorrelations(envelopes[row], _LAGS, _HOP, _TOGETHER, _APART)
    correlations /= sum(BAND_WEIGHTS.values())
    local = np.asarray([_local_tempo(correlation, tempo) for correlation in correlations])
    local = np.median(np.stack([local[:-2], local[1:-1], local[2:]]), axis=0)
    deviates = np.abs(local / tempo - 1) > _MIN_DEVIATION
    longest = np.convolve(deviates, np.ones(_MIN_WINDOWS), "valid").max(initial=0)
    if longest < _MIN_WINDOWS:
        return None
    curve: npt.NDArray[np.float64] = np.interp(np.arange(frames), starts[1:-1] + size / 2, local)
    return curve


def _local_tempo(correlation: Array, tempo: float) -> float:
    """The tempo where onsets recur like this: ``tempo``, unless another one near it is clearer."""
    period = 60 * ONSET_FPS / (tempo * _TEMPO_RATIOS)
    support = np.mean([interpolate_at(correlation, period * beats) for beats in (1.0, 2.0, 4.0)], axis=0)
    best = int(support.argmax())
    of_whole = float(support[np.abs(_TEMPO_RATIOS - 1) < 0.02].max())
    clearer = support[best] > max(of_whole + _CLARITY_MARGIN, _MIN_CLARITY)
    return float(tempo * _TEMPO_RATIOS[best]) if clearer else tempo
