"""Worker processes: numpy, decoding, encoding and drawing never run in the process that answers.

They are spawned, not forked, because the process that answers has threads, and without its ``__main__``,
because a worker has no use for a server's imports.
"""

from __future__ import annotations

import asyncio
import logging
import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, Future
from contextlib import suppress
from multiprocessing.context import SpawnContext, SpawnProcess
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, Final, TypeVar, TypeVarTuple

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

T = TypeVar("T")
Arguments = TypeVarTuple("Arguments")


LOOK_EVERY: Final = 2.0
"""Seconds after which to look whether a worker process has been stopped."""
LOOKS: Final = 5
"""How often it is found stopped, one time after the other, before it is ended."""

logger = logging.getLogger("audiopod_mcp.workers")


class WorkerDied(Exception):
    """A worker process ended in the middle of its work: killed, stopped for good, or out of memory."""


class WorkerPool:
    """Worker processes, made on first use, one at a time replaced when it dies, gone when this process goes.

    Each is a pool of its own, so that a death concerns nobody but the work that it ended.

    Parameters
    ----------
    processes
        How many may work at the same time.

    """

    def __init__(self, processes: int) -> None:
        self._places = asyncio.Semaphore(processes)
        self._idle: list[_Worker] = []
        self._all: set[_Worker] = set()

    async def run(
        self,
        function: Callable[[*Arguments], T],
        *args: *Arguments,
        end_cancelled: bool = False,
        longest: float | None = None,
        told: Callable[[Any], None] | None = None,
    ) -> T:
        """Call a function in a worker process, once one is free.

        Parameters
        ----------
        function
            A function of some module, by whose name the worker finds it.
        *args
            What it is called with; pickled, as its result is.
        end_cancelled
            Whether the work is ended with its process when the wait for it is cancelled. Otherwise it goes
            on, so that whoever asks again finds it done.
        longest
            Seconds after which the work is ended with its process; waiting for a free one does not count.
        told
            What is called, in a thread of its own, with whatever the function says meanwhile by :func:`tell`.

        Returns
        -------
        T
            What the function returns. What it raises is raised here.

        Raises
        ------
        WorkerDied
            Where the process ended instead of answering.
        TimeoutError
            Where the work took longer than ``longest``.

        """
        await self._places.acquire()
        worker = self._idle.pop() if self._idle else _Worker()
        self._all.add(worker)
        loop = asyncio.get_running_loop()
        try:
            future = worker.submit(told, function, *args)
        except BrokenExecutor:  # it died while it had nothing to do
            self._give_back(worker, dead=True)
            return await self.run(function, *args, end_cancelled=end_cancelled, longest=longest, told=told)
        # Whoever waits may give up; the process is free only when it is done.
        future.add_done_callback(lambda done: _soon(loop, self._give_back, worker, _is_broken(done)))
        try:
            async with asyncio.timeout(longest) as patience:
                return await _answered(asyncio.wrap_future(future), worker)
        except BrokenExecutor:
            raise WorkerDied from None
        except (asyncio.CancelledError, TimeoutError):
            if (end_cancelled or patience.expired()) and not future.done():
                worker.end()
            raise

    def get_ready(self, function: Callable[[*Arguments], object], *args: *Arguments, unused: float) -> None:
        """Start a worker before there is work, unless there is one already.

        Parameters
        ----------
        function
            What it calls meanwhile. Work that comes before it has returned waits for that.
        *args
            What that is called with.
        unused
            Seconds after which the worker is let go if no work has come.

        """
        if self._all:
            return
        worker = _Worker()
        self._all.add(worker)
        worker.submit(None, function, *args)
        self._idle.append(worker)
        asyncio.get_running_loop().call_later(unused, self._let_go_unused, worker)

    def _let_go_unused(self, worker: _Worker) -> None:
        if worker in self._idle and worker.orders == 1:
            self._idle.remove(worker)
            worker.end()
            self._all.discard(worker)
            worker.pool.shutdown(wait=False)

    def close(self) -> None:
        """End every worker at once."""
        for worker in self._all:
            worker.end()
        for worker in self._all:
            worker.pool.shutdown(wait=True, cancel_futures=True)
        self._all.clear()
        self._idle.clear()

    def _give_back(self, worker: _Worker, dead: bool) -> None:
        if dead or worker.ended:
            self._all.discard(worker)
            worker.pool.shutdown(wait=False)
        elif worker in self._all:
            self._idle.append(worker)
        self._places.release()


def tell(value: object) -> None:
    """Say something, in a worker, to whoever waits for its work; unheard where nobody listens."""
    if _pipe is not None and _order:
        with suppress(OSError):  # the parent has gone, and this process goes with it
            _pipe.send((_order, value))


_pipe: Connection | None = None
"""In a worker: where its parent listens."""
_order = 0
"""In a worker: the number of what it does, where somebody listens to that."""


class _Worker:
    """One worker process."""

    def __init__(self) -> None:
        # Servers start without, and many never need a worker.
        from concurrent.futures import ProcessPoolExecutor

        self._context = _Context()
        self._heard, self._said = self._context.Pipe(duplex=False)
        self.pool = ProcessPoolExecutor(
            1, mp_context=self._context, initializer=_begin, initargs=(self._said,)
        )
        self.ended = False
        self.orders = 0
        """How many it was given, each of which has its place among them for a number."""
        self._told: Callable[[Any], None] | None = None
        self._listens = False

    def submit(
        self, told: Callable[[Any], None] | None, function: Callable[[*Arguments], T], *args: *Arguments
    ) -> Future[T]:
        """Have the process, which is idle, call ``function``."""
        self.orders += 1
        self._told = told
        future: Future[T] = self.pool.submit(_do, self.orders if told else 0, function, args)
        self._said.close()  # the process has it by now, and alone: when it ends, so does the listening
        if told and not self._listens:
            self._listens = True
            threading.Thread(target=self._listen, name="worker's reports", daemon=True).start()
        return future

    def _listen(self) -> None:
        with self._heard, suppress(EOFError, OSError):
            while True:
                number, value = self._heard.recv()
                told = self._told
                if told is not None and number == self.orders:  # else it comes late, of what is over
                    told(value)

    def is_stopped(self) -> bool:
        """Whether somebody has halted the process (SIGSTOP), where the system tells: on Linux."""
        return any(process.pid is not None and _is_stopped(process.pid) for process in self._context.started)

    def end(self) -> None:
        """End the process, whatever code it is in, and what it has started."""
        self.ended = True
        for process in self._context.started:
            if process.is_alive():
                if sys.platform != "win32" and process.pid is not None:
                    with suppress(OSError):  # it has only just begun, and is no group yet
                        os.killpg(process.pid, signal.SIGKILL)
                process.kill()


async def _answered(answer: asyncio.Future[T], worker: _Worker) -> T:
    """The answer of ``worker``, which is ended where it would never come.

    Looks are counted, and not seconds: where this process was halted as well, the worker is not to blame.
    """
    stopped = 0
    try:
        while not answer.done():
            await asyncio.wait([answer], timeout=LOOK_EVERY)
            stopped = stopped + 1 if worker.is_stopped() else 0
            if stopped == LOOKS:
                logger.warning("a worker process was stopped, and does not go on; it is ended")
                worker.end()
                raise WorkerDied
        return answer.result()
    finally:
        answer.cancel()


def _is_stopped(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "T"
    except OSError:  # it has ended, or the system has no such files
        return False


def _is_broken(future: Future[Any]) -> bool:
    return not future.cancelled() and isinstance(future.exception(), BrokenExecutor)


def _soon(loop: asyncio.AbstractEventLoop, function: Callable[..., None], *args: object) -> None:
    with suppress(RuntimeError):  # the loop has ended, and everything with it
        loop.call_soon_threadsafe(function, *args)


class _Process(SpawnProcess):
    def start(self) -> None:
        """Start without the caller's ``__main__``."""
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


def _do(order: int, function: Callable[..., T], args: tuple[Any, ...]) -> T:
    global _order
    _order = order
    return function(*args)


def _begin(pipe: Connection) -> None:
    """Cut a new worker off from the terminal, and from the pipe on which its parent speaks MCP."""
    global _pipe
    _pipe = pipe
    # Each worker is one core's work: libraries that spread over all of them only slow the others down.
    for threads in ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"):
        os.environ.setdefault(threads, "1")
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform != "win32":
        os.setsid()  # so that what it starts ends with it
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
        if sys.platform != "win32":
            os.killpg(0, signal.SIGKILL)
        os._exit(1)
