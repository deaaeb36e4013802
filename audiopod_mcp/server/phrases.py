"""How answers put things: briefly, and with what comes from outside as a quotation."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

from mcp.types import CallToolResult, ContentBlock, ResourceLink, TextContent
from pydantic import BaseModel

from audiopod_mcp.plain_text import one_line, quoted

LONGEST_NOTES = 350
"""Characters of what is noted on a result; the resource that it names has all of it."""
SHORTEST = 20
"""Characters below which the beginning of a line says nothing."""
LONGEST_TERM = 40
LARGEST = 1190
"""Bytes of text and structure together, as long as shortening what is noted helps."""


def tool_result(
    model: BaseModel, *lines: str | None, links: list[ResourceLink] | None = None
) -> CallToolResult:
    """``lines`` to read, ``model`` as structured content and ``links`` to follow."""
    content: list[ContentBlock] = [TextContent(type="text", text="\n".join(line for line in lines if line))]
    return CallToolResult(
        content=content + list(links or ()),
        structured_content=model.model_dump(mode="json", exclude_none=True),
    )


def size_of(result: CallToolResult) -> int:
    """Bytes of text and structure as they are sent, which is what models get to read, links apart."""
    text = "".join(block.text for block in result.content if isinstance(block, TextContent))
    structure = json.dumps(result.structured_content, ensure_ascii=False, separators=(",", ":"))
    return len(f"{text}{structure}".encode())


def link_to(uri: str, name: str, title: str, mime_type: str) -> ResourceLink:
    return ResourceLink(type="resource_link", uri=uri, name=name, title=title, mime_type=mime_type)


def lines_that_fit(lines: Sequence[str], most: int) -> list[str] | None:
    """As many of ``lines`` as have ``most`` characters together, the last of them shortened; or ``None``.

    Where some are left out there is an ellipsis in their place.
    """
    kept: list[str] = []
    for line in lines:
        if most < min(len(line), SHORTEST):
            return [*kept, "…"]
        kept.append(one_line(line, most))
        most -= len(kept[-1])
    return kept or None


def noted(notes: Sequence[str] | None) -> str | None:
    """The notes on a result, as what they are: words of whoever made it."""
    return f"Note: {quoted(' '.join(notes))}" if notes else None


def term(text: str) -> str:
    """A term such as ``C# minor``, ``6/8`` or ``pre-chorus 2`` as it is; whatever says more, quoted."""
    return text if re.fullmatch(r"[\w#♯♭/+-]{1,16}( [\w#♯♭/+-]{1,16})?", text) else quoted(text)


def format_duration(seconds: float) -> str:
    """``1:05`` for 65 seconds."""
    return f"{int(seconds + 0.5) // 60}:{int(seconds + 0.5) % 60:02d}"
