"""What the studio hands an engine, and what it gets back.

Both are plain, picklable data, so that an engine may run in another process or on another machine:
audio travels as files, in folders that the studio made and cleans up.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from audiopod_mcp.music.model import Progress

MASTER = "audio.flac"
"""The master of a take, in its folder."""
SCORE = "score.json"
"""The score of a take, beside its master, where the music was composed here."""
STEMS = "stems"
"""The folder of the stems, ``{track}.flac`` each, beside the master, where there are any."""


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
    """The tracks that lie in :data:`STEMS`."""
    lrc: str | None = None
    quality: float | None = None

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
    details: dict[str, Any] = field(default_factory=dict)
    """What the result is, small: ``bpm``, ``keyscale``, ``timesignature``, ``chords``, ``sections``."""


class EngineRefused(Exception):
    """Why an engine does not do a piece of work: one line for the person: what, why, what instead."""


class Engine(Protocol):
    """Makes and changes music. Raises :class:`EngineRefused` for what it can't do."""

    @property
    def name(self) -> str: ...

    def run(self, work: Work, report: Progress) -> Outcome:
        """Do ``work``, calling ``report`` at least twice a second; what ``report`` raises stops the work."""
        ...
