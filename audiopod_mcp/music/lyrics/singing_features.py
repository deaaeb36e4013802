"""How much the tone that stands out sounds like somebody singing, finely enough in time to hear a breath.

:mod:`audiopod_mcp.music.analysis.vocal_activity` asks whether the whole spectrum moves as a voice does and
answers over half a second and more; that finds the songs with singing in them. To place lines, the loudest
harmonic tone in the centre of the stage is followed, and asked how it moves, how its partials are shaped and
how far they stand out.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from scipy.ndimage import maximum_filter1d

from audiopod_mcp.music.analysis.vocal_activity import HOP, N_FFT, vocal_features
from audiopod_mcp.music.model import Progress, ignore_progress, progress_within
from audiopod_mcp.music.signal.averages import moving_mean
from audiopod_mcp.music.signal.downmix import ANALYSIS_RATE
from audiopod_mcp.music.signal.interpolation import interpolate_bins, peak_offset
from audiopod_mcp.music.signal.stft import STFT, Array, Ints

_BINS_PER_OCTAVE = 60
_MIN_FREQUENCY = 80.0
_N_BINS = 6 * _BINS_PER_OCTAVE
"""Log-frequency bins of 20 cents, 80 Hz to 5.1 kHz."""
_N_PITCHES = round(3.6 * _BINS_PER_OCTAVE)
"""Pitches that are followed: 80 to 970 Hz."""
_N_SALIENCE_PARTIALS = 8
"""Partials summed for the salience of a pitch."""
_N_SHAPE_PARTIALS = 24
"""Partials looked at for the shape of the tone."""
_PARTIAL_DECAY = 0.84
"""What each further partial counts for, as a share of the one before."""
_MAX_STEP = 2
"""Bins that the tone that is followed moves from frame to frame at most."""
_LEAP_COST = 6.0
"""What leaving the tone that is followed for another costs, in standard deviations of the salience."""
_BAND_EDGES = (150, 300, 500, 800, 1200, 1800, 2500, 3500, 5000)
"""Hz."""
_N_BANDS = len(_BAND_EDGES) - 1

FEATURE_NAMES = (
    *("contrast", "salience", "vibrato", "glide", "leaps", "vibrato 4-8 Hz", "roughness"),
    *("level", "harmonics", "pitch"),
    *(f"{what} {low} Hz" for what in ("clear", "share", "level", "centre") for low in _BAND_EDGES[:-1]),
    *(f"voice {number}" for number in range(9)),
)  # fmt: skip
"""The columns of :func:`extract_singing_features`; the last nine are those of :func:`vocal_features`."""


def singing_log_odds(mid: Array, side: Array, report: Progress = ignore_progress) -> Array:
    """How probable it is that somebody sings, by a logistic regression.

    Parameters
    ----------
    mid, side : float32 array, shape (samples,)
        The output of :func:`downmix`.
    report : Progress

    Returns
    -------
    float32 array, shape (frames,)
        Log-odds at :data:`VOCAL_FPS`, from the features and from their means over the recording.
    """
    features = extract_singing_features(mid, side, report)
    weights, bias = regression_weights()
    odds = features @ weights[:, 0] + features.mean(axis=0) @ weights[:, 1] + bias
    return np.asarray(odds, np.float32)


@cache
def regression_weights() -> tuple[npt.NDArray[np.float64], float]:
    """The weights of each feature's value and of its mean, ``(len(FEATURE_NAMES), 2)``, and the bias.

    From ``singing_features.npz``; ``singing_features.json`` says what it was fitted to.
    """
    with (files(__package__) / "singing_features.npz").open("rb") as file, np.load(file) as arrays:
        return arrays["weights"], float(arrays["bias"])


def extract_singing_features(mid: Array, side: Array, report: Progress = ignore_progress) -> Array:
    """What tells a singing lead voice, most of it smoothed over 0.3 s.

    Parameters
    ----------
    mid, side : float32 array, shape (samples,)
        The output of :func:`downmix`.
    report : Progress

    Returns
    -------
    float32 array, shape (frames, len(FEATURE_NAMES))
        At :data:`VOCAL_FPS`, columns by :data:`FEATURE_NAMES`.
    """
    frames = len(mid) // HOP + 1
    tone = np.zeros((frames, 5 + 4 * _N_BANDS), np.float32)
    score = np.zeros(_N_PITCHES, np.float32)
    transform = STFT.centered(N_FFT, HOP)
    for (first, middle), (_, sides) in zip(transform.blocks(mid), transform.blocks(side), strict=True):
        level, width = np.abs(middle), np.abs(sides)
        centre = np.maximum(level - width, 0.05 * level)
        here = slice(first, first + len(level))
        octaves = _log_frequency(centre)
        path, score, tone[here, :3] = _track_pitch(octaves, score)
        tone[here, 3 : 5 + 2 * _N_BANDS] = _partial_features(octaves, path)
        tone[here, 5 + 2 * _N_BANDS :] = _band_features(centre, level, width)
        report(0.5 * (first + len(level)) / frames, "listening for the lead")
    salience, mean, cents, whole, harmonics = tone[:, :5].T
    clear, share, level, centred = (tone[:, 5 + n * _N_BANDS : 5 + (n + 1) * _N_BANDS] for n in range(4))
    columns = [
        _smooth(salience - mean),
        _smooth(salience),
        *_pitch_movement_features(cents),
        _smooth(np.clip(whole - np.percentile(whole, 90), -7, 1)),
        _smooth(harmonics - np.percentile(harmonics, 90)),
        cents / 1200,
        *(_smooth(column) for part in (clear, share, level, centred) for column in part.T),
    ]
    general = vocal_features(mid, side, progress_within(report, 0.5, 1.0))
    return np.column_stack((*columns, general)).astype(np.float32)


def _log_frequency(level: Array) -> Array:
    """Magnitudes ``(frames, bins)`` at :data:`_N_BINS` logarithmic frequencies."""
    bins = _MIN_FREQUENCY * 2 ** (np.arange(_N_BINS) / _BINS_PER_OCTAVE) * N_FFT / ANALYSIS_RATE
    return interpolate_bins(level, bins)


def _track_pitch(octaves: Array, score: Array) -> tuple[Ints, Array, Array]:
    """The tone that stands out: its pitch bins ``(frames,)``, the state to go on from, and three features of
    it.

    These are its log salience, the mean log salience and the pitch in cents, ``(frames, 3)``. Salience is a
    sum over partials of what stands above the spectrum around them (Salamon & Gómez, IEEE TASLP 2012, without
    their peak picking); the path through it is a Viterbi search, which goes on from the block before at
    ``score``.
    """
    root = np.sqrt(octaves)
    raised = np.maximum(root - moving_mean(root, 61), 0) / (root.mean() + 1e-3)
    salience = np.zeros((len(octaves), _N_PITCHES), np.float32)
    for number in range(_N_SALIENCE_PARTIALS):
        shift = round(_BINS_PER_OCTAVE * np.log2(number + 1))
        count = min(_N_PITCHES, _N_BINS - shift)
        salience[:, :count] += _PARTIAL_DECAY**number * raised[:, shift : shift + count]
    gains = salience / (salience.std() + 1e-6)
    scores = np.empty_like(gains)
    for frame, gain in enumerate(gains):
        score = np.maximum(maximum_filter1d(score, 2 * _MAX_STEP + 1), score.max() - _LEAP_COST) + gain
        score -= score.max()
        scores[frame] = score
    path = np.empty(len(scores), np.intp)
    place = int(score.argmax())
    for frame in range(len(scores) - 1, -1, -1):
        row = scores[frame]
        low = max(0, place - _MAX_STEP)
        near = low + int(row[low : place + _MAX_STEP + 1].argmax())
        best = int(row.argmax())
        if frame == len(scores) - 1 or row[near] < row[best] - _LEAP_COST:
            near = best
        path[frame] = place = near
    rows, inner = np.arange(len(path)), np.clip(path, 1, _N_PITCHES - 2)
    a, b, c = (salience[rows, inner + step] for step in (-1, 0, 1))
    cents = 1200 / _BINS_PER_OCTAVE * (inner + peak_offset(a, b, c))
    features = np.stack((np.log(b + 1e-2), np.log(salience.mean(axis=1) + 1e-2), cents), axis=1)
    return path, score, features.astype(np.float32)


def _partial_features(octaves: Array, path: Ints) -> Array:
    """The log level of the whole and of the tone's partials, and two features of each band.

    These are how far the partials stand above what is between them, and their share, both logarithms:
    ``(frames, 2 + 2 · bands)``.
    """
    rows = np.arange(len(path))[:, None]
    numbers = np.arange(1, _N_SHAPE_PARTIALS + 1)
    at = path[:, None] + np.round(_BINS_PER_OCTAVE * np.log2(numbers)).astype(np.intp)
    inside = np.clip(at, 2, _N_BINS - 3)
    partials = np.max([octaves[rows, inside + step] for step in (-1, 0, 1)], axis=0) ** 2
    partials = np.where(at < _N_BINS - 3, partials, 0)
    between = path[:, None] + np.round(_BINS_PER_OCTAVE * np.log2(numbers + 0.5)).astype(np.intp)
    floors = octaves[rows, np.clip(between, 2, _N_BINS - 3)] ** 2
    frequency = _MIN_FREQUENCY * 2 ** (path[:, None] / _BINS_PER_OCTAVE) * numbers
    whole = np.log(np.square(octaves).sum(axis=1) + 1e-3)
    total = np.log(partials.sum(axis=1) + 1e-4)
    clear, share = [], []
    for low, high in pairwise(_BAND_EDGES):
        within = (frequency >= low) & (frequency < high)
        count = within.sum(axis=1)
        energy, floor = (partials * within).sum(axis=1), (floors * within).sum(axis=1)
        many = np.maximum(count, 1)
        above = np.log(energy / many + 1e-4) - np.log(floor / many + 1e-4)
        clear.append(np.where(count > 0, np.clip(above, -3, 5), 0))
        share.append(np.clip(np.log(energy + 1e-4) - total, -9, 1))
    return np.stack((whole, total, *clear, *share), axis=1).astype(np.float32)


def _band_features(centre: Array, level: Array, width: Array) -> Array:
    """Log shares of the bands in the centre, and of the centre in each band: ``(frames, 2 · bands)``."""
    edges = np.round(np.asarray(_BAND_EDGES) * N_FFT / ANALYSIS_RATE).astype(np.intp)
    energy, whole = (
        np.add.reduceat(power, edges, axis=1)[:, :-1]
        for power in (np.square(centre), np.square(level) + np.square(width))
    )
    shares = np.log(energy + 1e-3) - np.log(energy.sum(axis=1, keepdims=True) + 1e-3)
    return np.concatenate((shares, energy / (whole + 1e-9)), axis=1).astype(np.float32)


def _pitch_movement_features(cents: Array) -> tuple[Array, ...]:
    """How a pitch track ``(frames,)`` in cents moves: vibrato, glide, leaps, singers' vibrato, roughness.

    Singers' vibrato is of 4 to 8 Hz (Regnier & Peeters, ICASSP 2009).
    """
    steps = np.diff(cents, prepend=cents[:1])
    leaps = np.abs(steps) > 2 * 1200 / _BINS_PER_OCTAVE
    steps = np.where(leaps, 0, steps).astype(np.float32)
    walk = np.cumsum(steps, dtype=np.float64).astype(np.float32)
    wide, slow = walk - moving_mean(walk, 21), moving_mean(walk, 3) - moving_mean(walk, 11)
    rough = np.abs(np.diff(steps, append=steps[-1:]))
    return (
        np.log1p(moving_mean(np.abs(wide), 17)),
        np.log(moving_mean(np.abs(steps), 17) + 0.5),
        moving_mean(leaps.astype(np.float32), 21),
        np.log1p(moving_mean(np.abs(slow), 25)),
        np.log1p(moving_mean(rough, 17)),
    )


def _smooth(values: npt.NDArray[np.float32]) -> Array:
    """The mean over 0.3 s."""
    return moving_mean(values.astype(np.float32), 13)
