"""What speaks for each metrical level and metre: how bars and beats recur, and what in them is stressed."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt

from audiopod_mcp.music.signal.stft import Array

from .autocorrelation import BAND_WEIGHTS, interpolate_at, mean_autocorrelation
from .onsets import BROADBAND, HIGH_BAND, KICK_BAND, LOW_BAND, MID_BAND, SNARE_BAND
from .tatums import TATUMS_PER_BEAT, TATUMS_PER_CHROMA, TatumFeatures

LEVEL_RATIOS = (1.0, 2.0, 0.5, 1.5, 2 / 3, 3.0, 1 / 3)
"""Levels of a pulse that may be counted as the beat, as multiples of the tempo found."""
METRES = {"2/4": 2, "3/4": 3, "4/4": 4, "6/8": 2}
"""Beats a bar of each metre; those of 6/8 are dotted quarters."""
ODD_METRES = {"5/4": 5, "7/4": 7}
"""Metres that are told only where their bars recur far more than any other."""

_HARMONIC_CHANGE = 6
"""The row of :attr:`TatumFeatures.onsets` that follows the onset envelopes."""
_BEGIN, _MIDDLE, _THIRDS, _OTHER_BEATS, _HALVES, _FIRST_THIRDS, _SECOND_THIRDS, _QUARTERS = range(8)
"""Places within a bar, the columns of :func:`_places_in_bar`: of or within the bar, then within its beats."""
_WINDOW, _HOP = 48 * TATUMS_PER_BEAT, 8 * TATUMS_PER_BEAT

# Beats after which recurrence is measured, of the onsets of all bands, of kick, snare, and harmony.
_ONSET_LAGS = (1 / 4, 1 / 3, 1 / 2, 2 / 3, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 8.0)
_KICK_LAGS = _SNARE_LAGS = (0.5, 1.0, 1.5, 2.0, 3.0, 4.0)
_HARMONIC_CHANGE_LAGS = (1.0, 2.0, 3.0, 4.0, 6.0, 8.0)
_CHROMA_LAGS = (1.0, 1.5, 2.0, 3.0, 4.0, 6.0)
_MAX_CHROMA_LAG = max(_CHROMA_LAGS) * 3 * TATUMS_PER_BEAT / TATUMS_PER_CHROMA
"""Rows of chroma that the farthest comparison spans, at a third of the tempo."""


def extract_metre_features(tatums: TatumFeatures) -> Array:
    """The features of each level and metre that :func:`~.metrical_level.find_metrical_level` weighs.

    Parameters
    ----------
    tatums : TatumFeatures

    Returns
    -------
    float32 array, shape (levels, metres, 74)
        In the order of :data:`LEVEL_RATIOS` and :data:`METRES`. The first 39 are alike for all metres: how
        onsets, kick, snare, changes of harmony and the harmony itself recur after fractions and multiples of
        the beat, the distance from 120 beats a minute, the onsets a beat. The others are of the mean bar,
        begun where it most looks like one: what is stressed at its begin, middle and thirds, on beats and
        between them.
    """
    levels = np.asarray(LEVEL_RATIOS)
    period = TATUMS_PER_BEAT / levels
    of_levels = _recurrence_features(tatums, period, tatums.tempo * levels)
    variance = tatums.onsets.var(axis=1) + 1e-9
    of_bars = []
    for beat in period.round().astype(int).tolist():
        of_beat = _mean_bar(tatums.onsets, beat).var(axis=1)
        by_beats = {
            beats: _bar_profile_features(tatums.onsets, variance, of_beat, beat, beats)
            for beats in set(METRES.values())
        }
        of_bars.append([by_beats[beats] for beats in METRES.values()])
    repeated = np.repeat(of_levels[:, None], len(METRES), axis=1)
    return np.concatenate((repeated, np.asarray(of_bars)), axis=2).astype(np.float32)


def odd_metre_margins(tatums: TatumFeatures, ratio: float) -> dict[str, float]:
    """By how much more onsets and harmony recur after bars of odd metres than after 2, 3, 4 and 6 beats.

    Parameters
    ----------
    tatums : TatumFeatures
    ratio : float
        The level that is counted, as a multiple of the pulse that the tatums divide.

    Returns
    -------
    dict of str to float
        For each of :data:`ODD_METRES` a difference of correlations, -2 to 2.

    Notes
    -----
    27 pieces in 5/4 and 7/4 had 0.24 to 1.3, of 170 others none had more than 0.12.
    """
    rows = [mean_autocorrelation(row, _WINDOW, _HOP) for row in tatums.onsets]
    onsets, harmony = _mix_bands(rows), rows[_HARMONIC_CHANGE]
    beat, even_bars = TATUMS_PER_BEAT / ratio, np.asarray((2.0, 3.0, 4.0, 6.0))

    def recurrence(beats: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """How onsets and harmony recur after one and two bars of so many beats."""
        of_onsets = np.mean([interpolate_at(onsets, beat * beats * bars) for bars in (1, 2)], axis=0)
        of_harmony = np.mean([interpolate_at(harmony, beat * beats * bars) for bars in (1, 2)], axis=0)
        return np.asarray(of_onsets + of_harmony)

    most = float(recurrence(even_bars).max())
    return {
        name: float(recurrence(np.asarray([float(beats)]))[0]) - most for name, beats in ODD_METRES.items()
    }


def _mix_bands(rows: list[Array]) -> Array:
    """The autocorrelations of onset envelopes as one."""
    mixed: Array = np.sum([weight * rows[row] for row, weight in BAND_WEIGHTS.items()], axis=0)
    return mixed / sum(BAND_WEIGHTS.values())


def _recurrence_features(
    tatums: TatumFeatures, period: npt.NDArray[np.float64], tempi: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """How everything recurs at each level, whose beat takes ``period`` tatums: ``(levels, 39)``."""
    rows = [mean_autocorrelation(row, _WINDOW, _HOP) for row in tatums.onsets]
    mixed, chroma = _mix_bands(rows), _chroma_autocorrelation(tatums.chroma)
    octaves, per_beat = np.log2(tempi / 120), np.log2(tatums.density * 60 / tempi + 0.1)
    columns = [interpolate_at(mixed, period * beats) for beats in _ONSET_LAGS]
    columns += [interpolate_at(rows[KICK_BAND], period * beats) for beats in _KICK_LAGS]
    columns += [interpolate_at(rows[SNARE_BAND], period * beats) for beats in _SNARE_LAGS]
    columns += [interpolate_at(rows[_HARMONIC_CHANGE], period * beats) for beats in _HARMONIC_CHANGE_LAGS]
    columns += [interpolate_at(chroma, period * beats / TATUMS_PER_CHROMA) for beats in _CHROMA_LAGS]
    return np.stack([*columns, octaves, octaves**2, per_beat, per_beat**2], axis=1)


def _chroma_autocorrelation(chroma: Array) -> Array:
    """How alike the harmony is to itself so many rows later: ``(lags,)``, 1 at 0, 0 if only by chance."""
    rows = chroma / (np.linalg.norm(chroma, axis=1, keepdims=True) + 1e-6)
    rows -= rows.mean(axis=0)
    count = len(rows)
    lags = range(min(count - 8, round(_MAX_CHROMA_LAG) + 2))
    correlation = [rows[lag:].ravel() @ rows[: count - lag].ravel() / (count - lag) for lag in lags]
    power = np.square(rows).sum(axis=1).mean() + 1e-9
    scaled: Array = np.asarray(correlation or [0.0], np.float32) / power
    return scaled


def _bar_profile_features(
    onsets: Array, variance: Array, of_beat: Array, beat: int, beats: int
) -> npt.NDArray[np.float64]:
    """What is stressed where in the mean bar of ``beats`` of ``beat`` tatums: ``(35,)``.

    Stresses are logarithms of multiples of the bar's mean. ``variance`` is that of each row of ``onsets``,
    ``of_beat`` that of its mean beat.
    """
    profile = _mean_bar(onsets, beat * beats)
    mean = profile.mean(axis=1, keepdims=True)
    deviation = (profile - mean) / (profile.std(axis=1, keepdims=True) + 1e-6)
    above_middle = deviation[BROADBAND] - deviation[MID_BAND]
    downbeat = deviation[_HARMONIC_CHANGE] + 0.8 * deviation[LOW_BAND] + 0.3 * above_middle
    stress = np.log(np.roll(profile, -int(downbeat.argmax()), axis=1) / (mean + 1e-6) + 0.1)
    at = stress @ _places_in_bar(beat * beats, beats)
    divisions = at[[BROADBAND, MID_BAND, HIGH_BAND], _HALVES : _SECOND_THIRDS + 1]
    triplets = divisions[:, 1:].min(axis=1) - divisions[:, 0]
    rows = [BROADBAND, LOW_BAND, SNARE_BAND, _HARMONIC_CHANGE]
    by_chance = variance / max(1, onsets.shape[1] // (beat * beats))
    return np.concatenate(
        (
            at[[BROADBAND, LOW_BAND, _HARMONIC_CHANGE], : _OTHER_BEATS + 1].ravel(),
            np.column_stack((divisions, triplets)).ravel(),
            [at[BROADBAND, _QUARTERS]],
            at[KICK_BAND, : _THIRDS + 1],
            [row.max() for row in (deviation[_HARMONIC_CHANGE], deviation[LOW_BAND], downbeat)],
            ((profile.var(axis=1) - by_chance - of_beat) / variance)[rows],
        )
    )


def _mean_bar(onsets: Array, length: int) -> Array:
    """The mean of the whole stretches of ``length`` tatums, ``(rows, length)``; what there is, if none is."""
    rows, tatums = onsets.shape
    if tatums < length:
        return np.pad(onsets, ((0, 0), (0, length - tatums)))
    mean: Array = onsets[:, : tatums // length * length].reshape(rows, -1, length).mean(axis=1)
    return mean


@lru_cache(maxsize=64)
def _places_in_bar(length: int, beats: int) -> Array:
    """Weights that make means at places within a bar of ``length`` tatums of its rows: ``(length, 8)``."""
    each_beat = np.arange(beats)
    fractions = {
        _BEGIN: (0,),
        _MIDDLE: (0.5,),
        _THIRDS: (1 / 3, 2 / 3),
        _OTHER_BEATS: np.arange(1, beats) / beats,
        _HALVES: (each_beat + 1 / 2) / beats,
        _FIRST_THIRDS: (each_beat + 1 / 3) / beats,
        _SECOND_THIRDS: (each_beat + 2 / 3) / beats,
        _QUARTERS: np.concatenate((each_beat + 0.25, each_beat + 0.75)) / beats,
    }
    weights = np.zeros((length, len(fractions)), np.float32)
    for column, places in fractions.items():
        indices = np.round(np.asarray(places) * length).astype(np.intp) % length
        np.add.at(weights[:, column], indices, 1 / len(indices))
    return weights
