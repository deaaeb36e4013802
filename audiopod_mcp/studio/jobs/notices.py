"""What other processes do, told by PostgreSQL at once: ``NOTIFY`` in their transactions, ``LISTEN`` here.

Nothing is lost for want of a notice, for whoever waits also looks now and then. How seldom that may be
depends on whether notices arrive, and nothing says so where they do not: a pooler that gives each transaction
another connection (PgBouncer in transaction mode) takes ``LISTEN`` and forgets it. So each listener sends
itself one now and then, by the way that those of others come.
"""

from __future__ import annotations

import logging
import sqlite3
import uuid
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Final

import anyio
import psycopg
from anyio import to_thread

from .outage import Outage
from .postgres import CONNECTING, PostgresDatabase, as_sqlite, channel_of
from .telling import Topic

ECHO_WITHIN: Final = 3.0
"""Seconds after which a notice does not come any more."""
TRY_EVERY: Final = 10.0
"""Seconds between two tries whether they come."""
_ECHO: Final = "echo "

logger = logging.getLogger("audiopod_mcp.studio")


class Notices:
    """One connection that listens to ``topics``.

    ``heard`` is called on the event loop with a topic and each thing that was told. ``sure`` is called when
    it begins or ceases to be sure that all is heard: what was missed is to be looked for then. An ``outage``
    is for what nobody else tells of: jobs that can't be written are told by those whom it keeps from work.
    """

    def __init__(
        self,
        url: str,
        database: PostgresDatabase,
        topics: Sequence[Topic],
        heard: Callable[[Topic, str], None],
        sure: Callable[[bool], None],
        outage: Outage | None = None,
    ) -> None:
        self._url = url
        self._database = database
        self._topics: dict[str, Topic] = {channel_of(topic): topic for topic in topics}
        self._heard = heard
        self._sure = sure
        self._outage = outage
        self._is_sure = False
        self._has_warned = False

    async def keep(self) -> None:
        """Listen, again after each break, until cancelled."""
        while True:
            try:
                with as_sqlite():
                    await self._listen()
            except sqlite3.Error as error:
                if self._outage is not None:
                    self._outage.failed(error, str(error))
            self._become(sure=False)
            await anyio.sleep(1)

    async def _connected(self) -> psycopg.AsyncConnection[psycopg.rows.TupleRow]:
        connection = await psycopg.AsyncConnection.connect(self._url, autocommit=True, **CONNECTING)
        for channel in self._topics:
            await connection.execute(f"LISTEN {channel}".encode())
        return connection

    async def _listen(self) -> None:
        async with await self._connected() as connection:
            worked = False
            while await self._try(connection):
                worked = True
                await self._hear(connection, TRY_EVERY)
            self._become(sure=False)
            if not worked:  # else the connection is dead, though nothing says so, and the next one is not
                self._warn()
                await self._hear(connection, TRY_EVERY)

    async def _try(self, connection: psycopg.AsyncConnection[psycopg.rows.TupleRow]) -> bool:
        token = f"{_ECHO}{uuid.uuid4().hex}"
        sql = "SELECT pg_notify(?, ?)"
        await to_thread.run_sync(self._database.rows, sql, (next(iter(self._topics)), token))
        return await self._hear(connection, ECHO_WITHIN, token)

    async def _hear(
        self,
        connection: psycopg.AsyncConnection[psycopg.rows.TupleRow],
        seconds: float,
        token: str | None = None,
    ) -> bool:
        """Tell what comes within so many ``seconds``; whether ``token`` was among it."""
        came = False
        async for notice in connection.notifies(timeout=seconds):
            if notice.payload == token:
                came = True
                self._become(sure=True)
            elif not notice.payload.startswith(_ECHO):
                for told in notice.payload.splitlines():
                    self._heard(self._topics[notice.channel], told)
        return came

    def _become(self, *, sure: bool) -> None:
        if sure != self._is_sure:
            self._is_sure = sure
            self._sure(sure)
            if sure and self._outage is not None:
                self._outage.over()

    def _warn(self) -> None:
        if not self._has_warned:
            self._has_warned = True
            logger.warning(
                "the database does not tell of changes (behind a pooler in transaction mode it can't), so "
                "whoever waits for them looks again and again"
            )


@asynccontextmanager
async def among_all(
    url: str, topic: Topic, heard: Callable[[str], None]
) -> AsyncIterator[Callable[[str], None]]:
    """What tells a line to everybody in such a context, this process too; ``heard`` is called with each.

    Raises:
        sqlite3.DatabaseError: where the address can't be read.

    """
    database = PostgresDatabase(url)
    outage = Outage(f"servers that share the database do not tell each other what has {topic}")
    listener = Notices(url, database, [topic], lambda _, told: heard(told), lambda _: None, outage)
    try:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(listener.keep)
            yield lambda told: database.tell(topic, told)
            tasks.cancel_scope.cancel()
    finally:
        with anyio.CancelScope(shield=True):
            await to_thread.run_sync(database.close)


def arrive(url: str, database: PostgresDatabase) -> bool:
    """Whether notices arrive here. Blocks. Raises ``sqlite3.Error``."""
    channel, token = channel_of("changed"), f"{_ECHO}{uuid.uuid4().hex}"
    with as_sqlite(), psycopg.connect(url, autocommit=True, **CONNECTING) as connection:
        connection.execute(f"LISTEN {channel}".encode())
        database.rows("SELECT pg_notify(?, ?)", (channel, token))
        return any(notice.payload == token for notice in connection.notifies(timeout=ECHO_WITHIN))
