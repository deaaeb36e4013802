"""A request of the API and its answer, as plain values."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from audiopod_mcp.operations import JobFilters, JobQuery

NOTHING: Final[Mapping[str, str]] = MappingProxyType({})


class Timeouts(NamedTuple):
    """Seconds."""

    connect: float = 10.0
    response: float = 30.0
    """For a whole JSON answer, and between two pieces of a download."""
    create: float = 60.0
    """For the answer to a request that makes a job."""
    work: float = 600.0
    """For requests that are answered when the work is done, and for a whole download."""


class Call(NamedTuple):
    """One request of the API."""

    method: str
    path: str
    query: Mapping[str, Any] | None = None
    body: Mapping[str, Any] | None = None
    form: Mapping[str, str] | None = None
    """Sent in place of a body."""
    headers: Mapping[str, str] = NOTHING
    seconds: float = 30.0
    """For the whole answer, after connecting."""
    arguments: Mapping[str, str] = NOTHING
    """The caller's name of each field of the body that travels under another."""

    @property
    def route(self) -> str:
        """The path without the ids in it."""
        path = re.sub(r"/analyses/[^/]+", "/analyses/{analysis_id}", self.path)
        return re.sub(r"/\d+(?=/|$)", "/{job_id}", path)


class Response(NamedTuple):
    """A good answer, complete."""

    status: int
    headers: Mapping[str, str]
    """By names in lower case."""
    body: bytes


def list_parameters(query: JobQuery) -> dict[str, Any]:
    """``query`` as the protocol has it, its order always told: AudioPod documents no default."""
    order = JobFilters().model_dump(include={"sort_by", "sort_order"})
    return order | query.model_dump(mode="json", exclude_none=True)
