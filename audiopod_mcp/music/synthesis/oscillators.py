"""Oscillators: banks of decaying modes, and wavetables read at a moving pitch and brightness."""

from __future__ import annotations

import numpy as np

from audiopod_mcp.music.model import SAMPLE_RATE

from .envelopes import CONTROL_RAMP, CONTROL_STEP
from .tone import FloatArray, IndexArray, Signal

TABLE_SIZE = 8192
"""Samples in a wavetable: read without interpolation, its error stays below -70 dB."""
_BLOCK = 256
"""Samples of a mode that one matrix product advances."""
_MAX_PRODUCT = 200_000
"""Multiplications in one matrix product. Below this BLAS stays on one core: threads that wait for each other
on a busy machine cost more than they give, and the sums don't depend on how many there are."""
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
    """Σ aₖ·exp(-t/τₖ)·sin(2πfₖt + φₖ): modal synthesis of strings, bars, bells and skins.

    A decaying exponential over time ``bB + i`` is one over ``bB`` times one over ``i``, so the whole sum
    is a single matrix product of (blocks × modes) and (modes × samples of a block): BLAS does the work.
    """
    phases = np.broadcast_to(phases, frequencies.shape)
    keep = (frequencies < _MAX_HZ) & (np.abs(amplitudes) > 1e-5)
    brief = int(_SILENT_AFTER * SAMPLE_RATE * float(np.median(decays)))
    if len(decays) > 8 and 2 * brief < n:
        # The half that's gone first needn't be followed to the end.
        gone = keep & (decays <= np.median(decays))
        keep &= ~gone
        start = decaying_modes(frequencies[gone], amplitudes[gone], decays[gone], brief, phases[gone])
    else:
        start = np.zeros(0, np.float32)
    frequencies, amplitudes, decays, phases = (x[keep] for x in (frequencies, amplitudes, decays, phases))
    rate = (2j * np.pi * frequencies - 1 / decays) / SAMPLE_RATE
    count = max(1, len(rate))
    rows = max(1, _MAX_PRODUCT // (2 * count * _BLOCK))
    groups = max(1, -(-n // (rows * _BLOCK)))
    coarse = np.exp(rate * (_BLOCK * np.arange(groups * rows))[:, None])
    coarse *= amplitudes * np.exp(1j * phases)
    fine = np.exp(rate[:, None] * np.arange(_BLOCK))
    # Im(coarse·fine) = Re·Im + Im·Re: one real product of twice the depth.
    left = np.concatenate((coarse.real, coarse.imag), axis=1).astype(np.float32)
    right = np.concatenate((fine.imag, fine.real), axis=0).astype(np.float32)
    wave: Signal = (left.reshape(groups, rows, -1) @ right).reshape(-1)[:n]
    wave[: len(start)] += start
    return wave


def harmonics(frequency: float, max_harmonics: int = 80) -> FloatArray:
    """Harmonic numbers 1 … that fit below the ceiling, at least one."""
    return np.arange(1, max(1, min(max_harmonics, int(_MAX_HZ / frequency))) + 1, dtype=np.float64)


def wavetable(amplitudes: FloatArray, phases: FloatArray | None = None) -> Signal:
    """One period of Σ aₖ·sin(2πkx + φₖ), ``amplitudes[0]`` being the fundamental's; shape ``(TABLE,)``."""
    count = min(len(amplitudes), TABLE_SIZE // 2 - 1)
    spectrum = np.zeros(TABLE_SIZE // 2 + 1, np.complex128)
    spectrum[1 : count + 1] = -0.5j * TABLE_SIZE * amplitudes[:count]
    if phases is not None:
        spectrum[1 : count + 1] *= np.exp(1j * phases[:count])
    return np.fft.irfft(spectrum).astype(np.float32)


def phase_index(frequency: FloatArray, n: int, start: FloatArray | float = 0.0) -> IndexArray:
    """Positions (…, n) in a wavetable of a tone of ``frequency`` (…, control points), from ``start`` on."""
    advance = 0.5 * (frequency[..., :-1] + frequency[..., 1:]) * (CONTROL_STEP / SAMPLE_RATE)
    cycles = np.cumsum(advance, axis=-1) - advance + np.asarray(start)[..., None]
    first = (TABLE_SIZE * (cycles % 1.0)).astype(np.float32)
    places = (advance * TABLE_SIZE).astype(np.float32)[..., None] * CONTROL_RAMP
    places += first[..., None]
    index = places.astype(np.int64)
    index &= TABLE_SIZE - 1
    traced: IndexArray = index.reshape(*frequency.shape[:-1], -1)[..., :n]
    return traced


def read_wavetable(tables: Signal, index: IndexArray, position: Signal | None = None) -> Signal:
    """A wavetable (TABLE,) at ``index``; or of several (count, TABLE) the one at ``position`` (n,),
    0 … count - 1, blended with the next.
    """
    if position is None:
        return tables.take(index)
    lower = np.minimum(position.astype(np.int64), len(tables) - 2)
    places = index + TABLE_SIZE * lower
    flat = tables.reshape(-1)
    taken: Signal = flat.take(places)
    places += TABLE_SIZE
    step = flat.take(places)
    step -= taken
    step *= position - lower.astype(np.float32)
    taken += step
    return taken


def pan_across(voices: Signal, low: float = 0.1, high: float = 0.9) -> Signal:
    """``voices`` (count, n) side by side from left to right, shape (n, 2), at equal power."""
    place = np.linspace(low, high, len(voices)) * np.pi / 2
    sides = np.stack((np.cos(place), np.sin(place))).astype(np.float32)
    y = np.zeros((voices.shape[1], 2), np.float32)
    for voice, (left, right) in zip(voices, sides.T, strict=True):
        y[:, 0] += left * voice
        y[:, 1] += right * voice
    return y
