"""Strings that are plucked or struck, and bars and bells: sounds that begin loud and die away.

Each is a sum of decaying modes. An ideal string that is excited at a point has partials ``sin(πkp)/k``;
stiffness stretches them to ``f·k·√(1+Bk²)``, and losses grow with frequency (Fletcher & Rossing, *The Physics
of Musical Instruments*). Two slightly detuned copies of each partial stand for the two polarisations of a
string, or for the several strings of a piano's note: a bright start, then a long, slow end.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from audiopod_mcp.music.model import SAMPLE_RATE

from . import body_resonance
from .envelopes import declick, exp_decay, fade_in, interpolate, pitch_contour, sample_times
from .noise import band_noise
from .oscillators import decaying_modes, harmonics
from .tone import Signal, Tone


@dataclass(frozen=True, slots=True)
class PluckedString:
    """A plucked string and the body it is on; calling it with a tone gives its sound, (n,)."""

    position: float = 0.2
    """Where it is plucked, as a share of its length."""
    slope: float = 1.0
    """Steepness of the spectrum: partial k is weakened by ``k**-slope`` at medium force."""
    decay: float = 2.5
    """Time constant of the fundamental at A3, s; higher notes die sooner."""
    loss: float = 1.5e-7
    """Extra damping with the square of frequency, s."""
    stiffness: float = 4e-5
    body: body_resonance.Body | None = None
    pickup: float = 0.0
    """Where a magnetic pickup is, as a share of the string's length; 0 for none."""
    pick: float = 0.1
    """Noise of the finger, pick or hammer."""
    pick_band: tuple[float, float] = (800.0, 5000.0)
    detune: float = 0.4
    """Cents between the two polarisations."""
    max_harmonics: int = 50
    opening: float = 1.1
    """How much of the steepness a strong pluck takes away."""
    frets: int = 5
    """Semitones from one string to the next. The further up a string is stopped, the shorter it is, and the
    nearer to its middle are hand and pickup. 1: every note has a string of its own."""

    def __call__(self, tone: Tone) -> Signal:
        f, n = tone.frequency, tone.samples(0.1)
        rng = tone.rng
        k = harmonics(f, self.max_harmonics)
        frequencies = f * k * np.sqrt(1 + self.stiffness * k**2) / np.sqrt(1 + self.stiffness)
        slope = self.slope + self.opening * (0.6 - tone.force)
        shorter = 2 ** (round(tone.pitch - 40) % self.frets / 12)
        # No finger finds the same place twice, and none is a point.
        position = self.position * shorter * rng.uniform(0.88, 1.12)
        amplitudes = (np.abs(np.sin(np.pi * k * position)) + 0.05) * k**-slope
        if self.pickup:
            amplitudes *= np.abs(np.sin(np.pi * k * self.pickup * shorter)) + 0.08
        decay = self.decay * (220 / f) ** 0.5
        decays = 1 / (1 / decay + self.loss * frequencies**2 + 0.12 * (k - 1) / decay)
        cents = self.detune * (0.5 + rng.random(len(k)))
        y = decaying_modes(
            np.concatenate((frequencies, frequencies * 2 ** (cents / 1200))),
            np.concatenate((0.65 * amplitudes, 0.35 * amplitudes)),
            np.concatenate((0.6 * decays, 1.5 * decays)),
            n,
            np.tile(rng.uniform(-0.5, 0.5, len(k)), 2),
        )
        declick(y, 44)
        m = min(n, int(0.06 * SAMPLE_RATE))
        burst = band_noise(m, rng, *self.pick_band) * exp_decay(m, 0.006) * fade_in(m, 0.001)
        y[:m] += (
            np.float32(self.pick * (0.4 + tone.force) * np.abs(y[: 4 * m]).max()) * burst * fade_in(m, 0.001)
        )
        return self.body(y) if self.body else y


CLEAN = PluckedString(0.12, 0.75, 2.4, 2e-7, 3e-5, pickup=0.18, pick=0.05)
PICKED = PluckedString(0.09, 0.75, 2.6, 1e-7, 3e-5, pickup=0.12, pick=0.03)  # what a fuzz box is fed with
BANJO = PluckedString(0.1, 0.7, 0.5, 1e-7, 3e-5, body_resonance.BANJO, pick=0.15)
CLAVINET = PluckedString(0.08, 0.8, 0.9, 1.2e-7, 6e-5, frets=1, pickup=0.15, pick=0.1, pick_band=(1500, 6000))
UPRIGHT = PluckedString(
    0.3, 1.5, 0.5, 8e-7, 4e-5, body_resonance.CONTRABASS, pick=0.14, pick_band=(150, 2500), max_harmonics=40
)  # fmt: skip
UKULELE = PluckedString(0.2, 0.75, 0.5, 3e-7, 1e-5, body_resonance.UKULELE, pick=0.08, pick_band=(500, 4000))


@dataclass(frozen=True, slots=True)
class TremoloString:
    """A string that is plucked again and again as long as the note lasts, as on a mandolin; (n,)."""

    string: PluckedString
    rate: float = 12.5
    """Strokes a second."""
    after: float = 0.42
    """Seconds that the first stroke rings; shorter notes are single plucks."""

    def __call__(self, tone: Tone) -> Signal:
        n, rng = tone.samples(0.1), tone.rng
        y = self.string(tone)
        if n <= self.after * SAMPLE_RATE:
            return y
        strokes = [self.string(replace(tone, seconds=0.2, force=force * tone.force)) for force in (0.8, 0.95)]
        damping = np.linspace(1, 0, int(0.012 * SAMPLE_RATE), dtype=np.float32)
        start, turn = int(self.after * SAMPLE_RATE), 0
        # The plectrum stops the string that it is about to pluck.
        y[start - len(damping) : start] *= 0.3 + 0.7 * damping
        y[start:] *= np.float32(0.3)
        while start < n:
            # Whole periods from stroke to stroke: the pitch stays the string's, not a sideband of the hand's.
            periods = max(1, round(tone.frequency / self.rate * rng.uniform(0.94, 1.06)))
            step = round(periods * SAMPLE_RATE / tone.frequency)
            piece = strokes[turn % 2][:step] * np.float32(rng.uniform(0.6, 0.8))
            piece[-len(damping) :] *= damping
            y[start : start + step] += piece[: n - start]
            start, turn = start + step, turn + 1
        return y


@dataclass(frozen=True, slots=True)
class BentString:
    """A string that is bent after it is plucked, by a steel bar or by pulling it aside; (n,).

    Its pitch slides in from ``scoop`` cents off with the time constant ``glide`` (s); then it has a vibrato
    of ``cents`` at ``rate`` Hz.
    """

    string: Callable[[Tone], Signal]
    scoop: float
    glide: float
    cents: float = 0.0
    rate: float = 5.2
    swell: float = 0.0
    """Seconds in which a volume pedal lets the note in; 0 for none."""
    sustain: float = 0.0
    """Seconds through which that pedal makes up for what the string loses."""

    def __call__(self, tone: Tone) -> Signal:
        n = tone.samples(0.1)
        y = self.string(replace(tone, seconds=tone.seconds + 0.1))
        hertz = pitch_contour(
            tone, n, cents=self.cents, rate=self.rate, delay=0.3, scoop=self.scoop, glide=self.glide
        )
        speed = interpolate(hertz / tone.frequency, n).astype(np.float64)
        at = np.cumsum(speed) - speed[0]
        bent: Signal = np.interp(at, np.arange(len(y)), y).astype(np.float32)
        if self.swell:
            bent *= fade_in(n, self.swell * (1.3 - 0.6 * tone.force))
        if self.sustain:
            bent *= np.exp(np.minimum(sample_times(n) / self.sustain, 1)).astype(np.float32)
        return bent


MANDOLIN = TremoloString(
    PluckedString(
        0.12, 0.7, 0.55, 1e-7, 3e-5, body_resonance.UKULELE, pick=0.14, pick_band=(1500, 8000), detune=5.0
    )
)
PEDAL_STEEL = BentString(
    PluckedString(0.16, 0.95, 6.0, 1.2e-7, 1e-5, pickup=0.14, pick=0.01, detune=0.8),
    -130,
    0.07,
    15,
    5.4,
    0.16,
    2.2,
)


@dataclass(frozen=True, slots=True)
class TunedBar:
    """A tuned bar, bell or kettle; calling it with a tone gives its sound, (n,)."""

    ratios: tuple[float, ...]
    """The modes, as ratios to the fundamental,"""
    strengths: tuple[float, ...]
    """their levels,"""
    decays: tuple[float, ...]
    """and their time constants at C5, s."""
    tick: float = 0.05
    """Level of the mallet's noise,"""
    band: tuple[float, float] = (1500.0, 8000.0)
    """and its band, Hz."""
    fall: float = 0.35
    """How much sooner higher notes die: the decay falls with pitch to this power."""

    def __call__(self, tone: Tone) -> Signal:
        f, n = tone.frequency, tone.samples(0.1)
        hard = (0.3 + 1.2 * tone.force) ** np.minimum(np.arange(len(self.ratios)), 2)
        hard *= 1 + 0.1 * tone.rng.standard_normal(len(hard))
        y = decaying_modes(
            f * np.array(self.ratios),
            np.array(self.strengths) * hard,
            np.array(self.decays) * (523 / f) ** self.fall,
            n,
        )
        m = min(n, int(0.03 * SAMPLE_RATE))
        y[:m] += (
            np.float32(self.tick * (0.3 + tone.force))
            * band_noise(m, tone.rng, *self.band)
            * exp_decay(m, 0.004)
        )
        declick(y, 30)
        return y


VIBRAPHONE = TunedBar((1, 4.0, 10.2), (1, 0.14, 0.07), (1.1, 0.3, 0.1), 0.04)
GLOCKENSPIEL = TunedBar(
    (1, 2.75, 5.31, 6.93, 8.58, 11.24), (1, 0.45, 0.8, 0.2, 0.4, 0.15), (0.65, 0.2, 0.12, 0.15, 0.08, 0.08),
    0.05, (3000, 12000),
)  # fmt: skip
"""A free bar of steel: 1, 2.76, 5.40 …, a little less because it isn't thin (Timoshenko)."""
MUSIC_BOX = TunedBar((1, 2.0, 6.27, 11.8), (1, 0.18, 0.25, 0.08), (0.7, 0.4, 0.18, 0.06), 0.05, (2500, 9000))
BELLS = TunedBar(
    (0.5, 1.0, 1.002, 1.2, 1.5, 2.0, 2.5, 2.67, 3.0, 4.0, 5.3),
    (0.2, 0.7, 0.4, 0.2, 0.12, 0.8, 0.25, 0.15, 0.35, 0.4, 0.12),
    (2.2, 1.5, 1.9, 1.1, 0.6, 0.8, 0.45, 0.4, 0.45, 0.35, 0.2),
    0.02,
)
"""Hum, prime, tierce, quint and nominal of a church bell, and what lies above (Rossing & Perrin 1987)."""
STEEL_DRUM = TunedBar(
    (1, 2.01, 3.01, 4.0, 5.4, 6.0, 8.0), (0.8, 1, 0.14, 0.45, 0.12, 0.14, 0.14),
    (0.2, 0.19, 0.11, 0.14, 0.08, 0.09, 0.07), 0.08,
)  # fmt: skip
"""Each dent is tuned to its note, its octave and the octave after that (Rossing, Hampton & Hansen 1996)."""
KALIMBA = TunedBar((1, 6.4, 17.5), (1, 0.08, 0.03), (0.2, 0.06, 0.02), 0.09, (250, 1800), 0.3)
"""A tine held at one end; its overtones are far apart (Chapman, JASA 2012)."""
