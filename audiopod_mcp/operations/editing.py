"""Music that exists already, taken apart, taken again, repainted, extended, edited."""

from typing import Annotated, Any, ClassVar, Self

from pydantic import BeforeValidator, Field, model_validator

from audiopod_mcp.edits import TrackEdit, parse_edits, render_edits

from .arguments import SECONDS, JobId, Lyrics, Name, Seed, Source, Text, between
from .generation import MUSIC_PRICE
from .operation import Operation
from .vocabulary import StemMode, Track

Range = Annotated[float, Field(ge=0, le=1)]
Job = Annotated[JobId | None, Field(description="Finished job; or give src_audio_url")]
Recording = Annotated[Source | None, Field(description="URL or file, with the embedded studio")]


def _listed(value: Any) -> Any:
    return [value] if isinstance(value, dict) else value


def _check_one_source(operation: Operation) -> None:
    """Raise ``ValueError`` unless it names either a job or a recording."""
    names = (*operation.job_references, *operation.sources)
    if sum(getattr(operation, name) is not None for name in names) != 1:
        raise ValueError(f"give exactly one of {' and '.join(names)}")


class ExtractStem(Operation):
    tool: ClassVar[str] = "extract_stem"
    title: ClassVar[str] = "Extract stem"
    description: ClassVar[str] = (
        "One instrument or the voice of a recording, as a track of its own. For all but the voice (karaoke) "
        "use edit_track."
    )
    toolsets = ("edit",)
    path = "extract-stem"
    other_tasks = ("extract",)
    usd_per_minute = 0.10
    sources = ("src_audio_url",)
    caption_field = "track_name"

    src_audio_url: Source = Field(description="URL, audiopod://jobs/{id} or file")
    track_name: Track = Field(description="What to extract")
    display_name: Name | None = Field(default=None, description="Title")


class SeparateStems(Operation):
    tool: ClassVar[str] = "separate_stems"
    title: ClassVar[str] = "Separate stems"
    description: ClassVar[str] = "All stems of a track in one job: aligned, and together the mix."
    toolsets = ("edit",)
    path = "separate-stems"
    usd_per_minute = 0.10
    sources = ("src_audio_url",)
    caption_field = "mode"

    src_audio_url: Source = Field(description="URL, audiopod://jobs/{id} or file")
    mode: StemMode = Field(
        default="four",
        description="two: vocals, rest; four: and drums, bass; six: and guitar, piano",
    )
    display_name: Name | None = Field(default=None, description="Title")


class Retake(Operation):
    tool: ClassVar[str] = "retake_track"
    title: ClassVar[str] = "Retake track"
    description: ClassVar[str] = "A variation of a finished track: same idea, another performance."
    toolsets = ("edit",)
    path = "retake"
    per_minute = 10
    usd_per_minute = MUSIC_PRICE
    sources = ("src_audio_url",)
    job_references = ("original_job_id",)
    studio_only = ("src_audio_url",)

    original_job_id: Job = None
    src_audio_url: Recording = None
    retake_variance: Annotated[float, Field(ge=0, le=1)] = Field(
        default=0.7, description="0 = nearly identical, 1 = a new take"
    )
    retake_seeds: Annotated[list[Seed], Field(min_length=1, max_length=8)] | None = Field(
        default=None, description="One take per seed, reproducible"
    )
    display_name: Name | None = Field(default=None, description="Title")

    @model_validator(mode="after")
    def _has_one_source(self) -> Self:
        _check_one_source(self)
        return self

    def billed_seconds(self, source_seconds: float | None) -> float | None:
        return source_seconds and source_seconds * len(self.retake_seeds or (None,))


class Repaint(Operation):
    tool: ClassVar[str] = "repaint_section"
    title: ClassVar[str] = "Repaint section"
    description: ClassVar[str] = (
        "Regenerate a stretch of time, keep the rest. Of a job (source_job_id) or of a recording."
    )
    toolsets = ("edit",)
    path = "repaint"
    per_minute = 3
    usd_per_minute = MUSIC_PRICE
    sources = ("src_audio_url",)
    job_references = ("source_job_id",)
    caption_field = "caption"

    repainting_start: Annotated[float, Field(ge=0), SECONDS] = Field(description="From, seconds")
    repainting_end: Annotated[float, Field(ge=-1), SECONDS] = Field(
        description="To, seconds; -1 = end of file"
    )
    caption: Text = Field(description="The section wanted, in English")
    source_job_id: JobId | None = Field(default=None, description="Finished job")
    src_audio_url: Source | None = Field(default=None, description="URL, audiopod://jobs/{id} or local file")
    lyrics: Lyrics | None = Field(default=None, description="New lyrics of the section")
    display_name: Name | None = Field(default=None, description="Title")

    @model_validator(mode="after")
    def _one_source_and_a_window(self) -> Self:
        _check_one_source(self)
        if self.repainting_end != -1 and self.repainting_end <= self.repainting_start:
            raise ValueError(
                f"repainting_end: {self.repainting_end:g} is not after repainting_start "
                f"({self.repainting_start:g}); give a later time, or -1 for the end of the file"
            )
        return self


class Extend(Operation):
    tool: ClassVar[str] = "extend_track"
    title: ClassVar[str] = "Extend track"
    description: ClassVar[str] = "Continue a finished track beyond its end, or lead into its beginning."
    toolsets = ("edit",)
    path = "extend"
    per_minute = 3
    usd_per_minute = MUSIC_PRICE
    sources = ("src_audio_url",)
    job_references = ("source_job_id",)
    studio_only = ("src_audio_url",)
    caption_field = "prompt"

    source_job_id: Job = None
    src_audio_url: Recording = None
    prompt: Text = Field(description="The new part, in English, e.g. 'same energy, then a quiet outro'")
    left_extend_length: Annotated[float, Field(ge=0, le=60), SECONDS] = Field(
        default=0.0, description="Seconds to add before"
    )
    right_extend_length: Annotated[float, Field(ge=0, le=60), SECONDS] = Field(
        default=30.0, description="Seconds to add after"
    )
    lyrics: Lyrics | None = Field(default=None, description="Lyrics of the new part")
    display_name: Name | None = Field(default=None, description="Title")

    def billed_seconds(self, source_seconds: float | None) -> float | None:
        if source_seconds is None:
            return None
        return self.left_extend_length + source_seconds + self.right_extend_length

    @model_validator(mode="before")
    @classmethod
    def _grows_only_where_asked(cls, values: Any) -> Any:
        """What leads into a song does not go on after it, unless that is asked for, too."""
        leads = isinstance(values, dict) and values.get("left_extend_length") not in (None, 0, "0")
        if leads and values.get("right_extend_length") is None:
            return values | {"right_extend_length": 0.0}
        return values

    @model_validator(mode="after")
    def _has_one_source_and_adds_something(self) -> Self:
        _check_one_source(self)
        if self.left_extend_length + self.right_extend_length == 0:
            raise ValueError(
                "left_extend_length and right_extend_length are both 0; give at least one of them more than 0"
            )
        return self


class Edit(Operation):
    tool: ClassVar[str] = "edit_track"
    title: ClassVar[str] = "Edit track"
    description: ClassVar[str] = (
        "Change the sound, words or course of a finished track. Exact with edits; edit_target_prompt is for "
        "what they can't say."
    )
    toolsets = ("edit",)
    path = "edit"
    per_minute = 3
    usd_per_minute = MUSIC_PRICE
    sources = ("src_audio_url",)
    job_references = ("source_job_id",)
    studio_only = ("src_audio_url",)
    model_settings = ("edit_type",)
    caption_field = "edit_target_prompt"

    source_job_id: Job = None
    src_audio_url: Recording = None
    edits: Annotated[list[TrackEdit] | None, BeforeValidator(_listed)] = Field(
        default=None, description="In order"
    )
    edit_target_prompt: Text | None = Field(default=None, description="In English, e.g. 'as a bossa nova'")
    edit_target_lyrics: Annotated[Lyrics, between(1, 10_000)] | None = Field(
        default=None, description="New lyrics"
    )
    edit_type: Annotated[str, between(0, 64)] | None = Field(default=None, description="Service's edit type")
    edit_n_min: Range | None = Field(default=None, description="Edit from, share of the whole")
    edit_n_max: Range | None = Field(default=None, description="Edit until, share of the whole")
    display_name: Name | None = Field(default=None, description="Title")

    @model_validator(mode="after")
    def _has_one_source_and_a_target(self) -> Self:
        _check_one_source(self)
        if self.edits and self.edit_target_prompt is not None:
            raise ValueError("give edits or edit_target_prompt, not both: what both say would be done twice")
        if self.edits is None and self.edit_target_prompt is None and self.edit_target_lyrics is None:
            raise ValueError("give edits, edit_target_prompt or edit_target_lyrics")
        if self.edits == []:
            raise ValueError("edits: the list is empty; give at least one")
        if self.edits and len(self.caption_text or "") > 2048:
            raise ValueError("edits: too many at once; make the rest of them in a second call")
        if self.edit_n_min is not None and self.edit_n_max is not None and self.edit_n_min >= self.edit_n_max:
            raise ValueError(
                f"edit_n_max: {self.edit_n_max:g} must be greater than edit_n_min ({self.edit_n_min:g})"
            )
        return self

    @property
    def caption_text(self) -> str | None:
        """The edits in English: so they travel, to services that know nothing of types as well."""
        return render_edits(self.edits) if self.edits else self.edit_target_prompt

    def body(self) -> dict[str, Any]:
        return self._in_words(super().body())

    def argument_names(self) -> dict[str, str]:
        return super().argument_names() | ({"edit_target_prompt": "edits"} if self.edits else {})

    @classmethod
    def argument_behind(cls, name: str, task: str, caption: str) -> str:
        """As of every operation; but a prompt in the very words of typed edits may have been either."""
        edits = parse_edits(caption) if name == cls.caption_field else None
        if edits and render_edits(edits) == caption:
            return f"edits or {name}"
        return super().argument_behind(name, task, caption)

    def parameters(self) -> dict[str, Any]:
        return self._in_words(super().parameters())

    def _in_words(self, values: dict[str, Any]) -> dict[str, Any]:
        if values.pop("edits", None):
            values["edit_target_prompt"] = self.caption_text
        return values
