"""What a client of its protocol understands: old ones know text alone, and some agents choke on links."""

from __future__ import annotations

from typing import Any

from mcp.server.apps import client_supports_apps
from mcp.server.context import CallNext, HandlerResult, ServerRequestContext
from mcp.types import CallToolResult, ContentBlock, ResourceLink, TextContent

LINKS_SINCE = "2025-06-18"
"""The protocol that brought links and structured content. Clients of earlier ones refuse the whole result."""


def fitted(result: CallToolResult, protocol_version: str, *, links_as_text: bool = False) -> CallToolResult:
    """``result`` for a client that speaks ``protocol_version``, its links in words where they must be."""
    is_old = protocol_version < LINKS_SINCE
    if is_old or links_as_text:
        result = result.model_copy(update={"content": _in_words(result.content)})
    return result.model_copy(update={"structured_content": None}) if is_old else result


async def fit_tools(ctx: ServerRequestContext[Any, Any], call_next: CallNext) -> HandlerResult:
    """Middleware: what a client can't use, or is not sent, is not published to it either.

    Titles stood in the annotations before tools had their own; the player is named to hosts that say they
    show such apps, as the extension's specification wants it.
    """
    result = await call_next(ctx)
    if ctx.method != "tools/list" or not isinstance(result, dict):
        return result
    is_old = ctx.protocol_version < LINKS_SINCE
    unused = {"outputSchema", "title"} if is_old else set()
    if not client_supports_apps(ctx):
        unused.add("_meta")
    tools = []
    for tool in result["tools"]:
        fit = {name: value for name, value in tool.items() if name not in unused}
        if not is_old:
            fit["annotations"] = {name: hint for name, hint in tool["annotations"].items() if name != "title"}
            if tool["title"] == tool["name"].replace("_", " ").capitalize():
                del fit["title"]
        tools.append(fit)
    return result | {"tools": tools}


def _in_words(content: list[ContentBlock]) -> list[ContentBlock]:
    links = [block for block in content if isinstance(block, ResourceLink)]
    rest: list[ContentBlock] = [block for block in content if not isinstance(block, ResourceLink)]
    line = f"Resources: {', '.join(str(link.uri) for link in links)}"
    for place, block in enumerate(rest):
        if links and isinstance(block, TextContent):
            rest[place] = block.model_copy(update={"text": f"{block.text}\n{line}"})
            break
    return rest
