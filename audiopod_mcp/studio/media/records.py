"""What is known of a finished job, kept beside its audio as ``job.json``.

A database that was lost is made again from these files. They may have been written by anybody, so nothing in
them is believed that was not checked: their size is bounded, and their names are no paths.
"""

from __future__ import annotations

import json
import os
import stat
import uuid
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Final, Literal, NoReturn

from pydantic import BaseModel, Field, FiniteFloat, ValidationError, field_validator

from audiopod_mcp.operations.vocabulary import AudioFormat
from audiopod_mcp.studio.stored_job import COMPUTED, StoredJob

from .layout import MASTER

RECORD: Final = "job.json"
LARGEST_RECORD: Final = 4 * 2**20
"""Bytes of a record."""
_LEFT_OUT: Final = {
    *COMPUTED,
    "attempt",
    "claimed_by",
    "crashes",
    "error_message",
    "progress",
    "stage",
    "traceparent",
}
"""What follows from the rest, or says nothing about a job which is finished."""

Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$")]
"""Of a folder or file; no path."""


class BadRecord(Exception):
    """Why a job can't be known from its folder, in a few words."""


class _Take(BaseModel):
    name: Name
    duration: FiniteFloat = 0.0
    rate: int = 0
    seed: int | None = None
    stems: Annotated[list[Name], Field(max_length=64)] = []
    lrc: str | None = None
    quality: FiniteFloat | None = None
    unclipped: bool = False


class _Record(StoredJob):
    """A job as a file may tell it: narrower than the database's row, which only the studio writes."""

    status: Literal["COMPLETED"]
    task: Name
    format: AudioFormat
    engine: Annotated[str, Field(max_length=255)]
    owner: Annotated[str, Field(pattern=r"^([0-9a-f]{64})?$")]
    token: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{8,64}$")]
    display_name: Annotated[str, Field(max_length=255)] | None = None
    thumbnail_url: Annotated[str, Field(max_length=2048, pattern=r"^https?://")] | None = None
    takes: Annotated[list[dict[str, Any]], Field(min_length=1, max_length=64)]

    @field_validator("takes")
    @classmethod
    def _checked_takes(cls, takes: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [_Take.model_validate(take).model_dump() for take in takes]

    @field_validator("sources")
    @classmethod
    def _checked_sources(cls, sources: dict[str, Any]) -> dict[str, Any]:
        for source in sources.values():
            if not isinstance(source, dict) or ("job" in source and not isinstance(source["job"], int)):
                raise ValueError("a source is not as it should be")
        return sources

    @field_validator("created_at", "started_at", "completed_at")
    @classmethod
    def _checked_time(cls, moment: str | None) -> str | None:
        if moment is not None:
            datetime.fromisoformat(moment)
        return moment


def write_record(folder: Path, job: StoredJob, *, sync: bool = True) -> None:
    """Write down in ``folder``, the media of ``job``, what is known of it; at once or not at all.

    With ``sync`` it is on the disk before anything else happens, which takes some milliseconds.
    """
    draft = folder / f".{RECORD}-{uuid.uuid4().hex}"
    try:
        with draft.open("w", encoding="utf-8") as file:
            file.write(job.model_dump_json(exclude=_LEFT_OUT))
            file.flush()
            if sync:
                os.fsync(file.fileno())
        draft.replace(folder / RECORD)
    except BaseException:
        with suppress(OSError):
            draft.unlink()
        raise


def has_record(folder: Path) -> bool:
    return (folder / RECORD).is_file()


def read_record(folder: Path, job_id: int) -> StoredJob:
    """The finished job ``job_id``, whose media ``folder`` holds, with the takes that are really there.

    Raises:
        BadRecord: where that can't be known.

    """
    try:
        job = _Record.model_validate(json.loads(_read(folder), parse_constant=_refuse))
        fields = job.model_dump(exclude=_LEFT_OUT)
        json.dumps(fields, allow_nan=False)
    except FileNotFoundError:
        raise BadRecord(f"there is no {RECORD} beside it") from None
    except ValidationError as error:
        where = ", ".join(dict.fromkeys(str(item["loc"][0]) for item in error.errors() if item["loc"]))
        raise BadRecord(f"its {RECORD} is not as it should be ({where or 'no object'})") from None
    except (OSError, ValueError, RecursionError):
        raise BadRecord(f"its {RECORD} can't be read") from None
    if job.id != job_id:
        raise BadRecord(f"its {RECORD} is that of another job")
    takes = [take for take in job.takes if _is_audio(folder / take["name"] / MASTER)]
    if not takes:
        raise BadRecord(f"the audio that its {RECORD} names is missing")
    return StoredJob.model_validate({**fields, "takes": takes, "progress": 100.0})


def _read(folder: Path) -> bytes:
    path = folder / RECORD
    found = path.lstat()
    if folder.is_symlink() or not stat.S_ISREG(found.st_mode) or found.st_size > LARGEST_RECORD:
        raise ValueError("not a file of ours")
    with path.open("rb") as file:
        return file.read(LARGEST_RECORD)


def _is_audio(path: Path) -> bool:
    try:
        found = path.lstat()
    except OSError:
        return False
    return not path.parent.is_symlink() and stat.S_ISREG(found.st_mode) and found.st_size > 0


def _refuse(word: str) -> NoReturn:
    raise ValueError(f"{word} is no number")
