"""What each cell of a spectrogram shows of who sounds in it.

A voice, drums, a bass and the rest leave different traces: hits are broad and short, strings and keys stand
still, a voice glides, a bass is low, accompaniments repeat. None of these traces decides alone;
:mod:`.estimator` weighs them. Levels are logarithms of magnitude, traces differences of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from scipy.ndimage import maximum_filter1d, minimum_filter1d, uniform_filter1d

from audiopod_mcp.music.signal.stft import Array

from .masks import repeating_background

Complex: TypeAlias = npt.NDArray[np.complex64]

RATE = 44_100
N_FFT = 4096
HOP = 1024
FPS = RATE / HOP
"""The spectrogram that traces are taken from: widths below are in its frames (23 ms) and bins (10.8 Hz)."""

_FLOOR = 3e-4
"""Magnitudes below this share of the effective one are not told apart."""
_SHIFTS = (1, 2, 3, 5, 7)


def traces(spectra: Sequence[Complex]) -> list[Array]:
    """Of the channels' spectra ``(frames, bins)``: 38 traces, each ``(frames, bins)`` or broadcast to it."""
    channels = [np.abs(spectrum) for spectrum in spectra]
    level: Array = np.mean(channels, axis=0)
    effective = float(np.sqrt(np.square(level).mean())) + 1e-12
    log = np.log(level + _FLOOR * effective).astype(np.float32)
    frequency: Array = np.arange(log.shape[1], dtype=np.float32) * np.float32(RATE / N_FFT)
    peaks = log - (np.roll(log, 2, axis=1) + np.roll(log, -2, axis=1)) / 2
    middle = spectra[0] if len(spectra) < 2 else spectra[0] + spectra[1]
    return [
        *_neighbourhoods(log),
        *_openings(log),
        *_slopes(log),
        peaks,
        mean(peaks, 5, 0),
        *_places(frequency, log.shape),
        *_stereo(spectra, channels, effective),
        _beyond_repetition(level, log, frequency, effective),
        *_levels(level, log, effective),
        *_unsteadiness(middle, effective),
        *_gliding(log),
        *_impulses(middle, effective),
        *_frames(level, peaks, frequency),
    ]


def mean(values: Array, width: int, axis: int) -> Array:
    """The mean over ``width`` neighbours along ``axis``, edges repeated."""
    out: Array = uniform_filter1d(values, width, axis=axis, mode="nearest")
    return out


def _neighbourhoods(log: Array) -> list[Array]:
    """Against what is around in time and in frequency: Fitzgerald (DAFx 2010), with means for medians."""
    short, long, longest = (mean(log, width, 0) for width in (5, 21, 87))
    narrow, broad, broadest = (mean(log, width, 1) for width in (7, 21, 93))
    return [
        log - short, log - long, long - longest,
        log - narrow, log - broad, broad - broadest,
        broad - long,
    ]  # fmt: skip


def _openings(log: Array) -> list[Array]:
    """What stands above the level held for 0.2 and 0.5 s; once more with room to waver by two bins."""
    room = maximum_filter1d(log, 5, axis=1, mode="nearest")
    return [values - _opened(values, width) for values in (log, room) for width in (9, 23)]


def _opened(values: Array, width: int) -> Array:
    lowest = minimum_filter1d(values, width, axis=0, mode="nearest")
    out: Array = maximum_filter1d(lowest, width, axis=0, mode="nearest")
    return out


def _slopes(log: Array) -> list[Array]:
    """Rise and fall of the cell, of its surroundings, and of the whole frame, remembered for a while."""
    rise = log - _later(log, 2)
    rising = np.maximum(rise, 0)
    fall = log - _later(log, -2)
    band = slice(int(200 * N_FFT / RATE), int(9000 * N_FFT / RATE))
    onset = rising[:, band].mean(axis=1)
    onset = onset / (np.sort(onset)[int(0.98 * len(onset))] + 1e-6)
    memory = np.empty_like(onset)
    last = np.float32(0)
    for frame, strength in enumerate(onset):
        last = max(strength, np.float32(0.85) * last)
        memory[frame] = last
    return [
        log - _later(log, 1),
        rise,
        fall,
        log - _later(log, -5),
        mean(rising, 61, 1),
        mean(np.maximum(log - _later(log, -3), 0), 61, 1),
        *(np.broadcast_to(each[:, None], log.shape) for each in (onset, memory)),
    ]


def _later(values: Array, frames: int) -> Array:
    """Delayed by ``frames`` (or advanced), the edge repeated."""
    if frames > 0:
        return np.concatenate((np.repeat(values[:1], frames, axis=0), values[:-frames]))
    return np.concatenate((values[-frames:], np.repeat(values[-1:], -frames, axis=0)))


def _places(frequency: Array, shape: tuple[int, ...]) -> list[Array]:
    octaves = (np.log2(np.maximum(frequency, 10) / 640) / 3).astype(np.float32)
    return [np.broadcast_to(octaves**power, shape) for power in (1, 2, 3)]


def _stereo(spectra: Sequence[Complex], channels: Sequence[Array], effective: float) -> list[Array]:
    """How centred a cell is, how far to one side, and how wide the whole is."""
    shape = channels[0].shape
    if len(spectra) < 2:
        return [np.broadcast_to(np.float32(value), shape) for value in (1, 0, 0)]
    left, right = np.square(channels[0]), np.square(channels[1])
    product = (2 * (spectra[0] * np.conj(spectra[1])).real).astype(np.float32)
    power = (left + right + 1e-12 * effective**2).astype(np.float32)
    around = _around(power)
    width = float((left + right - product).sum() / power.sum() / 2)
    return [
        _around(product) / around,
        np.abs(_around(left - right)) / around,
        np.broadcast_to(np.float32(min(1.0, 4 * width)), shape),
    ]


def _around(values: Array) -> Array:
    return mean(mean(values, 3, 0), 3, 1)


def _beyond_repetition(level: Array, log: Array, frequency: Array, effective: float) -> Array:
    out = np.zeros_like(log)
    band = (frequency > 100) & (frequency < 11_000)
    background = repeating_background(level[:, band], FPS)
    out[:, band] = log[:, band] - np.log(background + _FLOOR * effective)
    return out


def _levels(level: Array, log: Array, effective: float) -> list[Array]:
    energy = np.log(np.square(level).mean(axis=1) + 1e-6 * effective**2) - 2 * np.log(effective)
    return [
        log - np.float32(np.log(effective)),
        np.broadcast_to(energy[:, None].astype(np.float32), log.shape),
    ]


def _unsteadiness(middle: Complex, effective: float) -> list[Array]:
    """How far phases are from turning on evenly as a lasting tone's do (Duxbury et al., DAFx 2003)."""
    level = np.abs(middle) + np.float32(1e-9)
    turn = middle / level
    expected = np.zeros_like(middle)
    expected[2:] = level[1:-1] * turn[1:-1] ** 2 * np.conj(turn[:-2])
    away = np.abs(middle - expected) / (level + np.abs(expected) + np.float32(1e-6 * effective))
    return [mean(away, 3, 0), mean(mean(away, 5, 0), 5, 1)]


def _gliding(log: Array) -> list[Array]:
    """How much better a frame fits the next when moved by some bins: partials that glide, as a voice's do."""
    shape = np.clip(log - mean(log, 21, 1), -1.5, 3)
    following = np.concatenate((shape[1:], shape[-1:]))
    norm = mean(shape * shape, 31, 1) + np.float32(0.05)
    still = mean(shape * following, 31, 1)
    moved = np.full_like(shape, -9)
    for shift in _SHIFTS:
        for way in (shift, -shift):
            moved = np.maximum(moved, mean(shape * np.roll(following, -way, axis=1), 31, 1))
    glide = (moved - still) / norm
    return [mean(glide, 3, 0), mean(glide, 21, 0)]


def _impulses(middle: Complex, effective: float) -> list[Array]:
    """How much the energy of a frame sits at one moment: phases then fall evenly over frequency."""
    steps = middle[:, 1:] * np.conj(middle[:, :-1])
    real, imaginary = (mean(np.ascontiguousarray(part), 31, 1) for part in (steps.real, steps.imag))
    whole = mean(np.abs(steps), 31, 1) + np.float32(1e-9 * effective**2)
    together = np.sqrt(real * real + imaginary * imaginary) / whole
    together = np.concatenate((together, together[:, -1:]), axis=1)
    return [together, mean(together, 5, 0)]


def _frames(level: Array, peaks: Array, frequency: Array) -> list[Array]:
    """Of whole frames: how much of the power is below 250 Hz, and how peaky the middle is."""
    power = np.square(level)
    low = np.log(power[:, frequency < 250].sum(axis=1) / (power.sum(axis=1) + 1e-9) + 1e-4)
    middle = np.maximum(peaks[:, (frequency > 250) & (frequency < 4000)], 0).mean(axis=1)
    peaky = mean(middle, 9, 0)
    return [np.broadcast_to(each[:, None].astype(np.float32), level.shape) for each in (low, peaky)]
