"""The studio as a service of its own, for other programs and other machines."""

from __future__ import annotations

import ipaddress
import signal
import socket
import sqlite3
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from audiopod_mcp.event_loops import loop_name, loop_options
from audiopod_mcp.settings import SettingsError

from .config import StudioConfig, needs_extra

if TYPE_CHECKING:
    from .jobs.runner import Studio


def serve_studio(config: StudioConfig, host: str, port: int, *, allow_public: bool = False) -> None:
    """Serve until told to stop; jobs under way are then put back, to be done at the next start.

    Raises:
        SettingsError: where an open studio would listen to everybody, there is no such engine, or the data
            folder can't be used.

    """
    import uvicorn
    from starlette.middleware.trustedhost import TrustedHostMiddleware

    from audiopod_mcp.connections import server_options

    from .app import create_studio, open_studio
    from .jobs.unusable import look

    local = is_loopback(host)
    if not local and config.api_keys is None and not allow_public:
        raise SettingsError(
            f"--host: {host} can be reached from other machines, and anybody there could use this studio; "
            "listen on 127.0.0.1, or say --allow-public if that is what you want"
        )
    app = create_studio(config)
    if why := look(config.data_dir):
        raise SettingsError(why)
    if local:  # a web page can make its own name mean this machine, but can't hide that name
        public = urlsplit(config.public_url or "").hostname
        hosts = ["127.0.0.1", "localhost", "[::1]", "::1", *([public] if public else [])]
        app.add_middleware(TrustedHostMiddleware, allowed_hosts=hosts, www_redirect=False)
    app.state.opened = open_studio(config)  # what can't be is told by whoever starts this, in one line
    uvicorn.run(
        app,
        host=host,
        port=port,
        log_config=None,
        access_log=False,
        loop=loop_name(config.database_url),
        timeout_graceful_shutdown=3,
        **server_options(),
    )


def run_worker(config: StudioConfig, metrics: tuple[str, int] | None = None) -> None:
    """Do jobs until told to stop; those under way are then given back, for others to do.

    Args:
        config: how the worker is set up.
        metrics: host and port at which to answer ``/metrics`` and ``/ready`` meanwhile.

    Raises:
        SettingsError: where there is no such engine, or the database, data folder or port can't be used.

    """
    import anyio

    from .app import at_work
    from .engines.registry import make_engine

    make_engine(config.engine, config.engine_environment)

    @asynccontextmanager
    async def working() -> AsyncIterator[None]:
        async with at_work(config) as studio, anyio.create_task_group() as tasks:
            if listener is not None:
                tasks.start_soon(_tell_metrics, studio, listener)
            yield
            tasks.cancel_scope.cancel()

    async def work() -> None:
        if sys.platform == "win32":  # where only Ctrl+C tells, which interrupts
            async with working():
                await anyio.sleep_forever()
        with anyio.open_signal_receiver(signal.SIGTERM, signal.SIGINT) as told:
            async with working():
                async for _ in told:
                    break

    with ExitStack() as opened:
        listener = opened.enter_context(_listening(*metrics)) if metrics else None
        anyio.run(work, backend_options=loop_options(config.database_url))


def _listening(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except OSError as error:
        raise SettingsError(
            f"--metrics: {host} port {port} can't be listened on ({error.strerror}); choose another"
        ) from None


async def _tell_metrics(studio: Studio, listener: socket.socket) -> None:
    """Answer how much there is to do, and was done here, until cancelled."""
    import uvicorn
    from starlette.applications import Starlette

    from audiopod_mcp.connections import server_options

    from .routes import operating
    from .routes.http import on_unusable

    class Server(uvicorn.Server):
        @contextmanager
        def capture_signals(self) -> Iterator[None]:  # they are for the jobs
            yield

    app = Starlette(routes=operating.routes(), exception_handlers={sqlite3.Error: on_unusable})
    app.state.config, app.state.studio = studio.config, studio
    options = uvicorn.Config(app, lifespan="off", log_config=None, access_log=False, **server_options())
    await Server(options).serve(sockets=[listener])


def prepare_database(url: str | None) -> list[str]:
    """Bring the database of many machines to the present schema; what was done, a line each.

    Raises:
        SettingsError: where there is none, or it can't be used.

    """
    if url is None:
        raise SettingsError("--migrate: AUDIOPOD_DATABASE_URL is not set, and a file needs no preparation")
    with needs_extra("AUDIOPOD_DATABASE_URL"):
        from .jobs.postgres import migrate
    try:
        return migrate(url) or ["nothing to do: the database is as this version needs it"]
    except sqlite3.Error as error:
        raise SettingsError(f"AUDIOPOD_DATABASE_URL: {error}") from None


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches ``host``."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host.lower() == "localhost"
