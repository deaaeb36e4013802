"""One request on the wire and its answer. The only module that imports httpx; loaded on the first call."""

from __future__ import annotations

import ssl
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from functools import cache
from importlib.util import find_spec

import anyio
import httpx

from audiopod_mcp.addresses import Guard, NotAllowed, is_named_inside

from .errors import AudioPodError, BadResponse, Unreachable
from .http_errors import ServiceIdentity, error_of
from .messages import Call, Response, Timeouts
from .tracing import trace_headers, traced

if find_spec("sniffio") is None:
    # httpx and httpcore ask for it with every request, each time in all folders that Python imports from.
    sys.modules["sniffio"] = None  # type: ignore[assignment]

LARGEST_ANSWER = 8 * 2**20
"""Bytes of a JSON answer."""
LARGEST_REFUSAL = 64 * 2**10
MOST_REDIRECTS = 5
KEPT_ON_REDIRECT = (
    *("Accept", "Accept-Encoding", "Content-Type", "Idempotency-Key", "Range", "If-Range", "traceparent"),
)
"""The key is not among them: it is added per request, for the service's own origin."""


class HttpTransport:
    """The connections to one service. Holds the key and gives it to that service's origin only."""

    def __init__(
        self,
        base_url: str,
        service: ServiceIdentity,
        headers: Mapping[str, str],
        secret_headers: Mapping[str, str],
        timeouts: Timeouts,
        transport: httpx.AsyncBaseTransport | None,
        *,
        private_hosts: bool,
    ) -> None:
        """The connections to the service at ``base_url``.

        Args:
            base_url: http(s) URL of the service.
            service: what errors need to know of it.
            headers: of all requests.
            secret_headers: of requests to the service's own origin.
            timeouts: of single requests.
            transport: for a service in this process, which is then asked for everything.
            private_hosts: whether links may lead to hosts on a private network other than the service's.

        """
        self._base = httpx.URL(base_url.rstrip("/") + "/")
        self._service = service
        self._secret_headers = dict(secret_headers)
        self._timeouts = timeouts
        self._client = httpx.AsyncClient(
            transport=transport,
            verify=tls() if transport is None else True,
            headers=headers,
            follow_redirects=False,
            timeout=httpx.Timeout(timeouts.response, connect=timeouts.connect, pool=timeouts.connect),
            # A proxy of the environment is for the internet, not for a service on this machine.
            trust_env=not is_named_inside(self._base.host),
        )
        self._elsewhere = self._client
        """For what the service links to at other origins."""
        if transport is None:
            guard = Guard(allow_private=private_hosts, home=self._base.host, proxies=True, verify=tls())
            self._elsewhere = httpx.AsyncClient(
                transport=guard, headers=headers, follow_redirects=False, timeout=self._client.timeout
            )

    async def aclose(self) -> None:
        await self._client.aclose()
        await self._elsewhere.aclose()

    async def ask(self, call: Call) -> Response:
        """Send one request once; follow redirects within the service.

        Raises:
            AudioPodError: the answer is a refusal, unreadable or missing.

        """
        url = self._base.join(call.path.lstrip("/"))
        request = self._client.build_request(
            call.method,
            url,
            params={k: v for k, v in (call.query or {}).items() if v is not None} or None,
            json=call.body,
            data=call.form,
            headers={"Accept": "application/json", **call.headers},
            timeout=httpx.Timeout(call.seconds, connect=self._timeouts.connect, pool=self._timeouts.connect),
        )
        with traced(call.method, call.route, self._base.host) as trace:
            request.headers.update(trace_headers())
            try:
                # Connecting and waiting for a free connection have limits of their own, which surely
                # come first: when this one strikes, the request may have been sent.
                with anyio.fail_after(call.seconds + 2 * self._timeouts.connect):
                    answer = await self._exchange(request, call)
            except TimeoutError:
                raise self._silence(call.seconds) from None
            trace.status = answer.status
            return answer

    async def _exchange(self, request: httpx.Request, call: Call) -> Response:
        for _ in range(MOST_REDIRECTS):
            async with self._sent(request) as response:
                if response.has_redirect_location:
                    following = self._redirected(request, response)
                    if following is None or not same_origin(following.url, self._base):
                        raise self._moved(response)
                    request = following
                    continue
                headers = dict(response.headers)
                if response.status_code >= 400:
                    body = await self._beginning(response)
                    raise error_of(response.status_code, headers, body, self._service, call.arguments)
                return Response(response.status_code, headers, await self._whole(response, call.seconds))
        raise BadResponse(f"{self._service.name} redirects in circles; check AUDIOPOD_BASE_URL")

    @asynccontextmanager
    async def open(self, url: str, *, headers: Mapping[str, str]) -> AsyncIterator[httpx.Response]:
        """The answer to a GET of any URL, its body still to be read; redirects followed.

        The key goes to the service's own origin only.

        Args:
            url: absolute, or relative to the service.
            headers: to send besides the usual.

        Raises:
            AudioPodError: the answer is a refusal or missing, or the URL is not to be fetched.

        """
        request = self._client.build_request(
            "GET",
            self._absolute(url),
            headers={"Accept": "*/*", "Accept-Encoding": "identity", **headers},
        )
        for _ in range(MOST_REDIRECTS):
            if request.url.scheme not in {"http", "https"} or not request.url.host:
                raise BadResponse(f"{self._service.name}'s link is not an http(s) URL")
            async with self._sent(request) as response:
                if response.has_redirect_location and (following := self._redirected(request, response)):
                    request = following
                    continue
                if response.status_code >= 400:
                    body = await self._beginning(response)
                    raise error_of(response.status_code, dict(response.headers), body, self._service)
                yield response
                return
        raise BadResponse(f"{self._service.name}'s link redirects in circles")

    @asynccontextmanager
    async def _sent(self, request: httpx.Request) -> AsyncIterator[httpx.Response]:
        client = self._elsewhere
        if same_origin(request.url, self._base):
            request.headers.update(self._secret_headers)
            client = self._client
        try:
            response = await client.send(request, stream=True)
        except NotAllowed:
            host = self._service.clean(request.url.host)
            raise BadResponse(
                f"{self._service.name}'s link leads into a private network ({host}); "
                "set AUDIOPOD_ALLOW_PRIVATE_URLS=1 if that is meant"
            ) from None
        except httpx.HTTPError as problem:
            raise self._no_answer(problem) from None
        try:
            yield response
        finally:
            await response.aclose()

    async def _whole(self, response: httpx.Response, seconds: float) -> bytes:
        body = bytearray()
        try:
            async for chunk in response.aiter_bytes():
                body += chunk
                if len(body) > LARGEST_ANSWER:
                    raise BadResponse(
                        f"{self._service.name} sent an answer of more than {LARGEST_ANSWER >> 20} MiB; "
                        "is AUDIOPOD_BASE_URL right?",
                        in_doubt=True,
                    )
        except httpx.TimeoutException:
            raise self._silence(seconds) from None
        except (httpx.HTTPError, httpx.StreamError):
            raise BadResponse(
                f"{self._service.name}'s answer was cut off; try again in a moment",
                transient=True,
                in_doubt=True,
            ) from None
        return bytes(body)

    async def _beginning(self, response: httpx.Response) -> bytes:
        """As much of a error_of's body as comes soon: the status says enough without it."""
        body = bytearray()
        try:
            with anyio.move_on_after(self._timeouts.connect):
                async for chunk in response.aiter_bytes():
                    body += chunk
                    if len(body) > LARGEST_REFUSAL:
                        break
        except (httpx.HTTPError, httpx.StreamError):
            pass
        return bytes(body)

    def _redirected(self, request: httpx.Request, response: httpx.Response) -> httpx.Request | None:
        """The request to follow a redirect with; ``None`` where that would change its meaning."""
        if request.method != "GET" and response.status_code not in {307, 308}:
            return None
        try:
            url = request.url.join(response.headers["location"])
        except httpx.InvalidURL:
            return None
        headers = {name: request.headers[name] for name in KEPT_ON_REDIRECT if name in request.headers}
        return self._client.build_request(
            request.method,
            url,
            content=request.content or None,
            headers=headers,
            timeout=httpx.Timeout(**request.extensions["timeout"]),
        )

    def _moved(self, response: httpx.Response) -> AudioPodError:
        target = self._service.clean(response.headers["location"].partition("?")[0])
        return BadResponse(
            f"{self._service.name} redirects to {target}; if that is the right service, set "
            "AUDIOPOD_BASE_URL to it",
            status=response.status_code,
            in_doubt=response.status_code == 303,
        )

    def _absolute(self, url: str) -> httpx.URL:
        try:
            absolute = self._base.join(url)
        except httpx.InvalidURL:
            absolute = httpx.URL()
        return absolute

    def _no_answer(self, problem: httpx.HTTPError) -> AudioPodError:
        """The error for an exception of httpx, whose own words may quote the request and its headers."""
        name, words = self._service.name, str(problem)
        if isinstance(problem, httpx.LocalProtocolError | httpx.UnsupportedProtocol):
            return Unreachable(f"{name} can't be asked: the request is malformed; check AUDIOPOD_BASE_URL")
        if isinstance(
            problem, httpx.ConnectError | httpx.ConnectTimeout | httpx.PoolTimeout | httpx.ProxyError
        ):
            if "CERTIFICATE" in words.upper():
                return Unreachable(
                    f"{name} can't be reached safely: its TLS certificate is not trusted; nothing was sent"
                )
            reason = (
                "its host name is not found"
                if any(
                    sign in words
                    for sign in (
                        "getaddrinfo",
                        "Name or service",
                        "nodename",
                        "No address",
                        "there is no host",
                    )
                )
                else "no answer to connecting"
                if isinstance(problem, httpx.TimeoutException)
                else "no connection"
            )
            return Unreachable(
                f"{name} can't be reached ({reason}); nothing was sent, check the network and "
                "AUDIOPOD_BASE_URL, then try again",
                transient=True,
            )
        if isinstance(problem, httpx.TimeoutException):
            return self._silence(None)
        return Unreachable(
            f"the connection to {name} broke off before the answer; try again in a moment",
            transient=True,
            in_doubt=True,
        )

    def _silence(self, seconds: float | None) -> AudioPodError:
        within = f" within {seconds:g} s" if seconds else " in time"
        return Unreachable(
            f"{self._service.name} did not answer{within}; try again in a moment",
            transient=True,
            in_doubt=True,
        )


@cache
def tls() -> ssl.SSLContext:
    """The certificates to trust, read once: that takes 20 ms, and there is a client for every caller."""
    return httpx.create_ssl_context()


def same_origin(one: httpx.URL, other: httpx.URL) -> bool:
    """Whether two URLs have scheme, host and port in common."""
    ports = {"http": 80, "https": 443}
    return (one.scheme, one.host, one.port or ports.get(one.scheme)) == (
        other.scheme,
        other.host,
        other.port or ports.get(other.scheme),
    )
