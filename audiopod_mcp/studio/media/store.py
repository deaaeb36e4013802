"""The media store: finished audio in a folder per job, work in progress in a folder per studio instance."""

from __future__ import annotations

import errno
import os
import re
import shutil
import time
import uuid
from contextlib import suppress
from pathlib import Path
from typing import Final, NamedTuple

from audiopod_mcp.studio.stored_job import StoredJob

from .layout import MASTER, STEMS

_STEM, _, MASTER_FORMAT = MASTER.rpartition(".")
TRASH_DAYS: Final = 7
"""How long the media of a deleted job can be brought back."""
_ID = re.compile(r"[1-9][0-9]{0,14}")
_TRASHED = re.compile(rf"({_ID.pattern})-([0-9]{{1,12}})-[0-9a-f]+")


class NotAnswering(OSError):
    """What keeps the audio can't be reached now; what was asked of it did not happen."""


class Trashed(NamedTuple):
    """Media that were put into the trash."""

    job_id: int
    since: int
    """Seconds since 1970."""
    folder: Path


class MediaStore:
    """The folders of a studio::

        media/{job_id}/job.json             what is known of the job
        media/{job_id}/{take}/audio.flac    masters, and beside them what else belongs to the take
        work/{instance}/…                   what is not finished yet
        trash/{job_id}-{time}-…/            media of deleted jobs, for :data:`TRASH_DAYS`

    What lies in ``media`` is complete: it is moved there in one step.
    """

    elsewhere = False
    """Whether the audio is kept by something that may not answer, and not in the folder."""

    def __init__(self, data_dir: Path, instance: str) -> None:
        self.media = data_dir / "media"
        self._trash = data_dir / "trash"
        self._works = data_dir / "work"
        self._work = self._works / instance
        for folder in (self.media, self._trash, self._work):
            folder.mkdir(parents=True, exist_ok=True)

    def close(self) -> None:
        shutil.rmtree(self._work, ignore_errors=True)

    def new_folder(self) -> Path:
        """An empty folder for work in progress."""
        folder = self._work / uuid.uuid4().hex
        folder.mkdir(parents=True)
        return folder

    def take(self, job_id: int, name: str) -> Path:
        """The folder of a take of a finished job."""
        return self.media / str(job_id) / name

    def master(self, job_id: int, name: str) -> Path:
        return self.take(job_id, name) / MASTER

    def audio(self, job_id: int, name: str, audio_format: str) -> Path:
        """Where the take lies, or will lie once somebody asks, in ``audio_format``."""
        return self.take(job_id, name) / f"{_STEM}.{audio_format}"

    def stem(self, job_id: int, name: str, track: str) -> Path:
        return self.take(job_id, name) / STEMS / f"{track}.{MASTER_FORMAT}"

    def folder(self, job_id: int) -> Path:
        """All that belongs to a finished job."""
        return self.media / str(job_id)

    def publish(self, folder: Path, job_id: int, attempt: int) -> None:
        """Make the finished ``folder``, of this ``attempt``, the job's media, in one step."""
        del attempt  # there is room for one
        target = self.folder(job_id)
        if target.exists():  # left by a run that ended between here and the store
            _move(target, self._new_grave(job_id))
        _move(folder, target)

    def bring(self, job: StoredJob, take: str) -> Path:
        """The folder of a take on this machine. Raises ``FileNotFoundError`` where its audio is gone."""
        home = self.take(job.id, take)
        if not (home / MASTER).is_file():
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(home))
        return home

    def link(self, job: StoredJob, path: Path) -> str | None:
        """Where else a file of ``job`` can be had for some time, if it is there; ``None``: here alone."""
        del job, path
        return None

    def is_there(self, job_id: int) -> bool:
        """Whether the job has media."""
        return self.folder(job_id).is_dir()

    def discard(self, job_id: int, attempt: int) -> None:
        """Delete what an ``attempt`` has published that does not count."""

    def drop_copies(self, older_than: float = 0.0) -> None:
        """Delete what is kept elsewhere, too, and nobody has asked for in so many seconds."""

    def drop_copy(self, job_id: int) -> None:
        """Delete what is kept here of a job that is kept elsewhere."""

    def add(self, made: Path, target: Path, job: StoredJob) -> None:
        """Put a file or folder that was made of a take of ``job`` beside it, in one step.

        Raises ``FileNotFoundError`` where the take is gone. Where it has one by now, that may stay.
        """
        del job
        try:
            _move(made, target)
        except OSError:
            if not target.exists():
                raise

    def remove(self, job_id: int) -> bool:
        """Put the job's media, if there are any, into the trash; whether they are there.

        What a reader on Windows still holds open goes later.
        """
        try:
            _move(self.folder(job_id), self._new_grave(job_id))
        except OSError:
            return False
        return True

    def trashed(self) -> list[Trashed]:
        """What lies in the trash, the latest first."""
        return self.entries_of(self._trash)

    @staticmethod
    def entries_of(trash: Path) -> list[Trashed]:
        """What lies in the folder ``trash``, the latest first."""
        found = [
            Trashed(int(match[1]), int(match[2]), folder)
            for folder in trash.iterdir()
            if (match := _TRASHED.fullmatch(folder.name))
        ]
        return sorted(found, key=lambda entry: entry.since, reverse=True)

    def take_back(self, entry: Trashed) -> None:
        """Make trashed media those of their job again. Raises ``OSError`` where it has others."""
        if self.folder(entry.job_id).exists():
            raise FileExistsError(errno.EEXIST, "there is other audio by now", str(entry.folder))
        _move(entry.folder, self.folder(entry.job_id))

    def empty_trash(self, older_than: float = TRASH_DAYS * 86_400) -> None:
        """Delete for good what has been in the trash for so many seconds."""
        for entry in self.trashed():
            if time.time() - entry.since >= older_than:
                shutil.rmtree(entry.folder, ignore_errors=True)

    def _new_grave(self, job_id: int) -> Path:
        return self._trash / f"{job_id}-{int(time.time())}-{uuid.uuid4().hex[:8]}"

    def clean(self, instance: str) -> None:
        """Clear away the unfinished work of an instance that is no more."""
        shutil.rmtree(self._works / instance, ignore_errors=True)

    def workers_at(self) -> set[str]:
        """The instances that have a work folder."""
        return {folder.name for folder in self._works.iterdir() if folder.is_dir()}

    def job_ids(self) -> set[int]:
        """The jobs that have media."""
        return {int(folder.name) for folder in self.media.iterdir() if _ID.fullmatch(folder.name)}

    def highest_id(self) -> int:
        """The highest number of a job that has, or had, media here."""
        return max(self.job_ids() | {entry.job_id for entry in self.trashed()}, default=0)


def _move(folder: Path, target: Path) -> None:
    """Give a folder or file another place, where it appears in one step, on whatever disk that is."""
    try:
        folder.replace(target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        draft = target.with_name(f".{uuid.uuid4().hex}")
        try:
            if folder.is_dir():
                shutil.copytree(folder, draft, symlinks=True)
            else:
                shutil.copyfile(folder, draft)
            draft.replace(target)
        finally:
            shutil.rmtree(draft, ignore_errors=True)
            with suppress(OSError):
                draft.unlink()
        shutil.rmtree(folder, ignore_errors=True)
