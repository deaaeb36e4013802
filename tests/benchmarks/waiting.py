"""What it costs to wait for many jobs at once, beside a client that asks for each job every five seconds.

    python -m tests.benchmarks.waiting [JOBS]

The service is a toy on loopback whose jobs take 5 to 25 s. Both ways of waiting run in turn, in this process,
each on as many jobs: requests per second and job, how long after its end a job is noticed, how long the event
loop lets others wait meanwhile, and what a wait keeps in memory. AudioPod's own SDK asks every five seconds.
"""

from __future__ import annotations

import gc
import json
import random
import re
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import anyio

from audiopod_mcp.api import AudioPodClient, watch
from tests.api.faulty import FaultyService, Request, serving

PERIOD = 5.0


class Timed(FaultyService):
    """A service whose jobs end when their time has come."""

    def begin(self, jobs: int) -> None:
        now = time.monotonic()
        self.jobs.clear()
        self.requests.clear()
        self.ends = {}
        for _ in range(jobs):
            job = self.add_job(status="PROCESSING", caption="a song about waiting " * 5)
            self.ends[job["id"]] = now + random.uniform(5, 25)

    def work(self, request: Request) -> bytes:
        now = time.monotonic()
        for job_id, job in self.jobs.items():
            if now >= self.ends[job_id]:
                job["status"], job["output_url"] = "COMPLETED", "https://m.example/a.flac"
        return super().work(request)


async def each_by_itself(client: AudioPodClient, job_id: int) -> None:
    """As AudioPod's SDK waits."""
    while not (await client.job(job_id)).is_finished:
        await anyio.sleep(PERIOD)


async def together(client: AudioPodClient, job_id: int) -> None:
    await watch(client, job_id, max_wait=None)


async def measure(
    service: Timed, jobs: int, wait: Callable[[AudioPodClient, int], Awaitable[None]]
) -> dict[str, float]:
    late: list[float] = []
    lags: list[float] = []
    service.begin(jobs)
    began = time.monotonic()
    gc.collect()
    memory = resident()
    most = memory

    async def one(job_id: int) -> None:
        await wait(client, job_id)
        late.append(time.monotonic() - service.ends[job_id])

    async def probe() -> None:
        nonlocal most
        while True:
            asked = time.monotonic()
            await anyio.sleep(0.02)
            lags.append(time.monotonic() - asked - 0.02)
            most = max(most, resident())

    async with AudioPodClient(service.url, name="Toy") as client, anyio.create_task_group() as probing:
        probing.start_soon(probe)
        async with anyio.create_task_group() as tasks:
            for job_id in list(service.jobs):
                tasks.start_soon(one, job_id)
        probing.cancel_scope.cancel()
    waited = sum(end - began for end in service.ends.values())
    return {
        "requests a job-second": len(service.requests) / waited,
        "noticed after, median s": quantile(late, 0.5),
        "noticed after, 95 % s": quantile(late, 0.95),
        "event loop lag, 99 % ms": quantile(lags, 0.99) * 1000,
        "memory, MB": (most - memory) / 1e6,
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
    jobs = int(sys.argv[1]) if len(sys.argv) > 1 else 500
    random.seed(7)
    async with serving(Timed()) as service:
        results = [await measure(service, jobs, way) for way in (each_by_itself, together)]
    print(f"{jobs} jobs" + " " * 22 + "every 5 s   together   ratio")
    for name in results[0]:
        before, now = (result[name] for result in results)
        print(f"{name:<30} {before:10.3f} {now:10.3f} {now / before if before else float('nan'):7.2f}")
    print(json.dumps(results))


if __name__ == "__main__":
    anyio.run(main)
