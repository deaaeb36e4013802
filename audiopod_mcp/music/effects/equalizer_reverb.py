"""What a mixing desk does to a sound: equalizing, reverberating, fading."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
from scipy import signal

from audiopod_mcp.music.model import Audio, Progress, ignore_progress
from audiopod_mcp.music.signal.stft import STFT, hann

from .mix_matching import BAND_CENTERS, apply_filter, equalizer_filter

_T60 = 1.8
"""Reverberation time of the room that is added, seconds."""
_PRE_DELAY = 0.012
"""Seconds to the nearest wall of that room and back."""
_REVERB_LOW_CUT = 250.0
"""Frequency below which an added room answers less and less, Hz."""
_BLOCK = 2**19
"""Samples at a time: between two blocks the work can be stopped."""


def equalize(
    audio: Audio,
    rate: int,
    kind: str,
    decibels: float,
    report: Progress = ignore_progress,
    *,
    hertz: float = 1_000.0,
) -> Audio:
    """Raise or lower one region of the spectrum.

    Parameters
    ----------
    audio : float32 array, shape (n, channels)
    rate : int
        Sample rate, Hz.
    kind : {"bell", "bass", "treble", "middle", "bright"}
        ``bell`` is a bell of an octave and a half around ``hertz``, ``bass`` a shelf below 150 Hz, ``treble``
        one above 5 kHz, ``middle`` a bell around 1 kHz, and ``bright`` a tilt around 1 kHz, which gives half
        of the decibels to each end, one up and one down.
    decibels : float
        The gain, dB.
    hertz : float
        The middle of a ``bell``, Hz.

    Returns
    -------
    float32 array, shaped like ``audio``
    """
    octaves = np.log2(BAND_CENTERS)
    shelf_low = 1 / (1 + (BAND_CENTERS / 180) ** 3)
    shelf_high = 1 / (1 + (4_200 / BAND_CENTERS) ** 3)
    curves = {
        "bass": shelf_low,
        "treble": shelf_high,
        "middle": np.exp(-0.5 * ((octaves - np.log2(1_000)) / 1.0) ** 2),
        "bell": np.exp(-0.5 * ((octaves - np.log2(hertz or 1_000.0)) / 0.6) ** 2),
        "bright": np.clip((octaves - np.log2(1_000)) / 4, -0.5, 1.0),
    }
    return apply_filter(audio, equalizer_filter(decibels * curves[kind], rate), report)


def change_reverb(audio: Audio, rate: int, amount: float, report: Progress = ignore_progress) -> Audio:
    """Put ``audio`` into a room, or take away some of the room that it is in.

    Parameters
    ----------
    audio : float32 array, shape (n, channels)
    rate : int
        Sample rate, Hz.
    amount : float
        The level of the room's answer as a factor of that of the sound. Negative, down to -1: the share of
        the late reverberation that is taken away.

    Returns
    -------
    float32 array, shaped like ``audio``
    """
    if amount < 0:
        return _dereverberated(audio, rate, min(1.0, -amount), report)
    samples = round(_T60 * rate)
    time = np.arange(samples)[:, None] / rate
    noise = np.random.default_rng(7).standard_normal((samples, audio.shape[1]))
    # Walls and air take the high end.
    dull = signal.lfilter([0.35], [1, -0.65], noise, axis=0)
    response = dull * np.exp(-6.9 * time / _T60) * (time > _PRE_DELAY)
    response /= np.sqrt(np.square(response).sum(axis=0))
    # Mixing desks do so with what they send to a room: its bass would only blur that of the music.
    low_cut = signal.butter(2, _REVERB_LOW_CUT, "highpass", fs=rate, output="sos")
    response = signal.sosfilt(low_cut, response, axis=0)
    response = (amount * response).astype(np.float32)
    out = audio.copy()
    for start in range(0, len(audio), _BLOCK):
        report(start / len(audio), "changing the room")
        wet = signal.oaconvolve(audio[start : start + _BLOCK], response, axes=0)[: len(audio) - start]
        out[start : start + len(wet)] += wet
    return out


def _dereverberated(audio: Audio, rate: int, amount: float, report: Progress) -> Audio:
    """``audio`` with up to ``amount`` of its late reverberation subtracted.

    What lingers is estimated from the power 50 ms earlier, decaying as in the room that is expected.

    References
    ----------
    Lebart, Boucher & Denbigh: A new method based on spectral subtraction for speech dereverberation. Acta
    Acustica united with Acustica 87, 2001.
    """
    size, hop = 2048, 512
    stft = STFT(hann(size), hop, (size, size))
    frames = stft.frame_count(len(audio))
    delay = max(1, round(0.05 * rate / hop))
    decay = np.exp(-13.8 * hop / rate / _T60)

    def dried() -> Iterator[tuple[int, npt.NDArray[np.complex128]]]:
        powers = [np.zeros(size // 2 + 1)] * (delay + 1)
        smooth = powers[0]
        for frame, spectrum in stft.blocks(audio, 1):
            if frame % 100 == 0:
                report(frame / frames, "changing the room")
            power = np.square(np.abs(spectrum[0])).mean(axis=0)
            smooth = np.maximum(power, decay * smooth)
            powers.append(smooth)
            late = decay**delay * powers.pop(0)
            yield frame, spectrum * np.sqrt(np.maximum(0.02, 1 - amount * late / np.maximum(power, 1e-12)))

    out = np.asarray(stft.inverse(dried(), len(audio)), np.float32)
    out /= np.float32(1.5)
    return out


def apply_fade(audio: Audio, rate: int, seconds: float, *, at_start: bool) -> Audio:
    """Let ``audio`` rise from silence at its start, or fall into it at its end.

    Parameters
    ----------
    audio : float32 array, shape (n, channels)
    rate : int
        Sample rate, Hz.
    seconds : float
        The length of the fade; no longer than the audio.
    at_start : bool
        Whether it is a fade-in over the first seconds, or a fade-out over the last ones.

    Returns
    -------
    float32 array, shaped like ``audio``
    """
    samples = min(len(audio), round(seconds * rate))
    curve = np.ones((len(audio), 1), np.float32)
    ramp = np.square(np.sin(np.pi / 2 * np.arange(samples) / max(1, samples)))[:, None]
    if at_start:
        curve[:samples] = ramp
    else:
        curve[len(audio) - samples :] = ramp[::-1]
    return audio * curve
