"""Servers that die in the middle of a job: nothing is lost, nothing is left behind."""

import json
import signal
import sqlite3
import subprocess
import sys

import anyio
import pytest
from mcp import Client
from mcp.client.stdio import stdio_client

from tests.processes import descendants, is_alive

from .sessions import BEEPER, environment, finished, parameters, session

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc"),
    pytest.mark.slow,
]

LONG = {"mode": "prompt2instrumental", "caption": "first 120"}
"""Takes two minutes where it is not ended before, and no time when it is done again."""


async def until(condition, seconds):
    with anyio.fail_after(seconds):
        while not condition():
            await anyio.sleep(0.05)


def job_in(folder):
    """The first job as the store has it: status, crashes."""
    with sqlite3.connect(folder / "data" / "studio.db") as store:
        return store.execute("SELECT status, crashes FROM jobs WHERE id = 1").fetchone()


@pytest.mark.parametrize("told", [signal.SIGTERM, signal.SIGINT])
async def test_a_stdio_server_that_is_told_to_stop_leaves_its_job_to_the_next(tmp_path, told):
    beeper = BEEPER | {"BEEPER_LOG": str(tmp_path / "log")}
    process = subprocess.Popen(
        [sys.executable, "-m", "audiopod_mcp"],
        env=environment(tmp_path, AUDIOPOD_MAX_WAIT="1", **beeper),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        say(
            process,
            "initialize",
            1,
            protocolVersion="2025-06-18",
            capabilities={},
            clientInfo={"name": "t", "version": "1"},
        )
        assert process.stdout.readline()
        say(process, "notifications/initialized")
        say(process, "tools/call", 2, name="generate_music", arguments=LONG)
        while '"id":2' not in (line := process.stdout.readline()):
            assert line, "the server ended"
        assert "still" in line
        await until((tmp_path / "log").exists, 60)  # written when the engine begins
        assert job_in(tmp_path)[0] == "PROCESSING"
        workers = descendants(process.pid)
        assert workers
        process.send_signal(told)
        await until(lambda: process.poll() is not None, 30)  # with its input still open
        await until(lambda: not any(map(is_alive, workers)), 30)
    finally:
        process.kill()
        process.wait()
    assert job_in(tmp_path) == ("PENDING", 0)
    async with Client(stdio_client(parameters(tmp_path, **beeper))) as client:
        await client.call_tool("list_jobs", {})  # wakes the studio, which finds it
        job = await finished(client, "get_job", {"job_id": 1, "wait_seconds": 30})
    assert job["status"] == "COMPLETED"


def say(process, method, number=None, **params):
    message = {"jsonrpc": "2.0", "method": method, "params": params}
    process.stdin.write(json.dumps(message | ({"id": number} if number else {})) + "\n")
    process.stdin.flush()


CRAMPED = """
import resource, sys
resource.setrlimit(resource.RLIMIT_FSIZE, (600_000, 600_000))
import signal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
from audiopod_mcp.cli import main
sys.exit(main([]))
"""


async def test_a_disk_without_room_fails_the_job_and_not_the_server(tmp_path):
    cramped = parameters(tmp_path).model_copy(update={"args": ["-c", CRAMPED]})
    with (tmp_path / "log").open("w") as log:
        async with Client(stdio_client(cramped, errlog=log)) as client:
            arguments = {"caption": "loud rock band", "duration": 8, "seed": 1}
            result = await client.call_tool("generate_music", arguments)
            with anyio.fail_after(120):
                while not result.is_error:
                    assert result.structured_content["status"] != "COMPLETED"
                    result = await client.call_tool("get_job", {"job_id": 1, "wait_seconds": 30})
            line = result.content[0].text
            assert line.startswith("Job 1 (text2music")
            assert "\n" not in line
            assert f"failed: “the disk is full: no room in {tmp_path / 'data'}" in line
            assert "MiB are needed" in line
            assert "AUDIOPOD_DATA_DIR" in line
            assert not list((tmp_path / "data" / "media").glob("1/*"))
            assert not list((tmp_path / "data" / "work").glob("*/*"))
            small = await finished(
                client, "generate_music", {"caption": "solo piano", "duration": 1, "seed": 1}
            )
    assert small["status"] == "COMPLETED"


async def test_two_hosts_on_one_computer_share_their_jobs_and_run_each_once(tmp_path):
    tune = {"mode": "prompt2instrumental", "caption": "piano"}
    beeper = BEEPER | {"BEEPER_LOG": str(tmp_path / "log")}
    async with (
        session("stdio", "legacy", tmp_path, **beeper) as one,
        session("stdio", "2026-07-28", tmp_path, **beeper) as other,
    ):
        made = []

        async def make(client):
            made.extend([(await finished(client, "generate_music", tune))["job_id"] for _ in range(3)])

        async with anyio.create_task_group() as group:
            group.start_soon(make, one)
            group.start_soon(make, other)
        assert sorted(made) == [1, 2, 3, 4, 5, 6]
        for client in (one, other):
            assert (await client.call_tool("list_jobs", {"status": "COMPLETED"})).structured_content[
                "total"
            ] == 6
    with sqlite3.connect(tmp_path / "data" / "studio.db") as store:
        assert store.execute("SELECT count(*), sum(crashes) FROM jobs").fetchone() == (6, 0)
    assert (tmp_path / "log").read_text().split() == ["piano"] * 6
