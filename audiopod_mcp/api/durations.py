"""How long jobs take, as far as those tell that have ended, and so when to look at the next one."""

from __future__ import annotations

from collections import OrderedDict, deque
from datetime import datetime
from typing import NamedTuple

from audiopod_mcp.operations import Job

from .clock import Clock

ENOUGH = 3
"""Jobs of a kind from which on something is known of it."""
RECENT = 30
"""Jobs of a kind that count: a service gets faster and slower."""
KINDS = 200
JOBS = 2000
"""How many kinds, and jobs that were made here, are remembered."""
LONGEST = 1e6
"""Seconds of audio; what is told to be longer is no longer told apart."""
TOO_LONG = 3600.0
"""Seconds after which a job no longer tells how long its kind takes."""
NEARLY = 75.0
"""Percent of progress from which on the end may be near, whatever was learnt."""
LONGER = 1.0
"""Seconds that a pause is longer while no job of the kind has ended yet: this one may be the first to."""
OFTEN = 1.0
"""The longest pause when its end is due, seconds."""
SHORTEST = 0.2

_Kind = tuple[str | None, int | None]


class _Made(NamedTuple):
    kind: _Kind
    at: float


class Durations:
    """The jobs of one client.

    A job's time is told by the service, whose clock need not be ours, so how long a job has been running is
    known only of those that were made here. One that took long for once, or no time, changes nothing.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._taken: OrderedDict[_Kind, deque[float]] = OrderedDict()
        self._made: OrderedDict[int, _Made] = OrderedDict()

    def made(self, job: Job) -> None:
        """``job`` was made just now."""
        self._made[job.id] = _Made(_kind_of(job), self._clock.now())
        self._made.move_to_end(job.id)
        while len(self._made) > JOBS:
            self._made.popitem(last=False)

    def run_again(self, job_id: int) -> None:
        """``job_id`` begins anew: what it takes until it ends is no longer what its kind takes."""
        self._made.pop(job_id, None)

    def learn(self, job: Job) -> None:
        """How long ``job`` took, once it has done what it was made for, and if the service says so."""
        made = self._made.pop(job.id, None) if job.is_finished else None
        seconds = _seconds_between(job.created_at, job.completed_at)
        if job.status != "COMPLETED" or seconds is None or made is None:
            return
        self._taken.setdefault(made.kind, deque(maxlen=RECENT)).append(seconds)
        self._taken.move_to_end(made.kind)
        while len(self._taken) > KINDS:
            self._taken.popitem(last=False)

    def expected(self, job_id: int) -> tuple[float, float] | None:
        """Between which seconds from now the job may end, where that can be told."""
        made = self._made.get(job_id)
        if made is None:
            return None
        taken = self._taken.get(made.kind, ())
        if len(taken) < ENOUGH:
            return None
        usual, age = sorted(taken)[len(taken) // 2], self._clock.now() - made.at
        typical = [seconds for seconds in taken if usual / 2 <= seconds <= usual * 2]
        return 0.9 * min(typical) - age, 1.1 * max(typical) - age

    def pause(self, job_id: int, progress: float, usual: float, longest: float) -> float:
        """Seconds until the next look at a job; ``usual``, at most ``longest``, where nothing is known."""
        expected = self.expected(job_id)
        if expected is None:
            return usual
        earliest, latest = expected
        if earliest > 0 and progress < NEARLY:
            return max(SHORTEST, min(earliest, longest + LONGER))
        return min(usual, OFTEN) if latest > 0 else usual


def _kind_of(job: Job) -> _Kind:
    """Jobs that take about as long: of one task, their lengths within a factor of two."""
    length = min(job.audio_duration or 0.0, LONGEST)
    return job.task, round(length).bit_length() if length > 0 else None


def _seconds_between(begin: str | None, end: str | None) -> float | None:
    try:
        seconds = (datetime.fromisoformat(end or "") - datetime.fromisoformat(begin or "")).total_seconds()
    except (ValueError, TypeError):  # no time, or only one of them says in which zone
        return None
    return seconds if 0 < seconds < TOO_LONG else None
