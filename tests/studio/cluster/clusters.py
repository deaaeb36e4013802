"""Front ends, workers and what they share, for tests."""

import contextlib
import os
import signal
import subprocess
import sys
from contextlib import asynccontextmanager

import pytest

from audiopod_mcp.studio.app import at_work
from audiopod_mcp.studio.config import StudioConfig
from tests.processes import descendants
from tests.studio.studios import BEEPER, HERE, Served, lasting_workers, opened, wait_for

pytest.importorskip("procrastinate", reason="needs the extra cluster")
from tests.studio.postgres import why_not

no_postgres = why_not()
MARKS = [
    pytest.mark.slow,
    pytest.mark.anyio,
    pytest.mark.skipif(no_postgres is not None, reason=str(no_postgres)),
    pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc for the processes that it kills"),
]
JOB = {"owner": "", "task": "text2music", "params": {}, "sources": {}, "format": "flac", "fingerprint": "f"}
ANOTHER = "ap_another_0123456789abcdef"


class Cluster:
    """Front ends and workers, each a process, on one database and one folder."""

    def __init__(self, folder, url):
        self.folder, self.url = folder, url
        self.log = folder / "runs"
        self.started = []

    def front(self, **options):
        front = Served(self.folder / "data", database_url=self.url, workers=0, **options)
        self.started.append(front.process)
        return front

    def worker(self, processes=1, *options):
        command = [sys.executable, "-m", "audiopod_mcp", "worker", "--engine", BEEPER, "--log-level", "info"]
        command += ["--data-dir", self.folder / "data", "--processes", str(processes), *options]
        variables = {"AUDIOPOD_DATABASE_URL": self.url, "BEEPER_LOG": str(self.log)}
        with (self.folder / "workers.log").open("a") as log:
            worker = subprocess.Popen(
                command, env={**os.environ, **variables, "PYTHONPATH": str(HERE.parents[1])}, stderr=log
            )
        self.started.append(worker)
        return worker

    def runs(self):
        """What was begun, in order."""
        return self.log.read_text().split("\n")[:-1] if self.log.exists() else []

    def said(self):
        """What the workers told."""
        return (self.folder / "workers.log").read_text()

    def rows(self, sql, *values):
        import psycopg

        with psycopg.connect(self.url, autocommit=True) as connection:
            found = connection.execute(sql, values)
            return found.fetchall() if found.description else []

    def queue_is_empty(self):
        return wait_for(lambda: self.rows("SELECT count(*) FROM procrastinate_jobs") == [(0,)])

    def end(self):
        for process in self.started:
            if process.poll() is None:
                for child in descendants(process.pid):
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(child, signal.SIGCONT)
                process.send_signal(signal.SIGCONT)
                process.kill()
            process.wait()


@asynccontextmanager
async def both(folder, kind, **options):
    """A front end, and a worker where it does not work itself."""
    options = {"data_dir": folder, "engine": BEEPER, **options}
    if not kind:
        async with opened(**{"workers": 1, **options}) as front:
            yield front
        return
    config = StudioConfig(**{"workers": 1, **options, **kind})
    async with opened(**{**options, **kind, "workers": 0}) as front, at_work(config, lasting_workers(config)):
        yield front


def in_the_middle(studio, job_id):
    return wait_for(lambda: (job := studio.job(job_id))["status"] == "PROCESSING" and job["progress"] and job)


@asynccontextmanager
async def apart(folder, database_url, media_url, **options):
    """A front end and a worker that share no folder."""
    options |= {"engine": BEEPER, "database_url": database_url, "media_url": media_url}
    worker = StudioConfig(data_dir=folder / "worker", workers=1, **options)
    async with (
        opened(folder / "front", **options, workers=0) as front,
        at_work(worker, lasting_workers(worker)),
    ):
        yield front
