"""Calls one server some hundred times, and looks whether it grows.

    python -m tests.soak --calls 400 [--transport stdio|http|both] [--growth 0.1] [--seed N]

The calls are mixed and short: pieces of a second or two are made, analysed, taken apart, edited, listed, looked
at and deleted; some calls are wrong, some are cancelled, some time out. After each hundred, when all jobs have
ended, a line tells the memory of the server and of its workers, open files, threads, asyncio's tasks and the size
of the data folder. After the first hundred they may not grow by more than ``--growth``, a share.

Linux only: it looks into ``/proc``. The status is 1 where something grew, or a call went wrong.
"""

import argparse
import contextlib
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import anyio
import httpx
from mcp import Client, MCPError
from mcp.client.stdio import stdio_client

from tests.processes import children, descendants
from tests.server.sessions import environment, free_port, parameters

EVERY = 100
"""Calls between two looks; the mix of each hundred is the same."""
MIX = {
    "make": 20, "analyse": 10, "stem": 8, "edit": 10, "get": 14, "list": 12, "delete": 8, "wrong": 8,
    "cancel": 5, "time_out": 5,
}  # fmt: skip
WRONG = (
    ("generate_music", {"caption": "x", "duration": 1000}),
    ("generate_music", {"caption": "x", "tempo_bpm": 3}),
    ("get_job", {"job_id": 10**9}),
    ("edit_track", {"source_job_id": 10**9, "edit_target_prompt": "faster"}),
    ("analyze_audio", {"audio_url": "http://127.0.0.1/x.wav"}),
    ("delete_job", {"job_id": "all"}),
    ("save_audio", {}),
)
SERVER = """
import asyncio, pathlib, signal, sys
def tell(*_):
    pathlib.Path(sys.argv[1]).write_text(str(len(asyncio.all_tasks())))
signal.signal(signal.SIGUSR1, tell)
from audiopod_mcp.cli import main
sys.exit(main(sys.argv[2:]))
"""
"""The server itself, which also tells how many tasks it has."""
FEW = 4
"""Open files, threads or tasks more are no leak: a connection more is kept open."""


class Look(NamedTuple):
    """What there is of a server after some calls; sizes in MiB."""

    server: float
    workers: float
    """Of the largest."""
    files: int
    threads: int
    tasks: int
    processes: int
    database: float
    folder: float


@dataclass
class Soak:
    client: Client
    pid: int
    folder: Path
    rng: random.Random
    jobs: list[int] = field(default_factory=list)
    """Finished ones that are still there."""
    counts: Counter = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)

    async def run(self, calls):
        looks = []
        for done in range(0, calls, EVERY):
            deck = [name for name, count in MIX.items() for _ in range(count)]
            self.rng.shuffle(deck)
            for name in deck:
                await getattr(self, name)()
                self.counts[name] += 1
            await self.all_ended()
            looks.append(await self.look())
            figures = "  ".join(
                f"{name} {value:.1f}" if isinstance(value, float) else f"{name} {value}"
                for name, value in looks[-1]._asdict().items()
            )
            print(f"{done + EVERY:6} calls  {figures}", flush=True)
        return looks

    async def call(self, name, arguments, **options):
        result = await self.client.call_tool(name, arguments, **options)
        if result.is_error and "nobody plays" not in result.content[0].text:  # in that piece: a good answer
            self.faults.append(f"{name} {arguments}: {result.content[0].text[:200]}")
        return result.structured_content or {}

    async def finished(self, name, arguments):
        told = await self.call(name, arguments)
        while told.get("status") in {"PENDING", "PROCESSING"}:
            told = await self.call("get_job", {"job_id": told["job_id"], "wait_seconds": 30})
        if told.get("status") == "COMPLETED":
            self.jobs.append(told["job_id"])
        return told

    def song(self, seconds=None):
        caption = self.rng.choice(("solo piano", "house beat", "rock band", "sad strings"))
        wish = {
            "caption": caption,
            "duration": seconds or self.rng.choice((1, 2)),
            "seed": self.rng.randrange(99),
        }
        return wish | {"format": self.rng.choice(("flac", "mp3", "ogg", "wav"))}

    async def a_job(self):
        if not self.jobs:
            await self.finished("generate_music", self.song())
        return self.rng.choice(self.jobs)

    async def make(self):
        await self.finished("generate_music", self.song())

    async def analyse(self):
        await self.call("analyze_audio", {"audio_url": f"audiopod://jobs/{await self.a_job()}"})

    async def stem(self):
        source = f"audiopod://jobs/{await self.a_job()}"
        await self.finished("extract_stem", {"src_audio_url": source, "track_name": "drums"})

    async def edit(self):
        change = {"source_job_id": await self.a_job(), "edit_target_prompt": "3 dB louder"}
        await self.finished("edit_track", change)

    async def get(self):
        wish = {"job_id": await self.a_job()}
        if self.rng.random() < 0.3:
            wish["picture"] = self.rng.choice(("waveform", "spectrogram"))
        await self.call("get_job", wish)
        if self.rng.random() < 0.3:
            await self.client.read_resource(f"audiopod://jobs/{wish['job_id']}")

    async def list(self):
        await self.call("list_jobs", {"limit": self.rng.choice((5, 50))})

    async def delete(self):
        job = await self.a_job()
        self.jobs.remove(job)
        await self.call("delete_job", {"job_id": job})

    async def wrong(self):
        name, arguments = self.rng.choice(WRONG)
        with contextlib.suppress(MCPError):
            result = await self.client.call_tool(name, arguments)
            if not result.is_error:
                self.faults.append(f"{name} {arguments} was taken")

    async def cancel(self):
        with anyio.move_on_after(self.rng.uniform(0.05, 0.5)):
            await self.client.call_tool("generate_music", self.song(4))

    async def time_out(self):
        with contextlib.suppress(MCPError, TimeoutError):
            await self.client.call_tool(
                "generate_music", self.song(4), read_timeout_seconds=self.rng.uniform(0.05, 0.5)
            )

    async def all_ended(self):
        with anyio.fail_after(120):
            for status in ("PENDING", "PROCESSING"):
                while (await self.call("list_jobs", {"status": status})).get("total"):
                    await anyio.sleep(0.5)
        await anyio.sleep(2)

    async def look(self):
        told = self.folder / "tasks"
        told.unlink(missing_ok=True)
        os.kill(self.pid, signal.SIGUSR1)
        with anyio.fail_after(10):
            while not (told.exists() and told.read_text()):
                await anyio.sleep(0.05)
        data = self.folder / "data"
        sizes = [path.stat().st_size for path in data.rglob("*") if path.is_file()]
        database = [path.stat().st_size for path in data.glob("studio.db*")]
        workers = descendants(self.pid)
        return Look(
            memory(self.pid),
            max((memory(pid) for pid in workers), default=0.0),
            len(list(Path(f"/proc/{self.pid}/fd").iterdir())),
            len(list(Path(f"/proc/{self.pid}/task").iterdir())),
            int(told.read_text()),
            len(workers),
            sum(database) / 2**20,
            sum(sizes) / 2**20,
        )


def memory(pid):
    """MiB that a process holds."""
    status = Path(f"/proc/{pid}/status").read_text()
    return next(int(line.split()[1]) / 1024 for line in status.split("\n") if line.startswith("VmRSS"))


def grown(looks, growth):
    """What was larger at the end than it may be, in lines."""
    first, last = looks[0], looks[-1]
    for name in ("server", "workers"):
        before, after = getattr(first, name), getattr(last, name)
        if after > before * (1 + growth):
            yield f"the memory of the {name} grew from {before:.1f} to {after:.1f} MiB"
    for name in ("files", "threads", "tasks", "processes"):
        before, after = getattr(first, name), getattr(last, name)
        if after > before + FEW:
            yield f"{name} grew from {before} to {after}"


@contextlib.asynccontextmanager
async def over_stdio(folder, log):
    settings = parameters(folder, AUDIOPOD_MAX_WAIT="30")
    settings.args = ["-c", SERVER, str(folder / "tasks")]
    async with Client(stdio_client(settings, errlog=log)) as client:
        (pid,) = children("self")
        yield client, pid


@contextlib.asynccontextmanager
async def over_http(folder, log):
    port = free_port()
    command = [sys.executable, "-c", SERVER, str(folder / "tasks"), "serve", "--transport", "http"]
    process = subprocess.Popen(
        [*command, "--port", str(port)], env=environment(folder, AUDIOPOD_MAX_WAIT="30"), stderr=log
    )
    try:
        with anyio.fail_after(60):
            async with httpx.AsyncClient() as client:
                while True:
                    with contextlib.suppress(httpx.TransportError):
                        if (await client.get(f"http://127.0.0.1:{port}/health")).is_success:
                            break
                    await anyio.sleep(0.1)
        async with Client(f"http://127.0.0.1:{port}/mcp") as client:
            yield client, process.pid
    finally:
        process.terminate()
        process.wait(20)


async def soak(transport, calls, growth, seed):
    print(f"over {transport}, seed {seed}", flush=True)
    began = time.monotonic()
    connect = {"stdio": over_stdio, "http": over_http}[transport]
    with tempfile.TemporaryDirectory() as folder:
        with (Path(folder) / "log").open("w") as log:
            async with connect(Path(folder), log) as (client, pid):
                run = Soak(client, pid, Path(folder), random.Random(seed))
                looks = await run.run(calls)
        faults = [*run.faults, *grown(looks, growth)]
    print(f"{time.monotonic() - began:.0f} s, {dict(run.counts)}, {len(faults)} faults", flush=True)
    for fault in faults:
        print(f"FAULT  {fault}")
    return not faults


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--calls", type=int, default=400, help="rounded up to hundreds (400)")
    parser.add_argument("--transport", choices=("stdio", "http", "both"), default="both")
    parser.add_argument("--growth", type=float, default=0.1, help="of memory, after the first hundred (0.1)")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    if sys.platform != "linux":
        parser.error("it looks into /proc, which only Linux has")
    transports = ("stdio", "http") if given.transport == "both" else (given.transport,)
    flat = [anyio.run(soak, each, given.calls, given.growth, given.seed) for each in transports]
    return 0 if all(flat) else 1


if __name__ == "__main__":
    sys.exit(main())
