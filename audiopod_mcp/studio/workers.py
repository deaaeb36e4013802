"""The processes that do the work: numpy, decoding and encoding never run in the process that answers."""

from __future__ import annotations

import asyncio
import logging
import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.context import SpawnContext, SpawnProcess
from types import ModuleType
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

logger = logging.getLogger("audiopod_mcp.studio")


class WorkerDied(Exception):
    """A worker process ended in the middle of its work: killed, or out of memory."""


class Workers:
    """A process pool made on first use, replaced when a process of it dies, gone when this process goes."""

    def __init__(self, processes: int) -> None:
        self._processes = processes
        self._pool: ProcessPoolExecutor | None = None
        self._context = _Context()

    async def run(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """``function(*args)`` in a worker process.

        Raises:
            WorkerDied: where the process ended instead of answering.

        """
        pool = self._pool = self._pool or self._new_pool()
        try:
            future: Future[T] = pool.submit(function, *args, **kwargs)
            return await asyncio.wrap_future(future)
        except BrokenProcessPool:
            if self._pool is pool:
                self._pool = None
                pool.shutdown(wait=False)
            raise WorkerDied from None

    def close(self) -> None:
        """End every worker at once."""
        pool, self._pool = self._pool, None
        for process in self._context.started:
            if process.is_alive():
                process.terminate()
        if pool:
            pool.shutdown(wait=True, cancel_futures=True)

    def _new_pool(self) -> ProcessPoolExecutor:
        self._context.started.clear()
        return ProcessPoolExecutor(self._processes, mp_context=self._context, initializer=_begin)


class _Process(SpawnProcess):
    def start(self) -> None:
        """Start without the caller's ``__main__``: a worker has no use for a server's imports."""
        main = sys.modules["__main__"]
        sys.modules["__main__"] = ModuleType("__main__")
        try:
            super().start()
        finally:
            sys.modules["__main__"] = main


class _Context(SpawnContext):
    """Spawned processes, remembered, because a pool does not tell which ones are its own."""

    def __init__(self) -> None:
        super().__init__()
        self.started: list[SpawnProcess] = []

    def Process(self, *args: object, **kwargs: object) -> SpawnProcess:  # type: ignore[override] # noqa: N802
        process = _Process(*args, **kwargs)  # type: ignore[arg-type]
        self.started.append(process)
        return process


def _begin() -> None:
    """Cut a new worker off from the terminal, and from the pipe on which its parent speaks MCP."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 0)
    try:
        os.dup2(2, 1)
    except OSError:  # started without a stderr
        os.dup2(null, 1)
    os.close(null)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
