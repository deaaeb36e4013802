"""The guide voice and the choir: formant synthesis of a syllable's first consonant and its vowel.

Centres, widths and levels of the formants lie between the tenor's and the alto's of the Csound manual (after
Sundberg). Transitions from a consonant start at its locus (Delattre, Liberman & Cooper, JASA 1955), and the
glottal source's own peak near the fundamental weakens with effort (Doval & d'Alessandro, Acustica 2006). It
is a guide to the melody: words can't be understood.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

import numpy as np

from audiopod_mcp.music.model import SAMPLE_RATE

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

VOWELS: dict[str, tuple[tuple[float, float, float], ...]] = {
    # (centre Hz, width Hz, level dB)
    "a": ((720, 90, 0), (1150, 100, -5), (2700, 130, -15), (3300, 150, -19)),
    "e": ((430, 80, 0), (1800, 100, -12), (2600, 120, -15), (3300, 150, -19)),
    "i": ((310, 70, 0), (2050, 110, -14), (2800, 130, -17), (3400, 150, -21)),
    "o": ((450, 80, 0), (830, 90, -6), (2650, 120, -19), (3200, 150, -22)),
    "u": ((340, 70, 0), (700, 80, -11), (2500, 120, -22), (3200, 150, -25)),
}
_SPELLED_VOWELS = {
    "you": "u", "igh": "a", "oo": "u", "ee": "i", "ea": "i", "ie": "i", "ou": "a", "ow": "a", "oa": "o",
    "ai": "e", "ay": "e", "ei": "e", "au": "o", "ew": "u", "y": "i", "ä": "e", "ö": "e", "ü": "i", "å": "o",
    "æ": "e", "ø": "e", "œ": "e", "ı": "i", "а": "a", "я": "a", "е": "e", "э": "e", "є": "e", "и": "i",
    "ы": "i", "і": "i", "ї": "i", "о": "o", "у": "u", "ю": "u", "α": "a", "ε": "e", "η": "i", "ι": "i",
    "ο": "o", "υ": "i", "ω": "o",
}  # fmt: skip
_ENGLISH_VOWELS = {
    "a": "i i'm i'll i've i'd my by why sky fly cry try time life like mine fire wild child mind find ride "
    "shine smile while side wide eye eyes love one sun run up but just must us above some done heart",
    "o": "all call fall was what your know show slow low grow snow soul though",
    "u": "through blue true could would should",
    "e": "earth heard head dead great break they",
    "i": "she",
}
"""Common words whose vowel isn't what their letters say elsewhere."""
_WORD_VOWELS = {word: vowel for vowel, words in _ENGLISH_VOWELS.items() for word in words.split()}
_LONGEST_FIRST = sorted(_SPELLED_VOWELS, key=len, reverse=True)


@dataclass(frozen=True, slots=True)
class Consonant:
    """How a consonant opens into its vowel."""

    locus: tuple[float, float, float]
    """Hz from which the first three formants move."""
    closed: float
    """Seconds before they begin to move."""
    voice: float
    """Level of the voice until then."""
    noise: float = 0.0
    """Level of the breath until then."""
    band: tuple[float, float] = (900.0, 4500.0)
    """Band of that breath, Hz."""
    burst: bool = False
    """Whether it is a stop, whose breath bursts and dies away."""
    opens: float = 0.05
    """Seconds in which the formants reach the vowel."""
    nasal: bool = False
    """Whether the nose sounds instead of the mouth, which takes away what is high."""


_LIPS, _TEETH, _PALATE = (250.0, 750.0, 2250.0), (280.0, 1750.0, 2650.0), (270.0, 2000.0, 2300.0)
CONSONANTS = {
    "p": Consonant(_LIPS, 0.035, 0.0, 0.35, (500, 2500), True),
    "t": Consonant(_TEETH, 0.035, 0.0, 0.35, (3000, 9000), True),
    "k": Consonant(_PALATE, 0.04, 0.0, 0.35, (1500, 4500), True),
    "b": Consonant(_LIPS, 0.03, 0.25, 0.2, (300, 1500), True),
    "d": Consonant(_TEETH, 0.03, 0.25, 0.2, (2500, 7000), True),
    "g": Consonant(_PALATE, 0.03, 0.25, 0.2, (1200, 3500), True),
    "s": Consonant(_TEETH, 0.075, 0.0, 0.28, (4500, 11000)),
    "š": Consonant(_PALATE, 0.075, 0.0, 0.32, (2000, 7000)),
    "č": Consonant(_TEETH, 0.055, 0.0, 0.35, (2200, 7500), True),
    "f": Consonant(_LIPS, 0.065, 0.0, 0.16, (2000, 9000)),
    "θ": Consonant(_TEETH, 0.055, 0.0, 0.12, (3000, 9000)),
    "h": Consonant((500.0, 1500.0, 2600.0), 0.05, 0.1, 0.2),
    "z": Consonant(_TEETH, 0.06, 0.3, 0.25, (4000, 9000)),
    "v": Consonant(_LIPS, 0.05, 0.35, 0.08, (1500, 5000)),
    "j": Consonant(_TEETH, 0.045, 0.2, 0.3, (2500, 7000), True),
    "m": Consonant((260.0, 1000.0, 2200.0), 0.07, 0.5, opens=0.035, nasal=True),
    "n": Consonant((280.0, 1500.0, 2500.0), 0.065, 0.5, opens=0.035, nasal=True),
    "l": Consonant((360.0, 1250.0, 2700.0), 0.06, 0.55, opens=0.04),
    "r": Consonant((350.0, 1200.0, 1700.0), 0.05, 0.6, opens=0.07),
    "w": Consonant((290.0, 650.0, 2250.0), 0.045, 0.6, opens=0.08),
    "y": Consonant((270.0, 2150.0, 2950.0), 0.045, 0.6, opens=0.08),
}
_SPELLED_CONSONANTS = {
    "sch": "š",
    "sh": "š",
    "ch": "č",
    "th": "θ",
    "ph": "f",
    "wh": "w",
    "kn": "n",
    "wr": "r",
}
_SPELLED_CONSONANTS |= {
    "ce": "s",
    "ci": "s",
    "c": "k",
    "q": "k",
    "x": "z",
    "ç": "s",
    "ñ": "n",
    "ş": "š",
    "ß": "s",
}
_SPELLED_CONSONANTS |= dict(zip("пткбдгсшчфхзвжмнлр", "ptkbdgsščfhzvšmnlr", strict=True))
_FORMANT_STEPS = 5
"""Wavetables of a syllable: the consonant, two on the way to the vowel, the soft vowel, the loud vowel."""


def vowel_of(syllable: str | None) -> str:
    """Read the vowel of a written syllable: one of ``a e i o u``; ``u`` ("ooh") where there is no text."""
    if not syllable:
        return "u"
    text = syllable.lower()
    if syllable != "i" and (word := text.strip(',.;:!?"()')) in _WORD_VOWELS:
        return _WORD_VOWELS[word]
    if text[0] == "y" and _without_accents(text[1:2]) in VOWELS and not text.startswith("you"):
        text = text[1:]
    for spelling in _LONGEST_FIRST:
        if len(spelling) > 1 and spelling in text:
            return _SPELLED_VOWELS[spelling]
    for letter in text:
        for candidate in (letter, _without_accents(letter)):
            if candidate in VOWELS:
                return candidate
            if candidate in _SPELLED_VOWELS:
                return _SPELLED_VOWELS[candidate]
    return "a"


def consonant_of(syllable: str | None) -> str:
    """Read the consonant that opens a written syllable: a key of :data:`CONSONANTS`, or empty for none."""
    text = (syllable or "").lower().lstrip("'\"([{-¿¡… ")
    for length in (3, 2, 1):
        if text[:length] in _SPELLED_CONSONANTS:
            return _SPELLED_CONSONANTS[text[:length]]
    opens = text[:1]
    if opens == "y" and _without_accents(text[1:2]) not in VOWELS:
        return ""  # a vowel itself
    return opens if opens in CONSONANTS else ""


def _without_accents(letter: str) -> str:
    """Take the accents off a letter."""
    return unicodedata.normalize("NFD", letter)[:1]


def vocal_formants(vowel: str, pitch: float) -> FloatArray:
    """Give the formants of a vowel sung at ``pitch`` (MIDI): centre Hz, width Hz, level dB; shape (4, 3).

    Higher voices have a shorter vocal tract.
    """
    shape = np.array(VOWELS[vowel], np.float64)
    shape[:, 0] *= np.interp(pitch, (55, 72), (1.0, 1.12))
    # A singer opens the mouth until the first formant is not below the note (Sundberg 1987).
    shape[0, 0] = max(shape[0, 0], 440 * 2 ** ((pitch - 69) / 12))
    return shape


def voice_spectrum(frequencies: FloatArray, shape: FloatArray, force: float) -> FloatArray:
    """Compute the levels of a voice's harmonics, of unit power.

    Parameters
    ----------
    frequencies
        Of the harmonics, Hz, from the fundamental on; shape (harmonics,).
    shape
        Formants, as :func:`vocal_formants` gives them.
    force
        Vocal effort, 0 to 1.

    """
    f = frequencies[:, None]
    centre, width, level = shape.T
    peak = 10 ** (level / 20) / np.sqrt(1 + ((f - centre) / (0.55 * width)) ** 2)
    voiced = (peak * np.minimum(1, centre / f)).sum(axis=1)
    lowest = frequencies[0]
    voiced += 10 ** (-(5 + 8 * force) / 20) / (1 + ((frequencies - lowest) / (0.8 * lowest)) ** 2)
    voiced *= (frequencies / 500) ** (0.75 * (force - 0.7))
    amplitudes: FloatArray = voiced / np.sqrt(np.sum(voiced**2))
    return amplitudes


def _formant_tables(
    tone: Tone, vowel: str, consonant: Consonant | None, max_harmonics: int, tract: float = 1.0
) -> Signal:
    """Build wavetables of equal power from the consonant to the loud vowel; (_FORMANT_STEPS, TABLE_SIZE)."""
    f = tone.frequency * harmonics(tone.frequency, max_harmonics)
    vowelled = vocal_formants(vowel, tone.pitch)
    vowelled[:, 0] /= tract
    start = vowelled.copy()
    if consonant:
        start[:3, 0] = consonant.locus
        start[0, 0] = max(start[0, 0], 0.9 * f[0])
        start[1:, 2] -= 14 if consonant.nasal else 3
    else:
        start[0, 0] *= 0.85
    tables = []
    for way in (0.0, 0.4, 0.75):
        shape = (1 - way) * start + way * vowelled
        tables.append(voice_spectrum(f, shape, 0.5 * tone.force))
    tables += [voice_spectrum(f, vowelled, force) for force in (0.6 * tone.force, tone.force)]
    return wavetable(np.stack(tables))


def _with_consonant(tone: Tone, y: Signal, consonant: Consonant | None) -> Signal:
    """Give ``y``, the voice of a syllable at RMS 1, its consonant's closure and noise, in place."""
    n = len(y)
    if consonant is None:
        y *= fade_in(n, 0.04)
        return y
    t = control_times(n)
    opening = np.clip((t - consonant.closed) / (0.7 * consonant.opens), 0, 1)
    y *= interpolate((consonant.voice + (1 - consonant.voice) * opening) * np.clip(t / 0.012, 0, 1), n)
    m = min(n, round((consonant.closed + 0.06) * SAMPLE_RATE))
    if consonant.noise:
        hiss = band_noise(m, tone.rng, *consonant.band)
        if consonant.burst:
            hiss *= exp_decay(m, 0.011, 0.12) * fade_in(m, 0.001)
        else:
            hiss *= fade_in(m, 0.5 * consonant.closed)
        hiss *= interpolate(np.clip((consonant.closed + 0.025 - control_times(m)) / 0.025, 0, 1), m)
        y[:m] += np.float32(consonant.noise) * hiss
    return y


def _articulation(
    tone: Tone, max_harmonics: int, vowel_opens: float, tract: float = 1.0
) -> tuple[Consonant | None, Signal, float, float]:
    """Give a syllable's consonant, its wavetables, when the mouth begins to open, and in how many seconds."""
    consonant = CONSONANTS.get(consonant_of(tone.syllable))
    tables = _formant_tables(tone, vowel_of(tone.syllable), consonant, max_harmonics, tract)
    begins, opens = (consonant.closed, consonant.opens) if consonant else (0.0, vowel_opens)
    return consonant, tables, begins, opens


def guide_voice(tone: Tone) -> Signal:
    """Sing one syllable with a voice between a man's and a woman's; (n,)."""
    return _sung_syllable(tone, 1.0)


def female_voice(tone: Tone) -> Signal:
    """Sing one syllable with a woman's voice; (n,)."""
    return _sung_syllable(tone, 0.9)


def male_voice(tone: Tone) -> Signal:
    """Sing one syllable with a man's voice; (n,)."""
    return _sung_syllable(tone, 1.12)


def _sung_syllable(tone: Tone, tract: float) -> Signal:
    """Sing one syllable: the mouth opens, vibrato sets in, breath pulses with the tone; (n,).

    ``tract`` is the length of the vocal tract as a multiple of the guide's: a man's is about a fifth longer
    than a woman's, and his formants are as much lower (Fant, *Speech Sounds and Features*, 1973).
    """
    n, rng = tone.samples(0.2), tone.rng
    t = control_times(n)
    consonant, tables, begins, opens = _articulation(tone, 60, 0.06, tract)
    phase, rate, cents = rng.uniform(0, 2 * np.pi), rng.uniform(5.2, 5.8), rng.uniform(22, 34)
    pitch = pitch_contour(
        tone, n, cents=cents, rate=rate, delay=0.3, phase=phase, scoop=110.0 if tone.from_above else -90.0,
        glide=0.04, drift=5.0,
    )  # fmt: skip
    # Vocal cords never close twice alike: the pitch jitters by some tenths of a per cent.
    pitch *= 2 ** (3.0 * random_drift(n, rng, 45.0) / 1200)
    vibrato = np.clip((t - 0.3) / 0.4, 0, 1) * np.sin(2 * np.pi * rate * t + phase + 0.6)
    way = np.clip((t - begins) / opens, 0, 1)
    sung = np.clip((t - begins - opens) / 0.15, 0, 1)
    effort = sung * np.clip(0.75 + 0.12 * vibrato + 0.15 * random_drift(n, rng, 4.0), 0, 1)
    y = play_wavetable(tables, pitch, n, 0.0, interpolate((_FORMANT_STEPS - 2) * way + effort, n))
    y *= np.float32(1 / (np.sqrt(np.mean(y**2)) + 1e-9))
    air = band_noise(n, rng, 1800, 9000)
    air *= np.abs(y) * np.float32(0.02) + np.float32(0.005)
    y += air * interpolate(1 + 2 * np.exp(-t / 0.05), n)
    y *= interpolate(
        (1 - 0.2 * np.exp(-t / 0.15)) * (1 + 0.1 * vibrato + 0.06 * random_drift(n, rng, 6.0)), n
    )
    return _with_consonant(tone, y, consonant)


def inhalation(seconds: float, rng: np.random.Generator) -> Signal:
    """Breathe in before a line: air through an open mouth, stronger until it stops; RMS about 1, (n,)."""
    n = round(seconds * SAMPLE_RATE)
    air = band_noise(n, rng, 700, 2600) + np.float32(0.6) * band_noise(n, rng, 2600, 7500)
    x = np.linspace(0, 1, n, dtype=np.float32)
    breath: Signal = air * x**1.5 * np.minimum(1, 6 * (1 - x))
    return breath


def speaking_voice(tone: Tone) -> Signal:
    """Speak one syllable: its pitch falls, its vowel is short; (n,)."""
    n, rng = tone.samples(0.2), tone.rng
    t = control_times(n)
    consonant, tables, begins, opens = _articulation(tone, 70, 0.03)
    falling = (
        tone.frequency * (1.06 - 0.5 * np.minimum(t, 0.5)) * 2 ** (8 * random_drift(n, rng, 12.0) / 1200)
    )
    way = np.clip((t - begins) / opens, 0, 1)
    y = play_wavetable(
        tables,
        falling,
        n,
        0.0,
        interpolate((_FORMANT_STEPS - 2) * way + 0.8 * np.exp(-t / 0.15) * way, n),
    )
    y *= np.float32(1 / (np.sqrt(np.mean(y**2)) + 1e-9))
    y += np.float32(0.05) * band_noise(n, rng, 1500, 7000) * (0.2 + np.abs(y))
    return _with_consonant(tone, y, consonant) * exp_decay(n, 0.22, 0.2)


def choir(tone: Tone) -> Signal:
    """Sing "aah", or the syllable's vowel, with eight singers spread over the stage; (n, 2).

    Each has a pitch, a vibrato and an entry of their own; two share a length of vocal tract.
    """
    n, rng = tone.samples(0.3), tone.rng
    t = control_times(n)
    f = tone.frequency * harmonics(tone.frequency, 45)
    vowel = vowel_of(tone.syllable) if tone.syllable else "a"
    sides = np.zeros((2, n), np.float32).T
    for throat in range(4):
        shape = vocal_formants(vowel, tone.pitch)
        shape[:, 0] *= 0.94 + 0.04 * throat
        table = wavetable(voice_spectrum(f, shape, 0.8 * tone.force), rng.uniform(0, 6.28, len(f)))
        pitches, shapes = [], []
        for _ in range(2):
            pitches.append(
                pitch_contour(
                    tone, n, cents=rng.uniform(12, 28), rate=rng.uniform(4.7, 6.0), delay=0.1,
                    phase=rng.uniform(0, 6.28), scoop=rng.uniform(-40, -5), glide=0.05, drift=8.0,
                    detune=rng.uniform(-9, 9),
                )
            )  # fmt: skip
            late, attack = 0.05 * rng.random(), 0.1 + 0.08 * rng.random()
            shapes.append(raised_cosine(t - late, attack) * (1 + 0.15 * random_drift(n, rng, 3.0)))
        voices = play_wavetable(table, np.stack(pitches), n, rng.random(2))
        voices *= interpolate(np.stack(shapes), n)
        place = (throat + 0.5) / 8
        sides += pan_across(voices, place, 1 - place)
    air = band_noise(n, rng, 2000, 9000) * interpolate(np.clip(t / 0.2, 0, 1), n)
    sides += np.float32(0.03 * np.sqrt(np.mean(sides**2))) * air[:, None]
    return sides
