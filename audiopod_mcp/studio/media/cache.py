"""What was made of sound before, as files that several processes share: each whole, or as good as not there.

The file of a result is written under another name and renamed when it is whole, and ends with a digest of all
before, so that one that was cut off or damaged is not believed but made anew. No lock is held: whoever writes
deletes what has not been used for longest; whoever reads meanwhile has it to the end or, on Windows, keeps it
from being deleted. Nothing that the disk does fails the work: results are then made as they are without.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import shutil
import struct
import time
import uuid
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import blake2b
from pathlib import Path
from typing import BinaryIO, Final, NamedTuple

from audiopod_mcp.music.caching import Kept, Samples

from .store import TRASH_DAYS

KEPT_DAYS: Final = TRASH_DAYS
"""How long a result is kept that nobody uses: no longer than the audio of a deleted job."""
ROOM_LEFT: Final = 1 << 30
"""Bytes that are left free on the disk."""

_HEAD: Final = struct.Struct("<QQ")
"""Bytes of the facts, and bytes of the samples, which come first in a file."""
_DIGEST: Final = 32
_LARGEST_FACTS: Final = 64 << 20
_PIECE: Final = 1 << 20
"""Samples that are read or written at a time."""
_DRAFTS_KEPT: Final = 3600.0
"""Seconds after which what is being written is surely left by a process that ended."""
_LIBRARIES: Final = ("numpy", "scipy", "soxr", "soundfile")
"""The libraries that results depend on."""

logger = logging.getLogger("audiopod_mcp.studio")


class _Damaged(Exception):
    """A file is not as it was written."""


class _Entry(NamedTuple):
    used: float
    """Seconds since 1970."""
    size: int
    path: Path


@dataclass(frozen=True)
class ResultCache:
    """What was made for one owner, in a folder of all; plain data, which goes to worker processes."""

    folder: Path
    limit: int
    """Bytes of all files together."""
    owner: str = field(default="", repr=False)
    """Whose results these are: from how long an answer takes, nobody learns what others have here."""

    def load(self, key: str) -> Kept | None:
        """What is kept under ``key``; ``None`` where nothing is."""
        path = self._path(key)
        try:
            with path.open("rb") as file:
                found = _read(file)
        except FileNotFoundError:
            return None
        except OSError as error:
            logger.debug("a kept result can't be read: %s", error)
            return None
        except _Damaged as why:
            logger.warning("a kept result is damaged (%s) and is made anew", why)
            _delete(path)
            return None
        with suppress(OSError):
            os.utime(path)
        return found

    def store(self, key: str, kept: Kept) -> None:
        """Keep a result, unless it takes more than half of the room for all, or the disk is nearly full."""
        told = {"shape": kept.audio.shape if kept.audio is not None else None, "facts": kept.facts}
        facts = json.dumps(told, default=lambda number: number.item())
        size = len(facts) + (kept.audio.nbytes if kept.audio is not None else 0)
        if size > self.limit / 2:
            return
        draft = self.folder / f".{uuid.uuid4().hex}.part"
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            if shutil.disk_usage(self.folder).free < size + ROOM_LEFT:
                return
            self.make_room(size)
            with draft.open("xb") as file:
                _write(file, facts.encode(), kept.audio)
            draft.replace(self._path(key))
            self.make_room()  # others may have written meanwhile
        except OSError as error:
            logger.debug("a result is not kept: %s", error)
        finally:
            _delete(draft)

    def make_room(self, size: int = 0) -> None:
        """Delete what is too old, what processes that died were writing, and what is beyond the limit.

        What has not been used for longest goes first, until ``size`` more bytes may be there.
        """
        now = time.time()
        entries = sorted(_entries(self.folder))
        total = sum(entry.size for entry in entries)
        for used, entry_size, path in entries:
            lifetime = _DRAFTS_KEPT if path.suffix == ".part" else KEPT_DAYS * 86_400
            expired = not -86_400 < now - used < lifetime
            if (expired or (total + size > self.limit and path.suffix != ".part")) and _delete(path):
                total -= entry_size

    def clear(self) -> None:
        """Delete all that is kept, for whomever."""
        for entry in _entries(self.folder):
            if entry.path.suffix != ".part":
                _delete(entry.path)

    def _path(self, key: str) -> Path:
        name = blake2b(f"{self.owner}\n{_program()}\n{key}".encode(), digest_size=20)
        return self.folder / name.hexdigest()


def file_digest(path: Path) -> str:
    """What tells the contents of a file from others."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "blake2b").hexdigest()


def _entries(folder: Path) -> Iterator[_Entry]:
    """What lies in the folder."""
    with suppress(OSError), os.scandir(folder) as found:
        for entry in found:
            with suppress(OSError):  # deleted meanwhile
                status = entry.stat(follow_symlinks=False)
                yield _Entry(status.st_mtime, status.st_size, Path(entry.path))


def _delete(path: Path) -> bool:
    """Whether the file is gone; on Windows it is not while somebody reads it."""
    try:
        path.unlink(missing_ok=True)
    except OSError:
        return False
    return True


def _write(file: BinaryIO, facts: bytes, audio: Samples | None) -> None:
    import numpy as np

    digest = blake2b(digest_size=_DIGEST)
    samples = np.empty((0, 1), "<f4") if audio is None else audio

    def parts() -> Iterator[bytes]:
        yield _HEAD.pack(len(facts), samples.nbytes)
        yield facts
        for start in range(0, len(samples), _PIECE):
            yield np.ascontiguousarray(samples[start : start + _PIECE], "<f4").tobytes()

    for part in parts():
        digest.update(part)
        file.write(part)
    file.write(digest.digest())


def _read(file: BinaryIO) -> Kept:
    import numpy as np

    digest = blake2b(digest_size=_DIGEST)
    head = file.read(_HEAD.size)
    if len(head) < _HEAD.size:
        raise _Damaged("it ends early")
    facts_size, audio_size = _HEAD.unpack(head)
    if os.fstat(file.fileno()).st_size != _HEAD.size + facts_size + audio_size + _DIGEST:
        raise _Damaged("it has another length")
    if facts_size > _LARGEST_FACTS or audio_size % 4:
        raise _Damaged("its head makes no sense")
    facts = file.read(facts_size)
    digest.update(head)
    digest.update(facts)
    samples = np.empty(audio_size // 4, "<f4")
    for start in range(0, len(samples), _PIECE):
        part = samples[start : start + _PIECE].data.cast("B")
        if file.readinto(part) != len(part):  # type: ignore[attr-defined]
            raise _Damaged("it ends early")
        digest.update(part)
    if file.read() != digest.digest():
        raise _Damaged("its digest differs")
    told = json.loads(facts)
    shape = told["shape"]
    audio = samples.astype(np.float32, copy=False).reshape(shape) if shape is not None else None
    return Kept(told["facts"], audio)


@lru_cache(maxsize=1)
def _program() -> str:
    """What makes results, as far as their bits depend on it: this program's own files, and its libraries."""
    import platform
    from importlib import import_module

    import audiopod_mcp

    home = Path(audiopod_mcp.__file__).parent
    libraries = (str(import_module(name).__version__) for name in _LIBRARIES)
    digest = blake2b(" ".join((platform.machine(), *libraries)).encode(), digest_size=20)
    for path in sorted((home / "music").rglob("*")) + sorted((home / "studio").rglob("*.py")):
        if path.suffix in {".py", ".npz", ".json"}:
            digest.update(path.name.encode() + path.read_bytes())
    return f"{audiopod_mcp.__version__} {digest.hexdigest()}"
