"""Real hosts, run once with a task in a fresh home, set up by ``audiopod-mcp install`` as their users do it."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from .clients import binary_of


@dataclass(frozen=True)
class RealHost:
    """How a host is pointed at a model on this machine and given one task."""

    install: str
    """The name of it that ``audiopod-mcp install`` knows."""
    binary: str
    arguments: tuple[str, ...]
    environment: Callable[[str], dict[str, str]]
    configure: Callable[[Path, str], None] = lambda home, url: None
    reads: str = "text"
    """What of a result its model gets: ``text`` or ``structure``."""


def _codex(home, url):
    file = home / ".codex" / "config.toml"
    # One-shot runs of Codex ask the model before a server has started, unless it is required.
    entry = file.read_text().replace(
        "[mcp_servers.audiopod]", "[mcp_servers.audiopod]\nrequired = true\nstartup_timeout_sec = 60"
    )
    provider = (
        f'\n[model_providers.scripted]\nname = "scripted"\nbase_url = "{url}/v1"\n'
        'wire_api = "responses"\nenv_key = "SCRIPTED_KEY"\n'
    )
    file.write_text(f'model = "scripted"\nmodel_provider = "scripted"\n{entry}{provider}')


def _gemini(home, url):
    file = home / ".gemini" / "settings.json"
    settings = json.loads(file.read_text())
    file.write_text(json.dumps({**settings, "security": {"auth": {"selectedType": "gemini-api-key"}}}))


def _opencode(home, url):
    file = home / ".config" / "opencode" / "opencode.json"
    settings = json.loads(file.read_text())
    provider = {
        "npm": "@ai-sdk/openai-compatible",
        "name": "Scripted",
        "options": {"baseURL": f"{url}/v1", "apiKey": "x"},
        "models": {
            "scripted": {
                "name": "Scripted",
                "tool_call": True,
                "attachment": True,
                "modalities": {"input": ["text", "image"], "output": ["text"]},
            }
        },
    }
    file.write_text(
        json.dumps({**settings, "model": "scripted/scripted", "provider": {"scripted": provider}})
    )


HOSTS = {
    "claude-code": RealHost(
        "claude-code",
        "claude",
        ("-p", "do it", "--allowedTools", "mcp__audiopod", "--model", "claude-sonnet-4-5"),
        lambda url: {
            "ANTHROPIC_BASE_URL": url,
            "ANTHROPIC_API_KEY": "x",
            "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
            "DISABLE_AUTOUPDATER": "1",
            "MCP_TIMEOUT": "60000",
        },
        reads="structure",
    ),
    "codex": RealHost(
        "codex-cli",
        "codex",
        ("exec", "--skip-git-repo-check", "--dangerously-bypass-approvals-and-sandbox", "do it"),
        lambda url: {"SCRIPTED_KEY": "x"},
        _codex,
        reads="structure",
    ),
    "gemini-cli": RealHost(
        "gemini-cli",
        "gemini",
        ("-p", "do it", "--yolo", "-m", "gemini-2.5-flash"),
        lambda url: {
            "GOOGLE_GEMINI_BASE_URL": url,
            "GEMINI_API_KEY": "x",
            "GEMINI_CLI_TRUST_WORKSPACE": "true",
        },
        _gemini,
    ),
    "opencode": RealHost(
        "opencode",
        "opencode",
        ("run", "do it"),
        lambda url: {"OPENCODE_DISABLE_AUTOUPDATE": "1", "OPENCODE_DISABLE_MODELS_FETCH": "1"},
        _opencode,
    ),
}


def run(host, home, url, **settings):
    """Set ``host`` up in the empty folder ``home`` and give it a task; returns what it printed.

    ``settings`` are environment variables of the server.
    """
    binary = binary_of(host.binary)
    project = home / "project"
    project.mkdir()
    env = {
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")]),
        "HOME": str(home),
        "USERPROFILE": str(home),
        "LANG": "C.UTF-8",
        "CODEX_HOME": str(home / ".codex"),
    }
    (home / ".codex").mkdir()
    given = [option for name, value in settings.items() for option in ("--env", f"{name}={value}")]
    subprocess.run(
        [sys.executable, "-m", "audiopod_mcp", "install", host.install, *given],
        env=env, cwd=project, check=True, capture_output=True,
    )  # fmt: skip
    host.configure(home, url)
    done = subprocess.run(
        [binary, *host.arguments],
        env=env | host.environment(url), cwd=project, capture_output=True, text=True, timeout=170,
        stdin=subprocess.DEVNULL,
    )  # fmt: skip
    return f"{done.stdout}\n{done.stderr}"
