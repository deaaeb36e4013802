"""The studio as an ASGI application: AudioPod's Music REST API, from a folder and this machine's CPU."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio
from anyio import to_thread
from starlette.applications import Starlette
from starlette.exceptions import HTTPException

from audiopod_mcp.settings import SettingsError
from audiopod_mcp.worker_pool import WorkerPool

from .config import StudioConfig
from .engines.registry import make_engine
from .jobs.instances import Instance
from .jobs.runner import Studio, store_path
from .jobs.store import Store
from .limiting import LimitBody
from .media.sources import SourceRefused
from .media.store import MediaStore
from .routes import catalogue, jobs, media, openapi, operations
from .routes.http import InvalidFields, on_fault, on_http, on_invalid, on_refused

logger = logging.getLogger("audiopod_mcp.studio")


def create_studio(config: StudioConfig) -> Starlette:
    """The application of a studio. It answers while :func:`running`, which its ASGI lifespan does too.

    Raises:
        audiopod_mcp.settings.SettingsError: where there is no such engine, or its settings are wrong.

    """
    make_engine(config.engine, config.environment)
    app = Starlette(
        routes=[
            *jobs.routes(),
            *catalogue.routes(),
            *operations.routes(),
            *media.routes(),
            *openapi.routes(),
        ],
        exception_handlers={
            HTTPException: on_http,
            InvalidFields: on_invalid,
            SourceRefused: on_refused,
            Exception: on_fault,
        },
        lifespan=running,
    )
    app.add_middleware(LimitBody)
    app.state.config = config
    app.state.studio = None
    return app


@asynccontextmanager
async def running(app: Starlette) -> AsyncIterator[None]:
    """Open the store, take up what was left, do jobs; at the end put back what is not finished."""
    studio = await to_thread.run_sync(_open, app.state.config)
    work = asyncio.create_task(studio.work(), name="studio")
    work.add_done_callback(_tell_fault)
    app.state.studio = studio
    try:
        yield
    finally:
        app.state.studio = None
        work.cancel()
        with anyio.CancelScope(shield=True):
            await asyncio.wait([work])
        studio.workers.close()
        _close(studio)


def _tell_fault(work: asyncio.Task[None]) -> None:
    if not work.cancelled() and (error := work.exception()):
        logger.error("the studio does no more jobs", exc_info=error)


def _open(config: StudioConfig) -> Studio:
    try:
        config.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        instance = Instance(config.data_dir)
        store = Store(store_path(config))
    except (OSError, sqlite3.Error) as error:
        reason = getattr(error, "strerror", None) or error
        raise SettingsError(f"AUDIOPOD_DATA_DIR: {str(config.data_dir)!r} can't be used ({reason})") from None
    studio = Studio(
        config=config,
        store=store,
        media=MediaStore(config.data_dir, instance.id),
        instance=instance,
        # One more than jobs run, so that who waits for an analysis does not wait for a song.
        workers=WorkerPool(config.workers + 1),
    )
    studio.recover()
    studio.sweep()
    return studio


def _close(studio: Studio) -> None:
    if released := studio.store.release(studio.instance.id):
        logger.info("put back %s unfinished jobs", released)
    studio.store.close()
    studio.media.close()
    studio.instance.close()
