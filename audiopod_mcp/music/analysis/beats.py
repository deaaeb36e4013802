"""Pulse: tempo, and the beats that carry it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import scipy.fft as sfft

from audiopod_mcp.music.model import Progress, silent
from audiopod_mcp.music.signal.stft import Array

from .autocorrelation import BAND_WEIGHTS, interpolate_at, onset_autocorrelation
from .metrical_level import MIN_BEATS, find_metrical_level
from .onsets import BROADBAND, ONSET_FPS
from .tempo_curve import estimate_tempo_curve

CANDIDATE_TEMPI = np.exp(np.linspace(np.log(40), np.log(240), 720))
"""Candidate tempi, beats a minute."""

_MIN_CLARITY = 0.12
"""Pulse clarity below which there is no tempo to speak of."""


@dataclass(frozen=True, slots=True)
class Pulse:
    """A tempo in beats a minute, its beats (s), ``(beats,)``, how sure of it, 0 to 1, and the metre.

    ``tempo_span`` is the slowest and the fastest that it gets, the same where it is steady; ``metre_confidence`` is
    how probable the time signature is, ``other_metre`` the next likely one.
    """

    tempo: float
    tempo_span: tuple[float, float]
    beats: npt.NDArray[np.float64]
    confidence: float
    timesignature: str
    metre_confidence: float
    other_metre: str


def find_pulse(envelopes: Array, harmony: Array, chroma: Array, report: Progress = silent) -> Pulse | None:
    """Tempo, metre and beats of onset envelopes ``(6, frames)``, or ``None`` when nothing recurs.

    ``harmony`` is :func:`harmonic_change` of ``chroma``, at their own frame rate.
    """
    estimate = estimate_tempo(envelopes)
    report(0.3, "finding the tempo")
    if estimate is None:
        return None
    tempo, confidence = estimate
    course = estimate_tempo_curve(envelopes, tempo)
    counted, beats = refine_and_track(
        envelopes,
        tempo if course is None else course,
        lambda fraction, doing: report(0.3 + 0.4 * fraction, doing),
    )
    if len(beats) < MIN_BEATS:
        return None
    counting = find_metrical_level(envelopes, harmony, chroma, beats, counted)
    if counting.ratio != 1:
        counted, beats = refine_and_track(envelopes, (counted if course is None else course) * counting.ratio)
    report(1.0, "following the beat")
    if len(beats) < 3:
        return None
    slowest = fastest = counted
    if course is not None:
        slowest, fastest = np.percentile(course, (5, 95)) * counting.ratio
    return Pulse(
        counted, (float(slowest), float(fastest)), beats, confidence,
        counting.timesignature, counting.confidence, counting.other_metre,
    )  # fmt: skip


def refine_and_track(
    envelopes: Array, tempo: float | npt.NDArray[np.float64], report: Progress = silent
) -> tuple[float, npt.NDArray[np.float64]]:
    """The exact tempo near ``tempo`` that onset envelopes ``(6, frames)`` have, and its beats (s).

    With a ``tempo`` for each frame, the one that it keeps longest, and beats that go along with it.
    """
    if not isinstance(tempo, float):
        ordered = np.sort(tempo)
        near = np.searchsorted(ordered, ordered * 1.03) - np.searchsorted(ordered, ordered / 1.03)
        return float(ordered[near.argmax()]), track_beats(envelopes[BROADBAND], tempo, report) / ONSET_FPS
    beats = (
        track_beats(envelopes[BROADBAND], refine_tempo_by_spectrum(envelopes[BROADBAND], tempo), report)
        / ONSET_FPS
    )
    line = refine_tempo_by_beats(beats) or tempo
    sharp = refine_tempo_by_spectrum(envelopes[BROADBAND], line)
    steady = len(beats) >= 16 and abs(sharp / line - 1) < 0.01
    return sharp if steady else line, beats


def refine_tempo_by_spectrum(envelope: Array, tempo: float) -> float:
    """The tempo within 1.5 % of ``tempo`` whose beats, halves and quarters the onset envelope's spectrum has
    most of.

    A steady piece of a minute resolves 0.05 BPM so, wherever its onsets fall within the beat.
    """
    size = sfft.next_fast_len(8 * len(envelope), real=True)
    spectrum = np.abs(sfft.rfft(envelope, size))
    tempi = tempo * np.linspace(0.985, 1.015, 601)
    support = sum(interpolate_at(spectrum, tempi / 60 * parts * size / ONSET_FPS) for parts in (1, 2, 4))
    return float(tempi[np.argmax(support)])


def estimate_tempo(
    envelopes: Array, mean: float = 118.0, octaves: float = 0.75
) -> tuple[float, float] | None:
    """Tempo in beats a minute and pulse clarity, 0 to 1, of onset envelopes ``(6, frames)``.

    A candidate's score is the autocorrelation one, two, four and half a beat away, times a
    log-normal prior; the winner is then refined on the lags of 2, 4 and 8 beats, where the
    resolution is finer. ``None`` when nothing recurs.
    """
    correlation = np.sum(
        [w * onset_autocorrelation(envelopes[row]) for row, w in BAND_WEIGHTS.items()], axis=0
    )
    period = 60 * ONSET_FPS / CANDIDATE_TEMPI
    support = sum(
        w * interpolate_at(correlation, period * beats)
        for beats, w in ((1, 1.0), (2, 0.55), (4, 0.45), (0.5, 0.25))
    )
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
    clarity = float(interpolate_at(correlation, lags).mean() / sum(BAND_WEIGHTS.values()))
    return (tempo, min(1.0, clarity * 1.5)) if clarity > _MIN_CLARITY else None


def _bar_divisibility(correlation: Array, period: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """How well each beat period explains the strongest recurrence between 1.2 and 4 s, ``(candidates,)``, 0
    to 1.

    Syncopated patterns such as 3+3+2 recur more strongly at fractions of the bar that are no beats
    than at the beats; the bar itself still recurs most, and is no multiple of those fractions.
    """
    lags = np.arange(round(1.2 * ONSET_FPS), min(round(4 * ONSET_FPS), len(correlation) - 1))
    peaks = lags[(correlation[lags] > correlation[lags - 1]) & (correlation[lags] >= correlation[lags + 1])]
    strength = correlation[peaks]
    if not len(peaks) or strength.max() <= 0:
        return np.zeros(len(period))
    beats = peaks / period[:, None]
    whole = np.abs(beats - np.round(beats)) < 0.02 * beats
    explained = np.where(whole, strength, 0).max(axis=1) / strength.max()
    return np.asarray(np.clip((explained - 0.7) / 0.3, 0, 1))


def onset_strength_at(envelope: Array, times: npt.NDArray[np.float64], reach: float = 0.06) -> Array:
    """The strongest onset within ``reach`` seconds of each time in seconds, ``(times,)``."""
    around = np.arange(-round(reach * ONSET_FPS), round(reach * ONSET_FPS) + 1)
    frames = np.round(times * ONSET_FPS).astype(np.intp)[:, None] + around
    strongest: Array = envelope[np.clip(frames, 0, len(envelope) - 1)].max(axis=1)
    return strongest


def track_beats(
    envelope: Array,
    tempo: float | npt.NDArray[np.float64],
    report: Progress = silent,
    tightness: float = 100.0,
) -> npt.NDArray[np.float64]:
    """Beats in frames, ``(beats,)``, of an onset envelope by dynamic programming (Ellis, JNMR 2007).

    ``tempo`` is that of the whole, or of each frame. A Python loop over frames, fast because each step is
    one vectorised maximum.
    """
    periods = 60 * ONSET_FPS / np.broadcast_to(np.asarray(tempo, np.float64), (len(envelope),))
    steady, period = not isinstance(tempo, np.ndarray), float(np.median(periods))
    nearest, farthest = max(1, round(periods.min() / 2)), round(2 * periods.max())
    lags = np.arange(farthest, nearest - 1, -1)
    penalty = -tightness * np.log(lags / period) ** 2
    reach = int(period)
    bell = np.exp(-0.5 * (np.arange(-reach, reach + 1) * 32 / period) ** 2)
    local = np.convolve(envelope, bell, "full")[reach : reach + len(envelope)]
    local /= local.std() + 1e-9
    count = len(local)
    score, back = np.zeros(count + farthest), np.full(count, -1)
    width = farthest - nearest + 1
    for frame in range(count):
        if not steady and frame % 32 == 0:
            penalty = -tightness * np.log(lags / periods[frame]) ** 2
        candidates = score[frame : frame + width] + penalty
        best = int(candidates.argmax())
        value = candidates[best]
        if value > 0:
            score[frame + farthest] = local[frame] + value
            back[frame] = frame - lags[best]
        else:
            score[frame + farthest] = local[frame]
        if not frame % 8192:
            report(frame / count, "following the beat")
    start = max(0, count - farthest)
    frame = start + int(np.argmax(score[start + farthest :]))
    beats = []
    while frame >= 0:
        beats.append(frame)
        frame = int(back[frame])
    return np.asarray(beats[::-1], np.float64)


def refine_tempo_by_beats(beats: npt.NDArray[np.float64]) -> float | None:
    """Beats a minute from a robust straight line through beat times in seconds; ``None`` below 8 beats.

    The slope over a whole song resolves 0.01 BPM where the median interval resolves 2 %. When the
    intervals disagree (a changing tempo) the median stands.
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
