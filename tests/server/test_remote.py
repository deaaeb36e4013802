"""The server in front of a music service elsewhere: here a studio in a process of its own."""

import json
import subprocess
import sys
import time

import httpx
import pytest

from .sessions import environment, finished, free_port, session, text_of

pytestmark = [pytest.mark.anyio, pytest.mark.slow]


@pytest.fixture(scope="module")
def studio(tmp_path_factory):
    port = free_port()
    folder = tmp_path_factory.mktemp("studio")
    process = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "audiopod_mcp",
            "studio",
            "--port",
            str(port),
            "--data-dir",
            str(folder / "jobs"),
        ],
        env=environment(folder, AUDIOPOD_ALLOW_PRIVATE_URLS="1"),
        stderr=subprocess.DEVNULL,
    )
    url = f"http://127.0.0.1:{port}"
    while True:
        try:
            httpx.get(f"{url}/health").raise_for_status()
            break
        except httpx.HTTPError:
            assert process.poll() is None
            time.sleep(0.1)
    yield url
    process.terminate()
    process.wait(60)


@pytest.fixture(scope="module")
async def client(anyio_backend, studio, tmp_path_factory):
    async with session(
        "stdio",
        "legacy",
        tmp_path_factory.mktemp("server"),
        AUDIOPOD_BASE_URL=studio,
        AUDIOPOD_API_KEY="ap_carol",
    ) as client:
        yield client


async def test_results_chain_although_the_service_does_not_know_our_names(client, studio):
    tune = {"caption": "piano", "duration": 5, "mode": "prompt2instrumental"}
    job = await finished(client, "generate_music", tune)
    assert job["output_url"].startswith(f"{studio}/media/")
    audio = f"audiopod://jobs/{job['job_id']}"
    cover = await finished(client, "cover_song", {"src_audio_url": audio, "caption": "techno"})
    assert cover["audio_duration"] == pytest.approx(5, abs=0.5)
    heard = (await client.call_tool("analyze_audio", {"audio_url": audio})).structured_content
    (contents,) = (await client.read_resource(f"audiopod://analyses/{heard['analysis_id']}")).contents
    assert json.loads(contents.text)["duration"] == pytest.approx(5, abs=0.1)
    saved = await client.call_tool("save_audio", {"job_id": job["job_id"]})
    assert saved.structured_content["size_bytes"] > 10_000


async def test_a_local_file_is_refused_with_what_to_do_instead(client, tmp_path):
    text, is_error = await text_of(
        client, "cover_song", {"src_audio_url": str(tmp_path / "a.wav"), "caption": "jazz"}
    )
    assert is_error
    assert "give an http(s) URL or audiopod://jobs/ID" in text


async def test_no_key_in_anything_that_is_told(client):
    for tool, arguments in (("list_jobs", {}), ("get_job", {"job_id": 999})):
        assert "ap_carol" not in str(await client.call_tool(tool, arguments))


async def test_a_service_that_is_not_there_is_said_with_the_remedy(tmp_path):
    nowhere = f"http://127.0.0.1:{free_port()}"
    async with session(
        "stdio", "legacy", tmp_path, AUDIOPOD_BASE_URL=nowhere, AUDIOPOD_MAX_WAIT="1"
    ) as client:
        text, is_error = await text_of(client, "generate_music", {"caption": "x"})
        assert is_error
        assert "can't be reached" in text
        assert "AUDIOPOD_BASE_URL" in text
