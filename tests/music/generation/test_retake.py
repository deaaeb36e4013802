"""Retakes go smoothly from the same to all new."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest

from audiopod_mcp.music.analysis.key import beat_chroma
from audiopod_mcp.music.captions.parse import read_caption
from audiopod_mcp.music.composition import compose
from audiopod_mcp.music.generation.generate import generate
from audiopod_mcp.music.generation.retake import retake
from audiopod_mcp.music.generation.retake_score import retake_score
from audiopod_mcp.music.model import Refused, ignore_progress
from audiopod_mcp.music.signal.loudness import integrated_loudness
from tests.music.judging import assert_stems_sum, likeness, steepness

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("heard_once")]

VARIANCES = (0.0, 0.15, 0.4, 0.7, 1.0)


@pytest.fixture(scope="module")
def takes(tune):
    return [
        retake(tune.audio, 44_100, variance=v, seed=9, score=tune.score, stems=tune.stems) for v in VARIANCES
    ]


def notes(score):
    return {(part.instrument, round(n.start, 3), n.pitch) for part in score.parts for n in part.notes}


def test_no_variance_is_the_same_take(tune, takes):
    assert np.array_equal(takes[0].audio, tune.audio)
    assert takes[0].score == tune.score


def test_more_variance_is_further_away(tune, takes):
    own = notes(tune.score)
    kept = [len(own & notes(take.score)) / len(own) for take in takes]
    assert kept == sorted(kept, reverse=True)
    assert kept[1] > 0.5
    assert kept[-1] < 0.3
    distance = [float(np.square(take.audio - tune.audio).mean()) for take in takes]
    assert distance[0] < distance[1] < distance[2] <= distance[3] * 1.1


def test_the_curve_has_no_jump_and_no_plateau(tune):
    """How much of notes and of harmony is the piece's own, over the whole range."""
    shares = np.linspace(0, 1, 11)
    scores = [retake_score(tune.score, share, 9, ignore_progress) for share in shares]

    def harmony(score):
        at = np.arange(0.1, 12, 0.25)
        return np.array([next(s.label for s in score.chords if s.start <= t < s.end) for t in at])

    own = notes(tune.score)
    kept = [len(own & notes(score)) / max(len(own), len(notes(score))) for score in scores]
    chords = [(harmony(score) == harmony(tune.score)).mean() for score in scores]
    for curve in (kept, chords):
        falls = -np.diff(curve)
        assert falls.max() < 0.25
        assert falls.min() >= 0
    assert min(-np.diff(kept[::2])) > 0
    few = [notes(retake_score(tune.score, 0.1, seed, ignore_progress)) for seed in range(9, 13)]
    assert np.mean([len(own & other) / max(len(own), len(other)) for other in few]) > 0.8
    assert chords[1] > 0.9
    assert chords[-1] < 0.6


def chords_kept(score, take):
    at = np.arange(0.1, score.duration, 0.25)
    names = [[next(s.label for s in x.chords if s.start <= t < s.end) for t in at] for x in (score, take)]
    return float(np.mean([mine == theirs for mine, theirs in zip(*names, strict=True)]))


def test_a_style_of_one_chord_gets_new_harmony_too_and_bit_by_bit_in_ten_seconds():
    brief = read_caption("techno", tempo=130, key="A minor", duration=10, instrumental=True)
    score = compose(brief, seed=1)
    kept = [
        chords_kept(score, retake_score(score, share, 5, ignore_progress)) for share in np.linspace(0, 1, 11)
    ]
    assert kept[-1] < 0.35
    assert max(-np.diff(kept)) < 0.25
    assert min(-np.diff(kept)) >= 0


def test_length_tempo_key_loudness_and_stems_stay(tune, takes):
    for take in takes:
        assert len(take.audio) == len(tune.audio)
        assert take.score.tempo == pytest.approx(tune.score.tempo, rel=0.01)
        assert take.score.key == tune.score.key
        assert_stems_sum(take)
        assert integrated_loudness(take.audio, 44_100) == pytest.approx(
            integrated_loudness(tune.audio, 44_100), abs=1.5
        )


def test_the_seed_decides(tune, takes):
    again = retake(tune.audio, 44_100, variance=VARIANCES[2], seed=9, score=tune.score)
    other = retake(tune.audio, 44_100, variance=VARIANCES[2], seed=2, score=tune.score)
    assert np.array_equal(again.audio, takes[2].audio)
    assert not np.array_equal(other.audio, takes[2].audio)


def test_a_sung_line_is_never_torn(song):
    take = retake(song.audio, 44_100, variance=0.6, seed=3, score=song.score, stems=song.stems)
    assert [line.text for line in take.lyrics] == [line.text for line in song.lyrics]
    sung = [note for part in take.score.parts if part.track == "vocals" for note in part.notes]
    assert [n.syllable for n in sung] == [
        n.syllable for p in song.score.parts if p.track == "vocals" for n in p.notes
    ]


def test_a_piece_that_comes_to_rest_does_so_in_every_take():
    score = compose(read_caption("deep house 124 bpm", duration=20), seed=52)
    last = max(note.start for part in score.parts for note in part.notes)
    assert score.duration - last > 2
    for variance in (0.4, 1.0):
        take = retake_score(score, variance, 4, ignore_progress)
        assert max(note.start for part in take.parts for note in part.notes) < last + 0.05


def test_a_take_of_what_was_edited_has_its_levels_its_mono_and_its_fade():
    song = generate(read_caption("rock band, mono, fade out over 2 seconds", duration=6), seed=3)
    stems = {track: stem * (0.25 if track == "drums" else 1) for track, stem in song.stems.items()}
    audio = sum(stems.values())
    take = retake(audio, 44_100, variance=0.3, seed=2, score=song.score, stems=stems, edited=True)
    for track, stem in stems.items():
        change = [np.square(each, dtype=np.float64).mean() for each in (take.stems[track], stem)]
        assert 10 * np.log10(change[0] / change[1]) == pytest.approx(0, abs=0.5)
    assert_stems_sum(take)
    assert np.array_equal(take.audio[:, 0], take.audio[:, 1])
    assert np.abs(take.audio[-200:]).max() < 0.02
    assert take.done[1:] == ("mono, both sides alike", "fade out over 2 s")
    assert "effects and fades of edits are gone" in take.notes[0]
    assert take.recipe is None


@pytest.fixture(scope="module")
def excerpt(recording):
    """The first six seconds of the recording."""
    return replace(recording, audio=recording.audio[: 6 * recording.rate])


@pytest.fixture(scope="module")
def retaken(excerpt):
    return [retake(excerpt.audio, excerpt.rate, variance=v, seed=1) for v in (0.1, 0.5, 0.9)]


def test_a_recording_stays_as_it_was_recorded_but_for_a_share(excerpt, retaken):
    same = [(made.audio == excerpt.audio).all(axis=1).mean() for made in retaken]
    assert same[0] > 0.6
    assert 0.05 < same[1] < same[0]
    assert same[2] < same[1]
    for made in retaken:
        assert made.audio.shape == excerpt.audio.shape
        assert integrated_loudness(made.audio, excerpt.rate) == pytest.approx(
            integrated_loudness(excerpt.audio, excerpt.rate), abs=2.5
        )
        for at in np.flatnonzero(np.diff((made.audio == excerpt.audio).all(axis=1).astype(int)) != 0)[:4]:
            assert steepness(made.audio, at) < 2.5
    assert re.search(
        r"instruments play the .* anew, as .*; \d+ of 6 s are as they were recorded", retaken[0].notes[0]
    )


def test_a_recording_is_less_and_less_like_itself(excerpt, retaken):
    beats = np.arange(0, 6, 0.5)
    own = beat_chroma(excerpt.audio, excerpt.rate, beats)
    alike = [likeness(own, beat_chroma(made.audio, excerpt.rate, beats)) for made in retaken]
    new = retake(excerpt.audio, excerpt.rate, variance=1.0, seed=1)
    alike.append(likeness(own, beat_chroma(new.audio, new.rate, beats)))
    assert alike == sorted(alike, reverse=True)
    assert alike[0] > 0.85
    assert "All of it is played anew" in new.notes[0]


def test_a_silent_recording_is_refused():
    with pytest.raises(Refused, match=r"^source: .* nothing to play again"):
        retake(np.zeros((22_050, 2), np.float32), 22_050, variance=0.5, seed=1)
