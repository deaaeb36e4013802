"""Setting and removing one entry in a configuration file's text, by format; the rest stays as it is."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from . import jsonc
from .hosts import Format

_T = TypeVar("_T")


class ConfigError(ValueError):
    """A configuration file can't be read, understood or written; one line for the person."""


@dataclass(frozen=True)
class Editor:
    """What can be done to text of one format. Every function raises ``ValueError`` for malformed text."""

    parse: Callable[[str], Any]
    put: Callable[[str, str, str, dict[str, Any]], str]
    """Text, name of the table, name of the entry, the whole entry."""
    drop: Callable[[str, str, str], str]
    """Text, name of the table, name of the entry; a table left empty goes with it."""


def set_entry(format: Format, text: str, container: str, name: str, entry: Mapping[str, Any]) -> str:  # noqa: A002
    """``text`` with ``entry`` in place; what an older entry of that name says beyond it is kept.

    Raises:
        ConfigError: where the text is malformed, or can't be changed without changing something else.

    """
    editor, before = _open(format, text)
    table = before.get(container)
    if not isinstance(table if table is not None else {}, dict):
        raise ConfigError(f"{container} is not a table of entries")
    wanted = _merged((table or {}).get(name), entry)
    after = _edit(lambda: editor.put(text, container, name, wanted))
    _check(editor, after, {**before, container: {**(table or {}), name: wanted}}, container)
    return after


def find_entry(format: Format, text: str, container: str, name: str) -> Any:  # noqa: A002
    """The entry ``name`` as it is in a host's configuration, whatever it is; ``None`` where there is none.

    Raises:
        ConfigError: where the text can't be read.

    """
    _, document = _open(format, text)
    entries = document.get(container)
    if not isinstance(entries, Mapping) or name not in entries:
        return None
    entry = entries[name]
    return dict(entry) if isinstance(entry, Mapping) else entry if entry is not None else {}


def remove_entry(format: Format, text: str, container: str, name: str) -> str:  # noqa: A002
    """``text`` without the entry; the same text where there is none.

    Raises:
        ConfigError: as for :func:`set_entry`.

    """
    editor, before = _open(format, text)
    table = before.get(container)
    if not isinstance(table, dict) or name not in table:
        return text
    after = _edit(lambda: editor.drop(text, container, name))
    _check(editor, after, {**before, container: {k: v for k, v in table.items() if k != name}}, container)
    return after


def _open(format: Format, text: str) -> tuple[Editor, dict[str, Any]]:  # noqa: A002
    editor = EDITORS[format]
    document = _edit(lambda: editor.parse(text))
    if not isinstance(document, dict):
        raise ConfigError("it does not hold named settings")
    return editor, document


def _edit(action: Callable[[], _T]) -> _T:
    try:
        return action()
    except (ValueError, TypeError) as error:
        raise ConfigError(" ".join(str(error).split())) from error


def _check(editor: Editor, after: str, expected: dict[str, Any], container: str) -> None:
    """Read the result back: a person's settings are not trusted to an editor alone, ours or a library's."""
    try:
        found = editor.parse(after)
    except ValueError:
        found = None
    if isinstance(found, dict) and not expected[container] and container not in found:
        found = {**found, container: {}}
    if found != expected:
        raise ConfigError(f"{container} is written in a way that can't be changed safely")


def _merged(old: Any, new: Mapping[str, Any]) -> dict[str, Any]:
    merged = {**old} if isinstance(old, dict) else {}
    for key, value in new.items():
        kept = merged.get(key)
        merged[key] = {**kept, **value} if isinstance(kept, dict) and isinstance(value, dict) else value
    return merged


def _json_put(text: str, container: str, name: str, entry: dict[str, Any]) -> str:
    present = (jsonc.parse(text).get(container) or {}).get(name)
    if not isinstance(present, dict):
        return jsonc.set_member(text, (container, name), entry)
    for key, value in entry.items():  # one by one, which keeps the comments between them
        text = jsonc.set_member(text, (container, name, key), value)
    return text


def _json_drop(text: str, container: str, name: str) -> str:
    text = jsonc.remove_member(text, (container, name))
    # An object with a comment in it is somebody's, however empty.
    return jsonc.remove_member(text, (container,)) if jsonc.is_bare(text, (container,)) else text


def _toml_put(text: str, container: str, name: str, entry: dict[str, Any]) -> str:
    import tomlkit

    document = tomlkit.parse(text)
    table = document.get(container)
    if table is None or name not in table:
        # A table at the end of the file is always possible, except where the others are written in one line.
        block = tomlkit.document()
        block[container] = tomlkit.table(is_super_table=True).append(name, _toml_table(entry))
        separator = "" if not text.strip() else "\n" if text.endswith("\n") else "\n\n"
        appended = text + separator + tomlkit.dumps(block)
        try:
            tomllib.loads(appended)
        except tomllib.TOMLDecodeError:
            document.setdefault(container, tomlkit.inline_table())[name] = _toml_inline(entry)
            return tomlkit.dumps(document)
        return appended
    present = table[name]
    for key, value in entry.items():
        if present.get(key) != value:
            present[key] = _toml_inline(value) if isinstance(value, dict) else value
    return tomlkit.dumps(document)


def _toml_table(entry: Mapping[str, Any]) -> Any:
    import tomlkit

    table = tomlkit.table()
    for key, value in entry.items():
        table[key] = _toml_inline(value) if isinstance(value, dict) else value
    return table


def _toml_inline(values: Mapping[str, Any]) -> Any:
    import tomlkit

    inline = tomlkit.inline_table()
    inline.update(values)
    return inline


def _toml_drop(text: str, container: str, name: str) -> str:
    import tomlkit

    # The block that we append is taken out as text, with the line before it; anything else by the library.
    document = tomlkit.parse(text)
    entry = document[container][name]
    block = tomlkit.document()
    block[container] = tomlkit.table(is_super_table=True).append(name, _toml_table(entry.unwrap()))
    ours = tomlkit.dumps(block)
    if text == ours:
        return ""
    for written in ("\n" + ours, ours):
        if text.count(written) == 1:
            return text.replace(written, "")
    del document[container][name]
    if not document[container]:
        del document[container]
    return tomlkit.dumps(document)


def _yaml_parse(text: str) -> Any:
    from . import yaml_text

    return yaml_text.parse(text)


def _yaml_put(text: str, container: str, name: str, entry: dict[str, Any]) -> str:
    from . import yaml_text

    return yaml_text.put(text, container, name, entry)


def _yaml_drop(text: str, container: str, name: str) -> str:
    from . import yaml_text

    return yaml_text.drop(text, container, name)


EDITORS: dict[Format, Editor] = {
    "json": Editor(jsonc.parse, _json_put, _json_drop),
    "toml": Editor(tomllib.loads, _toml_put, _toml_drop),
    "yaml": Editor(_yaml_parse, _yaml_put, _yaml_drop),
}


def shown(format: Format, container: str, name: str, entry: Mapping[str, Any]) -> str:  # noqa: A002
    """What a file with nothing but ``entry`` would say."""
    empty = json.dumps({}) + "\n" if format == "json" else ""
    return set_entry(format, empty, container, name, entry)
