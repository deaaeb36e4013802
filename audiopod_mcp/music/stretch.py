"""Longer or shorter at the same pitch, higher or lower at the same length."""

from __future__ import annotations

import numpy as np
import soxr
from scipy import fft

from audiopod_mcp.music.model import Audio, Report, silent
from audiopod_mcp.music.splice import fit

_WINDOW = 0.09
"""Seconds of a grain: long enough for the period of a bass note several times over."""
_SEARCH = 0.018
"""Seconds a grain may be moved either way: more than half the period of 30 Hz."""


def stretch(audio: Audio, rate: int, factor: float, report: Report = silent) -> Audio:
    """``audio`` ``factor`` times as long, exactly ``round(samples · factor)``, at the same pitch.

    WSOLA (Verhelst & Roelands, ICASSP 1993): windowed grains of the source, each taken where it best
    goes on from the one before, by cross-correlation of the mid signal; all channels move together.
    """
    samples = round(len(audio) * factor)
    if samples == len(audio) or len(audio) < 2:
        return fit(audio, samples)
    hop = round(_WINDOW * rate / 2)
    size, search = 2 * hop, round(_SEARCH * rate)
    window = np.hanning(size + 1)[:-1, None].astype(np.float32)
    padded = np.pad(audio, ((hop + search, size + 2 * search), (0, 0)))
    mid = padded.mean(axis=1)
    n_fft = fft.next_fast_len(size + 2 * search, real=True)
    out = np.zeros((samples + 2 * size, audio.shape[1]), np.float32)
    # A grain at output time t comes from source time t / factor, give or take the search.
    previous = 0
    grains = int(np.ceil((samples + hop) / hop))
    for grain in range(grains):
        if grain % 50 == 0:
            report(grain / grains, "stretching time")
        wanted = min(round(grain * hop / factor), len(padded) - size - 2 * search)
        at = wanted
        if grain:
            natural = mid[previous + hop : previous + hop + size]
            around = mid[wanted : wanted + size + 2 * search]
            likeness = fft.irfft(fft.rfft(around, n_fft) * np.conj(fft.rfft(natural, n_fft)), n_fft)
            at = wanted + int(np.argmax(likeness[: 2 * search + 1]))
        else:
            at = search
        out[grain * hop : grain * hop + size] += window * padded[at : at + size]
        previous = at
    return out[hop : hop + samples]


def shift_pitch(audio: Audio, rate: int, semitones: float, report: Report = silent) -> Audio:
    """``audio`` so many semitones higher, as long as before: stretched, then played faster."""
    ratio = 2 ** (semitones / 12)
    if ratio == 1:
        return audio
    longer = stretch(audio, rate, ratio, report)
    higher = soxr.resample(longer, rate * ratio, rate, quality="HQ")
    return fit(np.asarray(higher, dtype=np.float32), len(audio))
