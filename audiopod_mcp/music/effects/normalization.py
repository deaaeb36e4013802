"""A track brought to a loudness, and true peaks limited where a change raised them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from audiopod_mcp.music.model import Audio
from audiopod_mcp.music.signal.loudness import Sliceable, integrated_loudness, true_peak
from audiopod_mcp.music.synthesis.multitrack import Mix, Multitrack, blank_tapes, pieces, tapes_of

from .crossfade import limiter_gain

TRUE_PEAK_CEILING = -1.0
"""True peak that a normalized track stays below, dBTP."""
MIN_LOUDNESS, MAX_LOUDNESS = -40.0, -6.0
"""Targets that make sense, LUFS."""
_TOLERANCE = 0.02
"""By how much a true peak may be off, dB."""
_HEADROOM = 1.0
"""What the peaks of unchanged layers must leave for the others, dB; else all are turned down together."""
_MAX_MAKE_UP = 1.5
"""What the limiter takes of layers that change is given back up to this, dB: their level was asked for."""
_AUDIBLE = 0.1
"""What it takes and nobody misses, dB."""
_TAKEN_AGAIN = 1.3
"""How much of that is given back, as the limiter takes some of it again."""
_MAX_LIMITING = 9.0
"""By how much the highest peaks are turned down at most, dB: more is heard as distortion."""


def limit_true_peak(
    layers: Mapping[str, Audio], before: Mapping[str, Audio], rate: int, ceiling: float
) -> Mapping[str, Audio]:
    """Limit the true peak of the sum of some layers.

    Layers that are as they were before stay so, if it is enough to turn down the others at such moments.
    Those come back to their level, as far as that goes, so that who is to be 3 dB louder is so.

    Parameters
    ----------
    layers : mapping of float32 arrays, each of shape (n, channels)
    before : mapping of float32 arrays
        The layers as they were before a change.
    rate : int
        Sample rate, Hz.
    ceiling : float
        The highest true peak of the sum, dBTP.

    Returns
    -------
    mapping of float32 arrays, shaped like ``layers``; these themselves where there is nothing to limit
    """
    tapes, old = tapes_of(layers), tapes_of(before)
    mix = Mix(tapes.values())
    over = true_peak(mix, rate) - ceiling
    # What was over full scale before, as a recording of floats may be, is not for a change elsewhere to mend.
    highest = max(1.0, _sample_peak(Mix(old.values())))
    if over <= _TOLERANCE and _sample_peak(mix) <= highest:
        return layers
    changed = {track for track, tape in tapes.items() if track not in old or not _alike(tape, old[track])}
    rest = [tape for track, tape in tapes.items() if track not in changed]
    held = changed
    if not changed or (rest and true_peak(Mix(rest), rate) > ceiling - _HEADROOM):
        held = set(layers)
    kept = Mix(rest) if rest and held is changed else None
    moved = Mix(tapes[track] for track in sorted(changed or held))
    raised = np.float32(1)
    for again in (True, False):  # each is as dear as all the rest of an edit
        louder = _Raised(moved, raised)
        whole = _Sum(Mix(rest), louder) if rest and changed else louder
        gain = np.ones((0, 1), np.float32)  # the last one is let go before the next is made
        gain = _gain_to_hold(whole, kept, rate, ceiling, min(highest, 10 ** (ceiling / 20)))
        lost = 10 * np.log10((energy(moved) + 1e-9) / (energy(_Raised(louder, gain)) + 1e-9))
        if not again or not _AUDIBLE < lost < _MAX_MAKE_UP:
            break
        raised = np.float32(10 ** (_TAKEN_AGAIN * lost / 20))
    for track, tape in zip(sorted(held), blank_tapes(len(held), *mix.shape), strict=True):
        factor = raised if track in (changed or held) else np.float32(1)
        for piece in pieces(len(mix)):
            tape[piece] = tapes[track][piece] * (gain[piece] * factor)
        tapes[track] = tape
    return Multitrack.gather(tapes.items())


def true_peak_gain(audio: Sliceable, rate: int, ceiling: float) -> npt.NDArray[np.float32]:
    """The gain, shape (n, 1), that limits the true peak of ``audio`` at ``rate`` Hz to ``ceiling`` dBTP."""
    if true_peak(audio, rate) - ceiling <= _TOLERANCE:
        return np.ones((len(audio), 1), np.float32)
    return _gain_to_hold(audio, None, rate, ceiling, 10 ** (ceiling / 20))


def _gain_to_hold(
    mix: Sliceable, kept: Mix | None, rate: int, ceiling: float, sample_ceiling: float
) -> npt.NDArray[np.float32]:
    """The gain, shape (n, 1), for what sounds in ``mix`` beside ``kept``."""
    samples, channels = mix.shape
    moving, rest = blank_tapes(2, samples, channels)
    for piece in pieces(samples):
        moving[piece] = mix[piece]
        if kept is not None:
            rest[piece] = kept[piece]
            moving[piece] -= rest[piece]
    for _ in range(9):
        gain = np.ones((0, 1), np.float32)  # the last one is let go before the next is made
        gain = limiter_gain(moving, rate, sample_ceiling, beside=rest)
        # The limiter looks at samples; what rises between them lowers its ceiling.
        over = true_peak(_Sum(rest, _Raised(moving, gain)), rate) - ceiling
        if over <= _TOLERANCE:
            break
        sample_ceiling *= 10 ** (-(over + _TOLERANCE) / 20)
    return gain


def _sample_peak(audio: Sliceable) -> float:
    peak = 0.0
    for piece in pieces(len(audio)):
        stretch = audio[piece]
        peak = max(peak, float(stretch.max(initial=0.0)), float(-stretch.min(initial=0.0)))
    return peak


def energy(audio: Sliceable) -> float:
    """The sum of the squares of all samples."""
    return sum(float(np.square(audio[piece], dtype=np.float64).sum()) for piece in pieces(len(audio)))


def _alike(one: Sliceable, other: Sliceable) -> bool:
    """Whether all samples are the same."""
    if one is other:
        return True
    same = (np.array_equal(one[piece], other[piece]) for piece in pieces(len(one)))
    return one.shape == other.shape and all(same)


@dataclass(frozen=True)
class _Sum:
    """``rest + moving``, a stretch at a time: minutes of it are large."""

    rest: Sliceable
    moving: Sliceable

    @property
    def shape(self) -> tuple[int, ...]:
        return self.rest.shape

    def __len__(self) -> int:
        return len(self.rest)

    def __getitem__(self, piece: slice) -> Audio:
        return self.rest[piece] + self.moving[piece]


@dataclass(frozen=True)
class _Raised:
    """``audio * gain``, a stretch at a time; the gain is one number, or that of each sample."""

    audio: Sliceable
    gain: npt.NDArray[np.float32] | np.float32

    @property
    def shape(self) -> tuple[int, ...]:
        return self.audio.shape

    def __len__(self) -> int:
        return len(self.audio)

    def __getitem__(self, piece: slice) -> Audio:
        return self.audio[piece] * (self.gain if isinstance(self.gain, np.float32) else self.gain[piece])


def normalization_gain(
    audio: Sliceable, rate: int, loudness: float, target: float, peak: float = TRUE_PEAK_CEILING
) -> npt.NDArray[np.float32]:
    """The gain that brings a recording to a loudness, or as near to it as its peaks allow.

    What the limiter takes away is given back, so long as no
    peak is turned down by more than 9 dB.

    Parameters
    ----------
    audio : float32 array, shape (n, channels)
    rate : int
        Sample rate, Hz.
    loudness, target : float
        The loudness that it has and the one that it should have, LUFS.
    peak : float
        The true peak of the result at most, dBTP.

    Returns
    -------
    float32 array, shape (n, 1)
    """
    gain = np.ones((len(audio), 1), np.float32)
    highest = peak + _MAX_LIMITING - true_peak(audio, rate)
    make_up, ceiling = min(target - loudness, highest), peak
    for _ in range(5):
        raised = np.float32(10 ** (make_up / 20))
        gain = np.ones((0, 1), np.float32)  # the last one is let go before the next is made
        gain = limiter_gain(_Raised(audio, raised), rate, 10 ** (ceiling / 20))
        gain *= raised
        # The limiter looks at samples; what rises between them lowers its ceiling.
        over = true_peak(_Raised(audio, gain), rate) - peak
        missing = target - (integrated_loudness(_Raised(audio, gain), rate) or target)
        if over <= 0 and (abs(missing) < 0.05 or (missing > 0 and make_up >= highest)):
            break
        ceiling -= max(0.0, over + _TOLERANCE * (over > 0))
        make_up = min(make_up + missing, highest)
    over = true_peak(_Raised(audio, gain), rate) - peak
    gain *= np.float32(10 ** (-max(0.0, over) / 20))
    return gain
