"""How a tempo goes on: steady, or faster and slower on the way."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from audiopod_mcp.music.signal.stft import Array

from .autocorrelation import APART, HOP, LAGS, TOGETHER, interpolate_at
from .onsets import ONSET_FPS

_TEMPO_RATIOS = np.exp(np.linspace(np.log(0.72), np.log(1.39), 201))
"""Local tempi that are tried, as multiples of the tempo of the whole."""
_MIN_DEVIATION = 0.04
"""Share of the tempo of the whole by which another tempo must differ from it."""
_CLARITY_MARGIN, _MIN_CLARITY = 0.15, 0.25
"""How much clearer than the tempo of the whole another one must be in a window, and how clear at least."""
_MIN_WINDOWS = 3
"""Windows in a row that must have another tempo."""


def estimate_tempo_curve(local: Array, frames: int, tempo: float) -> npt.NDArray[np.float64] | None:
    """The tempo at each moment of a piece whose tempo changes.

    It is estimated by autocorrelation window by window, as that of the whole is, and interpolated between
    the windows: slow changes are followed from one to the next, sudden ones to a few seconds.

    Parameters
    ----------
    local : float32 array, shape (means, LAGS)
        The second of :func:`~.autocorrelation.onset_autocorrelations`.
    frames : int
        Onset frames of the piece.
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
    if len(local) < 2 * _MIN_WINDOWS:
        return None
    tempi = np.asarray([_local_tempo(correlation, tempo) for correlation in local])
    tempi = np.median(np.stack([tempi[:-2], tempi[1:-1], tempi[2:]]), axis=0)
    deviates = np.abs(tempi / tempo - 1) > _MIN_DEVIATION
    longest = np.convolve(deviates, np.ones(_MIN_WINDOWS), "valid").max(initial=0)
    if longest < _MIN_WINDOWS:
        return None
    middles = np.arange(1, len(local) - 1) * APART * HOP + (LAGS + (TOGETHER - 1) * HOP) / 2
    curve: npt.NDArray[np.float64] = np.interp(np.arange(frames), middles, tempi)
    return curve


def _local_tempo(correlation: Array, tempo: float) -> float:
    """The tempo where onsets recur like this: ``tempo``, unless another one near it is clearer."""
    period = 60 * ONSET_FPS / (tempo * _TEMPO_RATIOS)
    support = np.mean([interpolate_at(correlation, period * beats) for beats in (1.0, 2.0, 4.0)], axis=0)
    best = int(support.argmax())
    of_whole = float(support[np.abs(_TEMPO_RATIOS - 1) < 0.02].max())
    clearer = support[best] > max(of_whole + _CLARITY_MARGIN, _MIN_CLARITY)
    return float(tempo * _TEMPO_RATIOS[best]) if clearer else tempo
