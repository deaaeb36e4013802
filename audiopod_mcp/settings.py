"""The configuration: one frozen :class:`Settings`, read from the environment and nowhere else."""

from __future__ import annotations

import math
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from audiopod_mcp.plain_text import without_secrets

CLOUD_URL = "https://api.audiopod.ai"
DEFAULT_ENGINE = "local"
DEFAULT_CACHE_MB = 1000
"""All stems of some four songs, and the analyses of thousands."""
SHORTEST_SECRET = 16
DATA_DIR = "AUDIOPOD_DATA_DIR"
"""The variable that names the data folder."""


class SettingsError(ValueError):
    """A setting can't be understood; the message is one line for the person."""


@dataclass(frozen=True)
class Settings:
    """What the environment says. Secrets never show in the repr."""

    api_key: str | None = field(default=None, repr=False)
    base_url: str | None = None
    """The service to use; ``None``: the cloud if there is a key, else the embedded studio."""
    data_dir: Path = field(default_factory=lambda: _user_folder("data"))
    output_dir: Path = field(default_factory=lambda: _user_folder("music") / "AudioPod")
    allowed_dirs: tuple[Path, ...] | None = None
    """Where local files may be read; ``None``: the usual places, see :meth:`readable_folders`."""
    auto_save: bool = False
    """Whether every job that finishes is saved into ``output_dir``, unasked."""
    max_wait: float = 45.0
    """Seconds a tool call waits for its job."""
    confirm_above: float | None = None
    """USD above which the person is asked before a paid call."""
    links_as_text: bool = False
    """Whether results name what they link to in words, for agents that choke on links."""
    allow_private_urls: bool = False
    keep_days: float | None = None
    """Days after which the embedded studio lets finished jobs go; ``None``: never."""
    keep_gb: float | None = None
    """Gigabytes of audio beyond which it lets the oldest go; ``None``: however much it is."""
    database_url: str | None = field(default=None, repr=False)
    """The PostgreSQL that holds the jobs of many machines; ``None``: a file in :attr:`data_dir`."""
    media_url: str | None = field(default=None, repr=False)
    """The object store that holds the audio of many machines; ``None``: :attr:`data_dir`."""
    cache_mb: int = DEFAULT_CACHE_MB
    """Megabytes of results that it may keep, so that the same sound is not worked on twice; 0: none."""
    webhook_secrets: tuple[str, ...] = field(default=(), repr=False)
    """What AudioPod signs its webhooks with; none: they are not received."""
    engine: str = DEFAULT_ENGINE
    """The name of an engine, or its place; whoever starts a studio sees whether there is such a one."""
    toolset: str = "all"
    """Which tools there are: core, edit, jobs or all; the command line says so, not the environment."""
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Every variable that is really set: engines read their own settings there."""

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> Settings:
        """The settings of this process.

        Raises:
            SettingsError: where a value is not of its kind.

        """
        values = {
            name: text.strip()
            for name, text in (os.environ if environment is None else environment).items()
            if is_set(text)
        }

        listed, dollars = values.get("AUDIOPOD_ALLOWED_DIRS"), values.get("AUDIOPOD_CONFIRM_ABOVE")
        cache = values.get("AUDIOPOD_CACHE_MB", str(DEFAULT_CACHE_MB))
        return cls(
            api_key=values.get("AUDIOPOD_API_KEY"),
            base_url=read_url(values, "AUDIOPOD_BASE_URL"),
            data_dir=read_folder(values, DATA_DIR) or _user_folder("data"),
            output_dir=read_folder(values, "AUDIOPOD_OUTPUT_DIR") or _user_folder("music") / "AudioPod",
            allowed_dirs=tuple(
                _folder("AUDIOPOD_ALLOWED_DIRS", part) for part in listed.split(os.pathsep) if part.strip()
            )
            if listed
            else None,
            auto_save=_switch("AUDIOPOD_AUTO_SAVE", values.get("AUDIOPOD_AUTO_SAVE")),
            max_wait=_number("AUDIOPOD_MAX_WAIT", values.get("AUDIOPOD_MAX_WAIT", "45"), 1, 3600, "seconds"),
            confirm_above=None
            if dollars is None
            else _number("AUDIOPOD_CONFIRM_ABOVE", dollars.removeprefix("$"), 0, 1_000_000, "USD"),
            links_as_text=_choice(
                "AUDIOPOD_LINKS", values.get("AUDIOPOD_LINKS", "blocks"), ("blocks", "text")
            )
            == "text",
            allow_private_urls=_switch(
                "AUDIOPOD_ALLOW_PRIVATE_URLS", values.get("AUDIOPOD_ALLOW_PRIVATE_URLS")
            ),
            keep_days=_limit("AUDIOPOD_KEEP_DAYS", values.get("AUDIOPOD_KEEP_DAYS"), "days"),
            keep_gb=_limit("AUDIOPOD_KEEP_GB", values.get("AUDIOPOD_KEEP_GB"), "gigabytes"),
            database_url=_address(
                "AUDIOPOD_DATABASE_URL", values.get("AUDIOPOD_DATABASE_URL"), ("postgresql", "postgres")
            ),
            media_url=_address(
                "AUDIOPOD_MEDIA_URL", values.get("AUDIOPOD_MEDIA_URL"), ("s3", "gs", "az", "file")
            ),
            cache_mb=int(_number("AUDIOPOD_CACHE_MB", cache, 0, 10_000_000, "megabytes; 0 keeps nothing")),
            webhook_secrets=_secrets("AUDIOPOD_WEBHOOK_SECRET", values.get("AUDIOPOD_WEBHOOK_SECRET")),
            engine=values.get("AUDIOPOD_ENGINE", DEFAULT_ENGINE),
            environment=values,
        )

    @property
    def models_dir(self) -> Path:
        """Where trained models are kept that the person added."""
        return models_folder(self.data_dir)

    @property
    def service_url(self) -> str | None:
        """Where the music service is; ``None``: in this process."""
        return self.base_url or (CLOUD_URL if self.api_key else None)

    def readable_folders(self) -> tuple[Path, ...]:
        """Where local audio may be read: the music, download and desktop folders and ours, never all of home.

        The working folder counts unless it is the home folder or a root, where a host may start us.
        """
        if self.allowed_dirs is not None:
            return (*self.allowed_dirs, self.output_dir, self.data_dir)
        usual = [_user_folder("music"), _user_folder("downloads"), _user_folder("desktop")]
        here = Path.cwd()
        if here not in {Path.home(), *Path.home().parents, Path(here.anchor)}:
            usual.append(here)
        return tuple(dict.fromkeys((*usual, self.output_dir, self.data_dir)))


def is_set(text: str) -> bool:
    """Whether a value was really given: hosts pass unexpanded placeholders for what the person left out."""
    return bool(text.strip()) and not re.fullmatch(r"\s*(\$\{[^}]*\}|\$[A-Z_]+|%[A-Z_]+%)\s*", text)


def read_folder(environment: Mapping[str, str], name: str) -> Path | None:
    """The absolute folder that the variable ``name`` names, if it is set.

    Raises:
        SettingsError: where it is in the home of somebody who is not known.

    """
    return _folder(name, environment[name]) if name in environment else None


def _folder(name: str, text: str) -> Path:
    try:
        return Path(text).expanduser().absolute()
    except RuntimeError:
        raise SettingsError(f"{name}: the home folder in {text!r} is not known") from None


def models_folder(data_dir: Path) -> Path:
    """Where trained models are kept in a data folder."""
    return data_dir / "models"


def read_url(environment: Mapping[str, str], name: str) -> str | None:
    """The address that the variable ``name`` gives, if it is set, without a slash at its end.

    Raises:
        SettingsError: where it is not an http(s) URL.

    """
    url = environment.get(name)
    if url is None:
        return None
    if not re.match(r"https?://[^/]", url):
        raise SettingsError(f"{name}: {without_secrets(url)!r} is not an http(s) URL")
    return url.rstrip("/")


def _address(name: str, text: str | None, schemes: tuple[str, ...]) -> str | None:
    """The address in ``text``, if there is one, which is to begin with one of ``schemes``."""
    if text is not None and not ("://" in text and text.partition("://")[0] in schemes):
        allowed = " or ".join(f"{scheme}://" for scheme in schemes)
        raise SettingsError(f"{name}: {without_secrets(text)!r} does not begin with {allowed}")
    return text


def _switch(name: str, text: str | None) -> bool:
    if text is None or text.lower() in {"0", "false", "no", "off"}:
        return False
    if text.lower() in {"1", "true", "yes", "on"}:
        return True
    raise SettingsError(f"{name}: {text!r} is not one of 0 and 1")


def _secrets(name: str, text: str | None) -> tuple[str, ...]:
    secrets = tuple(filter(None, map(str.strip, (text or "").split(","))))
    if any(len(secret) < SHORTEST_SECRET for secret in secrets):
        raise SettingsError(
            f"{name}: a secret of less than {SHORTEST_SECRET} characters is none; take AudioPod's"
        )
    return secrets


def _choice(name: str, text: str, choices: tuple[str, ...]) -> str:
    if text.lower() not in choices:
        raise SettingsError(f"{name}: {text!r} is not one of {' and '.join(choices)}")
    return text.lower()


def _number(name: str, text: str, low: float, high: float, unit: str) -> float:
    """The number in ``text``, which is to be from ``low`` to ``high``; ``unit`` is told where it is not."""
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not low <= number <= high:
        raise SettingsError(f"{name}: {text[:40]!r} is not a number from {low:g} to {high:,.0f} {unit}")
    return number


def _limit(name: str, text: str | None, unit: str) -> float | None:
    return None if text is None else _number(name, text, 0.001, 100_000, f"{unit}; leave it out to keep all")


def _user_folder(kind: str) -> Path:
    import platformdirs

    if kind == "data":
        return platformdirs.user_data_path("audiopod-mcp", appauthor=False)
    folders = {
        "music": platformdirs.user_music_path,
        "downloads": platformdirs.user_downloads_path,
        "desktop": platformdirs.user_desktop_path,
    }
    return folders[kind]()
