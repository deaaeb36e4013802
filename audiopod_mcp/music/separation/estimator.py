"""Who sounds in each bin of a spectrogram, and by how much: a voice, drums, a bass, the rest.

Two small perceptrons (one hidden layer each, 3,200 numbers in all) weigh the evidence of
:mod:`.features`: the first by itself, the second once more together with what the first found
nearby, in the whole frame and an octave away (auto-context: Tu & Bai, PAMI 2010). They were fitted to the
shares of parts played one by one, by least squares weighted by power: ``training.estimator``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from functools import cache
from importlib.resources import files

import numpy as np

from audiopod_mcp.music.model import Progress, ignore_progress
from audiopod_mcp.music.signal.stft import Array, Complex

from .features import N_FFT, SEPARATION_RATE, bin_features, local_mean

SOURCES = ("vocals", "drums", "bass", "rest")
_CHUNK = 8
"""Frames weighed at a time: as many as stay in a processor's cache with all their features."""
_MAX_FREQUENCY = 12_000.0
"""Above this (Hz) nothing is weighed: a frame's shares there are those of the third of an octave below."""


@dataclass(frozen=True, slots=True)
class Perceptron:
    """A perceptron with one hidden layer, of inputs with these means and spreads; all arrays ``float32``."""

    mean: Array
    spread: Array
    hidden: Array
    """``(inputs, hidden units)``."""
    hidden_bias: Array
    out: Array
    """``(hidden units, 4)``."""
    out_bias: Array


@cache
def perceptrons() -> tuple[Perceptron, Perceptron]:
    """The two perceptrons of ``estimator.npz``; ``estimator.json`` says what they were fitted to."""
    with (files(__package__) / "estimator.npz").open("rb") as file, np.load(file) as arrays:
        first, second = (
            Perceptron(*(arrays[f"{step}_{part.name}"] for part in fields(Perceptron)))
            for step in ("first", "second")
        )
    return first, second


def ratio_masks(spectra: Sequence[Complex], report: Progress = ignore_progress) -> Array:
    """Ratio masks: the share of each of :data:`SOURCES` in the power of each bin.

    Parameters
    ----------
    spectra : sequence of complex64 array, shape (frames, bins)
        The channels', by :data:`.features.SEPARATION_STFT`.
    report : Progress

    Returns
    -------
    float32 array, shape (4, frames, bins)
        0 to 1, summing to 1 over the sources.
    """
    frames, bins = spectra[0].shape
    top = min(bins, int(_MAX_FREQUENCY * N_FFT / SEPARATION_RATE))
    spectra = _canonical_channels([spectrum[:, :top] for spectrum in spectra])
    power: Array = np.sum([np.square(np.abs(spectrum)) for spectrum in spectra], axis=0)
    features = bin_features(spectra)
    report(0.4, "estimating the masks")
    first, second = perceptrons()
    alone = predict_masks(features, first)
    report(0.6, "estimating the masks")
    features += context_features(alone, power)
    report(0.8, "estimating the masks")
    out = np.empty((len(SOURCES), frames, bins), np.float32)
    again = predict_masks(features, second)
    # The second hears voices better; for drums and basses unlike those of the fit both together are steadier.
    out[:, :, :top] = (alone + again) / 2
    out[1:, :, :top] *= (1 - again[0]) / (out[1:, :, :top].sum(axis=0) + np.float32(1e-6))
    out[0, :, :top] = again[0]
    highest = slice(int(0.8 * top), top)
    level = np.sqrt(power[:, highest]) + np.float32(1e-12)
    out[:, :, top:] = ((out[:, :, highest] * level).sum(axis=2) / level.sum(axis=1))[:, :, None]
    return out


def _canonical_channels(spectra: list[Complex]) -> list[Complex]:
    """The channels without silent ones, and with the second turned round where it opposes the first."""
    powers = [float(np.square(np.abs(spectrum)).sum()) for spectrum in spectra]
    heard = [n for n, power in enumerate(powers) if power >= 1e-3 * max(powers)]
    first, *others = (spectra[n] for n in heard)
    if others:
        common = float((first * np.conj(others[0])).real.sum())
        if common < -0.3 * np.sqrt(powers[heard[0]] * powers[heard[1]]):
            others[0] = -others[0]
    return [first, *others]


def predict_masks(features: Sequence[Array], weights: Perceptron) -> Array:
    """Ratio masks by one perceptron.

    Parameters
    ----------
    features : sequence of float32 array, shape (frames, bins)
    weights : Perceptron

    Returns
    -------
    float32 array, shape (4, frames, bins)
        A softmax over the sources.
    """
    frames, bins = features[0].shape
    hidden = (weights.hidden / weights.spread[:, None]).astype(np.float32)
    offset = (weights.hidden_bias - weights.mean @ hidden).astype(np.float32)[:, None]
    out = np.empty((4, frames, bins), np.float32)
    inputs = np.empty((len(features), _CHUNK, bins), np.float32)
    for first in range(0, frames, _CHUNK):
        rows = slice(first, min(frames, first + _CHUNK))
        chunk = inputs[:, : rows.stop - first]
        for place, feature in zip(chunk, features, strict=True):
            place[:] = feature[rows]
        inner = hidden.T @ chunk.reshape(len(features), -1)
        inner += offset
        logits = weights.out.T @ np.maximum(inner, 0, out=inner)
        logits += weights.out_bias[:, None]
        logits -= logits.max(axis=0)
        odds = np.exp(logits, out=logits)
        odds /= odds.sum(axis=0)
        out[:, rows] = odds.reshape(4, -1, bins)
    return out


def context_features(masks: Array, power: Array) -> list[Array]:
    """What ratio masks say around each bin: nearby, in the whole frame, before and after, an octave away.

    Parameters
    ----------
    masks : float32 array, shape (4, frames, bins)
        :func:`predict_masks`.
    power : float32 array, shape (frames, bins)
        Of all channels.

    Returns
    -------
    list of 33 float32 arrays, shape (frames, bins)
        Means of the masks, weighted by magnitude (in the whole frame by power).
    """
    level = np.sqrt(power) + np.float32(1e-9 * np.sqrt(power.mean()))
    parts = masks * level

    def around(average: Callable[[Array], Array]) -> list[Array]:
        """The masks averaged around each bin."""
        total = average(level) + np.float32(1e-12)
        means = [average(part) for part in parts]
        for mean in means:
            mean /= total
        return means

    near = around(lambda values: local_mean(local_mean(values, 5, 1), 3, 0))
    frame_power = power.sum(axis=1) + np.float32(1e-12)
    in_frame = [local_mean((mask * power).sum(axis=1) / frame_power, 5, 0) for mask in masks]
    in_frame.append(local_mean(in_frame[0], 43, 0))
    bins = np.arange(power.shape[1])
    above, below = np.minimum(2 * bins, bins[-1]), bins // 2
    return [
        *masks,
        *around(lambda values: local_mean(values, 21, 0)),
        *around(lambda values: local_mean(values, 21, 1)),
        *around(lambda values: local_mean(local_mean(values, 181, 1), 3, 0)),
        *around(lambda values: local_mean(local_mean(values, 173, 0), 5, 1)),
        *(np.broadcast_to(each[:, None], power.shape) for each in in_frame),
        *(np.take(each, above, axis=1) for each in near),  # in rows, as indexing by columns is not
        *(np.take(each, below, axis=1) for each in near),
    ]
