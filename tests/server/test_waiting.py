"""A job is never lost: not when the call's patience ends, not when the server is killed."""

import os
import signal
from pathlib import Path

import anyio
import pytest
from mcp import Client

from audiopod_mcp.api import AudioPodClient, RateLimits
from audiopod_mcp.server import Service, build_server
from tests.api.faulty import FaultyService, serving
from tests.api.quick import KEY, QuickClock
from tests.processes import children, is_alive

from .sessions import BEEPER, ERAS, Progress, finished, parameters, session

pytestmark = [pytest.mark.anyio, pytest.mark.slow]

LONG = {"mode": "prompt2instrumental", "caption": "slow 3"}


@pytest.mark.parametrize("era", ERAS)
async def test_a_call_that_outlives_its_wait_returns_the_running_job_and_get_job_finishes_it(era, tmp_path):
    async with session("stdio", era, tmp_path, AUDIOPOD_MAX_WAIT="1", **BEEPER) as client:
        result = await client.call_tool("generate_music", LONG)
        assert not result.is_error
        assert result.structured_content["status"] in {"PENDING", "PROCESSING"}
        job_id = result.structured_content["job_id"]
        call = f'get_job {{"job_id": {job_id}, "wait_seconds": 1}}'
        assert result.structured_content["next"] == call
        assert f"Next: {call}" in result.content[0].text

        progress = Progress()
        result = await client.call_tool(
            "get_job", {"job_id": job_id, "wait_seconds": 90}, progress_callback=progress
        )
        assert "next" not in result.structured_content
        assert result.structured_content["status"] == "COMPLETED"
        assert progress.seen == sorted(set(progress.seen))
        assert len(progress.seen) >= 2


async def test_get_job_waits_unless_it_is_told_not_to():
    """Else a model that only asks how a job is would ask again and again."""
    clock = QuickClock()
    async with serving(FaultyService()) as service:
        job = {"job_id": service.add_job(status="PROCESSING")["id"]}

        def connect(key):
            return AudioPodClient(service.url, api_key=key, clock=clock, rates=RateLimits(clock))

        async with Client(build_server(Service(connect, api_key=KEY, max_wait=30))) as client:
            for arguments, waited in (
                (job, 30),
                (job | {"wait_seconds": 7}, 7),
                (job | {"wait_seconds": 0}, 0),
            ):
                began = clock.now()
                state = await client.call_tool("get_job", arguments)
                assert state.structured_content["status"] == "PROCESSING"
                assert clock.now() - began == pytest.approx(waited, abs=1)


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="looks processes up in /proc")
async def test_a_killed_server_loses_nothing_and_leaves_no_orphan(tmp_path):
    beeper = BEEPER | {"BEEPER_LOG": str(tmp_path / "log")}
    running = parameters(tmp_path, AUDIOPOD_MAX_WAIT="1", **beeper)
    process = await anyio.open_process([running.command, *running.args], env=running.env, stderr=None)
    messages = [
        '{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},'
        '"clientInfo":{"name":"test","version":"1"}}}',
        '{"jsonrpc":"2.0","method":"notifications/initialized"}',
        '{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"generate_music","arguments":'
        '{"mode":"prompt2instrumental","caption":"first 60"}}}',  # slow the first time only
    ]
    await process.stdin.send(("\n".join(messages) + "\n").encode())
    received = b""
    with anyio.fail_after(60):
        while b'"id":2' not in received:
            received += await process.stdout.receive()
    assert b"PROCESSING" in received or b"PENDING" in received
    with anyio.fail_after(30):
        while not (tmp_path / "log").exists():  # written when the engine begins
            await anyio.sleep(0.05)
    workers = children(process.pid)
    assert workers
    os.kill(process.pid, signal.SIGKILL)
    await process.wait()
    with anyio.fail_after(30):
        while any(is_alive(worker) for worker in workers):
            await anyio.sleep(0.1)

    async with session("stdio", "2026-07-28", tmp_path, **beeper) as client:
        (job,) = (await client.call_tool("list_jobs", {})).structured_content["jobs"]
        done = await finished(client, "get_job", {"job_id": job["job_id"], "wait_seconds": 60})
    assert done["audio_duration"] == 1
