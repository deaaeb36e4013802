"""The key goes to the service and nowhere else: no log, no error, no repr, no other origin."""

from __future__ import annotations

import logging
import traceback

import pytest

from audiopod_mcp.api import AudioPodError, BadResponse, Unauthorized
from audiopod_mcp.operations import GenerateMusic
from tests.api.faulty import Fault, FaultyService, answer, serving
from tests.api.quick import KEY

pytestmark = pytest.mark.anyio

AUDIO = answer(200, b"RIFF" * 1000, content_type="audio/wav")


def carries_the_key(service: FaultyService) -> bool:
    return any(KEY in value for request in service.requests for value in request.headers.values())


@pytest.fixture
async def elsewhere():
    async with serving(FaultyService(files={"/a.wav": AUDIO})) as other:
        yield other


async def test_nothing_shows_the_key(client, service, caplog):
    caplog.set_level(logging.DEBUG)
    shown = [repr(client), str(client), repr(client.service)]
    service.add_job()
    service.will(
        "poll",
        answer(401, {"detail": f"no such key: {KEY}"}),
        answer(403, f"<html>{KEY}"),
        answer(200, f"<html><title>{KEY}</title>", content_type="text/html"),
        answer(200, {"id": KEY, "status": "x"}),
        Fault(raw=b"HTTP/1.1 200 OK\r\nbad " + KEY.encode() + b"\r\n\r\n"),
    )
    for _ in range(5):
        with pytest.raises(AudioPodError) as caught:
            await client.job(101, patience=0)
        shown += [str(caught.value), "".join(traceback.format_exception(caught.value))]
    service.will("poll", answer(200, {"id": 101, "status": "FAILED", "error_message": f"{KEY} is bad"}))
    shown.append(repr(await client.job(101)))
    assert KEY not in "\n".join([*shown, caplog.text])
    assert carries_the_key(service)


async def test_other_origins_never_get_it(client, service, elsewhere):
    service.files["/moved.wav"] = answer(302, None, location=f"{elsewhere.url}/a.wav")
    for url in (f"{elsewhere.url}/a.wav", "/moved.wav", f"{service.url}/moved.wav"):
        assert len(b"".join([chunk async for chunk in client.download(url)])) == 4000
    assert len(elsewhere.requests) == 3
    assert not carries_the_key(elsewhere)


async def test_its_own_origin_gets_it_back_and_forth(client, service, elsewhere):
    service.files["/a.wav"] = AUDIO
    elsewhere.files["/back.wav"] = answer(302, None, location=f"{service.url}/a.wav")
    assert [chunk async for chunk in client.download(f"{elsewhere.url}/back.wav")]
    assert carries_the_key(service)
    assert not carries_the_key(elsewhere)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("kind", ["poll", "create", "patch"])
async def test_the_api_is_not_followed_elsewhere(client, service, elsewhere, status, kind):
    service.will(kind, answer(status, None, location=f"{elsewhere.url}/api/v1/music/jobs/1/status"))
    ask = {
        "poll": lambda: client.job(1),
        "create": lambda: client.create(GenerateMusic(caption="x")),
        "patch": lambda: client.rename(1, display_name="x"),
    }[kind]
    with pytest.raises(AudioPodError, match="redirects to"):
        await ask()
    assert elsewhere.requests == []


async def test_circles_end(client, service):
    service.files["/api/v1/music/jobs/1/status"] = answer(302, None, location="status")
    with pytest.raises(BadResponse, match="circles"):
        await client.job(1, patience=0)
    service.files["/a.wav"] = answer(302, None, location="/a.wav")
    with pytest.raises(BadResponse, match="circles"):
        [chunk async for chunk in client.download("/a.wav")]


@pytest.mark.parametrize("key", ["ap_ü", "ap_a b", "ap_a\r\nX-Evil: 1", ""])
async def test_a_key_that_can_not_be_one(connect, service, key):
    client = connect(api_key=key)
    with pytest.raises(Unauthorized, match="AUDIOPOD_API_KEY") as caught:
        await client.job(1)
    assert not key or key not in str(caught.value)
    assert service.requests == []


async def test_no_key_no_headers(connect, service):
    service.add_job()
    await connect(api_key=None).job(101)
    assert not {"x-api-key", "authorization"} & service.requests[0].headers.keys()


async def test_links_into_private_networks_and_odd_schemes(connect):
    client = connect("https://api.audiopod.ai", patience=0)
    for url in ("http://127.0.0.1/a", "http://[::1]/a", "http://169.254.169.254/x", "http://localhost:1/"):
        with pytest.raises(BadResponse, match="private network"):
            [chunk async for chunk in client.download(url)]
    for url in ("file:///etc/passwd", "ftp://example.com/a", "data:,x", "http://"):
        with pytest.raises(BadResponse, match=r"not an http\(s\) URL"):
            [chunk async for chunk in client.download(url)]
