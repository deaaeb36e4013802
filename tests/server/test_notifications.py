"""Who listens hears of their own jobs, and of nobody else's."""

import anyio
import httpx2
import pytest
from mcp import Client
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.exceptions import MCPError
from mcp.shared.subscriptions import ResourcesListChanged, ResourceUpdated
from mcp.types import ResourceListChangedNotification, ResourceUpdatedNotification

from .sessions import BEEPER, finished, http_server, session

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:resources/(un)?subscribe is removed"),
]

TUNE = {"mode": "prompt2instrumental", "caption": "piano"}
MODERN = "2026-07-28"


@pytest.fixture(scope="module")
def url(tmp_path_factory):
    with http_server(tmp_path_factory.mktemp("notifications"), **BEEPER) as url:
        yield url


def http_client(url, key, mode=MODERN):
    http = httpx2.AsyncClient(headers={"X-API-Key": key}, timeout=60)
    return Client(streamable_http_client(f"{url}/mcp", http_client=http), mode=mode)


async def collect(client, events, started, **wanted):
    async with client.listen(**wanted) as subscription:
        started.set()
        async for event in subscription:
            events.append(event)


async def until(condition):
    with anyio.fail_after(60):
        while not condition():
            await anyio.sleep(0.05)


async def test_a_job_that_nobody_waits_for_is_announced_when_it_is_done(tmp_path):
    async with session("stdio", MODERN, tmp_path, AUDIOPOD_MAX_WAIT="1", **BEEPER) as client:
        events, started = [], anyio.Event()
        async with anyio.create_task_group() as group:
            group.start_soon(lambda: collect(client, events, started, resources_list_changed=True))
            await started.wait()
            job = (await client.call_tool("generate_music", TUNE | {"caption": "slow 2"})).structured_content
            assert job["status"] in {"PENDING", "PROCESSING"}
            events.clear()
            await until(lambda: ResourcesListChanged() in events)
            state = (await client.call_tool("get_job", {"job_id": job["job_id"]})).structured_content
            assert state["status"] == "COMPLETED"
            group.cancel_scope.cancel()


async def test_a_subscriber_hears_of_the_job_and_strangers_hear_nothing(url):
    async with http_client(url, "ap_alice") as alice, http_client(url, "ap_bob") as bob:
        job_id = (await finished(alice, "generate_music", TUNE))["job_id"]
        uri = f"audiopod://jobs/{job_id}"
        heard, overheard = [], []
        with pytest.raises(MCPError, match="not found"):
            await collect(bob, overheard, anyio.Event(), resource_subscriptions=[uri])
        with pytest.raises(MCPError, match="can't be subscribed to"):
            await collect(alice, heard, anyio.Event(), resource_subscriptions=["file:///etc/passwd"])
        async with anyio.create_task_group() as group:
            for client, events, wanted in (
                (alice, heard, {"resource_subscriptions": [uri]}),
                (bob, overheard, {"resources_list_changed": True}),
            ):
                started = anyio.Event()
                group.start_soon(lambda c=client, e=events, s=started, w=wanted: collect(c, e, s, **w))
                await started.wait()
            await alice.call_tool("rename_job", {"job_id": job_id, "display_name": "New"})
            await until(lambda: ResourceUpdated(uri=uri) in heard)
            await alice.call_tool("delete_job", {"job_id": job_id})
            group.cancel_scope.cancel()
        assert overheard == []


class Told:
    """What a client of the handshake era was told of resources."""

    def __init__(self):
        self.lists, self.uris = 0, []

    async def __call__(self, message):
        if isinstance(message, ResourceListChangedNotification):
            self.lists += 1
        if isinstance(message, ResourceUpdatedNotification):
            self.uris.append(str(message.params.uri))


@pytest.mark.parametrize("transport", ["stdio", "http", "sse"])
async def test_clients_of_the_handshake_era_hear_of_what_they_asked_for_and_of_nothing_else(
    transport, tmp_path, url
):
    told = Told()
    async with session(transport, "legacy", tmp_path, url, message_handler=told, **BEEPER) as client:
        declared = client.session.initialize_result.capabilities.resources
        assert (declared.subscribe, declared.list_changed) == (True, True)
        job_id = (await finished(client, "generate_music", TUNE))["job_id"]
        other = (await finished(client, "generate_music", TUNE))["job_id"]
        uri = f"audiopod://jobs/{job_id}"
        assert (told.lists, told.uris) == (0, [])
        await client.session.subscribe_resource(uri)
        await client.list_resources()
        for number in (job_id, other):
            await client.call_tool("rename_job", {"job_id": number, "display_name": "New"})
        await client.call_tool("delete_job", {"job_id": other})
        await until(lambda: told.lists == 1 and told.uris == [uri])
        await client.session.unsubscribe_resource(uri)
        await client.call_tool("rename_job", {"job_id": job_id, "display_name": "Newer"})
        await client.call_tool("delete_job", {"job_id": job_id})
        await until(lambda: told.lists == 2)
        assert told.uris == [uri]


async def test_a_stranger_of_the_handshake_era_can_not_subscribe(url):
    alice, bob = (http_client(url, key, "legacy") for key in ("ap_alice", "ap_bob"))
    async with alice, bob:
        job_id = (await finished(alice, "generate_music", TUNE))["job_id"]
        with pytest.raises(MCPError, match="not found"):
            await bob.session.subscribe_resource(f"audiopod://jobs/{job_id}")
        with pytest.raises(MCPError, match="can't be subscribed to"):
            await alice.session.subscribe_resource("file:///etc/passwd")
