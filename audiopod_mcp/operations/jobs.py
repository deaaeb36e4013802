"""Jobs: what the service says of one, and how to ask for many."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AliasChoices, BaseModel, ConfigDict, Field, field_validator

from .generation import between
from .operation import Arguments
from .vocabulary import SongType, Status

FINISHED = frozenset({"COMPLETED", "FAILED", "CANCELLED"})


class Job(BaseModel):
    """One job as the service tells it; fields it does not tell are ``None``."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    id: Annotated[int, Field(ge=1, validation_alias=AliasChoices("id", "job_id"))]
    task: str | None = None
    status: str
    """One of :data:`~audiopod_mcp.operations.vocabulary.STATUSES`, or a word this version does not know."""
    progress: float | None = None
    """0 to 100."""
    output_url: str | None = None
    output_urls: dict[str, str] | None = None
    audio_duration: float | None = None
    actual_seeds: list[int] | None = None
    lrc_content: str | None = None
    quality_score: float | None = None
    display_name: str | None = None
    caption: str | None = None
    """What was asked for, in words; of a stem, the track."""
    lyrics: str | None = None
    created_at: str | None = None
    completed_at: str | None = None
    error_message: str | None = None

    engine: str | None = None
    """Which engine ran; told by this project's studio."""
    notes: list[str] | None = None
    """What a listener should know about how it was made; told by this project's studio."""
    stage: str | None = None
    """What is being done right now; told by this project's studio."""
    details: dict[str, Any] | None = None
    """What the result is: ``bpm``, ``keyscale``, ``timesignature`` …; told by this project's studio."""
    source_job_id: Annotated[int, Field(ge=1)] | None = None
    """The job whose audio this was made from, if it was one; told by this project's studio."""
    source_take: Annotated[int, Field(ge=1)] | None = None
    """Which of that job's takes."""
    files: dict[str, str] | None = None
    """Absolute paths of the audio by format, where service and caller share a machine."""

    @field_validator("status", mode="before")
    @classmethod
    def _one_spelling(cls, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        word = value.upper()
        return {"CANCELED": "CANCELLED", "ERROR": "FAILED"}.get(word, word)

    @field_validator("output_urls", mode="before")
    @classmethod
    def _only_urls(cls, value: Any) -> Any:
        return {k: v for k, v in value.items() if v} if isinstance(value, dict) else value

    @property
    def is_finished(self) -> bool:
        return self.status in FINISHED

    @property
    def audio_urls(self) -> dict[str, str]:
        """The audio by format; a bare ``output_url`` counts under the format that its path ends in."""
        if self.output_urls:
            return self.output_urls
        if not self.output_url:
            return {}
        ending = self.output_url.partition("?")[0].rpartition(".")[2].lower()
        return {ending if ending in {"flac", "wav", "mp3", "ogg"} else "audio": self.output_url}


Text = Annotated[str, between(1, 255)]


class JobQuery(Arguments):
    """Which jobs, in which order."""

    skip: Annotated[int, Field(ge=0)] = Field(default=0, description="How many to pass over")
    limit: Annotated[int, Field(ge=1, le=100)] = Field(default=50, description="How many at most")
    task: Text | None = Field(default=None, description="Only this task, e.g. 'cover'")
    status: Status | None = Field(default=None, description="Only this status")
    search: Text | None = Field(default=None, description="Words in title or caption")


class JobFilters(JobQuery):
    """The filters that the protocol knows beyond those that people ask for."""

    song_type: SongType | None = None
    liked: bool | None = None
    language: Text | None = None
    genre: Text | None = None
    emotion: Text | None = None
    occasion: Text | None = None
    sort_by: Literal["created_at", "display_name", "audio_duration", "status"] = "created_at"
    sort_order: Literal["asc", "desc"] = "desc"
    include_interactions: bool = False
    """Also say which jobs are liked"""
