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
from datetime import UTC, datetime
from hashlib import blake2b
from typing import Any, Final

import anyio
import procrastinate
from anyio import to_thread
from procrastinate.jobs import Job, Status

from audiopod_mcp.studio.config import StudioConfig

from .ledger import LANES, Lane
from .news import LOOK_ANYWAY, News
from .notices import Notices
from .postgres import CONNECTING, PostgresDatabase, as_sqlite
from .queueing import Delivery
from .telling import Topic

BEAT_EVERY: Final = 2.0
DEAD_AFTER: Final = 10.0
"""Seconds without a heartbeat after which a process is taken for dead."""
STOOD_STILL: Final = 5.0
"""Seconds that the database's clock gains from one look at it to the next only where something was halted,
the database or all machines: then nobody's heart could be heard."""
FORGOTTEN_AFTER: Final = 3600.0
"""Seconds after which a dead process is forgotten."""
LOST_EVERY: Final = 20.0
"""Seconds after which to look for unfinished rows that the queue does not know."""
ABANDONED_AFTER: Final = 3600
"""Seconds after which nobody waits for an answer any more."""
LOOK_EVERY: Final = 1.0
"""Seconds after which to look for what was put or given back, where the database does not tell of it."""
_AT_ONCE: Final = datetime.fromtimestamp(0, UTC)
"""When what is given back may be taken: "now" would be by this machine's clock, and not the database's."""
_TASK: Final = "audiopod"
_LONGEST_NAME: Final = 40
"""Bytes of a queue's name: Procrastinate makes a channel's of it, of which PostgreSQL takes 63."""
_BURY: Final = (
    "UPDATE procrastinate_jobs SET status = 'todo', attempts = attempts + 1 WHERE status = 'doing' "
    "AND (worker_id IS NULL OR worker_id IN (SELECT id FROM procrastinate_workers "
    "WHERE last_heartbeat < now() - ? * interval '1 second')) "
    "AND clock_timestamp() < ?::timestamptz + ? * interval '1 second' RETURNING queue_name, args->>'number'"
)

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
        self._seen: datetime | None = None
        """What the database's clock said last."""
        self._looked = 0.0
        self.look_every = LOOK_EVERY
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
            queue = _queue(engine or self._engine, lane)
            self._putter.configure_task(
                _TASK, queue=queue, priority=priority, connection=transaction.connection
            ).defer(number=number)
            transaction.tell("put", queue)

    async def listen(self, on_put: Callable[[], None], news: News | None) -> None:
        queues = {_queue(self._engine, lane) for lane in LANES}

        def heard(topic: Topic, told: str) -> None:
            lane, _, number = told.partition(" ")
            if told in queues:
                on_put()
            elif topic == "changed" and news is not None and number.isdecimal():
                news.tell("jobs" if lane == "jobs" else "answers", int(number))

        def sure(is_sure: bool) -> None:
            self.look_every = LOOK_ANYWAY if is_sure else LOOK_EVERY
            on_put()
            if news is not None:
                news.tell_all(hears_others=is_sure)

        topics: list[Topic] = ["put"] if self._takes else []
        if news is not None:
            topics.append("changed")
        async with anyio.create_task_group() as tasks:
            if self._takes:
                tasks.start_soon(self._beat)
            if topics:
                tasks.start_soon(Notices(self._url, self._database, topics, heard, sure).keep)

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
        manager, queues = self._app.job_manager, [_queue(self._engine, lane)]
        while True:
            if self._worker is None:
                self._worker = await self._call(manager.register_worker)
            try:
                job = await self._call(manager.fetch_job, queues=queues, worker_id=self._worker)
            except sqlite3.IntegrityError:  # others took this process for dead, and have forgotten it
                self._worker = None
                continue
            return None if job is None else Delivery(lane, int(job.task_kwargs["number"]), job)

    async def done(self, delivery: Delivery) -> None:
        finish = self._app.job_manager.finish_job
        await self._if_there(finish, delivery.reference, status=Status.SUCCEEDED, delete_job=True)

    async def give_back(self, delivery: Delivery) -> None:
        try:
            await self._if_there(self._app.job_manager.retry_job, delivery.reference, retry_at=_AT_ONCE)
        finally:  # it may be in force though the answer did not come in time
            self._database.tell("put", _queue(self._engine, delivery.lane))

    async def _if_there(self, method: Callable[..., Awaitable[Any]], job: Job, **options: Any) -> None:
        try:
            await self._call(method, job, **options)
        except sqlite3.OperationalError:
            raise
        except sqlite3.DatabaseError as error:  # somebody else has done it by now
            logger.debug("the queue says of %s: %s", job.id, error)

    async def care(self) -> None:
        try:
            [(told,)] = await to_thread.run_sync(self._database.rows, "SELECT clock_timestamp()")
            if self._seen is not None and (told - self._seen).total_seconds() > STOOD_STILL:
                self._well_since = None
            self._seen = told
            if self._well_since is not None and time.monotonic() - self._well_since > DEAD_AFTER:
                await to_thread.run_sync(self._bury, told)
        except sqlite3.Error:
            if not self._takes:  # nor does it have a heartbeat, by which it would know
                self._well_since = None
            raise
        if not self._takes:
            self._heard()
        if time.monotonic() - self._looked > LOST_EVERY:
            self._looked = time.monotonic()
            await to_thread.run_sync(self._put_lost)
            await self._call(self._app.job_manager.prune_stalled_workers, FORGOTTEN_AFTER)

    def _bury(self, told: datetime) -> None:
        """Have delivered again what dead processes held, unless it is long after what the clock ``told``."""
        for queue, number in self._database.rows(_BURY, (DEAD_AFTER, told, STOOD_STILL)):
            lane = queue.rpartition(" ")[2]
            logger.warning("%s %s goes to another process: its own has died", lane, number)
            self._database.tell("put", queue)

    def _put_lost(self) -> None:
        """Put again what is unfinished and not in the queue, and forget what nobody waits for any more."""
        with self._database.transaction() as transaction:
            if not transaction.alone_now("lost jobs"):
                return  # somebody else is at it
            transaction.execute(
                "DELETE FROM answers WHERE created_at::timestamptz < now() - ? * interval '1 second'",
                (ABANDONED_AFTER,),
            )
            transaction.execute("DELETE FROM rates WHERE due < clock_timestamp()")
            for lane in LANES:
                lost = self._database.rows(
                    f"SELECT id, owner, engine FROM {lane} AS waits "  # noqa: S608
                    "WHERE status IN ('PENDING', 'PROCESSING') "
                    "AND NOT EXISTS (SELECT 1 FROM procrastinate_jobs AS entry WHERE entry.task_name = ? "
                    "AND entry.status IN ('todo', 'doing') AND (entry.args->>'number')::bigint = waits.id "
                    "AND entry.queue_name LIKE ?)",
                    (_TASK, f"% {lane}"),
                )
                for number, owner, engine in lost:
                    logger.warning("%s %s was not in the queue, and is again", lane, number)
                    self.put(lane, number, owner, engine)

    async def close(self) -> None:
        if self._worker is not None:
            with suppress(sqlite3.Error), anyio.move_on_after(2):
                await self._call(self._app.job_manager.unregister_worker, self._worker)
            # That locks for a moment what was given back, and whoever looked just then has passed over it.
            for lane in LANES:
                self._database.tell("put", _queue(self._engine, lane))
        if self._opened:
            with anyio.move_on_after(2):
                await self._app.close_async()


def _queue(engine: str, lane: Lane) -> str:
    """Workers take those of their engine alone."""
    name = f"{engine} {lane}"
    if len(name.encode()) > _LONGEST_NAME:
        name = f"{blake2b(engine.encode(), digest_size=12).hexdigest()} {lane}"
    return name
