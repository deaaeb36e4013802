"""Making one recording sit beside another: the same loudness, spectral balance and stereo width.

Everything here is a linear operation found on the mix, to be applied to each of its stems: they still sum to
the mix afterwards.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from scipy.ndimage import gaussian_filter1d
from scipy.signal import oaconvolve

from audiopod_mcp.music.model import SAMPLE_RATE, Audio, Progress, ignore_progress
from audiopod_mcp.music.signal.loudness import Sliceable, integrated_loudness
from audiopod_mcp.music.synthesis.multitrack import Multitrack, pieces

from .crossfade import CEILING, limiter_gain, mixdown, resample

SpectralBalance: TypeAlias = npt.NDArray[np.float64]
"""Mean power in half-octave bands from 31 Hz to 16 kHz, dB relative to the loudest, ``(19,)``."""
FirFilter: TypeAlias = npt.NDArray[np.float32]
"""Taps of a symmetric (linear-phase) FIR filter, ``(taps,)``, an odd number."""

BAND_CENTERS = 31.25 * 2 ** (np.arange(19) / 2)
"""Centres of the half-octave bands, Hz."""
_TAPS = 4095
_FRAME = 8192
_MAX_FRAMES = 400
"""Frames that are measured: a few hundred tell the balance of any length of music."""
_INAUDIBLE = -60.0
"""Level of a band, dB below the loudest, under which it holds next to nothing."""
_OTHER_LEVEL = 12.0
"""LU from its surroundings from which on a stretch is not at the level of the song."""
_FAR = 10 ** (23.9 / 20)
"""A factor that is not enough, it may be: it is as much as :func:`loudness_gain` raises at a time."""
_STEPS = 64
"""Steps of dynamics that are measured at a time."""
_BLOCK = 2**19
"""Samples filtered at a time: between two blocks the work can be stopped."""


@dataclass(frozen=True, eq=False)
class MixProfile:
    """How a mix sounds as a whole: measured once on a recording, and what new music is brought to.

    As a measurement ``None`` means silence, as a target that this is left as it is.
    """

    loudness: float | None = None
    """Integrated loudness, LUFS (ITU-R BS.1770-4)."""
    balance: SpectralBalance | None = None

    @classmethod
    def measure(cls, audio: Audio, rate: int) -> MixProfile:
        """The profile of ``audio``, shape (n, channels), at ``rate`` Hz."""
        return cls(integrated_loudness(audio, rate), spectral_balance(audio, rate))


def spectral_balance(audio: Audio, rate: int) -> SpectralBalance | None:
    """Measure the long-term spectrum of a recording.

    Parameters
    ----------
    audio : float32 array, shape (n, channels)
    rate : int
        Sample rate, Hz.

    Returns
    -------
    float64 array, shape (19,), or None
        The level at each of :data:`BAND_CENTERS`, dB relative to the loudest, at least −120 (also above half
        the rate); ``None`` for silence.
    """
    samples = len(audio) - len(audio) % _FRAME
    if samples == 0:
        audio, samples = np.pad(audio, ((0, _FRAME - len(audio)), (0, 0))), _FRAME
    frames = audio[:samples].reshape(-1, _FRAME, audio.shape[1])
    frames = frames[:: max(1, len(frames) // _MAX_FRAMES)]
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
    """Design a linear-phase equalizer, by frequency sampling.

    Parameters
    ----------
    gains : float64 array, shape (19,)
        Gains at :data:`BAND_CENTERS`, dB; between them they are linear over log frequency.
    rate : int
        Sample rate, Hz.

    Returns
    -------
    float32 array, shape (4095,)
        The taps of the filter.
    """
    bins = np.fft.rfftfreq(_TAPS + 1, 1 / rate)
    curve = np.interp(np.log2(np.maximum(bins, 1.0)), np.log2(BAND_CENTERS), gains)
    response = np.fft.irfft(10 ** (curve / 20))
    taps = np.roll(response, _TAPS // 2)[:_TAPS] * np.hanning(_TAPS + 2)[1:-1]
    return taps.astype(np.float32)


def matching_equalizer(
    source: SpectralBalance, target: SpectralBalance, rate: int, *, amount: float = 1.0, limit: float = 8.0
) -> FirFilter:
    """Design the gentle equalizer that brings one spectral balance to another.

    The difference is smoothed over an octave and a half, so that the tilt and the broad shape are matched and
    not single notes. Bands that hold next to nothing (below −60 dB) are left alone, because boosting them
    raises noise.

    Parameters
    ----------
    source, target : float64 array, shape (19,)
        The balance that there is, and the one that there should be, dB.
    rate : int
        Sample rate, Hz.
    amount : float
        The share of the difference that is made up for.
    limit : float
        The largest gain up or down, dB.

    Returns
    -------
    float32 array, shape (4095,)
        The taps of the filter.
    """
    gains = np.where((source < _INAUDIBLE) | (target < _INAUDIBLE), 0.0, target - source)
    weights = np.maximum(0.02, 10 ** (np.maximum(source, target) / 20))
    kernel = np.array([1.0, 2.0, 1.0])
    gains = np.convolve(gains * weights, kernel, "same") / np.convolve(weights, kernel, "same")
    gains -= np.average(gains, weights=weights)
    return equalizer_filter(np.clip(amount * gains, -limit, limit), rate)


def apply_filter(audio: Audio, taps: FirFilter, report: Progress = ignore_progress) -> Audio:
    """Filter ``audio``, shape (n, channels), with linear-phase ``taps``; the result is in time with it."""
    delay = len(taps) // 2
    out = np.empty_like(audio)
    for start in range(0, len(audio), _BLOCK):
        report(start / len(audio), "equalising")
        stop = min(len(audio), start + _BLOCK)
        first, last = start - delay, stop + delay
        block = audio[max(0, first) : last]
        missing = max(0, -first)
        block = np.pad(block, ((missing, last - first - len(block) - missing), (0, 0)))
        out[start:stop] = oaconvolve(block, taps[:, None], mode="valid", axes=0)
    return out


def loudness_gain(audio: Sliceable, rate: int, loudness: float | None, *, at_most: float = 24.0) -> float:
    """The factor that brings a recording to a loudness.

    Parameters
    ----------
    audio : float32 array, shape (n, channels)
    rate : int
        Sample rate, Hz.
    loudness : float or None
        The loudness that it should have, LUFS.
    at_most : float
        By how much it may be raised, dB.

    Returns
    -------
    float
        1 for silence, and where no loudness is given.
    """
    own = integrated_loudness(audio, rate)
    if own is None or loudness is None:
        return 1.0
    return float(10 ** (min(loudness - own, at_most) / 20))


def stereo_width(audio: Sliceable) -> float:
    """The side-to-mid energy ratio of the first two channels of ``audio``, 0 (mono) to 1."""
    if audio.shape[1] < 2:
        return 0.0
    mid = side = 0.0
    for piece in pieces(len(audio)):
        left, right = audio[piece][:, 0], audio[piece][:, 1]
        mid += float(np.square(left + right, dtype=np.float64).sum())
        side += float(np.square(left - right, dtype=np.float64).sum())
    return min(1.0, side / mid) if mid > 0 else 0.0


def scale_stereo_width(audio: Audio, factor: float) -> Audio:
    """Multiply the side signal of ``audio`` by ``factor``: 0 makes it mono, 1 leaves it as it was.

    What does not have two channels is returned as it is.
    """
    if audio.shape[1] != 2:
        return audio
    out = np.empty(audio.shape, np.float32)
    for piece in pieces(len(audio)):
        mid = audio[piece].mean(axis=1, keepdims=True)
        out[piece] = mid + (audio[piece] - mid) * np.float32(factor)
    return out


def match_mix(
    stems: Mapping[str, Audio],
    rate: int,
    channels: int,
    target: MixProfile,
    *,
    amount: float = 0.8,
    first: float | None = None,
    report: Progress = ignore_progress,
) -> Mapping[str, Audio]:
    """Bring new stems to the format, spectral balance and loudness of the song that they join.

    They still sum to their mix, which stays within full scale.

    Parameters
    ----------
    stems : mapping of float32 arrays, each of shape (n, channels)
        At 44.1 kHz. They may be changed in place: minutes of many of them fill a computer's memory.
    rate, channels : int
        Sample rate (Hz) and number of channels of the song.
    target : MixProfile
        Loudness and balance of the song.
    amount : float
        The share of the difference in balance that is made up for.
    first : float, optional
        Seconds at the beginning whose loudness is the song's; what comes after is as much louder or quieter
        as it was made. All of it, if it is not given.

    Returns
    -------
    mapping of float32 arrays, each of shape (about n * rate / 44100, channels)
        ``stems`` themselves, changed, where those are a :class:`Multitrack` that has the format already.
    """
    taps = None
    if target.balance is not None and (own := spectral_balance(mixdown(stems), SAMPLE_RATE)) is not None:
        taps = matching_equalizer(own, target.balance, SAMPLE_RATE, amount=amount)

    def fitted(stem: Audio) -> Audio:
        report(0.0, "fitting it in")
        stem = stem if taps is None else apply_filter(stem, taps, report)
        return resample(stem, SAMPLE_RATE, rate, channels)

    matched: Mapping[str, Audio]
    if isinstance(stems, Multitrack) and (rate, channels) == (SAMPLE_RATE, 2):
        matched = stems
        stems.map(fitted)
    else:
        matched = {track: fitted(stem) for track, stem in stems.items()}
    mix = Multitrack.gather([("mix", mixdown(matched))])
    curve = np.ones((mix.samples, 1), np.float32)
    # A limiter takes loudness away again; after two rounds it is right within a tenth of a decibel or two.
    for _ in range(2):
        report(0.0, "matching the loudness")
        tape = mix.tape("mix")
        measured = tape if first is None else tape[: round(first * rate)]
        step = np.float32(loudness_gain(measured, rate, target.loudness))
        mix.scale(step)
        report(0.0, "matching the loudness")
        limit = limiter_gain(mix.tape("mix"), rate, CEILING)
        mix.scale(limit[:, 0])
        limited = limit.min(initial=1.0) < 1
        limit *= step
        curve *= limit
        del limit
        if not limited and step < _FAR:
            break  # it is as loud as it should be
    del mix
    report(1.0, "matching the loudness")
    if isinstance(matched, Multitrack):
        matched.scale(curve[:, 0])
        return matched
    for stem in matched.values():
        stem *= curve
    return matched


def surrounding_profile(
    audio: Audio, rate: int, start: int, end: int, *, reach: float = 15.0
) -> tuple[MixProfile, bool]:
    """The profile that new music in a stretch of a song should have.

    The balance is that of the surroundings. The loudness is the stretch's own, unless that is silent, or more
    than 12 LU away from what surrounds it and from the nearest seconds on both sides (in a fade it is not):
    then it is the surroundings'.

    Parameters
    ----------
    audio : float32 array, shape (n, channels)
        The song.
    rate : int
        Sample rate, Hz.
    start, end : int
        The stretch, samples ``[start, end)``.
    reach : float
        Seconds on either side that count as its surroundings.

    Returns
    -------
    profile : MixProfile
    is_own : bool
        Whether the loudness is that of the stretch itself.
    """
    margin = round(reach * rate)
    around = np.concatenate((audio[max(0, start - margin) : start], audio[end : end + margin]))
    if len(around) < rate:
        around = audio
    outside = MixProfile.measure(around, rate)
    inside = integrated_loudness(audio[start:end], rate) if end > start else None
    if inside is None:
        return _with_some_loudness(outside, audio, rate), False
    near = (audio[max(0, start - 2 * rate) : start], audio[end : end + 2 * rate])
    levels = [integrated_loudness(stretch, rate) for stretch in near if len(stretch) >= rate // 2]
    levels.append(outside.loudness)
    alien = all(level is None or abs(inside - level) > _OTHER_LEVEL for level in levels)
    if outside.loudness is not None and alien:
        return outside, False
    return MixProfile(inside, outside.balance), True


def _with_some_loudness(profile: MixProfile, audio: Audio, rate: int) -> MixProfile:
    """``profile``, where it is silent with the loudness of all of ``audio``."""
    if profile.loudness is not None:
        return profile
    return MixProfile(integrated_loudness(audio, rate), profile.balance)


def dynamics_gain(
    source: Audio, new: Audio, strength: float = 1.0, *, rate: int = SAMPLE_RATE
) -> list[float]:
    """The gains that give new music the rises and falls in level of another recording.

    Levels of half seconds, smoothed over three, are compared, each against its own mean. The gain is at most
    8 dB down and 4 dB up.

    Parameters
    ----------
    source : float32 array, shape (m, channels)
        The recording whose dynamics are wanted; it is stretched to the length of ``new``.
    new : float32 array, shape (n, channels)
    strength : float
        The share of the difference that is made up for.
    rate : int
        Sample rate of ``new``, Hz.

    Returns
    -------
    list of float
        The factor of each half second or so, for :func:`gain_curve`; none where there is too little music.
    """

    def contour(audio: Audio, steps: int) -> npt.NDArray[np.float64]:
        edges = np.linspace(0, len(audio), steps + 1).astype(int)
        energy = np.empty(steps)
        for first in range(0, steps, _STEPS):
            here = edges[first : first + _STEPS + 1]
            power = sum(np.square(channel) for channel in audio[here[0] : here[-1]].T)
            energy[first : first + _STEPS] = np.add.reduceat(power, here[:-1] - here[0], dtype=np.float64)
        energy /= max(1, len(audio) // steps)
        level = 10 * np.log10(energy + 1e-7)
        return np.asarray(gaussian_filter1d(level, 3.0, mode="nearest"))

    steps = max(2, round(2 * len(new) / rate))
    if min(len(source), len(new)) < 2 * steps:
        return []
    wanted, own = contour(source, steps), contour(new, steps)
    gains = strength * np.clip((wanted - wanted.mean()) - (own - own.mean()), -8.0, 4.0)
    return [float(factor) for factor in 10 ** (gains / 20)]


def gain_curve(gains: Sequence[float], samples: int) -> npt.NDArray[np.float32]:
    """The gain of each of so many ``samples``, shape (samples,), from some that are evenly spaced."""
    centers = (np.arange(len(gains)) + 0.5) * samples / len(gains)
    curve = np.empty(samples, np.float32)
    for start in range(0, samples, _BLOCK):
        at = np.arange(start, min(samples, start + _BLOCK))
        curve[at[0] : at[-1] + 1] = np.interp(at, centers, gains)
    return curve
