"""A recording opened to be drawn, and its loudness over time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import numpy.typing as npt
import soundfile

from audiopod_mcp.music.signal.loudness import gated_loudness, step_energies

MAX_SECONDS = 3 * 3600
"""What is drawn of a longer recording is its beginning."""
MAX_CHANNELS, MAX_RATE = 8, 192_000
"""What is drawn at all: a file may claim a thousand channels, or two thousand million Hz, and have them."""
BLOCK = 1 << 22
"""Samples, of all channels, that are decoded at a time."""
STEP_SECONDS, SHORT_TERM_SECONDS = 0.1, 3.0
"""Seconds: of one measurement, and of what short-term loudness is taken over (EBU Tech 3341)."""
STEPS_READ = 300
"""Steps that are measured at a time."""


@contextmanager
def open_audio(path: str) -> Iterator[tuple[soundfile.SoundFile, int, int]]:
    """Open a recording for drawing.

    Parameters
    ----------
    path
        An audio file that libsndfile can read.

    Yields
    ------
    file : soundfile.SoundFile
        The file, open for reading.
    rate : int
        Its sample rate, Hz.
    frames : int
        How many of its frames to draw: at most :data:`MAX_SECONDS`.

    Raises
    ------
    ValueError
        Where the file can't be read, also later on, or has no audio in it.

    """
    try:
        with soundfile.SoundFile(path) as file:
            rate = file.samplerate
            if file.channels > MAX_CHANNELS or rate > MAX_RATE:
                raise ValueError(
                    f"the file has {file.channels} channels at {rate} Hz; at most {MAX_CHANNELS} at "
                    f"{MAX_RATE} Hz are drawn"
                )
            frames = min(file.frames, MAX_SECONDS * rate)
            if frames <= 0:
                raise ValueError("there is no audio in the file")
            yield file, rate, frames
    except soundfile.LibsndfileError as error:
        raise ValueError(f"not a readable audio file: {error}") from error


def measure_loudness(path: str, columns: int) -> tuple[npt.NDArray[np.float64], float | None]:
    """Measure the loudness of a recording, block by block, so that its length costs no memory.

    Parameters
    ----------
    path
        An audio file that libsndfile can read.
    columns
        At how many moments, evenly spaced, to measure.

    Returns
    -------
    short_term : ndarray, shape (columns,)
        Loudness of the 3 s around each moment, LUFS; ``-inf`` for silence.
    integrated : float or None
        Loudness of the whole, LUFS; ``None`` for silence.

    Raises
    ------
    ValueError
        As :func:`open_audio`.

    """
    with open_audio(path) as (file, rate, frames):
        step = max(1, round(STEP_SECONDS * rate))
        measured, early = [], np.zeros((0, file.channels), np.float32)
        length = min(STEPS_READ, max(1, BLOCK // (step * file.channels))) * step
        for start in range(0, frames, length):
            block = file.read(min(length, frames - start), dtype="float32", always_2d=True)
            if not len(block):
                break
            # The filters ring: each block begins with the step before it, which is then left out.
            energy = step_energies(np.concatenate((early, block)), rate, step)
            measured.append(energy[1:] if len(early) else energy)
            early = block[-step:]
    energy = np.concatenate(measured) if measured else np.zeros(1)
    sums = np.concatenate(([0.0], np.cumsum(energy)))
    half = SHORT_TERM_SECONDS / STEP_SECONDS / 2
    centre = (np.arange(columns) + 0.5) / columns * len(energy)
    low = np.clip((centre - half).round().astype(int), 0, max(0, len(energy) - 1))
    high = np.clip((centre + half).round().astype(int), low + 1, len(energy))
    power = (sums[high] - sums[low]) / ((high - low) * step)
    with np.errstate(divide="ignore"):
        return -0.691 + 10 * np.log10(power), gated_loudness(energy, step)
