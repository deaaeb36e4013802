"""Who is let in: bounds for each caller, and for callers that nobody knows, so that others find room."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from math import ceil
from typing import Final

from anyio import to_thread
from starlette.exceptions import HTTPException

from audiopod_mcp.studio.jobs.runner import Studio

WAITING: Final = 8
"""How many answers that are made while one waits, such as analyses, one caller may wait for."""
NEWCOMERS: Final = 20
"""How many keys that have not finished a job yet may have some under way, where any key is let in."""


def admit_request(studio: Studio, owner: str) -> None:
    """Let ``owner`` ask for work once more. Blocks.

    Raises:
        HTTPException: 429 where that would be too often.

    """
    if wait := studio.rates.turn(owner):
        raise _busy(
            f"{studio.config.rate} requests a minute are let in, and as many at once; try again later",
            ceil(wait),
        )


def admit_job(studio: Studio, owner: str) -> None:
    """Let another job of ``owner`` in. Blocks.

    Raises:
        HTTPException: 429 where that would be too many.

    """
    unfinished = studio.store.unfinished(owner)
    if unfinished >= studio.config.queue:
        raise _busy(
            f"{studio.config.queue} jobs are unfinished already; wait for some of them, or delete some"
        )
    if not unfinished and _is_new(studio, owner) and studio.store.newcomers() >= NEWCOMERS:
        raise _too_many_newcomers()


@asynccontextmanager
async def admitted_to_wait(studio: Studio, owner: str) -> AsyncIterator[None]:
    """Let ``owner`` wait for one more answer while the context lasts.

    Raises:
        HTTPException: 429 where that would be too many.

    """
    waiting = studio.waiting
    if waiting[owner] >= WAITING:
        raise too_many_answers()
    waiting[owner] += 1
    try:
        if waiting[owner] == 1:
            await to_thread.run_sync(_admit_key, studio, owner, [*waiting])
        yield
    finally:
        waiting[owner] -= 1
        if not waiting[owner]:
            del waiting[owner]


def _admit_key(studio: Studio, owner: str, waiting: list[str]) -> None:
    if _is_new(studio, owner) and sum(_is_new(studio, other) for other in waiting) > NEWCOMERS:
        raise _too_many_newcomers()


def _is_new(studio: Studio, owner: str) -> bool:
    return bool(owner) and studio.config.api_keys is None and not studio.store.has_finished(owner)


def too_many_answers() -> HTTPException:
    return _busy(f"{WAITING} answers are waited for already; wait until one has come")


def _busy(detail: str, seconds: int = 10) -> HTTPException:
    return HTTPException(429, detail, headers={"Retry-After": str(seconds)})


def _too_many_newcomers() -> HTTPException:
    return _busy("too many callers with new keys are at work here; try again in a minute")
