"""Long jobs as tasks, for clients that declare the extension; nothing of it for the others."""

from typing import Any, Literal

import anyio
import httpx
import mcp.types as types
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mcp import Client
from mcp.client import ClientExtension, NotificationBinding, ResultClaim
from mcp.client.stdio import stdio_client
from mcp.shared.exceptions import MCPError
from pydantic import BaseModel, ConfigDict

from audiopod_mcp.server.tasks import Handle

from .sessions import BEEPER, http_server, parameters, session

pytestmark = pytest.mark.anyio

MODERN = "2026-07-28"
LONG = {"mode": "prompt2instrumental", "caption": "slow 2"}


class Created(types.Result):
    result_type: Literal["task"] = "task"
    task_id: str
    status: str
    ttl_ms: int
    poll_interval_ms: int


class State(types.Result):
    task_id: str
    status: str
    status_message: str | None = None
    result: dict[str, Any] | None = None


class Params(types.RequestParams):
    task_id: str


class Get(types.Request[Params, Literal["tasks/get"]]):
    method: Literal["tasks/get"] = "tasks/get"
    params: Params
    name_param = "taskId"


class Cancel(types.Request[Params, Literal["tasks/cancel"]]):
    method: Literal["tasks/cancel"] = "tasks/cancel"
    params: Params
    name_param = "taskId"


class Event(BaseModel):
    model_config = ConfigDict(extra="allow")
    taskId: str  # noqa: N815
    status: str


class Tasks(ClientExtension):
    identifier = "io.modelcontextprotocol/tasks"

    def __init__(self):
        self.events = []

    def claims(self):
        return [ResultClaim(result_type="task", model=Created, resolve=self._resolve)]

    def notifications(self):
        return [NotificationBinding(method="notifications/tasks", params_type=Event, handler=self._note)]

    async def _resolve(self, created, context):
        raise AssertionError("the tests poll themselves")

    async def _note(self, event):
        self.events.append(event)


def task_client(folder, extension=None, **extra):
    return Client(
        stdio_client(parameters(folder, **BEEPER | extra)), mode=MODERN, extensions=[extension or Tasks()]
    )


@pytest.fixture(scope="module")
def told():
    """What :func:`client` is told of, of all tasks."""
    return Tasks()


@pytest.fixture(scope="module")
async def client(anyio_backend, told, tmp_path_factory):
    async with task_client(tmp_path_factory.mktemp("tasks"), told) as client:
        yield client


async def start(client, tool, arguments):
    return await client.session.call_tool(tool, arguments, allow_claimed=True)


async def get(client, task_id):
    return await client.session.send_request(Get(params=Params(task_id=task_id)), State)


async def until(client, task_id, status):
    with anyio.fail_after(90):
        while (state := await get(client, task_id)).status != status:
            assert state.status == "working"
            await anyio.sleep(0.2)
    return state


@pytest.mark.slow
async def test_a_long_job_is_a_task_that_another_server_process_finishes_telling(tmp_path):
    async with task_client(tmp_path) as client:
        task = await start(client, "generate_music", LONG)
        assert isinstance(task, Created)
        assert task.status == "working"
        assert (await get(client, task.task_id)).status == "working"
    async with task_client(tmp_path) as another:
        state = await until(another, task.task_id, "completed")
    assert state.result["structuredContent"]["status"] == "COMPLETED"
    assert not state.result.get("isError")


@pytest.mark.slow
async def test_mistakes_stay_synchronous(client):
    result = await start(client, "generate_music", LONG | {"bpm": 900})
    assert result.is_error
    assert "bpm: 900" in result.content[0].text
    result = await start(client, "retake_track", {"original_job_id": 4711})
    assert result.is_error


@pytest.mark.slow
async def test_who_did_not_declare_tasks_never_sees_one(tmp_path):
    async with session("stdio", MODERN, tmp_path, AUDIOPOD_MAX_WAIT="1", **BEEPER) as client:
        result = await client.call_tool("generate_music", LONG)
        assert result.structured_content["status"] in {"PENDING", "PROCESSING"}
        with pytest.raises(MCPError):
            await client.session.send_request(Get(params=Params(task_id="x")), State)


@pytest.mark.slow
async def test_cancelling_a_task_stops_its_job(client):
    before = (await client.call_tool("list_jobs", {})).structured_content["total"]
    task = await start(client, "generate_music", LONG | {"caption": "slow 60"})
    await client.session.send_request(Cancel(params=Params(task_id=task.task_id)), types.EmptyResult)
    await until(client, task.task_id, "cancelled")
    assert (await client.call_tool("list_jobs", {})).structured_content["total"] == before


@pytest.mark.slow
async def test_a_subscriber_is_told_of_changes(client, told):
    assert told.events == []  # of the tasks of other tests, to which nobody subscribed
    task = await start(client, "generate_music", LONG)
    listen = types.SubscriptionsListenRequest(
        params=types.SubscriptionsListenRequestParams.model_validate(
            {"notifications": {"taskIds": [task.task_id]}}
        )
    )
    async with anyio.create_task_group() as group:
        group.start_soon(client.session.send_request, listen, types.EmptyResult)
        with anyio.fail_after(60):
            while not (told.events and told.events[-1].status == "completed"):
                await anyio.sleep(0.1)
        group.cancel_scope.cancel()
    assert {event.taskId for event in told.events} == {task.task_id}
    assert told.events[0].status == "working"


@pytest.mark.slow
async def test_ids_of_others_and_wrong_headers_are_refused(tmp_path):
    with http_server(tmp_path, **BEEPER) as url, anyio.fail_after(60):
        meta = {
            "io.modelcontextprotocol/protocolVersion": MODERN,
            "io.modelcontextprotocol/clientInfo": {"name": "t", "version": "1"},
            "io.modelcontextprotocol/clientCapabilities": {"extensions": {Tasks.identifier: {}}},
        }

        async def ask(method, params, name, key):
            headers = {
                "Accept": "application/json, text/event-stream",
                "MCP-Protocol-Version": MODERN,
                "Mcp-Method": method,
                "Mcp-Name": name,
                "X-API-Key": key,
            }
            message = {"jsonrpc": "2.0", "id": 1, "method": method, "params": {**params, "_meta": meta}}
            async with httpx.AsyncClient(timeout=30) as http:
                return (await http.post(f"{url}/mcp", json=message, headers=headers)).json()

        call = {"name": "generate_music", "arguments": LONG}
        task = (await ask("tools/call", call, "generate_music", "ap_alice"))["result"]
        assert task["resultType"] == "task"
        task_id = task["taskId"]
        assert (await ask("tasks/get", {"taskId": task_id}, task_id, "ap_alice"))["result"][
            "status"
        ] == "working"
        assert (
            "not yours"
            in (await ask("tasks/get", {"taskId": task_id}, task_id, "ap_bob"))["error"]["message"]
        )
        assert (
            "Mcp-Name"
            in (await ask("tasks/get", {"taskId": task_id}, "other", "ap_alice"))["error"]["message"]
        )


@given(job_id=st.integers(1, 2**63 - 1), created=st.integers(0, 2**32 - 1), other=st.text())
def test_an_id_says_its_job_to_who_holds_the_key_and_to_nobody_else(job_id, created, other):
    handle = Handle(job_id, created)
    assert Handle.decode(handle.encode(b"key"), b"key") == handle
    assert Handle.decode(handle.encode(b"key"), b"another") is None
    assert Handle.decode(other, b"key") is None
