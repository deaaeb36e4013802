"""Which of the styles that the studio plays a recording sounds most like, by what is measured in it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
import numpy.typing as npt

from audiopod_mcp.music.analysis.onsets import HIGH_BAND, KICK_BAND, ONSET_FPS, SNARE_BAND, onset_envelopes
from audiopod_mcp.music.analysis.timbre import measure_timbre
from audiopod_mcp.music.effects.mix_matching import spectral_balance
from audiopod_mcp.music.model import Analysis, Audio, Progress, ignore_progress
from audiopod_mcp.music.separation.masks import drum_mask
from audiopod_mcp.music.signal.downmix import ANALYSIS_RATE, downmix
from audiopod_mcp.music.signal.stft import STFT
from audiopod_mcp.music.styles import STYLES
from audiopod_mcp.music.theory import METRES

_MAX_SECONDS = 40.0
"""What is listened to, from the middle of a recording."""
_N_FFT, _HOP = 2048, 512
_MAX_DISTANCE = 3.0
"""Spreads beyond which a feature counts as no farther: recordings differ from synthesis in all of them."""
_TEMPO_WEIGHT = 1.5
"""What an octave outside a style's range of tempi counts for, in spreads."""

FEATURES = (
    "onsets a second",
    "drums below 180 Hz",
    "drums 0.3 to 2 kHz",
    "drums above 2 kHz",
    "brightness",
    "bass",
    "sub-bass",
    "kick on beats",
    "kick between",
    "kick on sixteenths",
    "kick alternating",
    "snare on beats",
    "snare between",
    "snare on sixteenths",
    "snare alternating",
    "hat on beats",
    "hat between",
    "hat on sixteenths",
    "hat alternating",
)
"""What is compared, beside the 26 of :func:`timbre_statistics`.

Drums are a share of the power, brightness is in octaves, bass and sub-bass are dB of the whole. Strokes are
their strength at quarters of beats over the mean; alternating is how much every second beat differs.
"""


@dataclass(frozen=True, slots=True)
class StyleTable:
    """What styles are known by: the mean and the spread of each of the :func:`features` over all of them, and
    how far each style is from that mean, in those spreads; all ``(45,)``.
    """

    mean: npt.NDArray[np.float64]
    spread: npt.NDArray[np.float64]
    typical: dict[str, npt.NDArray[np.float64]]


@cache
def style_table() -> StyleTable:
    """From ``style_features.npz``; ``style_features.json`` says what it was measured from."""
    with (files(__package__) / "style_features.npz").open("rb") as file, np.load(file) as arrays:
        tenths = arrays["typical"].astype(np.float64)
        typical = dict(zip(arrays["styles"].tolist(), tenths / 10, strict=True))
        return StyleTable(arrays["mean"], arrays["spread"], typical)


def nearest_styles(
    audio: Audio, rate: int, analysis: Analysis, count: int, report: Progress = ignore_progress
) -> tuple[str, ...]:
    """The names of the styles nearest to a recording, in the metre and near the tempo that were heard in it.

    Parameters
    ----------
    audio : float32 array, shape (n, channels)
    rate : int
        Sample rate, Hz.
    analysis : Analysis
        What was heard in it.
    count : int
        How many.

    Returns
    -------
    tuple of str
        The nearest first.
    """
    return nearest_to(features(audio, rate, analysis, report), analysis, count)


def nearest_to(
    found: npt.NDArray[np.float64], analysis: Analysis, count: int, table: StyleTable | None = None
) -> tuple[str, ...]:
    """The names of the ``count`` styles nearest to what has these :func:`features`.

    The distance is the mean distance, in spreads, of how it is played and of its timbre; a tempo outside the
    style's range and another metre are added to it.
    """
    table = table or style_table()
    own = (found - table.mean) / table.spread
    known = ~np.isnan(own)
    metre = METRES.get(analysis.timesignature or "4/4", METRES["4/4"])

    def distance(name: str) -> float:
        apart = np.minimum(np.abs(np.clip(own, -3, 3) - table.typical[name]), _MAX_DISTANCE)
        playing, timbre = apart[: len(FEATURES)][known[: len(FEATURES)]], apart[len(FEATURES) :]
        low, high = STYLES[name].tempo
        tempo = analysis.tempo or 100.0
        outside = min(
            max(np.log2(low / (tempo * by)), np.log2(tempo * by / high), 0.0) for by in (0.5, 1.0, 2.0)
        )
        triple = (METRES[STYLES[name].timesignature].beats == 3) != (metre.beats == 3)
        return float(playing.mean() + timbre.mean() + _TEMPO_WEIGHT * outside + 0.3 * triple)

    return tuple(sorted((name for name in table.typical if name in STYLES), key=distance)[:count])


def timbre_statistics(audio: Audio, rate: int) -> npt.NDArray[np.float64]:
    """Describe the timbre of a recording.

    Parameters
    ----------
    audio : float32 array, shape (n, channels)
    rate : int
        Sample rate, Hz.

    Returns
    -------
    float64 array, shape (26,)
        The means, then the standard deviations, of 13 cepstral coefficients of its band levels (dB), over the
        frames that are not silent.
    """
    measured = measure_timbre(downmix(audio, rate)[0])
    bands = measured.bands[measured.energy >= 1e-4 * measured.energy.max()].astype(np.float64)
    count = bands.shape[1]
    basis = np.cos(np.pi / count * (np.arange(count) + 0.5)[:, None] * np.arange(1, 14)) / np.sqrt(count / 2)
    cepstra = bands @ basis
    return np.concatenate((cepstra.mean(axis=0), cepstra.std(axis=0)))


def features(
    audio: Audio, rate: int, analysis: Analysis, report: Progress = ignore_progress
) -> npt.NDArray[np.float64]:
    """Measure :data:`FEATURES` of a recording and its :func:`timbre_statistics`.

    Parameters
    ----------
    audio : float32 array, shape (n, channels)
    rate : int
        Sample rate, Hz.
    analysis : Analysis
        What was heard in it.
    report : Progress

    Returns
    -------
    float64 array, shape (45,)
        Those of the strokes are NaN where there is no pulse.
    """
    start = max(0.0, (len(audio) / rate - _MAX_SECONDS) / 2)
    audio = audio[round(start * rate) : round((start + _MAX_SECONDS) * rate)]
    mid, _ = downmix(audio, rate)
    blocks = STFT.centered(_N_FFT, _HOP).magnitudes(mid)
    level = np.concatenate([block for _, block in blocks]) + np.float32(1e-9)
    report(0.3, "listening to the style")
    frequency = np.arange(level.shape[1], dtype=np.float32) * (ANALYSIS_RATE / _N_FFT)
    drums, power = drum_mask(level, frequency, ANALYSIS_RATE / _HOP), np.square(level)

    def share(low: float, high: float) -> float:
        band = (frequency >= low) & (frequency < high)
        return float((drums[:, band] * power[:, band]).sum() / (power[:, band].sum() + 1e-9))

    balance = spectral_balance(audio, rate)
    energy = 10 ** (balance / 10) if balance is not None else np.ones(19)
    rate_of_onsets = analysis.density * (analysis.tempo or 60.0) / 60
    found = [
        rate_of_onsets,
        share(30, 180),
        share(300, 2_000),
        share(2_000, 9_000),
        float(np.log2(max(50.0, analysis.brightness))),
        *(
            float(10 * np.log10(energy[low:high].sum() / energy.sum() + 1e-6))
            for low, high in ((2, 5), (0, 3))
        ),
    ]
    report(0.6, "listening to the style")
    envelopes = onset_envelopes(mid)
    beats = np.asarray([beat - start for beat in analysis.beats if start <= beat < start + len(audio) / rate])
    for row in (KICK_BAND, SNARE_BAND, HIGH_BAND):
        found += _strokes(envelopes[row], beats) if len(beats) > 8 else [np.nan] * 4
    return np.concatenate((found, timbre_statistics(audio, rate)))


def _strokes(strength: npt.NDArray[np.float32], beats: npt.NDArray[np.float64]) -> list[float]:
    """Strength on beats, half way, on the other sixteenths, over the mean; and how beats differ in turn."""
    quarters = []
    for part in (0.0, 0.25, 0.5, 0.75):
        times = np.interp(np.arange(len(beats) - 1) + part, np.arange(len(beats)), beats)
        near = np.round(times * ONSET_FPS).astype(int)[:, None] + np.arange(-2, 3)
        quarters.append(strength[np.clip(near, 0, len(strength) - 1)].max(axis=1))
    on, early, half, late = (float(quarter.mean()) for quarter in quarters)
    mean = (on + early + half + late) / 4 + 1e-6
    one, other = float(quarters[0][::2].mean()), float(quarters[0][1::2].mean())
    return [on / mean, half / mean, (early + late) / mean / 2, abs(one - other) / (one + other + 1e-6)]
