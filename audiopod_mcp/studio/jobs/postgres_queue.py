"""The queue of many machines: Procrastinate's tables beside the jobs, in the same PostgreSQL.

It delivers numbers, and says which processes are alive by their heartbeat. Nothing of it is believed: the
:class:`~.ledger.Ledger` refuses what comes twice, and :meth:`PostgresQueue.care` puts again what was lost.
"""

from __future__ import annotations

import logging
import sqlite3
import time
import uuid
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, Final

import anyio
import procrastinate
from anyio import to_thread
from procrastinate.jobs import Job, Status

from audiopod_mcp.studio.config import StudioConfig

from .ledger import LANES, Lane
from .postgres import CONNECTING, PostgresDatabase, as_sqlite
from .queueing import Delivery

BEAT_EVERY: Final = 2.0
DEAD_AFTER: Final = 10.0
"""Seconds without a heartbeat after which a process is taken for dead."""
FORGOTTEN_AFTER: Final = 3600.0
"""Seconds after which a dead process is forgotten."""
LOST_EVERY: Final = 20.0
"""Seconds after which to look for unfinished rows that the queue does not know."""
ABANDONED_AFTER: Final = 3600
"""Seconds after which nobody waits for an answer any more."""
_TASK: Final = "audiopod"

logger = logging.getLogger("audiopod_mcp.studio")


class PostgresQueue:
    """A queue per engine and lane; who has the fewest unfinished jobs is served first."""

    report_every = 1.0
    care_every = 2.0

    def __init__(self, config: StudioConfig, url: str, database: PostgresDatabase) -> None:
        self._engine = config.engine
        self._takes = config.workers > 0
        self._database = database
        self._url = url
        self._app = procrastinate.App(connector=self._connector())
        self._putter = procrastinate.App(connector=procrastinate.SyncPsycopgConnector(conninfo=url))
        self._worker: int | None = None
        self._opened = False
        self._well_since: float | None = None
        """Since when every heartbeat got through: whoever heard nothing can't say that others are silent."""
        self._looked = 0.0
        self.asker = uuid.uuid4().hex

    def _connector(self) -> procrastinate.PsycopgConnector:
        return procrastinate.PsycopgConnector(
            conninfo=self._url, kwargs=CONNECTING, min_size=1, max_size=3, timeout=5.0, name="queue"
        )

    def put(self, lane: Lane, number: int, owner: str, engine: str | None = None) -> None:
        with self._database.transaction() as transaction:
            priority = 0
            if lane == "jobs":
                sql = "SELECT count(*) FROM jobs WHERE owner = ? AND status IN ('PENDING', 'PROCESSING')"
                priority = -int(self._database.rows(sql, (owner,))[0][0])
            self._putter.configure_task(
                _TASK,
                queue=_queue(engine or self._engine, lane),
                priority=priority,
                connection=transaction.connection,
            ).defer(number=number)

    async def listen(self, on_news: Callable[[], None]) -> None:
        async def told(**_: Any) -> None:
            on_news()

        queues = [_queue(self._engine, lane) for lane in LANES]
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(self._beat)
            while True:
                with suppress(sqlite3.Error), as_sqlite():
                    await self._open()
                    await self._app.job_manager.listen_for_jobs(on_notification=told, queues=queues)
                await anyio.sleep(1)

    async def _beat(self) -> None:
        """Tell that this process lives, whatever else takes its time; until cancelled."""
        while True:
            try:
                if self._worker is not None:
                    await self._call(self._app.job_manager.update_heartbeat, self._worker)
                    self._heard()
            except sqlite3.Error:
                self._well_since = None
            await anyio.sleep(BEAT_EVERY)

    def _heard(self) -> None:
        if self._well_since is None:
            self._well_since = time.monotonic()

    async def _open(self) -> None:
        if not self._opened:
            await self._app.open_async()
            self._opened = True

    async def _call(self, method: Callable[..., Awaitable[Any]], *args: Any, **options: Any) -> Any:
        with as_sqlite():
            await self._open()
            return await method(*args, **options)

    async def take(self, lane: Lane) -> Delivery | None:
        manager = self._app.job_manager
        if self._worker is None:
            self._worker = await self._call(manager.register_worker)
        queues = [_queue(self._engine, lane)]
        try:
            job = await self._call(manager.fetch_job, queues=queues, worker_id=self._worker)
        except sqlite3.IntegrityError:  # others took this process for dead, and have forgotten it
            self._worker = None
            return None
        return None if job is None else Delivery(lane, int(job.task_kwargs["number"]), job)

    async def done(self, delivery: Delivery) -> None:
        finish = self._app.job_manager.finish_job
        await self._if_there(finish, delivery.reference, status=Status.SUCCEEDED, delete_job=True)

    async def give_back(self, delivery: Delivery) -> None:
        await self._if_there(self._app.job_manager.retry_job, delivery.reference)

    async def _if_there(self, method: Callable[..., Awaitable[Any]], job: Job, **options: Any) -> None:
        try:
            await self._call(method, job, **options)
        except sqlite3.OperationalError:
            raise
        except sqlite3.DatabaseError as error:  # somebody else has done it by now
            logger.debug("the queue says of %s: %s", job.id, error)

    async def care(self) -> None:
        if not self._takes:  # nor does it have a heartbeat
            try:
                await to_thread.run_sync(self._database.rows, "SELECT 1")
            except sqlite3.Error:
                self._well_since = None
                raise
            self._heard()
        if self._well_since is not None and time.monotonic() - self._well_since > DEAD_AFTER:
            await self._bury()
        if time.monotonic() - self._looked > LOST_EVERY:
            self._looked = time.monotonic()
            await to_thread.run_sync(self._put_lost)

    async def _bury(self) -> None:
        """Have delivered again what dead processes held."""
        manager = self._app.job_manager
        stalled = await self._call(manager.get_stalled_jobs, seconds_since_heartbeat=DEAD_AFTER)
        for job in stalled:
            # Only who sees it as it was gives it back: else it might be taken from who has it by now.
            if await to_thread.run_sync(self._let_go, job):
                logger.warning("%s %s goes to another process: its own has died", *_named(job))
        await self._call(manager.prune_stalled_workers, FORGOTTEN_AFTER)

    def _let_go(self, job: Job) -> bool:
        with self._database.transaction() as transaction:
            sql = (
                "UPDATE procrastinate_jobs SET status = 'todo', attempts = attempts + 1 "
                "WHERE id = ? AND status = 'doing' AND worker_id IS NOT DISTINCT FROM ?::bigint"
            )
            return transaction.execute(sql, (job.id, job.worker_id)).rowcount == 1

    def _put_lost(self) -> None:
        """Put again what is unfinished and not in the queue, and forget answers that nobody waits for."""
        with self._database.transaction() as transaction:
            if not transaction.alone_now("lost jobs"):
                return  # somebody else is at it
            transaction.execute(
                "DELETE FROM answers WHERE created_at::timestamptz < now() - ? * interval '1 second'",
                (ABANDONED_AFTER,),
            )
            for lane in LANES:
                lost = self._database.rows(
                    f"SELECT id, owner, engine FROM {lane} AS waits "  # noqa: S608
                    "WHERE status IN ('PENDING', 'PROCESSING') "
                    "AND NOT EXISTS (SELECT 1 FROM procrastinate_jobs AS entry WHERE entry.task_name = ? "
                    "AND entry.status IN ('todo', 'doing') AND (entry.args->>'number')::bigint = waits.id "
                    "AND entry.queue_name = waits.engine || ?)",
                    (_TASK, _queue("", lane)),
                )
                for number, owner, engine in lost:
                    logger.warning("%s %s was not in the queue, and is again", lane, number)
                    self.put(lane, number, owner, engine)

    async def close(self) -> None:
        if self._worker is not None:
            with suppress(sqlite3.Error), anyio.move_on_after(2):
                await self._call(self._app.job_manager.unregister_worker, self._worker)
        if self._opened:
            with anyio.move_on_after(2):
                await self._app.close_async()


def _queue(engine: str, lane: Lane) -> str:
    """Workers take those of their engine alone."""
    return f"{engine} {lane}"


def _named(job: Job) -> tuple[str, int]:
    return job.queue.rpartition(" ")[2], int(job.task_kwargs["number"])  # type: ignore[arg-type]
