"""The body of a string instrument: many narrow resonances, through which every note is heard.

The harmonics of a tone slide over the peaks as its pitch moves, which makes a violin's vibrato shimmer
(Mathews & Kohut, "Electronic simulation of violin resonances", JASA 1973, found that 20 to 30 sharp peaks are
needed), and every onset knocks on the wood. The lowest modes lie where they were measured on the instrument.
Those above are too many to name: they lie at random, as loud as the body's overall curve says.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import scipy.fft as sfft

from audiopod_mcp.music.model import SAMPLE_RATE

from .tone import Signal

Spectra = npt.NDArray[np.complex64]
_RESPONSE_SAMPLES = 6000
"""Length of an impulse response: 136 ms."""


@dataclass(frozen=True, slots=True)
class Body:
    """A body; calling it with a sound gives what is heard through it."""

    modes: tuple[tuple[float, float, float], ...]
    """The lowest modes: Hz, quality factor, dB."""
    curve: tuple[tuple[float, float], ...]
    """How loud the modes above those are: (Hz, dB)."""
    quality: float = 25.0
    """The quality factor of the modes above."""
    mode_ratio: float = 1.07
    """The ratio from one mode above to the next."""
    dry_level: float = 0.1
    """How much of the sound passes untouched."""
    seed: int = 0
    """What decides where the modes above lie."""

    def __call__(self, wave: Signal) -> Signal:
        """Convolve ``wave`` with the body; shape (n,) or (n, 2), whose channels hear it from two sides."""
        if wave.ndim == 1:
            return self._convolve(_block_spectra(wave), 0, len(wave))
        return np.stack(
            [self._convolve(_block_spectra(wave[:, side]), side, len(wave)) for side in (0, 1)], axis=1
        )

    def _convolve(self, spectra: Spectra, side: int, n: int) -> Signal:
        """Overlap-add the blocks of ``spectra`` through the response of one side; (n,)."""
        size = 2 * (spectra.shape[1] - 1)
        blocks = sfft.irfft(spectra * _response_spectrum(self, side, size), size, axis=1)
        hop = size - _RESPONSE_SAMPLES
        y = np.zeros(len(blocks) * hop + _RESPONSE_SAMPLES, np.float32)
        y[: len(blocks) * hop] = blocks[:, :hop].reshape(-1)
        for number, block in enumerate(blocks, 1):
            y[number * hop : number * hop + _RESPONSE_SAMPLES] += block[hop:]
        return y[:n]

    def impulse_response(self, side: int = 0) -> Signal:
        """Build the impulse response of one side; float32, shape (6000,)."""
        rng = np.random.default_rng([1973, self.seed])
        hertz = [mode[0] for mode in self.modes]
        lowest = max(hertz) * self.mode_ratio
        count = int(np.log(11_000 / lowest) / np.log(self.mode_ratio))
        others = lowest * self.mode_ratio ** (np.arange(count) + rng.uniform(-0.35, 0.35, count))
        places, levels = zip(*self.curve, strict=True)
        level = np.interp(np.log(others), np.log(places), levels) + rng.uniform(-5, 3, count)
        frequency = np.concatenate((hertz, others))
        quality = np.concatenate(([mode[1] for mode in self.modes], np.full(count, self.quality)))
        gain = 10 ** (np.concatenate(([mode[2] for mode in self.modes], level)) / 20)
        sign = rng.choice((-1.0, 1.0), len(frequency))
        # The sides hear the low modes alike, the high ones from other angles.
        apart = 0.35 * rng.standard_normal(len(frequency)) * np.minimum(1, frequency / 900)
        sign = sign * (1 + (apart if side else -apart))
        decay = quality / (np.pi * frequency)
        t = np.arange(_RESPONSE_SAMPLES) / SAMPLE_RATE
        amplitude = 2 * gain * sign / (decay * SAMPLE_RATE)
        wave = (np.exp(-t[:, None] / decay) * np.sin(2 * np.pi * frequency * t[:, None])) @ amplitude
        wave *= np.minimum(1, (_RESPONSE_SAMPLES - np.arange(_RESPONSE_SAMPLES)) / 1500)
        wave[0] += self.dry_level
        return np.asarray(wave, np.float32)


def _block_spectra(wave: Signal) -> Spectra:
    """Transform consecutive blocks of ``wave``, each padded by the length of a response; (blocks, bins)."""
    size = 1 << 14 if len(wave) + _RESPONSE_SAMPLES <= 1 << 14 else 1 << 15
    hop = size - _RESPONSE_SAMPLES
    blocks = -(-len(wave) // hop)
    padded = np.zeros((blocks, size), np.float32)
    whole = len(wave) // hop
    padded[:whole, :hop] = wave[: whole * hop].reshape(whole, hop)
    if blocks > whole:
        padded[-1, : len(wave) - whole * hop] = wave[whole * hop :]
    spectra: Spectra = sfft.rfft(padded, axis=1)
    return spectra


@lru_cache(maxsize=64)
def _response_spectrum(body: Body, side: int, size: int) -> Spectra:
    transformed: Spectra = sfft.rfft(body.impulse_response(side), size).astype(np.complex64)
    return transformed


CONTRABASS = Body(
    ((62, 14, 1), (105, 18, 2), (155, 20, 0)),
    ((180, -2), (400, -6), (800, -9), (1500, -13), (3000, -24), (9000, -45)), 20, seed=3,
)  # fmt: skip
BANJO = Body(
    ((180, 8, -6), (310, 10, 0), (600, 12, 3), (910, 12, 2)),
    ((1000, 0), (2500, 0), (4500, -4), (11000, -16)), 14, dry_level=0.2, seed=5,
)  # fmt: skip
UKULELE = Body(
    ((195, 14, 0), (360, 18, 4), (520, 20, 1), (660, 22, 1)),
    ((800, -3), (1500, -5), (3000, -8), (6000, -16), (11000, -28)), 22, dry_level=0.14, seed=8,
)  # fmt: skip
"""A small box: its air and its top resonate nearly an octave above a guitar's."""
