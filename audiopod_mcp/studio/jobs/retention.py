"""How much audio is kept, where there is a limit: the oldest goes first, as if its owner had deleted it."""

from __future__ import annotations

import logging
import shutil
import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from audiopod_mcp.studio.config import StudioConfig
from audiopod_mcp.studio.media.store import MediaStore

from .store import Store

SPARED: Final = timedelta(hours=1)
"""What has just been made is not let go, however little is to be kept: somebody is about to hear it."""

logger = logging.getLogger("audiopod_mcp.studio")


def delete(store: Store, media: MediaStore, job_id: int) -> bool:
    """Delete the job and its audio; whether that lies in the trash. Blocks.

    What an object store keeps is deleted soon, by :meth:`.upkeep.Upkeep.clear`, for it may not answer now.
    """
    store.delete(job_id, leaves_audio=media.elsewhere)
    if media.elsewhere:
        media.drop_copy(job_id)
        return False
    return media.remove(job_id)


def let_go(config: StudioConfig, store: Store, media: MediaStore) -> list[int]:
    """Delete the jobs that are older, or beyond the size, that ``config`` has kept; the numbers of those.

    Liked jobs stay, and so does what an unfinished job starts from.
    """
    if config.keep_days is None and config.keep_gb is None:
        return []
    try:
        gone = _delete_oldest(config, store, media)
    except (OSError, sqlite3.Error):  # there is a next time
        logger.exception("could not let old jobs go")
        return []
    if gone:
        logger.info("let %s old jobs go: %s", len(gone), ", ".join(map(str, gone[:20])))
    return gone


def _delete_oldest(config: StudioConfig, store: Store, media: MediaStore) -> list[int]:
    now = datetime.now(UTC)
    limit = max(timedelta(days=config.keep_days or 0), SPARED)
    before = (now - limit).isoformat(timespec="milliseconds") if config.keep_gb is None else "9"
    expendable = [(job_id, now - datetime.fromisoformat(ended)) for job_id, ended in store.expendable(before)]
    gone = []
    if config.keep_days is not None:
        gone = [job_id for job_id, age in expendable if age > limit]
    for job_id in gone:
        delete(store, media, job_id)
    if config.keep_gb is None:
        return gone
    sizes = {job_id: folder_size(media.folder(job_id)) for job_id in media.job_ids()}
    trashed = sum(folder_size(entry.folder) for entry in media.trashed())
    too_much = sum(sizes.values()) + trashed - config.keep_gb * 1e9
    too_much -= _emptied(media, too_much)  # what is deleted already goes before what is not
    for job_id, age in expendable[len(gone) :]:
        if too_much <= 0 or age < SPARED:
            break  # all that follow are newer
        delete(store, media, job_id)
        _emptied(media, size := sizes.get(job_id, 0))
        too_much -= size
        gone.append(job_id)
    return gone


def _emptied(media: MediaStore, size: float) -> int:
    """Bytes of what was deleted for good of the trash, the oldest first, to free ``size``."""
    freed = 0
    for entry in reversed(media.trashed()):
        if freed >= size:
            break
        freed += folder_size(entry.folder)
        shutil.rmtree(entry.folder, ignore_errors=True)
    return freed


def folder_size(folder: Path) -> int:
    """Bytes of the files in ``folder`` and below."""
    total = 0
    for path in folder.rglob("*"):
        try:
            total += path.lstat().st_size if path.is_file() else 0
        except OSError:  # deleted meanwhile
            continue
    return total
