"""Editing JSON with comments: what is not ours stays, byte for byte."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audiopod_mcp.install import jsonc

ENTRY = {"command": "/opt/audiopod-mcp", "args": []}

blanks = st.sampled_from(
    ["", " ", "\n", "\n\n    ", "\t", ' /* {"a": [1,} */ ', "\n  // it's \"}\n  ", "\n// x\n"]
)
scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=8)
    | st.floats(allow_nan=False, allow_infinity=False)
)
values = st.recursive(
    scalars,
    lambda v: st.lists(v, max_size=3) | st.dictionaries(st.text(max_size=4), v, max_size=3),
    max_leaves=8,
)


@st.composite
def laid_out(draw, value):
    """Text that means ``value``, with white space, comments and trailing commas anywhere they may be."""

    def gap():
        return draw(blanks)

    if isinstance(value, dict | list):
        opening, closing = "{}" if isinstance(value, dict) else "[]"
        text = opening
        for index, item in enumerate(value):
            name = f"{json.dumps(item)}{gap()}:" if isinstance(value, dict) else ""
            inner = draw(laid_out(value[item] if isinstance(value, dict) else item))
            comma = "," if index < len(value) - 1 or draw(st.booleans()) else ""
            text += f"{gap()}{name}{gap()}{inner}{gap()}{comma}"
        return text + gap() + closing
    return json.dumps(value, ensure_ascii=draw(st.booleans()))


@st.composite
def documents(draw):
    """A document and its value; sometimes with a table of servers in it."""
    value = draw(st.dictionaries(st.text(max_size=4), values, max_size=4))
    if draw(st.booleans()):
        value["mcpServers"] = draw(
            st.dictionaries(st.sampled_from(["a", "b", "audiopod2"]), values, max_size=3)
        )
    return draw(blanks) + draw(laid_out(value)) + draw(blanks), value


@given(documents())
def test_a_document_means_what_it_says(document):
    text, value = document
    assert jsonc.parse(text) == value


@given(documents())
def test_setting_adds_a_member_and_changes_nothing_else(document):
    text, value = document
    after = jsonc.set_member(text, ("mcpServers", "audiopod"), ENTRY)
    assert jsonc.parse(after) == {**value, "mcpServers": {**value.get("mcpServers", {}), "audiopod": ENTRY}}
    assert is_within(text, after)
    assert jsonc.set_member(after, ("mcpServers", "audiopod"), ENTRY) == after


@given(documents())
def test_removing_restores(document):
    text, value = document
    after = jsonc.set_member(text, ("mcpServers", "audiopod"), ENTRY)
    back = jsonc.remove_member(after, ("mcpServers", "audiopod"))
    if jsonc.is_bare(back, ("mcpServers",)) and "mcpServers" not in value:
        back = jsonc.remove_member(back, ("mcpServers",))
    assert jsonc.parse(back) == value
    assert comments(back) == comments(text)
    if value.get("mcpServers"):  # but for white space, where a file is laid out as nobody does
        assert "".join(back.split()) == "".join(text.split())


@given(documents(), st.data())
def test_removing_any_member_leaves_the_others(document, data):
    text, value = document
    if value:
        key = data.draw(st.sampled_from(sorted(value)))
        after = jsonc.remove_member(text, (key,))
        assert jsonc.parse(after) == {k: v for k, v in value.items() if k != key}


def is_within(text, longer):
    characters = iter(longer)
    return all(character in characters for character in text)


def comments(text):
    return [match[0] for match in jsonc.COMMENT.finditer(text)]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("{}", '{\n  "s": {\n    "x": 1\n  }\n}'),
        ("", '{\n  "s": {\n    "x": 1\n  }\n}\n'),
        ("// mine\n", '// mine\n{\n  "s": {\n    "x": 1\n  }\n}\n'),
        ('{\n\t"a": 1\n}\n', '{\n\t"a": 1,\n\t"s": {\n\t\t"x": 1\n\t}\n}\n'),
        ('{\n  "a": 1, // one\n}', '{\n  "a": 1, // one\n  "s": {\n    "x": 1\n  },\n}'),
        ('{\n  "a": 1 // one\n}', '{\n  "a": 1, // one\n  "s": {\n    "x": 1\n  }\n}'),
        (
            '{\n    "s": {\n        "w": 0\n    }\n}',
            '{\n    "s": {\n        "w": 0,\n        "x": 1\n    }\n}',
        ),
        ('{"s":{"w":0}}', '{"s":{"w":0, "x": 1}}'),
        ('{"s": {"x": 2 /* two */}}', '{"s": {"x": 1 /* two */}}'),
    ],
)
def test_the_layout_is_the_file_s_own(before, after):
    assert jsonc.set_member(before, ("s", "x"), 1) == after


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ('{"a": 1', "line 1, column 8: a comma or } is missing"),
        ('{\n  "a" 1}', "line 2, column 7: : is missing"),
        ('{"a": }', "line 1, column 7: a value is missing"),
        ('{"a": "b\n"}', "not closed"),
        ("{} {}", "text after the end"),
        ("{'a': 1}", 'a name in " is missing'),
        ('{"a": 1 "b": 2}', "a comma"),
        ('{"s": 1}', "s is not an object"),
        ("[1]", "the document is not an object"),
        ("[" * 100_000, "nested too deeply"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(text, where):
    with pytest.raises(jsonc.JsoncError, match=where.replace("}", "\\}").replace("[", "\\[")):
        jsonc.set_member(text, ("s", "x"), 1)
