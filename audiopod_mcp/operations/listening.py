"""Understanding music: analysis and timed lyrics."""

from typing import Annotated, ClassVar, Self

from pydantic import Field, model_validator

from .arguments import JobId, Lyrics, Source, between
from .lrc import line_times
from .operation import API_PREFIX, Endpoint, Operation
from .results import Analysis, Lrc, Result


class Analyze(Operation):
    tool: ClassVar[str] = "analyze_audio"
    title: ClassVar[str] = "Analyze audio"
    description: ClassVar[str] = (
        "Listen to a recording: tempo, key, metre, duration, form, caption, lyrics if words are heard."
    )
    toolsets = ("core", "edit")
    path = "analyze"
    result = Analysis
    activity = "Listening"
    per_minute = 10
    sources = ("audio_url",)
    model_settings = ("audio_codes", "temperature")
    source_details = ("sections",)

    audio_url: Source = Field(description="URL, audiopod://jobs/{id} or file")
    audio_codes: Annotated[str, between(0, 1_000_000)] | None = Field(
        default=None, description="Codes extracted before"
    )
    temperature: Annotated[float, Field(ge=0, le=2)] = Field(
        default=0.85, description="Randomness of the caption"
    )


_LRC_OF_RECORDING = "lrc"


class GenerateLrc(Operation):
    tool: ClassVar[str] = "generate_lrc"
    title: ClassVar[str] = "Time the lyrics"
    description: ClassVar[str] = "Lyrics with a time for every line (LRC) of a finished job."
    toolsets = ("edit",)
    path = "{job_id}/lrc"
    result = Lrc
    activity = "Timing the lyrics"
    per_minute = 20
    sources = ("src_audio_url",)
    job_references = ("job_id",)
    studio_only = ("src_audio_url", "lyrics")
    job_parameters = ("lyrics",)
    stored_as = "lrc_content"

    job_id: JobId | None = Field(default=None, description="Finished job")
    src_audio_url: Source | None = Field(default=None, description="Or URL or file, with the embedded studio")
    lyrics: Lyrics | None = Field(default=None, description="Those of src_audio_url, if known")
    words: bool = Field(default=False, description="Also a time for every word")

    @model_validator(mode="after")
    def _has_one_source_and_its_words(self) -> Self:
        if (self.job_id is None) == (self.src_audio_url is None):
            raise ValueError("give exactly one of job_id and src_audio_url")
        if self.job_id is not None and self.lyrics is not None:
            raise ValueError(
                "lyrics: a job has its own; to time other words on its audio give src_audio_url: "
                f"audiopod://jobs/{self.job_id} in place of job_id"
            )
        return self

    @classmethod
    def endpoints(cls) -> list[Endpoint]:
        """That of a job, and that of a recording."""
        return [*super().endpoints(), Endpoint(f"{API_PREFIX}/{_LRC_OF_RECORDING}", {})]

    @property
    def endpoint(self) -> str:
        return f"{API_PREFIX}/{_LRC_OF_RECORDING}" if self.job_id is None else super().endpoint

    def told(self, result: Result) -> Result:
        if not isinstance(result, Lrc):
            return result
        if self.words:
            return result.model_copy(update={"lrc_url": result.lrc_url and f"{result.lrc_url}?words=true"})
        return result.model_copy(update={"lrc_content": line_times(result.lrc_content)})
