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
async def test_the_job_is_still_there(transport, era, folder, url, tmp_path):
    folder = tmp_path if transport == "stdio" else folder
    cancels, goes = (f"{transport} {era} {how}" for how in ("cancels the call", "goes away"))

    async def leave_in_the_middle(client, name, scope):
        """Call a tool, and cancel the scope as soon as its job is worked on."""
        begun = anyio.Event()

        async def progress(done, total, message):
            if done > 1:
                begun.set()

        async def leave():
            with anyio.fail_after(60):
                await begun.wait()
            scope.cancel()

        async with anyio.create_task_group() as group:
            group.start_soon(leave)
            await client.call_tool(
                "generate_music", LONG | {"display_name": name}, progress_callback=progress
            )

    with anyio.CancelScope() as away:
        async with session(transport, era, folder, url, **BEEPER) as client:
            with anyio.CancelScope() as call:
                await leave_in_the_middle(client, cancels, call)
            assert call.cancelled_caught
            assert (await client.call_tool("list_jobs", {})).structured_content["total"] >= 1
            await leave_in_the_middle(client, goes, away)

    async with session(transport, era, folder, url, **BEEPER) as client:
        for name in (cancels, goes):
            found = (await client.call_tool("list_jobs", {"search": name})).structured_content
            assert found["total"] == 1
            job_id = found["jobs"][0]["job_id"]
            job = await finished(client, "get_job", {"job_id": job_id, "wait_seconds": 60})
            assert job["audio_duration"] == 1
            (audio,) = (await client.read_resource(f"audiopod://jobs/{job_id}/audio")).contents
            assert base64.b64decode(audio.blob)[:4] == b"fLaC"
