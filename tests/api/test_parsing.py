"""Good answers are read leniently where nothing depends on it and exactly where something does."""

from __future__ import annotations

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audiopod_mcp.api import AudioPodError, BadResponse, NotFound
from audiopod_mcp.api.http_errors import ServiceIdentity
from audiopod_mcp.api.parsing import (
    job_id_in,
    read_balance,
    read_job,
    read_json,
    read_page,
    read_result,
)
from audiopod_mcp.api.recover import seconds_since_1970
from audiopod_mcp.operations import Analysis, JobQuery, Lrc
from tests.api.faulty import Fault, answer

AUDIOPOD = ServiceIdentity("AudioPod", "ap_live_0123456789")
DONE = {
    "id": 123,
    "task": "text2music",
    "status": "COMPLETED",
    "progress": 100,
    "output_url": "https://media.audiopod.ai/123.flac",
    "output_urls": {"flac": "https://media.audiopod.ai/123.flac", "mp3": None},
    "audio_duration": 120.0,
    "actual_seeds": [42],
    "lrc_content": None,
    "quality_score": 0.93,
    "display_name": "Blues",
    "created_at": "2026-01-15T10:30:00Z",
    "completed_at": "2026-01-15T10:31:00Z",
    "user_id": 7,
}


def test_a_finished_job():
    job = read_job(DONE, AUDIOPOD)
    assert job.audio_urls == {"flac": "https://media.audiopod.ai/123.flac"}
    assert (job.id, job.actual_seeds, job.quality_score) == (123, [42], 0.93)


@pytest.mark.parametrize(
    "odd",
    [
        {"actual_seeds": "42,43"},
        {"actual_seeds": ["x"]},
        {"quality_score": {"value": 1}},
        {"created_at": 1768473000},
        {"progress": "almost"},
        {"display_name": ["a"]},
        {"output_urls": ["https://media.audiopod.ai/123.flac"]},
        {"audio_duration": "long", "notes": "one"},
    ],
)
def test_paid_work_is_not_out_of_reach_for_a_detail(odd):
    job = read_job({**DONE, **odd}, AUDIOPOD)
    assert job.audio_urls == {"flac": DONE["output_url"]}
    assert all(getattr(job, name) is None for name in odd)


@pytest.mark.parametrize(
    ("odd", "field"),
    [
        ({"id": "x"}, "id"),
        ({"id": True}, "id"),
        ({"id": 1.5}, "id"),
        ({"id": 0}, "id"),
        ({"id": -4}, "id"),
        ({"id": None}, "id"),
        ({"id": "9" * 5000}, "id"),
        ({"status": 3}, "status"),
        ({"status": None}, "status"),
        ({"output_url": 5}, "output_url"),
        ({"output_url": None, "output_urls": "https://x"}, "output_urls"),
    ],
)
def test_what_is_needed_is_named_when_it_is_wrong(odd, field):
    with pytest.raises(BadResponse, match=rf"readable job: {field}"):
        read_job({**DONE, **odd}, AUDIOPOD)


@pytest.mark.parametrize("content", [None, [], "x", 5, {}, {"job": None}, {"job": []}, {"job": {"id": {}}}])
def test_no_job_at_all(content):
    with pytest.raises(BadResponse, match="AudioPod's answer does not hold a readable job"):
        read_job(content, AUDIOPOD)


def test_a_remote_service_has_no_say_about_files_on_this_machine():
    told = {**DONE, "files": {"flac": "/etc/passwd"}}
    assert read_job(told, AUDIOPOD).files is None
    assert read_job(told, ServiceIdentity("The studio", in_process=True)).files == {"flac": "/etc/passwd"}


@pytest.mark.parametrize("where", [lambda x: x, lambda x: {"jobs": x}, lambda x: {"items": x, "total": 9}])
def test_lists(where):
    page = read_page(where([DONE, {"id": "124", "status": "FAILED"}, "odd", {"id": 5}]), {}, AUDIOPOD)
    assert [job.id for job in page.jobs] == [123, 124]
    assert page.total in {None, 9}
    assert read_page(where([]), {"x-total-count": "0"}, AUDIOPOD) == ((), 0, 0)
    assert read_page(where([]), {"x-total-count": "many"}, AUDIOPOD).total is None


def test_what_came_the_same_before_is_not_read_again_and_all_else_is():
    before = {}

    def read(*entries):
        return read_page(json.loads(json.dumps(entries)), {}, AUDIOPOD, {1, 2}, before).jobs

    first, second = read(*({"id": number, "status": "PENDING", "progress": 5} for number in (1, 2)))
    same, changed = read(
        {"id": 1, "status": "PENDING", "progress": 5}, {"id": 2, "status": "PENDING", "progress": 6},
        {"id": 3, "status": "PENDING"},
    )  # fmt: skip
    assert same is first
    assert (second.progress, changed.progress) == (5, 6)
    assert before.keys() == {1, 2}


@pytest.mark.parametrize("content", [None, {}, {"jobs": {}}, 5, ["odd"], [{"id": 5}]])
def test_unreadable_lists(content):
    with pytest.raises(BadResponse):
        read_page(content, {}, AUDIOPOD)


def test_a_cut_off_list_of_digits_is_not_a_crash():
    with pytest.raises(BadResponse, match="malformed"):
        read_json(b"[" * 100_000, "application/json", AUDIOPOD)
    with pytest.raises(BadResponse, match="malformed"):
        read_json(b"9" * 10_000, "application/json", AUDIOPOD)
    with pytest.raises(BadResponse, match="malformed"):
        read_json(b'{"id": "\xff"}', "application/json", AUDIOPOD)
    with pytest.raises(BadResponse, match=r"web page \(“Sign in”\)"):
        read_json(b"<html><title>Sign in</title>", "text/html", AUDIOPOD)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["id", "job_id", "job", "jobs", "status", "progress", "output_urls", "success"])
            | st.text(max_size=5),
            inner,
            max_size=5,
        )
    ),
    max_leaves=15,
)


def problem(read) -> str:
    """What ``read`` complains about, if it does; anything but our own error fails the test."""
    try:
        read()
    except AudioPodError as error:
        return str(error)
    return ""


@given(json_values)
def test_any_json_is_an_answer_or_a_typed_error(content):
    read = read_json(json.dumps(content).encode(), "application/json", AUDIOPOD)
    for reader in (
        lambda: read_job(read, AUDIOPOD),
        lambda: read_page(read, {}, AUDIOPOD),
        lambda: read_result(Analysis, read, {}, AUDIOPOD),
        lambda: read_result(Lrc, read, {"job_id": 1}, AUDIOPOD),
        lambda: read_balance(read, AUDIOPOD),
    ):
        assert problem(reader).isprintable()
    assert job_id_in(read) is None or job_id_in(read) > 0


@given(st.binary())
def test_any_bytes_are_json_or_a_typed_error(body):
    assert problem(lambda: read_json(body, "", AUDIOPOD)).isprintable()


known = st.fixed_dictionaries(
    {"id": st.integers(1, 2**62), "status": st.sampled_from(["PENDING", "processing", "Canceled", "NEW"])},
    optional={
        "progress": json_values,
        "audio_duration": json_values,
        "actual_seeds": json_values,
        "created_at": json_values,
        "details": json_values,
        "error_message": json_values,
        "output_urls": st.dictionaries(st.text(), st.none() | st.text()),
        "unknown": json_values,
    },
)


@pytest.mark.slow
@given(known, st.sampled_from(["nested", "flat", "job_id"]))
def test_a_job_with_id_and_status_is_always_read(fields, shape):
    content = {"job": fields} if shape == "nested" else dict(fields)
    if shape == "job_id":
        content["job_id"] = str(content.pop("id"))
    job = read_job(read_json(json.dumps(content).encode(), "", AUDIOPOD), AUDIOPOD)
    assert job.id == fields["id"]
    assert job.status == {"CANCELED": "CANCELLED"}.get(fields["status"].upper(), fields["status"].upper())
    assert job.progress is None or 0 <= job.progress <= 100
    assert job.audio_duration is None or math.isfinite(job.audio_duration)
    json.loads(job.model_dump_json(), parse_constant=pytest.fail)


@pytest.mark.parametrize(
    ("moment", "seconds"),
    [
        ("1970-01-01T00:01:00Z", 60),
        ("1970-01-01T00:01:00", 60),
        ("1970-01-01T01:01:00.500+01:00", 60.5),
        ("yesterday", None),
        (None, None),
        (5, None),
    ],
)
def test_moments(moment, seconds):
    assert seconds_since_1970(moment) == seconds


class TestOverTheWire:
    pytestmark = pytest.mark.anyio

    async def test_jobs(self, client, service):
        for _ in range(3):
            service.add_job()
        page = await client.jobs(JobQuery(limit=2, status="FAILED", search="a b"))
        assert (len(page.jobs), page.total) == (2, 3)
        query = set(service.requests[0].query.split("&"))
        assert {"skip=0", "limit=2", "status=FAILED", "search=a+b"} <= query

    async def test_rename(self, client, service):
        service.add_job()
        service.will("patch", Fault(raw=b"", then="reset", accepted=True))
        assert (await client.rename(101, display_name="New")).display_name == "New"
        assert json.loads(service.asked("patch")[-1].body) == {"display_name": "New"}

    async def test_delete_once(self, client, service):
        service.add_job()
        await client.delete(101)
        with pytest.raises(NotFound):
            await client.delete(101)

    async def test_delete_whose_answer_is_lost(self, client, service):
        service.add_job()
        service.will("delete", Fault(accepted=True, raw=b"", then="reset"))
        await client.delete(101)
        assert service.jobs == {}

    async def test_what_else_there_is_to_know(self, client, service):
        service.files = {
            "/api/v1/music/presets": answer(200, ["Rock"]),
            "/api/v1/api-wallet/balance": answer(200, {"balance_cents": 500, "balance_usd": "5.00"}),
            "/api/v1/music/analyses/a%2Fb": answer(200, {"id": 3, "bpm": 90}),
        }
        assert await client.presets() == {"genre_presets": ["Rock"]}
        balance = await client.balance()
        assert (balance.balance_cents, balance.balance_usd) == (500, 5)
        assert (await client.analysis("a/b")).id == "3"

    async def test_safe_requests_are_repeated_until_patience_ends(self, client, service, clock):
        service.add_job()
        service.will(
            "poll",
            answer(500, None),
            answer(429, None),
            Fault(raw=b"", then="reset"),
            answer(200, '{"id"'),
            answer(504, None),
        )
        assert (await client.job(101)).id == 101
        assert len(service.requests) == 6
        service.will("poll", *[answer(500, None)] * 50)
        before = clock.now()
        with pytest.raises(AudioPodError, match="status 500"):
            await client.job(101, patience=20)
        assert clock.now() - before <= 20
        with pytest.raises(AudioPodError):
            await client.job(101, patience=0)
