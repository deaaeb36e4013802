"""The queue of one machine: the tables themselves, and kernel locks that tell which processes are alive."""

from __future__ import annotations

import logging
from collections.abc import Callable

from anyio import to_thread

from audiopod_mcp.studio.config import StudioConfig
from audiopod_mcp.studio.media.store import MediaStore

from .instances import Instance
from .ledger import LANES, Lane
from .news import News
from .queueing import RUNNING, Delivery
from .transactions import Database, in_pairs

_WAITS = "status IN ('PENDING', 'PROCESSING') AND claimed_by IS NULL"

logger = logging.getLogger("audiopod_mcp.studio")


class LocalQueue:
    """What a process has taken has its name in ``claimed_by``, and none again when that process dies."""

    care_every = 5.0
    look_every = 1.0
    report_every = 0.25

    def __init__(
        self, config: StudioConfig, database: Database, instance: Instance, media: MediaStore
    ) -> None:
        self._engine = config.engine
        self._running = max(RUNNING, 2 * config.workers)
        self._database = database
        self._instance = instance
        self._media = media
        self._served: dict[str, int] = {}
        """When each caller that has something waiting was served last, by a count of our own."""
        self.asker = instance.id

    def put(self, lane: Lane, number: int, owner: str) -> None:
        """Nothing to do: the row waits already."""

    async def listen(self, on_put: Callable[[], None], news: News | None) -> None:
        """Nothing to hear: what waits is looked for now and then."""

    async def take(self, lane: Lane) -> Delivery | None:
        return await to_thread.run_sync(self._take, lane)

    def _take(self, lane: Lane) -> Delivery | None:
        """The oldest one of the caller whose turn it is.

        It is the turn of who has the fewest running and, among those, was served the longest ago.
        """
        if not (waiting := self._waiting(lane)):  # the usual case, which keeps nobody from writing
            return None
        with self._database.transaction() as transaction:
            sql = f"SELECT owner, count(*) FROM {lane} WHERE status = 'PROCESSING' GROUP BY owner"  # noqa: S608
            running = in_pairs(self._database.rows(sql))
            waiting = self._waiting(lane)
            turns = sorted(
                (running.get(owner, 0), self._served.get(owner, 0), number, owner)
                for owner, number in waiting.items()
                if running.get(owner, 0) < self._running
            )
            sql = f"UPDATE {lane} SET claimed_by = ? WHERE id = ? AND {_WAITS}"  # noqa: S608
            taken = next(
                (turn for turn in turns if transaction.execute(sql, (self._instance.id, turn[2])).rowcount),
                None,
            )
        if taken is None:
            return None
        *_, number, owner = taken
        # Who has nothing waiting need not be remembered: a newcomer is served as soon as anybody.
        self._served = {each: self._served.get(each, 0) for each in waiting}
        self._served[owner] = max(self._served.values()) + 1
        return Delivery(lane, number)

    def _waiting(self, lane: Lane) -> dict[str, int]:
        """The oldest number that waits, of each caller."""
        sql = f"SELECT owner, min(id) FROM {lane} WHERE engine = ? AND {_WAITS} GROUP BY owner"  # noqa: S608
        return in_pairs(self._database.rows(sql, (self._engine,)))

    async def done(self, delivery: Delivery) -> None:
        """Nothing to do: the row is finished."""

    async def give_back(self, delivery: Delivery) -> None:
        await to_thread.run_sync(self._give_back, delivery)

    def _give_back(self, delivery: Delivery) -> None:
        with self._database.transaction() as transaction:
            sql = f"UPDATE {delivery.lane} SET claimed_by = NULL WHERE id = ? AND claimed_by = ?"  # noqa: S608
            transaction.execute(sql, (delivery.number, self._instance.id))

    async def care(self) -> None:
        await to_thread.run_sync(self.recover)

    def recover(self) -> None:
        """Have delivered again what dead processes held, and clear away what they left. Blocks."""
        for dead in self._instance.bury(self._claimants() | self._media.workers_at()):
            if self._release(dead):
                logger.warning("put back the jobs of a studio process that ended in the middle of them")
            self._media.clean(dead)
        if self._instance.is_alone():
            self._adopt()

    def _claimants(self) -> set[str]:
        held = "SELECT claimed_by FROM {} WHERE status IN ('PENDING', 'PROCESSING')"
        sql = " UNION ".join([*map(held.format, LANES), "SELECT asker FROM answers"])
        return {row[0] for row in self._database.rows(sql) if row[0]}

    def _release(self, instance: str) -> int:
        with self._database.transaction() as transaction:
            transaction.execute("DELETE FROM answers WHERE asker = ?", (instance,))
            return sum(
                transaction.execute(
                    f"UPDATE {lane} SET claimed_by = NULL "  # noqa: S608
                    "WHERE claimed_by = ? AND status IN ('PENDING', 'PROCESSING')",
                    (instance,),
                ).rowcount
                for lane in LANES
            )

    def _adopt(self) -> None:
        """Have this engine do what waits for one which nobody runs any more."""
        with self._database.transaction() as transaction:
            for lane in LANES:
                sql = f"UPDATE {lane} SET engine = ? WHERE {_WAITS} AND engine != ?"  # noqa: S608
                transaction.execute(sql, (self._engine, self._engine))

    async def close(self) -> None:
        await to_thread.run_sync(self._release, self._instance.id)
