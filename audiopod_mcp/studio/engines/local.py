"""The engine that needs nothing but a CPU: the studio's operations, done with :mod:`audiopod_mcp.music`."""

from __future__ import annotations

from dataclasses import dataclass

from audiopod_mcp.music.model import Refused

from .base import Outcome, Report, Work


@dataclass(frozen=True)
class LocalEngine:
    name: str = "local"

    def run(self, work: Work, report: Report) -> Outcome:
        raise Refused(f"task {work.task!r} is not something the local engine does")
