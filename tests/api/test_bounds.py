"""Whatever JSON a service sends, what comes through is of bounded size and can be seen."""

import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audiopod_mcp.api.bounds import MOST_KEPT_LEVELS, Sieve, is_deeply_nested, is_link

names = st.sampled_from(["details", "notes", "lyrics", "output_urls", "output_url", "task", "beats"])
nasty = st.text(st.characters() | st.sampled_from("\x1b\u202e\u200b\n\r\x9b“”"), max_size=60)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | nasty,
    lambda inner: st.lists(inner, max_size=8) | st.dictionaries(nasty | names, inner, max_size=6),
    max_leaves=20,
)


def check(value, depth=0) -> None:
    assert depth <= MOST_KEPT_LEVELS
    if isinstance(value, str):
        unseen = [char for char in value if not char.isprintable() and unicodedata.category(char) != "Zs"]
        assert set(unseen) <= {"\n", "\t"}  # wide and unbreakable blanks are spaces, too
    elif isinstance(value, dict | list):
        assert len(value) <= 20_000
        for inner in [*value, *value.values()] if isinstance(value, dict) else value:
            check(inner, depth + 1)


@pytest.mark.slow
@given(st.dictionaries(names, json_values))
def test_whatever_comes_through_is_bounded_and_visible(fields):
    sieve = Sieve()
    check(sieve.fields(fields, fields.keys()))
    remark = sieve.remark("AudioPod")
    assert remark is None or (remark.isprintable() and len(remark) < 1000)


@given(nasty | st.from_regex(r"(https?://|/|javascript:)[ -~]{0,30}", fullmatch=True))
def test_a_link_is_one_visible_word(text):
    if is_link(text):
        assert text.isprintable()
        assert not set(text) & set(' "“”<>\\')
        assert text.lower().startswith(("http://", "https://", "/"))


@pytest.mark.parametrize(("depth", "deep"), [(5, False), (32, False), (33, True), (500, True)])
def test_nesting(depth, deep):
    assert is_deeply_nested(json.loads("[" * depth + "]" * depth)) is deep
    assert is_deeply_nested(json.loads('{"a":' * depth + "1" + "}" * depth)) is deep


def test_what_is_left_out_is_said_once():
    sieve = Sieve()
    sieve.fields(
        {"notes": ["x"] * 50, "output_urls": {f"f{n}": "data:," for n in range(90)}, "task": "”; rm"},
        {"notes", "output_urls", "task"},
    )
    assert sieve.remark("AudioPod").endswith("more.")
    assert "30 of 50 notes" in sieve.remark("AudioPod")
