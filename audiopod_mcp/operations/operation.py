"""What an operation is: one pydantic model, from which everything else about it follows."""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import product
from typing import Any, ClassVar, Literal, NamedTuple, Self, get_args, get_origin

from .arguments import Arguments
from .results import Job, Result
from .vocabulary import SongType

API_PREFIX = "/api/v1/music"


class Endpoint(NamedTuple):
    """One address that an operation is POSTed to."""

    path: str
    """With ``{job_id}`` where it holds the number of a job."""
    fixed: Mapping[str, str]
    """The fields of the operation that the address itself says."""

    @property
    def task(self) -> str:
        """What its jobs have for a ``task``."""
        return self.path.rpartition("/")[2].replace("-", "_")


def _listed(annotation: Any) -> tuple[Any, ...]:
    """The values of a closed list; none of any other type."""
    return get_args(annotation) if get_origin(annotation) is Literal else ()


class Operation(Arguments):
    """One call of the music API.

    A subclass declares the tool's arguments as fields, and as class variables and methods what else there is
    to know: tool, request, endpoint, validation, price and the recovery of lost answers follow from it.
    ``advanced``, where a subclass has it, groups seldom-used parameters for the reader of the schema; on the
    wire they are ordinary fields beside the others.
    """

    tool: ClassVar[str]
    title: ClassVar[str]
    description: ClassVar[str]
    """What the model reads; its first sentence is what people read in lists of tools."""
    toolsets: ClassVar[tuple[str, ...]] = ("core",)
    """Which sets of tools it belongs to: core, edit."""
    path: ClassVar[str]
    """Below :data:`API_PREFIX`, with ``{name}`` for a field that is part of it. Its last part is the task."""
    other_tasks: ClassVar[tuple[str, ...]] = ()
    """Other names that a service may list its jobs under."""
    result: ClassVar[type[Result]] = Job
    """What comes of it: a job or, of a synchronous operation, the answer itself."""
    activity: ClassVar[str] = "Working"
    """What a synchronous operation is called while somebody waits for it."""

    per_minute: ClassVar[int | None] = None
    """The documented rate limit."""
    usd_per_minute: ClassVar[float | None] = None
    """Price of a minute of audio on AudioPod's cloud; ``None``: not charged."""

    sources: ClassVar[tuple[str, ...]] = ()
    """The fields that name audio: a URL, ``audiopod://jobs/{id}`` or a local file."""
    job_references: ClassVar[tuple[str, ...]] = ()
    """The fields that name a finished job."""
    studio_only: ClassVar[tuple[str, ...]] = ()
    """The fields that this project's studio knows and AudioPod's cloud does not."""
    model_settings: ClassVar[tuple[str, ...]] = ("advanced",)
    """The fields that only trained models heed."""
    caption_field: ClassVar[str | None] = None
    """The field that says in words what is asked for."""
    wire_names: ClassVar[Mapping[str, str]] = {}
    """Fields that travel under another name."""

    job_parameters: ClassVar[tuple[str, ...]] = ()
    """The parameters of the job that is referred to which an engine needs, beside its audio."""
    stored_as: ClassVar[str | None] = None
    """The field of a synchronous result that becomes that field of the job which is referred to.

    A job that has it already is answered from it, without an engine.
    """
    source_details: ClassVar[tuple[str, ...]] = ()
    """The fields of a synchronous result that become details of the job whose audio it was made from."""

    @classmethod
    def is_synchronous(cls) -> bool:
        """Whether the answer is the result itself rather than a job."""
        return not issubclass(cls.result, Job)

    @classmethod
    def is_read_only(cls) -> bool:
        """Whether it makes no job and changes none."""
        return cls.is_synchronous() and cls.stored_as is None

    @classmethod
    def path_fields(cls) -> tuple[str, ...]:
        return tuple(re.findall(r"\{(\w+)\}", cls.path))

    @classmethod
    def endpoints(cls) -> list[Endpoint]:
        """Every address: one for each value of a field in its path that has a closed list of them."""
        choices = {name: _listed(cls.model_fields[name].annotation) for name in cls.path_fields()}
        listed = [name for name, values in choices.items() if values]
        found = []
        for values in product(*(choices[name] for name in listed)):
            fixed = dict(zip(listed, values, strict=True))
            path = cls.path.format(**{name: fixed.get(name, f"{{{name}}}") for name in choices})
            found.append(Endpoint(f"{API_PREFIX}/{path}", fixed))
        return found

    @classmethod
    def wire_names_at(cls, fixed: Mapping[str, Any]) -> Mapping[str, str]:  # noqa: ARG003 - for subclasses
        """The fields that travel under another name to the address that says ``fixed``."""
        return cls.wire_names

    @classmethod
    def argument_behind(cls, name: str, task: str, caption: str) -> str:  # noqa: ARG003 - for subclasses
        """What the argument is called that travelled as the field ``name`` of a job's request."""
        for endpoint in cls.endpoints():
            if endpoint.task == task:
                wire_names = cls.wire_names_at(endpoint.fixed)
                return next((argument for argument, wire in wire_names.items() if wire == name), name)
        return name

    @classmethod
    def fields_at(cls, fixed: Mapping[str, Any]) -> frozenset[str]:  # noqa: ARG003 - for subclasses
        """The fields that the body may have at the address that says ``fixed``."""
        return frozenset(cls.model_fields) - set(cls.path_fields())

    @classmethod
    def advanced_model(cls) -> type[Arguments] | None:
        """The model of ``advanced``, where there is one."""
        field = cls.model_fields.get("advanced")
        options = get_args(field.annotation) if field else ()
        return next((o for o in options if isinstance(o, type) and issubclass(o, Arguments)), None)

    @property
    def endpoint(self) -> str:
        """The path to POST to."""
        return f"{API_PREFIX}/{self.path}".format(**dict(self))

    @property
    def task(self) -> str:
        """The job's ``task``."""
        return Endpoint(self.endpoint, {}).task

    @property
    def caption_text(self) -> str | None:
        """The ``caption`` of its job: what was asked for, in words."""
        return (self.caption_field and getattr(self, self.caption_field)) or None

    @property
    def song_type(self) -> SongType | None:
        """What kind of music comes of it; ``None``: of the same kind as what it is made from."""
        return None

    def billed_seconds(self, source_seconds: float | None) -> float | None:
        """Seconds of audio that are charged for; ``None`` where that is not known before.

        ``source_seconds`` is the length of the job that is referred to, where there is one.
        """
        return source_seconds

    def told(self, result: Result) -> Result:
        """A synchronous result as it is told to whoever asked; it is kept as it was found."""
        return result

    def body(self) -> dict[str, Any]:
        """The request body: what the caller set, under the wire's names."""
        body = self.model_dump(
            mode="json", exclude_unset=True, exclude_none=True, exclude=set(self.path_fields())
        )
        body |= body.pop("advanced", None) or {}
        for name, wire_name in self.wire_names_at(dict(self)).items():
            if name in body:
                body[wire_name] = body.pop(name)
        return body

    def argument_names(self) -> dict[str, str]:
        """The argument behind every field of the body that travels under another name."""
        names = {wire: name for name, wire in self.wire_names_at(dict(self)).items() if wire != name}
        advanced: Arguments | None = getattr(self, "advanced", None)
        return names | {name: f"advanced.{name}" for name in (advanced.model_fields_set if advanced else ())}

    def identity(self) -> dict[str, Any]:
        """What of the body tells its job from other jobs, where a list of jobs repeats it."""
        body, names = self.body(), self.wire_names_at(dict(self))
        fields = ("display_name", self.caption_field, *self.job_references, *self.sources)
        wire = [names.get(name, name) for name in fields if name is not None]
        return {name: body[name] for name in wire if name in body}

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
        if advanced := cls.advanced_model():
            rest = {name: body[name] for name in advanced.model_fields if name in body}
            if rest:
                values["advanced"] = rest
        return cls.model_validate(values)

    def parameters(self) -> dict[str, Any]:
        """Every parameter with its default filled in, under the wire's names: what an engine reads."""
        values = self.model_dump(mode="json")
        if advanced := self.advanced_model():
            values |= values.pop("advanced") or advanced().model_dump(mode="json")
        return {self.wire_names.get(name, name): value for name, value in values.items()}
