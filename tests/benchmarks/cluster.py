"""What a queue on PostgreSQL costs, beside that of one machine, in the same run.

    python -m tests.benchmarks.cluster

Needs the extra ``cluster`` and the programs of a PostgreSQL. Jobs are a test engine's, which sleep, so that cores
do not limit them.
"""

import statistics
import tempfile
import time
from pathlib import Path

from audiopod_mcp.studio.jobs.postgres import migrate
from tests.studio.postgres import Postgres
from tests.studio.studios import MUSIC, Served
from tests.studio.test_cluster import Cluster

ONE_BY_ONE, AT_ONCE, SECONDS = 20, 24, 1.0


def ended(front, jobs):
    """The jobs, once all have ended, seldom asked for."""
    while True:
        told = [front.job(number) for number in jobs]
        if all(job["status"] == "COMPLETED" for job in told):
            return told
        assert not any(job["status"] == "FAILED" for job in told), told
        time.sleep(0.1)


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
    postgres = Postgres()
    try:
        shared(postgres)
    finally:
        postgres.remove()


if __name__ == "__main__":
    main()
