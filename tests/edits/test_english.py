"""What is asked with typed edits survives the trip through English, whatever it is."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from audiopod_mcp.edits import TrackEdit, parse_edits, render_edits
from audiopod_mcp.edits.model import ACTIONS, RULES
from audiopod_mcp.edits.players import TRACK_OF

PLAYERS = st.lists(st.sampled_from(sorted(TRACK_OF)), min_size=1, max_size=4, unique=True)
SECTIONS = st.sampled_from(
    ["chorus", "verse 2", "last chorus", "bridge", "bars 5-8", "bar 3", "first 4 bars", "last 2 bars", "second half",
     "first third", "last quarter", "pre-chorus", "final verse", "the intro", "third verse"]
)  # fmt: skip
NUMBERS = st.floats(-20_000, 20_000, allow_nan=False)


@st.composite
def edits(draw):
    action = draw(st.sampled_from(ACTIONS))
    rule = RULES[action]
    values = {"action": action}
    if rule.low is not None:
        amounts = st.floats(rule.low, rule.high, allow_nan=False)
        values["amount"] = draw(st.integers(2, 16) if action == "repeat" else amounts)
    if rule.players and (who := draw(st.sampled_from(["on", "but", None]))):
        values[who] = draw(PLAYERS)
    if rule.timed:
        when = draw(st.sampled_from(["section", "start", "end", "both", None]))
        if when == "section":
            values["section"] = draw(SECTIONS)
        if when in ("start", "both"):
            values["start"] = draw(NUMBERS)
        if when in ("end", "both"):
            values["end"] = draw(NUMBERS)
    options = {
        "hz": st.floats(20, 20_000), "time": st.floats(0.02, 2), "true_peak": st.floats(-20, 0),
        "key": st.sampled_from(["A minor", "f# major", "Bb", "minor", "C", "Eb minor"]),
        "instrument": st.sampled_from(["piano", "electric guitar", "808", "a saxophone", "Pan Flute"]),
    }  # fmt: skip
    for name in (*rule.needs, *rule.takes):
        if name in options and (name in rule.needs or draw(st.booleans())):
            values[name] = draw(options[name])
    try:
        return TrackEdit.model_validate(values)
    except ValidationError:
        return None


@pytest.mark.slow
@given(st.lists(edits().filter(lambda edit: edit is not None), min_size=1, max_size=6))
@settings(max_examples=200, deadline=None)
def test_what_is_written_as_english_is_read_back_exactly(asked):
    assert parse_edits(render_edits(asked)) == tuple(asked)


def test_every_action_has_a_rule():
    assert set(ACTIONS) == set(RULES)


@pytest.mark.parametrize(
    ("edit", "english"),
    [
        ({"action": "level", "amount": -3, "on": ["drums"], "start": 30, "end": 45}, "make the drums 3 dB quieter from 30 s to 45 s"),
        ({"action": "pitch", "amount": -0.3177}, "lower the pitch of everything by 0.3177 semitones"),
        ({"action": "remove", "but": ["drums", "bass"]}, "remove everything but the drums and the bass"),
        ({"action": "loudness", "amount": -14, "true_peak": -1}, "set the loudness of everything to -14 LUFS with a true peak of -1 dBTP"),
        ({"action": "fade_out", "amount": 3, "start": -10}, "fade out everything over 3 s from 10 s before the end"),
        ({"action": "cut", "section": "last chorus"}, "cut the stretch in the last chorus"),
        ({"action": "echo", "amount": 40, "on": "lead vocals", "time": 0.25}, "add 40 % echo to the lead vocals every 0.25 s"),
    ],
)  # fmt: skip
def test_the_english_is_such_as_a_person_writes(edit, english):
    assert render_edits([TrackEdit.model_validate(edit)]) == english


@pytest.mark.parametrize(
    "text",
    [
        "louder",
        "add echo",
        "make the drums louder",
        "remove the drums; sadder",
        "",
        "; ",
        "make the gong 3 dB louder",
    ],
)
def test_other_english_is_left_to_others(text):
    assert parse_edits(text) is None


def test_what_says_nothing_is_absent():
    wordy = {"action": "level", "amount": 3, "on": ["drums"], "start": None, "section": "", "key": "null"}
    assert TrackEdit.model_validate(wordy) == TrackEdit(action="level", amount=3, on=("drums",))


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ({"action": "volume", "amount": "-3 dB", "on": "drums"}, {"action": "level", "amount": -3, "on": ["drums"]}),
        ({"action": "EQ", "amount": "+2", "hz": "3 kHz"}, {"action": "equaliser", "amount": 2, "hz": 3000}),
        ({"action": "low_cut", "hz": 80}, {"action": "low_cut", "amount": 80}),
        ({"action": "remove", "instrument": "drums"}, {"action": "remove", "on": ["drums"]}),
        ({"action": "add", "on": ["strings"]}, {"action": "add", "instrument": "strings"}),
        ({"action": "tempo", "amount": "120 BPM", "on": [], "hz": 0}, {"action": "tempo", "amount": 120}),
        ({"action": "level", "amount": 2, "on": ["drums"], "but": []}, {"action": "level", "amount": 2, "on": ["drums"]}),
        ({"action": "level", "amount": 2, "section": "all the choruses"}, {"action": "level", "amount": 2, "section": "chorus"}),
    ],
)  # fmt: skip
def test_what_has_one_meaning_is_taken_so(written, plain):
    assert TrackEdit.model_validate(written) == TrackEdit.model_validate(plain)


@pytest.mark.parametrize(
    ("edit", "complaint"),
    [
        ({"action": "speed", "amount": "120 BPM"}, "unable to parse"),
        ({"action": "level", "amount": "3 %"}, "unable to parse"),
        ({"action": "width", "amount": 1.5}, "write 150 if it is a share of one"),
        ({"action": "pan", "amount": -0.3}, "write -30 if it is a share of one"),
        ({"action": "trim", "start": 3}, "keep and cut take a stretch"),
        ({"action": "level"}, "amount: required by level, -60 to 24 dB"),
        ({"action": "level", "amount": 40}, "amount: 40 is out of range; level takes -60 to 24 dB"),
        ({"action": "level", "amount": 0}, "amount: 0 dB changes nothing"),
        ({"action": "remove"}, "on: whom to remove?"),
        ({"action": "remove", "on": ["kick"]}, "'kick' is part of the drums"),
        ({"action": "remove", "on": ["gong"]}, "'gong' is no track or instrument"),
        ({"action": "remove", "on": []}, "on: name at least one"),
        ({"action": "tempo", "amount": 120, "on": ["drums"]}, "on: tempo takes none; it takes amount, start, end, section"),
        ({"action": "cut"}, "start: cut needs start, end or section"),
        ({"action": "cut", "start": 10, "end": 5}, "end: 5 is not after start (10)"),
        ({"action": "reverse", "section": "wobble"}, "'wobble' is not known; write it like 'chorus'"),
        ({"action": "key", "key": "H"}, "'H' is no key"),
        ({"action": "equaliser", "amount": 3}, "hz: required by equaliser"),
        ({"action": "equaliser", "amount": 3, "hz": 5}, "hz: 5 is out of range; allowed 20 to 20000 Hz"),
        ({"action": "add", "instrument": "strings in the chorus"}, "no plain name of an instrument"),
        ({"action": "repeat", "amount": 2.5}, "no whole number"),
    ],
)  # fmt: skip
def test_what_an_action_does_not_take_is_told(edit, complaint):
    with pytest.raises(ValidationError) as caught:
        TrackEdit.model_validate(edit)
    assert complaint in caught.value.errors()[0]["msg"]


def test_times_may_be_written_as_a_clock_shows_them():
    edit = TrackEdit.model_validate({"action": "cut", "start": "0:05", "end": "1:10.5"})
    assert (edit.start, edit.end) == (5, 70.5)
    assert TrackEdit.model_validate({"action": "cut", "start": -3}).start == -3
    with pytest.raises(ValidationError):
        TrackEdit.model_validate({"action": "cut", "start": "0:75"})
