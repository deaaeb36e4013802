"""All stems in one job: what they are of, that they fit together, and that nothing is separated twice."""

import io
import shutil
from itertools import pairwise

import mido
import numpy as np
import pytest
import soundfile

from audiopod_mcp.music.separation.separate import DOUBT_NOTE, SeparatedStem
from audiopod_mcp.studio.engines.stem_sets import noted_on
from tests.music.synth import chords, drums, silence, stereo, sung, tone
from tests.studio.studios import MUSIC, opened

pytestmark = [pytest.mark.anyio, pytest.mark.slow]

STEMS = "/api/v1/stem-extraction"
SETS = {
    "two": {"vocals", "instrumental"},
    "four": {"vocals", "drums", "bass", "other"},
    "six": {"vocals", "drums", "bass", "guitar", "piano", "other"},
}
RATE = 22_050


@pytest.fixture(scope="module")
def recordings(tmp_path_factory):
    """A band with a singer, and the same without one."""
    folder = tmp_path_factory.mktemp("recordings")
    voice = np.concatenate([np.zeros(RATE), sung([67, 69, 72, 71, 67, 64] * 2, 0.5, RATE), np.zeros(RATE)])
    band = {
        "drums": stereo(drums(120, "khshkhsh", 4, RATE), 0.4),
        "bass": stereo(
            np.concatenate([tone(r, 2.0, RATE, harmonics=3, decay=0.1) for r in (36, 41, 43, 36)]), 0.25
        ),
        "pad": stereo(chords([(60, 4), (65, 4), (67, 4), (60, 4)], 2.0, RATE, bass=False), 0.15),
    }
    parts = {**band, "voice": stereo(voice, 0.2)}
    length = min(len(part) for part in parts.values())
    mix = sum(part[:length] for part in parts.values())
    soundfile.write(folder / "sung.flac", mix, RATE, subtype="PCM_16")
    soundfile.write(folder / "played.flac", mix - parts["voice"][:length], RATE, subtype="PCM_16")
    soundfile.write(folder / "loud.wav", mix * (2 / np.abs(mix).max()), RATE, subtype="FLOAT")
    soundfile.write(folder / "silent.wav", silence(8, RATE), RATE)
    return folder


@pytest.fixture(scope="module")
async def studio(anyio_backend, tmp_path_factory, recordings):
    folder = tmp_path_factory.mktemp("data")
    async with opened(folder, engine="local", local_folders=(recordings, folder), tell_files=True) as client:
        yield client


@pytest.fixture(scope="module")
async def song(studio):
    job = await studio.make(
        caption="pop song with drums, bass, electric guitar, strings and a singer",
        lyrics="[Verse]\nhello from the studio\nhello from the sea",
        audio_duration=10,
        seed=3,
    )
    assert job["status"] == "COMPLETED", job
    return job


async def heard(studio, url):
    answer = await studio.get(url)
    assert answer.status_code == 200, answer.text
    return soundfile.read(io.BytesIO(answer.content), dtype="float64", always_2d=True)


async def separated(studio, source, mode="four", **more):
    job = await studio.make("separate-stems", src_audio_url=str(source), mode=mode, **more)
    assert job["status"] == "COMPLETED", job
    stems = {name: await heard(studio, url) for name, url in job["stem_urls"].items()}
    return job, {name: audio for name, (audio, _) in stems.items()}


def apart(stems, mix):
    """How far below the mix the difference is to the sum of the stems, dB."""
    assert {stem.shape for stem in stems.values()} == {mix.shape}
    rest = sum(stems.values()) - mix
    return 10 * np.log10(np.square(rest).sum() / np.square(mix).sum() + 1e-30)


@pytest.mark.parametrize("mode", SETS)
async def test_a_composed_song_comes_apart_exactly(studio, song, mode):
    job, stems = await separated(studio, f"audiopod://jobs/{song['id']}", mode)
    assert (job["task"], job["source_job_id"]) == ("separate_stems", song["id"])
    assert set(stems) == SETS[mode]
    mix, _ = await heard(studio, song["output_url"])
    assert apart(stems, mix) < -40
    assert np.abs(stems["vocals"]).max() > 0.01
    own = {name: (await heard(studio, url))[0] for name, url in song["stem_urls"].items()}
    voices = sum(own[name] for name in ("vocals", "backing_vocals") if name in own)
    assert np.abs(stems["vocals"] - voices).max() < 1e-5
    silent = {name for name, stem in stems.items() if not stem.any()}
    assert silent == {wish["asked"] for wish in job["not_done"] or ()}
    assert f"{len(stems)} aligned stems" in job["done"][0]


async def test_what_was_taken_out_of_a_composed_song_is_written_down_as_it_was_composed(studio, song):
    async def midi(job):
        answer = await studio.get(f"/api/v1/music/jobs/{job['id']}/notation/midi")
        assert answer.status_code == 200, answer.text
        return mido.MidiFile(file=io.BytesIO(answer.content))

    def notes(track):
        return [(message.note, message.velocity) for message in track if message.type == "note_on"]

    composed = await midi(song)
    stems, _ = await separated(studio, f"audiopod://jobs/{song['id']}", "two")
    assert [notes(track) for track in (await midi(stems)).tracks] == [notes(t) for t in composed.tracks]
    bass = await studio.make("extract-stem", src_audio_url=f"audiopod://jobs/{song['id']}", track_name="bass")
    _, player = (await midi(bass)).tracks
    (own,) = [track for track in composed.tracks if track.name == player.name]
    assert notes(player) == notes(own)


@pytest.mark.parametrize("mode", ["two", "four"])
async def test_a_recording_comes_apart_into_what_sums_to_it(studio, recordings, mode):
    job, stems = await separated(studio, recordings / "sung.flac", mode)
    mix, _ = soundfile.read(recordings / "sung.flac", always_2d=True)
    assert set(stems) == SETS[mode]
    assert apart(stems, mix) < -25
    assert all(np.abs(stem).max() > 0.01 for stem in stems.values())
    assert "signal processing" in " ".join(job["notes"])
    assert not job["not_done"]


async def test_six_of_a_recording_are_refused_with_what_to_do(studio, recordings):
    job = await studio.make("separate-stems", src_audio_url=str(recordings / "sung.flac"), mode="six")
    assert job["status"] == "FAILED"
    assert job["error_message"].startswith("mode: guitar and piano can't be separated")
    for way_out in ("mode four", "audiopod-mcp[demucs]", "AUDIOPOD_DEMUCS_MODELS"):
        assert way_out in job["error_message"]


def test_what_is_doubtful_is_noted_first():
    """Answers have room for the beginning of the notes alone."""
    doubt = DOUBT_NOTE.format(track="vocals")
    found = {"drums": ("Traces remain.", "Clear."), "vocals": ("Traces remain.", doubt)}
    heard = {track: SeparatedStem(np.zeros((1, 1), np.float32), notes) for track, notes in found.items()}
    assert noted_on(heard, ("By a model.",)) == (doubt, "By a model.", "Traces remain.", "Clear.")


async def test_what_is_not_heard_is_silent_and_told(studio, recordings):
    job, stems = await separated(studio, recordings / "played.flac")
    ((asked, instead),) = [(wish["asked"], wish["instead"]) for wish in job["not_done"]]
    assert asked == "vocals"
    assert "No singing was heard" in instead
    assert not stems["vocals"].any()
    mix, _ = soundfile.read(recordings / "played.flac", always_2d=True)
    assert apart(stems, mix) < -25
    for source in (recordings / "played.flac", f"audiopod://jobs/{job['id']}"):
        voice = await studio.make("extract-stem", src_audio_url=str(source), track_name="vocals")
        assert voice["status"] == "FAILED", voice


@pytest.mark.parametrize(("name", "line"), [("silent.wav", "silent"), ("played.flac", "No singing")])
async def test_where_nothing_is_heard_nothing_is_made(studio, recordings, name, line):
    job = await studio.make("separate-stems", src_audio_url=str(recordings / name), mode="two")
    assert job["status"] == "FAILED"
    assert line in job["error_message"]


async def test_a_recording_over_full_scale_still_sums_up(studio, recordings):
    job, stems = await separated(studio, recordings / "loud.wav")
    mix, _ = await heard(studio, job["output_url"])
    assert apart(stems, mix) < -25
    source, _ = soundfile.read(recordings / "loud.wav", always_2d=True)
    gain = np.abs(mix).max() / np.abs(source).max()
    assert np.abs(mix - gain * source).max() < 1e-3
    assert f"{-20 * np.log10(gain):.1f} dB softer" in " ".join(job["notes"])


async def test_a_stem_of_what_was_separated_is_not_separated_again(studio, recordings, monkeypatch):
    upload = await studio.make(
        "edit", src_audio_url=str(recordings / "sung.flac"), edit_target_prompt="quieter by 1 dB"
    )
    job, stems = await separated(studio, f"audiopod://jobs/{upload['id']}")
    for source in (upload["id"], job["id"]):
        again = await studio.make(
            "extract-stem", src_audio_url=f"audiopod://jobs/{source}", track_name="drums"
        )
        assert "nothing was separated anew" in " ".join(again["notes"])
        audio, _ = await heard(studio, again["output_url"])
        assert np.array_equal(audio, stems["drums"])
    # Another key's set is nobody else's business.
    yours = {"X-API-Key": "ap_yours"}
    made = await studio.create(
        "edit", headers=yours, src_audio_url=str(recordings / "sung.flac"), edit_target_prompt="up 1 semitone"
    )
    await studio.wait(made, headers=yours)
    answer = await studio.post(
        f"{MUSIC}/extract-stem",
        headers=yours,
        json={"src_audio_url": f"audiopod://jobs/{job['id']}", "track_name": "drums"},
    )
    assert answer.status_code == 404


async def test_what_was_separated_without_a_model_is_not_what_a_model_gives(recordings, tmp_path):
    async with opened(tmp_path, engine="local", local_folders=(recordings,)) as studio:
        upload = await studio.make(
            "edit", src_audio_url=str(recordings / "played.flac"), edit_target_prompt="quieter by 1 dB"
        )
        source = f"audiopod://jobs/{upload['id']}"
        await separated(studio, source)
    models = {"AUDIOPOD_DEMUCS_MODELS": str(tmp_path / "models")}
    async with opened(tmp_path, engine="local", environment=models) as studio:
        drums = await studio.make("extract-stem", src_audio_url=source, track_name="drums")
        assert (drums["status"], drums["source_job_id"]) == ("FAILED", upload["id"])
        assert "AUDIOPOD_DEMUCS_MODELS" in drums["error_message"]


async def test_a_model_for_voices_is_used_from_the_next_job_on_and_told(recordings, tmp_path, voice_models):
    source, place = str(recordings / "sung.flac"), tmp_path / "models"

    async def made(studio, **wanted):
        job = await studio.make(wanted.pop("operation"), src_audio_url=wanted.pop("source", source), **wanted)
        return job, " ".join(job.get("notes") or ())

    async with opened(tmp_path, engine="local", local_folders=(recordings,)) as studio:
        before, notes = await made(studio, operation="extract-stem", track_name="vocals")
        assert "signal processing" in notes
        upload, _ = await made(studio, operation="edit", edit_target_prompt="quieter by 1 dB")
        whole = f"audiopod://jobs/{upload['id']}"
        await separated(studio, whole, "two")

        shutil.copytree(voice_models, place)
        again, notes = await made(studio, operation="extract-stem", track_name="vocals", source=whole)
        assert again["status"] == "COMPLETED", again
        assert "spleeter" in notes
        assert "nothing was separated anew" not in notes
        job, stems = await separated(studio, source, "four")
        assert "spleeter" in " ".join(job["notes"])
        mix, _ = soundfile.read(source, always_2d=True)
        assert apart(stems, mix) < -25
        karaoke, notes = await made(studio, operation="edit", edit_target_prompt="remove the vocals")
        assert karaoke["status"] == "COMPLETED", karaoke
        assert "spleeter" in notes

        (weights,) = (place / "spleeter").glob("*.safetensors")
        weights.write_bytes(weights.read_bytes()[:-1] + b"\x55")  # as long as it was
        damaged, notes = await made(studio, operation="extract-stem", track_name="vocals")
        assert damaged["status"] == "COMPLETED", damaged
        assert "audiopod-mcp models add spleeter" in notes
        karaoke, notes = await made(studio, operation="edit", edit_target_prompt="remove the vocals")
        assert "audiopod-mcp models add spleeter" in notes

        shutil.rmtree(place)
        without, notes = await made(studio, operation="extract-stem", track_name="vocals")
        assert "spleeter" not in notes
        first, *others = [(await heard(studio, j["output_url"]))[0] for j in (before, damaged, without)]
        for other in others:
            np.testing.assert_array_equal(first, other)


async def test_a_stem_is_a_source_like_any_other(studio, song, tmp_path):
    drums = f"audiopod://jobs/{song['id']}/stems/drums"
    (url,) = [url for name, url in song["stem_urls"].items() if name == "drums"]
    exact, _ = await heard(studio, url)
    job, _ = await separated(studio, f"audiopod://jobs/{song['id']}", "two")
    (file,) = [path for path in job["files"].values() if path.endswith("audio.flac")]
    for source, wanted in (
        (drums, exact),
        (url, exact),
        (file.replace("audio.flac", "stems/instrumental.flac"), None),
    ):
        if wanted is None:
            wanted, _ = soundfile.read(source, always_2d=True)
        louder = await studio.make("edit", src_audio_url=source, edit_target_prompt="quieter by 6 dB")
        assert louder["status"] == "COMPLETED", louder
        audio, _ = await heard(studio, louder["output_url"])
        assert np.abs(audio - wanted * 10 ** (-6 / 20)).max() < 1e-3
    heard_of_it = await studio.post(f"{MUSIC}/analyze", json={"audio_url": drums})
    assert heard_of_it.json()["success"]
    answer = await studio.post(f"{MUSIC}/analyze", json={"audio_url": drums.replace("drums", "tuba")})
    assert answer.status_code == 422
    assert "has no stem 'tuba'; it has " in answer.json()["detail"]


async def test_what_is_heard_of_a_stem_is_not_told_of_the_song(tmp_path):
    async with opened(tmp_path) as studio:
        job = await studio.make(caption="x")
        stem = f"audiopod://jobs/{job['id']}/stems/bass"
        heard_of_it = (await studio.post(f"{MUSIC}/analyze", json={"audio_url": stem})).json()
        assert heard_of_it["sections"]
        assert "sections" not in (await studio.job(job["id"]))["details"]


async def test_the_address_of_a_stem_can_not_be_made_up(studio, song):
    url = song["stem_urls"]["drums"]
    for wrong in (url.replace("drums", "tuba"), url.replace("-", "+"), url.replace("drums", "../audio")):
        assert (await studio.get(wrong)).status_code == 404


async def test_the_stem_service_is_answered_in_its_own_words(studio, song):
    base = f"audiopod://jobs/{song['id']}"
    made = await studio.post(f"{STEMS}/api/extract", data={"url": base, "mode": "two"})
    assert made.status_code == 200
    assert made.json()["status"] in {"PENDING", "PROCESSING"}
    number = made.json()["id"]
    await studio.wait(number)
    told = (await studio.get(f"{STEMS}/status/{number}")).json()
    assert (told["status"], set(told["download_urls"])) == ("COMPLETED", SETS["two"])
    listed = (await studio.get(f"{STEMS}/jobs", params={"limit": 1})).json()
    assert [job["id"] for job in listed] == [number]
    assert (await studio.get(f"{STEMS}/status/{song['id']}")).status_code == 404
    assert (await studio.delete(f"{STEMS}/jobs/{song['id']}")).status_code == 404
    assert set((await studio.get(f"{STEMS}/modes")).json()["modes"]) == set(SETS)
    assert (await studio.delete(f"{STEMS}/jobs/{number}")).status_code == 200
    assert (await studio.get(f"{STEMS}/status/{number}")).status_code == 404


@pytest.mark.parametrize(
    ("form", "line"),
    [
        ({"data": {"mode": "two"}}, "url: required"),
        (
            {"data": {"url": "https://x.example/a.wav", "mode": "mastering"}},
            "mode: 'mastering' is not one of",
        ),
        ({"data": {"url": "https://x.example/a.wav", "mode": "single", "stem": "drums"}}, "extract-stem"),
        ({"data": {"mode": "two"}, "files": {"file": ("a.wav", b"RIFF")}}, "uploads are not taken here"),
        ({"data": {"url": "audiopod://jobs/99999"}}, "Music job not found"),
        ({"json": {"url": 7}}, "url: 7 is not text"),
        ({"content": b"\xff\xfe", "headers": {"content-type": "multipart/form-data; boundary=x"}}, ""),
    ],
)
async def test_what_the_stem_service_does_not_do_is_one_line(studio, form, line):
    answer = await studio.post(f"{STEMS}/api/extract", **form)
    assert answer.status_code in {400, 404, 422}
    told = answer.json()
    text = told.get("message") or told["detail"]
    assert line in text
    assert "\n" not in text


async def test_progress_never_goes_back(studio, recordings):
    job = await studio.create("separate-stems", src_audio_url=str(recordings / "sung.flac"))
    seen = []

    async def over():
        seen.append((await studio.job(job))["progress"] or 0)
        return seen[-1] == 100

    from tests.studio.studios import until

    await until(over)
    assert all(before <= after for before, after in pairwise(seen))
