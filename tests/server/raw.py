"""A client of any protocol version that is nothing but lines of JSON: it shows what is really sent."""

import json
from contextlib import asynccontextmanager

import anyio

from .sessions import parameters


class RawClient:
    """Speaks to a server process over stdio; ``received`` has every message of the server, in order."""

    def __init__(self, process):
        self._process = process
        self._pending = b""
        self.received = []

    async def ask(self, method, **params):
        """The result of a request; an error of the protocol is an ``AssertionError``."""
        number = len(self.received) + 1_000
        await self._send({"id": number, "method": method, "params": params})
        with anyio.fail_after(60):
            while True:
                message = await self._receive()
                if message.get("id") == number:
                    assert "result" in message, message
                    return message["result"]

    async def call(self, tool, **arguments):
        return await self.ask("tools/call", name=tool, arguments=arguments)

    @property
    def notices(self):
        """The names of all notifications so far."""
        return [message["method"] for message in self.received if "id" not in message]

    async def notify(self, method):
        await self._send({"method": method})

    async def _send(self, message):
        await self._process.stdin.send(json.dumps({"jsonrpc": "2.0", **message}).encode() + b"\n")

    async def _receive(self):
        while b"\n" not in self._pending:
            self._pending += await self._process.stdout.receive()
        line, _, self._pending = self._pending.partition(b"\n")
        self.received.append(json.loads(line))
        return self.received[-1]


@asynccontextmanager
async def raw_client(version, folder, **extra):
    """A client that has shaken hands in ``version``; ``capabilities`` are those of the server."""
    server = parameters(folder, **extra)
    process = await anyio.open_process([server.command, *server.args], env=server.env, stderr=None)
    async with process:
        client = RawClient(process)
        info = {"name": "raw", "version": "1"}
        shaken = await client.ask("initialize", protocolVersion=version, capabilities={}, clientInfo=info)
        assert shaken["protocolVersion"] == version
        client.capabilities = shaken["capabilities"]
        await client.notify("notifications/initialized")
        yield client
        await process.stdin.aclose()
