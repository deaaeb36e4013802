"""CPU time and memory from process start to the answer of ``tools/list``, against a toy server of the same SDK.

    python -m tests.benchmarks.startup [RUNS]

Runs alternate, so that whatever else the machine does hits both; the medians' ratio is what counts. The modules
must have been compiled before (``python -m compileall -q audiopod_mcp``), as an installed package's are.
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


def cost(command: list[str], folder: str) -> tuple[float, float, int]:
    """Seconds of CPU and MB of memory of one run until it answers ``tools/list``, and the answer's bytes."""
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
        stat = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()
        process.kill()
    seconds = sum(map(int, stat[11:13])) / os.sysconf("SC_CLK_TCK")
    return seconds, int(stat[21]) * os.sysconf("SC_PAGE_SIZE") / 1e6, len(answer)


def main() -> None:
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 9
    with tempfile.TemporaryDirectory() as folder:
        toy = Path(folder) / "toy.py"
        toy.write_text(TOY)
        commands = {"toy": [sys.executable, str(toy)], "audiopod-mcp": [sys.executable, "-m", "audiopod_mcp"]}
        costs: dict[str, list[tuple[float, float, int]]] = {name: [] for name in commands}
        for _ in range(runs):
            for name, command in commands.items():
                costs[name].append(cost(command, folder))
    print(f"{'':<14} {'CPU s':>8} {'least':>8} {'MB':>8}")
    figures = {}
    for name, measured in costs.items():
        seconds, memory, sizes = zip(*measured, strict=True)
        figures[name] = (statistics.median(seconds), min(seconds), statistics.median(memory))
        print(f"{name:<14} {figures[name][0]:8.2f} {figures[name][1]:8.2f} {figures[name][2]:8.1f}")
    ratios = [ours / toy for ours, toy in zip(figures["audiopod-mcp"], figures["toy"], strict=True)]
    print(f"{'ratio':<14} {ratios[0]:8.2f} {ratios[1]:8.2f} {ratios[2]:8.2f}   tools/list {sizes[-1]} bytes")


if __name__ == "__main__":
    main()
