"""Which studio processes are alive: each holds a kernel lock while it lives, and after ``kill -9`` none."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from filelock import FileLock, Timeout


class Instance:
    """One studio process among those that share a folder."""

    def __init__(self, data_dir: Path) -> None:
        self._folder = data_dir / "instances"
        self._folder.mkdir(parents=True, exist_ok=True)
        self.began = time.time()
        while True:
            self.id = uuid.uuid4().hex
            self._lock = self._lock_of(self.id)
            with suppress(Timeout):  # another one took a new, unlocked file for that of the dead
                self._lock.acquire(timeout=0)
                return

    def close(self) -> None:
        with suppress(OSError):  # Windows deletes no open file: then the next one to look does
            self._path(self.id).unlink()
        self._lock.release()

    def bury(self, others: Iterable[str]) -> Iterator[str]:
        """Each of ``others``, and of those that left a lock behind, that is no more.

        What it held is to be taken care of before the next one is asked for: until then its lock is held,
        so that nobody else does the same.
        """
        left = {path.stem for path in self._folder.glob("*.lock")}
        for other in (left | set(others)) - {self.id}:
            lock = self._lock_of(other)
            try:
                lock.acquire(timeout=0)
            except (Timeout, OSError):
                continue
            try:
                yield other
                with suppress(OSError):
                    self._path(other).unlink()
            finally:
                lock.release()

    def is_alone(self) -> bool:
        """Whether no other process works on the folder; ask after :meth:`bury`."""
        return not any(path.stem != self.id for path in self._folder.glob("*.lock"))

    def _path(self, instance: str) -> Path:
        return self._folder / f"{instance}.lock"

    def _lock_of(self, instance: str) -> FileLock:
        return FileLock(self._path(instance), thread_local=False)
