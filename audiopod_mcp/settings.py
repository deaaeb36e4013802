"""The configuration: one frozen :class:`Settings`, read from the environment and nowhere else."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

CLOUD_URL = "https://api.audiopod.ai"


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
    allow_private_urls: bool = False
    engine: str = "local"
    demucs_models: Path | None = None
    """The folder of the Demucs models that the local engine may load; ``None``: it does without."""
    acestep_base_url: str | None = None
    acestep_api_key: str | None = field(default=None, repr=False)

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> Settings:
        """The settings of this process.

        Raises:
            SettingsError: where a value is not of its kind.

        """
        values = {
            name: text.strip()
            for name, text in (os.environ if environment is None else environment).items()
            if name.startswith(("AUDIOPOD_", "ACESTEP_")) and is_set(text)
        }

        def folder(name: str, default: Path) -> Path:
            return Path(values[name]).expanduser().absolute() if name in values else default

        base_url = values.get("AUDIOPOD_BASE_URL")
        if base_url and not re.match(r"https?://[^/]", base_url):
            raise SettingsError(f"AUDIOPOD_BASE_URL: {base_url!r} is not an http(s) URL")
        acestep = values.get("ACESTEP_BASE_URL")
        if acestep and not re.match(r"https?://[^/]", acestep):
            raise SettingsError(f"ACESTEP_BASE_URL: {acestep!r} is not an http(s) URL")
        engine = values.get("AUDIOPOD_ENGINE", "local")
        if engine not in {"local", "acestep"}:
            raise SettingsError(f"AUDIOPOD_ENGINE: {engine!r} is not one of 'local' and 'acestep'")
        listed = values.get("AUDIOPOD_ALLOWED_DIRS")
        return cls(
            api_key=values.get("AUDIOPOD_API_KEY"),
            base_url=base_url.rstrip("/") if base_url else None,
            data_dir=folder("AUDIOPOD_DATA_DIR", _user_folder("data")),
            output_dir=folder("AUDIOPOD_OUTPUT_DIR", _user_folder("music") / "AudioPod"),
            allowed_dirs=tuple(
                Path(part).expanduser().absolute() for part in listed.split(os.pathsep) if part.strip()
            )
            if listed
            else None,
            auto_save=_switch("AUDIOPOD_AUTO_SAVE", values.get("AUDIOPOD_AUTO_SAVE")),
            max_wait=_seconds("AUDIOPOD_MAX_WAIT", values.get("AUDIOPOD_MAX_WAIT", "45")),
            confirm_above=_dollars("AUDIOPOD_CONFIRM_ABOVE", values.get("AUDIOPOD_CONFIRM_ABOVE")),
            allow_private_urls=_switch(
                "AUDIOPOD_ALLOW_PRIVATE_URLS", values.get("AUDIOPOD_ALLOW_PRIVATE_URLS")
            ),
            engine=engine,
            demucs_models=folder("AUDIOPOD_DEMUCS_MODELS", Path())
            if "AUDIOPOD_DEMUCS_MODELS" in values
            else None,
            acestep_base_url=acestep,
            acestep_api_key=values.get("ACESTEP_API_KEY"),
        )

    @property
    def service_url(self) -> str | None:
        """Where the music service is; ``None``: in this process."""
        return self.base_url or (CLOUD_URL if self.api_key else None)

    @property
    def engine_settings(self) -> dict[str, str | None]:
        """What the studio hands its engine."""
        given: dict[str, str | None] = {}
        if self.demucs_models is not None:
            given["demucs_models"] = str(self.demucs_models)
        if self.engine == "acestep":
            given |= {"base_url": self.acestep_base_url, "api_key": self.acestep_api_key}
        return given

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
        return (*usual, self.output_dir, self.data_dir)


def is_set(text: str) -> bool:
    """Whether a value was really given: hosts pass unexpanded placeholders for what the person left out."""
    return bool(text.strip()) and not re.fullmatch(r"\s*(\$\{[^}]*\}|\$[A-Z_]+|%[A-Z_]+%)\s*", text)


def _switch(name: str, text: str | None) -> bool:
    if text is None or text.lower() in {"0", "false", "no", "off"}:
        return False
    if text.lower() in {"1", "true", "yes", "on"}:
        return True
    raise SettingsError(f"{name}: {text!r} is not one of 0 and 1")


def _seconds(name: str, text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        raise SettingsError(f"{name}: {text!r} is not a number of seconds") from None
    if not 1 <= seconds <= 3600:
        raise SettingsError(f"{name}: {seconds:g} is out of range; allowed 1 to 3600 seconds")
    return seconds


def _dollars(name: str, text: str | None) -> float | None:
    if text is None:
        return None
    try:
        dollars = float(text.removeprefix("$"))
    except ValueError:
        dollars = -1.0
    if not 0 <= dollars < 1_000_000:
        raise SettingsError(f"{name}: {text!r} is not an amount in USD, such as 0.50")
    return dollars


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
