"""Old audio goes where its owner set a limit, oldest first, and nowhere else."""

import sqlite3
from datetime import UTC, datetime, timedelta

import pytest

from tests.studio.studios import MUSIC, opened

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
        new = (await studio.make(prompt="b"))["id"]
        jobs = {job["id"] for job in (await studio.get(f"{MUSIC}/jobs")).json()}
    assert jobs == {liked, new}
