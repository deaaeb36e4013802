"""What the server does while the model that has read the list of tools still thinks."""

import multiprocessing

import anyio
import pytest
from mcp import Client

from audiopod_mcp.hosting import open_service
from audiopod_mcp.server import build_server
from audiopod_mcp.settings import Settings

pytestmark = [pytest.mark.anyio, pytest.mark.slow]


@pytest.fixture
def started(monkeypatch):
    """The processes that this one has started since, with no time lost before that."""
    monkeypatch.setattr("audiopod_mcp.hosting.QUIET_MOMENT", 0.05)
    before = multiprocessing.active_children()
    return lambda: [child for child in multiprocessing.active_children() if child not in before]


async def test_a_worker_is_started_and_nothing_written(tmp_path, started):
    settings = Settings(data_dir=tmp_path / "data", output_dir=tmp_path / "music")
    async with (
        open_service(settings, same_machine=True) as (service, _),
        Client(build_server(service)) as client,
    ):
        assert not started()
        await client.list_tools()
        with anyio.fail_after(30):
            while not started():
                await anyio.sleep(0.02)
        assert not (tmp_path / "data").exists()
        [worker] = started()
        await client.list_tools()
        result = await client.call_tool("list_jobs", {})
        assert not result.is_error
        assert started() == [worker]
    assert not worker.is_alive()


@pytest.mark.parametrize(
    "elsewhere",
    [{"api_key": "ap_x"}, {"base_url": "http://127.0.0.1:9"}, {"engine": "acestep"}],
    ids=lambda elsewhere: next(iter(elsewhere)),
)
async def test_none_is_where_the_music_is_made_elsewhere(tmp_path, started, elsewhere):
    settings = Settings(data_dir=tmp_path / "data", output_dir=tmp_path / "music", **elsewhere)
    async with (
        open_service(settings, same_machine=True) as (service, _),
        Client(build_server(service)) as client,
    ):
        await client.list_tools()
        await anyio.sleep(0.5)
        assert not started()
