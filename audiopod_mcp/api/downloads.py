"""Audio on its way from the service: a stream of bytes with limits, resumed where it breaks off."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

from .clock import Deadline
from .errors import BadResponse, NotFound
from .http_errors import ServiceIdentity

if TYPE_CHECKING:
    import httpx

LARGEST_FILE = 1 << 30
"""Bytes."""
UNPACKED = frozenset({"gzip", "deflate"})
"""Content encodings that are undone; none of them is asked for, but proxies pack what they like."""
PAGES = frozenset({"text/html", "application/xhtml+xml"})
DATA = frozenset({"application/json", "application/problem+json", "application/xml", "text/xml"})


class Resume(NamedTuple):
    """Where a download broke off."""

    received: int
    """Bytes."""
    version: str
    """The ``ETag`` of what was received: what follows must be of the same file."""

    @property
    def headers(self) -> Mapping[str, str]:
        return {"Range": f"bytes={self.received}-", "If-Range": self.version}


class Media:
    """A file that is being downloaded: what it is, and its bytes to be read once."""

    def __init__(
        self,
        response: httpx.Response,
        service: ServiceIdentity,
        max_bytes: int,
        deadline: Deadline,
        resume: Resume | None = None,
    ) -> None:
        headers = response.headers
        self._response = response
        self._service = service
        self._max_bytes = max_bytes
        self._deadline = deadline
        self._version = headers.get("etag", "")
        self._received = resume.received if resume else 0
        length, packed = (
            headers.get("content-length", ""),
            headers.get("content-encoding", "").strip().lower(),
        )
        self._packed = packed not in {"", "identity"}
        self.content_type: str = headers.get("content-type", "").partition(";")[0].strip().lower()
        self._sent = int(length) if length.isascii() and length.isdigit() else None
        """Bytes of this answer as they travel, packed or not."""
        self.size: int | None = (
            self._sent + self._received if self._sent is not None and not self._packed else None
        )
        """Bytes of the whole file; ``None`` where it is not known before."""
        if resume and not (
            response.status_code == 206
            and re.match(rf"bytes {resume.received}-", headers.get("content-range", ""))
        ):
            raise BadResponse(f"{service.name}'s file was cut off and can't be resumed; download it again")
        if self.size is not None and self.size > max_bytes:
            raise self._too_large()
        if self._packed and packed not in UNPACKED:
            raise BadResponse(
                f"{service.name} sends the file packed as {packed[:40]!r}, which is not read here"
            )
        if self.content_type in PAGES | DATA:
            raise self._not_audio("a web page" if self.content_type in PAGES else "data")

    @property
    def resume(self) -> Resume | None:
        """Where to go on after what was read so far; ``None`` where the service can't tell versions apart."""
        # A weak tag says that two files mean the same, not that their bytes are; and a range of a packed
        # file is one of its packed bytes.
        certain = self._version.startswith('"') and not self._packed
        return Resume(self._received, self._version) if certain else None

    async def chunks(self) -> AsyncIterator[bytes]:
        """The bytes, in pieces as they come.

        Raises:
            BadResponse: the file is cut off, too slow, larger than allowed, empty, or surely no audio.

        """
        import httpx

        try:
            async for chunk in self._response.aiter_bytes(1 << 16):
                if not self._received and (what := _text_in(chunk)):
                    raise self._not_audio(what)
                self._received += len(chunk)
                if self._received > self._max_bytes:
                    raise self._too_large()
                if self._deadline.left < 0:
                    raise self._cut_off("took too long", transient=False)
                yield chunk
        except httpx.TimeoutException:
            raise self._cut_off("stopped coming") from None
        except (httpx.HTTPError, httpx.StreamError):
            raise self._cut_off("was cut off") from None
        if self._sent is not None and self._response.num_bytes_downloaded != self._sent:
            raise self._cut_off("was cut off")
        if not self._received:
            raise BadResponse(f"{self._service.name}'s file is empty; {_FRESH}")

    def _cut_off(self, what: str, *, transient: bool = True) -> BadResponse:
        whole = f" of {self.size}" if self.size is not None else ""
        return BadResponse(
            f"{self._service.name}'s file {what} after {self._received}{whole} bytes; "
            "the job is safe, download it again",
            transient=transient,
        )

    def _not_audio(self, what: str) -> BadResponse:
        return BadResponse(f"{self._service.name}'s link leads to {what} instead of audio; {_FRESH}")

    def _too_large(self) -> BadResponse:
        return BadResponse(
            f"{self._service.name}'s file is larger than the {self._max_bytes / 2**20:g} MiB allowed"
        )


_FRESH = "it may have expired, and get_job gives a fresh link"


def _text_in(head: bytes) -> str | None:
    """What the beginning of a file is that is text; no audio begins so."""
    start = head[:64].lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    return {b"<": "a web page", b"{": "data", b"[": "data"}.get(start)


def expired(status: int | None) -> NotFound:
    """What a refusal by a host that is not the service means: its links are good for a while only."""
    return NotFound(
        f"The link to the file has expired or the file is gone (status {status}); get_job gives a fresh link",
        status=status,
    )
