"""Addresses of audio: signed, so that nobody makes one up, and good for a day, so that none leaks."""

from __future__ import annotations

import base64
import hmac
import re
import time
from collections.abc import Mapping
from typing import Any, Final

from audiopod_mcp.studio.stored_job import StoredJob

GOOD_FOR: Final = 24 * 3600
"""Seconds that an address is good for, at least."""
_STEP: Final = 3600
"""Addresses change once an hour only, so that what was fetched with one can be cached."""
_NAME: Final = re.compile(r"([0-9a-f]{8,12})-([A-Za-z0-9_-]{22})(?:~([2-9]))?")


class Expired(Exception):
    """The address was right once."""


def media_name(job: StoredJob, take: int, now: float | None = None) -> str:
    """What the audio of a take is called in its address; ``take`` counts from 0."""
    later = (time.time() if now is None else now) + GOOD_FOR
    expires = int(later // _STEP + 1) * _STEP
    return f"{expires:08x}-{_signature(job, take, expires)}{f'~{take + 1}' if take else ''}"


def take_of(name: str, job: StoredJob, now: float | None = None) -> Mapping[str, Any] | None:
    """The take of ``job`` that an address calls ``name``; ``None`` where it is none of ours.

    Raises:
        Expired: where it was one until some time ago.

    """
    match = _NAME.fullmatch(name)
    if match is None:
        return None
    expires, take = int(match[1], 16), int(match[3] or 1) - 1
    if take >= len(job.takes) or not hmac.compare_digest(match[2], _signature(job, take, expires)):
        return None
    if expires < (time.time() if now is None else now):
        raise Expired
    return job.takes[take]


def _signature(job: StoredJob, take: int, expires: int) -> str:
    digest = hmac.digest(job.token.encode(), f"{job.id}/{take}/{expires}".encode(), "sha256")
    return base64.urlsafe_b64encode(digest[:16]).decode().rstrip("=")
