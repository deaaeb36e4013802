"""Who takes a stem out of a recording: the user's Demucs model, else for voices the trained network that was
added, else signal processing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from audiopod_mcp.models import MODELS, ModelError, find_model
from audiopod_mcp.music.model import Audio, Progress

from .base import EngineRefused
from .demucs import SOURCES, VARIABLE, separate_trained

if TYPE_CHECKING:
    from pathlib import Path

    from audiopod_mcp.music.editing.layers import Separator
    from audiopod_mcp.music.signal.stft import Array


SIGNAL_PROCESSING: Final = "signal processing"
"""What separates where there is no model."""
VOICES: Final = MODELS["spleeter"].name
"""The model that separates voices, where it was added."""
MOST_HEARD: Final = 64_000_000
"""Samples of all channels of a recording whose voice is listened to: longer ones are not held twice."""
VOICES_NOTE: Final = f"The voice was separated by the trained model {VOICES}, which was added to this studio."


@dataclass(frozen=True)
class VoiceNetwork:
    """The trained network that separates voices, where it was added and is as it was."""

    weights: Mapping[str, Array] | None = None
    notes: tuple[str, ...] = ()
    """Why there is none, where one was added."""


NOT_ADDED: Final = VoiceNetwork()


def voice_network_in(folder: Path | None) -> VoiceNetwork:
    """:data:`VOICES` in the folder of models; its files are read through, for they are small."""
    if folder is None:
        return NOT_ADDED
    try:
        place = find_model(folder, VOICES, thorough=True)
    except ModelError as error:
        return VoiceNetwork(notes=(f"Voices were separated without a model: {error}.",))
    if place is None:
        return NOT_ADDED
    from audiopod_mcp.music.separation.two_stem_weights import Weights
    from audiopod_mcp.music.separation.two_stems import FILE

    return VoiceNetwork(Weights(place / FILE))


def stem_of(
    audio: Audio,
    rate: int,
    track: str,
    models: Path | None,
    report: Progress,
    voice_weights: Mapping[str, Array] | None = None,
) -> tuple[Audio, tuple[str, ...]]:
    """``track``, shaped like ``audio``, and in words how it was made.

    ``models`` is the folder of Demucs models, if any; it comes before ``voice_weights``. Raises
    :class:`EngineRefused` where none can do it.
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
    stem, notes = separate_with_notes(audio, rate, track, report, voice_weights)
    return stem, ((VOICES_NOTE, *notes) if track == "vocals" and voice_weights is not None else notes)


def clear_voice(audio: Audio, rate: int, weights: Mapping[str, Array], report: Progress) -> Audio | None:
    """The voice in a recording, for whoever listens to that alone.

    ``None`` where none is clear: most likely it is an instrument then.
    """
    from audiopod_mcp.music.analysis.voice_prominence import CLEAR_PROMINENCE, voice_prominence
    from audiopod_mcp.music.separation.two_stems import separate_voice

    voice = separate_voice(audio, rate, weights, report)
    return voice[:] if voice_prominence(audio, voice, rate) >= CLEAR_PROMINENCE else None


def separator_of(models: Path | None, voices: VoiceNetwork = NOT_ADDED) -> Separator:
    """What an edit takes a player out of a recording with."""
    from audiopod_mcp.music.editing.layers import separate_by_signal

    if models is None and voices.weights is None and not voices.notes:
        return separate_by_signal

    def separate(audio: Audio, rate: int, track: str, report: Progress) -> tuple[Audio, tuple[str, ...]]:
        if models is None and (track != "vocals" or voices.weights is None):
            stem, notes = separate_by_signal(audio, rate, track, report)
            return stem, (*notes, *(voices.notes if track == "vocals" else ()))
        return stem_of(audio, rate, track, models, report, voices.weights)

    return separate
