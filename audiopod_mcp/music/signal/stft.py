"""The short-time Fourier transform and its inverse: the one place where signals are cut into frames."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import numpy.typing as npt
import scipy.fft as sfft
from numpy.lib.stride_tricks import sliding_window_view

if TYPE_CHECKING:
    from .loudness import Sliceable

Array: TypeAlias = npt.NDArray[np.float32]
Ints: TypeAlias = npt.NDArray[np.intp]
Complex: TypeAlias = npt.NDArray[np.complex64]

_AT_A_TIME = 1 << 16
"""Samples that are windowed and transformed at a time: what stays in the cache of a processor."""
WORKERS = 2
"""Threads of one transform."""


def hann(n: int) -> Array:
    """A periodic Hann window, ``(n,)``."""
    return np.hanning(n + 1)[:-1].astype(np.float32)


def root_hann(n: int) -> Array:
    """The root of a periodic Hann window, ``(n,)``; its square, overlapping by three quarters, sums to 2."""
    return np.sqrt(np.hanning(n + 1)[:-1]).astype(np.float32)


def sine(n: int) -> Array:
    """A sine window, ``(n,)``; its square, overlapping by half, sums to 1 (Princen & Bradley, TASSP 1986)."""
    return np.sin(np.pi * (np.arange(n) + 0.5) / n).astype(np.float32)


@dataclass(frozen=True, eq=False, slots=True)
class STFT:
    """A short-time Fourier transform with a given framing, and its inverse by weighted overlap-add.

    Frame ``i`` covers the ``len(window)`` samples from ``i · hop - padding[0]`` on. There are as many frames
    as fit into the signal with ``padding[0]`` zeros before and ``padding[1]`` zeros after it. Signals are
    ``(samples,)`` or ``(samples, channels)``, their spectra ``(frames, bins)`` or ``(frames, channels,
    bins)`` with ``len(window) // 2 + 1`` bins, unscaled.

    Spectra come and go in blocks of frames, so that two hours of music need no more memory at a time than
    one minute.

    Attributes
    ----------
    window : float32 array, shape (n_fft,)
        Frames are multiplied by it before the transform, and again after the inverse one.
    hop : int
        Samples from one frame to the next. The inverse needs one that divides ``n_fft``.
    padding : (int, int)
        Zeros before and after the signal, samples, the former at most ``n_fft``. The inverse returns every
        sample if the former is at least ``n_fft - hop`` and the latter ``n_fft - 1``.
    """

    window: Array
    hop: int
    padding: tuple[int, int]

    @classmethod
    def centered(cls, n_fft: int, hop: int) -> STFT:
        """The transform for analysis: a Hann window, frame ``i`` centred on sample ``i · hop``."""
        return cls(hann(n_fft), hop, (n_fft // 2, n_fft // 2))

    def halved(self) -> STFT:
        """The same for signals at half the rate: frames and bins mean the same, and magnitudes are as great.

        It has no bins for what such a signal can't hold.
        """
        before, after = self.padding
        return STFT(2 * self.window[::2], self.hop // 2, (before // 2, after // 2))

    def frame_count(self, samples: int) -> int:
        """How many frames a signal of so many samples has."""
        return (samples + sum(self.padding) - len(self.window)) // self.hop + 1

    def times(self, frames: int, rate: int) -> npt.NDArray[np.float64]:
        """The centres of the first ``frames`` frames, in seconds from the first sample, at ``rate`` Hz."""
        first = len(self.window) / 2 - self.padding[0]
        centers: npt.NDArray[np.float64] = (np.arange(frames) * self.hop + first) / rate
        return centers

    def blocks(self, signal: Array | Sliceable, block: int = 1024) -> Iterator[tuple[int, Complex]]:
        """The spectra of a signal, some frames at a time.

        Parameters
        ----------
        signal : float32 array, shape (samples,) or (samples, channels)
        block : int
            Frames at a time.

        Yields
        ------
        int
            The number of the first frame of the block.
        complex64 array, shape (frames, bins) or (frames, channels, bins)
            The block's spectra.
        """
        for first, frames in self._frames(signal, block):
            spectra = np.empty((*frames.shape[:-1], len(self.window) // 2 + 1), np.complex64)
            for few, some in self._transformed(frames):
                spectra[few] = some
            yield first, spectra

    def magnitudes(
        self, signal: Array | Sliceable, block: int = 1024, bins: slice = slice(None)
    ) -> Iterator[tuple[int, Array]]:
        """The moduli of :meth:`blocks`, of some ``bins`` only if others are not asked for."""
        count = len(range(len(self.window) // 2 + 1)[bins])
        for first, frames in self._frames(signal, block):
            moduli = np.empty((*frames.shape[:-1], count), np.float32)
            for few, some in self._transformed(frames):
                np.abs(some[..., bins], out=moduli[few])
            yield first, moduli

    def _frames(self, signal: Array | Sliceable, block: int) -> Iterator[tuple[int, Array]]:
        """The frames of a signal as they are, ``block`` at a time, and the number of the first of them."""
        size, count = len(self.window), self.frame_count(len(signal))
        for first in range(0, count, block):
            start = first * self.hop - self.padding[0]
            stop = (min(first + block, count) - 1) * self.hop - self.padding[0] + size
            piece = signal[max(start, 0) : stop]
            before = max(-start, 0)
            zeros = [(before, stop - start - before - len(piece))] + [(0, 0)] * (len(signal.shape) - 1)
            whole = np.pad(piece, zeros) if sum(zeros[0]) else piece
            yield first, sliding_window_view(whole, size, axis=0)[:: self.hop]

    def _transformed(self, frames: Array) -> Iterator[tuple[slice, Complex]]:
        """The spectra of frames, as many at a time as stay in a cache, and which they are."""
        few = max(1, _AT_A_TIME // math.prod(frames.shape[1:]))
        for at in range(0, len(frames), few):
            yield slice(at, at + few), sfft.rfft(frames[at : at + few] * self.window, axis=-1)

    def forward(self, signal: Array) -> Complex:
        """The spectra of all frames of a signal at once."""
        return np.concatenate([spectrum for _, spectrum in self.blocks(signal)])

    def inverse(
        self, blocks: Iterable[tuple[int, npt.NDArray[np.complexfloating[Any, Any]]]], samples: int
    ) -> Array:
        """The signal of ``samples`` samples with the spectra ``blocks``, by windowed overlap-add.

        Parameters
        ----------
        blocks : iterable of (int, complex array)
            First frame and spectra, as :meth:`blocks` gives them.
        samples : int
            Length of the signal that they were taken from.

        Returns
        -------
        float32 array, shape (samples,) or (samples, channels)
            Scaled by what the squares of the overlapping windows sum to: 1 for :func:`sine` at half overlap,
            so that what :meth:`blocks` gave comes back as it was; otherwise see :meth:`overlap`.
        """
        size, hop = len(self.window), self.hop
        parts, count = size // hop, self.frame_count(samples)
        hops = np.zeros((count + parts, hop), np.float32)
        for first, spectrum in blocks:
            frames = sfft.irfft(spectrum, size, axis=-1, workers=WORKERS) * self.window
            if first == 0:
                hops = np.zeros((count + parts, *spectrum.shape[1:-1], hop), np.float32)
            for part in range(parts):
                hops[first + part : first + part + len(frames)] += frames[..., part * hop : (part + 1) * hop]
        signal = np.moveaxis(hops, -1, 1).reshape(-1, *hops.shape[1:-1])
        return signal[self.padding[0] : self.padding[0] + samples]

    def overlap(self, samples: int) -> Array:
        """What the squares of the windows sum to at each sample of a signal, ``(samples,)``.

        :meth:`inverse` divided by this gives back what :meth:`blocks` was given.
        """
        parts, count = len(self.window) // self.hop, self.frame_count(samples)
        hops = np.zeros((count + parts, self.hop), np.float32)
        for part in range(parts):
            hops[part : part + count] += np.square(self.window[part * self.hop : (part + 1) * self.hop])
        return hops.ravel()[self.padding[0] : self.padding[0] + samples]
