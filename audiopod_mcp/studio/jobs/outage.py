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
    """Logs that ``what`` fails when that begins, at growing intervals with how often, and that it is over.

    Of what others try, nobody knows that it would go well: it is over after ``quiet`` seconds without one.
    """

    def __init__(self, what: str, quiet: float = 0.0) -> None:
        self._what = what
        self._quiet = quiet
        self._times = 0
        """How often it has failed in this outage."""
        self._began = self._last = self._next = 0.0
        self._pause = FIRST_PAUSE

    def failed(self, error: Exception, line: str | None = None) -> None:
        """It has just failed; ``line`` says why, in place of ``error`` with all its traces."""
        self._last = now = time.monotonic()
        self._times += 1
        if self._times == 1:
            self._began, self._pause = now, FIRST_PAUSE
            self._next = now + self._pause
            if line:
                logger.error("%s: %s", self._what, line)
            else:
                logger.error("%s", self._what, exc_info=error)
        elif now >= self._next:
            self._pause = min(2 * self._pause, LONGEST_PAUSE)
            self._next = now + self._pause
            minutes, why = (now - self._began) / 60, line or error
            logger.error("%s, for %.0f minutes now and %s times: %s", self._what, minutes, self._times, why)

    def over(self) -> None:
        """It has just gone well, or is looked at where others try."""
        if self._times and time.monotonic() - self._last >= self._quiet:
            seconds, times = self._last - self._began, self._times
            if self._quiet:
                logger.warning("%s: not any more, after %.0f s and %s times", self._what, seconds, times)
            else:
                seconds = time.monotonic() - self._began
                logger.warning("%s: well again, after %.0f s and %s failures", self._what, seconds, times)
            self._times = 0
