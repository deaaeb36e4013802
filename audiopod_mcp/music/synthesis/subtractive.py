"""Subtractive synthesis: detuned oscillators through a filter that closes, as in analogue synthesisers.

The filter is a row of wavetables, each filtered a third of an octave lower than the one before; as the cutoff
falls, the tone is read further along that row.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .envelopes import (
    control_times,
    exp_decay,
    fade_in,
    interpolate,
    pitch_contour,
    random_drift,
    sample_times,
)
from .oscillators import harmonics, pan_across, play_wavetable, wavetable
from .tone import Signal, Tone


@dataclass(frozen=True, slots=True)
class SubtractiveSynth:
    """A synthesiser voice; calling it with a tone gives its sound."""

    waveform: str = "saw"
    detune_cents: tuple[float, ...] = (0.0,)
    start_cutoff: float = 8000.0
    end_cutoff: float = 2500.0
    filter_decay: float = 0.4
    attack: float = 0.005
    decay: float = 8.0
    sustain: float = 1.0
    resonance: float = 0.0
    sub_level: float = 0.0
    stereo: bool = False
    vibrato_cents: float = 0.0
    max_harmonics: int = 80
    drift: float = 1.5
    """Cents by which the pitch wanders, and hundredths of an octave by which the cutoff does."""

    def __call__(self, tone: Tone) -> Signal:
        f, n = tone.frequency, tone.samples(0.2)
        t = control_times(n)
        tables = self._filter_sweep_tables(tone)
        open_ = np.exp(-t / self.filter_decay) + 0.02 * self.drift * random_drift(n, tone.rng, 0.7)
        position = interpolate((len(tables) - 1) * np.clip(1 - open_, 0, 1), n)
        pitches = np.stack(
            [
                pitch_contour(
                    tone, n, cents=self.vibrato_cents, rate=5.6, delay=0.3, drift=self.drift, detune=cents
                )
                for cents in self.detune_cents
            ]
        )
        starts = tone.rng.random(len(self.detune_cents)) if len(self.detune_cents) > 1 else np.zeros(1)
        voices = play_wavetable(tables, pitches, n, starts, position)
        envelope = fade_in(n, self.attack)
        if self.sustain < 1:
            envelope *= exp_decay(n, self.decay, self.sustain)
        if self.stereo and len(voices) > 1:
            y = pan_across(voices)
            y *= envelope[:, None]
            return y
        y = voices.sum(axis=0)
        if self.sub_level:
            y += np.float32(self.sub_level * len(voices)) * np.sin((2 * np.pi * f) * sample_times(n)).astype(
                np.float32
            )
        return np.asarray(y * envelope, np.float32)

    def _filter_sweep_tables(self, tone: Tone) -> Signal:
        """Build the wavetables of the open to the closed filter; (tables, TABLE_SIZE)."""
        f = tone.frequency
        k = harmonics(f, self.max_harmonics)
        raw = {
            "saw": 1 / k,
            "square": np.where(k % 2 == 1, 1 / k, 0.02 / k),
            "pulse": np.sin(np.pi * k * 0.25) / k,
            "triangle": np.where(k % 2 == 1, np.where(k % 4 == 1, 1.0, -1.0) / k**2, 0.0),
            "sine": np.where(k == 1, 1.0, 0.0),
        }[self.waveform]
        bright = self.start_cutoff * (0.45 + 0.9 * tone.force)
        count = max(2, 1 + round(3 * abs(np.log2(bright / self.end_cutoff))))
        cutoffs = np.maximum(np.geomspace(bright, self.end_cutoff, count), 1.3 * f)
        x = k * f / cutoffs[:, None]
        gain = 1 / np.sqrt(1 + x**4) + self.resonance * np.exp(-((np.log2(x) / 0.25) ** 2))
        return wavetable(raw * gain)


PAD = SubtractiveSynth("saw", (-9, -4, 3, 10), 9000, 4200, 2.2, 0.3, stereo=True, max_harmonics=60, drift=4)
LEAD = SubtractiveSynth("saw", (-5, 5), 5500, 2600, 0.35, 0.012, vibrato_cents=9)
SYNTH_PLUCK = SubtractiveSynth("saw", (-4, 4), 5200, 500, 0.09, 0.003, 0.28, 0.0, max_harmonics=60)
SYNTH_BASS = SubtractiveSynth(
    "saw", (-4, 4), 1500, 320, 0.14, 0.004, 0.5, 0.45, sub_level=0.5, max_harmonics=60
)
REESE = SubtractiveSynth("saw", (-14, 0, 13), 1100, 420, 0.5, 0.01, sub_level=0.45, max_harmonics=60)
ACID = SubtractiveSynth("saw", (0,), 2600, 380, 0.13, 0.003, 0.4, 0.3, resonance=1.6)
SUPERSAW = SubtractiveSynth(
    "saw", (-17, -10, -4, 0, 5, 11, 18), 9000, 5500, 0.5, 0.008, stereo=True, max_harmonics=60
)
CHIP_LEAD = SubtractiveSynth("pulse", (0,), 18000, 18000, 1, 0.002, vibrato_cents=12, drift=0)
CHIP_ARPEGGIO = SubtractiveSynth("square", (0,), 18000, 18000, 1, 0.002, 0.12, 0.15, drift=0)
CHIP_BASS = SubtractiveSynth("triangle", (0,), 9000, 9000, 1, 0.002, drift=0)


def bass_808(tone: Tone) -> Signal:
    """Play the tuned bass drum of the TR-808: a sine that falls into pitch, warmed by a soft clip; (n,)."""
    f, n = tone.frequency, tone.samples(0.1)
    t = sample_times(n)
    cycles = f * t + 1.6 * f * 0.018 * (1 - np.exp(-t / 0.018))
    y = np.sin(2 * np.pi * cycles).astype(np.float32) * exp_decay(n, 1.1)
    warm = np.tanh(np.float32(1.2 + 1.6 * tone.force) * y)
    return np.asarray(warm * fade_in(n, 0.003), np.float32)
