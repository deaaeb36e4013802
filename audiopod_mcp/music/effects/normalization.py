"""A track brought to a loudness, and peaks that are held where a change raised them."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from audiopod_mcp.music.model import Audio
from audiopod_mcp.music.signal.loudness import integrated_loudness, true_peak

from .crossfade import limiter_gain, mixdown

TRUE_PEAK_CEILING = -1.0
"""dBTP that a normalised track stays below."""
MIN_LOUDNESS, MAX_LOUDNESS = -40.0, -6.0
"""Targets that make sense, LUFS."""
_CLOSE = 0.02
"""dB that a true peak may be off."""
_ROOM = 1.0
"""dB that the peaks of unchanged layers must leave for the others, or all are turned down together."""
_MOST = 9.0
"""dB that the highest peaks are pressed down, at most: more is heard as distortion."""


def limit_true_peak(
    layers: Mapping[str, Audio], before: Mapping[str, Audio], rate: int, highest: float
) -> dict[str, Audio]:
    """``layers`` whose sum has a true peak of ``highest`` dBTP at most.

    Those that are as they were ``before`` stay so, if turning down the others at such moments is enough.
    """
    mix = mixdown(layers)
    over = true_peak(mix, rate) - highest
    if over <= _CLOSE and np.abs(mix).max(initial=0.0) <= 1:
        return dict(layers)
    changed = {t for t, x in layers.items() if t not in before or not np.array_equal(x, before[t])}
    rest = mixdown(
        {track: x for track, x in layers.items() if track not in changed} or {"": np.zeros_like(mix)}
    )
    if not changed or true_peak(rest, rate) > highest - _ROOM:
        changed, rest = set(layers), np.zeros_like(mix)
    moving, ceiling = mix - rest, min(1.0, 10 ** (highest / 20))
    for _ in range(9):
        gain = limiter_gain(moving, rate, ceiling, beside=rest)
        # The limiter looks at samples: what rises between them lowers its ceiling.
        over = true_peak(rest + moving * gain, rate) - highest
        if over <= _CLOSE:
            break
        ceiling *= 10 ** (-(over + _CLOSE) / 20)
    return {track: x * gain if track in changed else x for track, x in layers.items()}


def normalization_gain(audio: Audio, rate: int, target: float) -> npt.NDArray[np.float32]:
    """The gain, ``(samples, 1)``, that brings ``audio`` to ``target`` LUFS or as near as peaks allow.

    The true peak of the result is at most :data:`TRUE_PEAK_CEILING`. What the limiter takes away is given
    back, so long as no peak is pressed down by more than 9 dB. Silence stays.
    """
    own, peak = integrated_loudness(audio, rate), true_peak(audio, rate)
    flat = np.ones((len(audio), 1), np.float32)
    if own is None:
        return flat
    highest = TRUE_PEAK_CEILING + _MOST - peak
    make_up, ceiling, gain = min(target - own, highest), TRUE_PEAK_CEILING, flat
    for _ in range(5):
        raised = np.float32(10 ** (make_up / 20))
        gain = raised * limiter_gain(audio * raised, rate, 10 ** (ceiling / 20))
        # The limiter looks at samples: what rises between them lowers its ceiling.
        over = true_peak(audio * gain, rate) - TRUE_PEAK_CEILING
        missing = target - (integrated_loudness(audio * gain, rate) or target)
        if over <= 0 and (abs(missing) < 0.05 or (missing > 0 and make_up >= highest)):
            break
        ceiling -= max(0.0, over + 0.02 * (over > 0))
        make_up = min(make_up + missing, highest)
    over = true_peak(audio * gain, rate) - TRUE_PEAK_CEILING
    return gain * np.float32(10 ** (-max(0.0, over) / 20))
