"""Bar lines, from what is stressed on the beats."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from audiopod_mcp.music.signal.stft import Array, Ints

from .beats import onset_strength_at
from .onsets import BROADBAND, LOW_BAND, MID_BAND


def downbeat_salience(envelopes: Array, beats: npt.NDArray[np.float64], chroma: Array) -> Array:
    """How like a downbeat each beat (s) is, ``(beats,)``.

    By the accents of onset envelopes ``(6, frames)`` and the movement of beat chroma ``(beats - 1, 12)``.
    """
    rows = [onset_strength_at(envelopes[row], beats) for row in (LOW_BAND, MID_BAND, BROADBAND)]
    rows.append(beat_harmonic_change(chroma, len(beats)))
    features = np.stack([_standardize(values) for values in rows], axis=1)
    return features @ np.asarray([0.8, -0.3, 0.3, 1.0], np.float32)


def beat_harmonic_change(chroma: Array, beats: int) -> Array:
    """How much the harmony after each beat differs from that before it, ``(beats,)``, 0 to 1."""
    movement = np.zeros(beats, np.float32)
    if len(chroma) > 1:
        movement[1 : len(chroma)] = 1 - np.sum(chroma[1:] * chroma[:-1], axis=1)
    return movement


def track_downbeats(stress: Array, beats_per_bar: int, slip: float = 8.0) -> Ints:
    """The beats that begin bars: the path through the positions of the bar that collects most stress.

    Positions follow each other; skipping (an extra or a missing beat) costs ``slip``.
    """
    beats = len(stress)
    gain = np.zeros((beats, beats_per_bar))
    gain[:, 0] = stress - stress.mean()
    came_from = np.empty((beats, beats_per_bar), np.intp)
    before = (np.arange(beats_per_bar) - 1) % beats_per_bar
    score = gain[0]
    for beat in range(1, beats):
        best = int(score.argmax())
        straight = score[before] >= score[best] - slip
        came_from[beat] = np.where(straight, before, best)
        score = np.maximum(score[before], score[best] - slip) + gain[beat]
    position = np.empty(beats, np.intp)
    position[-1] = int(score.argmax())
    for beat in range(beats - 1, 0, -1):
        position[beat - 1] = came_from[beat][position[beat]]
    return np.flatnonzero(position == 0)


def _standardize(values: Array) -> Array:
    spread = values.std()
    return (values - values.mean()) / spread if spread > 1e-6 else np.zeros_like(values)
