"""Write the lists of tools in ``README.md`` and ``manifest.json`` from the tools' own declarations.

``python docs/tool_tables.py`` writes both files; with ``--check`` it only says whether they are up to date.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import NoReturn

from audiopod_mcp.operations import OPERATIONS, Operation
from audiopod_mcp.server import Service
from audiopod_mcp.server.tools import build_tools

ROOT = Path(__file__).parents[1]


def main() -> None:
    """Write the files, or complain about them."""
    tools = {tool.name: tool.description for tool in build_tools(Service(connect=_unreachable))}
    stale = []
    for name, updated in (("README.md", readme), ("manifest.json", manifest)):
        path = ROOT / name
        before = path.read_text("utf-8")
        if (after := updated(before, tools)) != before:
            stale.append(name)
            if "--check" not in sys.argv:
                path.write_text(after, "utf-8")
    if stale and "--check" in sys.argv:
        sys.exit(f"{' and '.join(stale)} list other tools than there are; run python docs/tool_tables.py")


def readme(text: str, tools: dict[str, str]) -> str:
    """``text`` with the present tools between its two markers, each with its first sentence."""
    modes = {operation.tool: _modes(operation) for operation in OPERATIONS}
    rows = [
        f"| `{name}` | {first_sentence(description)}{modes.get(name, '')} |"
        for name, description in tools.items()
    ]
    table = "\n".join(["| tool | does |", "| --- | --- |", *rows])
    begin, end = "<!-- tools: generated from the declarations -->", "<!-- end of tools -->"
    return re.sub(f"{begin}.*{end}", lambda _: f"{begin}\n\n{table}\n\n{end}", text, flags=re.DOTALL)


def manifest(text: str, tools: dict[str, str]) -> str:
    """``text`` with the present tools, one a line."""
    lines = [
        f"    {json.dumps({'name': name, 'description': first_sentence(tools[name])}, ensure_ascii=False)}"
        for name in sorted(tools)
    ]
    listed = '"tools": [\n' + ",\n".join(lines) + "\n  ]"
    return re.sub(r'"tools": \[.*?\n  \]', lambda _: listed, text, flags=re.DOTALL)


def _modes(operation: type[Operation]) -> str:
    """What an operation of several addresses can be told to be."""
    fixed = [endpoint.fixed for endpoint in operation.endpoints() if endpoint.fixed]
    values = {name: ", ".join(f"`{each[name]}`" for each in fixed) for name in (fixed[0] if fixed else ())}
    return "".join(f"; `{name}` is one of {listed}" for name, listed in values.items())


def first_sentence(description: str) -> str:
    return re.split(r"\. |\.$", description)[0]


def _unreachable(_key: str | None) -> NoReturn:
    raise AssertionError("no service is needed to list the tools")


if __name__ == "__main__":
    main()
