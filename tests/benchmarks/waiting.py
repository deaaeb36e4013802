"""What it costs to wait for many jobs at once, beside a client that asks for each job every five seconds.

    python -m tests.benchmarks.waiting [JOBS] [LEAST MOST] [WAY …]

Each of JOBS (500) jobs takes LEAST to MOST seconds (5 to 25), and they begin one after the other within LEAST seconds.
The ways to wait take turns in this process:

- sdk: as AudioPod's own does, which asks for each job every five seconds;
- cloud: our waits, at a toy service on loopback;
- learnt: the same client once more, which knows by now how long such jobs take;
- embedded: our waits at a studio in this process, whose jobs a task ends.

Told are requests a second and job, how long after its end a job is noticed, how long the event loop lets others wait
meanwhile, what the waits keep in memory, and the CPU, of the toy and the studio too.
"""

import json
import random
import re
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path
from typing import NamedTuple

import anyio
import httpx
from anyio import to_thread

from audiopod_mcp.api import AudioPodClient, AudioPodError, watch
from audiopod_mcp.operations import GenerateMusic, Job
from audiopod_mcp.studio.app import create_studio, running
from audiopod_mcp.studio.config import StudioConfig
from audiopod_mcp.studio.jobs.ledger import Ledger
from tests.api.faulty import FaultyService, Request, serving

PERIOD = 5.0
SONG = GenerateMusic(caption="a song about waiting " * 5)


class Toy(FaultyService):
    """A service whose jobs end when their time has come."""

    def __init__(self, least: float, most: float) -> None:
        super().__init__(tells=())
        self.takes = (least, most)
        self.ends: dict[int, float] = {}

    def work(self, request: Request) -> bytes:
        answer = super().work(request)
        now = time.monotonic()
        for job_id in self.jobs.keys() - self.ends.keys():
            self.ends[job_id] = now + random.uniform(*self.takes)
        over = [job_id for job_id, end in self.ends.items() if now >= end and job_id in self.jobs]
        ended = [self.jobs[job_id] for job_id in over if self.jobs[job_id]["status"] == "PENDING"]
        for job in ended:
            job |= {"status": "COMPLETED", "output_url": "https://m.example/a.flac"}
            job["completed_at"] = self.now().isoformat()
        return super().work(request) if ended and request.kind != "create" else answer


class Studio:
    """A studio in this process, whose jobs nobody does: a task ends each when its time has come."""

    def __init__(self, app: object, least: float, most: float) -> None:
        self._studio = app.state.studio
        self._ledger = Ledger(self._studio.store.database, "jobs")
        self.takes = (least, most)
        self.ends: dict[int, float] = {}
        self.requests: list[None] = []

    async def end(self, job_id: int) -> None:
        begun = await to_thread.run_sync(self._ledger.begin, job_id)
        await anyio.sleep(random.uniform(*self.takes))
        self.ends[job_id] = time.monotonic()
        await to_thread.run_sync(self._ledger.finish, job_id, begun.attempt, {"status": "COMPLETED"})
        self.ends[job_id] = time.monotonic()  # when it is written down, unless it was noticed before
        self._studio.news.tell("jobs", job_id)


class Way(NamedTuple):
    client: AudioPodClient
    service: Toy | Studio
    wait: Callable[[AudioPodClient, Job], Awaitable[None]]


async def each_by_itself(client: AudioPodClient, job: Job) -> None:
    """As AudioPod's SDK waits."""
    while not job.is_finished:
        await anyio.sleep(PERIOD)
        with suppress(AudioPodError):  # some of so many at once get no connection
            job = await client.job(job.id)


async def ours(client: AudioPodClient, job: Job) -> None:
    await watch(client, job, max_wait=None)


@asynccontextmanager
async def ways(least: float, most: float, chosen: list[str]) -> AsyncIterator[dict[str, Way]]:
    """The ways to wait, as they are asked for."""
    async with AsyncExitStack() as opened:
        found = {}
        if {"sdk", "cloud", "learnt"} & {*chosen}:
            toy = await opened.enter_async_context(serving(Toy(least, most)))
            sdk, client = [
                await opened.enter_async_context(AudioPodClient(toy.url, name="Toy")) for _ in range(2)
            ]
            found |= {"sdk": Way(sdk, toy, each_by_itself)}
            found |= dict.fromkeys(("cloud", "learnt"), Way(client, toy, ours))
        if "embedded" in chosen:
            folder = Path(opened.enter_context(tempfile.TemporaryDirectory()))
            app = create_studio(StudioConfig(folder, workers=0, queue=100_000))
            await opened.enter_async_context(running(app))
            transport = httpx.ASGITransport(app)
            client = AudioPodClient("http://studio.local", transport=transport, limits=False)
            await opened.enter_async_context(client)
            found["embedded"] = Way(client, Studio(app, least, most), ours)
        yield {name: found[name] for name in chosen}


async def made(client: AudioPodClient) -> Job:
    """A job, also where so many at once get no connection."""
    while True:
        with suppress(AudioPodError):
            return await client.create(SONG)
        await anyio.sleep(1)


async def measure(way: Way, jobs: int) -> dict[str, float]:
    late: list[float] = []
    lags: list[float] = []
    waited = 0.0
    way.service.requests.clear()
    cpu, memory = time.process_time(), resident()
    most = memory

    async def one(tasks: anyio.abc.TaskGroup) -> None:
        nonlocal waited
        await anyio.sleep(random.uniform(0, way.service.takes[0]))
        job = await made(way.client)
        began = time.monotonic()
        if isinstance(way.service, Studio):
            tasks.start_soon(way.service.end, job.id)
        await way.wait(way.client, job)
        late.append(time.monotonic() - way.service.ends[job.id])
        waited += way.service.ends[job.id] - began

    async def probe() -> None:
        nonlocal most
        while True:
            asked = time.monotonic()
            await anyio.sleep(0.02)
            lags.append(time.monotonic() - asked - 0.02)
            most = max(most, resident())

    async with anyio.create_task_group() as probing:
        probing.start_soon(probe)
        async with anyio.create_task_group() as tasks:
            for _ in range(jobs):
                tasks.start_soon(one, tasks)
        probing.cancel_scope.cancel()
    looks = [request for request in way.service.requests if request.kind != "create"]
    return {
        "requests a job-second": len(looks) / waited,
        "noticed after, median s": quantile(late, 0.5),
        "noticed after, 95 % s": quantile(late, 0.95),
        "event loop lag, median ms": quantile(lags, 0.5) * 1000,
        "event loop lag, 99 % ms": quantile(lags, 0.99) * 1000,
        "memory, MB": (most - memory) / 1e6,
        "CPU, ms a job": (time.process_time() - cpu) * 1000 / jobs,
    }


def quantile(values: list[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def resident() -> int:
    """Bytes that this process has in memory; 0 where the system does not say."""
    try:
        found = re.search(r"VmRSS:\s+(\d+)", Path("/proc/self/status").read_text())
    except OSError:
        return 0
    return int(found[1]) * 1024 if found else 0


async def main() -> None:
    numbers = [float(word) for word in sys.argv[1:] if word[0].isdigit()]
    jobs = int(numbers[0]) if numbers else 500
    least, most = numbers[1:3] if len(numbers) > 2 else (5.0, 25.0)
    chosen = [word for word in sys.argv[1:] if word[0].isalpha()] or ["sdk", "cloud", "learnt", "embedded"]
    random.seed(7)
    async with ways(least, most, chosen) as all_ways:
        results = {name: await measure(way, jobs) for name, way in all_ways.items()}
    print(f"{jobs} jobs of {least:g} to {most:g} s".ljust(30), *(f"{name:>10}" for name in results))
    for name in next(iter(results.values())):
        print(f"{name:<30}", *(f"{result[name]:10.3f}" for result in results.values()))
    print(json.dumps(results))


if __name__ == "__main__":
    anyio.run(main)
