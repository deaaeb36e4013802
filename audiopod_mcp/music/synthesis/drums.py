"""Drum kits and percussion. The ``pitch`` of a drum is its General MIDI key.

Drumheads are the modes of a circular membrane (ratios of Bessel zeros) under a falling pitch, cymbals dense
inharmonic modes with noise. Electronic drums are what analogue drum machines did: swept sines, filtered noise
and clusters of square waves. How long they ring, and how far down a cymbal reaches, was set by comparison
with two sampled kits (``tests/benchmarks/sampled.py``).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from audiopod_mcp.music.model import SAMPLE_RATE

from .envelopes import declick, exp_decay, fade_in, sample_times
from .noise import band_noise
from .oscillators import decaying_modes
from .tone import Signal, Tone

_MEMBRANE_RATIOS = np.array(
    [1.0, 1.593, 2.136, 2.295, 2.653, 2.917, 3.155, 3.5, 3.598, 3.647, 4.059, 4.132, 4.23, 4.601, 4.61, 4.832,
     4.903, 5.083, 5.131, 5.412, 5.54, 5.553, 5.651, 5.977]
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Kit:
    """A drum kit, of which every drum is synthesised; calling it with a tone gives that drum's sound,
    (n,).
    """

    kick_hz: float = 54.0
    kick_sweep: float = 90.0
    kick_decay: float = 0.09
    click: float = 0.3
    snare_hz: float = 185.0
    snare_decay: float = 0.09
    wires: tuple[float, float] = (1200.0, 9000.0)
    rattle: float = 1.0
    hat_band: tuple[float, float] = (6500.0, 16000.0)
    electronic: bool = False
    brushes: bool = False
    crush: int = 0
    """Bits that are kept, at a third of the bandwidth, as by old samplers and game consoles; 0: all."""

    def __call__(self, tone: Tone) -> Signal:
        key = round(tone.pitch)
        y = _DRUMS.get(key, _click)(self, tone)
        declick(y, 16)
        return self.crushed(y)

    def crushed(self, y: Signal) -> Signal:
        """What an old sampler leaves of ``y`` (n,), where the kit is one."""
        if self.crush:
            held = np.repeat(y[::3], 3)[: len(y)]
            y = np.round(held * 2**self.crush) / np.float32(2**self.crush)
        return np.asarray(y, np.float32)


ACOUSTIC = Kit()
BRUSHED = Kit(58, 60, 0.085, 0.12, 200, 0.11, (700, 6500), 0.7, (5500, 13000), brushes=True)
ELECTRONIC = Kit(47, 150, 0.16, 0.35, 190, 0.09, (1500, 10000), 1.75, (7500, 17000), electronic=True)
DUSTY = Kit(54, 70, 0.09, 0.15, 175, 0.085, (900, 5500), 0.9, (4500, 9000), electronic=False, crush=9)
CHIP = Kit(60, 200, 0.07, 0.0, 260, 0.07, (2000, 14000), 1.2, (7000, 18000), electronic=True, crush=4)


def _membrane(hertz: float, decay: float, tone: Tone, n: int, first: int = 0) -> Signal:
    """Ring a membrane's modes from number ``first`` on; a harder blow excites more of them."""
    ratios = _MEMBRANE_RATIOS[first:]
    strengths = tone.rng.uniform(0.6, 1.3, len(ratios)) * ratios ** (1.1 * tone.force - 1.7)
    phases = tone.rng.uniform(0, 2 * np.pi, len(ratios))
    skin: Signal = decaying_modes(hertz * ratios, strengths, decay * ratios**-1.2, n, phases)
    return skin


def _contact_noise(n: int, tone: Tone, low: float, high: float, decay: float) -> Signal:
    """Add what hand, stick or beater does: a click, and what it leaves in shell and air."""
    top = high * (0.4 + 0.7 * tone.force)
    click = band_noise(n, tone.rng, low, top)
    contact: Signal = click * (exp_decay(n, decay) + np.float32(0.12) * exp_decay(n, 6 * decay))
    return contact


_TONIC, _FOURTH, _FIFTH = 0, 5, 7


def _tuned(hertz: float, tone: Tone, *degrees: int) -> float:
    """Tune a drum to the nearest of these ``degrees`` of the key (semitones), as drummers and producers do.

    A pitch of its own would sound through every bar, in another key.
    """
    if tone.tonic is None:
        return hertz
    return float(hertz * 2 ** (_way(69 + 12 * np.log2(hertz / 440), tone.tonic, degrees) / 12))


def _way(pitch: float, tonic: int, degrees: tuple[int, ...]) -> float:
    """Semitones from a pitch to the nearest of these degrees of the key."""
    # A lower drum has less to give than a higher one, so it is rather tuned up.
    ways = [(tonic + degree - pitch + 5) % 12 - 5 for degree in degrees]
    return float(min(ways, key=abs))


_DEGREES = {
    35: (_TONIC, _FOURTH, _FIFTH),
    36: (_TONIC, _FOURTH, _FIFTH),
    38: (_TONIC, _FIFTH),
    40: (_TONIC, _FIFTH),
    61: (_FIFTH,),
    64: (_TONIC,),
    66: (_FIFTH,),
}
"""Degrees of the key to which a recorded drum is tuned.

A bass drum has three to choose from: its tone is weak, and a recording played much faster or slower is
another drum.
"""
TUNED_WITH = {60: 61, 62: 64, 63: 64, 65: 66}
"""The drum of its pair, or of its three, with which a drum is tuned: they stay apart."""


def in_key(key: int, pitch: float | None, tone: Tone) -> float:
    """Semitones by which a recorded drum of this pitch (MIDI; ``None`` for none) is tuned to the key."""
    if tone.tonic is None or pitch is None or key not in _DEGREES:
        return 0.0
    return _way(pitch, tone.tonic, _DEGREES[key])


def _kick(kit: Kit, tone: Tone) -> Signal:
    hertz = _tuned(kit.kick_hz, tone, _TONIC)
    n = int(kit.kick_decay * 6 * SAMPLE_RATE)
    t = sample_times(n)
    sweep = 0.03 if kit.electronic else 0.018
    # A harder blow stretches the head further, so its pitch falls from higher; no foot hits twice alike.
    falls, rings = (1.0, 1.0) if kit.electronic else tone.rng.uniform(0.88, 1.12, 2)
    fall = kit.kick_sweep * falls * (0.55 + 0.5 * tone.force)
    cycles = hertz * t + fall * sweep * (1 - np.exp(-t / sweep))
    y = np.float32(1.2) * np.sin(2 * np.pi * cycles).astype(np.float32) * exp_decay(n, rings * kit.kick_decay)
    if kit.electronic:
        y = np.tanh(np.float32(1.6) * y)
    else:
        for ratio, level, decay in ((1.593, 0.3, 0.05), (2.296, 0.16, 0.03), (3.156, 0.08, 0.02)):
            mode = np.sin(2 * np.pi * ratio * cycles).astype(np.float32)
            y += np.float32(level * (0.4 + 0.8 * tone.force)) * mode * exp_decay(n, decay)
    m = min(n, int(0.05 * SAMPLE_RATE))
    beater = band_noise(m, tone.rng, 700, 2200 + 5500 * tone.force) * exp_decay(m, 0.0035)
    beater += np.float32(0.5) * band_noise(m, tone.rng, 250, 900) * exp_decay(m, 0.012)
    y[:m] += np.float32(kit.click * (0.25 + 1.0 * tone.force)) * beater
    if not kit.electronic:
        y += np.float32(0.06 * (0.4 + tone.force)) * band_noise(n, tone.rng, 90, 2500) * exp_decay(n, 0.03)
    return np.asarray(y, np.float32)


def _snare(kit: Kit, tone: Tone) -> Signal:
    """Play two heads that share the air between them, and wires that rattle on the lower one a moment
    later.
    """
    n = int(kit.snare_decay * 7 * SAMPLE_RATE)
    rng = tone.rng
    # The two heads split the lowest mode in two (Rossing, "Acoustics of snare drums", JASA 1992).
    ratios = np.concatenate(([1.0, 1.79], 1.55 * _MEMBRANE_RATIOS[1:8]))
    strengths = np.array([1, 0.7, 0.45, 0.35, 0.3, 0.25, 0.2, 0.16, 0.12])
    strengths = strengths * rng.uniform(0.75, 1.25, 9) * ratios ** (0.8 * (tone.force - 0.6))
    glide = _tuned(kit.snare_hz, tone, _TONIC, _FIFTH) * (1 + 0.02 * tone.force)
    skin = decaying_modes(glide * ratios, strengths, 0.085 / np.sqrt(ratios), n, rng.uniform(0, 0.6, 9))
    low, high = kit.wires
    decay = kit.snare_decay * (0.55 + 0.6 * tone.force)
    wires: Signal = band_noise(n, rng, low, min(high, 0.5 * high + 0.6 * high * tone.force)) * exp_decay(
        n, decay
    )
    wires += np.float32(0.5) * band_noise(n, rng, 2.5 * low, 1.4 * high) * exp_decay(n, 0.55 * decay)
    wires *= fade_in(n, 0.012 if kit.brushes else 0.0025)
    if kit.brushes or kit.electronic:
        skin *= np.float32(0.4 if kit.brushes else 0.6)
    y = (
        np.float32(0.3 + 0.26 * tone.force) * skin
        + np.float32(0.21 * kit.rattle * (0.55 + 0.5 * tone.force)) * wires
    )
    crack: Signal = np.float32(0.25 * tone.force**1.5) * band_noise(n, rng, 1800, 9000) * exp_decay(n, 0.003)
    return y + crack


def _stick(_: Kit, tone: Tone) -> Signal:
    """Play a side stick, its butt on the rim and its tip on the head: wood above a damped drum."""
    n = int(0.2 * SAMPLE_RATE)
    modes = np.array([240.0, 480.0, 1180.0, 1720.0, 2460.0, 3650.0, 5200.0])
    strengths = np.array([0.2, 0.4, 0.4, 1.0, 0.7, 0.5, 0.3]) * tone.rng.uniform(0.8, 1.2, 7)
    decays = np.array([0.03, 0.022, 0.018, 0.016, 0.013, 0.01, 0.008])
    return decaying_modes(modes, strengths, decays, n) + np.float32(0.35) * _contact_noise(
        n, tone, 1500, 9000, 0.004
    )


def _clap(_: Kit, tone: Tone) -> Signal:
    n = int(0.5 * SAMPLE_RATE)
    envelope = np.zeros(n, np.float32)
    for at, decay in ((0.0, 0.004), (0.011, 0.004), (0.022, 0.004), (0.032, 0.075)):
        start = int((at + 0.001 * tone.rng.random()) * SAMPLE_RATE)
        envelope[start:] += exp_decay(n - start, decay)
    clap: Signal = band_noise(n, tone.rng, 900, 3800) * envelope * np.float32(0.5)
    return clap


_TR808_OSCILLATORS_HZ = (205.3, 304.4, 369.6, 522.7, 540.0, 800.0)
"""Hz of the six square waves that are every cymbal of the TR-808."""


def _cymbal(
    seed: int,
    low: float,
    high: float,
    decay: float,
    *,
    stick: float,
    metal: float = 0.5,
    hiss: float = 0.3,
    bloom: float = 0.0,
) -> Callable[[Kit, Tone], Signal]:
    """Make a cymbal: dense modes from 300 Hz to ``high``, strongest above ``low``; each stroke excites
    others.

    The modes of a plate are equally dense at all frequencies, and high ones die sooner. A hard stroke sends
    more of its energy up, where it arrives a little late (``bloom`` s; Fletcher & Rossing, ch. 20).
    """

    def drum(kit: Kit, tone: Tone) -> Signal:
        a, b = low * kit.hat_band[0] / 6500, min(high * kit.hat_band[1] / 16000, 18000)
        rng, own = tone.rng, np.random.default_rng([808, seed])
        slow = decay * (0.7 + 0.5 * tone.force)
        n = int(min(slow * 6, 3.2) * SAMPLE_RATE)
        if kit.electronic:
            odd = np.arange(1, 90, 2)
            modes = np.multiply.outer(_TR808_OSCILLATORS_HZ, odd).ravel()
            strengths = np.tile(np.sqrt(1 / odd), len(_TR808_OSCILLATORS_HZ))
            inside = (modes > 0.8 * a) & (modes < b)
            modes, strengths = modes[inside], strengths[inside]
            decays = np.full(len(modes), slow)
        else:
            count = int(60 + 40 * min(2.0, decay / 0.3))
            modes = np.sort(own.uniform(300, 0.85 * b, count))
            strengths = own.uniform(0.3, 1, count) * np.minimum(1, modes / a) ** 0.5
            decays = slow * (modes / 5000) ** -0.7 * own.uniform(0.5, 1.2, count)
        strengths = (
            strengths * rng.uniform(0.5, 1.5, len(modes)) * (modes / 6000) ** (1.2 * (tone.force - 0.6))
        )
        shimmer = decaying_modes(modes, strengths, decays, n, rng.uniform(0, 6, len(modes)))
        shimmer *= np.float32(0.3 * metal / np.sqrt(0.5 * np.sum(strengths**2)))
        wash = band_noise(n, rng, a * (0.6 + 0.5 * tone.force), b) * exp_decay(n, slow * 0.6)
        wash *= fade_in(n, max(bloom, 0.002))
        if not kit.electronic:
            wash += np.float32(0.5) * band_noise(n, rng, 400, 0.7 * a) * exp_decay(n, slow * 0.45)
        y = shimmer + np.float32(hiss * (0.7 + 0.5 * tone.force)) * wash
        y *= fade_in(n, 0.006 if kit.brushes else 0.0008)
        m = min(n, int(0.04 * SAMPLE_RATE))
        y[:m] += np.float32(stick * tone.force) * band_noise(m, rng, 2500, 10000) * exp_decay(m, 0.003)
        return np.asarray(y, np.float32)

    return drum


def _ride_bell(kit: Kit, tone: Tone) -> Signal:
    """Strike the cup of the ride: a few strong partials over the cymbal's own."""
    cup = _struck_metal((1, 1.51, 2.28, 3.1, 4.2, 5.9), 1150, 0.45)(kit, tone)
    cymbal = _RIDE(kit, tone)
    n = max(len(cup), len(cymbal))
    return np.pad(np.float32(0.35) * cup, (0, n - len(cup))) + np.pad(cymbal, (0, n - len(cymbal)))


def _tom(hertz: float) -> Callable[[Kit, Tone], Signal]:
    def drum(kit: Kit, tone: Tone) -> Signal:
        n = int((0.7 if kit.electronic else 1.1) * SAMPLE_RATE)
        t = sample_times(n)
        falls, rings = (1.0, 1.0) if kit.electronic else tone.rng.uniform(0.85, 1.15, 2)
        cycles = hertz * t + falls * (0.15 + 0.3 * tone.force) * hertz * 0.05 * (1 - np.exp(-t / 0.05))
        body = rings * (0.13 if kit.electronic else 0.24 * (100 / hertz) ** 0.4)
        y = np.sin(2 * np.pi * cycles).astype(np.float32) * exp_decay(n, body)
        if not kit.electronic:
            for ratio, level, decay in ((1.593, 0.4, 0.14), (2.136, 0.25, 0.1), (2.653, 0.15, 0.07)):
                mode = np.sin(2 * np.pi * ratio * cycles + tone.rng.uniform(0, 1)).astype(np.float32)
                y += np.float32(level * (0.4 + 0.8 * tone.force)) * mode * exp_decay(n, decay)
            m = n // 3
            y[:m] += np.float32(0.5) * _membrane(hertz, 0.22, tone, m, 5)
        y += np.float32(0.08 + 0.2 * tone.force) * _contact_noise(n, tone, 400, 7000, 0.008)
        return y * np.float32(1.0 if kit.electronic else 0.72)

    return drum


def _hand_drum(
    low: float, degree: int, above: int, decay: float, slap: float
) -> Callable[[Kit, Tone], Signal]:
    """Make a hand drum: conga, bongo or timbale, ``above`` the ``low`` one (Hz) of its pair by semitones.

    The low one is tuned to a ``degree`` of the key, and the pair stays apart.
    """

    def drum(_: Kit, tone: Tone) -> Signal:
        n = int(max(0.2, decay * 6) * SAMPLE_RATE)
        y = _membrane(_tuned(low, tone, degree) * 2 ** (above / 12), decay, tone, n)
        return np.float32(0.85) * y + np.float32(0.8 * slap * (0.4 + tone.force)) * _contact_noise(
            n, tone, 500, 8000, 0.006
        )

    return drum


def _shaker(low: float, high: float, attack: float, decay: float) -> Callable[[Kit, Tone], Signal]:
    def drum(_: Kit, tone: Tone) -> Signal:
        n = int((attack + 6 * decay) * SAMPLE_RATE)
        return band_noise(n, tone.rng, low, high) * fade_in(n, attack) * exp_decay(n, decay) * np.float32(1.6)

    return drum


def _struck_metal(
    ratios: tuple[float, ...], hertz: float, decay: float, *, falls: float = 1.0, knock: float = 0.1
) -> Callable[[Kit, Tone], Signal]:
    """Make a block, bell or triangle; partial k is weaker by ``k**-falls``, more so at a soft stroke."""

    def drum(_: Kit, tone: Tone) -> Signal:
        n = int(decay * 6 * SAMPLE_RATE)
        f = hertz * np.array(ratios)
        k = np.arange(1, len(f) + 1)
        strengths = k ** (0.8 * (tone.force - 0.6) - falls) * tone.rng.uniform(0.8, 1.2, len(f))
        strengths /= np.sqrt(np.mean(strengths**2) * len(f) / 1.4)
        y = decaying_modes(f, strengths, decay / np.sqrt(np.array(ratios)), n)
        return y + np.float32(knock * (0.5 + tone.force)) * _contact_noise(n, tone, 600, 10000, 0.004)

    return drum


_COWBELL = _struck_metal((1, 1.48, 2.54, 3.9, 5.3, 7.2, 9.7), 562, 0.07, falls=0.7, knock=0.2)


def _cowbell(kit: Kit, tone: Tone) -> Signal:
    """Play a cowbell, or what the TR-808 has for one: two of its square waves, at 540 and 800 Hz."""
    if not kit.electronic:
        return _COWBELL(kit, tone)
    n = int(0.5 * SAMPLE_RATE)
    odd = np.arange(1, 12, 2)
    squares = np.multiply.outer((540.0, 800.0), odd).ravel()
    strengths = np.tile(1 / odd, 2) / np.sqrt(1 + (squares / 2600) ** 4)
    y = decaying_modes(squares, strengths, np.full(len(squares), 0.09), n)
    y += np.float32(2) * decaying_modes(squares, strengths, np.full(len(squares), 0.01), n)
    return y * np.float32(0.35)


def _tambourine(_: Kit, tone: Tone) -> Signal:
    n = int(0.35 * SAMPLE_RATE)
    jingles = decaying_modes(
        tone.rng.uniform(5000, 13500, 24),
        tone.rng.uniform(0.3, 1, 24),
        tone.rng.uniform(0.03, 0.09, 24),
        n,
        tone.rng.uniform(0, 6, 24),
    )
    return np.float32(0.22) * jingles + np.float32(0.4) * band_noise(n, tone.rng, 5500, 14000) * exp_decay(
        n, 0.045
    )


def _guiro(_: Kit, tone: Tone) -> Signal:
    n = int(0.22 * SAMPLE_RATE)
    t = sample_times(n)
    teeth = np.maximum(0, np.sin(2 * np.pi * (55 * t + 120 * t**2))) ** 6
    return (
        band_noise(n, tone.rng, 2200, 6500) * teeth.astype(np.float32) * exp_decay(n, 0.09) * fade_in(n, 0.01)
    )


def _click(_: Kit, tone: Tone) -> Signal:
    n = int(0.05 * SAMPLE_RATE)
    return band_noise(n, tone.rng, 1500, 7000) * exp_decay(n, 0.008)


_RIDE = _cymbal(5, 2400, 13000, 0.5, stick=0.4, metal=0.7, hiss=0.12)
_DRUMS: dict[int, Callable[[Kit, Tone], Signal]] = {
    27: lambda _, tone: (
        _clap(_, tone)[: int(0.12 * SAMPLE_RATE)] * exp_decay(int(0.12 * SAMPLE_RATE), 0.02) * np.float32(2.5)
    ),
    35: _kick,
    36: _kick,
    37: _stick,
    38: _snare,
    39: _clap,
    40: _snare,
    41: _tom(78),
    43: _tom(90),
    45: _tom(105),
    47: _tom(126),
    48: _tom(145),
    50: _tom(165),
    42: _cymbal(1, 6000, 16000, 0.04, stick=0.18),
    44: _cymbal(1, 3500, 13000, 0.035, stick=0.05),
    46: _cymbal(1, 5000, 16000, 0.36, stick=0.12, metal=0.4, hiss=0.24),
    49: _cymbal(2, 1800, 16000, 0.75, stick=0.1, metal=0.8, bloom=0.05),
    57: _cymbal(3, 2100, 16000, 0.65, stick=0.1, metal=0.8, bloom=0.05),
    55: _cymbal(4, 3000, 16000, 0.3, stick=0.1, metal=0.8, bloom=0.02),
    51: _RIDE,
    59: _cymbal(6, 2400, 13000, 0.5, stick=0.4, metal=0.7, hiss=0.12),
    53: _ride_bell,
    54: _tambourine,
    56: _cowbell,
    60: _hand_drum(295, _FIFTH, 5, 0.08, 0.3),
    61: _hand_drum(295, _FIFTH, 0, 0.1, 0.25),
    62: _hand_drum(205, _TONIC, 7, 0.035, 0.5),
    63: _hand_drum(205, _TONIC, 7, 0.15, 0.2),
    64: _hand_drum(205, _TONIC, 0, 0.2, 0.15),
    65: _hand_drum(310, _FIFTH, 5, 0.16, 0.4),
    66: _hand_drum(310, _FIFTH, 0, 0.18, 0.4),
    69: _shaker(5000, 12000, 0.02, 0.03),
    70: _shaker(4500, 12000, 0.03, 0.022),
    82: _shaker(4500, 12000, 0.03, 0.03),
    73: _guiro,
    75: _struck_metal((1, 1.6, 2.7), 2300, 0.025, knock=0.3),
    76: _struck_metal((1, 1.47, 2.09, 2.6, 3.7), 1000, 0.035, falls=0.8, knock=0.3),
    77: _struck_metal((1, 1.47, 2.09, 2.6, 3.7), 760, 0.04, falls=0.8, knock=0.3),
    81: _struck_metal((1, 1.93, 3.3, 3.9, 4.6, 6.3, 8.5, 9.6), 1230, 0.55, falls=-0.5),
    80: _struck_metal((1, 1.93, 3.3, 3.9, 4.6, 6.3, 8.5), 1230, 0.06, falls=-0.5),
}
