"""Addresses of audio: nobody makes one up, and none is good for ever."""

from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audiopod_mcp.studio.media.links import GOOD_FOR, Expired, media_name, take_of

JOB = SimpleNamespace(id=7, token="secret", takes=[{"name": "take-1"}, {"name": "take-2"}])
OTHER = SimpleNamespace(id=8, token="another", takes=JOB.takes)
NOW = 1_800_000_000.0


@given(take=st.integers(0, 1), later=st.floats(0, GOOD_FOR))
def test_an_address_is_good_for_a_day_and_for_its_own_take(take, later):
    name = media_name(JOB, take, NOW)
    assert take_of(name, JOB, NOW + later) == JOB.takes[take]
    assert take_of(name, OTHER, NOW) is None
    with pytest.raises(Expired):
        take_of(name, JOB, NOW + GOOD_FOR + 3601)


@given(name=st.text(max_size=60), at=st.integers(0, 30), character=st.characters())
def test_nothing_else_is_an_address(name, at, character):
    assert take_of(name, JOB, NOW) is None
    right = media_name(JOB, 0, NOW)
    wrong = right[:at] + character + right[at + 1 :]
    assert wrong == right or take_of(wrong, JOB, NOW) is None


def test_a_longer_life_or_another_take_needs_another_signature():
    name = media_name(JOB, 0, NOW)
    expires, _, signature = name.partition("-")
    assert take_of(f"{int(expires, 16) + 3600:08x}-{signature}", JOB, NOW) is None
    assert take_of(f"{name}~2", JOB, NOW) is None
    assert "secret" not in name
