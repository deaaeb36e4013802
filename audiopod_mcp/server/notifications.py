"""Change notices: whoever listens hears of their own jobs, also when no call waits for them any more."""

from __future__ import annotations

import logging
import re
from collections import OrderedDict
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import anyio
from mcp.server.context import CallNext, HandlerResult, ServerRequestContext
from mcp.server.session import ServerSession
from mcp.server.subscriptions import ResourcesListChanged, ResourceUpdated, ServerEvent
from mcp.shared.exceptions import MCPError
from mcp.types import INVALID_PARAMS, InitializeRequestParams
from mcp_types.version import HANDSHAKE_PROTOCOL_VERSIONS

from audiopod_mcp.api import AudioPodClient, AudioPodError, watch
from audiopod_mcp.operations import Job

from .caller import current_caller

logger = logging.getLogger(__name__)

JOB_URI = re.compile(r"audiopod://jobs/([1-9]\d{0,17})(?:/.*)?")
LONGEST_FOLLOWING = 3600.0
"""Seconds for which a job is followed after its call has returned."""
LIST_CHANGES_SINCE = "2025-03-26"
PATIENCE = 2.0
"""Seconds for which a client that asked to be told may keep the others waiting."""
REMEMBERED = 1000

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


class Handshakes:
    """The sessions of the handshake era, and what each has asked to hear of.

    A session is told of the resources that it subscribed to and, once it has asked for the list of them, of
    changes of that list; nothing else. What is sent is declared. Clients of 2024-11-05 get no word of the
    list: that era's SDK stands still at a notification which nobody reads.
    """

    def __init__(self) -> None:
        self._sessions: OrderedDict[int, _Handshake] = OrderedDict()

    def of(self, ctx: ServerRequestContext[Any, Any]) -> _Handshake:
        """What the session of ``ctx`` has asked for."""
        client = ctx.session.client_params
        session = self._sessions.setdefault(id(client), _Handshake(ctx.session, client, current_caller().key))
        self._sessions.move_to_end(id(client))
        while len(self._sessions) > REMEMBERED:
            self._sessions.popitem(last=False)
        return session

    async def tell(self, event: ServerEvent) -> None:
        """Tell the sessions of the current caller that asked for it; one that does not listen is left."""
        for key, handshake in list(self._sessions.items()):
            if handshake.caller != current_caller().key or not handshake.wants(event):
                continue
            try:
                with anyio.fail_after(PATIENCE):
                    await handshake.send(event)
            except (TimeoutError, anyio.ClosedResourceError, anyio.BrokenResourceError, anyio.EndOfStream):
                self._sessions.pop(key, None)


@dataclass
class _Handshake:
    session: ServerSession
    client: InitializeRequestParams | None
    """Kept, so that its number stays that of this session."""
    caller: str | None
    uris: set[str] = field(default_factory=set)
    has_listed: bool = False

    def wants(self, event: ServerEvent) -> bool:
        return event.uri in self.uris if isinstance(event, ResourceUpdated) else self.has_listed

    async def send(self, event: ServerEvent) -> None:
        if isinstance(event, ResourceUpdated):
            await self.session.send_resource_updated(event.uri)
        else:
            await self.session.send_resource_list_changed()


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
        self._handshakes = Handshakes()
        self._client = client
        self._spawn = spawn
        self._on_finished = on_finished
        self._followed: set[tuple[str | None, int]] = set()

    async def job_changed(self, job_id: int) -> None:
        """The job looks different now."""
        await self._announce(ResourceUpdated(uri=f"audiopod://jobs/{job_id}"))

    async def list_changed(self) -> None:
        """There is a finished job more or less."""
        await self._announce(ResourcesListChanged())

    async def _announce(self, event: ServerEvent) -> None:
        await self.bus.publish(event)
        await self._handshakes.tell(event)

    def follow(self, job: Job) -> None:
        """Announce what becomes of ``job`` although nobody waits for it."""
        key = (current_caller().key, job.id)
        if self._spawn is None or job.is_finished or key in self._followed:
            return
        self._followed.add(key)
        self._spawn(self._follow, job, key)

    async def _follow(self, job: Job, key: tuple[str | None, int]) -> None:
        seen = job.status

        async def changed(now: Job) -> None:
            nonlocal seen
            if now.status != seen:
                seen = now.status
                await self.job_changed(now.id)

        try:
            with suppress(AudioPodError):
                await self._on_finished(
                    await watch(self._client(), job, max_wait=LONGEST_FOLLOWING, on_change=changed)
                )
            await self.list_changed()
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
            await self._follow_resource(str(uri))
        return await call_next(ctx)

    async def handshake(self, ctx: ServerRequestContext[Any, Any], call_next: CallNext) -> HandlerResult:
        """Middleware for clients of the handshake era, which subscribe to one resource at a time.

        Raises:
            MCPError: for a resource that the caller may not read, or that is none.

        """
        if ctx.method == "initialize":
            return _declaring(await call_next(ctx))
        if ctx.protocol_version not in HANDSHAKE_PROTOCOL_VERSIONS:
            return await call_next(ctx)
        if ctx.method == "resources/list" and ctx.protocol_version >= LIST_CHANGES_SINCE:
            self._handshakes.of(ctx).has_listed = True
        if ctx.method not in {"resources/subscribe", "resources/unsubscribe"}:
            return await call_next(ctx)
        uri = str((ctx.params or {}).get("uri"))
        if ctx.method == "resources/unsubscribe":
            self._handshakes.of(ctx).uris.discard(uri)
        else:
            await self._follow_resource(uri)
            self._handshakes.of(ctx).uris.add(uri)
        return {}

    async def _follow_resource(self, uri: str) -> None:
        """Follow the job that ``uri`` names.

        Raises:
            MCPError: for a resource that the caller may not read, or that is none.

        """
        match = JOB_URI.fullmatch(uri)
        if match is None and uri != "audiopod://jobs":
            raise MCPError(INVALID_PARAMS, f"{uri[:120]!r} can't be subscribed to; jobs can")
        if match:
            try:
                self.follow(await self._client().job(int(match[1])))
            except AudioPodError as error:
                raise MCPError(INVALID_PARAMS, f"{uri}: {error}") from error


def _declaring(result: HandlerResult) -> HandlerResult:
    """The answer to a handshake, with what is going to be sent to whoever asks."""
    if not isinstance(result, dict):
        return result
    told = {"subscribe": True, "listChanged": result["protocolVersion"] >= LIST_CHANGES_SINCE}
    return result | {"capabilities": result["capabilities"] | {"resources": told}}
