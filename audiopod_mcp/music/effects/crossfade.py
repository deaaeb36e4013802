"""Joining music to music: fades, crossfades, replaced stretches, and the gain that keeps it below full scale.

Positions and lengths are samples at the audio's own rate. Nothing outside a named stretch is touched:
not resampled, not scaled, not rounded.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import soxr
from scipy.ndimage import minimum_filter1d, uniform_filter1d

from audiopod_mcp.music.model import Audio

CEILING = 0.97
"""Peak that new music is limited to, −0.3 dB full scale."""
CROSSFADE = 0.03
"""Seconds of a crossfade between two pieces of music on a common beat."""


def fix_length(audio: Audio, samples: int) -> Audio:
    """Exactly ``samples`` of ``audio``: cut, or continued with silence."""
    if len(audio) >= samples:
        return audio[:samples]
    return np.pad(audio, ((0, samples - len(audio)), (0, 0)))


def resample(audio: Audio, rate: int, to_rate: int, channels: int) -> Audio:
    """``audio`` at another rate (Hz) and with another number of channels.

    To mono is the mean; from mono is a copy in each; more than two channels get left and right in
    turn, and two of more are the first two.
    """
    have = audio.shape[1]
    if channels == 1 and have > 1:
        audio = audio.mean(axis=1, keepdims=True, dtype=np.float32)
    elif channels != have:
        audio = audio[:, np.arange(channels) % min(have, 2)]
    if rate != to_rate:
        audio = np.asarray(soxr.resample(np.ascontiguousarray(audio), rate, to_rate, quality="HQ"))
    return np.ascontiguousarray(audio, dtype=np.float32)


def equal_power_fade(samples: int) -> npt.NDArray[np.float32]:
    """The rising half of an equal-power crossfade, ``(samples, 1)``: the squares of both halves sum to 1."""
    return np.sin(np.pi / 2 * (np.arange(samples) + 0.5) / max(1, samples))[:, None].astype(np.float32)


def crossfade(before: Audio, after: Audio, overlap: int) -> Audio:
    """``before``, then ``after``: its first ``overlap`` samples lie over the last ones of ``before``."""
    overlap = min(overlap, len(before), len(after))
    if overlap == 0:
        return np.concatenate((before, after))
    up = equal_power_fade(overlap)
    seam = before[-overlap:] * up[::-1] + after[:overlap] * up
    return np.concatenate((before[:-overlap], seam, after[overlap:]))


def splice(audio: Audio, piece: Audio, start: int, fade_in: int, fade_out: int) -> Audio:
    """``audio`` with ``piece`` in place of ``[start, start + len(piece))``, crossfaded inside that stretch.

    Outside it every sample is that of ``audio``. A fade of 0 samples is a hard edge, meant for the
    ends of the file.
    """
    out = audio.copy()
    end = start + len(piece)
    fade_in, fade_out = min(fade_in, len(piece) // 2), min(fade_out, len(piece) // 2)
    out[start:end] = piece
    if fade_in:
        up, stretch = equal_power_fade(fade_in), slice(start, start + fade_in)
        out[stretch] = audio[stretch] * up[::-1] + piece[:fade_in] * up
    if fade_out:
        up, stretch = equal_power_fade(fade_out), slice(end - fade_out, end)
        out[stretch] = audio[stretch] * up + piece[-fade_out:] * up[::-1]
    return out


def snap_to_beat(position: float, beats: Sequence[float], within: float) -> float:
    """The beat nearest to ``position`` (seconds), or ``position`` where none lies ``within`` seconds."""
    if not beats:
        return position
    nearest = min(beats, key=lambda beat: abs(beat - position))
    return nearest if abs(nearest - position) <= within else position


def limiter_gain(
    audio: Audio, rate: int, ceiling: float = CEILING, *, beside: Audio | None = None
) -> npt.NDArray[np.float32]:
    """The gain, ``(samples, 1)`` and at most 1, that keeps ``audio`` within ``ceiling``.

    With ``beside``, which sounds with it and stays, the sum of both is kept within it.

    A look-ahead limiter: the gain that each peak needs, held for 5 ms around it and smoothed over the
    same time. One gain for all channels and stems, so that the image stays and stems still sum to
    the mix.
    """
    mix = audio if beside is None else audio + beside
    peaks = np.maximum.reduce([np.abs(channel) for channel in mix.T])
    if peaks.max(initial=0.0) <= ceiling:
        return np.ones((len(audio), 1), np.float32)
    if beside is None:
        need = np.minimum(1.0, ceiling / np.maximum(peaks, 1e-9))
    else:
        sign = np.sign(mix)
        room = np.clip((ceiling - sign * beside) / np.maximum(sign * audio, 1e-9), 0.0, 1.0)
        need = np.where(np.abs(mix) > ceiling, room, 1.0).min(axis=1)
    width = max(1, round(0.005 * rate)) | 1
    need = minimum_filter1d(need, 2 * width + 1)
    # Two running means within the held width: a triangle, without corners that could be heard.
    smooth = uniform_filter1d(uniform_filter1d(need, width, mode="nearest"), width, mode="nearest")
    gain: npt.NDArray[np.float32] = smooth.astype(np.float32)[:, None]
    return gain


def mixdown(stems: Mapping[str, Audio]) -> Audio:
    """The sum of the stems, ``(samples, channels)``."""
    first, *others = stems.values()
    total = first.copy()
    for stem in others:
        total += stem
    return total
