"""Waiting for a job: asking often enough to be prompt and seldom enough to be polite."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Protocol

import anyio

from audiopod_mcp.operations import Job

from .clock import Clock, Deadline
from .errors import AudioPodError, BadResponse, NotFound, Unreachable
from .lookups import Lookups, Wait

OnChange = Callable[[Job], Awaitable[None]]

FIRST_PAUSE = 0.2
GROWTH = 1.3
LAST_LOOK = 0.5
"""Seconds kept back for the last look before the wait is over."""
SHORTEST_LOOK = 5.0
"""Seconds that looking at a job may take when nothing is known of it yet."""
MISSES_ALLOWED = 2
"""How often a job that was there may be missing before it counts as gone: a replica may lag behind."""


class JobSource(Protocol):
    """Where jobs are looked up."""

    limits: bool
    clock: Clock
    lookups: Lookups


async def watch(
    client: JobSource,
    job: int | Job,
    *,
    max_wait: float | None,
    on_change: OnChange | None = None,
    cap: float | None = None,
    outage: float = 120.0,
) -> Job:
    """Wait until a job is finished, and return it; or as it is when ``max_wait`` is over.

    Progress never goes back, whatever the service says. Cancelling the wait leaves the job alone.

    Args:
        client: where to look.
        job: its id, or the job as last seen.
        max_wait: seconds; ``None``: as long as it takes.
        on_change: told the job on first sight and on every change of status, progress or stage; the last job
            told is the one returned.
        cap: longest pause between two looks of which nothing better is known, seconds; by default 4, or 0.5
            where the service knows no rate limits. Jobs that were made by ``client`` are looked at when jobs
            of their kind have ended; a service that asks for a longer pause (``Retry-After``) gets it.
        outage: seconds without any good answer after which to give up; the job as last seen is then
            returned, still running.

    Raises:
        NotFound: there is no such job, or it has vanished.
        AudioPodError: nothing could be learnt about the job; the error carries its id.

    """
    observed = _ObservedJob(on_change)
    if isinstance(job, Job):
        job_id = job.id
        await observed.see(job)
    else:
        job_id = job
    with client.lookups.waiting_for(job_id) as wait:
        return await _watch(client, wait, observed, max_wait, cap or (4.0 if client.limits else 0.5), outage)


async def _watch(
    client: JobSource,
    wait: Wait,
    observed: _ObservedJob,
    max_wait: float | None,
    cap: float,
    outage: float,
) -> Job:
    clock, lookups = client.clock, client.lookups
    end = Deadline(clock, float("inf") if max_wait is None else max_wait)
    lost = Deadline(clock, outage)
    pause, missing = 0.0 if lookups.are_told else FIRST_PAUSE, 0
    growing = FIRST_PAUSE
    is_due = False  # somebody said that it has ended, though it may not show yet
    while not (observed.last and observed.last.is_finished):
        if observed.last is not None:
            if await wait.pause(max(0.0, min(max(pause, wait.hint), end.left - LAST_LOOK)), clock):
                is_due, growing = True, FIRST_PAUSE
            if end.left <= 0:
                break
        try:
            seconds = end.left if observed.last else max(end.left, SHORTEST_LOOK)
            seen = await _look_up(lookups, wait, seconds, alone=is_due)
        except NotFound as gone:
            missing += 1
            if observed.last is None:
                raise
            if missing > MISSES_ALLOWED:
                raise NotFound(
                    f"Job {wait.job_id} was {observed.last.status} and is gone now: somebody deleted it, "
                    "or the service lost it",
                    status=gone.status,
                    job_id=wait.job_id,
                ) from None
            pause = growing = min(cap, pause * GROWTH)
        except AudioPodError as problem:
            worn_out = lost.left <= 0 or end.left <= LAST_LOOK
            if not (problem.transient or isinstance(problem, BadResponse)) or (
                worn_out and not observed.last
            ):
                raise _with_job_id(problem, wait.job_id) from None
            if worn_out:
                break
            pause = max(problem.retry_after or 0.0, min(cap, max(1.0, pause * 2)))
            growing = min(cap, pause)  # who was in trouble is not pestered afterwards
            if observed.last is None:
                await clock.sleep(max(0.0, min(pause, end.left - LAST_LOOK)))
        else:
            lost, missing = Deadline(clock, outage), 0
            if seen is not None:
                await observed.see(seen)
            growing = min(cap, growing * GROWTH)
            if lookups.are_told:
                pause = 0.0
            elif is_due:
                pause = growing
            else:
                longest = lookups.pause(cap) if lookups.together else cap
                usual = longest if lookups.together else growing
                pause = lookups.durations.pause(wait.job_id, observed.progress, usual, longest)
        if end.left <= LAST_LOOK and observed.last is not None:
            break
    assert observed.last is not None  # noqa: S101 - the loop ends with a job or an error
    return observed.last


class _ObservedJob:
    """What was last seen of a job, its progress only ever growing."""

    def __init__(self, on_change: OnChange | None) -> None:
        self.last: Job | None = None
        self._on_change = on_change

    @property
    def progress(self) -> float:
        """Percent."""
        return (self.last and self.last.progress) or 0.0

    async def see(self, job: Job) -> None:
        before = self.last
        if before is not None and before.progress is not None:
            progress = max(before.progress, job.progress or 0.0)
            job = job.model_copy(update={"progress": progress})
        self.last = job
        changed = before is None or any(
            getattr(before, name) != getattr(job, name) for name in ("status", "progress", "stage")
        )
        if changed and self._on_change:
            await self._on_change(job)


async def _look_up(lookups: Lookups, wait: Wait, seconds: float, *, alone: bool) -> Job | None:
    """The job as it is now, ``None`` where it has not got on, or a transient error after ``seconds``."""
    with anyio.move_on_after(max(seconds, 0.0)):
        return await lookups.look_up(wait, max(seconds - LAST_LOOK, 0.0), alone=alone)
    raise Unreachable(
        f"Job {wait.job_id} could not be looked up in time; try again in a moment", transient=True
    )


def _with_job_id(problem: AudioPodError, job_id: int) -> AudioPodError:
    """The same error, telling which job it is about."""
    words = str(problem)
    return type(problem)(
        words if f"ob {job_id} " in words else f"Job {job_id} could not be looked up: {words}",
        status=problem.status,
        retry_after=problem.retry_after,
        job_id=job_id,
        transient=problem.transient,
    )
