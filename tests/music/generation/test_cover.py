"""A cover: the same beats, as much of the same harmony as was asked for, and another band."""

from __future__ import annotations

import numpy as np
import pytest

from audiopod_mcp.music.analysis.analyze import analyze
from audiopod_mcp.music.analysis.key import beat_chroma
from audiopod_mcp.music.generation.cover import cover
from audiopod_mcp.music.model import SAMPLE_RATE, Refused
from audiopod_mcp.music.signal.loudness import integrated_loudness
from tests.music.judging import assert_stems_sum, likeness

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("heard_once")]

STRENGTHS = (0.0, 0.5, 1.0)


@pytest.fixture(scope="module")
def heard(recording):
    return analyze(recording.audio, recording.rate)


@pytest.fixture(scope="module")
def covers(recording):
    return [
        cover(recording.audio, recording.rate, caption="jazz trio with piano", strength=strength, seed=1)
        for strength in STRENGTHS
    ]


@pytest.fixture(scope="module")
def alike(recording, heard, covers):
    own = beat_chroma(recording.audio, recording.rate, heard.beats)
    return [likeness(own, beat_chroma(made.audio, SAMPLE_RATE, heard.beats)) for made in covers]


def test_the_closer_the_more_alike(alike):
    assert alike == sorted(alike)
    assert alike[-1] > alike[0] + 0.15


def test_it_is_this_song_and_not_just_its_key(recording, heard, covers, alike):
    own = beat_chroma(recording.audio, recording.rate, heard.beats)
    new = beat_chroma(covers[-1].audio, SAMPLE_RATE, heard.beats)
    rng = np.random.default_rng(0)
    shuffled = [likeness(own[rng.permutation(len(own))], new) for _ in range(20)]
    assert alike[-1] > max(shuffled) + 0.1


def test_it_is_as_long_on_the_same_beats_and_as_loud(recording, heard, covers):
    for made in covers:
        assert made.rate == SAMPLE_RATE
        assert len(made.audio) == len(recording.audio) * SAMPLE_RATE // recording.rate
        assert_stems_sum(made)
        assert np.abs(made.audio).max() < 1
        beats = np.asarray(made.score.beats)
        assert np.median(np.abs(beats[:, None] - np.asarray(heard.beats)).min(axis=0)) < 0.02
    assert integrated_loudness(covers[-1].audio, SAMPLE_RATE) == pytest.approx(heard.loudness, abs=1.0)


def test_the_band_is_the_caption_s(covers, tune):
    assert covers[0].score.brief.style == "jazz"
    assert {part.instrument for part in covers[0].score.parts} != {
        part.instrument for part in tune.score.parts
    }


def test_the_same_seed_is_the_same_cover(recording, covers):
    again, other = (
        cover(recording.audio, recording.rate, caption="jazz trio with piano", strength=0.5, seed=seed)
        for seed in (1, 2)
    )
    assert np.array_equal(again.audio, covers[1].audio)
    assert not np.array_equal(other.audio, covers[1].audio)


def test_a_composed_song_is_covered_from_its_score(song, composed):
    made = cover(song.audio, 44_100, caption="folk", strength=1.0, seed=1, score=composed["score"])

    def harmony(score):
        return [next(s.label for s in score.chords if s.start <= t < s.end) for t in np.arange(0.25, 11, 0.5)]

    same = np.mean([a == b for a, b in zip(harmony(made.score), harmony(song.score), strict=True)])
    assert same > 0.9


def test_a_tempo_in_the_caption_plays_it_slower(recording):
    made = cover(recording.audio, recording.rate, caption="slow ballad at 90 BPM", strength=0.8)
    assert made.score.tempo == pytest.approx(90, rel=0.02)
    assert len(made.audio) / SAMPLE_RATE == pytest.approx(12 * 110 / 90, rel=0.03)


def test_a_key_moves_the_harmony(song, composed):
    made = cover(
        song.audio, 44_100, caption="pop", strength=1.0, seed=1, score=composed["score"], key="Bb major"
    )
    assert made.score.key == "Bb major"


def test_new_words_are_sung(song, composed):
    made = cover(
        song.audio, 44_100, caption="soul", strength=0.7, lyrics="[Verse]\nother words for the same old tune",
        score=composed["score"],
    )  # fmt: skip
    assert "vocals" in made.stems
    assert made.lyrics[0].text == "other words for the same old tune"


def test_silence_and_noise():
    with pytest.raises(Refused, match=r"^source: .* no song in it to cover"):
        cover(np.zeros((44_100 * 3, 2), np.float32), 44_100, caption="jazz")
    noise = (0.1 * np.random.default_rng(0).standard_normal((44_100 * 4, 1))).astype(np.float32)
    made = cover(noise, 44_100, caption="jazz")
    assert len(made.audio) == len(noise)
    assert np.isfinite(made.audio).all()
