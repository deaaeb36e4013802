"""What each bin of a spectrogram shows of who sounds in it.

A voice, drums, a bass and the rest leave different traces: hits are broad and short, strings and keys stand
still, a voice glides, a bass is low, accompaniments repeat. None of these traces decides alone;
:mod:`.estimator` weighs them. Levels are logarithms of magnitude, most features differences of them.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.ndimage import maximum_filter1d, minimum_filter1d, uniform_filter1d

from audiopod_mcp.music.signal.stft import STFT, Array, Complex, hann

from .masks import repeating_background

SEPARATION_RATE = 44_100
N_FFT = 4096
HOP = 1024
SEPARATION_FPS = SEPARATION_RATE / HOP
SEPARATION_STFT = STFT(hann(N_FFT), HOP, (N_FFT, N_FFT + HOP))
"""The spectrogram that features are taken from: widths below are in its frames (23 ms) and bins (10.8 Hz)."""

_RELATIVE_FLOOR = 3e-4
"""Magnitudes below this share of the effective one (root mean square) are not told apart."""
_BIN_SHIFTS = (1, 2, 3, 5, 7)
"""Bins up or down by which partials may glide to the next frame."""


def bin_features(spectra: Sequence[Complex]) -> list[Array]:
    """The features of each bin that :mod:`.estimator` weighs.

    Parameters
    ----------
    spectra : sequence of complex64 array, shape (frames, bins)
        The channels', by :data:`SEPARATION_STFT`.

    Returns
    -------
    list of 38 float32 arrays, shape (frames, bins)
        What is of a whole frame, a whole column or the whole recording is broadcast to it.
    """
    channels = [np.abs(spectrum) for spectrum in spectra]
    level: Array = np.mean(channels, axis=0)
    effective = float(np.sqrt(np.square(level).mean())) + 1e-12
    log = np.log(level + _RELATIVE_FLOOR * effective).astype(np.float32)
    frequency: Array = np.arange(log.shape[1], dtype=np.float32) * np.float32(SEPARATION_RATE / N_FFT)
    peaks = log - (np.roll(log, 2, axis=1) + np.roll(log, -2, axis=1)) / 2
    middle = spectra[0] if len(spectra) < 2 else spectra[0] + spectra[1]
    return [
        *_neighbourhood_features(log),
        *_opening_features(log),
        *_slope_features(log),
        peaks,
        local_mean(peaks, 5, 0),
        *_frequency_features(frequency, log.shape),
        *_stereo_features(spectra, channels, effective),
        _above_repetition(level, log, frequency, effective),
        *_level_features(level, log, effective),
        *_phase_deviation(middle, effective),
        *_glide_features(log),
        *_phase_coherence(middle, effective),
        *_frame_features(level, peaks, frequency),
    ]


def local_mean(values: Array, width: int, axis: int) -> Array:
    """The mean over ``width`` neighbours along ``axis``; beyond the edges their values are repeated."""
    out: Array = uniform_filter1d(values, width, axis=axis, mode="nearest")
    return out


def _neighbourhood_features(log: Array) -> list[Array]:
    """Against what is around in time and in frequency: Fitzgerald (DAFx 2010), with means for medians."""
    short, long, longest = (local_mean(log, width, 0) for width in (5, 21, 87))
    narrow, broad, broadest = (local_mean(log, width, 1) for width in (7, 21, 93))
    return [
        log - short, log - long, long - longest,
        log - narrow, log - broad, broad - broadest,
        broad - long,
    ]  # fmt: skip


def _opening_features(log: Array) -> list[Array]:
    """What stands above the level held for 0.2 and 0.5 s; once more with room to waver by two bins."""
    room = maximum_filter1d(log, 5, axis=1, mode="nearest")
    return [values - _morphological_opening(values, width) for values in (log, room) for width in (9, 23)]


def _morphological_opening(values: Array, width: int) -> Array:
    """The greatest level that is held for ``width`` frames around each."""
    lowest = minimum_filter1d(values, width, axis=0, mode="nearest")
    out: Array = maximum_filter1d(lowest, width, axis=0, mode="nearest")
    return out


def _slope_features(log: Array) -> list[Array]:
    """Rise and fall of the bin, of its surroundings, and of the whole frame, remembered for a while."""
    rise = log - _delayed(log, 2)
    rising = np.maximum(rise, 0)
    fall = log - _delayed(log, -2)
    band = slice(int(200 * N_FFT / SEPARATION_RATE), int(9000 * N_FFT / SEPARATION_RATE))
    onset = rising[:, band].mean(axis=1)
    onset = onset / (np.sort(onset)[int(0.98 * len(onset))] + 1e-6)
    decaying = np.empty_like(onset)
    last = np.float32(0)
    for frame, strength in enumerate(onset):
        last = max(strength, np.float32(0.85) * last)
        decaying[frame] = last
    return [
        log - _delayed(log, 1),
        rise,
        fall,
        log - _delayed(log, -5),
        local_mean(rising, 61, 1),
        local_mean(np.maximum(log - _delayed(log, -3), 0), 61, 1),
        *(np.broadcast_to(each[:, None], log.shape) for each in (onset, decaying)),
    ]


def _delayed(values: Array, frames: int) -> Array:
    """Delayed by ``frames`` (or advanced), the edge repeated."""
    if frames > 0:
        return np.concatenate((np.repeat(values[:1], frames, axis=0), values[:-frames]))
    return np.concatenate((values[-frames:], np.repeat(values[-1:], -frames, axis=0)))


def _frequency_features(frequency: Array, shape: tuple[int, ...]) -> list[Array]:
    """Powers of the distance from 640 Hz in octaves."""
    octaves = (np.log2(np.maximum(frequency, 10) / 640) / 3).astype(np.float32)
    return [np.broadcast_to(octaves**power, shape) for power in (1, 2, 3)]


def _stereo_features(spectra: Sequence[Complex], channels: Sequence[Array], effective: float) -> list[Array]:
    """How centred a bin is, how far to one side, and how wide the whole is."""
    shape = channels[0].shape
    if len(spectra) < 2:
        return [np.broadcast_to(np.float32(value), shape) for value in (1, 0, 0)]
    left, right = np.square(channels[0]), np.square(channels[1])
    product = (2 * (spectra[0] * np.conj(spectra[1])).real).astype(np.float32)
    power = (left + right + 1e-12 * effective**2).astype(np.float32)
    around = _mean_3x3(power)
    width = float((left + right - product).sum() / power.sum() / 2)
    return [
        _mean_3x3(product) / around,
        np.abs(_mean_3x3(left - right)) / around,
        np.broadcast_to(np.float32(min(1.0, 4 * width)), shape),
    ]


def _mean_3x3(values: Array) -> Array:
    """The mean over the nine bins around each."""
    return local_mean(local_mean(values, 3, 0), 3, 1)


def _above_repetition(level: Array, log: Array, frequency: Array, effective: float) -> Array:
    """How far a bin stands above what repeats (:func:`repeating_background`)."""
    out = np.zeros_like(log)
    band = (frequency > 100) & (frequency < 11_000)
    background = repeating_background(level[:, band], SEPARATION_FPS)
    out[:, band] = log[:, band] - np.log(background + _RELATIVE_FLOOR * effective)
    return out


def _level_features(level: Array, log: Array, effective: float) -> list[Array]:
    """The level of the bin, and of its frame, against that of the whole."""
    energy = np.log(np.square(level).mean(axis=1) + 1e-6 * effective**2) - 2 * np.log(effective)
    return [
        log - np.float32(np.log(effective)),
        np.broadcast_to(energy[:, None].astype(np.float32), log.shape),
    ]


def _phase_deviation(middle: Complex, effective: float) -> list[Array]:
    """How far phases are from turning on evenly as a lasting tone's do (Duxbury et al., DAFx 2003)."""
    level = np.abs(middle) + np.float32(1e-9)
    phase = middle / level
    expected = np.zeros_like(middle)
    expected[2:] = level[1:-1] * phase[1:-1] ** 2 * np.conj(phase[:-2])
    deviation = np.abs(middle - expected) / (level + np.abs(expected) + np.float32(1e-6 * effective))
    return [local_mean(deviation, 3, 0), local_mean(local_mean(deviation, 5, 0), 5, 1)]


def _glide_features(log: Array) -> list[Array]:
    """How much better a frame fits the next when moved by some bins: partials that glide, as a voice's do."""
    shape = np.clip(log - local_mean(log, 21, 1), -1.5, 3)
    following = np.concatenate((shape[1:], shape[-1:]))
    norm = local_mean(shape * shape, 31, 1) + np.float32(0.05)
    still = local_mean(shape * following, 31, 1)
    moved = np.full_like(shape, -9)
    for shift in _BIN_SHIFTS:
        for way in (shift, -shift):
            products = np.roll(following, -way, axis=1)
            products *= shape
            np.maximum(moved, local_mean(products, 31, 1), out=moved)
    glide = (moved - still) / norm
    return [local_mean(glide, 3, 0), local_mean(glide, 21, 0)]


def _phase_coherence(middle: Complex, effective: float) -> list[Array]:
    """How much the energy of a frame sits at one moment: phases then fall evenly over frequency."""
    products = middle[:, 1:] * np.conj(middle[:, :-1])
    real, imaginary = (
        local_mean(np.ascontiguousarray(part), 31, 1) for part in (products.real, products.imag)
    )
    modulus = local_mean(np.abs(products), 31, 1) + np.float32(1e-9 * effective**2)
    coherence = np.sqrt(real * real + imaginary * imaginary) / modulus
    coherence = np.concatenate((coherence, coherence[:, -1:]), axis=1)
    return [coherence, local_mean(coherence, 5, 0)]


def _frame_features(level: Array, peaks: Array, frequency: Array) -> list[Array]:
    """Of whole frames: how much of the power is below 250 Hz, and how peaky the middle is."""
    power = np.square(level)
    low = np.log(power[:, frequency < 250].sum(axis=1) / (power.sum(axis=1) + 1e-9) + 1e-4)
    middle = np.maximum(peaks[:, (frequency > 250) & (frequency < 4000)], 0).mean(axis=1)
    peaky = local_mean(middle, 9, 0)
    return [np.broadcast_to(each[:, None].astype(np.float32), level.shape) for each in (low, peaky)]
