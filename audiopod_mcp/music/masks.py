"""What sounds share by nature, as soft masks: broad or narrow, short or sustained, repeating or not, centred
or wide.

Magnitudes are ``(frames, bins)``, masks like them and between 0 and 1.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from numpy.lib.stride_tricks import sliding_window_view

from audiopod_mcp.music.spectrum import Array, moving_mean


def wiener(wanted: Array, rest: Array) -> Array:
    """The share of ``wanted`` in the power of both."""
    power = np.square(wanted)
    share = power / (power + np.square(rest) + 1e-12)
    return share.astype(np.float32, copy=False)


def harmonic_percussive(level: Array, fps: float, bin_width: float) -> Array:
    """How percussive each cell is: like its neighbours in frequency (230 Hz) rather than those in time (0.5
    s).

    After Fitzgerald (DAFx 2010), with means of log magnitudes in place of medians: as good, and twenty times
    faster.
    """
    log = np.log(level)
    over_time = moving_mean(log.T, round(0.5 * fps) | 1).T
    over_frequency = moving_mean(log, round(230 / bin_width) | 1)
    mask: Array = 1 / (1 + np.exp(np.clip(2 * (over_time - over_frequency), -30, 30)))
    return mask


def sustained(level: Array, width: int) -> Array:
    """The median over ``width`` (odd) frames around each."""
    padded = np.pad(
        level, ((width // 2, width // 2), (0, 0)), mode="reflect" if len(level) > width else "edge"
    )
    median: Array = np.median(sliding_window_view(padded, width, axis=0), axis=-1)
    return median


def repeating_background(
    level: Array, fps: float, tell: Callable[[float], None], most: int = 40, apart: float = 0.8
) -> Array:
    """What repeats: for every frame the median of those most like it, at least ``apart`` seconds away.

    REPET-SIM (Rafii & Pardo, ISMIR 2012), never above ``level``. The similarity is frames squared: call it
    with a minute at a time.
    """
    frames, bins = level.shape
    count = min(most, frames - 1)
    if count < 3:
        return np.zeros_like(level)
    coarse = np.log1p(50 * level[:, : bins // 8 * 8].reshape(frames, -1, 8).mean(axis=2))
    coarse /= np.linalg.norm(coarse, axis=1, keepdims=True) + 1e-9
    alike = coarse @ coarse.T
    index = np.arange(frames)
    alike[np.abs(index[:, None] - index) < int(apart * fps)] = -1
    nearest = np.argpartition(-alike, count - 1, axis=1)[:, :count]
    background = np.empty_like(level)
    for first in range(0, frames, 32):
        rows = slice(first, first + 32)
        background[rows] = np.partition(level[nearest[rows]], count // 2, axis=1)[:, count // 2]
        if not first % 256:
            tell(first / frames)
    return np.minimum(background, level)


def centring(left: npt.NDArray[np.complex64], right: npt.NDArray[np.complex64]) -> Array:
    """How surely each cell comes from the middle of the stereo image: the channels' smoothed coherence in
    phase and level.
    """
    product: Array = 2 * (left * np.conj(right)).real
    coherence = (product / (np.square(np.abs(left)) + np.square(np.abs(right)) + 1e-12)).astype(np.float32)
    smooth = moving_mean(moving_mean(coherence, 3).T, 3).T
    centred: Array = np.square(np.clip((smooth - 0.5) / 0.5, 0, 1))
    return centred
