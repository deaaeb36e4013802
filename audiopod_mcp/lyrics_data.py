"""Lyrics that come as data, sections by their names and lines in lists, written out as a text with tags."""

from __future__ import annotations

import json
from collections.abc import Iterator

NAME_KEYS = ("section", "type", "name", "tag", "label", "part")
LINE_KEYS = frozenset(("lines", "text", "lyrics", "lyric", "content", "words", "sections", "line"))
"""What data calls a section, and its words."""
ABOUT_KEYS = frozenset(
    (
        *("title", "artist", "author", "album", "genre", "style", "mood", "theme", "tempo", "bpm", "key"),
        *(
            "language",
            "instruments",
            "instrumentation",
            "tags",
            "duration",
            "notes",
            "description",
            "caption",
        ),
    )
)
"""What it says of the song."""


def lyrics_text(text: str) -> str:
    """The text of lyrics, those that are JSON written out."""
    if not text.strip().startswith(("{", "[")):
        return text
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        return text
    return written_out(data) if isinstance(data, dict | list) else text


def written_out(data: object) -> str:
    """Data as a text: one line a value, the names of sections in square brackets."""
    return "\n".join(_lines_of(data))


def _lines_of(data: object) -> Iterator[str]:
    if isinstance(data, dict):
        name = next((data[key] for key in NAME_KEYS if isinstance(data.get(key), str)), None)
        if name is not None:
            yield f"[{name}]"
        for key, value in data.items():
            if key in NAME_KEYS and value is name:
                continue
            is_scalar = not isinstance(value, str | list | dict)
            if is_scalar or (str(key).lower() in ABOUT_KEYS and not isinstance(value, dict)):
                yield f"[{key}: {', '.join(map(str, value)) if isinstance(value, list) else value}]"
                continue
            holds_sections = isinstance(value, list) and any(isinstance(item, dict) for item in value)
            if key not in LINE_KEYS and not holds_sections:
                yield f"[{str(key).replace('_', ' ')}]"
            yield from _lines_of(value)
    elif isinstance(data, list):
        for item in data:
            yield from _lines_of(item)
    elif data is not None:
        yield str(data)
