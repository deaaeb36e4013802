"""Why a data folder can't be used, in one line: which file, what is wrong with it, what to do."""

from __future__ import annotations

import errno
import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Final

from .database import Damaged, OfServer, TooNew, check, check_version, is_busy, is_damaged, missing_columns

DATABASE: Final = "studio.db"
LITTLE_ROOM: Final = 4 * 2**20
"""Bytes that have to be free, for the database alone."""
REPAIR: Final = "run audiopod-mcp doctor --repair: it keeps that file and brings finished jobs back"
_ELSEWHERE: Final = "set AUDIOPOD_DATA_DIR to another folder"
_LONGEST: Final = 90


def explain(error: Exception, data_dir: Path) -> str:
    """The line for ``error``, which came of the use of ``data_dir``."""
    if isinstance(error, OfServer):
        return f"AUDIOPOD_DATABASE_URL: {error}"
    what, remedy = _reasons(error, data_dir)
    path = str(data_dir)
    shown = path if len(path) <= _LONGEST else f"…{path[1 - _LONGEST :]}"
    return f"AUDIOPOD_DATA_DIR: {shown!r} can't be used ({what}); {remedy}"


def look(data_dir: Path) -> str | None:
    """The line for a folder that can't be used, as far as that shows without a change to it."""
    try:
        _look(data_dir)
    except (OSError, sqlite3.Error) as error:
        if isinstance(error, sqlite3.Error) and is_busy(error):
            return None
        return explain(error, data_dir)
    return None


def _look(data_dir: Path) -> None:
    there = next(path for path in (data_dir, *data_dir.parents) if os.path.lexists(path))
    if not there.is_dir():
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(there))
    folders = (
        [data_dir / name for name in ("media", "trash", "work", "instances")] if there == data_dir else []
    )
    for folder in (there, *filter(os.path.lexists, folders)):
        if not folder.is_dir():
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(folder))
        if not os.access(folder, os.W_OK | os.X_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(folder))
    if shutil.disk_usage(there).free < LITTLE_ROOM:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(there))
    path = data_dir / DATABASE
    if not os.path.lexists(path):
        return
    if not path.is_file():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    for file in (path, *filter(Path.exists, (path.with_name(f"{DATABASE}-{end}") for end in ("wal", "shm")))):
        if not os.access(file, os.R_OK | os.W_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(file))
    if path.stat().st_size:
        with closing(
            sqlite3.connect(path.absolute().as_uri() + "?mode=rw", uri=True, timeout=1)
        ) as connection:
            check_version(connection)
            check(connection)
            missing_columns(connection)


def _reasons(error: Exception, data_dir: Path) -> tuple[str, str]:
    if isinstance(error, sqlite3.Error):
        return _reasons_of_database(error, data_dir)
    if isinstance(error, OSError):
        name = Path(os.fsdecode(error.filename)).name if error.filename else "its disk"
        if error.errno in {errno.ENOSPC, getattr(errno, "EDQUOT", None)}:
            return (
                "there is no room left on its disk",
                "free some space, or set AUDIOPOD_DATA_DIR to another disk",
            )
        if error.errno in {errno.EACCES, errno.EPERM, errno.EROFS}:
            return f"{name} can't be written into", f"make it writable, or {_ELSEWHERE}"
        if error.errno in {errno.ENOTDIR, errno.EEXIST}:
            return f"{name} is a file", f"move that file away, or {_ELSEWHERE}"
        if error.errno == errno.EISDIR:
            return f"{name} is a folder", f"move that folder away, or {_ELSEWHERE}"
        return f"{name}: {error.strerror or type(error).__name__}", f"mend that, or {_ELSEWHERE}"
    return f"{type(error).__name__}: {' '.join(str(error).split())[:60]}", _ELSEWHERE


def _reasons_of_database(error: sqlite3.Error, data_dir: Path) -> tuple[str, str]:
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if isinstance(error, TooNew):
        return (
            f"{DATABASE} was written by a newer version of audiopod-mcp",
            f"install that version, or {_ELSEWHERE}",
        )
    if isinstance(error, Damaged):
        return f"{DATABASE} is damaged: {error}", REPAIR
    if not data_dir.is_dir():
        return "the folder is there no more", "restart audiopod-mcp to begin with an empty one"
    said = " ".join(str(error).split())[:60]
    if code == sqlite3.SQLITE_NOTADB:
        return f"{DATABASE} is damaged, or no database at all", REPAIR
    if is_damaged(error):
        return f"{DATABASE} is damaged: {said}", REPAIR
    if is_busy(error):
        return f"another program holds {DATABASE} locked", "close that program, then try again"
    if code == sqlite3.SQLITE_FULL:
        return (
            "there is no room left on its disk",
            "free some space, or set AUDIOPOD_DATA_DIR to another disk",
        )
    path = data_dir / DATABASE
    if code == sqlite3.SQLITE_CANTOPEN and path.is_dir():
        return f"{DATABASE} is a folder", f"move that folder away, or {_ELSEWHERE}"
    if code in {sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_AUTH}:
        name = DATABASE if path.exists() and not os.access(path, os.W_OK) else "the folder"
        return f"{name} can't be written into", f"make it writable, or {_ELSEWHERE}"
    if code == sqlite3.SQLITE_IOERR and shutil.disk_usage(data_dir).free < LITTLE_ROOM:
        return (
            "there is no room left on its disk",
            "free some space, or set AUDIOPOD_DATA_DIR to another disk",
        )
    return f"{DATABASE}: {said}", f"look at its disk, or {_ELSEWHERE}"
