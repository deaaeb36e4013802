"""The timbre over time: band levels and the spectral centroid."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from audiopod_mcp.music.model import Progress, ignore_progress
from audiopod_mcp.music.signal.downmix import ANALYSIS_RATE
from audiopod_mcp.music.signal.filterbank import log_filterbank
from audiopod_mcp.music.signal.stft import STFT, Array

N_FFT = 2048
HOP = 2048
TIMBRE_FPS = ANALYSIS_RATE / HOP
"""Timbre frames a second, 10.8."""


@dataclass(frozen=True, slots=True)
class Timbre:
    """Band levels and energy over time, and the spectral centroid of the whole.

    Attributes
    ----------
    bands : float32 array, shape (frames, bands)
        Levels in quarters of an octave from 60 Hz to 10 kHz, dB.
    energy : float32 array, shape (frames,)
        Mean squared magnitude.
    centroid : float
        Hz, weighted by magnitude; 0 in silence.
    """

    bands: Array
    energy: Array
    centroid: float


def measure_timbre(signal: Array, report: Progress = ignore_progress) -> Timbre:
    """The timbre of a signal.

    Parameters
    ----------
    signal : float32 array, shape (samples,)
        At :data:`ANALYSIS_RATE`.
    report : Progress

    Returns
    -------
    Timbre
        Of frames at :data:`TIMBRE_FPS`.
    """
    bank = log_filterbank(N_FFT, low=60.0, high=10_000.0, per_octave=4)
    frequencies = np.arange(N_FFT // 2 + 1, dtype=np.float32) * (ANALYSIS_RATE / N_FFT)
    total = len(signal) // HOP + 1
    bands = np.empty((total, bank.shape[1]), np.float32)
    energy = np.empty(total, np.float32)
    moment = mass = 0.0
    for first, magnitude in STFT.centered(N_FFT, HOP).magnitudes(signal):
        here = slice(first, first + len(magnitude))
        bands[here] = 20 * np.log10(magnitude @ bank + 1e-3)
        energy[here] = np.square(magnitude).mean(axis=1)
        moment += float((magnitude @ frequencies).sum())
        mass += float(magnitude.sum())
        report((first + len(magnitude)) / total, "listening to the timbre")
    return Timbre(bands, energy, moment / mass if mass > 1e-6 else 0.0)
