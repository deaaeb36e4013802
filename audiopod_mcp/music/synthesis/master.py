"""Mastering: one gain curve for the whole mix, so that the stems still add up to it."""

from __future__ import annotations

import numpy as np
from scipy.ndimage import convolve1d, minimum_filter1d

from audiopod_mcp.music.loudness import integrated_loudness, true_peak
from audiopod_mcp.music.model import SAMPLE_RATE, Audio
from audiopod_mcp.music.synthesis.waves import Wave

TARGET = -14.0
"""Integrated loudness to aim at, LUFS."""
CEILING = -1.0
"""True peak never exceeded, dBTP."""
_BLOCK = 64
_REACH = 24
"""Blocks that the limiter looks ahead (and back): 35 ms."""


def gain_curve(mix: Audio, *, wrap: bool = False) -> Wave:
    """Gain (n,) that brings ``mix`` (n, 2) to :data:`TARGET` without exceeding :data:`CEILING`.

    A look-ahead limiter: required gain per block, its running minimum, smoothed. With ``wrap`` the
    curve is continuous from the end to the start, for loops.
    """
    loudness = integrated_loudness(mix, SAMPLE_RATE)
    peaks = _block_peaks(mix)
    if loudness is None or peaks.max(initial=0) < 1e-6:
        return np.ones(len(mix), np.float32)
    make_up = 10 ** ((TARGET - loudness) / 20)
    curve = _limit(peaks, make_up, len(mix), wrap)
    # What the limiter took away is given back once, then the level is what it is.
    limited = mix * curve[:, None]
    lost = TARGET - (integrated_loudness(limited, SAMPLE_RATE) or TARGET)
    if lost > 0.2:
        curve = _limit(peaks, make_up * 10 ** (min(lost * 1.3, 4.0) / 20), len(mix), wrap)
        limited = mix * curve[:, None]
    over = true_peak(limited, SAMPLE_RATE) - CEILING + 0.02
    return curve * np.float32(10 ** (-max(0.0, over) / 20))


def _block_peaks(mix: Audio) -> Wave:
    blocks = -(-len(mix) // _BLOCK)
    padded = np.zeros(blocks * _BLOCK, np.float32)
    np.maximum(np.abs(mix[:, 0]), np.abs(mix[:, 1]), out=padded[: len(mix)])
    peaks: Wave = padded.reshape(blocks, _BLOCK).max(axis=1)
    return peaks


def _limit(peaks: Wave, make_up: float, samples: int, wrap: bool) -> Wave:
    ceiling = 10 ** ((CEILING - 0.6) / 20)
    needed = np.minimum(1.0, ceiling / np.maximum(peaks.astype(np.float64) * make_up, 1e-9))
    mode = "wrap" if wrap else "nearest"
    window = np.hanning(2 * _REACH + 1)
    floor = minimum_filter1d(needed, 2 * _REACH + 5, mode=mode)
    smooth = convolve1d(floor, window / window.sum(), mode=mode)
    # Lines between the block boundaries; a block's width was added to the running minimum for them.
    before = smooth[-1] if wrap else smooth[0]
    knots = 0.5 * (smooth + np.concatenate(([before], smooth[:-1])))
    knots = (make_up * np.append(knots, knots[0] if wrap else smooth[-1])).astype(np.float32)
    ramp = (np.arange(_BLOCK) / _BLOCK).astype(np.float32)
    curve: Wave = (knots[:-1, None] + np.diff(knots)[:, None] * ramp).reshape(-1)[:samples]
    return curve
