"""Making one recording sit beside another: the same loudness, spectral balance and stereo width.

Everything here is a linear operation found on the mix, to be applied to each of its stems: they
still sum to it afterwards.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from scipy.ndimage import gaussian_filter1d
from scipy.signal import oaconvolve

from audiopod_mcp.music.model import SAMPLE_RATE, Audio, Progress, silent
from audiopod_mcp.music.signal.loudness import integrated_loudness

from .crossfade import CEILING, limiter_gain, mixdown, resample

SpectralBalance: TypeAlias = npt.NDArray[np.float64]
"""Mean power in half-octave bands from 31 Hz to 16 kHz, dB relative to the loudest, ``(19,)``."""
FirFilter: TypeAlias = npt.NDArray[np.float32]
"""Taps of a symmetric (linear-phase) FIR filter, ``(taps,)``, an odd number."""

BAND_CENTERS = 31.25 * 2 ** (np.arange(19) / 2)
"""Centres of the half-octave bands, Hz."""
_TAPS = 4095
_FRAME = 8192
_BLOCK = 2**19
"""Samples filtered at a time: between blocks the work can be stopped."""


def spectral_balance(audio: Audio, rate: int) -> SpectralBalance | None:
    """The long-term spectrum of ``audio`` at :data:`BAND_CENTERS`; ``None`` for silence."""
    samples = len(audio) - len(audio) % _FRAME
    if samples == 0:
        audio, samples = np.pad(audio, ((0, _FRAME - len(audio)), (0, 0))), _FRAME
    # A few hundred frames tell the balance of any length of music.
    frames = audio[:samples].reshape(-1, _FRAME, audio.shape[1])
    frames = frames[:: max(1, len(frames) // 400)]
    power = np.zeros(_FRAME // 2 + 1)
    window = np.hanning(_FRAME).astype(np.float32)[:, None]
    for frame in frames:
        power += np.square(np.abs(np.fft.rfft(frame * window, axis=0))).sum(axis=1)
    bins = np.fft.rfftfreq(_FRAME, 1 / rate)
    band = np.round(2 * np.log2(np.maximum(bins, 1.0) / BAND_CENTERS[0])).astype(int)
    inside = (band >= 0) & (band < len(BAND_CENTERS))
    levels = np.bincount(band[inside], power[inside], len(BAND_CENTERS))
    if levels.max() <= 1e-9 * len(frames):
        return None
    return np.asarray(10 * np.log10(np.maximum(levels / levels.max(), 1e-12)))


def equalizer_filter(gains: SpectralBalance, rate: int) -> FirFilter:
    """The filter with ``gains`` (dB) at :data:`BAND_CENTERS`, linear between them over log frequency."""
    bins = np.fft.rfftfreq(_TAPS + 1, 1 / rate)
    curve = np.interp(np.log2(np.maximum(bins, 1.0)), np.log2(BAND_CENTERS), gains)
    response = np.fft.irfft(10 ** (curve / 20))
    taps = np.roll(response, _TAPS // 2)[:_TAPS] * np.hanning(_TAPS + 2)[1:-1]
    return taps.astype(np.float32)


def matching_equalizer(
    source: SpectralBalance, target: SpectralBalance, rate: int, *, amount: float = 1.0, limit: float = 8.0
) -> FirFilter:
    """The gentle filter that brings the balance ``source`` to ``target``, at most ``limit`` dB anywhere.

    The difference is smoothed over an octave and a half: the tilt and the broad shape are matched, not
    single notes. Bands that hold next to nothing (below −60 dB) are left alone: boosting them raises noise.
    """
    gains = np.where((source < -60) | (target < -60), 0.0, target - source)
    weights = np.maximum(0.02, 10 ** (np.maximum(source, target) / 20))
    kernel = np.array([1.0, 2.0, 1.0])
    gains = np.convolve(gains * weights, kernel, "same") / np.convolve(weights, kernel, "same")
    gains -= np.average(gains, weights=weights)
    return equalizer_filter(np.clip(amount * gains, -limit, limit), rate)


def apply_filter(audio: Audio, taps: FirFilter, report: Progress = silent) -> Audio:
    """``audio`` through a linear-phase filter, in time with what it was."""
    delay = len(taps) // 2
    out = np.empty_like(audio)
    for start in range(0, len(audio), _BLOCK):
        report(start / len(audio), "equalising")
        stop = min(len(audio), start + _BLOCK)
        first, last = start - delay, stop + delay
        piece = audio[max(0, first) : last]
        piece = np.pad(piece, ((max(0, -first), last - first - len(piece) - max(0, -first)), (0, 0)))
        out[start:stop] = oaconvolve(piece, taps[:, None], mode="valid", axes=0)
    return out


def loudness_gain(audio: Audio, rate: int, loudness: float | None, *, at_most: float = 24.0) -> float:
    """The factor that brings ``audio`` to ``loudness`` (LUFS), at most ``at_most`` dB up; 1 for silence."""
    own = integrated_loudness(audio, rate)
    if own is None or loudness is None:
        return 1.0
    return float(10 ** (min(loudness - own, at_most) / 20))


def stereo_width(audio: Audio) -> float:
    """Side-to-mid energy ratio of the first two channels, 0 (mono) to 1."""
    if audio.shape[1] < 2:
        return 0.0
    mid = np.square(audio[:, 0] + audio[:, 1], dtype=np.float64).sum()
    side = np.square(audio[:, 0] - audio[:, 1], dtype=np.float64).sum()
    return float(min(1.0, side / mid)) if mid > 0 else 0.0


def scale_stereo_width(audio: Audio, factor: float) -> Audio:
    """``audio`` with its side signal times ``factor``: 0 is mono, 1 is as it was."""
    if audio.shape[1] != 2:
        return audio
    mid = audio.mean(axis=1, keepdims=True)
    return np.asarray(mid + (audio - mid) * np.float32(factor), dtype=np.float32)


def match_mix(
    stems: Mapping[str, Audio],
    rate: int,
    channels: int,
    *,
    balance: SpectralBalance | None,
    loudness: float | None,
    amount: float = 0.8,
    report: Progress = silent,
) -> dict[str, Audio]:
    """Stems at 44.1 kHz as the song they join would have them.

    That is: at ``rate`` with ``channels``, with the spectral ``balance`` of the song (by ``amount``), at
    its ``loudness`` (LUFS), within full scale. They still sum to their mix. ``stems`` may be changed in
    place: minutes of many of them fill a computer's memory.
    """
    mix = mixdown(stems)
    own = spectral_balance(mix, SAMPLE_RATE)
    if own is not None and balance is not None:
        taps = matching_equalizer(own, balance, SAMPLE_RATE, amount=amount)
        stems = {track: apply_filter(stem, taps, report) for track, stem in stems.items()}
    matched = {}
    for track, stem in stems.items():
        report(0.0, "fitting it in")
        matched[track] = resample(stem, SAMPLE_RATE, rate, channels)
    mix = mixdown(matched)
    curve = np.ones((len(mix), 1), np.float32)
    # A limiter takes loudness away again: twice round is within a tenth of a decibel or two.
    for _ in range(2):
        report(0.0, "matching the loudness")
        step = np.float32(loudness_gain(mix, rate, loudness))
        mix *= step
        report(0.0, "matching the loudness")
        limit = limiter_gain(mix, rate, CEILING)
        mix *= limit
        curve *= step * limit
    for stem in matched.values():
        report(1.0, "matching the loudness")
        stem *= curve
    return matched


def loudness_around(
    audio: Audio, rate: int, start: int, end: int, *, reach: float = 15.0
) -> tuple[float | None, SpectralBalance | None]:
    """Loudness (LUFS) and spectral balance that new music in samples ``[start, end)`` should have.

    The balance is that of ``reach`` seconds on both sides. The loudness is the stretch's own, unless that
    is silent or more than 12 LU away from what surrounds it, also from the nearest seconds (in a fade it is
    not): then it is the surroundings'.
    """
    margin = round(reach * rate)
    around = np.concatenate((audio[max(0, start - margin) : start], audio[end : end + margin]))
    if len(around) < rate:
        around = audio
    balance = spectral_balance(around, rate)
    outside = integrated_loudness(around, rate)
    inside = integrated_loudness(audio[start:end], rate) if end > start else None
    near = (audio[max(0, start - 2 * rate) : start], audio[end : end + 2 * rate])
    levels = [outside, *(integrated_loudness(piece, rate) for piece in near if len(piece) >= rate // 2)]
    if inside is None or (
        outside is not None and all(level is None or abs(inside - level) > 12 for level in levels)
    ):
        return (outside if outside is not None else integrated_loudness(audio, rate)), balance
    return inside, balance


def dynamics_gain(
    source: Audio, new: Audio, strength: float = 1.0, *, rate: int = SAMPLE_RATE
) -> npt.NDArray[np.float32]:
    """The gain, ``(samples, 1)``, that gives ``new`` the rises and falls of ``source`` by ``strength``.

    ``rate`` is that of ``new``. Levels of half seconds, smoothed over three, each against its mean; at
    most 8 dB down and 4 dB up.
    """

    def contour(audio: Audio, steps: int) -> npt.NDArray[np.float64]:
        edges = np.linspace(0, len(audio), steps + 1).astype(int)[:-1]
        power = sum(np.square(channel) for channel in audio.T)
        energy = np.add.reduceat(power, edges, dtype=np.float64) / max(1, len(audio) // steps)
        level = 10 * np.log10(energy + 1e-7)
        return np.asarray(gaussian_filter1d(level, 3.0, mode="nearest"))

    steps = max(2, round(2 * len(new) / rate))
    if min(len(source), len(new)) < 2 * steps:
        return np.ones((len(new), 1), np.float32)
    wanted, own = contour(source, steps), contour(new, steps)
    gains = strength * np.clip((wanted - wanted.mean()) - (own - own.mean()), -8.0, 4.0)
    curve = np.interp(np.arange(len(new)), (np.arange(steps) + 0.5) * len(new) / steps, 10 ** (gains / 20))
    return np.asarray(curve[:, None], dtype=np.float32)
