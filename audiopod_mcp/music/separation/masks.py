"""Soft masks by rule: broad or narrow, short or sustained, repeating or not, centred or wide.

Magnitudes are ``(frames, bins)``, masks like them and between 0 and 1.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numpy.lib.stride_tricks import sliding_window_view

from audiopod_mcp.music.model import Progress, ignore_progress
from audiopod_mcp.music.signal.averages import moving_mean
from audiopod_mcp.music.signal.stft import Array

_KICK_CUTOFF = 180.0
"""Below this (Hz) drums are told by being short, above it by being broad."""
_VOICE_RANGE = (180.0, 9000.0)
"""Hz between which voices sound."""


def wiener_mask(wanted: Array, rest: Array) -> Array:
    """The Wiener mask: the share of a source in the power of both.

    Parameters
    ----------
    wanted, rest : float32 array, shape (frames, bins)
        Magnitudes of the source and of all others.

    Returns
    -------
    float32 array, shape (frames, bins)
        0 to 1.
    """
    power = np.square(wanted)
    share = power / (power + np.square(rest) + 1e-12)
    return share.astype(np.float32, copy=False)


def percussive_mask(level: Array, fps: float, bin_width: float) -> Array:
    """How percussive each bin is: like its neighbours in frequency (230 Hz) rather than those in time (0.5
    s).

    Parameters
    ----------
    level : float32 array, shape (frames, bins)
        Magnitudes above 0.
    fps, bin_width : float
        Frames a second, and Hz from bin to bin.

    Returns
    -------
    float32 array, shape (frames, bins)
        0 to 1.

    References
    ----------
    Fitzgerald, DAFx 2010; with means of log magnitudes in place of medians: as good, and twenty times faster.
    """
    log = np.log(level)
    over_time = moving_mean(log.T, round(0.5 * fps) | 1).T
    over_frequency = moving_mean(log, round(230 / bin_width) | 1)
    mask: Array = 1 / (1 + np.exp(np.clip(2 * (over_time - over_frequency), -30, 30)))
    return mask


def median_over_time(level: Array, width: int) -> Array:
    """The median over ``width`` (odd) frames around each of ``(frames, bins)`` magnitudes."""
    padded = np.pad(
        level, ((width // 2, width // 2), (0, 0)), mode="reflect" if len(level) > width else "edge"
    )
    median: Array = np.median(sliding_window_view(padded, width, axis=0), axis=-1)
    return median


def repeating_background(
    level: Array,
    fps: float,
    report: Progress = ignore_progress,
    most: int = 40,
    apart: float = 0.8,
) -> Array:
    """What repeats: for every frame the median of those most like it.

    The similarity matrix is frames squared: a minute at a time is enough.

    Parameters
    ----------
    level : float32 array, shape (frames, bins)
        Magnitudes.
    fps : float
        Frames a second.
    report : Progress
    most : int
        Similar frames that the median is of, at most.
    apart : float
        Seconds that they must be away at least.

    Returns
    -------
    float32 array, shape (frames, bins)
        Magnitudes, never above ``level``.

    References
    ----------
    REPET-SIM (Rafii & Pardo, ISMIR 2012).
    """
    frames, bins = level.shape
    count = min(most, frames - 1)
    if count < 3:
        return np.zeros_like(level)
    coarse = np.log1p(50 * level[:, : bins // 8 * 8].reshape(frames, -1, 8).mean(axis=2))
    coarse /= np.linalg.norm(coarse, axis=1, keepdims=True) + 1e-9
    alike = coarse @ coarse.T
    index = np.arange(frames)
    alike[np.abs(index[:, None] - index) < int(apart * fps)] = -1
    nearest = np.argpartition(-alike, count - 1, axis=1)[:, :count]
    background = np.empty_like(level)
    for first in range(0, frames, 8):
        rows = slice(first, first + 8)
        similar = level[nearest[rows]]
        similar.sort(axis=1)  # so few are sorted faster than numpy partitions them
        background[rows] = similar[:, count // 2]
        if not first % 256:
            report(first / frames, "finding what repeats")
    return np.minimum(background, level)


def center_mask(left: npt.NDArray[np.complex64], right: npt.NDArray[np.complex64]) -> Array:
    """How surely each bin is in the middle of the stereo image, by the channels' smoothed coherence.

    Parameters
    ----------
    left, right : complex64 array, shape (frames, bins)

    Returns
    -------
    float32 array, shape (frames, bins)
        0 to 1.
    """
    product: Array = 2 * (left * np.conj(right)).real
    coherence = (product / (np.square(np.abs(left)) + np.square(np.abs(right)) + 1e-12)).astype(np.float32)
    smooth = moving_mean(moving_mean(coherence, 3).T, 3).T
    centred: Array = np.square(np.clip((smooth - 0.5) / 0.5, 0, 1))
    return centred


def drum_mask(level: Array, frequency: Array, fps: float) -> Array:
    """The share of drums.

    Above the kick's range it is what is broad in frequency and short in time (:func:`percussive_mask`). That
    test fails below: a kick is as narrow there as a bass note, and would be given to the bass. It is short,
    though: what stands above the level sustained for half a second is the kick's.

    Parameters
    ----------
    level : float32 array, shape (frames, bins)
        Magnitudes above 0.
    frequency : float32 array, shape (bins,)
        Hz.
    fps : float
        Frames a second.

    Returns
    -------
    float32 array, shape (frames, bins)
        0 to 1.
    """
    broad = percussive_mask(level, fps, float(frequency[1]))
    low = frequency < 2.5 * _KICK_CUTOFF
    short = np.zeros_like(level)
    short[:, low] = np.clip(1 - median_over_time(level[:, low], round(0.45 * fps) | 1) / level[:, low], 0, 1)
    deep = low_pass_mask(frequency, _KICK_CUTOFF, 8)
    return broad * (1 - deep) + short * deep


def vocal_mask(
    level: Array,
    spectra: list[npt.NDArray[np.complex64]],
    frequency: Array,
    fps: float,
    drums: Array,
    report: Progress,
) -> Array:
    """The share of the lead voice.

    It is what does not repeat, in a voice's range, and is not percussive; and, the more the non-repeating is
    centred in the stereo image compared to the rest, what is centred.

    Parameters
    ----------
    level : float32 array, shape (frames, bins)
        Magnitudes of the mean of the channels.
    spectra : list of complex64 array, shape (frames, bins)
        The channels'.
    frequency : float32 array, shape (bins,)
        Hz.
    fps : float
        Frames a second.
    drums : float32 array, shape (frames, bins)
        :func:`drum_mask`.
    report : Progress

    Returns
    -------
    float32 array, shape (frames, bins)
        0 to 1.
    """
    band = (frequency > 0.6 * _VOICE_RANGE[0]) & (frequency < 1.2 * _VOICE_RANGE[1])
    inside = level[:, band]
    background = repeating_background(inside, fps, report)
    voice = wiener_mask(np.maximum(inside - background, 0), background)
    tone = frequency[band]
    voice *= (1 - low_pass_mask(tone, _VOICE_RANGE[0], 8)) * low_pass_mask(tone, _VOICE_RANGE[1], 6)
    if len(spectra) > 1:
        centre = center_mask(spectra[0][:, band], spectra[1][:, band])
        power = np.square(inside)
        of_voice, of_rest = voice * power, (1 - voice) * power
        voice_centring = float((of_voice * centre).sum() / (of_voice.sum() + 1e-12))
        rest_centring = float((of_rest * centre).sum() / (of_rest.sum() + 1e-12))
        trust = float(np.clip((voice_centring - rest_centring) / 0.3, 0, 1))
        voice *= 1 - 0.5 * trust * (1 - centre)
    mask = np.zeros_like(level)
    mask[:, band] = voice * (1 - drums[:, band]) ** 0.25
    return mask


def low_pass_mask(frequency: Array, corner: float, order: int) -> Array:
    """1 well below ``corner`` Hz and 0 well above it, the steeper the higher the order: ``(bins,)``."""
    return np.asarray(1 / (1 + (frequency / corner) ** order), np.float32)
