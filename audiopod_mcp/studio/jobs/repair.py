"""What the doctor finds out about the jobs of a data folder, and what it mends there."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from audiopod_mcp.studio.engines.base import Finding
from audiopod_mcp.studio.media.records import BadRecord, read_record
from audiopod_mcp.studio.media.store import TRASH_DAYS, MediaStore, Trashed
from audiopod_mcp.studio.stored_job import StoredJob

from .database import check, check_version, connect, is_damaged
from .instances import Instance
from .recovery import keep_record, reconcile
from .shared_file import SharedFile
from .store import Store
from .unusable import DATABASE, explain, look

SUBJECT: Final = "jobs"
_REPAIR: Final = "run audiopod-mcp doctor --repair"


def examine_jobs(data_dir: Path) -> Iterator[Finding]:
    """Whether the database and the audio in ``data_dir`` are whole and belong together; changes nothing."""
    if why := look(data_dir):
        yield _problem(SUBJECT, why)
        return
    path = data_dir / DATABASE
    if not path.exists() or not path.stat().st_size:
        folders = list((data_dir / "media").glob("[1-9]*"))
        found = f"no {DATABASE}" + (f", and audio of {len(folders)} jobs" if folders else " yet")
        fix = f"the next start brings them back, or {_REPAIR}" if folders else None
        yield Finding(SUBJECT, "warning" if folders else "ok", found, fix)
        return
    try:
        with closing(connect(path)) as connection:
            check_version(connection)
            check(connection, thoroughly=True)
            rows = connection.execute("SELECT * FROM jobs").fetchall()
            deleted = (
                {row[0] for row in connection.execute("SELECT * FROM tombstones")} if _has(connection) else {}
            )
    except sqlite3.Error as error:
        yield _problem(SUBJECT, explain(error, data_dir))
        return
    jobs, bad = _readable(rows)
    if bad:
        yield Finding(SUBJECT, "problem", f"{_number(bad)} can't be read in {DATABASE}", _REPAIR)
    media = data_dir / "media"
    silent = [
        job for job in jobs if job.status == "COMPLETED" and job.takes and not (media / str(job.id)).is_dir()
    ]
    if silent:
        ids = _listed([job.id for job in silent])
        fix = f"{_REPAIR}, which looks in the trash; or delete them"
        yield Finding(SUBJECT, "warning", f"the audio of {_number(silent)} is missing: {ids}", fix)
    known = {job.id for job in jobs} | set(bad) | set(deleted)
    strays = (
        [int(folder.name) for folder in media.glob("[1-9]*") if folder.name.isdigit()]
        if media.is_dir()
        else []
    )
    if strays := sorted(set(strays) - known):
        yield Finding(SUBJECT, "warning", f"audio without a job: {_listed(strays)}", _REPAIR)
    if not (bad or silent or strays):
        yield Finding(SUBJECT, "ok", f"{_number(jobs)} in {DATABASE}, which is whole")
    yield from _trash(data_dir)


def repair_jobs(data_dir: Path) -> Iterator[Finding]:
    """Mend what can be mended in ``data_dir``, and tell what was done."""
    if not data_dir.is_dir():
        yield Finding("repair", "ok", "there is no data folder yet, so nothing to mend")
        return
    try:
        instance = Instance(data_dir)
    except (OSError, NotImplementedError) as error:
        yield _problem("repair", explain(error, data_dir))
        return
    try:
        yield from _repair(data_dir, instance)
    except (OSError, sqlite3.Error) as error:
        yield _problem("repair", explain(error, data_dir))
    finally:
        instance.close()


def restore_job(data_dir: Path, job_id: int) -> Iterator[Finding]:
    """Bring a deleted job back whose audio is still in the trash."""
    try:
        instance = Instance(data_dir)
        with closing(instance), closing(MediaStore(data_dir, instance.id)) as media:
            entry = next((entry for entry in media.trashed() if entry.job_id == job_id), None)
            if entry is None:
                fix = f"deleted audio is kept for {TRASH_DAYS} days; audiopod-mcp doctor lists what is there"
                yield Finding("restore", "problem", f"there is no job {job_id} in the trash", fix)
                return
            read_record(entry.folder, job_id)
            with closing(Store(SharedFile(data_dir / DATABASE))) as store:
                store.forgive(job_id)
                media.take_back(entry)
                restored = job_id in reconcile(store, media).restored or store.job(job_id) is not None
    except (OSError, sqlite3.Error, NotImplementedError) as error:
        yield _problem("repair", explain(error, data_dir))
    except BadRecord as reason:
        yield Finding("restore", "problem", f"job {job_id} can't be brought back: {reason}")
    else:
        if restored:
            yield Finding("restore", "ok", f"job {job_id} is back")
        else:
            yield Finding("restore", "problem", f"the number {job_id} means another job by now")


def _repair(data_dir: Path, instance: Instance) -> Iterator[Finding]:
    path = data_dir / DATABASE
    salvaged: Path | None = None
    try:
        with closing(Store(SharedFile(path))), closing(connect(path)) as connection:
            check(connection, thoroughly=True)
            broken = bool(_readable(connection.execute("SELECT * FROM jobs").fetchall())[1])
    except sqlite3.Error as error:
        if not is_damaged(error):
            raise
        broken = True
    if broken:
        for _ in instance.bury(()):  # what dead ones hold in the database, the next start takes care of
            pass
        if not instance.is_alone():
            fix = "end it (close the assistant, or stop audiopod-mcp studio), then repair again"
            yield Finding("repair", "problem", f"a studio is working with this {DATABASE}", fix)
            return
        salvaged = _set_aside(path)
    with closing(MediaStore(data_dir, instance.id)) as media, closing(Store(SharedFile(path))) as store:
        if salvaged is not None:
            kept = _salvage(salvaged, path)
            yield Finding(
                "repair",
                "ok",
                f"the broken file is now {salvaged.name}; {_number(kept)} could be read from it",
            )
        found = _from_trash(store, media)
        done = reconcile(store, media)
        if done.restored:
            yield Finding("repair", "ok", f"brought back from beside their audio: {_listed(done.restored)}")
        if found:
            yield Finding("repair", "ok", f"brought back from the trash: {_listed(found)}")
        for job_id, why in done.left.items():
            yield Finding("repair", "warning", f"media/{job_id} stays without a job: {why}")
        if not (salvaged or done.restored or found or done.left):
            yield Finding("repair", "ok", "there was nothing to mend")


def _set_aside(path: Path) -> Path:
    """Rename the database and what belongs to it; the new name."""
    base = path.with_name(f"{path.name}.broken-{time.strftime('%Y%m%d-%H%M%S')}")
    aside, number = base, 2
    while aside.exists():
        aside, number = base.with_name(f"{base.name}-{number}"), number + 1
    path.replace(aside)
    for end in ("-wal", "-shm", "-journal"):
        with suppress(FileNotFoundError):
            path.with_name(path.name + end).replace(aside.with_name(aside.name + end))
    return aside


def _salvage(broken: Path, path: Path) -> list[int]:
    """Copy the rows that can be read from ``broken`` into the new database; the jobs among them."""
    kept = []
    with closing(connect(path)) as new:
        for table in ("jobs", "analyses", "tombstones"):
            columns = [row["name"] for row in new.execute(f"PRAGMA table_info({table})")]
            for row in _rows(broken, table):
                if table == "jobs" and not _readable([row])[0]:
                    continue
                names = [name for name in columns if name in row.keys()]  # noqa: SIM118 - a row holds values
                marks = ", ".join("?" * len(names))
                with suppress(sqlite3.Error):
                    new.execute(
                        f"INSERT INTO {table} ({', '.join(names)}) VALUES ({marks})",  # noqa: S608 - names of ours
                        [row[name] for name in names],
                    )
                    if table == "jobs":
                        kept.append(int(row["id"]))
    return kept


def _rows(broken: Path, table: str) -> Iterator[sqlite3.Row]:
    """As many rows as can be read, from both ends of the damage."""
    seen: set[int] = set()
    for direction in ("ASC", "DESC"):
        with suppress(sqlite3.Error), closing(connect(broken)) as old:
            query = f"SELECT rowid AS row_number, * FROM {table} ORDER BY rowid {direction}"  # noqa: S608
            for row in old.execute(query):
                if row["row_number"] in seen:
                    break
                seen.add(row["row_number"])
                yield row


def _readable(rows: list[sqlite3.Row]) -> tuple[list[StoredJob], list[int]]:
    """The jobs of ``rows``, and the numbers of those that are none."""
    jobs, bad = [], []
    for row in rows:
        try:
            jobs.append(StoredJob.model_validate(dict(row)))
        except (ValidationError, ValueError):
            bad.append(row["id"])
    return jobs, bad


def _from_trash(store: Store, media: MediaStore) -> list[int]:
    """Take back the audio of jobs that are not deleted: of a database that is older than the trash."""
    known, there, found = store.known(), media.job_ids(), []
    for entry in media.trashed():
        job = store.job(entry.job_id) if known.get(entry.job_id) == "COMPLETED" else None
        if job is None or entry.job_id in there:
            continue
        with suppress(BadRecord, OSError):
            if read_record(entry.folder, job.id).token == job.token:
                media.take_back(entry)
                keep_record(media, job)
                there.add(job.id)
                found.append(job.id)
    return found


def _trash(data_dir: Path) -> Iterator[Finding]:
    trash = data_dir / "trash"
    if not trash.is_dir():
        return
    entries = MediaStore.entries_of(trash)
    if not entries:
        return
    size = sum(file.stat().st_size for entry in entries for file in entry.folder.rglob("*") if file.is_file())
    found = f"{size / 2**20:.1f} MiB of deleted jobs, kept for {TRASH_DAYS} days: {_dated(entries)}"
    yield Finding("trash", "ok", found, "audiopod-mcp doctor --restore NUMBER brings one back")


def _dated(entries: list[Trashed]) -> str:
    told = [f"{e.job_id} ({datetime.fromtimestamp(e.since, UTC):%Y-%m-%d})" for e in entries[:10]]
    return ", ".join(told) + (" …" if len(entries) > 10 else "")


def _has(connection: sqlite3.Connection) -> bool:
    return bool(connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'tombstones'").fetchone())


def _problem(subject: str, line: str) -> Finding:
    what, _, fix = line.rpartition("; ")
    return Finding(subject, "problem", what, fix)


def _number(jobs: list[int] | list[StoredJob]) -> str:
    return f"{len(jobs)} job{'' if len(jobs) == 1 else 's'}"


def _listed(ids: list[int]) -> str:
    return ", ".join(map(str, ids[:20])) + (" …" if len(ids) > 20 else "")
