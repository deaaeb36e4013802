"""Sound effects: risers, impacts and the surface of a record."""

from __future__ import annotations

import numpy as np

from audiopod_mcp.music.model import SAMPLE_RATE

from .envelopes import exp_decay, fade_in, sample_times
from .noise import band_noise
from .tone import Signal, Tone


def riser(tone: Tone) -> Signal:
    """Let noise grow and climb for the whole note, then stop, as before a drop; (n,)."""
    n = tone.samples()
    x = np.linspace(0, 1, n, dtype=np.float32)
    bands = [band_noise(n, tone.rng, low, high) for low, high in ((300, 1500), (1200, 5000), (4000, 13000))]
    weights = (np.clip(1 - 1.5 * x, 0, 1), np.clip(1 - 2 * np.abs(x - 0.55), 0, 1), np.clip(2 * x - 1, 0, 1))
    return (
        sum((band * weight for band, weight in zip(bands, weights, strict=True)), np.zeros(n, np.float32))
        * x**2
    )


def impact(tone: Tone) -> Signal:
    """Play a low boom under a long splash; (n,)."""
    n = int(2.8 * SAMPLE_RATE)
    t = sample_times(n)
    boom = np.sin(2 * np.pi * (36 * t + 3 * (1 - np.exp(-t / 0.06)))).astype(np.float32) * exp_decay(n, 0.6)
    splash: Signal = (
        np.float32(0.25) * band_noise(n, tone.rng, 500, 9000) * exp_decay(n, 0.7) * fade_in(n, 0.003)
    )
    sound: Signal = boom + splash
    return sound


def vinyl(tone: Tone) -> Signal:
    """Play the surface of an old record: quiet hiss and some crackles; (n,)."""
    n = tone.samples(0.1)
    hiss = np.float32(0.15) * band_noise(n, tone.rng, 900, 7000)
    clicks = np.zeros(n, np.float32)
    count = max(1, int(n / SAMPLE_RATE * 9))
    clicks[tone.rng.integers(0, n, count)] = (
        tone.rng.choice((-1.0, 1.0), count) * tone.rng.uniform(0.5, 4, count) ** 1.3
    )
    kernel = np.exp(-np.arange(40) / 7).astype(np.float32) * np.cos(np.arange(40) * 0.9).astype(np.float32)
    return hiss + np.convolve(clicks, kernel)[:n].astype(np.float32)
