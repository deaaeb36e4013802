"""Effects: filters, echoes, what presses and shapes dynamics, and a place between left and right.

Those that follow the sound give a gain, found on the mix and put on every stem: stems still sum to it.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import soxr
from scipy import signal

from audiopod_mcp.music.model import Audio

GainCurve = npt.NDArray[np.float32]
"""``(samples, 1)``."""

_FRAME = 0.001
"""Seconds between two measures of a level."""
_FOURFOLD = 4
"""Oversampling of what bends the waveform: new partials above half the rate do not fold back."""


def bandpass(audio: Audio, rate: int, low: float, high: float) -> Audio:
    """``audio`` between ``low`` and ``high`` Hz (0, or half the rate: no limit), 24 dB an octave, in time."""
    for corner, kind in ((low, "highpass"), (high, "lowpass")):
        if 0 < corner < 0.49 * rate:
            filters = signal.butter(2, corner, kind, fs=rate, output="sos")
            pad = min(len(audio) - 1, round(3 * rate / corner))
            audio = signal.sosfiltfilt(filters, audio, axis=0, padlen=max(0, pad)).astype(np.float32)
    return audio


def feedback_delay(audio: Audio, rate: int, every: float, level: float) -> Audio:
    """``audio`` with echoes ``every`` so many seconds, the first at ``level``, each darker and softer."""
    out, echo = audio.copy(), audio
    dark = signal.butter(1, min(4_000.0, 0.4 * rate), fs=rate, output="sos")
    step = max(1, round(every * rate))
    for number in range(1, 9):
        at = number * step
        if at >= len(audio):
            break
        echo = signal.sosfilt(dark, echo, axis=0).astype(np.float32)
        out[at:] += np.float32(level * 0.5 ** (number - 1)) * echo[: len(audio) - at]
    return out


def pan(audio: Audio, place: float) -> Audio:
    """Stereo ``audio`` moved to ``place``, -1 (left) to 1 (right), as loud as it was: equal power."""
    mid = audio.mean(axis=1, keepdims=True) * np.float32(np.sqrt(2))
    angle = np.pi / 4 * (1 + place)
    there = mid * np.array([np.cos(angle), np.sin(angle)], np.float32)
    return np.asarray((1 - abs(place)) * audio + abs(place) * there, np.float32)


def compressor_gain(audio: Audio, rate: int, decibels: float) -> GainCurve:
    """The gain that presses the loud moments of ``audio`` down by up to ``decibels``, about 4 to 1.

    The level is followed within 5 ms upwards and 120 ms downwards; the knee lies at the median level.
    """
    level = _followed(_levels(audio, rate, 0.005), 0.0, 0.12)
    heard = level[level > 1e-4 * max(1e-9, level.max())]
    if not len(heard):
        return np.ones((len(audio), 1), np.float32)
    over = 20 * np.log10(np.maximum(level, 1e-9) / np.median(heard))
    return _curve(-np.clip(0.75 * over, 0.0, decibels), audio, rate)


def transient_shaper_gain(audio: Audio, rate: int, decibels: float) -> GainCurve:
    """The gain that lifts (below 0: softens) attacks by up to ``decibels``: where the level just rose."""
    fast, slow = _levels(audio, rate, 0.004), _levels(audio, rate, 0.06)
    floor = 1e-4 * max(1e-9, float(fast.max(initial=0.0)))
    rise = 20 * np.log10((_followed(fast, 0.0, 0.02) + floor) / (_before(slow, 0.03) + floor))
    share = np.clip((rise - 3) / 9, 0.0, 1.0)
    return _curve(decibels * share, audio, rate)


def deesser(audio: Audio, rate: int, decibels: float) -> tuple[Callable[[Audio], Audio], GainCurve]:
    """The band of the esses (5 to 10 kHz) as a filter, and the gain that holds it down where it stands out.

    It stands out where it is louder against the rest than in three quarters of all moments.
    """

    def band(x: Audio) -> Audio:
        return bandpass(x, rate, 5_000.0, 10_000.0)

    hissing, all_of_it = _levels(band(audio), rate, 0.01), _levels(audio, rate, 0.01)
    heard = all_of_it > 1e-3 * max(1e-9, float(all_of_it.max(initial=0.0)))
    if not heard.any():
        return band, np.ones((len(audio), 1), np.float32)
    share = 20 * np.log10((hissing + 1e-9) / (all_of_it + 1e-9))
    over = np.where(heard, share - np.percentile(share[heard], 75), 0.0)
    return band, _curve(-np.clip(2 * over, 0.0, decibels), audio, rate)


def saturate(layers: list[Audio], rate: int, decibels: float) -> list[Audio]:
    """Layers whose sum is driven into a soft bend (tanh), each with its share of it.

    ``decibels`` of 6 bring its peaks to where the bend begins to bite.
    """
    mix = np.sum(layers, axis=0)
    peak = float(np.percentile(np.abs(mix), 99.9)) or 1.0
    drive = 10 ** ((decibels - 6) / 20) / peak
    bent = _fourfold(mix, rate) * np.float32(drive)
    gain = np.where(np.abs(bent) < 1e-4, 1.0, np.tanh(bent) / np.where(bent == 0, 1.0, bent)).astype(
        np.float32
    )
    return [
        np.asarray(_back(_fourfold(layer, rate) * gain, rate, len(layer)), np.float32) for layer in layers
    ]


def _fourfold(audio: Audio, rate: int) -> Audio:
    return np.asarray(soxr.resample(audio, rate, _FOURFOLD * rate, quality="HQ"), np.float32)


def _back(audio: Audio, rate: int, samples: int) -> Audio:
    short = np.asarray(soxr.resample(audio, _FOURFOLD * rate, rate, quality="HQ"), np.float32)
    return np.pad(short, ((0, max(0, samples - len(short))), (0, 0)))[:samples]


def _levels(audio: Audio, rate: int, seconds: float) -> npt.NDArray[np.float64]:
    """The root mean square over ``seconds``, once a millisecond."""
    hop = max(1, round(_FRAME * rate))
    frames = -(-len(audio) // hop)
    power = np.square(audio, dtype=np.float64).mean(axis=1)
    power = np.pad(power, (0, frames * hop - len(power))).reshape(frames, hop).mean(axis=1)
    width = max(1, round(seconds / _FRAME))
    return np.sqrt(np.convolve(power, np.full(width, 1 / width), "same")[: len(power)])


def _followed(level: npt.NDArray[np.float64], up: float, down: float) -> npt.NDArray[np.float64]:
    """``level`` followed at once where it rises, and falling with the time constant ``down`` (s)."""
    keep = np.exp(-_FRAME / down)
    out, last = np.empty_like(level), up
    for k, now in enumerate(level):
        last = max(now, keep * last)
        out[k] = last
    return out


def _before(level: npt.NDArray[np.float64], seconds: float) -> npt.NDArray[np.float64]:
    shift = min(len(level) - 1, round(seconds / _FRAME))
    return np.concatenate((np.full(shift, level[0]), level[: len(level) - shift])) if len(level) else level


def _curve(decibels: npt.NDArray[np.float64], audio: Audio, rate: int) -> GainCurve:
    """The gain of each sample, of one in dB a millisecond, without corners."""
    smooth = np.convolve(np.pad(decibels, 2, mode="edge"), np.full(5, 0.2), "valid")
    at = np.arange(len(audio)) / max(1, round(_FRAME * rate)) - 0.5
    curve = np.interp(at, np.arange(len(smooth)), smooth)
    return (10 ** (curve / 20)).astype(np.float32)[:, None]
