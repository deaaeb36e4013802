"""The predominant melody of a recording, as notes."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from audiopod_mcp.music.model import Audio, Note
from audiopod_mcp.music.signal.averages import moving_mean
from audiopod_mcp.music.signal.downmix import ANALYSIS_RATE, downmix
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
"""What each further harmonic counts for."""
_VOICING_CHANGE = 1.5
"""The cost of entering or leaving silence, in spreads of salience."""


def extract_melody(audio: Audio, rate: int, beats: Sequence[float]) -> tuple[Note, ...]:
    """The predominant melody as notes of whole semitones, none overlapping; ``()`` when nothing is pitched.

    Salience is the harmonic sum of whitened spectra (Klapuri, ISMIR 2006; Salamon & Gómez, TASLP 2012), the
    pitch follows the path of most salience (Viterbi), which steps readily and leaps reluctantly. Notes are
    its level stretches; starts and ends within 60 ms of a quarter of a beat are moved there.
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
    """How strongly each third of a semitone between :data:`_MIN_PITCH` and :data:`_MAX_PITCH` sounds, ``(frames,
    pitches)``.
    """
    count = int((_MAX_PITCH - _MIN_PITCH) * _BINS_PER_SEMITONE) + 1
    pitches = _MIN_PITCH + np.arange(count) / _BINS_PER_SEMITONE
    frequency = 440 * 2 ** ((pitches - 69) / 12)
    frames = len(signal) // HOP + 1
    out = np.zeros((frames, count), np.float32)
    for first, magnitude in STFT.centered(N_FFT, HOP).magnitudes(signal, block=512):
        level = np.sqrt(magnitude)
        white = np.maximum(level - moving_mean(level, 41), 0)
        here = out[first : first + len(white)]
        for harmonic in range(1, _N_HARMONICS + 1):
            where = frequency * harmonic * N_FFT / ANALYSIS_RATE
            inside = where < white.shape[1] - 1
            below = where[inside].astype(np.intp)
            above = (where[inside] - below).astype(np.float32)
            read = white[:, below] * (1 - above) + white[:, below + 1] * above
            here[:, inside] += _HARMONIC_DECAY ** (harmonic - 1) * read
    # A melody is seldom low and seldom shrill: a gentle preference around C5.
    return out * np.exp(-0.5 * ((pitches - 70) / 16) ** 2).astype(np.float32)


def _track_pitch(salience: Array) -> Ints:
    """The most salient path, ``(frames,)`` of pitch indices; -1 where nothing stands out."""
    frames, count = salience.shape
    scale = float(np.percentile(salience.max(axis=1), 75)) + 1e-9
    reward = salience / scale - 0.55
    width = 2 * _BINS_PER_SEMITONE
    leap = 0.5
    glide = 0.06 * np.abs(np.arange(-width, width + 1))
    came_from = np.empty((frames, count + 1), np.int32)
    own = np.arange(count)
    score = np.concatenate((reward[0].astype(np.float64), [0.0]))
    for frame in range(frames):
        sung, rest = score[:count], score[count]
        padded = np.pad(sung, width, constant_values=-np.inf)
        near = np.lib.stride_tricks.sliding_window_view(padded, 2 * width + 1) - glide
        choice = near.argmax(axis=1)
        value = near[own, choice]
        source = own + choice - width
        best = int(sung.argmax())
        far = sung[best] - leap > value
        value, source = np.where(far, sung[best] - leap, value), np.where(far, best, source)
        enter = rest - 0.3 * _VOICING_CHANGE > value
        value, source = np.where(enter, rest - 0.3 * _VOICING_CHANGE, value), np.where(enter, count, source)
        leave = sung[best] - 0.3 * _VOICING_CHANGE > rest
        came_from[frame, :count] = source
        came_from[frame, count] = best if leave else count
        score = np.concatenate((value + reward[frame], [max(rest, sung[best] - 0.3 * _VOICING_CHANGE)]))
    path = np.empty(frames, np.intp)
    state = int(score.argmax())
    for frame in range(frames - 1, -1, -1):
        path[frame] = state
        state = int(came_from[frame, state])
    return np.where(path == count, -1, path)


def _segment_notes(pitch: Array, salience: Array, path: Ints, shortest: float = 0.09) -> list[Note]:
    """Level stretches of a pitch track (NaN: rest) as notes; vibrato and glides go to the note they
    surround.
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
        if length < shortest:
            if notes and start - (notes[-1].start + notes[-1].duration) < 0.02:
                last = notes[-1]
                notes[-1] = Note(last.start, start + length - last.start, last.pitch, last.velocity)
            continue
        velocity = int(np.clip(40 + 70 * float(strength[a:b].mean()) / top, 1, 127))
        last_end = notes[-1].start + notes[-1].duration if notes else -1.0
        if notes and notes[-1].pitch == nearest[a] and start - last_end < 0.03:
            last = notes[-1]
            notes[-1] = Note(last.start, start + length - last.start, last.pitch, last.velocity)
        else:
            notes.append(Note(start, length, float(nearest[a]), velocity))
    return notes


def _running_median(values: Array, width: int) -> Array:
    """Median over ``width`` neighbours that are numbers; NaN where the value itself is none."""
    half = width // 2
    windows = np.lib.stride_tricks.sliding_window_view(np.pad(values, half, constant_values=np.nan), width)
    out = np.full(len(values), np.nan, np.float32)
    here = ~np.isnan(values)
    out[here] = np.nanmedian(windows[here], axis=1)
    return out


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

    def near(time: float) -> float:
        if not len(grid):
            return time
        closest = float(grid[int(np.abs(grid - time).argmin())])
        return closest if abs(closest - time) <= reach else time

    out: list[Note] = []
    for note in notes:
        start, end = near(note.start), min(near(note.start + note.duration), duration)
        start = max(start, out[-1].start + out[-1].duration if out else 0.0)
        if end - start >= 0.05:
            out.append(Note(round(start, 4), round(end - start, 4), note.pitch, note.velocity))
    return tuple(out)
