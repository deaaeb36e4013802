"""The life of a job: claimed, its audio collected, done by a worker, its result put in its place."""

from __future__ import annotations

import logging
import shutil
import sqlite3
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any, Final, TypeVar

import anyio
from anyio import to_thread

from audiopod_mcp.disk import describe_full_studio, is_full
from audiopod_mcp.plain_text import one_line
from audiopod_mcp.studio.config import StudioConfig
from audiopod_mcp.studio.engines.base import Work
from audiopod_mcp.studio.engines.registry import load_engine
from audiopod_mcp.studio.media.cache import ResultCache
from audiopod_mcp.studio.media.download import NotFetched, Told, fetch, unheard
from audiopod_mcp.studio.media.drafts import remove_abandoned_drafts
from audiopod_mcp.studio.media.records import write_record
from audiopod_mcp.studio.media.sources import readable
from audiopod_mcp.studio.media.store import MediaStore
from audiopod_mcp.studio.refused import CanNotRun, EngineRefused
from audiopod_mcp.studio.stored_job import StoredJob
from audiopod_mcp.worker_pool import WorkerDied, WorkerPool

from .instances import Instance
from .journal import End, Run, recorded
from .on_demand import OnDemand, in_words, new_folder, working_folder
from .outage import Outage
from .recovery import reconcile
from .result_columns import LONGEST_FAILURE, result_columns
from .retention import let_go
from .slot import Slot
from .store import RUNNING, Store, now
from .task import Order, Result, output_folder_is_whole, perform
from .unusable import DATABASE

LOOK_EVERY: Final = 1.0
"""Seconds after which to look for jobs that other processes put back."""
RECOVER_EVERY: Final = 5.0
"""Seconds after which to look for instances that died."""
SWEEP_EVERY: Final = 3600.0
"""Seconds after which to look into the trash."""
SECRETS_KEPT: Final = timedelta(days=1)
"""How long a failed job can be fetched anew from an address with a password or signature."""
ROOM_WANTED: Final = 512 * 2**20
"""Bytes that should be free: below that nothing is kept in the trash."""
LOOK_FOR_DELETED_EVERY: Final = 0.5
"""Seconds after which to look whether a job that is worked on was deleted, here or by another process."""
DISK_PATIENCE: Final = 600.0
"""Seconds for which a result is kept that can't be put in its place."""
FETCHES: Final = 32
"""How many downloads may go on at the same time."""
_FETCHING: Final = 8.0
"""What fetching counts for in a job's progress, percent."""
_TELL_EVERY: Final = 0.5
RESULT: Final = "result"
"""The folder, in a job's working folder, that the engine writes into."""

_TOO_LONG: Final = (
    "gave up: this took longer than {}, far more than it should, so the process at it was ended; "
    "retry it, and ask for less (shorter, fewer takes) if that happens again"
)

T = TypeVar("T")

logger = logging.getLogger("audiopod_mcp.studio")


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
    _running: dict[int, anyio.CancelScope] = field(default_factory=dict)
    _aside: anyio.CapacityLimiter = field(init=False)
    """What is done while somebody waits leaves a worker to the jobs."""
    _cache: ResultCache = field(init=False)
    on_demand: OnDemand = field(init=False)
    admission: threading.Lock = field(default_factory=threading.Lock)
    """Held while a job is let in, so that callers are counted one after the other."""
    waiting: Counter[str] = field(default_factory=Counter)
    """How many answers each caller waits for, of those that are made while one waits."""

    _no_store: Outage = field(default_factory=lambda: Outage("the job store does not answer"))
    _no_care: Outage = field(
        default_factory=lambda: Outage("could not look after the jobs of other studio processes")
    )

    def __post_init__(self) -> None:
        self._aside = anyio.CapacityLimiter(max(1, self.config.workers))
        self._cache = ResultCache(self.config.data_dir / "cache", self.config.cache_mb * 10**6)
        self.on_demand = OnDemand(self.media, self.workers, self._aside, self.cache_of)

    def wake(self) -> None:
        """There is a new job."""
        self._wake.set()

    async def work(self) -> None:
        """Claim jobs and do them, as many at a time as configured, until cancelled."""
        slots = anyio.Semaphore(self.config.workers)
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(self._recover_now_and_then)
            tasks.start_soon(self._end_deleted)
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
            job = await to_thread.run_sync(
                self.store.claim,
                self.instance.id,
                self.config.engine,
                max(RUNNING, 2 * self.config.workers),
            )
        except sqlite3.Error as error:
            self._no_store.failed(error)
            return None
        self._no_store.over()
        return job

    async def _guarded(self, job: StoredJob, slots: anyio.Semaphore) -> None:
        """One job, whose troubles are its own: whatever happens, it ends with a status."""
        slot = Slot(slots)
        with recorded(job) as run:
            try:
                async with working_folder(self.media) as folder:
                    with self._until_deleted(job.id):
                        result = await self._do(run, folder, slot)
                    run.end = await self._settle(job, result, folder / RESULT, slot)
            except _Deleted:
                run.end = "stopped"
            except WorkerDied:
                logger.warning("the worker process of job %s died", job.id)
                await self._put_back(run, slot)
            except (CanNotRun, NotFetched) as reason:
                await self._fail(run, slot, str(reason))
            except OSError as error:
                if is_full(error):
                    await self._fail(run, slot, describe_full_studio(self.config.data_dir, error))
                    return
                logger.exception("job %s failed in the studio", job.id)
                why = error.strerror or type(error).__name__
                await self._fail(run, slot, f"the studio could not store the result ({why})")
            except Exception:
                logger.exception("job %s failed in the studio", job.id)
                await self._fail(run, slot, "the studio failed unexpectedly; its log says more")
            finally:
                slot.release()

    async def _do(self, run: Run, folder: Path, slot: Slot) -> Result:
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
            environment=self.config.engine_environment,
            audio_format=job.format,
            job_id=job.id,
            instance=self.instance.id,
            store=store_path(self.config),
            progress_from=_FETCHING if remote else 0.0,
            cache=self.cache_of(job.owner),
        )
        run.collected()
        return await self._perform(order)

    async def _perform(self, order: Order) -> Result:
        """Have a worker do ``order``, which ends with its process when it takes too long or is cancelled."""
        longest = load_engine(order.engine).longest(order.work)
        try:
            return await self.workers.run(perform, order, end_cancelled=True, longest=longest)
        except TimeoutError:
            logger.warning("%s took longer than %.0f s and was ended", order.work.task, longest)
            return Result(error=_TOO_LONG.format(in_words(longest)))

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
                    url = one_line(source["url"], 200)
                    raise NotFetched(
                        f"{argument}: could not fetch {url} ({reason}); {reason.remedy}"
                    ) from None
            elif "stem" in source:
                path, original = await self._collected_stem(argument, **source), None
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

    async def _collected_stem(self, argument: str, job: int, take: str, stem: str) -> Path:
        try:
            return await self.on_demand.stem(job, take, stem)
        except FileNotFoundError:
            raise CanNotRun(f"{argument}: the audio of job {job} was deleted") from None
        except EngineRefused as reason:
            raise CanNotRun(f"{argument}: the stems of job {job} can't be had any more: {reason}") from None

    async def perform_now(self, work: Work, owner: str) -> Result:
        """Do ``work`` while its ``owner`` waits.

        Raises:
            WorkerDied: where it took its process down.

        """
        order = Order(work, self.config.engine, self.config.engine_environment, cache=self.cache_of(owner))
        async with self._aside:
            return await self._perform(order)

    def cache_of(self, owner: str) -> ResultCache | None:
        """What was made before of the sound of ``owner``, where that is kept."""
        return replace(self._cache, owner=owner) if self._cache.limit else None

    def recover(self) -> None:
        """Put back the jobs of instances that are no more, and clear away what they left."""
        for instance in self.instance.bury(self.store.claimants() | self.media.workers_at()):
            if self.store.release(instance, crashed=True):
                logger.warning("put back the jobs of a studio process that ended in the middle of them")
            self.media.clean(instance)
        if self.instance.is_alone():
            self.store.adopt(self.config.engine)

    def tidy(self) -> None:
        """Delete what dead processes were writing beside finished audio; after :meth:`recover`."""
        alone = self.instance.is_alone()
        remove_abandoned_drafts(self.media.media, self.instance.began if alone else None)

    def sweep(self) -> None:
        """Bring media and jobs in line, which deletes nothing but what has been in the trash long enough."""
        done = reconcile(self.store, self.media)
        if done.restored:
            logger.warning(
                "%s did not know %s finished jobs whose audio is here; they are back: %s",
                DATABASE,
                len(done.restored),
                ", ".join(map(str, done.restored[:20])),
            )
        for job_id, why in list(done.left.items())[:20]:
            logger.warning("media/%s is kept and belongs to no job: %s", job_id, why)
        let_go(self.config, self.store, self.media)
        self.media.empty_trash()
        self._cache.make_room()
        self.store.forget_secrets(SECRETS_KEPT)

    def _make_room(self) -> None:
        """Empty the trash and the cache at once where the disk is nearly full."""
        if shutil.disk_usage(self.config.data_dir).free < ROOM_WANTED:
            self.media.empty_trash(older_than=0)
            self._cache.clear()

    async def _recover_now_and_then(self) -> None:
        swept = anyio.current_time()
        while True:
            await anyio.sleep(RECOVER_EVERY)
            try:
                await to_thread.run_sync(self.recover)
                await to_thread.run_sync(self._make_room)
                if anyio.current_time() - swept > SWEEP_EVERY:
                    swept = anyio.current_time()
                    await to_thread.run_sync(self.sweep)
                    await to_thread.run_sync(self.tidy)
            except (OSError, sqlite3.Error) as error:
                self._no_care.failed(error)
            else:
                self._no_care.over()

    async def _settle(self, job: StoredJob, result: Result, folder: Path, slot: Slot) -> End:
        """Write down what became of ``job``."""
        outcome = result.outcome
        if outcome is None and result.error is None:
            return "stopped"
        if outcome is not None and not await to_thread.run_sync(output_folder_is_whole, outcome, folder):
            logger.error("the engine's outcome of job %s lacks a master", job.id)
            outcome, result = None, Result(error="the engine left no audio; this is a fault in the engine")
        if outcome is None:
            await self._written(slot, self._write_failure, job, result.error or "unknown")
            return "failed"
        columns = result_columns(job, outcome) | {"completed_at": now()}
        asked = await to_thread.run_sync(self.store.job, job.id) or job  # it may have another title by now
        ended = StoredJob.model_validate(asked.model_dump() | columns)
        await self._written(slot, write_record, folder, ended)
        await self._written(slot, self.media.publish, folder, job.id)
        if not await self._written(slot, self.store.finish, job.id, self.instance.id, columns):
            await to_thread.run_sync(self.sweep)  # deleted, or another studio found these media
            found = await to_thread.run_sync(self.store.job, job.id)
            return "completed" if found and found.status == "COMPLETED" else "stopped"
        self.wake()
        await to_thread.run_sync(let_go, self.config, self.store, self.media)
        return "completed"

    async def _end_deleted(self) -> None:
        """End the work on jobs that are no longer ours, whatever code it is in and whoever deleted them."""
        while True:
            await anyio.sleep(LOOK_FOR_DELETED_EVERY)
            if not (running := dict(self._running)):
                continue
            try:
                held = await to_thread.run_sync(self.store.held, self.instance.id)
            except sqlite3.Error:  # whoever writes next says so
                continue
            for job_id in running.keys() - held:
                running[job_id].cancel()

    @contextmanager
    def _until_deleted(self, job_id: int) -> Iterator[None]:
        """What is done for a job; raises :class:`_Deleted` as soon as that is known to be gone."""
        with anyio.CancelScope() as scope:
            self._running[job_id] = scope
            try:
                yield
            finally:
                del self._running[job_id]
        if scope.cancelled_caught:
            raise _Deleted

    async def _fail(self, run: Run, slot: Slot, message: str) -> None:
        run.end = "failed"
        try:
            await self._written(slot, self._write_failure, run.job, message)
        except sqlite3.Error:
            logger.exception("the job store does not take the failure of job %s", run.job.id)

    async def _put_back(self, run: Run, slot: Slot) -> None:
        try:
            if await self._written(slot, self._release, run.job) == 0:
                run.end = "failed"
        except sqlite3.Error:
            logger.exception("the job store does not take job %s back", run.job.id)

    async def _written(self, slot: Slot, function: Callable[..., T], *args: object) -> T:
        """What ``function`` writes down, as soon as the store and the disk take it.

        Meanwhile what it writes is kept, and its place at work is free for others.
        """
        began, pause = anyio.current_time(), 0.2
        while True:
            try:
                return await to_thread.run_sync(function, *args)
            except (sqlite3.OperationalError, OSError) as error:
                if isinstance(error, OSError) and anyio.current_time() - began > DISK_PATIENCE:
                    raise
                if slot.release():
                    logger.warning("what became of a job can't be written down yet (%s)", error)
            await anyio.sleep(pause)
            pause = min(2 * pause, 10.0)

    def _write_failure(self, job: StoredJob, message: str) -> None:
        line = one_line(message, LONGEST_FAILURE)
        self.store.finish(job.id, self.instance.id, {"status": "FAILED", "error_message": line})

    def _release(self, job: StoredJob) -> int:
        return self.store.release(self.instance.id, job.id, crashed=True)

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


def store_path(config: StudioConfig) -> Path:
    return config.data_dir / DATABASE
