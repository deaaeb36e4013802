"""The log tells what was done, and nothing that is a secret or somebody's words."""

import json
import logging
import subprocess
import sys

import anyio
import httpx
import pytest
from mcp import Client, StdioServerParameters
from mcp.client.stdio import stdio_client

from audiopod_mcp.logs import JsonLines

from .server.sessions import environment, free_port

pytestmark = pytest.mark.anyio

KEY = "ap_test_0123456789abcdef"
LYRICS = "[Verse]\nMarmalade lanterns over the quay\nSalamander candles for you and for me"
DEBUG = ["--log-level", "debug", "--log-format", "json"]


async def a_whole_job(client):
    """Make a song and save it; what must not be in any log."""
    arguments = {"mode": "text2music", "caption": "solo piano", "lyrics": LYRICS, "duration": 4, "seed": 1}
    made = await client.call_tool("generate_music", arguments)
    with anyio.fail_after(120):
        while made.structured_content["status"] in {"PENDING", "PROCESSING"}:
            job = {"job_id": made.structured_content["job_id"], "wait_seconds": 30}
            made = await client.call_tool("get_job", job)
    assert not made.is_error, made.content[0].text
    job = made.structured_content
    await client.call_tool("generate_lrc", {"job_id": job["job_id"]})
    await client.call_tool("analyze_audio", {"audio_url": f"audiopod://jobs/{job['job_id']}"})
    await client.read_resource(f"audiopod://jobs/{job['job_id']}/lyrics")
    await client.call_tool("repaint_section", {"src_audio_url": "https://127.0.0.1/a?token=hush"})
    return job


def check(log, *secrets):
    """The records of ``log``, which holds nothing that it must not."""
    for secret in (KEY, "Marmalade", "lanterns", "Salamander", "hush", *secrets):
        assert secret not in log, next(line for line in log.splitlines() if secret in line)
    records = [json.loads(line) for line in log.splitlines()]
    (job,) = (record for record in records if record.get("status") == "completed")
    assert (job["level"], job["job"], job["task"], job["engine"]) == ("info", 1, "text2music", "local")
    assert all(job[name] >= 0 for name in ("queued", "waited", "worked"))
    assert "job 1 (text2music) completed: queued " in job["message"]
    return records


@pytest.mark.slow
async def test_over_stdio(tmp_path):
    parameters = StdioServerParameters(
        command=sys.executable, args=["-m", "audiopod_mcp", *DEBUG], env=environment(tmp_path)
    )
    with (tmp_path / "log").open("w+") as log:
        async with Client(stdio_client(parameters, errlog=log)) as client:
            await a_whole_job(client)
        records = check((tmp_path / "log").read_text())
    routes = [record["message"].partition(":")[0] for record in records if record["logger"].endswith(".api")]
    assert {"POST /api/v1/music/text2music", "GET /api/v1/music/jobs/{job_id}/status"} <= set(routes)


@pytest.mark.slow
async def test_over_http_with_a_key_and_links_to_audio(tmp_path):
    port = free_port()
    command = [sys.executable, "-m", "audiopod_mcp", "--transport", "http", "--port", str(port), *DEBUG]
    url = f"http://127.0.0.1:{port}"
    with (tmp_path / "log").open("w") as log:
        server = subprocess.Popen(command, env=environment(tmp_path), stderr=log)
        try:
            async with httpx.AsyncClient(headers={"X-API-Key": KEY}, timeout=120) as http:
                await answering(http, f"{url}/health", server)
                from mcp.client.streamable_http import streamable_http_client

                async with Client(streamable_http_client(f"{url}/mcp", http_client=http)) as client:
                    job = await a_whole_job(client)
                link = job["output_url"]
                assert (await http.get(link)).status_code == 200
        finally:
            server.terminate()
            server.wait(10)
    name = link.rpartition("/")[2].partition("?")[0]
    check((tmp_path / "log").read_text(), name, KEY[-8:], link)


async def answering(http, url, server):
    with anyio.fail_after(60):
        while True:
            assert server.poll() is None, "the server ended"
            try:
                (await http.get(url)).raise_for_status()
            except httpx.HTTPError:
                await anyio.sleep(0.1)
            else:
                return


def test_an_exception_is_one_line_of_json():
    try:
        raise ValueError("two\nlines")
    except ValueError:
        record = logging.LogRecord("x", logging.ERROR, "", 0, "it %s", ("failed",), sys.exc_info())
    line = JsonLines().format(record)
    assert "\n" not in line
    told = json.loads(line)
    assert (told["message"], told["level"]) == ("it failed", "error")
    assert "ValueError: two\nlines" in told["exception"]
