"""When to ask again for a job that waits, so that many who wait don't keep a busy studio busier."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from statistics import fmean
from typing import Final

from audiopod_mcp.studio.stored_job import StoredJob

from .transactions import Database

LONGEST: Final = 10
"""Seconds after which to ask again at the latest."""
_PART: Final = 0.1
"""Of the wait that is to be expected: by so much of it the turn of a job may be heard of late."""
_COUNTED: Final = 1000
"""How many jobs before a job are counted at most, which bounds what an answer costs."""
_MEASURED: Final = 50
"""By how many of the latest finished jobs it is told how long one takes."""

_BEFORE: Final = (
    "SELECT owner FROM jobs WHERE status = 'PENDING' AND engine = ? AND id < ? ORDER BY id DESC LIMIT ?"
)
_RUNNING: Final = "SELECT count(*) FROM jobs WHERE status = 'PROCESSING' AND engine = ?"
_LATEST: Final = (
    "SELECT started_at, completed_at FROM (SELECT engine, started_at, completed_at FROM jobs "
    "WHERE status = 'COMPLETED' ORDER BY id DESC LIMIT ?) AS latest WHERE engine = ?"
)


def ask_again_after(database: Database, job: StoredJob) -> int | None:
    """Whole seconds from 1 to 10 after which to ask for ``job`` again, a tenth of the wait for its turn.

    ``None`` where there is no need to hold back: it runs or has ended, its turn comes within some seconds, or
    nobody knows yet how long jobs take here. Blocks.

    Raises:
        sqlite3.Error: where the database can't be used.

    """
    if job.status != "PENDING" or not (before := _before(database, job)):
        return None
    rows = database.rows(_LATEST, (_MEASURED, job.engine))
    took = [_seconds(row[0], row[1]) for row in rows if row[0] and row[1]]
    if not took:
        return None
    at_once = max(1, database.rows(_RUNNING, (job.engine,))[0][0])
    seconds = int(_PART * before * fmean(took) / at_once)
    return min(seconds, LONGEST) if seconds >= 1 else None


def _before(database: Database, job: StoredJob) -> int:
    """How many jobs are done before ``job``: callers take turns, so of each as many as of its own."""
    callers = Counter(row[0] for row in database.rows(_BEFORE, (job.engine, job.id, _COUNTED)))
    own = callers.pop(job.owner, 0)
    return own + sum(min(count, own + 1) for count in callers.values())


def _seconds(start: str, end: str) -> float:
    return max(0.0, (datetime.fromisoformat(end) - datetime.fromisoformat(start)).total_seconds())
