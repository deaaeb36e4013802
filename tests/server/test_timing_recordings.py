"""Words that somebody knows, timed on a recording of their own: in this program's studio, never on the cloud."""

import re

import numpy as np
import pytest
import soundfile
from mcp import Client

from tests.music.synth import chords, stereo, sung
from tests.studio.studios import MUSIC, opened

from .sessions import finished, session, text_of
from .test_own_recordings import Cloud, server

pytestmark = pytest.mark.anyio

RATE = 22_050
WORDS = "hello from the little sea\nnever going home again"


def song(path):
    """Two lines sung, from 3 and from 9 s, over chords."""
    line = sung([67, 69, 72, 71, 67, 64, 65], 0.5, RATE)
    voice = np.zeros(15 * RATE)
    for start in (3, 9):
        voice[start * RATE : start * RATE + len(line)] += line
    pad = chords([(60, 4), (65, 4), (67, 4), (60, 4), (65, 4)], 3.0, RATE, bass=False)[: len(voice)]
    soundfile.write(path, stereo(voice, 0.25) + stereo(pad, 0.05)[: len(voice)], RATE)
    return str(path)


def times(lrc):
    return [60 * int(m) + float(s) for m, s in re.findall(r"^\[(\d+):([\d.]+)\]\w", lrc, re.MULTILINE)]


@pytest.mark.slow
async def test_the_embedded_studio_times_them(tmp_path):
    (tmp_path / "allowed").mkdir()
    source = song(tmp_path / "allowed" / "song.wav")
    async with session("stdio", "2026-07-28", tmp_path) as client:
        result = await client.call_tool("generate_lrc", {"src_audio_url": source, "lyrics": WORDS})
        assert not result.is_error, result.content[0].text
        told = result.structured_content
        assert times(told["lrc_content"]) == pytest.approx([3, 9], abs=1.0)
        assert not {"job_id", "uri", "lrc_url"} & told.keys()
        assert all(block.type == "text" for block in result.content)
        assert "never going home again" in result.content[0].text
        words = await client.call_tool(
            "generate_lrc", {"src_audio_url": source, "lyrics": WORDS, "words": True}
        )
        assert (
            "<" in words.structured_content["lrc_content"] or "words" in words.structured_content["notes"][0]
        )
        # The audio of a job, too, with other words than its own; those stay as they are.
        made = await finished(
            client, "generate_music", {"caption": "pop", "lyrics": "[Verse]\nla la la", "duration": 8}
        )
        uri = made["uri"]
        own = (await client.read_resource(f"{uri}/lyrics")).contents[0].text
        other = await client.call_tool("generate_lrc", {"src_audio_url": uri, "lyrics": "oh my oh my"})
        assert "oh my oh my" in other.structured_content["lrc_content"]
        assert "la la la" not in other.structured_content["lrc_content"]
        assert (await client.read_resource(f"{uri}/lyrics")).contents[0].text == own


@pytest.mark.slow
async def test_so_does_the_rest_service(tmp_path):
    source = song(tmp_path / "song.wav")
    async with opened(tmp_path / "data", local_folders=(tmp_path,), engine="local") as studio:
        answer = (await studio.post(f"{MUSIC}/lrc", json={"src_audio_url": source, "lyrics": WORDS})).json()
        assert answer["success"], answer
        assert times(answer["lrc_content"]) == pytest.approx([3, 9], abs=1.0)
        assert answer.get("job_id") is None
        nobody = await studio.post(f"{MUSIC}/lrc", json={"src_audio_url": str(tmp_path / "x"), "lyrics": "x"})
        assert nobody.status_code == 422


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        ({}, "give exactly one of job_id and src_audio_url"),
        ({"job_id": 3, "src_audio_url": "https://x/a.wav", "lyrics": "la"}, "give exactly one of"),
        ({"job_id": 3, "lyrics": "la"}, "lyrics: a job has its own"),
    ],
)
async def test_what_does_not_fit_together_is_refused_before_anybody_is_asked(arguments, line):
    cloud = Cloud(studio=True)
    async with Client(server(cloud)) as client:
        text, is_error = await text_of(client, "generate_lrc", arguments)
    assert is_error
    assert line in text
    assert "\n" not in text
    assert cloud.made == []


@pytest.mark.parametrize("address", ["https://cloud.test", "https://api.audiopod.ai"])
@pytest.mark.parametrize("source", ["https://x.example/a.wav", "audiopod://jobs/7"])
async def test_the_cloud_is_not_asked(address, source):
    cloud = Cloud()
    async with Client(server(cloud, address)) as client:
        text, is_error = await text_of(client, "generate_lrc", {"src_audio_url": source, "lyrics": "la la"})
    assert is_error
    assert cloud.made == []
    assert text.startswith("src_audio_url: ")
    for way_out in ("nothing was sent", "job_id", "embedded studio"):
        assert way_out in text
