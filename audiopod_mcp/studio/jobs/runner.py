"""The life of a job: claimed, its audio collected, done by a worker, its result put in its place."""

from __future__ import annotations

import logging
import shutil
import sqlite3
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final, TypeVar

import anyio
from anyio import to_thread

from audiopod_mcp.studio.config import StudioConfig
from audiopod_mcp.studio.engines.base import Outcome, Work
from audiopod_mcp.studio.media.download import NotFetched, Told, fetch, unheard
from audiopod_mcp.studio.media.sources import readable
from audiopod_mcp.studio.media.store import MediaStore
from audiopod_mcp.studio.stored_job import StoredJob
from audiopod_mcp.worker_pool import WorkerDied, WorkerPool

from .instances import Instance
from .journal import End, Run, recorded
from .store import Store
from .task import Order, Result, output_folder_is_whole, perform, transcode

LOOK_EVERY: Final = 1.0
"""Seconds after which to look for jobs that other processes put back."""
RECOVER_EVERY: Final = 5.0
"""Seconds after which to look for instances that died."""
WORKER_DEATHS_ALLOWED: Final = 2
FETCHES: Final = 8
"""How many downloads may go on at the same time."""
_FETCHING: Final = 8.0
"""What fetching counts for in a job's progress, percent."""
_TELL_EVERY: Final = 0.5
RESULT: Final = "result"
"""The folder, in a job's working folder, that the engine writes into."""

T = TypeVar("T")

logger = logging.getLogger("audiopod_mcp.studio")


class CanNotRun(Exception):
    """Why a job can't even begin; one line for the person."""


class _Deleted(Exception):
    """The job is gone, or no longer ours."""


@dataclass
class Studio:
    """The parts of a running studio, and the loop that keeps its jobs going."""

    config: StudioConfig
    store: Store
    media: MediaStore
    instance: Instance
    workers: WorkerPool
    _wake: anyio.Event = field(default_factory=anyio.Event)
    _fetches: anyio.CapacityLimiter = field(default_factory=lambda: anyio.CapacityLimiter(FETCHES))
    _converting: dict[Path, anyio.Event] = field(default_factory=dict)

    def wake(self) -> None:
        """There is a new job."""
        self._wake.set()

    async def work(self) -> None:
        """Claim jobs and do them, as many at a time as configured, until cancelled."""
        slots = anyio.Semaphore(self.config.workers)
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(self._recover_now_and_then)
            while True:
                self._wake = anyio.Event()
                await slots.acquire()
                if job := await self._claim():
                    tasks.start_soon(self._guarded, job, slots)
                    continue
                slots.release()  # while there is nothing to claim, a job whose audio has come may go on
                with anyio.move_on_after(LOOK_EVERY):
                    await self._wake.wait()

    async def _claim(self) -> StoredJob | None:
        try:
            return await to_thread.run_sync(self.store.claim, self.instance.id, self.config.engine)
        except sqlite3.Error:
            logger.exception("the job store does not answer")
            return None

    async def _guarded(self, job: StoredJob, slots: anyio.Semaphore) -> None:
        """One job, whose troubles are its own: whatever happens, it ends with a status."""
        slot = _Slot(slots)
        with recorded(job) as run:
            try:
                async with self.working_folder() as folder:
                    result = await self._do(run, folder, slot)
                    run.end = await to_thread.run_sync(self._settle, job, result, folder / RESULT)
            except _Deleted:
                run.end = "stopped"
            except WorkerDied:
                logger.warning("the worker process of job %s died", job.id)
                if await self._write(self._put_back, job) == 0:
                    run.end = "failed"
            except (CanNotRun, NotFetched) as reason:
                await self._fail(run, str(reason))
            except OSError as error:
                logger.exception("job %s failed in the studio", job.id)
                why = error.strerror or type(error).__name__
                await self._fail(run, f"the studio could not store the result ({why})")
            except Exception:
                logger.exception("job %s failed in the studio", job.id)
                await self._fail(run, "the studio failed unexpectedly; its log says more")
            finally:
                slot.release()

    async def _do(self, run: Run, folder: Path, slot: _Slot) -> Result:
        job = run.job
        logger.debug("job %s (%s) begins", job.id, job.task)
        remote = any("url" in source for source in job.sources.values())
        if remote:  # a slow download keeps nobody from working
            slot.release()
            sources, original = await self.collect(job.sources, folder, self._fetch_report(job))
            await slot.acquire()
        else:
            sources, original = await self.collect(job.sources, folder)
        order = Order(
            work=Work(job.task, job.params, sources, original, new_folder(folder, RESULT)),
            engine=self.config.engine,
            environment=dict(self.config.environment),
            audio_format=job.format,
            job_id=job.id,
            instance=self.instance.id,
            store=store_path(self.config),
            progress_from=_FETCHING if remote else 0.0,
        )
        run.collected()
        return await self.workers.run(perform, order)

    async def collect(
        self, wanted: Mapping[str, Mapping[str, Any]], folder: Path, told: Told = unheard
    ) -> tuple[dict[str, Path], Path | None]:
        """The audio that arguments name, as local files, and the take folder of the job it comes from.

        Raises:
            CanNotRun: where a file or job is gone.
            NotFetched: where a URL does not give audio.

        """
        sources: dict[str, Path] = {}
        original: Path | None = None
        for argument, source in wanted.items():
            if "url" in source:
                path = folder / argument
                try:
                    async with self._fetches:
                        await fetch(
                            source["url"], path, allow_private=self.config.allow_private_urls, told=told
                        )
                except NotFetched as reason:
                    raise NotFetched(
                        f"{argument}: could not fetch {source['url'][:200]} ({reason}); "
                        "check the address, or give another one"
                    ) from None
            elif "job" in source:
                original = self.media.take(source["job"], source["take"])
                path = self.media.master(source["job"], source["take"])
                if not path.is_file():
                    raise CanNotRun(f"{argument}: the audio of job {source['job']} was deleted")
            else:
                path = Path(source["path"])
                if not await to_thread.run_sync(readable, path):
                    raise CanNotRun(f"{argument}: the file {path.name!r} was moved, replaced or deleted")
            sources[argument] = path
        return sources, original

    @asynccontextmanager
    async def working_folder(self) -> AsyncIterator[Path]:
        """A folder for what comes in and goes out, until the context ends."""
        folder = await to_thread.run_sync(self.media.new_folder)
        try:
            yield folder
        finally:
            with anyio.CancelScope(shield=True):
                await to_thread.run_sync(lambda: shutil.rmtree(folder, ignore_errors=True))

    async def perform_now(self, work: Work) -> Result:
        """Do ``work`` while somebody waits.

        Raises:
            WorkerDied: where it took its process down.

        """
        return await self.workers.run(perform, Order(work, self.config.engine, dict(self.config.environment)))

    async def converted(self, job: StoredJob, take: str, audio_format: str) -> Path:
        """The take in ``audio_format``, made now if nobody has asked for it before.

        Raises:
            CanNotRun: where it can't be made.

        """
        path = self.media.audio(job.id, take, audio_format)
        while not path.exists():
            if (other := self._converting.get(path)) is not None:
                await other.wait()
                continue
            self._converting[path] = anyio.Event()
            try:
                error = await self.workers.run(transcode, self.media.master(job.id, take), audio_format)
                if error:
                    raise CanNotRun(error)
            finally:
                self._converting.pop(path).set()
        return path

    def recover(self) -> None:
        """Put back the jobs of instances that are no more, and clear away what they left."""
        for instance in self.instance.bury(self.store.claimants() | self.media.workers_at()):
            if self.store.release(instance, crashed=True):
                logger.warning("put back the jobs of a studio process that ended in the middle of them")
            self.media.clean(instance)
        if self.instance.is_alone():
            self.store.adopt(self.config.engine)

    def sweep(self) -> None:
        """Delete media whose job is gone."""
        for job_id in self.media.job_ids() - self.store.known_ids():
            self.media.remove(job_id)

    async def _recover_now_and_then(self) -> None:
        while True:
            await anyio.sleep(RECOVER_EVERY)
            try:
                await to_thread.run_sync(self.recover)
            except (OSError, sqlite3.Error):
                logger.exception("could not look after the jobs of other studio processes")

    def _settle(self, job: StoredJob, result: Result, folder: Path) -> End:
        """Write down what became of ``job``."""
        outcome = result.outcome
        if outcome is None and result.error is None:
            return "stopped"
        if outcome is not None and not output_folder_is_whole(outcome, folder):
            logger.error("the engine's outcome of job %s lacks a master", job.id)
            outcome, result = None, Result(error="the engine left no audio; this is a fault in the engine")
        if outcome is None:
            self._write_failure(job, result.error or "unknown")
            return "failed"
        self.media.publish(folder, job.id)
        if not self.store.finish(job.id, self.instance.id, _columns(outcome)):
            self.media.remove(job.id)  # deleted at the last moment
            return "stopped"
        self.wake()
        return "completed"

    async def _fail(self, run: Run, message: str) -> None:
        run.end = "failed"
        await self._write(self._write_failure, run.job, message)

    async def _write(self, function: Callable[..., T], *args: object) -> T | None:
        try:
            return await to_thread.run_sync(function, *args)
        except sqlite3.Error:
            logger.exception("the job store does not answer")
            return None

    def _write_failure(self, job: StoredJob, message: str) -> None:
        self.store.finish(job.id, self.instance.id, {"status": "FAILED", "error_message": message})

    def _put_back(self, job: StoredJob) -> int:
        return self.store.release(self.instance.id, job.id, crashed=True, allowed=WORKER_DEATHS_ALLOWED)

    def _fetch_report(self, job: StoredJob) -> Told:
        """Writes down how far a download is, now and then; stops it for a job that was deleted."""
        written = -1.0

        async def told(fraction: float) -> None:
            nonlocal written
            if (clock := anyio.current_time()) - written < _TELL_EVERY:
                return
            written = clock
            progress = fraction * _FETCHING
            if not await to_thread.run_sync(
                self.store.progress, job.id, self.instance.id, progress, "fetching the audio"
            ):
                raise _Deleted

        return told


class _Slot:
    """One of the places at work, held or given back."""

    def __init__(self, slots: anyio.Semaphore) -> None:
        self._slots, self._held = slots, True

    async def acquire(self) -> None:
        await self._slots.acquire()
        self._held = True

    def release(self) -> None:
        if self._held:
            self._held = False
            self._slots.release()


def store_path(config: StudioConfig) -> Path:
    return config.data_dir / "studio.db"


def new_folder(parent: Path, name: str) -> Path:
    (folder := parent / name).mkdir()
    return folder


def _columns(outcome: Outcome) -> dict[str, Any]:
    first = outcome.takes[0] if outcome.takes else None
    return {
        "status": "COMPLETED",
        "progress": 100.0,
        "audio_duration": first.duration if first else None,
        "takes": [asdict(take) for take in outcome.takes],
        "lrc_content": first.lrc if first else None,
        "quality_score": first.quality if first else None,
        "notes": list(outcome.notes),
        "details": outcome.details,
        "error_message": None,
    }
