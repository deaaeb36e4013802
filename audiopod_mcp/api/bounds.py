"""What an answer may hold, field by field: how much, and of which form. The rest is left out, and said so."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from audiopod_mcp.plain_text import lines, one_line

MOST_NESTED: Final = 32
"""Levels of lists and objects in an answer."""
MOST_CONTAINERS: Final = 250_000
"""Lists and objects in an answer: millions of empty ones would take seconds."""
MOST_KEPT_LEVELS: Final = 6
MOST_VALUES: Final = 60_000
"""In one job or analysis."""
MOST_ENTRIES: Final = 100
LIST_LENGTHS: Final[Mapping[str, int]] = {
    "beats": 20_000,
    "downbeats": 10_000,
    "chords": 5_000,
    "sections": 500,
    "vocals": 1_000,
    "notes": 20,
    "done": 40,
    "not_done": 40,
}
"""Of lists that may hold more or less than :data:`MOST_ENTRIES`."""
LINE_LENGTHS: Final[Mapping[str, int]] = {
    "audio_codes": 1_000_000,
    "caption": 4_096,
    "display_name": 255,
    "engine": 120,
    "label": 60,
    "stage": 120,
}
"""Characters of lines that may be longer or shorter than the 300 of :func:`one_line`."""
TEXT_LENGTHS: Final[Mapping[str, int]] = {"lyrics": 20_000, "lrc_content": 200_000}
"""Characters of texts that have lines."""
LINKS: Final = frozenset({"output_url", "thumbnail_url", "lrc_url"})
LINKS_BY_NAME: Final[Mapping[str, re.Pattern[str]]] = {
    "output_urls": re.compile(r"[A-Za-z0-9]{1,16}(?:_\d{1,3})?"),
    "stem_urls": re.compile(r"[\w -]{1,40}"),
    "notation_urls": re.compile(r"[\w -]{1,40}"),
}
"""The objects whose values are links, and the form of the names in them."""
FORMS: Final[Mapping[str, re.Pattern[str]]] = {
    "task": re.compile(r"[\w .+-]{1,60}"),
    "format": re.compile(r"\w{1,16}"),
    **dict.fromkeys(("created_at", "started_at", "completed_at"), re.compile(r"[\d:.,TZ +-]{8,40}")),
}
"""Of words that are read by programs."""
LONGEST_LINK: Final = 4096
LARGEST_NUMBER: Final = 2**63
MOST_REMARKS: Final = 5
_LINK: Final = re.compile(r"(?:https?://|/(?![/\\]))[^\s\\<>\"“”]*", re.IGNORECASE)


def is_link(text: str) -> bool:
    """Whether ``text`` may be followed: an http(s) URL, or a path on the service itself."""
    if len(text) > LONGEST_LINK or not text.isprintable() or not _LINK.fullmatch(text):
        return False
    try:
        return text.startswith("/") or bool(urlsplit(text).hostname)
    except ValueError:
        return False


def is_crowded(body: bytes) -> bool:
    """Whether there are more lists and objects in ``body`` than any answer needs."""
    return body.count(b"[") + body.count(b"{") > MOST_CONTAINERS


def is_deeply_nested(content: Any) -> bool:
    """Whether lists and objects in ``content`` lie in each other beyond what any answer needs."""
    level = [content] if isinstance(content, dict | list) else []
    for _ in range(MOST_NESTED):
        level = [
            inner
            for outer in level
            for inner in (outer.values() if isinstance(outer, dict) else outer)
            if isinstance(inner, dict | list)
        ]
    return bool(level)


class Sieve:
    """Lets through of an answer what may be in it, and remembers what it kept back."""

    def __init__(self) -> None:
        self.left_out: list[str] = []
        self._values = 0

    def fields(self, fields: Mapping[str, Any], wanted: Collection[str]) -> dict[str, Any]:
        """Those of ``fields`` that are ``wanted``; a value of the wrong type stays, to be refused."""
        found = {name: self._field(name, value) for name, value in fields.items() if name in wanted}
        return {name: value for name, value in found.items() if value is not None or fields[name] is None}

    def value(self, name: str, value: Any, depth: int = 0) -> Any:
        """Any JSON, bounded; ``name`` is the key that it stands under."""
        self._values += 1
        if isinstance(value, str):
            if name in TEXT_LENGTHS:
                return lines(value, TEXT_LENGTHS[name])
            return one_line(value, LINE_LENGTHS.get(name, 300))
        if isinstance(value, int | float) and not -LARGEST_NUMBER < value < LARGEST_NUMBER:
            return self._without(f"{name} (no sensible number)")
        if not isinstance(value, dict | list):
            return value
        if depth >= MOST_KEPT_LEVELS:
            return self._without(f"{name} (too deeply nested)")
        most = LIST_LENGTHS.get(name, MOST_ENTRIES)
        entries = (
            list(value.items()) if isinstance(value, dict) else [(name, item) for item in value[: most + 1]]
        )
        kept = [
            (one_line(str(key), 60), self.value(str(key), inner, depth + 1))
            for key, inner in entries[:most]
            if self._values < MOST_VALUES
        ]
        if len(kept) < len(value):
            self._without(f"{len(value) - len(kept)} of {len(value)} {one_line(name, 40)}")
        return dict(kept) if isinstance(value, dict) else [inner for _, inner in kept]

    def remark(self, whose: str) -> str | None:
        """What was left out of ``whose`` answer, in one line."""
        if not self.left_out:
            return None
        more = len(self.left_out) - MOST_REMARKS
        told = ", ".join(self.left_out[:MOST_REMARKS]) + (f" and {more} more" if more > 0 else "")
        return f"Left out of {whose}'s answer: {told}."

    def _field(self, name: str, value: Any) -> Any:
        if name in LINKS and isinstance(value, str):
            return value if not value or is_link(value) else self._without(f"{name} (no http(s) link)")
        if name in LINKS_BY_NAME and isinstance(value, dict):
            return self._links(name, value)
        if name in FORMS and isinstance(value, str):
            return value if FORMS[name].fullmatch(value) else self._without(name)
        return self.value(name, value)

    def _links(self, name: str, value: Mapping[str, Any]) -> dict[str, str]:
        links: dict[str, str] = {}
        told = {key: url for key, url in value.items() if url}
        for key, url in told.items():
            if len(links) == MOST_ENTRIES:
                self._without(f"{len(told) - len(links)} of {len(told)} {name}")
                break
            if not LINKS_BY_NAME[name].fullmatch(key):
                self._without(
                    f"one of {name} (no name of a {'format' if name == 'output_urls' else 'track'})"
                )
            elif not isinstance(url, str) or not is_link(url):
                self._without(f"{name}.{key} (no http(s) link)")
            else:
                links[key] = url
        return links

    def _without(self, what: str) -> None:
        what = one_line(what, 80)
        if what not in self.left_out:
            self.left_out.append(what)
