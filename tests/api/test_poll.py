"""A watched job is never lost, its progress never goes back, and its service is not pestered."""

from __future__ import annotations

import itertools

import anyio
import httpx
import pytest

from audiopod_mcp.api import (
    AudioPodClient,
    BadResponse,
    Forbidden,
    NotFound,
    ServiceFailed,
    Timeouts,
    Unreachable,
    watch,
)
from audiopod_mcp.operations import Job
from tests.api.faulty import Fault, answer

pytestmark = pytest.mark.anyio


def job(status="PROCESSING", progress=None, **fields):
    return answer(200, {"id": 101, "status": status, "progress": progress, **fields})


class Notes:
    def __init__(self) -> None:
        self.jobs: list[Job] = []

    async def __call__(self, job: Job) -> None:
        self.jobs.append(job)

    @property
    def seen(self) -> list[tuple[str, float | None]]:
        return [(job.status, job.progress) for job in self.jobs]


async def test_from_start_to_end(client, service):
    service.add_job()
    notes = Notes()
    service.will(
        "poll",
        *[job("PENDING"), job("PENDING"), job(progress=10), job(progress=10), job(progress=60)],
        job("COMPLETED", 100, output_url="https://m.example/a.flac"),
    )
    done = await watch(client, 101, max_wait=60, on_change=notes)
    assert done.output_url == "https://m.example/a.flac"
    assert notes.seen == [
        ("PENDING", None),
        ("PROCESSING", 10),
        ("PROCESSING", 60),
        ("COMPLETED", 100),
    ]
    assert notes.jobs[-1] == done


@pytest.mark.parametrize(
    ("word", "status"),
    [("FAILED", "FAILED"), ("error", "FAILED"), ("CANCELED", "CANCELLED"), ("CANCELLED", "CANCELLED")],
)
async def test_every_kind_of_end(client, service, word, status):
    service.will("poll", job(), job(word, error_message={"message": "no GPU\nleft"}))
    ended = await watch(client, 101, max_wait=60)
    assert (ended.status, ended.error_message) == (status, "no GPU left")


async def test_a_finished_job_is_not_looked_up(client, service):
    notes = Notes()
    done = Job(id=101, status="COMPLETED")
    assert await watch(client, done, max_wait=60, on_change=notes) is done
    assert notes.jobs == [done]
    assert service.requests == []


async def test_progress_never_goes_back(client, service):
    notes = Notes()
    values = [None, 30, None, 10, "45", 1e400, -5, 250, 20]
    raw = [job(progress=v if v != 1e400 else None) for v in values]
    service.will("poll", *raw, job("COMPLETED", None))
    done = await watch(client, 101, max_wait=60, on_change=notes)
    reported = [progress for _, progress in notes.seen if progress is not None]
    assert reported == sorted(reported) == [30, 45, 100, 100]
    assert (done.status, done.progress) == ("COMPLETED", 100)


async def test_an_unknown_status_is_running(client, service):
    service.will("poll", job("QUEUED_FOR_REVIEW"), job(""), job("COMPLETED"))
    assert (await watch(client, 101, max_wait=60)).status == "COMPLETED"


async def test_the_wait_is_over_and_the_job_runs_on(client, service, clock):
    service.add_job(status="PROCESSING", progress=5)
    notes = Notes()
    running = await watch(client, 101, max_wait=45, on_change=notes)
    assert (running.status, running.progress) == ("PROCESSING", 5)
    assert len(notes.jobs) == 1
    assert 40 < sum(clock.slept) <= 45
    assert all(later >= earlier for earlier, later in itertools.pairwise(clock.slept[:-1]))
    assert max(clock.slept) <= 4
    assert len(service.asked("poll")) < 25


async def test_a_service_without_limits_is_asked_more_often(connect, service, clock):
    service.add_job(status="PROCESSING")
    await watch(connect(limits=False), 101, max_wait=10)
    assert max(clock.slept) <= 0.5


async def test_no_wait_at_all_still_looks_once(client, service):
    service.add_job(status="PROCESSING")
    assert (await watch(client, 101, max_wait=0)).status == "PROCESSING"
    assert len(service.asked("poll")) == 1
    known = Job(id=101, status="PENDING")
    assert await watch(client, known, max_wait=0) is known


TROUBLE = {
    "429": answer(429, None),
    "429 with seconds": answer(429, None, retry_after="7"),
    "500": answer(500, {"detail": "oops"}),
    "502": answer(502, "<html>Bad gateway</html>"),
    "503": answer(503, None, retry_after="2"),
    "reset": Fault(raw=b"", then="reset"),
    "closed": Fault(raw=b""),
    "cut off": Fault(raw=answer(200, '{"id": 101, "status": "COMP')[:-3]),
    "malformed": answer(200, '{"id": 101, "status": "COMP'),
    "web page": answer(200, "<html>Sign in</html>", content_type="text/html"),
    "list": answer(200, []),
    "no status": answer(200, {"id": 101}),
    "other types": answer(200, {"id": 101, "status": ["COMPLETED"]}),
    "missing for a moment": answer(404, {"detail": "Job not found"}),
    "endless": Fault(raw=answer(200, None, content_length=str(10**12)), then="flood"),
}


@pytest.mark.parametrize("trouble", TROUBLE.values(), ids=TROUBLE)
async def test_trouble_in_between_loses_nothing(client, service, trouble):
    service.will("poll", job(progress=10), trouble, trouble, job("COMPLETED", 100))
    assert (await watch(client, 101, max_wait=60)).status == "COMPLETED"


@pytest.mark.parametrize("name", sorted(TROUBLE.keys() - {"missing for a moment"}))
async def test_trouble_at_first_sight(client, service, name):
    service.will("poll", TROUBLE[name], TROUBLE[name], job("COMPLETED", 100))
    assert (await watch(client, 101, max_wait=60)).status == "COMPLETED"


async def test_the_service_says_when_to_come_back(client, service, clock):
    service.will("poll", job(), answer(429, None, retry_after="7"), job("COMPLETED"))
    await watch(client, 101, max_wait=60)
    assert clock.slept[-1] >= 7


@pytest.mark.parametrize(("hint", "least", "most"), [("7", 7, 7), ("2.5", 2.5, 2.5), ("86400", 20, 300)])
async def test_a_service_that_tells_of_the_job_may_say_when_to_come_back(
    client, service, clock, hint, least, most
):
    answers = [
        answer(200, {"id": 101, "status": "PENDING"}, retry_after=hint),
        *[job(progress=1)] * 2,
        job("COMPLETED"),
    ]
    service.will("poll", *answers)
    await watch(client, 101, max_wait=None)
    assert least <= clock.slept[0] <= most
    assert max(clock.slept[1:]) < 1  # as without any hint


@pytest.mark.parametrize(("hint", "looks"), [("0.01", range(5, 20)), ("30", range(2, 3))])
async def test_a_hint_makes_looks_no_more_frequent_and_the_wait_no_longer(
    client, service, clock, hint, looks
):
    service.will("poll", *[answer(200, {"id": 101, "status": "PENDING"}, retry_after=hint)] * 100)
    before = clock.now()
    await watch(client, 101, max_wait=20)
    assert clock.now() - before <= 20
    assert len(service.asked("poll")) in looks


@pytest.mark.parametrize("max_wait", [20, None])
async def test_an_outage_gives_the_job_as_last_seen(client, service, clock, max_wait):
    service.will("poll", job(progress=10), *[answer(502, None)] * 200)
    last = await watch(client, 101, max_wait=max_wait)
    assert (last.status, last.progress) == ("PROCESSING", 10)
    assert sum(clock.slept) <= (max_wait or 130)


@pytest.mark.parametrize("max_wait", [20, None])
async def test_an_outage_from_the_start_tells_the_job(client, service, max_wait):
    service.will("poll", *[answer(502, None)] * 200)
    with pytest.raises(ServiceFailed, match="Job 101") as caught:
        await watch(client, 101, max_wait=max_wait)
    assert caught.value.job_id == 101


@pytest.mark.slow
async def test_a_silent_service_does_not_hold_the_wait_up(connect, service, clock):
    service.will("poll", job(), *[Fault(raw=b"", then="stall")] * 9)
    client = connect(timeouts=Timeouts(connect=1, response=0.5), clock=None)
    running = await watch(client, 101, max_wait=1.2)
    assert running.status == "PROCESSING"
    service.will("poll", *[Fault(raw=b"", then="stall")] * 9)
    with pytest.raises(Unreachable, match="Job 101"):
        await watch(client, 101, max_wait=0.6)


async def test_a_job_that_vanishes(client, service):
    service.will("poll", job(progress=10))
    with pytest.raises(NotFound, match="Job 101 was PROCESSING and is gone now") as caught:
        await watch(client, 101, max_wait=60)
    assert caught.value.job_id == 101


async def test_a_job_that_never_was(client, service):
    with pytest.raises(NotFound, match="Job not found"):
        await watch(client, 101, max_wait=60)
    assert len(service.requests) == 1


async def test_a_key_that_is_revoked_meanwhile(client, service):
    service.will("poll", job(), answer(403, {"detail": "Key revoked"}))
    with pytest.raises(Forbidden, match=r"Job 101.*Key revoked"):
        await watch(client, 101, max_wait=60)


async def test_wrong_types_for_ever(client, service):
    service.will("poll", *[answer(200, {"id": 101, "status": 5})] * 200)
    with pytest.raises(BadResponse, match=r"Job 101.*status"):
        await watch(client, 101, max_wait=10)


async def all_finished(client, service):
    """What waiting for all jobs of the service at once comes to, by id."""
    ended = {}

    async def wait(job_id):
        ended[job_id] = (await watch(client, Job(id=job_id, status="PENDING"), max_wait=None)).status

    async with anyio.create_task_group() as group:
        for job_id in service.jobs:
            group.start_soon(wait, job_id)
    return ended


class Ending:
    """Jobs end one after the other, each time the service is asked."""

    def __init__(self, service, at_once=3):
        self._work, self._jobs, self._at_once = service.work, service.jobs, at_once
        service.work = self

    def __call__(self, request):
        running = [job for job in self._jobs.values() if job["status"] == "PENDING"]
        for job in running[: self._at_once]:
            job |= {"status": "COMPLETED", "output_url": "https://m.example/a.flac"}
        return self._work(request)


async def test_many_waits_are_looked_up_together(client, service):
    for _ in range(150):
        service.add_job()
    Ending(service)
    assert set((await all_finished(client, service)).values()) == {"COMPLETED"}
    assert len(service.requests) < 0.5 * 150
    assert len(service.asked("list")) > 1


async def test_a_list_that_says_less_of_a_job_is_not_enough_at_its_end(client, service):
    for _ in range(30):
        service.add_job(display_name="A title", caption="a song")
    work, told = service.work, []

    def without_captions(request):
        if request.kind != "list":
            return work(request)
        told.append(request)
        jobs = service.jobs
        service.jobs = {number: {**job, "caption": None} for number, job in jobs.items()}
        try:
            return work(request)
        finally:
            service.jobs = jobs

    service.work = without_captions
    Ending(service, at_once=5)
    ended = []

    async def wait(job_id):
        ended.append(await watch(client, Job(id=job_id, status="PENDING"), max_wait=60))

    async with anyio.create_task_group() as group:
        for job_id in service.jobs:
            group.start_soon(wait, job_id)
    assert told
    assert {job.caption for job in ended} == {"a song"}


@pytest.mark.parametrize("trouble", [answer(404, None), answer(500, None), answer(200, [{"id": "x"}])])
async def test_a_list_that_is_out_of_order_holds_nobody_up(client, service, trouble):
    for _ in range(10):
        service.add_job()
    service.will("list", *[trouble] * 100)
    Ending(service, at_once=1)
    assert set((await all_finished(client, service)).values()) == {"COMPLETED"}
    assert len(service.asked("list")) == 1


async def test_a_list_that_never_comes_holds_nobody_up(connect, service, monkeypatch):
    monkeypatch.setattr("audiopod_mcp.api.lookups.LONGEST_ROUND", 0.5)
    for _ in range(6):
        service.add_job()
    service.will("list", *[Fault(raw=b"", then="stall")] * 9)
    Ending(service, at_once=1)
    with anyio.fail_after(20):
        assert set((await all_finished(connect(clock=None), service)).values()) == {"COMPLETED"}
    assert len(service.asked("list")) == 1


async def test_a_service_in_this_process_that_tells_nothing_is_not_asked_without_pause():
    asked = []

    def busy(request):
        asked.append(request)
        return httpx.Response(200, json={"id": 1, "status": "PROCESSING"})

    client = AudioPodClient("http://studio.local", transport=httpx.MockTransport(busy), limits=False)
    try:
        await watch(client, 1, max_wait=2)
    finally:
        await client.aclose()
    assert len(asked) < 12


async def test_jobs_beyond_the_first_pages_are_asked_for_by_themselves(client, service):
    for _ in range(6):
        service.add_job()
    old = dict(service.jobs)
    for _ in range(300):
        service.add_job(status="COMPLETED")
    service.jobs = {**service.jobs, **old}
    newest = sorted(service.jobs)[6:]
    for job_id in newest:
        service.jobs[job_id] |= {"status": "COMPLETED"}

    ended = {}

    async def wait(job_id):
        ended[job_id] = (await watch(client, Job(id=job_id, status="PENDING"), max_wait=60)).status

    Ending(service, at_once=1)
    async with anyio.create_task_group() as group:
        for job_id in old:
            group.start_soon(wait, job_id)
    assert set(ended.values()) == {"COMPLETED"}
    assert len(service.asked("list")) == 1


async def test_a_job_that_vanishes_among_many(client, service):
    for _ in range(6):
        service.add_job()
    gone = min(service.jobs)
    problems = []

    async def wait(job_id):
        try:
            await watch(client, Job(id=job_id, status="PENDING"), max_wait=60)
        except NotFound as error:
            problems.append(error.job_id)

    async with anyio.create_task_group() as group:
        for job_id in list(service.jobs):
            group.start_soon(wait, job_id)
        del service.jobs[gone]
        Ending(service, at_once=1)
    assert problems == [gone]


async def test_the_wait_that_asks_for_all_is_cancelled_and_the_others_go_on(connect, service):
    client = connect(clock=None)
    for _ in range(6):
        service.add_job()
    service.will("list", Fault(raw=b"", then="stall"))
    groups = {}

    async def wait(job_id):
        with anyio.CancelScope() as groups[job_id]:
            await watch(client, Job(id=job_id, status="PENDING"), max_wait=None)
            del groups[job_id]

    with anyio.fail_after(20):
        async with anyio.create_task_group() as waits:
            for job_id in service.jobs:
                waits.start_soon(wait, job_id)
            while not service.asked("list"):
                await anyio.sleep(0.01)
            Ending(service)
            groups[min(service.jobs)].cancel()  # the first to wait is the first to ask
    assert list(groups) == [min(service.jobs)]


async def test_cancelling_the_wait_is_prompt(connect, service):
    service.add_job(status="PROCESSING")
    service.will("poll", job(), Fault(raw=b"", then="stall"))
    client = connect(clock=None)
    with anyio.fail_after(10):
        async with anyio.create_task_group() as group:
            group.start_soon(lambda: watch(client, 101, max_wait=None))
            while len(service.asked("poll")) < 2:
                await anyio.sleep(0.01)
            group.cancel_scope.cancel()
    assert (await watch(client, 101, max_wait=0)).status == "PROCESSING"
