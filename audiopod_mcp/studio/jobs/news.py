"""News of jobs, for those who wait for them: told at once where it was written in this process."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import anyio

LOOK_EVERY: Final = 1.0
"""Seconds after which whoever waits looks for what other processes have written."""


class Listener:
    """Somebody who waits for news of one job."""

    def __init__(self) -> None:
        self.heard = anyio.Event()

    async def wait(self, seconds: float) -> None:
        """Until there is news, or it is time to look what nobody here is told of."""
        with anyio.move_on_after(min(seconds, LOOK_EVERY)):
            await self.heard.wait()
        self.heard = anyio.Event()


class News:
    """Wakes those who listen when a job looks different. For tasks of one event loop."""

    def __init__(self) -> None:
        self._listeners: defaultdict[int, set[Listener]] = defaultdict(set)

    @contextmanager
    def of(self, number: int) -> Iterator[Listener]:
        """Listen for job ``number``; what is told from here on is not missed."""
        listener = Listener()
        self._listeners[number].add(listener)
        try:
            yield listener
        finally:
            self._listeners[number].discard(listener)
            if not self._listeners[number]:
                del self._listeners[number]

    def tell(self, number: int) -> None:
        """Job ``number`` has changed."""
        for listener in self._listeners.get(number, ()):
            listener.heard.set()
