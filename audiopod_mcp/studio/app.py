"""The studio as an ASGI application: AudioPod's Music REST API, from a folder and this machine's CPU."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from functools import partial

import anyio
from anyio import to_thread
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from audiopod_mcp.settings import SettingsError
from audiopod_mcp.worker_pool import WorkerPool

from .config import StudioConfig, needs_extra
from .engines.registry import make_engine
from .jobs.instances import Instance
from .jobs.local_queue import LocalQueue
from .jobs.queueing import JobQueue
from .jobs.recovery import keep_record
from .jobs.runner import Studio
from .jobs.shared_file import SharedFile
from .jobs.store import Store
from .jobs.transactions import Database
from .jobs.unusable import DATABASE, explain
from .jobs.upkeep import Upkeep
from .limiting import LimitBody
from .media.cache import ResultCache
from .media.sources import SourceRefused
from .media.store import MediaStore, NotAnswering
from .routes import catalogue, jobs, media, openapi, operating, operations, scores, stem_extraction
from .routes.http import (
    InvalidFields,
    on_fault,
    on_gone,
    on_http,
    on_invalid,
    on_no_answer,
    on_refused,
    on_unusable,
)

logger = logging.getLogger("audiopod_mcp.studio")


def create_studio(config: StudioConfig, workers: WorkerPool | None = None) -> Starlette:
    """The application of a studio. It answers while :func:`running`, which its ASGI lifespan does too.

    It closes ``workers``, its processes, when it ends; by default it makes them itself.

    Raises:
        audiopod_mcp.settings.SettingsError: where there is no such engine, or its settings are wrong.

    """
    make_engine(config.engine, config.engine_environment)
    app = Starlette(
        routes=[
            *jobs.routes(),
            *catalogue.routes(),
            *operations.routes(),
            *media.routes(),
            *scores.routes(),
            *stem_extraction.routes(),
            *openapi.routes(),
            *operating.routes(),
        ],
        exception_handlers={
            HTTPException: on_http,
            InvalidFields: on_invalid,
            SourceRefused: on_refused,
            sqlite3.Error: on_unusable,
            NotAnswering: on_no_answer,
            ClientDisconnect: on_gone,
            Exception: on_fault,
        },
        lifespan=running,
    )
    app.add_middleware(LimitBody)
    app.state.config = config
    app.state.workers = workers
    app.state.studio = None
    app.state.opened = None
    return app


@asynccontextmanager
async def running(app: Starlette) -> AsyncIterator[None]:
    """Open the store, take up what was left, do jobs; at the end put back what is not finished.

    A studio that is ``app.state.opened`` already is taken over.
    """
    opened, app.state.opened = app.state.opened, None
    async with at_work(app.state.config, app.state.workers, opened, answers=True) as studio:
        app.state.studio = studio
        try:
            yield
        finally:
            app.state.studio = None


@asynccontextmanager
async def at_work(
    config: StudioConfig,
    workers: WorkerPool | None = None,
    opened: Studio | None = None,
    *,
    answers: bool = False,
) -> AsyncIterator[Studio]:
    """A studio, perhaps ``opened`` before, that does jobs while the context lasts.

    ``answers`` says whether it answers requests, too.

    Raises:
        audiopod_mcp.settings.SettingsError: where the database or the folder can't be used.

    """
    studio = opened if opened is not None else await to_thread.run_sync(open_studio, config, workers)
    work = asyncio.create_task(studio.work(answers=answers), name="studio")
    work.add_done_callback(_tell_fault)
    try:
        yield studio
    finally:
        work.cancel()
        with anyio.CancelScope(shield=True):
            await asyncio.wait([work])
            await _close(studio)


def _tell_fault(work: asyncio.Task[None]) -> None:
    if not work.cancelled() and (error := work.exception()):
        logger.error("the studio does no more jobs", exc_info=error)


def new_workers(config: StudioConfig) -> WorkerPool:
    """One process more than jobs run, so that who waits for an analysis does not wait for a song."""
    return WorkerPool(config.workers + 1)


def open_studio(config: StudioConfig, workers: WorkerPool | None = None) -> Studio:
    """Open what a studio works with. Blocks.

    Raises:
        audiopod_mcp.settings.SettingsError: where the database or the folder can't be used.

    """
    try:
        return _opened(config, workers or new_workers(config))
    except (OSError, sqlite3.Error, NotImplementedError) as error:
        raise SettingsError(explain(error, config.data_dir)) from error


def _opened(config: StudioConfig, workers: WorkerPool) -> Studio:
    config.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    with ExitStack() as opened:  # what is open is closed again where the rest can't be opened
        instance = Instance(config.data_dir)
        opened.callback(instance.close)
        media = _media(config, instance)
        opened.callback(media.close)
        database, queue = _stored(config, instance, media)
        opened.callback(database.close)
        store = Store(database, on_change=partial(keep_record, media))
        cache = ResultCache(config.data_dir / "cache", config.cache_mb * 10**6)
        shared = config.database_url is not None
        upkeep = Upkeep(config, store, media, instance, queue, cache, shared=shared)
        studio = Studio(config, store, media, workers, queue, upkeep)
        if isinstance(database, SharedFile):
            database.on_move = upkeep.sweep
        upkeep.sweep()  # what is finished is not to be done again
        if isinstance(queue, LocalQueue):
            queue.recover()
        upkeep.tidy()
        opened.pop_all()
        return studio


def _media(config: StudioConfig, instance: Instance) -> MediaStore:
    """Where audio is kept."""
    if config.media_url is None:
        return MediaStore(config.data_dir, instance.id)
    if config.database_url is None:
        raise SettingsError("AUDIOPOD_MEDIA_URL: it goes with AUDIOPOD_DATABASE_URL alone; set both or none")
    if config.keep_gb is not None:
        raise SettingsError("AUDIOPOD_KEEP_GB: an object store is not measured; set AUDIOPOD_KEEP_DAYS")
    with needs_extra("AUDIOPOD_MEDIA_URL"):
        from .media.bucket import BucketMedia
    return BucketMedia(config.data_dir, instance.id, config.media_url)


def _stored(config: StudioConfig, instance: Instance, media: MediaStore) -> tuple[Database, JobQueue]:
    """Where jobs are kept, and what delivers them."""
    if config.database_url is None:
        file = SharedFile(config.data_dir / DATABASE)
        return file, LocalQueue(config, file, instance, media)
    with needs_extra("AUDIOPOD_DATABASE_URL"):
        from .jobs.postgres import PostgresDatabase
        from .jobs.postgres_queue import PostgresQueue
    database = PostgresDatabase(config.database_url)
    try:
        database.check_version()
    except BaseException:
        database.close()
        raise
    return database, PostgresQueue(config, config.database_url, database)


async def _close(studio: Studio) -> None:
    studio.workers.close()
    try:
        await studio.queue.close()
    except sqlite3.Error as error:  # the next start puts them back
        logger.error("%s", explain(error, studio.config.data_dir))

    def close() -> None:
        studio.store.close()
        studio.media.close()
        studio.upkeep.instance.close()

    await to_thread.run_sync(close)
