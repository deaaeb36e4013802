"""How each instrument of the synthesizer sounds, in a few numbers.

The table of styles holds what music synthesized here sounds like, so it is out of date once the
synthesizer sounds otherwise. Sources can't tell that: they change without a sound, with each docstring.
Nor can a hash of the samples: their last bits differ between processors and versions of numpy. So every
instrument plays a phrase, and its levels in octaves are compared to a fraction of a decibel, which the ear
would not notice.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from audiopod_mcp.music.model import SAMPLE_RATE, Audio, Note, Part, Score
from audiopod_mcp.music.synthesis import INSTRUMENTS, mix, render

Levels = npt.NDArray[np.float32]

TOLERANCE = 0.2
"""Decibels up to which two measurements are of the same sound."""
_OCTAVES = 62.5 * 2.0 ** np.arange(9)
"""Their centres, Hz."""
_FLOOR = 40.0
"""Decibels below the loudest octave at which no more is told."""
_KEYS = (36, 38, 42, 46, 45, 49, 51, 54, 56, 60, 62, 70, 75)
"""General MIDI drums: kit, then hands and shakers."""


def measure_instruments() -> dict[str, Levels]:
    """The level of each instrument in nine octaves around 62.5 Hz to 16 kHz, ``(9,)``, dB to a tenth."""
    return {name: _octave_levels(mix(render(_phrase(name), mastered=False))) for name in INSTRUMENTS}


def changed_instruments(stored: dict[str, Levels]) -> dict[str, float]:
    """Those that sound otherwise than they did, and by how many dB; new ones and lost ones by infinity."""
    now = measure_instruments()
    apart = {
        name: float(np.abs(now[name] - stored[name]).max()) if name in now and name in stored else np.inf
        for name in {**now, **stored}
    }
    return {name: decibels for name, decibels in apart.items() if decibels > TOLERANCE}


def _phrase(name: str) -> Score:
    """Three notes across the instrument's range, each harder than the last; the drums one after another."""
    instrument = INSTRUMENTS[name]
    pitches = _KEYS if instrument.unpitched else np.linspace(instrument.low, instrument.high, 3).round()
    step = 0.12 if instrument.unpitched else 0.3
    syllable = "la" if instrument.track == "vocals" else None
    notes = tuple(
        Note(n * step, 0.8 * step, float(pitch), round(60 + 60 * n / (len(pitches) - 1)), syllable)
        for n, pitch in enumerate(pitches)
    )
    part = Part(instrument.track, name, notes)
    return Score(1, len(notes) * step + 0.3, 120.0, "C major", "4/4", (), (), (), (), (part,))


def _octave_levels(audio: Audio) -> Levels:
    power = np.square(np.abs(np.fft.rfft(audio, axis=0))).sum(axis=1) / len(audio)
    frequency = np.fft.rfftfreq(len(audio), 1 / SAMPLE_RATE)
    edges = np.searchsorted(frequency, _OCTAVES / np.sqrt(2))
    levels = 10 * np.log10(np.add.reduceat(power, edges) + 1e-9)
    audible = np.maximum(levels, levels.max() - _FLOOR)
    return np.asarray(np.round(audible, 1), np.float32)
