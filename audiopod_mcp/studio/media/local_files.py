"""A local file as people name it: which path is meant, and whether it may be read."""

from __future__ import annotations

import errno
import os
import re
import socket
import stat
import sys
import unicodedata
from collections.abc import Iterator, Sequence
from pathlib import Path
from urllib.parse import unquote

from audiopod_mcp.operations.sources import unwrapped
from audiopod_mcp.plain_text import without_secrets

_DRIVE = re.compile(r"[A-Za-z]:[\\/]")
_FILE_URI = re.compile(r"file:(?://(?P<host>[^/\\]*))?(?P<path>.*)", re.IGNORECASE | re.DOTALL)
_NO_HOST = re.compile(r"[A-Za-z][:|]|~|\.\.?")
"""What stands where a host should in ``file://C:/a`` and ``file://~/a``."""
_HERE = frozenset({"", "localhost", "127.0.0.1", "[::1]"})
_LARGEST_FOLDER = 20_000
"""Names that are compared in a folder where a name is not found as it was written."""


class NotReadable(Exception):
    """Why there is no such file to read; completes "argument: … "."""


def find_file(value: str, folders: Sequence[Path]) -> Path:
    """The file that ``value`` names, with all symbolic links resolved: one inside ``folders``.

    Raises:
        NotReadable: where there is none, or it may not or can not be read.

    """
    spellings = list(dict.fromkeys(_spellings(value)))
    roots = [folder.resolve() for folder in folders]
    paths = [path for text in spellings for path in _places(text, (*folders, *roots))]
    inside = [path for path in paths if _is_inside(path, roots)]
    for path in inside:
        if (real := _existing(path, (*folders, *roots))) is not None and _is_inside(real, roots):
            return _checked(real, path)
    shown = short(unwrapped(value))
    if foreign := _of_another_machine(unwrapped(value)):
        raise NotReadable(f"{shown} {foreign}")
    if not inside:
        allowed = ", ".join(str(folder) for folder in folders)
        raise NotReadable(
            f"{shown} is outside the folders that may be read; allowed folders are {allowed} (set "
            "AUDIOPOD_ALLOWED_DIRS to change that)"
        )
    web = re.match(r"(www\.|[\w-]+(\.[\w-]+)+/)", unwrapped(value))
    hint = ", or write https:// before a web address" if web else ""
    raise NotReadable(f"there is no file {shown}; check the path{hint}")


def short(text: str) -> str:
    """``text`` quoted, without the secrets of a URL, and cut where it is long."""
    shown = repr(without_secrets(text))
    return shown if len(shown) <= 120 else f"{shown[:117]}…"


def _spellings(value: str) -> Iterator[str]:
    """What ``value`` may mean, the likeliest first: as it is written, without what was put around it, …"""
    plain = unwrapped(value)
    texts = [*_paths_of_uri(plain)] if plain.lower().startswith("file:") else [value, plain]
    for text in texts:
        yield text
    for text in texts:
        if text.startswith("@"):
            yield text[1:]
        if os.name != "nt" and "\\" in text and not _DRIVE.match(text):
            yield re.sub(r"\\(.)", r"\1", text)  # as a shell shows it
        if re.search(r"%[0-9A-Fa-f]{2}", text):
            yield unquote(text, errors="surrogateescape")
        if home := re.match(
            r"(\$HOME|\$\{HOME\}|%USERPROFILE%|\$env:USERPROFILE)(?=[\\/])", text, re.IGNORECASE
        ):
            yield str(Path.home()) + text[home.end() :].replace("\\", os.sep)
        if os.name != "nt" and _DRIVE.match(text):  # the disks of Windows, seen from its Linux
            yield f"/mnt/{text[0].lower()}/" + text[3:].replace("\\", "/")


def _paths_of_uri(uri: str) -> Iterator[str]:
    """The paths that a ``file:`` URI may mean: its own first, then what else people mean by it."""
    match = _FILE_URI.fullmatch(uri)
    host, raw = (match["host"] or "", match["path"]) if match else ("", "")
    raw = raw.replace("\\", "/")
    here = host.lower() in _HERE or host.lower() == socket.gethostname().lower()
    texts = [raw] if here else [f"//{host}{raw}" if os.name == "nt" else f"/{host}{raw}"]
    if _NO_HOST.fullmatch(host):
        texts = [f"{host.replace('|', ':')}{raw}"]
    for text in texts:
        for shown in (text.partition("#")[0].partition("?")[0], text):
            path = unquote(shown, errors="surrogateescape")
            yield re.sub(r"^/+([A-Za-z])[:|](?=/)", r"\1:", path)
            yield shown


def _places(text: str, folders: Sequence[Path]) -> Iterator[Path]:
    """Where ``text`` may be: a relative path in each of ``folders``."""
    try:
        path = Path(text).expanduser()
    except RuntimeError:  # nobody of that name
        path = Path(text)
    if not path.is_absolute():
        yield from (folder / path for folder in folders)
        # As people say where a file is: Downloads/song.mp3.
        yield from (
            folder.joinpath(*path.parts[1:]) for folder in folders if path.parts[:1] == (folder.name,)
        )
        return
    yield path
    for folder in folders:  # whose name may be put together of other letters
        own = folder.parts
        if path.parts[: len(own)] != own and [*map(_folded, path.parts[: len(own)])] == [*map(_folded, own)]:
            yield folder.joinpath(*path.parts[len(own) :])


def _is_inside(path: Path, roots: Sequence[Path]) -> bool:
    try:
        real = path.resolve()
    except (OSError, ValueError, RuntimeError):
        return False
    return any(real.is_relative_to(root) for root in roots)


def _existing(path: Path, folders: Sequence[Path]) -> Path | None:
    """``path`` with links resolved, if it is there: also where its letters are put together otherwise."""
    try:
        if os.path.lexists(path):
            return path.resolve()
        folder = next((f for f in folders if path.is_relative_to(f)), None)
        if folder is None:
            return None
        found = folder
        for name in path.relative_to(folder).parts:
            following = found / name
            if not os.path.lexists(following):
                same = [entry.name for entry in _entries(found) if _folded(entry.name) == _folded(name)]
                if len(same) != 1:
                    return None
                following = found / same[0]
            found = following
        return found.resolve()
    except PermissionError:
        return path
    except (OSError, ValueError, RuntimeError):
        return None


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    with os.scandir(folder) as entries:
        return [entry for entry, _ in zip(entries, range(_LARGEST_FOLDER), strict=False)]


def _folded(name: str) -> str:
    """``name`` with composed letters and plain blanks: macOS writes neither."""
    return unicodedata.normalize("NFKC", name)


def _checked(real: Path, path: Path) -> Path:
    """``real``, if it is a file that can be opened."""
    try:
        mode = real.stat().st_mode
        if not stat.S_ISREG(mode):
            kind = "a folder" if stat.S_ISDIR(mode) else "not an ordinary file"
            raise NotReadable(f"{short(str(path))} is {kind}; give an audio file")
        with real.open("rb"):
            return real
    except FileNotFoundError:
        raise NotReadable(f"there is no file {short(str(path))}; it is a link to one that is gone") from None
    except PermissionError as error:
        privacy = sys.platform == "darwin" and error.errno == errno.EPERM
        where = " (System Settings, Privacy & Security, Files and Folders)" if privacy else ""
        raise NotReadable(
            f"{short(str(path))} can't be read (permission denied); allow this program to read it{where}"
        ) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "not a path"
        raise NotReadable(f"{short(str(path))} can't be read ({reason})") from None


def _of_another_machine(text: str) -> str | None:
    """What is wrong with a path that no file of this machine can have."""
    if os.name == "nt":
        return None
    if _DRIVE.match(text):
        return (
            "is a path on Windows, which this server does not run on; give the path as it is on this machine"
        )
    if text.startswith("\\\\"):
        return "is a path in the network of Windows; give the path where it is mounted on this machine"
    host = (match["host"] or "").lower() if (match := _FILE_URI.fullmatch(text)) else ""
    if host not in _HERE and not _NO_HOST.fullmatch(host):
        return f"names another machine, {host}; a file here is file:///path, three slashes"
    return None
