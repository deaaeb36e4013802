"""What people and programs put around an address: quotes, brackets, Markdown, the ``@`` of a mention."""

from __future__ import annotations

import re
from typing import Final

_PAIRS: Final = ('""', "''", "``", "“”", "„“", "‘’", "«»", "<>")
_MARKDOWN: Final = re.compile(
    r"!?\[[^\]]*\]\(\s*(<[^<>]*>|.*?)(?:\s+(?:\"[^\"]*\"|'[^']*'))?\s*\)", re.DOTALL
)
_MENTION: Final = re.compile(
    r"@(?=[\"'/~.<`\[]|[A-Za-z]:[\\/]|\\\\|https?://|file:|audiopod:)", re.IGNORECASE
)
_URL: Final = re.compile(r"(?:https?://|file:|audiopod:)", re.IGNORECASE)
_INVISIBLE: Final = "\ufeff\u200b\u200e\u200f\u2060\u202a\u202b\u202c\u2066\u2067\u2068\u2069"
"""What Windows and word processors copy along with a path."""


def unwrapped(text: str) -> str:
    """The address in ``text`` alone."""
    while True:
        inner = text.strip().strip(_INVISIBLE).strip()
        if link := _MARKDOWN.fullmatch(inner):
            inner = link[1]
        elif len(inner) > 2 and inner[0] + inner[-1] in _PAIRS:
            inner = inner[1:-1]
        else:
            inner = _MENTION.sub("", inner, count=1) if inner.startswith("@") else inner
        if inner == text:
            return text
        text = inner


def plain_address(text: str) -> str:
    """``text`` as an address: of a URL that alone, with blanks encoded. A path is left as it is.

    A file may really be called so; whoever looks for it finds out.
    """
    inner = unwrapped(text)
    if not _URL.match(inner):
        return text
    return inner.replace(" ", "%20") if inner[:4].lower() == "http" else inner
