"""Audio arrives whole, within limits, or not at all."""

from __future__ import annotations

import gzip

import pytest

from audiopod_mcp.api import BadResponse, NotFound, Timeouts
from audiopod_mcp.operations import GenerateMusic
from tests.api.faulty import Fault, FaultyService, answer, serving

pytestmark = pytest.mark.anyio

SOUND = bytes(range(250)) * 2000
AUDIO = answer(200, b"RIFF" * 1000, content_type="audio/wav")


@pytest.fixture
async def elsewhere():
    async with serving(FaultyService(files={"/a.wav": AUDIO})) as other:
        yield other


async def test_what_it_is(client, service):
    service.files["/a.wav"] = AUDIO
    async with client.stream("/a.wav") as media:
        assert (media.content_type, media.size) == ("audio/wav", 4000)
        assert b"".join([chunk async for chunk in media.chunks()]) == b"RIFF" * 1000


async def test_limits(client, service):
    service.files["/a.wav"] = AUDIO
    with pytest.raises(BadResponse, match="larger"):
        [chunk async for chunk in client.download("/a.wav", max_bytes=3999)]
    service.will("get", Fault(raw=b"HTTP/1.1 200 OK\r\n\r\n", then="flood"))
    with pytest.raises(BadResponse, match="larger than the 1 MiB"):
        [chunk async for chunk in client.download("/a.wav", max_bytes=1 << 20)]


async def test_trouble_before_and_after_the_first_byte(client, service):
    service.files["/a.wav"] = AUDIO
    service.will("get", answer(503, None), Fault(raw=b"", then="reset"))
    assert len(b"".join([chunk async for chunk in client.download("/a.wav")])) == 4000
    service.will("get", Fault(raw=AUDIO[:-5]))
    with pytest.raises(BadResponse, match=r"cut off after \d+ of 4000 bytes; the job is safe"):
        [chunk async for chunk in client.download("/a.wav")]


async def test_not_audio_and_not_there(client, service, elsewhere):
    service.files["/login"] = answer(200, "<html>", content_type="text/html; charset=utf-8")
    with pytest.raises(BadResponse, match="web page"):
        [chunk async for chunk in client.download("/login")]
    elsewhere.files["/old.wav"] = answer(403, "<Error>AccessDenied</Error>")
    with pytest.raises(NotFound, match="get_job gives a fresh link"):
        [chunk async for chunk in client.download(f"{elsewhere.url}/old.wav")]


async def test_a_reader_that_stops_early(client, service):
    service.files["/a.wav"] = AUDIO
    async with client.stream("/a.wav") as media:
        async for _ in media.chunks():
            break
    assert (await client.create(GenerateMusic(caption="x"))).id == 101


def whole(**headers: str) -> bytes:
    return answer(200, SOUND, content_type="audio/wav", **headers)


def rest(start: int, **headers: str) -> bytes:
    where = f"bytes {start}-{len(SOUND) - 1}/{len(SOUND)}"
    return answer(206, SOUND[start:], content_type="audio/wav", content_range=where, **headers)


async def test_a_download_that_breaks_off_goes_on(client, service):
    start = 4 * 65536
    service.will("get", Fault(raw=whole(etag='"v1"')[:300_000]), rest(start, etag='"v1"'))
    assert b"".join([piece async for piece in client.download("/a.wav")]) == SOUND
    again = service.asked("get")[1].headers
    assert (again["range"], again["if-range"]) == (f"bytes={start}-", '"v1"')


@pytest.mark.parametrize(
    "second",
    [whole(etag='"v2"'), rest(0, etag='"v1"'), answer(206, b"x", content_range="nonsense")],
    ids=["another file", "another place", "nonsense"],
)
async def test_what_does_not_fit_is_not_glued_on(client, service, second):
    service.will("get", Fault(raw=whole(etag='"v1"')[:300_000]), second)
    with pytest.raises(BadResponse, match="can't be resumed"):
        [piece async for piece in client.download("/a.wav")]


@pytest.mark.parametrize("tag", ["", 'W/"v1"'])
async def test_without_a_strong_tag_nothing_is_resumed(client, service, tag):
    service.will("get", Fault(raw=whole(etag=tag)[:300_000]))
    with pytest.raises(BadResponse, match="cut off"):
        [piece async for piece in client.download("/a.wav")]
    assert len(service.requests) == 1


async def test_silence_in_the_middle(connect, service):
    service.will("get", Fault(raw=whole()[:300_000], then="stall"))
    with pytest.raises(BadResponse, match="stopped coming"):
        [piece async for piece in connect(timeouts=Timeouts(response=0.5)).download("/a.wav")]


async def test_what_a_proxy_packed_is_unpacked(client, service):
    packed = gzip.compress(SOUND)
    service.files["/a.wav"] = answer(200, packed, content_type="audio/wav", content_encoding="gzip")
    async with client.stream("/a.wav") as media:
        assert media.size is None
        assert b"".join([chunk async for chunk in media.chunks()]) == SOUND


async def test_a_packed_file_that_breaks_off_is_not_resumed(client, service):
    packed = gzip.compress(SOUND)
    head = answer(200, packed, content_type="audio/wav", content_encoding="gzip", etag='"v1"')
    service.will("get", Fault(raw=head[:-100]))
    with pytest.raises(BadResponse, match="cut off"):
        [chunk async for chunk in client.download("/a.wav")]
    assert len(service.requests) == 1


@pytest.mark.slow
async def test_a_packed_bomb_is_larger_than_allowed(client, service):
    bomb = gzip.compress(bytes(64 << 20))
    service.files["/a.wav"] = answer(200, bomb, content_type="audio/wav", content_encoding="gzip")
    with pytest.raises(BadResponse, match="larger than the 1 MiB"):
        [chunk async for chunk in client.download("/a.wav", max_bytes=1 << 20)]


@pytest.mark.parametrize("packed", ["gzip, gzip", "br", "nonsense"])
async def test_other_packings_are_refused(client, service, packed):
    service.files["/a.wav"] = answer(200, b"x", content_type="audio/wav", content_encoding=packed)
    with pytest.raises(BadResponse, match=f"packed as '{packed}'"):
        [chunk async for chunk in client.download("/a.wav")]


@pytest.mark.parametrize(
    ("content", "kind", "says"),
    [
        (b"", "audio/wav", "file is empty"),
        (b'{"detail": "expired"}', "application/json", "leads to data instead of audio"),
        (b'  {"detail": "expired"}', "application/octet-stream", "leads to data instead of audio"),
        (b"<?xml version='1.0'?><Error/>", "audio/wav", "leads to a web page instead of audio"),
    ],
)
async def test_what_a_link_that_has_expired_gives(client, service, content, kind, says):
    service.files["/a.wav"] = answer(200, content, content_type=kind)
    with pytest.raises(BadResponse, match=f"{says}; it may have expired, and get_job gives a fresh link"):
        [chunk async for chunk in client.download("/a.wav")]
