"""What people and programs put around an address: quotes, brackets, Markdown, the ``@`` of a mention."""

from __future__ import annotations

import re
from typing import Final

_PAIRS: Final = ('""', "''", "``", "“”", "„“", "‘’", "«»", "<>")
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
        if (target := _target_of_link(inner)) is not None:
            inner = target
        elif len(inner) > 2 and inner[0] + inner[-1] in _PAIRS:
            inner = inner[1:-1]
        else:
            inner = _MENTION.sub("", inner, count=1) if inner.startswith("@") else inner
        if inner == text:
            return text
        text = inner


def _target_of_link(text: str) -> str | None:
    """Where a Markdown link leads, such as ``[song](https://host/a.mp3 "its title")``.

    A regular expression for it takes minutes over some texts.
    """
    label, middle, rest = text.partition("](")
    if not middle or not label.startswith(("[", "![")) or not rest.endswith(")"):
        return None
    target = rest[:-1].strip()
    if target.startswith("<"):
        return target[1:].partition(">")[0]
    if target[-1:] in ('"', "'"):
        place = target.find(f" {target[-1]}")
        return target[:place] if place >= 0 else target
    return target


def plain_address(text: str) -> str:
    """``text`` as an address: of a URL that alone, with blanks encoded. A path is left as it is.

    A file may really be called so; whoever looks for it finds out.
    """
    inner = unwrapped(text)
    if not _URL.match(inner):
        return text
    return inner.replace(" ", "%20") if inner[:4].lower() == "http" else inner
