"""A chord sheet has every chord once, over the word that is sung on it, and bars where nobody sings."""

import re

import pytest

from audiopod_mcp.music.model import LyricLine, Score, Span
from audiopod_mcp.music.notation.chord_sheet import to_chordpro

from .pieces import CAPTIONS, piece


def score(chords, lyrics=(), sections=None):
    beats = tuple(number * 0.5 for number in range(17))
    return Score(
        0,
        8.0,
        120.0,
        "A minor",
        "4/4",
        beats,
        beats[::4],
        sections or (Span(0, 8, "verse"),),
        chords,
        (),
        lyrics,
    )


def test_chords_stand_before_the_words_they_sound_on():
    sheet = to_chordpro(
        score(
            (Span(0, 2, "Am"), Span(2, 3, "F"), Span(3, 8, "C/E")),
            (LyricLine(0.5, 3.5, "river rolling to the sea", ((0.5, "river"), (1.5, "rolling"), (2.0, "to"), (2.5, "the"), (3.0, "sea"))),),
        ),
        "River {one}",
    )  # fmt: skip
    assert "[Am]river rolling [F]to the [C/E]sea" in sheet
    assert sheet.startswith("{title: River one}\n{key: Am}\n{tempo: 120}\n{time: 4/4}\n")
    assert "{start_of_verse: verse}" in sheet


def test_bars_are_written_where_nobody_sings():
    sheet = to_chordpro(score((Span(0, 2, "Am"), Span(2, 4, "F"), Span(4, 5, "G"), Span(5, 8, "Am"))))
    assert "| Am . . . | F . . . | G . Am . | Am . . . |" in sheet


def test_brackets_in_words_are_not_chords():
    lines = (LyricLine(0, 2, "hey [you] {there}", ((0.0, "hey"), (0.5, "[you]"), (1.0, "{there}"))),)
    sheet = to_chordpro(score((Span(0, 8, "Am"),), lines))
    assert "[Am]hey you there" in sheet


@pytest.mark.parametrize("name", CAPTIONS)
def test_all_words_and_all_chords_of_a_song_are_in_its_sheet(name):
    song = piece(name)
    sheet = to_chordpro(song, name)
    bare = " ".join(
        re.sub(r"\[[^]]*\]", "", line) for line in sheet.splitlines() if not line.startswith(("{", "|"))
    )
    assert bare.split() == " ".join(line.text for line in song.lyrics).split()
    for chord in {chord.label for chord in song.chords} - {"N"}:
        assert f"[{chord}]" in sheet or re.search(rf"(?<!\S){re.escape(chord)}(?!\S)", sheet)
