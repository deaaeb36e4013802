"""Understanding music: analysis and timed lyrics."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field

from .editing import JobId
from .generation import Source, between
from .operation import API_PREFIX, Operation


class Analyze(Operation):
    tool: ClassVar[str] = "analyze_audio"
    title: ClassVar[str] = "Analyze audio"
    description: ClassVar[str] = (
        "Listen to a recording: tempo, key, metre, duration, form, caption, lyrics if words are heard."
    )
    path = "analyze"
    per_minute = 10
    synchronous = True
    sources = ("audio_url",)

    audio_url: Source = Field(description="Recording: URL, audiopod://jobs/{id} or local file")
    audio_codes: Annotated[str, between(0, 1_000_000)] | None = Field(
        default=None, description="Codes extracted before"
    )
    temperature: Annotated[float, Field(ge=0, le=2)] = Field(
        default=0.85, description="Randomness of the caption"
    )


class GenerateLrc(Operation):
    tool: ClassVar[str] = "generate_lrc"
    title: ClassVar[str] = "Time the lyrics"
    description: ClassVar[str] = (
        "Lyrics with a time for every line (LRC) of a finished job. Works best when the job was made with "
        "generate_lrc: true."
    )
    path = "{job_id}/lrc"
    per_minute = 20
    synchronous = True
    job_references = ("job_id",)

    job_id: JobId = Field(description="Finished job with lyrics")

    @property
    def task(self) -> str:
        return "lrc"

    @property
    def endpoint(self) -> str:
        return f"{API_PREFIX}/{self.job_id}/lrc"

    def body(self) -> dict[str, Any]:
        return {}


class Section(BaseModel):
    """A stretch of time with a name: a part of the form, or a chord."""

    start: float
    end: float
    label: str


class Analysis(BaseModel):
    """What was heard. The second half is what this project's own studio adds to the protocol."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    caption: str | None = None
    bpm: float | None = None
    keyscale: str | None = None
    timesignature: str | None = None
    duration: float | None = None
    language: str | None = None
    lyrics: str | None = None
    audio_codes: str | None = None

    id: str | None = None
    engine: str | None = None
    loudness_lufs: float | None = None
    tempo_confidence: float | None = None
    key_confidence: float | None = None
    timesignature_confidence: float | None = None
    timesignature_otherwise: str | None = None
    beats: list[float] | None = None
    downbeats: list[float] | None = None
    chords: list[Section] | None = None
    sections: list[Section] | None = None
    notes: list[str] | None = None


class Lrc(BaseModel):
    """Timed lyrics of a job."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    job_id: int
    lrc_content: str
    lrc_url: str | None = None
    notes: list[str] | None = None
