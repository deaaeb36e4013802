"""AudioPod's stem service, whose jobs have numbers of their own: none is ever taken for a music job of that number."""

import json
from urllib.parse import parse_qs

import httpx
import pytest
from mcp import Client

from audiopod_mcp.api import AudioPodClient
from audiopod_mcp.server import Service, build_server
from tests.sounds import sound

from .sessions import text_of

pytestmark = pytest.mark.anyio

STEMS = "/api/v1/stem-extraction"
FILE = sound("flac", 0.5)


class Cloud:
    """AudioPod: music job 42 and stem job 42. ``loses`` the answer to so many requests that make a job."""

    def __init__(self, loses=0):
        self.loses = loses
        self.asked = []
        self.stem_jobs = {}

    async def __call__(self, scope, receive, send):
        body = (await receive()).get("body", b"") if scope["method"] == "POST" else b""
        path = scope["path"]
        self.asked.append((scope["method"], path, dict(scope["headers"]), body))
        kind, status = b"application/json", 200
        if (scope["method"], path) == ("POST", f"{STEMS}/api/extract"):
            form = {name: value for name, (value,) in parse_qs(body.decode()).items()}
            self.stem_jobs[42] = {"id": 42, "status": "PENDING", "mode": form["mode"], **self.now()}
            answer = dict(self.stem_jobs[42])
            if self.loses:
                self.loses -= 1
                raise httpx.ReadError("lost")
            self.stem_jobs[42] |= {"status": "COMPLETED", "download_urls": self.urls()}
        elif path == f"{STEMS}/status/42" and 42 in self.stem_jobs:
            self.stem_jobs[42] |= {"status": "COMPLETED", "download_urls": self.urls()}
            answer = self.stem_jobs[42]
        elif path == f"{STEMS}/jobs":
            answer = list(self.stem_jobs.values())
        elif (scope["method"], path) == ("DELETE", f"{STEMS}/jobs/42"):
            answer = {"message": str(self.stem_jobs.pop(42)["id"])}
        elif path == "/api/v1/music/jobs/42/status":
            answer = {"id": 42, "task": "cover", "status": "COMPLETED", "output_url": "https://x.test/a.flac"}
        elif path == "/api/v1/music/jobs":
            answer = [{"id": 42, "task": "cover", "status": "COMPLETED", **self.now()}]
        elif path.startswith("/files/"):
            kind, answer = b"audio/flac", None
        else:
            status, answer = 404, {"detail": "Music job not found"}
        told = FILE if answer is None else json.dumps(answer).encode()
        await send({"type": "http.response.start", "status": status, "headers": [(b"content-type", kind)]})
        await send({"type": "http.response.body", "body": told})

    def now(self):
        from datetime import UTC, datetime

        return {"created_at": datetime.now(UTC).isoformat()}

    def urls(self):
        return {name: f"https://api.audiopod.ai/files/{name}.flac" for name in ("vocals", "instrumental")}

    @property
    def made(self):
        return [body for method, path, _, body in self.asked if method == "POST"]


def server(cloud, folder=None):
    def connect(key):
        return AudioPodClient("https://api.audiopod.ai", api_key=key, transport=httpx.ASGITransport(cloud))

    return build_server(Service(connect=connect, api_key="ap_x", output_dir=folder))


ASK = {"src_audio_url": "https://x.example/a b.wav?c=1&d=2", "mode": "two"}
NUMBER = 1_000_000_000_042


async def test_a_set_is_asked_for_as_the_service_wants_it():
    cloud = Cloud()
    async with Client(server(cloud)) as client:
        told = (await client.call_tool("separate_stems", ASK)).structured_content
    (body,) = cloud.made
    assert parse_qs(body.decode()) == {"url": ["https://x.example/a%20b.wav?c=1&d=2"], "mode": ["two"]}
    (headers,) = [headers for method, _, headers, _ in cloud.asked if method == "POST"]
    assert headers[b"content-type"] == b"application/x-www-form-urlencoded"
    assert headers[b"x-api-key"] == b"ap_x"
    assert (told["job_id"], told["status"], told["task"]) == (NUMBER, "COMPLETED", "separate_stems")
    assert told["stems"]["vocals"] == f"audiopod://jobs/{NUMBER}/stems/vocals"


async def test_neither_job_42_is_taken_for_the_other(tmp_path):
    cloud = Cloud()
    async with Client(server(cloud, tmp_path)) as client:
        await client.call_tool("separate_stems", ASK)
        tasks = {
            number: (await client.call_tool("get_job", {"job_id": number})).structured_content["task"]
            for number in (42, NUMBER)
        }
        assert tasks == {42: "cover", NUMBER: "separate_stems"}
        resource = json.loads((await client.read_resource(f"audiopod://jobs/{NUMBER}")).contents[0].text)
        assert (resource["id"], set(resource["stem_urls"])) == (NUMBER, {"vocals", "instrumental"})
        listed = await client.call_tool("list_jobs", {"task": "separate_stems"})
        assert [job["job_id"] for job in listed.structured_content["jobs"]] == [NUMBER]
        stem = (await client.read_resource(f"audiopod://jobs/{NUMBER}/stems/vocals")).contents[0]
        assert stem.mime_type == "audio/flac"
        saved = await client.call_tool("save_audio", {"job_id": NUMBER, "format": "stems"})
        assert {path.name for path in tmp_path.glob("*/*")} == {"vocals.flac", "instrumental.flac"}
        assert saved.structured_content["path"].startswith(str(tmp_path))
        for tool, arguments, line in (
            ("save_audio", {"job_id": NUMBER}, "give format stems"),
            ("rename_job", {"job_id": NUMBER, "display_name": "x"}, "keeps no titles"),
            ("retry_job", {"job_id": NUMBER}, "ask for the stems anew"),
            ("analyze_audio", {"audio_url": f"audiopod://jobs/{NUMBER}"}, f"{NUMBER}/stems/vocals"),
            ("list_jobs", {"task": "separate_stems", "search": "x"}, "leave search out"),
        ):
            text, is_error = await text_of(client, tool, arguments)
            assert is_error
            assert line in text
        await client.call_tool("delete_job", {"job_id": NUMBER})
        assert (await client.call_tool("get_job", {"job_id": NUMBER})).is_error
        assert not (await client.call_tool("get_job", {"job_id": 42})).is_error
    assert not [path for method, path, *_ in cloud.asked if method == "DELETE" and "music" in path]


async def test_a_stem_of_it_is_a_source():
    cloud = Cloud()
    async with Client(server(cloud)) as client:
        await client.call_tool("separate_stems", ASK)
        stem = f"audiopod://jobs/{NUMBER}/stems/vocals"
        await client.call_tool("cover_song", {"src_audio_url": stem, "caption": "jazz"})
        text, is_error = await text_of(
            client, "cover_song", {"src_audio_url": stem.replace("vocals", "tuba"), "caption": "jazz"}
        )
    assert is_error
    assert "has no stem 'tuba'; it has instrumental, vocals" in text
    assert json.loads(cloud.made[1])["src_audio_url"] == "https://api.audiopod.ai/files/vocals.flac"


async def test_a_set_whose_answer_is_lost_is_found_and_not_made_twice():
    cloud = Cloud(loses=1)
    async with Client(server(cloud)) as client:
        told = (await client.call_tool("separate_stems", ASK)).structured_content
    assert told["job_id"] == NUMBER
    assert len(cloud.made) == 1


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        ({**ASK, "display_name": "Practice"}, "display_name: AudioPod's stem service keeps no titles"),
        ({"src_audio_url": "/tmp/a.wav"}, "src_audio_url: local files can't be read here"),
        ({**ASK, "mode": "mastering"}, "mode: 'mastering' is not one of"),
    ],
)
async def test_what_it_does_not_take_is_refused_before_anything_is_sent(arguments, line):
    cloud = Cloud()
    async with Client(server(cloud)) as client:
        text, is_error = await text_of(client, "separate_stems", arguments)
    assert is_error
    assert line in text
    assert "\n" not in text
    assert cloud.made == []
