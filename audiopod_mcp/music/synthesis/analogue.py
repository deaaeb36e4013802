"""Analogue synthesisers: detuned oscillators through a filter that closes, and the drum machine's tuned boom.

The filter is a row of wavetables, a third of an octave apart, that the tone is read across.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from audiopod_mcp.music.synthesis.waves import (
    TABLE,
    Tone,
    Wave,
    across,
    curve,
    fade,
    harmonics,
    intonation,
    moments,
    read,
    rise,
    times,
    trace,
    wander,
    wavetable,
)


@dataclass(frozen=True, slots=True)
class Analogue:
    """A synthesiser voice: detuned oscillators through a filter that closes, ``bright`` to ``dark`` Hz."""

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
    drift: float = 1.5
    """Cents, and hundredths of an octave of the filter, by which the circuits wander."""

    def __call__(self, tone: Tone) -> Wave:
        f, n = tone.frequency, tone.samples(0.2)
        t = moments(n)
        tables = self._sweep(tone)
        open_ = np.exp(-t / self.closes) + 0.02 * self.drift * wander(n, tone.rng, 0.7)
        position = curve((len(tables) - 1) * np.clip(1 - open_, 0, 1), n)
        pitches = np.stack(
            [
                intonation(
                    tone, n, cents=self.vibrato_cents, rate=5.6, delay=0.3, drift=self.drift, detune=cents
                )
                for cents in self.cents
            ]
        )
        starts = tone.rng.random(len(self.cents)) if len(self.cents) > 1 else np.zeros(1)
        voices = read(tables, trace(pitches, n, starts), position)
        envelope = rise(n, self.attack)
        if self.sustain < 1:
            envelope *= fade(n, self.decay, self.sustain)
        if self.wide and len(voices) > 1:
            return across(voices) * envelope[:, None]
        y = voices.sum(axis=0)
        if self.sub:
            y += np.float32(self.sub * len(voices)) * np.sin((2 * np.pi * f) * times(n)).astype(np.float32)
        return np.asarray(y * envelope, np.float32)

    def _sweep(self, tone: Tone) -> Wave:
        """Wavetables of the open to the closed filter, a third of an octave apart; (count, TABLE)."""
        f = tone.frequency
        k = harmonics(f, self.most)
        raw = {
            "saw": 1 / k,
            "square": np.where(k % 2 == 1, 1 / k, 0.02 / k),
            "pulse": np.sin(np.pi * k * 0.25) / k,
            "triangle": np.where(k % 2 == 1, np.where(k % 4 == 1, 1.0, -1.0) / k**2, 0.0),
            "sine": np.where(k == 1, 1.0, 0.0),
        }[self.wave]
        bright = self.bright * (0.45 + 0.9 * tone.force)
        count = max(2, 1 + round(3 * abs(np.log2(bright / self.dark))))
        tables = np.empty((count, TABLE), np.float32)
        for table, cutoff in zip(tables, np.geomspace(bright, self.dark, count), strict=True):
            x = k * f / max(cutoff, 1.3 * f)
            gain = 1 / np.sqrt(1 + x**4) + self.resonance * np.exp(-((np.log2(x) / 0.25) ** 2))
            table[:] = wavetable(raw * gain)
        return tables


PAD = Analogue("saw", (-9, -4, 3, 10), 9000, 4200, 2.2, 0.3, wide=True, most=60, drift=4)
LEAD = Analogue("saw", (-5, 5), 5500, 2600, 0.35, 0.012, vibrato_cents=9)
SYNTH_PLUCK = Analogue("saw", (-4, 4), 5200, 500, 0.09, 0.003, 0.28, 0.0, most=60)
SYNTH_BASS = Analogue("saw", (-4, 4), 1500, 320, 0.14, 0.004, 0.5, 0.45, sub=0.5, most=60)
REESE = Analogue("saw", (-14, 0, 13), 1100, 420, 0.5, 0.01, sub=0.45, most=60)
ACID = Analogue("saw", (0,), 2600, 380, 0.13, 0.003, 0.4, 0.3, resonance=1.6)
SUPERSAW = Analogue("saw", (-17, -10, -4, 0, 5, 11, 18), 9000, 5500, 0.5, 0.008, wide=True, most=60)
CHIP_LEAD = Analogue("pulse", (0,), 18000, 18000, 1, 0.002, vibrato_cents=12, drift=0)
CHIP_ARPEGGIO = Analogue("square", (0,), 18000, 18000, 1, 0.002, 0.12, 0.15, drift=0)
CHIP_BASS = Analogue("triangle", (0,), 9000, 9000, 1, 0.002, drift=0)


def bass_808(tone: Tone) -> Wave:
    """The booming bass drum of the TR-808, tuned: a sine that falls into pitch, warmed by a soft clip."""
    f, n = tone.frequency, tone.samples(0.1)
    t = times(n)
    cycles = f * t + 1.6 * f * 0.018 * (1 - np.exp(-t / 0.018))
    y = np.sin(2 * np.pi * cycles).astype(np.float32) * fade(n, 1.1)
    warm = np.tanh(np.float32(1.2 + 1.6 * tone.force) * y)
    return np.asarray(warm * rise(n, 0.003), np.float32)
