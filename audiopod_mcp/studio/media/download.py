"""Audio from the web: fetched with limits, and never from inside the network it is fetched from."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from math import ceil
from pathlib import Path
from typing import Final, TypeAlias

import anyio
import httpx

from audiopod_mcp.addresses import Guard
from audiopod_mcp.plain_text import one_line

MAX_BYTES: Final = 200 * 1024 * 1024
MAX_SECONDS: Final = 120.0
MAX_REDIRECTS: Final = 5

Told: TypeAlias = Callable[[float], Awaitable[None]]
"""Told how far the download is, 0 to 1. May raise to stop it."""


LONGEST_WAIT: Final = 30.0
"""Seconds that a server which is busy may ask for, once."""
_TELL_EVERY: Final = 0.5
_PAGE: Final = 1 << 16
"""Bytes of a page that are looked at."""


_ASKS: Final = re.compile(
    rb"<input[^>]{0,300}type\s*=\s*[\"']?password|<title[^>]{0,300}>[^<]{0,300}\b(sign|log)[ -]?in\b"
)
"""What a page that asks for a password has in it."""
_SIGN_IN: Final = re.compile(r"(^|[/._-])(sign-?in|log-?in|sso|oauth2?|auth)([/._-]|$)", re.IGNORECASE)
"""What host or path of such a page has in it."""


class NotFetched(Exception):
    """Why the audio could not be fetched; completes "could not fetch … (…)". ``remedy`` says what to do."""

    def __init__(self, reason: str, remedy: str = "check the address, or give another one") -> None:
        super().__init__(reason)
        self.remedy = remedy


async def fetch(
    url: str,
    target: Path,
    *,
    allow_private: bool,
    told: Told,
    max_bytes: int = MAX_BYTES,
    max_seconds: float = MAX_SECONDS,
) -> None:
    """Download ``url`` to ``target``. ``told`` hears how far it is.

    Raises:
        NotFetched: for an unreachable, forbidden, slow, too large or wrong answer.

    """
    try:
        with anyio.fail_after(max_seconds):
            await _fetch(url, target, allow_private, told, max_bytes)
    except TimeoutError:
        raise NotFetched(f"it took longer than {max_seconds:g} seconds") from None
    except httpx.TooManyRedirects:
        raise NotFetched(f"more than {MAX_REDIRECTS} redirects") from None
    except httpx.TimeoutException:
        raise NotFetched("the server does not answer") from None
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise NotFetched(one_line(str(error)) or type(error).__name__) from None


async def _fetch(url: str, target: Path, allow_private: bool, told: Told, max_bytes: int) -> None:
    client = httpx.AsyncClient(
        transport=Guard(allow_private=allow_private),
        follow_redirects=True,
        max_redirects=MAX_REDIRECTS,
        timeout=httpx.Timeout(30, connect=15),
        headers={
            "Accept": "audio/*, */*;q=0.5",
            "Accept-Encoding": "identity",
            "User-Agent": "audiopod-studio",
        },
        trust_env=False,  # a proxy would look names up in our place
    )
    async with client:
        waited = False
        while True:
            async with client.stream("GET", url) as response:
                pause = _pause_wanted(response)
                if pause is None or waited or pause > LONGEST_WAIT:
                    await _receive(response, target, told, max_bytes)
                    return
            waited = True
            for _ in range(ceil(pause / _TELL_EVERY)):
                await told(0.0)
                await anyio.sleep(min(pause, _TELL_EVERY))


def _pause_wanted(response: httpx.Response) -> float | None:
    """Seconds after which a server that is busy wants to be asked again, if it says so."""
    text = response.headers.get("retry-after", "").strip()
    if response.status_code not in {429, 503} or not text:
        return None
    if text.isdecimal():
        return float(text[:9])
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    return max(0.0, (moment - datetime.now(UTC)).total_seconds()) if moment.tzinfo else None


async def _receive(response: httpx.Response, target: Path, told: Told, max_bytes: int) -> None:
    _check_status(response)
    promised = int(length) if (length := response.headers.get("content-length", "")).isdigit() else 0
    if promised > max_bytes:
        raise NotFetched(_too_large(max_bytes))
    received = 0
    async with await anyio.open_file(target, "wb") as file:
        chunks = response.aiter_bytes()
        async for chunk in chunks:
            if received == 0 and _is_page(chunk):
                page = chunk + b"".join([part async for part in _first(chunks, _PAGE)])
                raise _page_instead(page, response.url)
            received += len(chunk)
            if received > max_bytes:
                raise NotFetched(_too_large(max_bytes))
            await file.write(chunk)
            await told(min(1.0, received / promised) if promised else 0.5)
    if received == 0:
        raise NotFetched("the answer is empty")


def _check_status(response: httpx.Response) -> None:
    status = response.status_code
    if status == 200:
        return
    line = f"the server answers {status} {one_line(response.reason_phrase, 80)}".rstrip()
    if status in {401, 403, 407}:
        raise NotFetched(
            f"{line}: it wants a sign-in, lets nobody have it, or the link has expired",
            "give a fresh address that works without signing in, or a file",
        )
    if status in {429, 503}:
        pause = _pause_wanted(response)
        wanted = f" and asks to wait for {pause:.0f} seconds" if pause else ""
        raise NotFetched(f"{line}: it is busy{wanted}", "try again later, or give another address")
    raise NotFetched(line)


async def _first(chunks: AsyncIterator[bytes], most: int) -> AsyncIterator[bytes]:
    async for chunk in chunks:
        yield chunk
        most -= len(chunk)
        if most <= 0:
            return


def _page_instead(page: bytes, url: httpx.URL) -> NotFetched:
    text = page[:_PAGE].lower()
    if _ASKS.search(text) or _SIGN_IN.search(f"{url.host}{url.path}"):
        return NotFetched(
            "it is a sign-in page, not audio",
            "give an address that works without signing in, or download it and give the file",
        )
    return NotFetched(
        "it is a web page, not audio", "give the address of the audio file itself, not of a page about it"
    )


def _too_large(max_bytes: int) -> str:
    return f"it is larger than {max_bytes // 1024**2} MB"


def _is_page(head: bytes) -> bool:
    start = head[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    return start.startswith((b"<!doctype html", b"<html", b"<head", b"<?xml", b"<!--"))
