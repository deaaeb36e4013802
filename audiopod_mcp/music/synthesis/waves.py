"""The raw material of every instrument: decaying modes, wavetables, noise and envelopes.

All arrays are mono ``float32`` of shape ``(n,)`` at :data:`SAMPLE_RATE`; times are seconds,
frequencies Hz.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import scipy.fft as sfft

from audiopod_mcp.music.model import SAMPLE_RATE

Wave = npt.NDArray[np.float32]
Values = npt.NDArray[np.float64]
Index = npt.NDArray[np.int64]

TABLE = 8192
"""Samples in a wavetable: read without interpolation, its error stays below -70 dB."""
CONTROL = 64
"""Samples between the points at which pitch, loudness and colour of a tone are decided."""
_RAMP = (np.arange(CONTROL) / CONTROL).astype(np.float32)
_BLOCK = 256
_LOOP = 1 << 17
"""Samples of a loop of noise."""
_SMALL = 200_000
"""Multiplications in one matrix product. Below this BLAS stays on one core: threads that wait for each other
on a busy machine cost more than they give, and the sums don't depend on how many there are."""
_DEAD = 9.0
"""Time constants after which a mode is silent: -78 dB."""
_ABOVE_20_HZ = (np.array([0.9986, -0.9986]), np.array([1.0, -0.9972]))
_CEILING = 0.42 * SAMPLE_RATE
"""No partial is synthesised above this."""


@dataclass(frozen=True, slots=True)
class Tone:
    """One note to synthesise: ``force`` is 0 (softest) to 1, ``seconds`` how long the key is down at most."""

    pitch: float
    seconds: float
    force: float
    rng: np.random.Generator
    syllable: str | None = None
    above: bool = False
    """Slurred from a higher note."""
    slurred: bool = False
    """Goes on from the note before in one breath or bow."""

    @property
    def frequency(self) -> float:
        return float(440 * 2 ** ((self.pitch - 69) / 12))

    def samples(self, tail: float = 0.0) -> int:
        return int((self.seconds + tail) * SAMPLE_RATE) + 1


def times(n: int) -> Values:
    return np.arange(n) / SAMPLE_RATE


def ring(
    frequencies: Values, amplitudes: Values, decays: Values, n: int, phases: Values | float = 0.0
) -> Wave:
    """Σ aₖ·exp(-t/τₖ)·sin(2πfₖt + φₖ): modal synthesis of strings, bars, bells and skins.

    A decaying exponential over time ``bB + i`` is one over ``bB`` times one over ``i``, so the whole sum
    is a single matrix product of (blocks × modes) and (modes × samples of a block): BLAS does the work.
    """
    phases = np.broadcast_to(phases, frequencies.shape)
    keep = (frequencies < _CEILING) & (np.abs(amplitudes) > 1e-5)
    brief = int(_DEAD * SAMPLE_RATE * float(np.median(decays)))
    if len(decays) > 8 and 2 * brief < n:
        # The half that's gone first needn't be followed to the end.
        gone = keep & (decays <= np.median(decays))
        keep &= ~gone
        start = ring(frequencies[gone], amplitudes[gone], decays[gone], brief, phases[gone])
    else:
        start = np.zeros(0, np.float32)
    frequencies, amplitudes, decays, phases = (x[keep] for x in (frequencies, amplitudes, decays, phases))
    rate = (2j * np.pi * frequencies - 1 / decays) / SAMPLE_RATE
    count = max(1, len(rate))
    rows = max(1, _SMALL // (2 * count * _BLOCK))
    groups = max(1, -(-n // (rows * _BLOCK)))
    coarse = np.exp(rate * (_BLOCK * np.arange(groups * rows))[:, None])
    coarse *= amplitudes * np.exp(1j * phases)
    fine = np.exp(rate[:, None] * np.arange(_BLOCK))
    # Im(coarse·fine) = Re·Im + Im·Re: one real product of twice the depth.
    left = np.concatenate((coarse.real, coarse.imag), axis=1).astype(np.float32)
    right = np.concatenate((fine.imag, fine.real), axis=0).astype(np.float32)
    wave: Wave = (left.reshape(groups, rows, -1) @ right).reshape(-1)[:n]
    wave[: len(start)] += start
    return wave


def wavetable(amplitudes: Values, phases: Values | None = None) -> Wave:
    """One period of Σ aₖ·sin(2πkx + φₖ), ``amplitudes[0]`` being the fundamental's; shape ``(TABLE,)``."""
    count = min(len(amplitudes), TABLE // 2 - 1)
    spectrum = np.zeros(TABLE // 2 + 1, np.complex128)
    spectrum[1 : count + 1] = -0.5j * TABLE * amplitudes[:count]
    if phases is not None:
        spectrum[1 : count + 1] *= np.exp(1j * phases[:count])
    return np.fft.irfft(spectrum).astype(np.float32)


def harmonics(frequency: float, most: int = 80) -> Values:
    """Harmonic numbers 1 … that fit below the ceiling, at least one."""
    return np.arange(1, max(1, min(most, int(_CEILING / frequency))) + 1, dtype=np.float64)


def intonation(
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
) -> Values:
    """Frequency (Hz) every :data:`CONTROL` samples of a played tone: begun ``scoop`` cents off, then held,
    unsteadily by ``drift`` cents, with a vibrato of ``cents`` that sets in after ``delay`` seconds.
    """
    t = moments(n)
    off = np.full(len(t), detune, np.float64)
    if scoop:
        off += scoop * np.exp(-t / glide)
    if cents:
        off += cents * np.clip((t - delay) / 0.4, 0, 1) * np.sin(2 * np.pi * rate * t + phase)
    if drift:
        off += drift * wander(n, tone.rng)
    return np.asarray(tone.frequency * 2 ** (off / 1200))


def moments(n: int) -> Values:
    """Seconds of the control points of ``n`` samples: every :data:`CONTROL`, the last at or after the end."""
    points: Values = np.arange(-(-n // CONTROL) + 1) / (SAMPLE_RATE / CONTROL)
    return points


def wander(n: int, rng: np.random.Generator, rate: float = 5.0) -> Values:
    """A curve about 0 (deviation about 0.7) at the control points: what no player can keep from doing."""
    t = moments(n)
    knots = rng.standard_normal(int(t[-1] * rate) + 2)
    wandering: Values = np.interp(t * rate, np.arange(len(knots)), knots)
    return wandering


def curve(values: Values, n: int) -> Wave:
    """``values`` (…, control points) joined by straight lines; shape (…, n)."""
    points = values.astype(np.float32)
    lines = np.diff(points)[..., None] * _RAMP
    lines += points[..., :-1, None]
    drawn: Wave = lines.reshape(*points.shape[:-1], -1)[..., :n]
    return drawn


def trace(frequency: Values, n: int, start: Values | float = 0.0) -> Index:
    """Positions (…, n) in a wavetable of a tone of ``frequency`` (…, control points), from ``start`` on."""
    advance = 0.5 * (frequency[..., :-1] + frequency[..., 1:]) * (CONTROL / SAMPLE_RATE)
    cycles = np.cumsum(advance, axis=-1) - advance + np.asarray(start)[..., None]
    first = (TABLE * (cycles % 1.0)).astype(np.float32)
    places = (advance * TABLE).astype(np.float32)[..., None] * _RAMP
    places += first[..., None]
    index = places.astype(np.int64)
    index &= TABLE - 1
    traced: Index = index.reshape(*frequency.shape[:-1], -1)[..., :n]
    return traced


def read(tables: Wave, index: Index, position: Wave | None = None) -> Wave:
    """A wavetable (TABLE,) at ``index``; or of several (count, TABLE) the one at ``position`` (n,),
    0 … count - 1, blended with the next.
    """
    if position is None:
        return tables.take(index)
    lower = np.minimum(position.astype(np.int64), len(tables) - 2)
    places = index + TABLE * lower
    flat = tables.reshape(-1)
    taken: Wave = flat.take(places)
    places += TABLE
    step = flat.take(places)
    step -= taken
    step *= position - lower.astype(np.float32)
    taken += step
    return taken


def across(voices: Wave, low: float = 0.1, high: float = 0.9) -> Wave:
    """``voices`` (count, n) side by side from left to right, shape (n, 2), at equal power."""
    place = np.linspace(low, high, len(voices)) * np.pi / 2
    sides = np.stack((np.cos(place), np.sin(place))).astype(np.float32)
    y = np.zeros((voices.shape[1], 2), np.float32)
    for voice, (left, right) in zip(voices, sides.T, strict=True):
        y[:, 0] += left * voice
        y[:, 1] += right * voice
    return y


def rise(n: int, attack: float) -> Wave:
    """0 → 1 in ``attack`` seconds along a raised cosine, then 1."""
    envelope = np.ones(n, np.float32)
    m = min(n, max(2, int(attack * SAMPLE_RATE)))
    envelope[:m] = 0.5 - 0.5 * np.cos(np.pi * np.arange(m) / m)
    return envelope


def fade(n: int, decay: float, sustain: float = 0.0) -> Wave:
    """1 → ``sustain``, exponentially with time constant ``decay``."""
    blocks = -(-n // _BLOCK)
    step = 1 / (decay * SAMPLE_RATE)
    curve = np.exp(-step * _BLOCK * np.arange(blocks))[:, None] * np.exp(-step * np.arange(_BLOCK))
    envelope: Wave = (sustain + (1 - sustain) * curve.reshape(-1)[:n]).astype(np.float32)
    return envelope


def noise(n: int, rng: np.random.Generator, low: float = 0.0, high: float = SAMPLE_RATE / 2) -> Wave:
    """White noise between ``low`` and ``high`` Hz (gentle edges), RMS 1, cut out of its spectrum.

    Longer than 0.7 s it's a stretch, from anywhere, of one endless loop of 3 s.
    """
    if n > _LOOP // 4:
        loop, at = _endless(low, high), int(rng.integers(_LOOP))
        return np.resize(np.roll(loop, -at), n)
    return _band_noise(1 << max(6, (n - 1).bit_length()), n, rng, low, high)


def _band_noise(size: int, n: int, rng: np.random.Generator, low: float, high: float) -> Wave:
    half = size // 2 + 1
    spectrum = rng.standard_normal(2 * half, dtype=np.float32).view(np.complex64)
    spectrum *= _band(size, low, high)
    wave: Wave = sfft.irfft(spectrum, size)[:n]
    wave *= np.float32(1 / np.sqrt(np.mean(wave**2) + 1e-18))
    return wave


@lru_cache(maxsize=32)
def _endless(low: float, high: float) -> Wave:
    loop = _band_noise(_LOOP, _LOOP, np.random.default_rng([int(low), int(high)]), low, high)
    loop.flags.writeable = False
    return loop


@lru_cache(maxsize=256)
def _band(size: int, low: float, high: float) -> Wave:
    frequencies = np.fft.rfftfreq(size, 1 / SAMPLE_RATE)
    gain = 1 / np.sqrt(1 + (frequencies / high) ** 8)
    if low > 0:
        gain *= (frequencies / low) ** 2 / np.sqrt(1 + (frequencies / low) ** 4)
    gain[0] = 0
    band: Wave = gain.astype(np.float32)
    return band


def without_dc(wave: Wave) -> Wave:
    """``wave`` above 20 Hz: what can't be heard would only use up headroom."""
    from scipy.signal import lfilter

    above: Wave = lfilter(*_ABOVE_20_HZ, wave).astype(np.float32)
    return above
