"""What :class:`~audiopod_mcp.music.model.Refused` says to the person who asked over REST or MCP.

The sentences are those of :mod:`audiopod_mcp.music.wording.refusals`; arguments and tools have other names
here than in the library.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final

from audiopod_mcp.music.model import Refused
from audiopod_mcp.music.wording.refusals import sentence


def explain(refusal: Exception, sources: Collection[str] = ("source",)) -> str:
    """The sentence for a refusal of the music; what any other exception says is a sentence already.

    ``sources`` are what brought the audio, as in :class:`~.base.Work`: a job, unless they say otherwise.
    """
    if not isinstance(refusal, Refused):
        return str(refusal)
    own = NAMES_IN.get(refusal.code, {}) if "source" in sources else {}
    return sentence(refusal, {**NAMES, **own})


NAMES: Final[Mapping[str, str]] = {
    "None": "-1",
    "after": "right_extend_length",
    "before": "left_extend_length",
    "composed here": "composed by this studio",
    "cover": "cover_song",
    "edit the earlier rendering again": "edit the earlier job again (list_jobs names it)",
    "end": "repainting_end",
    "extend": "extend_track",
    "first": "edit_n_min",
    "give another one": "send another one",
    "instruction": "edit_target_prompt",
    "key": "keyscale",
    "last": "edit_n_max",
    "lyrics": "edit_target_lyrics",
    "reference": "reference_audio_url",
    "repaint": "repaint_section",
    "retake": "retake_track",
    "source": "src_audio_url",
    "start": "repainting_start",
    "this engine": "the local engine",
}
"""What the library's names are called over REST, and its functions as tools; the others are the same."""
NAMES_IN: Final[Mapping[str, Mapping[str, str]]] = {
    "retake_source_silent": {"source": "original_job_id", "give another one": "name another job"}
}
"""Names that differ in one refusal, by its code, where the music is that of a job."""
