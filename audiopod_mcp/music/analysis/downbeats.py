"""Downbeats, from what is stressed on the beats."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from audiopod_mcp.music.signal.stft import Array, Ints

from .beats import onset_strength_at
from .onsets import BROADBAND, LOW_BAND, MID_BAND


def downbeat_salience(envelopes: Array, beats: npt.NDArray[np.float64], chroma: Array) -> Array:
    """How like a downbeat each beat is, by the onsets on it and the change of harmony at it.

    Parameters
    ----------
    envelopes : float32 array, shape (6, frames)
        :func:`~.onsets.onset_envelopes`.
    beats : float64 array, shape (beats,)
        Seconds.
    chroma : float32 array, shape (beats - 1, 12)
        Between the beats (:func:`~.key.sync_to_beats`).

    Returns
    -------
    float32 array, shape (beats,)
    """
    rows = [onset_strength_at(envelopes[row], beats) for row in (LOW_BAND, MID_BAND, BROADBAND)]
    rows.append(beat_harmonic_change(chroma, len(beats)))
    features = np.stack([_standardize(values) for values in rows], axis=1)
    return features @ np.asarray([0.8, -0.3, 0.3, 1.0], np.float32)


def beat_harmonic_change(chroma: Array, beats: int) -> Array:
    """How much the harmony after each beat differs from that before it.

    Parameters
    ----------
    chroma : float32 array, shape (beats - 1, 12)
        Between the beats, rows of unit length.
    beats : int

    Returns
    -------
    float32 array, shape (beats,)
        0 to 1, 0 at the first and the last beat.
    """
    change = np.zeros(beats, np.float32)
    if len(chroma) > 1:
        change[1 : len(chroma)] = 1 - np.sum(chroma[1:] * chroma[:-1], axis=1)
    return change


def track_downbeats(salience: Array, beats_per_bar: int, skip_cost: float = 8.0) -> Ints:
    """The beats that begin bars: the path through the positions of the bar that collects most salience.

    The search is Viterbi's. Positions follow each other; skipping any (an extra or a missing beat) has a
    cost.

    Parameters
    ----------
    salience : float32 array, shape (beats,)
        :func:`downbeat_salience`.
    beats_per_bar : int
    skip_cost : float

    Returns
    -------
    intp array, shape (downbeats,)
        Indices of beats.
    """
    beats = len(salience)
    gain = np.zeros((beats, beats_per_bar))
    gain[:, 0] = salience - salience.mean()
    came_from = np.empty((beats, beats_per_bar), np.intp)
    before = (np.arange(beats_per_bar) - 1) % beats_per_bar
    score = gain[0]
    for beat in range(1, beats):
        best = int(score.argmax())
        straight = score[before] >= score[best] - skip_cost
        came_from[beat] = np.where(straight, before, best)
        score = np.maximum(score[before], score[best] - skip_cost) + gain[beat]
    position = np.empty(beats, np.intp)
    position[-1] = int(score.argmax())
    for beat in range(beats - 1, 0, -1):
        position[beat - 1] = came_from[beat][position[beat]]
    return np.flatnonzero(position == 0)


def _standardize(values: Array) -> Array:
    """Values less their mean, over their standard deviation; zeros where they hardly differ."""
    spread = values.std()
    return (values - values.mean()) / spread if spread > 1e-6 else np.zeros_like(values)
