"""The job store: jobs and analyses as their owners see them, in whatever database keeps them."""

from __future__ import annotations

import json
import logging
import secrets
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from audiopod_mcp.operations import JobFilters, names_of_task
from audiopod_mcp.studio.stored_job import COLUMNS, StoredJob

from .result_columns import forgetful
from .transactions import Database, Row, Transaction

LARGEST_ID: Final = 2**63 - 1
"""What databases can hold; no job has a larger number."""

_SORT: Final = {
    "created_at": "id",  # in which order they were made, whatever the clock said
    "display_name": "lower(display_name)",
    "audio_duration": "audio_duration",
    "status": "status",
}

STATE: Final = ("attempt", "status", "progress", "stage", "completed_at", "display_name")
"""The columns that change when a job gets on."""

logger = logging.getLogger("audiopod_mcp.studio")


class KeyReused(Exception):
    """An idempotency key came again with another request."""


def now() -> str:
    """The time, ISO 8601 in UTC with milliseconds: strings that sort as times do."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class Store:
    """Jobs and analyses. Methods block and are safe from any thread; call them off the event loop.

    ``on_change`` is told every finished job that is changed.

    Raises:
        sqlite3.Error: from each method, where the database can't be used.

    """

    def __init__(self, database: Database, on_change: Callable[[StoredJob], None] | None = None) -> None:
        self.database = database
        self._on_change = on_change

    def close(self) -> None:
        self.database.close()

    @contextmanager
    def alone(self, owner: str) -> Iterator[Transaction]:
        """One transaction for all that is done inside, while nobody else counts or adds jobs of ``owner``."""
        with self.database.transaction() as transaction:
            transaction.alone(f"owner {owner}")
            yield transaction

    # Jobs ----------------------------------------------------------------------------------------

    def create(self, values: Mapping[str, Any]) -> tuple[StoredJob, bool]:
        """The new job of ``values`` (columns), and whether it is new: an idempotency key finds the first.

        Raises:
            KeyReused: where the key came with another request within a day.

        """
        row = {**values, "token": secrets.token_urlsafe(12), "created_at": now()}
        with self.alone(row["owner"]) as transaction:
            if first := self._first_with(row["owner"], row.get("idempotency_key")):
                if first["fingerprint"] != row["fingerprint"]:
                    raise KeyReused
                return job_of(first), False
            number = transaction.insert("jobs", {name: stored(value) for name, value in row.items()})
            return job_of(self.database.rows("SELECT * FROM jobs WHERE id = ?", (number,))[0]), True

    def was_created(self, owner: str, idempotency_key: str | None) -> bool:
        """Whether the key would find a job that :meth:`create` has made."""
        return bool(self._first_with(owner, idempotency_key))

    def _first_with(self, owner: str, idempotency_key: str | None) -> Row | None:
        """The job that ``owner`` made with the key within a day."""
        if not idempotency_key:
            return None
        yesterday = (datetime.now(UTC) - timedelta(days=1)).isoformat(timespec="milliseconds")
        sql = "SELECT * FROM jobs WHERE owner = ? AND idempotency_key = ? AND created_at > ? ORDER BY id"
        return next(iter(self.database.rows(sql, (owner, idempotency_key, yesterday))), None)

    def job(self, job_id: int, owner: str | None = None) -> StoredJob | None:
        """The job, if there is one and ``owner`` (``None``: the studio itself) may see it."""
        if not 0 < job_id <= LARGEST_ID:
            return None
        rows = self.database.rows("SELECT * FROM jobs WHERE id = ?", (job_id,))
        job = job_of(rows[0]) if rows else None
        return job if job and owner in (None, job.owner) else None

    def jobs(self, owner: str, query: JobFilters) -> tuple[list[StoredJob], int]:
        """The jobs that ``query`` asks for, and how many there are wherever the page begins and ends."""
        where, values = _conditions(owner, query)
        total = self.database.rows(f"SELECT count(*) FROM jobs WHERE {where}", values)[0][0]  # noqa: S608
        if query.before_id is not None:
            where, values = f"{where} AND id < ?", (*values, min(query.before_id, LARGEST_ID))
        column, direction = _SORT[query.sort_by], "ASC" if query.sort_order == "asc" else "DESC"
        order = [f"id {direction}"]
        if column != "id":
            order = [f"({column} IS NOT NULL) {direction}", f"{column} {direction}", *order]
        rows = self.database.rows(
            f"SELECT * FROM jobs WHERE {where} ORDER BY {', '.join(order)} LIMIT ? OFFSET ?",  # noqa: S608
            (*values, query.limit, min(query.skip, LARGEST_ID)),
        )
        return [job_of(row) for row in rows], total

    def unfinished(self, owner: str) -> int:
        """How many jobs of ``owner`` wait or run."""
        sql = "SELECT count(*) FROM jobs WHERE owner = ? AND status IN ('PENDING', 'PROCESSING')"
        return int(self.database.rows(sql, (owner,))[0][0])

    def has_finished(self, owner: str) -> bool:
        """Whether a job of ``owner`` was ever completed here and not deleted."""
        return bool(
            self.database.rows(
                "SELECT 1 FROM jobs WHERE owner = ? AND status = 'COMPLETED' LIMIT 1", (owner,)
            )
        )

    def newcomers(self) -> int:
        """How many owners have unfinished jobs and no completed one, but for the one without a key."""
        sql = (
            "SELECT count(DISTINCT owner) FROM jobs AS job WHERE status IN ('PENDING', 'PROCESSING') "
            "AND owner != '' AND NOT EXISTS "
            "(SELECT 1 FROM jobs WHERE owner = job.owner AND status = 'COMPLETED')"
        )
        return int(self.database.rows(sql)[0][0])

    def counts(self, owner: str, column: str) -> dict[str, int]:
        """How many jobs there are by each value of ``column``."""
        rows = self.database.rows(
            f"SELECT {column}, count(*) FROM jobs WHERE owner = ? AND {column} IS NOT NULL "  # noqa: S608
            f"GROUP BY {column} ORDER BY 2 DESC",
            (owner,),
        )
        return {str(value): count for value, count in rows}

    def update(self, job_id: int, values: Mapping[str, Any]) -> None:
        """Set columns of a job."""
        names = ", ".join(f"{name} = ?" for name in values)
        with self.database.transaction() as transaction:
            transaction.execute(
                f"UPDATE jobs SET {names} WHERE id = ?",  # noqa: S608
                (*map(stored, values.values()), job_id),
            )
            transaction.changed("jobs", job_id)
        self._tell_change(job_id)

    def delete(self, job_id: int, *, leaves_audio: bool = False) -> None:
        """Forget the job, for good; whoever works on it notices soon.

        ``leaves_audio`` says that there is audio elsewhere, which is to be deleted then.
        """
        with self.database.transaction() as transaction:
            transaction.execute(
                "INSERT INTO tombstones VALUES (?, ?) "
                "ON CONFLICT (job_id) DO UPDATE SET deleted_at = excluded.deleted_at",
                (job_id, now()),
            )
            transaction.execute("DELETE FROM jobs WHERE id = ?", (job_id,))
            if leaves_audio:
                self.leave(job_id)
            transaction.changed("jobs", job_id)

    def leave(self, job_id: int) -> None:
        """Remember that there is, or may be, audio of a deleted job in an object store."""
        with self.database.transaction() as transaction:
            transaction.execute("INSERT INTO leftovers VALUES (?) ON CONFLICT DO NOTHING", (job_id,))

    def clear_leftovers(self, clear: Callable[[int], object]) -> None:
        """Have ``clear`` delete what was left, each once for all, unless somebody else is at it."""
        few = "SELECT job_id FROM leftovers ORDER BY job_id LIMIT 10"
        while self.database.rows(few):
            with self.database.transaction() as transaction:
                if not transaction.alone_now("leftovers"):
                    return
                for row in self.database.rows(few):
                    clear(row[0])
                    transaction.execute("DELETE FROM leftovers WHERE job_id = ?", (row[0],))

    def forgive(self, job_id: int) -> None:
        """Let a deleted job be one again, once :meth:`restore` is given it."""
        with self.database.transaction() as transaction:
            transaction.execute("DELETE FROM tombstones WHERE job_id = ?", (job_id,))

    def retry(self, job_id: int) -> bool:
        """Queue a failed job again. ``False`` where it hasn't failed."""
        with self.database.transaction() as transaction:
            transaction.changed("jobs", job_id)
            return (
                transaction.execute(
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
        for job_id, sources in self.database.rows(sql, (limit,)):
            if (kept := json.dumps(forgetful(json.loads(sources)))) != sources:
                with self.database.transaction() as transaction:
                    transaction.execute(
                        "UPDATE jobs SET sources = ? WHERE id = ? AND status = 'FAILED'", (kept, job_id)
                    )

    def states(self, job_ids: Sequence[int]) -> dict[int, tuple[Any, ...]]:
        """:func:`state_of` each of those jobs that there are."""
        possible = [job_id for job_id in job_ids if 0 < job_id <= LARGEST_ID]
        marks = ", ".join("?" * len(possible))
        sql = f"SELECT id, {', '.join(STATE)} FROM jobs WHERE id IN ({marks})"  # noqa: S608
        return {row[0]: tuple(row)[1:] for row in self.database.rows(sql, possible)}

    # What there is, for whoever keeps it in order ------------------------------------------------------

    def known(self) -> dict[int, str]:
        """The status of every job that there is or was, ``DELETED`` among them."""
        sql = "SELECT job_id, 'DELETED' FROM tombstones UNION ALL SELECT id, status FROM jobs"
        return {row[0]: row[1] for row in self.database.rows(sql)}

    def restore(self, jobs: Iterable[StoredJob]) -> list[int]:
        """Take finished jobs in that the file doesn't know, or not as finished; the numbers of those taken.

        A deleted job stays deleted, and a number that means another job goes on meaning it.
        """
        restored = []
        with self.database.transaction() as transaction:
            for job in jobs:
                fields = job.model_dump(mode="json", include=COLUMNS)
                values = {name: stored(fields[name]) for name in sorted(COLUMNS)} | {"fingerprint": ""}
                columns, marks = ", ".join(values), ", ".join(f":{name}" for name in values)
                changes = ", ".join(f"{name} = excluded.{name}" for name in values if name != "fingerprint")
                try:
                    taken = transaction.execute(
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

    def _tell_change(self, job_id: int) -> None:
        if self._on_change and (job := self.job(job_id)) and job.status == "COMPLETED":
            try:
                self._on_change(job)
            except OSError as error:
                logger.warning(
                    "what is known of job %s could not be kept beside its audio (%s)", job_id, error
                )

    def expendable(self, before: str = "9") -> list[tuple[int, str]]:
        """Finished jobs that nobody likes and no unfinished job needs, and when each ended; oldest first.

        ``before`` is a time, as :func:`now` writes it: only what ended earlier is told.
        """
        unfinished = self.database.rows("SELECT sources FROM jobs WHERE status IN ('PENDING', 'PROCESSING')")
        needed = {source.get("job") for row in unfinished for source in json.loads(row[0]).values()}
        rows = self.database.rows(
            "SELECT id, completed_at FROM jobs WHERE status = 'COMPLETED' AND coalesce(liked, 0) = 0 "
            "AND completed_at < ? ORDER BY completed_at, id",
            (before,),
        )
        return [(row[0], row[1]) for row in rows if row[0] not in needed]

    # Analyses -----------------------------------------------------------------------------------

    def add_analysis(self, owner: str, result: Mapping[str, Any]) -> str:
        """Keep an analysis; the answer is its id."""
        analysis_id = secrets.token_hex(8)
        with self.database.transaction() as transaction:
            transaction.execute(
                "INSERT INTO analyses VALUES (?, ?, ?, ?)", (analysis_id, owner, now(), json.dumps(result))
            )
        return analysis_id

    def add_details(self, job_id: int, take: str, owner: str, details: Mapping[str, Any]) -> None:
        """Tell what was found out about a job's first take among its details, where it has none of it yet."""
        with self.database.transaction() as transaction:
            transaction.alone(f"details of job {job_id}")
            sql = "SELECT details, takes FROM jobs WHERE id = ? AND owner = ?"
            for row in self.database.rows(sql, (job_id, owner)):
                told, takes = json.loads(row["details"]), json.loads(row["takes"])
                if takes and takes[0].get("name") == take:
                    told |= {name: value for name, value in details.items() if told.get(name) is None}
                    transaction.execute(
                        "UPDATE jobs SET details = ? WHERE id = ?", (json.dumps(told), job_id)
                    )
        self._tell_change(job_id)

    def analysis(self, analysis_id: str, owner: str) -> dict[str, Any] | None:
        rows = self.database.rows(
            "SELECT result FROM analyses WHERE id = ? AND owner = ?", (analysis_id, owner)
        )
        return dict(json.loads(rows[0][0])) if rows else None


def state_of(job: StoredJob) -> tuple[Any, ...]:
    """What of ``job`` changes when it gets on."""
    return tuple(getattr(job, name) for name in STATE)


def job_of(row: Row) -> StoredJob:
    return StoredJob.model_validate(dict(row))


def stored(value: Any) -> Any:
    """``value`` as a column holds it."""
    if isinstance(value, bool):
        return int(value)
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
            values.append(stored(wanted))
    text = "coalesce(display_name, '') || ' ' || coalesce(genre, '') || ' ' || coalesce(caption, '')"
    for words in (query.search, query.genre, query.emotion, query.occasion):
        for word in (words or "").split():
            terms.append(rf"lower({text}) LIKE lower(?) ESCAPE '\'")
            values.append("%" + word.replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_") + "%")
    return " AND ".join(terms), tuple(values)
