"""SQLite as every process of a studio opens it: the schema, and the statement that worker processes run."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

_VERSION: Final = 2
"""Of the schema. Whoever changes it raises this, and has :func:`upgrade` bring older files up to date."""
_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS jobs (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    owner TEXT NOT NULL,
    task TEXT NOT NULL,
    params TEXT NOT NULL,
    sources TEXT NOT NULL,
    status TEXT NOT NULL DEFAULT 'PENDING',
    progress REAL NOT NULL DEFAULT 0,
    stage TEXT,
    engine TEXT NOT NULL,
    claimed_by TEXT,
    crashes INTEGER NOT NULL DEFAULT 0,
    token TEXT NOT NULL,
    format TEXT NOT NULL,
    display_name TEXT,
    caption TEXT,
    song_type TEXT,
    language TEXT,
    genre TEXT,
    thumbnail_url TEXT,
    liked INTEGER NOT NULL DEFAULT 0,
    idempotency_key TEXT,
    fingerprint TEXT NOT NULL,
    created_at TEXT NOT NULL,
    started_at TEXT,
    completed_at TEXT,
    audio_duration REAL,
    takes TEXT NOT NULL DEFAULT '[]',
    lrc_content TEXT,
    quality_score REAL,
    notes TEXT NOT NULL DEFAULT '[]',
    details TEXT NOT NULL DEFAULT '{}',
    error_message TEXT
);
CREATE INDEX IF NOT EXISTS jobs_by_status ON jobs (status, id);
CREATE INDEX IF NOT EXISTS jobs_by_owner ON jobs (owner, created_at);
CREATE INDEX IF NOT EXISTS jobs_by_key ON jobs (owner, idempotency_key) WHERE idempotency_key IS NOT NULL;
CREATE TABLE IF NOT EXISTS analyses (
    id TEXT PRIMARY KEY,
    owner TEXT NOT NULL,
    created_at TEXT NOT NULL,
    result TEXT NOT NULL
);
"""
_RENAMED_IN_2: Final = (
    ("duration", "audio_duration"),
    ("lrc", "lrc_content"),
    ("quality", "quality_score"),
    ("error", "error_message"),
)


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


def upgrade(connection: sqlite3.Connection, job_columns: Iterable[str]) -> None:
    """Bring the file, which may be new or of an earlier version, to the present schema.

    Raises:
        sqlite3.DatabaseError: where it is of a later version.

    """
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if version > _VERSION:
        raise sqlite3.DatabaseError("written by a newer version of audiopod-mcp")
    if version == 1:
        for old, new in _RENAMED_IN_2:
            connection.execute(f"ALTER TABLE jobs RENAME COLUMN {old} TO {new}")
    for statement in filter(str.strip, _SCHEMA.split(";")):
        connection.execute(statement)
    columns = {row["name"] for row in connection.execute("PRAGMA table_info(jobs)")}
    for name in set(job_columns) - columns:
        connection.execute(f"ALTER TABLE jobs ADD COLUMN {name}")
    connection.execute(f"PRAGMA user_version = {_VERSION}")


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
