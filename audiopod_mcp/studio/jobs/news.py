"""News of what is to be done, for those who wait for it.

Told at once where it was written in this process or where the database tells what others write; else whoever
waits looks now and then.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import anyio

from .ledger import Lane

LOOK_EVERY: Final[dict[Lane, float]] = {"jobs": 1.0, "answers": 0.25}
"""Seconds after which whoever waits looks for what other processes have written."""
LOOK_ANYWAY: Final = 10.0
"""The same where the database tells of it: for what nobody has thought of."""


class News:
    """Wakes those who listen when something looks different. For tasks of one event loop."""

    def __init__(self) -> None:
        self.hears_others = False
        """Whether this is told of what other processes write."""
        self._listeners: defaultdict[tuple[Lane, int], set[Listener]] = defaultdict(set)

    @contextmanager
    def of(self, lane: Lane, number: int) -> Iterator[Listener]:
        """Listen for one number; what is told from here on is not missed."""
        listener = Listener(self, lane)
        self._listeners[lane, number].add(listener)
        try:
            yield listener
        finally:
            self._listeners[lane, number].discard(listener)
            if not self._listeners[lane, number]:
                del self._listeners[lane, number]

    def tell(self, lane: Lane, number: int) -> None:
        """It has changed."""
        for listener in self._listeners.get((lane, number), ()):
            listener.heard.set()

    def tell_all(self, *, hears_others: bool) -> None:
        """Anything may have changed unheard; from now on others are heard, or are not."""
        self.hears_others = hears_others
        for listeners in self._listeners.values():
            for listener in listeners:
                listener.heard.set()


class Listener:
    """Somebody who waits for news of one number."""

    def __init__(self, news: News, lane: Lane) -> None:
        self.heard = anyio.Event()
        self._news, self._lane = news, lane

    async def wait(self, seconds: float) -> None:
        """Until there is news, or it is time to look what nobody here is told of."""
        with anyio.move_on_after(
            min(seconds, LOOK_ANYWAY if self._news.hears_others else LOOK_EVERY[self._lane])
        ):
            await self.heard.wait()
        self.heard = anyio.Event()
