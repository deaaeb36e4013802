"""Scores: in time, in key, in form, the same again from the same seed."""

import json
import os
import subprocess
import sys
from dataclasses import asdict, replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audiopod_mcp.music.captions.parse import read_caption
from audiopod_mcp.music.composition import compose
from audiopod_mcp.music.composition.singing import place_syllables
from audiopod_mcp.music.composition.stanzas import split_words
from audiopod_mcp.music.generation.generate import generate
from audiopod_mcp.music.lyrics.tags import section_label
from audiopod_mcp.music.model import Activity, Brief, Grid, Note, Refused, Score, Span
from audiopod_mcp.music.styles import STYLES
from audiopod_mcp.music.synthesis import INSTRUMENTS, TRACKS
from audiopod_mcp.music.theory import METRES, parse_chord

LYRICS = """[Verse 1]
Walking down the empty street tonight
Every window holds a different light

[Chorus]
Carry me over the water
Carry me home to the sea

[Verse 2]
Morning breaks above the silent town

[Guitar Solo]

[Chorus]
Carry me over the water
Carry me home to the sea
"""


def notes_of(score: Score, track: str) -> list[Note]:
    return [note for part in score.parts if part.track == track for note in part.notes]


def brief_for(style: str, **changes: object) -> Brief:
    name = STYLES[style]
    brief = Brief(
        "",
        style=style,
        tempo=round(sum(name.tempo) / 2),
        timesignature=name.timesignature,
        energy=name.energy,
    )
    return replace(brief, **{"duration": 40.0, **changes})


@pytest.mark.slow
@pytest.mark.parametrize("style", STYLES)
def test_every_style_makes_a_piece_that_lies_within_its_time(style: str) -> None:
    score = compose(brief_for(style), seed=4)
    assert score.duration == 40.0
    assert len(score.parts) >= 3
    for part in score.parts:
        instrument = INSTRUMENTS[part.instrument]
        assert part.track == instrument.track in TRACKS
        for note in part.notes:
            assert 0 <= note.start < 40
            assert note.duration > 0
            assert note.start + note.duration <= 40.01
            assert 1 <= note.velocity <= 127
            if not instrument.unpitched:
                assert instrument.low - 2 <= note.pitch <= instrument.high + 5, part.instrument


@pytest.mark.parametrize("style", ["pop", "jazz", "classical", "techno"])
def test_the_same_seed_composes_the_same_and_another_something_else(style: str) -> None:
    brief = brief_for(style)
    assert compose(brief, seed=1) == compose(brief, seed=1)
    assert compose(brief, seed=1).parts != compose(brief, seed=2).parts


def test_a_score_survives_json() -> None:
    score = compose(brief_for("folk", lyrics=LYRICS), seed=2)
    assert Score.from_dict(json.loads(json.dumps(asdict(score)))) == score


@pytest.mark.parametrize(
    ("metre", "per_bar"),
    [("2/4", 2), ("3/4", 3), ("4/4", 4), ("6/8", 2), ("5/4", 5), ("7/4", 7), ("7/8", 3.5)],
)
def test_metres_are_played_as_such(metre: str, per_bar: float) -> None:
    score = compose(brief_for("rock", timesignature=metre, tempo=90.0, duration=60.0), seed=3)
    beats, downbeats = np.array(score.beats), np.array(score.downbeats)
    assert (score.timesignature, score.tempo) == (metre, 90.0)
    assert np.allclose(np.diff(beats), 60 / 90 / METRES[metre].unit)
    assert np.allclose(np.diff(downbeats), per_bar * 60 / 90)
    # The bass drum marks the bar: most of its loud strokes fall on the downbeats of each bar.
    kicks = np.array([note.start for note in notes_of(score, "drums") if note.pitch == 36])
    inner = downbeats[4:-4]
    hit = [np.abs(kicks - downbeat).min() < 0.03 for downbeat in inner]
    assert np.mean(hit) > 0.8
    if metre == "6/8":  # Its beats have three parts: the hats are on thirds, never on halves.
        hats = np.array([note.start for note in notes_of(score, "drums") if note.pitch in (42, 51)])
        phase = hats / (60 / 90) * 3
        assert np.mean(np.abs(phase - np.round(phase)) < 0.12) > 0.95


def test_odd_metres_are_grouped_and_sung_in() -> None:
    for metre, groups in (("5/4", (0, 3)), ("7/8", (0, 4, 5.999))):
        score = compose(
            brief_for("rock", timesignature=metre, tempo=100.0, lyrics=LYRICS, duration=90.0), seed=3
        )
        assert len(score.lyrics) == 7
        bass = np.array([note.start for note in notes_of(score, "bass")])
        unit = 60 / score.tempo / METRES[metre].unit
        for group in groups:  # Every group of beats begins with a note of the bass.
            starts = np.array(score.downbeats[4:-4]) + group * unit
            assert np.mean([np.abs(bass - start).min() < 0.04 for start in starts]) > 0.9
        again = compose(
            brief_for("rock", timesignature=metre, tempo=100.0, duration=30.0),
            seed=3,
            grid=Grid(score.beats, beats_per_bar=METRES[metre].beats),
        )
        assert (again.timesignature, again.tempo) == (metre, 100.0)


@pytest.mark.parametrize(
    ("key", "tell", "close"),
    [
        ("D dorian", 11, "G"),
        ("E phrygian", 5, "F"),
        ("F lydian", 11, "G"),
        ("G mixolydian", 5, "F"),
        ("B locrian", 5, "C"),
    ],
)
def test_a_church_mode_is_played_on_its_own_notes(key: str, tell: int, close: str) -> None:
    for style in ("pop", "jazz", "metal"):
        score = compose(brief_for(style, key=key, duration=60.0), seed=3)
        assert score.key == key
        parts = [p for p in score.parts if not INSTRUMENTS[p.instrument].unpitched and p.track != "bass"]
        pitches = np.array([round(note.pitch) % 12 for part in parts for note in part.notes])
        white = {0, 2, 4, 5, 7, 9, 11}
        assert np.mean([pitch in white for pitch in pitches]) > (0.85 if key == "B locrian" else 0.95)
        assert np.mean(pitches == tell) > 0.005  # The note that tells the mode from major or minor.
        assert score.chords[-1].label[0] == key[0]
        assert score.chords[-2].label[0] == close


def test_half_time_halves_the_backbeat_and_leaves_the_tempo() -> None:
    counts = {}
    for feel in (None, "half-time", "double-time"):
        score = compose(brief_for("rock", feel=feel, duration=60.0, tempo=140.0), seed=3)
        assert score.tempo == 140.0
        middle = [n for n in notes_of(score, "drums") if n.pitch == 38 and 20 < n.start < 40]
        counts[feel] = len(middle)
    assert counts["half-time"] < 0.7 * counts[None]
    assert counts["double-time"] > 1.4 * counts[None]
    slow = compose(brief_for("dubstep", feel="half-time"), seed=3)
    assert slow.parts == compose(brief_for("dubstep"), seed=3).parts  # It counts so already.


@pytest.mark.slow
@settings(max_examples=25)
@given(
    st.floats(1, 70),
    st.floats(30, 300),
    st.sampled_from(sorted(STYLES)),
    st.sampled_from(sorted(METRES)),
    st.booleans(),
)
def test_any_duration_and_tempo_is_filled_exactly(
    duration: float, tempo: float, style: str, metre: str, sings: bool
) -> None:
    brief = brief_for(
        style, duration=duration, tempo=tempo, timesignature=metre, lyrics=LYRICS if sings else None
    )
    score = compose(brief, seed=9)
    assert score.duration == duration
    assert score.parts
    assert score.sections[0].start == 0
    assert score.sections[-1].end == duration
    for before, after in pairwise(score.sections):
        assert before.end == after.start
    assert all(0 <= beat < duration for beat in score.beats)
    assert all(note.start + note.duration <= duration + 1e-3 for part in score.parts for note in part.notes)


def test_harmony_and_melody_stay_in_the_key() -> None:
    for key, scale in (("C major", {0, 2, 4, 5, 7, 9, 11}), ("A minor", {9, 11, 0, 2, 4, 5, 7, 8})):
        score = compose(brief_for("pop", key=key), seed=5)
        assert {parse_chord(span.label).root for span in score.chords} <= scale
        melody = [
            round(note.pitch) % 12
            for part in score.parts
            if part.instrument == "synth lead"
            for note in part.notes
        ]
        assert len(melody) > 20
        assert np.mean([pitch in scale for pitch in melody]) > 0.97


def test_bass_plays_the_chords_root_when_they_change() -> None:
    score = compose(brief_for("rock"), seed=6)
    bass = notes_of(score, "bass")
    right = []
    for chord in score.chords[1:-1]:
        near = [note for note in bass if abs(note.start - chord.start) < 0.06]
        right += [round(note.pitch) % 12 == parse_chord(chord.label).root for note in near]
    assert len(right) > 8
    assert np.mean(right) > 0.9


def test_sections_follow_the_tags() -> None:
    score = compose(read_caption("folk song at 100 bpm", lyrics=LYRICS), seed=1)
    labels = [span.label for span in score.sections]
    assert labels == ["intro", "verse", "chorus", "verse", "solo", "chorus", "outro"]
    for line, section in zip(score.lyrics, [1, 1, 2, 2, 3, 5, 5], strict=True):
        assert score.sections[section].start - 0.01 <= line.start < score.sections[section].end


@pytest.mark.parametrize("duration", [-1, 95.0, 31.0])
def test_one_note_for_every_syllable_and_times_that_are_theirs(duration: float) -> None:
    score = compose(read_caption("pop at 110 bpm", lyrics=LYRICS, duration=duration), seed=1)
    vocals = notes_of(score, "vocals")
    syllables = [part for line in score.lyrics for _, parts in split_words(line.text) for part in parts]
    assert [note.syllable for note in vocals] == syllables
    assert len(score.lyrics) == 7
    onsets = {note.start for note in vocals}
    for line in score.lyrics:
        assert line.words[0][0] == line.start
        assert [word for _, word in line.words] == line.text.split()
        assert all(time in onsets for time, _ in line.words)
    ends = [(line.start, line.end) for line in score.lyrics]
    assert all(before[1] <= after[0] for before, after in pairwise(ends))
    starts = [note.start for note in vocals]
    assert all(a < b for a, b in pairwise(starts))


def test_a_repeated_chorus_is_sung_to_the_same_rhythm() -> None:
    score = compose(read_caption("pop at 110 bpm", lyrics=LYRICS), seed=1)
    first, second = score.lyrics[2], score.lyrics[5]
    assert first.text == second.text
    assert np.allclose(
        [time - first.start for time, _ in first.words],
        [time - second.start for time, _ in second.words],
        atol=1e-3,
    )


def test_lyrics_that_do_not_fit_are_left_out_rather_than_gabbled() -> None:
    score = compose(
        read_caption("pop", lyrics="[Verse]\n" + "walking down the empty street tonight\n" * 40, duration=20),
        seed=1,
    )
    assert 4 < len(score.lyrics) < 40
    gaps = np.diff([note.start for note in notes_of(score, "vocals")])
    assert np.median(gaps) > 0.1


@given(st.integers(1, 60), st.floats(1, 16), st.booleans(), st.integers(0, 99))
def test_syllables_are_placed_in_order_within_their_line(
    count: int, span: float, compound: bool, seed: int
) -> None:
    onsets = place_syllables(count, span, compound, np.random.default_rng(seed))
    assert len(onsets) == count
    assert onsets[0] == 0
    assert all(a < b for a, b in pairwise(onsets))
    assert onsets[-1] < span


def test_what_is_ruled_out_does_not_play_and_what_is_asked_for_does() -> None:
    score = compose(
        read_caption("rock song with organ and trumpet, no drums, no guitars", duration=30), seed=1
    )
    playing = {part.instrument for part in score.parts}
    assert {"organ", "trumpet"} <= playing
    assert not {"drums", "guitar", "percussion"} & {part.track for part in score.parts} - {"percussion"}
    pans = compose(read_caption("salsa with steel drums and timpani", duration=30), seed=1)
    assert {"percussion", "steel drum", "timpani"} <= {part.instrument for part in pans.parts if part.notes}
    alone = compose(read_caption("solo piano", duration=30), seed=1)
    assert {part.track for part in alone.parts} == {"keyboard"}


def test_an_instrument_that_sings_by_nature_has_the_melody() -> None:
    score = compose(read_caption("jazz with trumpet", duration=30), seed=1)
    counts = {part.instrument: len(part.notes) for part in score.parts}
    assert counts["trumpet"] > counts.get("saxophone", 0)


def test_choruses_are_fuller_than_verses_and_intros() -> None:
    score = compose(brief_for("pop", duration=120.0), seed=8)

    def onsets(label: str) -> float:
        spans = [span for span in score.sections if span.label == label]
        inside = [n for p in score.parts for n in p.notes if any(s.start <= n.start < s.end for s in spans)]
        return sum(note.velocity for note in inside) / sum(span.end - span.start for span in spans)

    assert onsets("intro") < onsets("verse") < onsets("chorus")


def test_a_piece_ends_on_its_tonic() -> None:
    for style in ("pop", "folk", "classical", "metal"):
        score = compose(brief_for(style, key="D minor"), seed=8)
        assert parse_chord(score.chords[-1].label).root == 2


def test_tags_without_words_are_the_form_of_an_instrumental() -> None:
    for duration in (-1, 50.0, 200.0):
        brief = read_caption("house", lyrics="[Intro]\n[Build]\n[Drop]\n[Outro]", duration=duration)
        labels = [span.label for span in compose(brief, seed=1).sections]
        assert labels == ["intro", "build", "drop", "outro"]
    brief = read_caption("pop", lyrics=LYRICS, instrumental=True, duration=100)
    labels = [span.label for span in compose(brief, seed=1).sections]
    assert labels == ["verse", "chorus", "verse", "solo", "chorus"]
    assert compose(replace(brief, form=("verse",) * 40, duration=10.0), seed=1).sections[-1].end == 10
    assert Score.from_dict(json.loads(json.dumps(asdict(compose(brief, seed=1))))).brief == brief


def test_odd_tags_and_lengths_are_sung_as_they_stand() -> None:
    words = "[Drop]\nlet it go\n[Bridge - soft]\nquietly (ooh)\n[Chorus x2]\nsing along\n[Ad-lib]\n(hey)\n"
    lines = [line.text for line in compose(read_caption("pop", lyrics=words, duration=70), seed=1).lyrics]
    assert lines == ["let it go", "quietly (ooh)", "sing along", "sing along", "(hey)"]
    long = compose(read_caption("pop", lyrics="hello", duration=240), seed=1)
    labels = [span.label for span in long.sections]
    assert (labels[0], labels[-1]) == ("intro", "outro")
    assert len(labels) > 6
    assert [line.text for line in long.lyrics] == ["hello"]
    short = compose(read_caption("pop", lyrics="walking down the street\n" * 125, duration=10), seed=1)
    assert short.duration == 10
    assert short.lyrics


@pytest.mark.slow
@settings(max_examples=40)
@given(
    bpm=st.integers(30, 300),
    key=st.sampled_from(("C major", "F# minor", "Bb dorian")),
    metre=st.sampled_from(sorted(METRES)),
    duration=st.floats(10, 120),
    style=st.sampled_from(sorted(STYLES)),
    seed=st.integers(0, 2**40),
    lyrics=st.none() | st.sampled_from((LYRICS, "[Drop]\n[Outro]", "one word", "la " * 900)),
    level=st.sampled_from((0.0, 0.5, 1.0)),
)
def test_what_is_asked_for_is_what_is_written(bpm, key, metre, duration, style, seed, lyrics, level) -> None:
    brief = read_caption(
        style, tempo=bpm, key=key, timesignature=metre, duration=duration, seed=seed, lyrics=lyrics
    )
    score = compose(replace(brief, activity=Activity(*[level] * 4)), seed=seed)
    assert (score.tempo, score.key, score.timesignature, score.duration) == (bpm, key, metre, duration)
    beats = np.array(score.beats)
    assert np.allclose(np.diff(beats), METRES[metre].beat_seconds(bpm))
    for part in score.parts:
        for note in part.notes:
            assert 0 <= note.start < note.start + note.duration <= duration + 1e-3
    assert all(a.end <= b.start for a, b in pairwise(score.lyrics))


@pytest.mark.slow
def test_a_score_does_not_depend_on_the_process() -> None:
    code = (
        "import sys; from audiopod_mcp.music.captions.parse import read_caption as r;"
        "from audiopod_mcp.music.composition import compose;"
        "b = r('sparse dorian soul in 6/8, saxaphone, no drums but shaker', seed=5, lyrics='[Verse]\\nhello you');"
        "print(hash('another in each process'), file=sys.stderr); print(compose(b, seed=5))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONHASHSEED": "1"},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert int(done.stderr) != hash("another in each process")
    brief = read_caption(
        "sparse dorian soul in 6/8, saxaphone, no drums but shaker", seed=5, lyrics="[Verse]\nhello you"
    )
    assert done.stdout == f"{compose(brief, seed=5)}\n"


@pytest.mark.parametrize(
    ("tag", "label"),
    [
        ("Verse 2 - whispered", "verse"),
        ("Pre-Chorus", "pre-chorus"),
        ("Final Chorus: soft, piano only", "chorus"),
        ("Inst", "solo"),
        ("Saxophone solo", "solo"),
        ("サビ", "chorus"),
    ],
)
def test_tags_name_sections_however_they_are_written(tag: str, label: str) -> None:
    assert section_label(tag) == label


GRID = Grid(
    beats=tuple(np.cumsum(np.concatenate(([0.4], 0.5 + 0.05 * np.sin(np.arange(64) / 5))))),
    first_downbeat=2,
    chords=tuple(label for label in ("Am", "F", "C", "G") * 4 for _ in range(4)),
    sections=(Span(0.0, 10.0, "verse"), Span(10.0, 40.0, "chorus")),
)


def test_a_grid_is_played_on_its_own_beats_chords_and_sections() -> None:
    score = compose(brief_for("rock", duration=33.0), seed=3, grid=GRID)
    assert np.allclose(score.beats[: len(GRID.beats) - 1], GRID.beats[:-1])
    assert score.downbeats[0] == GRID.beats[2]
    assert [span.label for span in score.sections][:2] == ["verse", "chorus"]
    assert {span.label for span in score.chords} == {"Am", "F", "C", "G"}
    kicks = [note.start for note in notes_of(score, "drums") if note.pitch == 36]
    beats = np.array(GRID.beats)
    near = [np.abs(np.concatenate((beats, (beats[1:] + beats[:-1]) / 2)) - kick).min() for kick in kicks]
    assert np.median(near) < 0.02
    assert abs(score.tempo - 60 / np.median(np.diff(beats))) < 1.5


def test_a_grids_melody_is_what_the_lead_plays() -> None:
    melody = tuple(Note(GRID.beats[i], 0.4, 60.0 + i % 5, 90) for i in range(2, 40))
    score = compose(brief_for("jazz", duration=33.0), seed=3, grid=replace(GRID, melody=melody))
    lead = notes_of(score, "woodwinds")
    assert [note.start for note in lead] == [note.start for note in melody]
    assert [round(note.pitch - lead[0].pitch) for note in lead] == [
        round(n.pitch - melody[0].pitch) for n in melody
    ]
    assert (lead[0].pitch - melody[0].pitch) % 12 == 0


def test_tags_hold_in_the_sections_that_a_grid_has():
    """A cover's song may lack a section that its new lyrics name."""
    lyrics = "[Verse: no drums]\n[Drop: huge]\n[Chorus: full band]"
    spans = (Span(0.0, 16.0, "verse"), Span(16.0, 32.0, "chorus"))
    grid = Grid(beats=tuple(np.arange(65) * 0.5), sections=spans)
    score = compose(read_caption("rock at 120 bpm", lyrics=lyrics, duration=32), seed=1, grid=grid)
    starts = [note.start for part in score.parts if part.track == "drums" for note in part.notes]
    assert 15.9 < min(starts) < 17


def test_six_beats_a_bar_are_felt_in_two() -> None:
    grid = Grid(beats=tuple(np.arange(61) * 0.25), beats_per_bar=6)
    score = compose(brief_for("folk", duration=15.0), seed=3, grid=grid)
    assert score.timesignature == "6/8"
    assert np.allclose(np.diff(score.downbeats), 1.5)


def test_density_thins_or_thickens_the_drums() -> None:
    thin, thick = (
        len(
            notes_of(
                compose(brief_for("rock", duration=33.0), seed=3, grid=replace(GRID, density=d)), "drums"
            )
        )
        for d in (0.8, 4.0)
    )
    assert thin < 0.8 * thick


@pytest.mark.parametrize("change", [{"key": "H major"}, {"timesignature": "11/8"}, {"duration": 0.0}])
def test_what_cannot_be_composed_is_refused(change: dict) -> None:
    with pytest.raises(Refused):
        compose(brief_for("pop", **change), seed=1)


@pytest.mark.slow
def test_a_fade_out_is_one_and_stems_fade_with_the_mix() -> None:
    faded, plain = (
        generate(read_caption(f"solo piano{words}", tempo=120, key="C", duration=12), seed=1)
        for words in (" with a fade-out", ", no fade out")
    )
    second = faded.rate
    assert np.allclose(faded.audio[: 9 * second], plain.audio[: 9 * second])
    assert np.abs(faded.audio[-second // 5 :]).max() < 0.15 * np.abs(plain.audio[-second // 5 :]).max()
    assert np.allclose(sum(faded.stems.values()), faded.audio, atol=1e-4)


def test_a_report_may_stop_the_work() -> None:
    def stop(fraction: float, doing: str) -> None:
        if fraction > 0.3:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        compose(brief_for("pop"), seed=1, report=stop)


@given(
    beats=st.lists(st.floats(0.15, 1.5), min_size=0, max_size=40),
    start=st.floats(0, 3),
    first=st.integers(0, 7),
    per_bar=st.sampled_from((2, 3, 4, 5, 6)),
    chords=st.lists(st.sampled_from(("Am", "N", "F#7", "Bdim", "Ebmaj7/G", "C", "X?")), max_size=50),
    labels=st.lists(st.sampled_from(("intro", "chorus", "Verse 2", "outro", "???")), max_size=4),
    density=st.none() | st.floats(0, 12),
    duration=st.floats(0.5, 40),
    style=st.sampled_from(sorted(STYLES)),
    sings=st.booleans(),
)
def test_any_grid_can_be_played_on(
    beats, start, first, per_bar, chords, labels, density, duration, style, sings
) -> None:
    times = tuple(float(t) for t in start + np.cumsum([0.0, *beats]))
    spans = tuple(Span(i * 5.0, i * 5.0 + 5, label) for i, label in enumerate(labels))
    melody = tuple(Note(t, 0.3, 50 + i % 30, 80) for i, t in enumerate(times[::3])) if density else ()
    grid = Grid(times, first, per_bar, tuple(chords), spans, melody, density)
    brief = brief_for(style, duration=duration, lyrics=LYRICS if sings else None)
    score = compose(brief, seed=2, grid=grid)
    assert score.duration == duration
    assert all(
        0 <= n.start < n.start + n.duration <= duration + 0.01 for part in score.parts for n in part.notes
    )
