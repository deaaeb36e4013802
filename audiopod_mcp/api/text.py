"""Words of the service made fit to show: one line, short, no markup, no secrets."""

from __future__ import annotations

import re

from audiopod_mcp import plain_text

_KEY = re.compile(r"\bap_[A-Za-z0-9_\-]{6,}")
_TITLE = re.compile(r"<title[^>]*>(.*?)</title>", re.IGNORECASE | re.DOTALL)
_HIDDEN = re.compile(r"<(script|style)\b.*?(</\1>|\Z)", re.IGNORECASE | re.DOTALL)


def one_line(text: str, secret: str | None = None) -> str:
    """``text`` on one line of at most 300 characters, without markup, control characters or keys."""
    # What hides between the letters of a key or a tag goes first.
    text = plain_text.one_line(text[:20_000], 20_000)
    if secret:
        text = text.replace(secret, "[key]")
    text = _KEY.sub("[key]", text)
    if title := _TITLE.search(text):
        text = title.group(1)
    return plain_text.one_line(re.sub(r"<[!/]?[a-zA-Z][^>]*(>|\Z)", " ", _HIDDEN.sub(" ", text)))


def is_web_page(content_type: str, body: bytes) -> bool:
    """Whether an answer is a page for people rather than data."""
    return "html" in content_type.lower() or body[:512].lstrip().lower().startswith((b"<!doctype", b"<html"))
