"""Change notices: whoever listens hears of their own jobs, also when no call waits for them any more."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any

import anyio
from mcp.server.context import CallNext, HandlerResult, ServerRequestContext
from mcp.server.mcpserver import Context
from mcp.server.subscriptions import ResourcesListChanged, ResourceUpdated, ServerEvent
from mcp.shared.exceptions import MCPError
from mcp.types import INVALID_PARAMS

from audiopod_mcp.api import AudioPodClient, AudioPodError, watch
from audiopod_mcp.operations import Job

from .caller import current_caller

logger = logging.getLogger(__name__)

JOB_URI = re.compile(r"audiopod://jobs/([1-9]\d{0,17})(?:/.*)?")
LONGEST_FOLLOWING = 3600.0
"""Seconds for which a job is followed after its call has returned."""

Spawn = Callable[..., object]
OnFinished = Callable[[Job], Coroutine[Any, Any, str | None]]
Listener = Callable[[ServerEvent], None]


class PerCallerBus:
    """A subscription bus on which events reach only listeners of the same caller."""

    def __init__(self) -> None:
        self._listeners: dict[object, tuple[str | None, Listener]] = {}

    async def publish(self, event: ServerEvent) -> None:
        for key, listener in list(self._listeners.values()):
            if key == current_caller().key:
                listener(event)
        await anyio.lowlevel.checkpoint()

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        token = object()
        self._listeners[token] = (current_caller().key, listener)
        return lambda: self._listeners.pop(token, None) and None


class Announcer:
    """Tells listeners that a job changed, came or went.

    ``client`` gives the client of whoever is calling. ``spawn`` starts a task that outlives the call;
    without it, jobs are followed only while a call waits. ``on_finished`` is told of each job that has
    finished.
    """

    def __init__(
        self, client: Callable[[], AudioPodClient], spawn: Spawn | None, on_finished: OnFinished
    ) -> None:
        self.bus = PerCallerBus()
        self._client = client
        self._spawn = spawn
        self._on_finished = on_finished
        self._followed: set[tuple[str | None, int]] = set()

    async def job_changed(self, job_id: int, ctx: Context[Any, Any] | None = None) -> None:
        """The job looks different now: clients of the handshake era are told over ``ctx``'s session."""
        uri = f"audiopod://jobs/{job_id}"
        await self.bus.publish(ResourceUpdated(uri=uri))
        await self._tell(ctx, lambda session: session.send_resource_updated(uri))

    async def list_changed(self, ctx: Context[Any, Any] | None = None) -> None:
        """There is a finished job more or less."""
        await self.bus.publish(ResourcesListChanged())
        await self._tell(ctx, lambda session: session.send_resource_list_changed())

    def follow(self, job: Job, ctx: Context[Any, Any] | None = None) -> None:
        """Announce what becomes of ``job`` although nobody waits for it."""
        key = (current_caller().key, job.id)
        if self._spawn is None or job.is_finished or key in self._followed:
            return
        self._followed.add(key)
        self._spawn(self._follow, job, ctx, key)

    async def _follow(self, job: Job, ctx: Context[Any, Any] | None, key: tuple[str | None, int]) -> None:
        seen = job.status

        async def changed(now: Job) -> None:
            nonlocal seen
            if now.status != seen:
                seen = now.status
                await self.job_changed(now.id, ctx)

        try:
            with suppress(AudioPodError):
                await self._on_finished(
                    await watch(self._client(), job, max_wait=LONGEST_FOLLOWING, on_change=changed)
                )
            await self.list_changed(ctx)
        except Exception:  # it runs beside the server, which must not end with it
            logger.exception("could not announce job %s", job.id)
        finally:
            self._followed.discard(key)

    async def listening(self, ctx: ServerRequestContext[Any, Any], call_next: CallNext) -> HandlerResult:
        """Middleware around ``subscriptions/listen``: jobs that it names must be the caller's own.

        Raises:
            MCPError: for a resource that the caller may not read, or that is none.

        """
        wanted = (ctx.params or {}).get("notifications") if ctx.method == "subscriptions/listen" else None
        for uri in (wanted.get("resourceSubscriptions") or ()) if isinstance(wanted, dict) else ():
            match = JOB_URI.fullmatch(str(uri))
            if match is None and uri != "audiopod://jobs":
                raise MCPError(INVALID_PARAMS, f"{str(uri)[:120]!r} can't be subscribed to; jobs can")
            if match:
                try:
                    self.follow(await self._client().job(int(match[1])))
                except AudioPodError as error:
                    raise MCPError(INVALID_PARAMS, f"{uri}: {error}") from error
        return await call_next(ctx)

    @staticmethod
    async def _tell(ctx: Context[Any, Any] | None, send: Callable[[Any], Coroutine[Any, Any, None]]) -> None:
        if ctx is not None:
            # Whoever called may have left.
            with suppress(anyio.ClosedResourceError, anyio.BrokenResourceError, anyio.EndOfStream):
                await send(ctx.session)
