"""A job is made exactly once, whatever happens to the request and its answer."""

from __future__ import annotations

import json
import uuid
from datetime import timedelta

import anyio
import httpx
import pytest

from audiopod_mcp.api import (
    BadResponse,
    InvalidRequest,
    NotReady,
    RateLimited,
    ServiceFailed,
    Timeouts,
    Uncertain,
    Unreachable,
)
from audiopod_mcp.operations import Cover, Extend, ExtractStem, GenerateMusic, Retake
from tests.api.faulty import Fault, answer

pytestmark = pytest.mark.anyio

SONG = GenerateMusic(caption="slow blues", duration=20)
IMPATIENT = Timeouts(connect=0.3, create=0.3)


async def test_a_job_and_what_was_sent(client, service):
    job = await client.create(SONG)
    (request,) = service.asked("create")
    assert (job.id, job.status, job.task) == (101, "PENDING", "text2music")
    assert request.path == "/api/v1/music/text2music"
    assert json.loads(request.body) == {"caption": "slow blues", "audio_duration": 20}
    assert uuid.UUID(request.headers["idempotency-key"])
    assert request.headers["x-api-key"] == "ap_test_0123456789abcdef"
    assert request.headers["authorization"] == "Bearer ap_test_0123456789abcdef"
    assert request.headers["user-agent"].startswith("audiopod-mcp/")


@pytest.mark.parametrize(
    "content",
    [
        {"job": {"id": 7, "status": "PENDING"}},
        {"job": {"id": "7"}, "message": "queued"},
        {"id": 7, "status": "pending", "task": None},
        {"job_id": 7, "message": "queued"},
        {"job_id": "7", "status": "PENDING", "output_urls": {"flac": None}},
    ],
)
async def test_the_answer_has_three_shapes(client, service, content):
    service.will("create", answer(200, content))
    job = await client.create(SONG)
    assert (job.id, job.status) == (7, "PENDING")


REFUSED_FOR_NOW = {
    "429 with seconds": [answer(429, {"detail": "slow down"}, retry_after="3")],
    "429 with a date": [
        answer(
            429,
            {"detail": "slow down"},
            date="Sun, 06 Nov 1994 08:49:37 GMT",
            retry_after="Sun, 06 Nov 1994 08:49:40 GMT",
        )
    ],
    "429 without": [answer(429, "slow down"), answer(429, None)],
    "503 with seconds": [answer(503, "maintenance", retry_after="3")],
}


@pytest.mark.parametrize("faults", REFUSED_FOR_NOW.values(), ids=REFUSED_FOR_NOW)
async def test_a_refusal_for_now_is_waited_out(client, service, clock, faults):
    service.will("create", *faults)
    waits = []

    async def on_wait(seconds: float, why: str) -> None:
        waits.append(seconds)

    assert (await client.create(SONG, on_wait=on_wait)).id == 101
    assert len(service.jobs) == 1
    assert waits == clock.slept
    if len(faults) == 1:
        assert 3 <= clock.slept[0] <= 3.1
    keys = {request.headers["idempotency-key"] for request in service.asked("create")}
    assert len(keys) == 1


async def test_a_long_rate_limit_is_told_and_not_waited_out(client, service, clock):
    service.will("create", answer(429, {"detail": "quota"}, retry_after="3600"))
    with pytest.raises(RateLimited, match="try again in 3600 s") as caught:
        await client.create(SONG)
    assert caught.value.retry_after == 3600
    assert clock.slept == []


ACCEPTED = {
    "500": Fault(accepted=True, raw=answer(500, {"detail": "oops"})),
    "502": Fault(accepted=True, raw=answer(502, "<html><title>Bad gateway</title></html>")),
    "503": Fault(accepted=True, raw=answer(503, None)),
    "504": Fault(accepted=True, raw=answer(504, None)),
    "reset": Fault(accepted=True, raw=b"", then="reset"),
    "closed": Fault(accepted=True, raw=b""),
    "reset in the head": Fault(accepted=True, raw=b"HTTP/1.1 200 OK\r\ncont", then="reset"),
    "cut off": Fault(accepted=True, raw=answer(200, '{"job": {"id": 101, "sta')[:-4]),
    "cut off JSON": Fault(accepted=True, raw=answer(200, '{"job": {"id": 101, "sta')),
    "empty": Fault(accepted=True, raw=answer(200, "")),
    "a number": Fault(accepted=True, raw=answer(200, "7")),
    "web page": Fault(
        accepted=True, raw=answer(200, "<!doctype html><title>Sign in</title>", content_type="text/html")
    ),
    "no id": Fault(accepted=True, raw=answer(200, {"job": {"status": "PENDING"}})),
    "other types": Fault(accepted=True, raw=answer(200, {"job": {"id": 102, "status": 7}})),
    "endless": Fault(accepted=True, raw=answer(200, None, content_length=str(10**12)), then="flood"),
    "not HTTP": Fault(accepted=True, raw=b"SSH-2.0-OpenSSH\r\n"),
}


@pytest.mark.parametrize("fault", ACCEPTED.values(), ids=ACCEPTED)
async def test_a_lost_answer_is_found_and_never_asked_for_again(client, service, fault):
    service.add_job(age=600)
    service.will("create", fault)
    job = await client.create(SONG)
    assert job.id == 102
    assert len(service.jobs) == 2
    assert len(service.asked("create")) == 1


@pytest.mark.slow
@pytest.mark.parametrize(
    "fault",
    [
        Fault(accepted=True, raw=b"", then="stall"),
        Fault(accepted=True, raw=b"HTTP/1.1 200 OK\r\n", then="stall"),
        Fault(accepted=True, raw=answer(200, "{}", content_length="200"), then="stall"),
        Fault(accepted=True, raw=answer(200, "{}", content_length="99999"), then="trickle"),
        Fault(accepted=True, raw=b"HTTP/1.1 200 OK\r\nServer: ", then="trickle"),
    ],
    ids=["no head", "half a head", "half a body", "slow body", "slow head"],
)
async def test_silence_after_acceptance(connect, service, fault):
    service.will("create", fault)
    assert (await connect(timeouts=IMPATIENT).create(SONG)).id == 101
    assert len(service.jobs) == len(service.asked("create")) == 1


@pytest.mark.parametrize("skew", [-86400.0, 0.0, 7200.0])
async def test_the_services_clock_may_be_wrong(client, service, skew):
    service.skew = skew
    service.add_job(age=60)
    service.will("create", Fault(accepted=True, raw=answer(500, None)))
    assert (await client.create(SONG)).id == 102


async def test_a_service_without_dates_shares_our_clock(client, service):
    service.dates = False
    service.add_job(age=60)
    service.will("create", Fault(accepted=True, raw=b"", then="reset"))
    assert (await client.create(SONG)).id == 102


async def test_without_times_only_jobs_newer_than_all_known_count(client, service):
    service.tells_time = False
    service.will("create", *[Fault(accepted=True, raw=b"", then="reset")] * 2)
    with pytest.raises(Uncertain):
        await client.create(SONG)
    await client.jobs()
    assert (await client.create(SONG)).id == 102


async def test_the_job_list_may_lag_and_fail(client, service):
    service.will("create", Fault(accepted=True, raw=b"", then="reset"))
    service.will("list", answer(200, []), answer(503, None), Fault(raw=b"", then="reset"), answer(200, "[{"))
    assert (await client.create(SONG)).id == 101
    assert len(service.asked("create")) == 1


async def test_nothing_in_the_list_is_uncertain(client, service):
    service.add_job(age=600)
    service.will("create", answer(500, {"detail": "oops; really"}))
    with pytest.raises(Uncertain, match=r"status 500.*list_jobs.*paid twice") as caught:
        await client.create(SONG)
    assert "try again" not in str(caught.value)
    assert len(service.asked("create")) == 1


async def test_local_times_without_a_zone_mislead_nobody(client, service):
    ahead = (service.now() + timedelta(hours=2)).replace(tzinfo=None)
    service.add_job(age=3600, created_at=ahead.isoformat())
    service.will("create", answer(500, None))
    with pytest.raises(Uncertain):
        await client.create(SONG)


async def test_looking_for_a_job_is_told(client, service, clock):
    service.will("create", Fault(accepted=True, raw=b"", then="reset"))
    service.will("list", answer(200, []))
    reasons = []

    async def on_wait(seconds: float, why: str) -> None:
        reasons.append(why)

    await client.create(SONG, on_wait=on_wait)
    assert reasons == ["looking for the job whose answer was lost"]


async def test_a_studio_in_this_process(connect, service, clock):
    async def broken(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json=[]) if request.method == "GET" else httpx.Response(500)

    client = connect(transport=httpx.MockTransport(broken), name="The studio")
    with pytest.raises(Uncertain, match=r"^The studio failed with status 500.*made twice$"):
        await client.create(SONG)
    assert sum(clock.slept) == 0


async def test_an_unreadable_list_is_uncertain(client, service):
    service.will("create", Fault(accepted=True, raw=b"", then="reset"))
    service.will("list", *[answer(401, None)] * 10)
    with pytest.raises(Uncertain, match="can't be read either"):
        await client.create(SONG)
    assert len(service.asked("create")) == 1


async def test_other_jobs_of_the_moment_are_not_adopted(client, service):
    service.add_job(task="cover")
    service.add_job(task="text2music", caption="something else")
    service.will("create", answer(502, None))
    with pytest.raises(Uncertain):
        await client.create(SONG)


async def test_two_that_look_alike_are_told_and_not_guessed(client, service):
    service.add_job(caption="slow blues")
    service.will("create", Fault(accepted=True, raw=answer(502, None)))
    with pytest.raises(Uncertain, match="101, 102"):
        await client.create(SONG)


async def test_requests_at_the_same_time_do_not_take_each_others_jobs(client, service):
    service.will("create", *[Fault(accepted=True, raw=b"", then="reset")] * 3)
    captions = ["slow blues", "fast bebop", "calm waltz"]
    found = {}

    async def make(caption: str) -> None:
        found[caption] = (await client.create(GenerateMusic(caption=caption))).id

    async with anyio.create_task_group() as group:
        for caption in captions:
            group.start_soon(make, caption)
    assert {service.jobs[job_id]["caption"] for job_id in found.values()} == set(captions)
    assert all(service.jobs[job_id]["caption"] == caption for caption, job_id in found.items())
    assert len(service.asked("create")) == len(service.jobs) == 3


async def test_the_job_of_a_twin_that_was_answered_is_not_taken(client, service):
    service.tells = ()
    service.will("create", answer(502, None))
    outcomes = []

    async def make() -> None:
        try:
            outcomes.append((await client.create(SONG)).id)
        except Uncertain:
            outcomes.append(None)

    async with anyio.create_task_group() as group:
        group.start_soon(make)
        group.start_soon(make)
    assert sorted(outcomes, key=str) == [101, None]
    assert len(service.jobs) == 1


async def test_the_job_of_a_twin_that_is_not_answered_yet_is_not_taken(connect, service):
    service.tells = ()
    client = connect(timeouts=IMPATIENT)
    service.will("create", Fault(accepted=True, raw=b"", then="stall"), answer(502, None))
    outcomes = {}

    async def make(name: str) -> None:
        try:
            outcomes[name] = (await client.create(SONG)).id
        except Uncertain:
            outcomes[name] = None

    async with anyio.create_task_group() as group:
        group.start_soon(make, "accepted")
        while not service.jobs:
            await anyio.sleep(0.001)
        group.start_soon(make, "refused")
    assert outcomes == {"accepted": 101, "refused": None}


async def test_tasks_may_be_spelt_with_dashes(client, service):
    service.will("create", Fault(accepted=True, raw=b"", then="reset"))
    operation = ExtractStem(src_audio_url="https://example.com/a.mp3", track_name="vocals")
    made = client.create(operation)
    job = await made
    assert service.jobs[job.id]["task"] == "extract_stem"


@pytest.mark.parametrize("listed", ["extract", "extract_stem", "extract-stem"])
async def test_a_lost_stem_is_found_under_each_of_its_names(client, service, listed):
    """AudioPod lists stems as ``extract`` where the address says ``extract-stem``."""
    fault = Fault(accepted=True, raw=b"", then="reset")
    service.will("create", fault)
    service.listed_tasks = {"extract_stem": listed}
    job = await client.create(ExtractStem(src_audio_url="https://example.com/a.mp3", track_name="vocals"))
    assert service.jobs[job.id]["task"] == listed
    assert len(service.asked("create")) == 1


async def test_nobody_there(connect, service):
    client = connect("http://127.0.0.1:9")
    with pytest.raises(Unreachable, match="nothing was sent") as caught:
        await client.create(SONG)
    assert not caught.value.in_doubt
    assert service.requests == []


async def test_an_unknown_host(connect):
    with pytest.raises(Unreachable, match="host name is not found"):
        await connect("http://no-such-host.invalid", patience=0).create(SONG)


@pytest.mark.parametrize(
    ("status", "content", "error", "words"),
    [
        (422, {"detail": [{"loc": ["body", "bpm"], "msg": "too fast"}]}, InvalidRequest, "bpm: too fast"),
        (409, {"detail": "Job must be completed"}, NotReady, "wait for the job"),
        (400, {"detail": "Job must be completed first"}, NotReady, "wait for the job"),
        (501, None, ServiceFailed, "501.*will not help"),
    ],
)
async def test_a_definite_refusal_is_final(client, service, status, content, error, words):
    service.will("create", answer(status, content))
    with pytest.raises(error, match=words):
        await client.create(SONG)
    assert len(service.asked("create")) == 1


async def test_a_complaint_names_the_argument_and_not_the_wire(client, service):
    complaint = [
        {"loc": ["body", "query"], "msg": "too short"},
        {"loc": ["body", "audio_duration"], "msg": "Value error, too long"},
    ]
    service.will("create", answer(422, {"detail": complaint}))
    with pytest.raises(InvalidRequest, match="caption: too short; duration: too long"):
        await client.create(GenerateMusic(mode="simple", caption="x", duration=20))


async def test_a_redirect_within_the_service_is_followed(client, service):
    path = "/api/v1/music/text2music/"
    service.will("create", answer(307, None, location=path))
    assert (await client.create(SONG)).id == 101
    first, second = service.asked("create")
    assert second.path == path
    assert second.body == first.body
    assert second.headers["idempotency-key"] == first.headers["idempotency-key"]
    assert second.headers["x-api-key"]


@pytest.mark.parametrize("status", [301, 302, 307, 308])
async def test_a_redirect_elsewhere_is_told(client, service, status):
    service.will("create", answer(status, None, location="https://elsewhere.example/api?token=1"))
    with pytest.raises(
        BadResponse, match=r"redirects to https://elsewhere\.example/api; .*AUDIOPOD_BASE_URL"
    ):
        await client.create(SONG)
    assert len(service.requests) == 1


async def test_every_operation_is_posted_where_it_belongs(client, service):
    operations = [
        Cover(src_audio_url="https://example.com/a.mp3", caption="jazz"),
        Retake(original_job_id=1),
        Extend(source_job_id=1, prompt="more"),
    ]
    for operation in operations:
        await client.create(operation)
    assert [r.path.rpartition("/")[2] for r in service.asked("create")] == ["cover", "retake", "extend"]


async def test_retry_asks_once_and_looks_when_the_answer_is_lost(client, service):
    service.add_job(status="FAILED")
    service.will("retry", Fault(accepted=True, raw=b"", then="reset"))
    assert (await client.retry(101)).status == "PENDING"
    service.jobs[101]["status"] = "FAILED"
    service.will("retry", answer(500, None))
    with pytest.raises(Uncertain, match="job 101 may or may not run again"):
        await client.retry(101)
    assert len(service.asked("retry")) == 2
    assert (await client.retry(101)).status == "PENDING"
