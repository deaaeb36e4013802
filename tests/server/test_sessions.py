"""Every operation in both eras: from the call to the bytes of the audio.

SSE carries the same calls: what is special there is how much one event can hold. ``test_leaving`` goes from the
call to the bytes of the audio over each of the six pairs of transport and era.
"""

import base64
import io
import json
import re

import jsonschema
import pytest
import soundfile
from mcp.types import PromptReference

from .sessions import BEEPER, ERAS, Progress, finished, http_server, session

pytestmark = [pytest.mark.anyio, pytest.mark.slow]

LYRICS = "[Verse]\nMorning light on the window pane\n[Chorus]\nSing it out and let it go"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("studio")


@pytest.fixture(scope="module")
def url(folder):
    with http_server(folder) as url:
        yield url


class Caller:
    """Calls tools and checks of every answer what holds for all of them."""

    def __init__(self, client, transport, schemas):
        self.client = client
        self.transport = transport
        self.schemas = schemas

    async def __call__(self, tool, **arguments):
        progress = Progress()
        result = await self.client.call_tool(tool, arguments, progress_callback=progress)
        assert not result.is_error, result.content[0].text
        jsonschema.validate(result.structured_content, self.schemas[tool])
        content = result.structured_content
        if "status" in content:
            assert content["status"] == "COMPLETED"
            links = [block.uri for block in result.content if block.type == "resource_link"]
            assert f"audiopod://jobs/{content['job_id']}/audio" in links
            assert len(progress.seen) >= 2
        assert progress.seen == sorted(set(progress.seen))
        return content

    async def read(self, uri):
        (contents,) = (await self.client.read_resource(uri)).contents
        return contents

    async def audio(self, job):
        contents = await self.read(f"audiopod://jobs/{job['job_id']}/audio")
        if self.transport == "sse":  # one event can't carry more
            assert contents.mime_type in {"audio/flac", "audio/ogg", "audio/mpeg"}
        else:
            assert contents.mime_type == "audio/flac"
        return soundfile.read(io.BytesIO(base64.b64decode(contents.blob)), always_2d=True)


@pytest.mark.parametrize(
    ("transport", "era"), [("stdio", "legacy"), ("http", "2026-07-28"), ("sse", "legacy")]
)
@pytest.mark.timeout(300)
async def test_the_whole_path(transport, era, folder, url):
    async with session(transport, era, folder, url) as client:
        tools = (await client.list_tools()).tools
        call = Caller(client, transport, {tool.name: tool.output_schema for tool in tools})

        song = await call(
            "generate_music",
            caption="indie folk, acoustic guitar and drums, 120 BPM, G major",
            lyrics=LYRICS,
            duration=8,
            seed=5,
            generate_lrc=True,
            display_name="Window Pane",
        )
        job, audio = song["job_id"], f"audiopod://jobs/{song['job_id']}"
        assert song["actual_seeds"] == [5]
        samples, rate = await call.audio(song)
        assert len(samples) == pytest.approx(8 * rate, abs=2000 if transport == "sse" else 0)
        assert abs(samples).max() > 0.1

        analysis = await call("analyze_audio", audio_url=audio)
        assert analysis["bpm"] == pytest.approx(120, rel=0.02)
        whole = json.loads((await call.read(f"audiopod://analyses/{analysis['analysis_id']}")).text)
        assert whole["beats"]

        stem = await call("extract_stem", src_audio_url=audio, track_name="drums")
        assert stem["audio_duration"] == pytest.approx(8, abs=0.01)
        if transport != "sse":
            await changes_work(call, job, samples, rate)
        lrc = await call("generate_lrc", job_id=job)
        assert "]Morning light on the window pane\n" in lrc["lrc_content"]
        timed = await call("generate_lrc", job_id=job, words=True)
        assert re.search(r"\]<[\d:.]+>Morning <[\d:.]+>light <", timed["lrc_content"])

        prompt = PromptReference(type="ref/prompt", name="describe_track")
        typed = await client.complete(prompt, {"name": "audio", "value": "window"})
        assert audio in typed.completion.values

        told = json.loads((await call.read(audio)).text)
        assert told["display_name"] == "Window Pane"
        lines = (await call.read(f"{audio}/lyrics")).text
        assert lines.count("[00:") >= 2
        assert "<" not in lines
        assert (await call.read(f"{audio}/lyrics/words")).text == timed["lrc_content"]
        assert base64.b64decode((await call.read(f"{audio}/waveform")).blob)[:8] == b"\x89PNG\r\n\x1a\n"
        mp3 = base64.b64decode((await call.read(f"{audio}/audio/mp3")).blob)
        assert soundfile.info(io.BytesIO(mp3)).format == "MP3"

        listed = [resource.uri for resource in (await client.list_resources()).resources]
        assert listed[0] == "audiopod://jobs"
        assert f"{audio}/audio" in listed
        recent = await call("list_jobs", limit=3, task="extract_stem")
        assert {job["task"] for job in recent["jobs"]} == {"extract_stem"}
        await call("rename_job", job_id=job, display_name="Another Name")
        assert json.loads((await call.read(audio)).text)["display_name"] == "Another Name"
        if transport == "stdio":
            saved = await call("save_audio", job_id=job, format="mp3")
            assert saved["path"].endswith("Another Name - text2music.mp3") or "(2)" in saved["path"]
        assert (await call("delete_job", job_id=job))["deleted"] is True
        gone = await client.call_tool("get_job", {"job_id": job})
        assert gone.is_error


async def changes_work(call, job, samples, rate):
    """The operations that make one piece of another."""
    audio = f"audiopod://jobs/{job}"
    cover = await call("cover_song", src_audio_url=audio, caption="synthwave", audio_cover_strength=0.9)
    assert cover["audio_duration"] == pytest.approx(8, abs=0.5)
    reference = await call(
        "generate_from_reference",
        reference_audio_url=audio,
        caption="a waltz",
        instrumental=True,
        duration=4,
    )
    assert reference["audio_duration"] == pytest.approx(4, abs=0.02)
    await call("retake_track", original_job_id=job, retake_variance=0.4)
    repainted = await call(
        "repaint_section", source_job_id=job, repainting_start=2, repainting_end=4, caption="only piano"
    )
    new, _ = await call.audio(repainted)
    assert (new[: 2 * rate] == samples[: 2 * rate]).all()
    assert (new[4 * rate :] == samples[4 * rate :]).all()
    assert (new[2 * rate : 4 * rate] != samples[2 * rate : 4 * rate]).any()
    extended = await call("extend_track", source_job_id=job, right_extend_length=4, prompt="calm outro")
    assert extended["audio_duration"] == pytest.approx(12, abs=0.02)
    await call("edit_track", source_job_id=job, edit_target_prompt="remove the drums, brighter")


@pytest.mark.parametrize("era", ERAS)
async def test_a_picture_has_a_tool_of_its_own(era, tmp_path):
    """Hosts that prefer structured content throw pictures away, so there is none beside them."""
    async with session("stdio", era, tmp_path, AUDIOPOD_MAX_WAIT="1", **BEEPER) as client:
        tune = {"mode": "prompt2instrumental", "caption": "piano"}
        job = (await finished(client, "generate_music", tune))["job_id"]
        for arguments in ({}, {"picture": "spectrogram"}):
            shown = await client.call_tool("show_audio", {"job_id": job, **arguments})
            image, line = shown.content
            assert base64.b64decode(image.data)[:8] == b"\x89PNG\r\n\x1a\n"
            assert line.text == (
                f"The {arguments.get('picture', 'waveform')} of job {job}, 0:01 (audiopod://jobs/{job})."
            )
            assert shown.structured_content is None
        deleted = await client.call_tool("delete_job", {"job_id": job})
        for told in (deleted.content[0].text, deleted.structured_content["note"]):
            assert "For 7 days, or less where room is short," in told
            assert f"audiopod-mcp doctor --restore {job} brings it back" in told
        refused = await client.call_tool("show_audio", {"job_id": job})
        assert refused.is_error
        assert f"job_id {job}" in refused.content[0].text
        running = await client.call_tool("generate_music", {"caption": "slow 20"})
        job = running.structured_content["job_id"]
        refused = await client.call_tool("show_audio", {"job_id": job})
        assert refused.is_error
        assert f'Next: get_job {{"job_id": {job}, "wait_seconds": 1}}' in refused.content[0].text
