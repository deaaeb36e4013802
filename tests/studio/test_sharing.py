"""Several studios on one folder: each job is done once, by whoever has time, and seen by all."""

from collections import Counter

import pytest

from tests.studio.studios import MUSIC, opened, wait_for

pytestmark = pytest.mark.slow


def test_two_studios_do_every_job_once(serve, tmp_path):
    log = tmp_path / "log"
    settings = {"environment": {"BEEPER_LOG": str(log)}}
    studios = [serve(**settings), serve(**settings)]
    jobs = [studios[number % 2].create(caption=f"job-{number}") for number in range(40)]
    for number, job_id in enumerate(jobs):
        assert studios[(number + 1) % 2].wait(job_id)["status"] == "COMPLETED"
    assert Counter(log.read_text().split()) == {f"job-{number}": 1 for number in range(40)}
    assert studios[0].client.get(f"{MUSIC}/jobs/counts").json()["total"] == 40


def test_a_studio_takes_over_from_one_that_was_killed(serve, tmp_path):
    settings = {"environment": {"BEEPER_LOG": str(tmp_path / "log")}}
    first = serve(**settings)
    job_id = first.create(caption="first 60")
    wait_for(lambda: first.job(job_id)["progress"])
    second = serve(**settings)
    assert second.job(job_id)["status"] == "PROCESSING"  # the living keep their own
    first.kill()
    assert second.wait(job_id)["status"] == "COMPLETED"


def test_a_job_deleted_through_another_studio_stops(serve, tmp_path):
    first, second = serve(), serve()
    job_id = first.create(caption="slow 60")
    wait_for(lambda: second.job(job_id)["progress"])
    second.client.delete(f"{MUSIC}/jobs/{job_id}")
    other = first.create(caption="x")
    assert first.wait(other)["status"] == "COMPLETED"
    wait_for(lambda: not any((tmp_path / "data" / "work").glob("*/*")))
    assert [path.name for path in (tmp_path / "data" / "media").iterdir()] == [str(other)]


@pytest.mark.anyio
async def test_two_studios_in_one_process(tmp_path):
    async with opened(tmp_path) as first, opened(tmp_path) as second:
        job = await first.make(caption="x")
        assert (await second.job(job["id"]))["output_url"] == job["output_url"]
