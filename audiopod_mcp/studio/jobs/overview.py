"""What the doctor finds out about a studio of many machines: its database, its queue, its object store."""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from audiopod_mcp.settings import SettingsError
from audiopod_mcp.studio.config import StudioConfig, needs_extra
from audiopod_mcp.studio.engines.base import Finding

if TYPE_CHECKING:
    from .postgres import PostgresDatabase

_CORRECT = "correct it where the server is configured"


def examine_cluster(config: StudioConfig) -> Iterator[Finding]:
    """Whether everything that the machines share answers, and who works; changes no job."""
    assert config.database_url is not None  # noqa: S101 - else there is one machine
    try:
        with needs_extra("AUDIOPOD_DATABASE_URL"):
            from .postgres import PostgresDatabase
    except SettingsError as error:
        yield _problem("database", str(error))
        return
    try:
        database = PostgresDatabase(config.database_url)
        try:
            database.check_version()
            jobs = database.rows("SELECT count(*) FROM jobs")[0][0]
            version = database.rows("SHOW server_version")[0][0]
            yield Finding("database", "ok", f"PostgreSQL {version} answers; {jobs} jobs")
            yield _queue(database, config.engine)
            yield _notices(config.database_url, database)
        finally:
            database.close()
    except sqlite3.Error as error:
        yield _problem("database", f"AUDIOPOD_DATABASE_URL: {error}")
    yield _media(config)


def _queue(database: PostgresDatabase, engine: str) -> Finding:
    from .postgres_queue import DEAD_AFTER

    sql = "SELECT count(*) FROM procrastinate_workers WHERE last_heartbeat > now() - ? * interval '1 second'"
    workers = database.rows(sql, (DEAD_AFTER,))[0][0]
    sql = (
        "SELECT status, count(*) FROM jobs WHERE status IN ('PENDING', 'PROCESSING') AND engine = ? "
        "GROUP BY status"
    )
    unfinished = {row[0]: row[1] for row in database.rows(sql, (engine,))}
    found = (
        f"{workers} worker{'' if workers == 1 else 's'} at work; of the engine {engine} "
        f"{unfinished.get('PENDING', 0)} jobs wait and {unfinished.get('PROCESSING', 0)} run"
    )
    if not workers:
        return Finding("queue", "warning", found, f"start audiopod-mcp worker --engine {engine} somewhere")
    return Finding("queue", "ok", found)


def _notices(url: str, database: PostgresDatabase) -> Finding:
    from .notices import arrive

    if arrive(url, database):
        return Finding("notices", "ok", "the database tells of changes at once")
    return Finding(
        "notices",
        "warning",
        "the database does not tell of changes, so that everybody looks every second",
        "name the database itself in AUDIOPOD_DATABASE_URL, or a pooler in session mode",
    )


def _media(config: StudioConfig) -> Finding:
    if config.media_url is None:
        found = f"in {config.data_dir}, which all machines have to share"
        return Finding("object store", "ok", found, "or set AUDIOPOD_MEDIA_URL")
    try:
        with needs_extra("AUDIOPOD_MEDIA_URL"):
            from audiopod_mcp.studio.media.bucket import BucketMedia
        with tempfile.TemporaryDirectory(prefix="audiopod-doctor-") as folder:
            BucketMedia(Path(folder), "doctor", config.media_url).check()
    except (SettingsError, OSError) as error:
        why = str(error) if isinstance(error, SettingsError) else f"AUDIOPOD_MEDIA_URL: {error.strerror}"
        return _problem("object store", why)
    return Finding("object store", "ok", "can be written and read")


def _problem(subject: str, line: str) -> Finding:
    what, _, fix = line.rpartition("; ") if "; " in line else (line, "", _CORRECT)
    return Finding(subject, "problem", what, fix)
