"""The media folder and the job store brought in line, without anything being lost for want of a row."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field

from pydantic import ValidationError

from audiopod_mcp.studio.media.records import BadRecord, has_record, read_record, write_record
from audiopod_mcp.studio.media.store import MediaStore
from audiopod_mcp.studio.stored_job import StoredJob

from .store import Store


@dataclass
class Reconciled:
    """What was done, and what could not be."""

    restored: list[int] = field(default_factory=list)
    """Jobs that the store did not know, or did not know to be finished."""
    left: Mapping[int, str] = field(default_factory=dict)
    """Media that are kept without a job, and why."""


def reconcile(store: Store, media: MediaStore) -> Reconciled:
    """Bring back jobs whose media are here, trash those of deleted jobs, write what is unwritten.

    Other processes may be at work. The folders are read first: whoever publishes one had its row before, and
    whoever deletes a job leaves its tombstone, so that a folder without either surely belongs to no live job.
    """
    folders = media.job_ids()
    known = store.known()
    found: list[StoredJob] = []
    left: dict[int, str] = {}
    for job_id in sorted(folders):
        status = known.get(job_id)
        if status == "DELETED":
            media.remove(job_id)
        elif status == "COMPLETED":
            if not has_record(media.folder(job_id)):
                with suppress(OSError, ValidationError):
                    keep_record(media, store.job(job_id), sync=False)
        else:
            try:
                found.append(read_record(media.folder(job_id), job_id))
            except BadRecord as reason:
                if status is None:
                    left[job_id] = str(reason)
    store.database.start_ids_above(media.highest_id())
    restored = store.restore(found) if found else []
    return Reconciled(restored, left)


def keep_record(media: MediaStore, job: StoredJob | None, *, sync: bool = True) -> None:
    """Write what is known of a finished job beside its audio, where that is here."""
    if job is not None and job.takes and media.folder(job.id).is_dir():
        write_record(media.folder(job.id), job, sync=sync)
