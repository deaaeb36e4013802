"""How many connections an HTTP server of ours keeps, and how long it waits for what their clients say."""

from __future__ import annotations

import asyncio
import sys
from functools import cache
from typing import Any, Final

from uvicorn.protocols.http.h11_impl import H11Protocol

SILENCE: Final = 30.0
"""Seconds for which a client may leave its request unfinished, or its answer untaken."""
MOST: Final = 1000
"""Connections at the same time, where the system allows so many open files."""


class PatientProtocol(H11Protocol):
    """A connection that is hung up on when its client has kept us waiting for long, or others need the room.

    Uvicorn itself waits without end for a request that has not come whole, and closes idle connections only
    after an answer.
    """

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._awaited: object = self._what_is_awaited()
        self._since = self.loop.time()
        self._look_later()
        if len(self.connections) > most_connections():
            self._make_room()

    def connection_lost(self, exc: Exception | None) -> None:
        self._look.cancel()
        super().connection_lost(exc)

    def _what_is_awaited(self) -> object:
        """What the client is to do next, to tell it from what it did before; ``None``: it's our turn."""
        cycle = self.cycle
        if cycle is None or cycle.response_complete:
            return "request", cycle
        if cycle.more_body and not self.flow.read_paused:
            return "body", cycle
        if self.flow.write_paused:
            return "taking the answer", self.transport.get_write_buffer_size()
        return None

    def _look_later(self) -> None:
        self._look = self.loop.call_later(SILENCE / 6, self._hang_up_if_silent)

    def _hang_up_if_silent(self) -> None:
        awaited, time = self._what_is_awaited(), self.loop.time()
        if awaited is None or awaited != self._awaited:
            self._awaited, self._since = awaited, time
        elif time - self._since >= SILENCE:
            self.transport.abort()
            return
        self._look_later()

    def _make_room(self) -> None:
        """Hang up on whom we have waited for the longest."""
        silent = [
            other
            for other in self.connections
            if isinstance(other, PatientProtocol)
            and other._what_is_awaited() is not None
            and not other.transport.is_closing()
        ]
        if len(silent) > 1:
            min(silent, key=lambda other: other._since).transport.abort()


def server_options() -> dict[str, Any]:
    """What a uvicorn server is to be configured with so that nobody takes all of its connections."""
    return {
        "http": PatientProtocol,
        "ws": "none",
        # Only where all of them are busy, which nobody is hung up on for, are others turned away.
        "limit_concurrency": most_connections() + 32,
        # As many are accepted at once, before any can be hung up on.
        "backlog": 128,
        "server_header": False,
    }


@cache
def most_connections() -> int:
    """:data:`MOST`, or as many as leave a quarter of the files that may be open for the rest of the work."""
    if sys.platform == "win32":
        return MOST
    import resource

    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return MOST if soft == resource.RLIM_INFINITY else max(16, min(MOST, soft * 3 // 4))
