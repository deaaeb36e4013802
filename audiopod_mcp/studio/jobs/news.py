"""News of jobs, for those who wait for them: told at once where it was written in this process."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any, Final

import anyio
from anyio import to_thread

LOOK_EVERY: Final = 1.0
"""Seconds after which it is looked, for all who wait, what other processes have written."""

State = tuple[Any, ...]
"""What of a job changes when it gets on."""


class Listener:
    """Somebody who waits for news of one job."""

    def __init__(self) -> None:
        self.heard = anyio.Event()
        self.known: State | None = None
        """The job as the listener has seen it."""

    async def wait(self, seconds: float) -> None:
        """Until there is news, or the time is over."""
        with anyio.move_on_after(seconds):
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

    async def keep(self, states: Callable[[Sequence[int]], Mapping[int, State]]) -> None:
        """Tell what other processes have written, too, until cancelled; ``states`` reads many jobs."""
        while True:
            await anyio.sleep(LOOK_EVERY)
            if not (numbers := list(self._listeners)):
                continue
            with suppress(sqlite3.Error):  # whoever listens finds out when they look themselves
                now = await to_thread.run_sync(states, numbers)
                for number in numbers:
                    for listener in self._listeners.get(number, ()):
                        if listener.known != now.get(number):
                            listener.heard.set()
