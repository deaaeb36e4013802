"""Every refusal becomes one line that says what happened and what to do."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audiopod_mcp.api import (
    BadResponse,
    Forbidden,
    InvalidRequest,
    NotFound,
    NotReady,
    PaymentRequired,
    RateLimited,
    ServiceFailed,
    Timeouts,
    Unauthorized,
)
from audiopod_mcp.api.errors import AudioPodError
from audiopod_mcp.api.http_errors import ServiceIdentity, error_of
from audiopod_mcp.operations import Analyze, GenerateLrc
from tests.api.faulty import Fault, answer

KEY = "ap_live_0123456789"
AUDIOPOD = ServiceIdentity("AudioPod", KEY)


def said(status: int, content=None, **headers: str) -> AudioPodError:
    head, _, body = answer(status, content, **headers).partition(b"\r\n\r\n")
    lines = dict(line.split(": ", 1) for line in head.decode().split("\r\n")[1:])
    return error_of(status, lines, body, AUDIOPOD)


VALIDATION = [{"type": "missing", "loc": ["body", "caption"], "msg": "Field required", "input": {}}]


@pytest.mark.parametrize(
    ("status", "content", "kind", "words"),
    [
        (400, {"detail": "Invalid track_name"}, InvalidRequest, "Invalid track_name"),
        (400, {"detail": {"code": "BAD_TRACK", "message": "No such track"}}, InvalidRequest, "No such track"),
        (400, {"error": {"message": "No such track"}}, InvalidRequest, "No such track"),
        (400, {"detail": "Job must be completed"}, NotReady, "get_job"),
        (409, {"detail": {"message": "Job must be completed"}}, NotReady, "get_job"),
        (
            409,
            {"detail": "Only failed jobs can be retried; job 1 is COMPLETED"},
            InvalidRequest,
            "not change",
        ),
        (409, {"detail": "Only failed jobs can be retried; job 1 is PENDING"}, NotReady, "get_job"),
        (409, {"detail": "job 1 can't be retried: its signature is gone"}, InvalidRequest, "not change"),
        (422, {"detail": VALIDATION}, InvalidRequest, "caption: Field required"),
        (422, {"detail": VALIDATION[0]}, InvalidRequest, "caption: Field required"),
        (422, {"detail": "caption missing"}, InvalidRequest, "caption missing"),
        (422, {"detail": {"field": "bpm", "message": "Too fast"}}, InvalidRequest, "bpm: Too fast"),
        (413, "Too large", InvalidRequest, "Too large"),
        (401, {"detail": "Invalid API key"}, Unauthorized, "“Invalid API key”; check AUDIOPOD_API_KEY"),
        (403, {"detail": "Key expired"}, Forbidden, "“Key expired”; the API key may be revoked"),
        (404, {"detail": "Original music job not found"}, NotFound, "Original music job not found"),
        (
            402,
            {"detail": {"required_cents": 12, "available_cents": 5, "message": "Insufficient"}},
            PaymentRequired,
            r"\$0\.12 needed, \$0\.05 available; nothing was charged",
        ),
        (402, {"detail": "Insufficient balance"}, PaymentRequired, "credits: “Insufficient balance”"),
        (402, {"required_cents": 1234.5}, PaymentRequired, r"\$12\.3\d needed"),
        (402, {"detail": "PREMIUM_TIER_REQUIRED"}, PaymentRequired, "premium plan; upgrade"),
        (
            402,
            {"detail": {"code": "PREMIUM_TIER_REQUIRED", "message": "Batches are for Pro"}},
            PaymentRequired,
            "premium plan: “Batches are for Pro”",
        ),
        (402, None, PaymentRequired, "Not enough AudioPod credits;"),
        (429, {"detail": "10 per 1 minute"}, RateLimited, "“10 per 1 minute”; try again in a moment"),
        (500, "Internal Server Error", ServiceFailed, "status 500: “Internal Server Error”; try again"),
        (502, "<html><head><title>502 Bad Gateway</title></head>", ServiceFailed, "502: “502 Bad Gateway”;"),
        (522, "<html><script>var a='<b>'</script><body>Timed <b>out</b>", ServiceFailed, ": “Timed out”;"),
        (501, None, ServiceFailed, "will not help"),
        (418, [[[[[[[[[["deep"]]]]]]]]]], InvalidRequest, "418"),
        (400, '{"detail": ', InvalidRequest, "400"),
    ],
)
def test_documented_shapes(status, content, kind, words):
    error = said(status, content)
    assert type(error) is kind
    with pytest.raises(kind, match=words):
        raise error
    assert error.status == status


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("7", 7),
        ("1.5", 1.5),
        ("-3", 0),
        ("Sun, 06 Nov 1994 08:49:47 GMT", 10),
        ("Sun, 06 Nov 1994 08:49:07 GMT", 0),
        ("soon", None),
        ("", None),
        ("nan", None),
        ("inf", None),
        ("1e300", 86400),
        ("Sun, 99 Nov 1994 08:49:47 GMT", None),
    ],
)
def test_retry_after(value, seconds):
    error = said(429, None, retry_after=value, date="Sun, 06 Nov 1994 08:49:37 GMT")
    assert error.retry_after == seconds


def test_without_a_key_the_key_is_asked_for():
    error = error_of(401, {}, b"", ServiceIdentity("AudioPod"))
    assert str(error) == "AudioPod asks for an API key; set AUDIOPOD_API_KEY"


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["detail", "msg", "message", "loc", "code", "required_cents", "error", "x"]),
            inner,
            max_size=5,
        )
    ),
    max_leaves=12,
)


@given(
    st.integers(400, 599),
    json_values | st.binary(),
    st.dictionaries(st.sampled_from(["retry-after", "date", "content-type"]), st.text(max_size=40)),
)
def test_whatever_comes_is_one_clean_line(status, content, headers):
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    error = error_of(status, headers, body, AUDIOPOD)
    assert str(error).isprintable()
    assert len(str(error)) < 600


@pytest.mark.parametrize("shape", ["{0}", '{{"detail": "key {0} is bad"}}', "<html><title>{0}</title>"])
@pytest.mark.parametrize("key", [KEY, "ap_someone_elses_key", "no-usual-form-1234"])
def test_keys_are_blacked_out(shape, key):
    service = ServiceIdentity("AudioPod", key)
    for status in (400, 401, 402, 403, 404, 409, 422, 429, 500):
        assert key not in str(error_of(status, {}, shape.format(key).encode(), service))
    assert key not in repr(service)


class TestOverTheWire:
    pytestmark = pytest.mark.anyio

    @pytest.mark.parametrize(
        "fault",
        [
            Fault(raw=answer(402, "{}", content_length="9999")),
            Fault(raw=answer(402, "{}", content_length="9999"), then="stall"),
            Fault(raw=answer(402, None, content_length=str(10**12)), then="flood"),
        ],
        ids=["cut off", "slow", "endless"],
    )
    async def test_a_refusal_counts_even_if_its_body_fails(self, connect, service, fault):
        service.will("poll", fault)
        with pytest.raises(PaymentRequired):
            await connect(timeouts=Timeouts(connect=0.5)).job(1)

    async def test_analysis(self, client, service):
        ask = Analyze(audio_url="https://example.com/a.mp3")
        content = {"success": True, "bpm": 120, "keyscale": "C Major", "audio_codes": 5, "extra": []}
        service.will("work", answer(503, None), answer(200, content))
        analysis = await client.perform(ask)
        assert (analysis.bpm, analysis.keyscale, analysis.audio_codes) == (120, "C Major", None)
        service.will("work", answer(200, {"success": False, "error": "Could not\nfetch it"}))
        with pytest.raises(ServiceFailed, match="could not make the analysis: “Could not fetch it”"):
            await client.perform(ask)

    async def test_lrc(self, client, service):
        content = {"success": True, "job_id": "9", "lrc_content": "[00:01.00] La"}
        service.will("work", answer(200, content), answer(200, {"success": False}), answer(200, {}))
        lrc = await client.perform(GenerateLrc(job_id=9))
        assert (lrc.job_id, lrc.lrc_content) == (9, "[00:01.00] La")
        assert service.requests[0].path == "/api/v1/music/9/lrc"
        with pytest.raises(ServiceFailed, match="no reason given"):
            await client.perform(GenerateLrc(job_id=9))
        with pytest.raises(BadResponse, match="lrc_content"):
            await client.perform(GenerateLrc(job_id=9))
