"""Old audio goes where its owner set a limit, oldest first, and nowhere else."""

import sqlite3
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import anyio
import pytest

from tests.studio.studios import MUSIC, opened, until

pytestmark = pytest.mark.anyio


async def made(data_dir, ages):
    """Jobs that ended so many days ago; the second one is liked."""
    async with opened(data_dir) as studio:
        jobs = [(await studio.make(prompt="a"))["id"] for _ in ages]
        await studio.post(f"{MUSIC}/jobs/{jobs[1]}/like")
    with sqlite3.connect(data_dir / "studio.db") as database:
        for job, age in zip(jobs, ages, strict=True):
            ended = (datetime.now(UTC) - timedelta(days=age)).isoformat(timespec="milliseconds")
            database.execute("UPDATE jobs SET completed_at = ? WHERE id = ?", (ended, job))
    return jobs


async def kept(data_dir, **limits):
    async with opened(data_dir, **limits) as studio:
        jobs = {job["id"] for job in (await studio.get(f"{MUSIC}/jobs")).json()}
        assert {int(folder.name) for folder in (data_dir / "media").iterdir()} == jobs
        return jobs


@pytest.mark.slow
async def test_without_a_limit_all_is_kept(tmp_path):
    jobs = await made(tmp_path, [4000, 4000, 0])
    assert await kept(tmp_path) == set(jobs)


@pytest.mark.slow
async def test_what_is_older_goes_unless_it_is_liked(tmp_path):
    _, liked, _, new = await made(tmp_path, [31, 300, 40, 29])
    assert await kept(tmp_path, keep_days=30) == {liked, new}


async def test_beyond_a_size_the_oldest_goes_first_and_the_newest_never(tmp_path):
    third, liked, first, second, new = await made(tmp_path, [2, 300, 9, 5, 0])
    size = sum(file.stat().st_size for file in (tmp_path / "media").rglob("*") if file.is_file())
    assert await kept(tmp_path, keep_gb=size / 1e9) == {first, second, third, liked, new}
    assert await kept(tmp_path, keep_gb=(size * 0.7) / 1e9) == {third, liked, new}
    assert await kept(tmp_path, keep_gb=1e-9) == {liked, new}


def size_of(folder):
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


@pytest.mark.slow
async def test_what_is_let_go_beyond_a_size_is_really_gone_and_what_is_too_old_can_be_brought_back(tmp_path):
    await made(tmp_path, [9, 300, 8, 7])
    limit = 0.6 * size_of(tmp_path / "media")
    await kept(tmp_path, keep_gb=limit / 1e9)
    assert size_of(tmp_path / "media") + size_of(tmp_path / "trash") <= limit
    before = size_of(tmp_path / "media")
    await kept(tmp_path, keep_days=7.5)
    assert size_of(tmp_path / "media") + size_of(tmp_path / "trash") == before


@pytest.mark.slow
async def test_what_is_in_the_trash_goes_before_what_is_not(tmp_path):
    jobs = await made(tmp_path, [9, 300, 8, 7])
    async with opened(tmp_path) as studio:
        for job in (jobs[3], jobs[2]):
            await studio.delete(f"{MUSIC}/jobs/{job}")
    (entry,) = (tmp_path / "trash").glob(f"{jobs[3]}-*")
    older = entry.with_name(entry.name.replace(entry.name.split("-")[1], "1000"))
    entry.rename(older)
    limit = size_of(tmp_path / "media") + 1.5 * size_of(older)
    assert await kept(tmp_path, keep_gb=limit / 1e9) == set(jobs[:2])
    assert not older.exists()
    assert len(list((tmp_path / "trash").iterdir())) == 1
    limit = size_of(tmp_path / "media")
    assert await kept(tmp_path, keep_gb=limit / 1e9) == set(jobs[:2])
    assert not list((tmp_path / "trash").iterdir())


async def test_the_trash_is_emptied_early_where_the_disk_is_nearly_full(tmp_path, monkeypatch):
    free = [10**12]
    monkeypatch.setattr("audiopod_mcp.studio.jobs.local_queue.LocalQueue.care_every", 0.05)
    monkeypatch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(total=10**13, used=0, free=free[0]))
    async with opened(tmp_path) as studio:
        job = (await studio.make(prompt="a"))["id"]
        await studio.delete(f"{MUSIC}/jobs/{job}")
        await anyio.sleep(0.3)
        assert list((tmp_path / "trash").glob(f"{job}-*"))
        free[0] = 10**8

        async def is_empty():
            return not list((tmp_path / "trash").iterdir())

        await until(is_empty)


@pytest.mark.slow
async def test_what_a_waiting_job_starts_from_stays(tmp_path):
    source, _ = await made(tmp_path, [400, 400])
    with sqlite3.connect(tmp_path / "studio.db") as database:
        # A job that no engine here does: it waits.
        database.execute(
            "INSERT INTO jobs (owner, task, format, engine, created_at, params, sources, token, status, "
            "fingerprint) "
            "SELECT owner, 'repaint', format, engine, created_at, params, ?, 'x', 'PROCESSING', '' "
            "FROM jobs WHERE id = ?",
            (f'{{"source": {{"job": {source}, "take": "take-1"}}}}', source),
        )
    async with opened(tmp_path, keep_days=30) as studio:
        assert (await studio.job(source))["status"] == "COMPLETED"


@pytest.mark.slow
async def test_a_job_that_finishes_makes_room(tmp_path):
    _, liked = await made(tmp_path, [2, 2])
    async with opened(tmp_path, keep_gb=0.1) as studio:
        studio.app.state.studio.config.__dict__["keep_gb"] = 1e-9
        new = (await studio.make(prompt="b"))[
            "id"
        ]  # which is told before room is made, for that may take time

        async def are_left():
            return {job["id"] for job in (await studio.get(f"{MUSIC}/jobs")).json()} == {liked, new}

        await until(are_left)
