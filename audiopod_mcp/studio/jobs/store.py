"""The job store: one SQLite file, shared by every studio process that works on the same folder."""

from __future__ import annotations

import json
import secrets
import sqlite3
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from audiopod_mcp.operations import JobFilters
from audiopod_mcp.studio.stored_job import COMPUTED, StoredJob

from .database import connect, upgrade, use_write_ahead_log, write_progress

LARGEST_ID: Final = 2**63 - 1
"""What SQLite can hold; no job has a larger number."""
CRASHES_ALLOWED: Final = 3
"""How often a job may take its studio down with it before it is given up."""

_GIVEN_UP: Final = (
    "gave up: the process making this ended # times without a word, most likely out of memory; "
    "ask for less (shorter, fewer takes) and retry"
)
_SORT: Final = {
    "created_at": "created_at",
    "display_name": "display_name COLLATE NOCASE",
    "audio_duration": "audio_duration",
    "status": "status",
}


class KeyReused(Exception):
    """An idempotency key came again with another request."""


def now() -> str:
    """The time, ISO 8601 in UTC with milliseconds: strings that sort as times do."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class Store:
    """Jobs and analyses. Methods block and are safe from any thread; call them off the event loop."""

    def __init__(self, path: Path) -> None:
        self._lock = threading.Lock()
        self._connection = connect(path)
        use_write_ahead_log(self._connection)
        try:
            with self._transaction() as connection:
                upgrade(connection, StoredJob.model_fields.keys() - COMPUTED)
        except BaseException:
            self._connection.close()
            raise

    def close(self) -> None:
        with self._lock:
            self._connection.close()

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")

    def _rows(self, sql: str, values: tuple[Any, ...] = ()) -> list[sqlite3.Row]:
        with self._lock:
            return self._connection.execute(sql, values).fetchall()

    # Jobs, as their owner sees them ------------------------------------------------------------

    def create(self, values: Mapping[str, Any]) -> tuple[StoredJob, bool]:
        """The new job of ``values`` (columns), and whether it is new: an idempotency key finds the first.

        Raises:
            KeyReused: where the key came with another request within a day.

        """
        row = {**values, "token": secrets.token_urlsafe(12), "created_at": now()}
        with self._transaction() as connection:
            if key := row.get("idempotency_key"):
                yesterday = (datetime.now(UTC) - timedelta(days=1)).isoformat(timespec="milliseconds")
                first = connection.execute(
                    "SELECT * FROM jobs WHERE owner = ? AND idempotency_key = ? AND created_at > ?",
                    (row["owner"], key, yesterday),
                ).fetchone()
                if first and first["fingerprint"] != row["fingerprint"]:
                    raise KeyReused
                if first:
                    return _job(first), False
            columns = ", ".join(row)
            marks = ", ".join("?" * len(row))
            cursor = connection.execute(
                f"INSERT INTO jobs ({columns}) VALUES ({marks})",  # noqa: S608 - names of our own
                tuple(map(_stored, row.values())),
            )
            new = connection.execute("SELECT * FROM jobs WHERE id = ?", (cursor.lastrowid,)).fetchone()
            return _job(new), True

    def job(self, job_id: int, owner: str | None = None) -> StoredJob | None:
        """The job, if there is one and ``owner`` (``None``: the studio itself) may see it."""
        if not 0 < job_id <= LARGEST_ID:
            return None
        rows = self._rows("SELECT * FROM jobs WHERE id = ?", (job_id,))
        job = _job(rows[0]) if rows else None
        return job if job and owner in (None, job.owner) else None

    def jobs(self, owner: str, query: JobFilters) -> tuple[list[StoredJob], int]:
        """The jobs that ``query`` asks for, and how many there are without ``skip`` and ``limit``."""
        where, values = _conditions(owner, query)
        total = self._rows(f"SELECT count(*) FROM jobs WHERE {where}", values)[0][0]  # noqa: S608
        order = _SORT[query.sort_by]
        direction = "ASC" if query.sort_order == "asc" else "DESC"
        rows = self._rows(
            f"SELECT * FROM jobs WHERE {where} ORDER BY {order} {direction}, id {direction} LIMIT ? OFFSET ?",  # noqa: S608
            (*values, query.limit, min(query.skip, LARGEST_ID)),
        )
        return [_job(row) for row in rows], total

    def unfinished(self, owner: str) -> int:
        """How many jobs of ``owner`` wait or run."""
        sql = "SELECT count(*) FROM jobs WHERE owner = ? AND status IN ('PENDING', 'PROCESSING')"
        return int(self._rows(sql, (owner,))[0][0])

    def counts(self, owner: str, column: str) -> dict[str, int]:
        """How many jobs there are by each value of ``column``."""
        rows = self._rows(
            f"SELECT {column}, count(*) FROM jobs WHERE owner = ? AND {column} IS NOT NULL "  # noqa: S608
            f"GROUP BY {column} ORDER BY 2 DESC",
            (owner,),
        )
        return {str(value): count for value, count in rows}

    def update(self, job_id: int, values: Mapping[str, Any]) -> None:
        """Set columns of a job."""
        names = ", ".join(f"{name} = ?" for name in values)
        with self._transaction() as connection:
            connection.execute(
                f"UPDATE jobs SET {names} WHERE id = ?",  # noqa: S608
                (*map(_stored, values.values()), job_id),
            )

    def delete(self, job_id: int) -> None:
        """Forget the job; a worker that is at it notices at its next report."""
        with self._transaction() as connection:
            connection.execute("DELETE FROM jobs WHERE id = ?", (job_id,))

    def retry(self, job_id: int) -> bool:
        """Queue a failed job again. ``False`` where it hasn't failed."""
        with self._transaction() as connection:
            return (
                connection.execute(
                    "UPDATE jobs SET status = 'PENDING', progress = 0, stage = NULL, error_message = NULL, "
                    "crashes = 0, started_at = NULL, completed_at = NULL WHERE id = ? AND status = 'FAILED'",
                    (job_id,),
                ).rowcount
                == 1
            )

    # Jobs, as the studios that work on them see them ----------------------------------------------

    def claim(self, instance: str, engine: str) -> StoredJob | None:
        """The oldest waiting job, now this instance's."""
        with self._transaction() as connection:
            found = connection.execute(
                "SELECT id FROM jobs WHERE status = 'PENDING' AND engine = ? ORDER BY id LIMIT 1", (engine,)
            ).fetchone()
            if found is None:
                return None
            connection.execute(
                "UPDATE jobs SET status = 'PROCESSING', claimed_by = ?, started_at = ?, stage = 'starting' "
                "WHERE id = ? AND status = 'PENDING'",
                (instance, now(), found["id"]),
            )
            return _job(connection.execute("SELECT * FROM jobs WHERE id = ?", (found["id"],)).fetchone())

    def progress(self, job_id: int, instance: str, progress: float, stage: str) -> bool:
        """Say how far a job is, percent, and what is done. ``False``: it is no longer this instance's."""
        with self._lock:
            return write_progress(self._connection, job_id, instance, progress, stage)

    def finish(self, job_id: int, instance: str, values: Mapping[str, Any]) -> bool:
        """Complete or fail a job that ``instance`` still holds. ``False`` where it was deleted meanwhile."""
        names = ", ".join(f"{name} = ?" for name in values)
        with self._transaction() as connection:
            return (
                connection.execute(
                    f"UPDATE jobs SET {names}, completed_at = ?, claimed_by = NULL, stage = NULL "  # noqa: S608
                    "WHERE id = ? AND claimed_by = ? AND status = 'PROCESSING'",
                    (*map(_stored, values.values()), now(), job_id, instance),
                ).rowcount
                == 1
            )

    def release(
        self,
        instance: str,
        job_id: int | None = None,
        *,
        crashed: bool = False,
        allowed: int = CRASHES_ALLOWED,
    ) -> int:
        """Put back what ``instance`` holds (or its one job); give up what crashed ``allowed`` times."""
        condition = "claimed_by = ? AND status = 'PROCESSING'"
        values: tuple[Any, ...] = (instance,)
        if job_id is not None:
            condition, values = f"{condition} AND id = ?", (instance, job_id)
        with self._transaction() as connection:
            if crashed:
                connection.execute(f"UPDATE jobs SET crashes = crashes + 1 WHERE {condition}", values)  # noqa: S608
                connection.execute(
                    "UPDATE jobs SET status = 'FAILED', claimed_by = NULL, stage = NULL, completed_at = ?, "  # noqa: S608
                    f"error_message = replace(?, '#', crashes) WHERE {condition} AND crashes >= ?",
                    (now(), _GIVEN_UP, *values, allowed),
                )
            return connection.execute(
                "UPDATE jobs SET status = 'PENDING', progress = 0, stage = NULL, claimed_by = NULL, "  # noqa: S608
                f"started_at = NULL WHERE {condition}",
                values,
            ).rowcount

    def adopt(self, engine: str) -> None:
        """Have ``engine`` do the jobs that wait for one which nobody runs any more."""
        with self._transaction() as connection:
            connection.execute(
                "UPDATE jobs SET engine = ? WHERE status = 'PENDING' AND engine != ?", (engine, engine)
            )

    def claimants(self) -> set[str]:
        """The instances that hold jobs."""
        rows = self._rows("SELECT DISTINCT claimed_by FROM jobs WHERE status = 'PROCESSING'")
        return {row[0] for row in rows if row[0]}

    def known_ids(self) -> set[int]:
        return {row[0] for row in self._rows("SELECT id FROM jobs")}

    # Analyses -----------------------------------------------------------------------------------

    def add_analysis(self, owner: str, result: Mapping[str, Any]) -> str:
        """Keep an analysis; the answer is its id."""
        analysis_id = secrets.token_hex(8)
        with self._transaction() as connection:
            connection.execute(
                "INSERT INTO analyses VALUES (?, ?, ?, ?)", (analysis_id, owner, now(), json.dumps(result))
            )
        return analysis_id

    def add_details(self, job_id: int, take: str, owner: str, details: Mapping[str, Any]) -> None:
        """Tell what was found out about a job's first take among its details, where it has none of it yet."""
        with self._transaction() as connection:
            for name, value in details.items():
                connection.execute(
                    "UPDATE jobs SET details = json_set(details, '$.' || ?1, json(?2)) WHERE id = ?3 "
                    "AND json_extract(takes, '$[0].name') = ?4 AND owner = ?5 "
                    "AND json_extract(details, '$.' || ?1) IS NULL",
                    (name, json.dumps(value), job_id, take, owner),
                )

    def analysis(self, analysis_id: str, owner: str) -> dict[str, Any] | None:
        rows = self._rows("SELECT result FROM analyses WHERE id = ? AND owner = ?", (analysis_id, owner))
        return dict(json.loads(rows[0][0])) if rows else None


def _job(row: sqlite3.Row) -> StoredJob:
    return StoredJob.model_validate(dict(row))


def _stored(value: Any) -> Any:
    return json.dumps(value) if isinstance(value, dict | list) else value


def _conditions(owner: str, query: JobFilters) -> tuple[str, tuple[Any, ...]]:
    terms: list[str] = ["owner = ?"]
    values: list[Any] = [owner]
    for column, wanted in (
        ("task", query.task and query.task.replace("-", "_")),
        ("status", query.status),
        ("song_type", query.song_type),
        ("language", query.language),
        ("liked", query.liked),
    ):
        if wanted is not None:
            terms.append(f"{column} = ?")
            values.append(wanted)
    text = "coalesce(display_name, '') || ' ' || coalesce(genre, '') || ' ' || coalesce(caption, '')"
    for words in (query.search, query.genre, query.emotion, query.occasion):
        for word in (words or "").split():
            terms.append(rf"{text} LIKE ? ESCAPE '\'")
            values.append("%" + word.replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_") + "%")
    return " AND ".join(terms), tuple(values)
