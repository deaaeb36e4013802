"""From a recording to the mono signals that everything listens to."""

from __future__ import annotations

import numpy as np
import soxr

from audiopod_mcp.music.model import Audio, Progress, Refused, silent

from .stft import Array

ANALYSIS_RATE = 22_050
"""What everything is listened to at, Hz."""
SILENCE_THRESHOLD = 1e-4
"""Peaks below this (−80 dB full scale) are silence: dither and converter noise, not music."""

_CHUNK = 2**19


def downmix(audio: Audio, rate: int, report: Progress = silent) -> tuple[Array, Array]:
    """The mid and the side of a recording, each ``(samples,)`` at :data:`ANALYSIS_RATE`.

    Mid is the mean of all channels without any constant offset, side half the difference of the first
    two (zeros when mono). Both are scaled by the same gain, which brings mid's peak to 1; digital silence
    stays zero. What is not a finite number counts as zero. Raises :class:`Refused` when there are no samples.
    """
    if audio.ndim != 2 or not audio.size:
        raise Refused("The recording is empty: there is nothing to listen to.")
    if rate <= 0:
        raise Refused(f"A sample rate of {rate} Hz makes no sense.")
    stereo = audio.shape[1] > 1
    streams = [
        soxr.ResampleStream(rate, ANALYSIS_RATE, 1, dtype="float32", quality="HQ")
        for _ in range(1 + int(stereo))
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
    if peak > SILENCE_THRESHOLD:
        mid /= peak
        side /= peak
    else:
        mid[:] = 0.0
    return mid, side


def _peak(signal: Array) -> float:
    """The greatest modulus, without a copy of the signal; 0 of nothing."""
    return float(max(signal.max(initial=0.0), -signal.min(initial=0.0)))
