"""What an audio argument may name: a job of this studio, a file in an allowed folder, or a URL."""

from __future__ import annotations

import re
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from audiopod_mcp.studio.config import StudioConfig
from audiopod_mcp.studio.stored_job import StoredJob

from .layout import STEMS
from .links import Expired, take_of
from .local_files import NotReadable, find_file, short

_JOB = re.compile(
    r"audiopod://jobs/(\d{1,19})(?:/audio(?:/[a-z0-9]+)?|/stems/([a-z0-9_-]{1,64}))?/?", re.IGNORECASE
)
_MEDIA = re.compile(r"/media/(\d{1,19})/([A-Za-z0-9_~-]{1,64})(?:/([a-z0-9_-]{1,64}))?\.(?:flac|wav|mp3|ogg)")

FindJob = Callable[[int], StoredJob | None]


class SourceRefused(Exception):
    """The argument names no audio that may be used; one line for the person, and the HTTP status."""

    def __init__(self, message: str, status: int = 422) -> None:
        super().__init__(message)
        self.status = status


def find_source(
    argument: str, value: str, config: StudioConfig, bases: tuple[str, ...], owner: str, find: FindJob
) -> dict[str, Any]:
    """Where the audio is, as the job remembers it: ``{"job", "take"}``, ``{"path"}`` or ``{"url"}``.

    One of the stems of a job has its track beside them, as ``{"stem"}``.

    ``find`` looks a job up whoever owns it; ``bases`` are the addresses this studio goes by.

    Raises:
        SourceRefused: where there is no such job, or the file may not or can not be read.

    """
    if job := _JOB.fullmatch(value):
        row = find(int(job[1]))
        source = job_source(argument, row if row and row.owner == owner else None)
        return _with_stem(argument, source, row, job[2])
    if value.lower().startswith("audiopod:"):
        raise SourceRefused(
            f"{argument}: {short(value)} is neither audiopod://jobs/{{id}} nor audiopod://jobs/{{id}}/stems/{{track}}"
        )
    if value.lower().startswith(("http://", "https://")):
        return _own_media(argument, value, bases, find) or _remote(argument, value)
    if re.match(r"(?!file:)[A-Za-z][A-Za-z0-9+.-]+://|(data|blob):", value, re.IGNORECASE):
        raise SourceRefused(f"{argument}: {short(value)} is not http(s)://, audiopod://jobs/{{id}} or a file")
    return _file(argument, value, config, owner, find)


def job_source(argument: str, job: StoredJob | None, missing: str = "Music job not found") -> dict[str, Any]:
    """The audio of a finished job. Raises :class:`SourceRefused` for one that is missing or unfinished."""
    if job is None:
        raise SourceRefused(missing, 404)
    if job.status != "COMPLETED":
        raise SourceRefused(
            f"Job must be completed: {argument} names job {job.id}, which is {job.status}", 409
        )
    if not job.takes:
        raise SourceRefused(f"{argument}: job {job.id} has no audio")
    return {"job": job.id, "take": job.takes[0]["name"]}


def _with_stem(
    argument: str, source: dict[str, Any], job: StoredJob | None, track: str | None
) -> dict[str, Any]:
    """``source``, the audio of ``job``, or that of one of its stems."""
    if track is None or job is None:
        return source
    take = next((take for take in job.takes if take["name"] == source["take"]), {})
    stems = take.get("stems") or ()
    if track not in stems:
        there = f"it has {', '.join(stems)}" if stems else "it has none; separate_stems makes them"
        raise SourceRefused(f"{argument}: job {job.id} has no stem {short(track)}; {there}")
    return {**source, "stem": track}


def readable(path: Path) -> bool:
    """Whether ``path`` is still a regular file, as it was when the job was made, and no symbolic link."""
    try:
        return path.resolve(strict=True) == path and stat.S_ISREG(path.stat().st_mode)
    except (OSError, ValueError):
        return False


def _own_media(argument: str, value: str, bases: tuple[str, ...], find: FindJob) -> dict[str, Any] | None:
    base = next((base for base in bases if value.startswith(f"{base}/media/")), None)
    if base is None:
        return None
    found = _MEDIA.fullmatch(value.removeprefix(base).partition("?")[0])
    job = find(int(found[1])) if found else None
    try:
        take = take_of(found[2], job) if found and job else None
    except Expired:
        raise SourceRefused(
            f"{argument}: this link has expired; audiopod://jobs/{found[1] if found else ''} does not", 410
        ) from None
    if job is None or take is None:
        raise SourceRefused(f"{argument}: there is no such audio here (any more)", 404)
    return _with_stem(argument, {"job": job.id, "take": take["name"]}, job, found[3] if found else None)


def _remote(argument: str, value: str) -> dict[str, Any]:
    try:
        host = urlsplit(value).hostname
    except ValueError:
        host = None
    if not host or any(ord(character) < 33 or ord(character) == 127 for character in value):
        raise SourceRefused(
            f"{argument}: {short(value)} is not a URL; write https://host/path (blanks as %20)"
        )
    return {"url": value}


def _file(argument: str, value: str, config: StudioConfig, owner: str, find: FindJob) -> dict[str, Any]:
    """A file outside the studio, or the audio of a job that ``owner`` may see."""
    if not config.local_folders:
        raise SourceRefused(
            f"{argument}: this service can't read local files; give an http(s) URL or audiopod://jobs/{{id}}"
        )
    try:
        real = find_file(value, config.local_folders)
    except NotReadable as reason:
        raise SourceRefused(f"{argument}: {reason}") from None
    data_dir = config.data_dir.resolve()
    if not _is_ours(real, data_dir):
        return {"path": str(real)}
    _, job_id, *rest = (*real.relative_to(data_dir).parts, "")
    job = find(int(job_id)) if job_id.isdigit() and len(job_id) < 19 else None
    take = next((t for t in job.takes if t["name"] == rest[0]), None) if job and job.owner == owner else None
    if real.relative_to(data_dir).parts[0] != "media" or job is None or take is None:
        raise SourceRefused(
            f"{argument}: {short(value)} belongs to the studio itself; name a job as audiopod://jobs/{{id}}"
        )
    source = {"job": job.id, "take": take["name"]}
    return _with_stem(argument, source, job, real.stem if rest[1] == STEMS else None)


def _is_ours(path: Path, data_dir: Path) -> bool:
    """Whether ``path`` is the studio's own: its database and media hold other people's jobs."""
    if not path.is_relative_to(data_dir) or path == data_dir:
        return False
    first = path.relative_to(data_dir).parts[0]
    return first in {"media", "trash", "work", "instances"} or first.startswith("studio.db")
