"""New music: from words, from a song to cover, from a reference to sound like."""

import re
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from .arguments import SECONDS, Arguments, Lyrics, Name, Source, Text, between, valid_link, valid_seed
from .operation import Operation
from .vocabulary import KEY_PATTERN, AudioFormat, GenrePreset, Mode, ModelVersion, SongType, TimeSignature

MUSIC_PRICE = 0.04


def _known_key(value: str) -> str:
    if not KEY_PATTERN.fullmatch(value):
        raise ValueError("not a key; write for example 'C Major', 'F# minor', 'Am' or 'Bb'")
    return value


def _language_code(value: str) -> str:
    if not re.fullmatch(r"[A-Za-z]{2,3}|unknown", value):
        raise ValueError("not an ISO 639-1 code such as 'en' or 'ja', nor 'unknown'")
    return value.lower()


class Advanced(Arguments):
    """Model settings; leave out unless asked"""

    model_version: ModelVersion = Field(default="audiomusic-v2", description="Model")
    inference_steps: Annotated[int, Field(ge=32, le=100)] = Field(default=64, description="Steps")
    guidance_scale: Annotated[float, Field(ge=1, le=15)] = Field(default=7.0, description="Caption weight")
    shift: Annotated[float, Field(ge=1, le=5)] = Field(default=3.0, description="Time shift")
    infer_method: Literal["ode", "sde"] = Field(default="ode", description="Sampler")
    use_adg: bool = Field(default=False, description="Dual guidance")
    cfg_interval_start: Annotated[float, Field(ge=0, le=1)] = Field(default=0.0, description="Guide from")
    cfg_interval_end: Annotated[float, Field(ge=0, le=1)] = Field(default=1.0, description="Guide until")
    thinking: bool = Field(default=True, description="Plan first")
    lm_temperature: Annotated[float, Field(ge=0, le=2)] = Field(default=0.85, description="Plan variety")
    lm_cfg_scale: Annotated[float, Field(ge=0, le=10)] = Field(default=2.0, description="Plan weight")
    lm_top_k: Annotated[int, Field(ge=0, le=100)] = Field(default=0, description="0 = off")
    lm_top_p: Annotated[float, Field(ge=0, le=1)] = Field(default=0.9, description="Top-p")
    lm_negative_prompt: Annotated[str, between(0, 2048)] = Field(default="NO USER INPUT", description="Avoid")
    use_cot_metas: bool = Field(default=True, description="Plan key etc.")
    use_cot_caption: bool = Field(default=True, description="Enrich caption")
    use_cot_lyrics: bool = Field(default=False, description="Rework lyrics")
    use_cot_language: bool = Field(default=True, description="Detect language")
    use_constrained_decoding: bool = Field(default=False, description="Strict plan")
    calculate_quality: bool = Field(default=True, description="Rate result")
    thumbnail_url: Annotated[str, between(0, 2048), AfterValidator(valid_link)] | None = Field(
        default=None, description="Picture"
    )
    lora_name_or_path: Name | None = Field(default=None, description="LoRA")
    lora_weight: Annotated[float, Field(ge=-3, le=3)] = Field(default=1.0, description="LoRA weight")

    @model_validator(mode="after")
    def _interval(self) -> Self:
        if self.cfg_interval_start > self.cfg_interval_end:
            raise ValueError("cfg_interval_start must not be greater than cfg_interval_end")
        return self


class Song(Operation):
    """The parameters that all newly generated music has in common."""

    wire_names: ClassVar[Mapping[str, str]] = {"duration": "audio_duration"}
    usd_per_minute = MUSIC_PRICE
    caption_field = "caption"

    lyrics: Lyrics | None = Field(default=None, description="Lyrics with [Verse: add drums] tags")
    display_name: Name | None = Field(default=None, description="Title")
    duration: Annotated[float, Field(ge=-1, le=600), SECONDS] = Field(
        default=-1, description="Seconds; -1 = auto"
    )
    bpm: Annotated[int, Field(ge=30, le=300)] | None = Field(default=None, description="Tempo")
    keyscale: Annotated[str, AfterValidator(_known_key)] | None = Field(
        default=None, description="e.g. 'C Major', 'Am'"
    )
    timesignature: TimeSignature | None = Field(default=None, description="Metre")
    vocal_language: Annotated[str, AfterValidator(_language_code)] = Field(
        default="unknown", description="ISO 639-1 code"
    )
    seed: Annotated[int, Field(ge=-1), AfterValidator(valid_seed)] = Field(
        default=-1, description="-1 = random"
    )
    batch_size: Annotated[int, Field(ge=1, le=8)] = Field(default=1, description="Takes")
    format: AudioFormat = Field(default="flac", description="Format")
    generate_lrc: bool = Field(default=False, description="Time the lyrics")
    advanced: Advanced | None = None

    @model_validator(mode="after")
    def _positive_duration(self) -> Self:
        if self.duration != -1 and self.duration < 1:
            raise ValueError(f"duration: {self.duration:g} is out of range; allowed 1 to 600, or -1")
        return self

    @property
    def song_type(self) -> SongType | None:
        return "instrumental" if getattr(self, "instrumental", False) else "song"

    def billed_seconds(self, source_seconds: float | None) -> float | None:  # noqa: ARG002 - it is new music
        return self.duration * self.batch_size if self.duration > 0 else None


class GenerateMusic(Song):
    tool: ClassVar[str] = "generate_music"
    title: ClassVar[str] = "Generate music"
    description: ClassVar[str] = (
        "Make new music. mode: text2music = song (lyrics optional), prompt2instrumental = no vocals, "
        "text2rap, lyric2vocals = a cappella, text2samples = loop or one-shot, simple = one sentence, the "
        "service decides the rest."
    )
    path = "{mode}"

    mode: Mode = Field(default="text2music", description="Kind")
    caption: Annotated[str, Field(max_length=2048)] = Field(
        description="Genre, mood, instruments, voice, who enters when; in English"
    )
    instrumental: bool = Field(default=False, description="No vocals")
    genre_preset: GenrePreset | None = Field(default=None, description="Base style")
    sample_type: Literal["loop", "one-shot"] | None = Field(default=None, description="text2samples only")
    tempo: Annotated[int, Field(ge=60, le=200)] | None = Field(
        default=None, description="BPM of a sample, text2samples only"
    )

    caption_names: ClassVar[Mapping[str, str]] = {
        "simple": "query",
        "prompt2instrumental": "prompt",
        "text2samples": "prompt",
    }
    taken_by_simple: ClassVar[frozenset[str]] = frozenset(
        {"caption", "instrumental", "vocal_language", "display_name", "duration", "format"}
    )
    taken_by_samples: ClassVar[frozenset[str]] = frozenset({"sample_type", "tempo"})
    """And by no other mode."""

    song_types: ClassVar[Mapping[str, SongType]] = {
        "prompt2instrumental": "instrumental",
        "text2rap": "rap",
        "lyric2vocals": "vocals",
        "text2samples": "samples",
    }

    @property
    def song_type(self) -> SongType | None:
        return self.song_types.get(self.mode) or super().song_type

    @classmethod
    def wire_names_at(cls, fixed: Mapping[str, Any]) -> Mapping[str, str]:
        return {**cls.wire_names, "caption": cls.caption_names.get(fixed["mode"], "caption")}

    @classmethod
    def fields_at(cls, fixed: Mapping[str, Any]) -> frozenset[str]:
        if fixed["mode"] == "simple":
            return cls.taken_by_simple
        taken = super().fields_at(fixed)
        return taken if fixed["mode"] == "text2samples" else taken - cls.taken_by_samples

    def parameters(self) -> dict[str, Any]:
        values = super().parameters()
        del values["mode"]
        values["instrumental"] = values["instrumental"] or self.mode == "prompt2instrumental"
        return values

    @classmethod
    def from_body(cls, body: Mapping[str, Any]) -> Self:
        """As :meth:`Operation.from_body`; ``body`` also carries ``mode``, which is part of the URL."""
        values = dict(body)
        for name in ("prompt", "query"):
            if name in values:
                values.setdefault("caption", values.pop(name))
        return super().from_body(values)

    @model_validator(mode="after")
    def _fits_the_mode(self) -> Self:
        given = self.model_fields_set
        if self.mode != "text2samples" and (extra := given & self.taken_by_samples):
            raise ValueError(
                f"{min(extra)}: only for mode 'text2samples'; "
                + ("use bpm for the tempo" if extra == {"tempo"} else "choose that mode or drop it")
            )
        if self.mode == "text2samples" and self.duration > 120:
            raise ValueError(f"duration: {self.duration:g} is too long for a sample; allowed 1 to 120, or -1")
        if self.mode == "simple":
            if extra := {n for n in given - self.taken_by_simple - {"mode"} if getattr(self, n) is not None}:
                raise ValueError(
                    f"{', '.join(sorted(extra))}: not taken by mode 'simple', which decides that itself; "
                    "use mode 'text2music'"
                )
            if len(self.caption) > 1000:
                raise ValueError("caption: at most 1000 characters in mode 'simple'")
        if self.mode != "text2music" and not self.caption:
            raise ValueError(f"caption: describe what to make; mode '{self.mode}' needs it")
        if self.mode == "lyric2vocals" and not self.lyrics:
            raise ValueError("lyrics: mode 'lyric2vocals' sings lyrics, so it needs some")
        if (
            (self.instrumental or self.mode == "prompt2instrumental")
            and self.lyrics
            and has_words(self.lyrics)
        ):
            raise ValueError(
                "lyrics: instrumental music has none; drop them or sing them (mode 'text2music')"
            )
        return self


class Cover(Song):
    tool: ClassVar[str] = "cover_song"
    title: ClassVar[str] = "Cover song"
    description: ClassVar[str] = (
        "Play an existing song in another style: same structure, other genre and instruments. For new music "
        "that only sounds similar use generate_from_reference."
    )
    path = "cover"
    sources = ("src_audio_url",)

    src_audio_url: Source = Field(description="URL, audiopod://jobs/{id} or file")
    caption: Text = Field(description="Style of the cover, in English")
    audio_cover_strength: Annotated[float, Field(ge=0, le=1)] = Field(
        default=0.7, description="0 = all new, 1 = closest to the original"
    )


class Reference(Song):
    tool: ClassVar[str] = "generate_from_reference"
    title: ClassVar[str] = "Generate from reference"
    description: ClassVar[str] = (
        "Make new music with the sound (timbre, mix, atmosphere) of a reference recording. To keep the song "
        "itself use cover_song."
    )
    path = "reference"
    sources = ("reference_audio_url",)

    reference_audio_url: Source = Field(description="URL, audiopod://jobs/{id} or file")
    caption: Text = Field(description="The music wanted, in English")
    instrumental: bool = Field(default=False, description="No vocals")

    @model_validator(mode="after")
    def _no_words_without_a_voice(self) -> Self:
        if self.instrumental and has_words(self.lyrics):
            raise ValueError("lyrics: instrumental music has none; drop them or set instrumental to false")
        return self


def has_words(lyrics: str | None) -> bool:
    """Whether there is anything to sing besides section tags."""
    return bool(lyrics and re.sub(r"\[[^\]]*\]", "", lyrics).strip())
