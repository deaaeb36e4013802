"""The one mechanism for worker processes, as the studio and the MCP server use it."""

import asyncio
import multiprocessing
import os
import signal
import subprocess
import sys
import time

import anyio
import numpy as np
import pytest
import soundfile

from audiopod_mcp.worker_pool import WorkerDied, WorkerPool, tell

pytestmark = pytest.mark.anyio


@pytest.fixture
def pools():
    """Makes pools of one process."""
    made = []

    def make():
        made.append(WorkerPool(1))
        return made[-1]

    yield make
    for pool in made:
        pool.close()


async def test_a_worker_is_kept_and_what_it_raises_is_passed_on(pools):
    pool = pools()
    worker = await pool.run(os.getpid)
    with pytest.raises(ValueError, match="invalid literal"):
        await pool.run(int, "seven")
    assert await pool.run(os.getpid) == worker != os.getpid()


async def test_a_death_is_told_and_the_next_worker_goes_on(pools):
    pool = pools()
    with pytest.raises(WorkerDied):
        await pool.run(os._exit, 9)
    assert await pool.run(abs, -1) == 1


@pytest.fixture
def started():
    """The processes that this one has started since."""
    before = multiprocessing.active_children()
    return lambda: [child for child in multiprocessing.active_children() if child not in before]


async def test_a_worker_that_got_ready_does_the_first_work_when_it_is(pools, started, tmp_path):
    pool = pools()
    pool.get_ready(time.sleep, 0.2, unused=60)
    pool.get_ready((tmp_path / "second").touch, unused=60)  # one is enough
    [worker] = started()
    assert await pool.run(os.getpid) == worker.pid
    assert not (tmp_path / "second").exists()


async def test_it_is_let_go_where_no_work_comes_and_kept_where_some_did(pools, started):
    unused, used = pools(), pools()
    unused.get_ready(abs, 1, unused=0.3)
    [idle] = started()
    used.get_ready(abs, 1, unused=0.3)
    worker = await used.run(os.getpid)
    with anyio.fail_after(20):
        while idle.is_alive():
            await anyio.sleep(0.05)
    await anyio.sleep(0.3)
    assert await used.run(os.getpid) == worker
    assert await unused.run(os.getpid) != idle.pid


async def test_that_it_died_while_it_got_ready_is_no_work_s_fault(pools, started):
    pool = pools()
    pool.get_ready(os._exit, 9, unused=60)
    [worker] = started()
    await anyio.to_thread.run_sync(worker.join, 20)
    with anyio.fail_after(20):
        while True:
            try:
                assert await pool.run(abs, -1) == 1
                break
            except WorkerDied:  # which had not been seen yet
                pass


def count_aloud(most):
    for number in range(most):
        tell((number, "said"))
    return most


async def test_what_a_worker_says_is_heard_by_who_waits_for_that_work_alone(pools):
    pool, first, third = pools(), [], []
    assert await pool.run(count_aloud, 1000, told=first.append) == 1000
    assert await pool.run(count_aloud, 3) == 3
    assert await pool.run(count_aloud, 2, told=third.append) == 2
    with anyio.fail_after(30):
        while len(third) < 2:
            await anyio.sleep(0.01)
    assert first == [(number, "said") for number in range(len(first))]
    assert third == [(0, "said"), (1, "said")]


@pytest.mark.slow
async def test_work_that_nobody_waits_for_goes_on_in_its_place(pools):
    pool = pools()
    worker = await pool.run(os.getpid)
    with anyio.move_on_after(0.1):
        await pool.run(time.sleep, 1)
    began = time.monotonic()
    assert await pool.run(os.getpid) == worker
    assert time.monotonic() - began > 0.5


async def test_or_ends_with_its_process_where_that_is_wanted(pools):
    pool = pools()
    worker = await pool.run(os.getpid)
    with anyio.move_on_after(0.1):
        await pool.run(time.sleep, 60, end_cancelled=True)
    with anyio.fail_after(30):
        assert await pool.run(os.getpid) != worker
    for _ in range(3):  # however early, before the process has begun
        call = asyncio.ensure_future(pools().run(time.sleep, 60, end_cancelled=True))
        await asyncio.sleep(0)
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call


@pytest.mark.slow
async def test_work_has_a_longest_time_which_begins_when_it_does(pools):
    pool = pools()
    worker = await pool.run(os.getpid)
    first = asyncio.ensure_future(pool.run(time.sleep, 0.7))
    await asyncio.sleep(0)
    assert await pool.run(abs, -1, longest=0.5) == 1
    await first
    with pytest.raises(TimeoutError):
        await pool.run(time.sleep, 60, longest=0.1)
    with anyio.fail_after(30):
        assert await pool.run(os.getpid) != worker


@pytest.mark.skipif(sys.platform == "win32", reason="has no process groups")
@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells what is stopped")
async def test_a_worker_that_is_stopped_for_good_is_ended_and_one_for_a_moment_goes_on(pools, monkeypatch):
    monkeypatch.setattr("audiopod_mcp.worker_pool.LOOK_EVERY", 0.5)
    pool = pools()
    pid = await pool.run(os.getpid)

    async def go_on():
        await anyio.sleep(1)
        os.kill(pid, signal.SIGCONT)

    os.kill(pid, signal.SIGSTOP)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(go_on)
        assert await pool.run(os.getpid) == pid
    os.kill(pid, signal.SIGSTOP)
    with pytest.raises(WorkerDied), anyio.fail_after(60):
        await pool.run(os.getpid)
    assert await pool.run(os.getpid) != pid


async def test_what_a_worker_started_ends_with_it(pools, tmp_path):
    note = tmp_path / "note"
    writes = f"import time\nwhile True:\n open({str(note)!r}, 'a').write('x')\n time.sleep(0.02)"
    command = [sys.executable, "-c", writes]
    call = asyncio.ensure_future(pools().run(subprocess.run, command, end_cancelled=True))
    with anyio.fail_after(30):
        while not note.exists():
            await asyncio.sleep(0.05)
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    with anyio.fail_after(30):
        size = -1
        while size != note.stat().st_size:
            size = note.stat().st_size
            await asyncio.sleep(0.3)


async def test_closing_does_not_wait_for_the_work(pools):
    pool = pools()
    await pool.run(os.getpid)
    call = asyncio.ensure_future(pool.run(time.sleep, 60))
    await asyncio.sleep(0.1)
    began = time.monotonic()
    pool.close()
    assert time.monotonic() - began < 30
    with pytest.raises(WorkerDied):
        await call


DRAW = """
import asyncio, sys
from mcp import Client
from audiopod_mcp import cli, hosting, server
from audiopod_mcp.pictures import draw
from audiopod_mcp.worker_pool import WorkerPool

# No "if __name__": a worker must not run this again.
async def main():
    pool = WorkerPool(1)
    for picture in ("waveform", "spectrogram"):
        assert (await pool.run(draw, picture, sys.argv[1])).startswith(b"\\x89PNG")
    print(*await pool.run(eval, "list(__import__('sys').modules)"))
    print(*sys.modules)
    pool.close()

asyncio.run(main())
"""


@pytest.mark.slow
def test_who_draws_needs_no_server_and_the_server_nothing_that_draws(tmp_path):
    soundfile.write(tmp_path / "a.wav", np.zeros(8000), 8000)
    (tmp_path / "script.py").write_text(DRAW)
    done = subprocess.run(
        [sys.executable, tmp_path / "script.py", tmp_path / "a.wav"],
        capture_output=True,
        text=True,
        timeout=170,
        check=True,
    )
    worker, server = (set(line.split()) for line in done.stdout.splitlines())
    assert {"PIL", "numpy", "audiopod_mcp.pictures.plot"} <= worker
    assert worker.isdisjoint(
        {"mcp", "pydantic", "audiopod_mcp.server", "audiopod_mcp.cli", "audiopod_mcp.hosting"}
    )
    assert "audiopod_mcp.server" in server
    assert server.isdisjoint({"PIL", "numpy", "scipy", "soundfile"})
