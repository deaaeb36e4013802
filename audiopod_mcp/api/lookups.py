"""Looking up the jobs that several waits wait for: together, where one page of the job list tells many."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from functools import cached_property
from math import ceil
from typing import Protocol

import anyio

from audiopod_mcp.operations import Job, JobQuery

from .clock import Clock
from .durations import Durations
from .errors import AudioPodError
from .http_errors import ServiceIdentity
from .parsing import JobPage, RowsRead
from .rows import Rows

TOGETHER = 4
"""From how many waits on the list of jobs is asked instead of the single jobs."""
PAGE = 100
"""Jobs on one page of the list, the most that AudioPod's gives."""
PROMPT = 0.6
"""Seconds between two rounds when many jobs wait."""
REQUESTS = 0.04
"""Requests that one waiting job may cost a second, where several wait."""
LONGEST_NEWS = 20.0
"""Seconds for which a service in this process may hold its answer back."""
LONGEST_HINT = 60.0
"""Seconds that a service may ask to be left alone for between two looks at a job that it tells of."""
LONGEST_ROUND = 4.0
"""Seconds after which the list is given up for single jobs: others wait for it meanwhile."""
SINGLY = 60.0
"""Seconds for which single jobs are asked for after the list told too few of them, or nothing at all.

That is as long as there are less than twice as many waits: a burst of new jobs is on the list's first page.
"""

CALLS_EVERY = 5.0
"""Seconds between two calls that a wait heeds: a job ends once, whoever says how often."""


class JobService(Protocol):
    """Where jobs are looked up."""

    clock: Clock
    service: ServiceIdentity

    async def job_news(
        self, job_id: int, tag: str | None, seconds: float
    ) -> tuple[Job | None, str | None]: ...

    async def job(self, job_id: int, *, patience: float | None = None) -> Job: ...

    async def jobs(
        self,
        query: JobQuery | None = None,
        *,
        only: Collection[int] | None = None,
        before: RowsRead | None = None,
        patience: float | None = None,
    ) -> JobPage: ...


class Lookups:
    """The waits of one client, and what one of them learns for all.

    Jobs that end are looked up once more each, until the list is found to say as much of such jobs. What goes
    wrong with the list goes wrong with nobody's job: each is then asked for by itself.
    """

    def __init__(self, service: JobService) -> None:
        self._service = service
        self.durations = Durations(service.clock)
        self._rows = Rows()
        self._read: RowsRead = {}
        self._waits: defaultdict[int, list[Wait]] = defaultdict(list)
        self._rounds = 0
        self._told_at = float("-inf")
        self._tells = True
        self._singly_until = float("-inf")
        self._singly_below = 0

    @cached_property
    def _turn(self) -> anyio.Lock:
        """Made by the first who needs it: a lock wants a running event loop, and imports it."""
        return anyio.Lock()

    @contextmanager
    def waiting_for(self, job_id: int) -> Iterator[Wait]:
        """A wait for ``job_id``, told what others learn of it."""
        wait = Wait(job_id)
        self._waits[job_id].append(wait)
        try:
            yield wait
        finally:
            self._waits[job_id].remove(wait)
            if not self._waits[job_id]:
                del self._waits[job_id]
                self._read.pop(job_id, None)

    @property
    def are_told(self) -> bool:
        """Whether the service, being in this process, tells by itself when a job gets on."""
        return self._service.service.in_process and self._tells

    @property
    def together(self) -> bool:
        """Whether the list is the cheaper way now."""
        return (
            not self.are_told
            and len(self._waits) >= TOGETHER
            and (self._service.clock.now() >= self._singly_until or len(self._waits) >= self._singly_below)
        )

    def pause(self, longest: float) -> float:
        """Seconds between two rounds: short where one request tells many jobs."""
        pages = ceil(len(self._waits) / PAGE)
        return min(longest, max(PROMPT, pages / (REQUESTS * len(self._waits))))

    def hinted(self, job_id: int, seconds: float | None) -> None:
        """With ``job_id`` the service told after how many seconds to ask again, or nothing of the kind."""
        for wait in self._waits.get(job_id, ()):
            wait.hint = min(seconds or 0.0, LONGEST_HINT)

    def look_now(self, job_id: int) -> None:
        """Somebody says that ``job_id`` has ended: whoever waits for it looks at once."""
        for wait in self._waits.get(job_id, ()):
            wait.call(self._service.clock.now())

    async def look_up(self, wait: Wait, seconds: float, *, alone: bool = False) -> Job | None:
        """The job of ``wait`` as it is now, asked for by whichever wait comes first, for all, or ``alone``.

        A service that tells by itself has ``seconds`` to do so; ``None``: there is nothing new.

        Raises:
            AudioPodError: it could not be looked up.

        """
        if self.are_told:
            news, wait.tag = await self._service.job_news(wait.job_id, wait.tag, min(seconds, LONGEST_NEWS))
            self._tells = wait.tag is not None
            return news
        if self.together and not (wait.has_news or alone):
            if not self._have_just_told(wait):
                rounds = self._rounds
                async with self._turn:
                    if self._rounds == rounds:  # else somebody asked while this one stood in line
                        await self._round()
            if wait.told_in == self._rounds and not wait.has_news:
                return None
        row = wait.take_news()
        if row is not None and (self._rows.tell_all_of(row) if row.is_finished else not alone):
            job = row
        else:
            job = await self._service.job(wait.job_id, patience=0.0)
            if row is not None and row.status == job.status:
                self._rows.compare(row, job)
        self.durations.learn(job)
        if not job.is_finished:
            wait.known = _state_of(job)
        return job

    def _have_just_told(self, wait: Wait) -> bool:
        """Whether the last round was of now, and ``wait`` was told in it."""
        is_recent = self._service.clock.now() - self._told_at < self.pause(PROMPT)
        return is_recent and wait.told_in == self._rounds

    async def _round(self) -> None:
        """Page through the list, newest jobs first, for as long as that is cheaper than single requests."""
        missing, told, pages, came = set(self._waits), 0, 0, False
        with anyio.move_on_after(LONGEST_ROUND), suppress(AudioPodError):
            while missing and pages * TOGETHER <= told:
                query = JobQuery(skip=pages * PAGE, limit=PAGE)
                page = await self._service.jobs(query, only=missing, before=self._read, patience=0.0)
                pages += 1
                for job in page.jobs:
                    missing.discard(job.id)
                    told += 1
                    for wait in self._waits.get(job.id, ()):
                        wait.tell(job, self._rounds + 1)
                if page.listed < PAGE:
                    break
            came = True
        for job_id in self._read.keys() - self._waits.keys():  # nobody waits for it any more
            del self._read[job_id]
        self._rounds += 1
        self._told_at = self._service.clock.now()
        if not came or told < TOGETHER * pages:
            self._singly_until = self._service.clock.now() + SINGLY
            self._singly_below = 2 * len(self._waits)


class Wait:
    """One wait for one job."""

    def __init__(self, job_id: int) -> None:
        self.job_id = job_id
        self.tag: str | None = None
        """Of the job as last seen, where the service has such."""
        self.hint = 0.0
        """Seconds for which the service asked to be left alone, when it told of the job."""
        self.known: tuple[object, ...] | None = None
        """What whoever waits has seen of the job, while it is not finished."""
        self.told_in = 0
        """The last round in which the list told of the job."""
        self._is_called = False
        self._called_at = float("-inf")
        self._news: Job | None = None
        self._nap: anyio.CancelScope | None = None

    @property
    def has_news(self) -> bool:
        return self._news is not None

    def tell(self, job: Job, number: int) -> None:
        """What the list told in a round; ends the pause if it is new."""
        self.told_in, self.hint = number, 0.0
        if self.known == _state_of(job):
            return
        self._news = job
        if self._nap is not None:
            self._nap.cancel()

    def call(self, now: float) -> None:
        """The job is said to have ended; ends the pause, or the next one.

        Said again soon, it changes nothing: the looks that follow the first time are close enough.
        """
        if now - self._called_at < CALLS_EVERY:
            return
        self._called_at = now
        self._is_called, self.hint = True, 0.0
        if self._nap is not None:
            self._nap.cancel()

    def take_news(self) -> Job | None:
        news, self._news = self._news, None
        return news

    async def pause(self, seconds: float, clock: Clock) -> bool:
        """Wait ``seconds``, or until there is news or a call; whether it was called."""
        if self._news is None and not self._is_called:
            with anyio.CancelScope() as self._nap:
                await clock.sleep(seconds)
            self._nap = None
        called, self._is_called = self._is_called, False
        return called


def _state_of(job: Job) -> tuple[object, ...]:
    """What changes of a job when it gets on."""
    return job.status, job.progress, job.stage
