"""Who takes a stem out of a recording: the user's Demucs model where there is one, else signal processing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from audiopod_mcp.music.model import Audio, Progress

from .base import EngineRefused
from .demucs import SOURCES, VARIABLE, separate_trained

if TYPE_CHECKING:
    from pathlib import Path

    from audiopod_mcp.music.editing.layers import Separator


SIGNAL_PROCESSING: Final = "signal processing"
"""What separates where there is no model."""


def stem_of(
    audio: Audio, rate: int, track: str, models: Path | None, report: Progress
) -> tuple[Audio, tuple[str, ...]]:
    """``track``, shaped like ``audio``, and in words how it was made.

    ``models`` is the folder of Demucs models, if any. Raises :class:`EngineRefused` where none can do it.
    """
    from audiopod_mcp.music.separation.separate import TRACKS, separate_with_notes

    if models is not None:
        separated = separate_trained(audio, rate, track, models, report)
        if separated is not None:
            stem, model = separated
            return stem, (f"Separated by the Demucs model {model}, which this studio's owner supplied.",)
    elif track in SOURCES and track not in TRACKS:
        raise EngineRefused(
            f"track_name: {track} can't be separated from a recording without a trained model, only "
            f"{', '.join(TRACKS)}. It can with the extra audiopod-mcp[demucs] and {VARIABLE} naming a folder "
            "with the model htdemucs_6s; tracks composed by this studio have all their stems."
        )
    return separate_with_notes(audio, rate, track, report)


def separator_of(models: Path | None) -> Separator:
    """What an edit takes a player out of a recording with."""
    from audiopod_mcp.music.editing.layers import separate_by_signal

    if models is None:
        return separate_by_signal
    return lambda audio, rate, track, report: stem_of(audio, rate, track, models, report)
