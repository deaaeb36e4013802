"""From spectra to pitch: tuned spectral peaks, and the chromagrams folded from them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from audiopod_mcp.music.model import Report, silent
from audiopod_mcp.music.spectrum import RATE, Array, Ints, magnitudes, moving_mean

N_FFT = 8192
HOP = 2048
FPS = RATE / HOP
"""Chroma frames a second, 10.8."""

_FLOOR = 1e-3
"""Spectral magnitudes below this (a tone 130 dB under full scale) are numerical noise."""


@dataclass(frozen=True, slots=True)
class Peaks:
    """Spectral peaks: frame, MIDI pitch relative to the piece's own tuning, magnitude, each ``(peaks,)``."""

    frame: Ints
    pitch: Array
    magnitude: Array
    frames: int
    tuning: float
    """What was subtracted from the pitches, semitones: 0.1 for A4 = 442.6 Hz."""


def spectral_peaks(signal: Array, report: Report = silent, low: float = 60.0, high: float = 3500.0) -> Peaks:
    """The spectral peaks of a signal at :data:`RATE` between two frequencies in Hz.

    Frequencies are placed by a parabola through log magnitudes. Magnitudes are whitened by the
    smoothed spectrum around them, so that a loud register does not drown the others. The tuning is
    the circular mean of the pitches' fractional parts.
    """
    bins = np.arange(N_FFT // 2 + 1)
    inside = slice(*np.searchsorted(bins * RATE / N_FFT, (low, high)))
    total = len(signal) // HOP + 1
    frames, pitches, strengths = [], [], []
    for first, magnitude in magnitudes(signal, N_FFT, HOP, block=512):
        level = magnitude[:, inside] + 1e-9
        middle = level[:, 1:-1]
        frame, k = np.nonzero((middle > level[:, :-2]) & (middle >= level[:, 2:]) & (middle > _FLOOR))
        around = moving_mean(level, 61)[frame, k + 1]
        peak = middle[frame, k]
        a, b, c = np.log(level[frame, k]), np.log(peak), np.log(level[frame, k + 2])
        curve = np.minimum(a - 2 * b + c, -1e-6)
        offset = np.clip(0.5 * (a - c) / curve, -0.5, 0.5)
        frequency = (bins[inside][k + 1] + offset) * (RATE / N_FFT)
        frames.append(frame + first)
        pitches.append((69 + 12 * np.log2(frequency / 440)).astype(np.float32))
        strengths.append(np.sqrt(peak * np.maximum(peak / around - 1, 0)))
        report(min(1.0, (first + 512) / total), "listening for pitches")
    pitch, strength = np.concatenate(pitches), np.concatenate(strengths).astype(np.float32)
    tuning = float(np.angle(np.sum(strength * np.exp(2j * np.pi * pitch))) / (2 * np.pi))
    return Peaks(np.concatenate(frames), (pitch - tuning).astype(np.float32), strength, total, tuning)


def chromagram(peaks: Peaks, centre: float = 60.0, spread: float = 18.0) -> Array:
    """Pitch-class strengths ``(frames, 12)``, C first, of pitches around ``centre`` (Gaussian, ``spread``).

    A fifth and a major third above every strong class a little is subtracted: the third and the
    fifth harmonic of its tones.
    """
    chroma = _fold(peaks, np.exp(-0.5 * ((peaks.pitch - centre) / spread) ** 2))
    chroma = chroma - 0.12 * np.roll(chroma, 7, 1) - 0.06 * np.roll(chroma, 4, 1)
    positive: Array = chroma.clip(0)
    return positive


def bass_chromagram(peaks: Peaks, below: float = 52.0) -> Array:
    """Pitch-class strengths ``(frames, 12)`` of what sounds below a MIDI pitch (E3)."""
    return _fold(peaks, (peaks.pitch < below).astype(np.float32))


def _fold(peaks: Peaks, weight: Array) -> Array:
    nearest = np.round(peaks.pitch)
    weight = weight * peaks.magnitude * np.exp(-0.5 * ((peaks.pitch - nearest) / 0.2) ** 2)
    cell = peaks.frame * 12 + nearest.astype(np.intp) % 12
    return np.bincount(cell, weight, 12 * peaks.frames).reshape(-1, 12).astype(np.float32)
