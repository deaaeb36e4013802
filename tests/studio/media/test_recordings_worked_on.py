"""Recordings from the wild, worked on: what the header hid is there, and what was wrong is told."""

import io

import numpy as np
import pytest
import soundfile

from tests.studio.studios import MUSIC, opened

from .wild import encoded, flac_of_length, music, wav, without_index

pytestmark = [pytest.mark.anyio, pytest.mark.slow]


@pytest.fixture(scope="module")
async def local(anyio_backend, tmp_path_factory, songs):
    async with opened(tmp_path_factory.mktemp("data"), local_folders=(songs,), engine="local") as client:
        yield client


async def audio_of(studio, url):
    return soundfile.read(io.BytesIO((await studio.get(url)).content), dtype="float32", always_2d=True)


LOUD = music(8, 22_050, 1, peak=1.5)


@pytest.mark.parametrize("kind", [("WAV", "FLOAT"), ("AIFF", "FLOAT"), ("WAV", "DOUBLE")])
async def test_an_edit_keeps_what_is_over_full_scale(local, songs, kind):
    (songs / "loud").write_bytes(encoded(LOUD, 22_050, *kind))
    job = await local.make(
        "edit", src_audio_url=str(songs / "loud"), edit_target_prompt="mute 3 to 5 seconds"
    )
    assert job["status"] == "COMPLETED", job
    audio, rate = await audio_of(local, job["output_url"])
    assert np.array_equal(audio[: 3 * rate], LOUD[: 3 * rate])
    assert np.array_equal(audio[5 * rate :], LOUD[5 * rate :])


async def test_so_does_a_repaint_and_what_goes_on_from_it(local, songs):
    (songs / "loud").write_bytes(encoded(LOUD, 22_050, "WAV", "FLOAT"))
    window = {"repainting_start": 3, "repainting_end": 5, "caption": "rock with piano"}
    job = await local.make("repaint", src_audio_url=str(songs / "loud"), **window)
    assert job["status"] == "COMPLETED", job
    audio, rate = await audio_of(local, job["output_url"])
    assert rate == 22_050
    assert np.array_equal(audio[: 3 * rate], LOUD[: 3 * rate])
    assert np.array_equal(audio[5 * rate :], LOUD[5 * rate :])
    assert job["output_url"].endswith(".wav")
    assert [note for note in job["notes"] if "full scale" in note]
    flac, _ = await audio_of(local, job["output_urls"]["flac"])
    assert np.abs(flac).max() <= 1
    assert len(flac) == len(LOUD)
    again = await local.make("repaint", src_audio_url=f"audiopod://jobs/{job['id']}", **window)
    twice, _ = await audio_of(local, again["output_url"])
    assert np.array_equal(twice[: 3 * rate], LOUD[: 3 * rate])
    longer = await local.make("extend", source_job_id=job["id"], prompt="go on", right_extend_length=3)
    extended, _ = await audio_of(local, longer["output_url"])
    assert np.array_equal(extended[: 6 * rate], audio[: 6 * rate])
    edited = await local.make("edit", source_job_id=job["id"], edit_target_prompt="mute 2 to 4 seconds")
    muted, _ = await audio_of(local, edited["output_url"])
    assert np.array_equal(muted[5 * rate :], audio[5 * rate :])
    assert not muted[3 * rate : 3 * rate + 100].any()


async def test_what_is_wrong_with_a_recording_is_told_once(local, songs):
    (songs / "cut").write_bytes(wav(music(8, 22_050, 1), 22_050)[: 22_050 * 2 * 5 + 44])
    job = await local.make("extract-stem", src_audio_url=str(songs / "cut"), track_name="drums")
    assert sum("ends early" in note for note in job["notes"]) == 1


async def test_within_full_scale_a_flac_does(local, songs):
    (songs / "soft").write_bytes(encoded(music(6, 22_050, 1), 22_050, "WAV", "FLOAT"))
    window = {"repainting_start": 3, "repainting_end": 5, "caption": "rock with piano"}
    job = await local.make("repaint", src_audio_url=str(songs / "soft"), **window)
    assert job["output_url"].endswith(".flac")


@pytest.mark.parametrize(
    ("spoil", "seconds", "told"),
    [
        (lambda s: wav(s, 22_050, size=0), 8, None),
        (lambda s: flac_of_length(encoded(s, 22_050, "FLAC"), 0), 8, None),
        (lambda s: flac_of_length(encoded(s, 22_050, "FLAC"), 22_050), 8, "beyond what its header says"),
        (lambda s: without_index(encoded(s, 22_050, "MP3", bitrate_mode="VARIABLE")), 8, None),
        (lambda s: encoded(s, 22_050, "OGG") * 2, 16, None),
        (lambda s: wav(s, 22_050)[: 22_050 * 2 * 5 + 44], 5, "ends early"),
    ],
)
async def test_all_of_it_is_analysed_and_worked_on(local, songs, spoil, seconds, told):
    (songs / "wild").write_bytes(spoil(music(8, 22_050, 1)))
    answer = (await local.post(f"{MUSIC}/analyze", json={"audio_url": str(songs / "wild")})).json()
    assert answer["duration"] == pytest.approx(seconds, abs=0.15)
    assert [note for note in answer["notes"] if note.startswith("audio_url: ")] == (
        [note for note in answer["notes"] if told in note] if told else []
    )
    assert not told or any(told in note for note in answer["notes"])
    if told:
        source = str(songs / "wild")
        job = await local.make("edit", src_audio_url=source, edit_target_prompt="quieter by 1 dB")
        assert any(told in note for note in job["notes"]), job
