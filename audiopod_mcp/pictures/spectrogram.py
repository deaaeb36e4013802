"""A picture of a recording: which frequencies sound when, on the mel scale, with the parts of the music and
its loudness, as PNG.

Runs in a worker process.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from .audio import open_audio
from .lettering import HEIGHT as LETTER
from .lettering import write
from .plot import COLORS, OWN, WIDTH, Section, frame
from .png import encode

COLUMNS, BANDS = 500, 96
ACROSS, UP = WIDTH // COLUMNS, 2
"""Pixels of one column and of one band: finer, the file grows and the eye sees no more."""
LOWEST, HIGHEST = 30.0, 16_000.0
"""Hz of the lowest and the highest band."""
RANGE_DB = 80.0
WINDOW = 4096
FRAMES_PER_COLUMN = 4
SHADES = 20
MARKS = {100: "100", 1000: "1K", 5000: "5K", 10_000: "10K HZ"}

MAGMA = ((0, 0, 4), (59, 15, 112), (140, 41, 129), (222, 73, 104), (254, 159, 109), (252, 253, 191))
"""Silence to loudest, evenly spaced: matplotlib's "magma", whose brightness grows evenly."""


def draw_spectrogram(path: str, sections: Sequence[Section] = ()) -> bytes:
    """PNG of the audio file ``path``: time to the right, frequency upwards, 80 dB from dark to bright.

    Raises:
        ValueError: where the file can't be read or has nothing in it.

    """
    import numpy as np

    power, seconds, highest = _columns(path)
    level = 10 * np.log10(np.maximum(power, 1e-12))
    shade = np.clip((level - level.max()) / RANGE_DB + 1, 0, 1) if power.max() > 1e-12 else power * 0
    shades = OWN + (shade[::-1] * (SHADES - 1)).round().astype(np.uint8)
    plot = np.repeat(np.repeat(shades, UP, axis=0), ACROSS, axis=1)
    for hertz, name in MARKS.items():
        if hertz < highest:
            row = round((1 - (_mel(hertz) - _mel(LOWEST)) / (_mel(highest) - _mel(LOWEST))) * len(plot))
            plot[row, :8] = OWN + SHADES - 1
            write(plot, 11, row - LETTER // 2, name, OWN + SHADES - 1)
    places = np.linspace(0, len(MAGMA) - 1, SHADES)
    channels = [np.interp(places, range(len(MAGMA)), channel) for channel in zip(*MAGMA, strict=True)]
    magma = np.stack(channels, axis=1).round().astype(np.uint8).tobytes()
    return encode(frame(path, plot, seconds, sections), COLORS + magma)


def _columns(path: str) -> tuple[Any, float, float]:
    """Power of each band in each column, shape (BANDS, COLUMNS), the length in s, the highest band in Hz.

    A column stands for the few windows that are read within it, so that a long file costs no more than a
    short one.
    """
    import numpy as np

    with open_audio(path) as (file, rate, frames):
        filters = _mel_filters(rate)
        taper = np.hanning(WINDOW).astype(np.float32)
        power = np.zeros((BANDS, COLUMNS))
        share = frames / COLUMNS
        windows = int(np.clip(share / (WINDOW / 4), 1, FRAMES_PER_COLUMN))
        for column in range(COLUMNS):
            for window in range(windows):
                centre = (column + (window + 0.5) / windows) * share
                start = max(0, int(centre) - WINDOW // 2)
                file.seek(min(start, frames - 1))
                samples = file.read(WINDOW, dtype="float32", always_2d=True, fill_value=0).mean(1)
                spectrum = np.fft.rfft(np.nan_to_num(samples, posinf=1.0, neginf=-1.0) * taper)
                power[:, column] += filters @ np.abs(spectrum) ** 2 / windows
    return power, frames / rate, min(HIGHEST, rate / 2)


def _mel_filters(rate: int) -> Any:
    """Weights of the Fourier bins in each band, triangles on the mel scale, shape (BANDS, bins)."""
    import numpy as np

    edges = 700 * (10 ** (np.linspace(_mel(LOWEST), _mel(min(HIGHEST, rate / 2)), BANDS + 2) / 2595) - 1)
    bins = np.fft.rfftfreq(WINDOW, 1 / rate)
    low, middle, high = edges[:-2, None], edges[1:-1, None], edges[2:, None]
    weights = np.clip(np.minimum((bins - low) / (middle - low), (high - bins) / (high - middle)), 0, None)
    # The lowest triangles are narrower than a bin: such a band hears the bin nearest to it.
    nearest = np.abs(bins - middle).argmin(1)
    empty = weights.sum(1) == 0
    weights[empty, nearest[empty]] = 1
    return weights / weights.sum(1, keepdims=True)


def _mel(hertz: float) -> float:
    """The pitch scale of O'Shaughnessy (1987)."""
    return 2595 * math.log10(1 + hertz / 700)
