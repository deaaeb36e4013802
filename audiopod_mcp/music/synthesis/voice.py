"""The guide voice and the choir: a glottal source through the formants of a vowel.

Formant centres, widths and levels are the tenor and soprano tables of the Csound manual (after
Sundberg). It sings vowels, and a breath of the consonant before them: a guide to the melody, no words.
"""

from __future__ import annotations

import re

import numpy as np

from audiopod_mcp.music.model import SAMPLE_RATE
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

VOWELS: dict[str, tuple[tuple[float, float, float], ...]] = {
    # (centre Hz, width Hz, level dB)
    "a": ((700, 90, 0), (1150, 100, -4), (2700, 130, -16), (3300, 150, -20)),
    "e": ((440, 80, 0), (1800, 100, -9), (2600, 120, -13), (3300, 150, -17)),
    "i": ((310, 70, 0), (2050, 110, -12), (2850, 130, -16), (3400, 160, -20)),
    "o": ((450, 80, 0), (830, 90, -6), (2650, 120, -22), (3200, 150, -24)),
    "u": ((340, 60, 0), (680, 80, -10), (2500, 120, -26), (3200, 150, -28)),
}
_SOUNDS = {
    "y": "i",
    "ee": "i",
    "ea": "i",
    "oo": "u",
    "ou": "a",
    "ow": "a",
    "oa": "o",
    "ai": "e",
    "ay": "e",
    "au": "o",
}
_SOUNDS |= {"ä": "e", "ö": "e", "ü": "i", "å": "o", "æ": "e", "ø": "e"}
_HISS = {"s": (4500, 11000, 0.5), "z": (4000, 9000, 0.3), "f": (2500, 9000, 0.25), "h": (900, 4500, 0.25)}
_HISS |= {"t": (3000, 9000, 0.45), "k": (1500, 4500, 0.45), "c": (1800, 6000, 0.4), "p": (500, 2500, 0.35)}
_HISS |= {
    "d": (2500, 7000, 0.25),
    "b": (300, 1500, 0.25),
    "g": (1200, 3500, 0.25),
    "v": (1500, 5000, 0.12),
    "j": (2500, 7000, 0.3),
}


_SHADES = 4
"""Wavetables from the closed mouth to the open vowel."""


def vowel_of(syllable: str | None) -> str:
    """The vowel that carries a written syllable, one of ``a e i o u``; ``u`` ("ooh") when there's no text."""
    if not syllable:
        return "u"
    text = syllable.lower()
    for spelling, vowel in _SOUNDS.items():
        if len(spelling) == 2 and spelling in text:
            return vowel
    for letter in text:
        if letter in VOWELS:
            return letter
        if letter in _SOUNDS:
            return _SOUNDS[letter]
    return "a"


def consonant_of(syllable: str | None) -> str:
    """The letter of the syllable's opening consonant that makes a noise; empty for none."""
    match = re.match(r"[^\W\d_]", (syllable or "").lower())
    return match[0] if match and match[0] in _HISS else ""


def formants(frequencies: Values, vowel: str, shift: float = 1.0) -> Values:
    """Amplitude response of a vocal tract at ``frequencies``; ``shift`` > 1 is a shorter one."""
    response = np.full_like(frequencies, 0.004)
    for number, (centre, width, level) in enumerate(VOWELS[vowel]):
        centre *= shift
        if number == 0:
            # A singer opens the mouth until the first formant is not below the note (Sundberg 1987).
            centre = max(centre, float(frequencies[0]))
        distance = (frequencies - centre) / (0.9 * width)
        response += 10 ** (level / 20) / np.sqrt(1 + distance**2)
    return response


def guide_voice(tone: Tone) -> Wave:
    """One singer on one syllable: the mouth opens, vibrato sets in, breath pulses with the tone."""
    f, n = tone.frequency, tone.samples(0.2)
    t = moments(n)
    vowel = vowel_of(tone.syllable)
    shift = 1.0 if tone.pitch < 62 else 1.12
    k = harmonics(f, 60)
    closed = formants(k * f, "u" if vowel in "ou" else "e", shift * 0.9)
    opened = formants(k * f, vowel, shift)
    # Effort tilts the source less (Sundberg): the darkest table is at the lips' parting.
    tilt = 1.05 - 0.4 * tone.force
    tables = []
    for step in np.linspace(0, 1, _SHADES):
        amplitudes = k ** -(tilt + 0.5 * (1 - step)) * closed ** (1 - step) * opened**step
        tables.append(wavetable(amplitudes / np.sqrt(np.sum(amplitudes**2))))
    phase = tone.rng.uniform(0, 2 * np.pi)
    scoop = 110.0 if tone.above else -90.0
    pitch = intonation(
        tone, n, cents=28, rate=5.4, delay=0.3, phase=phase, scoop=scoop, glide=0.04, drift=5.0
    )  # fmt: skip
    vibrato = np.clip((t - 0.3) / 0.4, 0, 1) * np.sin(2 * np.pi * 5.4 * t + phase + 0.6)
    open_ = np.clip(t / 0.08, 0, 1) * (0.88 + 0.08 * vibrato + 0.06 * wander(n, tone.rng, 4.0))
    y = read(np.stack(tables), trace(pitch, n), curve(np.clip(open_, 0, 1) * (_SHADES - 1), n))
    y *= np.float32(1 / (np.sqrt(np.mean(y**2)) + 1e-9))
    air = noise(n, tone.rng, 1800, 9000)
    air *= np.abs(y) * np.float32(0.028) + np.float32(0.007)
    y += air * curve(1 + 2 * np.exp(-t / 0.05), n)
    level = (1 - 0.25 * np.exp(-t / 0.18)) * (1 + 0.1 * vibrato + 0.06 * wander(n, tone.rng, 6.0))
    y *= curve(level * (0.5 - 0.5 * np.cos(np.pi * np.clip(t / 0.04, 0, 1))), n)
    return _with_consonant(y, tone)


def speaking_voice(tone: Tone) -> Wave:
    """One spoken syllable: its pitch falls, its vowel is short."""
    f, n = tone.frequency, tone.samples(0.2)
    t = moments(n)
    k = harmonics(f, 70)
    table = wavetable(k ** -(1.2 - 0.3 * tone.force) * formants(k * f, vowel_of(tone.syllable)))
    falling = f * (1.06 - 0.5 * np.minimum(t, 0.5)) * 2 ** (8 * wander(n, tone.rng, 12.0) / 1200)
    y = read(table, trace(falling, n)) * rise(n, 0.015) * fade(n, 0.22, 0.2)
    y *= 1 / np.float32(np.abs(y).max() + 1e-9)
    y += np.float32(0.03) * noise(n, tone.rng, 1500, 7000) * fade(n, 0.2) * (0.3 + np.abs(y))
    return _with_consonant(y, tone)


def choir(tone: Tone) -> Wave:
    """Eight singers on "aah" (or the syllable's vowel), spread over the stage; shape ``(n, 2)``.

    Each has a pitch, a vibrato and an entry of their own; two share a length of throat.
    """
    f, n, rng = tone.frequency, tone.samples(0.3), tone.rng
    t = moments(n)
    k = harmonics(f, 45)
    vowel = vowel_of(tone.syllable) if tone.syllable else "a"
    sides = np.zeros((n, 2), np.float32)
    for throat in range(4):
        gain = k ** -(1.45 - 0.4 * tone.force) * formants(k * f, vowel, 0.93 + 0.06 * throat)
        table = wavetable(gain / np.sqrt(np.sum(gain**2)), rng.uniform(0, 6.28, len(k)))
        pitches, shapes = [], []
        for _ in range(2):
            pitches.append(
                intonation(
                    tone, n, cents=rng.uniform(12, 28), rate=rng.uniform(4.7, 6.0), delay=0.1,
                    phase=rng.uniform(0, 6.28), scoop=rng.uniform(-40, -5), glide=0.05, drift=8.0,
                    detune=rng.uniform(-9, 9),
                )
            )  # fmt: skip
            late, attack = 0.05 * rng.random(), 0.1 + 0.08 * rng.random()
            shape = 0.5 - 0.5 * np.cos(np.pi * np.clip((t - late) / attack, 0, 1))
            shapes.append(shape * (1 + 0.15 * wander(n, rng, 3.0)))
        voices = read(table, trace(np.stack(pitches), n, rng.random(2))) * curve(np.stack(shapes), n)
        place = (throat + 0.5) / 8
        sides += across(voices, place, 1 - place)
    air = noise(n, rng, 2000, 9000) * curve(np.clip(t / 0.2, 0, 1), n)
    sides += np.float32(0.03 * np.sqrt(np.mean(sides**2))) * air[:, None]
    return sides


def _with_consonant(y: Wave, tone: Tone) -> Wave:
    letter = consonant_of(tone.syllable)
    if letter:
        low, high, level = _HISS[letter]
        m = min(len(y), int(0.09 * SAMPLE_RATE))
        long = letter in "szfhv"
        hiss = (
            noise(m, tone.rng, low, high)
            * fade(m, 0.035 if long else 0.012)
            * rise(m, 0.012 if long else 0.001)
        )
        y[:m] += np.float32(level * 0.7) * hiss
    return y
