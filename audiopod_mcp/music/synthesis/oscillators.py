"""Oscillators: banks of decaying modes, and wavetables read at a moving pitch and brightness."""

from __future__ import annotations

import math
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import scipy.fft as sfft

from audiopod_mcp.music.model import SAMPLE_RATE

from .envelopes import CONTROL_RAMP, CONTROL_STEP
from .tone import FloatArray, Signal

Complex: TypeAlias = npt.NDArray[np.complex128]
TABLE_SIZE = 8192
"""Samples in a wavetable. Read without interpolation, its error stays below -70 dB."""
_STRETCH = 128 * CONTROL_STEP
"""Samples of a wavetable that are read at a time."""
_BLOCK = 256
"""Samples of a mode that one matrix product advances."""
_MAX_PRODUCT = 200_000
"""Multiplications in one matrix product. Below this number BLAS stays on one core: threads that wait for each
other on a busy machine cost more than they give, and the sums do not depend on how many threads there are."""
_SILENT_AFTER = 9.0
"""Time constants after which a mode is silent: -78 dB."""
_MAX_HZ = 0.42 * SAMPLE_RATE
"""No partial is synthesised above this."""


def decaying_modes(
    frequencies: FloatArray,
    amplitudes: FloatArray,
    decays: FloatArray,
    n: int,
    phases: FloatArray | float = 0.0,
) -> Signal:
    """Sum decaying sinusoids, Σ aₖ·exp(-t/τₖ)·sin(2πfₖt + φₖ): modal synthesis of strings, bars and skins.

    A decaying exponential over time ``bB + i`` is one over ``bB`` times one over ``i``, so the whole sum
    is a single matrix product of (blocks × modes) and (modes × samples of a block), which BLAS computes.

    Parameters
    ----------
    frequencies, amplitudes, decays, phases
        Hz, level, time constant (s) and phase (rad) of each mode; shape (modes,).
    n
        Samples.

    Returns
    -------
    ndarray
        float32, shape (n,). Modes above 0.42 of the sample rate are left out.

    """
    phases = np.broadcast_to(phases, frequencies.shape)
    keep = (frequencies < _MAX_HZ) & (np.abs(amplitudes) > 1e-5)
    brief = int(_SILENT_AFTER * SAMPLE_RATE * float(np.median(decays)))
    if len(decays) > 8 and 2 * brief < n:
        # The half of the modes that dies first need not be computed to the end.
        gone = keep & (decays <= np.median(decays))
        keep &= ~gone
        start = decaying_modes(frequencies[gone], amplitudes[gone], decays[gone], brief, phases[gone])
    else:
        start = np.zeros(0, np.float32)
    frequencies, amplitudes, decays, phases = (x[keep] for x in (frequencies, amplitudes, decays, phases))
    rate = np.asarray((2j * np.pi * frequencies - 1 / decays) / SAMPLE_RATE, np.complex128)
    strengths: Complex = amplitudes * np.exp(1j * phases)
    count = max(1, len(rate))
    rows = max(1, _MAX_PRODUCT // (2 * count * _BLOCK))
    groups = max(1, -(-n // (rows * _BLOCK)))
    coarse = _powers(_BLOCK * rate, groups * rows, strengths)
    fine = _powers(rate, _BLOCK, np.ones_like(rate))
    # Im(coarse·fine) = Re·Im + Im·Re: one real product of twice the depth.
    left = np.concatenate((coarse.real, coarse.imag), axis=1).astype(np.float32)
    right = np.concatenate((fine.imag.T, fine.real.T), axis=0).astype(np.float32)
    ringing: Signal = (left.reshape(groups, rows, -1) @ right).reshape(-1)[:n]
    ringing[: len(start)] += start
    return ringing


def _powers(exponents: Complex, count: int, first: Complex) -> Complex:
    """Compute ``first·exp(exponents·n)`` for n = 0 … ``count`` - 1; shape (count, exponents).

    The same law as above, once more: products cost a tenth of exponentials.
    """
    width = math.isqrt(count - 1) + 1
    steps = np.exp(exponents * np.arange(width)[:, None])
    leaps = first * np.exp(exponents * (width * np.arange(-(-count // width)))[:, None])
    powers: Complex = (leaps[:, None] * steps).reshape(len(leaps) * width, len(exponents))
    return powers[:count]


def harmonics(frequency: float, max_harmonics: int = 80) -> FloatArray:
    """Number the harmonics of ``frequency`` (Hz) that lie below 0.42 of the sample rate: 1, 2, 3 …"""
    return np.arange(1, max(1, min(max_harmonics, int(_MAX_HZ / frequency))) + 1, dtype=np.float64)


def wavetable(amplitudes: FloatArray, phases: FloatArray | None = None) -> Signal:
    """Build one period of Σ aₖ·sin(2πkx + φₖ), or of each of several tones.

    Parameters
    ----------
    amplitudes
        Level of each harmonic from the fundamental on; shape (harmonics,), or (tables, harmonics).
    phases
        Phase (rad) of each harmonic; shape (harmonics,).

    Returns
    -------
    ndarray
        float32, shape (TABLE_SIZE,), or (tables, TABLE_SIZE).

    """
    count = min(amplitudes.shape[-1], TABLE_SIZE // 2 - 1)
    spectrum = np.zeros((*amplitudes.shape[:-1], TABLE_SIZE // 2 + 1), np.complex64)
    spectrum[..., 1 : count + 1] = -0.5j * TABLE_SIZE * amplitudes[..., :count]
    if phases is not None:
        spectrum[..., 1 : count + 1] *= np.exp(1j * phases[:count])
    periods: Signal = sfft.irfft(spectrum, axis=-1)
    return periods


def play_wavetable(
    tables: Signal,
    frequency: FloatArray,
    n: int,
    start: FloatArray | float = 0.0,
    position: Signal | None = None,
) -> Signal:
    """Read a wavetable, or a blend of two neighbours in a row of them, at a moving pitch.

    Voice by voice and stretch by stretch, so that all that is worked on is in the cache.

    Parameters
    ----------
    tables
        Shape (TABLE_SIZE,), or (tables, TABLE_SIZE) for a row of them.
    frequency
        Hz at the control points; shape (control points,) or (voices, control points).
    n
        Samples.
    start
        Periods from which each voice begins.
    position
        Which of the row is heard, 0 … tables - 1; between two whole numbers both are. Shape (n,).

    Returns
    -------
    ndarray
        float32, shape (n,) or (voices, n).

    """
    advance = 0.5 * (frequency[..., :-1] + frequency[..., 1:]) * (CONTROL_STEP / SAMPLE_RATE)
    cycles = np.cumsum(advance, axis=-1) - advance + np.asarray(start)[..., None]
    firsts = np.atleast_2d((TABLE_SIZE * (cycles % 1.0)).astype(np.float32))
    steps = np.atleast_2d((advance * TABLE_SIZE).astype(np.float32))
    flat = tables.reshape(-1)
    change = flat[TABLE_SIZE:] - flat[:-TABLE_SIZE]
    voices = np.empty((len(firsts), n), np.float32)
    for at in range(0, n, _STRETCH):
        stretch = slice(at, min(n, at + _STRETCH))
        points = slice(at // CONTROL_STEP, (at + _STRETCH) // CONTROL_STEP)
        if position is not None:
            row = np.minimum(position[stretch].astype(np.int64), len(tables) - 2)
            share = position[stretch] - row.astype(np.float32)
            row *= TABLE_SIZE
        for voice, first, step in zip(voices, firsts, steps, strict=True):
            places = step[points, None] * CONTROL_RAMP
            places += first[points, None]
            index = places.astype(np.int64).reshape(-1)[: stretch.stop - at]
            index &= TABLE_SIZE - 1
            if position is None:
                voice[stretch] = flat.take(index)
            else:
                index += row
                heard = change.take(index)
                heard *= share
                heard += flat.take(index)
                voice[stretch] = heard
    return voices if frequency.ndim == 2 else voices[0]


def pan_across(voices: Signal, low: float = 0.1, high: float = 0.9) -> Signal:
    """Place voices side by side from left to right, at equal power.

    Parameters
    ----------
    voices
        Shape (voices, n).
    low, high
        Places of the first and the last voice, 0 (left) to 1 (right).

    Returns
    -------
    ndarray
        float32, shape (n, 2); each side lies in one piece.

    """
    place = np.linspace(low, high, len(voices)) * np.pi / 2
    gains = np.stack((np.cos(place), np.sin(place))).astype(np.float32)
    y = np.empty((2, voices.shape[1]), np.float32)
    for at in range(0, y.shape[1], _STRETCH):
        y[:, at : at + _STRETCH] = gains @ voices[:, at : at + _STRETCH]
    return y.T
