"""Asking again: when it helps, how long to wait in between, and when to stop."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable
from typing import NamedTuple, TypeVar

from .clock import Clock, Deadline, OnWait
from .errors import AudioPodError, RateLimited, Unreadable

T = TypeVar("T")

MOST_UNREADABLE = 1
"""Answers that are no data, after which another is asked for."""


class Backoff(NamedTuple):
    """Exponentially growing pauses, jittered so that many clients do not come back in step."""

    first: float = 0.5
    factor: float = 2.0
    cap: float = 8.0

    def delay(self, tries: int, retry_after: float | None) -> float:
        """Seconds before the next try, after ``tries`` failures; never less than the service asked for."""
        grown = min(self.cap, self.first * self.factor ** min(tries, 32))
        jittered = grown * random.uniform(0.5, 1.0)  # noqa: S311 - not a secret
        return jittered if retry_after is None else retry_after + jittered * 0.1


def if_transient(error: AudioPodError) -> bool:
    """For requests that may safely arrive twice: whatever may pass is tried again."""
    return error.transient


def if_without_effect(error: AudioPodError) -> bool:
    """For requests that must not take effect twice: only what surely had no effect is tried again."""
    return error.transient and not error.in_doubt


async def with_retries(
    attempt: Callable[[], Awaitable[T]],
    *,
    again: Callable[[AudioPodError], bool],
    deadline: Deadline,
    clock: Clock,
    backoff: Backoff,
    on_wait: OnWait | None = None,
) -> T:
    """The result of ``attempt``, tried again while ``again`` says so and the deadline allows the pause.

    Raises:
        AudioPodError: the last one.

    """
    tries = unreadable = 0
    while True:
        try:
            return await attempt()
        except AudioPodError as error:
            pause = backoff.delay(tries, error.retry_after)
            unreadable += isinstance(error, Unreadable)
            if not again(error) or pause > deadline.left or unreadable > MOST_UNREADABLE:
                raise
            reason = "the rate limit" if isinstance(error, RateLimited) else "the service to recover"
        if on_wait:
            await on_wait(pause, f"waiting {pause:.0f} s for {reason}")
        await clock.sleep(pause)
        tries += 1
