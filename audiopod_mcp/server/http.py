"""The server over HTTP: streamable HTTP, SSE for older clients, and a health check."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from mcp.server.transport_security import TransportSecuritySettings
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import BaseRoute, Route

from audiopod_mcp import __version__

from .app import MusicServer
from .json_responses import JsonResponses

LOOPBACK = ("127.0.0.1", "localhost", "[::1]")


def http_app(
    server: MusicServer,
    *,
    allowed_hosts: Sequence[str] = (),
    allowed_origins: Sequence[str] = (),
    streamable: bool = True,
    stateless: bool = False,
    routes: Sequence[BaseRoute] = (),
) -> Starlette:
    """An ASGI app with ``/mcp`` (if ``streamable``), ``/sse``, ``/messages``, ``/health`` and ``routes``.

    Requests must name a loopback address or one of ``allowed_hosts`` as their host, so that no web page
    can reach the server by rebinding its own name. Pages of ``allowed_origins`` may use it. A ``stateless``
    server keeps no sessions, so that the next request may go to another one; SSE has them always.
    """
    hosts = [*LOOPBACK, *allowed_hosts]
    security = TransportSecuritySettings(
        enable_dns_rebinding_protection=True,
        allowed_hosts=[form for host in hosts for form in (host, f"{host}:*")],
        allowed_origins=[
            form
            for host in hosts
            for scheme in ("http", "https")
            for form in (f"{scheme}://{host}", f"{scheme}://{host}:*")
        ]
        + [*allowed_origins],
    )
    sse = server.sse_app(transport_security=security)
    streams = (
        server.streamable_http_app(transport_security=security, stateless_http=stateless)
        if streamable
        else None
    )

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        if streams is None:
            yield
            return
        async with server.session_manager.run():
            yield

    return Starlette(
        routes=[
            Route("/health", _health),
            *(streams.routes if streams else ()),
            *sse.routes,
            *routes,
        ],
        middleware=[*_cross_origin(allowed_origins), Middleware(JsonResponses)],
        lifespan=lifespan,
    )


def _cross_origin(origins: Sequence[str]) -> list[Middleware]:
    """What tells browsers that pages of ``origins`` may ask and read, keys included."""
    if not origins:
        return []
    return [
        Middleware(
            CORSMiddleware,
            allow_origins=[*origins],
            allow_methods=["GET", "POST", "DELETE"],
            allow_headers=["*"],
            expose_headers=["Mcp-Session-Id", "WWW-Authenticate"],
            max_age=600,
        )
    ]


async def _health(_: Request) -> JSONResponse:
    return JSONResponse({"status": "ok", "version": __version__})
