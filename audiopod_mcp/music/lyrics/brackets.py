"""What stands between brackets in a line of lyrics, and which of it is not sung."""

from __future__ import annotations

import re
from collections.abc import Iterator

from .tags import is_direction, is_noise, is_voice

_CLOSING = {"[": "]", "{": "}", "(": ")", "<": ">"}
_MANNER = re.compile(r"(?!(?:any|every|no|some)thing|darling|(?:morn|even)ing)[a-z]{3,}(?:ing|ly|ed)")
"""What is said of the line behind it, where that begins with a capital."""
_STARRED = re.compile(r"(?<![\w*~])([*~])([a-z][a-z ]{2,30})\1(?=\s|$)")
_LONGEST_TAG = 400
"""Characters."""


def segments(line: str) -> Iterator[tuple[str, str]]:
    """Part a line into (text, "") and (what stands between brackets, the opening bracket)."""
    closing: dict[int, int] = {}
    open_: dict[str, list[int]] = {bracket: [] for bracket in _CLOSING}
    openings = {closed: opened for opened, closed in _CLOSING.items()}
    for index, letter in enumerate(line):
        if letter in _CLOSING:
            open_[letter].append(index)
        elif letter in openings and open_[openings[letter]]:
            closing[open_[openings[letter]].pop()] = index
    start = at = 0
    while at < len(line):
        end = closing.get(at)
        content = "" if end is None else line[at + 1 : min(end, at + 1 + _LONGEST_TAG)]
        if end is not None and _is_tag(line[at], content, line[:at], line[end + 1 :]):
            yield line[start:at], ""
            yield re.sub(r"[\[\]{}<>]", "", content), line[at]
            start = at = end + 1
        else:
            at += 1
    yield line[start:], ""


def without_stars(line: str) -> str:
    """``line`` with what is done, as chats write it ("*claps*", "~whispers~"), in round brackets."""
    for found in _STARRED.finditer(line):
        if is_direction(found[2]) or is_noise(found[2], line.replace(found[0], "")):
            line = line.replace(found[0], f"({found[2]})")
    return line


def _is_tag(opening: str, content: str, before: str, after: str) -> bool:
    """Whether what stands between brackets, with the rest of its line around it, is not sung.

    A voice is named before words that begin with a capital: "(All) night long" and "(All) I need" are sung.
    """
    if opening == "(" and not before.strip() and is_voice(content):
        said = after.lstrip(" :")
        said = said.removeprefix("I ") if content.lower() in ("all", "both") else said
        return not said or not said[0].islower()
    if opening == "(" and not before.strip() and _MANNER.fullmatch(content) and after.lstrip()[:1].isupper():
        return True  # "(building) Hearts are loud"
    if opening == "(":
        return len(content) <= 60 and (is_direction(content) or is_noise(content, before + after))
    return opening != "<" or content[:1].isalpha() or content[:1] == "/"
