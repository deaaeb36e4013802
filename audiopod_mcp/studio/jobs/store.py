"""The job store: one SQLite file, shared by every studio process that works on the same folder."""

from __future__ import annotations

import json
import logging
import secrets
import sqlite3
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from audiopod_mcp.operations import JobFilters, names_of_task
from audiopod_mcp.studio.stored_job import StoredJob

from .database import write_progress
from .result_columns import forgetful
from .shared_file import COLUMNS, SharedFile

LARGEST_ID: Final = 2**63 - 1
"""What SQLite can hold; no job has a larger number."""
INTERRUPTIONS_ALLOWED: Final = 3
"""How often the studio may end in the middle of a job before that is given up: it may be what ends it."""
CRASHES_ALLOWED: Final = 2
"""How often a job may end its worker process before it is given up."""

_WORKER_DIED: Final = (
    "gave up: the process making this ended # times without a word, most likely out of memory; "
    "ask for less (shorter, fewer takes) and retry"
)
_STUDIO_DIED: Final = (
    "gave up: the whole server ended # times in the middle of this (it was killed, or the computer went "
    "down), which need not be this job's fault; retry it, and ask for less (shorter, fewer takes) if it "
    "happens again"
)
_SORT: Final = {
    "created_at": "id",  # in which order they were made, whatever the clock said
    "display_name": "display_name COLLATE NOCASE",
    "audio_duration": "audio_duration",
    "status": "status",
}

logger = logging.getLogger("audiopod_mcp.studio")


RUNNING: Final = 8
"""How many jobs of one caller run, or fetch their audio, at the same time: the others' turn comes, too."""


class KeyReused(Exception):
    """An idempotency key came again with another request."""


def now() -> str:
    """The time, ISO 8601 in UTC with milliseconds: strings that sort as times do."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class Store(SharedFile):
    """Jobs and analyses. Methods block and are safe from any thread; call them off the event loop.

    ``on_change`` is told every finished job that is changed.

    Raises:
        sqlite3.Error: from each method, where the file can't be used.

    """

    def __init__(self, path: Path, on_change: Callable[[StoredJob], None] | None = None) -> None:
        super().__init__(path)
        self._served: dict[str, int] = {}
        """When each caller that has jobs waiting was served last, by a count of our own."""
        self._on_change = on_change

    # Jobs, as their owner sees them ------------------------------------------------------------

    def create(self, values: Mapping[str, Any]) -> tuple[StoredJob, bool]:
        """The new job of ``values`` (columns), and whether it is new: an idempotency key finds the first.

        Raises:
            KeyReused: where the key came with another request within a day.

        """
        row = {**values, "token": secrets.token_urlsafe(12), "created_at": now()}
        with self._transaction() as connection:
            if key := row.get("idempotency_key"):
                first = _first_with(connection, row["owner"], key)
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
            self._note_id(new["id"])
            return _job(new), True

    def was_created(self, owner: str, idempotency_key: str | None) -> bool:
        """Whether the key would find a job that :meth:`create` has made."""
        with self._lock:
            return idempotency_key is not None and bool(_first_with(self._connection, owner, idempotency_key))

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

    def has_finished(self, owner: str) -> bool:
        """Whether a job of ``owner`` was ever completed here and not deleted."""
        return bool(
            self._rows("SELECT 1 FROM jobs WHERE owner = ? AND status = 'COMPLETED' LIMIT 1", (owner,))
        )

    def newcomers(self) -> int:
        """How many owners have unfinished jobs and no completed one, but for the one without a key."""
        sql = (
            "SELECT count(DISTINCT owner) FROM jobs AS job WHERE status IN ('PENDING', 'PROCESSING') "
            "AND owner != '' AND NOT EXISTS "
            "(SELECT 1 FROM jobs WHERE owner = job.owner AND status = 'COMPLETED')"
        )
        return int(self._rows(sql)[0][0])

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
        self._tell_change(job_id)

    def delete(self, job_id: int) -> None:
        """Forget the job, for good; a worker that is at it notices at its next report."""
        with self._transaction() as connection:
            connection.execute("INSERT OR REPLACE INTO tombstones VALUES (?, ?)", (job_id, now()))
            connection.execute("DELETE FROM jobs WHERE id = ?", (job_id,))

    def forgive(self, job_id: int) -> None:
        """Let a deleted job be one again, once :meth:`restore` is given it."""
        with self._transaction() as connection:
            connection.execute("DELETE FROM tombstones WHERE job_id = ?", (job_id,))

    def retry(self, job_id: int) -> bool:
        """Queue a failed job again. ``False`` where it hasn't failed."""
        with self._transaction() as connection:
            return (
                connection.execute(
                    "UPDATE jobs SET status = 'PENDING', progress = 0, stage = NULL, error_message = NULL, "
                    "crashes = 0, interruptions = 0, started_at = NULL, completed_at = NULL "
                    "WHERE id = ? AND status = 'FAILED'",
                    (job_id,),
                ).rowcount
                == 1
            )

    def forget_secrets(self, older_than: timedelta) -> None:
        """Cut passwords and signatures out of the addresses of the audio for jobs that failed so long ago."""
        limit = (datetime.now(UTC) - older_than).isoformat(timespec="milliseconds")
        sql = "SELECT id, sources FROM jobs WHERE status = 'FAILED' AND completed_at < ?"
        for job_id, sources in self._rows(sql, (limit,)):
            if (kept := json.dumps(forgetful(json.loads(sources)))) != sources:
                with self._transaction() as connection:
                    connection.execute(
                        "UPDATE jobs SET sources = ? WHERE id = ? AND status = 'FAILED'", (kept, job_id)
                    )

    # Jobs, as the studios that work on them see them ----------------------------------------------

    def claim(self, instance: str, engine: str, at_most: int = RUNNING) -> StoredJob | None:
        """The oldest waiting job of the caller whose turn it is, now this instance's.

        It is the turn of who has the fewest jobs running and, among those, was served the longest ago.
        """
        with self._transaction() as connection:
            running = dict(
                connection.execute(
                    "SELECT owner, count(*) FROM jobs WHERE status = 'PROCESSING' GROUP BY owner"
                ).fetchall()
            )
            waiting = connection.execute(
                "SELECT owner, min(id) FROM jobs WHERE status = 'PENDING' AND engine = ? GROUP BY owner",
                (engine,),
            ).fetchall()
            turns = {
                (running.get(owner, 0), self._served.get(owner, 0), job_id): owner
                for owner, job_id in waiting
                if running.get(owner, 0) < at_most
            }
            if not turns:
                return None
            (_, _, job_id), owner = min(turns.items())
            connection.execute(
                "UPDATE jobs SET status = 'PROCESSING', claimed_by = ?, started_at = ?, stage = 'starting' "
                "WHERE id = ? AND status = 'PENDING'",
                (instance, now(), job_id),
            )
            claimed = _job(connection.execute("SELECT * FROM jobs WHERE id = ?", (job_id,)).fetchone())
        # Who has nothing waiting need not be remembered: a newcomer is served as soon as anybody.
        self._served = {each: self._served.get(each, 0) for each, _ in waiting}
        self._served[owner] = max(self._served.values()) + 1
        return claimed

    def held(self, instance: str) -> set[int]:
        """The jobs that ``instance`` is to be at."""
        sql = "SELECT id FROM jobs WHERE claimed_by = ? AND status = 'PROCESSING'"
        return {row[0] for row in self._rows(sql, (instance,))}

    def progress(self, job_id: int, instance: str, progress: float, stage: str) -> bool:
        """Say how far a job is, percent, and what is done. ``False``: it is no longer this instance's."""
        with self._lock:
            return write_progress(self._connection, job_id, instance, progress, stage)

    def finish(self, job_id: int, instance: str, values: Mapping[str, Any]) -> bool:
        """Complete or fail a job that ``instance`` still holds. ``False`` where it was deleted meanwhile."""
        values = {"completed_at": now(), **values}
        names = ", ".join(f"{name} = ?" for name in values)
        with self._transaction() as connection:
            finished = (
                connection.execute(
                    f"UPDATE jobs SET {names}, claimed_by = NULL, stage = NULL "  # noqa: S608
                    "WHERE id = ? AND claimed_by = ? AND status = 'PROCESSING'",
                    (*map(_stored, values.values()), job_id, instance),
                ).rowcount
                == 1
            )
        with self._lock, suppress(sqlite3.Error):  # passive: as far as it goes without anybody waiting
            self._connection.execute("PRAGMA wal_checkpoint(PASSIVE)")
        return finished

    def release(
        self,
        instance: str,
        job_id: int | None = None,
        *,
        crashed: bool = False,
    ) -> int:
        """Put back what ``instance`` holds (or its one job).

        What has ``crashed`` too often is given up. A job's worker dies of the job; a whole studio that ends
        may have been killed, so that its ends are counted apart, and told otherwise.
        """
        count, allowed, why = (
            ("interruptions", INTERRUPTIONS_ALLOWED, _STUDIO_DIED)
            if job_id is None
            else ("crashes", CRASHES_ALLOWED, _WORKER_DIED)
        )
        condition = "claimed_by = ? AND status = 'PROCESSING'"
        values: tuple[Any, ...] = (instance,)
        if job_id is not None:
            condition, values = f"{condition} AND id = ?", (instance, job_id)
        with self._transaction() as connection:
            if crashed:
                connection.execute(
                    f"UPDATE jobs SET {count} = coalesce({count}, 0) + 1 WHERE {condition}",  # noqa: S608
                    values,
                )
                connection.execute(
                    "UPDATE jobs SET status = 'FAILED', claimed_by = NULL, stage = NULL, completed_at = ?, "  # noqa: S608
                    f"error_message = replace(?, '#', {count}) WHERE {condition} AND {count} >= ?",
                    (now(), why, *values, allowed),
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

    def known(self) -> dict[int, str]:
        """The status of every job that there is or was, ``DELETED`` among them."""
        sql = "SELECT job_id, 'DELETED' FROM tombstones UNION ALL SELECT id, status FROM jobs"
        return {row[0]: row[1] for row in self._rows(sql)}

    def restore(self, jobs: Iterable[StoredJob]) -> list[int]:
        """Take finished jobs in that the file doesn't know, or not as finished; the numbers of those taken.

        A deleted job stays deleted, and a number that means another job goes on meaning it.
        """
        restored = []
        with self._transaction() as connection:
            for job in jobs:
                fields = job.model_dump(mode="json", include=COLUMNS)
                values = {name: _stored(fields[name]) for name in sorted(COLUMNS)} | {"fingerprint": ""}
                columns, marks = ", ".join(values), ", ".join(f":{name}" for name in values)
                changes = ", ".join(f"{name} = excluded.{name}" for name in values if name != "fingerprint")
                try:
                    taken = connection.execute(
                        f"INSERT INTO jobs ({columns}) SELECT {marks} "  # noqa: S608 - names of our own
                        "WHERE NOT EXISTS (SELECT 1 FROM tombstones WHERE job_id = :id) "
                        f"ON CONFLICT (id) DO UPDATE SET {changes} "
                        "WHERE jobs.status != 'COMPLETED' AND jobs.token = excluded.token",
                        values,
                    )
                except (OverflowError, sqlite3.IntegrityError, sqlite3.InterfaceError):
                    continue
                if taken.rowcount == 1:
                    restored.append(job.id)
        return restored

    def start_ids_above(self, highest: int) -> None:
        """Give new jobs numbers above ``highest`` and above all that were given here."""
        with self._transaction() as connection:
            self._raise_ids(connection, highest)

    def _tell_change(self, job_id: int) -> None:
        if self._on_change and (job := self.job(job_id)) and job.status == "COMPLETED":
            try:
                self._on_change(job)
            except OSError as error:
                logger.warning(
                    "what is known of job %s could not be kept beside its audio (%s)", job_id, error
                )

    def expendable(self) -> list[tuple[int, str]]:
        """Finished jobs that nobody likes and no unfinished job needs, and when each ended; oldest first."""
        rows = self._rows(
            "SELECT id, completed_at FROM jobs WHERE status = 'COMPLETED' AND NOT coalesce(liked, 0) "
            "AND completed_at IS NOT NULL AND NOT EXISTS (SELECT 1 FROM jobs AS other, "
            "json_each(other.sources) AS source WHERE other.status IN ('PENDING', 'PROCESSING') "
            "AND json_extract(source.value, '$.job') = jobs.id) ORDER BY completed_at, id"
        )
        return [(row[0], row[1]) for row in rows]

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
        self._tell_change(job_id)

    def analysis(self, analysis_id: str, owner: str) -> dict[str, Any] | None:
        rows = self._rows("SELECT result FROM analyses WHERE id = ? AND owner = ?", (analysis_id, owner))
        return dict(json.loads(rows[0][0])) if rows else None


def _first_with(connection: sqlite3.Connection, owner: str, idempotency_key: str) -> sqlite3.Row | None:
    """The job that ``owner`` made with the key within a day."""
    yesterday = (datetime.now(UTC) - timedelta(days=1)).isoformat(timespec="milliseconds")
    row: sqlite3.Row | None = connection.execute(
        "SELECT * FROM jobs WHERE owner = ? AND idempotency_key = ? AND created_at > ?",
        (owner, idempotency_key, yesterday),
    ).fetchone()
    return row


def _job(row: sqlite3.Row) -> StoredJob:
    return StoredJob.model_validate(dict(row))


def _stored(value: Any) -> Any:
    return json.dumps(value) if isinstance(value, dict | list) else value


def _conditions(owner: str, query: JobFilters) -> tuple[str, tuple[Any, ...]]:
    terms: list[str] = ["owner = ?"]
    values: list[Any] = [owner]
    if query.task is not None:
        names = names_of_task(query.task)
        terms.append(f"task IN ({', '.join('?' * len(names))})")
        values.extend(names)
    for column, wanted in (
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
