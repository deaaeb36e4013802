"""Every refusal of the music has a sentence that says what is the matter and what helps, in the API's terms."""

from __future__ import annotations

import ast
import inspect
import pickle
import re
import string
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from audiopod_mcp import music
from audiopod_mcp.music.editing.prompt.parse import EXAMPLES, read_prompt
from audiopod_mcp.music.generation.repaint import repaint
from audiopod_mcp.music.model import Refused
from audiopod_mcp.music.wording import refusals
from audiopod_mcp.music.wording.refusals import SENTENCES, UNSUPPORTED_EDITS
from audiopod_mcp.operations import OPERATIONS
from audiopod_mcp.studio.engines.refusals import NAMES, NAMES_IN, explain

_SOURCES = sorted(Path(music.__file__).parent.rglob("*.py"))


def _trees() -> Iterator[tuple[str, ast.Module]]:
    for source in _SOURCES:
        yield source.name, ast.parse(source.read_text("utf-8"))


def _raised() -> list[tuple[str, ast.Call]]:
    return [
        (f"{name}:{node.lineno}", node)
        for name, tree in _trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Refused"
    ]


def _needed(code: str) -> set[str]:
    """The values that the wording of ``code`` depends on."""
    wording = SENTENCES[code]
    if callable(wording):
        return set(inspect.signature(wording).parameters)
    return {name for _, name, _, _ in string.Formatter().parse(wording) if name}


def _code(call: ast.Call) -> str:
    code = call.args[0]
    assert isinstance(code, ast.Constant)
    assert isinstance(code.value, str)
    assert code.value.isidentifier()
    return code.value


@pytest.mark.slow
def test_every_refusal_has_a_wording_that_its_values_fill() -> None:
    raised = _raised()
    assert len(raised) > 40
    for where, call in raised:
        code = _code(call)
        assert code in SENTENCES, where
        assert {keyword.arg for keyword in call.keywords} == _needed(code), (where, code)


@pytest.mark.slow
def test_every_wording_is_of_something_that_is_refused() -> None:
    assert {_code(call) for _, call in _raised()} == set(SENTENCES)


@pytest.mark.parametrize(
    ("prompt", "kind"),
    [
        ("remove the noise", "noise_removal"), ("make it more energetic", "energy"), ("add a flanger", "modulation_effect"),
        ("auto-tune the vocals", "correction"), ("back to the original key", "undo"), ("change the lyrics", "lyrics"),
        ("add a new verse", "composition"), ("a female singer", "singer"), ("make it shorter", "shortening"),
        ("a crescendo", "automation"), ("split the stems", "stems"), ("in 3/4", "metre"),
    ],
)  # fmt: skip
def test_what_an_edit_can_not_do_is_told_with_what_helps_instead(prompt: str, kind: str) -> None:
    why, instead = UNSUPPORTED_EDITS[kind]
    for name, told in NAMES.items():
        instead = instead.replace(f"<{name}>", told)
    assert explain(read_prompt(prompt).refusal) == f"edit_target_prompt: {prompt!r}: {why}; {instead}"


_SENTENCES = {
    '"Polka" is not a genre preset: use one of Jazz, Pop or custom.': Refused(
        "genre_preset_unknown", preset="Polka", presets=("Jazz", "Pop")
    ),
    '"11/8" is not a metre that can be played: use 4/4, 3/4.': Refused(
        "metre_unknown", metre="11/8", metres=("4/4", "3/4")
    ),
    "A tempo of 400 BPM can't be played: use 30 to 300.": Refused(
        "tempo_out_of_range", tempo=400, lowest=30.0, highest=300.0
    ),
    "A piece can't last 601 seconds: use 1 to 600, or -1 for automatic.": Refused(
        "duration_out_of_range", duration=601, lowest=1.0, highest=600.0
    ),
    "812 syllables of lyrics don't fit into 24 seconds: is it the right text?": Refused(
        "lyrics_too_long", syllables=812, duration=23.7
    ),
    "Backing_vocals can't be separated from a recording by the local engine; it can do vocals, bass and "
    "drums. Tracks composed by this studio have all their stems.": Refused(
        "track_not_separable", track="backing_vocals"
    ),
    "No singing was heard in this recording; heard: drums, other instruments.": Refused(
        "track_not_heard", track="vocals", heard=("drums",)
    ),
    "No drums were heard in this recording; heard: other instruments.": Refused(
        "track_not_heard", track="drums", heard=()
    ),
    "left_extend_length: 61 s is out of range; give 0 to 60 s": Refused(
        "extension_out_of_range", side="before", length=61, longest=60.0
    ),
    "right_extend_length: both lengths are 0; give at least one of them, up to 60 s": Refused(
        "nothing_to_extend", longest=60.0
    ),
    "repainting_start: -1 s is not in the track; give 0 to 12.00 s": Refused(
        "window_start_outside", start=-1, duration=12.0
    ),
    "repainting_end: 40 s is after the end of the track (12.00 s); -1 means its end": Refused(
        "window_after_end", end=40, duration=12.0
    ),
    "repainting_end: 5.1 s is too early; it must be at least 0.5 s after repainting_start (5 s)": Refused(
        "window_too_short", start=5, end=5.1, shortest=0.5
    ),
    "repainting_end: 311 s is too long a stretch; repaint at most 300 s at a time, or make a cover": Refused(
        "window_too_long", length=311.2, longest=300.0
    ),
    'keyscale: \'H\' is not a key; write it like "C Major" or "F# minor"': Refused(
        "cover_key_unknown", key="H"
    ),
    f"edit_target_prompt: no change was understood in it; write it in English, such as {EXAMPLES}; for a style, cover_song": Refused(
        "edit_not_understood", examples=EXAMPLES
    ),
    "edit_n_min, edit_n_max: 0.6 to 0.4 is no part of the track; give fractions of its length, 0 to 1, "
    "the smaller one first": Refused("edit_range_invalid", low=0.6, high=0.4),
    "edit_target_prompt: no chorus number 3 was found in this track; it has intro 0:00-0:08, chorus "
    "0:08-0:20.5; give times, for example from 0:30 to 0:45": Refused(
        "section_not_found", section="chorus", number=3, sections=(("intro", 0, 8), ("chorus", 8, 20.5))
    ),
    "edit_target_prompt: no bridge was found in this track; it has no sections that could be told; "
    "give times, for example from 0:30 to 0:45": Refused(
        "section_not_found", section="bridge", number=None, sections=()
    ),
    "edit_target_prompt: 1:00 to 2:00 is no part of this track; it lasts 0:12": Refused(
        "stretch_outside", start=60.0, end=120.0, duration=12.0
    ),
    "edit_target_prompt: 40 times is out of range; 2 to 16 times, and 20 minutes in all, is possible": Refused(
        "repeat_out_of_range", times=40, most=16, longest=1200.0
    ),
    "edit_target_prompt: the track would be 48:00 long; at most 20:00 of such sound are possible: change it "
    "less, or cut it first": Refused("result_too_long", length=2880.0, longest=1200.0),
    "edit_target_prompt: there are no backing vocals in this track; it has bass, drums": Refused(
        "track_not_in_mix", track="backing_vocals", tracks=("bass", "drums")
    ),
    "edit_target_prompt: drums can't be moved by 3 semitones; at most 24 up or down, and no drums or "
    "percussion, is possible": Refused("track_not_transposable", track="drums", semitones=3.0, furthest=24),
    "edit_target_prompt: 'gong' is not an instrument known here; try piano or strings": Refused(
        "instrument_unknown", instrument="gong"
    ),
    "edit_target_prompt: -2 LUFS is out of range; -40 to -6 LUFS is possible, -14 is usual": Refused(
        "loudness_out_of_range", loudness=-2.0, lowest=-40.0, highest=-6.0
    ),
    "edit_target_prompt: a peak of 3 dB is out of range; -40 to 0 dB is possible": Refused(
        "peak_out_of_range", peak=3.0, lowest=-40.0, highest=0.0
    ),
    "edit_target_prompt: a speed of 5 times is out of range; 0.25 to 4 times is possible": Refused(
        "speed_out_of_range", speed=5.0, lowest=0.25, highest=4.0
    ),
    "edit_target_prompt: 40 semitones is too far; at most 24 up or down is possible": Refused(
        "transposition_too_far", semitones=40.0, furthest=24
    ),
    "edit_target_prompt: 5 Hz is out of range; 10 to 22050 is possible": Refused(
        "frequency_out_of_range", hertz=5.0, lowest=10.0, highest=22050
    ),
}


@pytest.mark.parametrize(("sentence", "refused"), _SENTENCES.items())
def test_the_sentence_names_the_argument_the_value_and_the_range(sentence: str, refused: Refused) -> None:
    assert explain(refused) == sentence


@pytest.mark.parametrize("refused", _SENTENCES.values())
def test_the_library_says_it_in_a_line_without_brackets_and_code(refused: Refused) -> None:
    assert refused.code not in str(refused)
    assert not re.search(r"[<>\n]|edit_|repainting_|_url", str(refused))


def test_every_name_that_is_told_otherwise_is_in_a_sentence() -> None:
    spoken = "".join(inspect.getsource(refusals))
    assert all(f"<{name}>" in spoken for name in {*NAMES, *NAMES_IN["retake_source_silent"]} - {"before"})
    assert set(NAMES_IN) <= set(SENTENCES)


def test_what_an_engine_says_in_its_own_words_stays_as_it_is() -> None:
    assert explain(RuntimeError("track_name: nobody plays brass")) == "track_name: nobody plays brass"


def test_a_refusal_survives_the_way_from_a_worker() -> None:
    with pytest.raises(Refused) as caught:
        repaint(np.zeros((8_000, 1), np.float32), 8_000, start=0.0, end=12.0, caption="jazz")
    arrived = pickle.loads(pickle.dumps(caught.value))
    assert type(arrived) is Refused
    assert str(arrived) == "end: 12 s is after the end of the track (1.00 s); -1 means its end"
    assert explain(arrived) == explain(caught.value)
    assert explain(arrived).startswith("repainting_end: 12 s is after the end of the track (1.00 s)")


@pytest.mark.slow
def test_no_argument_and_no_tool_is_named_in_music() -> None:
    names = {operation.tool for operation in OPERATIONS}
    names |= {name for operation in OPERATIONS for name in operation.model_fields if "_" in name}
    names -= set(music.__all__)  # what the library calls so itself
    words = re.compile(rf"\b(?:{'|'.join(sorted(names))})\b")
    for where, tree in _trees():
        unspoken = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}  # docstrings
        exported = [
            node.value
            for node in tree.body
            if isinstance(node, ast.Assign) and "__all__" in ast.unparse(node)
        ]
        unspoken |= {id(name) for names in exported for name in ast.walk(names)}
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in unspoken:
                assert not words.search(node.value), (where, node.lineno, node.value)
