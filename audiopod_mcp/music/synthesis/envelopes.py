"""How loudness, pitch and brightness of a tone move in time: curves at audio rate and at control rate."""

from __future__ import annotations

import numpy as np

from audiopod_mcp.music.model import SAMPLE_RATE

from .tone import FloatArray, Signal, Tone

CONTROL_STEP = 64
"""Samples from one control point to the next: there pitch, loudness and brightness of a tone are decided."""
CONTROL_RAMP = (np.arange(CONTROL_STEP) / CONTROL_STEP).astype(np.float32)
"""0 … 1 from one control point to the next."""
_BLOCK = 256


def sample_times(n: int) -> FloatArray:
    """Give the times of ``n`` samples, s."""
    return np.arange(n) / SAMPLE_RATE


def control_times(n: int) -> FloatArray:
    """Give the times of the control points of ``n`` samples, s; the last is at or after their end."""
    points: FloatArray = np.arange(-(-n // CONTROL_STEP) + 1) / (SAMPLE_RATE / CONTROL_STEP)
    return points


def interpolate(values: FloatArray, n: int) -> Signal:
    """Join control points by straight lines.

    Parameters
    ----------
    values
        Shape (…, control points).
    n
        Samples.

    Returns
    -------
    ndarray
        float32, shape (…, n).

    """
    points = values.astype(np.float32)
    lines = np.diff(points)[..., None] * CONTROL_RAMP
    lines += points[..., :-1, None]
    joined: Signal = lines.reshape(*points.shape[:-1], -1)[..., :n]
    return joined


def random_drift(n: int, rng: np.random.Generator, rate: float = 5.0) -> FloatArray:
    """Draw the slow unsteadiness that no player can avoid.

    Parameters
    ----------
    n
        Samples of the tone.
    rng
        Its chance.
    rate
        Knots a second; between two of them the curve is straight.

    Returns
    -------
    ndarray
        float64 at the control points, about 0 with a standard deviation of about 0.7.

    """
    t = control_times(n)
    knots = rng.standard_normal(int(t[-1] * rate) + 2)
    drift: FloatArray = np.interp(t * rate, np.arange(len(knots)), knots)
    return drift


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
    """Give the fundamental frequency of a played tone at the control points, Hz.

    Parameters
    ----------
    tone
        The note.
    n
        Samples.
    cents, rate, delay, phase
        Depth (cents) and rate (Hz) of a vibrato that sets in after ``delay`` seconds, and its phase (rad).
    scoop, glide
        How far off the pitch begins (cents), and the time constant with which it arrives, s.
    drift
        Cents of unsteadiness.
    detune
        Cents by which the whole tone is off.

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
    """Rise from 0 to 1 in ``attack`` seconds along a raised cosine, then stay there; float32, shape (n,)."""
    envelope = np.ones(n, np.float32)
    m = min(n, max(2, int(attack * SAMPLE_RATE)))
    envelope[:m] = 0.5 - 0.5 * np.cos(np.pi * np.arange(m) / m)
    return envelope


def rise(sound: Signal, attack: float) -> None:
    """Let ``sound`` (n,) rise along :func:`fade_in`, in place."""
    beginning = sound[: max(2, int(attack * SAMPLE_RATE))]
    beginning *= fade_in(len(beginning), attack)


def raised_cosine(t: FloatArray, attack: float) -> FloatArray:
    """Rise from 0 to 1 along a raised cosine in the first ``attack`` seconds of the times ``t``."""
    rising: FloatArray = 0.5 - 0.5 * np.cos(np.pi * np.clip(t / attack, 0, 1))
    return rising


def declick(sound: Signal, samples: int) -> None:
    """Let the first samples of ``sound`` rise from 0 in place, so that it does not begin with a click."""
    sound[:samples] *= np.linspace(0, 1, samples, dtype=np.float32)


def exp_decay(n: int, decay: float, sustain: float = 0.0) -> Signal:
    """Fall from 1 to ``sustain`` exponentially, with the time constant ``decay`` (s); float32, shape (n,)."""
    blocks = -(-n // _BLOCK)
    step = 1 / (decay * SAMPLE_RATE)
    coarse = ((1 - sustain) * np.exp(-step * _BLOCK * np.arange(blocks))).astype(np.float32)
    fine = np.exp(-step * np.arange(_BLOCK)).astype(np.float32)
    falling: Signal = (coarse[:, None] * fine).reshape(-1)[:n]
    if sustain:
        falling += np.float32(sustain)
    return falling
