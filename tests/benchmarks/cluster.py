"""What a queue on PostgreSQL costs, beside that of one machine, in the same run.

    python -m tests.benchmarks.cluster

Needs the extra ``cluster`` and the programs of a PostgreSQL. Jobs are a test engine's, which sleep, so that cores
do not limit them.
"""

import re
import statistics
import subprocess
import tempfile
import time
from datetime import datetime
from pathlib import Path

import psycopg

from audiopod_mcp.studio.jobs.postgres import migrate
from tests.studio.cluster.clusters import Cluster
from tests.studio.postgres import Postgres
from tests.studio.studios import MUSIC, Served

ONE_BY_ONE, AT_ONCE, SECONDS = 20, 24, 1.0


def ended(front, jobs):
    """The jobs, once all have ended, seldom asked for."""
    while True:
        told = [front.job(number) for number in jobs]
        if all(job["status"] == "COMPLETED" for job in told):
            return told
        assert not any(job["status"] == "FAILED" for job in told), told
        time.sleep(0.1)


def overhead(fronts):
    """Seconds from asking to the end of a job that takes next to no time, one by one, of each in turn."""
    seconds = {name: [] for name in fronts}
    for front in fronts.values():
        front.wait(front.create(caption="x"))  # the worker process is there
    for _ in range(ONE_BY_ONE):
        for name, front in fronts.items():
            began = time.perf_counter()
            number = front.create(caption="x")
            while front.job(number)["status"] != "COMPLETED":
                time.sleep(0.005)
            seconds[name].append(time.perf_counter() - began)
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
    """What is asked of the database, what it writes, and how long it works, while the context lasts."""

    def __init__(self, cluster, postgres):
        self._connection = psycopg.connect(cluster.url, autocommit=True)  # which costs more than a job
        self._connection.execute("CREATE EXTENSION IF NOT EXISTS pg_stat_statements")
        self._postgres = postgres

    def _now(self):
        told = self._connection.execute(
            "SELECT (SELECT sum(calls) FROM pg_stat_statements), pg_current_wal_insert_lsn() - '0/0'::pg_lsn, "
            "extract(epoch FROM clock_timestamp())"
        ).fetchone()
        return [*map(float, told), self._postgres.cpu_seconds()]

    def __enter__(self):
        self._before, self.looks = self._now(), 1
        return self

    def until_all_have_ended(self):
        sql = "SELECT 1 FROM jobs WHERE status IN ('PENDING', 'PROCESSING')"
        while self._connection.execute(sql).fetchone():
            self.looks += 1
            time.sleep(1)

    def __exit__(self, *_):
        past = [now - before for now, before in zip(self._now(), self._before, strict=True)]
        self.statements, self.wal, self.seconds, self.cpu = past
        self.statements -= self.looks
        self._connection.close()


def costs(cluster, postgres, front):
    """What doing nothing, a job, and a look at one cost the database."""
    time.sleep(15)
    with Counted(cluster, postgres) as idle:
        time.sleep(30)
    sql = (
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid != pg_backend_pid()"
    )
    held = cluster.rows(sql)[0][0]
    a_second = idle.statements / idle.seconds
    cpu = idle.cpu / idle.seconds
    print(
        f"idle: {a_second:.1f} statements a second, {1000 * cpu:.1f} ms CPU; {held} connections", flush=True
    )
    for seconds, jobs in ((0.02, 4 * AT_ONCE), (10, 6)):
        with Counted(cluster, postgres) as done:
            for _ in range(jobs):
                front.create(caption=f"slow {seconds}")
            done.until_all_have_ended()
        statements = (done.statements - a_second * done.seconds) / jobs
        print(
            f"a job of {seconds} s: {statements:.0f} statements, {done.wal / jobs / 1024:.1f} KiB of WAL, "
            f"{1000 * (done.cpu - cpu * done.seconds) / jobs:.1f} ms CPU of the database",
            flush=True,
        )
    number = front.create(caption="x")
    with Counted(cluster, postgres) as looks:
        for _ in range(200):
            front.job(number)
    statements = (looks.statements - a_second * looks.seconds) / 200
    print(f"a look at a job: {statements:.1f} statements, {5 * looks.cpu:.2f} ms CPU", flush=True)
    size = cluster.rows("SELECT pg_total_relation_size('jobs')::float / count(*) FROM jobs")[0][0]
    print(f"a row with its indexes: {size:.0f} bytes", flush=True)


COMMIT = "UPDATE counters SET number = number + 1 WHERE id = :client_id"


def notifying():
    """How many transactions a second there may be that tell others, which end one after the other."""
    server = Postgres("fsync=on")
    try:
        url = server.new_database()
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(
                "CREATE TABLE counters AS SELECT id, 0 AS number FROM generate_series(0, 15) AS id"
            )
        found = {"nobody": [], "others": []}
        for _ in range(3):  # in turn, for the machine has other things to do
            for who, notice in (
                ("nobody", ""),
                ("others", "SELECT pg_notify('audiopod_changed', 'jobs 1');"),
            ):
                script = server.folder / "script.sql"
                script.write_text(f"BEGIN; {COMMIT}; {notice} END;\n")
                command = [
                    server.program("pgbench"),
                    "-n",
                    "-f",
                    script,
                    "-c",
                    "8",
                    "-j",
                    "1",
                    "-T",
                    "4",
                    url,
                ]
                said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
                found[who].append(float(re.search(r"tps = ([0-9.]+)", said)[1]))
        for who, rates in found.items():
            print(
                f"8 connections that tell {who}: {statistics.median(rates):.0f} commits a second", flush=True
            )
    finally:
        server.remove()


def told(name, values, unit="ms", scale=1000):
    ordered = sorted(values)
    high = ordered[int(len(ordered) * 0.95)]
    print(
        f"{name:52} median {statistics.median(values) * scale:6.0f}, 95% {high * scale:6.0f} {unit}",
        flush=True,
    )


def side_by_side(postgres, places):
    """A studio of one file and one of many machines, each with so many places, asked in turn."""
    with tempfile.TemporaryDirectory() as folder:
        url = postgres.new_database()
        migrate(url)
        alone, cluster = Served(Path(folder) / "alone", workers=places), Cluster(Path(folder), url)
        try:
            fronts = {"a file": alone, "PostgreSQL": cluster.front()}
            assert all(front.client for front in fronts.values())  # which start before the workers do
            workers = [cluster.worker() for _ in range(places)]
            if places == 1:
                for name, seconds in overhead(fronts).items():
                    told(f"{name}: from asking to the end of a job", seconds)
            rates = {name: [] for name in fronts}
            for _ in range(2):
                for name, front in fronts.items():
                    rates[name].append(throughput(front, places))
                    if places == 1:
                        told(f"{name}: progress behind", lag(front))
            for name, found in rates.items():
                print(f"{name}, {places} places: {max(found):.2f} jobs of {SECONDS} s a second", flush=True)
            front = fronts["PostgreSQL"]
            if places == 1:
                told("PostgreSQL: an end, heard at another front end", heard(front, cluster.front()))
                costs(cluster, postgres, front)
            if places == 2:
                recovery(cluster, front, workers)
        finally:
            alone.stop()
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
    postgres = Postgres("shared_preload_libraries=pg_stat_statements")
    try:
        for places in (1, 2, 3, 4):
            side_by_side(postgres, places)
    finally:
        postgres.remove()
    notifying()


if __name__ == "__main__":
    main()
