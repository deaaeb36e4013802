"""The server over HTTP: who may come in, what each caller sees, how it ends."""

import signal
import subprocess
import sys

import anyio
import httpx
import pytest
from mcp import Client
from mcp.client.streamable_http import streamable_http_client
from mcp.types import ResourceTemplateReference

from .sessions import environment, finished, free_port, http_server

pytestmark = [pytest.mark.anyio, pytest.mark.slow]

TUNE = {"mode": "prompt2instrumental", "caption": "piano", "duration": 4, "format": "mp3"}


@pytest.fixture(scope="module")
def url(tmp_path_factory):
    with http_server(tmp_path_factory.mktemp("http")) as url:
        yield url


def caller(url, key):
    headers = {"X-API-Key": key} if key else {}
    import httpx2

    return Client(
        streamable_http_client(f"{url}/mcp", http_client=httpx2.AsyncClient(headers=headers, timeout=60))
    )


async def test_health_says_the_version(url):
    answer = httpx.get(f"{url}/health")
    assert answer.json()["status"] == "ok"


async def test_a_page_that_rebinds_its_name_is_kept_out(url):
    message = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
    headers = {"Accept": "application/json, text/event-stream", "Host": "evil.example"}
    assert httpx.post(f"{url}/mcp", json=message, headers=headers).status_code == 421
    headers = {"Accept": "application/json, text/event-stream", "Origin": "https://evil.example"}
    assert httpx.post(f"{url}/mcp", json=message, headers=headers).status_code == 403


@pytest.mark.parametrize("body", [b"[" * 50_000, b'{"a":' * 10_000, b"{bad", b"", b"null", b"\xff"])
async def test_what_is_no_message_is_refused(url, body):
    headers = {"Accept": "application/json, text/event-stream", "Content-Type": "application/json"}
    answer = httpx.post(f"{url}/mcp", content=body, headers=headers)
    assert answer.status_code == 400
    assert answer.json()["error"]["code"] in {-32700, -32602}


async def test_the_audio_of_a_result_can_be_fetched_and_one_keys_jobs_are_anothers_secret(url):
    async with caller(url, "ap_alice") as alice, caller(url, "ap_bob") as bob, caller(url, None) as nobody:
        job = await finished(alice, "generate_music", TUNE)
        answer = httpx.get(job["output_url"])
        assert answer.headers["content-type"] == "audio/mpeg"
        assert len(answer.content) > 10_000
        part = httpx.get(job["output_url"], headers={"Range": "bytes=0-99"})
        assert (part.status_code, len(part.content)) == (206, 100)
        assert "ap_alice" not in job["output_url"]

        for other in (bob, nobody):
            assert (await other.call_tool("list_jobs", {})).structured_content["total"] == 0
            assert (await other.call_tool("get_job", {"job_id": job["job_id"]})).is_error
            assert (await other.call_tool("delete_job", {"job_id": job["job_id"]})).is_error
            with pytest.raises(Exception, match="not found"):
                await other.read_resource(f"audiopod://jobs/{job['job_id']}")
            assert await job_ids_offered(other) == []
            cover = {"src_audio_url": f"audiopod://jobs/{job['job_id']}", "caption": "jazz"}
            assert (await other.call_tool("cover_song", cover)).is_error
        assert (await alice.call_tool("list_jobs", {})).structured_content["total"] == 1
        assert await job_ids_offered(alice) == [str(job["job_id"])]


async def job_ids_offered(client):
    job = ResourceTemplateReference(type="ref/resource", uri="audiopod://jobs/{job_id}")
    return (await client.complete(job, {"name": "job_id", "value": ""})).completion.values


async def test_nobody_far_away_reads_or_writes_files_here(url, tmp_path):
    async with caller(url, None) as client:
        for source in ("/etc/passwd", tmp_path.as_uri(), "C:\\music\\a.wav"):
            result = await client.call_tool("analyze_audio", {"audio_url": source})
            assert result.is_error
            assert "audio_url: local files can't be read here" in result.content[0].text
        job = await finished(client, "generate_music", TUNE)
        assert "file:" not in job["output_url"]
        saved = await client.call_tool("save_audio", {"job_id": job["job_id"]})
        assert saved.is_error
        again = await client.call_tool("get_job", {"job_id": job["job_id"]})
        assert "save_audio" not in again.content[0].text
        assert "download the output_url" in saved.content[0].text


@pytest.mark.parametrize("transport", ["http", "sse"])
async def test_it_ends_soon_when_told_to_with_streams_open(transport, tmp_path):
    port = free_port()
    command = [sys.executable, "-m", "audiopod_mcp", "--transport", transport, "--port", str(port)]
    process = subprocess.Popen(command, env=environment(tmp_path), stderr=subprocess.DEVNULL)
    with anyio.fail_after(30):
        async with httpx.AsyncClient() as client:
            while True:
                try:
                    async with client.stream("GET", f"http://127.0.0.1:{port}/sse") as stream:
                        assert stream.status_code == 200
                        process.send_signal(signal.SIGTERM)
                        with anyio.fail_after(20):
                            while process.poll() is None:
                                await anyio.sleep(0.05)
                        return
                except httpx.ConnectError:
                    assert process.poll() is None
                    await anyio.sleep(0.1)


async def test_a_stateless_server_answers_whoever_comes_first_and_pages_of_named_origins(tmp_path):
    headers = {"Accept": "application/json, text/event-stream", "Origin": "https://app.example"}
    message = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
    asked = {**headers, "Access-Control-Request-Method": "POST"}
    with http_server(tmp_path, "--stateless", "--allowed-origin", "https://App.example/") as url:
        # In the handshake era, without a handshake: another server had it.
        answer = httpx.post(
            f"{url}/mcp", json=message, headers={**headers, "Mcp-Protocol-Version": "2025-06-18"}
        )
        assert answer.status_code == 200
        assert "generate_music" in answer.text
        assert answer.headers["access-control-allow-origin"] == "https://app.example"
        assert httpx.options(f"{url}/mcp", headers=asked).status_code == 200
        other = {**asked, "Origin": "https://other.example"}
        assert httpx.options(f"{url}/mcp", headers=other).status_code == 400
