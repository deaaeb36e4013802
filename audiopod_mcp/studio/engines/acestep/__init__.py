"""The engine with a neural model: the studio's operations, done by a self-hosted ACE-Step 1.5 server.

What that model can't do, or does worse than arithmetic, stays with the local engine: measuring, timing
lyrics, stems where no base model is loaded, and edits that name a level, a tempo or a key. Recordings go up
as flac; what an operation promises to leave alone is put back from the source, sample by sample.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from audiopod_mcp.music.model import Progress
from audiopod_mcp.studio.engines.takes import monotonic

from ..base import EngineRefused, Outcome, Work
from ..local import LocalEngine
from . import analyze, generate, transform
from .client import DEFAULT_URL, AceStepClient
from .session import Session

_OPERATIONS: Mapping[str, Callable[[Session], Outcome]] = {
    **dict.fromkeys(
        ("text2music", "prompt2instrumental", "text2rap", "lyric2vocals", "text2samples", "simple"),
        generate.song,
    ),
    "cover": generate.cover,
    "reference": generate.reference,
    "retake": transform.retake,
    "repaint": transform.repaint,
    "extend": transform.extend,
    "edit": transform.edit,
    "extract_stem": transform.extract_stem,
    "analyze": analyze.analyze,
}


@dataclass(frozen=True)
class AceStepEngine:
    base_url: str | None = None
    api_key: str | None = field(default=None, repr=False)
    demucs_models: str | None = None
    name: str = "acestep"

    @property
    def server(self) -> AceStepClient:
        return AceStepClient((self.base_url or DEFAULT_URL).rstrip("/"), self.api_key)

    def run(self, work: Work, report: Progress) -> Outcome:
        local = LocalEngine(demucs_models=self.demucs_models)
        if work.task == "lrc":
            return local.run(work, report)
        operation = _OPERATIONS.get(work.task)
        if operation is None:
            raise EngineRefused(f"task: {work.task!r} is not something ACE-Step does")
        report(0.0, "asking ACE-Step what it can do")
        able = self.server.capabilities()
        with TemporaryDirectory(prefix="audiopod-") as scratch:
            return operation(Session(self.server, able, local, work, Path(scratch), monotonic(report)))
