"""Which engines are installed: this package's own, and any that another package registers."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from contextlib import redirect_stdout
from importlib.metadata import EntryPoint, entry_points
from typing import Final, NamedTuple

from audiopod_mcp import __version__
from audiopod_mcp.settings import SettingsError

from .base import Engine

GROUP: Final = "audiopod_mcp.engines"
"""The entry-point group in which packages register engines."""
BUILT_IN: Final = {
    "acestep": "audiopod_mcp.studio.engines.acestep:AceStepEngine",
    "local": "audiopod_mcp.studio.engines.local:LocalEngine",
}
"""Our own entries of that group, known without any metadata: a bare checkout or a frozen program has none."""


class EngineInfo(NamedTuple):
    """What is told of an engine."""

    name: str
    package: str
    """The distribution that it comes from; for one named by its place, the module."""
    version: str | None = None
    tasks: tuple[str, ...] = ()
    costly: bool = False
    error: str | None = None
    """Why it can't be loaded, if so."""


def installed_engines() -> dict[str, EntryPoint]:
    """The entry point of every installed engine by its name. Nobody replaces a built-in one."""
    engines = {name: EntryPoint(name, value, GROUP) for name, value in BUILT_IN.items()}
    for entry in entry_points(group=GROUP):
        engines.setdefault(entry.name, entry)
    return dict(sorted(engines.items()))


def find_engine(name: str) -> EntryPoint:
    """The entry point of the engine ``name``, or of one that is named by its place, ``module:Class``.

    Raises:
        SettingsError: where there is none.

    """
    if ":" in name:
        return EntryPoint(name, name, GROUP)
    if name in BUILT_IN:  # metadata need not be searched
        return EntryPoint(name, BUILT_IN[name], GROUP)
    engines = installed_engines()
    if name not in engines:
        raise SettingsError(
            f"AUDIOPOD_ENGINE: {name!r} is not one of the installed engines: {', '.join(engines)}"
        )
    return engines[name]


def load_engine(name: str) -> type[Engine]:
    """The class of the engine ``name``.

    Raises:
        SettingsError: where there is no such engine, or it can't be imported.

    """
    entry = find_engine(name)
    try:
        with redirect_stdout(sys.stderr):  # standard output may be where MCP is spoken
            engine = entry.load()
    except (Exception, SystemExit) as error:  # somebody else's module may raise anything
        why = " ".join(f"{type(error).__name__}: {error}".split())[:300]
        raise SettingsError(f"AUDIOPOD_ENGINE: the engine {name!r} can't be loaded ({why})") from error
    if not (isinstance(engine, type) and issubclass(engine, Engine)):
        raise SettingsError(f"AUDIOPOD_ENGINE: {entry.value} is not a subclass of {Engine.__qualname__}")
    return engine


def make_engine(name: str, environment: Mapping[str, str]) -> Engine:
    """The engine ``name``, set up by ``environment``.

    Raises:
        SettingsError: where there is no such engine, it can't be imported, or it can't be set up.

    """
    engine = load_engine(name)
    try:
        return engine.from_environment(environment)
    except SettingsError:
        raise
    except (Exception, SystemExit) as error:  # somebody else's code may raise anything
        why = " ".join(f"{type(error).__name__}: {error}".split())[:300]
        raise SettingsError(f"AUDIOPOD_ENGINE: the engine {name!r} can't be set up ({why})") from error


def identify_engine(name: str) -> EngineInfo:
    """Where the engine ``name`` comes from, told without importing it."""
    entry = find_engine(name)
    if entry.dist is not None:
        return EngineInfo(name, entry.dist.name, entry.dist.version)
    if name in BUILT_IN:
        return EngineInfo(name, "audiopod-mcp", __version__)
    return EngineInfo(name, name.partition(":")[0])


def describe_engine(name: str) -> EngineInfo:
    """What there is to tell of the engine ``name``, broken or not."""
    info = identify_engine(name)
    try:
        engine = load_engine(name)
    except SettingsError as error:
        return info._replace(error=str(error))
    return info._replace(tasks=engine.tasks(), costly=engine.costly)
