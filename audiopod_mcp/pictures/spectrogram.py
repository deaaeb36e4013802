"""The spectrogram: which frequencies sound when, on the mel scale."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from . import Sections
from .audio import open_audio
from .plot import OWN, PLOT_WIDTH, Figure

COLUMN_WIDTH, BAND_HEIGHT = 2, 2
"""Pixels of one column and of one band: finer, the file grows and the eye sees no more."""
COLUMNS, BANDS = PLOT_WIDTH // COLUMN_WIDTH, 96
HEIGHT = BANDS * BAND_HEIGHT
LOWEST, HIGHEST = 30.0, 16_000.0
"""Hz of the lowest and the highest band."""
RANGE_DB = 80.0
WINDOW = 4096
WINDOWS_PER_COLUMN = 4
SHADES = 20
HERTZ_MARKS = {
    100: "100 Hz",
    500: "500 Hz",
    1000: "1 kHz",
    2000: "2 kHz",
    5000: "5 kHz",
    10_000: "10 kHz",
}

MAGMA = ((0, 0, 4), (59, 15, 112), (140, 41, 129), (222, 73, 104), (254, 159, 109), (252, 253, 191))
"""Silence to loudest, evenly spaced: matplotlib's "magma", whose brightness grows evenly."""


def draw_spectrogram(path: str, sections: Sections = ()) -> bytes:
    """Draw the mel spectrogram of a recording: frequency upwards, 80 dB from dark to bright.

    Parameters
    ----------
    path
        An audio file that libsndfile can read.
    sections
        The parts of the music, or none.

    Returns
    -------
    bytes
        A PNG file.

    Raises
    ------
    ValueError
        Where the file can't be read or has no audio in it.

    """
    power, seconds, highest = _measure_columns(path)
    level = 10 * np.log10(np.maximum(power, 1e-12))
    shade = np.clip((level - level.max()) / RANGE_DB + 1, 0, 1) if power.max() > 1e-12 else power * 0
    indices = OWN + (shade[::-1] * (SHADES - 1)).round().astype(np.uint8)
    figure = Figure(HEIGHT, seconds, sections, _magma())
    figure.paste(indices)
    lowest_mel, highest_mel = _hertz_to_mel(LOWEST), _hertz_to_mel(highest)
    for hertz, label in HERTZ_MARKS.items():
        if LOWEST < hertz < highest:
            height = (_hertz_to_mel(hertz) - lowest_mel) / (highest_mel - lowest_mel)
            figure.mark(figure.top + round((1 - height) * (HEIGHT - 1)), label)
    return figure.finish(path)


def _magma() -> bytes:
    places = np.linspace(0, len(MAGMA) - 1, SHADES)
    channels = [np.interp(places, range(len(MAGMA)), channel) for channel in zip(*MAGMA, strict=True)]
    return np.stack(channels, axis=1).round().astype(np.uint8).tobytes()


def _measure_columns(path: str) -> tuple[npt.NDArray[np.float64], float, float]:
    """Power of each band in each column, shape (BANDS, COLUMNS), the length in s, the highest band in Hz.

    A column stands for the few windows that are read within it, so that a long file costs no more than a
    short one.
    """
    with open_audio(path) as (file, rate, frames):
        filters = _mel_filters(rate)
        taper = np.hanning(WINDOW).astype(np.float32)
        power = np.zeros((BANDS, COLUMNS))
        share = frames / COLUMNS
        windows = int(np.clip(share / (WINDOW / 4), 1, WINDOWS_PER_COLUMN))
        for column in range(COLUMNS):
            for window in range(windows):
                centre = (column + (window + 0.5) / windows) * share
                start = max(0, int(centre) - WINDOW // 2)
                file.seek(min(start, frames - 1))
                samples = file.read(WINDOW, dtype="float32", always_2d=True, fill_value=0).mean(1)
                spectrum = np.fft.rfft(np.nan_to_num(samples, posinf=1.0, neginf=-1.0) * taper)
                power[:, column] += filters @ np.abs(spectrum) ** 2 / windows
    return power, frames / rate, min(HIGHEST, rate / 2)


def _mel_filters(rate: int) -> npt.NDArray[np.float64]:
    """Weights of the Fourier bins in each band, triangles on the mel scale, shape (BANDS, bins)."""
    mel = np.linspace(_hertz_to_mel(LOWEST), _hertz_to_mel(min(HIGHEST, rate / 2)), BANDS + 2)
    edges = 700 * (10 ** (mel / 2595) - 1)
    bins = np.fft.rfftfreq(WINDOW, 1 / rate)
    low, middle, high = edges[:-2, None], edges[1:-1, None], edges[2:, None]
    weights = np.clip(np.minimum((bins - low) / (middle - low), (high - bins) / (high - middle)), 0, None)
    # The lowest triangles are narrower than a bin: such a band hears the bin nearest to it.
    nearest = np.abs(bins - middle).argmin(1)
    empty = weights.sum(1) == 0
    weights[empty, nearest[empty]] = 1
    filters: npt.NDArray[np.float64] = weights / weights.sum(1, keepdims=True)
    return filters


def _hertz_to_mel(hertz: float) -> float:
    """The pitch scale of O'Shaughnessy (1987)."""
    return 2595 * math.log10(1 + hertz / 700)
