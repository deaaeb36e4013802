"""The engine with a neural model: the studio's operations, done by a self-hosted ACE-Step 1.5 server.

What that model can't do, or does worse than arithmetic, stays with the local engine: measuring, timing
lyrics, stems where no base model is loaded, and edits that name a level, a tempo or a key. Recordings go up
as flac; what an operation promises to leave alone is put back from the source, sample by sample.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, ClassVar, Self

from audiopod_mcp.music.model import Progress
from audiopod_mcp.settings import read_url

from ..base import Engine, EngineRefused, Finding, Outcome, Work
from ..local import LocalEngine

if TYPE_CHECKING:
    from .client import AceStepClient
    from .session import Session

URL, KEY = "ACESTEP_BASE_URL", "ACESTEP_API_KEY"
"""The variables that name the server and its key."""
DEFAULT_URL = "http://127.0.0.1:8001"
"""Where an ACE-Step server listens unless told otherwise."""


@dataclass(frozen=True)
class AceStepEngine(Engine):
    costly: ClassVar[bool] = True

    base_url: str = DEFAULT_URL
    api_key: str | None = field(default=None, repr=False)
    local: LocalEngine = field(default_factory=LocalEngine)
    """Does what the server can't."""

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Self:
        local = LocalEngine.from_environment(environment)
        return cls(read_url(environment, URL) or DEFAULT_URL, environment.get(KEY), local)

    @classmethod
    def longest(cls, work: Work) -> float:  # noqa: ARG003 - the same for all
        """A day: it may stand in the server's queue. What gets no further there is noticed sooner."""
        return 86_400.0

    def text2music(self, work: Work, report: Progress) -> Outcome:
        from .generate import song

        with self._session(work, report) as session:
            return song(session)

    prompt2instrumental = text2rap = lyric2vocals = text2samples = simple = text2music

    def cover(self, work: Work, report: Progress) -> Outcome:
        from .generate import cover

        with self._session(work, report) as session:
            return cover(session)

    def reference(self, work: Work, report: Progress) -> Outcome:
        from .generate import reference

        with self._session(work, report) as session:
            return reference(session)

    def retake(self, work: Work, report: Progress) -> Outcome:
        from .transform import retake

        with self._session(work, report) as session:
            return retake(session)

    def repaint(self, work: Work, report: Progress) -> Outcome:
        from .transform import repaint

        with self._session(work, report) as session:
            return repaint(session)

    def extend(self, work: Work, report: Progress) -> Outcome:
        from .transform import extend

        with self._session(work, report) as session:
            return extend(session)

    def edit(self, work: Work, report: Progress) -> Outcome:
        from .transform import edit

        with self._session(work, report) as session:
            return edit(session)

    def extract_stem(self, work: Work, report: Progress) -> Outcome:
        from .transform import extract_stem

        with self._session(work, report) as session:
            return extract_stem(session)

    def analyze(self, work: Work, report: Progress) -> Outcome:
        from .analyze import analyze

        with self._session(work, report) as session:
            return analyze(session)

    def separate_stems(self, work: Work, report: Progress) -> Outcome:
        return self.local.separate_stems(work, report)

    def lrc(self, work: Work, report: Progress) -> Outcome:
        return self.local.lrc(work, report)

    def examine(self) -> Iterator[Finding]:
        """Whether the server answers, lets us in, and what it has loaded."""
        yield from self.local.examine()
        server = self._server()
        try:
            capabilities = server.capabilities()
        except EngineRefused as refusal:
            found, _, fix = str(refusal).partition("; ")
            yield Finding("ACE-Step", "problem", found, fix)
            return
        found = f"answers at {server.place} with {', '.join(capabilities.models) or 'no model'}"
        if not capabilities.language_model:
            fix = "start it with --init-llm, so that it plans songs and hears words"
            yield Finding("ACE-Step", "warning", f"{found}, without a language model", fix)
        elif capabilities.model_for("extract") is None:
            fix = "load a base model as well (ACESTEP_CONFIG_PATH2), if stems are wanted from it"
            yield Finding("ACE-Step", "warning", f"{found}, none of which takes stems out", fix)
        else:
            yield Finding("ACE-Step", "ok", found)

    @contextmanager
    def _session(self, work: Work, report: Progress) -> Iterator[Session]:
        from .session import Session

        report(0.0, "asking ACE-Step what it can do")
        server = self._server()
        capabilities = server.capabilities()
        with TemporaryDirectory(prefix="audiopod-") as scratch:
            yield Session(server, capabilities, self.local, work, Path(scratch), report)

    def _server(self) -> AceStepClient:
        from .client import AceStepClient

        return AceStepClient(self.base_url.rstrip("/"), self.api_key)
