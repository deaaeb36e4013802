"""Longer or shorter at the same pitch, higher or lower at the same length."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import soxr
from scipy import fft

from audiopod_mcp.music.analysis.onsets import BROADBAND, ONSET_FPS, onset_envelopes, onset_frames
from audiopod_mcp.music.model import Audio, Progress, ignore_progress
from audiopod_mcp.music.signal.downmix import downmix
from audiopod_mcp.music.signal.loudness import Sliceable
from audiopod_mcp.music.signal.stft import STFT, hann, root_hann
from audiopod_mcp.music.synthesis.multitrack import Tape, blank_tapes, pieces

from .crossfade import fix_length

_HOP = 0.032
"""Seconds between grains, which are twice as long: a bass note's period fits in several times."""
_SEARCH = 0.016
"""Seconds a grain may be moved either way: half the period of 30 Hz."""
_ATTACK = 2.0
"""Onset strength from which on an onset is an attack that must not be stretched."""

_VOICE_FRAME = 0.046
"""Seconds in which a vowel stays the same."""
_LIFTER = 0.0018
"""Seconds of the cepstrum that hold the formants of a voice and not its harmonics: the period of 550 Hz."""
_ENVELOPE_ITERATIONS = 10
_MAX_FORMANT_GAIN = 24.0
"""dB by which an envelope is brought back at most."""


def stretch_together(
    layers: Mapping[str, Tape], rate: int, factor: float, report: Progress = ignore_progress
) -> Iterator[tuple[str, Audio]]:
    """Make layers longer or shorter at the same pitch, so that they stay in time with each other.

    Windowed grains of the source are laid over each other, each taken where it best goes on from the one
    before it, by cross-correlation of the mid signal (WSOLA); all channels move together. Around attacks time
    goes on at its own pace, and what lies between gives way, so that attacks stay crisp and single.

    Parameters
    ----------
    layers : mapping of float32 arrays, each of shape (n, channels)
    rate : int
        Sample rate, Hz.
    factor : float
        How many times as long they are to be.

    Yields
    ------
    str, float32 array, shape (round(n * factor), channels)
        One layer after another.

    References
    ----------
    Verhelst & Roelands: An overlap-add technique based on waveform similarity (WSOLA) for high quality
    time-scale modification of speech. ICASSP 1993.
    """
    sound = _SideBySide(tuple(layers.values()))
    samples = round(len(sound) * factor)
    if samples == len(sound) or len(sound) < 2:
        yield from ((name, fix_length(layer[:], samples)) for name, layer in layers.items())
        return
    hop, search = round(_HOP * rate), round(_SEARCH * rate)
    size = 2 * hop
    lead = hop + search
    window = hann(size)[:, None]
    starts = _grain_starts(sound, rate, factor, samples, report)
    for name, layer in layers.items():
        out = np.zeros((samples + 2 * size, layer.shape[1]), np.float32)
        for grain, at in enumerate(starts):
            out[grain * hop : grain * hop + size] += window * _padded(layer, at - lead, size)
        yield name, out[hop : hop + samples]


def _grain_starts(sound: Sliceable, rate: int, factor: float, samples: int, report: Progress) -> list[int]:
    """Where each grain is taken from, in samples after ``_HOP + _SEARCH`` before the first of the sound."""
    hop, search = round(_HOP * rate), round(_SEARCH * rate)
    size = 2 * hop
    lead, length = hop + search, len(sound) + hop + search + 2 * size + 2 * search
    (mid,) = blank_tapes(1, length, 1)
    for piece in pieces(len(sound)):
        mid[piece.start + lead : piece.stop + lead] = sound[piece].mean(axis=1)[:, None]
    n_fft = fft.next_fast_len(size + 2 * search, real=True)
    grains = int(np.ceil((samples + hop) / hop))
    wanted = _source_times(sound, rate, factor, np.arange(grains) * hop, 1.2 * hop)
    wanted = np.clip(wanted, 0, length - size - 2 * search)
    at = search
    starts: list[int] = []
    for grain, start in enumerate(wanted):
        if grain % 50 == 0:
            report(grain / grains, "stretching time")
        if grain:
            natural = mid[at + hop : at + hop + size][:, 0]
            around = mid[start : start + size + 2 * search][:, 0]
            if len(natural) < size:
                break
            likeness = fft.irfft(fft.rfft(around, n_fft) * np.conj(fft.rfft(natural, n_fft)), n_fft)
            at = int(start + np.argmax(likeness[: 2 * search + 1]))
        starts.append(at)
    return starts


@dataclass(frozen=True)
class _SideBySide:
    """Layers as one sound with the channels of all."""

    layers: tuple[Tape, ...]

    @property
    def shape(self) -> tuple[int, ...]:
        return len(self), sum(layer.shape[1] for layer in self.layers)

    def __len__(self) -> int:
        return len(self.layers[0])

    def __getitem__(self, piece: slice) -> Audio:
        if len(self.layers) == 1:
            return self.layers[0][piece]
        return np.concatenate([layer[piece] for layer in self.layers], axis=1)


def _padded(layer: Tape, first: int, samples: int) -> Audio:
    """So many ``samples`` from ``first`` on, silent where there are none."""
    there = layer[max(0, first) : max(0, first + samples)]
    if len(there) == samples:
        return there
    out = np.zeros((samples, layer.shape[1]), np.float32)
    before = min(samples, max(0, -first))
    out[before : before + len(there)] = there
    return out


def pitch_shift(audio: Audio, rate: int, semitones: float, report: Progress = ignore_progress) -> Audio:
    """Raise the pitch of ``audio`` at the same length: it is stretched in time, then played faster.

    Parameters
    ----------
    audio : float32 array, shape (n, channels)
    rate : int
        Sample rate, Hz.
    semitones : float
        Negative to lower it.

    Returns
    -------
    float32 array, shaped like ``audio``
    """
    return dict(shift_together({"": audio}, rate, semitones, report))[""]


def shift_together(
    layers: Mapping[str, Tape], rate: int, semitones: float, report: Progress = ignore_progress
) -> Iterator[tuple[str, Audio]]:
    """:func:`pitch_shift` of layers of one shape, one after another, which stay in time with each other."""
    ratio = 2 ** (semitones / 12)
    if ratio == 1:
        yield from ((name, layer[:]) for name, layer in layers.items())
        return
    for name, longer in stretch_together(layers, rate, ratio, report):
        samples, channels = layers[name].shape
        out = np.zeros((samples, channels), np.float32)
        stream = soxr.ResampleStream(rate * ratio, rate, channels, dtype="float32", quality="HQ")
        written = 0
        for piece in pieces(len(longer)):
            part = stream.resample_chunk(longer[piece], last=piece.stop == len(longer))
            room = out[written : written + len(part)]
            room[:] = part[: len(room)]
            written += len(part)
        yield name, out


def pitch_shift_voice(audio: Audio, rate: int, semitones: float, report: Progress = ignore_progress) -> Audio:
    """Raise the pitch of a voice and leave its formants where they were: it stays the same singer's.

    The true envelope of the shifted voice is brought back to that of the voice as it was, by 24 dB at most
    anywhere. Against vowels sung at the new pitch, third-octave levels are off by 4.5 dB instead of 9.8.

    Parameters
    ----------
    audio : float32 array, shape (n, channels)
    rate : int
        Sample rate, Hz.
    semitones : float
        Negative to lower it.

    Returns
    -------
    float32 array, shaped like ``audio``

    References
    ----------
    Röbel & Rodet: Efficient spectral envelope estimation and its application to pitch shifting and envelope
    preservation. DAFx 2005.
    """
    shifted = pitch_shift(audio, rate, semitones, report)
    if semitones == 0 or not len(audio):
        return shifted
    size = 2 ** max(8, round(np.log2(_VOICE_FRAME * rate)))
    hop, keep = size // 4, max(4, round(_LIFTER * rate))
    stft = STFT(root_hann(size), hop, (size, size))

    def corrected() -> Iterator[tuple[int, npt.NDArray[np.complexfloating[Any, Any]]]]:
        for (frame, own), (_, new) in zip(stft.blocks(audio, 1), stft.blocks(shifted, 1), strict=True):
            change = _envelope(own[0], keep) - _envelope(new[0], keep)
            yield frame, new * 10 ** (np.clip(change, -_MAX_FORMANT_GAIN, _MAX_FORMANT_GAIN) / 20)

    out = np.asarray(stft.inverse(corrected(), len(audio)), np.float32)
    out /= np.float32(2)
    return out


def _envelope(spectrum: npt.NDArray[np.complex64], keep: int) -> npt.NDArray[np.float64]:
    """The smooth course of a spectrum along its peaks, dB: its cepstrum up to ``keep`` samples, iterated.

    ``spectrum`` is ``(channels, bins)``; the envelope is that of the power of all channels, ``(bins,)``.
    """
    power = np.square(np.abs(spectrum)).sum(axis=0)
    level = 10 * np.log10(power + 1e-7 * power.max(initial=0.0) + 1e-12)
    smooth = level
    for _ in range(_ENVELOPE_ITERATIONS):
        cepstrum = fft.irfft(level)
        cepstrum[keep : len(cepstrum) - keep + 1] = 0
        smooth = fft.rfft(cepstrum).real
        level = np.maximum(level, smooth)
    return np.asarray(smooth)


def _source_times(
    audio: Sliceable, rate: int, factor: float, times: npt.NDArray[np.int_], reach: float
) -> npt.NDArray[np.int_]:
    """The source samples that are heard at the output's ``times``: evenly spread but around attacks."""
    knots_in, knots_out = [0.0], [0.0]
    end_in, end_out = len(audio), len(audio) * factor
    for attack in _attacks(audio, rate):
        before, after = attack - reach, attack + reach
        start, stop = attack * factor - reach, attack * factor + reach
        # Between two attacks there must be something left to stretch, at a bearable slope.
        room_in, room_out = before - knots_in[-1], start - knots_out[-1]
        too_close = room_in <= 0 or room_out <= 0 or not 0.2 < room_in / room_out < 5
        if too_close or stop >= end_out or after >= end_in:
            continue
        knots_in += [before, after]
        knots_out += [start, stop]
    knots_in.append(end_in)
    knots_out.append(end_out)
    return np.round(np.interp(times, knots_out, knots_in)).astype(int)


def _attacks(audio: Sliceable, rate: int) -> npt.NDArray[np.float64]:
    """Samples at which something begins suddenly."""
    mid, _ = downmix(audio, rate)
    frames = onset_frames(onset_envelopes(mid)[BROADBAND], _ATTACK)
    return np.asarray(frames / ONSET_FPS * rate)
