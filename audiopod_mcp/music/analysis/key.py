"""Key, and harmony beat by beat."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from audiopod_mcp.music.model import Audio
from audiopod_mcp.music.signal.averages import moving_mean, segment_means
from audiopod_mcp.music.signal.downmix import downmix
from audiopod_mcp.music.signal.stft import Array

from .chroma import CHROMA_FPS, chromagram, spectral_peaks

PITCH_CLASSES = ("C", "C#", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")

# Temperley, "The Cognition of Basic Musical Structures", from the Kostka-Payne corpus.
_MAJOR_PROFILE = (0.748, 0.060, 0.488, 0.082, 0.670, 0.460, 0.096, 0.715, 0.104, 0.366, 0.057, 0.400)
_MINOR_PROFILE = (0.712, 0.084, 0.474, 0.618, 0.049, 0.460, 0.105, 0.747, 0.404, 0.067, 0.133, 0.330)

_MAX_TONAL_ENTROPY = 0.71
"""Entropy (:func:`_chroma_entropy`) above which nothing but drums sounds."""
MIN_CONFIDENCE = 0.3
"""Confidence below which a key is not named: drums alone have less of it nearly always."""
_MIN_FRAMES = 8
"""Frames below which (0.75 s) there is no key: the classes of a short noise differ by chance."""
_MIN_CONTRAST = 0.15
"""Contrast of the mean chroma below which there is no key: noise and drums spread evenly over all classes."""


def key_name(index: int) -> str:
    """The name of a key: ``"C major"`` for 0 … ``"B major"`` for 11, ``"C minor"`` for 12, and so on."""
    return f"{PITCH_CLASSES[index % 12]} {'major' if index < 12 else 'minor'}"


def key_scores(chroma: Array, bass: Array) -> Array:
    """How well each key fits: the mean chroma's correlation with key profiles, and the bass on the tonic.

    Parameters
    ----------
    chroma, bass : float32 array, shape (frames, 12)
        The quietest frames do not count.

    Returns
    -------
    float32 array, shape (24,)
        About -1 to 1, in the order of :func:`key_name`.

    References
    ----------
    Krumhansl, "Cognitive Foundations of Musical Pitch" (1990), the method; Temperley, "The Cognition of Basic
    Musical Structures" (2001), the profiles.
    """
    energy = chroma.sum(axis=1)
    loud = chroma[energy > np.percentile(energy, 15)] if len(chroma) > 1 else chroma
    loud = loud if len(loud) else chroma
    mean = (loud / (np.linalg.norm(loud, axis=1, keepdims=True) + 1e-9)).mean(axis=0)
    tonic = 0.15 * _standardize(bass.sum(axis=0))
    return np.concatenate(
        [
            [_standardize(mean) @ _standardize(np.roll(profile, k)) for k in range(12)] + tonic
            for profile in (_MAJOR_PROFILE, _MINOR_PROFILE)
        ]
    ).astype(np.float32)


def estimate_key(chroma: Array, bass: Array, tonics: Array | None = None) -> tuple[str | None, float]:
    """The key of a recording, and how sure it is.

    Parameters
    ----------
    chroma, bass : float32 array, shape (frames, 12)
    tonics : float32 array, shape (24,), optional
        What chords say besides (:func:`~.chords.tonic_evidence`): a key and its relative have the same
        tones, and are told apart by where phrases begin and end.

    Returns
    -------
    key : str or None
        ``None`` if nothing is tonal.
    confidence : float
        0 to 1.
    """
    if (
        len(chroma) < _MIN_FRAMES
        or _chroma_contrast(chroma) < _MIN_CONTRAST
        or _effective_pitch_classes(chroma) < 3
    ):
        return None, 0.0
    scores = key_scores(chroma, bass)
    best, second = np.sort(scores)[::-1][:2]
    if best < 0.3:
        return None, 0.0
    if tonics is not None:
        scores = scores + tonics
        best, second = np.sort(scores)[::-1][:2]
    confidence = float(np.clip(0.5 * (best - 0.3) / 0.7 + 0.5 * (best - second) / 0.25, 0, 1))
    confidence *= float(np.clip((0.95 - _chroma_entropy(chroma)) / 0.2, 0.1, 1))
    return key_name(int(scores.argmax())), confidence


def beat_chroma(audio: Audio, rate: int, beats: Sequence[float]) -> Array:
    """The chroma of a recording between its beats.

    Parameters
    ----------
    audio : float32 array, shape (samples, channels)
    rate : int
        Samples a second.
    beats : sequence of float
        Seconds.

    Returns
    -------
    float32 array, shape (beats - 1, 12)
        C first, each row of unit length or zero.
    """
    signal, _ = downmix(audio, rate)
    return sync_to_beats(chromagram(spectral_peaks(signal)), beats)


def sync_to_beats(chroma: Array, beats: Sequence[float]) -> Array:
    """Chroma averaged between beats.

    Parameters
    ----------
    chroma : float32 array, shape (frames, 12)
        At :data:`CHROMA_FPS`.
    beats : sequence of float
        Seconds.

    Returns
    -------
    float32 array, shape (beats - 1, 12)
        Each row of unit length or zero.
    """
    edges = np.round(np.asarray(beats, np.float64) * CHROMA_FPS).astype(np.intp)
    if len(edges) < 2:
        return np.zeros((0, 12), np.float32)
    means = segment_means(chroma, edges)
    norm = np.linalg.norm(means, axis=1, keepdims=True)
    means /= np.where(norm > 1e-6, norm, np.inf)
    return means


def harmonic_change(chroma: Array, bass: Array, reach: int = 4) -> Array:
    """How much the harmony changes at each frame.

    It is the cosine distance of the frames before from those after, less its two-second mean.

    Parameters
    ----------
    chroma, bass : float32 array, shape (frames, 12)
    reach : int
        Frames compared, before and after.

    Returns
    -------
    float32 array, shape (frames,)
        0 to 1. Zeros where no frame is tonal: drums have no harmony, and what their chroma does would be
        taken for one.
    """
    if len(chroma) < 2 or not is_tonal(chroma):
        return np.zeros(max(1, len(chroma)), np.float32)
    sound = np.sqrt(chroma + 0.3 * bass)
    sound /= np.linalg.norm(sound, axis=1, keepdims=True) + 1e-6
    frames = np.arange(len(sound))
    sums = np.concatenate((np.zeros((1, 12)), np.cumsum(sound, axis=0, dtype=np.float64)))
    before = sums[frames] - sums[np.maximum(frames - reach, 0)]
    after = sums[np.minimum(frames + reach, len(sound))] - sums[frames]
    norms = np.linalg.norm(before, axis=1) * np.linalg.norm(after, axis=1)
    change = 1 - np.sum(before * after, axis=1) / (norms + 1e-6)
    rise: Array = np.maximum(change - moving_mean(change, 21), 0).astype(np.float32)
    return rise


def is_tonal(chroma: Array) -> bool:
    """Whether anything but drums and noise sounds in chroma ``(frames, 12)``."""
    return _chroma_entropy(chroma) <= _MAX_TONAL_ENTROPY


def _effective_pitch_classes(chroma: Array) -> float:
    """How many pitch classes sound: the inverse of the summed squares of their shares.

    1 for a kick drum's single pitch, 12 for noise.
    """
    share = chroma.sum(axis=0) / (chroma.sum() + 1e-9)
    return float(1 / (np.square(share).sum() + 1e-9))


def _chroma_entropy(chroma: Array) -> float:
    """The normalized entropy of the typical frame: 1 where all classes sound alike, 0 where one does.

    Of the generated pieces, drums alone have 0.72 to 0.95 and all others less than 0.70.
    """
    share = chroma / (chroma.sum(axis=1, keepdims=True) + 1e-9)
    entropy = -(share * np.log(share + 1e-9)).sum(axis=1) / np.log(12)
    return float(np.median(entropy)) if len(entropy) else 1.0


def _chroma_contrast(chroma: Array) -> float:
    """How unevenly pitch classes sound in the mean: their standard deviation over their mean."""
    mean = chroma.sum(axis=0)
    return float(mean.std() / mean.mean()) if mean.mean() > 1e-6 else 0.0


def _standardize(values: Array | Sequence[float]) -> Array:
    """Values less their mean, scaled to unit length: products of two such are correlations."""
    centred: Array = np.asarray(values, np.float32) - np.mean(values)
    centred /= np.linalg.norm(centred) + 1e-12
    return centred
