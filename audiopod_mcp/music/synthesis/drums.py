"""Drum kits, percussion and effects. A drum's ``pitch`` is its General MIDI key.

Skins are modes of a circular membrane (ratios of Bessel zeros) under a falling pitch; cymbals are
dense inharmonic modes with noise; electronic drums are what analogue drum machines did: swept sines,
filtered noise and square-wave clusters.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from audiopod_mcp.music.model import SAMPLE_RATE
from audiopod_mcp.music.synthesis.waves import Tone, Wave, fade, noise, ring, rise, times

_MEMBRANE = np.array([1.0, 1.593, 2.136, 2.296, 2.653, 2.918, 3.156, 3.5])


@dataclass(frozen=True, slots=True)
class Kit:
    """A drum kit; every drum is synthesised from these few numbers."""

    kick_hz: float = 52.0
    kick_sweep: float = 90.0
    kick_decay: float = 0.14
    click: float = 0.3
    snare_hz: float = 185.0
    snare_decay: float = 0.11
    wires: tuple[float, float] = (1200.0, 9000.0)
    rattle: float = 1.0
    hat_band: tuple[float, float] = (6500.0, 16000.0)
    electronic: bool = False
    brushes: bool = False
    crush: int = 0
    """Bits to keep and, with them, a lower bandwidth (0: all): old samplers and game consoles."""

    def __call__(self, tone: Tone) -> Wave:
        key = round(tone.pitch)
        y = _DRUMS.get(key, _click)(self, tone)
        y[:16] *= np.linspace(0, 1, 16, dtype=np.float32)
        if self.crush:
            held = np.repeat(y[::3], 3)[: len(y)]
            y = np.round(held * 2**self.crush) / np.float32(2**self.crush)
        return np.asarray(y, np.float32)


ACOUSTIC = Kit()
BRUSHED = Kit(58, 60, 0.12, 0.12, 200, 0.13, (700, 6500), 0.7, (5500, 13000), brushes=True)
ELECTRONIC = Kit(47, 150, 0.2, 0.35, 190, 0.12, (1500, 10000), 0.9, (7500, 17000), electronic=True)
DUSTY = Kit(54, 70, 0.13, 0.15, 175, 0.1, (900, 5500), 0.9, (4500, 9000), electronic=False, crush=9)
CHIP = Kit(60, 200, 0.07, 0.0, 260, 0.07, (2000, 14000), 1.2, (7000, 18000), electronic=True, crush=4)


def _kick(kit: Kit, tone: Tone) -> Wave:
    n = int(kit.kick_decay * 6 * SAMPLE_RATE)
    t = times(n)
    sweep = 0.03 if kit.electronic else 0.018
    cycles = kit.kick_hz * t + kit.kick_sweep * sweep * (1 - np.exp(-t / sweep))
    y = np.sin(2 * np.pi * cycles).astype(np.float32) * fade(n, kit.kick_decay)
    if kit.electronic:
        y = np.tanh(np.float32(1.6) * y)
    else:
        y += np.float32(0.25) * np.sin(2 * np.pi * 1.593 * cycles).astype(np.float32) * fade(n, 0.04)
    click = np.float32(kit.click * (0.4 + 0.8 * tone.force))
    return np.asarray(y + click * noise(n, tone.rng, 900, 5500) * fade(n, 0.004), np.float32)


def _snare(kit: Kit, tone: Tone) -> Wave:
    n = int(kit.snare_decay * 6 * SAMPLE_RATE)
    skin = ring(
        kit.snare_hz * _MEMBRANE,
        np.array([1, 0.7, 0.4, 0.3, 0.25, 0.2, 0.15, 0.1]),
        0.075 / np.sqrt(_MEMBRANE),
        n,
        tone.rng.uniform(0, 3, 8),
    )
    decay = kit.snare_decay * (0.6 + 0.5 * tone.force)
    wires: Wave = noise(n, tone.rng, *kit.wires) * fade(n, decay)
    if kit.brushes:
        wires *= rise(n, 0.012)
        skin *= np.float32(0.4)
    y = np.float32(0.55) * skin + np.float32(0.32 * kit.rattle * (0.5 + 0.6 * tone.force)) * wires
    crack: Wave = np.float32(0.2 * tone.force) * noise(n, tone.rng, 2000, 8000) * fade(n, 0.003)
    return y + crack


def _stick(_: Kit, tone: Tone) -> Wave:
    n = int(0.12 * SAMPLE_RATE)
    y = ring(np.array([480.0, 1720.0, 2460.0]), np.array([0.5, 1.0, 0.5]), np.array([0.02, 0.016, 0.012]), n)
    return y + np.float32(0.3) * noise(n, tone.rng, 1500, 6000) * fade(n, 0.004)


def _clap(_: Kit, tone: Tone) -> Wave:
    n = int(0.5 * SAMPLE_RATE)
    envelope = np.zeros(n, np.float32)
    for at, decay in ((0.0, 0.004), (0.011, 0.004), (0.022, 0.004), (0.032, 0.075)):
        start = int((at + 0.001 * tone.rng.random()) * SAMPLE_RATE)
        envelope[start:] += fade(n - start, decay)
    clap: Wave = noise(n, tone.rng, 900, 3800) * envelope * np.float32(0.5)
    return clap


def _cymbal(
    low: float, high: float, decay: float, ping: float, metal: float = 0.5, hiss: float = 0.3
) -> Callable[[Kit, Tone], Wave]:
    """A cymbal of noise (``low … high`` Hz), dense modes and the ``ping`` of the stick."""

    def drum(kit: Kit, tone: Tone) -> Wave:
        a, b = (low * kit.hat_band[0] / 6500, min(high * kit.hat_band[1] / 16000, 18000))
        slow = decay * (0.75 + 0.4 * tone.force)
        n = int(min(slow * 6, 3.2) * SAMPLE_RATE)
        modes = np.sort(np.exp(tone.rng.uniform(np.log(a * 0.55), np.log(b * 0.8), 36)))
        shimmer = ring(
            modes,
            tone.rng.uniform(0.3, 1, 36),
            slow * tone.rng.uniform(0.4, 1.2, 36),
            n,
            tone.rng.uniform(0, 6, 36),
        )
        wash = noise(n, tone.rng, a, b) * fade(n, slow * 0.7)
        y = np.float32(metal * 0.11) * shimmer + np.float32(hiss) * wash
        if kit.brushes:
            y *= rise(n, 0.006)
        sound: Wave = y + np.float32(ping * tone.force) * noise(n, tone.rng, 2500, 9000) * fade(n, 0.004)
        return sound

    return drum


def _tom(hertz: float) -> Callable[[Kit, Tone], Wave]:
    def drum(kit: Kit, tone: Tone) -> Wave:
        n = int(0.7 * SAMPLE_RATE)
        t = times(n)
        cycles = hertz * t + 0.35 * hertz * 0.05 * (1 - np.exp(-t / 0.05))
        y = np.sin(2 * np.pi * cycles).astype(np.float32) * fade(n, 0.17)
        if not kit.electronic:
            y += np.float32(0.35) * np.sin(2 * np.pi * 1.593 * cycles).astype(np.float32) * fade(n, 0.08)
        return y + np.float32(0.12) * noise(n, tone.rng, 400, 4000) * fade(n, 0.01)

    return drum


def _hand(hertz: float, decay: float, slap: float) -> Callable[[Kit, Tone], Wave]:
    """A hand drum: conga, bongo, timbale."""

    def drum(_: Kit, tone: Tone) -> Wave:
        n = int(max(0.12, decay * 6) * SAMPLE_RATE)
        y = ring(hertz * _MEMBRANE[:5], np.array([1, 0.45, 0.2, 0.15, 0.1]), decay / _MEMBRANE[:5], n)
        return y + np.float32(slap * (0.4 + tone.force)) * noise(n, tone.rng, 1200, 6000) * fade(n, 0.006)

    return drum


def _shaken(low: float, high: float, attack: float, decay: float) -> Callable[[Kit, Tone], Wave]:
    def drum(_: Kit, tone: Tone) -> Wave:
        n = int((attack + 6 * decay) * SAMPLE_RATE)
        return noise(n, tone.rng, low, high) * rise(n, attack) * fade(n, decay) * np.float32(1.6)

    return drum


def _struck(ratios: tuple[float, ...], hertz: float, decay: float) -> Callable[[Kit, Tone], Wave]:
    """A block, bell or triangle."""

    def drum(_: Kit, tone: Tone) -> Wave:
        n = int(decay * 6 * SAMPLE_RATE)
        f = hertz * np.array(ratios)
        y = ring(f, 1 / np.arange(1, len(f) + 1), decay / np.sqrt(np.array(ratios)), n)
        return y + np.float32(0.1) * noise(n, tone.rng, 2000, 9000) * fade(n, 0.003)

    return drum


def _tambourine(_: Kit, tone: Tone) -> Wave:
    n = int(0.35 * SAMPLE_RATE)
    jingles = ring(
        tone.rng.uniform(5000, 13500, 24),
        tone.rng.uniform(0.3, 1, 24),
        tone.rng.uniform(0.03, 0.09, 24),
        n,
        tone.rng.uniform(0, 6, 24),
    )
    return np.float32(0.22) * jingles + np.float32(0.4) * noise(n, tone.rng, 5500, 14000) * fade(n, 0.045)


def _guiro(_: Kit, tone: Tone) -> Wave:
    n = int(0.22 * SAMPLE_RATE)
    t = times(n)
    teeth = np.maximum(0, np.sin(2 * np.pi * (55 * t + 120 * t**2))) ** 6
    return noise(n, tone.rng, 2200, 6500) * teeth.astype(np.float32) * fade(n, 0.09) * rise(n, 0.01)


def _click(_: Kit, tone: Tone) -> Wave:
    n = int(0.05 * SAMPLE_RATE)
    return noise(n, tone.rng, 1500, 7000) * fade(n, 0.008)


_DRUMS: dict[int, Callable[[Kit, Tone], Wave]] = {
    27: lambda _, tone: (
        _clap(_, tone)[: int(0.12 * SAMPLE_RATE)] * fade(int(0.12 * SAMPLE_RATE), 0.02) * np.float32(2.5)
    ),
    35: _kick,
    36: _kick,
    37: _stick,
    38: _snare,
    39: _clap,
    40: _snare,
    41: _tom(82),
    43: _tom(95),
    45: _tom(110),
    47: _tom(140),
    48: _tom(160),
    50: _tom(185),
    42: _cymbal(6500, 16000, 0.035, 0.18),
    44: _cymbal(6000, 14000, 0.03, 0.05),
    46: _cymbal(6000, 16000, 0.26, 0.15),
    49: _cymbal(3200, 15000, 0.75, 0.1, 0.8),
    57: _cymbal(3600, 15000, 0.65, 0.1, 0.8),
    55: _cymbal(5000, 15000, 0.35, 0.1, 0.8),
    51: _cymbal(3800, 12000, 0.4, 0.35, 0.6, 0.13),
    59: _cymbal(3800, 12000, 0.4, 0.35, 0.6, 0.13),
    53: _struck((1, 1.51, 2.28, 3.1, 4.2), 1150, 0.3),
    54: _tambourine,
    56: _struck((1, 1.48, 2.54), 562, 0.09),
    60: _hand(400, 0.09, 0.25),
    61: _hand(295, 0.11, 0.2),
    62: _hand(330, 0.035, 0.5),
    63: _hand(300, 0.15, 0.2),
    64: _hand(205, 0.2, 0.15),
    65: _hand(420, 0.16, 0.3),
    66: _hand(310, 0.18, 0.3),
    69: _shaken(5000, 12000, 0.02, 0.03),
    70: _shaken(4500, 12000, 0.03, 0.022),
    82: _shaken(4500, 12000, 0.03, 0.03),
    73: _guiro,
    75: _struck((1, 2.7), 2500, 0.035),
    76: _struck((1, 2.6), 1100, 0.04),
    77: _struck((1, 2.6), 820, 0.045),
    81: _struck((1, 1.53, 2.21, 2.9, 3.8), 3900, 0.55),
    80: _struck((1, 1.53, 2.21), 3900, 0.06),
}


def riser(tone: Tone) -> Wave:
    """Noise that grows and climbs for the whole note, then stops: what comes before a drop."""
    n = tone.samples()
    x = np.linspace(0, 1, n, dtype=np.float32)
    bands = [noise(n, tone.rng, low, high) for low, high in ((300, 1500), (1200, 5000), (4000, 13000))]
    weights = (np.clip(1 - 1.5 * x, 0, 1), np.clip(1 - 2 * np.abs(x - 0.55), 0, 1), np.clip(2 * x - 1, 0, 1))
    return (
        sum((band * weight for band, weight in zip(bands, weights, strict=True)), np.zeros(n, np.float32))
        * x**2
    )


def impact(tone: Tone) -> Wave:
    """A low boom under a long splash."""
    n = int(2.8 * SAMPLE_RATE)
    t = times(n)
    boom = np.sin(2 * np.pi * (36 * t + 3 * (1 - np.exp(-t / 0.06)))).astype(np.float32) * fade(n, 0.6)
    splash: Wave = np.float32(0.25) * noise(n, tone.rng, 500, 9000) * fade(n, 0.7) * rise(n, 0.003)
    sound: Wave = boom + splash
    return sound


def vinyl(tone: Tone) -> Wave:
    """The surface of an old record: quiet hiss and the odd crackle."""
    n = tone.samples(0.1)
    hiss = np.float32(0.15) * noise(n, tone.rng, 900, 7000)
    clicks = np.zeros(n, np.float32)
    count = max(1, int(n / SAMPLE_RATE * 9))
    clicks[tone.rng.integers(0, n, count)] = (
        tone.rng.choice((-1.0, 1.0), count) * tone.rng.uniform(0.5, 4, count) ** 1.3
    )
    kernel = np.exp(-np.arange(40) / 7).astype(np.float32) * np.cos(np.arange(40) * 0.9).astype(np.float32)
    return hiss + np.convolve(clicks, kernel)[:n].astype(np.float32)
