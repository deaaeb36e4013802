"""This server beside every other music server of PyPI that starts without an account: what each costs its host.

    python -m tests.benchmarks.peers FOLDER [ROUNDS] [--write]

Each peer gets an environment of its own in FOLDER, where it is installed if it is not there yet. The rounds are
interleaved, so that whatever else the machine does hits all of them. Keys are placeholders: nothing is asked of
any service. ``--write`` writes the table into ``docs/peers.md``.
"""

from __future__ import annotations

import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

PEERS = ("audial-mcp==0.3.0", "mcp-suno==2026.10.21.0", "sonilo-mcp==0.27.1", "elevenlabs-mcp==0.12.2")
PLACEHOLDERS = dict.fromkeys(
    ("AUDIAL_API_KEY", "ACEDATACLOUD_API_TOKEN", "SONILO_API_KEY", "ELEVENLABS_API_KEY"), "placeholder"
)
PAGE = Path(__file__).parents[2] / "docs" / "peers.md"
PINGS = 40
STARTING = 60.0
"""Seconds after which a server that has not answered is called silent."""


@dataclass
class Measured:
    """What the rounds of one server came to."""

    cpu: list[float] = field(default_factory=list)
    memory: list[float] = field(default_factory=list)
    pings: list[float] = field(default_factory=list)
    tools: list[dict[str, Any]] = field(default_factory=list)
    size: int = 0


class Session:
    """One server over stdio, asked by hand."""

    def __init__(self, command: list[str], folder: str) -> None:
        environment = {**os.environ, **PLACEHOLDERS, "AUDIOPOD_DATA_DIR": folder, "AUDIOPOD_API_KEY": ""}
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
            cwd=folder,
        )
        self._asked = 0

    def ask(self, method: str, **params: Any) -> tuple[dict[str, Any], int]:
        """The result, and the bytes of the whole answer."""
        self._asked += 1
        self.tell(method, id=self._asked, **params)
        assert self.process.stdout
        until = time.monotonic() + STARTING
        for line in self.process.stdout:
            answer = json.loads(line) if line.startswith(b"{") else {}  # some print words into the protocol
            if answer.get("id") == self._asked:
                return answer.get("result", {}), len(line)
            if time.monotonic() > until:
                break
        raise SystemExit(f"{self.process.args} does not answer {method}")

    def tell(self, method: str, id: int | None = None, **params: Any) -> None:  # noqa: A002 - JSON-RPC's word
        message = {"jsonrpc": "2.0", "method": method, "params": params} | ({"id": id} if id else {})
        assert self.process.stdin
        self.process.stdin.write(json.dumps(message).encode() + b"\n")
        self.process.stdin.flush()

    def cpu(self) -> float:
        ticks = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()[11:13]
        return sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK")

    def memory(self) -> float:
        """Resident, MB."""
        found = re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{self.process.pid}/status").read_text())
        return int(found[1]) / 1000 if found else float("nan")


def main() -> None:
    arguments = [word for word in sys.argv[1:] if word != "--write"]
    folder, rounds = Path(arguments[0]).absolute(), int(arguments[1]) if len(arguments) > 1 else 7
    commands = {"audiopod-mcp": [sys.executable, "-m", "audiopod_mcp"]}
    for peer in PEERS:
        commands[peer.replace("==", " ")] = [str(installed(peer, folder))]
    measured = {name: Measured() for name in commands}
    with tempfile.TemporaryDirectory() as data:
        for _ in range(rounds):
            for name, command in commands.items():
                measure(measured[name], command, data)
    text = table(measured, rounds)
    print(text)
    if "--write" in sys.argv:
        PAGE.write_text(
            f"{(__doc__ or '').splitlines()[0]}\n\nMade by `python -m tests.benchmarks.peers`.\n\n{text}"
        )


def installed(peer: str, folder: Path) -> Path:
    """The command of ``peer``, in an environment of its own."""
    name = peer.partition("==")[0]
    scripts = folder / name / ("Scripts" if os.name == "nt" else "bin")
    if not (scripts / name).exists():
        venv.create(folder / name, with_pip=True)
        subprocess.run([scripts / "python", "-m", "pip", "install", "--quiet", peer], check=True)
    return scripts / name


def measure(measured: Measured, command: list[str], folder: str) -> None:
    session = Session(command, folder)
    try:
        client = {"name": "benchmark", "version": "1"}
        session.ask("initialize", protocolVersion="2025-06-18", capabilities={}, clientInfo=client)
        session.tell("notifications/initialized")
        listed, measured.size = session.ask("tools/list")
        measured.tools = listed["tools"]
        measured.cpu.append(session.cpu())
        measured.memory.append(session.memory())
        for _ in range(PINGS):
            asked = time.perf_counter()
            session.ask("ping")
            measured.pings.append(time.perf_counter() - asked)
    finally:
        session.process.kill()
        session.process.wait()


def table(measured: dict[str, Measured], rounds: int) -> str:
    """Markdown: costs, each also as a ratio to ours, and an audit of the schemas."""
    ours = measured["audiopod-mcp"]
    lines = [
        f"Medians of {rounds} interleaved rounds on one machine; in brackets the ratio to ours. Parameters are counted down to",
        "the fields of objects in lists.",
        "",
        "| server | CPU until `tools/list`, s | memory, MB | tools | bytes | bytes a tool | parameters | described | typed "
        "| bounded numbers | `anyOf`, `$ref` | output schemas | ping, ms |",
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for name, one in measured.items():
        parameters = [
            p for tool in one.tools for p in parameters_of(tool["inputSchema"], tool["inputSchema"])
        ]
        numbers = [p for p in parameters if {"number", "integer"} & set(types_of(p))]
        bounded = [p for p in numbers if re.search(r"inimum|aximum|enum", json.dumps(p))]
        described = sum(bool(p.get("description")) for p in parameters)
        typed = sum(bool(types_of(p)) for p in parameters)
        words = len(re.findall(r'"(?:anyOf|oneOf|\$ref)":', json.dumps(one.tools)))
        cells = [
            name,
            ratio(one.cpu, ours.cpu, 2),
            ratio(one.memory, ours.memory, 0),
            str(len(one.tools)),
            str(one.size),
            f"{one.size / len(one.tools):.0f}",
            str(len(parameters)),
            share(described, len(parameters)),
            share(typed, len(parameters)),
            share(len(bounded), len(numbers)),
            str(words),
            share(sum("outputSchema" in tool for tool in one.tools), len(one.tools)),
            ratio([1000 * p for p in one.pings], [1000 * p for p in ours.pings], 1),
        ]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def parameters_of(schema: dict[str, Any], root: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Every parameter of ``schema``, with those of objects inside."""
    if "$ref" in schema:
        found: Any = root
        for step in schema["$ref"].removeprefix("#/").split("/"):
            found = found[step]
        schema = found
    for parameter in schema.get("properties", {}).values():
        yield parameter
        for inner in (parameter, parameter.get("items"), *parameter.get("anyOf", ())):
            if isinstance(inner, dict):
                yield from parameters_of(inner, root)


def types_of(parameter: dict[str, Any]) -> list[str]:
    """The JSON types that a parameter says it takes."""
    told = parameter.get("type", [])
    alternatives = [kind for arm in parameter.get("anyOf", ()) for kind in types_of(arm)]
    return [*([told] if isinstance(told, str) else told), *alternatives]


def ratio(values: list[float], ours: list[float], digits: int) -> str:
    median = statistics.median(values)
    return f"{median:.{digits}f} ({median / statistics.median(ours):.2f})"


def share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.0f} %" if whole else "–"


if __name__ == "__main__":
    main()
