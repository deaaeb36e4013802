"""Where a link may lead: never inside the network it is followed from, unless that is allowed.

A name is looked up once and every address behind it is checked; then the connection goes to the very
address that was checked. So odd spellings (``127.1``, ``0x7f000001``), names that resolve inside, and
names whose second look-up differs from the first all end here, and so do redirects to them.
"""

from __future__ import annotations

import ipaddress
import logging
import re
import socket
import ssl
from typing import Final, TypeAlias
from urllib.request import getproxies, proxy_bypass

import anyio
import httpx

# Both log the URLs they ask for, and links to audio are signed: whoever has the link has the audio.
for _library in ("httpx", "httpcore"):
    logging.getLogger(_library).setLevel(logging.WARNING)

Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address

LONGEST_LOOK_UP: Final = 15.0
"""Seconds, where the request has no limit of its own for connecting."""
_NAT64: Final = ipaddress.IPv6Network("64:ff9b::/96")
_INSIDE: Final = tuple(
    ipaddress.IPv6Network(text)
    for text in ("::/96", "::ffff:0:0:0/96", "64:ff9b:1::/48", "fec0::/10", "3fff::/20", "5f00::/16")
)
"""Not for the public internet either, although not every version of Python knows so."""
_ISATAP: Final = frozenset({0x0000_5EFE, 0x0200_5EFE})
"""What stands before the IPv4 address in the second half of such an address."""


class NotAllowed(httpx.TransportError):
    """The URL leads where nobody outside may look; says so in one line."""


class Guard(httpx.AsyncBaseTransport):
    """Asks hosts outside only; for every request of a client, redirected ones too.

    Args:
        allow_private: whether hosts inside may be asked as well.
        home: a host that may be asked wherever it is, because it is the service itself.
        proxies: whether proxies of the environment are used. A proxy looks names up in our place, so
            what it is given is only known to be outside where the name can be looked up here, too.
        verify: the certificates to trust; by default those of the environment.

    """

    def __init__(
        self,
        *,
        allow_private: bool,
        home: str | None = None,
        proxies: bool = False,
        verify: ssl.SSLContext | bool = True,
    ) -> None:
        self._allow_private = allow_private
        self._home = home
        self._proxies = proxies
        self._verify = verify
        self._transports: dict[str | None, httpx.AsyncHTTPTransport] = {}

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        url = request.url
        if url.scheme not in {"http", "https"} or not url.host:
            raise NotAllowed(f"it leads to {url.scheme}:, which is not http(s)")
        seconds = request.extensions.get("timeout", {}).get("connect") or LONGEST_LOOK_UP
        proxy = _proxy_for(url) if self._proxies else None
        try:
            with anyio.fail_after(seconds):
                addresses = await self._checked(url.host)
        except TimeoutError:
            raise httpx.ConnectTimeout(f"{url.host} could not be looked up in time") from None
        except httpx.ConnectError:
            if proxy is None:
                raise
            addresses = []
        if proxy is not None:
            return await self._transport(proxy).handle_async_request(request)
        for address in addresses[:-1]:
            try:
                return await self._ask(request, address)
            except httpx.ConnectError:
                continue
        return await self._ask(request, addresses[-1])

    async def aclose(self) -> None:
        for transport in self._transports.values():
            await transport.aclose()

    async def _ask(self, request: httpx.Request, address: Address) -> httpx.Response:
        pinned = httpx.Request(
            request.method,
            request.url.copy_with(host=str(address)),
            headers=request.headers,
            stream=request.stream,
            extensions={**request.extensions, "sni_hostname": request.url.host},
        )
        return await self._transport(None).handle_async_request(pinned)

    def _transport(self, proxy: str | None) -> httpx.AsyncHTTPTransport:
        if proxy not in self._transports:
            # A connection that is kept was made for one name, and would be used for others at its address.
            limits = httpx.Limits(max_keepalive_connections=0)
            self._transports[proxy] = httpx.AsyncHTTPTransport(self._verify, proxy=proxy, limits=limits)
        return self._transports[proxy]

    async def _checked(self, host: str) -> list[Address]:
        """The addresses of ``host``, IPv4 first; all of them have to be outside."""
        addresses = await look_up(host)
        inside = [] if self._allow_private else [address for address in addresses if not is_outside(address)]
        if inside and not {*inside} <= await self._at_home():
            raise NotAllowed(
                f"{host} is a private address, {inside[0]}, which is not fetched from; "
                "AUDIOPOD_ALLOW_PRIVATE_URLS=1 allows it"
            )
        return sorted(addresses, key=lambda address: address.version)

    async def _at_home(self) -> set[Address]:
        try:
            return set(await look_up(self._home)) if self._home else set()
        except httpx.ConnectError:
            return set()


async def look_up(host: str) -> list[Address]:
    """The addresses of ``host``.

    Raises:
        httpx.ConnectError: it has none.

    """
    if address := literal(host):
        return [address]
    try:
        found = await anyio.getaddrinfo(host, None, type=socket.SOCK_STREAM)
        addresses = [ipaddress.ip_address(str(entry[4][0]).partition("%")[0]) for entry in found]
    except (OSError, ValueError):
        addresses = []
    if not addresses:
        raise httpx.ConnectError(f"there is no host {host}")
    return list(dict.fromkeys(addresses))


def literal(host: str) -> Address | None:
    """The address that ``host`` spells out, in whatever form connecting would understand; else ``None``."""
    bare = host.removeprefix("[").removesuffix("]").partition("%")[0]
    try:
        return ipaddress.ip_address(bare)
    except ValueError:
        pass
    bare = bare.removesuffix(".")
    if not re.fullmatch(r"(0[xX][0-9a-fA-F]*|[0-9]+)(\.(0[xX][0-9a-fA-F]*|[0-9]+)){0,3}", bare):
        return None
    try:
        return ipaddress.IPv4Address(socket.inet_aton(bare))  # 127.1, 2130706433, 0x7f.1, 0177.0.0.1
    except (OSError, ValueError):
        return None


def is_outside(address: Address) -> bool:
    """Whether ``address`` is on the public internet, whatever IPv6 wraps it in."""
    if isinstance(address, ipaddress.IPv6Address):
        last = ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF)
        wrapped = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
        if address in _NAT64:
            wrapped.append(last)
        if inner := [a for a in wrapped if a is not None]:
            return all(is_outside(a) for a in inner)
        if (int(address) >> 32) & 0xFFFF_FFFF in _ISATAP and not is_outside(last):
            return False
        if any(address in network for network in _INSIDE):
            return False
    return address.is_global and not address.is_multicast


def is_named_inside(host: str) -> bool:
    """Whether ``host`` is, by its very name, not on the public internet."""
    name = host.lower().removesuffix(".")
    if name == "localhost" or name.endswith((".localhost", ".local", ".internal")):
        return True
    address = literal(host)
    return address is not None and not is_outside(address)


def _proxy_for(url: httpx.URL) -> str | None:
    """The proxy that the environment names for ``url``."""
    proxies = getproxies()
    proxy = proxies.get(url.scheme) or proxies.get("all")
    if not proxy or proxy_bypass(url.host):
        return None
    return proxy if "://" in proxy else f"http://{proxy}"
