"""Band-limited noise, and the high-pass filter that takes away what is too low to hear."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import scipy.fft as sfft

from audiopod_mcp.music.model import SAMPLE_RATE

from .tone import Signal

_NOISE_LOOP = 1 << 17
"""Samples of the loop that long noises are cut from: 3 s."""
_HIGH_PASS_20_HZ = (np.array([0.9986, -0.9986]), np.array([1.0, -0.9972]))


def band_noise(n: int, rng: np.random.Generator, low: float = 0.0, high: float = SAMPLE_RATE / 2) -> Signal:
    """Make noise between two frequencies, cut out of the spectrum of white noise.

    What is longer than 0.7 s is cut from a loop of 3 s, beginning anywhere in it.

    Parameters
    ----------
    n
        Samples.
    rng
        Its chance.
    low, high
        Edges of the band, Hz: it falls off by 12 dB an octave below and by 24 dB above.

    Returns
    -------
    ndarray
        float32 of RMS 1, shape (n,).

    """
    if n > _NOISE_LOOP // 4:
        loop, at = _noise_loop(low, high), int(rng.integers(_NOISE_LOOP))
        return np.resize(np.roll(loop, -at), n)
    return _noise_from_spectrum(1 << max(6, (n - 1).bit_length()), n, rng, low, high)


def _noise_from_spectrum(size: int, n: int, rng: np.random.Generator, low: float, high: float) -> Signal:
    half = size // 2 + 1
    spectrum = rng.standard_normal(2 * half, dtype=np.float32).view(np.complex64)
    spectrum *= _band_gain(size, low, high)
    sound: Signal = sfft.irfft(spectrum, size)[:n]
    sound *= np.float32(1 / np.sqrt(np.mean(sound**2) + 1e-18))
    return sound


@lru_cache(maxsize=32)
def _noise_loop(low: float, high: float) -> Signal:
    loop = _noise_from_spectrum(
        _NOISE_LOOP, _NOISE_LOOP, np.random.default_rng([int(low), int(high)]), low, high
    )
    loop.flags.writeable = False
    return loop


@lru_cache(maxsize=256)
def _band_gain(size: int, low: float, high: float) -> Signal:
    frequencies = sfft.rfftfreq(size, 1 / SAMPLE_RATE)
    gain = 1 / np.sqrt(1 + (frequencies / high) ** 8)
    if low > 0:
        gain *= (frequencies / low) ** 2 / np.sqrt(1 + (frequencies / low) ** 4)
    gain[0] = 0
    band: Signal = gain.astype(np.float32)
    return band


def remove_dc(wave: Signal) -> Signal:
    """Take away what lies below 20 Hz: it can't be heard and would only use up headroom."""
    from scipy.signal import lfilter

    above: Signal = lfilter(*_HIGH_PASS_20_HZ, wave).astype(np.float32)
    return above
