"""Pulse: tempo, and the beats that carry it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import scipy.fft as sfft
from numpy.lib.stride_tricks import sliding_window_view

from audiopod_mcp.music.model import Progress, ignore_progress, progress_within
from audiopod_mcp.music.signal.stft import Array

from .autocorrelation import interpolate_at, onset_autocorrelations
from .metrical_level import MIN_BEATS, find_metrical_level
from .onsets import BROADBAND, KICK_BAND, ONSET_FPS
from .tatums import first_and_last_onset
from .tempo_curve import estimate_tempo_curve

CANDIDATE_TEMPI = np.exp(np.linspace(np.log(40), np.log(240), 720))
"""Candidate tempi, beats a minute."""

_MIN_CLARITY, _CLARITY_SECONDS, _LEAST_CLARITY = 0.12, 15.0, 0.04
"""Pulse clarity below which so many seconds have no tempo to speak of; of twice as many half of it is enough,
but never less than the last. Clicks at random reach 0.1 in 15 s, 0.056 in 30 and 0.025 in 60, speech reaches
0.062, 0.042 and 0.033.
"""

_FRAMES_OF_ONE_TEMPO = 32
"""Onset frames after which a tempo that changes is looked up again."""
_KICK_WEIGHT = 0.4
"""What the kick counts beside all bands where beats are looked for: without it they fall between the beats
where the backbeat or the accompaniment is denser than what they answer.
"""


@dataclass(frozen=True, slots=True)
class Pulse:
    """A tempo, its beats and its metre.

    Attributes
    ----------
    tempo : float
        Beats a minute.
    tempo_span : (float, float)
        The slowest and the fastest that it gets, the same where it is steady.
    beats : float64 array, shape (beats,)
        Seconds.
    confidence : float
        How clear the pulse is, 0 to 1.
    timesignature : str
    metre_confidence : float
        How probable the time signature is, 0 to 1.
    other_metre : str
        The time signature that is next likely.
    """

    tempo: float
    tempo_span: tuple[float, float]
    beats: npt.NDArray[np.float64]
    confidence: float
    timesignature: str
    metre_confidence: float
    other_metre: str


def find_pulse(
    envelopes: Array, harmony: Array, chroma: Array, report: Progress = ignore_progress
) -> Pulse | None:
    """The tempo, the metre and the beats of a recording.

    Parameters
    ----------
    envelopes : float32 array, shape (6, onset frames)
        :func:`~.onsets.onset_envelopes`.
    harmony : float32 array, shape (chroma frames,)
        :func:`~.key.harmonic_change` of the chroma.
    chroma : float32 array, shape (chroma frames, 12)
    report : Progress

    Returns
    -------
    Pulse or None
        ``None`` when nothing recurs.
    """
    whole, local = onset_autocorrelations(envelopes)
    estimate = estimate_tempo(envelopes, whole)
    report(0.3, "finding the tempo")
    if estimate is None:
        return None
    tempo, confidence = estimate
    curve = estimate_tempo_curve(local, envelopes.shape[1], tempo)
    tempo, beats = refine_and_track(
        envelopes, tempo if curve is None else curve, progress_within(report, 0.3, 0.7)
    )
    if len(beats) < MIN_BEATS:
        return None
    level = find_metrical_level(envelopes, harmony, chroma, beats, tempo)
    if level.ratio != 1:
        tempo, beats = refine_and_track(envelopes, (tempo if curve is None else curve) * level.ratio)
    report(1.0, "following the beat")
    if len(beats) < 3:
        return None
    slowest = fastest = tempo
    if curve is not None:
        slowest, fastest = np.percentile(curve, (5, 95)) * level.ratio
    return Pulse(
        tempo,
        (float(slowest), float(fastest)),
        beats,
        confidence,
        level.timesignature,
        level.confidence,
        level.other_metre,
    )


def refine_and_track(
    envelopes: Array, tempo: float | npt.NDArray[np.float64], report: Progress = ignore_progress
) -> tuple[float, npt.NDArray[np.float64]]:
    """The exact tempo near an estimate, and the beats at it.

    Parameters
    ----------
    envelopes : float32 array, shape (6, frames)
        :func:`~.onsets.onset_envelopes`.
    tempo : float, or float64 array of shape (frames,)
        The estimate in beats a minute, of the whole or of each frame.
    report : Progress

    Returns
    -------
    tempo : float
        Beats a minute; where the tempo changes, the one that is kept longest.
    beats : float64 array, shape (beats,)
        Seconds.
    """
    envelope = envelopes[BROADBAND]
    stressed = envelope + _KICK_WEIGHT * envelopes[KICK_BAND]
    if not isinstance(tempo, float):
        ordered = np.sort(tempo)
        near = np.searchsorted(ordered, ordered * 1.03) - np.searchsorted(ordered, ordered / 1.03)
        return float(ordered[near.argmax()]), track_beats(stressed, tempo, report) / ONSET_FPS
    beats = track_beats(stressed, refine_tempo_by_spectrum(envelope, tempo), report) / ONSET_FPS
    by_beats = refine_tempo_by_beats(beats) or tempo
    by_spectrum = refine_tempo_by_spectrum(envelope, by_beats)
    steady = len(beats) >= 16 and abs(by_spectrum / by_beats - 1) < 0.01
    return by_spectrum if steady else by_beats, beats


def refine_tempo_by_spectrum(envelope: Array, tempo: float) -> float:
    """The tempo near an estimate whose beats, halves and quarters the onset envelope's spectrum has most of.

    A steady piece of a minute resolves 0.05 BPM so, wherever its onsets fall within the beat.

    Parameters
    ----------
    envelope : float32 array, shape (frames,)
        Onset strength.
    tempo : float
        The estimate in beats a minute, right within 1.5 %.

    Returns
    -------
    float
        Beats a minute.
    """
    size = sfft.next_fast_len(8 * len(envelope), real=True)
    spectrum = np.abs(sfft.rfft(envelope, size))
    tempi = tempo * np.linspace(0.985, 1.015, 601)
    support = sum(interpolate_at(spectrum, tempi / 60 * parts * size / ONSET_FPS) for parts in (1, 2, 4))
    return float(tempi[np.argmax(support)])


def estimate_tempo(
    envelopes: Array, correlation: Array, mean: float = 118.0, octaves: float = 0.75
) -> tuple[float, float] | None:
    """The tempo of a piece, and how clear its pulse is.

    A candidate's score is the autocorrelation one, two, four and half a beat away, times a log-normal prior;
    the winner is then refined on the lags of 2, 4 and 8 beats, where the resolution is finer.

    Parameters
    ----------
    envelopes : float32 array, shape (6, frames)
        :func:`~.onsets.onset_envelopes`.
    correlation : float32 array, shape (LAGS,)
        The first of :func:`~.autocorrelation.onset_autocorrelations`.
    mean, octaves : float
        Centre of the prior in beats a minute, and its standard deviation.

    Returns
    -------
    (float, float) or None
        Beats a minute and clarity, 0 to 1; ``None`` when nothing recurs.
    """
    period = 60 * ONSET_FPS / CANDIDATE_TEMPI
    lag_weights = ((1, 1.0), (2, 0.55), (4, 0.45), (0.5, 0.25))
    support = sum(weight * interpolate_at(correlation, period * beats) for beats, weight in lag_weights)
    support *= 1 + 0.5 * _bar_divisibility(correlation, period)
    prior = np.exp(-0.5 * (np.log2(CANDIDATE_TEMPI / mean) / octaves) ** 2)
    tempo = float(CANDIDATE_TEMPI[np.argmax(np.maximum(support, 0) * prior)])
    for beats in (2, 4, 8):
        lag = 60 * ONSET_FPS / tempo * beats
        if lag * 1.03 > len(correlation) - 3:
            break
        grid = np.linspace(lag * 0.985, lag * 1.015, 61)
        tempo = 60 * ONSET_FPS * beats / float(grid[np.argmax(interpolate_at(correlation, grid))])
    lags = 60 * ONSET_FPS / tempo * np.asarray([1.0, 2.0, 4.0])
    clarity = float(interpolate_at(correlation, lags).mean())
    first, last = first_and_last_onset(envelopes[BROADBAND])
    longer = max(1.0, (last - first) / _CLARITY_SECONDS)
    enough = max(_LEAST_CLARITY, _MIN_CLARITY / longer)
    return (tempo, min(1.0, clarity * 1.5)) if clarity > enough else None


def _bar_divisibility(correlation: Array, period: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """How well each beat period explains the strongest recurrence from 1.2 to 4 s: ``(candidates,)``, 0 to 1.

    Syncopated patterns such as 3+3+2 recur more strongly at fractions of the bar that are no beats
    than at the beats; the bar itself still recurs most, and is no multiple of those fractions.
    """
    lags = np.arange(round(1.2 * ONSET_FPS), min(round(4 * ONSET_FPS), len(correlation) - 1))
    peaks = lags[(correlation[lags] > correlation[lags - 1]) & (correlation[lags] >= correlation[lags + 1])]
    strength = correlation[peaks]
    if not len(peaks) or strength.max() <= 0:
        return np.zeros(len(period))
    beats = peaks / period[:, None]
    multiple = np.abs(beats - np.round(beats)) < 0.02 * beats
    explained = np.where(multiple, strength, 0).max(axis=1) / strength.max()
    return np.asarray(np.clip((explained - 0.7) / 0.3, 0, 1))


def onset_strength_at(envelope: Array, times: npt.NDArray[np.float64], reach: float = 0.06) -> Array:
    """The strongest onset near each of some times.

    Parameters
    ----------
    envelope : float32 array, shape (frames,)
        Onset strength.
    times : float64 array, shape (times,)
        Seconds.
    reach : float
        Seconds from a time within which it is looked for.

    Returns
    -------
    float32 array, shape (times,)
    """
    around = np.arange(-round(reach * ONSET_FPS), round(reach * ONSET_FPS) + 1)
    frames = np.round(times * ONSET_FPS).astype(np.intp)[:, None] + around
    strongest: Array = envelope[np.clip(frames, 0, len(envelope) - 1)].max(axis=1)
    return strongest


def track_beats(
    envelope: Array,
    tempo: float | npt.NDArray[np.float64],
    report: Progress = ignore_progress,
    tightness: float = 100.0,
) -> npt.NDArray[np.float64]:
    """The beats of an onset envelope, by dynamic programming.

    Parameters
    ----------
    envelope : float32 array, shape (frames,)
        Onset strength.
    tempo : float, or float64 array of shape (frames,)
        Beats a minute, of the whole or of each frame.
    report : Progress
    tightness : float
        How much it costs that a distance between beats is not what the tempo says.

    Returns
    -------
    float64 array, shape (beats,)
        Frames.

    References
    ----------
    Ellis, "Beat Tracking by Dynamic Programming", JNMR 2007.
    """
    periods = 60 * ONSET_FPS / np.broadcast_to(np.asarray(tempo, np.float64), (len(envelope),))
    steady, period = not isinstance(tempo, np.ndarray), float(np.median(periods))
    nearest, farthest = max(1, round(periods.min() / 2)), round(2 * periods.max())
    lags = np.arange(farthest, nearest - 1, -1)
    penalty = -tightness * np.log(lags / period) ** 2
    reach = int(period)
    gaussian = np.exp(-0.5 * (np.arange(-reach, reach + 1) * 32 / period) ** 2)
    local = np.convolve(envelope, gaussian, "full")[reach : reach + len(envelope)]
    local /= local.std() + 1e-9
    count = len(local)
    score, back = np.zeros(count + farthest), np.full(count, -1)
    # No beat follows the one before it by less than `nearest` frames: so many can be looked at side by side.
    reachable = sliding_window_view(score, farthest - nearest + 1)
    frame = 0
    while frame < count:
        if not steady and frame % _FRAMES_OF_ONE_TEMPO == 0:
            penalty = -tightness * np.log(lags / periods[frame]) ** 2
        following = frame - frame % _FRAMES_OF_ONE_TEMPO + _FRAMES_OF_ONE_TEMPO
        stop = min(count, frame + nearest, count if steady else following)
        candidates = reachable[frame:stop] + penalty
        best = candidates.argmax(axis=1)
        value = candidates[np.arange(stop - frame), best]
        follows = value > 0
        score[frame + farthest : stop + farthest] = local[frame:stop] + np.where(follows, value, 0)
        back[frame:stop] = np.where(follows, np.arange(frame, stop) - lags[best], -1)
        if frame // 8192 < stop // 8192:
            report(stop / count, "following the beat")
        frame = stop
    start = max(0, count - farthest)
    frame = start + int(np.argmax(score[start + farthest :]))
    beats = []
    while frame >= 0:
        beats.append(frame)
        frame = int(back[frame])
    return np.asarray(beats[::-1], np.float64)


def refine_tempo_by_beats(beats: npt.NDArray[np.float64]) -> float | None:
    """The tempo by a robust straight line through the beats.

    The slope over a whole song resolves 0.01 BPM where the median interval resolves 2 %. When the intervals
    disagree (a changing tempo) the median stands.

    Parameters
    ----------
    beats : float64 array, shape (beats,)
        Seconds.

    Returns
    -------
    float or None
        Beats a minute; ``None`` below 8 beats.
    """
    if len(beats) < 8:
        return None
    intervals = np.diff(beats)
    median = float(np.median(intervals))
    if (np.abs(intervals - median) < 0.12 * median).mean() < 0.7:
        return 60 / median
    index = np.concatenate(([0.0], np.cumsum(np.round(intervals / median))))
    slope, offset = np.polyfit(index, beats, 1)
    residual = np.abs(beats - slope * index - offset)
    near = residual <= max(2 * float(np.median(residual)), 1e-3)
    if near.sum() >= 6:
        slope = np.polyfit(index[near], beats[near], 1)[0]
    return float(60 / slope) if abs(median / slope - 1) < 0.04 else 60 / median
