"""The hosts that can be set up: where each keeps its configuration, and what an entry looks like there."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

Platform = Literal["linux", "macos", "windows"]
Format = Literal["json", "toml", "yaml"]
Entry = dict[str, Any]


@dataclass(frozen=True)
class Machine:
    """Where programs keep their files. The environment is the hosts' own (``CODEX_HOME`` …), not ours."""

    platform: Platform
    home: Path
    environment: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def current(cls) -> Machine:
        platform: Platform = (
            "windows" if sys.platform == "win32" else "macos" if sys.platform == "darwin" else "linux"
        )
        return cls(platform, Path.home(), os.environ)

    def expand(self, template: str) -> Path:
        """The path that ``template`` means, such as ``{appdata}/Claude``."""

        def folder(variable: str, default: Path) -> Path:
            given = self.environment.get(variable, "")
            return Path(given) if given else default

        support = self.home / "Library" / "Application Support"
        places = {
            "home": self.home,
            "config": folder("XDG_CONFIG_HOME", self.home / ".config"),
            "support": support,
            "appdata": folder("APPDATA", self.home / "AppData" / "Roaming"),
            "localappdata": folder("LOCALAPPDATA", self.home / "AppData" / "Local"),
            "claude": folder("CLAUDE_CONFIG_DIR", self.home),
            "codex": folder("CODEX_HOME", self.home / ".codex"),
        }
        return Path(template.format_map({name: str(path) for name, path in places.items()}))


@dataclass(frozen=True)
class Server:
    """How a host starts us."""

    command: str
    args: tuple[str, ...] = ()
    env: Mapping[str, str] = field(default_factory=dict)


def _plain(server: Server) -> Entry:
    entry: Entry = {"command": server.command, "args": list(server.args)}
    return {**entry, "env": dict(server.env)} if server.env else entry


def _typed(server: Server) -> Entry:
    return {"type": "stdio", **_plain(server)}


def _zed(server: Server) -> Entry:
    return {"source": "custom", **_plain(server)}


def _goose(server: Server) -> Entry:
    entry: Entry = {"name": "AudioPod", "type": "stdio", "cmd": server.command, "args": list(server.args)}
    entry |= {"enabled": True, "timeout": 300}
    return {**entry, "envs": dict(server.env)} if server.env else entry


def _opencode(server: Server) -> Entry:
    entry: Entry = {"type": "local", "command": [server.command, *server.args], "enabled": True}
    return {**entry, "environment": dict(server.env)} if server.env else entry


@dataclass(frozen=True)
class Host:
    """A program that can use the server, with the file it reads."""

    name: str
    title: str
    paths: Mapping[Platform, str]
    project: str | None = None
    """The file inside a project folder, where the host reads one."""
    container: str = "mcpServers"
    format: Format = "json"
    entry: Callable[[Server], Entry] = _plain
    next_step: str = "Quit and start it again."
    packaged: str | None = None
    """The folder that a Windows Store package uses instead of ``{appdata}``."""

    def path(self, machine: Machine, project: Path | None = None) -> Path | None:
        """The configuration file on ``machine``, or in ``project``; ``None``: the host has none there."""
        if project is not None:
            return project / self.project if self.project else None
        template = self.paths[machine.platform]
        if self.packaged and machine.platform == "windows":
            packaged = machine.expand(self.packaged)
            if packaged.is_dir():
                return machine.expand(template.replace("{appdata}", str(packaged)))
        return machine.expand(template)


def _everywhere(template: str) -> dict[Platform, str]:
    return {"linux": template, "macos": template, "windows": template}


_ROOTS: dict[Platform, str] = {"linux": "{config}", "macos": "{support}", "windows": "{appdata}"}
"""Where Electron programs keep their folder."""
_CLINE = "Code/User/globalStorage/saoudrizwan.claude-dev/settings/cline_mcp_settings.json"

HOSTS: dict[str, Host] = {
    host.name: host
    for host in (
        Host(
            "claude-desktop",
            "Claude Desktop",
            {
                "linux": "{config}/Claude/claude_desktop_config.json",
                "macos": "{support}/Claude/claude_desktop_config.json",
                "windows": "{appdata}/Claude/claude_desktop_config.json",
            },
            next_step="Quit Claude Desktop altogether (closing the window is not enough) and start it again.",
            packaged="{localappdata}/Packages/Claude_pzs8sxrjxfjjc/LocalCache/Roaming",
        ),
        Host(
            "claude-code",
            "Claude Code",
            _everywhere("{claude}/.claude.json"),
            project=".mcp.json",
            entry=_typed,
            next_step="Start a new session; /mcp shows the server.",
        ),
        Host(
            "cursor",
            "Cursor",
            _everywhere("{home}/.cursor/mcp.json"),
            project=".cursor/mcp.json",
            next_step="Restart Cursor and switch the server on under Settings → MCP.",
        ),
        Host(
            "vscode",
            "VS Code",
            {
                "linux": "{config}/Code/User/mcp.json",
                "macos": "{support}/Code/User/mcp.json",
                "windows": "{appdata}/Code/User/mcp.json",
            },
            project=".vscode/mcp.json",
            container="servers",
            entry=_typed,
            next_step="Run “MCP: List Servers” in VS Code and start it.",
        ),
        Host(
            "windsurf",
            "Windsurf",
            _everywhere("{home}/.codeium/windsurf/mcp_config.json"),
            next_step="Press refresh in the MCP panel of Cascade, or restart Windsurf.",
        ),
        Host(
            "zed",
            "Zed",
            {
                "linux": "{config}/zed/settings.json",
                "macos": "{home}/.config/zed/settings.json",
                "windows": "{appdata}/Zed/settings.json",
            },
            project=".zed/settings.json",
            container="context_servers",
            entry=_zed,
            next_step="The agent panel's settings show a green dot when it runs.",
        ),
        Host(
            "gemini-cli",
            "Gemini CLI",
            _everywhere("{home}/.gemini/settings.json"),
            project=".gemini/settings.json",
            next_step=(
                "Start a new session in a folder that Gemini CLI trusts (it asks once), "
                "or it starts no server. /mcp shows it."
            ),
        ),
        Host(
            "codex-cli",
            "Codex CLI",
            _everywhere("{codex}/config.toml"),
            project=".codex/config.toml",
            container="mcp_servers",
            format="toml",
            next_step=(
                "Start a new session; /mcp shows the server. For codex exec, which asks before a server has "
                "started, add required = true to the entry."
            ),
        ),
        Host(
            "opencode",
            "opencode",
            _everywhere("{home}/.config/opencode/opencode.json"),
            project="opencode.json",
            container="mcp",
            entry=_opencode,
            next_step="Start a new session; opencode mcp list shows the server.",
        ),
        Host(
            "lm-studio",
            "LM Studio",
            _everywhere("{home}/.lmstudio/mcp.json"),
            next_step="Switch the server on under Program → Install; LM Studio asks before it calls a tool.",
        ),
        Host(
            "cline",
            "Cline",
            {platform: f"{root}/{_CLINE}" for platform, root in _ROOTS.items()},
            next_step="The MCP servers view of Cline in VS Code shows it.",
        ),
        Host(
            "amazon-q",
            "Amazon Q Developer",
            _everywhere("{home}/.aws/amazonq/mcp.json"),
            project=".amazonq/mcp.json",
            next_step="Start a new session of q chat; /tools shows what it may do.",
        ),
        Host(
            "goose",
            "Goose",
            {
                "linux": "{config}/goose/config.yaml",
                "macos": "{home}/.config/goose/config.yaml",
                "windows": "{appdata}/Block/goose/config/config.yaml",
            },
            container="extensions",
            format="yaml",
            entry=_goose,
            next_step="Start a new session.",
        ),
    )
}
