"""The REST client of an AudioPod music service: submits operations, watches jobs, fetches audio."""

from .answers import Balance, JobPage
from .calls import Timeouts
from .client import AudioPodClient
from .clock import Clock, OnWait
from .errors import (
    AudioPodError,
    BadAnswer,
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
from .media import Media
from .rates import RateLimits
from .retrying import Backoff
from .watching import watch

__all__ = [
    "AudioPodClient",
    "AudioPodError",
    "Backoff",
    "BadAnswer",
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
