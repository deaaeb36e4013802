"""Retakes go smoothly from the same to all new."""

from __future__ import annotations

import numpy as np
import pytest
from judging import assert_stems_sum

from audiopod_mcp.music.loudness import integrated_loudness
from audiopod_mcp.music.retake import retake

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


def test_up_to_a_half_the_harmony_stays(tune, takes):
    assert takes[2].score.chords == tune.score.chords
    assert takes[4].score.chords != tune.score.chords


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
    assert other.score.seed == 2


def test_a_sung_line_is_never_torn(song):
    take = retake(song.audio, 44_100, variance=0.6, seed=3, score=song.score, stems=song.stems)
    assert {line.text for line in take.lyrics} <= {line.text for line in song.lyrics}
    assert take.lyrics


def test_a_recording_is_played_again_and_says_so(recording):
    take = retake(recording.audio, recording.rate, variance=0.3, seed=1)
    assert len(take.audio) == len(recording.audio) * 44_100 // recording.rate
    assert "recording has no score" in take.notes[0]
