"""Longer or shorter at the same pitch, higher or lower at the same length."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import soxr
from scipy import fft

from audiopod_mcp.music.model import Audio, Report, silent
from audiopod_mcp.music.onsets import FPS, WHOLE, onset_envelopes, onset_frames
from audiopod_mcp.music.spectrum import downmix
from audiopod_mcp.music.splice import fit

_HOP = 0.032
"""Seconds between grains, which are twice as long: a bass note's period fits in several times."""
_SEARCH = 0.016
"""Seconds a grain may be moved either way: half the period of 30 Hz."""
_ATTACK = 2.0
"""Onset strength from which on an onset is an attack that must not be stretched."""


def stretch(audio: Audio, rate: int, factor: float, report: Report = silent) -> Audio:
    """``audio`` ``factor`` times as long, exactly ``round(samples · factor)``, at the same pitch.

    WSOLA (Verhelst & Roelands, ICASSP 1993): windowed grains of the source, each taken where it best
    goes on from the one before, by cross-correlation of the mid signal; all channels move together.
    Around attacks time goes on at its own pace, and what lies between gives way: they stay crisp and single.
    """
    samples = round(len(audio) * factor)
    if samples == len(audio) or len(audio) < 2:
        return fit(audio, samples)
    hop, search = round(_HOP * rate), round(_SEARCH * rate)
    size = 2 * hop
    window = np.hanning(size + 1)[:-1, None].astype(np.float32)
    padded = np.pad(audio, ((hop + search, 2 * size + 2 * search), (0, 0)))
    mid = padded.mean(axis=1)
    n_fft = fft.next_fast_len(size + 2 * search, real=True)
    grains = int(np.ceil((samples + hop) / hop))
    wanted = _source_times(audio, rate, factor, np.arange(grains) * hop, 1.2 * hop)
    wanted = np.clip(wanted, 0, len(padded) - size - 2 * search)
    out = np.zeros((samples + 2 * size, audio.shape[1]), np.float32)
    at = search
    for grain, start in enumerate(wanted):
        if grain % 50 == 0:
            report(grain / grains, "stretching time")
        if grain:
            natural = mid[at + hop : at + hop + size]
            around = mid[start : start + size + 2 * search]
            if len(natural) < size:
                break
            likeness = fft.irfft(fft.rfft(around, n_fft) * np.conj(fft.rfft(natural, n_fft)), n_fft)
            at = int(start + np.argmax(likeness[: 2 * search + 1]))
        out[grain * hop : grain * hop + size] += window * padded[at : at + size]
    return out[hop : hop + samples]


def shift_pitch(audio: Audio, rate: int, semitones: float, report: Report = silent) -> Audio:
    """``audio`` so many semitones higher, as long as before: stretched, then played faster."""
    ratio = 2 ** (semitones / 12)
    if ratio == 1:
        return audio
    longer = stretch(audio, rate, ratio, report)
    higher = soxr.resample(longer, rate * ratio, rate, quality="HQ")
    return fit(np.asarray(higher, dtype=np.float32), len(audio))


def _source_times(
    audio: Audio, rate: int, factor: float, times: npt.NDArray[np.int_], reach: float
) -> npt.NDArray[np.int_]:
    """The source samples heard at the output's ``times``: evenly spread, but not around attacks."""
    knots_in, knots_out = [0.0], [0.0]
    end_in, end_out = len(audio), len(audio) * factor
    for attack in _attacks(audio, rate):
        before, after = attack - reach, attack + reach
        start, stop = attack * factor - reach, attack * factor + reach
        # Between two attacks there must be something left to stretch, at a bearable slope.
        room_in, room_out = before - knots_in[-1], start - knots_out[-1]
        if (
            room_in <= 0
            or room_out <= 0
            or not 0.2 < room_in / room_out < 5
            or stop >= end_out
            or after >= end_in
        ):
            continue
        knots_in += [before, after]
        knots_out += [start, stop]
    knots_in.append(end_in)
    knots_out.append(end_out)
    return np.round(np.interp(times, knots_out, knots_in)).astype(int)


def _attacks(audio: Audio, rate: int) -> npt.NDArray[np.float64]:
    """Samples at which something begins suddenly."""
    mid, _ = downmix(audio, rate)
    frames = onset_frames(onset_envelopes(mid)[WHOLE], _ATTACK)
    return np.asarray(frames / FPS * rate)
