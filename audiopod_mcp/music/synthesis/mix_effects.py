"""Effects of the mix: reverberation, echo, distortion, rotary speaker, tremolo and ducking.

Audio is float32: mono of shape (n,), stereo of shape (n, 2).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import numpy as np
import scipy.fft as sfft

from audiopod_mcp.music.model import SAMPLE_RATE, Audio

from .tone import Signal

Tick = Callable[[], None]
"""Called between blocks of work; may raise to stop it."""

_REVERB_RATE = SAMPLE_RATE // 2
_FFT_SIZE = 1 << 17
_MAX_REVERB_SECONDS = 1.5


@lru_cache(maxsize=4)
def _room_impulse_spectra(t60: float) -> tuple[np.ndarray[tuple[int, int], np.dtype[np.complex64]], int]:
    """Build the spectra (2, bins) of a stereo room impulse response at half the sample rate, and its length.

    Noise that decays by 60 dB in ``t60`` seconds, and three times as fast at high frequencies, follows a few
    early reflections (Moorer, "About this reverberation business", CMJ 1979). Its energy is 1.
    """
    n = int(min(t60, _MAX_REVERB_SECONDS) * _REVERB_RATE)
    rng = np.random.default_rng(1979)
    t = np.arange(n) / _REVERB_RATE
    spectrum = sfft.rfft(rng.standard_normal((2, n)), axis=1)
    hertz = sfft.rfftfreq(n, 1 / _REVERB_RATE)
    split = np.exp(-((hertz / 2600) ** 2))
    # The bass is kept out of the room: it stays firm, and the same in mono.
    spectrum *= hertz**2 / (hertz**2 + 160**2)
    low, high = sfft.irfft(spectrum * split, n, axis=1), sfft.irfft(spectrum * (1 - split), n, axis=1)
    response = low * np.exp(-6.9 * t / t60) + 0.45 * high * np.exp(-6.9 * t / (0.33 * t60))
    response *= np.clip(t / 0.02, 0, 1) * np.clip((t[-1] - t) / 0.05, 0, 1)
    for channel in range(2):
        for delay, gain in zip(rng.uniform(0.008, 0.045, 7), rng.uniform(1.5, 5, 7), strict=True):
            response[channel, int(delay * _REVERB_RATE)] += gain * rng.choice((-1, 1))
    response /= np.sqrt((response**2).sum(axis=1, keepdims=True))
    return sfft.rfft(response, _FFT_SIZE, axis=1).astype(np.complex64), n


def add_reverb(stereo: Audio, dry: Signal, tick: Tick, t60: float = 1.4) -> None:
    """Add the reverberation of ``dry`` to ``stereo``, in place.

    A reverberation tail is dark, so it is computed at half the sample rate, by overlap-add of blocks that fit
    into the cache.

    Parameters
    ----------
    stereo
        What is heard, shape (n, 2); changed.
    dry
        What the room hears, shape (n,).
    tick
        Called between blocks.
    t60
        Reverberation time, s.

    """
    spectra, length = _room_impulse_spectra(t60)
    half = len(dry) // 2
    slow = np.zeros(half + 2, np.float32)
    pairs = dry[: 2 * half].reshape(half, 2)
    # The filter (1 3 3 1)/8 has three zeros at Nyquist; after it, every other sample is dropped.
    slow[:half] = pairs[:, 0]
    slow[:half] += pairs[:, 1]
    slow[:half] *= np.float32(0.375)
    slow[1:half] += np.float32(0.125) * pairs[:-1, 1]
    slow[: half - 1] += np.float32(0.125) * pairs[1:, 0]
    hop = _FFT_SIZE - length
    tail = np.zeros((2, length), np.float32)
    last = np.zeros(2, np.float32)
    fine = stereo[: 2 * half].reshape(half, 2, 2)  # (half-rate sample, which of its two, channel)
    for start in range(0, half, hop):
        tick()
        block = slow[start : start + hop]
        sounds = bool(block.any())
        if not sounds and not tail.any():
            last[:] = 0
            continue
        if sounds:
            reverberation = sfft.irfft(sfft.rfft(block, _FFT_SIZE) * spectra, _FFT_SIZE, axis=1)
        else:
            reverberation = np.zeros((2, _FFT_SIZE), np.float32)
        reverberation[:, :length] += tail
        tail = reverberation[:, hop:].copy()
        wet = np.ascontiguousarray(reverberation[:, : min(hop, half - start)].T)
        # Back to the full rate: the samples themselves, and between two of them their mean.
        between = np.concatenate((last[None], wet[:-1]))
        last = wet[-1]
        target = fine[start : start + len(wet)]
        target[:, 1] += wet
        wet *= np.float32(0.5)
        between *= np.float32(0.5)
        between += wet
        target[:, 0] += between


def add_echo(stereo: Audio, dry: Signal, seconds: float, level: float, tick: Tick) -> None:
    """Add three echoes of ``dry`` (n,), ``seconds`` apart and from side to side, to ``stereo`` (n, 2)."""
    step = round(seconds * SAMPLE_RATE)
    for repeat in range(1, 4):
        tick()
        at = repeat * step
        if at >= len(dry):
            break
        near = np.float32(level**repeat * 0.9)
        side = repeat % 2
        stereo[at:, side] += near * dry[:-at]
        stereo[at:, 1 - side] += np.float32(0.35) * near * dry[:-at]


def distort(dry: Signal, drive: float, tick: Tick) -> Signal:
    """Play ``dry`` (n,) through an overdriven valve amplifier and its loudspeaker, in place.

    The amplifier is an asymmetric soft clip with the gain ``drive``; the loudspeaker passes 90 Hz to 4.6 kHz.
    """
    from scipy.signal import butter, sosfilt

    speaker = (
        butter(2, 90, "hp", fs=SAMPLE_RATE, output="sos"),
        butter(4, 4600, "lp", fs=SAMPLE_RATE, output="sos"),
    )
    sections = np.concatenate(speaker).astype(np.float32)
    state = np.zeros((len(sections), 2), np.float32)
    for start in range(0, len(dry), _FFT_SIZE):
        tick()
        block = dry[start : start + _FFT_SIZE]
        clipped = np.tanh(block * np.float32(drive * 6) + np.float32(0.15)) - np.float32(np.tanh(0.15))
        filtered, state = sosfilt(sections, clipped, zi=state)
        block[:] = np.float32(0.22) * filtered
    return dry


def rotary_speaker(dry: Signal, tick: Tick, rate: float = 6.3) -> Audio:
    """Play ``dry`` (n,) through a horn that turns ``rate`` times a second before two microphones; (n, 2).

    It is louder and sharper as it comes, softer and flatter as it goes (Smith et al., "Doppler simulation and
    the Leslie", DAFx 2002).
    """
    period = round(SAMPLE_RATE / rate)
    n = len(dry)
    turn = 2 * np.pi * np.arange(period) / period
    here = np.arange(n)
    out = np.empty((n, 2), np.float32)
    for side, angle in enumerate((0.0, 1.9)):
        tick()
        delay = 0.35e-3 * SAMPLE_RATE * (1 - np.cos(turn - angle))
        whole = np.floor(delay).astype(np.int64)
        between = np.resize((delay - whole).astype(np.float32), n)
        index = here - np.resize(whole, n)
        np.maximum(index, 1, out=index)
        later = dry.take(index)
        later += between * (dry.take(index - 1) - later)
        out[:, side] = later * np.resize((1 + 0.28 * np.cos(turn - angle)).astype(np.float32), n)
    return out


def auto_pan_gains(depth: float, rate: float = 5.2) -> Signal:
    """Give the gains of one period of an auto-pan, the tremolo of a suitcase piano; (2, n)."""
    period = round(SAMPLE_RATE / rate)
    wave = depth * np.sin(2 * np.pi * np.arange(period) / period)
    return np.stack((1 + wave, 1 - wave)).astype(np.float32)


def ducking_gain(kicks: list[float], samples: int, depth: float = 0.6) -> Signal:
    """Give the gain (samples,) of a compressor keyed by the bass drum: it dips at each of ``kicks`` (s)."""
    gain = np.ones(samples, np.float32)
    n = int(0.28 * SAMPLE_RATE)
    x = np.linspace(0, 1, n, dtype=np.float32)
    dip = 1 - np.float32(depth) * np.minimum(1, x * 60) * (1 - x) ** 2
    for kick in kicks:
        start = round(kick * SAMPLE_RATE)
        if 0 <= start < samples:
            ducked = gain[start : start + n]
            np.minimum(ducked, dip[: len(ducked)], out=ducked)
    return gain
