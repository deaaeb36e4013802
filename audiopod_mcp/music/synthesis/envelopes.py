"""How loudness, pitch and brightness of a tone move in time: curves at audio rate and at control rate."""

from __future__ import annotations

import numpy as np

from audiopod_mcp.music.model import SAMPLE_RATE

from .tone import FloatArray, Signal, Tone

CONTROL_STEP = 64
"""Samples between the points at which pitch, loudness and colour of a tone are decided."""
CONTROL_RAMP = (np.arange(CONTROL_STEP) / CONTROL_STEP).astype(np.float32)
_BLOCK = 256


def sample_times(n: int) -> FloatArray:
    return np.arange(n) / SAMPLE_RATE


def control_times(n: int) -> FloatArray:
    """Times (s) of the control points of ``n`` samples; the last is at or after their end."""
    points: FloatArray = np.arange(-(-n // CONTROL_STEP) + 1) / (SAMPLE_RATE / CONTROL_STEP)
    return points


def interpolate(values: FloatArray, n: int) -> Signal:
    """``values`` (…, control points) joined by straight lines; shape (…, n)."""
    points = values.astype(np.float32)
    lines = np.diff(points)[..., None] * CONTROL_RAMP
    lines += points[..., :-1, None]
    drawn: Signal = lines.reshape(*points.shape[:-1], -1)[..., :n]
    return drawn


def random_drift(n: int, rng: np.random.Generator, rate: float = 5.0) -> FloatArray:
    """A curve about 0 (deviation about 0.7) at the control points: what no player can keep from doing."""
    t = control_times(n)
    knots = rng.standard_normal(int(t[-1] * rate) + 2)
    wandering: FloatArray = np.interp(t * rate, np.arange(len(knots)), knots)
    return wandering


def pitch_contour(
    tone: Tone,
    n: int,
    *,
    cents: float = 0.0,
    rate: float = 5.5,
    delay: float = 0.25,
    phase: float = 0.0,
    scoop: float = 0.0,
    glide: float = 0.03,
    drift: float = 0.0,
    detune: float = 0.0,
) -> FloatArray:
    """Frequency (Hz) of a played tone at the control points: begun ``scoop`` cents off, then held, unsteadily
    by ``drift`` cents, with a vibrato of ``cents`` that sets in after ``delay`` seconds.
    """
    t = control_times(n)
    off = np.full(len(t), detune, np.float64)
    if scoop:
        off += scoop * np.exp(-t / glide)
    if cents:
        off += cents * np.clip((t - delay) / 0.4, 0, 1) * np.sin(2 * np.pi * rate * t + phase)
    if drift:
        off += drift * random_drift(n, tone.rng)
    return np.asarray(tone.frequency * 2 ** (off / 1200))


def fade_in(n: int, attack: float) -> Signal:
    """0 → 1 in ``attack`` seconds along a raised cosine, then 1."""
    envelope = np.ones(n, np.float32)
    m = min(n, max(2, int(attack * SAMPLE_RATE)))
    envelope[:m] = 0.5 - 0.5 * np.cos(np.pi * np.arange(m) / m)
    return envelope


def exp_decay(n: int, decay: float, sustain: float = 0.0) -> Signal:
    """1 → ``sustain``, exponentially with time constant ``decay``."""
    blocks = -(-n // _BLOCK)
    step = 1 / (decay * SAMPLE_RATE)
    curve = np.exp(-step * _BLOCK * np.arange(blocks))[:, None] * np.exp(-step * np.arange(_BLOCK))
    envelope: Signal = (sustain + (1 - sustain) * curve.reshape(-1)[:n]).astype(np.float32)
    return envelope
