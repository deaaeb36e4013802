"""Instruments that speak as long as they're blown, bowed, sung or held: wavetables that change in time.

A dark and a bright wavetable at the note's own pitch are crossfaded along the note, which is how a
real tone opens with its loudness (Risset & Mathews 1969, for brass). Formants shape the harmonics.
Ensembles return ``(n, 2)``: each player has a place.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from audiopod_mcp.music.synthesis.waves import (
    Tone,
    Values,
    Wave,
    fade,
    harmonics,
    noise,
    peaks,
    read,
    rise,
    times,
    vibrato,
    wavetable,
)

Resonances = tuple[tuple[float, float, float], ...]


@dataclass(frozen=True, slots=True)
class Blown:
    """A bowed string, a reed, a flute or a horn.

    ``slopes`` are the spectra (``k**-slope``) of the tone's darkest and brightest moment.
    """

    slopes: tuple[float, float] = (2.0, 1.0)
    attack: float = 0.06
    body: Resonances = ()
    even: float = 1.0
    """Strength of the even harmonics: a stopped pipe (clarinet) has next to none."""
    rate: float = 5.3
    cents: float = 14.0
    breath: float = 0.02
    breath_band: tuple[float, float] = (500.0, 6000.0)
    scoop: float = -25.0
    bloom: float = 0.35
    """How much brighter the attack is than what follows."""
    players: int = 1
    spread: float = 7.0
    """Cents by which players of a section differ."""
    most: int = 60

    def __call__(self, tone: Tone) -> Wave:
        f, n = tone.frequency, tone.samples(0.25)
        k = harmonics(f, self.most)
        parity = np.where(k % 2 == 0, self.even, 1.0)
        dark, bright = (parity * k**-slope * peaks(k * f, *self.body) for slope in self.slopes)
        phases = tone.rng.uniform(0, 2 * np.pi, len(k)) if self.players > 1 else None
        tables = [wavetable(a / np.sqrt(np.sum(a**2)), phases) for a in (dark, bright)]
        open_ = np.float32(0.25 + 0.65 * tone.force)
        shape = rise(n, self.attack * (1.3 - 0.6 * tone.force))
        mix = np.clip(open_ * shape * (1 + np.float32(self.bloom) * fade(n, 0.12)), 0, 1)
        y = self._solo(tone, tables, mix, shape) if self.players == 1 else self._section(tone, tables, mix)
        if self.breath:
            air = noise(n, tone.rng, *self.breath_band) * shape * np.float32(self.breath)
            air *= 1 + 2 * fade(n, 0.04)
            y += air if y.ndim == 1 else air[:, None]
        return y

    def _solo(self, tone: Tone, tables: list[Wave], mix: Wave, shape: Wave) -> Wave:
        n, phase = len(mix), tone.rng.uniform(0, 2 * np.pi)
        cycles = vibrato(tone.frequency, n, self.rate, self.cents, 0.25, phase, self.scoop)
        # Vibrato is heard in loudness and brightness as much as in pitch; and breath swells.
        t = times(n)
        onset = self.cents / 100 * np.clip((t - 0.25) / 0.4, 0, 1)
        sway = (onset * np.sin(2 * np.pi * self.rate * t + phase)).astype(np.float32)
        swell = 1 - np.float32(0.22) * fade(n, 0.35)
        y = self._speak(tables, cycles, np.clip(mix * (1 + 2 * sway), 0, 1))
        return np.asarray(y * shape * swell * (1 + sway), np.float32)

    def _section(self, tone: Tone, tables: list[Wave], mix: Wave) -> Wave:
        """Several players, each a little off in pitch, time and vibrato, side by side; shape ``(n, 2)``."""
        n = len(mix)
        y = np.zeros((n, 2), np.float32)
        for player in range(self.players):
            off = self.spread * (player - (self.players - 1) / 2) / self.players
            rate = self.rate * (0.93 + 0.14 * tone.rng.random())
            phase, scoop = tone.rng.uniform(0, 2 * np.pi), self.scoop * tone.rng.random()
            cycles = vibrato(tone.frequency * 2 ** (off / 1200), n, rate, self.cents, 0.1, phase, scoop)
            attack = rise(n, self.attack * (0.8 + 0.4 * tone.rng.random()))
            voice = self._speak(tables, cycles + tone.rng.random(), mix) * attack
            place = (player + 0.5) / self.players * np.pi / 2
            y[:, 0] += voice * np.float32(np.cos(place))
            y[:, 1] += voice * np.float32(np.sin(place))
        y *= np.float32(1 / np.sqrt(self.players))
        return y

    def _speak(self, tables: list[Wave], cycles: Values, mix: Wave) -> Wave:
        dark = read(tables[0], cycles)
        return dark + mix * (read(tables[1], cycles) - dark)


VIOLIN = Blown(
    (1.7, 0.9),
    0.07,
    ((290, 60, 1.0), (480, 90, 1.0), (1100, 300, 0.6), (2800, 900, 1.2)),
    cents=16,
    breath=0.012,
    breath_band=(2000, 9000),
    scoop=-20,
)
CELLO = Blown(
    (1.8, 1.0),
    0.09,
    ((110, 30, 0.8), (220, 60, 1.0), (600, 200, 0.7), (1600, 600, 0.6)),
    cents=12,
    breath=0.012,
    breath_band=(900, 5000),
    scoop=-15,
)
CONTRABASS = Blown(
    (1.9, 1.15),
    0.1,
    ((70, 20, 0.8), (140, 50, 0.9), (420, 200, 0.6)),
    cents=5,
    breath=0.01,
    breath_band=(500, 3000),
    scoop=0,
)
ENSEMBLE = Blown(
    (1.75, 0.95),
    0.16,
    ((290, 80, 0.6), (480, 120, 0.6), (1200, 500, 0.4), (2600, 1200, 0.7)),
    cents=11,
    breath=0.01,
    breath_band=(2000, 9000),
    scoop=-10,
    players=5,
    spread=13,
    bloom=0.1,
    most=40,
)
FLUTE = Blown(
    (2.6, 1.6), 0.07, ((800, 300, 0.5),), cents=13, breath=0.05, breath_band=(900, 5500), scoop=-30, most=14
)
CLARINET = Blown((1.9, 1.0), 0.05, ((1500, 500, 0.8),), even=0.12, cents=5, breath=0.012, scoop=-15, most=30)
OBOE = Blown((1.2, 0.6), 0.05, ((1100, 250, 2.2), (2900, 500, 1.3)), cents=10, breath=0.01, scoop=-12)
SAXOPHONE = Blown(
    (1.5, 0.75),
    0.05,
    ((650, 250, 1.4), (1200, 350, 1.1), (2700, 700, 0.8)),
    cents=15,
    breath=0.045,
    breath_band=(1500, 7000),
    scoop=-60,
)
TRUMPET = Blown(
    (2.0, 0.5), 0.035, ((1200, 450, 1.4), (2500, 700, 0.8)), cents=9, breath=0.008, scoop=-35, bloom=0.5
)
TROMBONE = Blown(
    (2.1, 0.65), 0.05, ((520, 220, 1.2), (1500, 500, 0.6)), cents=6, breath=0.008, scoop=-45, bloom=0.4
)
HORN = Blown(
    (2.7, 1.15), 0.09, ((340, 130, 1.2), (750, 250, 0.5)), cents=4, breath=0.006, scoop=-20, bloom=0.2
)
TUBA = Blown((2.4, 1.2), 0.06, ((230, 100, 0.9),), cents=2, breath=0.006, scoop=-15, bloom=0.3)
BRASS = Blown(
    (2.0, 0.55),
    0.045,
    ((800, 400, 0.9), (1600, 600, 0.9)),
    cents=5,
    breath=0.008,
    scoop=-30,
    bloom=0.45,
    players=3,
    spread=9,
)
ACCORDION = Blown(
    (1.0, 0.7), 0.05, ((900, 500, 0.5),), cents=0, breath=0.004, scoop=0, players=2, spread=12, bloom=0.0
)
WHISTLE = Blown((3.2, 2.2), 0.05, (), cents=16, breath=0.03, breath_band=(1500, 6000), scoop=-60, most=6)


@dataclass(frozen=True, slots=True)
class Analogue:
    """A synthesiser voice: detuned oscillators, and a filter that closes from ``bright`` to ``dark`` Hz."""

    wave: str = "saw"
    cents: tuple[float, ...] = (0.0,)
    bright: float = 8000.0
    dark: float = 2500.0
    closes: float = 0.4
    attack: float = 0.005
    decay: float = 8.0
    sustain: float = 1.0
    resonance: float = 0.0
    sub: float = 0.0
    wide: bool = False
    vibrato_cents: float = 0.0
    most: int = 80

    def __call__(self, tone: Tone) -> Wave:
        f, n = tone.frequency, tone.samples(0.2)
        k = harmonics(f, self.most)
        raw = {
            "saw": 1 / k,
            "square": np.where(k % 2 == 1, 1 / k, 0.02 / k),
            "pulse": np.sin(np.pi * k * 0.25) / k,
            "triangle": np.where(k % 2 == 1, np.where(k % 4 == 1, 1.0, -1.0) / k**2, 0.0),
            "sine": np.where(k == 1, 1.0, 0.0),
        }[self.wave]
        tables = []
        for cutoff in (self.bright * (0.5 + 0.8 * tone.force), self.dark):
            x = k * f / max(cutoff, 1.3 * f)
            gain = 1 / np.sqrt(1 + x**4) + self.resonance * np.exp(-((np.log2(x) / 0.25) ** 2))
            tables.append(wavetable(raw * gain))
        mix = fade(n, self.closes)
        voices = []
        for cents in self.cents:
            cycles = vibrato(f * 2 ** (cents / 1200), n, 5.6, self.vibrato_cents, 0.3)
            if len(self.cents) > 1:
                cycles += tone.rng.random()
            dark = read(tables[1], cycles)
            voices.append(dark + mix * (read(tables[0], cycles) - dark))
        envelope = rise(n, self.attack)
        if self.sustain < 1:
            envelope *= fade(n, self.decay, self.sustain)
        if self.wide and len(voices) > 1:
            place = np.linspace(0.1, 0.9, len(voices), dtype=np.float32)
            left = sum(
                (v * np.cos(p * np.float32(np.pi / 2)) for v, p in zip(voices, place, strict=True)),
                np.zeros(n, np.float32),
            )
            right = sum(
                (v * np.sin(p * np.float32(np.pi / 2)) for v, p in zip(voices, place, strict=True)),
                np.zeros(n, np.float32),
            )
            return np.stack((left, right), axis=1) * envelope[:, None]
        y = sum(voices, np.zeros(n, np.float32))
        if self.sub:
            y += np.float32(self.sub * len(voices)) * np.sin((2 * np.pi * f) * times(n)).astype(np.float32)
        return y * envelope


PAD = Analogue(cents=(-9, -4, 3, 10), bright=2200, dark=1100, closes=1.8, attack=0.35, wide=True, most=40)
LEAD = Analogue("saw", (-5, 5), 5500, 2600, 0.35, 0.012, vibrato_cents=9)
SYNTH_PLUCK = Analogue("saw", (-4, 4), 5200, 500, 0.09, 0.003, 0.28, 0.0, most=60)
SYNTH_BASS = Analogue("saw", (-4, 4), 1500, 320, 0.14, 0.004, 0.5, 0.45, sub=0.5, most=60)
REESE = Analogue("saw", (-14, 0, 13), 1100, 420, 0.5, 0.01, sub=0.45, most=60)
ACID = Analogue("saw", (0,), 2600, 380, 0.13, 0.003, 0.4, 0.3, resonance=1.6)
SUPERSAW = Analogue("saw", (-17, -10, -4, 0, 5, 11, 18), 9000, 5500, 0.5, 0.008, wide=True, most=60)
CHIP_LEAD = Analogue("pulse", (0,), 18000, 18000, 1, 0.002, vibrato_cents=12)
CHIP_ARPEGGIO = Analogue("square", (0,), 18000, 18000, 1, 0.002, 0.12, 0.15)
CHIP_BASS = Analogue("triangle", (0,), 9000, 9000, 1, 0.002)


def organ(tone: Tone) -> Wave:
    """A drawbar organ (88 8000 004 or so), with the click of its keys."""
    f, n = tone.frequency, tone.samples(0.1)
    drawbars = {0.5: 0.7, 1.0: 1.0, 1.5: 0.5, 2.0: 0.6, 3.0: 0.15, 4.0: 0.35, 8.0: 0.18}
    half = np.zeros(16)  # harmonics of the sub-octave
    for ratio, level in drawbars.items():
        half[int(2 * ratio) - 1] = level
    cycles = f / 2 * times(n)
    y = read(wavetable(half), cycles) * rise(n, 0.006)
    m = min(n, 900)
    y[:m] += np.float32(0.12) * noise(m, tone.rng, 1500, 7000) * fade(m, 0.003)
    return y


def bass_808(tone: Tone) -> Wave:
    """The booming bass drum of the TR-808, tuned: a sine that falls into pitch, warmed by a soft clip."""
    f, n = tone.frequency, tone.samples(0.1)
    t = times(n)
    cycles = f * t + 1.6 * f * 0.018 * (1 - np.exp(-t / 0.018))
    y = np.sin(2 * np.pi * cycles).astype(np.float32) * fade(n, 1.1)
    warm = np.tanh(np.float32(1.2 + 1.6 * tone.force) * y)
    return np.asarray(warm * rise(n, 0.003), np.float32)
