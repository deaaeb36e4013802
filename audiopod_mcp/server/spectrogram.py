"""A picture of a recording: which frequencies sound when, on the mel scale, with a time axis, as PNG.

Runs in a worker process.
"""

from __future__ import annotations

from typing import Any

from .png import AXIS, encode, mark_time
from .sound import opened

WIDTH, BANDS, LINE_HEIGHT = 1000, 128, 2
HEIGHT = BANDS * LINE_HEIGHT + AXIS
LOWEST, HIGHEST = 30.0, 16_000.0
"""Hz of the lowest and the highest band."""
RANGE_DB = 80.0
WINDOW = 4096
FRAMES_PER_COLUMN = 4
SHADES = 253
BACKGROUND, TICK = SHADES, SHADES + 1

COLORS = ((0, 0, 4), (59, 15, 112), (140, 41, 129), (222, 73, 104), (254, 159, 109), (252, 253, 191))
"""Silence to loudest, evenly spaced: matplotlib's "magma", whose brightness grows evenly."""


def draw(path: str) -> bytes:
    """PNG of the audio file ``path``: time to the right, frequency upwards, 80 dB from dark to bright.

    Raises:
        ValueError: where the file can't be read or has nothing in it.

    """
    import numpy as np

    power, seconds = _columns(path)
    level = 10 * np.log10(np.maximum(power, 1e-12))
    shade = np.clip((level - level.max()) / RANGE_DB + 1, 0, 1) if power.max() > 1e-12 else power * 0
    picture = np.full((HEIGHT, WIDTH), BACKGROUND, np.uint8)
    picture[:-AXIS] = np.repeat((shade[::-1] * (SHADES - 1)).astype(np.uint8), LINE_HEIGHT, axis=0)
    mark_time(picture, seconds, TICK)
    places = np.linspace(0, len(COLORS) - 1, SHADES)
    channels = [np.interp(places, range(len(COLORS)), channel) for channel in zip(*COLORS, strict=True)]
    magma = np.stack(channels, axis=1).round().astype(np.uint8).tobytes()
    return encode(picture, magma + bytes.fromhex("ffffff667085"))


def _columns(path: str) -> tuple[Any, float]:
    """Power of each band in each column, shape (BANDS, WIDTH), and the length in seconds.

    A column stands for the few windows that are read within it, so that a long file costs no more than a
    short one.
    """
    import numpy as np

    with opened(path) as (file, rate, frames):
        filters = _mel_filters(rate)
        taper = np.hanning(WINDOW).astype(np.float32)
        power = np.zeros((BANDS, WIDTH))
        share = frames / WIDTH
        windows = int(np.clip(share / (WINDOW / 4), 1, FRAMES_PER_COLUMN))
        for column in range(WIDTH):
            for window in range(windows):
                centre = (column + (window + 0.5) / windows) * share
                start = max(0, int(centre) - WINDOW // 2)
                file.seek(min(start, frames - 1))
                samples = file.read(WINDOW, dtype="float32", always_2d=True, fill_value=0).mean(1)
                spectrum = np.fft.rfft(np.nan_to_num(samples, posinf=1.0, neginf=-1.0) * taper)
                power[:, column] += filters @ np.abs(spectrum) ** 2 / windows
    return power, frames / rate


def _mel_filters(rate: int) -> Any:
    """Weights of the Fourier bins in each band, triangles on the mel scale, shape (BANDS, bins)."""
    import numpy as np

    def mel(hertz: Any) -> Any:
        return 2595 * np.log10(1 + hertz / 700)

    edges = 700 * (10 ** (np.linspace(mel(LOWEST), mel(min(HIGHEST, rate / 2)), BANDS + 2) / 2595) - 1)
    bins = np.fft.rfftfreq(WINDOW, 1 / rate)
    low, middle, high = edges[:-2, None], edges[1:-1, None], edges[2:, None]
    weights = np.clip(np.minimum((bins - low) / (middle - low), (high - bins) / (high - middle)), 0, None)
    # The lowest triangles are narrower than a bin: such a band hears the bin nearest to it.
    nearest = np.abs(bins - middle).argmin(1)
    empty = weights.sum(1) == 0
    weights[empty, nearest[empty]] = 1
    return weights / weights.sum(1, keepdims=True)
