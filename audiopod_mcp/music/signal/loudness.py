"""How loud a recording is, as broadcasting measures it: ITU-R BS.1770-4."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Protocol

import numpy as np
import numpy.typing as npt
import scipy.fft as sfft
import soxr

from audiopod_mcp.music.model import Audio, Progress, ignore_progress

from .finite import finite
from .stft import Array

_FILTER_TAIL = 0.06
"""Seconds that each filtered row starts early: the filters (slowest pole: 4 ms) have rung out then."""
_ROW_TAILS = 6
"""How many times as long a row is, about: few enough to fit into the cache."""
_ROWS = 4
"""Rows that are transformed at once, which the transform does side by side."""
_LARGEST = float(np.finfo(np.float32).max)


class Sliceable(Protocol):
    """A recording of which stretches can be had: an array, or one that lies on the disk."""

    @property
    def shape(self) -> tuple[int, ...]: ...
    def __len__(self) -> int: ...
    def __getitem__(self, piece: slice, /) -> Audio: ...


def integrated_loudness(audio: Sliceable, rate: int, report: Progress = ignore_progress) -> float | None:
    """Integrated loudness by ITU-R BS.1770-4: K-weighting, blocks of 400 ms, absolute and relative gate.

    Parameters
    ----------
    audio : float32 array, shape (samples, channels)
        Five and six channels are weighted as surround sound. Audio shorter than one block counts as one
        block.
    rate : int
        Samples a second.
    report : Progress

    Returns
    -------
    float or None
        LUFS; ``None`` for silence.
    """
    step = max(1, round(0.1 * rate))
    return gated_loudness(step_energies(audio, rate, step, report), step)


def gated_loudness(energy: npt.NDArray[np.float64], step: int) -> float | None:
    """Integrated loudness from energies of short steps.

    Parameters
    ----------
    energy : float64 array, shape (steps,)
        :func:`step_energies` of a recording in steps of 0.1 s.
    step : int
        Samples of a step.

    Returns
    -------
    float or None
        LUFS; ``None`` for silence.
    """
    width = min(4, len(energy))
    sums = np.cumsum(np.concatenate(([0.0], energy)))
    blocks = (sums[width:] - sums[:-width]) / (width * step)
    loud = blocks[blocks > _power(-70.0)]
    if not loud.size:
        return None
    loud = loud[loud > loud.mean() * 0.1]  # the relative gate: 10 LU below the mean of what is left
    return float(-0.691 + 10 * np.log10(loud.mean()))


def true_peak(audio: Sliceable, rate: int) -> float:
    """The highest peak between the samples, by 4-fold oversampling (ITU-R BS.1770-4, annex 2).

    Parameters
    ----------
    audio : float32 array, shape (samples, channels)
    rate : int
        Samples a second.

    Returns
    -------
    float
        dB relative to full scale (dBTP); ``-inf`` for silence.
    """
    seconds = (audio[start : start + rate] for start in range(0, len(audio), rate))
    sample_peak = max((highest(finite(second, _LARGEST)) for second in seconds), default=0.0)
    if sample_peak <= 0.0:
        return -math.inf
    peak, margin = sample_peak, 256
    for start in range(0, len(audio), rate):
        early = min(start, margin)
        piece = finite(audio[start - early : start + rate + margin], _LARGEST)
        # Between samples a signal rises by a few dB at most: quiet seconds can't hold the peak.
        if highest(piece) < 0.5 * sample_peak:
            continue
        between = soxr.resample(piece, rate, 4 * rate, quality="HQ")
        peak = max(peak, highest(between[4 * early : 4 * (early + rate)]))
    return 20 * math.log10(peak)


def highest(signal: Array) -> float:
    """The greatest modulus, without a copy of the signal; 0 of nothing."""
    return float(max(signal.max(initial=0.0), -signal.min(initial=0.0)))


def _power(lufs: float) -> float:
    """The mean power of a block of this loudness."""
    return float(10 ** ((lufs + 0.691) / 10))


def step_energies(
    audio: Sliceable, rate: int, step: int, report: Progress = ignore_progress
) -> npt.NDArray[np.float64]:
    """K-weighted energy of consecutive steps of a recording, the channels weighted and summed.

    The filters are applied in the frequency domain, by overlap-save.

    Parameters
    ----------
    audio : float32 array, shape (samples, channels)
    rate : int
        Samples a second.
    step : int
        Samples of a step.
    report : Progress

    Returns
    -------
    float64 array, shape (steps,)
        Of whole steps only, but one at least.
    """
    tail = round(_FILTER_TAIL * rate)
    size = 1 << (_ROW_TAILS * tail).bit_length()
    if size < tail + step:
        size = sfft.next_fast_len(tail + step, real=True)
    advance = (size - tail) // step * step
    tail = size - advance
    response = _k_response(rate, size)
    weights = _channel_weights(audio.shape[1])
    energy = []
    # One piece of memory for all: what was in it last is still in the cache.
    space = np.zeros((len(weights), tail + _ROWS * advance), np.float32)
    framed = np.lib.stride_tricks.sliding_window_view(space, size, axis=1)[:, ::advance]
    for start in range(0, len(audio), _ROWS * advance):
        block = finite(audio[start : start + _ROWS * advance])
        rows = -(-len(block) // advance)
        space[:, :tail] = space[:, -tail:]
        space[:, tail : tail + len(block)] = block.T
        space[:, tail + len(block) :] = 0.0
        spectrum = sfft.rfft(framed[:, :rows], axis=2)
        spectrum *= response
        weighted = sfft.irfft(spectrum, size, axis=2, overwrite_x=True)[:, :, tail:]
        if len(audio) < step:
            weighted[:, :, len(audio) :] = 0.0  # what the filters ring on does not count
        each = weighted.reshape(len(weights), rows, -1, step)
        powers = np.einsum("crij,crij->cri", each, each).reshape(len(weights), -1)
        energy.append(weights @ powers.astype(np.float64))
        report(min(1.0, (start + _ROWS * advance) / len(audio)), "measuring the loudness")
    return np.concatenate(energy)[: max(1, len(audio) // step)]


def _channel_weights(channels: int) -> Array:
    """Front channels count once, surround ones √2 in power; the effects channel of 5.1 not at all."""
    layouts = {5: (1, 1, 1, 1.41, 1.41), 6: (1, 1, 1, 0, 1.41, 1.41)}
    return np.asarray(layouts.get(channels, (1,) * channels), np.float32)


@lru_cache(maxsize=4)
def _k_response(rate: int, size: int) -> npt.NDArray[np.complex64]:
    """K-weighting on the bins of a transform: the standard's two filters, by bilinear transform."""
    z = np.exp(-2j * np.pi * np.arange(size // 2 + 1) / size)

    k, q, gain = (
        math.tan(math.pi * 1681.974450955533 / rate),
        0.7071752369554196,
        10 ** (3.999843853973347 / 20),
    )
    middle = gain**0.4996667741545416
    shelf = (gain + middle * k / q + k * k) + 2 * (k * k - gain) * z + (gain - middle * k / q + k * k) * z**2
    shelf /= (1 + k / q + k * k) + 2 * (k * k - 1) * z + (1 - k / q + k * k) * z**2

    k, q = math.tan(math.pi * 38.13547087602444 / rate), 0.5003270373238773
    scale = 1 + k / q + k * k
    high_pass = (1 - z) ** 2 / (1 + 2 * (k * k - 1) / scale * z + (1 - k / q + k * k) / scale * z**2)
    response: npt.NDArray[np.complex64] = (shelf * high_pass).astype(np.complex64)
    return response
