"""SQLite as every process of a studio opens it, and the one statement that worker processes run."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path


def connect(path: Path) -> sqlite3.Connection:
    """A connection as every process of a studio opens it."""
    connection = sqlite3.connect(path, timeout=30, isolation_level=None, check_same_thread=False)
    connection.row_factory = sqlite3.Row
    connection.execute("PRAGMA synchronous = NORMAL")
    return connection


def use_write_ahead_log(connection: sqlite3.Connection) -> None:
    """Let readers and writers work side by side. SQLite does not wait for its turn at this one statement."""
    deadline = time.monotonic() + 30
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)


@contextmanager
def progress_writer(path: Path, job_id: int, instance: str) -> Iterator[Callable[[float, str], bool]]:
    """What a worker process tells the store with how far a job is; see :func:`write_progress`."""
    connection = connect(path)
    try:
        yield lambda progress, stage: write_progress(connection, job_id, instance, progress, stage)
    finally:
        connection.close()


def write_progress(
    connection: sqlite3.Connection, job_id: int, instance: str, progress: float, stage: str
) -> bool:
    """Say how far a job is; never backwards. ``False``: it is no longer this instance's."""
    cursor = connection.execute(
        "UPDATE jobs SET progress = max(progress, ?), stage = ? "
        "WHERE id = ? AND claimed_by = ? AND status = 'PROCESSING'",
        (progress, stage, job_id, instance),
    )
    return cursor.rowcount == 1
