"""Tasks (``io.modelcontextprotocol/tasks``, SEP-2663): a long job as a handle that outlives the call.

There is no task store: a task's id carries its job, so that a server that was restarted, or another
replica of it, answers ``tasks/get`` from the job itself. Clients that did not declare the extension
never see a task.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import struct
import time
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Literal

import anyio
from mcp.server.context import CallNext, HandlerResult, ServerRequestContext
from mcp.server.extension import Extension, MethodBinding
from mcp.server.mcpserver import require_client_extension
from mcp.shared.exceptions import MCPError
from mcp.shared.inbound import decode_header_value
from mcp.types import (
    INTERNAL_ERROR,
    INVALID_PARAMS,
    CallToolRequestParams,
    CallToolResult,
    InputResponses,
    Notification,
    RequestParams,
    SubscriptionsAcknowledgedNotification,
)
from mcp_types import HEADER_MISMATCH

from audiopod_mcp.api import AudioPodError, NotFound, watch
from audiopod_mcp.operations import OPERATIONS, Job

from .fitting import fitted
from .results import job_result
from .service import Service
from .tools import detached

ID = "io.modelcontextprotocol/tasks"
VERSION = "2026-07-28"
VERSIONS = frozenset({VERSION})
TASK_LIFETIME = 24 * 3600
"""Seconds for which a client may count on a task; the job is kept until it is deleted."""


class TaskParams(RequestParams, defer_build=True):
    task_id: str


class UpdateParams(TaskParams):
    input_responses: InputResponses


class TaskNotification(Notification[dict[str, Any], Literal["notifications/tasks"]], defer_build=True):
    method: Literal["notifications/tasks"] = "notifications/tasks"


@dataclass(frozen=True)
class Handle:
    """What a task id says: the job, and when it became a task."""

    job_id: int
    created: int

    FORM = struct.Struct(">BQI")
    SIGNATURE = 16

    def encode(self, key: bytes) -> str:
        body = self.FORM.pack(1, self.job_id, self.created)
        return base64.urlsafe_b64encode(body + _signature(key, body)).decode().rstrip("=")

    @classmethod
    def decode(cls, task_id: str, key: bytes) -> Handle | None:
        """The handle that ``task_id`` is, or ``None`` if it was not written with ``key``."""
        try:
            raw = base64.b64decode(task_id + "=" * (-len(task_id) % 4), b"-_", validate=True)
        except ValueError:
            return None
        body, signature = raw[: cls.FORM.size], raw[cls.FORM.size :]
        if len(body) != cls.FORM.size or not hmac.compare_digest(signature, _signature(key, body)):
            return None
        _, job_id, created = cls.FORM.unpack(body)
        return cls(job_id, created)


def _signature(key: bytes, body: bytes) -> bytes:
    return hmac.digest(key, body, "sha256")[: Handle.SIGNATURE]


class JobTasks(Extension):
    """Turns the tools that make jobs into tasks for clients that want them so."""

    identifier = ID

    def __init__(self, service: Service) -> None:
        self._service = service
        self._tools = {"retry_job", *(o.tool for o in OPERATIONS if not o.is_synchronous())}
        """Those that make a job."""

    def methods(self) -> list[MethodBinding]:
        return [
            MethodBinding("tasks/get", TaskParams, self._get, VERSIONS),
            MethodBinding("tasks/update", UpdateParams, self._update, VERSIONS),
            MethodBinding("tasks/cancel", TaskParams, self._cancel, VERSIONS),
        ]

    async def intercept_tool_call(
        self, params: CallToolRequestParams, ctx: ServerRequestContext[Any, Any], call_next: CallNext
    ) -> HandlerResult:
        capabilities = ctx.session.client_capabilities
        wanted = capabilities and capabilities.extensions and ID in capabilities.extensions
        if not wanted or ctx.protocol_version not in VERSIONS or params.name not in self._tools:
            return await call_next(ctx)
        with detached():
            result = await call_next(ctx)
        content = result.structured_content if isinstance(result, CallToolResult) else None
        if not content or content.get("status") in {None, "COMPLETED", "FAILED", "CANCELLED"}:
            return result  # refused, or done already
        handle = Handle(content["job_id"], int(time.time()))
        return {"resultType": "task", **self._task_fields(handle, "working", "Started")}

    # What a task is told as

    def _task_fields(
        self, handle: Handle, status: str, message: str | None = None, **rest: Any
    ) -> dict[str, Any]:
        fields = {
            "taskId": handle.encode(self._key()),
            "status": status,
            "createdAt": _time(handle.created),
            "lastUpdatedAt": _time(time.time()),
            "ttlMs": TASK_LIFETIME * 1000,
            "pollIntervalMs": 1000 if self._service.embedded else 3000,
            **rest,
        }
        return fields | ({"statusMessage": message} if message else {})

    async def _task_state(self, handle: Handle, job: Job) -> dict[str, Any]:
        saved = await self._service.save_finished(job)
        if job.status == "CANCELLED":
            return self._task_fields(handle, "cancelled")
        if not job.is_finished:
            stage = job.stage or job.status.capitalize()
            return self._task_fields(handle, "working", f"{job.progress or 0:.0f} % {stage}")
        finished = fitted(
            job_result(job, saved),
            VERSION,
            links_as_text=self._service.links_as_text,
        )
        result = finished.model_dump(by_alias=True, mode="json", exclude_none=True)
        return self._task_fields(handle, "completed", result={"resultType": "complete", **result})

    def _key(self) -> bytes:
        """What ids are signed with: ids of one caller mean nothing in the hands of another."""
        return hashlib.sha256(f"audiopod-mcp tasks\n{self._service.caller or ''}".encode()).digest()

    def _handle(self, ctx: ServerRequestContext[Any, Any], task_id: str) -> Handle:
        require_client_extension(ctx, ID)
        # Only streamable HTTP has these headers, and there the SDK checks them for its own methods alone.
        headers = getattr(ctx.request, "headers", None) or {}
        if "mcp-method" in headers and decode_header_value(headers.get("mcp-name")) != task_id:
            raise MCPError(HEADER_MISMATCH, "the header Mcp-Name does not match params.taskId")
        if (handle := Handle.decode(task_id, self._key())) is None:
            raise MCPError(INVALID_PARAMS, "unknown task, or not yours")
        return handle

    # What clients ask

    async def _get(self, ctx: ServerRequestContext[Any, Any], params: TaskParams) -> HandlerResult:
        handle = self._handle(ctx, params.task_id)
        try:
            return await self._task_state(handle, await self._service.client.job(handle.job_id))
        except NotFound:
            return self._task_fields(handle, "cancelled", "The job was deleted")
        except AudioPodError as error:
            raise MCPError(INTERNAL_ERROR, str(error)) from error

    async def _update(self, ctx: ServerRequestContext[Any, Any], params: UpdateParams) -> HandlerResult:
        self._handle(ctx, params.task_id)  # no task of ours asks anything
        return {}

    async def _cancel(self, ctx: ServerRequestContext[Any, Any], params: TaskParams) -> HandlerResult:
        """The protocol's only way to stop a job is to delete it; one that is finished stays."""
        handle = self._handle(ctx, params.task_id)
        try:
            with suppress(NotFound):
                if not (await self._service.client.job(handle.job_id)).is_finished:
                    await self._service.client.delete(handle.job_id)
        except AudioPodError as error:
            raise MCPError(INTERNAL_ERROR, str(error)) from error
        return {}

    # What clients are told without asking

    async def announce(self, ctx: ServerRequestContext[Any, Any], call_next: CallNext) -> HandlerResult:
        """Middleware around ``subscriptions/listen``: ``notifications/tasks`` for the tasks it names."""
        wanted = (
            ((ctx.params or {}).get("notifications") or {}) if ctx.method == "subscriptions/listen" else {}
        )
        task_ids = wanted.get("taskIds") if isinstance(wanted, dict) else None
        if not isinstance(task_ids, list) or not task_ids:
            return await call_next(ctx)
        require_client_extension(ctx, ID)
        handles = {i: handle for i in task_ids if (handle := Handle.decode(str(i), self._key()))}
        session = _Acknowledging(ctx.session, list(handles))
        meta = {"_meta": {"io.modelcontextprotocol/subscriptionId": ctx.request_id}}

        async def follow(handle: Handle) -> None:
            async def tell(state: dict[str, Any]) -> None:
                notification = TaskNotification(params=state | meta)
                await ctx.session.send_notification(notification, ctx.request_id)  # type: ignore[arg-type]

            async def changed(job: Job) -> None:
                await tell(await self._task_state(handle, job))

            await session.acknowledged.wait()
            try:
                await watch(self._service.client, handle.job_id, max_wait=TASK_LIFETIME, on_change=changed)
            except NotFound:
                await tell(self._task_fields(handle, "cancelled", "The job was deleted"))
            except AudioPodError:
                return  # tasks/get tells what is wrong

        async with anyio.create_task_group() as tasks:
            for handle in handles.values():
                tasks.start_soon(follow, handle)
            result = await call_next(replace(ctx, session=session))  # type: ignore[arg-type]
            tasks.cancel_scope.cancel()
        return result


class _Acknowledging:
    """A session that adds, to the acknowledgement of a subscription, the tasks it covers."""

    def __init__(self, session: Any, task_ids: list[str]) -> None:
        self._session = session
        self._task_ids = task_ids
        self.acknowledged = anyio.Event()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._session, name)

    async def send_notification(self, notification: Any, related_request_id: Any = None) -> None:
        if isinstance(notification, SubscriptionsAcknowledgedNotification):
            notification.params.notifications.taskIds = self._task_ids  # type: ignore[attr-defined]
        await self._session.send_notification(notification, related_request_id)
        self.acknowledged.set()


def _time(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
