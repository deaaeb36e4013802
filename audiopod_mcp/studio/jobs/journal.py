"""What is told of a job that ran: one line in the log and one OpenTelemetry span.

Neither holds a key, an address, or anything of what was asked for. Spans go nowhere unless whoever runs
the studio sets up an exporter of their own.
"""

from __future__ import annotations

import logging
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Final, Literal

from opentelemetry import trace
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from audiopod_mcp import __version__
from audiopod_mcp.studio.stored_job import StoredJob

End = Literal["completed", "failed", "stopped", "put back"]
"""How a run ends: ``stopped`` for a deleted job, ``put back`` for one that is to be done again."""

ENDED: Final[Counter[tuple[str, End]]] = Counter()
"""How many runs ended in this process, by task and end."""
SECONDS: Final[Counter[str]] = Counter()
"""How long they took in all, by what they did."""

logger = logging.getLogger("audiopod_mcp.studio")
tracer = trace.get_tracer("audiopod_mcp.studio", __version__)
_TRACEPARENT: Final = "traceparent"
_PROPAGATOR: Final = TraceContextTextMapPropagator()


class Run:
    """One run of one job, as far as it has come."""

    def __init__(self, job: StoredJob) -> None:
        self.job = job
        self.end: End = "put back"
        """What it is unless something else is said: the studio was closed."""
        self.queued = _seconds_between(job.created_at, job.started_at)
        """Seconds since the job was made; of a retried one, since it was first made."""
        self._began = time.monotonic()
        self._collected: float | None = None

    def collected(self) -> None:
        """The job's audio is there and its place at work is free: the engine begins."""
        self._collected = time.monotonic()

    @property
    def timings(self) -> dict[str, float]:
        """Seconds: ``queued``, then ``waited`` for audio and a place at work, then ``worked``."""
        over = time.monotonic()
        begun = over if self._collected is None else self._collected
        told = {"queued": self.queued, "waited": begun - self._began, "worked": over - begun}
        return {name: round(seconds, 3) for name, seconds in told.items()}


@contextmanager
def recorded(job: StoredJob) -> Iterator[Run]:
    """A run of ``job``; told when it is over, however it ends."""
    run = Run(job)
    facts: dict[str, str | int | float] = {"job": job.id, "task": job.task, "engine": job.engine}
    # A part of what the job was asked for in, wherever that was; else a trace of its own, and no part of
    # whatever woke the studio up.
    with tracer.start_as_current_span(
        f"job {job.task}",
        context=_PROPAGATOR.extract({_TRACEPARENT: job.traceparent or ""}),
        attributes={f"audiopod.{name}": value for name, value in facts.items()},
        record_exception=False,
        set_status_on_exception=False,
    ) as span:
        try:
            yield run
        finally:
            timings = run.timings
            ENDED[job.task, run.end] += 1
            SECONDS.update(timings)
            facts |= {"status": run.end, **timings}
            span.set_attributes({f"audiopod.{name}": value for name, value in facts.items()})
            if run.end == "failed":
                span.set_status(trace.StatusCode.ERROR)
            times = ", ".join(f"{name} {seconds:.1f} s" for name, seconds in timings.items())
            logger.info("job %s (%s) %s: %s", job.id, job.task, run.end, times, extra={"facts": facts})


def traceparent_of(headers: Mapping[str, str]) -> str | None:
    """The span that a request tells it is part of, as W3C's Trace Context writes it; ``None``: of none."""
    found: dict[str, str] = {}
    _PROPAGATOR.inject(found, _PROPAGATOR.extract({_TRACEPARENT: headers.get(_TRACEPARENT, "")}))
    return found.get(_TRACEPARENT)


def _seconds_between(earlier: str, later: str | None) -> float:
    if later is None:
        return 0.0
    return max(0.0, (datetime.fromisoformat(later) - datetime.fromisoformat(earlier)).total_seconds())
