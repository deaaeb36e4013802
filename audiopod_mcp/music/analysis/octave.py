"""Whether a pulse is counted at one tempo, its double or its half: what drums, density and tempo say."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import numpy as np
import numpy.typing as npt

from audiopod_mcp.music.signal.stft import Array

from .autocorrelation import interpolate_at
from .metre_features import LEVEL_RATIOS
from .onsets import KICK_BAND, SNARE_BAND
from .tatums import TATUMS_PER_BEAT, TatumFeatures

FAMILIES = np.asarray([0, 0, 0, 1, 2, 1, 2])
"""For each of :data:`~.metre_features.LEVEL_RATIOS`, which others are octaves of it."""

_BACKBEAT_LAGS = (1.0, 2.0)
"""Beats from kick to snare."""


def extract_octave_features(tatums: TatumFeatures) -> Array:
    """What tells a tempo from its octaves.

    Parameters
    ----------
    tatums : TatumFeatures

    Returns
    -------
    float32 array, shape (levels, 4)
        The squared distance from 120 beats a minute and that from one onset a beat, in octaves; how the
        onsets of the kick correlate with those of the snare one beat and two beats away. Of a backbeat they
        do one beat away; counted twice as fast, they do two beats away.
    """
    levels = np.asarray(LEVEL_RATIOS)
    period = TATUMS_PER_BEAT / levels
    tempi = tatums.tempo * levels
    octaves, onsets_a_beat = np.log2(tempi / 120), np.log2(tatums.density * 60 / tempi + 0.1)
    correlation = _cross_correlation(
        tatums.onsets[KICK_BAND], tatums.onsets[SNARE_BAND], int(max(_BACKBEAT_LAGS) * period.max()) + 1
    )
    backbeat = [interpolate_at(correlation, period * beats) for beats in _BACKBEAT_LAGS]
    return np.stack([octaves**2, onsets_a_beat**2, *backbeat], axis=1).astype(np.float32)


def decide_octaves(
    log_odds: npt.NDArray[np.float64], features: Array, weights: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """The log odds of levels and metres after each family of octaves has been shared out anew.

    Parameters
    ----------
    log_odds : float64 array, shape (levels, metres)
    features : float32 array, shape (levels, 4)
        :func:`extract_octave_features`.
    weights : float64 array, shape (4,)
        :func:`octave_weights`.

    Returns
    -------
    float64 array, shape (levels, metres)
        How probable a family is altogether, and the metres at each level, are as before.
    """
    before = np.logaddexp.reduce(log_odds, axis=1)
    after = before + features @ weights
    for family in np.unique(FAMILIES):
        here = family == FAMILIES
        after[here] += np.logaddexp.reduce(before[here]) - np.logaddexp.reduce(after[here])
    shared: npt.NDArray[np.float64] = log_odds + (after - before)[:, None]
    return shared


@cache
def octave_weights() -> npt.NDArray[np.float64]:
    """The weights of the features, ``(4,)``.

    From ``octave.npz``; ``octave.json`` says what they were fitted to.
    """
    with (files(__package__) / "octave.npz").open("rb") as file, np.load(file) as arrays:
        return np.asarray(arrays["weights"])


def _cross_correlation(one: Array, other: Array, lags: int) -> Array:
    """How alike one row is to another so many steps later or earlier: ``(lags + 1,)``, -1 to 1."""
    a, b = (row.astype(np.float64) - row.mean() for row in (one, other))
    count, scale = len(a), np.sqrt((a @ a) * (b @ b)) + 1e-9
    correlation = np.zeros(lags + 1, np.float32)
    for lag in range(min(lags + 1, count - TATUMS_PER_BEAT)):
        both = a[: count - lag] @ b[lag:] + b[: count - lag] @ a[lag:]
        correlation[lag] = both / 2 / scale * count / (count - lag)
    return correlation
