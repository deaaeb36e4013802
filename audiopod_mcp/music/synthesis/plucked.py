"""Strings that are plucked or struck, and bars and bells: sounds that are born loud and die away.

Each is a sum of decaying modes (:func:`ring`): an ideal string excited at a point has partials
``sin(πkp)/k``; stiffness stretches them, ``f·k·√(1+Bk²)``; losses grow with frequency (Fletcher &
Rossing, *The Physics of Musical Instruments*). Two slightly detuned copies of each partial stand for
the string's two polarisations (or a piano's several strings): a bright start, then a long, slow end.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from audiopod_mcp.music.model import SAMPLE_RATE
from audiopod_mcp.music.synthesis.waves import Tone, Wave, fade, harmonics, noise, peaks, ring, times


@dataclass(frozen=True, slots=True)
class Plucked:
    """A string: where it's plucked (share of its length), how it's damped, the body it's on."""

    position: float = 0.2
    slope: float = 1.0
    """Steepness of the spectrum: partial k is weakened by ``k**-slope`` when played at medium force."""
    decay: float = 2.5
    """Time constant of the fundamental at A3, s; higher notes die sooner."""
    loss: float = 1.5e-7
    """Extra damping with the square of frequency, s."""
    stiffness: float = 4e-5
    body: tuple[tuple[float, float, float], ...] = ()
    pick: float = 0.1
    """Noise of the finger, pick or hammer."""
    pick_band: tuple[float, float] = (800.0, 5000.0)
    detune: float = 0.4
    """Cents between the two polarisations."""
    most: int = 50

    def __call__(self, tone: Tone) -> Wave:
        f, n = tone.frequency, tone.samples(0.1)
        k = harmonics(f, self.most)
        frequencies = f * k * np.sqrt(1 + self.stiffness * k**2) / np.sqrt(1 + self.stiffness)
        slope = self.slope + 0.7 * (0.6 - tone.force)
        amplitudes = np.abs(np.sin(np.pi * k * self.position)) * k**-slope * peaks(frequencies, *self.body)
        decay = self.decay * (220 / f) ** 0.5
        decays = 1 / (1 / decay + self.loss * frequencies**2 + 0.12 * (k - 1) / decay)
        cents = self.detune * (0.5 + tone.rng.random(len(k)))
        y = ring(
            np.concatenate((frequencies, frequencies * 2 ** (cents / 1200))),
            np.concatenate((0.65 * amplitudes, 0.35 * amplitudes)),
            np.concatenate((0.6 * decays, 1.5 * decays)),
            n,
            np.tile(tone.rng.uniform(-0.5, 0.5, len(k)), 2),
        )
        m = min(n, int(0.06 * SAMPLE_RATE))
        burst = noise(m, tone.rng, *self.pick_band) * fade(m, 0.006)
        y[:m] += np.float32(self.pick * (0.4 + tone.force) * np.abs(y[: 4 * m]).max()) * burst
        y[:44] *= np.linspace(0, 1, 44, dtype=np.float32)
        return y


STEEL = Plucked(
    0.18, 1.0, 2.2, body=((105, 25, 1.5), (210, 40, 1.2), (430, 90, 0.5), (2800, 1500, 0.8)), pick=0.12
)
NYLON = Plucked(
    0.28,
    1.5,
    1.5,
    3e-7,
    1e-5,
    body=((100, 25, 1.8), (200, 45, 1.3), (400, 100, 0.4)),
    pick=0.07,
    pick_band=(300, 2500),
)
CLEAN = Plucked(0.12, 1.05, 2.4, 2e-7, 3e-5, body=((1200, 900, 0.6), (2600, 1200, 0.5)), pick=0.05)
PICKED = Plucked(0.09, 0.9, 2.6, 1e-7, 3e-5, pick=0.03)  # what a fuzz box is fed with
BANJO = Plucked(
    0.1, 0.75, 0.5, 1e-7, 3e-5, body=((500, 200, 1.0), (900, 300, 1.0), (3000, 1500, 0.8)), pick=0.15
)
HARP = Plucked(0.35, 1.6, 1.9, 2.5e-7, 1e-5, body=((180, 80, 0.7),), pick=0.04, pick_band=(300, 3000))
PIZZICATO = Plucked(
    0.22,
    1.35,
    0.33,
    6e-7,
    1e-5,
    body=((280, 60, 1.2), (480, 80, 1.0), (1200, 500, 0.5)),
    pick=0.08,
    pick_band=(300, 3000),
)
HARPSICHORD = Plucked(0.13, 0.55, 1.5, 6e-8, 2e-5, body=((250, 100, 0.6),), pick=0.16, pick_band=(2000, 9000))
CLAVINET = Plucked(0.08, 0.6, 0.9, 1.2e-7, 6e-5, body=((1800, 900, 0.8),), pick=0.1, pick_band=(1500, 6000))
UPRIGHT = Plucked(
    0.3,
    1.35,
    0.75,
    8e-7,
    4e-5,
    body=((70, 25, 0.8), (110, 40, 0.8), (230, 80, 0.8), (700, 300, 0.5)),
    pick=0.1,
    pick_band=(150, 1800),
    most=30,
)
ELECTRIC_BASS = Plucked(
    0.2, 1.15, 1.25, 5e-7, 5e-5, body=((700, 400, 0.5),), pick=0.05, pick_band=(400, 3000), most=30
)


def piano(tone: Tone) -> Wave:
    """A grand piano: stiff strings in threes, felt that hardens with force, the knock of the action."""
    f, n = tone.frequency, tone.samples(0.1)
    k = harmonics(f, 40)
    stiffness = 3e-4 * (f / 262) ** 1.1
    frequencies = f * k * np.sqrt(1 + stiffness * k**2) / np.sqrt(1 + stiffness)
    felt = 1800 + 4600 * tone.force**1.3 + 0.8 * f
    amplitudes = (
        np.abs(np.sin(np.pi * k / 8.2)) * k ** -(1.1 - 0.5 * tone.force) * np.exp(-frequencies / felt)
    )
    amplitudes *= peaks(frequencies, (110, 60, 0.5), (380, 150, 0.3)) * (
        1 + 0.15 * tone.rng.standard_normal(len(k))
    )
    decay = 3.2 * (262 / f) ** 0.62
    decays = decay / (1 + 0.22 * (k - 1) ** 0.9 + (frequencies / 3200) ** 2)
    cents = np.array([[-0.5], [0.0], [0.7]]) * (0.6 + 0.6 * tone.rng.random(len(k)))
    y = ring(
        (frequencies * 2 ** (cents / 1200)).ravel(),
        (np.array([[0.5], [0.3], [0.2]]) * amplitudes).ravel(),
        (np.array([[0.35], [0.9], [1.7]]) * decays).ravel(),
        n,
        np.tile(tone.rng.uniform(-0.6, 0.6, len(k)), 3),
    )
    m = min(n, int(0.12 * SAMPLE_RATE))
    knock = noise(m, tone.rng, 60, 900) * fade(m, 0.018)
    y[:m] += np.float32(0.05 * (0.3 + tone.force) * np.abs(y).max()) * knock
    y[:60] *= np.linspace(0, 1, 60, dtype=np.float32)
    return y


def electric_piano(tone: Tone) -> Wave:
    """A tine piano: two-operator FM (Chowning, JAES 1973), the bell of the tine dying first."""
    f, n = tone.frequency, tone.samples(0.1)
    t = (2 * np.pi * times(n)).astype(np.float32)
    bark = np.float32((0.35 + 1.5 * tone.force**1.5) * min(1.0, (330 / f) ** 0.4)) * fade(n, 0.45, 0.25)
    body = np.sin(np.float32(f) * t + bark * np.sin(np.float32(f) * t))
    tine = ring(
        np.array([f * 7.02, f * 14.1]), np.array([0.10, 0.04]) * (0.3 + tone.force), np.array([0.22, 0.08]), n
    )
    y: Wave = (body * fade(n, 1.9 * (262 / f) ** 0.4) + tine).astype(np.float32)
    y[:90] *= np.linspace(0, 1, 90, dtype=np.float32)
    return y


@dataclass(frozen=True, slots=True)
class Bar:
    """Metal or wood in tune: modes as ratios of the fundamental, with their strengths and decays in s."""

    ratios: tuple[float, ...]
    strengths: tuple[float, ...]
    decays: tuple[float, ...]
    tick: float = 0.05
    band: tuple[float, float] = (1500.0, 8000.0)

    def __call__(self, tone: Tone) -> Wave:
        f, n = tone.frequency, tone.samples(0.1)
        hard = np.array([1.0] + [0.45 + 0.9 * tone.force] * (len(self.ratios) - 1))
        y = ring(
            f * np.array(self.ratios),
            np.array(self.strengths) * hard,
            np.array(self.decays) * (523 / f) ** 0.35,
            n,
        )
        m = min(n, int(0.03 * SAMPLE_RATE))
        y[:m] += np.float32(self.tick * (0.3 + tone.force)) * noise(m, tone.rng, *self.band) * fade(m, 0.004)
        y[:30] *= np.linspace(0, 1, 30, dtype=np.float32)
        return y


VIBRAPHONE = Bar((1, 4.0, 10.2), (1, 0.22, 0.06), (1.9, 0.6, 0.15), 0.04)
MARIMBA = Bar((1, 3.98, 10.6), (1, 0.3, 0.08), (0.32, 0.12, 0.04), 0.12, (300, 2500))
GLOCKENSPIEL = Bar((1, 2.76, 5.4, 8.93), (1, 0.35, 0.2, 0.1), (1.3, 0.6, 0.3, 0.15), 0.05, (3000, 12000))
MUSIC_BOX = Bar((1, 2.0, 6.27, 11.8), (1, 0.18, 0.25, 0.08), (1.1, 0.7, 0.25, 0.1), 0.05, (2500, 9000))
BELLS = Bar(
    (0.5, 1.0, 1.002, 1.19, 2.0, 2.52, 4.1),
    (0.12, 1, 0.5, 0.1, 0.4, 0.2, 0.12),
    (2.2, 1.7, 2.1, 1.2, 0.9, 0.7, 0.4),
    0.02,
)
STEEL_DRUM = Bar((1, 2.0, 3.01, 4.2), (1, 0.6, 0.3, 0.1), (0.5, 0.35, 0.2, 0.1), 0.08)
