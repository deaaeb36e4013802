"""Nobody spends more than the person allowed without being asked; a refused question costs nothing."""

import pytest
from mcp import Client
from mcp.types import ElicitResult

from audiopod_mcp.api import AudioPodClient
from audiopod_mcp.server import Service, build_server

from .sessions import ERAS

pytestmark = pytest.mark.anyio

MINUTES = {"mode": "prompt2instrumental", "caption": "x", "duration": 300}


class Cloud:
    """An ASGI application that makes every job at once, and counts them."""

    def __init__(self):
        self.made = 0

    async def __call__(self, scope, receive, send):
        body = b'{"id": 1, "task": "x", "status": "COMPLETED", "output_url": "http://x/a.flac", "audio_duration": 120}'
        self.made += scope["method"] == "POST"
        await send(
            {
                "type": "http.response.start",
                "status": 200,
                "headers": [(b"content-type", b"application/json")],
            }
        )
        await send({"type": "http.response.body", "body": body})


def server(cloud, limit):
    import httpx

    def connect(key):
        return AudioPodClient("https://cloud.test", api_key=key, transport=httpx.ASGITransport(cloud))

    return build_server(Service(connect=connect, api_key="ap_x", confirm_above=limit))


def answering(action, go_on=None, asked=None):
    async def answer(context, params):
        if asked is not None:
            asked.append(params.message)
        return ElicitResult(action=action, content=None if go_on is None else {"go_on": go_on})

    return answer


@pytest.mark.parametrize("era", ERAS)
@pytest.mark.parametrize(
    ("answer", "made"), [(("accept", True), 1), (("accept", False), 0), (("decline",), 0), (("cancel",), 0)]
)
async def test_the_person_decides(era, answer, made):
    cloud, asked = Cloud(), []
    callback = answering(*answer, asked=asked)
    async with Client(server(cloud, 0.05), mode=era, elicitation_callback=callback) as client:
        result = await client.call_tool("generate_music", MINUTES)
    assert asked == ["This costs about $0.20 on AudioPod. Go on?"]
    assert cloud.made == made
    assert result.is_error is (made == 0)


@pytest.mark.parametrize("era", ERAS)
async def test_a_host_that_can_not_ask_gets_a_refusal_with_the_remedy(era):
    cloud = Cloud()
    async with Client(server(cloud, 0.05), mode=era) as client:
        result = await client.call_tool("generate_music", MINUTES)
    assert result.is_error
    assert "about $0.20, above AUDIOPOD_CONFIRM_ABOVE ($0.05)" in result.content[0].text
    assert cloud.made == 0


@pytest.mark.parametrize(
    ("tool", "arguments", "question"),
    [
        ("generate_music", MINUTES | {"batch_size": 3}, "about $0.60"),
        ("generate_music", {"caption": "x"}, "$0.04 a minute of audio"),
        ("extend_track", {"source_job_id": 1, "prompt": "x", "right_extend_length": 60}, "about $0.12"),
        ("retake_track", {"original_job_id": 1, "retake_seeds": [1, 2]}, "about $0.16"),
        (
            "extract_stem",
            {"src_audio_url": "https://x/a.mp3", "track_name": "bass"},
            "$0.10 a minute of audio",
        ),
    ],
)
async def test_the_question_says_what_it_costs_where_that_is_known(tool, arguments, question):
    asked = []
    async with Client(
        server(Cloud(), 0.01), elicitation_callback=answering("decline", asked=asked)
    ) as client:
        await client.call_tool(tool, arguments)
    assert question in asked[0]


async def test_below_the_limit_and_what_is_free_nobody_is_asked():
    cloud = Cloud()
    async with Client(server(cloud, 0.25), elicitation_callback=answering("decline")) as client:
        messages = []

        async def progress(done, total, message):
            messages.append(message)

        result = await client.call_tool("generate_music", MINUTES, progress_callback=progress)
        assert not result.is_error
        assert messages[0] == "Sending the request (about $0.20)"
    assert cloud.made == 1
