"""The media store: finished audio in a folder per job, work in progress in a folder per studio instance."""

from __future__ import annotations

import re
import shutil
import uuid
from pathlib import Path

from .layout import MASTER, STEMS

_STEM, _, MASTER_FORMAT = MASTER.rpartition(".")
_ID = re.compile(r"[1-9][0-9]{0,18}")


class MediaStore:
    """The folders of a studio::

        media/{job_id}/{take}/audio.flac    masters, and beside them what else belongs to the take
        work/{instance}/…                   what is not finished yet

    What lies in ``media`` is complete: it is moved there in one step.
    """

    def __init__(self, data_dir: Path, instance: str) -> None:
        self.media = data_dir / "media"
        self._works = data_dir / "work"
        self._work = self._works / instance
        for folder in (self.media, self._work):
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

    def publish(self, folder: Path, job_id: int) -> None:
        """Make the finished ``folder`` the job's media, in one step."""
        target = self.media / str(job_id)
        if target.exists():  # left by a run that ended between here and the store
            self.remove(job_id)
        folder.replace(target)

    def remove(self, job_id: int) -> None:
        """Delete the job's media; what a reader on Windows still holds open goes at the next start."""
        target = self.media / str(job_id)
        grave = self._work / uuid.uuid4().hex
        try:
            target.replace(grave)
        except FileNotFoundError:
            return
        except OSError:
            grave = target
        shutil.rmtree(grave, ignore_errors=True)

    def clean(self, instance: str) -> None:
        """Clear away the unfinished work of an instance that is no more."""
        shutil.rmtree(self._works / instance, ignore_errors=True)

    def workers_at(self) -> set[str]:
        """The instances that have a work folder."""
        return {folder.name for folder in self._works.iterdir() if folder.is_dir()}

    def job_ids(self) -> set[int]:
        """The jobs that have media."""
        return {int(folder.name) for folder in self.media.iterdir() if _ID.fullmatch(folder.name)}
