"""Time as the client sees it, in one place, so that tests need not wait."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from typing import TypeAlias

import anyio

OnWait: TypeAlias = Callable[[float, str], Awaitable[None]]
"""Told before every wait: how many seconds, and why in words."""


class Clock:
    """The real time."""

    def now(self) -> float:
        """Seconds on a clock that only goes forward."""
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        await anyio.sleep(seconds)


class Deadline:
    """A moment until which waiting is allowed."""

    def __init__(self, clock: Clock, seconds: float) -> None:
        self._clock = clock
        self._end = clock.now() + seconds

    @property
    def left(self) -> float:
        """Seconds left; negative when it has passed."""
        return self._end - self._clock.now()
