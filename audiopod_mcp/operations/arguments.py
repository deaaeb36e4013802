"""What arguments are made of: the base model, and the types that several operations share."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, Field, StringConstraints

from audiopod_mcp.edits.model import STRICT

from .sources import plain_address


class Arguments(BaseModel):
    """Arguments of a tool or fields of a request: nothing unknown, no NaN, no surrounding blanks."""

    model_config = STRICT


def between(least: int, most: int) -> AfterValidator:
    """A length limit of our own, which the schemas need not spend tokens on."""

    def check(value: str) -> str:
        if not least <= len(value) <= most:
            raise ValueError(f"{len(value)} characters; allowed {least} to {most}")
        return value

    return AfterValidator(check)


def without_outer_lines(text: str) -> str:
    """``text`` without blank lines around it; the blanks of its first line may put chords above words."""
    return text.strip("\r\n").rstrip() if text.strip() else ""


def valid_link(url: str) -> str:
    """``url`` if it is one of http(s), or nothing at all."""
    try:
        parts = urlsplit(url)
        is_link = parts.scheme in {"http", "https"} and bool(parts.hostname) and url.isprintable()
    except ValueError:
        is_link = False
    if url and not is_link:
        raise ValueError("not an http(s) URL")
    return url


def valid_seed(seed: int) -> int:
    if seed >= 2**32:
        raise ValueError(f"{seed} is out of range; allowed 0 to {2**32 - 1}, or -1")
    return seed


Name = Annotated[str, between(0, 255)]
Lyrics = Annotated[
    str, StringConstraints(strip_whitespace=False), AfterValidator(without_outer_lines), between(0, 10_000)
]
JOB = "job"
"""A number that names a job, and may come as its URI."""
SECONDS = "seconds"
"""A number of seconds, which may come as minutes and seconds."""
SOURCE = "source"
"""A text that names audio, and may come as the number of a job."""
Source = Annotated[str, between(1, 4096), AfterValidator(plain_address), SOURCE]
Text = Annotated[str, between(1, 2048)]
JobId = Annotated[int, Field(ge=1), JOB]
Seed = Annotated[int, Field(ge=0), AfterValidator(valid_seed)]
