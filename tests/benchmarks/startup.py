"""CPU time from process start to the answer of ``tools/list``, against a toy server of the same SDK.

    python -m tests.benchmarks.startup [RUNS]

Runs alternate, so that whatever else the machine does hits both; the medians' ratio is what counts.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

TOY = """
from mcp.server.mcpserver import MCPServer
server = MCPServer("toy", log_level="WARNING")
for number in range(12):
    def tool(x: int, y: str = "a", z: float | None = None) -> str:
        "Adds."
        return f"{x}{y}{z}"
    server.add_tool(tool, name=f"tool_{number}")
server.run("stdio")
"""
MESSAGES = [
    {
        "jsonrpc": "2.0",
        "id": 1,
        "method": "initialize",
        "params": {
            "protocolVersion": "2025-11-25",
            "capabilities": {},
            "clientInfo": {"name": "benchmark", "version": "1"},
        },
    },
    {"jsonrpc": "2.0", "method": "notifications/initialized"},
    {"jsonrpc": "2.0", "id": 2, "method": "tools/list"},
]


def cpu_seconds(command: list[str], folder: str) -> tuple[float, int]:
    """User and system time of one run until it answers ``tools/list``, and the answer's size in bytes."""
    environment = {
        **os.environ,
        "AUDIOPOD_DATA_DIR": folder,
        "AUDIOPOD_API_KEY": "",
        "AUDIOPOD_BASE_URL": "",
    }
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment
    ) as process:
        assert process.stdin
        assert process.stdout
        for message in MESSAGES:
            process.stdin.write(json.dumps(message).encode() + b"\n")
        process.stdin.flush()
        while json.loads(answer := process.stdout.readline()).get("id") != 2:
            pass
        ticks = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()[11:13]
        process.kill()
    return sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK"), len(answer)


def main() -> None:
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 9
    with tempfile.TemporaryDirectory() as folder:
        toy = Path(folder) / "toy.py"
        toy.write_text(TOY)
        commands = {"toy": [sys.executable, str(toy)], "audiopod-mcp": [sys.executable, "-m", "audiopod_mcp"]}
        times: dict[str, list[float]] = {name: [] for name in commands}
        size = 0
        for _ in range(runs):
            for name, command in commands.items():
                seconds, size = cpu_seconds(command, folder)
                times[name].append(seconds)
    medians = {name: statistics.median(values) for name, values in times.items()}
    for name, seconds in medians.items():
        print(f"{name:<14} {seconds:.2f} s of CPU")
    print(f"ratio          {medians['audiopod-mcp'] / medians['toy']:.2f}   tools/list {size} bytes")


if __name__ == "__main__":
    main()
