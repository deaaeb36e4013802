"""Bad audio and bad sources: one clear line each, and the server goes on as if nothing had been."""

import os

import numpy as np
import pytest
import soundfile

from .sessions import BEEPER, finished, session, text_of

pytestmark = [pytest.mark.anyio, pytest.mark.slow]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("inputs")
    allowed = folder / "allowed"
    allowed.mkdir()
    tone = 0.3 * np.sin(2 * np.pi * 440 * np.arange(44_100 * 4) / 44_100)
    soundfile.write(allowed / "tone.wav", tone, 44_100)
    soundfile.write(folder / "outside.wav", tone, 44_100)
    soundfile.write(allowed / "tone.flac", tone, 44_100)
    (allowed / "truncated.flac").write_bytes((allowed / "tone.flac").read_bytes()[:9000])
    (allowed / "empty.wav").touch()
    (allowed / "text.mp3").write_text("this is no music\n" * 100)
    (allowed / "page.wav").write_text("<!doctype html><html><body>Not found</body></html>")
    broken = tone.astype(np.float32)
    broken[1000] = np.nan
    soundfile.write(allowed / "nan.wav", broken, 44_100, subtype="FLOAT")
    with soundfile.SoundFile(allowed / "long.flac", "w", 8_000, 1, subtype="PCM_16") as long:
        for _ in range(120):
            long.write(np.zeros(8_000 * 60, np.int16))
    (allowed / "link.wav").symlink_to(folder / "outside.wav")
    (allowed / "folder").mkdir()
    return folder


@pytest.fixture(scope="module")
async def client(anyio_backend, folder):
    async with session("stdio", "legacy", folder) as client:
        yield client


async def test_every_bad_source_gets_one_line_and_the_next_call_works(client, folder):
    allowed = folder / "allowed"
    cases = {
        str(folder / "outside.wav"): "outside the folders",
        str(allowed / "link.wav"): "outside the folders",
        str(allowed / ".." / "outside.wav"): "outside the folders",
        (folder / "outside.wav").as_uri(): "outside the folders",
        "/etc/passwd": "outside the folders",
        str(allowed / "missing.wav"): "there is no file",
        str(allowed / "folder"): "is a folder",
        str(allowed / "empty.wav"): "empty",
        str(allowed / "text.mp3"): "not a readable audio file",
        str(allowed / "page.wav"): "not a readable audio file",
        str(allowed / "nan.wav"): "",
        "audiopod://jobs/999": "not found",
        "audiopod://elsewhere": "names no job",
        "ftp://example.com/a.wav": "",
        "http://127.0.0.1:9/a.wav": "private",
        "http://169.254.169.254/latest/meta-data": "private",
        "http://[::1]/a.wav": "private",
        "http://no-such-host.invalid/a.wav": "",
    }
    wrong = []
    for source, expected in cases.items():
        for tool, arguments in (
            ("analyze_audio", {"audio_url": source}),
            ("cover_song", {"src_audio_url": source, "caption": "jazz"}),
        ):
            text, is_error = await text_of(client, tool, arguments)
            names_it = next(iter(arguments)) in text or "job" in text.lower()
            if not (is_error and "\n" not in text and expected in text.lower() and names_it):
                wrong.append((tool, source, text))
    assert wrong == []
    text, is_error = await text_of(client, "analyze_audio", {"audio_url": str(allowed / "tone.wav")})
    assert not is_error, text


async def test_of_a_cut_file_what_is_there_is_used_and_the_rest_is_told(client, folder):
    source = str(folder / "allowed" / "truncated.flac")
    text, is_error = await text_of(client, "analyze_audio", {"audio_url": f'"{source}"'})
    assert not is_error, text
    assert "audio_url: the file ends early: its header says 4.00 seconds" in text


async def test_a_two_hour_file_is_analysed_or_refused_in_words(client, folder):
    source = str(folder / "allowed" / "long.flac")
    text, is_error = await text_of(client, "cover_song", {"src_audio_url": source, "caption": "jazz"})
    assert is_error
    assert "src_audio_url" in text
    assert "120:00 min" in text


async def test_unknown_and_unfinished_source_jobs_are_refused_before_anything_is_made(client):
    before = (await client.call_tool("list_jobs", {})).structured_content["total"]
    for tool, arguments in (
        ("retake_track", {"original_job_id": 4711}),
        (
            "repaint_section",
            {"source_job_id": 4711, "repainting_start": 0, "repainting_end": 1, "caption": "x"},
        ),
        ("extend_track", {"source_job_id": 4711, "prompt": "x"}),
        ("edit_track", {"source_job_id": 4711, "edit_target_prompt": "x"}),
        ("generate_lrc", {"job_id": 4711}),
    ):
        text, is_error = await text_of(client, tool, arguments)
        assert is_error
        assert "not found" in text, text
    assert (await client.call_tool("list_jobs", {})).structured_content["total"] == before


async def test_an_unfinished_source_job_is_named_as_such(tmp_path):
    async with session("stdio", "legacy", tmp_path, AUDIOPOD_MAX_WAIT="1", **BEEPER) as client:
        long = {"mode": "prompt2instrumental", "caption": "slow 60"}
        job = (await client.call_tool("generate_music", long)).structured_content
        assert job["status"] in {"PENDING", "PROCESSING"}
        text, is_error = await text_of(client, "retake_track", {"original_job_id": job["job_id"]})
        assert is_error
        assert "completed" in text or "finished" in text
        assert (await client.call_tool("delete_job", {"job_id": job["job_id"]})).structured_content["deleted"]


async def test_a_local_recording_goes_the_whole_way(client, folder):
    source = os.fspath(folder / "allowed" / "tone.wav")
    job = await finished(
        client,
        "repaint_section",
        {"src_audio_url": source, "repainting_start": 1, "repainting_end": 2, "caption": "jazz piano"},
    )
    assert job["audio_duration"] == pytest.approx(4, abs=0.01)
