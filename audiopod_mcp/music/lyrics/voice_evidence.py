"""What a separated voice shows of the words that are sung: when it sounds, sets in, moves on, and hisses."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import uniform_filter1d

from audiopod_mcp.music.model import Audio
from audiopod_mcp.music.signal.downmix import ANALYSIS_RATE, downmix
from audiopod_mcp.music.signal.stft import STFT, Array, hann

_HOP = 441
"""Samples from frame to frame, 20 ms."""
_FPS = ANALYSIS_RATE / _HOP
_LONG, _SHORT = 1024, 512
"""Samples of a frame for levels, and for what is as short as a consonant."""
_BANDS = np.array(
    [
        100,
        200,
        300,
        400,
        510,
        630,
        770,
        920,
        1080,
        1270,
        1480,
        1720,
        2000,
        2320,
        2700,
        3150,
        3700,
        4400,
        5300,
        6400,
        7700,
    ]
)
"""Edges of critical bands, Hz (Zwicker, JASA 33, 1961)."""
_LAG = 3
"""Frames back that a band is compared with, to see it rise."""
_HISS, _VOWELS = (4500.0, 10_500.0), (150.0, 3500.0)
"""Hz between which sibilants are loud, and between which all else is."""


@dataclass(frozen=True, slots=True)
class VoiceEvidence:
    """A separated voice, step by step; all arrays are ``float32`` of shape ``(steps,)``.

    Attributes
    ----------
    fps : float
        Steps a second.
    level : dB.
    rise : how much its bands rise, nats; the most within a step.
    movement : the root of that, averaged over a step: what a syllable adds to.
    hiss : 0 to 1, how surely a sibilant sounds.
    """

    fps: float
    level: Array
    rise: Array
    movement: Array
    hiss: Array


def evidence_from_voice(voice: Audio, rate: int, steps: int) -> VoiceEvidence:
    """The evidence of a voice that was separated from a recording.

    Parameters
    ----------
    voice : float32 array, shape (samples, channels)
    rate : int
        Samples a second.
    steps : int
        How many steps the recording is cut into.

    Returns
    -------
    VoiceEvidence
    """
    mid, _ = downmix(voice, rate)
    level, rise = _levels(mid)
    hiss = _hisses(mid)
    fps = steps / (len(voice) / rate)
    edges = np.minimum((np.arange(steps) / fps * _FPS).astype(np.intp), len(level) - 1)
    counts = np.maximum(np.diff(np.append(edges, len(level))), 1).astype(np.float32)

    def mean(values: Array) -> Array:
        sums = np.add.reduceat(values, edges, dtype=np.float64)
        return (sums / counts).astype(np.float32)

    return VoiceEvidence(
        float(fps), mean(level), np.maximum.reduceat(rise, edges), mean(np.sqrt(rise)), mean(hiss)
    )


def _levels(mid: Array) -> tuple[Array, Array]:
    """The level of each frame, dB, and how much its critical bands rise, nats."""
    bins = np.round(_BANDS * _LONG / ANALYSIS_RATE).astype(np.intp)
    powers, levels = [], []
    for _, magnitude in STFT(hann(_LONG), _HOP, (_LONG // 2, _LONG // 2)).magnitudes(mid):
        power = np.square(magnitude)
        powers.append(np.add.reduceat(power, bins, axis=1)[:, :-1])
        levels.append(10 * np.log10(power[:, bins[0] :].sum(axis=1) + 1e-9))
    bands = np.sqrt(np.concatenate(powers))
    log = np.log(bands + 1e-3 * np.percentile(bands, 95) + 1e-9)
    rise = np.zeros(len(log), np.float32)
    if len(log) > _LAG:
        rise[_LAG - 1 : -1] = np.maximum(log[_LAG:] - log[:-_LAG], 0).mean(axis=1)
    return np.concatenate(levels).astype(np.float32), rise


def _hisses(mid: Array) -> Array:
    """How surely each frame is a sibilant: more above 4.5 kHz than usual, and loud there."""
    frequency = np.arange(_SHORT // 2 + 1) * (ANALYSIS_RATE / _SHORT)
    parts = []
    for _, magnitude in STFT(hann(_SHORT), _HOP, (_SHORT // 2, _SHORT // 2)).magnitudes(mid):
        power = np.square(magnitude)
        bands = [
            power[:, (frequency > low) & (frequency < high)].sum(axis=1) for low, high in (_HISS, _VOWELS)
        ]
        parts.append(np.stack(bands))
    high, low = np.concatenate(parts, axis=1)
    whole = high + low
    ratio = np.log(high + 1e-7) - np.log(low + 1e-7)
    loud = whole > 1e-4 * np.percentile(whole, 95)
    if not loud.any():
        return np.zeros(len(ratio), np.float32)
    sure = 1 / (1 + np.exp(-1.5 * (ratio - np.percentile(ratio[loud], 85))))
    return np.asarray(sure * np.minimum(1, high / (np.percentile(high, 92) + 1e-9)), np.float32)


def smoothed(level: Array) -> Array:
    """The level, with a step to either side."""
    return np.asarray(uniform_filter1d(level, 3, mode="nearest"), np.float32)
