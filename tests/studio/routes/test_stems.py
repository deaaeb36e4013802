"""Stems that are not kept: made by a worker when somebody asks, the same bytes each time, and told where not."""

import io
import json
import shutil
import sys
from pathlib import Path

import anyio
import numpy as np
import pytest
import soundfile

from audiopod_mcp.music.generation.generate import generate
from audiopod_mcp.music.model import Brief
from tests.studio.studios import MUSIC, opened, wait_for

pytestmark = [pytest.mark.anyio, pytest.mark.slow]

CAPTION = "rock with piano, 120 bpm, fading out"


def decoded(answer):
    assert answer.status_code == 200, answer.text
    return soundfile.read(io.BytesIO(answer.content), dtype="int32", always_2d=True)[0]


def home(client, job):
    return client.app.state.config.data_dir / "media" / str(job["id"]) / "take-1"


def size(folder):
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


async def song(client, **body):
    return await client.make(caption=CAPTION, instrumental=True, audio_duration=5, seed=3, **body)


@pytest.fixture(scope="module")
async def local(anyio_backend, tmp_path_factory):
    async with opened(tmp_path_factory.mktemp("data"), engine="local", workers=2) as client:
        yield client


async def test_a_song_costs_little_more_than_its_master(local):
    job = await local.make(caption="jazz with brass", instrumental=True, audio_duration=5, seed=1)
    assert size(home(local, job).parent) <= 1.3 * (home(local, job) / "audio.flac").stat().st_size


async def test_stems_are_made_once_for_all_who_ask_and_sum_to_the_master(local, monkeypatch):
    job = await song(local)
    made = []
    studio = local.app.state.studio
    run = studio.workers.run

    async def counted(function, *args, **options):
        made.append(function.__name__)
        return await run(function, *args, **options)

    monkeypatch.setattr(studio.workers, "run", counted)
    answers = {}

    async def ask(track, url):
        answers[track] = await local.get(url)

    async with anyio.create_task_group() as tasks:
        for track, url in job["stem_urls"].items():
            tasks.start_soon(ask, track, url)
            tasks.start_soon(ask, track, url)
    assert made == ["write_stems"]
    stems = {track: decoded(answer) for track, answer in answers.items()}
    assert len(stems) >= 3
    master = decoded(await local.get(job["output_urls"]["flac"]))
    # A fade is put on the mix and on each stem: they round on their own.
    assert np.abs(sum(stem.astype(float) for stem in stems.values()) - master).max() <= 2**16
    assert {path.name for path in home(local, job).iterdir()} == {
        "audio.flac", "recipe.json", "score.json", "stems",
    }  # fmt: skip


async def test_stems_and_what_is_made_of_them_are_those_of_the_song_bit_for_bit(local):
    """The library renders the same song, and keeps its stems."""
    job = await song(local)
    kept = json.loads((home(local, job) / "score.json").read_text())["brief"]
    brief = Brief(**{name: kept[name] for name in ("caption", "style", "mood", "tempo", "key", "timesignature")},
                  duration=kept["duration"], energy=kept["energy"], instruments=tuple(kept["instruments"]),
                  instrumental=True, language=kept["language"])  # fmt: skip
    stems = generate(brief, seed=3).stems
    assert set(stems) == set(job["stem_urls"])
    extracted = await local.make(
        "extract-stem", src_audio_url=f"audiopod://jobs/{job['id']}", track_name="bass"
    )
    for answer in (
        await local.get(extracted["output_urls"]["flac"]),
        await local.get(job["stem_urls"]["bass"]),
    ):
        expected = np.clip(np.round(stems["bass"] * np.float32(2**23)), -(2**23), 2**23 - 1).astype(np.int32)
        assert np.array_equal(decoded(answer), expected << 8)


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("cover", {"src_audio_url": "audiopod://jobs/{}", "caption": "bluegrass", "seed": 4}),
        ("retake", {"original_job_id": "{}", "retake_variance": 0.5, "retake_seeds": [5]}),
        ("reference", {"reference_audio_url": "audiopod://jobs/{}", "caption": "rock", "audio_duration": 5}),
        ("text2samples", {"caption": "drum loop", "prompt": "drum loop", "sample_type": "loop"}),
        ("text2samples", {"caption": "piano note", "prompt": "piano note", "sample_type": "one-shot"}),
    ],
)  # fmt: skip
async def test_all_that_is_new_music_costs_its_own_size_and_has_its_stems(local, path, body):
    if "{}" in str(body):
        first = str((await song(local))["id"])
        body = {
            name: value.format(first) if isinstance(value, str) else value for name, value in body.items()
        }
        body = {name: int(value) if name == "original_job_id" else value for name, value in body.items()}
    job = await local.make(path, **body)
    assert job["status"] == "COMPLETED", job
    assert not (home(local, job) / "stems").exists()
    master = decoded(await local.get(job["output_urls"]["flac"])).astype(float)
    total = sum([decoded(await local.get(url)).astype(float) for url in job["stem_urls"].values()])
    assert np.abs(total - master).max() <= 2**16 * 1.5


async def test_what_mixes_the_recorded_and_the_played_keeps_its_stems(local):
    job = await song(local)
    edited = await local.make("edit", source_job_id=job["id"], edit_target_prompt="louder bass")
    assert (home(local, edited) / "stems" / "bass.flac").is_file()
    assert (await local.get(edited["stem_urls"]["bass"])).status_code == 200


async def test_a_song_of_another_version_has_no_stems_that_do_not_sum_to_it(local):
    """An update that plays other instruments: here the score is changed, so that another is played."""
    job = await song(local)
    path = home(local, job) / "score.json"
    score = json.loads(path.read_text())
    for part in score["parts"]:
        part["instrument"] = "trumpet" if part["instrument"] == "piano" else part["instrument"]
        part["notes"] = [note | {"velocity": note["velocity"] // 2 + 1} for note in part["notes"]]
    path.write_text(json.dumps(score))
    answer = await local.get(job["stem_urls"]["bass"])
    assert answer.status_code == 410
    assert f"the stems of job {job['id']} can't be had any more" in answer.json()["detail"]
    assert "would not sum to it" in answer.json()["detail"]
    source = f"audiopod://jobs/{job['id']}"
    stem = await local.make("extract-stem", src_audio_url=source, track_name="bass")
    assert "played anew from its score" in " ".join(stem["notes"])
    edited = await local.make("edit", source_job_id=job["id"], edit_target_prompt="3 dB louder")
    assert "treated as a recording" in " ".join(edited["notes"])
    assert not edited.get("stem_urls")


async def test_a_recipe_that_is_damaged_is_an_error_in_one_line(local):
    job = await song(local)
    path = home(local, job) / "recipe.json"
    no_such_step = json.dumps(json.loads(path.read_text()) | {"steps": [["__init__", []]]})
    for damage in ("{", "[]", '{"steps": []}', no_such_step, None):
        if damage is None:
            path.unlink()
        else:
            path.write_text(damage)
        answer = await local.get(job["stem_urls"]["bass"])
        assert answer.status_code == 410, damage
        assert "\n" not in answer.json()["detail"]
        assert not (home(local, job) / "stems").exists()


async def test_stems_go_with_the_song_even_while_they_are_made(local):
    job = await song(local)
    async with anyio.create_task_group() as tasks:

        async def ask():
            answers.append(await local.get(job["stem_urls"]["bass"]))

        answers = []
        tasks.start_soon(ask)
        await anyio.sleep(0.05)
        assert (await local.delete(f"{MUSIC}/jobs/{job['id']}")).status_code == 200
    assert answers[0].status_code in (410, 404)
    assert not home(local, job).parent.exists()


@pytest.mark.skipif(sys.platform != "linux", reason="finds the worker in /proc")
def test_a_killed_worker_leaves_no_half_stems_and_the_next_request_makes_them(serve, tmp_path):
    studio = serve(engine="local")
    job_id = studio.create(caption=CAPTION, instrumental=True, audio_duration=40, seed=3)
    job = studio.wait(job_id, seconds=120)
    take = tmp_path / "data" / "media" / str(job_id) / "take-1"

    def making():
        return list((tmp_path / "data" / "work").rglob("stems"))

    with anyio.from_thread.start_blocking_portal() as portal:
        asked = portal.start_task_soon(anyio.to_thread.run_sync, studio.client.get, job["stem_urls"]["bass"])
        wait_for(making)
        tasks = Path(f"/proc/{studio.process.pid}/task").glob("*/children")
        for worker in " ".join(task.read_text() for task in tasks).split():
            cmdline = Path(f"/proc/{worker}/cmdline").read_bytes()
            if b"spawn_main" in cmdline:
                import os
                import signal

                os.kill(int(worker), signal.SIGKILL)
        assert asked.result(60).status_code == 503
    assert {path.name for path in take.iterdir()} == {"audio.flac", "recipe.json", "score.json"}
    assert not making()
    assert studio.client.get(job["stem_urls"]["bass"], timeout=120).status_code == 200


@pytest.mark.skipif(sys.platform != "linux", reason="limits a process from outside")
def test_stems_that_find_no_room_are_refused_with_the_way_out(serve, tmp_path):
    import resource

    studio = serve(engine="local")
    job_id = studio.create(caption=CAPTION, instrumental=True, audio_duration=5, seed=3)
    job = studio.wait(job_id, seconds=120)
    tasks = Path(f"/proc/{studio.process.pid}/task").glob("*/children")
    for worker in " ".join(task.read_text() for task in tasks).split():
        resource.prlimit(int(worker), resource.RLIMIT_FSIZE, (1000, resource.RLIM_INFINITY))
    answer = studio.client.get(job["stem_urls"]["bass"])
    assert answer.status_code == 507
    assert "the disk is full" in answer.json()["detail"]
    assert not (tmp_path / "data" / "media" / str(job_id) / "take-1" / "stems").exists()
    shutil.rmtree(tmp_path / "data", ignore_errors=True)
