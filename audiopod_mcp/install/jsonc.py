"""Setting and removing one member of a JSON document with comments, every other byte left as it is.

Understands what hosts' own readers allow beyond JSON: ``//`` and ``/* */`` comments and trailing commas.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NoReturn

DECODER = json.JSONDecoder()
SPACE = re.compile(r"[ \t\r\n]*")
COMMENT = re.compile(r"//[^\n]*|/\*.*?\*/", re.DOTALL)
LITERAL = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null")


class JsoncError(ValueError):
    """The text is not JSON with comments, or has no place for the member; one line saying where."""


@dataclass
class _Member:
    key: str
    start: int
    value: _Node
    comma: int | None = None


@dataclass
class _Node:
    start: int
    end: int = 0
    value: Any = None
    members: list[_Member] | None = None
    """Of an object; other values have none."""
    tail: int = 0
    """Where an object's last token or comment ends, before the white space and the closing brace."""

    def member(self, key: str) -> _Member | None:
        # Of equal keys every reader takes the last.
        return next((m for m in reversed(self.members or []) if m.key == key), None)


@dataclass
class _Reader:
    text: str
    position: int = 0
    line_comment_ends: set[int] = field(default_factory=set)
    last_token_end: int = 0

    def document(self) -> _Node | None:
        """The root, or ``None`` where there are only spaces and comments."""
        self.skip()
        if self.position == len(self.text):
            return None
        root = self.value()
        self.skip()
        if self.position < len(self.text):
            self.fail("text after the end")
        return root

    def skip(self) -> None:
        while True:
            match = SPACE.match(self.text, self.position)
            self.position = match.end() if match else self.position
            comment = COMMENT.match(self.text, self.position)
            if comment is None:
                return
            self.position = self.last_token_end = comment.end()
            if comment[0].startswith("//"):
                self.line_comment_ends.add(comment.end())

    def value(self) -> _Node:
        self.skip()
        start = self.position
        opening = self.text[start : start + 1]
        if opening == "{":
            return self.object()
        if opening == "[":
            return self.array()
        if opening == '"':
            value: Any = self.string()
        else:
            match = LITERAL.match(self.text, start)
            if match is None:
                self.fail("a value is missing")
            value = json.loads(match[0])
            self.position = self.last_token_end = match.end()
        return _Node(start, self.position, value)

    def object(self) -> _Node:
        node = _Node(self.position, value={}, members=[])
        members = node.members = []
        self.take("{")
        while True:
            self.skip()
            node.tail = self.last_token_end
            if self.peek() == "}":
                break
            if members and members[-1].comma is None:
                self.fail("a comma or } is missing")
            start = self.position
            if self.peek() != '"':
                self.fail('a name in " is missing')
            key = self.string()
            self.skip()
            self.take(":")
            member = _Member(key, start, self.value())
            members.append(member)
            node.value[key] = member.value.value
            self.skip()
            if self.peek() == ",":
                member.comma = self.position
                self.take(",")
        self.take("}")
        node.end = self.position
        return node

    def array(self) -> _Node:
        node = _Node(self.position, value=[])
        self.take("[")
        separated = True
        while True:
            self.skip()
            if self.peek() == "]":
                break
            if not separated:
                self.fail("a comma or ] is missing")
            node.value.append(self.value().value)
            self.skip()
            separated = self.peek() == ","
            if separated:
                self.take(",")
        self.take("]")
        node.end = self.position
        return node

    def string(self) -> str:
        try:
            text, end = DECODER.raw_decode(self.text, self.position)
        except json.JSONDecodeError as error:
            self.position = error.pos
            self.fail("a string is not closed or has a character that must be escaped")
        self.position = self.last_token_end = end
        return str(text)

    def peek(self) -> str:
        return self.text[self.position : self.position + 1]

    def take(self, character: str) -> None:
        if self.peek() != character:
            self.fail(f"{character} is missing")
        self.position += 1
        self.last_token_end = self.position

    def fail(self, what: str) -> NoReturn:
        before = self.text[: self.position]
        line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
        raise JsoncError(f"line {line}, column {column}: {what}")


def parse(text: str) -> Any:
    """The value of ``text``; an empty document is an empty object.

    Raises:
        JsoncError: where it is malformed.

    """
    root = _read(text)[0]
    return {} if root is None else root.value


def set_member(text: str, path: Sequence[str], value: Any) -> str:
    """``text`` with the member at ``path`` set to ``value``, objects on the way made where they are missing.

    Raises:
        JsoncError: where ``text`` is malformed or something on the way is not an object.

    """
    node, _ = _read(text)
    if node is None:
        separator = "" if not text or text.endswith("\n") else "\n"
        return f"{text}{separator}{json.dumps(_nested(path, value), indent=2, ensure_ascii=False)}\n"
    unit = _indent_unit(text, node)
    for depth, key in enumerate(path):
        if node.members is None:
            raise JsoncError(f"{'.'.join(path[:depth]) or 'the document'} is not an object")
        member = node.member(key)
        if member is None:
            return _insert(text, node, key, _nested(path[depth + 1 :], value), unit)
        node = member.value
    if json.dumps(node.value, sort_keys=True) == json.dumps(value, sort_keys=True):
        return text
    line_indent = _line_indent(text, node.start)
    return text[: node.start] + _render(value, unit, line_indent) + text[node.end :]


def remove_member(text: str, path: Sequence[str]) -> str:
    """``text`` without the member at ``path``; the same text where there is none.

    Raises:
        JsoncError: where ``text`` is malformed.

    """
    root, line_comment_ends = _read(text)
    node = root
    for key in path[:-1]:
        inner = node.member(key) if node else None
        node = inner.value if inner else None
    member = node.member(path[-1]) if node else None
    if node is None or member is None or node.members is None:
        return text
    index = node.members.index(member)
    start = len(text[: member.start].rstrip(" \t\r\n"))
    cuts = [(start, member.value.end)]
    if member.comma is not None:
        cuts.append((member.comma, member.comma + 1))
    elif index and (comma := node.members[index - 1].comma) is not None:
        cuts.append((comma, comma + 1))
    after = text[max(end for _, end in cuts) :]
    newline = "\n" if start in line_comment_ends and not after.lstrip(" \t\r").startswith("\n") else ""
    result, tail = "", 0
    for begin, end in sorted(cuts):
        result += text[tail:begin] + (newline if begin == start else "")
        tail = end
    result += text[tail:]
    closing = node.end - sum(end - begin for begin, end in cuts) + len(newline)
    if not result[node.start + 1 : closing - 1].strip():
        result = result[: node.start] + "{}" + result[closing:]
    return result


def is_bare(text: str, path: Sequence[str]) -> bool:
    """Whether ``path`` is an object with nothing in it, not even a comment."""
    node = _read(text)[0]
    for key in path:
        member = node.member(key) if node else None
        node = member.value if member else None
    return node is not None and node.members == [] and not text[node.start + 1 : node.end - 1].strip()


def _read(text: str) -> tuple[_Node | None, set[int]]:
    reader = _Reader(text)
    try:
        return reader.document(), reader.line_comment_ends
    except RecursionError:
        raise JsoncError("it is nested too deeply") from None


def _insert(text: str, node: _Node, key: str, value: Any, unit: str) -> str:
    """``text`` with a new last member in the object ``node``, laid out like the others."""
    members = node.members or []
    own = _line_indent(text, node.start)
    if members and "\n" not in text[_end_of(members[-1]) : node.end]:
        added = f" {json.dumps(key)}: {json.dumps(value, ensure_ascii=False)}"
        closing = ""
    else:
        indent = own + unit
        if members and not text[: members[0].start].rpartition("\n")[2].strip():
            indent = _line_indent(text, members[0].start)
        added = f"\n{indent}{json.dumps(key, ensure_ascii=False)}: {_render(value, unit, indent)}"
        # A brace that shares a line with the last member goes on doing so: that is the file's style.
        closing = "" if members or "\n" in text[node.tail : node.end] else f"\n{own}"
    if not members:
        return text[: node.tail] + added + closing + text[node.tail :]
    last = members[-1]
    if last.comma is not None:  # the file has trailing commas, so ours has one too
        return text[: node.tail] + added + "," + text[node.tail :]
    end = last.value.end
    return text[:end] + "," + text[end : node.tail] + added + text[node.tail :]


def _end_of(member: _Member) -> int:
    return member.value.end if member.comma is None else member.comma + 1


def _nested(path: Sequence[str], value: Any) -> Any:
    for key in reversed(path):
        value = {key: value}
    return value


def _render(value: Any, unit: str, indent: str) -> str:
    return json.dumps(value, indent=unit, ensure_ascii=False).replace("\n", "\n" + indent)


def _line_indent(text: str, position: int) -> str:
    line = text[text.rfind("\n", 0, position) + 1 : position]
    return line[: len(line) - len(line.lstrip(" \t"))]


def _indent_unit(text: str, root: _Node) -> str:
    if root.members and not text[: root.members[0].start].rpartition("\n")[2].strip():
        return _line_indent(text, root.members[0].start) or "  "
    return "  "
