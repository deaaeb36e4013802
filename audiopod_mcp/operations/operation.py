"""What an operation is: one pydantic model that is the tool's schema, the request body and its validation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Self

from pydantic import BaseModel, ConfigDict

API_PREFIX = "/api/v1/music"


class Arguments(BaseModel):
    """Arguments of a tool or fields of a request: nothing unknown, no NaN, no surrounding blanks."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        allow_inf_nan=False,
        str_strip_whitespace=True,
        hide_input_in_errors=True,
    )


class Operation(Arguments):
    """One call of the music API.

    A subclass declares the tool's arguments as fields, and as class variables what else there is to
    know. ``advanced``, where a subclass has it, groups seldom-used parameters for the reader of the
    schema; on the wire they are ordinary fields beside the others.
    """

    tool: ClassVar[str]
    title: ClassVar[str]
    description: ClassVar[str]
    path: ClassVar[str]
    """Below :data:`API_PREFIX`."""
    per_minute: ClassVar[int | None] = None
    """The documented rate limit."""
    usd_per_minute: ClassVar[float | None] = None
    """Price of a minute of audio on AudioPod's cloud; ``None``: not charged."""
    synchronous: ClassVar[bool] = False
    """Whether the answer is the result itself rather than a job."""
    sources: ClassVar[tuple[str, ...]] = ()
    """The fields that name audio: a URL, ``audiopod://jobs/{id}`` or a local file."""
    job_references: ClassVar[tuple[str, ...]] = ()
    """The fields that name a finished job."""
    wire_names: ClassVar[Mapping[str, str]] = {}
    """Fields that travel under another name."""

    @property
    def task(self) -> str:
        """The job's ``task``."""
        return self.path.strip("/").replace("-", "_")

    @property
    def endpoint(self) -> str:
        """The path to POST to."""
        return f"{API_PREFIX}/{self.path}"

    def body(self) -> dict[str, Any]:
        """The request body: what the caller set, under the wire's names."""
        body = self.model_dump(mode="json", exclude_unset=True, exclude_none=True)
        body |= body.pop("advanced", None) or {}
        for name, wire_name in self.wire_names.items():
            if name in body:
                body[wire_name] = body.pop(name)
        return body

    @classmethod
    def from_body(cls, body: Mapping[str, Any]) -> Self:
        """The operation that a request body asks for. Unknown fields are passed over, as the cloud does.

        Raises:
            pydantic.ValidationError: where a known field is missing or out of range.

        """
        values = {
            name: body[wire_name]
            for name in cls.model_fields
            for wire_name in (cls.wire_names.get(name, name), name)
            if wire_name in body
        }
        values.pop("advanced", None)
        if (field := cls.model_fields.get("advanced")) and (advanced := _model_of(field.annotation)):
            rest = {name: body[name] for name in advanced.model_fields if name in body}
            if rest:
                values["advanced"] = rest
        return cls.model_validate(values)

    def parameters(self) -> dict[str, Any]:
        """Every parameter with its default filled in, under the wire's names: what an engine reads."""
        values = self.model_dump(mode="json")
        if (field := type(self).model_fields.get("advanced")) and (advanced := _model_of(field.annotation)):
            values |= values.pop("advanced") or advanced().model_dump(mode="json")
        return {self.wire_names.get(name, name): value for name, value in values.items()}


def _model_of(annotation: Any) -> type[Arguments] | None:
    options = getattr(annotation, "__args__", (annotation,))
    return next((a for a in options if isinstance(a, type) and issubclass(a, Arguments)), None)
