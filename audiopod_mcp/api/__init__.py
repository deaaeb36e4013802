"""The REST client of an AudioPod music service: submits operations, watches jobs, fetches audio."""

from .client import AudioPodClient
from .clock import Clock, OnWait
from .downloads import Media
from .errors import (
    AudioPodError,
    BadResponse,
    Forbidden,
    InvalidRequest,
    NotFound,
    NotReady,
    PaymentRequired,
    RateLimited,
    ServiceFailed,
    Unauthorized,
    Uncertain,
    Unreachable,
)
from .messages import Timeouts
from .parsing import Balance, JobPage
from .poll import watch
from .rate_limits import RateLimits
from .retry import Backoff

__all__ = [
    "AudioPodClient",
    "AudioPodError",
    "Backoff",
    "BadResponse",
    "Balance",
    "Clock",
    "Forbidden",
    "InvalidRequest",
    "JobPage",
    "Media",
    "NotFound",
    "NotReady",
    "OnWait",
    "PaymentRequired",
    "RateLimited",
    "RateLimits",
    "ServiceFailed",
    "Timeouts",
    "Unauthorized",
    "Uncertain",
    "Unreachable",
    "watch",
]
