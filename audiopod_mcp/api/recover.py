"""Finding the job that a request made although its answer was lost."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from audiopod_mcp.operations import Operation

CLOCK_TOLERANCE = 3.0
"""Seconds. HTTP dates are whole seconds, and a service's machines do not agree to the millisecond."""


class Submission:
    """One request for a job, from before it is sent until its job is known or given up."""

    def __init__(self, operation: Operation, started: float, newest_before: int = 0) -> None:
        self.operation = operation
        self.started = started
        """On the client's clock."""
        self.newest_before = newest_before
        """The highest job id known when it was sent; 0: none."""

    def may_have_created(self, entry: Mapping[str, Any], job_id: int, window: tuple[float, float]) -> bool:
        """Whether the job of a list entry may be this request's.

        Args:
            entry: as the service tells it.
            job_id: its id.
            window: when the request was sent and when the list was made, as :func:`window` gives them.

        """
        if job_id <= self.newest_before or not self._same_task(entry.get("task")):
            return False
        if any(
            entry.get(name) is not None and not _is_same(entry[name], value)
            for name, value in self.operation.identity().items()
        ):
            return False
        created = seconds_since_1970(entry.get("created_at"))
        if created is None:
            return self.newest_before > 0
        return window[0] - CLOCK_TOLERANCE <= created <= window[1] + CLOCK_TOLERANCE

    def _same_task(self, task: Any) -> bool:
        names = {self.operation.task, *self.operation.other_tasks}
        return task is None or str(task).lower().replace("-", "_") in names


def candidates(
    submission: Submission,
    entries: Iterable[Any],
    *,
    claimed: set[int],
    window: tuple[float, float],
) -> dict[int, Mapping[str, Any]]:
    """The jobs of a list that may be this request's and nobody else's yet, by id."""
    found: dict[int, Mapping[str, Any]] = {}
    for entry in entries:
        if not isinstance(entry, dict):
            continue
        try:
            job_id = int(entry.get("id") or entry.get("job_id") or 0)
        except (TypeError, ValueError):
            continue
        if job_id not in claimed and submission.may_have_created(entry, job_id, window):
            found[job_id] = entry
    return found


def window(started: float, now: float, date: float | None) -> tuple[float, float]:
    """When a request was sent and what time it is by the service's clock, seconds since 1970.

    The answer to a later request carries that clock's time, so ours need not be right. A service in
    this process sends no date and shares our clock.
    """
    its_now = time.time() if date is None else date
    return its_now - (now - started), its_now


def seconds_since_1970(moment: Any) -> float | None:
    """A job's ``created_at``; without a zone it is UTC."""
    try:
        parsed = datetime.fromisoformat(moment)
        return (parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)).timestamp()
    except (TypeError, ValueError, OverflowError):
        return None


def _is_same(listed: Any, sent: Any) -> bool:
    return " ".join(str(listed).split()) == " ".join(str(sent).split())
