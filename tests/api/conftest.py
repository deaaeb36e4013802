from __future__ import annotations

import random
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from audiopod_mcp.api import AudioPodClient, RateLimits
from tests.api.faulty import FaultyService, serving
from tests.api.quick import KEY, QuickClock


@pytest.fixture(autouse=True)
def _same_jitter() -> None:
    random.seed(1)


@pytest.fixture
def clock() -> QuickClock:
    return QuickClock()


@pytest.fixture
async def service() -> AsyncIterator[FaultyService]:
    async with serving(FaultyService()) as running:
        yield running


@pytest.fixture
async def connect(service: FaultyService, clock: QuickClock) -> AsyncIterator[Callable[..., AudioPodClient]]:
    """Clients of the service, closed after the test."""
    clients: list[AudioPodClient] = []

    def make(url: str | None = None, **options: Any) -> AudioPodClient:
        settings = {"api_key": KEY, "clock": clock, "rates": RateLimits(clock), **options}
        clients.append(AudioPodClient(url or service.url, **settings))
        return clients[-1]

    yield make
    for client in clients:
        await client.aclose()


@pytest.fixture
def client(connect: Callable[..., AudioPodClient]) -> AudioPodClient:
    return connect()
