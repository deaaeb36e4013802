"""All stems of a track by one call: told in few words, read, saved, and gone on with."""

import json
from pathlib import Path

import numpy as np
import pytest
import soundfile
from mcp import Client
from mcp.shared.exceptions import MCPError

from tests.music.synth import chords, drums, stereo, tone

from .sessions import ERAS, finished, session, text_of
from .test_own_recordings import Cloud, server

pytestmark = pytest.mark.anyio

RATE = 22_050


def band(folder):
    """A recording of drums, a bass and chords."""
    folder.mkdir()
    bass = np.concatenate([tone(root, 2.0, RATE, harmonics=3, decay=0.1) for root in (36, 41, 43, 36)])
    parts = [
        stereo(drums(120, "khshkhsh", 4, RATE), 0.4),
        stereo(bass, 0.25),
        stereo(chords([(60, 4), (65, 4), (67, 4), (60, 4)], 2.0, RATE, bass=False), 0.15),
    ]
    length = min(len(part) for part in parts)
    soundfile.write(folder / "band.wav", sum(part[:length] for part in parts), RATE)
    return str(folder / "band.wav"), length


@pytest.mark.slow
async def test_a_set_is_told_shortly_read_saved_and_gone_on_with(tmp_path):
    source, length = band(tmp_path / "allowed")
    old, new = (session("stdio", era, tmp_path) for era in ERAS)
    async with old as client, new as other:
        job = await finished(
            client, "separate_stems", {"src_audio_url": source, "mode": "four", "display_name": "Our band"}
        )
        root = f"audiopod://jobs/{job['job_id']}"
        assert job["stems"] == {name: f"{root}/stems/{name}" for name in ("vocals", "drums", "bass", "other")}
        assert [wish["asked"] for wish in job["not_done"]] == ["vocals"]
        for reader in (client, other):
            again = await reader.call_tool("get_job", {"job_id": job["job_id"]})
            assert again.structured_content["stems"] == job["stems"]
            text = again.content[0].text
            for told in (json.dumps(again.structured_content), text):
                assert len(told.encode()) <= 1_200 + 2 * len(str(tmp_path))
            assert f"{root}/stems/NAME" in text
            stem = (await reader.read_resource(job["stems"]["bass"])).contents[0]
            assert stem.mime_type == "audio/flac"
            with pytest.raises(MCPError, match="has no stem 'tuba'; it has bass, drums"):
                await reader.read_resource(f"{root}/stems/tuba")
        louder = await finished(
            client,
            "edit_track",
            {"src_audio_url": job["stems"]["drums"], "edits": [{"action": "level", "amount": -3}]},
        )
        assert louder["audio_duration"] == pytest.approx(length / RATE, abs=0.01)
        for name in ("Our band - separate stems - stems", "Our band - separate stems - stems (2)"):
            saved = await client.call_tool("save_audio", {"job_id": job["job_id"], "format": "stems"})
            folder = Path(saved.structured_content["path"])
            assert folder == tmp_path / "output" / name
            files = sorted(folder.iterdir())
            assert [file.name for file in files] == ["bass.flac", "drums.flac", "other.flac", "vocals.flac"]
            assert saved.structured_content["size_bytes"] == sum(file.stat().st_size for file in files)
        mix, _ = soundfile.read(source)
        stems = [soundfile.read(file)[0] for file in files]
        assert np.square(sum(stems) - mix).sum() < 10**-2.5 * np.square(mix).sum()
        text, is_error = await text_of(client, "save_audio", {"job_id": louder["job_id"], "format": "stems"})
        assert is_error
        assert "has no stems; separate_stems makes them" in text


async def test_a_studio_elsewhere_is_asked_for_a_set():
    cloud = Cloud(studio=True)
    async with Client(server(cloud)) as client:
        arguments = {"src_audio_url": "audiopod://jobs/7/stems/drums", "mode": "two"}
        assert not (await client.call_tool("separate_stems", arguments)).is_error
    ((path, body),) = cloud.made
    assert path.endswith("/separate-stems")
    assert json.loads(body) == arguments


@pytest.mark.parametrize("mode", ["single", "producer", "five", 4])
async def test_other_modes_are_refused_with_those_there_are(mode):
    cloud = Cloud(studio=True)
    async with Client(server(cloud)) as client:
        text, is_error = await text_of(
            client, "separate_stems", {"src_audio_url": "https://x.example/a.wav", "mode": mode}
        )
    assert is_error
    assert cloud.made == []
    assert "mode: " in text
    assert "'two', 'four' or 'six'" in text
