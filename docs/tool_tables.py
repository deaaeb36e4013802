"""Write what is kept of the tools' declarations: lists in ``README.md`` and ``manifest.json``, the schemas.

``python docs/tool_tables.py`` writes the files; with ``--check`` it only says whether they are up to date.
"""

from __future__ import annotations

import json
import re
import sys
from operator import itemgetter
from pathlib import Path
from typing import NoReturn

from audiopod_mcp.operations import OPERATIONS, Operation
from audiopod_mcp.server import Service
from audiopod_mcp.server.schemas import KEPT, arguments_of, name_of, result_of
from audiopod_mcp.server.tool import MusicTool
from audiopod_mcp.server.tools import build_tools

ROOT = Path(__file__).parents[1]
Tools = dict[str, MusicTool]


def main() -> None:
    """Write the files, or complain about them."""
    tools = {tool.name: tool for tool in build_tools(Service(connect=_unreachable))}
    stale = []
    for path, updated in ((ROOT / "README.md", readme), (ROOT / "manifest.json", manifest), (KEPT, schemas)):
        before = path.read_text("utf-8")
        if (after := updated(before, tools)) != before:
            stale.append(path.name)
            if "--check" not in sys.argv:
                path.write_text(after, "utf-8")
    if stale and "--check" in sys.argv:
        sys.exit(f"{' and '.join(stale)} tell of other tools than there are; run python docs/tool_tables.py")


def readme(text: str, tools: Tools) -> str:
    """``text`` with the present tools between its two markers, each with its first sentence."""
    modes = {operation.tool: _modes(operation) for operation in OPERATIONS}
    rows = [
        f"| `{name}` | {first_sentence(tool.description)}{modes.get(name, '')} |"
        for name, tool in tools.items()
    ]
    table = "\n".join(["| tool | does |", "| --- | --- |", *rows])
    begin, end = "<!-- tools: generated from the declarations -->", "<!-- end of tools -->"
    return re.sub(f"{begin}.*{end}", lambda _: f"{begin}\n\n{table}\n\n{end}", text, flags=re.DOTALL)


def manifest(text: str, tools: Tools) -> str:
    """``text`` with the present tools, one a line."""
    told = [{"name": name, "description": first_sentence(tool.description)} for name, tool in tools.items()]
    lines = [f"    {json.dumps(each, ensure_ascii=False)}" for each in sorted(told, key=itemgetter("name"))]
    listed = '"tools": [\n' + ",\n".join(lines) + "\n  ]"
    return re.sub(r'"tools": \[.*?\n  \]', lambda _: listed, text, flags=re.DOTALL)


def schemas(_: str, tools: Tools) -> str:
    """The schemas of all arguments and results by the names of their models, one a line."""
    arguments = {name_of(tool.arguments): arguments_of(tool.arguments) for tool in tools.values()}
    results = {name_of(tool.result): result_of(tool.result) for tool in tools.values() if tool.result}
    lines = [
        f"{json.dumps(name)}: {json.dumps(schema, ensure_ascii=False)}"
        for name, schema in (arguments | results).items()
    ]
    return "{\n" + ",\n".join(lines) + "\n}\n"


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
