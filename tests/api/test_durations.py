"""What was learnt of how long jobs take says when to look at the next one."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from audiopod_mcp.api import watch
from audiopod_mcp.operations import GenerateMusic
from tests.api.faulty import answer

pytestmark = pytest.mark.anyio

SONG = GenerateMusic(caption="a song", duration=60)


class Taking:
    """Jobs end so many seconds after they were made, by the clock of the test."""

    def __init__(self, service, clock):
        self._service, self._clock, self._work = service, clock, service.work
        self.made, self.seconds, self.takes = {}, {}, 60.0
        service.work = self
        service.tells = ("audio_duration",)

    def __call__(self, request):
        for job_id, job in self._service.jobs.items():
            now = self._clock.now()
            begun = self.made.setdefault(job_id, now)
            takes = self.seconds.setdefault(job_id, self.takes)
            if now - begun >= takes and job["status"] == "PENDING":
                ended = datetime.fromisoformat(job["created_at"]) + timedelta(seconds=takes)
                job |= {"status": "COMPLETED", "completed_at": ended.isoformat(), "audio_duration": 58.3}
        return self._work(request)


@pytest.fixture
def taking(service, clock):
    return Taking(service, clock)


@pytest.fixture
def make(client, service, clock, taking):
    """Makes a job and waits for it; how often it was looked at, and how long after its end it was noticed."""

    async def made(takes, operation=SONG):
        taking.takes = takes
        looks, began = len(service.asked("poll")), clock.now()
        job = await watch(client, await client.create(operation), max_wait=None)
        assert job.status == "COMPLETED"
        return len(service.asked("poll")) - looks, clock.now() - began - takes

    return made


async def test_jobs_are_looked_at_seldom_at_first_and_often_when_they_are_due(make):
    for takes in (60, 62, 58, 60):
        await make(takes)
    for takes in (57, 61, 63):
        looks, late = await make(takes)
        assert late < 1.1
        assert looks < 30


async def test_a_job_that_is_done_too_soon_or_too_late_is_noticed_all_the_same(make):
    for _ in range(4):
        await make(60)
    assert (await make(20))[1] <= 5
    assert (await make(90))[1] <= 4


async def test_one_that_took_long_for_once_or_no_time_at_all_changes_nothing(make):
    for takes in (60, 61, 600, 0.3, 59):
        await make(takes)
    looks, late = await make(60)
    assert late < 1.1
    assert looks < 30


async def test_another_task_and_another_length_are_learnt_by_themselves(make):
    short = GenerateMusic(caption="a song", duration=10)
    for _ in range(3):
        await make(60)
        await make(10, short)
    assert (await make(10, short))[1] < 1.1
    assert (await make(60))[1] < 1.1
    unknown = GenerateMusic(mode="prompt2instrumental", caption="a song", duration=10)
    looks, _ = await make(10, unknown)
    assert looks == (await make(10, unknown))[0]


@pytest.mark.parametrize("nonsense", ["1e999", "NaN", "-5", "null", '"long"'])
async def test_a_service_that_tells_nonsense_is_waited_for_all_the_same(client, service, nonsense):
    ended = answer(
        200,
        f'{{"id": 101, "status": "COMPLETED", "created_at": "1", "completed_at": "", "audio_duration": {nonsense}}}',
    )
    service.add_job()
    service.will("create", answer(200, f'{{"id": 101, "audio_duration": {nonsense}}}'))
    service.will("poll", ended)
    assert (await watch(client, await client.create(SONG), max_wait=60)).status == "COMPLETED"


async def test_progress_that_is_nearly_there_is_believed_before_what_was_learnt(make, service, taking):
    for _ in range(4):
        await make(60)
    work = service.work

    def hurrying(request):
        for job in service.jobs.values():
            job["progress"] = 90.0
        return work(request)

    service.work = hurrying
    assert (await make(20))[1] < 1.1


async def test_a_job_that_runs_again_teaches_nothing(client, make, service, taking, clock):
    for _ in range(3):
        await make(60)
    failed = await client.create(SONG)
    service.jobs[failed.id]["status"] = "FAILED"
    clock.time += 500
    again = await client.retry(failed.id)
    taking.made[failed.id], taking.seconds[failed.id] = clock.now() - 500, 530
    assert (await watch(client, again, max_wait=None)).status == "COMPLETED"
    assert (await make(60))[1] < 1.1
