"""A recording opened to be drawn."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

MAX_SECONDS = 3 * 3600
"""What is drawn of a longer recording is its beginning."""


@contextmanager
def opened(path: str) -> Iterator[tuple[Any, int, int]]:
    """The audio file ``path`` open for reading, its sample rate, and how many of its frames to draw.

    Raises:
        ValueError: where the file can't be read, also later on, or has nothing in it.

    """
    import soundfile

    try:
        with soundfile.SoundFile(path) as file:
            rate = file.samplerate
            frames = min(file.frames, MAX_SECONDS * rate)
            if frames <= 0:
                raise ValueError("there is no audio in the file")
            yield file, rate, frames
    except soundfile.LibsndfileError as error:
        raise ValueError(f"not a readable audio file: {error}") from error
