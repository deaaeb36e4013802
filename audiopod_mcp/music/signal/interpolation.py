"""Values between the samples of a curve: along frequency, along lags, and at the top of a peak."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from .stft import Array, Ints


def interpolate_bins(spectra: Array, bins: npt.NDArray[np.float64]) -> Array:
    """Spectra read off between their bins, linearly.

    Parameters
    ----------
    spectra : float32 array, shape (frames, n_bins)
    bins : float64 array, shape (points,)
        Fractional bin numbers, 0 to less than ``n_bins - 1``.

    Returns
    -------
    float32 array, shape (frames, points)
    """
    below: Ints = bins.astype(np.intp)
    above = (bins - below).astype(np.float32)
    # Indexing along the second axis would leave the result frame by frame far apart in memory.
    between = spectra.take(below, axis=1)
    between *= 1 - above
    between += spectra.take(below + 1, axis=1) * above
    return between


def peak_offset(before: Array, peak: Array, after: Array) -> Array:
    """How far from its sample the top of a peak lies, by the parabola through it and its neighbours.

    Parameters
    ----------
    before, peak, after : float32 array, shape (peaks,)
        Values at three neighbouring samples, the middle one the greatest.

    Returns
    -------
    float32 array, shape (peaks,)
        Samples, -0.5 to 0.5.
    """
    curvature = np.minimum(before - 2 * peak + after, -1e-6)
    offset: Array = np.clip(0.5 * (before - after) / curvature, -0.5, 0.5)
    return offset
