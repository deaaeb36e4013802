"""SQLite as every process of a studio opens it, and the schema of all databases."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import Final

_VERSION: Final = 2
"""Of the schema. Whoever changes it raises this, and has :func:`upgrade` bring older files up to date."""
_TO_DO: Final = """\
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
    interruptions INTEGER DEFAULT 0,
    attempt INTEGER NOT NULL DEFAULT 0,
"""
"""What is alike of all that is to be done, and that the ledger writes: see :mod:`.ledger`."""
SCHEMA: Final = f"""
CREATE TABLE IF NOT EXISTS jobs (
{_TO_DO}    token TEXT NOT NULL,
    format TEXT NOT NULL,
    display_name TEXT,
    caption TEXT,
    song_type TEXT,
    language TEXT,
    genre TEXT,
    thumbnail_url TEXT,
    liked INTEGER NOT NULL DEFAULT 0,
    idempotency_key TEXT,
    traceparent TEXT,
    fingerprint TEXT NOT NULL,
    created_at TEXT NOT NULL,
    started_at TEXT,
    completed_at TEXT,
    audio_duration REAL,
    takes TEXT NOT NULL DEFAULT '[]',
    lrc_content TEXT,
    quality_score REAL,
    notes TEXT NOT NULL DEFAULT '[]',
    done TEXT NOT NULL DEFAULT '[]',
    not_done TEXT NOT NULL DEFAULT '[]',
    details TEXT NOT NULL DEFAULT '{{}}',
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
CREATE TABLE IF NOT EXISTS tombstones (
    job_id INTEGER PRIMARY KEY,
    deleted_at TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS answers (
{_TO_DO}    asker TEXT NOT NULL,
    created_at TEXT NOT NULL,
    started_at TEXT,
    completed_at TEXT,
    result TEXT,
    error_message TEXT
);
"""
PATIENCE: Final = 10.0
"""Seconds to wait for others who write."""
_CHECKED_UP_TO: Final = 16 * 2**20
"""Bytes of a file that is looked through whenever it is opened, which takes some milliseconds."""
_RENAMED_IN_2: Final = (
    ("duration", "audio_duration"),
    ("lrc", "lrc_content"),
    ("quality", "quality_score"),
    ("error", "error_message"),
)


class TooNew(sqlite3.DatabaseError):
    """The file was written by a later version of this program."""


class Damaged(sqlite3.DatabaseError):
    """The file is a database, and not a whole one of ours."""


class OfServer(sqlite3.DatabaseError):
    """Told by a database server; the message says what is wrong and, after a semicolon, what to do."""


class Refused(OfServer):
    """The server does not do what it is asked, or lacks what is needed."""


class Violated(OfServer, sqlite3.IntegrityError):
    """What was to be stored contradicts what is there."""


class Unreachable(OfServer, sqlite3.OperationalError):
    """The server does not answer, or broke off; what was begun did not happen."""


def connect(path: Path) -> sqlite3.Connection:
    """A connection as every process of a studio opens it."""
    connection = sqlite3.connect(path, timeout=PATIENCE, isolation_level=None, check_same_thread=False)
    connection.row_factory = sqlite3.Row
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("PRAGMA secure_delete = ON")  # what is deleted is gone, not only out of sight
    return connection


def use_write_ahead_log(connection: sqlite3.Connection) -> None:
    """Let readers and writers work side by side. SQLite does not wait for its turn at this one statement."""
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if not is_busy(error) or time.monotonic() > deadline:
                raise
            time.sleep(0.05)


def is_busy(error: sqlite3.Error) -> bool:
    """Whether somebody else was writing all the time."""
    return _code(error) in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}


def is_damaged(error: sqlite3.Error) -> bool:
    """Whether the file itself is what is wrong, so that another one helps."""
    codes = {sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_ERROR}
    return isinstance(error, Damaged) or _code(error) in codes


def _code(error: sqlite3.Error) -> int | None:
    code: int | None = getattr(error, "sqlite_errorcode", None)
    return None if code is None else code & 0xFF


def check(connection: sqlite3.Connection, *, thoroughly: bool = False) -> None:
    """Look through a file of moderate size, or ``thoroughly`` through any. Raises :class:`Damaged`."""
    pages, size = (connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "page_size"))
    if thoroughly or pages * size <= _CHECKED_UP_TO:
        kind = "integrity_check" if thoroughly else "quick_check"
        found = str(connection.execute(f"PRAGMA {kind}(1)").fetchone()[0])
        if found != "ok":
            raise Damaged(" ".join(found.replace("*** in database main ***", "").split())[:60])


def upgrade(connection: sqlite3.Connection, job_columns: Iterable[str]) -> None:
    """Bring the file, which may be new or of an earlier version, to the present schema.

    Raises:
        TooNew: where it is of a later version.
        Damaged: where it lacks what can't be made up.

    """
    version = check_version(connection)
    if version == 1:
        for old, new in _RENAMED_IN_2:
            connection.execute(f"ALTER TABLE jobs RENAME COLUMN {old} TO {new}")
    for statement in filter(str.strip, SCHEMA.split(";")):
        if "CREATE INDEX" not in statement:
            connection.execute(statement)
    for table, definition in missing_columns(connection):
        connection.execute(f"ALTER TABLE {table} ADD COLUMN {definition}")
    there = {row[1] for row in connection.execute("PRAGMA table_info(jobs)")}
    for name in set(job_columns) - there:
        connection.execute(f"ALTER TABLE jobs ADD COLUMN {name}")
    for statement in filter(str.strip, SCHEMA.split(";")):
        if "CREATE INDEX" in statement:
            connection.execute(statement)
    connection.execute(f"PRAGMA user_version = {_VERSION}")


def check_version(connection: sqlite3.Connection) -> int:
    """The version of the file. Raises :class:`TooNew`."""
    version = int(connection.execute("PRAGMA user_version").fetchone()[0])
    if version > _VERSION:
        raise TooNew("written by a newer version of audiopod-mcp")
    return version


def missing_columns(connection: sqlite3.Connection) -> list[tuple[str, str]]:
    """The columns that existing tables lack: the table, and how to add each.

    Raises:
        Damaged: where one can't be added, because its values are not known.

    """
    missing = []
    for table, columns in _declared().items():
        there = {row[1] for row in connection.execute(f"PRAGMA table_info({table})")}
        for name, definition in columns.items() if there else ():
            if name not in there:
                if definition is None:
                    raise Damaged(f"the column {name} of {table} is missing")
                missing.append((table, definition))
    return missing


def _declared() -> dict[str, dict[str, str | None]]:
    """The columns of each table, and how to add each; ``None``: it can't be, for its values are not known."""
    with closing(sqlite3.connect(":memory:")) as model:
        model.executescript(SCHEMA)
        tables = [row[0] for row in model.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {
            table: {
                name: None
                if key or (required and default is None)
                else f"{name} {kind}{' NOT NULL' if required else ''}"
                f"{'' if default is None else f' DEFAULT {default}'}"
                for _, name, kind, required, default, key in model.execute(f"PRAGMA table_info({table})")
            }
            for table in tables
            if not table.startswith("sqlite_")
        }
