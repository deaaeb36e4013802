"""Joining music to music: fades, crossfades, splices, and the gain that keeps the sum below full scale.

Positions and lengths are samples at the audio's own rate. Nothing outside a named stretch is touched: it is
not resampled, not scaled and not rounded.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import numpy.typing as npt
import soxr
from scipy.ndimage import minimum_filter1d

from audiopod_mcp.music.model import Audio
from audiopod_mcp.music.signal.averages import running_mean
from audiopod_mcp.music.signal.loudness import Sliceable
from audiopod_mcp.music.synthesis.multitrack import Multitrack

CEILING = 0.97
"""Peak that new music is limited to: −0.3 dB of full scale."""
CROSSFADE = 0.03
"""Length of a crossfade between two pieces of music on a common beat, seconds."""
_PIECE = 1 << 18
"""Samples that are worked on at a time."""
_LOOK_AHEAD = 0.005
"""How long before and after a peak its gain is held, seconds."""


def fix_length(audio: Audio, samples: int) -> Audio:
    """Cut ``audio``, or continue it with silence, to exactly ``samples`` samples.

    Parameters
    ----------
    audio : float32 array, shape (n, channels)
    samples : int

    Returns
    -------
    float32 array, shape (samples, channels)
        A view of ``audio`` where it is long enough.
    """
    if len(audio) >= samples:
        return audio[:samples]
    return np.pad(audio, ((0, samples - len(audio)), (0, 0)))


def resample(audio: Audio, rate: int, to_rate: int, channels: int) -> Audio:
    """Convert ``audio`` to another sample rate and number of channels.

    Mono is the mean of all channels; mono is copied into each of many. Of two or more channels, the first two
    go to the new ones in turn.

    Parameters
    ----------
    audio : float32 array, shape (n, channels it has)
    rate, to_rate : int
        Sample rates it has and should have, Hz.
    channels : int
        Number of channels that it should have.

    Returns
    -------
    float32 array, shape (about n * to_rate / rate, channels)
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
    """The rising half of an equal-power crossfade: its square and that of its mirror image sum to 1.

    Parameters
    ----------
    samples : int

    Returns
    -------
    float32 array, shape (samples, 1)
        A gain from 0 to 1.
    """
    return np.sin(np.pi / 2 * (np.arange(samples) + 0.5) / max(1, samples))[:, None].astype(np.float32)


def crossfade(before: Audio, after: Audio, overlap: int) -> Audio:
    """Join two pieces of audio with an equal-power crossfade.

    Parameters
    ----------
    before, after : float32 array, shape (n, channels)
    overlap : int
        Samples of the end of ``before`` that lie over the beginning of ``after``, no more than there are;
        0 is a hard edge.

    Returns
    -------
    float32 array, shape (len(before) + len(after) - overlap, channels)
    """
    overlap = min(overlap, len(before), len(after))
    if overlap == 0:
        return np.concatenate((before, after))
    fade_in = equal_power_fade(overlap)
    seam = before[-overlap:] * fade_in[::-1] + after[:overlap] * fade_in
    return np.concatenate((before[:-overlap], seam, after[overlap:]))


def splice(audio: Audio, insert: Audio, start: int, fade_in: int, fade_out: int) -> Audio:
    """Put ``insert`` in place of a stretch of ``audio`` that is as long, with crossfades inside it.

    Outside ``[start, start + len(insert))`` every sample is that of ``audio``.

    Parameters
    ----------
    audio, insert : float32 array, shape (n, channels)
    start : int
        The first sample that is replaced.
    fade_in, fade_out : int
        Samples of the crossfades at the start and the end of the stretch, at most half of it each. 0 is a
        hard edge, meant for the ends of the file.

    Returns
    -------
    float32 array, shaped like ``audio``
    """
    out = audio.copy()
    end = start + len(insert)
    fade_in, fade_out = min(fade_in, len(insert) // 2), min(fade_out, len(insert) // 2)
    out[start:end] = insert
    if fade_in:
        gain, stretch = equal_power_fade(fade_in), slice(start, start + fade_in)
        out[stretch] = audio[stretch] * gain[::-1] + insert[:fade_in] * gain
    if fade_out:
        gain, stretch = equal_power_fade(fade_out), slice(end - fade_out, end)
        out[stretch] = audio[stretch] * gain + insert[-fade_out:] * gain[::-1]
    return out


def limiter_gain(
    audio: Sliceable, rate: int, ceiling: float = CEILING, *, beside: Sliceable | None = None
) -> npt.NDArray[np.float32]:
    """The gain of a look-ahead limiter.

    The gain that each peak needs is held for 5 ms around it and smoothed over the same time. There is one
    gain for all channels and stems, so that the stereo image stays and the stems still sum to the mix.

    Parameters
    ----------
    audio : float32 array, shape (n, channels)
    rate : int
        Sample rate, Hz.
    ceiling : float
        The highest sample that is let through, 1 being full scale.
    beside : float32 array, shaped like ``audio``, optional
        What sounds with ``audio`` and is not turned down: the sum of both is kept within the ceiling.

    Returns
    -------
    float32 array, shape (n, 1)
        At most 1.
    """
    need = np.empty(len(audio), np.float32)
    for piece in _pieces(len(audio)):  # minutes of each step of this are large
        mix = audio[piece] if beside is None else audio[piece] + beside[piece]
        need[piece] = np.maximum.reduce([np.abs(channel) for channel in mix.T])
    if need.max(initial=0.0) <= ceiling:
        return np.ones((len(audio), 1), np.float32)
    for piece in _pieces(len(audio)):
        if beside is None:
            need[piece] = np.minimum(1.0, ceiling / np.maximum(need[piece], 1e-9))
            continue
        mix = audio[piece] + beside[piece]
        sign = np.sign(mix)
        room = (ceiling - sign * beside[piece]) / np.maximum(sign * audio[piece], 1e-9)
        need[piece] = np.where(np.abs(mix) > ceiling, np.clip(room, 0.0, 1.0), 1.0).min(axis=1)
    width = max(1, round(_LOOK_AHEAD * rate)) | 1
    held = np.empty_like(need)
    for piece in _pieces(len(need)):
        first = max(0, piece.start - width)
        around = minimum_filter1d(need[first : piece.stop + width], 2 * width + 1)
        held[piece] = around[piece.start - first :][: len(held[piece])]
    # Two running means within the held width make a triangle, without corners that could be heard.
    running_mean(held, width, out=need)
    running_mean(need, width, out=held)
    gain: npt.NDArray[np.float32] = held[:, None]
    return gain


def _pieces(samples: int) -> Iterator[slice]:
    return (slice(start, start + _PIECE) for start in range(0, samples, _PIECE))


def mixdown(stems: Mapping[str, Audio]) -> Audio:
    """The sum of at least one stem, each of shape (n, channels), as new audio of that shape."""
    if isinstance(stems, Multitrack):
        return stems.mixdown()
    first, *others = stems.values()
    total = first.copy()
    for stem in others:
        total += stem
    return total
