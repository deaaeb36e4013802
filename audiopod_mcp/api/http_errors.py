"""A refusal by the service as a typed error."""

from __future__ import annotations

import json
import math
import re
import time
from collections.abc import Mapping
from typing import Any, NamedTuple

from audiopod_mcp.plain_text import quoted

from .errors import (
    AudioPodError,
    Forbidden,
    InvalidRequest,
    NotFound,
    NotReady,
    PaymentRequired,
    RateLimited,
    ServiceFailed,
    Unauthorized,
)
from .text import is_web_page, one_line

NEVER_RETRIED = frozenset({501, 505, 507})
"""Failures that no second try gets round."""
LONGEST_RETRY_AFTER = 86_400.0


class ServiceIdentity:
    """What errors need to know of the service and the caller. The key never shows in the repr."""

    def __init__(self, name: str, key: str | None = None, *, in_process: bool = False) -> None:
        self.name = name
        self.key = key
        self.in_process = in_process
        """Whether it is ours and runs here, so that the file paths it tells are to be believed."""

    def clean(self, text: str) -> str:
        return one_line(text, self.key)

    def quote(self, text: str) -> str:
        """Words of the service as part of a sentence of ours: what is not ours is quoted."""
        return self.clean(text) if self.in_process else quoted(self.clean(text))


class ErrorBody(NamedTuple):
    """What the body of a refusing answer says, whichever of the documented shapes it has."""

    message: str = ""
    code: str = ""
    required_cents: float | None = None
    available_cents: float | None = None


def error_of(
    status: int,
    headers: Mapping[str, str],
    body: bytes,
    service: ServiceIdentity,
    arguments: Mapping[str, str] | None = None,
) -> AudioPodError:
    """The error that an answer of ``status`` means.

    Args:
        status: of the answer, 400 or more.
        headers: of the answer, looked up in lower case.
        body: as far as it came.
        service: who answered.
        arguments: the caller's name of each field that travels under another.

    """
    error = read_error_body(body, headers.get("content-type", ""), service, arguments or {})
    said = f": {service.quote(error.message)}" if error.message else ""
    name, wait = service.name, retry_after(headers)
    when = f"try again in {math.ceil(wait)} s" if wait else "try again in a moment"
    if status == 429:
        text = f"{name}'s rate limit is reached{said}; {when}"
        return RateLimited(text, status=status, retry_after=wait, transient=True)
    if status == 507:
        return ServiceFailed(
            f"{name} can't keep jobs{said or ', and does not say why; trying again will not help'}",
            status=status,
        )
    if status in NEVER_RETRIED:
        return ServiceFailed(
            f"{name} can't do this (status {status}){said}; trying again will not help", status=status
        )
    if status >= 500 or status in {408, 425}:
        return ServiceFailed(
            f"{name} failed with status {status}{said}; {when}",
            status=status,
            retry_after=wait,
            transient=True,
            # It may have failed after the work was accepted, unless it says itself when to come back.
            in_doubt=not (status == 503 and wait is not None),
        )
    if status == 401:
        if service.key is None:
            return Unauthorized(f"{name} asks for an API key{said}; set AUDIOPOD_API_KEY", status=status)
        return Unauthorized(
            f"{name} does not accept the API key{said}; check AUDIOPOD_API_KEY (keys start with ap_), "
            "trying again will not help",
            status=status,
        )
    if status == 402:
        return PaymentRequired(_payment(error, service), status=status)
    if status == 403:
        return Forbidden(
            f"{name} does not allow this{said}; the API key may be revoked, expired or lack a scope: give "
            "another in AUDIOPOD_API_KEY, trying again will not help",
            status=status,
        )
    if status == 410:
        return NotFound(f"{name} does not have it any more{said}", status=status)
    if status == 404:
        return NotFound(f"{name} does not have it, or it belongs to someone else{said}", status=status)
    if status == 409 and "retried" in error.message and not re.search("PENDING|PROCESSING", error.message):
        return InvalidRequest(f"{name} refused this{said}; waiting will not change that", status=status)
    if status == 409 or (status == 400 and "must be completed" in error.message.lower()):
        return NotReady(
            f"{name} can't do this yet{said}; wait for the job to finish (get_job), then try again",
            status=status,
        )
    return InvalidRequest(f"{name} refused the request (status {status}){said}", status=status)


def retry_after(headers: Mapping[str, str]) -> float | None:
    """The seconds that ``Retry-After`` asks for, given as seconds or as a date."""
    value = headers.get("retry-after", "").strip()
    try:
        seconds = float(value)
    except ValueError:
        moment = server_time(value)
        if moment is None:
            return None
        seconds = moment - (server_time(headers.get("date", "")) or time.time())
    return min(max(seconds, 0.0), LONGEST_RETRY_AFTER) if math.isfinite(seconds) else None


def server_time(value: str) -> float | None:
    """An HTTP date as seconds since 1970."""
    from email.utils import parsedate_to_datetime

    try:
        return parsedate_to_datetime(value).timestamp()
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def read_error_body(
    body: bytes, content_type: str, service: ServiceIdentity, arguments: Mapping[str, str]
) -> ErrorBody:
    """What ``body`` complains about; never fails, whatever it holds."""
    if is_web_page(content_type, body):
        return ErrorBody(service.clean(body.decode(errors="replace")))
    try:
        content = json.loads(body)
    except (ValueError, RecursionError):
        return ErrorBody(service.clean(body.decode(errors="replace")))
    found: dict[str, Any] = {}
    message = _words(content, arguments, found, depth=0)
    return ErrorBody(
        service.clean(message),
        service.clean(str(found.get("code", ""))),
        _cents(found.get("required_cents")),
        _cents(found.get("available_cents")),
    )


def _words(content: Any, arguments: Mapping[str, str], found: dict[str, Any], depth: int) -> str:
    """The words of a body of any shape; what else it tells lands in ``found``."""
    if depth > 6 or content is None or isinstance(content, bool):
        return ""
    if isinstance(content, list):
        lines = (_words(item, arguments, found, depth + 1) for item in content[:8])
        return "; ".join(dict.fromkeys(line for line in lines if line))
    if not isinstance(content, dict):
        return str(content)
    for key in ("code", "required_cents", "available_cents"):
        if isinstance(value := content.get(key), str | int | float):
            found.setdefault(key, value)
    message = next(
        (
            words
            for key in ("detail", "msg", "message", "error", "errors", "error_message", "title")
            if (words := _words(content.get(key), arguments, found, depth + 1))
        ),
        "",
    )
    if not message and isinstance(code := content.get("code"), str | int):
        message = str(code)
    where = content.get("loc", content.get("field"))
    parts = where if isinstance(where, list | tuple) else [where] if where else []
    path = [str(part) for part in parts[:8] if isinstance(part, str | int)]
    if len(path) > 1 and path[0] in {"body", "query", "path", "header"}:
        del path[0]
    if not path or not message:
        return message
    path[0] = arguments.get(path[0], path[0])
    return f"{'.'.join(path)}: {message.removeprefix('Value error, ')}"


def _cents(value: Any) -> float | None:
    try:
        cents = float(value)
    except (TypeError, ValueError):
        return None
    return cents if abs(cents) < 1e12 else None


def _payment(error: ErrorBody, service: ServiceIdentity) -> str:
    name = service.name
    if "PREMIUM_TIER_REQUIRED" in (error.code, error.message):
        said = error.message.removeprefix("PREMIUM_TIER_REQUIRED").strip(": ")
        reason = f": {service.quote(said)}" if said else ""
        return (
            f"This needs a premium plan{reason}; upgrade the {name} account of the key in AUDIOPOD_API_KEY, "
            "or leave out what the plan does not include"
        )
    amounts = [
        f"${cents / 100:,.2f} {word}"
        for cents, word in ((error.required_cents, "needed"), (error.available_cents, "available"))
        if cents is not None
    ]
    said = ", ".join(amounts) or (service.quote(error.message) if error.message else "")
    return (
        f"Not enough {name} credits{f': {said}' if said else ''}; nothing was charged, "
        "top up the wallet of the key in AUDIOPOD_API_KEY and try again"
    )
