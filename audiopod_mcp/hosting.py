"""Where the pieces meet: the MCP server on one side, the cloud or the embedded studio on the other."""

from __future__ import annotations

import logging
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from importlib import import_module
from typing import TYPE_CHECKING

import anyio
from anyio import to_thread
from anyio.abc import TaskGroup, TaskStatus

from audiopod_mcp.api import AudioPodClient
from audiopod_mcp.server import AutoSaver, Service
from audiopod_mcp.server.saving import remove_abandoned
from audiopod_mcp.settings import DEFAULT_ENGINE, Settings, SettingsError
from audiopod_mcp.worker_pool import WorkerPool

if TYPE_CHECKING:
    import httpx
    from starlette.routing import BaseRoute
    from starlette.types import ASGIApp, Receive, Scope, Send

    from audiopod_mcp.studio.config import StudioConfig

STUDIO_URL = "http://studio.local"
LONGEST_GOODBYE = 4.0
"""Seconds for putting back what is unfinished."""
QUIET_MOMENT = 1.0
"""Seconds for which what is not urgent leaves the machine to the host, which starts more than this server."""
UNUSED = 300.0
"""Seconds after which a worker that was started ahead of its work is let go again."""

logger = logging.getLogger("audiopod_mcp")


class EmbeddedStudio:
    """The studio in this process, started by the first request that needs it.

    Its code and one worker are fetched before, while the model that has read the list of tools still thinks:
    that takes longer than a short song does.
    """

    def __init__(
        self, settings: Settings, tasks: TaskGroup, *, local_files: bool, public_url: str | None
    ) -> None:
        self._settings = settings
        self._tasks = tasks
        self._local_files = local_files
        self._public_url = public_url
        self._app: ASGIApp | None = None
        self._workers: WorkerPool | None = None
        self._is_getting_ready = False
        self._told: str | None = None
        self._starting = anyio.Lock()
        self._stop = anyio.Event()
        self.stopped = anyio.Event()

    def stop(self) -> None:
        """Put back what is unfinished, end the workers, then set :attr:`stopped`."""
        self._stop.set()
        if self._app is None:
            if self._workers is not None:
                self._workers.close()
            self.stopped.set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            app = await self._started()
        except Exception as error:  # noqa: BLE001 - the answer, and the log, say so
            app = self._refusal(error)
        await app(scope, receive, send)

    async def look_ahead(self) -> None:
        """Say soon, in the log, where the data folder is there and can't be used."""

        def look() -> str | None:
            if not self._settings.data_dir.exists():
                return None
            from audiopod_mcp.studio.jobs.unusable import look

            return look(self._settings.data_dir)

        await anyio.sleep(QUIET_MOMENT)
        if why := await to_thread.run_sync(look):
            self._log(why)

    def get_ready(self) -> None:
        """Prepare for the first job, soon and beside everything else, where this computer does the jobs."""
        here = self._settings.engine == DEFAULT_ENGINE and self._settings.database_url is None
        if here and not self._is_getting_ready:
            self._is_getting_ready = True
            self._tasks.start_soon(self._get_ready)

    async def _get_ready(self) -> None:
        await anyio.sleep(QUIET_MOMENT)
        try:
            config, workers = await self._parts()
            await to_thread.run_sync(import_module, "audiopod_mcp.api.transport")
            from audiopod_mcp.studio.jobs.task import get_ready

            if not self._stop.is_set():
                workers.get_ready(get_ready, config.engine, config.engine_environment, unused=UNUSED)
        except Exception as error:  # noqa: BLE001 - the first request will say so
            logger.debug("could not prepare for the first job: %r", error)
        finally:
            self._is_getting_ready = False

    def _refusal(self, error: Exception) -> ASGIApp:
        """What answers instead of a studio that did not start: final, for nothing was stored."""
        from starlette.responses import JSONResponse

        if isinstance(error, SettingsError):
            why = str(error)
            self._log(why)
        else:
            why = f"it does not start ({type(error).__name__}); its log says more"
            logger.error("the studio does not start", exc_info=error)
        return JSONResponse({"detail": why}, 507)

    def _log(self, why: str) -> None:
        if why != self._told:
            self._told = why
            logger.error("%s", why)

    def transport(self) -> httpx.AsyncBaseTransport:
        import httpx

        return httpx.ASGITransport(self, raise_app_exceptions=False)

    async def _started(self) -> ASGIApp:
        async with self._starting:
            if self._app is None:
                self._app = await self._tasks.start(self._run)
            return self._app

    async def _run(self, *, task_status: TaskStatus[ASGIApp]) -> None:
        config, workers = await self._parts()
        from audiopod_mcp.studio.app import create_studio, running

        app = create_studio(config, workers)
        started = False
        try:
            async with running(app):
                started = True
                task_status.started(app)
                await self._stop.wait()
        finally:
            if started:  # else the next request tries again
                self.stopped.set()

    async def _parts(self) -> tuple[StudioConfig, WorkerPool]:
        """What a studio is made of, its code being imported beside whatever else is going on."""
        await to_thread.run_sync(import_module, "audiopod_mcp.studio.app")
        from audiopod_mcp.studio.app import new_workers
        from audiopod_mcp.studio.config import StudioConfig

        settings = self._settings
        config = StudioConfig.from_settings(
            settings,
            local_folders=settings.readable_folders() if self._local_files else (),
            tell_files=self._local_files and settings.media_url is None,
            public_url=self._public_url or STUDIO_URL,
        )
        if self._workers is None:
            self._workers = new_workers(config)
        return config, self._workers


@asynccontextmanager
async def open_service(
    settings: Settings, *, same_machine: bool, public_url: str | None = None
) -> AsyncIterator[tuple[Service, EmbeddedStudio | None]]:
    """The music service that ``settings`` name, and the studio if it is embedded.

    ``same_machine`` says that every caller sits at this machine over stdio, so that files may be read and
    written for them. ``public_url`` is where callers reach the embedded studio's media over HTTP.

    Raises:
        SettingsError: where the studio is to be embedded and its engine can't be used.

    """
    if settings.service_url is None and settings.engine != DEFAULT_ENGINE:  # which is there, so nobody waits
        from audiopod_mcp.studio.engines.registry import make_engine

        make_engine(settings.engine, settings.environment)
    async with anyio.create_task_group() as tasks:
        url = settings.service_url
        studio = (
            None if url else EmbeddedStudio(settings, tasks, local_files=same_machine, public_url=public_url)
        )

        if studio is not None:
            tasks.start_soon(studio.look_ahead)

        def connect(key: str | None) -> AudioPodClient:
            if studio is None:
                assert url is not None  # noqa: S101
                return AudioPodClient(url, api_key=key, private_hosts=settings.allow_private_urls)
            return AudioPodClient(
                STUDIO_URL, api_key=key, transport=studio.transport(), limits=False, name="The studio"
            )

        drawers = WorkerPool(os.cpu_count() or 1)
        service = Service(
            connect=connect,
            api_key=settings.api_key,
            embedded=studio is not None,
            local_files=same_machine and studio is not None,
            output_dir=settings.output_dir if same_machine else None,
            auto_saver=AutoSaver(settings.output_dir, settings.data_dir / "saved", tasks.start_soon, drawers)
            if same_machine and settings.auto_save
            else None,
            max_wait=settings.max_wait,
            confirm_above=settings.confirm_above,
            model_settings=studio is None or settings.engine != DEFAULT_ENGINE,
            toolset=settings.toolset,
            links_as_text=settings.links_as_text,
            spawn=tasks.start_soon,
            get_ready=studio.get_ready if studio else None,
            drawers=drawers,
        )
        if same_machine:
            tasks.start_soon(anyio.to_thread.run_sync, remove_abandoned, settings.output_dir)
        try:
            yield service, studio
        finally:
            with anyio.CancelScope(shield=True):
                await service.aclose()
            if studio is not None:
                studio.stop()
                await studio.stopped.wait()
            tasks.cancel_scope.cancel()  # nobody is left to tell what becomes of the jobs


async def serve_stdio(settings: Settings) -> None:
    """Serve one host on standard input and output until it goes away."""
    from audiopod_mcp.server import build_server

    async with (
        open_service(settings, same_machine=True) as (service, studio),
        anyio.create_task_group() as tasks,
    ):
        if sys.platform != "win32":
            tasks.start_soon(_end_in_order, studio)
        await build_server(service).run_stdio_async()
        tasks.cancel_scope.cancel()


async def _end_in_order(studio: EmbeddedStudio | None) -> None:
    """When told to stop, put back what is unfinished first: reading standard input can't be cancelled."""
    with anyio.open_signal_receiver(signal.SIGTERM, signal.SIGINT) as signals:
        told = await anext(signals)
        if studio is not None:
            studio.stop()
            with anyio.move_on_after(LONGEST_GOODBYE):
                await studio.stopped.wait()
    signal.signal(told, signal.SIG_DFL)
    signal.raise_signal(told)


async def serve_http(
    settings: Settings,
    host: str,
    port: int,
    allowed_hosts: tuple[str, ...],
    streamable: bool,
    public_url: str | None = None,
    allowed_origins: tuple[str, ...] = (),
    stateless: bool = False,
) -> None:
    """Serve any number of clients over HTTP until the process is told to stop.

    The studio's audio, if it is embedded, is served beside it under ``/media``; links to it begin with
    ``public_url`` or, without one, with the address itself.
    """
    import uvicorn
    from starlette.routing import Mount

    from audiopod_mcp.connections import server_options
    from audiopod_mcp.server import build_server
    from audiopod_mcp.server.http import http_app
    from audiopod_mcp.server.webhooks import Webhooks

    name = f"[{host}]" if ":" in host else host
    public_url = public_url or f"http://{'127.0.0.1' if host in {'0.0.0.0', '::'} else name}:{port}"  # noqa: S104
    async with AsyncExitStack() as opened:
        service, studio = await opened.enter_async_context(
            open_service(settings, same_machine=False, public_url=public_url)
        )
        routes: list[BaseRoute] = []
        if studio is not None:
            routes = [Mount("/media", _under("/media", studio))]
        elif settings.webhook_secrets:
            look_now = await opened.enter_async_context(looks_of_all(settings, service))
            routes = [*Webhooks(settings.webhook_secrets, look_now).routes()]
        app = http_app(
            build_server(service),
            allowed_hosts=[name, *allowed_hosts],
            allowed_origins=allowed_origins,
            streamable=streamable,
            stateless=stateless,
            routes=routes,
        )
        config = uvicorn.Config(
            app,
            host=host,
            port=port,
            log_config=None,
            access_log=False,
            timeout_graceful_shutdown=2,
            **server_options(),
        )
        # When it has stopped it sends itself the signal again, which must not end us before the studio.
        signal.signal(signal.SIGTERM, lambda *_: None)
        await uvicorn.Server(config).serve()


@asynccontextmanager
async def looks_of_all(settings: Settings, service: Service) -> AsyncIterator[Callable[[int], None]]:
    """What has the waits for a job look at once: here, and in all servers that share a database.

    Raises:
        SettingsError: where the database's address can't be read, or what it takes is not installed.

    """
    if settings.database_url is None:
        yield service.look_now
        return
    import sqlite3

    from audiopod_mcp.studio.config import needs_extra

    with needs_extra("AUDIOPOD_DATABASE_URL"):
        from audiopod_mcp.studio.jobs.notices import among_all

    def heard(told: str) -> None:
        if told.isascii() and told.isdecimal():
            service.look_now(int(told))

    async with AsyncExitStack() as opened:
        try:
            tell = await opened.enter_async_context(among_all(settings.database_url, "ended", heard))
        except sqlite3.Error as error:
            raise SettingsError(f"AUDIOPOD_DATABASE_URL: {error}") from None

        def look_now(job_id: int) -> None:
            service.look_now(job_id)
            tell(str(job_id))

        yield look_now


def _under(prefix: str, app: ASGIApp) -> ASGIApp:
    """``app`` seeing the whole path again, which ``Mount`` has split."""

    async def whole(scope: Scope, receive: Receive, send: Send) -> None:
        await app({**scope, "root_path": scope.get("root_path", "").removesuffix(prefix)}, receive, send)

    return whole
