"""Whoever dies, freezes or is restarted: nothing is lost, and everything is finished once."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.lasting_workers import LastingWorkers
from tests.processes import catches, descendants
from tests.studio.cluster.clusters import JOB, MARKS, both, in_the_middle
from tests.studio.studios import BEEPER, HERE, MUSIC, wait_for

pytestmark = MARKS


async def test_the_job_of_a_killed_host_is_done_by_another(cluster):
    front, other = cluster.front(), cluster.front()
    first = cluster.worker()
    job_id = front.create(caption="first 60")
    in_the_middle(other, job_id)  # submitted at one front end, read at another
    cluster.worker()
    first.kill()
    job = other.wait(job_id)
    assert job["status"] == "COMPLETED", job
    assert front.client.get(job["output_urls"]["flac"]).content[:4] == b"fLaC"
    assert cluster.runs() == ["first 60", "first 60"]
    assert cluster.rows("SELECT attempt, interruptions FROM jobs") == [(2, 1)]
    cluster.queue_is_empty()


async def test_what_a_frozen_host_says_later_is_refused(cluster):
    front = cluster.front()
    first = cluster.worker()
    job_id = front.create(caption="slow 14")
    in_the_middle(front, job_id)
    first.send_signal(signal.SIGSTOP)  # its child works on, and comes to an end that nobody hears
    second = cluster.worker()
    wait_for(lambda: cluster.rows("SELECT attempt FROM jobs") > [(1,)])
    first.send_signal(signal.SIGCONT)
    job = front.wait(job_id)
    assert job["status"] == "COMPLETED", job
    # On a busy machine the second one may have been silent for as long as well.
    ((attempt, interruptions),) = cluster.rows("SELECT attempt, interruptions FROM jobs")
    assert attempt > 1
    assert interruptions == attempt - 1
    cluster.queue_is_empty()
    for worker in (first, second):
        assert worker.poll() is None
    after = [front.create(caption=f"x{number}") for number in range(2)]
    assert [front.wait(number)["status"] for number in after] == ["COMPLETED"] * 2


async def test_a_rolling_restart_under_load_loses_nothing(cluster):
    front = cluster.front()
    workers = [cluster.worker(), cluster.worker()]
    jobs = [front.create(caption=f"slow 0.5{number}") for number in range(12)]
    for number, worker in enumerate(workers):
        wait_for(lambda least=2 + number: len(cluster.runs()) > least)
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(30) == 0
        cluster.worker()
    assert {front.wait(job_id, seconds=120)["status"] for job_id in jobs} == {"COMPLETED"}
    assert cluster.rows("SELECT DISTINCT interruptions, crashes FROM jobs") == [(0, 0)]
    cluster.queue_is_empty()


async def test_a_database_that_crashes_loses_nothing(cluster, postgres):
    front = cluster.front()
    cluster.worker()
    job_id = front.create(caption="slow 3")
    in_the_middle(front, job_id)
    postgres.stop("immediate")
    answer = front.client.post(f"{MUSIC}/text2music", json={"caption": "x"})
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert answer.json()["detail"] == "the studio's database does not answer; try again in a moment"
    assert front.client.get("/health").status_code == 200
    assert front.client.get("/ready").status_code == 503
    time.sleep(3)  # the work ends meanwhile
    postgres.start()
    assert front.wait(job_id, seconds=120)["status"] == "COMPLETED"
    assert cluster.runs() == ["slow 3"]
    assert cluster.rows("SELECT attempt FROM jobs") == [(1,)]
    assert front.wait(front.create(caption="after"))["status"] == "COMPLETED"


async def test_a_database_that_freezes_makes_nobody_dead(cluster, postgres):
    front = cluster.front()
    for _ in range(2):
        cluster.worker()
    jobs = [front.create(caption=f"slow 1{number}") for number in range(2)]
    for job_id in jobs:
        in_the_middle(front, job_id)
    with postgres.frozen():
        assert front.client.get("/health").status_code == 200
        time.sleep(16)  # longer than whoever is silent is taken for alive
    assert [front.wait(job_id, seconds=60)["status"] for job_id in jobs] == ["COMPLETED"] * 2
    assert cluster.rows("SELECT attempt, interruptions FROM jobs") == [(1, 0)] * 2
    assert "its own has died" not in cluster.said()
    assert front.wait(front.create(caption="after"))["status"] == "COMPLETED"


HALF = """
import os, signal, sys
from audiopod_mcp.studio.config import StudioConfig
from audiopod_mcp.studio.jobs.postgres import PostgresDatabase
from audiopod_mcp.studio.jobs.postgres_queue import PostgresQueue
from audiopod_mcp.studio.jobs.store import Store
from tests.studio.cluster.clusters import JOB
url = sys.argv[1]
database = PostgresDatabase(url)
store, queue = Store(database), PostgresQueue(StudioConfig(data_dir=None, engine="e"), url, database)
with store.alone(""):
    job, _ = store.create({**JOB, "engine": "e"})
    queue.put("jobs", job.id, "")
    os.kill(os.getpid(), signal.SIGKILL)
"""


async def test_a_front_end_that_dies_half_way_stores_nothing_or_everything(cluster):
    command = [sys.executable, "-c", HALF, cluster.url]
    killed = subprocess.run(command, check=False, env={**os.environ, "PYTHONPATH": str(HERE.parents[1])})
    assert killed.returncode == -signal.SIGKILL
    assert cluster.rows("SELECT count(*) FROM jobs") == [(0,)]
    assert cluster.rows("SELECT count(*) FROM procrastinate_jobs") == [(0,)]


async def test_what_the_queue_has_lost_is_put_again(tmp_path, database_url, monkeypatch):
    monkeypatch.setattr("audiopod_mcp.studio.jobs.postgres_queue.LOST_EVERY", 1.0)
    async with both(tmp_path, {"database_url": database_url}) as front:
        store = front.app.state.studio.store
        job, _ = store.create({**JOB, "params": {"caption": "x"}, "engine": BEEPER})
        assert (await front.wait(job.id))["status"] == "COMPLETED"


def workers():
    """The processes that do the work of this one."""
    found = []
    for child in descendants(os.getpid()):
        with contextlib.suppress(OSError):
            if b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes():
                found.append(child)
    return found


@pytest.mark.parametrize(("command", "end"), [("die", "FAILED"), ("first 60", "COMPLETED")])
async def test_a_job_whose_process_is_killed_is_begun_again_and_given_up(tmp_path, kind, command, end):
    LastingWorkers.let_go()
    async with both(tmp_path, kind, environment={"BEEPER_LOG": str(tmp_path / "runs")}) as front:
        job_id = await front.create(caption=command)
        if command != "die":
            await front.begins(job_id)
            for child in workers():
                os.kill(child, signal.SIGKILL)
        job = await front.wait(job_id)
        assert job["status"] == end, job
        assert (tmp_path / "runs").read_text().split("\n")[:-1] == [command] * 2


async def test_the_job_of_a_process_that_is_frozen_is_done_by_another(tmp_path, kind, monkeypatch):
    LastingWorkers.let_go()
    monkeypatch.setattr("audiopod_mcp.worker_pool.LOOK_EVERY", 0.2)
    async with both(tmp_path, kind, environment={"BEEPER_LOG": str(tmp_path / "runs")}) as front:
        job_id = await front.create(caption="first 60")
        await front.begins(job_id)
        frozen = workers()
        for child in frozen:
            os.kill(child, signal.SIGSTOP)
        job = await front.wait(job_id)
        assert job["status"] == "COMPLETED", job
        assert (tmp_path / "runs").read_text().split("\n")[:-1] == ["first 60"] * 2
        assert not set(frozen) & set(workers())


async def test_a_worker_that_is_told_to_stop_before_it_has_begun_ends_in_order(cluster):
    worker = cluster.worker()
    wait_for(lambda: catches(worker.pid, signal.SIGTERM))  # before that Python itself is starting
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(30) == 0
