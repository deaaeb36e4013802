"""Audio from the web: fetched with limits, and never from inside the network it is fetched from."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final, TypeAlias

import anyio
import httpx

MAX_BYTES: Final = 200 * 1024 * 1024
MAX_SECONDS: Final = 120.0
MAX_REDIRECTS: Final = 5

Told: TypeAlias = Callable[[float], Awaitable[None]]
"""Told how far the download is, 0 to 1. May raise to stop it."""
Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address

_TRANSLATED: Final = ipaddress.ip_network("64:ff9b::/96")


class NotFetched(Exception):
    """Why the audio could not be fetched; completes "could not fetch … (…)"."""


class _NotAllowed(httpx.TransportError):
    """The address lies where nobody outside may look."""


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
        raise NotFetched(str(error) or type(error).__name__) from None


async def _fetch(url: str, target: Path, allow_private: bool, told: Told, max_bytes: int) -> None:
    client = httpx.AsyncClient(
        transport=_Outside(allow_private),
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
            raise NotFetched(f"the server answers {response.status_code} {response.reason_phrase}".rstrip())
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


class _Outside(httpx.AsyncBaseTransport):
    """Connects to the very address that was checked, for every request, redirected ones too.

    So a name that is looked up again, with another answer, changes nothing.
    """

    def __init__(self, allow_private: bool) -> None:
        self._allow_private = allow_private
        self._transport = httpx.AsyncHTTPTransport()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        url = request.url
        if url.scheme not in ("http", "https"):
            raise _NotAllowed(f"it leads to {url.scheme}:, which is not http(s)")
        address = await self._address(url.host, url.port or (443 if url.scheme == "https" else 80))
        pinned = httpx.Request(
            request.method,
            url.copy_with(host=str(address)),
            headers=request.headers,
            stream=request.stream,
            extensions={**request.extensions, "sni_hostname": url.host},
        )
        return await self._transport.handle_async_request(pinned)

    async def aclose(self) -> None:
        await self._transport.aclose()

    async def _address(self, host: str, port: int) -> Address:
        """An address of ``host``; all of them have to be outside."""
        try:
            found = await anyio.getaddrinfo(host.strip("[]"), port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError):
            raise httpx.ConnectError(f"there is no host {host}") from None
        addresses = [ipaddress.ip_address(str(entry[4][0]).partition("%")[0]) for entry in found]
        if not addresses:
            raise httpx.ConnectError(f"there is no host {host}")
        if not self._allow_private and (inside := next((a for a in addresses if not is_outside(a)), None)):
            raise _NotAllowed(
                f"{host} is a private address, {inside}, which is not fetched from; "
                "AUDIOPOD_ALLOW_PRIVATE_URLS=1 allows it"
            )
        return next((a for a in addresses if a.version == 4), addresses[0])


def is_outside(address: Address) -> bool:
    """Whether ``address`` is on the public internet, whatever IPv6 wraps it in."""
    if isinstance(address, ipaddress.IPv6Address):
        wrapped = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
        if address in _TRANSLATED:
            wrapped.append(ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF))
        if inner := [a for a in wrapped if a is not None]:
            return all(is_outside(a) for a in inner)
    return address.is_global and not address.is_multicast
