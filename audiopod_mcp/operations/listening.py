"""Understanding music: analysis and timed lyrics."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from .arguments import JobId, Source, between
from .lrc import line_times
from .operation import Operation
from .results import Analysis, Lrc, Result


class Analyze(Operation):
    tool: ClassVar[str] = "analyze_audio"
    title: ClassVar[str] = "Analyze audio"
    description: ClassVar[str] = (
        "Listen to a recording: tempo, key, metre, duration, form, caption, lyrics if words are heard."
    )
    path = "analyze"
    result = Analysis
    activity = "Listening"
    per_minute = 10
    sources = ("audio_url",)
    source_details = ("sections",)

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
    result = Lrc
    activity = "Timing the lyrics"
    per_minute = 20
    job_references = ("job_id",)
    job_parameters = ("lyrics",)
    stored_as = "lrc_content"

    job_id: JobId = Field(description="Finished job with lyrics")
    words: bool = Field(default=False, description="Also a time for every word")

    def told(self, result: Result) -> Result:
        if not isinstance(result, Lrc):
            return result
        if self.words:
            return result.model_copy(update={"lrc_url": result.lrc_url and f"{result.lrc_url}?words=true"})
        return result.model_copy(update={"lrc_content": line_times(result.lrc_content)})
