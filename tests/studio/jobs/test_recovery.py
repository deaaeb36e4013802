"""Nothing is lost when a process goes: the studio's or a worker's, politely or not."""

import contextlib
import os
import signal
import subprocess
import sys
import time

import anyio
import httpx
import pytest

from audiopod_mcp.settings import SettingsError
from audiopod_mcp.studio.jobs.shared_file import SharedFile
from audiopod_mcp.studio.jobs.store import Store
from tests.processes import children, is_alive
from tests.sounds import sound
from tests.studio.studios import BEEPER, HERE, MUSIC, opened, until, wait_for

linux_only = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")


def in_the_middle(studio, job_id):
    return wait_for(lambda: (job := studio.job(job_id))["status"] == "PROCESSING" and job["progress"] and job)


@pytest.mark.slow
def test_a_job_survives_kill_9_of_the_studio(serve, tmp_path):
    log = tmp_path / "log"
    settings = {"environment": {"BEEPER_LOG": str(log)}}
    studio = serve(**settings)
    running, waiting = studio.create(caption="first 60"), studio.create(caption="x")
    in_the_middle(studio, running)
    studio.kill()
    again = serve(**settings)
    for job_id in (running, waiting):
        job = again.wait(job_id)
        assert job["status"] == "COMPLETED", job
        assert again.client.get(job["output_urls"]["flac"]).content[:4] == b"fLaC"
    assert log.read_text().split("\n")[:3] == ["first 60", "first 60", "x"]
    # Of the one that was killed nothing is left.
    assert len(list((tmp_path / "data" / "instances").iterdir())) == 1
    assert len(list((tmp_path / "data" / "work").iterdir())) == 1


@pytest.mark.slow
@linux_only
def test_no_worker_outlives_a_killed_studio(serve):
    studio = serve()
    in_the_middle(studio, studio.create(caption="slow 60"))
    workers = children(studio.process.pid)
    assert workers
    studio.kill()
    wait_for(lambda: not any(is_alive(pid) for pid in workers))


@pytest.mark.slow
@linux_only
def test_a_studio_that_is_told_to_stop_puts_its_job_back_at_once(serve, tmp_path):
    studio = serve()
    job_id = studio.create(caption="slow 60")
    in_the_middle(studio, job_id)
    workers = children(studio.process.pid)
    studio.process.send_signal(signal.SIGTERM)
    studio.process.wait(40)  # and not until the job is done
    wait_for(lambda: not any(is_alive(pid) for pid in workers))
    store = Store(SharedFile(tmp_path / "data" / "studio.db"))
    job = store.job(job_id)
    store.close()
    assert (job.status, job.claimed_by, job.crashes) == ("PENDING", None, 0)
    assert list((tmp_path / "data" / "work").iterdir()) == []
    assert list((tmp_path / "data" / "instances").iterdir()) == []


@pytest.mark.slow
@pytest.mark.anyio
async def test_a_job_that_kills_its_worker_twice_is_given_up(tmp_path):
    log = tmp_path / "log"
    async with opened(tmp_path / "data", environment={"BEEPER_LOG": str(log)}) as studio:
        job = await studio.make(caption="die")
        assert job["status"] == "FAILED"
        assert job["error_message"].startswith("gave up: the process making this ended 2 times")
        assert log.read_text().split() == ["die", "die"]
        assert (await studio.make(caption="x"))["status"] == "COMPLETED"


@pytest.mark.slow
@pytest.mark.anyio
async def test_a_death_concerns_nobody_else(tmp_path):
    async with opened(tmp_path, workers=2) as studio:
        bystander = await studio.create(caption="slow 60")
        before = await studio.begins(bystander)
        assert (await studio.make(caption="die"))["status"] == "FAILED"

        async def goes_on():
            job = await studio.job(bystander)
            return job["status"] == "PROCESSING" and job["progress"] > before

        await until(goes_on)
        job = studio.app.state.studio.store.job(bystander)
        assert (job.crashes, job.attempt) == (0, 1)
        await studio.delete(f"{MUSIC}/jobs/{bystander}")


@pytest.mark.slow
@pytest.mark.anyio
async def test_jobs_of_an_engine_that_nobody_runs_any_more_are_done(tmp_path):
    async with opened(tmp_path, workers=1) as studio:
        busy, waiting = await studio.create(caption="slow 60"), await studio.create(caption="x")
        await studio.begins(busy)
        await studio.delete(f"{MUSIC}/jobs/{busy}")
        store = studio.app.state.studio.store
        store.update(waiting, {"status": "PENDING", "engine": "gone"})
    async with opened(tmp_path) as studio:
        assert (await studio.wait(waiting))["engine"] == BEEPER


@pytest.mark.anyio
async def test_a_folder_that_can_not_be_used_is_told(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(SettingsError, match=r"AUDIOPOD_DATA_DIR: .*file/data' can't be used"):
        async with opened(tmp_path / "file" / "data"):
            pass


@pytest.mark.slow
def test_a_job_whose_studio_dies_three_times_is_given_up_without_blaming_it(serve):
    for number in range(3):
        studio = serve()
        job_id = 1 if number else studio.create(caption="hang")
        studio.wait(job_id, "PROCESSING")
        studio.kill()
    job = serve().wait(job_id)
    assert job["status"] == "FAILED"
    assert job["error_message"].startswith("gave up: the whole server ended 3 times in the middle of this")
    assert "memory" not in job["error_message"]


@pytest.mark.slow
@linux_only
def test_deaths_of_the_studio_and_of_a_worker_are_counted_apart(serve, tmp_path):
    studio = serve()
    job_id = studio.create(caption="slow 60")
    in_the_middle(studio, job_id)
    for worker in children(studio.process.pid):
        os.kill(worker, signal.SIGKILL)
    wait_for(lambda: not studio.job(job_id)["progress"])
    in_the_middle(studio, job_id)
    studio.kill()
    in_the_middle(serve(), job_id)
    store = Store(SharedFile(tmp_path / "data" / "studio.db"))
    job = store.job(job_id)
    store.close()
    assert (job.error_message, job.crashes, job.interruptions, job.attempt) == (None, 1, 1, 3)


@pytest.mark.anyio
async def test_what_a_crash_left_half_way_is_redone(tmp_path):
    """Media without a finished job are replaced, media without any job are kept, and no new job is taken for it."""
    for left in ("1", "77"):
        (tmp_path / "media" / left / "take-1").mkdir(parents=True)
    async with opened(tmp_path) as studio:
        assert (tmp_path / "media" / "77" / "take-1").exists()
        (tmp_path / "media" / "78" / "left").mkdir(parents=True)
        job = await studio.make(caption="x")
        assert job["id"] == 78
        assert {path.name for path in (tmp_path / "media" / "78").iterdir()} == {"job.json", "take-1"}


@pytest.mark.slow
@pytest.mark.anyio
async def test_closing_is_quick_whatever_goes_on(tmp_path):
    async with opened(tmp_path) as studio:
        job_id = await studio.create(caption="slow 60")
        await studio.begins(job_id)
        began = time.monotonic()
    assert time.monotonic() - began < 40  # the job would take longer
    async with opened(tmp_path) as studio:
        assert (await studio.job(job_id))["status"] in {"PENDING", "PROCESSING"}
        await studio.delete(f"{MUSIC}/jobs/{job_id}")


@pytest.mark.anyio
async def test_being_cancelled_ends_it_as_well(tmp_path):
    async def serve(task_status):
        async with opened(tmp_path) as studio:
            job_id = await studio.create(caption="slow 60")
            await studio.begins(job_id)
            task_status.started(job_id)
            await anyio.sleep_forever()

    async with anyio.create_task_group() as tasks:
        job_id = await tasks.start(lambda *, task_status: serve(task_status))
        tasks.cancel_scope.cancel()
    store = Store(SharedFile(tmp_path / "studio.db"))
    job = store.job(job_id)
    store.close()
    assert (job.status, job.claimed_by, job.crashes) == ("PENDING", None, 0)


EMBEDDED = """
import asyncio, sys
from pathlib import Path
sys.path.insert(0, {here!r})
from tests.studio.studios import opened

# No "if __name__": a worker must not run this again.
async def main():
    async with opened(Path({data!r})) as studio:
        job = await studio.make(caption="print")
        print(job["status"], flush=True)
        print(sys.stdin.readline().strip(), flush=True)

asyncio.run(main())
"""


@pytest.mark.slow
def test_workers_touch_neither_the_input_nor_the_output_of_their_parent(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(EMBEDDED.format(here=str(HERE), data=str(tmp_path / "data")))
    run = subprocess.run(
        [sys.executable, script], input="a line for the parent\n", capture_output=True, text=True, timeout=170
    )
    assert run.stdout == "COMPLETED\na line for the parent\n", run.stderr
    assert "noise on standard output" in run.stderr
    assert "more noise" in run.stderr


@pytest.mark.slow
def test_a_conversion_that_a_kill_ends_leaves_no_file(serve, tmp_path):
    (tmp_path / "long.wav").write_bytes(sound("wav", 1200))
    studio = serve(local_folders=[str(tmp_path)])
    job = studio.wait(studio.create("cover", src_audio_url=str(tmp_path / "long.wav"), caption="x"))
    data = tmp_path / "data"

    def written():
        """What the conversion has begun to write, in the working folder or beside the audio."""
        drafts = [path for path in (data / "media").rglob("*") if path.name.startswith(".")]
        return drafts + [path for path in (data / "work").rglob("*") if path.is_file()]

    with contextlib.suppress(httpx.TimeoutException):
        studio.client.get(job["output_urls"]["ogg"], timeout=0.1)
    wait_for(written)
    studio.kill()
    assert written()
    again = serve(local_folders=[str(tmp_path)])
    assert again.client.get("/health").status_code == 200
    assert not written()
    assert len(again.client.get(again.job(job["id"])["output_urls"]["ogg"]).content) > 100_000


@pytest.mark.anyio
async def test_a_file_that_another_process_may_be_writing_is_left_to_it(tmp_path):
    async with opened(tmp_path) as one:
        job = await one.make(prompt="a")
        folder = tmp_path / "media" / str(job["id"])
        young, old = folder / "take-1" / ".audio.ogg.1.part", folder / ".job.json-1"
        for draft in (young, old):
            draft.touch()
        os.utime(old, (0, 0))
        async with opened(tmp_path) as other:
            await other.get("/health")
            assert young.exists()
            assert not old.exists()
    async with opened(tmp_path):
        assert not young.exists()
        assert (folder / "job.json").exists()
