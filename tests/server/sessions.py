"""Real servers in real processes, and sessions with them over every transport, in both eras."""

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import anyio
import httpx
from mcp import Client, StdioServerParameters
from mcp.client.sse import sse_client
from mcp.client.stdio import stdio_client

ERAS = ["legacy", "2026-07-28"]
TRANSPORTS = ["stdio", "http", "sse"]

BEEPER = {"AUDIOPOD_ENGINE": "tests.studio.beeping:Beeper", "PYTHONPATH": str(Path(__file__).parents[2])}
"""Settings of a server whose engine does as the caption says: ``slow 2`` takes two seconds and no processor time."""


def environment(folder, **extra):
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("AUDIOPOD_", "ACESTEP_"))
    }
    return kept | {
        "AUDIOPOD_DATA_DIR": str(folder / "data"),
        "AUDIOPOD_OUTPUT_DIR": str(folder / "output"),
        "AUDIOPOD_ALLOWED_DIRS": str(folder / "allowed"),
        **extra,
    }


def parameters(folder, **extra):
    return StdioServerParameters(
        command=sys.executable, args=["-m", "audiopod_mcp"], env=environment(folder, **extra)
    )


def free_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


@contextmanager
def http_server(folder, *arguments, **extra):
    """A server process on a free port; its base URL. However long it takes, it is there."""
    port = free_port()
    command = [sys.executable, "-m", "audiopod_mcp", "serve", "--transport", "http", "--port", str(port)]
    process = subprocess.Popen(
        [*command, *arguments], env=environment(folder, **extra), stderr=subprocess.DEVNULL
    )
    try:
        url = f"http://127.0.0.1:{port}"
        while True:
            try:
                httpx.get(f"{url}/health").raise_for_status()
                break
            except httpx.HTTPError:
                assert process.poll() is None, "the server ended"
                time.sleep(0.1)
        yield url
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)


@asynccontextmanager
async def session(transport, era, folder, url=None, message_handler=None, **extra):
    """A client session over ``transport`` in ``era``."""
    if transport == "stdio":
        connection = stdio_client(parameters(folder, **extra))
    elif transport == "http":
        connection = f"{url}/mcp"
    else:
        connection = sse_client(f"{url}/sse")
    async with Client(connection, mode=era, message_handler=message_handler) as client:
        yield client


class Progress:
    """Collects progress notifications."""

    def __init__(self):
        self.seen = []
        self.messages = []

    async def __call__(self, progress, total, message):
        self.seen.append(progress)
        self.messages.append(message)


async def text_of(client, tool, arguments):
    """The text of a result, and whether it is an error."""
    result = await client.call_tool(tool, arguments)
    return "\n".join(block.text for block in result.content if block.type == "text"), result.is_error


async def finished(client, tool, arguments):
    """The structured content of a job that is done, however long it takes."""
    result = await client.call_tool(tool, arguments)
    with anyio.fail_after(120):
        while result.structured_content["status"] in {"PENDING", "PROCESSING"}:
            job_id = result.structured_content["job_id"]
            result = await client.call_tool("get_job", {"job_id": job_id, "wait_seconds": 30})
    assert not result.is_error, result.content[0].text
    return result.structured_content
