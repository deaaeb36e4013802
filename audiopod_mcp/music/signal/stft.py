"""From samples to spectra: downmix, short-time Fourier transforms and logarithmic bands, block by block.

Everything that listens works on :func:`downmix`'s 22,050 Hz signal. Spectra come in blocks, so that
two hours of music need no more memory at a time than one minute.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import scipy.fft as sfft
import soxr
from numpy.lib.stride_tricks import sliding_window_view

from audiopod_mcp.music.model import Audio, Progress, Refused, silent

Array: TypeAlias = npt.NDArray[np.float32]
Ints: TypeAlias = npt.NDArray[np.intp]

RATE = 22_050
"""What everything is listened to at, Hz."""
WORKERS = 2
"""Threads of one transform."""
SILENCE = 1e-4
"""Peaks below this (−80 dB full scale) are silence: dither and converter noise, not music."""

_CHUNK = 2**19


def downmix(audio: Audio, rate: int, report: Progress = silent) -> tuple[Array, Array]:
    """The mid and the side of a recording, each ``(samples,)`` at :data:`RATE`.

    Mid is the mean of all channels without any constant offset, side half the difference of the first
    two (zeros when mono). Both are scaled by the same gain, which brings mid's peak to 1; digital silence
    stays zero. What is not a finite number counts as zero. Raises :class:`Refused` when there are no samples.
    """
    if audio.ndim != 2 or not audio.size:
        raise Refused("recording_empty")
    if rate <= 0:
        raise Refused("sample_rate_not_positive", rate=rate)
    stereo = audio.shape[1] > 1
    streams = [
        soxr.ResampleStream(rate, RATE, 1, dtype="float32", quality="HQ") for _ in range(1 + int(stereo))
    ]
    parts: list[list[Array]] = [[] for _ in streams]
    for start in range(0, len(audio), _CHUNK):
        block = np.nan_to_num(audio[start : start + _CHUNK], posinf=0.0, neginf=0.0).astype(np.float32)
        last = start + _CHUNK >= len(audio)
        mixes = [block.mean(axis=1)]
        if stereo:
            mixes.append((block[:, 0] - block[:, 1]) / 2)
        for stream, into, mix in zip(streams, parts, mixes, strict=True):
            into.append(stream.resample_chunk(mix, last=last))
        report(min(1.0, (start + _CHUNK) / len(audio)), "reading")
    side = np.concatenate(parts.pop()) if stereo else np.zeros(0, np.float32)
    mid = np.concatenate(parts.pop())
    side = side if stereo else np.zeros_like(mid)
    mid -= mid.mean()
    if stereo and _peak(mid) < 0.01 * _peak(side):
        mid = side.copy()  # channels in opposite phase: what is heard is their difference
    peak = _peak(mid)
    if peak > SILENCE:
        mid /= peak
        side /= peak
    else:
        mid[:] = 0.0
    return mid, side


def _peak(signal: Array) -> float:
    """The greatest modulus, without a copy of the signal; 0 of nothing."""
    return float(max(signal.max(initial=0.0), -signal.min(initial=0.0)))


def hann(n: int) -> Array:
    """A periodic Hann window, ``(n,)``."""
    return np.hanning(n + 1)[:-1].astype(np.float32)


def spectra(
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


def magnitudes(signal: Array, n_fft: int, hop: int, block: int = 1024) -> Iterator[tuple[int, Array]]:
    """The moduli of :func:`spectra`, as ``(first frame, (frames, n_fft // 2 + 1))`` blocks."""
    for first, spectrum in spectra(signal, n_fft, hop, block):
        yield first, np.abs(spectrum)


def log_filterbank(n_fft: int, low: float = 30.0, high: float = 10_000.0, per_octave: int = 12) -> Array:
    """Triangles on a logarithmic frequency axis, ``(n_fft // 2 + 1, bands)``, columns summing to 1.

    Where a band would be narrower than one bin of the transform it is left out.
    """
    count = int(per_octave * np.log2(min(high, RATE * 0.475) / low)) + 1
    centres = low * 2 ** (np.arange(count) / per_octave)
    edges = np.unique(np.maximum(1, np.round(centres * n_fft / RATE))).astype(int)
    bank = np.zeros((n_fft // 2 + 1, len(edges) - 2), np.float32)
    for band, (a, b, c) in enumerate(zip(edges[:-2], edges[1:-1], edges[2:], strict=True)):
        bank[a : b + 1, band] = np.linspace(0, 1, b - a + 1)
        bank[b : c + 1, band] = np.linspace(1, 0, c - b + 1)
    bank /= bank.sum(axis=0)
    return bank


def moving_mean(values: Array, width: int) -> Array:
    """The mean over ``width`` (odd) neighbours along the last axis, edges repeated."""
    half = width // 2
    padding = [(0, 0)] * (values.ndim - 1) + [(half + 1, half)]
    sums = np.cumsum(np.pad(values, padding, mode="edge"), axis=-1, dtype=np.float64)
    return ((sums[..., width:] - sums[..., :-width]) / width).astype(np.float32)


def segment_means(values: Array, edges: Ints) -> Array:
    """Means of ``(frames, …)`` values between consecutive frame indices ``edges``: ``(edges - 1, …)``.

    A segment without a frame takes the frame it starts on.
    """
    frames = len(values)
    starts = np.clip(edges[:-1], 0, frames - 1)
    stops = np.clip(np.maximum(edges[1:], starts + 1), 1, frames)
    sums = np.concatenate(
        (np.zeros_like(values[:1], dtype=np.float64), np.cumsum(values, 0, dtype=np.float64))
    )
    lengths = (stops - starts).reshape(-1, *[1] * (values.ndim - 1))
    means: Array = ((sums[stops] - sums[starts]) / lengths).astype(np.float32)
    return means
