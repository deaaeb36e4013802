"""Configuration files on disk: read exactly, backed up, replaced in one step."""

from __future__ import annotations

import contextlib
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

from .formats import ConfigError

BOM = b"\xef\xbb\xbf"
_BINARY = getattr(os, "O_BINARY", 0)
"""Without which Windows would write another byte at the end of every line."""


@dataclass(frozen=True)
class ConfigFile:
    """A file as it was read."""

    path: Path
    raw: bytes | None
    """``None``: there is no such file."""

    @classmethod
    def read(cls, path: Path) -> ConfigFile:
        """The file at ``path``, which need not exist.

        Raises:
            ConfigError: where it can't be read.

        """
        try:
            return cls(path, path.read_bytes())
        except FileNotFoundError:
            if path.is_symlink():
                raise ConfigError(f"{path} is a link to a file that does not exist") from None
            return cls(path, None)
        except OSError as error:
            raise ConfigError(f"{path} can't be read ({error.strerror or error})") from error

    @property
    def text(self) -> str:
        """The text, with plain line ends where all of them are CRLF.

        Raises:
            ConfigError: where it is not UTF-8.

        """
        try:
            text = (self.raw or b"").removeprefix(BOM).decode()
        except UnicodeDecodeError:
            raise ConfigError("it is not UTF-8 text") from None
        return text.replace("\r\n", "\n") if self._is_crlf else text

    @property
    def _is_crlf(self) -> bool:
        raw = self.raw or b""
        return b"\r\n" in raw and raw.count(b"\n") == raw.count(b"\r\n")

    def encoded(self, text: str) -> bytes:
        """``text`` as bytes with the file's own byte order mark and line ends."""
        data = (text.replace("\n", "\r\n") if self._is_crlf else text).encode()
        return BOM + data if (self.raw or b"").startswith(BOM) else data

    def replace(self, data: bytes, *, private: bool = False) -> Path | None:
        """Put ``data`` in the file's place; the backup of what was there, if anything was.

        Args:
            data: The new content.
            private: A new file is readable by its owner only, because it holds a secret.

        Raises:
            ConfigError: where the file changed meanwhile or can't be written; it is then as it was.

        """
        target = Path(os.path.realpath(self.path))  # a link stays a link
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            backup = self._back_up()
            handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
            try:
                with os.fdopen(handle, "wb") as file:
                    file.write(data)
                    file.flush()
                    os.fsync(file.fileno())
                Path(name).chmod(self._mode(target, private))
                if ConfigFile.read(self.path).raw != self.raw:
                    raise ConfigError(f"{self.path} was changed by another program just now; try again")
                Path(name).replace(target)
            except BaseException:
                with contextlib.suppress(OSError):
                    Path(name).unlink()
                raise
        except OSError as error:
            raise ConfigError(f"{self.path} can't be written ({error.strerror or error})") from error
        return backup

    def _back_up(self) -> Path | None:
        if self.raw is None:
            return None
        for number in range(1, 1000):
            backup = self.path.with_name(f"{self.path.name}.bak{'' if number == 1 else number}")
            try:
                # Never wider than the original: the file may hold keys.
                handle = os.open(backup, os.O_CREAT | os.O_EXCL | os.O_WRONLY | _BINARY, 0o600)
            except FileExistsError:
                continue
            with os.fdopen(handle, "wb") as file:
                file.write(self.raw)
            backup.chmod(self.path.stat().st_mode & 0o777)
            return backup
        raise ConfigError(f"there are a thousand backups of {self.path}; remove some")

    def _mode(self, target: Path, private: bool) -> int:
        if self.raw is not None:
            return target.stat().st_mode & 0o7777
        if private:
            return 0o600
        mask = os.umask(0)
        os.umask(mask)
        return 0o666 & ~mask
