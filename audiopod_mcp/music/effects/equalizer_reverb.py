"""What a mixing desk does to a sound: equalising, reverberating, widening, fading."""

from __future__ import annotations

import numpy as np
from scipy import fft, signal

from audiopod_mcp.music.model import Audio, Progress, silent

from .mix_matching import BAND_CENTERS, apply_filter, equalizer_filter

_T60 = 1.8
"""Reverberation time of the room that is added, seconds."""
_BLOCK = 2**19
"""Samples at a time: between blocks the work can be stopped."""


def equalize(
    audio: Audio, rate: int, kind: str, decibels: float, report: Progress = silent, *, hertz: float = 1_000.0
) -> Audio:
    """``audio`` with ``decibels`` more (or less) of one region of the spectrum.

    ``bell`` is a bell of an octave and a half around ``hertz``, ``bass`` a shelf below 150 Hz, ``treble`` one
    above 5 kHz, ``middle`` a bell around 1 kHz, and ``bright`` a tilt around 1 kHz: each end gets half of it,
    one up, one down.
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


_ROOM_FROM = 250.0
"""Hz below which an added room answers less and less."""


def change_reverb(audio: Audio, rate: int, amount: float, report: Progress = silent) -> Audio:
    """``audio`` in a room: ``amount`` is the level of the room's answer to it; below 0 takes room away."""
    if amount < 0:
        return _dried(audio, rate, min(1.0, -amount), report)
    samples = round(_T60 * rate)
    time = np.arange(samples)[:, None] / rate
    noise = np.random.default_rng(7).standard_normal((samples, audio.shape[1]))
    # Walls and air take the high end; the first 12 ms are the way to the nearest wall and back.
    response = signal.lfilter([0.35], [1, -0.65], noise, axis=0) * np.exp(-6.9 * time / _T60) * (time > 0.012)
    response /= np.sqrt(np.square(response).sum(axis=0))
    # As mixing desks do with what they send to a room: its bass would only blur that of the music.
    response = signal.sosfilt(
        signal.butter(2, _ROOM_FROM, "highpass", fs=rate, output="sos"), response, axis=0
    )
    response = (amount * response).astype(np.float32)
    out = audio.copy()
    for start in range(0, len(audio), _BLOCK):
        report(start / len(audio), "changing the room")
        wet = signal.oaconvolve(audio[start : start + _BLOCK], response, axes=0)[: len(audio) - start]
        out[start : start + len(wet)] += wet
    return out


def _dried(audio: Audio, rate: int, amount: float, report: Progress) -> Audio:
    """Late reverberation subtracted, up to ``amount`` of it (Lebart, Boucher & Denbigh, Acustica 2001).

    What lingers is estimated from the power 50 ms earlier, decaying as in the room that is expected.
    """
    size, hop = 2048, 512
    window = np.hanning(size + 1)[:-1].astype(np.float32)
    out = np.zeros((len(audio) + 2 * size, audio.shape[1]), np.float32)
    padded = np.pad(audio, ((size, 2 * size), (0, 0)))
    frames = (len(audio) + size) // hop + 1
    delay = max(1, round(0.05 * rate / hop))
    decay = np.exp(-13.8 * hop / rate / _T60)
    powers = [np.zeros((size // 2 + 1, 1))] * (delay + 1)
    smooth = powers[0]
    for frame in range(frames):
        if frame % 100 == 0:
            report(frame / frames, "changing the room")
        at = frame * hop
        spectrum = fft.rfft(padded[at : at + size] * window[:, None], axis=0)
        power = np.square(np.abs(spectrum)).mean(axis=1, keepdims=True)
        smooth = np.maximum(power, decay * smooth)
        powers.append(smooth)
        late = decay**delay * powers.pop(0)
        gain = np.sqrt(np.maximum(0.02, 1 - amount * late / np.maximum(power, 1e-12)))
        out[at : at + size] += fft.irfft(spectrum * gain, size, axis=0) * window[:, None]
    return np.asarray(out[size : size + len(audio)] / 1.5, dtype=np.float32)


def apply_fade(audio: Audio, rate: int, seconds: float, *, at_start: bool) -> Audio:
    """``audio`` rising from silence over its first ``seconds``, or falling into it over its last."""
    samples = min(len(audio), round(seconds * rate))
    curve = np.ones((len(audio), 1), np.float32)
    ramp = np.square(np.sin(np.pi / 2 * np.arange(samples) / max(1, samples)))[:, None]
    if at_start:
        curve[:samples] = ramp
    else:
        curve[len(audio) - samples :] = ramp[::-1]
    return audio * curve
