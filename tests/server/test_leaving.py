"""Whoever leaves in the middle of a call, however they leave, finds their job again, made once."""

import base64

import anyio
import pytest

from .sessions import BEEPER, ERAS, TRANSPORTS, finished, http_server, session

pytestmark = [pytest.mark.anyio, pytest.mark.slow]

LONG = {"mode": "prompt2instrumental", "caption": "slow 2"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("leaving")


@pytest.fixture(scope="module")
def url(folder):
    with http_server(folder, **BEEPER) as url:
        yield url


@pytest.mark.parametrize("era", ERAS)
@pytest.mark.parametrize("transport", TRANSPORTS)
@pytest.mark.parametrize("how", ["cancels the call", "goes away"])
async def test_the_job_is_still_there(transport, era, how, folder, url, tmp_path):
    folder = tmp_path if transport == "stdio" else folder
    name = f"{transport} {era} {how}"
    begun = anyio.Event()

    async def progress(done, total, message):
        if done > 1:
            begun.set()

    async def leave(scope):
        with anyio.fail_after(60):
            await begun.wait()
        scope.cancel()

    with anyio.CancelScope() as away:
        async with session(transport, era, folder, url, **BEEPER) as client:
            async with anyio.create_task_group() as group:
                group.start_soon(leave, group.cancel_scope if how == "cancels the call" else away)
                await client.call_tool(
                    "generate_music", LONG | {"display_name": name}, progress_callback=progress
                )
            assert (await client.call_tool("list_jobs", {})).structured_content["total"] >= 1

    async with session(transport, era, folder, url, **BEEPER) as client:
        found = (await client.call_tool("list_jobs", {"search": name})).structured_content
        assert found["total"] == 1
        job_id = found["jobs"][0]["job_id"]
        job = await finished(client, "get_job", {"job_id": job_id, "wait_seconds": 60})
        assert job["audio_duration"] == 1
        (audio,) = (await client.read_resource(f"audiopod://jobs/{job_id}/audio")).contents
        assert base64.b64decode(audio.blob)[:4] == b"fLaC"
