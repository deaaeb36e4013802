"""Audio on its way from the service: a stream of bytes with limits."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

from .clock import Deadline
from .errors import BadAnswer
from .refusals import Service

if TYPE_CHECKING:
    import httpx

LARGEST_FILE = 1 << 30
"""Bytes."""


class Media:
    """A file that is being downloaded: what it is, and its bytes to be read once."""

    def __init__(
        self, response: httpx.Response, service: Service, max_bytes: int, deadline: Deadline
    ) -> None:
        length = response.headers.get("content-length", "")
        self.content_type: str = response.headers.get("content-type", "").partition(";")[0].strip().lower()
        self.size: int | None = int(length) if length.isascii() and length.isdigit() else None
        """Bytes; ``None`` where it is not known before."""
        self._response = response
        self._service = service
        self._max_bytes = max_bytes
        self._deadline = deadline
        if self.size is not None and self.size > max_bytes:
            raise self._too_large()
        if self.content_type in {"text/html", "application/xhtml+xml"}:
            raise BadAnswer(f"{service.name}'s link leads to a web page instead of audio")

    async def chunks(self) -> AsyncIterator[bytes]:
        """The bytes, in pieces as they come.

        Raises:
            BadAnswer: the file is cut off, too slow, or larger than allowed.

        """
        import httpx

        received = 0
        try:
            async for chunk in self._response.aiter_bytes(1 << 16):
                received += len(chunk)
                if received > self._max_bytes:
                    raise self._too_large()
                if self._deadline.left < 0:
                    raise self._cut_off(received, "took too long")
                yield chunk
        except httpx.TimeoutException:
            raise self._cut_off(received, "stopped coming") from None
        except (httpx.HTTPError, httpx.StreamError):
            raise self._cut_off(received, "was cut off") from None
        if self.size is not None and received != self.size:
            raise self._cut_off(received, "was cut off")

    def _cut_off(self, received: int, what: str) -> BadAnswer:
        whole = f" of {self.size}" if self.size is not None else ""
        return BadAnswer(
            f"{self._service.name}'s file {what} after {received}{whole} bytes; "
            "the job is safe, download it again",
            transient=True,
        )

    def _too_large(self) -> BadAnswer:
        return BadAnswer(
            f"{self._service.name}'s file is larger than the {self._max_bytes / 2**20:g} MiB allowed"
        )
