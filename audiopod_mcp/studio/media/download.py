"""Audio from the web: fetched with limits, and never from inside the network it is fetched from."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
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


class NotFetched(Exception):
    """Why the audio could not be fetched; completes "could not fetch … (…)"."""


async def unheard(fraction: float) -> None:
    """The report that nobody listens to."""


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
    async with client, client.stream("GET", url) as response:
        if response.status_code != 200:
            reason = one_line(response.reason_phrase, 80)
            raise NotFetched(f"the server answers {response.status_code} {reason}".rstrip())
        promised = int(length) if (length := response.headers.get("content-length", "")).isdigit() else 0
        if promised > max_bytes:
            raise NotFetched(_too_large(max_bytes))
        received = 0
        async with await anyio.open_file(target, "wb") as file:
            async for chunk in response.aiter_bytes():
                if received == 0 and _is_page(chunk):
                    raise NotFetched("it is a web page, not audio; give the address of the audio file itself")
                received += len(chunk)
                if received > max_bytes:
                    raise NotFetched(_too_large(max_bytes))
                await file.write(chunk)
                await told(min(1.0, received / promised) if promised else 0.5)
        if received == 0:
            raise NotFetched("the answer is empty")


def _too_large(max_bytes: int) -> str:
    return f"it is larger than {max_bytes // 1024**2} MB"


def _is_page(head: bytes) -> bool:
    start = head[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    return start.startswith((b"<!doctype html", b"<html", b"<head", b"<?xml"))
