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

pytestmark = [pytest.mark.anyio, pytest.mark.slow]

TUNE = {"mode": "prompt2instrumental", "caption": "piano"}
MODERN = "2026-07-28"


def http_client(url, key):
    http = httpx2.AsyncClient(headers={"X-API-Key": key}, timeout=60)
    return Client(streamable_http_client(f"{url}/mcp", http_client=http), mode=MODERN)


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


async def test_a_subscriber_hears_of_the_job_and_strangers_hear_nothing(tmp_path):
    with http_server(tmp_path, **BEEPER) as url:
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


async def test_clients_of_the_handshake_era_are_told_too(tmp_path):
    told = []

    async def note(message):
        told.append(message)

    async with session("stdio", "legacy", tmp_path, message_handler=note, **BEEPER) as client:
        job_id = (await finished(client, "generate_music", TUNE))["job_id"]
        await until(lambda: any(isinstance(m, ResourceListChangedNotification) for m in told))
        updated = [m.params.uri for m in told if isinstance(m, ResourceUpdatedNotification)]
        assert f"audiopod://jobs/{job_id}" in [str(uri) for uri in updated]
