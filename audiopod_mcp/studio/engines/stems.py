"""Who takes a stem out of a recording: the user's Demucs model where there is one, else signal processing."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from audiopod_mcp.music.model import Audio, Progress, Refused

from .demucs import SOURCES, VARIABLE, separate_trained

if TYPE_CHECKING:
    from audiopod_mcp.music.editing.layers import Separator


def stem_of(
    audio: Audio, rate: int, track: str, models: str | None, report: Progress
) -> tuple[Audio, tuple[str, ...]]:
    """``track``, shaped like ``audio``, and in words how it was made.

    ``models`` is the folder of Demucs models, if any. Raises :class:`Refused` where nobody can do the track.
    """
    from audiopod_mcp.music.separation.separate import TRACKS, separate_and_tell

    if models is not None:
        made = separate_trained(audio, rate, track, Path(models), report)
        if made is not None:
            stem, model = made
            return stem, (f"Separated by the Demucs model {model}, which this studio's owner supplied.",)
    elif track in SOURCES and track not in TRACKS:
        raise Refused(
            f"track_name: {track} can't be separated from a recording without a trained model, only "
            f"{', '.join(TRACKS)}. It can with the extra audiopod-mcp[demucs] and {VARIABLE} naming a folder "
            "with the model htdemucs_6s; tracks composed by this studio have all their stems."
        )
    return separate_and_tell(audio, rate, track, report)


def separator_of(models: str | None) -> Separator:
    """What an edit takes a player out of a recording with."""
    from audiopod_mcp.music.editing.layers import separate_by_signal

    if models is None:
        return separate_by_signal
    return lambda audio, rate, track, report: stem_of(audio, rate, track, models, report)
