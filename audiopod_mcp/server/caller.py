"""Whose call this is, and how much may be sent back to them at once."""

from __future__ import annotations

from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from mcp.server.context import HandlerResult, ServerRequestContext

LARGEST_BLOB = 64 << 20
LARGEST_IN_AN_EVENT = 700_000
"""Bytes of a blob that, in base64, stay below the 1 MiB at which clients give an event stream up."""


@dataclass(frozen=True)
class Caller:
    """Who asks: by which key, and how many bytes of audio one answer may carry to them."""

    key: str | None = None
    largest_blob: int = LARGEST_BLOB


NOBODY = Caller()
_caller: ContextVar[Caller] = ContextVar("caller", default=NOBODY)


def current_caller() -> Caller:
    return _caller.get()


async def set_caller(ctx: ServerRequestContext[Any, Any], call_next: Any) -> HandlerResult:
    """Middleware: an HTTP request acts with the key that it brings itself."""
    headers: Mapping[str, str] = getattr(ctx.request, "headers", None) or {}
    scheme, _, token = headers.get("authorization", "").partition(" ")
    key = headers.get("x-api-key") or (token if scheme.lower() == "bearer" else "")
    over_sse = ctx.request is not None and ctx.request.url.path.startswith("/messages")
    before = _caller.set(Caller(key.strip() or None, LARGEST_IN_AN_EVENT if over_sse else LARGEST_BLOB))
    try:
        result: HandlerResult = await call_next(ctx)
    finally:
        _caller.reset(before)
    return result
