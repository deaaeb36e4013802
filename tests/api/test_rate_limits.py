"""Rate limits known in advance are kept, first come, first served."""

from __future__ import annotations

from itertools import pairwise

import anyio
import anyio.lowlevel
import pytest
from hypothesis import given
from hypothesis import strategies as st

from audiopod_mcp.api import RateLimited, RateLimits
from audiopod_mcp.operations import Analyze, Extend, GenerateMusic
from tests.api.quick import QuickClock

pytestmark = pytest.mark.anyio

MORE = Extend(source_job_id=1, prompt="more")


async def test_the_fourth_request_in_a_minute_waits(client, service, clock):
    waits = []

    async def on_wait(seconds: float, why: str) -> None:
        waits.append((seconds, why))

    for _ in range(3):
        await client.create(MORE, on_wait=on_wait)
    assert waits == []
    await client.create(MORE, on_wait=on_wait, patience=90)
    assert waits == [(61, "waiting 61 s for the rate limit of 3 a minute")]
    assert len(service.jobs) == 4


async def test_impatience_is_told_before_anything_is_sent(client, service):
    for _ in range(3):
        await client.create(MORE)
    with pytest.raises(RateLimited, match="3 extend_track requests a minute is used up; try again in 61 s"):
        await client.create(MORE, patience=10)
    assert len(service.requests) == 3
    await client.create(GenerateMusic(caption="other limits are untouched"))


async def test_no_limits_for_a_studio(connect, service, clock):
    client = connect(limits=False)
    for _ in range(15):
        await client.create(MORE)
    assert clock.slept == []


async def test_no_patience_is_enough_when_there_is_a_turn(client, service):
    service.will("work", b'HTTP/1.1 200 OK\r\nContent-Length: 16\r\n\r\n{"success":true}')
    await client.perform(Analyze(audio_url="https://example.com/a.mp3"), patience=0)


async def test_first_come_first_served_and_callers_apart():
    limits = RateLimits(window=0.2)
    order: list[int] = []

    async def ask(number: int) -> None:
        await limits.turn("a", "extend", 2, patience=1000)
        order.append(number)

    async with anyio.create_task_group() as group:
        for number in range(6):
            group.start_soon(ask, number)
            await anyio.lowlevel.checkpoint()
        await limits.turn("b", "extend", 2, patience=0)
    assert [sorted(pair) for pair in (order[:2], order[2:4], order[4:])] == [[0, 1], [2, 3], [4, 5]]


async def test_a_turn_that_is_given_up_is_free_again():
    limits = RateLimits(window=0.5)
    for _ in range(3):
        await limits.turn("a", "x", 3, patience=0)
    with anyio.move_on_after(0.01) as scope:
        await limits.turn("a", "x", 3, patience=10)
    assert scope.cancelled_caught
    waits = []

    async def on_wait(seconds: float, why: str) -> None:
        waits.append(seconds)

    for _ in range(3):
        await limits.turn("a", "x", 3, patience=10, on_wait=on_wait)
    assert sum(waits) < 0.75


@given(st.integers(1, 5), st.lists(st.floats(0, 40), max_size=40))
def test_never_more_than_allowed_in_any_window(per_minute, gaps):
    clock = QuickClock()
    limits = RateLimits(clock, window=60)
    turns: list[float] = []

    async def ask() -> None:
        for gap in gaps:
            clock.time += gap
            await limits.turn("a", "x", per_minute, patience=1e9)
            turns.append(clock.now())

    anyio.run(ask)
    assert turns == sorted(turns)
    assert all(b - a >= 60 - 1e-6 for a, b in zip(turns, turns[per_minute:], strict=False))
    assert all(b >= a for a, b in pairwise(turns))
