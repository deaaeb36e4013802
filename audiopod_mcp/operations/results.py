"""What operations give: the one model of each that store, REST answer, OpenAPI document and tools share."""

from typing import Annotated, Any, ClassVar

from pydantic import AliasChoices, BaseModel, ConfigDict, Field, field_validator

from .lrc import line_times
from .vocabulary import STATUSES

FINISHED = frozenset({"COMPLETED", "FAILED", "CANCELLED"})


class Result(BaseModel):
    """What comes of an operation. What is not told is ``None``, and what is unknown is passed over."""

    model_config = ConfigDict(extra="ignore", frozen=True, defer_build=True)

    noun: ClassVar[str] = "result"
    """What messages call it."""
    nothing: ClassVar[str] = "nothing was found"
    """What is said where an engine comes back without one."""


class KeptResult(Result):
    """A result that is kept, and can be looked up by its id."""

    id: str | None = Field(None, coerce_numbers_to_str=True)


class NotDone(BaseModel):
    """Something that was asked for and was not done."""

    model_config = ConfigDict(frozen=True, defer_build=True)

    asked: str = Field(description="In the words in which it was asked for")
    instead: str = Field(description="What happened in its place, or what to ask for")


class Job(Result):
    """One job. What AudioPod does not tell, this project's studio does."""

    noun: ClassVar[str] = "job"

    id: Annotated[int, Field(ge=1, validation_alias=AliasChoices("id", "job_id"))]
    task: str | None = None
    status: Annotated[str, Field(json_schema_extra={"enum": list(STATUSES)})]
    """One of :data:`~audiopod_mcp.operations.vocabulary.STATUSES`, or a word this version does not know."""
    progress: float | None = Field(None, json_schema_extra={"minimum": 0, "maximum": 100})
    """Percent. A service may say more; :func:`~audiopod_mcp.api.parsing.read_job` takes that as 100."""
    stage: str | None = Field(None, description="What is being done right now")
    output_url: str | None = None
    output_urls: dict[str, str] | None = Field(None, description="By format; more takes as flac_2, mp3_3 …")
    stem_urls: dict[str, str] | None = Field(None, description="Of the first take, by track")
    notation_urls: dict[str, str] | None = Field(None, description="Of the first take: midi, score, chords")
    files: dict[str, str] | None = Field(None, description="Paths by format, where machines are shared")
    format: str | None = Field(None, description="Of output_url")
    audio_duration: float | None = Field(None, description="Seconds: wanted, and once completed, real")
    actual_seeds: list[int] | None = Field(None, description="One a take")
    display_name: str | None = None
    caption: str | None = Field(None, description="What was asked for; of a stem, the track")
    lyrics: str | None = None
    lrc_content: str | None = Field(None, description="Lyrics with a time for every line")
    song_type: str | None = None
    thumbnail_url: str | None = None
    quality_score: float | None = None
    notes: list[str] | None = Field(None, description="What to know about how it was made")
    done: list[str] | None = Field(None, description="What was made of the wish, measured where it can be")
    not_done: list[NotDone] | None = Field(None, description="What was asked for and was not done")
    details: dict[str, Any] | None = Field(None, description="What it is: bpm, keyscale, sections …")
    source_job_id: Annotated[int, Field(ge=1)] | None = Field(None, description="The job it was made from")
    source_take: Annotated[int, Field(ge=1)] | None = Field(None, description="Which of that job's takes")
    engine: str | None = Field(None, description="Which one ran")
    user_id: int | str | None = None
    created_at: str | None = None
    started_at: str | None = None
    completed_at: str | None = None
    error_message: str | None = None
    liked: bool | None = Field(None, description="With include_interactions")
    likes_count: int | None = Field(None, description="With include_interactions")

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

    @field_validator("lrc_content")
    @classmethod
    def _timed_lyrics(cls, value: str | None) -> str | None:
        return value and line_times(value)

    @property
    def is_finished(self) -> bool:
        return self.status in FINISHED

    @property
    def title(self) -> str:
        """What lists, files and players call it."""
        return self.display_name or f"{(self.task or 'music').replace('_', ' ')} {self.id}"

    @property
    def audio_urls(self) -> dict[str, str]:
        """The audio by format; a bare ``output_url`` counts under the format that its path ends in."""
        if self.output_urls:
            return self.output_urls
        if not self.output_url:
            return {}
        ending = self.output_url.partition("?")[0].rpartition(".")[2].lower()
        return {ending if ending in {"flac", "wav", "mp3", "ogg"} else "audio": self.output_url}


class Section(BaseModel, defer_build=True):
    """A stretch of time with a name: a part of the form, a chord, singing."""

    start: float
    end: float
    label: str


class Analysis(KeptResult):
    """What was heard. The second half is what this project's own studio adds to the protocol."""

    noun: ClassVar[str] = "analysis"
    nothing: ClassVar[str] = "nothing was heard"

    caption: str | None = None
    bpm: float | None = None
    keyscale: str | None = None
    timesignature: str | None = None
    duration: float | None = None
    language: str | None = None
    lyrics: str | None = None
    audio_codes: str | None = None

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
    vocals: list[Section] | None = Field(None, description="Where somebody sings")
    lines: list[Section] | None = Field(None, description="What is sung, line by line")
    notes: list[str] | None = None


class Lrc(Result):
    """Timed lyrics of a job."""

    noun: ClassVar[str] = "timed lyrics"
    nothing: ClassVar[str] = "no words were found to time"

    job_id: int | None = None
    lrc_content: str
    lrc_url: str | None = None
    notes: list[str] | None = None
