"""Waveforms and spectrograms of recordings as PNG, drawn with Pillow, without MCP.

Drawing is a second's work for a core: :func:`draw` is meant for a worker process. Whoever only asks for it
there imports neither numpy nor Pillow.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

Picture = Literal["waveform", "spectrogram"]
Sections = Sequence[tuple[float, float, str]]
"""The parts of the music in order: from and to in seconds, and the name."""


def draw(picture: Picture, path: str, sections: Sections = ()) -> bytes:
    """Draw a recording over time, with its loudness and, where they are known, the parts of the music.

    Parameters
    ----------
    picture
        What to draw: the ``waveform`` or the mel ``spectrogram``.
    path
        An audio file that libsndfile can read.
    sections
        The parts of the music. Without them nothing is said of its form.

    Returns
    -------
    bytes
        A PNG file; the same for the same input.

    Raises
    ------
    ValueError
        Where the file can't be read or has no audio in it.

    """
    from .spectrogram import draw_spectrogram
    from .waveform import draw_waveform

    draw_picture = {"waveform": draw_waveform, "spectrogram": draw_spectrogram}[picture]
    return draw_picture(path, sections)
