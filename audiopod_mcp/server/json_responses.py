"""Large answers over streamable HTTP as plain JSON.

A server may answer a request with JSON or with an event stream, and the SDK, in the handshake era,
always streams. But clients refuse events of more than about 1 MiB, and a song is larger: what is read
from resources is therefore unwrapped from its stream.
"""

from __future__ import annotations

import json
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

UNWRAPPED = frozenset({"resources/read"})


class JsonResponses:
    """ASGI middleware: the answer to a request in :data:`UNWRAPPED` is one JSON body."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "POST" or not scope["path"].startswith("/mcp"):
            await self._app(scope, receive, send)
            return
        body, whole = await _body(receive, 64_000)
        if whole and (request_id := _request_to_unwrap(body)) is not None:
            send = _Unwrapping(send, request_id)
        await self._app(scope, _replay(body, whole, receive), send)


class _Unwrapping:
    """Sends an event stream's answer to ``request_id`` as JSON; anything else as it is."""

    def __init__(self, send: Send, request_id: Any) -> None:
        self._send = send
        self._request_id = request_id
        self._start: Message | None = None
        self._pending = bytearray()
        self._done = False

    async def __call__(self, message: Message) -> None:
        if self._done:
            return
        if message["type"] == "http.response.start":
            headers = dict(message["headers"])
            if headers.get(b"content-type", b"").startswith(b"text/event-stream"):
                self._start = message
                return
        if self._start is None:
            await self._send(message)
            return
        self._pending += message.get("body", b"").replace(b"\r\n", b"\n")
        if (answer := self._answer()) is not None or not message.get("more_body"):
            await self._answered(answer or b"")

    def _answer(self) -> bytes | None:
        while b"\n\n" in self._pending:
            event, _, rest = bytes(self._pending).partition(b"\n\n")
            self._pending = bytearray(rest)
            data = b"\n".join(
                line.removeprefix(b"data:").strip()
                for line in event.split(b"\n")
                if line.startswith(b"data:")
            )
            if data and json.loads(data).get("id") == self._request_id:
                return data
        return None

    async def _answered(self, body: bytes) -> None:
        assert self._start is not None  # noqa: S101
        self._done = True
        kept = [
            (name, value)
            for name, value in self._start["headers"]
            if name not in {b"content-type", b"content-length", b"cache-control", b"x-accel-buffering"}
        ]
        headers = [
            *kept,
            (b"content-type", b"application/json"),
            (b"content-length", str(len(body)).encode()),
        ]
        await self._send({**self._start, "headers": headers})
        await self._send({"type": "http.response.body", "body": body})


def _request_to_unwrap(body: bytes) -> Any:
    try:
        message = json.loads(body)
    except (ValueError, RecursionError):
        return None
    if isinstance(message, dict) and message.get("method") in UNWRAPPED:
        return message.get("id")
    return None


async def _body(receive: Receive, most: int) -> tuple[bytes, bool]:
    """The first ``most`` bytes of the body or a little more, and whether that is all of it."""
    body = bytearray()
    while len(body) < most:
        message = await receive()
        if message["type"] != "http.request":
            return bytes(body), False
        body += message.get("body", b"")
        if not message.get("more_body"):
            return bytes(body), True
    return bytes(body), False


def _replay(body: bytes, whole: bool, receive: Receive) -> Receive:
    sent = False

    async def replay() -> Message:
        nonlocal sent
        if sent:
            return await receive()
        sent = True
        return {"type": "http.request", "body": body, "more_body": not whole}

    return replay
