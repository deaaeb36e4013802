"""``audiopod-mcp install`` and ``audiopod-mcp uninstall``."""

from __future__ import annotations

import re
import shutil
import sys
import sysconfig
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, TextIO

from .files import ConfigFile
from .formats import ConfigError, find_entry, remove_entry, set_entry, shown
from .hosts import HOSTS, Host, Machine, Server

NAME = "audiopod"
"""Of the entry, in every host."""
KEY = "AUDIOPOD_API_KEY"
SECRET = re.compile(r"KEY|TOKEN|SECRET|PASSWORD", re.IGNORECASE)


def run_install(
    host_name: str | None,
    *,
    env: Sequence[str] = (),
    key: Callable[[], str | None] | None = None,
    project: Path | None = None,
    dry_run: bool = False,
    machine: Machine | None = None,
    out: TextIO,
) -> int:
    """Write the entry of a host, or list the hosts where none is named; the exit status.

    Args:
        host_name: One of :data:`HOSTS`.
        env: ``NAME=VALUE`` for the server's environment.
        key: Asks for the API key that shall be written; ``None``: none shall.
        project: Write into this folder's own configuration instead of the person's.
        dry_run: Only print the entry.
        machine: Whose files; default: this one's.
        out: For what a person reads.

    """
    machine = machine or Machine.current()
    if host_name is None:
        return _list(machine, out)
    try:
        host, path = _locate(host_name, machine, project)
        variables = dict(_variable(text) for text in env)
        if key is not None:
            if project is not None:
                raise ConfigError(f"{path} is usually shared; a key in it would be too: leave out --project")
            given = key()
            if not given:
                raise ConfigError(f"no key was given; type it, or set {KEY}")
            variables[KEY] = given
        server = Server(*_command(), variables)
        if dry_run:
            # The file is tried too, so that a dry run says what the run would.
            _edited(ConfigFile.read(path), _setting(host, server))
            masked = {name: "…" if SECRET.search(name) else value for name, value in variables.items()}
            entry = host.entry(Server(server.command, server.args, masked))
            out.write(f"{path} would get\n\n{shown(host.format, host.container, NAME, entry)}")
            return 0
        secret = any(SECRET.search(name) for name in variables)
        changed = _change(path, _setting(host, server), out, secret)
    except ConfigError as error:
        return _refuse(error)
    if not changed:
        out.write(f"{host.title} is set up already; {path} was not touched.\n")
        return 0
    out.write(f"{host.title} is set up: “{NAME}” is in {path}\n{host.next_step}\n")
    if {"archive-v0", "builds-v0"} & set(Path(server.command).parts):
        out.write(
            "But this is a passing environment of uvx: install for good (uv tool install, pipx install) and "
            "run this again.\n"
        )
    return 0


def run_uninstall(
    host_name: str,
    *,
    project: Path | None = None,
    dry_run: bool = False,
    machine: Machine | None = None,
    out: TextIO,
) -> int:
    """Take the entry of a host out again; the exit status."""
    try:
        host, path = _locate(host_name, machine or Machine.current(), project)
        file = ConfigFile.read(path)
        if dry_run:
            _edited(file, _removing(host))  # tried, so that a dry run says what the run would
            there = _entry(host, file) is not None
            out.write(f"{path} {'would lose' if there else 'has no'} “{NAME}”\n")
            return 0
        changed = _change(path, _removing(host), out)
    except ConfigError as error:
        return _refuse(error)
    done = f"“{NAME}” is out of {path}\n{host.next_step}" if changed else f"{path} has no “{NAME}”."
    out.write(f"{done}\n")
    return 0


def set_up_hosts(machine: Machine | None = None) -> Iterator[tuple[Host, Path, str]]:
    """The hosts that have our entry, their file and the command that it starts; unreadable files are none."""
    machine = machine or Machine.current()
    for host in HOSTS.values():
        path = host.path(machine)
        if path is None or not path.exists():
            continue
        try:
            entry = _entry(host, ConfigFile.read(path))
        except ConfigError:
            continue
        if isinstance(entry, dict):
            command = entry.get("command") or entry.get("cmd") or ""
            yield host, path, str(command[0] if isinstance(command, list) else command)


def _entry(host: Host, file: ConfigFile) -> Any:
    return find_entry(host.format, file.text, host.container, NAME)


def _locate(host_name: str, machine: Machine, project: Path | None) -> tuple[Host, Path]:
    host = HOSTS.get(host_name)
    if host is None:
        raise ConfigError(f"{host_name!r} is not a host that can be set up; there are {', '.join(HOSTS)}")
    path = host.path(machine, project)
    if path is None:
        raise ConfigError(f"{host.title} reads no configuration from project folders; leave out --project")
    return host, path


def _setting(host: Host, server: Server) -> Callable[[str], str]:
    return lambda text: set_entry(host.format, text, host.container, NAME, host.entry(server))


def _removing(host: Host) -> Callable[[str], str]:
    return lambda text: remove_entry(host.format, text, host.container, NAME)


def _change(path: Path, edit: Callable[[str], str], out: TextIO, secret: bool = False) -> bool:
    file = ConfigFile.read(path)
    after = _edited(file, edit)
    if after == file.text:
        return False
    backup = file.replace(file.encoded(after), private=secret)
    if backup is not None:
        out.write(f"What was there is in {backup}\n")
    return True


def _edited(file: ConfigFile, edit: Callable[[str], str]) -> str:
    try:
        return edit(file.text)
    except ConfigError as error:
        raise ConfigError(f"{file.path} was not touched: {error}") from error


def _command() -> tuple[str, tuple[str, ...]]:
    """How this very installation is started, wherever the host's own search path leads."""
    folders = (str(Path(sys.executable).parent), sysconfig.get_path("scripts"))
    for folder in folders:
        script = shutil.which("audiopod-mcp", path=folder)
        if script:
            return str(Path(script).absolute()), ()
    return sys.executable, ("-m", "audiopod_mcp")


def _variable(text: str) -> tuple[str, str]:
    name, separator, value = text.partition("=")
    if not separator or not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name):
        # Not repeated: what was typed may be a secret in the wrong place.
        raise ConfigError("--env: give NAME=VALUE, such as AUDIOPOD_MAX_WAIT=120")
    return name, value


def _list(machine: Machine, out: TextIO) -> int:
    for host in HOSTS.values():
        path = host.path(machine)
        out.write(f"{host.name:<16}{_state(host, path):<12}{path}\n")
    return 0


def _state(host: Host, path: Path | None) -> str:
    if path is None or not path.exists():
        return "-"
    try:
        return "set up" if _entry(host, ConfigFile.read(path)) is not None else "not set up"
    except ConfigError:
        return "unreadable"


def _refuse(error: ConfigError) -> int:
    print(f"audiopod-mcp: {error}", file=sys.stderr)  # noqa: T201
    return 1
