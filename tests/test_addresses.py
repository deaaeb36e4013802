"""One guard for addresses, asked by downloads from the cloud and by the studio's own."""

from __future__ import annotations

import socket
from ipaddress import IPv4Address, IPv6Address, ip_address

import anyio
import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from audiopod_mcp.addresses import Guard, NotAllowed, is_named_inside, is_outside, literal
from tests.api.faulty import FaultyService, answer, serving

numbers = st.integers(0, 2**32 - 1)


def spellings(number: int) -> list[str]:
    """The same IPv4 address as people, resolvers and attackers write it."""
    a, b, c, d = IPv4Address(number).packed
    dotted = [
        f"{a}.{b}.{c}.{d}",
        f"0x{a:x}.{b}.0{c:o}.{d}",
        f"{a}.{b}.{c * 256 + d}",
        f"{a}.{number & 0xFFFFFF}",
        str(number),
        f"0x{number:08X}",
        f"0{number:o}",
    ]
    wrapped = [
        f"[::ffff:{a}.{b}.{c}.{d}]",
        f"[64:ff9b::{a}.{b}.{c}.{d}]",
        f"[2002:{a:02x}{b:02x}:{c:02x}{d:02x}::1]",
    ]
    return dotted + [f"{text}." for text in dotted] + wrapped


@given(numbers)
def test_an_address_is_judged_alike_however_it_is_spelt(number):
    outside = is_outside(IPv4Address(number))
    for host in spellings(number):
        address = literal(host)
        assert address is not None, host
        assert is_outside(address) is outside, host
        assert is_named_inside(host) is not outside


@given(st.text(max_size=40) | st.from_regex(r"[0-9xa-f.:%\[\]]{1,40}", fullmatch=True))
def test_any_text_is_an_address_or_a_name(host):
    address = literal(host)
    assert address is None or isinstance(address, IPv4Address | IPv6Address)


@pytest.mark.parametrize(
    "address",
    [
        *("::127.0.0.1", "::ffff:0:127.0.0.1", "64:ff9b::127.0.0.1", "64:ff9b:1::808:808", "2002:7f00:1::"),
        *("fec0::1", "3fff::1", "5f00::1", "2001:0:7f00:1::", "fe80::1", "2606:4700::5efe:10.0.0.1"),
        *("0.0.0.0", "169.254.169.254", "100.100.100.200", "192.168.0.1", "::", "::1"),
    ],
)
def test_inside(address):
    assert not is_outside(ip_address(address))


@pytest.mark.parametrize(
    "host", ["localhost", "LOCALHOST.", "a.localhost", "nas.local", "metadata.google.internal.", "127.1"]
)
def test_names_that_say_so(host):
    assert is_named_inside(host)


@pytest.mark.anyio
class TestGuard:
    @pytest.fixture
    async def service(self):
        async with serving(FaultyService(files={"/a": answer(200, b"x")})) as running:
            yield running

    @staticmethod
    async def got(guard: Guard, url: str) -> str:
        async with httpx.AsyncClient(transport=guard) as client:
            return (await client.get(url, follow_redirects=True)).text

    async def test_a_name_that_resolves_elsewhere_the_second_time(self, monkeypatch, service):
        answers = iter(["8.8.8.8", "127.0.0.1"])
        asked = []

        async def lookup(host, port, **options):
            asked.append(host)
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (next(answers), 0))]

        monkeypatch.setattr(anyio, "getaddrinfo", lookup)
        port = service.url.rpartition(":")[2]
        with pytest.raises(httpx.TransportError):  # 8.8.8.8 answers nobody on this port
            async with httpx.AsyncClient(transport=Guard(allow_private=False), timeout=0.2) as client:
                await client.get(f"http://rebind.example:{port}/a")
        assert asked == ["rebind.example"]
        assert service.requests == []

    async def test_one_address_inside_is_one_too_many(self, monkeypatch, service):
        async def lookup(host, port, **options):
            return [(2, 1, 6, "", (address, 0)) for address in ("8.8.8.8", "127.0.0.1")]

        monkeypatch.setattr(anyio, "getaddrinfo", lookup)
        with pytest.raises(NotAllowed, match="private address"):
            await self.got(
                Guard(allow_private=False), service.url.replace("127.0.0.1", "both.example") + "/a"
            )

    async def test_home_may_be_anywhere_but_nothing_beside_it(self, service):
        guard = Guard(allow_private=False, home="localhost")
        assert await self.got(guard, f"{service.url}/a") == "x"
        for host in ("127.0.0.2", "10.0.0.1", "[::1]" if not socket.has_ipv6 else "192.168.0.1"):
            with pytest.raises(NotAllowed):
                await self.got(guard, f"http://{host}/a")

    async def test_another_address_is_tried_where_the_first_does_not_connect(self, monkeypatch, service):
        async def lookup(host, port, **options):
            return [(2, 1, 6, "", (address, 0)) for address in ("127.0.0.9", "127.0.0.1")]

        monkeypatch.setattr(anyio, "getaddrinfo", lookup)
        url = service.url.replace("127.0.0.1", "two.example") + "/a"
        assert await self.got(Guard(allow_private=True), url) == "x"

    async def test_a_look_up_that_never_ends(self, monkeypatch):
        async def lookup(host, port, **options):
            await anyio.sleep_forever()

        monkeypatch.setattr(anyio, "getaddrinfo", lookup)
        async with httpx.AsyncClient(transport=Guard(allow_private=True), timeout=0.1) as client:
            with pytest.raises(httpx.ConnectTimeout):
                await client.get("http://slow.example/")

    async def test_a_proxy_is_not_a_way_round(self, monkeypatch, service):
        """The proxy would look the name up itself; what is known to be inside is refused before."""
        monkeypatch.setenv("http_proxy", service.url)
        monkeypatch.setenv("no_proxy", "")
        service.files["http://music.example/a"] = answer(200, b"by proxy")
        guard = Guard(allow_private=False, proxies=True)
        with pytest.raises(NotAllowed):
            await self.got(guard, "http://127.1/a")
        assert service.requests == []

        async def nowhere(host, port, **options):
            raise OSError

        monkeypatch.setattr(anyio, "getaddrinfo", nowhere)
        assert (
            await self.got(Guard(allow_private=False, proxies=True), "http://music.example/a") == "by proxy"
        )
