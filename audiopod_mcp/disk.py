"""A disk without room, told from other failures and told in words."""

from __future__ import annotations

import errno
import os
import shutil
from pathlib import Path
from typing import Final

FULL: Final = frozenset({errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC)})
"""No room on the disk, none in a file, and none in what the person may use of it."""


class DiskFull(OSError):
    """There was no room for a file of ``needed`` bytes."""

    def __init__(self, number: int, needed: int) -> None:
        super().__init__(number, os.strerror(number))
        self.needed = needed

    def __reduce__(self) -> tuple[type[DiskFull], tuple[int | None, int]]:
        """Let it travel from the worker process that it happens in."""
        return DiskFull, (self.errno, self.needed)


def is_full(error: BaseException) -> bool:
    """Whether ``error`` says that there is no room."""
    return isinstance(error, OSError) and error.errno in FULL


def describe_full(folder: Path, error: BaseException | None = None) -> str:
    """Say where there is no room, how much is left there and, where ``error`` tells, how much it takes."""
    try:
        free = f", {_size(shutil.disk_usage(folder).free)} are free"
    except OSError:
        free = ""
    wanted = f", {_size(error.needed)} are needed" if isinstance(error, DiskFull) else ""
    return f"the disk is full: no room in {folder}{wanted}{free}"


def describe_full_studio(data_dir: Path, error: BaseException | None = None) -> str:
    """:func:`describe_full` of the studio's own folder, with the way out."""
    return (
        f"{describe_full(data_dir, error)}; delete jobs you no longer need, or set AUDIOPOD_DATA_DIR to a "
        "folder on a larger disk, then retry"
    )


def _size(count: int) -> str:
    return f"{count / 2**20:.1f} MiB" if count < 2**30 else f"{count / 2**30:.1f} GiB"
