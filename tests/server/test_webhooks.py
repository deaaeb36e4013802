"""AudioPod's webhooks: they end a wait at once, and nobody else does; what they say is not believed."""

import hmac
import json
import time
from hashlib import sha256

import anyio
import httpx
import pytest
from mcp import Client
from mcp.client.streamable_http import streamable_http_client
from starlette.applications import Starlette

from audiopod_mcp.api import watch
from audiopod_mcp.operations import Job
from audiopod_mcp.server.webhooks import LARGEST, PATH, Webhooks
from tests.api.conftest import clock, connect, service  # noqa: F401
from tests.api.faulty import FaultyService, serving

from .sessions import http_server

pytestmark = pytest.mark.anyio

SECRET = "whsec_0123456789abcdef"


def signed(body, secret=SECRET, at=None, **headers):
    """The headers and body of a notice, as AudioPod sends them."""
    body = body if isinstance(body, bytes) else json.dumps(body).encode()
    sent = str(int(time.time())) if at is None else at
    signature = hmac.new(secret.encode(), sent.encode() + b"." + body, sha256).hexdigest()
    told = {"X-AudioPod-Timestamp": sent, "X-AudioPod-Signature": f"sha256={signature}", **headers}
    return {"content": body, "headers": {"Content-Type": "application/json", **told}}


def ended(job_id, event="evt_1", **fields):
    known = {"job_type": "music_generation", "status": "COMPLETED"}
    return {"event_type": "job.completed", "event_id": event, "job_id": job_id, **known, **fields}


@pytest.fixture
def looked():
    return []


@pytest.fixture
async def post(looked):
    """Sends a notice to a receiver; the status of the answer."""
    app = Starlette(routes=Webhooks(["another_secret_1234", SECRET], looked.append).routes())
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="https://m.example") as client:

        async def post(notice):
            answer = await client.post(PATH, **notice)
            assert answer.content == b""
            return answer.status_code

        yield post


async def test_a_notice_is_a_reason_to_look_once_however_often_it_is_delivered(post, looked):
    assert await post(signed(ended(7))) == 204
    assert await post(signed(ended(7), at=str(int(time.time()) - 60))) == 204
    assert await post(signed(ended("8", "evt_2"))) == 204
    assert await post(signed(ended(9, "evt_3", event_type="job.failed", error_message="x"))) == 204
    assert await post(signed({"event_type": "webhook.test", "event_id": "evt_4"})) == 204
    assert looked == [7, 8, 9]


async def test_either_secret_counts_while_one_is_replaced(post, looked):
    assert await post(signed(ended(1, "evt_1"), "another_secret_1234")) == 204
    assert await post(signed(ended(2, "evt_2"))) == 204
    assert looked == [1, 2]


@pytest.mark.parametrize(
    "change",
    [
        lambda notice: notice["headers"].pop("X-AudioPod-Signature"),
        lambda notice: notice["headers"].pop("X-AudioPod-Timestamp"),
        lambda notice: notice.update(content=notice["content"].replace(b"7", b"8")),
        lambda notice: notice["headers"].update({"X-AudioPod-Timestamp": str(int(time.time()) + 1)}),
        lambda notice: notice.update(signed(ended(7), "guessed_secret_1234")),
        lambda notice: notice.update(signed(ended(7), "")),
        lambda notice: notice.update(signed(ended(7), at=str(int(time.time()) - 400))),
        lambda notice: notice.update(signed(ended(7), at=str(int(time.time()) + 400))),
        lambda notice: notice.update(signed(ended(7), at="9" * 400)),
        lambda notice: notice.update(signed(ended(7), at="-5")),
        lambda notice: notice["headers"].update({"X-AudioPod-Signature": "sha256="}),
        lambda notice: notice["headers"].update({"X-AudioPod-Signature": "sha256=é".encode("latin-1")}),
    ],
)
async def test_what_audiopod_has_not_just_signed_is_refused(post, looked, change):
    notice = signed(ended(7))
    change(notice)
    assert await post(notice) == 401
    assert looked == []


@pytest.mark.parametrize("body", [b"[" * 50_000, b"null", b"[7]", b"", b"\xff", b'{"job_id": 7'])
async def test_a_signature_makes_no_sense_of_nonsense(post, looked, body):
    assert await post(signed(body)) == 400
    assert looked == []


@pytest.mark.parametrize("job_id", [0, -7, 1.5, True, None, "7x", "../7", [7], 10**30, "9" * 4000, "٧"])
async def test_what_is_no_job_is_not_looked_up(post, looked, job_id):
    assert await post(signed(ended(job_id))) == 204
    assert looked == []


async def test_strangers_do_not_fill_the_log(post, caplog):
    for number in range(20):
        assert await post(signed(ended(number), "guessed_secret_1234")) == 401
    assert [record.message for record in caplog.records if "webhook" in record.name] == [
        "a webhook was refused: its signature is not one of AUDIOPOD_WEBHOOK_SECRET"
    ]


async def test_a_body_without_end_is_not_read(post, looked):
    read = 0

    async def flood():
        nonlocal read
        while read < 100 * LARGEST:
            read += 1000
            yield b" " * 1000

    assert await post({"content": flood(), "headers": signed(b"")["headers"]}) == 413
    assert looked == []


async def test_a_body_that_never_comes_is_not_waited_for(post, monkeypatch):
    monkeypatch.setattr("audiopod_mcp.server.webhooks.PATIENCE", 0.1)

    async def stall():
        yield b"{"
        await anyio.sleep_forever()

    with anyio.fail_after(20):
        assert await post({"content": stall(), "headers": signed(b"")["headers"]}) == 408


async def test_whoever_hangs_up_in_the_middle_is_no_fault_of_ours(looked):
    app = Starlette(routes=Webhooks([SECRET], looked.append).routes())
    said = [{"type": "http.request", "body": b"{", "more_body": True}, {"type": "http.disconnect"}]
    answers = []

    async def receive():
        return said.pop(0)

    async def send(message):
        answers.append(message)

    scope = {"type": "http", "method": "POST", "path": PATH, "query_string": b"", "headers": []}
    await app(scope, receive, send)
    assert answers[0]["status"] == 408
    assert looked == []


async def test_what_is_remembered_of_events_is_bounded(post, looked, monkeypatch):
    monkeypatch.setattr("audiopod_mcp.server.webhooks.REMEMBERED", 3)
    for number in range(1, 6):
        await post(signed(ended(number, f"evt_{number}")))
    await post(signed(ended(5, "evt_5")))
    await post(signed(ended(1, "evt_1")))
    assert looked == [1, 2, 3, 4, 5, 1]


async def test_who_is_called_looks_at_that_job_alone_and_again_soon_if_it_lags(connect, service):  # noqa: F811
    client = connect(clock=None)
    for _ in range(8):
        service.add_job()
    done = service.jobs[103]

    async def wait(job_id):
        with anyio.move_on_after(60):
            await watch(client, Job(id=job_id, status="PENDING"), max_wait=None)

    async with anyio.create_task_group() as waits:
        for job_id in service.jobs:
            waits.start_soon(wait, job_id)
        with anyio.fail_after(60):
            while not service.asked("list"):
                await anyio.sleep(0.01)
            await anyio.sleep(0.2)
            before = len(service.asked("list"))
            client.lookups.look_now(103)
            while not service.asked("poll"):
                await anyio.sleep(0.01)
            assert len(service.asked("list")) == before
            done |= {"status": "COMPLETED", "output_url": "https://m.example/a.flac"}
            while len(service.asked("poll")) < 2:
                await anyio.sleep(0.01)
        waits.cancel_scope.cancel()
    assert {request.path for request in service.asked("poll")} == {"/api/v1/music/jobs/103/status"}


async def test_a_flood_of_notices_is_no_flood_of_looks(connect, service, clock):  # noqa: F811
    client = connect()
    job_id = service.add_job()["id"]

    async def called():
        for _ in range(2000):
            client.lookups.look_now(job_id)
            await anyio.lowlevel.checkpoint()

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(called)
        await watch(client, job_id, max_wait=20)
        tasks.cancel_scope.cancel()
    assert len(service.asked("poll")) < 60


class Reserved(FaultyService):
    """A service that asks to be left alone for a minute, which whoever waits for a job of it does."""

    def answer(self, status, content, **headers):
        return super().answer(status, content, retry_after="60", **headers)


@pytest.mark.slow
async def test_over_the_network_the_wait_ends_and_the_service_says_how(tmp_path):
    """Its word counts: the notice says that the job failed."""
    async with serving(Reserved()) as cloud:
        setting = {
            "AUDIOPOD_BASE_URL": cloud.url,
            "AUDIOPOD_WEBHOOK_SECRET": f"old_secret_of_12345, {SECRET}",
        }
        with http_server(tmp_path, **setting) as url:
            async with (
                httpx.AsyncClient() as audiopod,
                Client(streamable_http_client(f"{url}/mcp")) as client,
            ):

                async def finish():
                    while not (cloud.jobs and cloud.asked("poll")):
                        await anyio.sleep(0.02)
                    [job_id] = cloud.jobs
                    cloud.jobs[job_id] |= {"status": "COMPLETED", "output_url": f"{cloud.url}/a.flac"}
                    forged = signed(ended(job_id), "guessed_secret_1234")
                    assert (await audiopod.post(f"{url}{PATH}", **forged)).status_code == 401
                    await anyio.sleep(3)
                    assert len(cloud.asked("poll")) == 1  # nobody looks by themselves
                    notice = signed(ended(job_id, event_type="job.failed", status="FAILED"))
                    assert (await audiopod.post(f"{url}{PATH}", **notice)).status_code == 204

                async with anyio.create_task_group() as tasks:
                    tasks.start_soon(finish)
                    with anyio.fail_after(40):  # a minute without the notice
                        result = await client.call_tool("generate_music", {"caption": "piano"})
            assert result.structured_content["status"] == "COMPLETED"


@pytest.mark.slow
async def test_without_a_secret_there_is_no_receiver(tmp_path):
    async with serving(FaultyService()) as cloud:
        with http_server(tmp_path, AUDIOPOD_BASE_URL=cloud.url) as url:
            assert httpx.post(f"{url}{PATH}", **signed(ended(1))).status_code == 404
