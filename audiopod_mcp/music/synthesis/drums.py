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
    # A harder blow stretches the skin further, so it falls from higher up.
    cycles = kit.kick_hz * t + kit.kick_sweep * (0.55 + 0.5 * tone.force) * sweep * (1 - np.exp(-t / sweep))
    y = np.float32(1.2) * np.sin(2 * np.pi * cycles).astype(np.float32) * fade(n, kit.kick_decay)
    if kit.electronic:
        y = np.tanh(np.float32(1.6) * y)
    else:
        for ratio, level, decay in ((1.593, 0.3, 0.05), (2.296, 0.16, 0.03), (3.156, 0.08, 0.02)):
            mode = np.sin(2 * np.pi * ratio * cycles).astype(np.float32)
            y += np.float32(level * (0.4 + 0.8 * tone.force)) * mode * fade(n, decay)
    m = min(n, int(0.05 * SAMPLE_RATE))
    beater = noise(m, tone.rng, 700, 2200 + 5500 * tone.force) * fade(m, 0.0035)
    beater += np.float32(0.5) * noise(m, tone.rng, 250, 900) * fade(m, 0.012)
    y[:m] += np.float32(kit.click * (0.25 + 1.0 * tone.force)) * beater
    return np.asarray(y, np.float32)


def _snare(kit: Kit, tone: Tone) -> Wave:
    """Two heads that share the air between them, and wires that rattle on the lower one a moment later."""
    n = int(kit.snare_decay * 7 * SAMPLE_RATE)
    rng = tone.rng
    # The two heads split the lowest mode in two (Rossing, "Acoustics of snare drums", JASA 1992).
    ratios = np.concatenate(([1.0, 1.79], 1.55 * _MEMBRANE[1:]))
    strengths = np.array([1, 0.7, 0.45, 0.35, 0.3, 0.25, 0.2, 0.16, 0.12])
    strengths = strengths * rng.uniform(0.75, 1.25, 9) * ratios ** (0.8 * (tone.force - 0.6))
    glide = kit.snare_hz * (1 + 0.02 * tone.force)
    skin = ring(glide * ratios, strengths, 0.085 / np.sqrt(ratios), n, rng.uniform(0, 0.6, 9))
    low, high = kit.wires
    decay = kit.snare_decay * (0.55 + 0.6 * tone.force)
    wires: Wave = noise(n, rng, low, min(high, 0.5 * high + 0.6 * high * tone.force)) * fade(n, decay)
    wires += np.float32(0.5) * noise(n, rng, 2.5 * low, 1.4 * high) * fade(n, 0.55 * decay)
    wires *= rise(n, 0.012 if kit.brushes else 0.0025)
    if kit.brushes:
        skin *= np.float32(0.4)
    y = (
        np.float32(0.3 + 0.3 * tone.force) * skin
        + np.float32(0.3 * kit.rattle * (0.55 + 0.5 * tone.force)) * wires
    )
    crack: Wave = np.float32(0.3 * tone.force**1.5) * noise(n, rng, 1800, 9000) * fade(n, 0.003)
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


_OSCILLATORS = (205.3, 304.4, 369.6, 522.7, 540.0, 800.0)
"""Hz of the six square waves that are every cymbal of the TR-808."""


def _cymbal(
    seed: int,
    low: float,
    high: float,
    decay: float,
    *,
    stick: float,
    metal: float = 0.5,
    hiss: float = 0.3,
    bloom: float = 0.0,
) -> Callable[[Kit, Tone], Wave]:
    """A cymbal: its own dense modes between ``low`` and ``high`` Hz, each stroke waking them differently.

    Modes of a plate are equally dense at all frequencies and high ones die sooner; a hard stroke sends more
    of its energy up, some of it a little late (``bloom`` s; Fletcher & Rossing, ch. 20).
    """

    def drum(kit: Kit, tone: Tone) -> Wave:
        a, b = low * kit.hat_band[0] / 6500, min(high * kit.hat_band[1] / 16000, 18000)
        rng, own = tone.rng, np.random.default_rng([808, seed])
        slow = decay * (0.7 + 0.5 * tone.force)
        n = int(min(slow * 6, 3.2) * SAMPLE_RATE)
        if kit.electronic:
            odd = np.arange(1, 90, 2)
            modes = np.multiply.outer(_OSCILLATORS, odd).ravel()
            strengths = np.tile(np.sqrt(1 / odd), len(_OSCILLATORS))
            inside = (modes > 0.8 * a) & (modes < b)
            modes, strengths = modes[inside], strengths[inside]
            decays = np.full(len(modes), slow)
        else:
            count = int(60 + 40 * min(2.0, decay / 0.3))
            modes = np.sort(own.uniform(0.5 * a, 0.85 * b, count))
            strengths = own.uniform(0.3, 1, count) * np.minimum(1, modes / a)
            decays = slow * (modes / 6000) ** -0.5 * own.uniform(0.4, 1.2, count)
        strengths = (
            strengths * rng.uniform(0.5, 1.5, len(modes)) * (modes / 6000) ** (1.2 * (tone.force - 0.6))
        )
        shimmer = ring(modes, strengths, decays, n, rng.uniform(0, 6, len(modes)))
        shimmer *= np.float32(0.3 * metal / np.sqrt(0.5 * np.sum(strengths**2)))
        wash = noise(n, rng, a * (0.7 + 0.5 * tone.force), b) * fade(n, slow * 0.6)
        y = shimmer + np.float32(hiss * (0.7 + 0.5 * tone.force)) * wash
        y *= rise(n, max(bloom, 0.006 if kit.brushes else 0.0008))
        m = min(n, int(0.04 * SAMPLE_RATE))
        y[:m] += np.float32(stick * tone.force) * noise(m, rng, 2500, 10000) * fade(m, 0.003)
        return np.asarray(y, np.float32)

    return drum


def _tom(hertz: float) -> Callable[[Kit, Tone], Wave]:
    def drum(kit: Kit, tone: Tone) -> Wave:
        n = int(0.7 * SAMPLE_RATE)
        t = times(n)
        cycles = hertz * t + (0.15 + 0.3 * tone.force) * hertz * 0.05 * (1 - np.exp(-t / 0.05))
        y = np.sin(2 * np.pi * cycles).astype(np.float32) * fade(n, 0.17)
        if not kit.electronic:
            for ratio, level, decay in ((1.593, 0.4, 0.09), (2.136, 0.25, 0.06), (2.653, 0.15, 0.04)):
                mode = np.sin(2 * np.pi * ratio * cycles + tone.rng.uniform(0, 1)).astype(np.float32)
                y += np.float32(level * (0.4 + 0.8 * tone.force)) * mode * fade(n, decay)
        slap = noise(n, tone.rng, 400, 2000 + 4000 * tone.force) * fade(n, 0.008)
        return y + np.float32(0.06 + 0.16 * tone.force) * slap

    return drum


def _hand(hertz: float, decay: float, slap: float) -> Callable[[Kit, Tone], Wave]:
    """A hand drum: conga, bongo, timbale."""

    def drum(_: Kit, tone: Tone) -> Wave:
        n = int(max(0.12, decay * 6) * SAMPLE_RATE)
        place = tone.rng.uniform(0.7, 1.3, 5) * _MEMBRANE[:5] ** (tone.force - 0.6)
        y = ring(hertz * _MEMBRANE[:5], np.array([1, 0.45, 0.2, 0.15, 0.1]) * place, decay / _MEMBRANE[:5], n)
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
    42: _cymbal(1, 6500, 16000, 0.035, stick=0.18),
    44: _cymbal(1, 6000, 14000, 0.03, stick=0.03, bloom=0.004),
    46: _cymbal(1, 6000, 16000, 0.26, stick=0.15),
    49: _cymbal(2, 2200, 16000, 0.75, stick=0.1, metal=0.8, bloom=0.006),
    57: _cymbal(3, 2600, 16000, 0.65, stick=0.1, metal=0.8, bloom=0.006),
    55: _cymbal(4, 4200, 16000, 0.3, stick=0.1, metal=0.8, bloom=0.003),
    51: _cymbal(5, 3000, 13000, 0.42, stick=0.4, metal=0.7, hiss=0.1),
    59: _cymbal(6, 3000, 13000, 0.42, stick=0.4, metal=0.7, hiss=0.1),
    53: _struck((1, 1.51, 2.28, 3.1, 4.2), 1150, 0.3),
    54: _tambourine,
    56: _struck((1, 1.48, 2.54), 562, 0.06),
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
