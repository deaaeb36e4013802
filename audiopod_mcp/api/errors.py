"""What can go wrong with the music service, each as one line that a person can act on."""

from __future__ import annotations


class AudioPodError(Exception):
    """The music service did not do what was asked.

    ``str(error)`` is one line: what happened, whether and when to try again, what to do. It never
    holds the API key.
    """

    def __init__(
        self,
        message: str,
        *,
        status: int | None = None,
        retry_after: float | None = None,
        job_id: int | None = None,
        transient: bool = False,
        in_doubt: bool = False,
    ) -> None:
        super().__init__(message)
        self.status = status
        """The HTTP status, where there was one."""
        self.retry_after = retry_after
        """Seconds to wait before the next try, where they are known."""
        self.job_id = job_id
        """The job that the error is about."""
        self.transient = transient
        """Whether the same request may succeed later."""
        self.in_doubt = in_doubt
        """Whether the request may have taken effect although no good answer came."""


class InvalidRequest(AudioPodError):
    """The service refused an argument (400, 413, 422); nothing was made."""


class Unauthorized(AudioPodError):
    """There is no API key, or it is not accepted (401)."""


class PaymentRequired(AudioPodError):
    """Not enough credits, or a plan that does not include this (402)."""


class Forbidden(AudioPodError):
    """The key is revoked, expired or lacks a scope (403)."""


class NotFound(AudioPodError):
    """No such job, analysis or file, or not the caller's (404, 410)."""


class NotReady(AudioPodError):
    """The job is not in the state that this needs, usually finished (409)."""


class RateLimited(AudioPodError):
    """Too many requests (429, or the limit known in advance); ``retry_after`` says when, if known."""


class ServiceFailed(AudioPodError):
    """The service failed (5xx), or says that it could not do the work."""


class Unreachable(AudioPodError):
    """No answer: no connection (``in_doubt`` is false: nothing was sent), a timeout, a reset."""


class BadResponse(AudioPodError):
    """The answer can't be understood: malformed, cut off, a web page, of wrong types, endless."""


class Unreadable(BadResponse):
    """The answer came whole, as far as can be told, and is no data: a second one will hardly be better."""


class Uncertain(AudioPodError):
    """The service may have accepted a job whose answer was lost; asking again might pay twice."""
