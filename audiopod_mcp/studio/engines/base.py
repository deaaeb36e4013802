"""What an engine is, what it is handed, and what it gives back. The author's guide is ``docs/engines.md``.

Work and outcomes are plain, picklable data, so that an engine may run in another process or on another
machine: audio travels as files, in folders that the studio makes and cleans up.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from inspect import isfunction
from pathlib import Path
from typing import Any, ClassVar, Literal, NamedTuple, Self, TypeAlias

from audiopod_mcp.music.model import NotDone as NotDone
from audiopod_mcp.music.model import Progress
from audiopod_mcp.studio.media.layout import LOOP as LOOP
from audiopod_mcp.studio.media.layout import MASTER as MASTER
from audiopod_mcp.studio.media.layout import RECIPE as RECIPE
from audiopod_mcp.studio.media.layout import SCORE as SCORE
from audiopod_mcp.studio.media.layout import STEMS as STEMS
from audiopod_mcp.studio.media.layout import UNCLIPPED as UNCLIPPED
from audiopod_mcp.studio.refused import EngineRefused as EngineRefused

State: TypeAlias = Literal["ok", "warning", "problem"]


@dataclass(frozen=True)
class Work:
    """One operation to do.

    ``params`` is the validated request body under the API's own names. ``sources`` are local audio
    files under the name of the argument that brought them (``src_audio_url``, ``reference_audio_url``,
    ``audio_url``, or ``source`` for the audio of a job of this studio). ``original`` is that job's take
    folder. ``folder`` is empty, and for the engine to write into.
    """

    task: str
    params: Mapping[str, Any]
    sources: Mapping[str, Path]
    original: Path | None
    folder: Path

    @property
    def source(self) -> Path | None:
        """The one audio file that the operation is about, whatever argument brought it."""
        return next(iter(self.sources.values()), None)


@dataclass(frozen=True)
class Take:
    """One result: the folder ``name`` in :attr:`Work.folder`, its :data:`MASTER` and what belongs to it."""

    name: str
    duration: float
    rate: int
    seed: int | None = None
    """What to ask for to hear it again; ``None`` where chance had no part in it."""
    stems: tuple[str, ...] = ()
    """The tracks that lie in :data:`STEMS`, or that its :data:`RECIPE` makes."""
    lrc: str | None = None
    quality: float | None = None
    unclipped: bool = False
    """Whether it is over full scale, as what it was made from, and lies in :data:`UNCLIPPED`, too."""

    def master(self, folder: Path) -> Path:
        return folder / self.name / MASTER


@dataclass(frozen=True)
class Outcome:
    """What an operation made: takes or, where it is synchronous, its result."""

    takes: tuple[Take, ...] = ()
    result: dict[str, Any] | None = None
    """The fields of a synchronous operation's result model, such as those of an analysis."""
    notes: tuple[str, ...] = ()
    """What the person should know about how it was made, each one sentence."""
    done: tuple[str, ...] = ()
    """What was made of the wish, each a short fact, measured where it can be."""
    not_done: tuple[NotDone, ...] = ()
    """What was asked for and was not done."""
    details: dict[str, Any] = field(default_factory=dict)
    """What the result is, small: ``bpm``, ``keyscale``, ``timesignature``, ``chords``, ``sections``."""


class Finding(NamedTuple):
    """One thing that the doctor looked at."""

    subject: str
    state: State
    found: str
    fix: str | None = None


class Engine:
    """Makes and changes music.

    A subclass has one public method for every task that it does, named as the task, which takes a
    :class:`Work` and a :data:`Progress` and returns an :class:`Outcome`; its other methods begin with an
    underscore. Its module is imported by processes that only ask what it can do, so it imports what is
    heavy where it is needed.
    """

    costly: ClassVar[bool] = False
    """Whether a second of music is too dear for a try-out: it takes somebody's GPU, or money."""

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Self:
        """The engine as the environment variables set it up; only those that are really set are given.

        Raises:
            audiopod_mcp.settings.SettingsError: where a value is not of its kind.

        """
        del environment
        return cls()

    @classmethod
    def tasks(cls) -> tuple[str, ...]:
        """What it can do, sorted."""
        own = (kind for kind in cls.__mro__ if kind not in Engine.__mro__)
        members = {name: member for kind in own for name, member in vars(kind).items()}
        public = {name for name, member in members.items() if isfunction(member) and name[0] != "_"}
        return tuple(sorted(public - vars(Engine).keys()))

    @classmethod
    def longest(cls, work: Work) -> float:
        """Seconds after which ``work`` is surely stuck; its process is then ended, and the work has failed.

        Here it is ten minutes, and ten times the length of each take: many times what is needed on a slow
        computer. A length that is not known counts as ten minutes, the longest that is played again.
        """
        length = work.params.get("audio_duration") or 0
        takes = work.params.get("batch_size") or len(work.params.get("retake_seeds") or "1")
        return 600.0 + 10.0 * (length if length > 0 else 600.0) * takes

    @classmethod
    def refusal(cls, task: str, params: Mapping[str, Any]) -> str | None:
        """Why a request is sure to be refused, whatever the audio is, if that can be told at once.

        It is asked before a job is made, by the process that answers: what is heavy stays away.
        """
        del task, params
        return None

    def get_ready(self) -> None:
        """Import what most work needs, in a process that has none yet."""

    def run(self, work: Work, report: Progress) -> Outcome:
        """Do ``work``; what ``report`` raises stops it.

        Raises:
            EngineRefused: where it can't be done.

        """
        if work.task not in self.tasks():
            raise EngineRefused(
                f"task: {work.task!r} is not something this engine does; it does {', '.join(self.tasks())}"
            )
        method: Callable[[Work, Progress], Outcome] = getattr(self, work.task)
        return method(work, monotonic(report))

    def examine(self) -> Iterable[Finding]:
        """What the doctor should tell: whether everything that it needs is there, and how to mend it."""
        return ()


def monotonic(report: Progress) -> Progress:
    """A report that never goes back, whatever several steps say of the same part."""
    furthest = 0.0

    def forward(fraction: float, doing: str) -> None:
        nonlocal furthest
        furthest = max(furthest, min(1.0, fraction))
        report(furthest, doing)

    return forward
