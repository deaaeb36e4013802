"""On Windows the usual event loop is none that psycopg can wait on."""

import asyncio

import anyio
import pytest
import uvicorn

from audiopod_mcp.event_loops import loop_name, loop_options


@pytest.mark.parametrize(
    ("platform", "database_url", "chosen"),
    [("win32", "postgresql://x/y", True), ("win32", None, False), ("linux", "postgresql://x/y", False)],
)
def test_a_process_that_asks_postgresql_on_windows_runs_on_a_selector(
    monkeypatch, platform, database_url, chosen
):
    monkeypatch.setattr("audiopod_mcp.event_loops.sys.platform", platform)
    options = loop_options(database_url)
    factory = uvicorn.Config(None, loop=loop_name(database_url)).get_loop_factory
    monkeypatch.undo()
    assert options == ({"loop_factory": asyncio.SelectorEventLoop} if chosen else {})
    if chosen:
        assert factory() is asyncio.SelectorEventLoop

        async def loop():
            return asyncio.get_running_loop()

        assert isinstance(anyio.run(loop, backend_options=options), asyncio.SelectorEventLoop)
