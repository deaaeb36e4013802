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
    fade,
    harmonics,
    noise,
    read,
    rise,
    times,
    vibrato,
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
    for centre, width, level in VOWELS[vowel]:
        distance = (frequencies - centre * shift) / (0.9 * width)
        response += 10 ** (level / 20) / np.sqrt(1 + distance**2)
    return response


def guide_voice(tone: Tone) -> Wave:
    """One singer on one syllable: vibrato after a third of a second, a consonant's noise, breath."""
    f, n = tone.frequency, tone.samples(0.2)
    vowel = vowel_of(tone.syllable)
    shift = 1.0 if tone.pitch < 62 else 1.12
    k = harmonics(f, 60)
    source = k ** -(1.15 - 0.35 * tone.force)
    open_, closed = formants(k * f, vowel, shift), formants(k * f, "u" if vowel in "ou" else "a", shift)
    tables = [wavetable(source * gain) for gain in (open_, 0.5 * closed + 0.5 * open_)]
    phase = tone.rng.uniform(0, 2 * np.pi)
    cycles = vibrato(f, n, 5.5, 16, 0.3, phase, -70.0)
    steady = rise(n, 0.09)
    first = read(tables[1], cycles)
    t = times(n)
    shimmer = (1 + 0.12 * np.clip((t - 0.3) / 0.4, 0, 1) * np.sin(2 * np.pi * 5.5 * t + phase)).astype(
        np.float32
    )
    y = (first + steady * (read(tables[0], cycles) - first)) * rise(n, 0.035) * shimmer
    y *= (1 - np.float32(0.25) * fade(n, 0.18)) / np.float32(np.sqrt(np.mean(y**2)) + 1e-9)
    y += np.float32(0.05) * noise(n, tone.rng, 1500, 7000) * rise(n, 0.03)
    return _with_consonant(y, tone)


def speaking_voice(tone: Tone) -> Wave:
    """One spoken syllable: its pitch falls, its vowel is short."""
    f, n = tone.frequency, tone.samples(0.2)
    k = harmonics(f, 70)
    table = wavetable(k ** -(1.2 - 0.3 * tone.force) * formants(k * f, vowel_of(tone.syllable)))
    t = times(n)
    y = read(table, f * (t * 1.06 - 0.25 * np.minimum(t, 0.5) ** 2)) * rise(n, 0.015) * fade(n, 0.22, 0.2)
    y *= 1 / np.float32(np.abs(y).max() + 1e-9)
    y += np.float32(0.02) * noise(n, tone.rng, 1500, 7000) * fade(n, 0.2)
    return _with_consonant(y, tone)


def choir(tone: Tone) -> Wave:
    """Six singers on "aah" (or the syllable's vowel), spread over the stage; shape ``(n, 2)``."""
    f, n = tone.frequency, tone.samples(0.3)
    k = harmonics(f, 45)
    vowel = vowel_of(tone.syllable) if tone.syllable else "a"
    y = np.zeros((n, 2), np.float32)
    for singer in range(6):
        table = wavetable(
            k**-1.25 * formants(k * f, vowel, 0.95 + 0.04 * singer), tone.rng.uniform(0, 6.28, len(k))
        )
        off = 9 * (singer - 2.5) / 2.5
        cycles = vibrato(
            f * 2 ** (off / 1200), n, 4.9 + 0.25 * singer, 14, 0.1, tone.rng.uniform(0, 6.28), -20
        )
        line = read(table, cycles) * rise(n, 0.12 + 0.05 * tone.rng.random())
        place = (singer + 0.5) / 6 * np.pi / 2
        y[:, 0] += np.float32(np.cos(place)) * line
        y[:, 1] += np.float32(np.sin(place)) * line
    y += np.float32(0.02 * np.abs(y).max()) * (noise(n, tone.rng, 2000, 8000) * rise(n, 0.2))[:, None]
    return y


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
