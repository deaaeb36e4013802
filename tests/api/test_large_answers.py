"""Whoever reads a large answer keeps nobody from what they do meanwhile."""

import json
import time

import anyio
import httpx
import pytest

from audiopod_mcp.api import AudioPodClient, parsing
from audiopod_mcp.api.http_errors import ServiceIdentity
from audiopod_mcp.operations import Analyze, GenerateMusic

pytestmark = [pytest.mark.anyio, pytest.mark.slow]

JOB = {"id": 1, "status": "COMPLETED", "output_url": "https://x/y.flac"}
LARGE = {
    "numbers": [JOB | {"id": number, "details": {"x": [0.123] * 9000}} for number in range(1, 101)],
    "objects": [JOB | {"id": number, "details": {"x": [{"a": "bc"}] * 2000}} for number in range(1, 101)],
    "jobs": [JOB | {"id": number} for number in range(1, 90_000)],
}


async def longest_wait(work):
    """Seconds of work for which the event loop did nothing else while ``work`` was done, and what became of it."""
    longest = 0.0

    async def tick():
        nonlocal longest
        last = time.process_time()
        while True:
            await anyio.sleep(0)
            longest, last = max(longest, time.process_time() - last), time.process_time()

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(tick)
        await anyio.sleep(0.01)
        longest = 0.0
        result = await work()
        await anyio.sleep(0.01)  # until it has ticked again
        tasks.cancel_scope.cancel()
    return longest, result


def client(content):
    body = json.dumps(content).encode()
    answer = httpx.Response(200, content=body, headers={"Content-Type": "application/json"})
    return AudioPodClient("http://music.example", transport=httpx.MockTransport(lambda _: answer)), body


def seconds_for(body):
    """The work that reading takes where nothing else is done, or somebody waits for it."""
    began = time.process_time()
    parsing.read_json(body, "application/json", ServiceIdentity("x", None))
    return time.process_time() - began


@pytest.mark.parametrize("kind", LARGE)
async def test_a_list(kind):
    service, body = client(LARGE[kind])
    alone = seconds_for(body)
    async with service:
        await service.jobs()  # what is loaded by the first call is loaded
        longest, page = await longest_wait(service.jobs)
    assert len(page.jobs) == 100
    assert longest < alone / 2


@pytest.mark.parametrize(
    ("content", "ask"),
    [
        (JOB | {"details": {"x": [{"y": 0.1}] * 150_000}}, lambda c: c.create(GenerateMusic(caption="x"))),
        (JOB | {"details": {"x": [{"y": 0.1}] * 150_000}}, lambda c: c.job(1)),
        ({"beats": [0.1] * 500_000}, lambda c: c.perform(Analyze(audio_url="https://x/y.flac"))),
    ],
    ids=["a new job", "a job", "an analysis"],
)
async def test_every_other_answer(content, ask):
    service, body = client(content)
    alone = seconds_for(body)
    async with service:
        await ask(service)
        longest, result = await longest_wait(lambda: ask(service))
    assert result.notes[0].startswith("Left out of")
    assert longest < alone / 2
