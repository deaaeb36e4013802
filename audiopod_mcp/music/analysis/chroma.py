"""From spectra to pitch: tuned spectral peaks, and the chromagrams folded from them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from audiopod_mcp.music.model import Progress, ignore_progress
from audiopod_mcp.music.signal.downmix import ANALYSIS_RATE, halve
from audiopod_mcp.music.signal.interpolation import peak_offset
from audiopod_mcp.music.signal.stft import STFT, Array, Ints

_Number = TypeVar("_Number", bound=np.number[Any])

N_FFT = 8192
HOP = 2048
CHROMA_FPS = ANALYSIS_RATE / HOP
"""Chroma frames a second, 10.8."""

_NOISE_FLOOR = 1e-3
"""Spectral magnitudes below this (a tone 130 dB under full scale) are numerical noise."""
_WHITENING = 61
"""Bins over which the spectrum around a peak is smoothed; odd."""
_BLOCK = 256
"""Frames whose peaks are picked at a time."""


@dataclass(frozen=True, slots=True)
class SpectralPeaks:
    """The peaks of a spectrogram.

    Attributes
    ----------
    frame : int32 array, shape (peaks,)
    pitch : float32 array, shape (peaks,)
        MIDI pitch relative to the piece's own tuning.
    magnitude : float32 array, shape (peaks,)
        Whitened.
    frames : int
        How many frames the spectrogram has.
    tuning : float
        What was subtracted from the pitches, semitones: 0.1 for A4 = 442.6 Hz.
    """

    frame: npt.NDArray[np.int32]
    pitch: Array
    magnitude: Array
    frames: int
    tuning: float


def spectral_peaks(
    signal: Array, report: Progress = ignore_progress, low: float = 60.0, high: float = 3500.0
) -> SpectralPeaks:
    """The spectral peaks of a signal.

    Frequencies are placed by a parabola through log magnitudes. Magnitudes are whitened by the smoothed
    spectrum around them, so that a loud register does not drown the others. The tuning is the circular mean
    of the pitches' fractional parts.

    Parameters
    ----------
    signal : float32 array, shape (samples,)
        At :data:`ANALYSIS_RATE`.
    report : Progress
    low, high : float
        Hz between which peaks are looked for, up to 4 kHz.

    Returns
    -------
    SpectralPeaks
        Of frames at :data:`CHROMA_FPS`.
    """
    bins = np.arange(N_FFT // 2 + 1)
    inside = slice(*np.searchsorted(bins * ANALYSIS_RATE / N_FFT, (low, high)))
    total = len(signal) // HOP + 1
    frames, pitches, strengths = [], [], []
    tuning_vector = 0j
    transform = STFT.centered(N_FFT, HOP).halved()
    for first, magnitude in transform.magnitudes(halve(signal), _BLOCK, inside):
        level = magnitude + 1e-9
        middle = level[:, 1:-1]
        is_peak = np.zeros(level.shape, np.bool_)
        is_peak[:, 1:-1] = (middle > level[:, :-2]) & (middle >= level[:, 2:]) & (middle > _NOISE_FLOOR)
        at = np.flatnonzero(is_peak)  # of the rows end to end, which is faster than by row and column
        before, peak, after = (level.ravel()[at + beside] for beside in (-1, 0, 1))
        frame, k = np.divmod(at, level.shape[1])
        around = _means_around(level, frame, k)
        offset = peak_offset(np.log(before), np.log(peak), np.log(after))
        frequency = (bins[inside][k] + offset) * (ANALYSIS_RATE / N_FFT)
        frames.append((frame + first).astype(np.int32))
        pitches.append((69 + 12 * np.log2(frequency / 440)).astype(np.float32))
        strengths.append(np.sqrt(peak * np.maximum(peak / around - 1, 0)).astype(np.float32))
        angle = 2 * np.pi * (pitches[-1] - np.round(pitches[-1]))
        tuning_vector += complex(strengths[-1] @ np.cos(angle), strengths[-1] @ np.sin(angle))
        report(min(1.0, (first + _BLOCK) / total), "listening for pitches")
    tuning = float(np.angle(tuning_vector) / (2 * np.pi))
    frame, pitch, magnitude = (_emptied(parts) for parts in (frames, pitches, strengths))
    pitch -= np.float32(tuning)
    return SpectralPeaks(frame, pitch, magnitude, total, tuning)


def _emptied(parts: list[npt.NDArray[_Number]]) -> npt.NDArray[_Number]:
    """The parts as one array; all of them would be in memory twice if they were kept."""
    whole = np.concatenate(parts)
    parts.clear()
    return whole


def _means_around(level: Array, frame: Ints, k: Ints) -> Array:
    """The means over the :data:`_WHITENING` bins around some, those at the edges repeated: ``(peaks,)``."""
    half = _WHITENING // 2
    padded = np.pad(level, ((0, 0), (half + 1, half)), mode="edge")
    sums = np.cumsum(padded, axis=1, dtype=np.float64).ravel()
    start = frame * padded.shape[1] + k
    means: Array = ((sums[start + _WHITENING] - sums[start]) / _WHITENING).astype(np.float32)
    return means


def chromagram(peaks: SpectralPeaks, centre: float = 60.0, spread: float = 18.0) -> Array:
    """The strength of each pitch class.

    A fifth and a major third above every strong class a little is subtracted: the third and the fifth
    harmonic of its tones.

    Parameters
    ----------
    peaks : SpectralPeaks
    centre, spread : float
        MIDI pitch that counts most, and the standard deviation of the Gaussian around it, semitones.

    Returns
    -------
    float32 array, shape (frames, 12)
        C first.
    """
    chroma = _fold_octaves(peaks, lambda pitch: np.exp(-0.5 * ((pitch - centre) / spread) ** 2))
    chroma = chroma - 0.12 * np.roll(chroma, 7, 1) - 0.06 * np.roll(chroma, 4, 1)
    positive: Array = chroma.clip(0)
    return positive


def bass_chromagram(peaks: SpectralPeaks, below: float = 52.0) -> Array:
    """The strength of each pitch class in the bass.

    Parameters
    ----------
    peaks : SpectralPeaks
    below : float
        MIDI pitch, E3 by default, below which everything counts alike.

    Returns
    -------
    float32 array, shape (frames, 12)
        C first.
    """
    low = peaks.pitch < below
    bass = replace(peaks, frame=peaks.frame[low], pitch=peaks.pitch[low], magnitude=peaks.magnitude[low])
    return _fold_octaves(bass, np.ones_like)


def _fold_octaves(peaks: SpectralPeaks, weigh: Callable[[Array], Array], block: int = 2**20) -> Array:
    """Magnitudes by frame and pitch class, times what ``weigh`` says of their pitches: ``(frames, 12)``.

    A ``block`` of peaks is folded at a time: two hours of noise have fifty million.
    """
    chroma = np.zeros(12 * peaks.frames)
    for first in range(0, len(peaks.pitch), block):
        here = slice(first, first + block)
        pitch = peaks.pitch[here]
        nearest = np.round(pitch)
        weight = weigh(pitch) * peaks.magnitude[here] * np.exp(-0.5 * ((pitch - nearest) / 0.2) ** 2)
        chroma += np.bincount(peaks.frame[here] * 12 + nearest.astype(np.int32) % 12, weight, len(chroma))
    return chroma.reshape(-1, 12).astype(np.float32)
