"""What is written down of a job that is done."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, Final

from audiopod_mcp.plain_text import without_secrets
from audiopod_mcp.studio.engines.base import Outcome
from audiopod_mcp.studio.stored_job import StoredJob

LONGEST_FAILURE: Final = 600
"""Characters of why a job failed."""
FORGOTTEN: Final = "forgotten"
"""What marks an address whose password or signature is no longer known: it can't be fetched again."""


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
        "notes": [*outcome.notes, *_on_level(outcome)],
        "done": list(outcome.done),
        "not_done": [asdict(wish) for wish in outcome.not_done],
        "details": outcome.details,
        "error_message": None,
        "sources": forgetful(job.sources),
        **({"format": "wav"} if first and first.unclipped else {}),
    }


def _on_level(outcome: Outcome) -> list[str]:
    if not any(take.unclipped for take in outcome.takes):
        return []
    return [
        "It is over full scale in places, as its source is: the wav, of 32-bit floats, holds it as it is; "
        "flac, mp3 and ogg are clipped there."
    ]


def forgetful(sources: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """Where audio came from, without the secrets that fetching it took."""
    kept = {argument: dict(source) for argument, source in sources.items()}
    for source in kept.values():
        if "url" in source and (url := without_secrets(source["url"])) != source["url"]:
            source |= {"url": url, FORGOTTEN: True}
    return kept
