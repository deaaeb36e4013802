"""The life of a job: delivered, its audio collected, done by a worker, its result put in its place."""

from __future__ import annotations

import logging
import sqlite3
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final, TypeVar

import anyio
from anyio import to_thread

from audiopod_mcp.disk import describe_full_studio, is_full
from audiopod_mcp.plain_text import one_line
from audiopod_mcp.studio.config import StudioConfig
from audiopod_mcp.studio.engines.base import Outcome, Work
from audiopod_mcp.studio.engines.registry import load_engine
from audiopod_mcp.studio.media.cache import ResultCache
from audiopod_mcp.studio.media.download import NotFetched
from audiopod_mcp.studio.media.records import write_record
from audiopod_mcp.studio.media.store import MediaStore, NotAnswering
from audiopod_mcp.studio.refused import CanNotRun
from audiopod_mcp.studio.stored_job import StoredJob
from audiopod_mcp.worker_pool import WorkerDied, WorkerPool

from .collecting import Collector
from .journal import End, Run, recorded
from .ledger import LANES, Answers, Lane, Ledger
from .news import News
from .on_demand import OnDemand, in_words, new_folder, working_folder
from .outage import Outage
from .queueing import Delivery, JobQueue
from .rates import Rates
from .result_columns import LONGEST_FAILURE, result_columns
from .slot import Slot
from .store import Store, now
from .task import Order, Result, output_folder_is_whole, perform
from .upkeep import Upkeep
from .watching import NoLongerOurs, Watch

STORE_PATIENCE: Final = 600.0
"""Seconds for which a result that can't be put in its place is kept, and audio that is away waited for."""
LONGEST_WAIT: Final = 60.0
"""Seconds after which to look at the latest whether an answer is there."""
LOOK_AFTER_FAILURE: Final = 1.0
"""Seconds after which to look again where the queue did not answer: something may wait in it by now."""
GOODBYE: Final = 3.0
"""Seconds for putting back what is unfinished."""
_FETCHING: Final = 8.0
"""What fetching counts for in a job's progress, percent."""
RESULT: Final = "result"
"""The folder, in a job's working folder, that the engine writes into."""

_TOO_LONG: Final = (
    "gave up: this took longer than {}, far more than it should, so the process at it was ended; "
    "retry it, and ask for less (shorter, fewer takes) if that happens again"
)

T = TypeVar("T")

logger = logging.getLogger("audiopod_mcp.studio")


@dataclass
class Studio:
    """The parts of a running studio, and the loops that keep its jobs going."""

    config: StudioConfig
    store: Store
    media: MediaStore
    workers: WorkerPool
    queue: JobQueue
    upkeep: Upkeep
    news: News = field(default_factory=News)
    answers: Answers = field(init=False)
    rates: Rates = field(init=False)
    on_demand: OnDemand = field(init=False)
    waiting: Counter[str] = field(default_factory=Counter)
    """How many answers each caller waits for, of those that are made while one waits."""
    _places: dict[Lane, anyio.Semaphore] = field(init=False)
    _ledgers: dict[Lane, Ledger] = field(init=False)
    _watch: Watch = field(init=False)
    _collector: Collector = field(init=False)
    _put: dict[Lane, anyio.Event] = field(default_factory=lambda: {lane: anyio.Event() for lane in LANES})
    _no_store: Outage = field(default_factory=lambda: Outage("the job store does not answer"))

    def __post_init__(self) -> None:
        # What is done while somebody waits leaves a worker to the jobs.
        aside = anyio.Semaphore(max(1, self.config.workers))
        self._places = {"answers": aside, "jobs": anyio.Semaphore(self.config.workers)}
        self._ledgers = {lane: Ledger(self.store.database, lane) for lane in LANES}
        self._watch = Watch(self._ledgers, self.queue.report_every, self.news.tell)
        self.answers = Answers(self.store.database)
        self.rates = Rates(self.store.database, self.config.rate)
        self.on_demand = OnDemand(self.media, self.workers, aside, self.cache_of)
        self._collector = Collector(self.config, self.store, self.media, self.on_demand)

    def wake(self) -> None:
        """There is something new."""
        for event in self._put.values():
            event.set()

    async def work(self, *, answers: bool) -> None:
        """Take what is delivered and do it, as much at a time as configured, until cancelled.

        ``answers`` says whether somebody may wait here for what others do.
        """
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(self.upkeep.keep)
            tasks.start_soon(self.upkeep.clear)
            if answers:
                tasks.start_soon(self.news.keep, self.store.states)
            tasks.start_soon(self.queue.listen, self.wake, self.news if answers else None)
            if not self.config.workers:  # others do it
                return
            tasks.start_soon(self._watch.keep)
            for lane in LANES:
                tasks.start_soon(self._take_all, lane)

    async def _take_all(self, lane: Lane) -> None:
        places = self._places[lane]
        async with anyio.create_task_group() as tasks:
            while True:
                self._put[lane] = anyio.Event()
                await places.acquire()
                look_again = self.queue.look_every
                try:
                    delivery = await self.queue.take(lane)
                except sqlite3.Error as error:
                    delivery, look_again = None, LOOK_AFTER_FAILURE
                    if lane == "jobs":  # once is enough
                        self._no_store.failed(error)
                else:
                    if lane == "jobs":
                        self._no_store.over()
                if delivery:
                    tasks.start_soon(self._deliver, delivery, places)
                    continue
                places.release()  # while there is nothing to take, what has got its audio may go on
                with anyio.move_on_after(look_again):
                    await self._put[lane].wait()

    async def _deliver(self, delivery: Delivery, places: anyio.Semaphore) -> None:
        """Do what a number stands for, until it has ended, or is somebody else's."""
        slot, ledger = Slot(places), self._ledgers[delivery.lane]
        job: StoredJob | None = None
        try:
            while job := await self._written(slot, ledger.begin, delivery.number):
                self.news.tell(ledger.lane, job.id)
                await slot.acquire()
                end = await self._attempt(ledger, job, slot)
                if end == "stopped" and await self._is_anothers(ledger, slot, job):
                    return
                if end != "put back":
                    break
            await self._told(slot, self.queue.done, delivery)
        except anyio.get_cancelled_exc_class():
            with anyio.move_on_after(GOODBYE, shield=True):
                if job is not None:
                    await self._written(slot, ledger.put_back, job.id, job.attempt)
                await self._told(slot, self.queue.give_back, delivery)
            raise
        except sqlite3.Error:
            logger.exception("%s %s can't be done: the job store refuses it", delivery.lane, delivery.number)
        finally:
            slot.release()
            self.wake()

    async def _is_anothers(self, ledger: Ledger, slot: Slot, job: StoredJob) -> bool:
        """Whether somebody else is at ``job``, which is then theirs to end."""
        attempt = await self._written(slot, ledger.attempt, job.id)
        return attempt is not None and attempt != job.attempt

    async def _attempt(self, ledger: Ledger, job: StoredJob, slot: Slot) -> End:
        """One attempt at one job, whose troubles are its own: whatever happens, it ends with a status."""
        with recorded(job) if ledger.lane == "jobs" else nullcontext(Run(job)) as run:
            try:
                async with working_folder(self.media) as folder:
                    with self._watch.over(ledger.lane, job) as told:
                        result = await self._do(ledger.lane, run, folder, slot, told)
                    run.end = await self._settle(ledger, job, result, folder / RESULT, slot)
            except NoLongerOurs:
                run.end = "stopped"
            except WorkerDied:
                logger.warning("the worker process of %s %s died", ledger.lane, job.id)
                again = await self._written(slot, ledger.crashed, job.id, job.attempt)
                run.end = "put back" if again else "failed"
            except (CanNotRun, NotFetched) as reason:
                run.end = await self._fail(ledger, job, slot, str(reason))
            except NotAnswering as error:
                logger.error("%s %s failed: %s", ledger.lane, job.id, error.strerror)
                line = "the object store, which keeps the audio, does not answer; try again in a moment"
                run.end = await self._fail(ledger, job, slot, line)
            except OSError as error:
                if is_full(error):
                    line = describe_full_studio(self.config.data_dir, error)
                else:
                    logger.exception("%s %s failed in the studio", ledger.lane, job.id)
                    why = error.strerror or type(error).__name__
                    line = f"the studio could not store the result ({why})"
                run.end = await self._fail(ledger, job, slot, line)
            except Exception:
                logger.exception("%s %s failed in the studio", ledger.lane, job.id)
                line = "the studio failed unexpectedly; its log says more"
                run.end = await self._fail(ledger, job, slot, line)
            self.news.tell(ledger.lane, job.id)
            return run.end

    async def _do(
        self, lane: Lane, run: Run, folder: Path, slot: Slot, told: Callable[[tuple[float, str]], None]
    ) -> Result:
        job = run.job
        logger.debug("job %s (%s) begins", job.id, job.task)
        remote = any("url" in source for source in job.sources.values())

        async def collected(fraction: float, doing: str) -> None:
            told((fraction * _FETCHING, doing))

        # A slow download keeps nobody from working; and making a stem takes a place of its own.
        if self._collector.takes_time(job.sources):
            slot.release()
        # Who waits for an answer would rather ask again.
        patience = STORE_PATIENCE if lane == "jobs" else 0.0
        sources, original = await self._collector.collect(job.sources, folder, collected, patience)
        await slot.acquire()
        order = Order(
            work=Work(job.task, job.params, sources, original, new_folder(folder, RESULT)),
            engine=self.config.engine,
            environment=self.config.engine_environment,
            audio_format=job.format,
            makes_audio=lane == "jobs",
            data_dir=self.config.data_dir,
            progress_from=_FETCHING if remote else 0.0,
            cache=self.cache_of(job.owner),
        )
        run.collected()
        longest = load_engine(order.engine).longest(order.work)
        try:
            return await self.workers.run(perform, order, end_cancelled=True, longest=longest, told=told)
        except TimeoutError:
            logger.warning("%s took longer than %.0f s and was ended", job.task, longest)
            return Result(error=_TOO_LONG.format(in_words(longest)))

    def cache_of(self, owner: str) -> ResultCache | None:
        """What was made before of the sound of ``owner``, where that is kept."""
        cache = self.upkeep.cache
        return replace(cache, owner=owner) if cache.limit else None

    async def answer(
        self, owner: str, task: str, params: Mapping[str, Any], sources: Mapping[str, Any], most: int
    ) -> Result:
        """Have a task done whose answer somebody waits for.

        Raises:
            TooMany: where ``owner`` waits for the ``most`` answers already, here or elsewhere.
            WorkerDied: where it took its process down.

        """
        values = {"owner": owner, "task": task, "params": dict(params), "sources": dict(sources)}

        def ask() -> int:
            with self.store.database.transaction():
                number = self.answers.ask(self.queue.asker, {**values, "engine": self.config.engine}, most)
                self.queue.put("answers", number, owner)
                return number

        number = await to_thread.run_sync(ask)
        self.wake()
        try:
            with self.news.of("answers", number) as news:
                while (row := await to_thread.run_sync(self.answers.ended, number)) is None:
                    await news.wait(LONGEST_WAIT)
        finally:
            with anyio.CancelScope(shield=True):
                await to_thread.run_sync(self.answers.forget, number)
        if row["crashes"] and row["status"] == "FAILED":
            raise WorkerDied
        return Result(
            Outcome(result=row["result"]) if row["status"] == "COMPLETED" else None, row["error_message"]
        )

    async def _settle(self, ledger: Ledger, job: StoredJob, result: Result, folder: Path, slot: Slot) -> End:
        """Write down what became of ``job``."""
        outcome = result.outcome
        if (
            outcome is not None
            and ledger.lane == "jobs"
            and not await to_thread.run_sync(output_folder_is_whole, outcome, folder)
        ):
            logger.error("the engine's outcome of job %s lacks a master", job.id)
            outcome, result = None, Result(error="the engine left no audio; this is a fault in the engine")
        if outcome is None:
            return await self._fail(ledger, job, slot, result.error or "unknown")
        if ledger.lane == "answers":
            values = {"status": "COMPLETED", "result": outcome.result or {}}
            kept = await self._written(slot, ledger.finish, job.id, job.attempt, values)
            return "completed" if kept else "stopped"
        columns = result_columns(job, outcome) | {"completed_at": now()}
        asked = await self._written(slot, self.store.job, job.id) or job  # it may have another title by now
        ended = StoredJob.model_validate(asked.model_dump() | columns)
        await self._written(slot, write_record, folder, ended)
        if await self._written(slot, ledger.attempt, job.id) != job.attempt:
            return "stopped"  # before what somebody else has published is replaced
        await self._written(slot, self.media.publish, folder, job.id, job.attempt)
        if not await self._written(slot, ledger.finish, job.id, job.attempt, columns):
            # Deleted, begun again by another, or another studio found these media.
            await self._written(slot, self.upkeep.refused, job)
            found = await self._written(slot, self.store.job, job.id)
            return "completed" if found and found.status == "COMPLETED" else "stopped"
        await to_thread.run_sync(self.upkeep.let_go_here)
        return "completed"

    async def _fail(self, ledger: Ledger, job: StoredJob, slot: Slot, message: str) -> End:
        values = {"status": "FAILED", "error_message": one_line(message, LONGEST_FAILURE)}
        try:
            await self._written(slot, ledger.finish, job.id, job.attempt, values)
        except sqlite3.Error:
            logger.exception("the job store does not take the failure of %s %s", ledger.lane, job.id)
        return "failed"

    async def _written(self, slot: Slot, function: Callable[..., T], *args: object) -> T:
        """What ``function`` writes down, as soon as the store and the disk take it.

        Meanwhile what it writes is kept, and its place at work is free for others.
        """
        return await self._told(slot, to_thread.run_sync, function, *args)

    async def _told(self, slot: Slot, function: Callable[..., Awaitable[T]], *args: object) -> T:
        began, pause = anyio.current_time(), 0.2
        while True:
            try:
                return await function(*args)
            except (sqlite3.OperationalError, OSError) as error:
                if isinstance(error, OSError) and anyio.current_time() - began > STORE_PATIENCE:
                    raise
                if slot.release():
                    logger.warning("what became of a job can't be written down yet (%s)", error)
            await anyio.sleep(pause)
            pause = min(2 * pause, 10.0)
