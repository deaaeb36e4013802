"""What is being written beside finished audio, under a name with a dot before it until it is whole."""

from __future__ import annotations

import time
from contextlib import suppress
from pathlib import Path
from typing import Final

ABANDONED: Final = 600.0
"""Seconds for which nothing was added to a file that nobody writes any more."""


def remove_abandoned_drafts(media: Path, alone_since: float | None) -> None:
    """Delete what killed processes were writing into the folders of jobs.

    ``alone_since`` is the time, in seconds since 1970, at which the only process that works on the folder
    began: what is older is nobody's. ``None``: others work on it, too.
    """
    limit = max(time.time() - ABANDONED, alone_since or 0.0)
    for draft in [*media.glob("[0-9]*/.*"), *media.glob("[0-9]*/*/.*")]:
        with suppress(OSError):
            if draft.is_file() and draft.lstat().st_mtime < limit:
                draft.unlink()
