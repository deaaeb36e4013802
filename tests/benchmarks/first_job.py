"""How long the first song of a session takes, at once and after a model has thought, beside the second one.

    python -m tests.benchmarks.first_job [RUNS] [PAUSE …]

A server is spawned over stdio; some seconds after ``tools/list`` (by default 0 and 6) ten seconds of piano are asked
for. Told are seconds on the clock and of CPU (of the server and its workers, Linux), and the memory before the call.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from .startup import MESSAGES

SONG = {"mode": "prompt2instrumental", "caption": "calm piano", "duration": 10}


def stats_of(pid: int) -> list[list[str]]:
    """The fields of ``/proc/PID/stat`` from the state on, of a process and all that it has started."""
    found, family = [], {pid}
    for number in sorted(int(path.name) for path in Path("/proc").glob("[0-9]*")):
        try:
            fields = Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if number in family or int(fields[1]) in family:
            family.add(number)
            found.append(fields)
    return found


def cpu(pid: int) -> float:
    return sum(int(fields[11]) + int(fields[12]) for fields in stats_of(pid)) / os.sysconf("SC_CLK_TCK")


def megabytes(pid: int) -> float:
    return sum(int(fields[21]) for fields in stats_of(pid)) * os.sysconf("SC_PAGE_SIZE") / 1e6


def ask(process: subprocess.Popen, message: dict) -> dict:
    """What a server over stdio answers; nothing to what needs no answer."""
    process.stdin.write(json.dumps(message).encode() + b"\n")
    process.stdin.flush()
    while "id" in message:
        answer = json.loads(process.stdout.readline())
        if answer.get("id") == message["id"]:
            return answer["result"]
    return {}


def session(pause: float) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as folder:
        ours = {"AUDIOPOD_DATA_DIR": folder, "AUDIOPOD_API_KEY": "", "AUDIOPOD_BASE_URL": ""}
        with subprocess.Popen(
            [sys.executable, "-m", "audiopod_mcp"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, **ours},
        ) as process:
            for message in MESSAGES:
                ask(process, message)
            time.sleep(pause)
            measured = {"MB before": megabytes(process.pid)}
            for seed, which in ((1, "first"), (2, "second")):
                began, spent = time.monotonic(), cpu(process.pid)
                params = {"name": "generate_music", "arguments": {**SONG, "seed": seed}}
                call = {"jsonrpc": "2.0", "id": seed + 10, "method": "tools/call", "params": params}
                result = ask(process, call)
                assert result["structuredContent"]["status"] == "COMPLETED", result
                measured[f"{which}, s"] = time.monotonic() - began
                measured[f"{which}, CPU s"] = cpu(process.pid) - spent
            process.stdin.close()
    return measured


def main() -> None:
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    pauses = [float(text) for text in sys.argv[2:]] or [0.0, 6.0]
    sessions = {pause: [] for pause in pauses}
    for _ in range(runs):
        for pause in pauses:
            sessions[pause].append(session(pause))
    for pause, measured in sessions.items():
        medians = {name: statistics.median(one[name] for one in measured) for name in measured[0]}
        print(f"after {pause:4g} s  " + "  ".join(f"{name} {value:.2f}" for name, value in medians.items()))


if __name__ == "__main__":
    main()
