"""A disk without room, told from other failures and told in words."""

from __future__ import annotations

import errno
import shutil
from pathlib import Path
from typing import Final

FULL: Final = frozenset({errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC)})
"""No room on the disk, none in a file, and none in what the person may use of it."""


def is_full(error: BaseException) -> bool:
    """Whether ``error`` says that there is no room."""
    return isinstance(error, OSError) and error.errno in FULL


def describe_full(folder: Path, needed: int | None = None) -> str:
    """Say where there is no room, how much is left there and, where it is known, how much it takes."""
    try:
        free = f", {_size(shutil.disk_usage(folder).free)} are free"
    except OSError:
        free = ""
    wanted = f", {_size(needed)} are needed" if needed is not None else ""
    return f"the disk is full: no room in {folder}{wanted}{free}"


def _size(count: int) -> str:
    return f"{count / 2**20:.1f} MiB" if count < 2**30 else f"{count / 2**30:.1f} GiB"
