"""What is made of finished audio when somebody asks for it: other formats, stems, notes."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Final

import anyio
from anyio import to_thread

from audiopod_mcp.operations.vocabulary import Notation
from audiopod_mcp.studio.media.cache import ResultCache
from audiopod_mcp.studio.media.layout import MASTER, RECIPE, STEMS
from audiopod_mcp.studio.media.store import MediaStore
from audiopod_mcp.studio.refused import CanNotRun
from audiopod_mcp.studio.stored_job import StoredJob
from audiopod_mcp.worker_pool import WorkerPool

from .notation import WrittenDown, write_down
from .task import transcode, write_stems

LONGEST_STEMS: Final = 900.0
"""Seconds after which making stems is surely stuck."""


@asynccontextmanager
async def working_folder(media: MediaStore) -> AsyncIterator[Path]:
    """A folder for what comes in and goes out, until the context ends."""
    folder = await to_thread.run_sync(media.new_folder)
    try:
        yield folder
    finally:
        with anyio.CancelScope(shield=True):
            await to_thread.run_sync(lambda: shutil.rmtree(folder, ignore_errors=True))


def new_folder(parent: Path, name: str) -> Path:
    """Make the folder ``name`` in ``parent``."""
    (folder := parent / name).mkdir()
    return folder


def in_words(seconds: float) -> str:
    """A time of some seconds or minutes."""
    return f"{seconds:.0f} seconds" if seconds < 120 else f"{seconds / 60:.0f} minutes"


@dataclass
class OnDemand:
    """Makes what is asked for: each thing once, whoever else asks, and to the end, whoever gives up."""

    media: MediaStore
    workers: WorkerPool
    places: anyio.Semaphore
    """How much may be made at the same time."""
    cache_of: Callable[[str], ResultCache | None]
    """What was made before for an owner, where that is kept."""
    _making: dict[Path, asyncio.Task[None]] = field(default_factory=dict)

    async def written_down(self, job: StoredJob, notation: Notation) -> WrittenDown:
        """The notes of the first take of ``job``. Raises ``WorkerDied``, and not found where it is gone."""
        take = await to_thread.run_sync(self.media.bring, job, job.takes[0]["name"])
        async with self.places:
            return await self.workers.run(
                write_down, take, notation, job.title, job.lrc_content, self.cache_of(job.owner)
            )

    async def converted(self, job: StoredJob, take: str, audio_format: str) -> Path:
        """The take in ``audio_format``, made now if nobody has asked for it before.

        Raises:
            CanNotRun: where it can't be made.
            FileNotFoundError: where the audio is gone.

        """
        home = await to_thread.run_sync(self.media.bring, job, take)
        path = self.media.audio(job.id, take, audio_format)
        if not path.exists():
            await self._made(path, partial(self._convert, job, home / MASTER))
        return path

    async def _made(self, path: Path, make: Callable[[Path], Coroutine[Any, Any, None]]) -> None:
        """Have ``make`` make ``path``: once, whoever else asks for it, and to the end, whoever gives up."""
        if (task := self._making.get(path)) is None:
            task = self._making[path] = asyncio.create_task(make(path), name=f"making {path.name}")

            def ended(task: asyncio.Task[None]) -> None:
                del self._making[path]
                task.cancelled() or task.exception()  # it is told to those who still wait

            task.add_done_callback(ended)
        await asyncio.shield(task)

    async def _convert(self, job: StoredJob, master: Path, path: Path) -> None:
        """Write ``master`` as ``path``, which is made elsewhere: what ends in the middle leaves nothing."""
        async with working_folder(self.media) as folder:
            async with self.places:
                error = await self.workers.run(transcode, master, path.suffix.removeprefix("."), folder)
            if error:
                raise CanNotRun(error)
            await to_thread.run_sync(self.media.add, folder / path.name, path, job)

    async def stem(
        self,
        job: StoredJob,
        take: str,
        track: str,
        admitted: Callable[[], AbstractAsyncContextManager[None]] = nullcontext,
    ) -> Path:
        """A stem of the take, made now with all the others if nobody has asked for one before.

        They are made within the context that ``admitted`` gives, whoever waits for them meanwhile.

        Raises:
            CanNotRun: where they can't be made this time.
            EngineRefused: where they can't be made any more.
            FileNotFoundError: where the audio is gone.

        """
        path = self.media.stem(job.id, take, track)
        home = await to_thread.run_sync(self.media.bring, job, take)
        if not path.parent.exists():
            await self._made(path.parent, partial(self._make_stems, job, home, admitted))
        if not path.exists():
            raise FileNotFoundError(path)
        return path

    async def _make_stems(
        self,
        job: StoredJob,
        home: Path,
        admitted: Callable[[], AbstractAsyncContextManager[None]],
        path: Path,
    ) -> None:
        if not (home / RECIPE).exists():
            raise FileNotFoundError(home / RECIPE)
        async with admitted(), working_folder(self.media) as folder:
            stems = new_folder(folder, STEMS)
            try:
                async with self.places:
                    error = await self.workers.run(write_stems, home, stems, longest=LONGEST_STEMS)
            except TimeoutError:
                error = f"making the stems took longer than {in_words(LONGEST_STEMS)}"
            if error:
                raise CanNotRun(error)
            await to_thread.run_sync(self.media.add, stems, path, job)
