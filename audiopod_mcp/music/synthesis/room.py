"""Space and movement: the shared room, tempo echo, the fuzz box and its cabinet, tremolo, ducking.

Audio is ``float32``; mono is ``(n,)``, stereo ``(n, 2)``.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import scipy.fft as sfft

from audiopod_mcp.music.model import SAMPLE_RATE, Audio
from audiopod_mcp.music.synthesis.waves import Wave

_RATE = SAMPLE_RATE // 2
_SIZE = 1 << 17
_SECONDS = 1.5


@lru_cache(maxsize=4)
def _spectra(t60: float) -> tuple[np.ndarray[tuple[int, int], np.dtype[np.complex64]], int]:
    """Spectra (2, _SIZE/2+1) of a stereo impulse response at half rate, and its length.

    Noise that decays by 60 dB in ``t60`` s, high frequencies three times as fast, after a few early
    reflections: Moorer, "About this reverberation business" (CMJ 1979). Unit energy.
    """
    n = int(min(t60, _SECONDS) * _RATE)
    rng = np.random.default_rng(1979)
    t = np.arange(n) / _RATE
    spectrum = sfft.rfft(rng.standard_normal((2, n)), axis=1)
    split = np.exp(-((sfft.rfftfreq(n, 1 / _RATE) / 2600) ** 2))
    low, high = sfft.irfft(spectrum * split, n, axis=1), sfft.irfft(spectrum * (1 - split), n, axis=1)
    response = low * np.exp(-6.9 * t / t60) + 0.45 * high * np.exp(-6.9 * t / (0.33 * t60))
    response *= np.clip(t / 0.02, 0, 1) * np.clip((t[-1] - t) / 0.05, 0, 1)
    for channel in range(2):
        for delay, gain in zip(rng.uniform(0.008, 0.045, 7), rng.uniform(1.5, 5, 7), strict=True):
            response[channel, int(delay * _RATE)] += gain * rng.choice((-1, 1))
    response /= np.sqrt((response**2).sum(axis=1, keepdims=True))
    return sfft.rfft(response, _SIZE, axis=1).astype(np.complex64), n


def reverberate(dry: Wave, t60: float = 1.4) -> Audio:
    """The room's answer to mono ``dry`` (n,), without the direct sound; shape (n, 2).

    A tail is dark: it's computed at half the rate, by overlap-add.
    """
    spectra, length = _spectra(t60)
    half = len(dry) // 2
    slow = np.zeros(half + 2, np.float32)
    # Three zeros at Nyquist before every other sample is dropped.
    slow[1 : half + 1] = 0.375 * (dry[0 : 2 * half : 2] + dry[1 : 2 * half : 2])
    slow[2 : half + 1] += 0.125 * dry[1 : 2 * half - 1 : 2]
    slow[1:half] += 0.125 * dry[2 : 2 * half : 2]
    hop = _SIZE - length
    wet = np.zeros((2, len(slow) + _SIZE), np.float32)
    for start in range(0, len(slow), hop):
        block = slow[start : start + hop]
        if not block.any():
            continue
        answer = sfft.irfft(sfft.rfft(block, _SIZE) * spectra, _SIZE, axis=1)
        wet[:, start : start + _SIZE] += answer
    out = np.zeros((len(dry), 2), np.float32)
    out[0 : 2 * half : 2] = wet[:, 1 : half + 1].T
    out[1 : 2 * half : 2] = 0.5 * (wet[:, 1 : half + 1] + wet[:, 2 : half + 2]).T
    return out


def echo(stereo: Audio, dry: Wave, seconds: float, level: float) -> None:
    """Adds three repeats of mono ``dry`` to ``stereo`` in place, bouncing from left to right."""
    step = round(seconds * SAMPLE_RATE)
    for repeat in range(1, 4):
        at = repeat * step
        if at >= len(dry):
            break
        near = np.float32(level**repeat * 0.9)
        side = repeat % 2
        stereo[at:, side] += near * dry[:-at]
        stereo[at:, 1 - side] += np.float32(0.35) * near * dry[:-at]


def distort(dry: Wave, drive: float) -> Wave:
    """A valve amplifier turned up (an asymmetric soft clip) and its loudspeaker, which hears 90 Hz to 5 kHz."""
    from scipy.signal import butter, sosfilt

    pushed = dry * np.float32(drive * 6)
    clipped = np.tanh(pushed + np.float32(0.15)) - np.float32(np.tanh(0.15))
    sections = np.concatenate((butter(2, 90, "hp", fs=SAMPLE_RATE, output="sos"), butter(4, 4600, "lp", fs=SAMPLE_RATE, output="sos")))
    filtered: Wave = sosfilt(sections.astype(np.float32), clipped).astype(np.float32)
    return filtered * np.float32(0.22)


def sway(stereo: Audio, depth: float, rate: float = 5.2) -> None:
    """Auto-pan in place: the tremolo of a suitcase piano or a rotating loudspeaker."""
    period = round(SAMPLE_RATE / rate)
    wave = (depth * np.sin(2 * np.pi * np.arange(period) / period)).astype(np.float32)
    whole = np.resize(wave, len(stereo))
    stereo[:, 0] *= 1 + whole
    stereo[:, 1] *= 1 - whole


def ducking(kicks: list[float], samples: int, depth: float = 0.6) -> Wave:
    """The gain (samples,) of a compressor keyed by the bass drum: dips at each of ``kicks`` (s), back in 0.25 s."""
    gain = np.ones(samples, np.float32)
    n = int(0.28 * SAMPLE_RATE)
    x = np.linspace(0, 1, n, dtype=np.float32)
    dip = 1 - np.float32(depth) * np.minimum(1, x * 60) * (1 - x) ** 2
    for kick in kicks:
        start = round(kick * SAMPLE_RATE)
        if 0 <= start < samples:
            piece = gain[start : start + n]
            np.minimum(piece, dip[: len(piece)], out=piece)
    return gain
