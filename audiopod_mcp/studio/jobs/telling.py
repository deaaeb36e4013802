"""What others are told of, after it was written and many lines at once, for notices hold each other up.

PostgreSQL lets transactions with a notice end one after the other, each with its write to the disk. So none
of those that write jobs has one: a thread of each process tells what they changed, in transactions that write
nothing else, and whatever comes up during one goes into the next. What is untold when a process dies is seen
by those who look anyway.
"""

from __future__ import annotations

import logging
import sqlite3
import threading
from collections.abc import Callable, Iterable, Sequence
from typing import Final, Literal

Topic = Literal["changed", "put", "ended"]
"""What processes tell each other: that rows look different, that something waits in a queue, and that a job
of AudioPod's cloud is said to have ended."""
Told = tuple[Topic, str]
"""A line to tell, and under which topic."""

_MOST: Final = 10_000
"""Lines that are kept while the database does not answer; whoever listens looks for everything after that."""
_PAUSE: Final = 1.0
"""Seconds after which to try again."""
_GOODBYE: Final = 5.0
"""Seconds in which what is left has to be told at the end."""

logger = logging.getLogger("audiopod_mcp.studio")


class Teller:
    """A thread, made on first use, that hands what it is told to ``send``, again after ``sqlite3.Error``."""

    def __init__(self, send: Callable[[Sequence[Told]], None]) -> None:
        self._send = send
        self._untold: dict[Told, None] = {}
        self._news = threading.Condition()
        self._thread: threading.Thread | None = None
        self._ends = False

    def tell(self, lines: Iterable[Told]) -> None:
        """Have ``lines`` told soon; from any thread."""
        with self._news:
            self._untold.update(dict.fromkeys(lines))
            if self._thread is None and self._untold and not self._ends:
                self._thread = threading.Thread(target=self._keep, name="telling", daemon=True)
                self._thread.start()
            self._news.notify()

    def close(self) -> None:
        """Tell what is left, if the database answers, and no more."""
        with self._news:
            self._ends = True
            self._news.notify()
            thread = self._thread
        if thread is not None:
            thread.join(_GOODBYE)

    def _keep(self) -> None:
        while True:
            with self._news:
                self._news.wait_for(lambda: self._untold or self._ends)
                lines, self._untold = list(self._untold), {}
            if not lines:
                return
            try:
                self._send(lines)
            except sqlite3.Error:
                if self._ends:
                    return
                with self._news:
                    self._untold = dict.fromkeys([*lines, *self._untold][-_MOST:])
                    self._news.wait_for(lambda: self._ends, _PAUSE)
            except Exception:  # whoever is not told of these looks anyway; the next ones are told
                logger.exception("%s changes could not be told", len(lines))
