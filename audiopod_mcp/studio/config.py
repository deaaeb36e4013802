"""What a studio is told when it is made."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Self

from audiopod_mcp.settings import DATA_DIR, Settings, SettingsError

SHARED_RATE: Final = 300
"""How often a minute one caller may ask a studio of many machines for work, unless that is said."""


def default_workers() -> int:
    """One process less than there are cores, for whoever else uses the machine."""
    return max(1, (os.cpu_count() or 2) - 1)


@dataclass(frozen=True)
class StudioConfig:
    """How one studio is set up. Several studios, in several processes, may share one ``data_dir``."""

    data_dir: Path
    database_url: str | None = field(default=None, repr=False)
    """The PostgreSQL that holds the jobs of many machines; ``None``: a file in ``data_dir``."""
    media_url: str | None = field(default=None, repr=False)
    """The object store that holds the audio of many machines; ``None``: ``data_dir``."""
    engine: str = "local"
    """The name of an installed engine, or the ``package.module:Class`` of one that is not."""
    local_folders: tuple[Path, ...] = ()
    """Where local audio may be read from; empty: local files are refused."""
    tell_files: bool = False
    """Whether jobs tell the paths of their audio, to callers who sit at this machine and own its data."""
    allow_private_urls: bool = False
    """Whether audio may be fetched from private, loopback and link-local addresses."""
    public_url: str | None = None
    """Where clients reach this studio, for the links it hands out; ``None``: as the request came in."""
    api_keys: frozenset[str] | None = field(default=None, repr=False)
    """The keys let in; ``None``: an open studio, where each key still sees only its own jobs."""
    workers: int = field(default_factory=default_workers)
    """How many jobs run at the same time; 0: none, others do them."""
    queue: int = 200
    """How many unfinished jobs one caller may have before new ones are refused for now."""
    rate: int = 0
    """How often a minute one caller may ask for work of all that share the database; 0: as it likes."""
    metrics: bool = False
    """Whether ``/metrics`` tells, to anybody, how much there is to do."""
    keep_days: float | None = None
    """Days after which finished jobs are let go; ``None``: never."""
    keep_gb: float | None = None
    """Gigabytes of audio beyond which the oldest jobs are let go; ``None``: however much it is."""
    cache_mb: int = 0
    """Megabytes of results that may be kept, so that the same sound is not worked on twice; 0: none."""
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)
    """The variables in which the engine looks for its own settings. May hold secrets."""

    @property
    def engine_environment(self) -> dict[str, str]:
        """What the engine is set up by: those variables, and this studio's own folder."""
        return {**self.environment, DATA_DIR: str(self.data_dir)}

    @classmethod
    def from_settings(cls, settings: Settings, **changes: Any) -> Self:
        """As ``settings`` say, but for ``changes``. What answers for many machines does no jobs itself."""
        values: dict[str, Any] = {
            "data_dir": settings.data_dir,
            "database_url": settings.database_url,
            "media_url": settings.media_url,
            "engine": settings.engine,
            "environment": settings.environment,
            "allow_private_urls": settings.allow_private_urls,
            "keep_days": settings.keep_days,
            "keep_gb": settings.keep_gb,
            "cache_mb": settings.cache_mb,
        }
        if settings.database_url is not None:
            values |= {"workers": 0, "rate": SHARED_RATE}
        return cls(**{**values, **changes})


@contextmanager
def needs_extra(variable: str) -> Iterator[None]:
    """What is imported inside comes with an extra, which ``variable`` asks for.

    Raises:
        SettingsError: where it is not installed.

    """
    try:
        yield
    except ImportError as error:
        raise SettingsError(
            f"{variable}: {error.name or error} is not installed; pip install 'audiopod-mcp[cluster]'"
        ) from None
