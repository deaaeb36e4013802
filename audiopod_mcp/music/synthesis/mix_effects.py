"""Effects of the mix: reverberation, echo, distortion, rotary speaker, tremolo and ducking.

Audio is float32: mono of shape (n,), stereo of shape (n, 2).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache

import numpy as np
import scipy.fft as sfft

from audiopod_mcp.music.model import SAMPLE_RATE, Audio

from .rooms import Room
from .tone import FloatArray, Signal

Tick = Callable[[], None]
"""Called between blocks of work; may raise to stop it."""

_REVERB_RATE = SAMPLE_RATE // 2
_DRIVEN = 1 << 17
"""Samples that are distorted at a time."""
_CORRELATION = 0.35
"""How alike the reverberation is at both ears: in mono it is 1.7 dB weaker, not 3."""
ROTARY_DELAY = 32
"""Samples before a block that :func:`rotary_speaker` has to hear."""


@lru_cache(maxsize=4)
def _room_impulse_spectra(
    t60: float, treble: float, size: float
) -> tuple[np.ndarray[tuple[int, int], np.dtype[np.complex64]], int, int]:
    """Build the spectra (2, bins) of a stereo room impulse response at half the sample rate, its length, and
    that of the transform.

    Noise that decays by 60 dB in ``t60`` seconds, and three times as fast at high frequencies, follows a few
    early reflections (Moorer, "About this reverberation business", CMJ 1979). Its energy is 1.
    """
    n = int(t60 * _REVERB_RATE)
    rng = np.random.default_rng(1979)
    t = np.arange(n) / _REVERB_RATE
    *sides, both = rng.standard_normal((3, n))
    spectrum = sfft.rfft(np.sqrt(1 - _CORRELATION) * np.array(sides) + np.sqrt(_CORRELATION) * both, axis=1)
    hertz = sfft.rfftfreq(n, 1 / _REVERB_RATE)
    split = np.exp(-((hertz / 2600) ** 2))
    # The bass is kept out of the room: it stays firm, and the same in mono.
    spectrum *= hertz**2 / (hertz**2 + 160**2)
    low, high = sfft.irfft(spectrum * split, n, axis=1), sfft.irfft(spectrum * (1 - split), n, axis=1)
    response = low * np.exp(-6.9 * t / t60) + treble * high * np.exp(-6.9 * t / (0.33 * t60))
    response *= np.clip(t / 0.02, 0, 1) * np.clip((t[-1] - t) / 0.05, 0, 1)
    for channel in range(2):
        for delay, gain in zip(size * rng.uniform(0.008, 0.045, 7), rng.uniform(1.5, 5, 7), strict=True):
            response[channel, int(delay * _REVERB_RATE)] += gain * rng.choice((-1, 1))
    response /= np.sqrt((response**2).sum(axis=1, keepdims=True))
    fft_size = 1 << 16 if n < 40_000 else 1 << 17
    return sfft.rfft(response, fft_size, axis=1).astype(np.complex64), n, fft_size


class Reverb:
    """The reverberation of one room, block after block of :attr:`block` samples.

    A reverberation tail is dark, so it is computed at half the sample rate, by overlap-add of blocks that fit
    into the cache. Four are transformed at once where they do, which the transform does side by side.
    """

    def __init__(self, room: Room, samples: int) -> None:
        """Prepare for a signal of so many ``samples``."""
        self._half = samples // 2
        self._spectra, length, self._fft_size = _room_impulse_spectra(room.seconds, room.treble, room.size)
        self._hop = self._fft_size - length
        self.block = 2 * self._hop * (4 if self._fft_size <= 1 << 16 else 1)
        """Samples at a time: what the transforms have room for beside the room's response."""
        self._tail = np.zeros((2, length), np.float32)
        self._last = np.zeros(2, np.float32)

    def needs(self, start: int) -> tuple[int, int]:
        """What :meth:`add` has to hear for the block from ``start`` on: samples ``[first, last)``."""
        return max(0, start - 2), min(2 * self._half, start + self.block + 2)

    def add(self, sides: Sequence[Signal], dry: Signal, start: int) -> None:
        """Add to both ``sides`` of the block from sample ``start`` on what the room makes of ``dry``."""
        count = min(self.block // 2, self._half - start // 2)
        if count <= 0:
            return
        slow = self._at_half_rate(dry, start, count)
        if not slow.any():
            if self._tail.any():
                for first in range(0, count, self._hop):
                    silent = np.zeros((2, self._fft_size), np.float32)
                    self._add_one([side[2 * first :] for side in sides], silent, count - first)
            else:
                self._last[:] = 0
            return
        rows = np.zeros((-(-count // self._hop), self._hop), np.float32)
        rows.reshape(-1)[:count] = slow
        spectra = sfft.rfft(rows, self._fft_size, axis=1)
        wet = sfft.irfft(spectra[:, None] * self._spectra, self._fft_size, axis=2)
        for number, row in enumerate(wet):
            first = number * self._hop
            self._add_one([side[2 * first :] for side in sides], row, count - first)

    def _add_one(self, sides: Sequence[Signal], reverberation: Signal, count: int) -> None:
        """Add what one transform (2, n) gives, after what rings from before, to ``count`` pairs at most."""
        count = min(count, self._hop)
        if count <= 0:
            return
        reverberation[:, : self._tail.shape[1]] += self._tail
        self._tail = reverberation[:, self._hop :].copy()
        # Back to the full rate: the samples themselves, and between two of them their mean.
        for number, (side, wet) in enumerate(zip(sides, reverberation[:, :count], strict=True)):
            side[1 : 2 * count : 2] += wet
            wet *= np.float32(0.5)
            side[0] += wet[0] + self._last[number]
            self._last[number] = wet[-1]
            side[2 : 2 * count : 2] += wet[1:] + wet[:-1]

    def _at_half_rate(self, dry: Signal, start: int, count: int) -> Signal:
        """``count`` samples from ``start`` on at half the rate; ``dry`` begins where :meth:`needs` says."""
        pairs = dry[: len(dry) // 2 * 2].reshape(-1, 2)
        lead = 1 if start else 0
        own = pairs[lead : lead + count]
        # The filter (1 3 3 1)/8 has three zeros at Nyquist; after it, every other sample is dropped.
        slow: Signal = own[:, 0] + own[:, 1]
        slow *= np.float32(0.375)
        slow[1 - lead :] += np.float32(0.125) * pairs[: count - 1 + lead, 1]
        after = pairs[lead + 1 : lead + 1 + count, 0]
        slow[: len(after)] += np.float32(0.125) * after
        return slow


def add_echo(
    sides: Sequence[Signal], dry: Callable[[int, int], Signal], start: int, seconds: float, level: float
) -> None:
    """Add three echoes, ``seconds`` apart and from side to side, to both ``sides`` (n,) of a block.

    The block begins at sample ``start``; ``dry(first, last)`` gives the samples ``[first, last)`` of what
    echoes.
    """
    step = round(seconds * SAMPLE_RATE)
    for repeat in range(1, 4):
        late = max(0, repeat * step - start)  # samples of the block before the echo begins
        if late >= len(sides[0]):
            break
        before = dry(start + late - repeat * step, start + len(sides[0]) - repeat * step)
        near = np.float32(level**repeat * 0.9)
        side = repeat % 2
        sides[side][late:] += near * before
        sides[1 - side][late:] += np.float32(0.35) * near * before


def distort(dry: Signal, drive: float, tick: Tick) -> Signal:
    """Play ``dry`` (n,) through an overdriven valve amplifier and its loudspeaker, in place.

    The amplifier cuts the bass and clips softly and asymmetrically with the gain ``drive``. The loudspeaker,
    of twelve inches in a cabinet, passes 80 Hz to 5.2 kHz, with its presence at 2.6 kHz.
    """
    from scipy.signal import butter, sosfilt

    bass_cut = butter(1, 130, "hp", fs=SAMPLE_RATE, output="sos").astype(np.float32)
    speaker = np.concatenate(
        (
            butter(2, 80, "hp", fs=SAMPLE_RATE, output="sos"),
            *(_peak(*each) for each in _CABINET),
            butter(4, 5200, "lp", fs=SAMPLE_RATE, output="sos"),
        )
    ).astype(np.float32)
    before, after = np.zeros((len(bass_cut), 2), np.float32), np.zeros((len(speaker), 2), np.float32)
    for start in range(0, len(dry), _DRIVEN):
        tick()
        block = dry[start : start + _DRIVEN]
        thin, before = sosfilt(bass_cut, block, zi=before)
        clipped = np.tanh(thin * np.float32(drive * 6) + np.float32(0.15)) - np.float32(np.tanh(0.15))
        filtered, after = sosfilt(speaker, clipped, zi=after)
        block[:] = np.float32(0.22) * filtered
    return dry


_CABINET = ((110, 3, 1.0), (450, -5, 0.8), (2600, 6, 0.9))
"""What a loudspeaker's cabinet and cone do: Hz, dB, quality factor."""


def _peak(hertz: float, decibels: float, quality: float) -> FloatArray:
    """A section of a filter that raises what is around ``hertz``; (1, 6) (Bristow-Johnson's cookbook)."""
    amplitude = 10 ** (decibels / 40)
    turn = 2 * np.pi * hertz / SAMPLE_RATE
    alpha, cosine = np.sin(turn) / (2 * quality), np.cos(turn)
    section = [
        1 + alpha * amplitude, -2 * cosine, 1 - alpha * amplitude,
        1 + alpha / amplitude, -2 * cosine, 1 - alpha / amplitude,
    ]  # fmt: skip
    return np.asarray(np.array([section]) / section[3])


def rotary_speaker(dry: Signal, start: int, lead: int, rate: float = 6.3) -> Audio:
    """Play a block through a horn that turns ``rate`` times a second before two microphones; (n, 2).

    It is louder and sharper as it comes, softer and flatter as it goes (Smith et al., "Doppler simulation and
    the Leslie", DAFx 2002). ``dry`` is the block, which begins at sample ``start``, after the ``lead``
    samples before it: :data:`ROTARY_DELAY`, or as many as there are.
    """
    period = round(SAMPLE_RATE / rate)
    turn = 2 * np.pi * np.arange(period) / period
    n = len(dry) - lead
    phase = np.arange(start, start + n) % period
    out = np.empty((n, 2), np.float32)
    for side, angle in enumerate((0.0, 1.9)):
        delay = 0.35e-3 * SAMPLE_RATE * (1 - np.cos(turn - angle))
        whole = np.floor(delay).astype(np.int64)
        index = np.arange(lead, lead + n) - whole[phase]
        np.maximum(index, 1, out=index)
        later = dry.take(index)
        later += (delay - whole).astype(np.float32)[phase] * (dry.take(index - 1) - later)
        out[:, side] = later * (1 + 0.28 * np.cos(turn - angle)).astype(np.float32)[phase]
    return out


def auto_pan_gains(depth: float, rate: float = 5.2) -> Signal:
    """Give the gains of one period of an auto-pan, the tremolo of a suitcase piano; (2, n)."""
    period = round(SAMPLE_RATE / rate)
    wave = depth * np.sin(2 * np.pi * np.arange(period) / period)
    return np.stack((1 + wave, 1 - wave)).astype(np.float32)


def ducking_gain(kicks: Sequence[float], start: int, samples: int, depth: float = 0.6) -> Signal:
    """Give the gain of a compressor keyed by the bass drum, which dips at each of ``kicks`` (s); (samples,).

    It is that of the block that begins at sample ``start``.
    """
    gain = np.ones(samples, np.float32)
    n = int(0.28 * SAMPLE_RATE)
    x = np.linspace(0, 1, n, dtype=np.float32)
    dip = 1 - np.float32(depth) * np.minimum(1, x * 60) * (1 - x) ** 2
    for kick in kicks:
        at = round(kick * SAMPLE_RATE) - start
        if at + start >= 0 and -n < at < samples:
            skip = max(0, -at)
            ducked = gain[at + skip : at + n]
            np.minimum(ducked, dip[skip : skip + len(ducked)], out=ducked)
    return gain
