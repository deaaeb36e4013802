"""Kills real servers at random moments, again and again, and looks whether anything was lost.

    python -m tests.kill_loop --minutes 10 [--seed N] [--folder DIR]

An MCP server over stdio and a studio over HTTP, processes of their own, work on one data folder. Clients make,
rename, delete, retry, convert and save short pieces until ``kill -9`` hits the server, the studio, one worker of
theirs or all of them, often while a result is being published. What was killed is started again, everything may
come to its end, and then:

- every job that was accepted is known, and has ended; a request makes one job, whatever became of its answer,
- no number means two jobs, and what was deleted stays deleted,
- the audio of finished jobs decodes, is as long as is told, and never changes again,
- the database is whole, and nothing unfinished is left in the folders.

Linux only: it looks into ``/proc``. The status is 1 where anything was found.
"""

import argparse
import contextlib
import hashlib
import io
import os
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import anyio
import httpx
import soundfile
from mcp import Client
from mcp.client.stdio import stdio_client

from tests.processes import children, descendants, is_alive
from tests.server.sessions import environment, free_port, parameters

MUSIC = "/api/v1/music"
FORMATS = ("flac", "wav", "ogg", "mp3")
CAPTIONS = ("solo piano", "house beat", "rock band", "acoustic guitar")
VICTIMS = ("server", "studio", "worker", "worker", "all")
ENDED = {"COMPLETED", "FAILED"}
LOST = (httpx.HTTPError, OSError, EOFError)
"""What a request raises whose answer is lost; the MCP client has exceptions of its own besides."""


@dataclass
class Wish:
    """A job that was asked for."""

    title: str
    seconds: float
    body: dict
    over_rest: bool
    number: int | None = None
    """Of the job, once that is known."""
    may_be_deleted: bool = False
    deleted: bool = False


@dataclass
class KillLoop:
    folder: Path
    rng: random.Random
    url: str = ""
    studio: subprocess.Popen | None = None
    wishes: dict[str, Wish] = field(default_factory=dict)
    audio: dict[int, str] = field(default_factory=dict)
    """A digest of the first take of each finished job that was heard."""
    before: int = 0
    """How many wishes there were when all had ended."""
    counts: Counter = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)

    # What is killed

    def start_studio(self):
        if self.studio is not None and self.studio.poll() is None:
            return
        port = free_port()
        command = [sys.executable, "-m", "audiopod_mcp", "studio", "--port", str(port)]
        with (self.folder / "studio.log").open("a") as log:
            self.studio = subprocess.Popen(command, env=environment(self.folder), stderr=log)
        self.url = f"http://127.0.0.1:{port}"

    def server_process(self):
        """The number of the MCP server's process."""
        return next(pid for pid in children(os.getpid()) if pid != self.studio.pid)

    def kill(self, victim):
        """``kill -9`` of the victim; who else has to end because of that."""
        roots = {"studio": [self.studio.pid], "server": [self.server_process()]}
        roots["all"] = roots["studio"] + roots["server"]
        if victim == "worker":
            workers = [pid for root in roots["all"] for pid in descendants(root) if is_python_worker(pid)]
            killed = self.rng.sample(workers, min(1, len(workers)))
        else:
            killed = roots[victim]
        left = {pid for root in killed for pid in descendants(root)}
        for pid in killed:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.counts[f"kills of {'both' if victim == 'all' else victim}"] += len(killed) > 0
        return left

    async def moment(self):
        """Wait until it is time: at random, or when something is just being written where all can see it."""
        of, look = self.rng.choice(
            ((None, None), ("the publishing of a job", self.results), ("a draft", self.drafts))
        )
        if look is None:
            await anyio.sleep(self.rng.uniform(0.1, 6))
            return
        seen = set(look())
        with anyio.move_on_after(8):
            while not set(look()) - seen:
                await anyio.sleep(0.002)
            self.counts[f"kills at {of}"] += 1
            if look == self.results:
                await anyio.sleep(self.rng.choice((0, 0.01, 0.05, 0.2, 0.5)) * self.rng.random())

    def results(self):
        return (self.folder / "data" / "work").glob("*/*/result/*/audio.flac")

    def drafts(self):
        """What is being written beside finished audio."""
        media = self.folder / "data" / "media"
        return [*media.glob("*/.*"), *media.glob("*/*/.*")]

    # What is asked meanwhile

    async def ask_on(self, server, rest):
        """Ask for one thing after the other, until the answers fail to come."""
        while True:
            action = self.rng.choice((self.make_by_tool, self.make_by_rest, self.make_by_rest, self.change))
            await action(server, rest)
            await anyio.sleep(self.rng.uniform(0, 0.6))

    def new_wish(self, *, over_rest):
        title = f"wish {len(self.wishes) + 1}"
        body = {"caption": self.rng.choice(CAPTIONS), "display_name": title, "seed": len(self.wishes)}
        body |= {"format": self.rng.choice(FORMATS), "batch_size": self.rng.choice((1, 1, 2))}
        seconds = float(self.rng.randint(1, 3))
        self.wishes[title] = Wish(title, seconds, body, over_rest)
        self.counts["requests"] += 1
        return self.wishes[title]

    async def make_by_tool(self, server, _rest):
        if self.unfinished() > 6:
            return
        wish = self.new_wish(over_rest=False)
        result = await server.call_tool("generate_music", {**wish.body, "duration": wish.seconds})
        content = result.structured_content or {}
        if result.is_error and "job_id" not in content:
            self.counts["requests refused or lost"] += 1
        else:
            self.accepted(wish, content["job_id"])

    async def make_by_rest(self, _server, rest):
        if self.unfinished() <= 6:
            await self.send(self.new_wish(over_rest=True), rest)

    async def send(self, wish, rest):
        body = {**wish.body, "audio_duration": wish.seconds}
        answer = await rest.post(f"{MUSIC}/text2music", json=body, headers={"Idempotency-Key": wish.title})
        answer.raise_for_status()
        self.accepted(wish, answer.json()["job"]["id"])

    def accepted(self, wish, number):
        if wish.number not in {None, number}:
            self.fault(f"{wish.title} became job {wish.number} and job {number}")
        wish.number = number

    def unfinished(self):
        return len(self.wishes) - self.before

    async def change(self, server, rest):
        """Do something with a job that there is."""
        known = [wish for wish in self.wishes.values() if wish.number and not wish.may_be_deleted]
        if not known:
            return
        wish = self.rng.choice(known[-12:])
        one = f"{MUSIC}/jobs/{wish.number}"
        action = self.rng.choice(("delete", "rename", "convert", "convert", "save", "retry", "like"))
        if action == "delete":
            if self.rng.random() < 0.3:
                wish.may_be_deleted = True
                wish.deleted = (await rest.delete(one)).status_code == 200
        elif action == "rename":
            await rest.patch(one, json={"thumbnail_url": f"https://pictures.example/{self.rng.random()}"})
        elif action == "convert":
            urls = (await rest.get(f"{one}/status")).json().get("output_urls") or {}
            if urls:
                await rest.get(urls[self.rng.choice(sorted(urls))].replace("http://studio.local", self.url))
        elif action == "save":
            await server.call_tool("save_audio", {"job_id": wish.number})
        elif action == "retry":
            await rest.post(f"{one}/retry")
        else:
            await rest.post(f"{one}/like")
        self.counts[f"asked to {action}"] += 1

    # A round

    async def round(self):
        victim = self.rng.choice(VICTIMS)
        self.start_studio()
        left = set()
        with (self.folder / "server.log").open("a") as log, contextlib.suppress(BaseExceptionGroup, *LOST):
            settings = parameters(self.folder, AUDIOPOD_MAX_WAIT="1")
            async with (
                Client(stdio_client(settings, errlog=log)) as server,
                self.rest() as rest,
                anyio.create_task_group() as tasks,
            ):
                for _ in range(3):
                    tasks.start_soon(self.asked_until_lost, server, rest)
                await self.moment()
                left = self.kill(victim)
                await anyio.sleep(0.3)
                tasks.cancel_scope.cancel()
        await self.gone(left)
        self.start_studio()
        with (self.folder / "server.log").open("a") as log:
            async with (
                Client(stdio_client(parameters(self.folder), errlog=log)) as server,
                self.rest() as rest,
            ):
                await server.call_tool("list_jobs", {})  # which starts its studio
                await self.look(rest, both=True)
        return victim

    async def asked_until_lost(self, server, rest):
        try:
            await self.ask_on(server, rest)
        except anyio.get_cancelled_exc_class():
            raise
        except Exception as lost:  # noqa: BLE001 - the SDK has one for each way in which a server can go
            self.counts["answers lost"] += 1
            if isinstance(lost, AssertionError | TypeError | KeyError):
                self.fault(f"the client failed: {lost!r}")

    @contextlib.asynccontextmanager
    async def rest(self):
        """A client of the studio, which answers by now."""
        async with httpx.AsyncClient(base_url=self.url, timeout=60) as client:
            with anyio.fail_after(60):
                while True:
                    with contextlib.suppress(httpx.TransportError):
                        if (await client.get("/health")).is_success:
                            break
                    await anyio.sleep(0.1)
            yield client

    async def gone(self, processes):
        """Workers end with the process that they work for."""
        with anyio.move_on_after(15):
            while any(map(is_alive, processes)):
                await anyio.sleep(0.05)
        if alive := [pid for pid in processes if is_alive(pid)]:
            self.fault(f"{len(alive)} workers outlived the process that they worked for")

    # What must hold

    async def look(self, rest, *, both):
        for wish in self.wishes.values():  # whoever lost an answer asks again with the same key
            if wish.over_rest and wish.number is None:
                self.counts["lost answers asked for again"] += 1
                await self.send(wish, rest)
        jobs = await self.ended(rest)
        titles = Counter(job["display_name"] for job in jobs.values())
        for title in (title for title, count in titles.items() if count > 1 or title not in self.wishes):
            self.fault(f"there are {titles[title]} jobs called {title!r}")
        for number, job in jobs.items():
            wish = self.wishes.get(job["display_name"])
            if wish is not None:
                self.accepted(wish, number)
                if wish.deleted:
                    self.fault(f"job {number} was deleted and is back")
        numbers = Counter(wish.number for wish in self.wishes.values() if wish.number)
        for number in (number for number, count in numbers.items() if count > 1):
            self.fault(f"job {number} was {numbers[number]} different jobs")
        for wish in self.wishes.values():
            if wish.number and not wish.may_be_deleted and wish.number not in jobs:
                self.fault(f"job {wish.number} was accepted and is not known")
            wish.deleted = wish.deleted or (wish.may_be_deleted and wish.number not in jobs)
            wish.may_be_deleted = wish.deleted
        for job in jobs.values():
            await self.hear(job, rest)
        self.before = len(self.wishes)
        self.look_into_database()
        await self.look_into_folders(2 if both else 1)

    async def ended(self, rest):
        """All jobs by number, once they have ended."""
        deadline = anyio.current_time() + 180
        while True:
            jobs = {}
            while True:
                page = await rest.get(f"{MUSIC}/jobs", params={"limit": 100, "skip": len(jobs)})
                jobs |= {job["id"]: job for job in page.json()}
                if len(jobs) >= int(page.headers["x-total-count"]):
                    break
            running = [job["id"] for job in jobs.values() if job["status"] not in ENDED]
            if not running:
                return jobs
            if anyio.current_time() > deadline:
                self.fault(f"jobs that do not end: {running}")
                return jobs
            await anyio.sleep(0.3)

    async def hear(self, job, rest):
        number = job["id"]
        if job["status"] == "FAILED":
            if not job["error_message"].startswith("gave up: "):
                self.fault(f"job {number} failed: {job['error_message']}")
            return
        if number in self.audio:
            return
        if job["status"] != "COMPLETED":
            return
        wish = self.wishes[job["display_name"]]
        for label in ("flac", "flac_2")[: wish.body["batch_size"]]:
            answer = await rest.get(job["output_urls"][label])
            try:
                samples, rate = soundfile.read(io.BytesIO(answer.content))
            except soundfile.SoundFileError as error:
                self.fault(f"{label} of job {number} ({answer.status_code}) is no audio: {error}")
                continue
            length = len(samples) / rate
            if abs(length - wish.seconds) > 0.05 or (
                label == "flac" and abs(length - job["audio_duration"]) > 0.01
            ):
                self.fault(f"{label} of job {number} takes {length} s, told {job['audio_duration']}")
        self.audio[number] = self.digest(number)

    def digest(self, number):
        path = self.folder / "data" / "media" / str(number) / "take-1" / "audio.flac"
        return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "missing"

    def look_into_database(self):
        with contextlib.closing(sqlite3.connect(self.folder / "data" / "studio.db")) as database:
            found = database.execute("PRAGMA integrity_check").fetchone()[0]
        if found != "ok":
            self.fault(f"the database is not whole: {found}")

    async def look_into_folders(self, instances):
        """What dead processes left is cleared away by the living."""
        data = self.folder / "data"

        def left():
            found = list(data.glob("work/*/*"))
            found += list(data.glob("instances/*.lock"))[instances:] + list(data.glob("work/*"))[instances:]
            return found

        with anyio.move_on_after(20):
            while left():
                await anyio.sleep(0.2)
        if found := left():
            self.fault(f"{len(found)} files and folders are left, such as {found[0].relative_to(data)}")

    async def end(self):
        """Everything once more, in one fresh process, and what must be true of the folder at last."""
        if self.studio.poll() is None:
            self.studio.kill()
            self.studio.wait()
        self.counts["drafts that the last start found"] = len(self.drafts())
        self.start_studio()
        async with self.rest() as rest:
            await self.look(rest, both=False)
            jobs = await self.ended(rest)
        with (self.folder / "server.log").open("a") as log:
            async with Client(stdio_client(parameters(self.folder), errlog=log)) as server:
                await server.call_tool("list_jobs", {})
        for number, digest in self.audio.items():
            if number in jobs and self.digest(number) != digest:
                self.fault(f"the audio of job {number} is another one than when it was finished")
        media = {int(path.name) for path in (self.folder / "data" / "media").iterdir() if path.name.isdigit()}
        finished = {number for number, job in jobs.items() if job["status"] == "COMPLETED"}
        if media != finished:
            self.fault(f"media without a finished job, or the other way round: {sorted(media ^ finished)}")
        for path in (self.folder / "data" / "media").rglob("*.*"):
            if path.suffix.removeprefix(".") in FORMATS and not path.name.startswith("."):
                with contextlib.suppress(soundfile.SoundFileError):
                    if soundfile.info(path).frames > 0:
                        continue
                self.fault(f"{path.relative_to(self.folder)} is no audio")
        for path in [*self.drafts(), *(self.folder / "output").glob(".*")]:
            self.fault(f"{path.relative_to(self.folder)} is left")
        self.studio.send_signal(signal.SIGTERM)
        self.studio.wait(20)
        if left := [*self.folder.glob("data/work/*"), *self.folder.glob("data/instances/*")]:
            self.fault(f"{len(left)} files are left of processes that ended in order")
        self.counts["jobs finished"] = len(finished)
        self.counts["jobs given up, as told"] = len(jobs) - len(finished)
        self.counts["jobs deleted"] = sum(wish.deleted for wish in self.wishes.values())

    def fault(self, line):
        self.faults.append(line)
        print(f"FAULT  {line}", flush=True)


def is_python_worker(pid):
    """Whether a process is one that works, and not the one that tracks what they share."""
    try:
        return b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False


async def run(folder, minutes, seed):
    loop = KillLoop(folder, random.Random(seed))
    began, rounds = time.monotonic(), 0
    try:
        while time.monotonic() - began < minutes * 60:
            round_began, rounds = time.monotonic(), rounds + 1
            victim = await loop.round()
            print(
                f"round {rounds}: killed {victim}, all in order again after {time.monotonic() - round_began:.0f} s; "
                f"{loop.counts['requests']} requests, {len(loop.audio)} pieces heard, {len(loop.faults)} faults",
                flush=True,
            )
        await loop.end()
    finally:
        if loop.studio is not None and loop.studio.poll() is None:
            loop.studio.kill()
    print(f"\nseed {seed}, {rounds} rounds in {(time.monotonic() - began) / 60:.1f} minutes")
    for name, count in sorted(loop.counts.items()):
        print(f"{count:7}  {name}")
    print(f"{len(loop.faults):7}  faults")
    for fault in loop.faults:
        print(f"         {fault}")
    return 1 if loop.faults else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--seed", type=int, default=None, help="of what is asked and killed (random)")
    parser.add_argument("--folder", type=Path, help="kept for looking at (a temporary one)")
    given = parser.parse_args()
    if sys.platform != "linux":
        parser.error("it looks into /proc, which only Linux has")
    seed = random.SystemRandom().randrange(10**6) if given.seed is None else given.seed
    with contextlib.ExitStack() as stack:
        folder = given.folder or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        folder.mkdir(parents=True, exist_ok=True)
        return anyio.run(run, folder, given.minutes, seed)


if __name__ == "__main__":
    sys.exit(main())
