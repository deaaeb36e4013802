"""What arguments are made of: the base model, and the types that several operations share."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from .sources import plain_address


class Arguments(BaseModel):
    """Arguments of a tool or fields of a request: nothing unknown, no NaN, no surrounding blanks."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        allow_inf_nan=False,
        str_strip_whitespace=True,
        hide_input_in_errors=True,
    )


def between(least: int, most: int) -> AfterValidator:
    """A length limit of our own, which the schemas need not spend tokens on."""

    def check(value: str) -> str:
        if not least <= len(value) <= most:
            raise ValueError(f"{len(value)} characters; allowed {least} to {most}")
        return value

    return AfterValidator(check)


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
Lyrics = Annotated[str, between(0, 10_000)]
Source = Annotated[str, between(1, 4096), AfterValidator(plain_address)]
Text = Annotated[str, between(1, 2048)]
JobId = Annotated[int, Field(ge=1)]
Seed = Annotated[int, Field(ge=0), AfterValidator(valid_seed)]
