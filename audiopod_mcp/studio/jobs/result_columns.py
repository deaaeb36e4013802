"""What is written down of a job that is done."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, Final

from audiopod_mcp.plain_text import one_line, without_secrets
from audiopod_mcp.studio.engines.base import Outcome
from audiopod_mcp.studio.stored_job import StoredJob

LONGEST_FAILURE: Final = 600
"""Characters of why a job failed, and of a note."""


def result_columns(job: StoredJob, outcome: Outcome) -> dict[str, Any]:
    """What the row of ``job`` holds when ``outcome`` has been published."""
    first = outcome.takes[0] if outcome.takes else None
    return {
        "status": "COMPLETED",
        "progress": 100.0,
        "audio_duration": first.duration if first else None,
        "takes": [asdict(take) for take in outcome.takes],
        "lrc_content": first.lrc if first else None,
        "quality_score": first.quality if first else None,
        "notes": [one_line(note, LONGEST_FAILURE) for note in (*outcome.notes, *_on_level(outcome))],
        "done": [one_line(fact, LONGEST_FAILURE) for fact in outcome.done],
        "not_done": [
            {name: one_line(text, LONGEST_FAILURE) for name, text in asdict(wish).items()}
            for wish in outcome.not_done
        ],
        "details": outcome.details,
        "error_message": None,
        **({"format": "wav"} if first and first.unclipped else {}),
        **_sources_to_keep(job),
    }


def _on_level(outcome: Outcome) -> list[str]:
    if not any(take.unclipped for take in outcome.takes):
        return []
    return [
        "It is over full scale in places, as its source is: the wav, of 32-bit floats, holds it as it is; "
        "flac, mp3 and ogg are clipped there."
    ]


def _sources_to_keep(job: StoredJob) -> dict[str, Any]:
    """Where the audio of a finished job came from, without the secrets that fetching it took."""
    if not any("url" in source for source in job.sources.values()):
        return {}
    kept = {
        argument: {name: without_secrets(value) if name == "url" else value for name, value in source.items()}
        for argument, source in job.sources.items()
    }
    return {"sources": kept}
