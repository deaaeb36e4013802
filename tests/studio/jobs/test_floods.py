"""An engine that says too much is heard as far as there is room, and what was left out is said."""

import json
import sqlite3

import pytest

from tests.studio.studios import MUSIC, opened

pytestmark = [pytest.mark.anyio, pytest.mark.slow]


async def test_what_an_engine_says_of_a_job_is_bounded(tmp_path):
    async with opened(tmp_path) as studio:
        job = await studio.make(caption="flood")
        assert job["status"] == "COMPLETED"
        assert len(json.dumps(job)) < 250_000
        assert job["details"]["bpm"] == 120
        assert "huge" not in job["details"]
        for name in ("notes", "done", "not_done"):
            assert 10 < len(job[name]) < 50
        assert all(len(line) < 1000 for line in (*job["notes"], *job["done"]))
        assert job["lrc_content"] is None
        for words in (
            "of 3000 notes",
            "of 3000 done",
            "of 3000 not_done",
            "huge",
            "the timed lyrics of take-1",
        ):
            assert words in job["notes"][0]
        calm = await studio.make(caption="x")
        assert calm["notes"] == ["A test."]
    (tmp_path / "studio.db").unlink()
    async with opened(tmp_path) as studio:  # what lies beside the audio is small enough to be believed
        assert (await studio.job(job["id"]))["details"] == job["details"]


async def test_a_list_of_floods_is_no_flood(tmp_path):
    async with opened(tmp_path) as studio:
        await studio.make(caption="flood")
        ids = list(range(1, 46))
        with sqlite3.connect(tmp_path / "studio.db") as database:
            columns = ", ".join(
                row[1] for row in database.execute("PRAGMA table_info(jobs)") if row[1] != "id"
            )
            for _ in ids[1:]:
                database.execute(f"INSERT INTO jobs ({columns}) SELECT {columns} FROM jobs WHERE id = 1")
        answer = await studio.get(f"{MUSIC}/jobs", params={"limit": 100})
        assert len(answer.content) < 5_000_000
        jobs = answer.json()
        assert [job["id"] for job in jobs] == ids[::-1]
        assert jobs[0]["details"]["bpm"] == 120
        assert jobs[-1]["details"] is None
        assert "come with the job itself" in jobs[-1]["notes"][0]
        assert (await studio.job(ids[0]))["details"]["bpm"] == 120


async def test_an_analysis_that_is_a_flood_is_the_engines_fault(tmp_path):
    async with opened(tmp_path) as studio:
        made = await studio.make(caption="x")
        flood = {"audio_url": made["output_url"], "temperature": 2}
        answer = await studio.post(f"{MUSIC}/analyze", json=flood)
        assert len(answer.content) < 1000
        assert answer.json()["success"] is False
        assert "as its result; at most" in answer.json()["error"]
        assert "this is a fault in the engine" in answer.json()["error"]
