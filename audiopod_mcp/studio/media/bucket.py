"""The media of many machines in an object store, of which each machine's media folder holds copies.

Imported only where a studio is told to use one. Audio lies under ``media/{job}/{attempt}/{take}/…``: what a
try that was given up uploads later lies beside what counts, and the job's row says which attempt that is.
"""

from __future__ import annotations

import errno
import logging
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import obstore
from obstore.exceptions import BaseError
from obstore.store import LocalStore, from_url

from audiopod_mcp.operations.vocabulary import MIME_TYPES
from audiopod_mcp.plain_text import without_secrets
from audiopod_mcp.settings import SettingsError
from audiopod_mcp.studio.stored_job import StoredJob

from .layout import MASTER
from .store import MediaStore, NotAnswering, _move

LINKS_LAST: Final = timedelta(hours=1)
COPIES_LAST: Final = 6 * 3600.0
"""Seconds for which a copy is kept that nobody asks for."""

logger = logging.getLogger("audiopod_mcp.studio")


class BucketMedia(MediaStore):
    """Methods block. What the object store refuses is raised as ``OSError``; what it lacks, as not found."""

    elsewhere = True

    def __init__(self, data_dir: Path, instance: str, url: str) -> None:
        try:
            self._bucket = _opened(url, timedelta(seconds=60))
            self._asked = _opened(url, timedelta(seconds=10))
            """The same, for what carries no audio, so that a store which hangs is noticed soon."""
        except (BaseError, ValueError, OSError) as error:
            raise SettingsError(
                f"AUDIOPOD_MEDIA_URL: it can't be used ({_told(error)}); correct it"
            ) from None
        super().__init__(data_dir, instance)

    def check(self) -> None:
        """Raise ``OSError`` where nothing can be written and read."""
        with _as_oserror():
            key = "media/.written-and-read"
            _write(self._asked, key, b"audiopod")
            obstore.get(self._asked, key).bytes()

    def publish(self, folder: Path, job_id: int, attempt: int) -> None:
        for path in _files(folder):
            self._put(path, f"{_prefix(job_id, attempt)}/{path.relative_to(folder).as_posix()}")

    def bring(self, job: StoredJob, take: str) -> Path:
        home = self.take(job.id, take)
        if not (home / MASTER).is_file():
            self._fetch(f"{_prefix(job.id, job.attempt)}/{take}/", home)
        with suppress(OSError):
            home.parent.touch()  # it is still asked for
        return home

    def _fetch(self, prefix: str, home: Path) -> None:
        folder = self.new_folder()
        try:
            with _as_oserror():
                keys = [item["path"] for page in obstore.list(self._asked, prefix=prefix) for item in page]
                if not any(key.endswith(f"/{MASTER}") for key in keys):
                    raise FileNotFoundError(errno.ENOENT, "there is no such audio", prefix)
                for key in keys:
                    path = folder / key.rpartition(prefix)[2]
                    path.parent.mkdir(parents=True, exist_ok=True)
                    with path.open("wb") as file:
                        for part in obstore.get(self._bucket, key):
                            file.write(part)
            home.parent.mkdir(parents=True, exist_ok=True)
            try:
                _move(folder, home)
            except OSError:
                if not home.exists():  # else somebody else has just brought it
                    raise
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def add(self, made: Path, target: Path, job: StoredJob) -> None:
        key = f"{_prefix(job.id, job.attempt)}/{target.relative_to(self.folder(job.id)).as_posix()}"
        for path in _files(made) if made.is_dir() else [made]:
            rest = path.relative_to(made).as_posix()
            self._put(path, key if made.is_file() else f"{key}/{rest}")
        super().add(made, target, job)

    def _put(self, path: Path, key: str) -> None:
        options: dict[str, Any] = {}
        # A folder in place of an object store keeps no types.
        if (kind := MIME_TYPES.get(path.suffix.removeprefix("."))) and not isinstance(
            self._bucket, LocalStore
        ):
            options["attributes"] = {"Content-Type": kind}
        with _as_oserror():
            _write(self._bucket, key, path, **options)

    def link(self, job: StoredJob, path: Path) -> str | None:
        if isinstance(self._bucket, LocalStore):
            return None
        key = f"{_prefix(job.id, job.attempt)}/{path.relative_to(self.folder(job.id)).as_posix()}"
        with _as_oserror():
            try:
                obstore.head(self._asked, key)
            except FileNotFoundError:
                return None
            return obstore.sign(self._bucket, "GET", key, LINKS_LAST)

    def is_there(self, job_id: int) -> bool:
        """What a row names is there; a look at each would cost a request each."""
        del job_id
        return True

    def remove(self, job_id: int) -> bool:
        """Delete all of the job, for good: what is to be had back is for the object store to keep."""
        self.drop_copy(job_id)
        with _as_oserror():
            self._delete(f"media/{job_id}/")
        return False

    def drop_copy(self, job_id: int) -> None:
        shutil.rmtree(self.folder(job_id), ignore_errors=True)

    def discard(self, job_id: int, attempt: int) -> None:
        prefix = f"{_prefix(job_id, attempt)}/"
        try:
            with _as_oserror():
                self._delete(prefix)
        except OSError as error:
            logger.warning("%s could not be deleted from the object store (%s)", prefix, error.strerror)

    def _delete(self, prefix: str) -> None:
        for page in obstore.list(self._asked, prefix=prefix):
            obstore.delete(self._asked, [item["path"] for item in page])

    def drop_copies(self, older_than: float = COPIES_LAST) -> None:
        for folder in self.media.iterdir():
            with suppress(OSError):
                if time.time() - folder.stat().st_mtime > older_than:
                    shutil.rmtree(folder, ignore_errors=True)


def _opened(url: str, longest: timedelta) -> Any:
    """The object store, whose answers may take so long."""
    if url.startswith("file://"):
        return from_url(url, mkdir=True)
    # Whoever stores a result, or needs audio, tries again for minutes; here a refusal is to be heard soon.
    patience: Any = {"max_retries": 2, "retry_timeout": timedelta(seconds=10)}
    # An address without TLS is somebody's explicit choice, of a store in the same network.
    client: Any = {"timeout": longest, "connect_timeout": timedelta(seconds=5), "allow_http": True}
    return from_url(url, retry_config=patience, client_options=client)


def _write(bucket: Any, key: str, what: Path | bytes, **options: Any) -> None:
    try:
        obstore.put(bucket, key, what, **options)
    except FileNotFoundError as error:
        raise NotAnswering(errno.EIO, "the object store has no such bucket") from error


def _prefix(job_id: int, attempt: int) -> str:
    return f"media/{job_id}/{attempt}"


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file() and not path.name.startswith("."))


@contextmanager
def _as_oserror() -> Iterator[None]:
    try:
        yield
    except FileNotFoundError:
        raise
    except BaseError as error:
        raise NotAnswering(errno.EIO, f"the object store does not answer: {_told(error)}") from error


def _told(error: Exception) -> str:
    return without_secrets(" ".join(str(error).partition("Debug source")[0].split()))[:160]
