"""Instruments that sound as long as they are blown, bowed or held: wavetables that change in time.

Wavetables from dark to bright are blended along the note, as a real tone becomes brighter when it becomes
louder (Risset & Mathews 1969, for brass). No player holds still: pitch, loudness and brightness waver, and
breath or bow hiss with the period of the tone. String instruments sound through a body
(:mod:`.body_resonance`). What shapes the harmonics of the others lies at fixed frequencies: a bell radiates
little below its cutoff, and above a corner that rises with effort the spectrum falls steeply (Luce & Clark,
"Physical correlates of brass-instrument tones", JASA 1967; Luce, JAES 1975). Corners, orders and formants
were fitted to partials of the FluidR3 soundfont (MIT), and agree as well with another one that the fit did
not see.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from . import body_resonance
from .envelopes import (
    control_times,
    exp_decay,
    fade_in,
    interpolate,
    pitch_contour,
    raised_cosine,
    random_drift,
)
from .noise import band_noise
from .oscillators import harmonics, pan_across, play_wavetable, wavetable
from .tone import FloatArray, Signal, Tone

Resonances = tuple[tuple[float, float, float], ...]
_BRIGHTNESS_LEVELS = 6
"""Wavetables from the darkest to the brightest."""


def formant_gain(frequencies: FloatArray, *resonances: tuple[float, float, float]) -> FloatArray:
    """Compute the gain of formants at ``frequencies`` (Hz): 1 + Σ of each (centre Hz, width Hz, gain)."""
    gain = np.ones_like(frequencies)
    for centre, width, height in resonances:
        gain += height / (1 + ((frequencies - centre) / width) ** 2)
    return gain


@dataclass(frozen=True, slots=True)
class SustainedInstrument:
    """A bowed string, a reed, a flute or a horn, or a section of them.

    Calling it with a tone gives its sound: float32 of shape (n,), or (n, 2) where several players sit side by
    side.
    """

    spectral_slopes: tuple[float, float] = (2.0, 1.0)
    """The spectra (``k**-slope``) of the tone's darkest and brightest moment, before all else."""
    attack: float = 0.06
    """Seconds in which the tone reaches its loudness."""
    bell_cutoff: tuple[float, float] = (0.0, 1.0)
    """Hz below which little is radiated, and how steeply it falls there: ``(f / Hz)**order``."""
    corner: tuple[float, float, float] = (20_000.0, 20_000.0, 2.0)
    """Hz of the corner at the darkest and the brightest moment, and the order by which the spectrum falls
    above it: ``f**-order``."""
    formants: Resonances = ()
    even_level: float = 1.0
    """Level of the even harmonics far below ``even_hz``: a stopped pipe (clarinet) has next to none."""
    even_hz: float = 4000.0
    vibrato_hz: float = 5.3
    vibrato_cents: float = 14.0
    breath: float = 0.02
    breath_band: tuple[float, float] = (500.0, 6000.0)
    chiff: float = 2.0
    """How much stronger the breath or bow is at the attack."""
    scoop_cents: float = -25.0
    attack_brightness: float = 0.35
    """How much brighter the attack is than what follows."""
    brightness_lag: float = 1.0
    """How far the high partials lag behind the loudness at the attack."""
    onset_dip: float = 0.06
    """By how much the tone is weaker when it has just begun than when it is held."""
    vibrato_depth: float = 0.08
    """How much of the vibrato is heard in loudness and brightness."""
    players: int = 1
    detune_cents: float = 7.0
    """Cents by which players of a section differ."""
    max_harmonics: int = 60
    body: body_resonance.Body | None = None
    drift_cents: float = 3.0
    """Cents of unsteadiness."""

    def __call__(self, tone: Tone) -> Signal:
        n = tone.samples(0.25)
        t = control_times(n)
        attack = self.attack * (1.3 - 0.6 * tone.force) * (0.9 + 0.2 * tone.rng.random())
        bloom, chiff = self.attack_brightness, self.chiff
        if tone.slurred:  # Neither the tongue nor a new bow begins it: only the pitch changes.
            attack, bloom, chiff = 0.03, 0.0, 0.2 * chiff
        shape = raised_cosine(t, attack)
        tables = self._brightness_tables(tone)
        colour = (0.2 + 0.75 * tone.force) * shape**self.brightness_lag * (1 + bloom * np.exp(-t / 0.12))
        colour *= 1 + 0.1 * random_drift(n, tone.rng)
        if self.players == 1:
            y = self._solo(tone, n, tables, shape, colour)
        else:
            y = self._section(tone, n, tables, colour)
        if self.breath:
            air = band_noise(n, tone.rng, *self.breath_band)
            air *= interpolate(self.breath * shape * (1 + chiff * np.exp(-t / 0.04)), n)
            # Bow, reed and lips let the air through once a period, so it hisses with the tone.
            if y.ndim == 1:
                air *= 0.6 + np.abs(y) * np.float32(0.5 / (np.sqrt(np.mean(y**2)) + 1e-9))
                y += air
            else:
                y += air[:, None]
        return self.body(y) if self.body else y

    def _brightness_tables(self, tone: Tone) -> Signal:
        """Build wavetables of equal power from dark to bright; (_BRIGHTNESS_LEVELS, TABLE_SIZE)."""
        f = tone.frequency
        k = harmonics(f, self.max_harmonics)
        level = self.even_level + (1 - self.even_level) * np.minimum(1, (k * f / self.even_hz) ** 3)
        gain = np.where(k % 2 == 0, level, 1.0) * formant_gain(k * f, *self.formants)
        hertz, order = self.bell_cutoff
        gain /= np.sqrt(1 + (hertz / (k * f)) ** (2 * order))
        dark, bright, order = self.corner
        phases = tone.rng.uniform(0, 2 * np.pi, len(k)) if self.players > 1 else None
        corners = np.geomspace(dark, bright, _BRIGHTNESS_LEVELS)[:, None]
        slopes = np.linspace(*self.spectral_slopes, _BRIGHTNESS_LEVELS)[:, None]
        amplitudes = gain * k**-slopes / np.sqrt(1 + (k * f / corners) ** (2 * order))
        return wavetable(amplitudes / np.sqrt(np.sum(amplitudes**2, axis=1, keepdims=True)), phases)

    def _solo(self, tone: Tone, n: int, tables: Signal, shape: FloatArray, colour: FloatArray) -> Signal:
        t, phase = control_times(n), tone.rng.uniform(0, 2 * np.pi)
        scoop, swell = (
            (70.0 if tone.from_above else -70.0, 0.0) if tone.slurred else (self.scoop_cents, self.onset_dip)
        )
        pitch = pitch_contour(
            tone, n, cents=self.vibrato_cents, rate=self.vibrato_hz, phase=phase, scoop=scoop,
            drift=self.drift_cents, delay=0.12 if tone.slurred else 0.25,
        )  # fmt: skip
        sway = (
            self.vibrato_depth
            * np.clip((t - 0.25) / 0.4, 0, 1)
            * np.sin(2 * np.pi * self.vibrato_hz * t + phase + 0.8)
        )
        level = 1 - swell * np.exp(-t / 0.3) + 0.05 * random_drift(n, tone.rng, 4.0)
        position = interpolate(np.clip(colour * (1 + 2 * sway), 0, 1) * (_BRIGHTNESS_LEVELS - 1), n)
        y = play_wavetable(tables, pitch, n, 0.0, position)
        y *= interpolate(shape * level * (1 + sway), n)
        return y

    def _section(self, tone: Tone, n: int, tables: Signal, colour: FloatArray) -> Signal:
        """Play with several players, each a little off in pitch, time and vibrato, side by side; (n, 2)."""
        rng, t = tone.rng, control_times(n)
        pitches, shapes = [], []
        for player in range(self.players):
            pitches.append(
                pitch_contour(
                    tone,
                    n,
                    cents=self.vibrato_cents,
                    rate=self.vibrato_hz * (0.9 + 0.2 * rng.random()),
                    delay=0.1,
                    phase=rng.uniform(0, 2 * np.pi),
                    scoop=self.scoop_cents * rng.random(),
                    drift=1.5 * self.drift_cents,
                    detune=self.detune_cents * (player - (self.players - 1) / 2) / self.players,
                )
            )
            late = 0.02 * rng.random()
            attack = self.attack * (0.7 + 0.6 * rng.random())
            shapes.append(raised_cosine(t - late, attack) * (1 + 0.12 * random_drift(n, rng, 4.0)))
        position = interpolate(np.clip(colour, 0, 1) * (_BRIGHTNESS_LEVELS - 1), n)
        voices = play_wavetable(tables, np.stack(pitches), n, rng.random(self.players), position)
        voices *= interpolate(np.stack(shapes), n)
        voices *= np.float32(1 / np.sqrt(self.players))
        return pan_across(voices)


CONTRABASS = SustainedInstrument(
    (1.7, 0.95), 0.12, vibrato_cents=6, vibrato_hz=4.6, breath=0.03, breath_band=(300, 3500), chiff=4.0,
    scoop_cents=0, attack_brightness=0.15, brightness_lag=1.4, onset_dip=0.22,
    body=body_resonance.CONTRABASS, drift_cents=2.0,
)  # fmt: skip
FLUTE = SustainedInstrument(
    (0.3, 0.0), 0.055, corner=(520, 1250, 2.9), vibrato_hz=5.0, vibrato_cents=8, breath=0.035,
    breath_band=(900, 6500), chiff=4.0, scoop_cents=-30, vibrato_depth=0.2, max_harmonics=14,
)  # fmt: skip
CLARINET = SustainedInstrument(
    (1.1, 0.6), 0.04, corner=(2100, 4000, 3.2), formants=((1900, 700, 3.0),), even_level=0.03,
    even_hz=1500, vibrato_cents=2, breath=0.012, scoop_cents=-12, vibrato_depth=0.03, brightness_lag=1.5,
    max_harmonics=30,
)  # fmt: skip
"""Above 1.5 kHz the open holes no longer stop a wave, and even harmonics sound too (Benade)."""
OBOE = SustainedInstrument(
    (0.55, 0.3), 0.04, corner=(1700, 3200, 3.4), formants=((1450, 220, 5.0), (3000, 700, 0.8)),
    vibrato_cents=9, breath=0.012, scoop_cents=-12, brightness_lag=1.3,
)  # fmt: skip
SAXOPHONE = SustainedInstrument(
    (1.15, 0.8), 0.04, corner=(2200, 5200, 3.4), formants=((400, 150, 1.2), (2100, 420, 3.0)),
    vibrato_hz=5.0, vibrato_cents=16, breath=0.06, breath_band=(900, 7000), chiff=3.0, scoop_cents=-60,
    brightness_lag=1.5, drift_cents=4.0,
)  # fmt: skip
TROMBONE = SustainedInstrument(
    (1.0, 1.0), 0.05, (520, 2.1), (350, 3700, 3.0), vibrato_cents=6, breath=0.012, scoop_cents=-45,
    attack_brightness=0.3, brightness_lag=1.6,
)  # fmt: skip
HORN = SustainedInstrument(
    (1.0, 0.8), 0.06, (500, 1.1), (200, 1450, 2.4), vibrato_cents=4, breath=0.008, scoop_cents=-20,
    attack_brightness=0.2, brightness_lag=1.6,
)  # fmt: skip
TUBA = SustainedInstrument(
    (0.6, 0.6), 0.06, (95, 2.0), (100, 800, 3.0), vibrato_cents=2, breath=0.01, scoop_cents=-15,
    attack_brightness=0.25, brightness_lag=1.6,
)  # fmt: skip
ACCORDION = SustainedInstrument(
    (0.3, 0.1), 0.05, corner=(2300, 3800, 2.4), formants=((420, 200, 3.0),), vibrato_cents=0,
    breath=0.006, scoop_cents=0, players=2, detune_cents=14, attack_brightness=0.0, drift_cents=0.5,
)  # fmt: skip
HARMONICA = SustainedInstrument(
    (0.9, 0.6), 0.035, corner=(3300, 5600, 3.4),
    formants=((400, 150, 0.8), (1550, 300, 1.4), (3200, 700, 0.7)), vibrato_hz=5.6, vibrato_cents=7,
    breath=0.025, breath_band=(1200, 7000), chiff=3.0, scoop_cents=-70, attack_brightness=0.1,
    vibrato_depth=0.22, drift_cents=2.0,
)  # fmt: skip
"""Its vibrato is hands that open and close."""
BAGPIPES = SustainedInstrument(
    (0.1, 0.0), 0.018, corner=(3600, 5000, 3.3), formants=((2200, 680, 5.0),), vibrato_cents=0,
    breath=0.008, scoop_cents=0, attack_brightness=0.0, brightness_lag=0.5, onset_dip=0.0,
    vibrato_depth=0.0, drift_cents=1.5,
)  # fmt: skip
WHISTLE = SustainedInstrument(
    (3.2, 2.0), 0.05, vibrato_cents=16, breath=0.04, breath_band=(1500, 6000), chiff=4.0, scoop_cents=-60,
    max_harmonics=6,
)  # fmt: skip


def organ(tone: Tone) -> Signal:
    """Play a drawbar organ, registered about 88 8000 004, with key click and third-harmonic percussion;
    (n,).
    """
    f, n = tone.frequency, tone.samples(0.1)
    drawbars = {0.5: 0.7, 1.0: 1.0, 1.5: 0.5, 2.0: 0.6, 3.0: 0.15, 4.0: 0.35, 8.0: 0.18}
    half = np.zeros(16)  # harmonics of the sub-octave
    for ratio, level in drawbars.items():
        # The tone wheels end at 5.9 kHz: what would be higher sounds an octave lower.
        while ratio * f > 5900:
            ratio /= 2
        half[int(2 * ratio) - 1] += level
    phases: FloatArray = (
        2 * np.pi * np.arange(16.0) * 0.618
    )  # wheels of one gear train that was never lined up
    pitch = np.full(len(control_times(n)), f / 2)
    y = play_wavetable(wavetable(half, phases), pitch, n)
    ping = play_wavetable(wavetable(np.eye(6)[5]), pitch, n) * exp_decay(n, 0.16)
    y += np.float32(0.45 * tone.force) * ping
    y *= fade_in(n, 0.005)
    m = min(n, 900)
    y[:m] += (
        np.float32(0.1 + 0.08 * tone.rng.random()) * band_noise(m, tone.rng, 1500, 7000) * exp_decay(m, 0.003)
    )
    return y
