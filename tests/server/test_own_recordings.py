"""One's own recording everywhere: in the embedded studio and in a studio elsewhere; the cloud is not asked."""

import re
from pathlib import Path
from urllib.parse import unquote, urlsplit

import numpy as np
import pytest
import soundfile
from mcp import Client

from audiopod_mcp.api import AudioPodClient
from audiopod_mcp.server import Service, build_server
from tests.studio.studios import MUSIC, opened

from .sessions import BEEPER, finished, session, text_of

pytestmark = pytest.mark.anyio

CALLS = {
    "extend_track": {"prompt": "rock, go on", "right_extend_length": 3},
    "retake_track": {"retake_variance": 0.5},
    "edit_track": {"edit_target_prompt": "quieter by 6 dB"},
}
JOB_ARGUMENT = {
    "extend_track": "source_job_id",
    "retake_track": "original_job_id",
    "edit_track": "source_job_id",
}


class Cloud:
    """An ASGI application that makes every job at once, notes what it is asked, and knows no health check."""

    def __init__(self, studio=False):
        self.studio = studio
        self.made = []

    async def __call__(self, scope, receive, send):
        status, body = 200, b'{"id": 1, "task": "x", "status": "COMPLETED", "audio_duration": 120}'
        if scope["path"] == "/health":
            status, body = (200, b'{"status": "ok", "engine": "local"}') if self.studio else (404, b"{}")
        if scope["method"] == "POST":
            self.made.append((scope["path"], (await receive())["body"]))
        headers = [(b"content-type", b"application/json")]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})


def server(cloud, address="https://cloud.test"):
    import httpx

    def connect(key):
        return AudioPodClient(address, api_key=key, transport=httpx.ASGITransport(cloud))

    return build_server(Service(connect=connect, api_key="ap_x"))


@pytest.mark.parametrize("address", ["https://cloud.test", "https://api.audiopod.ai"])
@pytest.mark.parametrize("tool", CALLS)
async def test_the_cloud_is_not_asked(tool, address):
    cloud = Cloud()
    async with Client(server(cloud, address)) as client:
        result = await client.call_tool(tool, {"src_audio_url": "https://x.example/a.wav", **CALLS[tool]})
    assert result.is_error
    (block,) = result.content
    assert cloud.made == []
    assert block.text.startswith("src_audio_url: ")
    assert "\n" not in block.text
    for way_out in ("nothing was sent", "repaint_section", JOB_ARGUMENT[tool], "embedded studio"):
        assert way_out in block.text


@pytest.mark.parametrize("tool", CALLS)
async def test_a_job_named_as_a_recording_is_a_job_to_the_cloud(tool):
    cloud = Cloud()
    async with Client(server(cloud)) as client:
        result = await client.call_tool(tool, {"src_audio_url": "audiopod://jobs/7/audio", **CALLS[tool]})
    assert not result.is_error, result.content
    ((_, body),) = cloud.made
    assert f'"{JOB_ARGUMENT[tool]}":7'.encode() in body.replace(b" ", b"")
    assert b"src_audio_url" not in body


async def test_a_studio_elsewhere_is_asked():
    cloud = Cloud(studio=True)
    async with Client(server(cloud)) as client:
        arguments = {"src_audio_url": "https://x.example/a.wav", **CALLS["extend_track"]}
        assert not (await client.call_tool("extend_track", arguments)).is_error
    assert b"https://x.example/a.wav" in cloud.made[0][1]


def recording(folder, seconds=4):
    time = np.arange(22_050 * seconds) / 22_050
    beat = (time * 2 % 1 < 0.1) * np.random.default_rng(0).normal(0, 0.3, len(time))
    soundfile.write(folder / "own.wav", 0.3 * np.sin(2 * np.pi * 220 * time) + beat, 22_050)
    return str(folder / "own.wav")


@pytest.mark.slow
async def test_the_embedded_studio_takes_them(tmp_path):
    (tmp_path / "allowed").mkdir()
    source = recording(tmp_path / "allowed")
    async with session("stdio", "legacy", tmp_path) as client:
        for tool, arguments in CALLS.items():
            job = await finished(client, tool, {"src_audio_url": source, **arguments})
            assert job["audio_duration"] == pytest.approx(7 if tool == "extend_track" else 4, abs=0.1)
        text, is_error = await text_of(
            client, "edit_track", {"src_audio_url": source, "edit_target_lyrics": "[Verse]\nla la la"}
        )
        assert is_error
        assert "lyrics" in text


@pytest.mark.slow
async def test_so_does_the_rest_service(tmp_path):
    source = recording(tmp_path)
    async with opened(tmp_path / "data", local_folders=(tmp_path,), engine="local") as studio:
        first = await studio.make("extend", src_audio_url=source, prompt="rock, go on", right_extend_length=2)
        assert first["status"] == "COMPLETED", first
        again = await studio.make(
            "edit", src_audio_url=f"audiopod://jobs/{first['id']}", edit_target_prompt="up 2 semitones"
        )
        assert (again["status"], again["source_job_id"]) == ("COMPLETED", first["id"])
        for path, body in (
            ("extend", {"prompt": "x"}),
            ("retake", {}),
            ("edit", {"edit_target_prompt": "x"}),
        ):
            answer = await studio.post(f"{MUSIC}/{path}", json=body)
            assert answer.status_code == 422
            assert "give exactly one of" in answer.json()["message"]


@pytest.mark.slow
async def test_no_link_in_a_resource_leads_nowhere(tmp_path):
    async with session("stdio", "2026-07-28", tmp_path, **BEEPER) as client:
        job = await finished(client, "generate_music", {"caption": "x", "lyrics": "la la", "duration": 8})
        number = job["job_id"]
        lrc = await client.call_tool("generate_lrc", {"job_id": number})
        texts = [lrc.model_dump_json()]
        for uri in ("audiopod://jobs", f"audiopod://jobs/{number}"):
            texts.append((await client.read_resource(uri)).contents[0].text)
            links = re.findall(r"file://[^\"]+", texts[-1])
            assert links
            assert all(Path(unquote(urlsplit(link).path)).is_file() for link in links)
        assert "studio.local" not in "".join(texts)
