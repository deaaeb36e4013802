"""New music brought to the levels of what it replaces: closely at its seams, roughly between them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import numpy.typing as npt
from scipy import fft
from scipy.ndimage import gaussian_filter1d

from audiopod_mcp.music.model import Audio, Progress, ignore_progress
from audiopod_mcp.music.signal.stft import STFT, Array, Complex, sine
from audiopod_mcp.music.synthesis.multitrack import Multitrack

from .crossfade import CEILING, fix_length, limiter_gain

FloatArray = npt.NDArray[np.float64]

_BAND_CENTERS = (90.0, 300.0, 1000.0, 3300.0, 9000.0)
"""Hz: bands whose levels are followed at seams; between them, gains are straight lines over log frequency."""
_FRAME = 0.093
"""Length of a frame, seconds."""
_SEAM_SMOOTHING, _BETWEEN_SMOOTHING = 0.35, 1.5
"""Seconds (standard deviations) over which levels are smoothed at seams and between them."""
_NEAR, _FAR = 0.75, 2.5
"""Seconds from a seam up to which all of its gains apply, and from which on none."""
_SILENCE = 1e-5
"""Share of the mean power that counts as silence: 50 dB down."""
_BLOCK = 512
"""Frames at a time: between two blocks the work can be stopped."""


def match_levels(
    stems: Mapping[str, Audio],
    source: Audio,
    rate: int,
    *,
    seams: tuple[bool, bool] = (True, True),
    report: Progress = ignore_progress,
) -> Multitrack:
    """Bring new music to the levels of the stretch of a song that it replaces.

    At the seams every band gets the level of the source, up to 12 dB up or down; from 2.5 s on only the rises
    and falls of the whole are the source's, up to 15 dB down and 4 dB up about the mean. All stems get the
    same gains and still sum to their mix. Gains that are all 0 dB give back what went in.

    Parameters
    ----------
    stems : mapping of float32 arrays, each of shape (m, channels)
        The new music.
    source : float32 array, shape (n, channels)
        What it replaces.
    rate : int
        Sample rate of both, Hz.
    seams : tuple of bool
        Whether the song goes on before the start of the stretch, and after its end.

    Returns
    -------
    Multitrack of float32 arrays, each of shape (n, channels)

    References
    ----------
    Princen & Bradley: Analysis/synthesis filter bank design based on time domain aliasing cancellation. IEEE
    Trans. ASSP 34, 1986. (Frames with sine windows before and after.)
    """
    samples = len(source)
    stft = _stft(rate)
    times = stft.times(stft.frame_count(samples), rate)
    near = _nearness(times, samples / rate, seams)
    wanted = _band_powers(source, rate)
    out = Multitrack.gather((track, fix_length(stem, samples)) for track, stem in stems.items())
    mix = out.mixdown()
    gains = _band_gains(wanted, _band_powers(mix, rate), times, near)
    out.map(lambda stem: _apply_gains(stem, rate, gains, report))
    mix = out.mixdown()
    # Limiting takes from loud attacks: what is missing then at the seams is given back.
    mix = mix * limiter_gain(mix, rate, max(CEILING, float(np.abs(source).max(initial=0.0))))
    totals = wanted.sum(axis=1), _band_powers(mix, rate).sum(axis=1)
    missing = near * np.clip(_level_difference(*totals, times, _SEAM_SMOOTHING), -3, 3)
    curve = 10 ** (np.interp(np.arange(samples) / rate, times, missing) / 20)
    out.scale(curve.astype(np.float32))
    return out


def _band_gains(wanted: FloatArray, own: FloatArray, times: FloatArray, near: FloatArray) -> FloatArray:
    """Gains, ``(frames, bands)`` dB, from the powers of both."""
    totals = wanted.sum(axis=1), own.sum(axis=1)
    between = _level_difference(*totals, times, _BETWEEN_SMOOTHING)
    between = np.clip(between - between.mean(), -15.0, 4.0)
    at_seam = np.clip(_level_difference(*totals, times, _SEAM_SMOOTHING), -12.0, 12.0)
    in_band = _level_difference(wanted, own, times, _SEAM_SMOOTHING) - at_seam[:, None]
    in_band = np.clip(in_band, -6.0, 6.0)
    return np.asarray(((1 - near) * between + near * at_seam)[:, None] + near[:, None] * in_band)


def _level_difference(wanted: FloatArray, own: FloatArray, times: FloatArray, seconds: float) -> FloatArray:
    """How many dB ``wanted`` is above ``own``, both powers smoothed over ``seconds``."""
    frames = seconds / (times[1] - times[0]) if len(times) > 1 else 1.0
    floor = _SILENCE * max(float(wanted.sum()), 1e-9) / len(wanted)
    smooth = [gaussian_filter1d(power, frames, axis=0, mode="nearest") + floor for power in (wanted, own)]
    return np.asarray(10 * np.log10(smooth[0] / smooth[1]))


def _nearness(times: FloatArray, duration: float, seams: tuple[bool, bool]) -> FloatArray:
    """How near each time is to a seam: 1 at it, 0 far off, ``(frames,)``."""
    away = np.full(len(times), np.inf)
    if seams[0]:
        away = np.minimum(away, times)
    if seams[1]:
        away = np.minimum(away, duration - times)
    return np.asarray(np.cos(np.pi / 2 * np.clip((away - _NEAR) / (_FAR - _NEAR), 0, 1)) ** 2)


def _frame_size(rate: int) -> int:
    """Samples of a frame, a power of two."""
    return int(2 ** round(np.log2(_FRAME * rate)))


def _stft(rate: int) -> STFT:
    """Half overlapping frames, the first and the last centred on or beyond the ends."""
    hop = _frame_size(rate) // 2
    return STFT(sine(2 * hop), hop, (hop, 2 * hop))


def _band_shares(rate: int) -> npt.NDArray[np.float32]:
    """The share that each bin of a frame has in each band, ``(bins, bands)``, rows summing to 1."""
    bins = np.log2(np.maximum(fft.rfftfreq(_frame_size(rate), 1 / rate), 1.0))
    centers = np.log2(_BAND_CENTERS)
    shares = [np.interp(bins, centers, row) for row in np.eye(len(centers))]
    return np.stack(shares, axis=1).astype(np.float32)


def _band_powers(audio: Audio, rate: int) -> FloatArray:
    """Power over time in the bands, ``(frames, bands)``."""
    stft, bands = _stft(rate), _band_shares(rate)
    total = np.zeros((stft.frame_count(len(audio)), bands.shape[1]))
    for channel in audio.T:
        for first, magnitude in stft.magnitudes(channel, _BLOCK):
            total[first : first + _BLOCK] += np.square(magnitude) @ bands
    return total


def _apply_gains(audio: Audio, rate: int, gains: FloatArray, report: Progress) -> Audio:
    """``audio`` with the bands' ``gains``."""
    stft, bands = _stft(rate), _band_shares(rate)

    def shaped(channel: Array) -> Iterator[tuple[int, Complex]]:
        for first, spectrum in stft.blocks(channel, _BLOCK):
            report(1.0, "fitting it in")
            yield first, spectrum * 10 ** ((gains[first : first + _BLOCK].astype(np.float32) @ bands.T) / 20)

    return np.stack([stft.inverse(shaped(channel), len(audio)) for channel in audio.T], axis=1)
