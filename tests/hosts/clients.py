"""Real clients of other people: hosts, old SDKs and agent frameworks, each in an environment of its own.

``python -m tests.hosts.clients FOLDER`` fetches them from PyPI and npm, and ``CLIENTS=FOLDER pytest tests/hosts``
runs them. Without that, the tests that want them are skipped and say so.
"""

import json
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

import pytest

PYTHONS = {
    "mcp-1.3.0": ["mcp==1.3.0", "pydantic<2.12"],  # protocol 2024-11-05; both want the pydantic of their time
    "mcp-1.9.4": ["mcp==1.9.4", "pydantic<2.12"],  # protocol 2025-03-26
    "agents": ["google-genai", "langchain-mcp-adapters", "langchain-openai", "openai-agents", "mcp<2"],
}
TYPESCRIPTS = {
    "typescript-1.11.0": "@modelcontextprotocol/sdk@1.11.0",
    "typescript": "@modelcontextprotocol/sdk",
}
HOSTS = [
    "@anthropic-ai/claude-code@2.1",
    "@google/gemini-cli@0.61",
    "@openai/codex@0.171",
    "opencode-ai@1.18",
]
HERE = Path(__file__).parent


def python_of(name):
    """The interpreter of a client; the test is skipped where there is none."""
    folder = Path(_folder()) / name
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    if not python.exists():
        pytest.skip(f"{folder} holds no such client; python -m tests.hosts.clients fetches it")
    return str(python)


def node_modules_of(name):
    """The folder with a client's packages; the test is skipped where there is none, or no node."""
    if not shutil.which("node"):
        pytest.skip("no node on the PATH")
    modules = Path(_folder()) / name / "node_modules"
    if not modules.exists():
        pytest.skip(f"{modules} is not there; python -m tests.hosts.clients fetches it")
    return modules


def binary_of(name):
    """The command of a host; the test is skipped where there is none, or no node."""
    if not shutil.which("node"):
        pytest.skip("no node on the PATH")
    binary = Path(_folder()) / "hosts" / "node_modules" / ".bin" / name
    if not binary.exists():
        pytest.skip(f"{binary} is not there; python -m tests.hosts.clients fetches it")
    return str(binary)


def run(command, *arguments, **options):
    """What a client printed as JSON, given ``arguments`` as JSON."""
    done = subprocess.run(
        [*command, *map(json.dumps, arguments)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=150,
        **options,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout.splitlines()[-1])


def _folder():
    folder = os.environ.get("CLIENTS")
    if not folder:
        pytest.skip(
            "CLIENTS names no folder with real clients; python -m tests.hosts.clients FOLDER fetches them"
        )
    return folder


def fetch(folder):
    """Bring every client that there is here into ``folder``; one that can't be had is left out, and said so."""
    for name, packages in PYTHONS.items():
        venv.create(folder / name, with_pip=True)
        python = folder / name / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
        _try(name, folder, [str(python), "-m", "pip", "install", "--quiet", *packages])
    npm = shutil.which("npm")
    quietly = ["install", "--silent", "--no-audit", "--no-fund", "--prefix"]
    packages = {name: [package] for name, package in TYPESCRIPTS.items()} | {"hosts": HOSTS}
    for name, wanted in packages.items() if npm else ():
        _try(name, folder, [npm, *quietly, str(folder / name), *wanted])
    if npm is None:
        print("without npm there are no hosts and no TypeScript clients")


def _try(name, folder, command):
    if subprocess.run(command).returncode:
        shutil.rmtree(folder / name, ignore_errors=True)
        print(f"{name} is not to be had")


if __name__ == "__main__":
    fetch(Path(sys.argv[1]))
