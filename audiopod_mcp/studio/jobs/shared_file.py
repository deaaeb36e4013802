"""The database file as one process holds it open: read, written to, and followed where it is replaced.

It is what :class:`~.transactions.Database` is on one machine.
"""

from __future__ import annotations

import logging
import os
import sqlite3
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any, Final

from audiopod_mcp.studio.stored_job import COLUMNS

from .database import check, check_version, connect, is_busy, upgrade, use_write_ahead_log

HIGHEST_FOREIGN_ID: Final = 10**15
"""What is believed of numbers that are read from files and folders."""
LAST_ID: Final = "last_id"
"""The file, beside the database, with the number of the latest job."""

logger = logging.getLogger("audiopod_mcp.studio")


class FileTransaction:
    """A transaction; while there is one, nobody else writes."""

    def __init__(self, connection: sqlite3.Connection, note_id: Callable[[int], None]) -> None:
        self.execute = connection.execute
        self._note_id = note_id

    def insert(self, table: str, values: Mapping[str, Any]) -> int:
        columns, marks = ", ".join(values), ", ".join("?" * len(values))
        sql = f"INSERT INTO {table} ({columns}) VALUES ({marks})"  # noqa: S608 - names of our own
        number = self.execute(sql, tuple(values.values())).lastrowid or 0
        if table == "jobs":
            self._note_id(number)
        return number

    def alone(self, name: str) -> None:
        """It is alone already."""

    def alone_now(self, name: str) -> bool:  # noqa: ARG002
        """It is alone already."""
        return True

    def changed(self, table: str, number: int) -> None:
        """Others look for themselves."""


class SharedFile:
    """One connection, for one thread at a time, to a file that other processes write to as well.

    :attr:`on_move` is called after the file was removed or replaced by somebody while it was in use, when
    what was not finished has been taken over into the new one.
    """

    def __init__(self, path: Path) -> None:
        self._lock = threading.RLock()
        self._current: FileTransaction | None = None
        """That of the thread which holds the lock."""
        self._path = path
        self._last_id = path.with_name(LAST_ID)
        self.on_move: Callable[[], None] | None = None
        self._connection = self._opened()

    def _opened(self) -> sqlite3.Connection:
        connection = connect(self._path)
        try:
            check_version(connection)
            check(connection)
            use_write_ahead_log(connection)
            self._file = _identity(self._path)
            connection.execute("BEGIN IMMEDIATE")
            upgrade(connection, COLUMNS)
            connection.execute("COMMIT")
        except BaseException:
            connection.close()
            raise
        return connection

    def close(self) -> None:
        """Close the file, which then holds everything itself unless others are still at it."""
        with self._lock:
            with suppress(sqlite3.Error):
                self._connection.execute("PRAGMA busy_timeout = 0")
                self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            self._connection.close()

    @contextmanager
    def transaction(self) -> Iterator[FileTransaction]:
        moved = False
        with self._lock:
            if self._current is not None:
                yield self._current
                return
            moved = self._begin()
            self._current = FileTransaction(self._connection, self._note_id)
            try:
                yield self._current
                self._connection.execute("COMMIT")
            except BaseException:
                with suppress(sqlite3.Error):  # where the transaction ended by itself
                    self._connection.execute("ROLLBACK")
                raise
            finally:
                self._current = None
        if moved:
            logger.warning(
                "%s was removed or replaced; what was not finished goes on in the new one", self._path
            )
            if self.on_move:
                self.on_move()

    def _begin(self) -> bool:
        """Begin to write; whether that is into another file, because there is one by now."""
        self._connection.execute("BEGIN IMMEDIATE")
        if self._is_in_place():
            return False
        unfinished = self._connection.execute(
            "SELECT * FROM jobs WHERE status IN ('PENDING', 'PROCESSING')"
        ).fetchall()
        self._connection.execute("ROLLBACK")
        new = self._opened()
        self._connection.close()
        self._connection = new
        new.execute("BEGIN IMMEDIATE")
        for row in unfinished:
            marks = ", ".join("?" * len(row))
            new.execute(f"INSERT OR IGNORE INTO jobs ({', '.join(row.keys())}) VALUES ({marks})", tuple(row))  # noqa: S608
        self._raise_ids(new, 0)
        return True

    def _is_in_place(self) -> bool:
        """Whether the file that is open, and locked for writing just now, still lies at its place."""
        if (found := _identity(self._path)) == self._file:
            return True
        if found is None:
            return False
        try:
            with closing(sqlite3.connect(self._path, timeout=0, isolation_level=None)) as other:
                other.execute("BEGIN IMMEDIATE")
        except sqlite3.Error as error:
            if is_busy(error):  # it is ours: some network file systems number their files anew
                self._file = found
                return True
        return False

    def rows(self, sql: str, values: Sequence[Any] = ()) -> list[sqlite3.Row]:
        with self._lock:
            return self._connection.execute(sql, values).fetchall()

    def start_ids_above(self, highest: int) -> None:
        with self.transaction():
            self._raise_ids(self._connection, highest)

    def checkpoint(self) -> None:
        with self._lock, suppress(sqlite3.Error):  # passive: as far as it goes without anybody waiting
            self._connection.execute("PRAGMA wal_checkpoint(PASSIVE)")

    def _raise_ids(self, connection: sqlite3.Connection, highest: int) -> None:
        with suppress(OSError, ValueError):
            highest = max(highest, min(int(self._last_id.read_bytes()[:20]), HIGHEST_FOREIGN_ID))
        tops = connection.execute(
            "SELECT max(id) FROM jobs UNION ALL SELECT max(job_id) FROM tombstones "
            "UNION ALL SELECT seq FROM sqlite_sequence WHERE name = 'jobs'"
        )
        highest = max(highest, *(row[0] or 0 for row in tops), 0)
        connection.execute("DELETE FROM sqlite_sequence WHERE name = 'jobs'")
        connection.execute("INSERT INTO sqlite_sequence VALUES ('jobs', ?)", (highest,))
        self._note_id(highest)

    def _note_id(self, job_id: int) -> None:
        """Remember beside the file, for the case that it is lost; inside a transaction, so one at a time."""
        with suppress(OSError):
            number = os.open(self._last_id, os.O_WRONLY | os.O_CREAT, 0o600)
            try:
                os.write(number, b"%019d\n" % job_id)
            finally:
                os.close(number)


def _identity(path: Path) -> tuple[int, int] | None:
    """What tells this file from another that lies there later; ``None`` where there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino
