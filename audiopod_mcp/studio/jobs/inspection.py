"""The installed engines, looked at where they would work: in a process that they may take down."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, ParamSpec, TypeVar

import anyio

from audiopod_mcp.settings import SettingsError
from audiopod_mcp.studio.engines.base import Finding
from audiopod_mcp.studio.engines.registry import (
    EngineInfo,
    describe_engine,
    identify_engine,
    installed_engines,
    make_engine,
)
from audiopod_mcp.worker_pool import WorkerDied, WorkerPool

PATIENCE: Final = 60.0
"""Seconds that an engine may take to be imported and examined."""

_FIX: Final = "tell its author, or set AUDIOPOD_ENGINE to another"

P = ParamSpec("P")
T = TypeVar("T")


async def describe_engines(chosen: str) -> list[EngineInfo]:
    """What each of the installed engines, and the one that is chosen, can do."""
    engines = []
    for name in sorted({*installed_engines(), chosen}):
        try:
            engines.append(await _in_a_process(describe_engine, name))
        except (WorkerDied, TimeoutError) as error:
            why = f"AUDIOPOD_ENGINE: the engine {name!r} {_why(error)}"
            engines.append(identify_engine(name)._replace(error=why))
    return engines


async def examine_engine(name: str, environment: Mapping[str, str]) -> list[Finding]:
    """What the engine ``name``, set up by ``environment``, says of itself."""
    try:
        return await _in_a_process(_examine, name, dict(environment))
    except (WorkerDied, TimeoutError) as error:
        return [Finding("engine", "problem", f"the engine {name!r} {_why(error)}", _FIX)]


def _examine(name: str, environment: Mapping[str, str]) -> list[Finding]:
    try:
        return list(make_engine(name, environment).examine())
    except SettingsError as error:
        fix = "correct or remove it where the server is configured"
        return [Finding("settings", "problem", str(error), fix)]
    except (Exception, SystemExit) as error:  # noqa: BLE001 - somebody else's module may raise anything
        why = " ".join(f"{type(error).__name__}: {error}".split())
        return [Finding("engine", "problem", f"the engine {name!r} can't examine itself ({why})", _FIX)]


def _why(error: WorkerDied | TimeoutError) -> str:
    ended = isinstance(error, WorkerDied)
    return "ends the process that imports it" if ended else f"is not imported within {PATIENCE:g} s"


async def _in_a_process(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    workers = WorkerPool(1)
    try:
        with anyio.fail_after(PATIENCE):
            return await workers.run(function, *args, **kwargs)
    finally:
        workers.close()
