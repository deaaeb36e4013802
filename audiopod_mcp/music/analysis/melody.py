"""The predominant melody of a recording, as notes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from numpy.lib.stride_tricks import sliding_window_view

from audiopod_mcp.music.model import Audio, Note, Progress, ignore_progress
from audiopod_mcp.music.signal.averages import moving_mean
from audiopod_mcp.music.signal.downmix import ANALYSIS_RATE, downmix
from audiopod_mcp.music.signal.interpolation import interpolate_bins
from audiopod_mcp.music.signal.stft import STFT, Array, Ints

N_FFT = 4096
HOP = 512
FPS = ANALYSIS_RATE / HOP
"""Melody frames a second, 43.1."""

_MIN_PITCH, _MAX_PITCH = 45.0, 88.0
"""The MIDI pitches a melody is looked for between: A2 to E6."""
_BINS_PER_SEMITONE = 3
_N_HARMONICS = 8
_HARMONIC_DECAY = 0.8
"""What each further harmonic counts for, as a share of the one before."""

# The path of the pitch, in salience relative to what the most salient pitch of a loud frame has.
_MIN_SALIENCE = 0.55
"""Salience below which silence is more likely than a pitch."""
_VOICING_COST = 0.3 * 1.5
"""The cost of entering or leaving silence."""
_LEAP_COST = 0.5
"""The cost of going to any other pitch."""
_STEP_COST = 0.06
"""The cost of going on by one bin, up to :data:`_MAX_STEP`."""
_MAX_STEP = 2 * _BINS_PER_SEMITONE
"""Bins from frame to frame that are a step, not a leap."""

_BEATS_AT_A_TIME = 64
"""Beats whose melody is listened to at a time: a minute or so."""


def melody_on_beats(
    audio: Audio, rate: int, beats: Sequence[float], report: Progress = ignore_progress
) -> tuple[Note, ...]:
    """:func:`extract_melody` of a recording of any length, a minute or so at a time; none without a beat."""
    notes: list[Note] = []
    for first in range(0, len(beats) - 1, _BEATS_AT_A_TIME):
        report(first / len(beats), "listening to the tune")
        part = beats[first : first + _BEATS_AT_A_TIME + 1]
        start, end = part[0], part[-1]
        phrase = extract_melody(
            audio[int(start * rate) : int(end * rate)], rate, [beat - start for beat in part]
        )
        notes.extend(replace(note, start=note.start + start) for note in phrase)
    return tuple(notes) if len(beats) > 4 else ()


def extract_melody(audio: Audio, rate: int, beats: Sequence[float]) -> tuple[Note, ...]:
    """The predominant melody of a recording, as notes.

    The pitch follows the path of most salience, which steps readily and leaps reluctantly. Notes are its
    level stretches; starts and ends within 60 ms of a quarter of a beat are moved there.

    Parameters
    ----------
    audio : float32 array, shape (samples, channels)
    rate : int
        Samples a second.
    beats : sequence of float
        Seconds.

    Returns
    -------
    tuple of Note
        Of whole semitones, none overlapping; empty when nothing is pitched.

    References
    ----------
    Klapuri, ISMIR 2006, and Salamon & Gómez, TASLP 2012: salience as the harmonic sum of whitened spectra.
    """
    signal, _ = downmix(audio, rate)
    if not signal.any():
        return ()
    salience = pitch_salience(signal)
    pitches = _MIN_PITCH + np.arange(salience.shape[1]) / _BINS_PER_SEMITONE
    path = _track_pitch(salience)
    voiced = path >= 0
    if not voiced.any():
        return ()
    pitch = np.where(voiced, pitches[path], np.nan)
    notes = _segment_notes(pitch, salience, path)
    return _snap_to_grid(notes, _sixteenth_grid(beats), len(audio) / rate)


def pitch_salience(signal: Array) -> Array:
    """How strongly each third of a semitone sounds.

    Parameters
    ----------
    signal : float32 array, shape (samples,)
        At :data:`ANALYSIS_RATE`.

    Returns
    -------
    float32 array, shape (frames, pitches)
        At :data:`FPS`, from A2 to E6; a sum over the harmonics of what stands above the spectrum around them.
    """
    count = int((_MAX_PITCH - _MIN_PITCH) * _BINS_PER_SEMITONE) + 1
    pitches = _MIN_PITCH + np.arange(count) / _BINS_PER_SEMITONE
    frequency = 440 * 2 ** ((pitches - 69) / 12)
    frames = len(signal) // HOP + 1
    salience = np.zeros((frames, count), np.float32)
    for first, magnitude in STFT.centered(N_FFT, HOP).magnitudes(signal, block=512):
        level = np.sqrt(magnitude)
        white = np.maximum(level - moving_mean(level, 41), 0)
        here = salience[first : first + len(white)]
        for harmonic in range(1, _N_HARMONICS + 1):
            bins = frequency * harmonic * N_FFT / ANALYSIS_RATE
            inside = bins < white.shape[1] - 1
            here[:, inside] += _HARMONIC_DECAY ** (harmonic - 1) * interpolate_bins(white, bins[inside])
    # A melody is seldom low and seldom shrill: a gentle preference around C5.
    return salience * np.exp(-0.5 * ((pitches - 70) / 16) ** 2).astype(np.float32)


def _track_pitch(salience: Array) -> Ints:
    """The most salient path, ``(frames,)`` of pitch indices; -1 where nothing stands out.

    Viterbi's search; the last of its states is silence.
    """
    frames, count = salience.shape
    loud = float(np.percentile(salience.max(axis=1), 75)) + 1e-9
    reward = salience / loud - _MIN_SALIENCE
    step_costs = _STEP_COST * np.abs(np.arange(-_MAX_STEP, _MAX_STEP + 1))
    came_from = np.empty((frames, count + 1), np.int32)
    own = np.arange(count)
    score = np.concatenate((reward[0].astype(np.float64), [0.0]))
    for frame in range(frames):
        pitched, silence = score[:count], score[count]
        padded = np.pad(pitched, _MAX_STEP, constant_values=-np.inf)
        near = sliding_window_view(padded, 2 * _MAX_STEP + 1) - step_costs
        choice = near.argmax(axis=1)
        value, source = near[own, choice], own + choice - _MAX_STEP
        best = int(pitched.argmax())
        for other, cost, state in (
            (pitched[best], _LEAP_COST, best),
            (silence, _VOICING_COST, count),
        ):
            better = other - cost > value
            value, source = np.where(better, other - cost, value), np.where(better, state, source)
        ends = pitched[best] - _VOICING_COST
        came_from[frame, :count] = source
        came_from[frame, count] = best if ends > silence else count
        score = np.concatenate((value + reward[frame], [max(silence, ends)]))
    path = np.empty(frames, np.intp)
    state = int(score.argmax())
    for frame in range(frames - 1, -1, -1):
        path[frame] = state
        state = int(came_from[frame, state])
    return np.where(path == count, -1, path)


def _segment_notes(pitch: Array, salience: Array, path: Ints, shortest: float = 0.09) -> list[Note]:
    """Level stretches of a pitch track (NaN: rest) as notes.

    Vibrato and glides, which make shorter stretches, go to the note before them.
    """
    smooth = _running_median(pitch, round(0.1 * FPS) | 1)
    nearest = np.where(np.isnan(smooth), -1, np.round(smooth)).astype(np.intp)
    edges = np.concatenate(([0], np.flatnonzero(np.diff(nearest)) + 1, [len(nearest)]))
    strength = np.where(path >= 0, salience[np.arange(len(path)), path], 0.0)
    top = float(np.percentile(strength[path >= 0], 95)) + 1e-9
    notes: list[Note] = []
    for a, b in pairwise(edges):
        if nearest[a] < 0:
            continue
        start, length = float(a / FPS), float((b - a) / FPS)
        last = notes[-1] if notes else None
        gap = start - (last.start + last.duration) if last else np.inf
        goes_on = gap < 0.02 if length < shortest else gap < 0.03 and last and last.pitch == nearest[a]
        if last and goes_on:
            notes[-1] = Note(last.start, start + length - last.start, last.pitch, last.velocity)
        elif length >= shortest:
            velocity = int(np.clip(40 + 70 * float(strength[a:b].mean()) / top, 1, 127))
            notes.append(Note(start, length, float(nearest[a]), velocity))
    return notes


def _running_median(values: Array, width: int) -> Array:
    """The median over ``width`` neighbours that are numbers; NaN where the value itself is none."""
    half = width // 2
    windows = sliding_window_view(np.pad(values, half, constant_values=np.nan), width)
    medians = np.full(len(values), np.nan, np.float32)
    here = ~np.isnan(values)
    medians[here] = np.nanmedian(windows[here], axis=1)
    return medians


def _sixteenth_grid(beats: Sequence[float]) -> npt.NDArray[np.float64]:
    """Quarters of beats, seconds; empty without beats."""
    if len(beats) < 2:
        return np.zeros(0)
    index = np.arange(4 * (len(beats) - 1) + 1) / 4
    return np.interp(index, np.arange(len(beats)), np.asarray(beats, np.float64))


def _snap_to_grid(
    notes: Sequence[Note], grid: npt.NDArray[np.float64], duration: float, reach: float = 0.06
) -> tuple[Note, ...]:
    """Notes with their starts and ends moved to the grid where it is within ``reach``, never overlapping."""

    def snap(time: float) -> float:
        if not len(grid):
            return time
        closest = float(grid[int(np.abs(grid - time).argmin())])
        return closest if abs(closest - time) <= reach else time

    snapped: list[Note] = []
    for note in notes:
        start, end = snap(note.start), min(snap(note.start + note.duration), duration)
        start = max(start, snapped[-1].start + snapped[-1].duration if snapped else 0.0)
        if end - start >= 0.05:
            snapped.append(Note(round(start, 4), round(end - start, 4), note.pitch, note.velocity))
    return tuple(snapped)
