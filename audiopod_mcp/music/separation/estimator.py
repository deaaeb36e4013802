"""Who sounds in each cell of a spectrogram, and by how much: a voice, drums, a bass, the rest.

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

from audiopod_mcp.music.signal.stft import Array

from .features import N_FFT, RATE, Complex, mean, traces
from .masks import unheard

SOURCES = ("vocals", "drums", "bass", "rest")
_CHUNK = 64
"""Frames weighed at a time."""
_TOP = 12_000.0
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


def shares(spectra: Sequence[Complex], tell: Callable[[float], None] = unheard) -> Array:
    """The share of each of :data:`SOURCES` in the power of each cell, ``(4, frames, bins)``, summing to 1.

    ``spectra`` are the channels' ``(frames, bins)`` on the grid of :mod:`.features`.
    """
    frames, bins = spectra[0].shape
    top = min(bins, int(_TOP * N_FFT / RATE))
    spectra = _played_as_usual([spectrum[:, :top] for spectrum in spectra])
    power: Array = np.sum([np.square(np.abs(spectrum)) for spectrum in spectra], axis=0)
    evidence = traces(spectra)
    tell(0.4)
    first, second = perceptrons()
    alone = weigh(evidence, first)
    tell(0.6)
    evidence += context(alone, power)
    tell(0.8)
    out = np.empty((len(SOURCES), frames, bins), np.float32)
    again = weigh(evidence, second)
    # The second hears voices better; for drums and basses unlike those of the fit both together are steadier.
    out[:, :, :top] = (alone + again) / 2
    out[1:, :, :top] *= (1 - again[0]) / (out[1:, :, :top].sum(axis=0) + np.float32(1e-6))
    out[0, :, :top] = again[0]
    highest = slice(int(0.8 * top), top)
    root = np.sqrt(power[:, highest]) + np.float32(1e-12)
    out[:, :, top:] = ((out[:, :, highest] * root).sum(axis=2) / root.sum(axis=1))[:, :, None]
    return out


def _played_as_usual(spectra: list[Complex]) -> list[Complex]:
    """Without silent channels, and with the second turned round where it opposes the first."""
    powers = [float(np.square(np.abs(spectrum)).sum()) for spectrum in spectra]
    heard = [n for n, power in enumerate(powers) if power >= 1e-3 * max(powers)]
    first, *others = (spectra[n] for n in heard)
    if others:
        common = float((first * np.conj(others[0])).real.sum())
        if common < -0.3 * np.sqrt(powers[heard[0]] * powers[heard[1]]):
            others[0] = -others[0]
    return [first, *others]


def weigh(evidence: Sequence[Array], weights: Perceptron) -> Array:
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


def context(share: Array, power: Array) -> list[Array]:
    """What ``share`` (:func:`weigh`) says around each cell: 33 more :func:`traces`."""
    root = np.sqrt(power) + np.float32(1e-9 * np.sqrt(power.mean()))
    parts = share * root

    def around(average: Callable[[Array], Array]) -> list[Array]:
        whole = average(root) + np.float32(1e-12)
        return [average(part) / whole for part in parts]

    near = around(lambda values: mean(mean(values, 5, 1), 3, 0))
    whole = [
        mean((each * power).sum(axis=1) / (power.sum(axis=1) + np.float32(1e-12)), 5, 0) for each in share
    ]
    bins = np.arange(power.shape[1])
    above, below = np.minimum(2 * bins, bins[-1]), bins // 2
    return [
        *share,
        *around(lambda values: mean(values, 21, 0)),
        *around(lambda values: mean(values, 21, 1)),
        *around(lambda values: mean(mean(values, 181, 1), 3, 0)),
        *around(lambda values: mean(mean(values, 173, 0), 5, 1)),
        *(np.broadcast_to(each[:, None], power.shape) for each in [*whole, mean(whole[0], 43, 0)]),
        *(each[:, above] for each in near),
        *(each[:, below] for each in near),
    ]
