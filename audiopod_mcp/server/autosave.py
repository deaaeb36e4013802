"""Automatic saving: every job that finishes under this server's eyes becomes a file, once."""

from __future__ import annotations

import logging
import time
from collections import OrderedDict
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

import anyio

from audiopod_mcp.api import AudioPodClient, AudioPodError
from audiopod_mcp.disk import describe_full, is_full
from audiopod_mcp.operations import Job
from audiopod_mcp.plain_text import quoted
from audiopod_mcp.worker_pool import WorkerPool

from .notifications import Spawn
from .saving import ABANDONED, save, takes_of

logger = logging.getLogger(__name__)

PATIENCE = 8.0
"""Seconds for which an answer waits for its files; a slower download goes on behind it."""
REMEMBERED = 1000

_Key = tuple[str | None, int]


class AutoSaver:
    """Writes finished jobs into ``folder``; in ``records`` processes tell each other what is written."""

    def __init__(self, folder: Path, records: Path, spawn: Spawn, workers: WorkerPool) -> None:
        self._folder = folder
        self._records = records
        self._spawn = spawn
        self._workers = workers
        self._watched: OrderedDict[_Key, None] = OrderedDict()
        self._savings: OrderedDict[_Key, _Saving] = OrderedDict()

    def watch(self, caller: str | None, job: Job) -> None:
        """From now on ``job`` is waited for: when it is seen finished, it is to be saved."""
        self._watched[caller, job.id] = None
        while len(self._watched) > REMEMBERED:
            self._watched.popitem(last=False)

    async def outcome(self, caller: str | None, client: AudioPodClient, job: Job) -> str | None:
        """One line on where ``job`` is saved, or why not; ``None`` where it was not watched to its end."""
        key = (caller, job.id)
        if job.status != "COMPLETED" or key not in self._watched:
            return None
        saving = self._savings.get(key)
        if saving is None:
            saving = self._savings[key] = _Saving()
            while len(self._savings) > REMEMBERED:
                self._savings.popitem(last=False)
            self._spawn(self._save, saving, key, client, job)
        with anyio.move_on_after(PATIENCE):
            await saving.done.wait()
        return saving.line or f"It is being saved into {self._folder}."

    async def _save(self, saving: _Saving, key: _Key, client: AudioPodClient, job: Job) -> None:
        try:
            paths = [await self._once(key[0], client, job, take) for take in takes_of(job)]
            saving.line = (
                f"Saved as {', '.join(quoted(path) for path in paths if path)}" if any(paths) else ""
            )
        except (AudioPodError, OSError) as error:
            line = describe_full(self._records, error) if is_full(error) else str(error)
            saving.line = f"Not saved: {line.removeprefix('not saved: ')}"
            self._savings.pop(key, None)  # whoever looks again has it tried again
        except Exception:  # it runs beside the server, which must not end with it
            logger.exception("could not save job %s", job.id)
            saving.line = "Not saved, for a reason that is in the server's log; save_audio may."
        finally:
            saving.done.set()

    async def _once(self, caller: str | None, client: AudioPodClient, job: Job, take: int) -> str:
        """The path of the take, written now or before; ``""`` while another process is writing it."""
        whose = sha256(f"{client.base_url}\n{caller or ''}".encode()).hexdigest()[:12]
        record = self._records / f"{whose}-{job.id}-{take}"
        self._records.mkdir(parents=True, exist_ok=True)
        with suppress(OSError):
            begun = record.stat()
            if not begun.st_size and time.time() - begun.st_mtime > ABANDONED:
                record.unlink()
        try:
            record.touch(exist_ok=False)
        except FileExistsError:
            return record.read_text(encoding="utf-8", errors="surrogateescape")
        try:
            path = await save(client, self._workers, job, self._folder, None, take)
        except BaseException:
            record.unlink(missing_ok=True)
            raise
        with suppress(OSError):  # it is saved, whether or not there is room to remember it
            record.write_text(str(path), encoding="utf-8", errors="surrogateescape")
        return str(path)


class _Saving:
    """The files of one job on their way."""

    def __init__(self) -> None:
        self.done = anyio.Event()
        self.line = ""
