"""Something that is tried again and again, and may fail each time: told often enough, and no more."""

from __future__ import annotations

import logging
import time
from typing import Final

FIRST_PAUSE: Final = 60.0
"""Seconds after which a failure that goes on is told again; each time it is twice as long."""
LONGEST_PAUSE: Final = 3600.0

logger = logging.getLogger("audiopod_mcp.studio")


class Outage:
    """Logs that ``what`` fails when that begins, at growing intervals, and that it is well again."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._began: float | None = None
        self._next = 0.0
        self._pause = FIRST_PAUSE

    def failed(self, error: Exception) -> None:
        """It has just failed."""
        now = time.monotonic()
        if self._began is None:
            self._began, self._pause = now, FIRST_PAUSE
            self._next = now + self._pause
            logger.error("%s", self._what, exc_info=error)
        elif now >= self._next:
            self._pause = min(2 * self._pause, LONGEST_PAUSE)
            self._next = now + self._pause
            logger.error("%s, for %.0f minutes now (%s)", self._what, (now - self._began) / 60, error)

    def over(self) -> None:
        """It has just gone well."""
        if self._began is not None:
            seconds = time.monotonic() - self._began
            self._began = None
            logger.warning("%s: well again, after %.0f s", self._what, seconds)
