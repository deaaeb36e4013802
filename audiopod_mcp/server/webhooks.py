"""AudioPod's webhooks: a wait for a job ends when the service says so, not at the next look.

A notice is no news, only a reason to look: what became of the job is asked of the service, with the key of
whoever waits. So somebody who learns the secret gains a look at a job that is looked at anyway.
"""

from __future__ import annotations

import hmac
import json
import logging
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from contextlib import suppress
from hashlib import sha256
from typing import Any

import anyio
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

PATH = "/webhooks/audiopod"
LARGEST = 64_000
"""Bytes of a notice; real ones have some hundreds."""
PATIENCE = 10.0
"""Seconds in which all of it has to come."""
WINDOW = 300.0
"""Seconds by which the time of a notice may differ from ours: an older one is somebody's who overheard it."""
REMEMBERED = 10_000
"""Events that were heard of, so that what is delivered again is not looked at again."""
LARGEST_JOB = 10**18
QUIET = 60.0
"""Seconds after one complaint in the log before the next."""

logger = logging.getLogger(__name__)


class Refused(Exception):
    """A notice that is not AudioPod's, or no notice; carries the status to answer with."""

    def __init__(self, why: str, status: int = 401) -> None:
        super().__init__(why)
        self.status = status


class Webhooks:
    """Receives notices that are signed with one of ``secrets``; ``look_now`` is told the job of each."""

    def __init__(self, secrets: Sequence[str], look_now: Callable[[int], None]) -> None:
        self._secrets = [secret.encode() for secret in secrets]
        self._look_now = look_now
        self._heard: OrderedDict[str, None] = OrderedDict()
        self._quiet_until = 0.0

    def routes(self) -> list[Route]:
        return [Route(PATH, self._answer, methods=["POST"])]

    async def _answer(self, request: Request) -> Response:
        try:
            body = await _whole(request)
            self._check(request, body)
            self._hear(body)
        except Refused as reason:
            self._complain(reason)
            return Response(status_code=reason.status)
        return Response(status_code=204)

    def _complain(self, reason: Refused) -> None:
        """Tell the operator, whose secret may be an old one; but strangers do not fill the log."""
        if time.monotonic() >= self._quiet_until:
            self._quiet_until = time.monotonic() + QUIET
            logger.warning("a webhook was refused: %s", reason)

    def _check(self, request: Request, body: bytes) -> None:
        """Raise unless the notice is signed, and was so just now."""
        sent = request.headers.get("x-audiopod-timestamp", "")
        if not (sent.isascii() and sent.isdigit() and len(sent) <= 12):
            raise Refused("it has no timestamp")
        if abs(time.time() - int(sent)) > WINDOW:
            raise Refused("its timestamp is too far from this computer's clock")
        given = request.headers.get("x-audiopod-signature", "").encode()
        signed = sent.encode() + b"." + body
        if not any(hmac.compare_digest(given, _signature(secret, signed)) for secret in self._secrets):
            raise Refused("its signature is not one of AUDIOPOD_WEBHOOK_SECRET")

    def _hear(self, body: bytes) -> None:
        notice = _parsed(body)
        event = str(notice.get("event_id") or sha256(body).hexdigest())[:200]
        if event in self._heard:
            return
        self._heard[event] = None
        while len(self._heard) > REMEMBERED:
            self._heard.popitem(last=False)
        job_id = notice.get("job_id")
        if isinstance(job_id, str) and job_id.isascii() and job_id.isdigit():
            job_id = int(job_id[:19])
        if isinstance(job_id, int) and job_id is not True and 0 < job_id < LARGEST_JOB:  # a test has none
            self._look_now(job_id)


async def _whole(request: Request) -> bytes:
    body = bytearray()
    with anyio.move_on_after(PATIENCE), suppress(ClientDisconnect):
        async for chunk in request.stream():
            body += chunk
            if len(body) > LARGEST:
                raise Refused("it is too large", 413)
        return bytes(body)
    raise Refused("it did not come whole", 408)


def _signature(secret: bytes, signed: bytes) -> bytes:
    return b"sha256=" + hmac.new(secret, signed, sha256).hexdigest().encode()


def _parsed(body: bytes) -> dict[str, Any]:
    try:
        notice = json.loads(body)
    except (ValueError, RecursionError):
        notice = None
    if not isinstance(notice, dict):
        raise Refused("it is no JSON object", 400)
    return notice
