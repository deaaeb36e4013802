"""The player: an MCP App that hosts show where a tool has made music."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any

from mcp.server.apps import APP_MIME_TYPE, EXTENSION_ID
from mcp.server.extension import Extension
from mcp.server.lowlevel.helper_types import ReadResourceContents

from audiopod_mcp.operations import OPERATIONS, Operation

URI = "ui://audiopod/player.html"

UI = {"ui": {"resourceUri": URI}}
"""What the ``_meta`` of a tool says if its results are shown in the player."""


class Player(Extension):
    """Says that this server has an app. The tools name it, and :func:`page` is what it is."""

    identifier = EXTENSION_ID

    def settings(self) -> dict[str, Any]:
        return {"mimeTypes": [APP_MIME_TYPE]}


def _task(operation: type[Operation]) -> str | bool | None:
    """The task of the job that it makes; ``None``: one of several, ``False``: it makes none."""
    if operation.is_synchronous():
        return False
    tasks = [endpoint.task for endpoint in operation.endpoints()]
    return tasks[0] if len(tasks) == 1 else None


def page() -> ReadResourceContents:
    """The document, read when a host asks for it; it needs no network and no permission."""
    html = files(__package__).joinpath("player.html").read_text(encoding="utf-8")
    tasks = {operation.tool: _task(operation) for operation in OPERATIONS}
    html = html.replace("const TASKS = {};", f"const TASKS = {json.dumps(tasks)};")
    return ReadResourceContents(content=html, mime_type=APP_MIME_TYPE, meta={"ui": {"prefersBorder": True}})
