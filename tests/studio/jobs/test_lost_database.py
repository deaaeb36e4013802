"""Audio outlives the database: whatever becomes of ``studio.db``, each finished job is there again, as it was."""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import time

import pytest

from audiopod_mcp.studio.jobs.shared_file import SharedFile
from audiopod_mcp.studio.jobs.store import Store
from audiopod_mcp.studio.media.store import MediaStore
from tests.server.sessions import session
from tests.studio.studios import BEEPER, MUSIC, opened

KEY, OTHER = {"X-API-Key": "ap_one_0123456789"}, {"X-API-Key": "ap_two_0123456789"}

pytestmark = pytest.mark.anyio


def database(folder):
    return [path for path in folder.iterdir() if path.name.startswith("studio.db")]


def remove(folder):
    for path in database(folder):
        path.unlink()


def truncate(folder):
    remove(folder)
    (folder / "studio.db").write_bytes(b"")


def empty(folder):
    remove(folder)
    Store(SharedFile(folder / "studio.db")).close()


async def audio(studio, job):
    answer = await studio.get(job["output_url"])
    return answer.status_code, answer.content


@pytest.mark.parametrize("lose", [remove, truncate, empty])
async def test_finished_jobs_come_back_as_they_were(tmp_path, lose, caplog):
    async with opened(tmp_path) as studio:
        await studio.make(caption="refuse")
        made = await studio.create(caption="a beep", display_name="First", format="mp3", headers=KEY)
        await studio.wait(made, headers=KEY)
        await studio.patch(f"{MUSIC}/jobs/{made}", json={"display_name": "Renamed"}, headers=KEY)
        await studio.post(f"{MUSIC}/{made}/lrc", json={"lyrics": "la"}, headers=KEY)
        await studio.create(caption="slow 60")  # whose number is the highest, without any audio
        before = await studio.job(made, headers=KEY)
        sound = await audio(studio, before)
    lose(tmp_path)
    async with opened(tmp_path) as studio:
        after = await studio.job(made, headers=KEY)
        assert after == before
        assert await audio(studio, before) == sound  # the old link is good as well
        assert after["display_name"] == "Renamed"
        for stranger in (OTHER, {}):
            assert (await studio.get(f"{MUSIC}/jobs/{made}", headers=stranger)).status_code == 404
        assert await studio.create(caption="x") == 4
        assert "did not know 1 finished jobs" in caplog.text


@pytest.mark.slow
async def test_a_database_copied_without_its_log_has_all_that_is_finished(tmp_path):
    async with opened(tmp_path / "one") as studio:
        job = await studio.make(caption="x")
        shutil.copytree(tmp_path / "one", tmp_path / "two", ignore=shutil.ignore_patterns("*-wal", "*-shm"))
        copy = sqlite3.connect(tmp_path / "two" / "studio.db")
        assert copy.execute("SELECT status FROM jobs").fetchall() == [("COMPLETED",)]
        copy.close()
    assert [path.name for path in database(tmp_path / "one")] == ["studio.db"]
    async with opened(tmp_path / "two") as studio:
        assert (await audio(studio, await studio.job(job["id"])))[0] == 200


@pytest.mark.slow
async def test_a_database_of_yesterday(tmp_path):
    """What was in the middle then is finished by now, what was deleted since is not there, what is new is."""
    folder, copy = tmp_path / "data", tmp_path / "yesterday.db"
    async with opened(folder, workers=2) as studio:
        unfinished, deleted = await studio.create(caption="slow 1"), (await studio.make(caption="x"))["id"]
        await studio.begins(unfinished)
        with sqlite3.connect(copy) as yesterday, sqlite3.connect(folder / "studio.db") as today:
            today.backup(yesterday)
        today.close(), yesterday.close()
        await studio.wait(unfinished)
        seed_of_then = (await studio.job(unfinished))["completed_at"]
        new = (await studio.make(caption="new"))["id"]
        await studio.delete(f"{MUSIC}/jobs/{deleted}")
    remove(folder)
    copy.rename(folder / "studio.db")
    async with opened(folder) as studio:
        job = await studio.job(unfinished)
        assert (job["status"], job["completed_at"]) == ("COMPLETED", seed_of_then)
        assert (await studio.job(new))["status"] == "COMPLETED"
        assert (await audio(studio, await studio.job(new)))[0] == 200
        gone = await studio.get((await studio.job(deleted))["output_url"])
        assert gone.status_code == 410
        assert "was removed from the studio's data folder" in gone.json()["detail"]
        assert await studio.create(caption="x") == new + 1


@pytest.mark.slow
async def test_a_deleted_job_does_not_come_back_and_its_audio_has_a_term(tmp_path):
    async with opened(tmp_path) as studio:
        first, second = [(await studio.make(caption="x"))["id"] for _ in range(2)]
        await studio.delete(f"{MUSIC}/jobs/{second}")
        (trashed,) = (tmp_path / "trash").iterdir()
        shutil.copytree(trashed, tmp_path / "media" / str(second))  # as if it could not have been moved
    async with opened(tmp_path) as studio:
        assert (await studio.job(second)) == {"detail": "Music job not found"}
        assert [path.name for path in (tmp_path / "media").iterdir()] == [str(first)]
        assert len(list((tmp_path / "trash").iterdir())) == 2
    remove(tmp_path)
    eight_days_ago = int(time.time()) - 8 * 86_400
    trashed.rename(trashed.with_name(f"{second}-{eight_days_ago}-0"))
    async with opened(tmp_path) as studio:
        assert [job["id"] for job in (await studio.get(f"{MUSIC}/jobs")).json()] == [first]
        assert len(list((tmp_path / "trash").iterdir())) == 1
        assert await studio.create(caption="x") == second + 1


def half(folder):
    text = (folder / "job.json").read_text()
    (folder / "job.json").write_text(text[: len(text) // 2])


def huge(folder):
    with (folder / "job.json").open("a") as file:
        file.write(" " * (5 * 2**20))


def infinite(folder):
    text = (folder / "job.json").read_text()
    (folder / "job.json").write_text(text.replace('"bpm": 120.0', '"bpm": 1e999'))


def nested(folder):
    (folder / "job.json").write_text("[" * 100_000)


def folder_for_a_file(folder):
    (folder / "job.json").unlink()
    (folder / "job.json").mkdir()


def without_audio(folder):
    (folder / "take-1" / "audio.flac").unlink()


def without_record(folder):
    (folder / "job.json").unlink()


DAMAGE = [half, huge, infinite, nested, folder_for_a_file, without_audio, without_record]
LIES = [
    {"id": 5},
    {"id": 2**70},
    {"owner": "ap_somebody"},
    {"takes": [{"name": "../../../etc"}]},
    {"takes": [{"name": "take-1", "stems": ["../x"]}]},
    {"takes": "take-1"},
    {"takes": [{"name": "take-1", "seed": "x"}]},
    {"status": "PENDING"},
    {"sources": {"a": {"job": "x"}}},
    {"created_at": "yesterday"},
    {"token": ""},
    {"display_name": "\ud800"},
    {"thumbnail_url": "javascript:alert(1)"},
    {"format": "exe"},
]


@pytest.mark.slow
async def test_bad_records_harm_nobody(tmp_path, caplog):
    async with opened(tmp_path) as studio:
        good = (await studio.make(caption="x"))["id"]
    media = tmp_path / "media"
    record = json.loads((media / str(good) / "job.json").read_text())
    for number, change in enumerate((*DAMAGE, *LIES), 100):
        folder = shutil.copytree(media / str(good), media / str(number))
        (folder / "job.json").write_text(json.dumps({**record, "id": number}))
        if callable(change):
            change(folder)
        else:
            (folder / "job.json").write_text(json.dumps({**record, "id": number, **change}))
    if hasattr(os, "mkfifo"):
        shutil.copytree(media / str(good), media / "200")
        (media / "200" / "job.json").unlink()
        os.mkfifo(media / "200" / "job.json")
        (media / "201").symlink_to(media / str(good))
    there = sorted(folder.name for folder in media.iterdir())
    remove(tmp_path)
    async with opened(tmp_path) as studio:
        assert [job["id"] for job in (await studio.get(f"{MUSIC}/jobs")).json()] == [good]
        assert "media/100 is kept and belongs to no job: its job.json can't be read" in caplog.text
        assert sorted(folder.name for folder in media.iterdir()) == there
        assert (await studio.make(caption="x"))["status"] == "COMPLETED"


@pytest.mark.slow
async def test_a_record_is_written_for_audio_of_earlier_versions(tmp_path):
    async with opened(tmp_path) as studio:
        job = await studio.make(caption="x")
    (tmp_path / "media" / "1" / "job.json").unlink()
    async with opened(tmp_path) as studio:
        pass
    remove(tmp_path)
    async with opened(tmp_path) as studio:
        assert await studio.job(1) == job


@pytest.mark.slow
async def test_a_database_that_goes_while_the_studio_runs(tmp_path):
    """Its jobs go on in a new file, what is finished comes back, and no number is used twice."""
    async with opened(tmp_path) as studio:
        made, making = (await studio.make(caption="x"))["id"], await studio.create(caption="slow 1")
        await studio.begins(making)
        waiting = await studio.create(caption="x")
        remove(tmp_path)
        new = await studio.create(caption="x")
        assert new == waiting + 1
        for job_id in (made, making, waiting, new):
            assert (await studio.wait(job_id))["status"] == "COMPLETED"
        async with opened(tmp_path) as other:
            listed = [job["id"] for job in (await other.get(f"{MUSIC}/jobs")).json()]
            assert listed == [new, waiting, making, made]
            while tmp_path.exists():  # the studios at work may put something in meanwhile
                shutil.rmtree(tmp_path, ignore_errors=True)
            answer = await studio.post(f"{MUSIC}/text2music", json={"caption": "x"})
            assert answer.status_code == 507
            assert "the folder is there no more" in answer.json()["detail"]


RACE = """
import sys
from pathlib import Path
from audiopod_mcp.studio.jobs.recovery import reconcile
from audiopod_mcp.studio.jobs.shared_file import SharedFile
from audiopod_mcp.studio.jobs.store import Store
from audiopod_mcp.studio.media.store import MediaStore
data, name = Path(sys.argv[1]), sys.argv[2]
store, media = Store(SharedFile(data / "studio.db")), MediaStore(data, name)
while not (data / "stop").exists():
    done = reconcile(store, media)
    assert not done.left, done
"""


@pytest.mark.slow
async def test_sweeping_does_not_race_with_those_who_publish(tmp_path):
    """Other processes sweep all the time while jobs are finished and deleted: none is lost, none comes back."""
    async with opened(tmp_path) as studio:
        sweepers = [
            subprocess.Popen([sys.executable, "-c", RACE, str(tmp_path), name]) for name in ("one", "two")
        ]
        kept, deleted = [], []
        for _ in range(12):
            job = await studio.make(caption="x")
            (deleted if len(kept) > len(deleted) else kept).append(job["id"])
            if job["id"] in deleted:
                await studio.delete(f"{MUSIC}/jobs/{job['id']}")
        (tmp_path / "stop").touch()
        assert [process.wait(60) for process in sweepers] == [0, 0]
        assert {job["id"] for job in (await studio.get(f"{MUSIC}/jobs")).json()} == set(kept)
        assert MediaStore(tmp_path, "look").job_ids() == set(kept)


async def test_jobs_are_listed_as_they_were_made_though_the_clock_went_back(tmp_path, monkeypatch):
    times = iter([f"2030-01-0{day}T00:00:00.000Z" for day in (3, 2, 1)])
    async with opened(tmp_path) as studio:
        with monkeypatch.context() as changed:
            changed.setattr("audiopod_mcp.studio.jobs.store.now", lambda: next(times))
            store = studio.app.state.studio.store
            values = {"owner": "", "task": "x", "params": {}, "sources": {}, "engine": "e", "format": "flac"}
            for _ in range(3):
                store.create({**values, "fingerprint": "f"})
        assert [job["id"] for job in (await studio.get(f"{MUSIC}/jobs")).json()] == [3, 2, 1]


@pytest.mark.slow
async def test_audio_that_was_removed_by_hand_is_said_so(tmp_path):
    async with session("stdio", "legacy", tmp_path, AUDIOPOD_ENGINE=BEEPER) as client:
        await client.call_tool("generate_music", {"caption": "x"})
        shutil.rmtree(tmp_path / "data" / "media" / "1")
        for tool in ("save_audio", "get_job"):
            said = (await client.call_tool(tool, {"job_id": 1})).content[0].text
            assert "audio of job 1 was removed from the studio's data folder" in said
            assert "someone else" not in said


@pytest.mark.slow
def test_two_studios_that_start_at_once_after_a_kill_and_a_loss(tmp_path, serve):
    data = tmp_path / "data"
    studio = serve()
    jobs = [studio.wait(studio.create(caption="x", display_name=f"Song {number}")) for number in range(4)]
    last = studio.create(caption="slow 60")
    studio.kill()
    remove(data)
    both = [serve(), serve()]
    for one in both:
        assert len(one.client.get(f"{MUSIC}/jobs").json()) == len(jobs)
    for job in jobs:
        again = both[1].job(job["id"])
        assert (again["display_name"], again["completed_at"]) == (job["display_name"], job["completed_at"])
    assert [one.create(caption="x") for one in both] == [last + 1, last + 2]
    assert both[0].wait(last + 2)["status"] == "COMPLETED"
