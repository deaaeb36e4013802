"""A music service that misbehaves as told: a scripted HTTP/1.1 server on loopback, down to its bytes."""

from __future__ import annotations

import asyncio
import json
import re
from collections import defaultdict, deque
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any
from urllib.parse import parse_qsl

REASONS = {200: "OK", 204: "No Content", 307: "Temporary Redirect"}


@dataclass
class Request:
    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes

    @property
    def kind(self) -> str:
        """What is asked for: create, poll, list, retry, or the path's last word."""
        if self.method == "POST" and self.path.endswith("/retry"):
            return "retry"
        if self.method == "POST" and re.search(r"/(analyze|lrc)$", self.path):
            return "work"
        if self.method == "POST":
            return "create"
        if self.path.endswith("/status"):
            return "poll"
        if self.path.endswith("/jobs"):
            return "list"
        return self.method.lower()


@dataclass
class Fault:
    """What goes wrong with one request, and whether the service does its work all the same."""

    accepted: bool = False
    raw: bytes | None = None
    """Sent instead of the proper answer."""
    then: str = "close"
    """Afterwards: close, reset, stall, flood, or trickle: a byte now and then, for ever."""


def answer(status: int, content: Any = None, **headers: str) -> bytes:
    """The bytes of an HTTP answer; ``content`` as JSON unless it is text or bytes."""
    body = (
        content
        if isinstance(content, bytes)
        else content.encode()
        if isinstance(content, str)
        else b""
        if content is None
        else json.dumps(content).encode()
    )
    lines = {"content-type": "application/json", "content-length": str(len(body))}
    lines |= {name.replace("_", "-"): value for name, value in headers.items()}
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items() if value)
    return f"HTTP/1.1 {status} {REASONS.get(status, 'No')}\r\n{head}\r\n".encode() + body


@dataclass
class FaultyService:
    """Jobs, a script of faults per kind of request, and a record of all that was asked."""

    skew: float = 0.0
    """Seconds by which its clock is ahead."""
    dates: bool = True
    """Whether answers carry ``Date``."""
    tells_time: bool = True
    """Whether jobs carry ``created_at``."""
    tells: tuple[str, ...] = ("display_name", "caption", "prompt")
    """Which fields of a request the job repeats."""
    listed_tasks: dict[str, str] = field(default_factory=dict)
    """The names of tasks that are other than their addresses say."""
    jobs: dict[int, dict[str, Any]] = field(default_factory=dict)
    requests: list[Request] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)
    """Whole answers by path."""
    url: str = ""

    def __post_init__(self) -> None:
        self.script: dict[str, deque[Fault | bytes]] = defaultdict(deque)
        self.conversations: dict[asyncio.Task[Any], asyncio.StreamWriter] = {}

    def will(self, kind: str, *faults: Fault | bytes) -> None:
        """What happens to the next requests of a kind; bytes are an answer to a request not accepted."""
        self.script[kind].extend(faults)

    def asked(self, kind: str) -> list[Request]:
        return [request for request in self.requests if request.kind == kind]

    def add_job(self, age: float = 0.0, **fields: Any) -> dict[str, Any]:
        job_id = max(self.jobs, default=100) + 1
        created = self.now() - timedelta(seconds=age)
        self.jobs[job_id] = {
            "id": job_id,
            "task": "text2music",
            "status": "PENDING",
            "progress": None,
            "output_url": None,
            "output_urls": None,
            "created_at": created.isoformat().replace("+00:00", "Z") if self.tells_time else None,
            **fields,
        }
        return self.jobs[job_id]

    def now(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=self.skew)

    def work(self, request: Request) -> bytes:
        """The proper answer."""
        if request.path in self.files:
            return self.files[request.path]
        if request.kind == "create":
            body = json.loads(request.body)
            task = request.path.rpartition("/")[2].replace("-", "_")
            task = self.listed_tasks.get(task, task)
            told = {name: body[name] for name in self.tells if name in body}
            return self.answer(200, {"job": self.add_job(task=task, **told), "message": "queued"})
        if request.kind == "list":
            newest_first = [self.jobs[i] for i in sorted(self.jobs, reverse=True)]
            asked = {name: int(value) for name, value in parse_qsl(request.query) if value.isdigit()}
            page = newest_first[asked.get("skip", 0) :][: asked.get("limit", 50)]
            return self.answer(200, page, x_total_count=str(len(newest_first)))
        found = re.search(r"/jobs/(\d+)", request.path)
        job = self.jobs.get(int(found[1])) if found else None
        if job is None:
            return self.answer(404, {"detail": "Job not found"})
        if request.kind == "delete":
            del self.jobs[job["id"]]
            return self.answer(204, None, content_type="")
        if request.kind == "patch":
            job |= json.loads(request.body)
        if request.kind == "retry":
            job |= {"status": "PENDING"}
        return self.answer(200, job)

    def answer(self, status: int, content: Any, **headers: str) -> bytes:
        date = format_datetime(self.now(), usegmt=True) if self.dates else ""
        return answer(status, content, date=date, **headers)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if conversation := asyncio.current_task():
            self.conversations[conversation] = writer
            conversation.add_done_callback(self.conversations.pop)
        try:
            while request := await _read(reader):
                self.requests.append(request)
                planned = self.script[request.kind]
                fault = planned.popleft() if planned else None
                if fault is None:
                    writer.write(self.work(request))
                    await writer.drain()
                    continue
                if isinstance(fault, bytes):
                    fault = Fault(raw=fault)
                proper = self.work(request) if fault.accepted else b""
                writer.write(proper if fault.raw is None and fault.then == "close" else fault.raw or b"")
                await writer.drain()
                while fault.then == "flood":
                    writer.write(b" " * 65536)
                    await writer.drain()
                while fault.then == "trickle":
                    writer.write(b" ")
                    await writer.drain()
                    await asyncio.sleep(0.02)
                if fault.then == "stall":
                    await reader.read()
                elif fault.then == "reset":
                    writer.transport.abort()
                return
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()


@asynccontextmanager
async def serving(service: FaultyService) -> AsyncIterator[FaultyService]:
    server = await asyncio.start_server(service.serve, "127.0.0.1", 0)
    service.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield service
    finally:
        server.close()
        # They are not cancelled: of that asyncio makes an error that it prints.
        for writer in service.conversations.values():
            writer.transport.abort()
        if service.conversations:
            await asyncio.wait([*service.conversations])


async def _read(reader: asyncio.StreamReader) -> Request | None:
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
    except asyncio.IncompleteReadError:
        return None
    first, *lines = head.strip().split("\r\n")
    method, target, _ = first.split(" ")
    headers: Mapping[str, str] = {
        name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)
    }
    body = await reader.readexactly(int(headers.get("content-length", 0)))
    path, _, query = target.partition("?")
    return Request(method, path, query, dict(headers), body)
