"""Many machines on one PostgreSQL: whoever dies, nothing is lost, and everything is finished once.

What holds for the queue of one machine as well is asked of both.
"""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing, asynccontextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urljoin

import anyio
import httpx
import pytest

from audiopod_mcp.studio.app import at_work
from audiopod_mcp.studio.config import StudioConfig
from tests.processes import descendants
from tests.studio.studios import BEEPER, HERE, MUSIC, Served, opened, until, wait_for

pytest.importorskip("procrastinate", reason="needs the extra cluster")
from tests.studio.postgres import Postgres, why_not

no_postgres = why_not()
pytestmark = [
    pytest.mark.slow,
    pytest.mark.anyio,
    pytest.mark.skipif(no_postgres is not None, reason=str(no_postgres)),
    pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc for the processes that it kills"),
]
JOB = {"owner": "", "task": "text2music", "params": {}, "sources": {}, "format": "flac", "fingerprint": "f"}
ANOTHER = "ap_another_0123456789abcdef"


@pytest.fixture(scope="module")
def postgres():
    server = Postgres()
    yield server
    server.remove()


@pytest.fixture(scope="module")
def prepared(postgres):
    from audiopod_mcp.studio.jobs.postgres import migrate

    url = postgres.new_database()
    assert migrate(url)
    assert migrate(url) == []
    return url


@pytest.fixture
def database_url(prepared):
    """A database without jobs: emptied, which takes less time than making one."""
    import psycopg

    with psycopg.connect(prepared, autocommit=True) as connection:
        connection.execute(
            "TRUNCATE jobs, answers, analyses, tombstones, procrastinate_jobs, procrastinate_workers, "
            "procrastinate_periodic_defers, procrastinate_events RESTART IDENTITY"
        )
    return prepared


@pytest.fixture(params=["a file", "PostgreSQL"])
def kind(request, postgres, tmp_path):
    """Options of a studio of each kind."""
    if request.param == "a file":
        return {}
    return {"database_url": request.getfixturevalue("database_url")}


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


@pytest.fixture
def cluster(tmp_path, database_url):
    made = Cluster(tmp_path, database_url)
    yield made
    made.end()


@asynccontextmanager
async def both(folder, kind, **options):
    """A front end, and a worker where it does not work itself."""
    options = {"data_dir": folder, "engine": BEEPER, **options}
    if not kind:
        async with opened(**{"workers": 1, **options}) as front:
            yield front
        return
    config = StudioConfig(**{"workers": 1, **options, **kind})
    async with opened(**{**options, **kind, "workers": 0}) as front, at_work(config):
        yield front


def in_the_middle(studio, job_id):
    return wait_for(lambda: (job := studio.job(job_id))["status"] == "PROCESSING" and job["progress"] and job)


# Whoever dies ------------------------------------------------------------------------------------------------


async def test_the_job_of_a_killed_host_is_done_by_another(cluster):
    front, other = cluster.front(), cluster.front()
    first = cluster.worker()
    job_id = front.create(caption="first 60")
    in_the_middle(other, job_id)  # submitted at one front end, read at another
    cluster.worker()
    first.kill()
    job = other.wait(job_id, seconds=40)
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
    wait_for(lambda: cluster.rows("SELECT attempt FROM jobs") == [(2,)], seconds=40)
    first.send_signal(signal.SIGCONT)
    job = front.wait(job_id, seconds=40)
    assert job["status"] == "COMPLETED", job
    assert cluster.rows("SELECT attempt, interruptions FROM jobs") == [(2, 1)]
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
        assert worker.wait(10) == 0
        cluster.worker()
    assert {front.wait(job_id, seconds=60)["status"] for job_id in jobs} == {"COMPLETED"}
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
    assert answer.json()["detail"].startswith("AUDIOPOD_DATABASE_URL: the database does not answer")
    assert front.client.get("/health").status_code == 200
    assert front.client.get("/ready").status_code == 503
    time.sleep(3)  # the work ends meanwhile
    postgres.start()
    assert front.wait(job_id, seconds=60)["status"] == "COMPLETED"
    assert cluster.runs() == ["slow 3"]
    assert cluster.rows("SELECT attempt FROM jobs") == [(1,)]
    assert front.wait(front.create(caption="after"))["status"] == "COMPLETED"


HALF = """
import os, signal, sys
from audiopod_mcp.studio.config import StudioConfig
from audiopod_mcp.studio.jobs.postgres import PostgresDatabase
from audiopod_mcp.studio.jobs.postgres_queue import PostgresQueue
from audiopod_mcp.studio.jobs.store import Store
from tests.studio.test_cluster import JOB
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
    async with both(tmp_path, kind, environment={"BEEPER_LOG": str(tmp_path / "runs")}) as front:
        job_id = await front.create(caption=command)
        if command != "die":
            await front.begins(job_id)
            for child in workers():
                os.kill(child, signal.SIGKILL)
        job = await front.wait(job_id)
        assert job["status"] == end, job
        assert (tmp_path / "runs").read_text().split("\n")[:-1] == [command] * 2


async def test_the_job_of_a_process_that_is_frozen_is_done_by_another(tmp_path, kind):
    async with both(tmp_path, kind, environment={"BEEPER_LOG": str(tmp_path / "runs")}) as front:
        job_id = await front.create(caption="first 60")
        await front.begins(job_id)
        frozen = workers()
        for child in frozen:
            os.kill(child, signal.SIGSTOP)
        with anyio.fail_after(40):
            job = await front.wait(job_id)
        assert job["status"] == "COMPLETED", job
        assert (tmp_path / "runs").read_text().split("\n")[:-1] == ["first 60"] * 2
        assert not set(frozen) & set(workers())


# Front ends behind a proxy -----------------------------------------------------------------------------------


class Proxy(ThreadingHTTPServer):
    """Hands each request to another one of several front ends than the last, whoever sent it."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Forwarding)
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.fronts, self.handed = [], Counter()
        self.lock = threading.Lock()

    def next(self):
        with self.lock:
            front = self.fronts[sum(self.handed.values()) % len(self.fronts)]
            self.handed[front] += 1
        return front


class Forwarding(BaseHTTPRequestHandler):
    def forward(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        headers = {
            name: value for name, value in self.headers.items() if name.lower() not in ("host", "connection")
        }
        answer = httpx.request(self.command, self.server.next() + self.path, headers=headers, content=body)
        self.send_response(answer.status_code)
        for name, value in answer.headers.items():
            if name.lower() not in ("content-length", "content-encoding", "connection", "date", "server"):
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer.content)))
        self.end_headers()
        self.wfile.write(answer.content)

    do_GET = do_POST = do_DELETE = do_PATCH = forward  # noqa: N815 - as http.server calls them

    def log_message(self, *_):
        pass


async def test_audiopods_sdk_works_with_front_ends_behind_a_proxy(cluster, monkeypatch):
    import audiopod

    nap = time.sleep
    monkeypatch.setattr(time, "sleep", lambda seconds: nap(min(seconds, 0.1)))
    with Proxy() as proxy:
        threading.Thread(target=proxy.serve_forever, daemon=True).start()
        proxy.fronts = [
            front.url
            for front in (cluster.front(public_url=proxy.url), cluster.front(public_url=proxy.url))
            if front.client
        ]
        cluster.worker()
        with audiopod.Client(api_key="ap_test", base_url=proxy.url) as client:
            song = client.music.instrumental("x", duration=1, wait_for_completion=True)
            assert song["status"] == "COMPLETED"
            assert httpx.get(song["output_url"]).content[:4] == b"fLaC"
            job = client.music.cover(
                song["output_url"], "x", duration=1, format="mp3", wait_for_completion=True
            )
            assert job["status"] == "COMPLETED"
            assert {each["id"] for each in client.music.list_jobs()} == {song["id"], job["id"]}
        assert min(proxy.handed.values()) > 1
        assert len(proxy.handed) == 2
        proxy.shutdown()


# Each once ---------------------------------------------------------------------------------------------------


def queues(folder, url, count):
    """Queues of ``count`` processes, the first of which the store belongs to."""
    from audiopod_mcp.studio.jobs.instances import Instance
    from audiopod_mcp.studio.jobs.local_queue import LocalQueue
    from audiopod_mcp.studio.jobs.postgres import PostgresDatabase
    from audiopod_mcp.studio.jobs.postgres_queue import PostgresQueue
    from audiopod_mcp.studio.jobs.shared_file import SharedFile
    from audiopod_mcp.studio.media.store import MediaStore

    made = []
    for _ in range(count):
        config = StudioConfig(data_dir=folder, engine="e", workers=200, database_url=url)
        if url is None:
            database, instance = SharedFile(folder / "studio.db"), Instance(folder)
            media = MediaStore(folder, instance.id)
            made.append((database, LocalQueue(config, database, instance, media)))
        else:
            database = PostgresDatabase(url)
            made.append((database, PostgresQueue(config, url, database)))
    return made


@asynccontextmanager
async def some_queues(folder, kind, count):
    from audiopod_mcp.studio.jobs.store import Store

    made = queues(folder, kind.get("database_url"), count)
    try:
        yield Store(made[0][0]), [queue for _, queue in made], [database for database, _ in made]
    finally:
        for database, queue in made:
            await queue.close()
            database.close()


def fill(store, queue, owners):
    """Jobs of ``owners``; their numbers."""
    numbers = []
    with store.database.transaction():
        for owner in owners:
            job, _ = store.create({**JOB, "owner": owner, "engine": "e"})
            queue.put("jobs", job.id, owner)
            numbers.append(job.id)
    return numbers


async def test_two_who_take_get_each_of_200_once(tmp_path, kind):
    async with some_queues(tmp_path, kind, 2) as (store, takers, _):
        numbers = await anyio.to_thread.run_sync(fill, store, takers[0], [f"{n % 7}" for n in range(200)])
        taken = []

        async def take_all(queue):
            while delivery := await queue.take("jobs"):
                taken.append(delivery.number)

        async with anyio.create_task_group() as tasks:
            for queue in takers:
                tasks.start_soon(take_all, queue)
        assert sorted(taken) == numbers


async def test_of_two_who_begin_the_same_the_earlier_is_refused(tmp_path, kind):
    from audiopod_mcp.studio.jobs.ledger import Ledger, Report

    async with some_queues(tmp_path, kind, 2) as (store, takers, databases):
        numbers = fill(store, takers[0], [""] * 30)
        ledgers = [Ledger(database, "jobs") for database in databases]
        with ThreadPoolExecutor(2) as threads:
            begun = list(threads.map(lambda ledger: [ledger.begin(number) for number in numbers], ledgers))
        done = {"status": "COMPLETED"}
        for pair in zip(*begun, strict=True):
            assert sorted(job.attempt for job in pair) == [1, 2]
            earlier, later = sorted(pair, key=lambda job: job.attempt)
            ledger = ledgers[0]
            reports = [Report(job.id, job.attempt, 50.0, "x") for job in pair]
            assert ledger.progress(reports[:1]) | ledger.progress(reports[1:]) == {later.id}
            assert not ledger.put_back(earlier.id, earlier.attempt)
            assert not ledger.finish(earlier.id, earlier.attempt, done)
            assert ledger.finish(later.id, later.attempt, done)
            assert ledger.begin(later.id) is None


async def test_one_who_wants_little_does_not_wait_for_one_who_wants_much(tmp_path, kind):
    async with some_queues(tmp_path, kind, 1) as (store, (queue,), _):
        numbers = fill(store, queue, [*["much"] * 200, "little"])
        first = [(await queue.take("jobs")).number for _ in range(2)]
        assert numbers[-1] in first


async def test_a_limit_holds_across_front_ends(tmp_path, kind):
    options = {"queue": 10, "workers": 0, **kind}
    async with (
        opened(tmp_path / "a", **options) as one,
        opened(tmp_path / ("b" if kind else "a"), **options) as two,
    ):
        statuses = []

        async def post(front, number):
            answer = await front.post(f"{MUSIC}/text2music", json={"caption": f"x{number}"})
            statuses.append(answer.status_code)

        async with anyio.create_task_group() as tasks:
            for number in range(50):
                tasks.start_soon(post, (one, two)[number % 2], number)
        assert (statuses.count(200), statuses.count(429)) == (10, 40)
        key = {"Idempotency-Key": "k"}
        await one.delete(f"{MUSIC}/jobs/{(await one.get(f'{MUSIC}/jobs')).json()[0]['id']}")
        numbers = set()

        async def same(front):
            answer = await front.post(f"{MUSIC}/text2music", json={"caption": "same"}, headers=key)
            numbers.add(answer.json()["job"]["id"])

        async with anyio.create_task_group() as tasks:
            for front in (one, two) * 5:
                tasks.start_soon(same, front)
        assert len(numbers) == 1


async def test_who_waits_behind_many_is_told_to_ask_less_often(tmp_path, kind):
    async def told(front, job_id, key=None, **headers):
        headers |= {"X-API-Key": key} if key else {}
        answer = await front.get(f"{MUSIC}/jobs/{job_id}/status", headers=headers)
        return answer.json()["status"], int(answer.headers.get("retry-after", 0))

    async with both(tmp_path, kind) as front:
        alone = await front.create(caption="slow 1")
        assert (await told(front, alone))[1] == 0
        await front.wait(alone)
        running = await front.create(caption="slow 30")
        await front.begins(running)
        waiting = [await front.create(caption="slow 30") for _ in range(60)]
        other = await front.create(caption="x", headers={"X-API-Key": ANOTHER})
        assert await told(front, running) == ("PROCESSING", 0)
        hints = [(await told(front, job_id))[1] for job_id in waiting]
        assert hints == sorted(hints)
        assert hints[0] == 0
        assert 5 <= hints[-1] <= 10  # 59 jobs before it, which take a second each
        assert await told(front, other, ANOTHER) == ("PENDING", 0)  # whose turn is soon
        assert await told(front, waiting[-1], Prefer="wait=1") == ("PENDING", 0)


async def test_pages_are_right_while_jobs_come_in(tmp_path, kind):
    async with opened(tmp_path, workers=0, **kind) as front:
        made = [await front.create(caption=f"a & b>c {number}") for number in range(10)]
        address, told = f"{MUSIC}/jobs?limit=3&search=b%3Ec", []
        while address:
            page = await front.get(address)
            assert len(page.json()) <= 3
            told += [job["id"] for job in page.json()]
            await front.create(caption="a & b>c, meanwhile")
            address = urljoin(str(page.url), page.links["next"]["url"]) if "next" in page.links else None
        assert told == made[::-1]
        for order in ("sort_by=status", "sort_order=asc"):
            assert "link" not in (await front.get(f"{MUSIC}/jobs?limit=3&{order}")).headers


# Audio ------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def bucket():
    pytest.importorskip("moto", reason="needs moto, an S3 to test against")
    from tests.studio.bucket import Bucket

    made = Bucket()
    yield made
    made.stop()


@asynccontextmanager
async def apart(folder, database_url, media_url, **options):
    """A front end and a worker that share no folder."""
    options |= {"engine": BEEPER, "database_url": database_url, "media_url": media_url}
    worker = StudioConfig(data_dir=folder / "worker", workers=1, **options)
    async with opened(folder / "front", **options, workers=0) as front, at_work(worker):
        yield front


@pytest.mark.parametrize("kind_of_store", ["s3", "folder"])
async def test_audio_goes_through_an_object_store(
    tmp_path, database_url, request, monkeypatch, kind_of_store
):
    if kind_of_store == "s3":
        bucket = request.getfixturevalue("bucket")
        for name, value in bucket.variables.items():
            monkeypatch.setenv(name, value)
        url = f"{bucket.url}/{tmp_path.name}"
    else:
        url = (tmp_path / "store").as_uri()

    async def got(front, address):
        answer = await front.get(address)
        if answer.status_code == 307:
            async with httpx.AsyncClient() as client:
                answer = await client.get(answer.headers["location"], headers={"Range": "bytes=0-3"})
                assert answer.status_code == 206
        else:
            assert kind_of_store == "folder"
        return answer.content[:4]

    async with apart(tmp_path, database_url, url) as front:
        job = await front.make(caption="x", format="ogg")
        assert job["status"] == "COMPLETED", job
        for _ in range(2):  # made, then found
            assert await got(front, job["output_urls"]["flac"]) == b"fLaC"
            assert await got(front, job["output_urls"]["ogg"]) == b"OggS"
            assert await got(front, job["output_urls"]["wav"]) == b"RIFF"
        assert await got(front, job["stem_urls"]["bass"]) == b"fLaC"
        for source in (f"audiopod://jobs/{job['id']}", f"audiopod://jobs/{job['id']}/stems/bass"):
            cover = await front.make("cover", src_audio_url=source, caption="x")
            assert cover["status"] == "COMPLETED", cover
            answer = await front.post(f"{MUSIC}/analyze", json={"audio_url": source})
            assert answer.json()["duration"] == 1.0
        await front.delete(f"{MUSIC}/jobs/{job['id']}")
        media = front.app.state.studio.media
        assert not (media.folder(job["id"])).exists()
        with pytest.raises(FileNotFoundError):
            media.bring(
                front.app.state.studio.store.job(cover["id"]).model_copy(update={"id": job["id"]}), "take-1"
            )


async def test_a_link_that_has_expired_says_so_and_a_fresh_one_is_to_be_had(tmp_path, kind, monkeypatch):
    async with both(tmp_path, kind) as front:
        old = (await front.make(caption="x"))["output_url"]
        assert (await front.get(old)).status_code == 200
        tomorrow = time.time() + 26 * 3600
        with monkeypatch.context() as later:
            later.setattr("time.time", lambda: tomorrow)
            answer = await front.get(old)
            assert (answer.status_code, answer.json()) == (
                410,
                {"detail": "this link has expired; the status of the job gives a fresh one"},
            )
            fresh = (await front.job(1))["output_url"]
            assert fresh != old
            assert (await front.get(fresh)).content[:4] == b"fLaC"
            body = {"src_audio_url": old, "caption": "x"}
            refused = await front.post(f"{MUSIC}/cover", json=body)
            assert refused.status_code == 410
            assert "expired" in refused.text
            assert (await front.make("cover", src_audio_url=fresh, caption="x"))["status"] == "COMPLETED"


class Expired(BaseHTTPRequestHandler):
    """What object stores say of a link that was signed too long ago."""

    def do_GET(self):
        said = b"<?xml version='1.0'?><Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>"
        self.send_response(403)
        self.send_header("Content-Length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)

    def log_message(self, *_):
        pass


async def test_a_link_that_expires_while_its_job_waits_is_named(tmp_path, kind):
    server = ThreadingHTTPServer(("127.0.0.1", 0), Expired)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        async with both(tmp_path, kind, allow_private_urls=True) as front:
            address = f"http://127.0.0.1:{server.server_port}/a.wav?X-Amz-Signature=5ec2e7"
            job = await front.make("cover", src_audio_url=address, caption="x")
            assert job["status"] == "FAILED"
            assert "expired" in job["error_message"]
            assert "src_audio_url" in job["error_message"]
            assert "5ec2e7" not in str(job)
    finally:
        server.shutdown()
        server.server_close()


async def test_a_result_waits_for_an_object_store_that_is_away(tmp_path, database_url, bucket, monkeypatch):
    for name, value in bucket.variables.items():
        monkeypatch.setenv(name, value)
    runs = {"BEEPER_LOG": str(tmp_path / "runs")}
    async with apart(tmp_path, database_url, bucket.url, environment=runs) as front:
        job_id = await front.create(caption="slow 1")
        await front.begins(job_id)
        bucket.stop()
        await anyio.sleep(3)
        assert (await front.job(job_id))["status"] == "PROCESSING"
        bucket.start()
        job = await front.wait(job_id)
        assert job["status"] == "COMPLETED", job
        assert (await front.get(job["output_url"])).status_code == 307
        assert (tmp_path / "runs").read_text() == "slow 1\n"


async def test_who_asks_an_object_store_that_is_away_is_told_so(tmp_path, database_url, bucket, monkeypatch):
    for name, value in bucket.variables.items():
        monkeypatch.setenv(name, value)
    line = "the object store, which keeps the audio, does not answer; try again in a moment"
    async with apart(tmp_path, database_url, bucket.url) as front:
        job = await front.make(caption="x")
        shutil.rmtree(front.app.state.studio.media.folder(job["id"]), ignore_errors=True)
        bucket.stop()
        try:
            for path in (job["output_url"], job["stem_urls"]["bass"], job["notation_urls"]["midi"]):
                answer = await front.get(path)
                assert (answer.status_code, answer.headers["retry-after"]) == (503, "5"), answer.text
                assert "127.0.0.1" not in answer.text
            source = f"audiopod://jobs/{job['id']}"
            heard = await front.post(f"{MUSIC}/analyze", json={"audio_url": source})
            assert heard.json()["error"] == line
            cover = await front.make("cover", src_audio_url=source, caption="y")
            assert (cover["status"], cover["error_message"]) == ("FAILED", line)
            assert (await front.delete(f"{MUSIC}/jobs/{job['id']}")).status_code == 503
            assert (await front.job(job["id"]))["status"] == "COMPLETED"  # else its audio stayed for ever
        finally:
            bucket.start()
        assert (await front.delete(f"{MUSIC}/jobs/{job['id']}")).status_code == 200


# Who gives up ------------------------------------------------------------------------------------------------


async def test_a_deleted_job_frees_its_place_whatever_code_it_is_in(tmp_path, kind):
    async with both(tmp_path, kind) as front:
        job_id = await front.create(caption="hang")
        await front.wait(job_id, "PROCESSING")
        await anyio.sleep(1)
        assert (await front.delete(f"{MUSIC}/jobs/{job_id}")).status_code == 200
        with anyio.fail_after(15):
            assert (await front.make(caption="next"))["status"] == "COMPLETED"


async def test_an_analysis_waits_for_no_song_and_nothing_is_left_of_one_that_nobody_waits_for(tmp_path, kind):
    hold = tmp_path / "hold"
    async with both(tmp_path / "data", kind, environment={"BEEPER_HOLD": str(hold)}) as front:
        made = await front.make(caption="x")
        busy = await front.create(caption="slow 60")
        await front.begins(busy)
        ask = {"audio_url": f"audiopod://jobs/{made['id']}"}
        answer = await front.post(f"{MUSIC}/analyze", json=ask)
        assert answer.json()["bpm"] == 120.0
        hold.touch()
        with anyio.move_on_after(2):
            await front.post(f"{MUSIC}/analyze", json=ask)
        hold.unlink()
        database = front.app.state.studio.store.database

        async def is_gone():
            return not await anyio.to_thread.run_sync(database.rows, "SELECT id FROM answers")

        await until(is_gone)
        assert (await front.post(f"{MUSIC}/analyze", json=ask)).status_code == 200
        assert (await front.job(busy))["status"] == "PROCESSING"
        await front.delete(f"{MUSIC}/jobs/{busy}")


async def test_nothing_is_left_of_an_analysis_whose_client_has_gone(cluster):
    front, worker = cluster.front(), cluster.worker()
    ask = {"audio_url": f"audiopod://jobs/{front.wait(front.create(caption='x'))['id']}"}
    worker.kill()
    worker.wait()
    for _ in range(10):  # more than one may wait for
        with pytest.raises(httpx.ReadTimeout):
            front.client.post(f"{MUSIC}/analyze", json=ask, timeout=0.7)
    wait_for(lambda: cluster.rows("SELECT count(*) FROM answers") == [(0,)])
    cluster.worker()
    assert front.client.post(f"{MUSIC}/analyze", json=ask).json()["bpm"] == 120.0


async def test_the_doctor_looks_at_what_machines_share(tmp_path, database_url, monkeypatch):
    from audiopod_mcp.doctor import examine

    async def told():
        found = {}
        async with aclosing(examine()) as findings:
            async for finding in findings:
                found[finding.subject] = finding
                if finding.subject == "object store":  # what follows is asked elsewhere
                    return found
        return found

    monkeypatch.setenv("AUDIOPOD_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("AUDIOPOD_DATABASE_URL", database_url)
    monkeypatch.setenv("AUDIOPOD_MEDIA_URL", (tmp_path / "store").as_uri())
    found = await told()
    assert found["queue"].state == "warning"
    assert "audiopod-mcp worker" in found["queue"].fix
    assert found["object store"].state == found["database"].state == "ok"
    monkeypatch.setenv("AUDIOPOD_DATABASE_URL", "postgresql://127.0.0.1:1/none")
    found = await told()
    assert found["database"].state == "problem"
    assert found["database"].found.startswith("AUDIOPOD_DATABASE_URL: the database does not answer")


async def test_a_front_end_tells_whether_it_is_ready_and_how_much_there_is_to_do(tmp_path, kind):
    async with opened(tmp_path, workers=0, metrics=True, **kind) as front:
        await front.create(caption="x")
        assert (await front.get("/ready")).status_code == 200
        lines = (await front.get("/metrics")).text.splitlines()
        assert f'audiopod_jobs_unfinished{{engine="{BEEPER}",status="PENDING"}} 1' in lines
    async with opened(tmp_path, workers=0, **kind) as front:
        assert (await front.get("/metrics")).status_code == 404


async def test_a_worker_tells_how_its_runs_ended(cluster):
    front = cluster.front()
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        refused = cluster.worker(1, "--metrics", port)
        assert refused.wait(30) != 0
        assert f"--metrics: 127.0.0.1 port {port} can't be listened on" in cluster.said()
    worker = cluster.worker(1, "--metrics", port)
    assert front.wait(front.create(caption="x"))["status"] == "COMPLETED"
    running = front.create(caption="slow 60")
    in_the_middle(front, running)
    with httpx.Client(base_url=f"http://127.0.0.1:{port}") as client:
        assert client.get("/ready").json() == {"status": "ready"}
        assert client.get("/api/v1/music/jobs").status_code == 404
        lines = client.get("/metrics").text.splitlines()
    assert 'audiopod_jobs_ended_total{task="text2music",end="completed"} 1' in lines
    assert f'audiopod_jobs_unfinished{{engine="{BEEPER}",status="PROCESSING"}} 1' in lines
    worker.terminate()
    assert worker.wait(10) == 0
    assert front.job(running)["status"] == "PENDING"


TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        (f"00-{TRACE}-00f067aa0ba902b7-01", f"00-{TRACE}-00f067aa0ba902b7-01"),
        (f"00-{TRACE}-0000000000000000-01", None),
        (f"00-{TRACE}", None),
        ("é" * 5000, None),
        (None, None),
    ],
)
async def test_the_trace_of_a_request_goes_on_where_its_job_is_done(tmp_path, kind, exporter, told, kept):
    async with both(tmp_path, kind) as front:
        headers = {"traceparent": told.encode()} if told else {}
        job_id = await front.create(caption="x", headers=headers)
        assert "traceparent" not in await front.wait(job_id)
        stored = front.app.state.studio.store.database.rows("SELECT traceparent FROM jobs")
        assert [row[0] for row in stored] == [kept]
    (job,) = (span for span in exporter.get_finished_spans() if span.name == "job text2music")
    if kept:
        assert f"{job.context.trace_id:032x}" == TRACE
        assert f"{job.parent.span_id:016x}" == "00f067aa0ba902b7"
    else:
        assert job.parent is None


async def test_tables_of_an_earlier_version_are_brought_up_to_date(tmp_path, postgres):
    import psycopg

    from audiopod_mcp.settings import SettingsError
    from audiopod_mcp.studio.jobs.postgres import migrate

    url = postgres.new_database()
    migrate(url)
    async with opened(tmp_path, database_url=url, workers=0) as front:
        job_id = await front.create(caption="x")
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("ALTER TABLE jobs DROP COLUMN traceparent")
        connection.execute("UPDATE versions SET version = '1' WHERE name = 'audiopod'")
    with pytest.raises(SettingsError, match="--migrate"):
        async with opened(tmp_path, database_url=url):
            pass
    assert len(migrate(url)) == 1
    assert migrate(url) == []
    async with opened(tmp_path, database_url=url, workers=1) as front:
        assert (await front.wait(job_id))["status"] == "COMPLETED"


async def test_a_newer_version_may_prepare_the_database_while_this_one_runs(cluster):
    front, worker = cluster.front(), cluster.worker()
    made = [front.create(caption=f"x{number}") for number in range(20)]  # statements that come often, by then
    assert {front.wait(number)["status"] for number in made} == {"COMPLETED"}
    cluster.rows("ALTER TABLE jobs ADD COLUMN something TEXT")
    try:
        after = [front.create(caption=f"y{number}") for number in range(5)]
        assert [front.wait(number)["status"] for number in after] == ["COMPLETED"] * 5
        assert worker.poll() is None
    finally:
        cluster.rows("ALTER TABLE jobs DROP COLUMN something")


async def test_a_database_that_was_not_prepared_says_so(tmp_path, postgres):
    from audiopod_mcp.settings import SettingsError

    with pytest.raises(
        SettingsError, match=r"^AUDIOPOD_DATABASE_URL: .*; run audiopod-mcp studio --migrate$"
    ):
        async with opened(tmp_path, database_url=postgres.new_database()):
            pass


def test_a_folder_that_can_not_be_made_is_told_as_the_object_store(tmp_path):
    from audiopod_mcp.settings import SettingsError
    from audiopod_mcp.studio.media.bucket import BucketMedia

    (tmp_path / "file").write_text("x")
    with pytest.raises(SettingsError, match=r"^AUDIOPOD_MEDIA_URL: it can't be used \(.+\); correct it"):
        BucketMedia(tmp_path / "data", "x", (tmp_path / "file" / "store").as_uri())


@pytest.mark.parametrize("password", ["gehe%im77", "gehe im77", "gehe@im77", "gehe/im77"])
def test_an_address_that_can_not_be_read_is_not_told(tmp_path, password):
    from audiopod_mcp.settings import SettingsError
    from audiopod_mcp.studio.serving import prepare_database

    with pytest.raises(SettingsError, match=r"^AUDIOPOD_DATABASE_URL: the address can't be read") as refused:
        prepare_database(f"postgresql://u:{password}@127.0.0.1:1/db")
    assert "gehe" not in str(refused.value)
    assert "im77" not in str(refused.value)


async def test_why_a_database_does_not_answer_is_told(tmp_path, postgres):
    from audiopod_mcp.settings import SettingsError

    nobodys = postgres.new_database().replace("postgres@", "nobody:secret@")
    with pytest.raises(SettingsError, match='role "nobody" does not exist'):
        async with opened(tmp_path, database_url=nobodys):
            pass
