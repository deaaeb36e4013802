"""Vocals, drums or bass out of a finished recording, by soft masks on its spectrogram.

Without a large trained network this can be no clean isolation: each track comes out clearer than it is in the
mix, with traces of the others. What guitars, keyboards or strings play can't be told apart. Examined, on 25
pieces played part by part: what is neither voice, drums nor bass, taken for guitar, keyboard, strings, synth,
brass or woodwinds, was nearer to the part than the mixture for 37 of 44 (by 3 dB in the median, at -4 dB
SI-SDR), but it is one and the same for all of them, whoever plays; the side of the stereo image was nearer
for 6 of 44, and the drums above 2 kHz as percussion for 1 of 4. So these are refused.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import scipy.fft as sfft
import soxr
from numpy.lib.stride_tricks import sliding_window_view

from audiopod_mcp.music.analysis.vocal_activity import FPS as VOICE_FPS
from audiopod_mcp.music.analysis.vocal_activity import sung_stretches, voice_odds
from audiopod_mcp.music.model import Audio, Progress, Refused, silent
from audiopod_mcp.music.signal.blocks import by_blocks
from audiopod_mcp.music.signal.stft import SILENCE, WORKERS, Array, downmix, hann

from .estimator import SOURCES, shares
from .features import HOP, N_FFT, RATE, Complex
from .masks import below, drum_mask, vocal_mask
from .source_activity import Heard

TRACKS = ("vocals", "drums", "bass")
"""What can be had from a recording."""

_BLOCK = 20.0
"""Seconds that are weighed at a time."""
_BRIEF = 6.0
_RULE = 0.5
"""How much the masks by rule count beside the fitted ones (geometric mean): they err in other places."""
_BASS = 220.0
_RUMBLE = 16.0
"""Below this (Hz) there are no notes, only offsets and stage noise."""
_SURE = 1.2
"""Log-odds that a sung recording reaches somewhere and most instrumental ones do not."""
_TRACES = "Separated by signal processing on this computer: traces of what else plays remain in it."
_DOUBT = (
    "Whether there is any of the {track} in this recording is doubtful: something else may have come out."
)


def separate(audio: Audio, rate: int, track: str, report: Progress = silent) -> Audio:
    """The stem of :func:`separate_and_tell`."""
    return separate_and_tell(audio, rate, track, report)[0]


def separate_and_tell(
    audio: Audio, rate: int, track: str, report: Progress = silent
) -> tuple[Audio, tuple[str, ...]]:
    """One of :data:`TRACKS` from a recording, shaped like ``audio``, and in words how far to trust it.

    Raises :class:`Refused` for any other track, and where the track is not heard.
    """
    if track not in TRACKS:
        raise Refused("track_not_separable", track=track)
    if not len(audio):
        raise Refused("separation_source_empty")
    audio = np.nan_to_num(audio, posinf=0.0, neginf=0.0).astype(np.float32, copy=False)
    loudest = float(np.abs(audio).max())
    if loudest < SILENCE:
        raise Refused("separation_source_silent")
    odds = None
    if track == "vocals":
        mid, side = downmix(audio, rate)
        odds = voice_odds(mid, side, lambda fraction, doing: report(0.1 * fraction, doing))
        del mid, side
    begun = 0.1 if odds is not None else 0.0
    heard = Heard()

    def work(block: Audio, start: float, tell: Progress) -> Audio:
        at_rate = block if rate == RATE else soxr.resample(block, rate, RATE)
        stem = _separate_block(
            at_rate, track, odds, start, heard, lambda done: tell(done, f"separating the {track}")
        )
        return stem if rate == RATE else _fitted(soxr.resample(stem, RATE, rate), block)

    def told(done: float, doing: str) -> None:
        report(begun + (1 - begun) * done, doing)

    out = by_blocks(audio, rate, work, told, _BLOCK)
    nothing = np.square(out, dtype=np.float64).sum() < 1e-5 * np.square(audio, dtype=np.float64).sum()
    sung = odds is None or bool(sung_stretches(odds))
    brief = len(audio) < _BRIEF * rate  # too short to miss anything in
    if nothing or not (heard.present(track, sure=sung) or (brief and sung)):
        raise Refused("track_not_heard", track=track, heard=heard.instead_of(track))
    report(1.0, f"separating the {track}")
    doubted = heard.doubted(track) or not sung or (odds is not None and odds.max() < _SURE)
    return out, (_TRACES, heard.quality(track), *([_DOUBT.format(track=track)] if doubted else []))


def _fitted(stem: Audio, like: Audio) -> Audio:
    out = np.zeros_like(like)
    out[: len(stem)] = stem[: len(out)]
    return out


def _separate_block(
    block: Audio, track: str, odds: Array | None, start: float, heard: Heard, tell: Callable[[float], None]
) -> Audio:
    """The stem of a block at :data:`RATE`: by rule and by weighed evidence, each half."""
    tell(0.0)
    spectra = [_stft(channel) for channel in block.T]
    found = shares(spectra, lambda done: tell(0.05 + 0.55 * done))
    heard.add(spectra, found)
    level = np.mean([np.abs(spectrum) for spectrum in spectra], axis=0) + 1e-9
    rule = _by_rule(level, spectra, track, lambda done: tell(0.6 + 0.3 * done))
    if odds is not None:
        times = start + (np.arange(len(level)) * HOP - N_FFT / 2) / RATE
        likely = np.interp(times, np.arange(len(odds)) / VOICE_FPS, odds)
        rule *= (1 / np.sqrt(1 + np.exp(-likely - 0.5))).astype(np.float32)[:, None]
    mask = np.maximum(rule, 1e-6) ** _RULE * found[SOURCES.index(track)] ** (1 - _RULE)
    tell(0.9)
    out = np.stack([_istft(spectrum * mask, len(block)) for spectrum in spectra], axis=1)
    tell(1.0)
    return out


def _by_rule(level: Array, spectra: list[Complex], track: str, tell: Callable[[float], None]) -> Array:
    """The track's share by what it must be: short or broad, low, or not repeating and where voices are."""
    frequency = np.arange(level.shape[1], dtype=np.float32) * (RATE / N_FFT)
    drums = drum_mask(level, frequency, RATE / HOP)
    if track == "drums":
        return drums
    if track == "bass":
        return (1 - drums) * below(frequency, _BASS, 6) * (1 - below(frequency, _RUMBLE, 8))
    return vocal_mask(level, spectra, frequency, RATE / HOP, drums, tell)


def _stft(signal: Array) -> Complex:
    """``(samples,)`` to ``(frames, N_FFT // 2 + 1)``, padded so that :func:`_istft` returns every sample."""
    frames = sliding_window_view(np.pad(signal, (N_FFT, N_FFT + HOP)), N_FFT)[::HOP]
    spectrum: Complex = sfft.rfft(frames * hann(N_FFT), axis=1, workers=WORKERS)
    return spectrum


def _istft(spectrum: Complex, samples: int) -> Array:
    """The inverse of :func:`_stft` by weighted overlap-add, vectorised over frames."""
    window = hann(N_FFT)
    frames = sfft.irfft(spectrum, N_FFT, axis=1, workers=WORKERS).astype(np.float32, copy=False) * window
    count = len(frames)
    out = np.zeros((count + N_FFT // HOP, HOP), np.float32)
    weight = np.zeros_like(out)
    for part in range(N_FFT // HOP):
        piece = slice(part * HOP, (part + 1) * HOP)
        out[part : part + count] += frames[:, piece]
        weight[part : part + count] += np.square(window[piece])
    out /= np.maximum(weight, 1e-6)
    return out.ravel()[N_FFT : N_FFT + samples]
