"""What is to be done, as those see it who do it: fenced by an attempt number.

A queue only says that a number is to be looked at, and may say so twice. The row is the truth: whoever begins
it raises its attempt, and what is written for an earlier attempt changes nothing.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal, NamedTuple

from audiopod_mcp.studio.stored_job import StoredJob

from .store import job_of, now, stored
from .transactions import Database

Lane = Literal["jobs", "answers"]
"""What is done: jobs, or answers that somebody waits for, which have places of their own at work."""
LANES: Final[tuple[Lane, ...]] = ("answers", "jobs")

INTERRUPTIONS_ALLOWED: Final = 3
"""How often the studio may end in the middle of a job before that is given up: it may be what ends it."""
CRASHES_ALLOWED: Final[dict[Lane, int]] = {"jobs": 2, "answers": 1}
"""How often what is done may end its worker process before it is given up."""

_WORKER_DIED: Final = (
    "gave up: the process making this ended {} times without a word, most likely out of memory; "
    "ask for less (shorter, fewer takes) and retry"
)
_STUDIO_DIED: Final = (
    "gave up: the whole server ended {} times in the middle of this (it was killed, or the computer went "
    "down), which need not be this job's fault; retry it, and ask for less (shorter, fewer takes) if it "
    "happens again"
)


class Report(NamedTuple):
    """How far an attempt is."""

    number: int
    attempt: int
    progress: float | None = None
    """Percent; ``None``: there is nothing new."""
    stage: str | None = None


class Ledger:
    """The rows of one table. Methods block and are safe from any thread; they raise ``sqlite3.Error``."""

    def __init__(self, database: Database, lane: Lane) -> None:
        self.lane = lane
        self._database = database
        # Jobs have a format and a token for addresses; an answer is no audio.
        self._columns = "*" if lane == "jobs" else "*, 'flac' AS format, '' AS token"

    def begin(self, number: int) -> StoredJob | None:
        """The next attempt at what is to be done; ``None`` where it is finished, deleted or given up.

        Begun again without having been put back, whoever was at it has ended: that is counted, and a job that
        ends everybody is given up.
        """
        with self._database.transaction() as transaction:
            begun = transaction.execute(
                f"UPDATE {self.lane} SET attempt = attempt + 1, started_at = ?, stage = 'starting', "  # noqa: S608
                "interruptions = coalesce(interruptions, 0) "
                "+ CASE status WHEN 'PROCESSING' THEN 1 ELSE 0 END, status = 'PROCESSING', progress = 0 "
                "WHERE id = ? AND status IN ('PENDING', 'PROCESSING')",
                (now(), number),
            )
            if begun.rowcount != 1:
                return None
            transaction.changed(self.lane, number)
            sql = f"SELECT {self._columns} FROM {self.lane} WHERE id = ?"  # noqa: S608
            job = job_of(self._database.rows(sql, (number,))[0])
            if (job.interruptions or 0) < INTERRUPTIONS_ALLOWED:
                return job
            self._give_up(number, job.attempt, _STUDIO_DIED.format(job.interruptions))
            return None

    def attempt(self, number: int) -> int | None:
        """Which attempt somebody is at; ``None``: nobody, it is finished, deleted or waits."""
        sql = f"SELECT attempt FROM {self.lane} WHERE id = ? AND status = 'PROCESSING'"  # noqa: S608
        return next((row[0] for row in self._database.rows(sql, (number,))), None)

    def progress(self, reports: Sequence[Report]) -> set[int]:
        """Write down how far things are, never backwards; the numbers of those that are still ours."""
        if not reports:
            return set()
        marks = ", ".join("?" * len(reports))
        there = self._database.rows(
            f"SELECT id, attempt FROM {self.lane} WHERE status = 'PROCESSING' AND id IN ({marks})",  # noqa: S608
            [report.number for report in reports],
        )
        attempts = {row[0]: row[1] for row in there}
        ours = [report for report in reports if attempts.get(report.number) == report.attempt]
        if any(report.progress is not None for report in ours):
            with self._database.transaction() as transaction:
                for report in sorted(ours):  # in one order, so that nobody waits in a circle
                    if report.progress is not None:
                        transaction.execute(
                            f"UPDATE {self.lane} SET stage = ?, "  # noqa: S608
                            "progress = CASE WHEN progress < ? THEN ? ELSE progress END "
                            "WHERE id = ? AND attempt = ? AND status = 'PROCESSING'",
                            (report.stage, report.progress, report.progress, report.number, report.attempt),
                        )
                        transaction.changed(self.lane, report.number)
        return {report.number for report in ours}

    def finish(self, number: int, attempt: int, values: Mapping[str, Any]) -> bool:
        """Complete or fail it. ``False`` where it was deleted meanwhile, or begun again by somebody else."""
        values = {"completed_at": now(), **values}
        names = ", ".join(f"{name} = ?" for name in values)
        with self._database.transaction() as transaction:
            finished = transaction.execute(
                f"UPDATE {self.lane} SET {names}, claimed_by = NULL, stage = NULL "  # noqa: S608
                "WHERE id = ? AND attempt = ? AND status = 'PROCESSING'",
                (*map(stored, values.values()), number, attempt),
            ).rowcount
            transaction.changed(self.lane, number)
        self._database.checkpoint()
        return finished == 1

    def put_back(self, number: int, attempt: int) -> bool:
        """Have it wait again, as if nobody had begun; ``False`` where it is no longer that attempt."""
        with self._database.transaction() as transaction:
            sql = (
                f"UPDATE {self.lane} SET status = 'PENDING', progress = 0, stage = NULL, started_at = NULL "  # noqa: S608
                "WHERE id = ? AND attempt = ? AND status = 'PROCESSING'"
            )
            transaction.changed(self.lane, number)
            return transaction.execute(sql, (number, attempt)).rowcount == 1

    def crashed(self, number: int, attempt: int) -> bool:
        """Its worker process died; whether it may be begun again, or is given up for dying too often."""
        with self._database.transaction() as transaction:
            sql = f"UPDATE {self.lane} SET crashes = crashes + 1 WHERE id = ? AND attempt = ?"  # noqa: S608
            transaction.execute(sql, (number, attempt))
            sql = f"SELECT crashes FROM {self.lane} WHERE id = ? AND attempt = ?"  # noqa: S608
            crashes = next((row[0] for row in self._database.rows(sql, (number, attempt))), 0)
            if crashes >= CRASHES_ALLOWED[self.lane]:
                self._give_up(number, attempt, _WORKER_DIED.format(crashes))
                return False
            return self.put_back(number, attempt)

    def _give_up(self, number: int, attempt: int, why: str) -> None:
        self.finish(number, attempt, {"status": "FAILED", "error_message": why})


class TooMany(Exception):
    """Somebody waits for as many answers as one may."""


class Answers:
    """What somebody waits for, from the asking to the reading. Methods block, and raise ``sqlite3.Error``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def ask(self, asker: str, values: Mapping[str, Any], most: int) -> int:
        """Ask for what ``values`` (columns) say; its number. ``asker`` is the process that waits.

        Raises:
            TooMany: where the ``most`` answers of the owner are to be made already.

        """
        with self._database.transaction() as transaction:
            transaction.alone(f"answers of {values['owner']}")
            sql = "SELECT count(*) FROM answers WHERE owner = ? AND status IN ('PENDING', 'PROCESSING')"
            if self._database.rows(sql, (values["owner"],))[0][0] >= most:
                raise TooMany
            row = {**values, "asker": asker, "created_at": now()}
            return transaction.insert("answers", {name: stored(value) for name, value in row.items()})

    def ended(self, number: int) -> Mapping[str, Any] | None:
        """Its status, result, error and number of crashes, once it is completed or failed."""
        sql = "SELECT status, result, error_message, crashes FROM answers WHERE id = ?"
        for row in self._database.rows(sql, (number,)):
            if row["status"] not in ("COMPLETED", "FAILED"):
                return None
            return {**dict(row), "result": json.loads(row["result"] or "null")}
        lost = "the studio's database was replaced meanwhile; ask again"
        return {"status": "FAILED", "result": None, "error_message": lost, "crashes": 0}

    def forget(self, number: int) -> None:
        """It was read, or nobody waits for it any more."""
        with self._database.transaction() as transaction:
            transaction.execute("DELETE FROM answers WHERE id = ?", (number,))
