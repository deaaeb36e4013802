"""What was composed leaves as notes: over MCP as resources, aligned to the audio; a recording leaves as a lead sheet by ear."""

import base64
from io import BytesIO
from pathlib import Path

import mido
import numpy as np
import pytest
import soundfile

from .sessions import session

pytestmark = [pytest.mark.anyio, pytest.mark.slow]

SONG = {
    "caption": "pop song in G major, 120 bpm, piano, bass and drums",
    "lyrics": "[Verse]\nmorning light is on the river\n[Chorus]\nsail away",
    "duration": 6,
    "seed": 3,
}


def onsets(file, name):
    track = next(track for track in file.tracks if track.name == name)
    at, found = 0, []
    for message in track:
        at += message.time
        if message.type == "note_on":
            found.append(at)
    return found


async def read(client, uri):
    return (await client.read_resource(uri)).contents[0]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("notation")


@pytest.fixture(scope="module")
async def client(anyio_backend, folder):
    async with session("stdio", "legacy", folder) as client:
        yield client


async def test_a_song_leaves_as_midi_score_and_chords(client):
    made = await client.call_tool("generate_music", SONG)
    job = f"audiopod://jobs/{made.structured_content['job_id']}"
    await client.call_tool(
        "rename_job", {"job_id": made.structured_content["job_id"], "display_name": "Sail & away"}
    )
    midi = await read(client, f"{job}/midi")
    assert midi.mime_type == "audio/midi"
    file = mido.MidiFile(file=BytesIO(base64.b64decode(midi.blob)), charset="utf-8")
    assert file.tracks[0].name == "Sail & away"
    drums, rate = await stem(client, job, "drums")
    # At 120 BPM a quarter note lasts half a second: strokes are heard where the file has them.
    kit = next(track.name for track in file.tracks if "kit" in track.name)
    strokes = np.array(onsets(file, kit)) / file.ticks_per_beat / 2
    loud = np.abs(drums).max(axis=1)
    first = np.flatnonzero(loud > 0.05 * loud.max())[0] / rate
    assert abs(first - strokes[0]) < 0.02
    score = await read(client, f"{job}/score")
    assert "<work-title>Sail &amp; away</work-title>" in score.text
    for kind, ending, begins in (
        ("midi", "mid", b"MThd"),
        ("score", "musicxml", b"<?xml"),
        ("chords", "cho", b"{title: Sail & away}"),
        ("lyrics", "lrc", b"["),
    ):
        saved = await client.call_tool(
            "save_audio", {"job_id": made.structured_content["job_id"], "format": kind}
        )
        path = Path(saved.structured_content["path"])
        assert path.suffix == f".{ending}"
        assert path.stem == "Sail & away - text2music"
        assert path.read_bytes().startswith(begins)
    chords = await read(client, f"{job}/chords")
    assert "{title: Sail & away}" in chords.text
    assert "river" in chords.text


async def stem(client, job, track):
    made = await client.call_tool("extract_stem", {"src_audio_url": job, "track_name": track})
    saved = await client.call_tool(
        "save_audio", {"job_id": made.structured_content["job_id"], "format": "wav"}
    )
    return soundfile.read(saved.structured_content["path"], always_2d=True)


async def test_a_recording_leaves_as_a_lead_sheet_that_says_so(client, folder):
    recording = folder / "allowed" / "tune.wav"
    recording.parent.mkdir()
    soundfile.write(recording, plucked(["A", "F", "C", "G"] * 2), 22050)
    made = await client.call_tool(
        "repaint_section",
        {
            "src_audio_url": str(recording),
            "caption": "piano",
            "repainting_start": 14,
            "repainting_end": 16,
        },
    )
    job = f"audiopod://jobs/{made.structured_content['job_id']}"
    sheet = (await read(client, f"{job}/chords")).text
    assert "{comment: Heard in a recording, not composed: " in sheet
    assert "Am" in sheet
    midi = mido.MidiFile(file=BytesIO(base64.b64decode((await read(client, f"{job}/midi")).blob)))
    assert [track.name for track in midi.tracks] == [f"repaint {job.rpartition('/')[2]}", "Melody"]
    for kind in ("midi", "score", "chords"):
        saved = await client.call_tool(
            "save_audio", {"job_id": made.structured_content["job_id"], "format": kind}
        )
        note = saved.structured_content["note"]
        assert note.startswith("Heard in a recording, not composed: tempo ")
        assert note.endswith("at each moment.")
        assert note in saved.content[0].text


def plucked(roots, rate=22050):
    """Two seconds of a chord for each root (``A`` minor, the others major), struck four times, with a tune above."""
    steps = {"A": (57, 60, 64), "F": (53, 57, 60), "C": (48, 52, 55), "G": (55, 59, 62)}
    length = rate // 2
    time = np.arange(length) / rate
    struck = []
    for root in roots:
        for beat in range(4):
            tones = [*steps[root], steps[root][beat % 3] + 24]
            waves = sum(
                np.sin(2 * np.pi * 440 * 2 ** ((pitch - 69) / 12) * harmonic * time) / harmonic
                for pitch in tones
                for harmonic in (1, 2, 3)
            )
            struck.append(0.08 * waves * np.exp(-4 * time))
    return np.concatenate(struck)
