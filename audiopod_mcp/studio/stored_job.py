"""A job as the studio keeps it, for whoever stores it, runs it, finds its audio or tells of it."""

from __future__ import annotations

import json
from typing import Any, Final

from pydantic import Field, field_validator

from audiopod_mcp.operations import Job, NotDone

COMPUTED: Final = frozenset(
    {
        "output_url",
        "output_urls",
        "stem_urls",
        "notation_urls",
        "files",
        "actual_seeds",
        "lyrics",
        "source_job_id",
        "source_take",
        "user_id",
        "likes_count",
    }
)
"""The fields of a job that follow from others when it is told; each other one is a column."""


class StoredJob(Job):
    """One job as it is stored: what is told of it, and what only the studio needs to know."""

    task: str
    format: str
    engine: str
    created_at: str
    progress: float = 0.0
    notes: list[str] = Field(default_factory=list)
    done: list[str] = Field(default_factory=list)
    not_done: list[NotDone] = Field(default_factory=list)
    details: dict[str, Any] = Field(default_factory=dict)
    liked: bool = False

    owner: str
    params: dict[str, Any]
    sources: dict[str, Any]
    takes: list[dict[str, Any]] = Field(default_factory=list)
    token: str
    """What makes the addresses of its audio unguessable."""
    claimed_by: str | None = None
    """The studio process that has taken it from a queue in a file."""
    crashes: int = 0
    """How often the worker process that was at it died."""
    interruptions: int | None = None
    """How often the studio ended in the middle of it; ``None`` in a store from before this was counted."""
    attempt: int = 0
    """Which try this is, or was, counted by everybody who began it; what an earlier one reports is void."""
    traceparent: str | None = None
    """The span of the request that made it, as W3C's Trace Context writes it; ``None``: there was none."""
    language: str | None = None
    genre: str | None = None

    @field_validator("lrc_content")
    @classmethod
    def _timed_lyrics(cls, value: str | None) -> str | None:
        return value  # With the times of words, for those who ask for them.

    @field_validator("params", "sources", "takes", "notes", "done", "not_done", "details", mode="before")
    @classmethod
    def _from_json(cls, value: Any) -> Any:
        return json.loads(value) if isinstance(value, str) else value


COLUMNS: Final = StoredJob.model_fields.keys() - COMPUTED
