"""New music that follows the levels of what it replaces: closely at its seams, roughly between them."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
from numpy.lib.stride_tricks import sliding_window_view
from scipy import fft
from scipy.ndimage import gaussian_filter1d

from audiopod_mcp.music.model import Audio, Progress, silent

from .crossfade import CEILING, fix_length, limiter_gain, mixdown

Decibels = npt.NDArray[np.float64]

_CENTRES = (90.0, 300.0, 1000.0, 3300.0, 9000.0)
"""Hz: bands whose levels are followed at seams; between them, gains are straight lines over log frequency."""
_FRAME = 0.093
_CLOSE, _ROUGH = 0.35, 1.5
"""Seconds (standard deviations) over which levels are smoothed at seams and between them."""
_NEAR, _FAR = 0.75, 2.5
"""Seconds from a seam up to which all of its gains apply, and from which on none."""
_BLOCK = 512
"""Frames at a time: between blocks the work can be stopped."""


def match_levels(
    stems: Mapping[str, Audio],
    source: Audio,
    rate: int,
    *,
    seams: tuple[bool, bool] = (True, True),
    report: Progress = silent,
) -> dict[str, Audio]:
    """``stems``, as long as ``source``, with the levels of ``source`` at its ``seams`` (start, end).

    There every band has the source's level, up to 12 dB up or down; from 2.5 s on only the rises and falls
    of the whole are the source's, up to 15 dB down and 4 dB up about the mean. All stems get the same gains
    and still sum to their mix. Frames of 93 ms, sine windows before and after (Princen & Bradley,
    TASSP 1986): gains that are all 0 dB give back what went in.
    """
    samples = len(source)
    at = _times(samples, rate)
    near = _nearness(at, samples / rate, seams)
    wanted = _powers(source, rate)
    out = {track: fix_length(stem, samples) for track, stem in stems.items()}
    mix = mixdown(out)
    gains = _gains(wanted, _powers(mix, rate), at, near)
    for track, stem in out.items():
        out[track] = _shaped(stem, rate, gains, report)
    mix = mixdown(out)
    # Limiting takes from loud attacks: what is missing then at the seams is given back.
    mix = mix * limiter_gain(mix, rate, max(CEILING, float(np.abs(source).max(initial=0.0))))
    missing = near * np.clip(_apart(wanted.sum(axis=1), _powers(mix, rate).sum(axis=1), at, _CLOSE), -3, 3)
    curve = 10 ** (np.interp(np.arange(samples) / rate, at, missing) / 20)
    curve = curve[:, None].astype(np.float32)
    return {track: np.asarray(stem * curve, np.float32) for track, stem in out.items()}


def _gains(wanted: Decibels, own: Decibels, at: Decibels, near: Decibels) -> Decibels:
    """Gains, ``(frames, bands)`` dB, from the powers of both."""
    whole = wanted.sum(axis=1), own.sum(axis=1)
    rough = _apart(*whole, at, _ROUGH)
    rough = np.clip(rough - rough.mean(), -15.0, 4.0)
    close = np.clip(_apart(*whole, at, _CLOSE), -12.0, 12.0)
    bands = np.clip(_apart(wanted, own, at, _CLOSE) - close[:, None], -6.0, 6.0)
    return np.asarray(((1 - near) * rough + near * close)[:, None] + near[:, None] * bands)


def _apart(wanted: Decibels, own: Decibels, at: Decibels, seconds: float) -> Decibels:
    """How many dB ``wanted`` is above ``own``, powers smoothed over time; 50 dB down counts as silence."""
    frames = seconds / (at[1] - at[0]) if len(at) > 1 else 1.0
    floor = 1e-5 * max(float(wanted.sum()), 1e-9) / len(wanted)
    smooth = [gaussian_filter1d(power, frames, axis=0, mode="nearest") + floor for power in (wanted, own)]
    return np.asarray(10 * np.log10(smooth[0] / smooth[1]))


def _nearness(at: Decibels, duration: float, seams: tuple[bool, bool]) -> Decibels:
    """How near each time is to a seam: 1 at it, 0 far off, ``(frames,)``."""
    away = np.full(len(at), np.inf)
    if seams[0]:
        away = np.minimum(away, at)
    if seams[1]:
        away = np.minimum(away, duration - at)
    return np.asarray(np.cos(np.pi / 2 * np.clip((away - _NEAR) / (_FAR - _NEAR), 0, 1)) ** 2)


def _size(rate: int) -> int:
    """Samples of a frame, a power of two."""
    return int(2 ** round(np.log2(_FRAME * rate)))


def _times(samples: int, rate: int) -> Decibels:
    """The middles of the frames, seconds: the first lies half a frame before the first sample."""
    hop = _size(rate) // 2
    return np.arange(samples // hop + 2) * hop / rate


def _bands(rate: int) -> npt.NDArray[np.float32]:
    """The share that each bin of a frame has in each band, ``(bins, bands)``, rows summing to 1."""
    bins = np.log2(np.maximum(fft.rfftfreq(_size(rate), 1 / rate), 1.0))
    centres = np.log2(_CENTRES)
    shares = [np.interp(bins, centres, row) for row in np.eye(len(centres))]
    return np.stack(shares, axis=1).astype(np.float32)


def _framed(channel: npt.NDArray[np.float32], size: int) -> npt.NDArray[np.float32]:
    """Frames, half overlapping, ``(frames, size)``; the first and last reach half a frame over the ends."""
    hop = size // 2
    count = len(channel) // hop + 2
    padded = np.pad(channel, (hop, (count + 1) * hop - hop - len(channel)))
    return sliding_window_view(padded, size)[::hop][:count]


def _window(size: int) -> npt.NDArray[np.float32]:
    return np.sin(np.pi * (np.arange(size) + 0.5) / size).astype(np.float32)


def _powers(audio: Audio, rate: int) -> Decibels:
    """Power over time in the bands, ``(frames, bands)``."""
    size, bands = _size(rate), _bands(rate)
    total = np.zeros((len(audio) // (size // 2) + 2, bands.shape[1]))
    for channel in audio.T:
        frames = _framed(channel, size)
        for first in range(0, len(frames), _BLOCK):
            spectrum = fft.rfft(frames[first : first + _BLOCK] * _window(size), axis=1)
            total[first : first + _BLOCK] += np.square(np.abs(spectrum)) @ bands
    return total


def _shaped(audio: Audio, rate: int, gains: Decibels, report: Progress) -> Audio:
    """``audio`` with the bands' ``gains``."""
    size, bands = _size(rate), _bands(rate)
    hop = size // 2
    out = np.zeros((len(gains) * hop + hop, audio.shape[1]), np.float32)
    for number, channel in enumerate(audio.T):
        frames = _framed(channel, size)
        for first in range(0, len(frames), _BLOCK):
            report(1.0, "fitting it in")
            factor = 10 ** ((gains[first : first + _BLOCK].astype(np.float32) @ bands.T) / 20)
            spectrum = fft.rfft(frames[first : first + _BLOCK] * _window(size), axis=1) * factor
            for row, frame in enumerate(fft.irfft(spectrum, size, axis=1) * _window(size)):
                out[(first + row) * hop : (first + row) * hop + size, number] += frame
    return out[hop : hop + len(audio)]
