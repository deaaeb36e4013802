"""Which of the styles that the studio plays a recording sounds most like, by what is measured in it."""

# ruff: noqa: E501 (tables: one entry a line)
# fmt: off

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from audiopod_mcp.music.masks import drum_mask
from audiopod_mcp.music.matching import spectral_balance
from audiopod_mcp.music.model import Analysis, Audio, Report, silent
from audiopod_mcp.music.onsets import FPS, HIGH, KICK, SNARE, onset_envelopes
from audiopod_mcp.music.spectrum import RATE, downmix, magnitudes
from audiopod_mcp.music.styles import STYLES
from audiopod_mcp.music.theory import METRES
from audiopod_mcp.music.timbre import measure_timbre

_LONGEST = 40.0
"""Seconds that are listened to, from the middle."""
_N_FFT, _HOP = 2048, 512
_FURTHEST = 3.0
"""Spreads of a feature from which on it is far, however far: recordings differ from synthesis in all of them."""
_TEMPO = 1.5
"""What an octave outside a style's range of tempi counts for, in spreads."""

FEATURES = (
    "onsets a second", "drums below 180 Hz", "drums 0.3 to 2 kHz", "drums above 2 kHz", "brightness", "bass", "sub-bass",
    "kick on beats", "kick between", "kick on sixteenths", "kick alternating", "snare on beats", "snare between",
    "snare on sixteenths", "snare alternating", "hat on beats", "hat between", "hat on sixteenths", "hat alternating",
)
"""What is compared. Drums as their share of the power; brightness in octaves; bass and sub-bass as dB of the whole; strokes
as their strength at quarters of beats over the mean, alternating as how much every second beat differs."""
_MEAN = (3.54, 0.291, 0.128, 0.415, 11.2, -5.97, -7.97, 2.08, 1.04, 0.44, 0.516, 2.24, 0.968, 0.393, 0.256, 2.5, 1.04, 0.229, 0.164)
_SPREAD = (1.29, 0.141, 0.0719, 0.162, 0.39, 6.38, 8.17, 0.962, 0.733, 0.257, 0.325, 0.684, 0.5, 0.285, 0.189, 0.786, 0.666, 0.266, 0.221)
TYPICAL = {
    "pop": (-1, -3, -2, 14, -6, 2, 2, -8, 12, -3, 12, 6, 2, -9, -2, -2, 8, -7, -6),
    "rock": (1, -1, 2, -4, 3, 2, 1, -3, 4, -1, 8, 4, 3, -7, 5, 1, 5, -8, -5),
    "hip hop": (-1, 3, 0, 6, 6, 3, 7, -7, 7, 4, -3, 1, 2, -3, -8, -9, 5, 6, -1),
    "jazz": (0, -12, -6, -5, 7, 5, 4, 8, -12, 2, -10, 4, -16, 10, 7, 15, -14, -4, -5),
    "classical": (-28, -18, -14, -20, -12, -6, -21, -1, -1, -1, 2, 0, 1, -2, -2, -1, 2, -5, -3),
    "house": (4, 17, 14, 11, 9, 2, 5, 2, 4, -10, -14, -5, 14, -6, -9, -11, 18, -6, -6),
    "country": (1, 0, -6, -1, -4, 3, 2, 9, -7, -7, -2, 4, -2, -3, 2, 0, -2, 3, -5),
    "folk": (-6, -12, -13, -1, -13, 0, 0, 17, -13, -13, 14, -5, 17, -9, -11, 1, 5, -8, 2),
    "blues": (-4, -4, -1, -8, 6, 1, 0, 8, -11, 2, 7, 15, -18, -2, -9, 19, -16, -8, -7),
    "reggae": (-9, -11, 3, -5, 3, 2, 1, 10, -7, -8, -7, 13, -6, -10, -4, 13, -9, -8, 1),
    "latin": (4, 1, -5, -3, -4, -2, -4, -14, 6, 19, 4, -2, 0, 2, -4, -5, 1, 7, -5),
    "r&b": (-1, 4, -1, 3, 2, 1, 3, -8, 9, 3, 9, 3, -3, -2, -4, -3, 1, 3, -3),
    "metal": (10, -3, 14, -2, 4, 4, 4, -11, 1, 19, -10, -3, 0, 3, 5, 15, -14, -5, 0),
    "electronic": (4, 8, 4, 10, 7, 4, 4, -13, 17, 0, -14, -8, 10, 1, -13, 0, 4, -5, -7),
    "ballad": (-18, -7, -9, -7, -3, -1, 0, 10, -11, -4, 4, 20, -17, -9, 20, 19, -15, -8, 24),
    "punk": (7, 1, 5, -2, 5, 2, 2, -2, 3, -2, 8, 8, 1, -10, 6, 5, 1, -8, -1),
    "trap": (15, 4, -5, -5, 12, 3, 6, -9, 6, 8, -5, -4, 15, -9, 4, -17, 1, 24, -6),
    "lo-fi": (-4, -6, -6, 8, -12, 2, 3, -3, 8, -4, 6, 5, -3, -3, -1, 2, -1, -2, -2),
    "swing": (2, -10, -4, -6, 8, 3, 3, 0, 8, -12, -13, -1, 8, -6, -7, -8, 17, -8, -1),
    "bossa nova": (8, -3, -4, -21, -3, 3, 2, -2, -4, 9, -8, -12, 6, 10, 19, -12, 6, 10, 1),
    "waltz": (-9, -17, -12, -20, -14, 0, -17, 6, -7, -1, 11, -14, -14, 29, 19, 8, -14, 7, 30),
    "cinematic": (-6, -3, -10, -6, -12, 1, 2, 4, -7, 3, 8, -17, 4, 18, 8, 3, -10, 7, 30),
    "ambient": (-21, -19, -11, -9, -30, -3, 2, 14, -11, -13, 11, -4, 0, 4, 0, -12, -1, 18, -1),
    "techno": (7, 13, 8, 8, 2, 2, 6, 1, 2, -5, -12, -9, 13, 0, -8, -11, 17, -6, -6),
    "trance": (25, 5, 7, 8, 6, 2, 5, -10, 11, 3, -14, -20, -2, 27, -7, 4, 1, -8, -6),
    "drum and bass": (11, 16, 9, 14, 8, 1, 4, -20, 2, 30, 11, 0, -6, 5, -12, -6, -5, 15, -7),
    "dubstep": (-2, 3, -2, 13, -2, 1, 4, 3, -6, 3, 12, 3, -7, 2, 13, -2, -15, 22, -5),
    "synthwave": (3, 0, 3, 9, -2, 3, 5, 1, -5, 6, -8, -11, -2, 15, 8, -2, 6, -4, -6),
    "chiptune": (6, 7, 30, 0, 14, 6, -2, 5, -2, -7, -11, 8, 2, -12, -9, 0, 6, -7, 0),
    "disco": (2, 4, 3, 8, 13, 3, 2, -17, 25, -4, -13, -12, 15, 1, -11, -1, 7, -7, -6),
    "soul": (-4, -4, 1, 14, -4, 1, 1, -6, 9, -1, 5, 6, -4, -3, -9, -1, 7, -7, -5),
    "funk": (15, 15, 16, 8, 4, 2, 1, -1, 1, 1, -15, -15, 11, 9, 0, -18, 5, 21, -6),
    "ska": (6, -2, 7, -3, 11, 3, 2, 9, -9, -4, 8, 6, 6, -12, 9, -5, 12, -8, 7),
    "gospel": (-8, -6, -3, 0, 2, 0, -1, 8, -11, 0, 6, 14, -17, -3, -11, 19, -16, -8, 0),
    "reggaeton": (0, 3, -3, 11, 4, 2, 7, -10, 13, 0, 4, -2, 4, -1, 2, -11, 9, 6, -1),
    "march": (1, 11, -3, 0, 9, 2, 4, 12, -11, -7, 11, 7, -1, -7, 6, 5, -2, -5, -1),
    "lullaby": (-11, 27, -14, -18, -19, -30, -30, 17, -13, -12, -1, 16, -16, -5, 8, 8, -11, 3, 14),
}
"""Mean features of four pieces of 30 s in each style, in tenths of the spreads: ``tests.benchmarks.transforming DATA styles``."""


def nearest_styles(
    audio: Audio, rate: int, analysis: Analysis, count: int, report: Report = silent
) -> tuple[str, ...]:
    """The names of the styles nearest to ``audio``, in the metre and near the tempo that were heard in it."""
    own = (features(audio, rate, analysis, report) - np.asarray(_MEAN)) / np.asarray(_SPREAD)
    known = ~np.isnan(own)
    metre = METRES.get(analysis.timesignature or "4/4", METRES["4/4"])

    def far(name: str) -> float:
        apart = np.minimum(np.abs(np.clip(own, -3, 3) - np.asarray(TYPICAL[name]) / 10), _FURTHEST)[known]
        low, high = STYLES[name].tempo
        tempo = analysis.tempo or 100.0
        outside = min(max(np.log2(low / (tempo * by)), np.log2(tempo * by / high), 0.0) for by in (0.5, 1.0, 2.0))
        triple = (METRES[STYLES[name].timesignature].beats == 3) != (metre.beats == 3)
        return float(apart.mean() + _TEMPO * outside + 0.3 * triple)

    return tuple(sorted((name for name in TYPICAL if name in STYLES), key=far)[:count])


def colour(audio: Audio, rate: int) -> npt.NDArray[np.float64]:
    """The colour of the sound, ``(26,)``: mean and spread of cepstral coefficients of its band levels, dB."""
    measured = measure_timbre(downmix(audio, rate)[0])
    bands = measured.bands[measured.energy >= 1e-4 * measured.energy.max()].astype(np.float64)
    count = bands.shape[1]
    basis = np.cos(np.pi / count * (np.arange(count) + 0.5)[:, None] * np.arange(1, 14)) / np.sqrt(count / 2)
    cepstra = bands @ basis
    return np.concatenate((cepstra.mean(axis=0), cepstra.std(axis=0)))


def features(audio: Audio, rate: int, analysis: Analysis, report: Report = silent) -> npt.NDArray[np.float64]:
    """:data:`FEATURES` of a recording; those of the strokes are NaN without a pulse."""
    start = max(0.0, (len(audio) / rate - _LONGEST) / 2)
    audio = audio[round(start * rate) : round((start + _LONGEST) * rate)]
    mid, _ = downmix(audio, rate)
    level = np.concatenate([block for _, block in magnitudes(mid, _N_FFT, _HOP)]) + np.float32(1e-9)
    report(0.3, "listening to the style")
    frequency = np.arange(level.shape[1], dtype=np.float32) * (RATE / _N_FFT)
    drums, power = drum_mask(level, frequency, RATE / _HOP), np.square(level)

    def share(low: float, high: float) -> float:
        band = (frequency >= low) & (frequency < high)
        return float((drums[:, band] * power[:, band]).sum() / (power[:, band].sum() + 1e-9))

    balance = spectral_balance(audio, rate)
    energy = 10 ** (balance / 10) if balance is not None else np.ones(19)
    rate_of_onsets = analysis.density * (analysis.tempo or 60.0) / 60
    found = [
        rate_of_onsets, share(30, 180), share(300, 2_000), share(2_000, 9_000), float(np.log2(max(50.0, analysis.brightness))),
        *(float(10 * np.log10(energy[low:high].sum() / energy.sum() + 1e-6)) for low, high in ((2, 5), (0, 3))),
    ]
    report(0.6, "listening to the style")
    envelopes = onset_envelopes(mid)
    beats = np.asarray([beat - start for beat in analysis.beats if start <= beat < start + len(audio) / rate])
    for row in (KICK, SNARE, HIGH):
        found += _strokes(envelopes[row], beats) if len(beats) > 8 else [np.nan] * 4
    return np.asarray(found)


def _strokes(strength: npt.NDArray[np.float32], beats: npt.NDArray[np.float64]) -> list[float]:
    """Strength on beats, half way, on the other sixteenths, over the mean; and how beats differ in turn."""
    quarters = []
    for part in (0.0, 0.25, 0.5, 0.75):
        times = np.interp(np.arange(len(beats) - 1) + part, np.arange(len(beats)), beats)
        near = np.round(times * FPS).astype(int)[:, None] + np.arange(-2, 3)
        quarters.append(strength[np.clip(near, 0, len(strength) - 1)].max(axis=1))
    on, early, half, late = (float(quarter.mean()) for quarter in quarters)
    mean = (on + early + half + late) / 4 + 1e-6
    one, other = float(quarters[0][::2].mean()), float(quarters[0][1::2].mean())
    return [on / mean, half / mean, (early + late) / mean / 2, abs(one - other) / (one + other + 1e-6)]
