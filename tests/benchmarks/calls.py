"""What a tool call costs over the REST call behind it.

    python -m tests.benchmarks.calls [CALLS]

A server over stdio, in front of a toy service on loopback, is asked for a finished job by ``get_job``; the toy is
asked for the same job directly, in turn with it. Told are the medians, their difference, and the CPU of the server.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time

import anyio
import httpx

from tests.api.faulty import FaultyService, serving

from .first_job import ask, cpu
from .startup import MESSAGES

JOB = {
    "status": "COMPLETED",
    "output_url": "https://m.example/a.flac",
    "audio_duration": 120.0,
    "actual_seeds": [7],
    "details": {"bpm": 100.0, "keyscale": "A minor"},
    "done": ["style synthwave", "mood dreamy: minor, energy 0.5", "plays: synth bass, pad, synth lead"],
}


def serve(ready: list[FaultyService], over: threading.Event, begun: threading.Event) -> None:
    async def run() -> None:
        async with serving(FaultyService()) as toy:
            toy.add_job(**JOB)
            ready.append(toy)
            begun.set()
            while not over.is_set():
                await anyio.sleep(0.2)

    anyio.run(run)


def measure(url: str, path: str, number: int, calls: int, folder: str) -> None:
    ours = {"AUDIOPOD_DATA_DIR": folder, "AUDIOPOD_API_KEY": "", "AUDIOPOD_BASE_URL": url}
    command = [sys.executable, "-m", "audiopod_mcp"]
    with (
        httpx.Client(base_url=url, trust_env=False) as direct,
        subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, **ours},
        ) as process,
    ):

        def answered(message: dict) -> None:
            result = ask(process, message)
            assert not result.get("isError"), result

        def call(turn: int) -> None:
            meta = {"progressToken": turn}
            params = {"name": "get_job", "arguments": {"job_id": number}, "_meta": meta}
            answered({"jsonrpc": "2.0", "id": turn + 10, "method": "tools/call", "params": params})

        def raw(_: int) -> None:
            direct.get(path, headers={"Accept": "application/json"}).raise_for_status().json()

        def ping(turn: int) -> None:
            answered({"jsonrpc": "2.0", "id": turn + 10_000_000, "method": "ping"})

        for message in MESSAGES:
            answered(message)
        took: dict[str, list[float]] = {"get_job": [], "GET": [], "ping": []}
        ways = {"get_job": call, "GET": raw, "ping": ping}
        spent = 0.0
        for turn in range(-20, calls):
            if turn == 0:
                spent = cpu(process.pid)
                took = {name: [] for name in took}
            for name, way in ways.items():
                began = time.perf_counter()
                way(turn + 100)
                took[name].append((time.perf_counter() - began) * 1000)
        spent = (cpu(process.pid) - spent) * 1000 / calls
        process.stdin.close()
    medians = {name: statistics.median(times) for name, times in took.items()}
    told = "  ".join(f"{name} {value:.2f} ms" for name, value in medians.items())
    over = medians["get_job"] - medians["GET"]
    print(
        f"{calls} calls: {told}  over the GET {over:.2f} ms  CPU of the server {spent:.2f} ms a call and ping"
    )


def main() -> None:
    calls = int(sys.argv[1]) if len(sys.argv) > 1 else 500
    toys: list[FaultyService] = []
    over, begun = threading.Event(), threading.Event()
    thread = threading.Thread(target=serve, args=(toys, over, begun))
    thread.start()
    begun.wait(10)
    try:
        [toy] = toys
        [number] = toy.jobs
        with tempfile.TemporaryDirectory() as folder:
            measure(toy.url, f"/api/v1/music/jobs/{number}/status", number, calls, folder)
    finally:
        over.set()
        thread.join()


if __name__ == "__main__":
    main()
