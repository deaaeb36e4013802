"""Who sounds in each cell of a spectrogram, and by how much: a voice, drums, a bass, the rest.

Two small perceptrons (one hidden layer each, 3,200 numbers in all) weigh the evidence of
:mod:`.features`: the first by itself, the second once more together with what the first found
nearby, in the whole frame and an octave away (auto-context: Tu & Bai, PAMI 2010). They were fitted to the
shares of parts played one by one, by least squares weighted by power: ``tests.benchmarks.shares``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from audiopod_mcp.music.signal.stft import Array, Complex

from .features import N_FFT, SEPARATION_RATE, bin_features, local_mean
from .masks import ignore_progress
from .weights import FIRST, SECOND, Weights

SOURCES = ("vocals", "drums", "bass", "rest")
_CHUNK = 64
"""Frames weighed at a time."""
_MAX_FREQUENCY = 12_000.0
"""Above this (Hz) nothing is weighed: a frame's shares there are those of the third of an octave below."""


def ratio_masks(spectra: Sequence[Complex], tell: Callable[[float], None] = ignore_progress) -> Array:
    """The share of each of :data:`SOURCES` in the power of each cell, ``(4, frames, bins)``, summing to 1.

    ``spectra`` are the channels' ``(frames, bins)`` on the grid of :mod:`.features`.
    """
    frames, bins = spectra[0].shape
    top = min(bins, int(_MAX_FREQUENCY * N_FFT / SEPARATION_RATE))
    spectra = _canonical_channels([spectrum[:, :top] for spectrum in spectra])
    power: Array = np.sum([np.square(np.abs(spectrum)) for spectrum in spectra], axis=0)
    evidence = bin_features(spectra)
    tell(0.4)
    alone = predict_masks(evidence, FIRST)
    tell(0.6)
    evidence += context_features(alone, power)
    tell(0.8)
    out = np.empty((len(SOURCES), frames, bins), np.float32)
    again = predict_masks(evidence, SECOND)
    # The second hears voices better; for drums and basses unlike those of the fit both together are steadier.
    out[:, :, :top] = (alone + again) / 2
    out[1:, :, :top] *= (1 - again[0]) / (out[1:, :, :top].sum(axis=0) + np.float32(1e-6))
    out[0, :, :top] = again[0]
    highest = slice(int(0.8 * top), top)
    root = np.sqrt(power[:, highest]) + np.float32(1e-12)
    out[:, :, top:] = ((out[:, :, highest] * root).sum(axis=2) / root.sum(axis=1))[:, :, None]
    return out


def _canonical_channels(spectra: list[Complex]) -> list[Complex]:
    """Without silent channels, and with the second turned round where it opposes the first."""
    powers = [float(np.square(np.abs(spectrum)).sum()) for spectrum in spectra]
    heard = [n for n, power in enumerate(powers) if power >= 1e-3 * max(powers)]
    first, *others = (spectra[n] for n in heard)
    if others:
        common = float((first * np.conj(others[0])).real.sum())
        if common < -0.3 * np.sqrt(powers[heard[0]] * powers[heard[1]]):
            others[0] = -others[0]
    return [first, *others]


def predict_masks(evidence: Sequence[Array], weights: Weights) -> Array:
    """Shares ``(4, frames, bins)`` by one perceptron, from ``(frames, bins)`` of evidence."""
    frames, bins = evidence[0].shape
    hidden = (weights.hidden / weights.spread[:, None]).astype(np.float32)
    offset = (weights.hidden_bias - weights.mean @ hidden).astype(np.float32)[:, None]
    out = np.empty((4, frames, bins), np.float32)
    for first in range(0, frames, _CHUNK):
        rows = slice(first, min(frames, first + _CHUNK))
        inner = hidden.T @ np.stack([each[rows].ravel() for each in evidence]) + offset
        odds = weights.out.T @ np.maximum(inner, 0, out=inner) + weights.out_bias[:, None]
        odds = np.exp(odds - odds.max(axis=0))
        out[:, rows] = (odds / odds.sum(axis=0)).reshape(4, -1, bins)
    return out


def context_features(share: Array, power: Array) -> list[Array]:
    """What ``share`` (:func:`predict_masks`) says around each cell: 33 more :func:`bin_features`."""
    root = np.sqrt(power) + np.float32(1e-9 * np.sqrt(power.mean()))
    parts = share * root

    def around(average: Callable[[Array], Array]) -> list[Array]:
        whole = average(root) + np.float32(1e-12)
        return [average(part) / whole for part in parts]

    near = around(lambda values: local_mean(local_mean(values, 5, 1), 3, 0))
    whole = [
        local_mean((each * power).sum(axis=1) / (power.sum(axis=1) + np.float32(1e-12)), 5, 0)
        for each in share
    ]
    bins = np.arange(power.shape[1])
    above, below = np.minimum(2 * bins, bins[-1]), bins // 2
    return [
        *share,
        *around(lambda values: local_mean(values, 21, 0)),
        *around(lambda values: local_mean(values, 21, 1)),
        *around(lambda values: local_mean(local_mean(values, 181, 1), 3, 0)),
        *around(lambda values: local_mean(local_mean(values, 173, 0), 5, 1)),
        *(np.broadcast_to(each[:, None], power.shape) for each in [*whole, local_mean(whole[0], 43, 0)]),
        *(each[:, above] for each in near),
        *(each[:, below] for each in near),
    ]
