"""Instruments that were recorded note by note, and are played from the bank of those recordings.

A note is the sample of its key and force, resampled to its pitch by a windowed sinc (libsoxr), looped as long
as it is held, and darker the softer it is played. The bank has one recording where a player never plays the
same twice, so tuning, brightness and the moment from which the sample is read vary a little.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import soxr
from scipy.signal import sosfilt

from audiopod_mcp.music.model import SAMPLE_RATE

from . import sound_bank
from .drums import TUNED_WITH, Kit, in_key
from .envelopes import declick, exp_decay, rise
from .sound_bank import Zone
from .tone import FloatArray, Signal, Tone

_WIDTH = 0.9
"""How far apart the two sides are from which a note was recorded: some of each is heard on both."""
_OPEN = 0.4 * SAMPLE_RATE
"""Hz above which a low-pass filter is left out."""
_SLUR_RISE = 0.012
"""Seconds in which a slurred note takes over."""
_DETUNE = 2.5
"""Cents by which a player's notes differ, at most."""
_DRUM_DETUNE = 18.0
_METALS = frozenset({42, 44, 46, 49, 51, 52, 53, 54, 55, 56, 57, 59, 80, 81})
"""General MIDI drums that are plates, bells and jingles."""
_LATE = 0.0008
"""Seconds of a stroke's recording that are left out, at most."""
_LONGEST_STROKE = 4.0
"""Seconds."""
_COLOUR = 0.12
"""Octaves by which the low-pass filter differs from note to note, at most."""


@dataclass(frozen=True, slots=True)
class Sampled:
    """A program of the bank; calling it with a tone gives its sound, (n,) or, of stereo samples, (n, 2)."""

    program: str
    attack: float = 0.001
    """Seconds that the attack takes at least."""
    onset: float = 0.1
    """Seconds of a recording that a slurred note leaves out."""
    lowest: float = 0.0
    """Partials below which what the bow or the room rumbles is cut; 0 for nothing."""
    darkest: float = 3.0
    """Partials below which no note is filtered, however soft."""
    brilliance: float = 10.0
    """dB by which partials from the fourth on are stronger at the hardest stroke than at the softest."""

    def __call__(self, tone: Tone) -> Signal:
        n = tone.samples(0.1)
        detune = tone.rng.uniform(-_DETUNE, _DETUNE) / 100
        colour = 2 ** tone.rng.uniform(-_COLOUR, _COLOUR)
        voices = [(zone, self._voice(zone, tone, n, detune, colour)) for zone in self._zones(tone)]
        if all(zone.pan == voices[0][0].pan for zone, _ in voices):
            first, *others = (voice for _, voice in voices)
            for voice in others:
                first += voice
            return first
        y = np.empty((2, n), np.float32)
        for side, lean in zip(y, (-_WIDTH, _WIDTH), strict=True):
            gains = [np.float32(np.sqrt((1 + lean * zone.pan) / 2)) for zone, _ in voices]
            np.multiply(voices[0][1], gains[0], out=side)
            for (_, voice), gain in zip(voices[1:], gains[1:], strict=True):
                side += gain * voice
        return y.T

    def _zones(self, tone: Tone) -> list[Zone]:
        every = sound_bank.zones(self.program)
        key, velocity = round(tone.pitch), round(127 * tone.force)
        far = min(_outside(key, zone.keys) for zone in every)
        near = [zone for zone in every if _outside(key, zone.keys) == far]
        struck = [zone for zone in near if not _outside(velocity, zone.velocities)]
        if struck:
            return struck
        layer = min(_outside(velocity, zone.velocities) for zone in near)
        return [zone for zone in near if _outside(velocity, zone.velocities) == layer]

    def _voice(self, zone: Zone, tone: Tone, n: int, detune: float, colour: float) -> Signal:
        ratio = 2 ** ((tone.pitch + detune - zone.root) / 12)
        skip = self.onset if tone.slurred else 0.0
        y = _read(zone, ratio, n, skip)
        soft, hard = (max(self.darkest * tone.frequency, hertz) for hertz in zone.cutoff)
        first, last = zone.velocities
        place = np.clip((127 * tone.force - first) / max(1, last - first), 0, 1)
        sections = _low_pass(colour * soft * (hard / soft) ** place)
        if self.lowest:
            sections.append(_butterworth(self.lowest * tone.frequency, high_pass=True))
        sections.append(_shelf(3.5 * tone.frequency, self.brilliance * (tone.force - 0.65)))
        y = _filtered(y, sections, zone.gain)
        if tone.slurred:
            rise(y, _SLUR_RISE)
        else:
            rise(y, max(self.attack, zone.attack))
        if zone.decay:
            hold = min(n, round(zone.hold * SAMPLE_RATE))
            tau = 20 / np.log(10) / zone.decay
            y[hold:] *= exp_decay(n - hold, tau, 10 ** (-zone.sustain / 20))
        return y


@dataclass(frozen=True, slots=True)
class SampledKit:
    """A drum kit of the bank; what it has not, another kit has. Calling it gives (n,)."""

    program: str
    other: Kit
    gain: float = 1.0

    def __call__(self, tone: Tone) -> Signal:
        key, rng = round(tone.pitch), tone.rng
        zone = self._zone(key)
        if zone is None:
            return self.other(tone)
        tuned_with = TUNED_WITH.get(key, key)
        lowest = self._zone(tuned_with)
        tuning = in_key(tuned_with, lowest.pitch, tone) if lowest else 0.0
        # A skin is hit in another place each time; a plate keeps its modes, and is heard from another side.
        cents = 0.0 if key in _METALS else rng.uniform(-_DRUM_DETUNE, _DRUM_DETUNE)
        semitones = key - zone.root + tuning + cents / 100
        ratio = 2 ** (semitones / 12)
        audio = sound_bank.waveform(zone)
        n = round(min(len(audio) / zone.rate / ratio, _LONGEST_STROKE) * SAMPLE_RATE)
        y = _read(zone, ratio, n, rng.uniform(0, _LATE), audio)
        soft, hard = zone.cutoff
        shelf = _shelf(2500.0, 8.0 * (tone.force - 0.65) + rng.uniform(-1.5, 1.5))
        decibels = zone.gain + 20 * np.log10(self.gain)
        y = _filtered(y, [*_low_pass(soft * (hard / soft) ** tone.force), shelf], decibels)
        declick(y, 16)
        y[-400:] *= np.linspace(1, 0, len(y[-400:]), dtype=np.float32)
        return self.other.crushed(y)

    def _zone(self, key: int) -> Zone | None:
        return next((zone for zone in sound_bank.zones(self.program) if not _outside(key, zone.keys)), None)


def _outside(value: int, bounds: tuple[int, int]) -> int:
    return max(0, bounds[0] - value, value - bounds[1])


def _read(zone: Zone, ratio: float, n: int, skip: float, audio: Signal | None = None) -> Signal:
    """``n`` samples of a zone's recording, played ``ratio`` times as fast, from ``skip`` seconds on.

    ``audio`` is that recording, where it is decoded already.
    """
    start = zone.start + round(skip * zone.rate)
    needed = int(n * ratio * zone.rate / SAMPLE_RATE) + 64
    audio = sound_bank.waveform(zone, start + needed) if audio is None else audio
    if start > len(audio) // 2:
        start = zone.start
    if zone.loop is not None and start + needed > zone.loop[1]:
        first, last = zone.loop
        again = -(-(start + needed - last) // (last - first))
        audio = np.concatenate((audio[:last], np.tile(audio[first:last], again)))
    piece = audio[start : start + needed]
    read: Signal = soxr.resample(piece, zone.rate * ratio, SAMPLE_RATE, "HQ")[:n]
    return read if len(read) == n else np.pad(read, (0, n - len(read)))


def _shelf(hertz: float, decibels: float) -> FloatArray:
    """Raise what is above ``hertz`` by so many dB, by a filter of the first order; a section, shape (6,)."""
    pole = 1 - min(0.9, 2 * np.pi * hertz / SAMPLE_RATE)
    gain = 10 ** (decibels / 20)
    return np.array([1 + (gain - 1) * pole, -gain * pole, 0, 1, -pole, 0])


def _low_pass(hertz: float) -> list[FloatArray]:
    """Filter out what is above ``hertz``, if that is not all that is heard; a section or none."""
    return [_butterworth(hertz, high_pass=False)] if hertz < _OPEN else []


def _butterworth(hertz: float, *, high_pass: bool) -> FloatArray:
    """Filter out what is above, or below, ``hertz``, by 12 dB an octave without a peak; a section, (6,)."""
    # The bilinear biquad of a second-order Butterworth filter.
    turn = 2 * np.pi * hertz / SAMPLE_RATE
    alpha, cosine = np.sin(turn) / np.sqrt(2), np.cos(turn)
    edge, middle = ((1 + cosine) / 2, -1 - cosine) if high_pass else ((1 - cosine) / 2, 1 - cosine)
    section: FloatArray = np.array([edge, middle, edge, 1 + alpha, -2 * cosine, 1 - alpha]) / (1 + alpha)
    return section


def _filtered(y: Signal, sections: Sequence[FloatArray], decibels: float) -> Signal:
    """Filter ``y``, and amplify it."""
    cascade = np.array(sections)
    cascade[0, :3] *= 10 ** (decibels / 20)
    filtered: Signal = sosfilt(cascade.astype(np.float32), y)
    return filtered
