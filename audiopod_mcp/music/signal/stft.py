"""Short-time Fourier transforms."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import scipy.fft as sfft
from numpy.lib.stride_tricks import sliding_window_view

Array: TypeAlias = npt.NDArray[np.float32]
Ints: TypeAlias = npt.NDArray[np.intp]
Complex: TypeAlias = npt.NDArray[np.complex64]

WORKERS = 2
"""Threads of one transform."""


def hann(n: int) -> Array:
    """A periodic Hann window, ``(n,)``."""
    return np.hanning(n + 1)[:-1].astype(np.float32)


def stft_blocks(
    signal: Array, n_fft: int, hop: int, block: int = 1024
) -> Iterator[tuple[int, npt.NDArray[np.complex64]]]:
    """The short-time Fourier transform of a ``(samples,)`` signal: ``(first frame, (frames, bins))`` blocks.

    Frame ``i`` is centred on sample ``i · hop``; there are ``samples // hop + 1`` of them, zeros
    beyond both ends.
    """
    window = hann(n_fft)
    half = n_fft // 2
    frames = len(signal) // hop + 1
    for first in range(0, frames, block):
        count = min(block, frames - first)
        start = first * hop - half
        stop = (first + count - 1) * hop + half
        piece = signal[max(start, 0) : stop]
        piece = np.pad(piece, (max(-start, 0), max(stop - max(start, 0) - len(piece), 0)))
        windows = sliding_window_view(piece, n_fft)[::hop]
        yield first, sfft.rfft(windows * window, axis=1, workers=WORKERS)


def magnitude_blocks(signal: Array, n_fft: int, hop: int, block: int = 1024) -> Iterator[tuple[int, Array]]:
    """The moduli of :func:`stft_blocks`, as ``(first frame, (frames, n_fft // 2 + 1))`` blocks."""
    for first, spectrum in stft_blocks(signal, n_fft, hop, block):
        yield first, np.abs(spectrum)
