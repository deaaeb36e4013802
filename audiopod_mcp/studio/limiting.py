"""A limit on what a request may send."""

from __future__ import annotations

from typing import Final

from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MAX_BODY: Final = 1024 * 1024
"""Bytes; the longest lyrics are 10,000 characters."""


class _TooLarge(Exception):
    pass


class LimitBody:
    """Answers 413 as soon as a body is announced, or grows, too large."""

    def __init__(self, app: ASGIApp, max_body: int = MAX_BODY) -> None:
        self._app = app
        self._max_body = max_body

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        announced = next((value for name, value in scope["headers"] if name == b"content-length"), b"0")
        received = 0

        async def limited() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > self._max_body:
                raise _TooLarge
            return message

        try:
            if announced.isdigit() and int(announced[:20]) > self._max_body:
                raise _TooLarge
            await self._app(scope, limited, send)
        except _TooLarge:
            detail = f"the request is too large; at most {self._max_body // 1024**2} MiB"
            await JSONResponse({"detail": detail}, 413)(scope, receive, send)
