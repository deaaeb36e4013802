"""What is told of a request: a line in the debug log and an OpenTelemetry span, without key, ids or query.

Spans go nowhere unless whoever runs the server sets up an exporter of their own.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from opentelemetry import trace
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from audiopod_mcp import __version__

from .errors import AudioPodError

logger = logging.getLogger("audiopod_mcp.api")
tracer = trace.get_tracer("audiopod_mcp.api", __version__)


_TRACEPARENT = "traceparent"
_PROPAGATOR = TraceContextTextMapPropagator()


@dataclass
class Exchange:
    """A request under way."""

    status: int | None = None
    """Of the answer, once there is one."""


def trace_headers() -> dict[str, str]:
    """What tells a service which span a request is part of (W3C Trace Context); empty where nobody traces."""
    found: dict[str, str] = {}
    _PROPAGATOR.inject(found)
    return {name: value for name, value in found.items() if name == _TRACEPARENT}


@contextmanager
def traced(method: str, route: str, host: str) -> Iterator[Exchange]:
    """One request of ``route``, the path without the ids in it; told when it is over, however it ends."""
    exchange, began, problem = Exchange(), time.monotonic(), None
    # Names as OpenTelemetry's conventions for HTTP clients have them.
    attributes = {"http.request.method": method, "url.template": route, "server.address": host}
    with tracer.start_as_current_span(
        f"{method} {route}",
        kind=trace.SpanKind.CLIENT,
        attributes=attributes,
        record_exception=False,
        set_status_on_exception=False,
    ) as span:
        try:
            yield exchange
        except AudioPodError as error:
            exchange.status, problem = error.status, type(error).__name__
            raise
        except BaseException as error:
            problem = type(error).__name__
            raise
        finally:
            if exchange.status is not None:
                span.set_attribute("http.response.status_code", exchange.status)
            if problem is not None:
                span.set_attribute("error.type", problem)
                span.set_status(trace.StatusCode.ERROR)
            seconds = time.monotonic() - began
            logger.debug(
                "%s %s: %s in %.3f s",
                method,
                route,
                " ".join(str(part) for part in (exchange.status, problem) if part),
                seconds,
            )
