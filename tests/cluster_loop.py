"""Kills front ends, workers and the database of a cluster at random, and looks whether every job is finished once.

    python -m tests.cluster_loop --minutes 15 [--seed N]

Two front ends and three workers of a test engine, processes of their own, work on one PostgreSQL and one folder.
Clients ask for jobs all the time, each with a key of its own, and again with it when an answer is lost. Meanwhile
something is killed, stopped in order, or frozen every few seconds, the database too, and started again. In the end everything may
come to an end, and then:

- every request has made one job, and no other jobs are there,
- every job has ended: completed, or given up with the words that say who died,
- the audio of every completed job is there, and no attempt but the last was counted,
- the queue is empty.

Linux only. The status is 1 where anything was found.
"""

import argparse
import collections
import contextlib
import os
import random
import signal
import sys
import tempfile
import time
from pathlib import Path

import httpx

from audiopod_mcp.studio.jobs.postgres import migrate
from tests.kill_loop import is_python_worker
from tests.processes import catches, descendants
from tests.studio.cluster.clusters import Cluster
from tests.studio.postgres import Postgres
from tests.studio.studios import MUSIC, wait_for

WAITING = 12
"""How many jobs may be unfinished: enough to keep all workers busy."""
VICTIMS = ("worker", "worker", "process", "process", "in order", "frozen", "front", "database", "standstill")


class ClusterLoop:
    def __init__(self, folder, rng):
        self.rng, self.postgres = rng, Postgres()
        url = self.postgres.new_database()
        migrate(url)
        self.cluster = Cluster(folder, url)
        self.fronts = [self.cluster.front() for _ in range(2)]
        self.workers = [self.cluster.worker() for _ in range(3)]
        self.asked, self.numbers = [], {}
        self.counts, self.faults = collections.Counter(), []

    def fault(self, line):
        self.faults.append(line)
        print(f"FAULT  {line}", flush=True)

    def ask(self, key):
        """Ask for the job of ``key``, once; whether there was an answer."""
        caption = self.rng.choice(("x", "slow 0.3", "slow 1", "slow 3"))
        seeded = {
            "caption": self.asked[key] if key < len(self.asked) else caption,
            "display_name": f"wish {key}",
        }
        if key == len(self.asked):
            self.asked.append(caption)
        front = self.rng.choice(self.fronts)
        try:
            answer = front.client.post(
                f"{MUSIC}/text2music", json=seeded, headers={"Idempotency-Key": f"{key}"}, timeout=20
            )
        except httpx.TransportError:
            self.counts["answers lost"] += 1
            return False
        if answer.status_code != 200:
            self.counts[f"answers {answer.status_code}"] += 1
            return False
        number = answer.json()["job"]["id"]
        if self.numbers.setdefault(key, number) != number:
            self.fault(f"wish {key} is job {self.numbers[key]} and job {number}")
        return True

    def unfinished(self):
        sql = "SELECT count(*) FROM jobs WHERE status IN ('PENDING', 'PROCESSING')"
        return self.cluster.rows(sql)[0][0]

    def tend(self):
        """Start again who ended by itself, as those do that begin while the database is away."""
        self.fronts = [
            self.cluster.front() if front.process.poll() is not None else front for front in self.fronts
        ]
        self.workers = [
            self.cluster.worker() if worker.poll() is not None else worker for worker in self.workers
        ]

    def hurt(self):
        self.tend()
        victim = self.rng.choice(VICTIMS)
        self.counts[f"hurt: {victim}"] += 1
        place = self.rng.randrange(len(self.workers))
        worker = self.workers[place]
        if victim == "worker":
            worker.kill()
            self.workers[place] = self.cluster.worker()
        elif victim == "process":
            for child in descendants(worker.pid):
                if is_python_worker(child):
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(child, signal.SIGKILL)
        elif victim == "in order":
            wait_for(lambda: catches(worker.pid, signal.SIGTERM))  # before that Python itself is starting
            worker.send_signal(signal.SIGTERM)
            if (status := worker.wait(15)) != 0:
                self.fault(f"a worker that was told to stop ended with {status}")
            self.workers[place] = self.cluster.worker()
        elif victim == "frozen":
            worker.send_signal(signal.SIGSTOP)
            self.spend(self.rng.choice((3, 16)))
            worker.send_signal(signal.SIGCONT)
        elif victim == "front":
            place = self.rng.randrange(2)
            self.fronts[place].kill()
            self.fronts[place] = self.cluster.front()
        elif victim == "standstill":
            with self.postgres.frozen():
                time.sleep(self.rng.choice((3, 16)))
            time.sleep(1)  # who was about to end for want of it has ended
            self.tend()
        else:
            self.postgres.stop("immediate")
            time.sleep(self.rng.choice((0.5, 4)))
            self.postgres.start()

    def spend(self, seconds):
        """Ask for jobs for so many seconds, as many as may wait."""
        over = time.monotonic() + seconds
        while time.monotonic() < over:
            if self.unfinished() < WAITING:
                self.ask(len(self.asked))
            else:
                time.sleep(0.1)

    def run(self, minutes):
        began = time.monotonic()
        while time.monotonic() - began < 60 * minutes:
            self.spend(self.rng.uniform(0.5, 5))
            self.hurt()
            told = f"{len(self.asked)} asked for, {self.unfinished()} unfinished, {len(self.faults)} faults"
            print(f"{time.monotonic() - began:5.0f} s  {told}", flush=True)
        self.look()

    def look(self):
        lost = [key for key in range(len(self.asked)) if key not in self.numbers]
        self.counts["lost answers asked for again"] = len(lost)
        for key in lost:
            while not self.ask(key):
                time.sleep(0.5)
        self.tend()
        deadline = time.monotonic() + 180
        while self.unfinished() and time.monotonic() < deadline:
            time.sleep(0.5)
        rows = self.cluster.rows("SELECT id, status, attempt, error_message, display_name FROM jobs")
        if len(rows) != len(self.asked) or {row[0] for row in rows} != set(self.numbers.values()):
            self.fault(f"{len(self.asked)} were asked for, and {len(rows)} are there")
        for number, status, _, error, _ in rows:
            if status == "FAILED" and "gave up" in error:
                self.counts["given up, as told"] += 1
            elif status != "COMPLETED":
                self.fault(f"job {number} is {status}: {error}")
            else:
                self.counts["completed"] += 1
                job = self.fronts[0].job(number)
                if self.fronts[0].client.get(job["output_url"]).content[:4] != b"fLaC":
                    self.fault(f"the audio of job {number} is not there")
        self.counts["attempts"] = sum(row[2] for row in rows)
        time.sleep(3)
        if left := self.cluster.rows("SELECT args, status FROM procrastinate_jobs"):
            self.fault(f"{len(left)} are left in the queue, such as {left[0]}")

    def end(self):
        self.cluster.end()
        self.postgres.remove()


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--minutes", type=float, default=15)
    parser.add_argument("--seed", type=int, default=None, help="of what is asked and hurt (random)")
    given = parser.parse_args()
    seed = random.SystemRandom().randrange(10**6) if given.seed is None else given.seed
    with tempfile.TemporaryDirectory() as folder:
        loop = ClusterLoop(Path(folder), random.Random(seed))
        try:
            loop.run(given.minutes)
        finally:
            loop.end()
    print(f"\nseed {seed}")
    for name, count in sorted(loop.counts.items()):
        print(f"{count:7}  {name}")
    print(f"{len(loop.faults):7}  faults")
    return 1 if loop.faults else 0


if __name__ == "__main__":
    sys.exit(main())
