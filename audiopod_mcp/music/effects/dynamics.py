"""Effects: filters, echoes, compression, transient shaping, saturation, and a place between left and right.

Those that follow the level of the sound give a gain, which is found on the mix and put on every stem, so that
the stems still sum to the mix.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt
import soxr
from scipy import signal

from audiopod_mcp.music.model import Audio
from audiopod_mcp.music.signal.loudness import Sliceable
from audiopod_mcp.music.synthesis.multitrack import Mix, Tape, pieces

GainCurve = npt.NDArray[np.float32]
"""A gain for each sample, shape ``(samples, 1)``."""

_FRAME = 0.001
"""Seconds between two measurements of a level."""
_FRAMES = 4096
"""Levels that are measured at a time."""
_OVERSAMPLING = 4
"""What bends the waveform makes new partials; so many times the rate keeps them from folding back."""
_ECHOES = 8
"""Repeats that are heard of a sound; each has half the level of the one before it."""


def bandpass(audio: Audio, rate: int, low: float, high: float) -> Audio:
    """Filter ``audio`` without shifting it in time, 24 dB an octave at each corner.

    Parameters
    ----------
    audio : float32 array, shape (n, channels)
    rate : int
        Sample rate, Hz.
    low, high : float
        The corner frequencies, Hz. A ``low`` of 0, or a ``high`` of half the rate or of 0, is no limit.

    Returns
    -------
    float32 array, shaped like ``audio``
    """
    for corner, kind in ((low, "highpass"), (high, "lowpass")):
        if 0 < corner < 0.49 * rate:
            filters = signal.butter(2, corner, kind, fs=rate, output="sos")
            pad = max(0, min(len(audio) - 1, round(3 * rate / corner)))
            out = np.empty_like(audio)
            for number, channel in enumerate(audio.T):
                out[:, number] = _filtered_both_ways(filters, channel, pad)
            audio = out
    return audio


def _filtered_both_ways(
    filters: npt.NDArray[np.float64], channel: npt.NDArray[np.float32], pad: int
) -> npt.NDArray[np.float32]:
    """One channel as :func:`scipy.signal.sosfiltfilt` filters it, with one copy of it in single precision."""
    if not len(channel):
        return channel
    padded = np.empty(len(channel) + 2 * pad, np.float32)
    padded[pad : pad + len(channel)] = channel
    if pad:
        padded[:pad] = 2 * channel[:1] - channel[pad:0:-1]
        padded[-pad:] = 2 * channel[-1:] - channel[-2 : -pad - 2 : -1]
    for way in (padded, padded[::-1]):
        state = signal.sosfilt_zi(filters) * way[0]
        for piece in pieces(len(way)):
            way[piece], state = signal.sosfilt(filters, way[piece].astype(np.float64), zi=state)
    return padded[pad : pad + len(channel)]


def feedback_delay(audio: Audio, rate: int, interval: float, level: float) -> Audio:
    """Add echoes to ``audio``, each softer and darker than the one before it.

    Parameters
    ----------
    audio : float32 array, shape (n, channels)
    rate : int
        Sample rate, Hz.
    interval : float
        Seconds between two echoes.
    level : float
        The level of the first echo as a factor of that of the sound.

    Returns
    -------
    float32 array, shaped like ``audio``
    """
    out, echo = audio.copy(), audio.copy()
    darken = signal.butter(1, min(4_000.0, 0.4 * rate), fs=rate, output="sos")
    step = max(1, round(interval * rate))
    for number in range(1, _ECHOES + 1):
        at = number * step
        if at >= len(audio):
            break
        share, state = np.float32(level * 0.5 ** (number - 1)), np.zeros((len(darken), 2, audio.shape[1]))
        for piece in pieces(len(audio)):
            darker, state = signal.sosfilt(darken, echo[piece], axis=0, zi=state)
            echo[piece] = darker
            late = out[at + piece.start : at + piece.stop]
            late += share * echo[piece][: len(late)]
    return out


def panning(audio: Sliceable, position: float) -> npt.NDArray[np.float32]:
    """What stereo ``audio`` has to be multiplied by to stand between left and right, as loud as it is.

    One side is laid over the other, as the panner of the Web Audio API does, until the two are as much louder
    and softer as a panner of equal power makes a source in the middle, wherever it was before.

    Parameters
    ----------
    audio : float32 array, shape (n, 2)
    position : float
        From -1 (left) to 1 (right).

    Returns
    -------
    float32 array, shape (2, 2)
    """
    stretches = (audio[piece].astype(np.float64) for piece in pieces(len(audio)))
    power = sum((stretch.T @ stretch for stretch in stretches), np.zeros((2, 2)))

    def turned(way: float) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        angle = np.pi / 2 * (way + (way <= 0))
        near, far = np.cos(angle), np.sin(angle)
        sides = np.array([[1, 0], [near, far]] if way <= 0 else [[near, far], [0, 1]])
        return sides, np.sqrt(np.maximum(0, np.diag(sides.T @ power @ sides)))

    low, high = -1.0, 1.0
    for _ in range(40):
        middle = (low + high) / 2
        left, right = turned(middle)[1]
        low, high = (middle, high) if np.arctan2(right, left) < np.pi / 4 * (1 + position) else (low, middle)
    sides, levels = turned(round((low + high) / 2, 9))
    loud = np.linalg.norm(levels)
    return (sides * (np.sqrt(np.trace(power)) / loud if loud else 1.0)).astype(np.float32)


def compressor_gain(audio: Audio, rate: int, decibels: float) -> GainCurve:
    """The gain of a compressor with a ratio of about 4 to 1 and its threshold at the median level.

    The level is followed within 5 ms upwards (attack) and 120 ms downwards (release).

    Parameters
    ----------
    audio : float32 array, shape (n, channels)
    rate : int
        Sample rate, Hz.
    decibels : float
        By how much the loudest moments are turned down at most, dB.

    Returns
    -------
    float32 array, shape (n, 1)
    """
    level = _peak_hold(_levels(audio, rate, 0.005), 0.12)
    audible = level[level > 1e-4 * max(1e-9, level.max())]
    if not len(audible):
        return np.ones((len(audio), 1), np.float32)
    over = 20 * np.log10(np.maximum(level, 1e-9) / np.median(audible))
    return _gain_curve(-np.clip(0.75 * over, 0.0, decibels), audio, rate)


def transient_shaper_gain(audio: Audio, rate: int, decibels: float) -> GainCurve:
    """The gain of a transient shaper, which lifts or softens attacks: moments at which the level just rose.

    Parameters
    ----------
    audio : float32 array, shape (n, channels)
    rate : int
        Sample rate, Hz.
    decibels : float
        By how much attacks are lifted at most, dB; negative to soften them.

    Returns
    -------
    float32 array, shape (n, 1)
    """
    fast, slow = _levels(audio, rate, 0.004), _levels(audio, rate, 0.06)
    floor = 1e-4 * max(1e-9, float(fast.max(initial=0.0)))
    rise = 20 * np.log10((_peak_hold(fast, 0.02) + floor) / (_delayed(slow, 0.03) + floor))
    share = np.clip((rise - 3) / 9, 0.0, 1.0)
    return _gain_curve(decibels * share, audio, rate)


def deesser(audio: Audio, rate: int, decibels: float) -> tuple[Callable[[Audio], Audio], GainCurve]:
    """A de-esser: the band of sibilance, 5 to 10 kHz, and the gain that holds it down where it stands out.

    It stands out where it is louder against the rest than in three quarters of all moments.

    Parameters
    ----------
    audio : float32 array, shape (n, channels)
    rate : int
        Sample rate, Hz.
    decibels : float
        By how much the band is turned down at most, dB.

    Returns
    -------
    band : callable
        The filter that takes the band out of ``audio`` or one of its stems.
    gain : float32 array, shape (n, 1)
        The gain for what the filter lets through.
    """

    def band(x: Audio) -> Audio:
        return bandpass(x, rate, 5_000.0, 10_000.0)

    sibilance, overall = _levels(band(audio), rate, 0.01), _levels(audio, rate, 0.01)
    audible = overall > 1e-3 * max(1e-9, float(overall.max(initial=0.0)))
    if not audible.any():
        return band, np.ones((len(audio), 1), np.float32)
    share = 20 * np.log10((sibilance + 1e-9) / (overall + 1e-9))
    over = np.where(audible, share - np.percentile(share[audible], 75), 0.0)
    return band, _gain_curve(-np.clip(2 * over, 0.0, decibels), audio, rate)


def saturate(layers: Sequence[Tape], rate: int, decibels: float) -> list[Audio]:
    """Drive the sum of ``layers`` into a soft curve (tanh), and give each layer its share of the result.

    Parameters
    ----------
    layers : sequence of float32 arrays, each of shape (n, channels), which are read a stretch at a time
    rate : int
        Sample rate, Hz.
    decibels : float
        The drive, dB; 6 dB bring the peaks to where the curve begins to bend.

    Returns
    -------
    list of float32 arrays, shaped like ``layers``
    """
    mix = Mix(layers)
    level = np.empty(mix.shape, np.float32)
    for piece in pieces(len(mix)):
        level[piece] = np.abs(mix[piece])
    peak = float(np.percentile(level, 99.9, overwrite_input=True)) or 1.0
    del level
    drive = np.float32(10 ** ((decibels - 6) / 20) / peak)
    # All go through the higher rate side by side, a stretch at a time: there they are four times as large.
    up, *ups = (_resampler(rate, _OVERSAMPLING * rate, mix.shape[1]) for _ in (mix, *layers))
    downs = [_resampler(_OVERSAMPLING * rate, rate, mix.shape[1]) for _ in layers]
    out, written = [np.zeros(mix.shape, np.float32) for _ in layers], [0] * len(layers)
    for piece in pieces(len(mix)):
        last = piece.stop == len(mix)
        driven = up.resample_chunk(np.ascontiguousarray(mix[piece]), last=last) * drive
        bent = np.tanh(driven) / np.where(driven == 0, 1.0, driven)
        gain = np.where(np.abs(driven) < 1e-4, 1.0, bent).astype(np.float32)
        for number, layer in enumerate(layers):
            high = ups[number].resample_chunk(np.ascontiguousarray(layer[piece]), last=last)
            part = downs[number].resample_chunk(high * gain, last=last)
            room = out[number][written[number] :][: len(part)]
            room[:] = part[: len(room)]
            written[number] += len(part)
    return out


def _resampler(rate: int, to_rate: int, channels: int) -> soxr.ResampleStream:
    return soxr.ResampleStream(rate, to_rate, channels, dtype="float32", quality="HQ")


def _levels(audio: Audio, rate: int, seconds: float) -> npt.NDArray[np.float64]:
    """The root mean square over ``seconds``, once a millisecond."""
    hop = max(1, round(_FRAME * rate))
    frames = -(-len(audio) // hop)
    power = np.empty(frames)
    for first in range(0, frames, _FRAMES):
        stretch = np.square(audio[first * hop : (first + _FRAMES) * hop], dtype=np.float64).mean(axis=1)
        whole = np.pad(stretch, (0, -len(stretch) % hop))
        power[first : first + _FRAMES] = whole.reshape(-1, hop).mean(axis=1)
    width = max(1, round(seconds / _FRAME))
    return np.sqrt(np.convolve(power, np.full(width, 1 / width), "same")[: len(power)])


def _peak_hold(level: npt.NDArray[np.float64], release: float) -> npt.NDArray[np.float64]:
    """``level`` followed at once where it rises, and falling with the time constant ``release``, seconds."""
    keep = np.exp(-_FRAME / release)
    out, last = np.empty_like(level), 0.0
    for frame, now in enumerate(level):
        last = max(now, keep * last)
        out[frame] = last
    return out


def _delayed(level: npt.NDArray[np.float64], seconds: float) -> npt.NDArray[np.float64]:
    if not len(level):
        return level
    shift = min(len(level) - 1, round(seconds / _FRAME))
    return np.concatenate((np.full(shift, level[0]), level[: len(level) - shift]))


def _gain_curve(decibels: npt.NDArray[np.float64], audio: Audio, rate: int) -> GainCurve:
    """The gain of each sample of ``audio``, without corners, from one in dB a millisecond."""
    smooth = np.convolve(np.pad(decibels, 2, mode="edge"), np.full(5, 0.2), "valid")
    gain = np.empty((len(audio), 1), np.float32)
    for piece in pieces(len(audio)):
        at = np.arange(piece.start, piece.stop) / max(1, round(_FRAME * rate)) - 0.5
        curve = np.interp(at, np.arange(len(smooth)), smooth)
        gain[piece, 0] = 10 ** (curve / 20)
    return gain
