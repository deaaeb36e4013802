"""What runs in this process: its reports are written down together, and what is no longer ours is ended."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import anyio
from anyio import to_thread

from audiopod_mcp.studio.stored_job import StoredJob

from .ledger import LANES, Lane, Ledger, Report


class NoLongerOurs(Exception):
    """The job was deleted, or somebody else has begun it again."""


@dataclass
class Watched:
    """An attempt that is under way here."""

    job: StoredJob
    scope: anyio.CancelScope
    said: tuple[float, str] | None = None
    """Percent and stage, where they were not written down yet."""

    def told(self, said: tuple[float, str]) -> None:
        """How far it is; from any thread."""
        self.said = said

    def report(self) -> Report:
        said, self.said = self.said, None
        return Report(self.job.id, self.job.attempt, *(said or ()))


class Watch:
    """Looks at all that is under way ``every`` so many seconds, once for all.

    ``tell`` is told whose progress was written down.
    """

    def __init__(
        self, ledgers: Mapping[Lane, Ledger], every: float, tell: Callable[[Lane, int], None]
    ) -> None:
        self._ledgers = ledgers
        self._every = every
        self._tell = tell
        self._running: dict[Lane, dict[int, Watched]] = {lane: {} for lane in LANES}

    @contextmanager
    def over(self, lane: Lane, job: StoredJob) -> Iterator[Callable[[tuple[float, str]], None]]:
        """An attempt, which is cancelled once it is no longer ours; gives what is told how far it is.

        Raises:
            NoLongerOurs: where it was cancelled.

        """
        running = self._running[lane]
        with anyio.CancelScope() as scope:
            running[job.id] = watched = Watched(job, scope)
            try:
                yield watched.told
            finally:
                if running.get(job.id) is watched:
                    del running[job.id]
        if scope.cancelled_caught:
            raise NoLongerOurs

    async def keep(self) -> None:
        """Look again and again, until cancelled."""
        while True:
            await anyio.sleep(self._every)
            for lane in LANES:
                if running := dict(self._running[lane]):
                    await self._look(self._ledgers[lane], running)

    async def _look(self, ledger: Ledger, running: Mapping[int, Watched]) -> None:
        reports = [watched.report() for watched in running.values()]
        try:
            ours = await to_thread.run_sync(ledger.progress, reports)
        except sqlite3.Error:  # whoever writes a result says so; the next reports will do
            return
        for number in running.keys() - ours:
            running[number].scope.cancel()
        for report in reports:
            if report.progress is not None:
                self._tell(ledger.lane, report.number)
