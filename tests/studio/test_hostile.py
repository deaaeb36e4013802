"""Whatever is sent to the studio, it never fails: it takes it, or says what is wrong with it."""

import pytest
from anyio.from_thread import start_blocking_portal
from hypothesis import given, settings
from hypothesis import strategies as st

from audiopod_mcp.operations import OPERATIONS, Advanced
from audiopod_mcp.operations.vocabulary import MODES
from tests.studio.studios import MUSIC, opened

FIELDS = sorted(
    {"audio_duration", "prompt", "query", "advanced", "mode"}
    | Advanced.model_fields.keys()
    | {name for operation in OPERATIONS for name in operation.model_fields}
)
PATHS = [
    *MODES, "cover", "reference", "analyze", "extract-stem", "retake", "repaint", "extend", "edit", "1/lrc",
    "jobs/1/retry", "jobs/1/like",
]  # fmt: skip

text = st.text(max_size=20) | st.sampled_from(
    ["", "x", "en", "4/4", "C Major", "bass", "loop", "mp3", "../x", "\0"]
)
scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(-1, 200)
    | st.floats(allow_nan=False, allow_infinity=False)
    | text
    | st.sampled_from([2**31, 2**32, 2**63, 2**64, -(2**63) - 1, 1e308])
)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(text, inner, max_size=3),
    max_leaves=5,
)
bodies = st.dictionaries(st.sampled_from(FIELDS), values, max_size=8)


@pytest.fixture(scope="module")
def call(tmp_path_factory):
    """Calls a method of a client of a studio that has one job."""
    with (
        start_blocking_portal() as portal,
        portal.wrap_async_context_manager(opened(tmp_path_factory.mktemp("data"))) as client,
    ):
        portal.call(lambda: client.make(caption="x"))
        yield lambda method, *args, **options: portal.call(lambda: getattr(client, method)(*args, **options))


@pytest.fixture(scope="module")
def get(call):
    return lambda path, **options: call("get", path, **options)


@pytest.fixture(scope="module")
def post(call):
    return lambda path, **options: call("post", f"{MUSIC}/{path}", **options)


@pytest.mark.slow
@settings(max_examples=200)
@given(path=st.sampled_from(PATHS), body=bodies)
def test_no_body_makes_a_fault(post, path, body):
    answer = post(path, json=body)
    assert answer.status_code in {200, 400, 404, 409, 422}, answer.text
    assert answer.headers["content-type"] == "application/json"
    if answer.status_code == 422:
        detail = answer.json()["detail"]
        assert isinstance(detail, str) or all(item["loc"] and item["msg"] and item["type"] for item in detail)


@given(path=st.sampled_from(PATHS), body=st.binary(max_size=200))
def test_no_bytes_make_a_fault(post, path, body):
    assert post(path, content=body).status_code in {200, 400, 404, 409, 422}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        (name, value)
        for name in (
            "host",
            "origin",
            "authorization",
            "x-api-key",
            "idempotency-key",
            "content-type",
            "range",
        )
        for value in (
            "",
            "[",
            "http://[",
            "a b",
            "::1",
            "\xff",
            "bytes=9-1",
            "bytes=x",
            "Bearer",
            "null",
            "x" * 5000,
        )
    ],
)
def test_no_header_makes_a_fault(post, name, value):
    headers = {name: value.encode("latin-1")}
    for path in ("text2music", "jobs/1/like"):
        answer = post(path, json={"caption": "x"}, headers=headers)
        assert answer.status_code < 500, (path, answer.text)


@pytest.mark.anyio
async def test_whoever_goes_away_in_the_middle_of_a_body_is_no_fault(tmp_path):
    async def gone():
        return {"type": "http.disconnect"}

    answered = []

    async def send(message):
        answered.append(message)

    async with opened(tmp_path, workers=0) as client:
        scope = {
            "type": "http", "method": "POST", "path": f"{MUSIC}/text2music", "query_string": b"",
            "headers": [(b"host", b"studio.local"), (b"content-length", b"20")],
        }  # fmt: skip
        await client.app(scope, gone, send)
        assert answered[0]["status"] == 400
        assert (await client.get(f"{MUSIC}/jobs")).json() == []


def test_ranges_that_make_no_sense(get):
    made = get("/api/v1/music/jobs?status=COMPLETED").json()
    urls = [job["output_url"] for job in made if job["output_url"]]
    for value in (
        "bytes=9-1",
        "bytes=x",
        "bytes=",
        "bytes=-",
        "bytes=0-0,2-3",
        f"bytes={10**30}-",
        "bytes=-0",
        "\xff",
    ):
        assert get(urls[0], headers={"Range": value.encode("latin-1")}).status_code in {200, 206, 400, 416}
