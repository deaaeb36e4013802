"""The audio that a job starts from, brought together on this machine."""

from __future__ import annotations

import sqlite3
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import anyio
from anyio import to_thread

from audiopod_mcp.plain_text import one_line
from audiopod_mcp.studio.config import StudioConfig
from audiopod_mcp.studio.engines.base import MASTER
from audiopod_mcp.studio.media.download import NotFetched, fetch
from audiopod_mcp.studio.media.sources import readable
from audiopod_mcp.studio.media.store import MediaStore, NotAnswering
from audiopod_mcp.studio.refused import CanNotRun, EngineRefused

from .on_demand import OnDemand
from .store import Store

FETCHES: Final = 32
"""How many downloads may go on at the same time."""
LONGEST_PAUSE: Final = 10.0
"""Seconds between two tries to have audio from a store that is away."""

Told = Callable[[float, str], Awaitable[None]]
"""Called with how far this is, from 0 to 1, and what is done."""


@dataclass
class Collector:
    """Finds what the arguments of a job name, wherever it is."""

    config: StudioConfig
    store: Store
    media: MediaStore
    on_demand: OnDemand
    _fetches: anyio.CapacityLimiter = field(default_factory=lambda: anyio.CapacityLimiter(FETCHES))

    def takes_time(self, sources: Mapping[str, Mapping[str, Any]]) -> bool:
        """Whether something is to be brought from elsewhere or, a stem, to be made first."""
        return any(
            "url" in source or "stem" in source or (self.media.elsewhere and "job" in source)
            for source in sources.values()
        )

    async def collect(
        self, wanted: Mapping[str, Mapping[str, Any]], folder: Path, told: Told, patience: float
    ) -> tuple[dict[str, Path], Path | None]:
        """The audio that arguments name, as local files, and the take folder of the job it comes from.

        What keeps the audio of jobs may be away for ``patience`` seconds.

        Raises:
            CanNotRun: where a file or job is gone.
            NotFetched: where a URL does not give audio.
            NotAnswering: where the object store is away for longer.

        """
        sources: dict[str, Path] = {}
        original: Path | None = None
        for argument, source in wanted.items():
            if "url" in source:
                path = await self._fetched(argument, source["url"], folder, told)
            elif "job" in source:
                home = await self._kept(argument, source, told, patience)
                path, original = (home, None) if "stem" in source else (home / MASTER, home)
            else:
                path = Path(source["path"])
                if not await to_thread.run_sync(readable, path):
                    raise CanNotRun(f"{argument}: the file {path.name!r} was moved, replaced or deleted")
            sources[argument] = path
        return sources, original

    async def _fetched(self, argument: str, url: str, folder: Path, told: Told) -> Path:
        async def fetched(fraction: float) -> None:
            await told(fraction, "fetching the audio")

        path = folder / argument
        try:
            async with self._fetches:
                await fetch(url, path, allow_private=self.config.allow_private_urls, told=fetched)
        except NotFetched as reason:
            line = f"{argument}: could not fetch {one_line(url, 200)} ({reason}); {reason.remedy}"
            raise NotFetched(line) from None
        return path

    async def _kept(self, argument: str, source: Mapping[str, Any], told: Told, patience: float) -> Path:
        """The folder of a take, or the file of a stem, of a finished job, as soon as it is to be had."""
        began, pause = anyio.current_time(), 0.2
        while True:
            try:
                return await self._brought(**source)
            except FileNotFoundError:
                raise CanNotRun(f"{argument}: the audio of job {source['job']} was deleted") from None
            except EngineRefused as reason:
                line = f"the stems of job {source['job']} can't be had any more"
                raise CanNotRun(f"{argument}: {line}: {reason}") from None
            except (NotAnswering, sqlite3.OperationalError):
                if anyio.current_time() - began > patience:
                    raise
            await told(0.0, "waiting for the studio's audio")
            await anyio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE)

    async def _brought(self, job: int, take: str, stem: str | None = None, **_: Any) -> Path:
        origin = await to_thread.run_sync(self.store.job, job)
        if origin is None:
            raise FileNotFoundError(job)
        if stem is not None:
            return await self.on_demand.stem(origin, take, stem)
        return await to_thread.run_sync(self.media.bring, origin, take)
