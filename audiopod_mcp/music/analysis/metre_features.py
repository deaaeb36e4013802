"""What speaks for each way to count a pulse: how bars and beats recur, and what is stressed where in them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from audiopod_mcp.music.signal.stft import Array

from .autocorrelation import BAND_WEIGHTS, interpolate_at, mean_autocorrelation
from .onsets import BROADBAND, HIGH_BAND, KICK_BAND, LOW_BAND, MID_BAND, SNARE_BAND
from .tatums import TATUMS_PER_BEAT, TATUMS_PER_CHROMA, TatumFeatures

LEVEL_RATIOS = (1.0, 2.0, 0.5, 1.5, 2 / 3, 3.0, 1 / 3)
"""Levels of a pulse that it may be counted at, as multiples of the tempo found."""
METRES = {"2/4": 2, "3/4": 3, "4/4": 4, "6/8": 2}
"""Beats a bar of each metre; those of 6/8 are dotted quarters."""
ODD_METRES = {"5/4": 5, "7/4": 7}
"""Metres that are told only where their bars recur far more than any other."""

_HARMONIC_CHANGE = 6
_WINDOW, _HOP = 48 * TATUMS_PER_BEAT, 8 * TATUMS_PER_BEAT
_ONSET_LAGS = (1 / 4, 1 / 3, 1 / 2, 2 / 3, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 8.0)
_KICK_LAGS = _SNARE_LAGS = (0.5, 1.0, 1.5, 2.0, 3.0, 4.0)
_HARMONIC_CHANGE_LAGS = (1.0, 2.0, 3.0, 4.0, 6.0, 8.0)
_CHROMA_LAGS = (1.0, 1.5, 2.0, 3.0, 4.0, 6.0)
_MAX_CHROMA_LAG = max(_CHROMA_LAGS) * 3 * TATUMS_PER_BEAT / TATUMS_PER_CHROMA
"""Rows of chroma that the farthest comparison spans, at a third of the tempo."""


def extract_metre_features(ticks: TatumFeatures, tempo: float, onsets: float) -> Array:
    """What is weighed for each of :data:`LEVEL_RATIOS` and :data:`METRES`, ``(levels, metres, 74)``.

    ``onsets`` is how many there are a second. The first 39 columns are alike for all metres: after what
    fractions and multiples of the beat onsets, kick, snare, changes of harmony and the harmony itself
    recur, the distance from 120 beats a minute, the onsets a beat. The others are of the mean bar, begun
    where it most looks like one: what is stressed at its begin, middle and thirds, on beats and between.
    """
    levels = np.asarray(LEVEL_RATIOS)
    period = TATUMS_PER_BEAT / levels
    alike = np.repeat(
        _recurrence_features(ticks, period, tempo * levels, onsets)[:, None], len(METRES), axis=1
    )
    bars = [
        [_bar_profile_features(ticks.onsets, round(beat), count) for count in METRES.values()]
        for beat in period
    ]
    return np.concatenate((alike, np.asarray(bars)), axis=2).astype(np.float32)


def odd_metre_margins(ticks: TatumFeatures, ratio: float) -> dict[str, float]:
    """By how much more onsets and harmony recur after bars of :data:`ODD_METRES` than after 2, 3, 4 and 6 beats.

    A correlation, -2 to 2; ``ratio`` is the level that is counted, as a multiple of the ticks' own. 27
    pieces in 5/4 and 7/4 had 0.24 to 1.3, of 170 others none had more than 0.12.
    """
    rows = [mean_autocorrelation(row, _WINDOW, _HOP) for row in ticks.onsets]
    beat, evens = TATUMS_PER_BEAT / ratio, np.asarray((2.0, 3.0, 4.0, 6.0))

    def recurs(beats: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        both = np.mean([interpolate_at(_mix_bands(rows), beat * beats * bars) for bars in (1, 2)], axis=0)
        moves = np.mean(
            [interpolate_at(rows[_HARMONIC_CHANGE], beat * beats * bars) for bars in (1, 2)], axis=0
        )
        return np.asarray(both + moves)

    most = float(recurs(evens).max())
    return {name: float(recurs(np.asarray([float(beats)]))[0]) - most for name, beats in ODD_METRES.items()}


def _mix_bands(rows: list[Array]) -> Array:
    """The autocorrelations of onset envelopes as one."""
    mixed: Array = np.sum([weight * rows[row] for row, weight in BAND_WEIGHTS.items()], axis=0)
    return mixed / sum(BAND_WEIGHTS.values())


def _recurrence_features(
    ticks: TatumFeatures, period: npt.NDArray[np.float64], tempi: npt.NDArray[np.float64], onsets: float
) -> npt.NDArray[np.float64]:
    rows = [mean_autocorrelation(row, _WINDOW, _HOP) for row in ticks.onsets]
    mixed, chroma = _mix_bands(rows), _chroma_autocorrelation(ticks.chroma)
    octaves, density = np.log2(tempi / 120), np.log2(onsets * 60 / tempi + 0.1)
    columns = [interpolate_at(mixed, period * beats) for beats in _ONSET_LAGS]
    columns += [interpolate_at(rows[KICK_BAND], period * beats) for beats in _KICK_LAGS]
    columns += [interpolate_at(rows[SNARE_BAND], period * beats) for beats in _SNARE_LAGS]
    columns += [interpolate_at(rows[_HARMONIC_CHANGE], period * beats) for beats in _HARMONIC_CHANGE_LAGS]
    columns += [interpolate_at(chroma, period * beats / TATUMS_PER_CHROMA) for beats in _CHROMA_LAGS]
    return np.stack([*columns, octaves, octaves**2, density, density**2], axis=1)


def _chroma_autocorrelation(chroma: Array) -> Array:
    """How alike the harmony is to itself so many rows later: ``(lags,)``, 1 at 0, 0 if only by chance."""
    rows = chroma / (np.linalg.norm(chroma, axis=1, keepdims=True) + 1e-6)
    rows -= rows.mean(axis=0)
    count = len(rows)
    lags = range(min(count - 8, round(_MAX_CHROMA_LAG) + 2))
    alike = [float(np.mean(np.sum(rows[lag:] * rows[: count - lag], axis=1))) for lag in lags]
    scaled: Array = np.asarray(alike or [0.0], np.float32) / (np.square(rows).sum(axis=1).mean() + 1e-9)
    return scaled


def _bar_profile_features(onsets: Array, beat: int, beats: int) -> list[float]:
    """The mean bar of ``beats`` of ``beat`` ticks: its stresses (logarithms of multiples of its mean)."""
    length, ticks = beat * beats, onsets.shape[1]
    count = max(1, ticks // length)
    whole = np.pad(onsets, ((0, 0), (0, max(0, length - ticks))))[:, : count * length]
    bars = whole.reshape(len(onsets), count, length)
    profile = bars.mean(axis=1)
    mean = profile.mean(axis=1, keepdims=True)
    stands_out = (profile - mean) / (profile.std(axis=1, keepdims=True) + 1e-6)
    begins = (
        stands_out[_HARMONIC_CHANGE]
        + 0.8 * stands_out[LOW_BAND]
        + 0.3 * (stands_out[BROADBAND] - stands_out[MID_BAND])
    )
    stress = np.log(np.roll(profile, -int(begins.argmax()), axis=1) / (mean + 1e-6) + 0.1)

    def at(row: int, places: npt.ArrayLike) -> float:
        return float(stress[row][np.round(np.asarray(places) * length).astype(np.intp) % length].mean())

    thirds, others, each = (1 / 3, 2 / 3), np.arange(1, beats) / beats, np.arange(beats)
    found = [
        at(row, places)
        for row in (BROADBAND, LOW_BAND, _HARMONIC_CHANGE)
        for places in ((0,), (0.5,), thirds, others)
    ]
    for row in (BROADBAND, MID_BAND, HIGH_BAND):
        half, first, second = (at(row, (each + part) / beats) for part in (1 / 2, 1 / 3, 2 / 3))
        found += [half, first, second, min(first, second) - half]
    found.append(at(BROADBAND, np.concatenate((each + 0.25, each + 0.75)) / beats))
    found += [at(KICK_BAND, places) for places in ((0,), (0.5,), thirds)]
    found += [
        float(stands_out[_HARMONIC_CHANGE].max()),
        float(stands_out[LOW_BAND].max()),
        float(begins.max()),
    ]
    for row in (BROADBAND, LOW_BAND, SNARE_BAND, _HARMONIC_CHANGE):
        spread = onsets[row].var() + 1e-9
        by_beat = onsets[row][: ticks // beat * beat].reshape(-1, beat).mean(axis=0).var()
        found.append(float((profile[row].var() - spread / count - by_beat) / spread))
    return found
