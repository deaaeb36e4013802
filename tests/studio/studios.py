"""Studios to test against: in a process of their own, or in this one."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import asynccontextmanager
from functools import cached_property
from pathlib import Path

import anyio
import httpx

from audiopod_mcp.studio.app import create_studio, running
from audiopod_mcp.studio.config import StudioConfig
from tests.lasting_workers import LastingWorkers

HERE = Path(__file__).parent
BEEPER = "tests.studio.beeping:Beeper"
MUSIC = "/api/v1/music"


class Served:
    """A studio under uvicorn in a process of its own."""

    def __init__(self, data_dir, **options):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        config = {"data_dir": str(data_dir), "engine": BEEPER, "workers": 1, **options}
        self.url = f"http://127.0.0.1:{port}"
        self.process = subprocess.Popen(
            [sys.executable, str(HERE / "serve.py"), str(port), json.dumps(config)],
            env={**os.environ, "PYTHONPATH": str(HERE.parents[1])},
        )

    @cached_property
    def client(self):
        """A client of the studio, which answers by now."""
        client = httpx.Client(base_url=self.url, timeout=30)
        wait_for(lambda: self._answers(client))
        return client

    def _answers(self, client):
        assert self.process.poll() is None, "the studio ended"
        try:
            return client.get("/health").status_code == 200
        except httpx.TransportError:
            return False

    def create(self, path="text2music", **body):
        answer = self.client.post(f"{MUSIC}/{path}", json=body)
        assert answer.status_code == 200, answer.text
        return answer.json()["job"]["id"]

    def job(self, job_id):
        return self.client.get(f"{MUSIC}/jobs/{job_id}/status").json()

    def wait(self, job_id, *statuses, seconds=90):
        statuses = statuses or ("COMPLETED", "FAILED")
        return wait_for(lambda: (job := self.job(job_id)).get("status") in statuses and job, seconds)

    def kill(self):
        self.process.kill()
        self.process.wait()

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()


def wait_for(condition, seconds=90):
    deadline = time.monotonic() + seconds
    while not (result := condition()):
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)
    return result


async def until(condition, seconds=90):
    """The first true answer of ``condition``."""
    with anyio.fail_after(seconds):
        while not (result := await condition()):
            await anyio.sleep(0.02)
    return result


def lasting_workers(config):
    """As many workers as a studio of that configuration starts."""
    return LastingWorkers(config.workers + 1)


class InProcess(httpx.AsyncClient):
    """A client of a studio in this process."""

    def __init__(self, app, **options):
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        super().__init__(transport=transport, base_url="http://studio.local", **options)
        self.app = app

    async def create(self, path="text2music", headers=None, **body):
        answer = await self.post(f"{MUSIC}/{path}", json=body, headers=headers)
        assert answer.status_code == 200, answer.text
        return answer.json()["job"]["id"]

    async def job(self, job_id, **options):
        return (await self.get(f"{MUSIC}/jobs/{job_id}/status", **options)).json()

    async def wait(self, job_id, *statuses, **options):
        statuses = statuses or ("COMPLETED", "FAILED")

        async def has_come():
            return (job := await self.job(job_id, **options)).get("status") in statuses and job

        return await until(has_come)

    async def begins(self, job_id):
        """Wait until a worker is in the middle of the job."""

        async def is_going():
            return (await self.job(job_id))["progress"]

        return await until(is_going)

    async def make(self, path="text2music", **body):
        return await self.wait(await self.create(path, **body))


@asynccontextmanager
async def opened(data_dir, **options):
    """A client of a studio made here and running while the context lasts."""
    config = StudioConfig(**{"data_dir": data_dir, "engine": BEEPER, "workers": 1, **options})
    app = create_studio(config, lasting_workers(config))
    async with running(app), InProcess(app) as client:
        yield client
