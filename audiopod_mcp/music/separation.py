"""Vocals, drums or bass out of a finished recording, by soft masks on its spectrogram.

Without a trained network this can be no clean isolation: each track comes out clearer than it is in the
mix, with traces of the others. What guitars, keyboards or strings play can't be told apart at all.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import scipy.fft as sfft
from numpy.lib.stride_tricks import sliding_window_view

from audiopod_mcp.music.blocks import by_blocks
from audiopod_mcp.music.masks import (
    centring,
    harmonic_percussive,
    repeating_background,
    sustained,
    wiener,
)
from audiopod_mcp.music.model import Audio, Refused, Report, silent
from audiopod_mcp.music.spectrum import SILENCE, WORKERS, Array, downmix, hann
from audiopod_mcp.music.voice import FPS as VOICE_FPS
from audiopod_mcp.music.voice import sung_stretches, voice_odds

TRACKS = ("vocals", "drums", "bass")
"""What can be had from a recording."""

_KICK = 180.0
"""Below this (Hz) drums are told by being short, above it by being broad."""
_BASS = 220.0
_RUMBLE = 16.0
"""Below this (Hz) there are no notes, only offsets and stage noise."""
_VOICE = (180.0, 9000.0)
_SURE = 1.2
"""Log-odds that a sung recording reaches somewhere and most instrumental ones do not."""
_TRACES = "Separated by signal processing, without a trained model: traces of what else plays remain in it."
_DOUBT = "Whether anybody sings in this recording is doubtful: it may be an instrument that came out."


def separate(audio: Audio, rate: int, track: str, report: Report = silent) -> Audio:
    """The stem of :func:`separate_and_tell`."""
    return separate_and_tell(audio, rate, track, report)[0]


def separate_and_tell(
    audio: Audio, rate: int, track: str, report: Report = silent
) -> tuple[Audio, tuple[str, ...]]:
    """One of :data:`TRACKS` from a recording, shaped like ``audio``, and in words how far to trust it.

    Raises :class:`Refused` for any other track, and where next to nothing of the track is found.
    """
    if track not in TRACKS:
        raise Refused(
            f"{track.capitalize()} can't be separated from a recording by the local engine; "
            "it can do vocals, bass and drums. Tracks composed by this studio have all their stems."
        )
    if not len(audio):
        raise Refused("The recording is empty: there is nothing to separate.")
    audio = np.nan_to_num(audio, posinf=0.0, neginf=0.0).astype(np.float32, copy=False)
    loudest = float(np.abs(audio).max())
    if loudest < SILENCE:
        raise Refused("The recording is silent: there is nothing to separate.")
    odds = None
    if track == "vocals":
        mid, side = downmix(audio, rate)
        odds = voice_odds(mid, side, lambda fraction, doing: report(0.1 * fraction, doing))
        del mid, side
        if not sung_stretches(odds):
            raise Refused("No singing was heard in this recording, so there are no vocals to separate.")
    begun = 0.1 if odds is not None else 0.0

    def work(block: Audio, start: float, tell: Report) -> Audio:
        return _separate_block(
            block, rate, track, odds, start, lambda done: tell(done, f"separating the {track}")
        )

    out = by_blocks(audio, rate, work, lambda done, doing: report(begun + (1 - begun) * done, doing))
    if np.square(out, dtype=np.float64).sum() < 1e-5 * np.square(audio, dtype=np.float64).sum():
        raise Refused(f"Next to nothing that sounds like {track} was found in this recording.")
    report(1.0, f"separating the {track}")
    doubtful = odds is not None and odds.max() < _SURE
    return out, (_TRACES, _DOUBT) if doubtful else (_TRACES,)


def _separate_block(
    block: Audio, rate: int, track: str, odds: Array | None, start: float, tell: Callable[[float], None]
) -> Audio:
    n_fft = 2 ** max(8, round(np.log2(rate * 4096 / 44_100)))
    hop = n_fft // 4
    tell(0.0)
    spectra = [_stft(channel, n_fft, hop) for channel in block.T]
    level = np.mean([np.abs(spectrum) for spectrum in spectra], axis=0) + 1e-9
    frequency = np.arange(level.shape[1], dtype=np.float32) * (rate / n_fft)
    tell(0.15)
    drums = drum_mask(level, frequency, rate / hop)
    tell(0.3)
    if track == "drums":
        mask = drums
    elif track == "bass":
        mask = (1 - drums) * _below(frequency, _BASS, 6) * (1 - _below(frequency, _RUMBLE, 8))
    else:
        gate = np.ones(len(level), np.float32)
        if odds is not None:
            times = start + (np.arange(len(level)) * hop - n_fft / 2) / rate
            likely = np.interp(times, np.arange(len(odds)) / VOICE_FPS, odds)
            gate = (1 / np.sqrt(1 + np.exp(-likely - 0.5))).astype(np.float32)
        mask = vocal_mask(level, spectra, frequency, rate / hop, drums, tell) * gate[:, None]
    tell(0.8)
    out = np.stack([_istft(spectrum * mask, len(block), n_fft, hop) for spectrum in spectra], axis=1)
    tell(1.0)
    return out


def drum_mask(level: Array, frequency: Array, fps: float) -> Array:
    """The share of drums in magnitudes ``(frames, bins)``, 0 to 1.

    Above the kick's range what is broad in frequency and short in time (:func:`harmonic_percussive`). That
    test fails below: a kick is as narrow there as a bass note, and would be given to the bass. It is
    short, though: what stands above the level sustained for half a second is the kick's.
    """
    broad = harmonic_percussive(level, fps, float(frequency[1]))
    low = frequency < 2.5 * _KICK
    short = np.zeros_like(level)
    short[:, low] = np.clip(1 - sustained(level[:, low], round(0.45 * fps) | 1) / level[:, low], 0, 1)
    below = _below(frequency, _KICK, 8)
    return broad * (1 - below) + short * below


def vocal_mask(
    level: Array,
    spectra: list[npt.NDArray[np.complex64]],
    frequency: Array,
    fps: float,
    drums: Array,
    tell: Callable[[float], None],
) -> Array:
    """The share of the lead voice in magnitudes ``(frames, bins)``, 0 to 1.

    What does not repeat, in a voice's range, not percussive; and, the more the non-repeating is centred
    in the stereo image compared to the rest, what is centred.
    """
    band = (frequency > 0.6 * _VOICE[0]) & (frequency < 1.2 * _VOICE[1])
    inside = level[:, band]
    background = repeating_background(inside, fps, lambda fraction: tell(0.3 + 0.45 * fraction))
    voice = wiener(np.maximum(inside - background, 0), background)
    tone = frequency[band]
    voice *= (1 - _below(tone, _VOICE[0], 8)) * _below(tone, _VOICE[1], 6)
    if len(spectra) > 1:
        centre = centring(spectra[0][:, band], spectra[1][:, band])
        power = np.square(inside)
        front = float((voice * power * centre).sum() / ((voice * power).sum() + 1e-12))
        rest = float(((1 - voice) * power * centre).sum() / (((1 - voice) * power).sum() + 1e-12))
        trust = float(np.clip((front - rest) / 0.3, 0, 1))
        voice *= 1 - 0.5 * trust * (1 - centre)
    mask = np.zeros_like(level)
    mask[:, band] = voice * (1 - drums[:, band]) ** 0.25
    return mask


def _below(frequency: Array, corner: float, order: int) -> Array:
    return np.asarray(1 / (1 + (frequency / corner) ** order), np.float32)


def _stft(signal: Array, n_fft: int, hop: int) -> npt.NDArray[np.complex64]:
    """``(samples,)`` to ``(frames, n_fft // 2 + 1)``, padded so that :func:`_istft` returns every sample."""
    frames = sliding_window_view(np.pad(signal, (n_fft, n_fft + hop)), n_fft)[::hop]
    spectrum: npt.NDArray[np.complex64] = sfft.rfft(frames * hann(n_fft), axis=1, workers=WORKERS)
    return spectrum


def _istft(spectrum: npt.NDArray[np.complex64], samples: int, n_fft: int, hop: int) -> Array:
    """The inverse of :func:`_stft` by weighted overlap-add, vectorised over frames."""
    window = hann(n_fft)
    frames = sfft.irfft(spectrum, n_fft, axis=1, workers=WORKERS).astype(np.float32, copy=False) * window
    count = len(frames)
    out = np.zeros((count + n_fft // hop, hop), np.float32)
    weight = np.zeros_like(out)
    for part in range(n_fft // hop):
        piece = slice(part * hop, (part + 1) * hop)
        out[part : part + count] += frames[:, piece]
        weight[part : part + count] += np.square(window[piece])
    out /= np.maximum(weight, 1e-6)
    return out.ravel()[n_fft : n_fft + samples]
