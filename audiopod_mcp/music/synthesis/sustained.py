"""Instruments that speak as long as they're blown, bowed, sung or held: wavetables that change in time.

Wavetables from dark to bright are blended along the note, which is how a real tone opens with its
loudness (Risset & Mathews 1969, for brass). No player holds still: pitch, loudness and colour waver, and
breath or bow hiss with the period of the tone. A body (:mod:`bodies`) answers string players; what shapes the
harmonics of the others stands still in Hz: a bell holds back what is low, and above a corner that rises with
effort the spectrum falls steeply (Luce & Clark, "Physical correlates of brass-instrument tones", JASA 1967;
Luce, JAES 1975). Corners, orders and formants were fitted to partials of the FluidR3 soundfont (MIT), and
agree as well with another that the fit didn't see. Ensembles return ``(n, 2)``: each player has a place.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from audiopod_mcp.music.synthesis import bodies
from audiopod_mcp.music.synthesis.waves import (
    Tone,
    Values,
    Wave,
    across,
    curve,
    fade,
    harmonics,
    intonation,
    moments,
    noise,
    read,
    rise,
    trace,
    wander,
    wavetable,
)

Resonances = tuple[tuple[float, float, float], ...]
_SHADES = 6
"""Wavetables from the darkest to the brightest."""


def peaks(frequencies: Values, *resonances: tuple[float, float, float]) -> Values:
    """Gain of a horn or a reed at ``frequencies``: 1 + Σ gain of each (centre Hz, width Hz, gain) formant."""
    gain = np.ones_like(frequencies)
    for centre, width, height in resonances:
        gain += height / (1 + ((frequencies - centre) / width) ** 2)
    return gain


@dataclass(frozen=True, slots=True)
class Blown:
    """A bowed string, a reed, a flute or a horn.

    ``slopes`` are the spectra (``k**-slope``) of the tone's darkest and brightest moment, before all else.
    """

    slopes: tuple[float, float] = (2.0, 1.0)
    attack: float = 0.06
    bell: tuple[float, float] = (0.0, 1.0)
    """Hz below which little is radiated, and how steeply it vanishes: ``(f / Hz)**order``."""
    corner: tuple[float, float, float] = (20_000.0, 20_000.0, 2.0)
    """Hz of the corner at the darkest and the brightest moment; above it harmonics fall by ``f**-order``."""
    formants: Resonances = ()
    even: float = 1.0
    """Strength of the even harmonics far below ``even_hz``: a stopped pipe (clarinet) has next to none."""
    even_hz: float = 4000.0
    rate: float = 5.3
    cents: float = 14.0
    breath: float = 0.02
    breath_band: tuple[float, float] = (500.0, 6000.0)
    chiff: float = 2.0
    """How much stronger the breath or bow is at the attack."""
    scoop: float = -25.0
    bloom: float = 0.35
    """How much brighter the attack is than what follows."""
    late: float = 1.0
    """How far the high partials lag behind the loudness at the attack."""
    swell: float = 0.06
    """By how much the tone is weaker when it has just begun than when it's held."""
    pulse: float = 0.08
    """How much of the vibrato is heard in loudness and colour."""
    players: int = 1
    spread: float = 7.0
    """Cents by which players of a section differ."""
    most: int = 60
    body: bodies.Body | None = None
    drift: float = 3.0
    """Cents of unsteadiness."""

    def __call__(self, tone: Tone) -> Wave:
        n = tone.samples(0.25)
        t = moments(n)
        attack = self.attack * (1.3 - 0.6 * tone.force) * (0.9 + 0.2 * tone.rng.random())
        bloom, chiff = self.bloom, self.chiff
        if tone.slurred:  # neither tongue nor a new bow: the pitch changes, that's all
            attack, bloom, chiff = 0.03, 0.0, 0.2 * chiff
        shape = 0.5 - 0.5 * np.cos(np.pi * np.clip(t / attack, 0, 1))
        tables = self._shades(tone)
        colour = (0.2 + 0.75 * tone.force) * shape**self.late * (1 + bloom * np.exp(-t / 0.12))
        colour *= 1 + 0.1 * wander(n, tone.rng)
        if self.players == 1:
            y = self._solo(tone, n, tables, shape, colour)
        else:
            y = self._section(tone, n, tables, colour)
        if self.breath:
            air = noise(n, tone.rng, *self.breath_band)
            air *= curve(self.breath * shape * (1 + chiff * np.exp(-t / 0.04)), n)
            # Stick and slip, reed and lips let the air through once a period.
            if y.ndim == 1:
                air *= 0.6 + np.abs(y) * np.float32(0.5 / (np.sqrt(np.mean(y**2)) + 1e-9))
                y += air
            else:
                y += air[:, None]
        return self.body(y) if self.body else y

    def _shades(self, tone: Tone) -> Wave:
        """Wavetables of equal power from dark to bright, (_SHADES, TABLE)."""
        f = tone.frequency
        k = harmonics(f, self.most)
        level = self.even + (1 - self.even) * np.minimum(1, (k * f / self.even_hz) ** 3)
        gain = np.where(k % 2 == 0, level, 1.0) * peaks(k * f, *self.formants)
        hertz, order = self.bell
        gain /= np.sqrt(1 + (hertz / (k * f)) ** (2 * order))
        dark, bright, order = self.corner
        phases = tone.rng.uniform(0, 2 * np.pi, len(k)) if self.players > 1 else None
        tables = []
        corners = np.geomspace(dark, bright, _SHADES)
        for slope, corner in zip(np.linspace(*self.slopes, _SHADES), corners, strict=True):
            amplitudes = gain * k**-slope / np.sqrt(1 + (k * f / corner) ** (2 * order))
            tables.append(wavetable(amplitudes / np.sqrt(np.sum(amplitudes**2)), phases))
        return np.stack(tables)

    def _solo(self, tone: Tone, n: int, tables: Wave, shape: Values, colour: Values) -> Wave:
        t, phase = moments(n), tone.rng.uniform(0, 2 * np.pi)
        scoop, swell = (70.0 if tone.above else -70.0, 0.0) if tone.slurred else (self.scoop, self.swell)
        pitch = intonation(
            tone, n, cents=self.cents, rate=self.rate, phase=phase, scoop=scoop, drift=self.drift,
            delay=0.12 if tone.slurred else 0.25,
        )  # fmt: skip
        sway = self.pulse * np.clip((t - 0.25) / 0.4, 0, 1) * np.sin(2 * np.pi * self.rate * t + phase + 0.8)
        level = 1 - swell * np.exp(-t / 0.3) + 0.05 * wander(n, tone.rng, 4.0)
        position = curve(np.clip(colour * (1 + 2 * sway), 0, 1) * (_SHADES - 1), n)
        y = read(tables, trace(pitch, n), position)
        y *= curve(shape * level * (1 + sway), n)
        return y

    def _section(self, tone: Tone, n: int, tables: Wave, colour: Values) -> Wave:
        """Several players, each a little off in pitch, time and vibrato, side by side; shape ``(n, 2)``."""
        rng, t = tone.rng, moments(n)
        pitches, shapes = [], []
        for player in range(self.players):
            pitches.append(
                intonation(
                    tone,
                    n,
                    cents=self.cents,
                    rate=self.rate * (0.9 + 0.2 * rng.random()),
                    delay=0.1,
                    phase=rng.uniform(0, 2 * np.pi),
                    scoop=self.scoop * rng.random(),
                    drift=1.5 * self.drift,
                    detune=self.spread * (player - (self.players - 1) / 2) / self.players,
                )
            )
            late = 0.02 * rng.random()
            attack = self.attack * (0.7 + 0.6 * rng.random())
            shape = 0.5 - 0.5 * np.cos(np.pi * np.clip((t - late) / attack, 0, 1))
            shapes.append(shape * (1 + 0.12 * wander(n, rng, 4.0)))
        index = trace(np.stack(pitches), n, rng.random(self.players))
        voices = read(tables, index, curve(np.clip(colour, 0, 1) * (_SHADES - 1), n))
        voices *= curve(np.stack(shapes), n)
        voices *= np.float32(1 / np.sqrt(self.players))
        return across(voices)


VIOLIN = Blown(
    (1.6, 0.75), 0.1, corner=(5000, 9000, 1.5), cents=18, breath=0.035, breath_band=(1500, 9000), chiff=4.0,
    scoop=-18, bloom=0.15, late=1.6, swell=0.22, pulse=0.05, body=bodies.VIOLIN,
)  # fmt: skip
CELLO = Blown(
    (1.6, 0.8), 0.11, cents=15, rate=5.0, breath=0.035, breath_band=(600, 6000), chiff=4.0,
    scoop=-14, bloom=0.15, late=1.6, swell=0.22, pulse=0.05, body=bodies.CELLO,
)  # fmt: skip
CONTRABASS = Blown(
    (1.7, 0.95), 0.12, cents=6, rate=4.6, breath=0.03, breath_band=(300, 3500), chiff=4.0,
    scoop=0, bloom=0.15, late=1.4, swell=0.22, body=bodies.CONTRABASS, drift=2.0,
)  # fmt: skip
ENSEMBLE = Blown(
    (1.4, 0.85), 0.17, corner=(1800, 4200, 1.9), cents=13, breath=0.02, breath_band=(1200, 6000),
    scoop=-12, players=6, spread=16, bloom=0.1, most=45,
)  # fmt: skip
FLUTE = Blown(
    (0.3, 0.0), 0.055, corner=(520, 1250, 2.9), rate=5.0, cents=8, breath=0.035, breath_band=(900, 6500),
    chiff=4.0, scoop=-30, pulse=0.2, most=14,
)  # fmt: skip
CLARINET = Blown(
    (1.1, 0.6), 0.04, corner=(2100, 4000, 3.2), formants=((1900, 700, 3.0),), even=0.03, even_hz=1500,
    cents=2, breath=0.012, scoop=-12, pulse=0.03, late=1.5, most=30,
)  # fmt: skip
"""Above 1.5 kHz the open holes no longer stop a wave, and even harmonics sound too (Benade)."""
OBOE = Blown(
    (0.55, 0.3), 0.04, corner=(1700, 3200, 3.4), formants=((1450, 220, 5.0), (3000, 700, 0.8)),
    cents=9, breath=0.012, scoop=-12, late=1.3,
)  # fmt: skip
SAXOPHONE = Blown(
    (1.15, 0.8), 0.04, corner=(2200, 5200, 3.4), formants=((400, 150, 1.2), (2100, 420, 3.0)),
    rate=5.0, cents=16, breath=0.06, breath_band=(900, 7000), chiff=3.0, scoop=-60, late=1.5, drift=4.0,
)  # fmt: skip
TRUMPET = Blown(
    (2.4, 1.55), 0.035, (1850, 2.1), (900, 7500, 2.6),
    cents=9, breath=0.012, scoop=-35, bloom=0.3, late=1.6,
)  # fmt: skip
TROMBONE = Blown(
    (1.0, 1.0), 0.05, (520, 2.1), (350, 3700, 3.0), cents=6, breath=0.012, scoop=-45, bloom=0.3, late=1.6
)  # fmt: skip
HORN = Blown(
    (1.0, 0.8), 0.06, (500, 1.1), (200, 1450, 2.4), cents=4, breath=0.008, scoop=-20, bloom=0.2, late=1.6
)  # fmt: skip
TUBA = Blown(
    (0.6, 0.6), 0.06, (95, 2.0), (100, 800, 3.0), cents=2, breath=0.01, scoop=-15, bloom=0.25, late=1.6
)  # fmt: skip
BRASS = Blown(
    (2.5, 1.4), 0.045, (1100, 2.0), (900, 9000, 3.0),
    cents=6, breath=0.01, scoop=-35, bloom=0.35, late=1.6, players=4, spread=10,
)  # fmt: skip
ACCORDION = Blown(
    (0.3, 0.1), 0.05, corner=(2300, 3800, 2.4), formants=((420, 200, 3.0),),
    cents=0, breath=0.006, scoop=0, players=2, spread=14, bloom=0.0, drift=0.5,
)  # fmt: skip
HARMONICA = Blown(
    (0.9, 0.6), 0.035, corner=(3300, 5600, 3.4),
    formants=((400, 150, 0.8), (1550, 300, 1.4), (3200, 700, 0.7)),
    rate=5.6, cents=7, breath=0.025, breath_band=(1200, 7000), chiff=3.0, scoop=-70, bloom=0.1,
    pulse=0.22, drift=2.0,
)  # fmt: skip
"""Its vibrato is hands that open and close."""
BAGPIPES = Blown(
    (0.1, 0.0), 0.018, corner=(3600, 5000, 3.3), formants=((2200, 680, 5.0),),
    cents=0, breath=0.008, scoop=0, bloom=0.0, late=0.5, swell=0.0, pulse=0.0, drift=1.5,
)  # fmt: skip
WHISTLE = Blown(
    (3.2, 2.0), 0.05, cents=16, breath=0.04, breath_band=(1500, 6000), chiff=4.0, scoop=-60, most=6
)  # fmt: skip


def organ(tone: Tone) -> Wave:
    """A drawbar organ (88 8000 004 or so): the click of its keys, and a percussion on the third harmonic."""
    f, n = tone.frequency, tone.samples(0.1)
    drawbars = {0.5: 0.7, 1.0: 1.0, 1.5: 0.5, 2.0: 0.6, 3.0: 0.15, 4.0: 0.35, 8.0: 0.18}
    half = np.zeros(16)  # harmonics of the sub-octave
    for ratio, level in drawbars.items():
        # The wheels end at 5.9 kHz: higher pitches fold back an octave.
        while ratio * f > 5900:
            ratio /= 2
        half[int(2 * ratio) - 1] += level
    phases: Values = 2 * np.pi * np.arange(16.0) * 0.618  # wheels of one gear train that was never lined up
    index = trace(np.full(len(moments(n)), f / 2), n)
    y = read(wavetable(half, phases), index)
    ping = read(wavetable(np.eye(6)[5]), index) * fade(n, 0.16)
    y += np.float32(0.45 * tone.force) * ping
    y *= rise(n, 0.005)
    m = min(n, 900)
    y[:m] += np.float32(0.1 + 0.08 * tone.rng.random()) * noise(m, tone.rng, 1500, 7000) * fade(m, 0.003)
    return y
