"""News of what is to be done, for those who wait for it.

Told at once where it was written in this process or where the database tells what others write; else it is
looked now and then, once for all who wait for jobs.
"""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any, Final

import anyio
from anyio import to_thread

from .ledger import Lane

LOOK_EVERY: Final[dict[Lane, float]] = {"jobs": 1.0, "answers": 0.25}
"""Seconds after which it is looked what other processes have written."""
LOOK_ANYWAY: Final = 10.0
"""The same where somebody tells of it: for what nobody has thought of."""

State = tuple[Any, ...]
"""What of a job changes when it gets on."""


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

    async def keep(self, states: Callable[[Sequence[int]], Mapping[int, State]]) -> None:
        """Tell of jobs that other processes wrote, until cancelled; ``states`` reads many at once."""
        while True:
            await anyio.sleep(LOOK_EVERY["jobs"])
            numbers = [number for lane, number in self._listeners if lane == "jobs"]
            if self.hears_others or not numbers:
                continue
            with suppress(sqlite3.Error):  # whoever listens finds out when they look themselves
                now = await to_thread.run_sync(states, numbers)
                for number in numbers:
                    for listener in self._listeners.get(("jobs", number), ()):
                        if listener.known != now.get(number):
                            listener.heard.set()


class Listener:
    """Somebody who waits for news of one number."""

    def __init__(self, news: News, lane: Lane) -> None:
        self.heard = anyio.Event()
        self.known: State | None = None
        """Of a job, how the listener has seen it."""
        self._news, self._lane = news, lane

    async def wait(self, seconds: float) -> None:
        """Until there is news, or it is time to look what nobody here is told of."""
        is_told = self._news.hears_others or self._lane == "jobs"
        with anyio.move_on_after(min(seconds, LOOK_ANYWAY if is_told else LOOK_EVERY[self._lane])):
            await self.heard.wait()
        self.heard = anyio.Event()
