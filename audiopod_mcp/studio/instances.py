"""Which studio processes are alive: each holds a kernel lock while it lives, and after ``kill -9`` none."""

from __future__ import annotations

import uuid
from pathlib import Path

from filelock import FileLock, Timeout


class Instance:
    """One studio process among those that share a folder."""

    def __init__(self, data_dir: Path) -> None:
        self.id = uuid.uuid4().hex
        self._folder = data_dir / "instances"
        self._folder.mkdir(parents=True, exist_ok=True)
        self._lock = self._lock_of(self.id)
        self._lock.acquire(timeout=0)

    def close(self) -> None:
        self._lock.release()
        self._path(self.id).unlink(missing_ok=True)

    def dead(self, others: set[str]) -> set[str]:
        """Those of ``others`` (ids) that are no more, and those whose lock was left behind."""
        left = {path.stem for path in self._folder.glob("*.lock")}
        return {other for other in (others | left) - {self.id} if self._is_dead(other)}

    def bury(self, other: str) -> None:
        """Forget a dead instance, once what it held has been taken care of."""
        self._path(other).unlink(missing_ok=True)

    def _is_dead(self, other: str) -> bool:
        if not self._path(other).exists():
            return True
        try:
            with self._lock_of(other).acquire(timeout=0):
                return True
        except (Timeout, OSError):
            return False

    def _path(self, instance: str) -> Path:
        return self._folder / f"{instance}.lock"

    def _lock_of(self, instance: str) -> FileLock:
        return FileLock(self._path(instance), thread_local=False)
