"""What one process does, others hear of at once, where the database can tell them; else they look."""

import os
import shutil
import signal
import subprocess
import threading
import time
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from types import SimpleNamespace

import anyio
import psycopg
import pytest
from anyio import to_thread

from audiopod_mcp.hosting import looks_of_all
from audiopod_mcp.settings import Settings
from audiopod_mcp.studio.app import at_work, open_studio
from audiopod_mcp.studio.config import StudioConfig
from audiopod_mcp.studio.jobs.overview import examine_cluster
from audiopod_mcp.studio.jobs.postgres import PostgresDatabase
from tests.studio.bucket import free_port
from tests.studio.cluster.clusters import MARKS, both
from tests.studio.studios import BEEPER, MUSIC, opened, until

pytestmark = MARKS


@pytest.fixture
def nobody_looks(monkeypatch):
    """Whoever is not told waits for ever."""
    ages = 1000.0
    monkeypatch.setattr("audiopod_mcp.studio.jobs.news.LOOK_EVERY", {"jobs": ages, "answers": ages})
    monkeypatch.setattr("audiopod_mcp.studio.jobs.news.LOOK_ANYWAY", ages)
    monkeypatch.setattr("audiopod_mcp.studio.jobs.postgres_queue.LOOK_ANYWAY", ages)


async def listens(front, hears=True):
    async def is_so():
        return front.app.state.studio.news.hears_others == hears

    await until(is_so)


async def next_news(front, job_id, tag=None):
    """What is told of a job as soon as it looks otherwise, and its tag."""
    headers = {"Prefer": "wait=25", **({"If-None-Match": tag} if tag else {})}
    answer = await front.get(f"{MUSIC}/jobs/{job_id}/status", headers=headers)
    return None if answer.status_code == 304 else answer.json(), answer.headers.get("etag")


async def test_every_front_end_hears_of_a_job_until_it_is_deleted(tmp_path, database_url, nobody_looks):
    shared = {"database_url": database_url}
    async with both(tmp_path, shared) as front, opened(tmp_path, **shared, workers=0) as other:
        await listens(other)
        job_id = await front.create(caption="slow 2.5")
        job, tag, seen = None, None, set()
        with anyio.fail_after(60):
            while not job or job["status"] != "COMPLETED":
                told, tag = await next_news(other, job_id, tag)
                job = told or job
                seen.add(job["progress"])
        assert len(seen) > 3

        async def told_of(change):
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(change)
                with anyio.fail_after(20):
                    return await next_news(other, job_id, tag)

        address = f"{MUSIC}/jobs/{job_id}"
        job, tag = await told_of(partial(front.patch, address, json={"display_name": "New"}))
        assert job["display_name"] == "New"
        told, _ = await told_of(partial(front.delete, address))
        assert told == {"detail": "Music job not found"}


async def test_an_answer_made_elsewhere_comes_at_once(tmp_path, database_url, nobody_looks):
    async with both(tmp_path, {"database_url": database_url}) as front:
        await listens(front)
        made = await front.make(caption="x")
        with anyio.fail_after(20):
            ask = {"audio_url": f"audiopod://jobs/{made['id']}"}
            assert (await front.post(f"{MUSIC}/analyze", json=ask)).json()["bpm"] == 120.0


def cut_off(url):
    """End the connections that listen, as a fault in the network does; how many."""
    with psycopg.connect(url, autocommit=True) as connection:
        sql = (
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE pid != pg_backend_pid() AND (query LIKE 'LISTEN %' OR query LIKE '%echo%')"
        )
        return len(connection.execute(sql).fetchall())


async def test_what_happens_while_nobody_is_connected_is_seen_after_it(
    tmp_path, database_url, nobody_looks, monkeypatch
):
    async with opened(tmp_path, database_url=database_url, workers=0) as front:
        await listens(front)
        job_id = await front.create(caption="x")
        _, tag = await next_news(front, job_id)
        heard = []

        async def wait():
            heard.append(await next_news(front, job_id, tag))

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(wait)
            await anyio.sleep(0.2)
            assert cut_off(database_url) == 1
            with psycopg.connect(database_url, autocommit=True) as connection:  # without a notice
                connection.execute("UPDATE jobs SET display_name = 'Unheard'")
        assert heard[0][0]["display_name"] == "Unheard"
        await listens(front)


async def test_a_connection_that_fell_silent_is_replaced(
    tmp_path, database_url, nobody_looks, monkeypatch, caplog
):
    monkeypatch.setattr("audiopod_mcp.studio.jobs.notices.TRY_EVERY", 0.5)
    async with opened(tmp_path, database_url=database_url, workers=0) as front:
        await listens(front)
        with psycopg.connect(database_url, autocommit=True) as connection:
            [(silent,)] = connection.execute(
                "SELECT pid FROM pg_stat_activity WHERE query LIKE 'LISTEN %'"
            ).fetchall()
        os.kill(silent, signal.SIGSTOP)
        try:
            await listens(front, hears=False)
            await listens(front)
        finally:
            os.kill(silent, signal.SIGCONT)
    assert "does not tell of changes" not in caplog.text


async def test_a_worker_hears_what_is_put_and_what_is_given_back(
    tmp_path, database_url, nobody_looks, monkeypatch
):
    leaves, locked = threading.Event(), threading.Event()

    async def unregister_slowly(manager, worker_id):
        """Whoever looks meanwhile passes over what that worker has given back, for it is locked."""
        async with await psycopg.AsyncConnection.connect(database_url) as connection:
            await connection.execute("DELETE FROM procrastinate_workers WHERE id = %s", (worker_id,))
            locked.set()
            await anyio.sleep(1)

    def send_late(database, told, send=PostgresDatabase._send):
        if leaves.is_set():
            locked.wait(5)
        send(database, told)

    monkeypatch.setattr(PostgresDatabase, "_send", send_late)
    monkeypatch.setattr("procrastinate.manager.JobManager.unregister_worker", unregister_slowly)
    shared = {"database_url": database_url, "engine": BEEPER, "data_dir": tmp_path}
    config = StudioConfig(**shared, workers=1)
    async with opened(**{**shared, "workers": 0}) as front, AsyncExitStack() as others:
        second = await to_thread.run_sync(open_studio, config)
        async with at_work(config):
            job_id = await front.create(caption="slow 2")
            await front.begins(job_id)
            waiting = await others.enter_async_context(at_work(config, opened=second))

            async def is_sure():
                return waiting.queue.look_every > 100

            await until(is_sure)
            assert (await front.job(job_id))["status"] == "PROCESSING"
            leaves.set()
        with anyio.fail_after(60):  # the first has gone, and gave its job back
            assert (await front.wait(job_id))["status"] == "COMPLETED"
            assert (await front.make(caption="x"))["status"] == "COMPLETED"


async def test_whoever_waits_at_another_server_looks_when_a_webhook_comes(database_url):
    settings = Settings.from_environment({"AUDIOPOD_DATABASE_URL": database_url})
    looked = {"here": [], "there": []}

    def service(name):
        return SimpleNamespace(look_now=looked[name].append)

    async def other_has_looked():
        here(7)  # which may come before anybody listens
        return 7 in looked["there"]

    async with (
        looks_of_all(settings, service("here")) as here,
        looks_of_all(settings, service("there")),
    ):
        here(6)
        assert looked["here"][0] == 6  # without the database
        await until(other_has_looked)
    assert set(looked["there"]) <= {6, 7}


async def test_whoever_can_not_share_webhooks_is_told_once_and_when_they_can(database_url, caplog):
    nowhere = f"{database_url}_not_made_yet"
    settings = Settings.from_environment({"AUDIOPOD_DATABASE_URL": nowhere})

    def told(what):
        async def is_told():
            return [record for record in caplog.records if what in record.getMessage()]

        return until(is_told)

    async with looks_of_all(settings, SimpleNamespace(look_now=lambda job_id: None)) as look_now:
        look_now(7)
        [line] = await told("do not tell each other what has ended")
        assert line.exc_info is None
        assert "does not exist" in line.getMessage()
        await anyio.sleep(2)
        assert len(await told("do not tell each other what has ended")) == 1
        with psycopg.connect(database_url, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {nowhere.rpartition('/')[2]}")
        await told("well again")


@asynccontextmanager
async def pooled(folder, url):
    """The address of ``url`` behind a PgBouncer that gives each transaction another connection."""
    if shutil.which("pgbouncer") is None:
        pytest.skip("PgBouncer is not installed (Debian: apt-get install pgbouncer)")
    port, database = free_port(), url.rpartition("/")[2]
    server = int(url.rpartition(":")[2].partition("/")[0])
    (folder / "users.txt").write_text('"postgres" ""\n')
    (folder / "pgbouncer.ini").write_text(
        f"[databases]\n{database} = host=127.0.0.1 port={server} dbname={database} user=postgres\n[pgbouncer]\n"
        f"listen_addr = 127.0.0.1\nlisten_port = {port}\nunix_socket_dir =\nauth_type = any\n"
        "pool_mode = transaction\ndefault_pool_size = 5\n"
    )
    for path in (folder, *folder.iterdir()):
        path.chmod(0o755)
    for parent in folder.parents[:3]:
        parent.chmod(0o755)
    process = subprocess.Popen(
        ["pgbouncer", "-q", "-u", "postgres", str(folder / "pgbouncer.ini")], stderr=subprocess.DEVNULL
    )
    try:
        yield url.replace(f":{server}/", f":{port}/")
    finally:
        process.terminate()
        process.wait()


async def test_behind_a_pooler_that_swallows_notices_everybody_looks(tmp_path, database_url, caplog):
    (tmp_path / "pooler").mkdir()
    async with pooled(tmp_path / "pooler", database_url) as url:
        time.sleep(1)
        async with both(tmp_path / "data", {"database_url": url}) as front:

            async def is_told():
                return "the database does not tell of changes" in caplog.text

            await until(is_told)
            await listens(front, hears=False)
            made = await front.make(caption="slow 1")
            assert made["status"] == "COMPLETED"
            ask = {"audio_url": f"audiopod://jobs/{made['id']}"}
            assert (await front.post(f"{MUSIC}/analyze", json=ask)).json()["bpm"] == 120.0
        found = {finding.subject: finding for finding in examine_cluster(StudioConfig(tmp_path, url))}
    assert found["notices"].state == "warning"
    assert "session mode" in found["notices"].fix
