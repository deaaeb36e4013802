"""A voice and what accompanies it, by two trained convolutional networks, in numpy alone.

Hennequin et al., "Spleeter: a fast and efficient music source separation tool with pre-trained models",
Journal of Open Source Software 5(50), 2020. Each network is a U-Net (Jansson et al., ISMIR 2017): six layers
that halve time and frequency, and six that double them again, each beside what the halving one of its size
gave. Its weights are not in this package.
"""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import blake2b
from typing import Final

import numpy as np
import soxr
from numpy.lib.stride_tricks import as_strided
from scipy.special import expit

from audiopod_mcp.music.caching import kept_audio
from audiopod_mcp.music.model import Audio, Progress, ignore_progress, progress_within
from audiopod_mcp.music.signal.blocks import process_onto
from audiopod_mcp.music.signal.stft import Array
from audiopod_mcp.music.synthesis.multitrack import Tape, blank_tapes

from .features import SEPARATION_RATE, SEPARATION_STFT

FILE: Final = "two_stems.safetensors"
"""Where :mod:`.two_stem_weights` has the weights."""
NETWORKS: Final = ("vocals", "accompaniment")
LEVELS: Final = 6
"""How often a network halves time and frequency, and doubles them again."""
BINS: Final = 1024
"""Of a spectrum of 4096 samples at 44.1 kHz, the ones that the networks see: up to 11 kHz."""

_BLOCK: Final = 40.0
"""Seconds that are worked on at a time."""
_HIGHEST: Final = 820
"""From this bin on a voice's share is taken for its share above :data:`BINS` too, where no network looks."""
_GRID: Final = 2**LEVELS
"""Frames are filled up to a multiple of this."""
_KERNEL: Final = 5
"""Kernels are of so many frames and bins."""
_PATCHES: Final = 1 << 20
"""Numbers that the patches of one matrix product have, about: as much as stays in a processor's cache."""
_LEAK: Final = np.float32(0.2)


def separate_voice(
    audio: Audio, rate: int, weights: Mapping[str, Array], report: Progress = ignore_progress
) -> Tape:
    """The voice in a recording; what it leaves of it is the accompaniment.

    Parameters
    ----------
    audio : float32 array, shape (samples, channels)
        Finite, of any length and number of channels: the first two are heard together, any other by itself.
    rate : int
        Samples a second, any. What is above 22 kHz is left to the accompaniment.
    weights : mapping of str to float32 array
        As :func:`audiopod_mcp.models.spleeter.convert` names them.
    report : Progress

    Returns
    -------
    float32, shape (samples, channels)
        Where the recording is long it lies on the disk.
    """

    def work(block: Audio, _: float, tell: Progress) -> Audio:
        at_rate = block if rate == SEPARATION_RATE else soxr.resample(block, rate, SEPARATION_RATE)
        voice = np.empty_like(at_rate)
        channels = at_rate.shape[1]
        for first in range(0, channels, 2):
            part = progress_within(tell, first / channels, min(1.0, (first + 2) / channels))
            voice[:, first : first + 2] = _separate_pair(at_rate[:, first : first + 2], weights, part)
        if rate == SEPARATION_RATE:
            return voice
        return _match_length(soxr.resample(voice, SEPARATION_RATE, rate), len(block))

    def make() -> Tape:
        (tape,) = blank_tapes(1, *audio.shape)
        process_onto([tape], audio, rate, work, report, _BLOCK)
        return tape

    return kept_audio(lambda: f"voice by the network {_digest(weights)}", audio, rate, make)


def _digest(weights: Mapping[str, Array]) -> str:
    """What tells weights from others."""
    digest = blake2b(digest_size=20)
    for name in sorted(weights):
        digest.update(np.ascontiguousarray(weights[name]).data)
    return digest.hexdigest()


def _separate_pair(block: Audio, weights: Mapping[str, Array], report: Progress) -> Audio:
    """The voice in one channel or two, at :data:`.features.SEPARATION_RATE`."""
    samples = len(block)
    spectra = [SEPARATION_STFT.forward(channel) for channel in block.T]
    magnitudes = np.stack([np.abs(spectra[0]), np.abs(spectra[-1])], axis=2)
    share = voice_share(magnitudes, weights, report)
    highest = magnitudes[:, _HIGHEST:BINS] + np.float32(1e-9)
    beyond = (share[:, _HIGHEST:] * highest).sum(axis=1) / highest.sum(axis=1)
    out = np.empty_like(block)
    for channel, spectrum in enumerate(spectra):
        spectrum[:, :BINS] *= share[:, :, channel]
        spectrum[:, BINS:] *= beyond[:, channel, None]
        out[:, channel] = SEPARATION_STFT.inverse([(0, spectrum)], samples)
    out /= SEPARATION_STFT.overlap(samples)[:, None]
    return out


def _match_length(voice: Audio, samples: int) -> Audio:
    out = np.zeros((samples, voice.shape[1]), voice.dtype)
    out[: len(voice)] = voice[:samples]
    return out


def voice_share(magnitudes: Array, weights: Mapping[str, Array], report: Progress = ignore_progress) -> Array:
    """The share of a voice in the power of each bin.

    Parameters
    ----------
    magnitudes : float32 array, shape (frames, bins, 2)
        Of a stereo recording at 44.1 kHz, by :data:`.features.SEPARATION_STFT`; the first :data:`BINS` are
        looked at.
    weights : mapping of str to float32 array
        As :func:`audiopod_mcp.models.spleeter.convert` names them.
    report : Progress

    Returns
    -------
    float32 array, shape (frames, BINS, 2)
        0 to 1.
    """
    frames = len(magnitudes)
    seen = np.zeros((-(-frames // _GRID) * _GRID, BINS, 2), np.float32)
    seen[:frames] = magnitudes[:, :BINS]
    powers = []
    for number, network in enumerate(NETWORKS):
        mask = _mask(seen, network, weights)
        powers.append(np.square(np.multiply(mask, seen, out=mask), out=mask)[:frames])
        report((number + 1) / len(NETWORKS), "separating the voice")
    voice, accompaniment = powers
    accompaniment += voice
    accompaniment += np.float32(1e-10)
    voice += np.float32(0.5e-10)
    return np.divide(voice, accompaniment, out=voice)


def _mask(seen: Array, network: str, weights: Mapping[str, Array]) -> Array:
    """What one network multiplies the magnitudes ``(frames, bins, 2)`` by."""

    def part(layer: str, *names: str) -> list[Array]:
        return [weights[f"{network}.{layer}.{name}"] for name in names]

    skipped, signal = [], seen
    for level in range(LEVELS):
        halved = _halve(signal, *part(f"down.{level}", "kernel", "bias"))
        skipped.append(halved)
        factor, offset = part(f"down.{level}", "factor", "offset")
        signal = halved * factor
        signal += offset
        np.maximum(signal, _LEAK * signal, out=signal)
    signal = skipped.pop()
    for level in range(LEVELS):
        signal = _double(signal, *part(f"up.{level}", "kernel", "bias"))
        factor, offset = part(f"up.{level}", "factor", "offset")
        np.maximum(signal, 0, out=signal)
        signal *= factor
        signal += offset
        if skipped:
            signal = np.concatenate([skipped.pop(), signal], axis=2)
    out = _spread(signal[:, :, 0], *part("mask", "kernel", "bias"))
    return np.asarray(expit(out, out=out), np.float32)


def _halve(signal: Array, kernel: Array, bias: Array) -> Array:
    """A convolution by two frames and two bins: ``(frames, bins, inputs)`` becomes half, ``(…, outputs)``."""
    frames, bins, inputs = signal.shape
    padded = np.pad(signal, ((1, 2), (1, 2), (0, 0)))
    by_frame, by_bin, by_number = padded.strides
    # A row of a kernel covers bins that lie beside each other, so that patches are copied in long runs.
    patches = as_strided(
        padded,
        (frames // 2, bins // 2, _KERNEL, _KERNEL * inputs),
        (2 * by_frame, 2 * by_bin, by_frame, by_number),
        writeable=False,
    )
    return _multiply(patches, kernel, bias)


def _multiply(patches: Array, kernel: Array, bias: Array) -> Array:
    """The patches ``(frames, bins, rows, columns)`` times the kernel, some frames at a time."""
    frames, bins = patches.shape[:2]
    size = len(kernel)
    out = np.empty((frames, bins, kernel.shape[1]), np.float32)
    step = max(1, _PATCHES // (bins * size))
    for first in range(0, frames, step):
        rows = patches[first : first + step].reshape(-1, size)
        np.matmul(rows, kernel, out=out[first : first + step].reshape(-1, kernel.shape[1]))
    out += bias
    return out


def _double(signal: Array, kernel: Array, bias: Array) -> Array:
    """A transposed convolution: ``(frames, bins, inputs)`` becomes twice as large, ``(…, outputs)``."""
    frames, bins, inputs = signal.shape
    outputs = len(bias)
    by_tap = kernel.reshape(_KERNEL, _KERNEL, inputs, outputs)
    if outputs == 1:
        return _scatter(signal, by_tap) + bias
    padded = np.pad(signal, ((1, 1), (1, 1), (0, 0)))
    by_frame, by_bin, by_number = padded.strides
    patches = as_strided(
        padded, (frames, bins, 3, 3 * inputs), (by_frame, by_bin, by_frame, by_number), writeable=False
    )
    out = np.empty((frames, 2, bins, 2, outputs), np.float32)
    kernels = [_phase(by_tap, odd) for odd in (0, 1)]
    size = 9 * inputs
    step = max(1, _PATCHES // (bins * size))
    for first in range(0, frames, step):
        rows = patches[first : first + step].reshape(-1, size)
        for odd, matrix in enumerate(kernels):
            made = rows[:, : len(matrix)] @ matrix
            out[first : first + step, odd] = made.reshape(-1, bins, 2, outputs)
    out += bias
    return out.reshape(2 * frames, 2 * bins, outputs)


def _phase(by_tap: Array, odd: int) -> Array:
    """The kernel of every other frame as a matrix, ``(taps · inputs, 2 · outputs)``.

    A frame ``2 m`` comes of frames ``m - 1`` and ``m`` by the taps 3 and 1, and ``2 m + 1`` of ``m - 1``,
    ``m`` and ``m + 1`` by 4, 2 and 0; bins alike.
    """
    inputs, outputs = by_tap.shape[2:]
    taps = ((3, 1), (4, 2, 0))
    matrix = np.zeros((len(taps[odd]), 3, inputs, 2, outputs), np.float32)
    for row, frame_tap in enumerate(taps[odd]):
        for phase in (0, 1):
            for column, bin_tap in enumerate(taps[phase]):
                matrix[row, column, :, phase] = by_tap[frame_tap, bin_tap]
    return matrix.reshape(-1, 2 * outputs)


def _scatter(signal: Array, by_tap: Array) -> Array:
    """A transposed convolution to one output, tap by tap."""
    frames, bins, inputs = signal.shape
    made = signal.reshape(-1, inputs) @ by_tap.transpose(2, 0, 1, 3).reshape(inputs, -1)
    made = np.ascontiguousarray(made.T).reshape(_KERNEL, _KERNEL, frames, bins)
    out = np.zeros((2 * frames + 3, 2 * bins + 3), np.float32)
    for frame_tap in range(_KERNEL):
        for bin_tap in range(_KERNEL):
            out[frame_tap : frame_tap + 2 * frames : 2, bin_tap : bin_tap + 2 * bins : 2] += made[
                frame_tap, bin_tap
            ]
    return out[1 : 1 + 2 * frames, 1 : 1 + 2 * bins, None]


def _spread(signal: Array, kernel: Array, bias: Array) -> Array:
    """The last convolution, of one input ``(frames, bins)`` by a kernel of 4 · 4 taps two apart."""
    frames, bins = signal.shape
    padded = np.pad(signal, 3)
    by_frame, by_bin = padded.strides
    patches = as_strided(
        padded, (frames, bins, 4, 4), (by_frame, by_bin, 2 * by_frame, 2 * by_bin), writeable=False
    )
    return _multiply(patches, kernel, bias)
