"""Time for tests: it passes only when somebody sleeps, and then at once."""

from __future__ import annotations

import anyio
import anyio.lowlevel

from audiopod_mcp.api import Clock

KEY = "ap_test_0123456789abcdef"


class QuickClock(Clock):
    def __init__(self) -> None:
        self.time = 1000.0
        self.slept: list[float] = []

    def now(self) -> float:
        return self.time

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.time += seconds
        await anyio.lowlevel.checkpoint()
