"""The rate limits that are known in advance, kept instead of run into."""

from __future__ import annotations

import hashlib
from bisect import insort
from collections import defaultdict

from .clock import Clock, OnWait
from .errors import RateLimited

WINDOW = 61.0
"""Seconds. One more than the service's minute: requests may be closer together on arrival than when sent."""
MOST_CALLERS = 1000


class RateLimits:
    """A sliding window per caller and kind of request, first come, first served.

    Whoever asks reserves the next free moment and sleeps until then, so the wait is known at once and
    nobody overtakes. One instance serves all clients of a process that share a service.
    """

    def __init__(self, clock: Clock | None = None, window: float = WINDOW) -> None:
        self._clock = clock or Clock()
        self._window = window
        self._turns: dict[tuple[str, str], list[float]] = defaultdict(list)

    async def turn(
        self,
        caller: str,
        kind: str,
        per_minute: int,
        *,
        patience: float,
        on_wait: OnWait | None = None,
    ) -> None:
        """Wait until one more request of this kind is allowed.

        Raises:
            RateLimited: at once, where that takes longer than ``patience`` seconds.

        """
        self._forget()
        # Callers are told apart by their keys, which have no business in a long-lived table.
        turns = self._turns[hashlib.sha256(caller.encode()).hexdigest(), kind]
        now = self._clock.now()
        while turns and turns[0] <= now - self._window:
            turns.pop(0)
        mine = max(now, turns[-per_minute] + self._window) if len(turns) >= per_minute else now
        wait = mine - now
        if wait > max(patience, 0.0):
            raise RateLimited(
                f"The rate limit of {per_minute} {kind} requests a minute is used up; "
                f"try again in {wait:.0f} s",
                retry_after=wait,
                transient=True,
            )
        insort(turns, mine)
        if wait <= 0:
            return
        try:
            if on_wait:
                await on_wait(wait, f"waiting {wait:.0f} s for the rate limit of {per_minute} a minute")
            await self._clock.sleep(wait)
        except BaseException:
            turns.remove(mine)
            raise

    def _forget(self) -> None:
        """Drop callers of long ago once there are many."""
        if len(self._turns) > MOST_CALLERS:
            past = self._clock.now() - self._window
            for caller in [caller for caller, turns in self._turns.items() if not turns or turns[-1] < past]:
                del self._turns[caller]


SHARED = RateLimits()
"""The limits of this process."""
