"""What a queue on PostgreSQL costs, beside that of one machine, in the same run.

    python -m tests.benchmarks.cluster

Needs the extra ``cluster`` and the programs of a PostgreSQL. Jobs are a test engine's, which sleep, so that cores
do not limit them.
"""

import statistics
import tempfile
import time
from datetime import datetime
from pathlib import Path

from audiopod_mcp.studio.jobs.postgres import migrate
from tests.studio.cluster.clusters import Cluster
from tests.studio.postgres import Postgres
from tests.studio.studios import MUSIC, Served

ONE_BY_ONE, AT_ONCE, SECONDS = 20, 24, 1.0


def ended(front, jobs, every=0.1):
    """The jobs, once all have ended, asked for ``every`` so many seconds."""
    while True:
        told = [front.job(number) for number in jobs]
        if all(job["status"] == "COMPLETED" for job in told):
            return told
        assert not any(job["status"] == "FAILED" for job in told), told
        time.sleep(every)


def overhead(front):
    """Seconds from asking to the end of a job that takes next to no time, one by one."""
    front.wait(front.create(caption="x"))  # the worker process is there
    seconds = []
    for _ in range(ONE_BY_ONE):
        began = time.perf_counter()
        number = front.create(caption="x")
        while front.job(number)["status"] != "COMPLETED":
            time.sleep(0.005)
        seconds.append(time.perf_counter() - began)
    return seconds


def throughput(front, places):
    """Jobs a second, of those that sleep for a second, as part of what so many places could do at best."""
    ended(front, [front.create(caption="slow 0.02") for _ in range(2 * places)])
    began = time.perf_counter()
    ended(front, [front.create(caption=f"slow {SECONDS}") for _ in range(AT_ONCE)])
    return AT_ONCE / (time.perf_counter() - began)


def lag(front):
    """Seconds that the progress of a job is behind, as it is told."""
    number, looks = front.create(caption="slow 6"), []
    while (job := front.job(number))["status"] != "COMPLETED":
        looks.append((time.time(), job["progress"] or 0))
        time.sleep(0.05)
    over = time.time()
    return [(1 - (over - at) / 6 - progress / 99) * 6 for at, progress in looks if progress]


def heard(front, other):
    """Seconds from the end of a job until who waits for it at another front end hears of it."""
    other.wait(front.create(caption="x"))  # it is there
    seconds = []
    for _ in range(ONE_BY_ONE):
        number, tag, job = front.create(caption="slow 0.7"), None, {}
        while job.get("status") != "COMPLETED":
            headers = {"Prefer": "wait=20", **({"If-None-Match": tag} if tag else {})}
            answer = other.client.get(f"{MUSIC}/jobs/{number}/status", headers=headers)
            tag, job = answer.headers["etag"], answer.json() if answer.status_code == 200 else job
        seconds.append(time.time() - datetime.fromisoformat(job["completed_at"]).timestamp())
    return seconds


class Counted:
    """What is asked of the database, and written by it, while the context lasts."""

    def __init__(self, cluster):
        self._cluster = cluster

    def _now(self):
        (told,) = self._cluster.rows(
            "SELECT (SELECT sum(calls) FROM pg_stat_statements), pg_current_wal_insert_lsn() - '0/0'::pg_lsn, "
            "extract(epoch FROM clock_timestamp()), pg_database_size(current_database())"
        )
        return [float(value) for value in told]

    def __enter__(self):
        self._cluster.rows("CREATE EXTENSION IF NOT EXISTS pg_stat_statements")
        self._before = self._now()
        return self

    def __exit__(self, *_):
        statements, wal, seconds, size = (
            now - before for now, before in zip(self._now(), self._before, strict=True)
        )
        self.statements, self.wal, self.seconds, self.size = statements - 1, wal, seconds, size


def costs(cluster, front):
    """What a job, and doing nothing, costs the database."""
    time.sleep(3)
    with Counted(cluster) as idle:
        time.sleep(20)
    held = cluster.rows(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid != pg_backend_pid()"
    )
    print(
        f"idle: {idle.statements / idle.seconds:.1f} statements a second, {held[0][0]} connections",
        flush=True,
    )
    with Counted(cluster) as short:
        ended(front, [front.create(caption="x") for _ in range(AT_ONCE)], every=1.0)
    with Counted(cluster) as long:
        ended(front, [front.create(caption="slow 10")], every=20.0)
    idly = idle.statements / idle.seconds
    for name, counted, jobs in (("a short job", short, AT_ONCE), ("a job of 10 s", long, 1)):
        statements = (counted.statements - idly * counted.seconds) / jobs
        print(
            f"{name}: {statements:.1f} statements beside those, {counted.wal / jobs / 1024:.1f} KiB of WAL",
            flush=True,
        )
    rows = cluster.rows("SELECT avg(pg_column_size(jobs.*)) FROM jobs")
    print(f"a row: {float(rows[0][0]):.0f} bytes", flush=True)


def told(name, values, unit="ms", scale=1000):
    ordered = sorted(values)
    high = ordered[int(len(ordered) * 0.95)]
    print(
        f"{name:52} median {statistics.median(values) * scale:6.0f}, 95% {high * scale:6.0f} {unit}",
        flush=True,
    )


def local():
    for places in (1, 2, 4):
        with tempfile.TemporaryDirectory() as folder:
            studio = Served(Path(folder) / "data", workers=places)
            try:
                if places == 1:
                    told("a file: from asking to the end of a job", overhead(studio))
                    told("a file: progress behind", lag(studio))
                print(
                    f"a file, {places} places: {throughput(studio, places):.2f} jobs of {SECONDS} s a second",
                    flush=True,
                )
            finally:
                studio.stop()


def shared(postgres):
    for workers in (1, 2, 3, 4):
        with tempfile.TemporaryDirectory() as folder:
            url = postgres.new_database()
            migrate(url)
            cluster = Cluster(Path(folder), url)
            try:
                front = cluster.front()
                started = [cluster.worker() for _ in range(workers)]
                if workers == 1:
                    told("PostgreSQL: from asking to the end of a job", overhead(front))
                    told("PostgreSQL: progress behind", lag(front))
                    told("PostgreSQL: an end, heard at another front end", heard(front, cluster.front()))
                    costs(cluster, front)
                print(
                    f"PostgreSQL, {workers} workers: {throughput(front, workers):.2f} jobs of {SECONDS} s a second",
                    flush=True,
                )
                if workers == 2:
                    recovery(cluster, front, started)
            finally:
                cluster.end()


def recovery(cluster, front, workers):
    numbers = [front.create(caption="slow 30") for _ in workers]
    for number in numbers:
        while not front.job(number)["progress"]:
            time.sleep(0.05)
    cluster.worker()
    workers[0].kill()
    killed = time.time()
    while cluster.rows("SELECT max(attempt) FROM jobs") == [(1,)]:
        time.sleep(0.05)
    print(
        f"PostgreSQL: the job of a killed host is begun by another after {time.time() - killed:.1f} s",
        flush=True,
    )
    for number in numbers:
        front.client.delete(f"{MUSIC}/jobs/{number}")


def main():
    local()
    postgres = Postgres("shared_preload_libraries=pg_stat_statements")
    try:
        shared(postgres)
    finally:
        postgres.remove()


if __name__ == "__main__":
    main()
