"""Which event loop a process runs on: psycopg can't wait on the one that is usual on Windows."""

from __future__ import annotations

import sys
from typing import Any, Final

_SELECTOR: Final = "asyncio:SelectorEventLoop"


def loop_name(database_url: str | None) -> str:
    """The loop as uvicorn is told of it, for a process that asks the database at ``database_url``, if any."""
    return _SELECTOR if database_url is not None and sys.platform == "win32" else "auto"


def loop_options(database_url: str | None) -> dict[str, Any]:
    """The same as anyio's ``backend_options``."""
    if loop_name(database_url) != _SELECTOR:
        return {}
    import asyncio

    return {"loop_factory": asyncio.SelectorEventLoop}
