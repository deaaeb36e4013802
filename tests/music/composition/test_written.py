"""What lyrics write beside words is played: chords at their syllables, solos, bars of chords, an end."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audiopod_mcp.music.captions.parse import read_caption
from audiopod_mcp.music.composition import compose
from audiopod_mcp.music.lyrics.text import read_lyrics
from audiopod_mcp.music.notation.chord_sheet import to_chordpro
from audiopod_mcp.music.theory import parse_chord


def written(lyrics, caption="folk at 100 bpm", seed=3, **wanted):
    return compose(read_caption(caption, lyrics=lyrics, seed=seed, **wanted), seed=seed)


def chord_at(score, time):
    return next(span.label for span in score.chords if span.start - 1e-6 <= time < span.end)


def section(score, label):
    return next(span for span in score.sections if span.label == label)


def starts(score, track, span):
    return [
        note.start
        for part in score.parts
        if part.track == track
        for note in part.notes
        if span.start - 0.02 <= note.start < span.end - 0.03
    ]


@pytest.mark.parametrize("seed", range(6))
def test_chords_are_played_at_the_syllables_that_they_stand_before(seed):
    score = written(
        "[Verse]\n[Am]River rolling [F]to the sea\n[C]Carry me a[G/B]long with thee\n[Chorus]\nla la la la",
        seed=seed,
    )
    first, second = score.lyrics[:2]
    words = {word: time for time, word in (*first.words, *second.words)}
    beat = 60 / score.tempo
    for word, chord in (("River", "Am"), ("to", "F"), ("Carry", "C")):
        assert chord_at(score, words[word] + beat / 2) == chord
    assert chord_at(score, second.end) == "G/B"
    assert score.key == "A minor"
    assert {span.label for span in score.chords} == {"Am", "F", "C", "G/B"}  # All through, the last one, too.
    bass = [
        n.pitch
        for p in score.parts
        if p.track == "bass"
        for n in p.notes
        if chord_at(score, n.start + 0.04) == "G/B"  # Hands are not clocks.
    ]
    assert 11 in {pitch % 12 for pitch in bass}
    assert 7 not in {pitch % 12 for pitch in bass}


def test_the_keys_of_others_and_chords_outside_them():
    assert written("[E]Hey [B7]you [A]there [E]now").key == "E major"
    score = written("[Am]Hey [F]you", key="D major")
    assert score.key == "D major"
    assert {"Am", "F"} <= {span.label for span in score.chords}


def test_no_chord_is_played_under_nc():
    score = written(
        "[Verse]\n[Am]Hold me [N.C.]now and never let me go\n[C]Again and then again", "pop at 100 bpm"
    )
    silent = [span for span in score.chords if span.label == "N"]
    assert silent
    for span in silent:
        for track in ("bass", "guitar", "keyboard", "strings"):
            assert not starts(score, track, span)


def test_chords_by_themselves_last_a_bar_each():
    score = written("[Intro]\n| Am F | C | G |\n[Verse]\n[Am]hello again\n", "pop at 120 bpm", duration=40)
    intro = section(score, "intro")
    bar = score.downbeats[1] - score.downbeats[0]
    assert intro.end - intro.start == pytest.approx(3 * bar)
    for at, label in ((0.1, "Am"), (0.6, "F"), (1.1, "C"), (2.1, "G")):
        assert chord_at(score, intro.start + at * bar) == label


@pytest.mark.parametrize(
    ("tag", "instrument"),
    [("Guitar Solo", "lead guitar"), ("Sax solo", "saxophone"), ("Piano Interlude", "piano"), ("Violin break", "violin")],
)  # fmt: skip
def test_a_solo_is_played_by_whom_its_tag_names(tag, instrument):
    score = written(
        f"[Verse]\nhello my friend\n[{tag}]\n[Chorus]\nla la la la", "rock at 120 bpm", duration=60
    )
    label = "break" if "break" in tag else "solo"
    solo = section(score, label)
    tune = [part for part in score.parts if part.instrument == instrument][-1].notes
    inside = [note for note in tune if solo.start - 0.02 <= note.start < solo.end]
    assert len(inside) == len(tune) > 4
    assert inside[0].start < solo.start + (solo.end - solo.start) / 2
    assert not starts(score, "vocals", solo)


def test_drummers_have_their_solo_alone():
    score = written(
        "[Verse]\nhello my friend\n[Drum Solo]\n[Chorus]\nla la la la", "rock at 120 bpm", duration=60
    )
    solo = section(score, "solo")
    assert len(starts(score, "drums", solo)) > 8
    for track in ("bass", "guitar", "keyboard", "synth", "strings", "vocals", "backing_vocals"):
        assert not starts(score, track, solo)


def test_an_instrumental_of_tags_has_its_solos():
    score = written("[Intro]\n[Sax Solo]\n[Outro]", "jazz at 120 bpm", duration=40)
    assert [span.label for span in score.sections] == ["intro", "solo", "outro"]
    assert any(part.instrument == "saxophone" for part in score.parts)
    assert not any(part.track == "vocals" for part in score.parts)


def test_an_abrupt_end_has_no_last_chord_that_is_held():
    text = "[Verse]\nhello my friend\nhow are you"
    held, abrupt = written(text, "rock", duration=20), written(f"{text}\n[abrupt end]", "rock", duration=20)

    def last_onset(score):
        return max(note.start for part in score.parts if part.track == "drums" for note in part.notes)

    assert last_onset(abrupt) > last_onset(held) + 0.2


CHORDS = st.sampled_from(("Am", "F", "C", "G", "Dm7", "E7", "Bb", "F#m", "Gsus4", "Cmaj7", "D/F#", "N.C."))


@pytest.mark.slow
@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.lists(st.tuples(CHORDS, st.sampled_from(("oh", "river", "carry me", "a"))), min_size=1, max_size=5),
             min_size=1, max_size=4),
    st.integers(0, 99),
)  # fmt: skip
def test_every_chord_is_played_in_its_order(lines, seed):
    text = "[Verse]\n" + "\n".join(" ".join(f"[{chord}]{words}" for chord, words in line) for line in lines)
    score = written(text, "pop at 90 bpm", seed=seed)
    verse = section(score, "verse")
    played = [s.label for s in score.chords if s.end > verse.start + 1e-6 and s.start < verse.end - 1e-6]
    asked = ["N" if chord == "N.C." else chord for line in lines for chord, _ in line]
    distinct = [b for a, b in pairwise([None, *asked]) if a != b]
    at = 0
    for label in played:
        at += at < len(distinct) and label == distinct[at]
    assert at == len(distinct)
    assert {s.label for s in score.chords} - {"N"} <= set(asked) | {score.chords[-1].label}
    assert all(a.end <= b.start + 1e-6 for a, b in pairwise(score.lyrics))
    assert all(
        np.isfinite(note.duration) and note.duration > 0 for part in score.parts for note in part.notes
    )
    assert all(parse_chord(s.label) or s.label == "N" for s in score.chords)


@pytest.mark.parametrize("seed", range(3))
def test_a_chord_sheet_of_a_song_is_read_back_as_its_lyrics(seed):
    score = written(
        "[Intro]\n| Am F |\n[Verse]\n[Am]River rolling [F]to the sea\n[Chorus]\n[C]la la [G/B]la", seed=seed
    )
    sheet = read_lyrics(to_chordpro(score))
    assert [section.label for section in sheet.sections] == [span.label for span in score.sections]
    assert [line for section in sheet.sections for line in section.lines] == [
        line.text for line in score.lyrics
    ]
    assert [label for s in sheet.sections if s.lines for marks in s.chords for _, label in marks] == [
        "Am",
        "F",
        "C",
        "G/B",
    ]
    assert sheet.sections[0].bars == (("Am", "F"),)
