"""From a recording to the mono signals that everything listens to."""

from __future__ import annotations

import math

import numpy as np
import soxr

from audiopod_mcp.music.model import Progress, Refused, ignore_progress

from .finite import finite
from .loudness import Sliceable, highest
from .stft import Array

ANALYSIS_RATE = 22_050
"""What everything is listened to at, Hz."""
SILENCE_THRESHOLD = 1e-4
"""Peaks below this (−80 dB full scale) are silence: dither and converter noise, not music."""

_CHUNK = 2**16
"""Samples resampled at a time: as many as stay in a processor's cache."""


def downmix(audio: Sliceable, rate: int, report: Progress = ignore_progress) -> tuple[Array, Array]:
    """The mid and the side of a recording, resampled for listening.

    Parameters
    ----------
    audio : float32 array, shape (samples, channels)
        What is not a finite number counts as zero.
    rate : int
        Samples a second.
    report : Progress

    Returns
    -------
    mid : float32 array, shape (samples at ANALYSIS_RATE,)
        The mean of all channels without any constant offset, at a peak of 1; digital silence stays zero.
        Of two channels in opposite phase it is their difference.
    side : float32 array, shape as mid
        Half the difference of the first two channels, at the gain that mid has got; zeros for mono.

    Raises
    ------
    Refused
        There are no samples, or the rate is not positive.
    """
    if len(audio.shape) != 2 or 0 in audio.shape:
        raise Refused("recording_empty", purpose="listen to")
    if rate <= 0:
        raise Refused("sample_rate_not_positive", rate=rate)
    stereo = audio.shape[1] > 1
    streams = [
        soxr.ResampleStream(rate, ANALYSIS_RATE, 1, dtype="float32", quality="HQ")
        for _ in range(2 if stereo else 1)
    ]
    # Filled as it comes: a list of pieces to be joined would be held twice.
    room = math.ceil(len(audio) * ANALYSIS_RATE / rate) + 1
    mixed = [np.empty(room, np.float32) for _ in streams]
    filled = [0] * len(streams)
    space = np.empty((len(streams), _CHUNK), np.float32)
    for start in range(0, len(audio), _CHUNK):
        block = finite(audio[start : start + _CHUNK]).astype(np.float32, copy=False)
        last = start + _CHUNK >= len(audio)
        mixes = space[:, : len(block)]
        if stereo:
            np.subtract(block[:, 0], block[:, 1], out=mixes[1])
        if block.shape[1] == 2:
            np.add(block[:, 0], block[:, 1], out=mixes[0])
            mixes /= 2
        else:
            block.mean(axis=1, out=mixes[0])
            mixes[1:] /= 2
        for row, (stream, mix) in enumerate(zip(streams, mixes, strict=True)):
            part = stream.resample_chunk(mix, last=last)
            mixed[row][filled[row] : filled[row] + len(part)] = part
            filled[row] += len(part)
        report(min(1.0, (start + _CHUNK) / len(audio)), "reading")
    mid = mixed[0][: filled[0]]
    side = mixed[1][: filled[1]] if stereo else np.zeros_like(mid)
    mid -= mid.mean()
    peak = highest(mid)
    if stereo and peak < 0.01 * (beside := highest(side)):
        mid, peak = side.copy(), beside  # channels in opposite phase: what is heard is their difference
    if peak > SILENCE_THRESHOLD:
        mid /= peak
        side /= peak
    else:
        mid[:] = 0.0
    return mid, side


def halve(signal: Array) -> Array:
    """A signal at half its rate.

    What is in it below two fifths of the new rate has the same spectrum, to the rounding of floats, from a
    transform of half the length.

    Parameters
    ----------
    signal : float32 array, shape (samples,)

    Returns
    -------
    float32 array, shape (samples // 2,)
    """
    half, filled = np.zeros(len(signal) // 2, np.float32), 0
    stream = soxr.ResampleStream(2, 1, 1, dtype="float32", quality="HQ")
    for start in range(0, len(signal), _CHUNK):
        last = start + _CHUNK >= len(signal)
        part = stream.resample_chunk(signal[start : start + _CHUNK], last=last)[: len(half) - filled]
        half[filled : filled + len(part)] = part
        filled += len(part)
    return half
