"""Repainting: anew inside the window, untouched to the sample outside it, and no seam to be heard."""

from __future__ import annotations

import re

import numpy as np
import pytest

from audiopod_mcp.music.analysis.analyze import analyze
from audiopod_mcp.music.captions.parse import read_caption
from audiopod_mcp.music.effects.mix_matching import spectral_balance
from audiopod_mcp.music.generation.extend import extend
from audiopod_mcp.music.generation.generate import generate
from audiopod_mcp.music.generation.repaint import repaint
from audiopod_mcp.music.generation.style_features import nearest_styles
from audiopod_mcp.music.model import Refused
from audiopod_mcp.music.signal.loudness import integrated_loudness
from tests.music.judging import assert_stems_sum, steepness

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("heard_once")]


@pytest.fixture(scope="module")
def repainted(recording):
    return repaint(recording.audio, recording.rate, start=3.3, end=8.1, caption="rock with organ", seed=5)


def test_outside_the_window_every_sample_is_the_source(recording, repainted):
    first, last = round(3.3 * recording.rate), round(8.1 * recording.rate)
    assert repainted.rate == recording.rate
    assert repainted.audio.shape == recording.audio.shape
    assert np.array_equal(repainted.audio[:first], recording.audio[:first])
    assert np.array_equal(repainted.audio[last:], recording.audio[last:])


def test_inside_the_window_the_music_is_new(recording, repainted):
    first, last = round(3.7 * recording.rate), round(7.8 * recording.rate)
    old, new = recording.audio[first:last].ravel(), repainted.audio[first:last].ravel()
    assert abs(np.corrcoef(old, new)[0, 1]) < 0.3


def test_it_is_as_loud_and_as_bright_as_its_surroundings(recording, repainted):
    first, last = round(3.3 * recording.rate), round(8.1 * recording.rate)
    old, new = recording.audio[first:last], repainted.audio[first:last]
    assert integrated_loudness(new, recording.rate) == pytest.approx(
        integrated_loudness(old, recording.rate), abs=1.5
    )
    distance = np.abs(spectral_balance(new, recording.rate) - spectral_balance(old, recording.rate))
    assert np.median(distance[2:17]) < 6
    assert np.abs(repainted.audio).max() <= 1.0


@pytest.mark.parametrize("edge", [3.3, 8.1])
def test_nothing_clicks_at_the_edges(recording, repainted, edge):
    at = round(edge * recording.rate)
    before = steepness(recording.audio, at, width=2000)
    assert steepness(repainted.audio, at, width=2000) < max(3.0, 2 * before)
    assert steepness(repainted.audio, at) < 2.0


def test_the_same_seed_is_the_same_music(recording, repainted):
    again = repaint(recording.audio, recording.rate, start=3.3, end=8.1, caption="rock with organ", seed=5)
    other = repaint(recording.audio, recording.rate, start=3.3, end=8.1, caption="rock with organ", seed=6)
    assert np.array_equal(again.audio, repainted.audio)
    assert not np.array_equal(other.audio, repainted.audio)


def test_a_composed_piece_keeps_stems_and_score(song, composed):
    made = repaint(
        song.audio, 44_100, start=4, end=8, caption="add more drums", lyrics="new words now", **composed
    )
    assert_stems_sum(made)
    assert np.array_equal(made.audio[: 4 * 44_100], song.audio[: 4 * 44_100])
    assert np.array_equal(made.audio[8 * 44_100 :], song.audio[8 * 44_100 :])
    for track, stem in song.stems.items():
        assert np.array_equal(made.stems[track][: 4 * 44_100], stem[: 4 * 44_100])
    assert made.score.duration == pytest.approx(12)
    outside = [n for part in song.score.parts for n in part.notes if n.start >= 8]
    kept = {(n.start, n.pitch) for part in made.score.parts for n in part.notes}
    assert all(any(abs(n.start - t) < 1e-6 and n.pitch == p for t, p in kept) for n in outside[:50])
    assert "new words now" in [line.text for line in made.lyrics]


@pytest.mark.parametrize("caption", ["no drums", "only strings and piano"])
def test_who_is_ruled_out_is_silent_inside_the_window(song, composed, caption):
    made = repaint(song.audio, 44_100, start=4, end=8, caption=caption, **composed)
    window = slice(round(4.3 * 44_100), round(7.7 * 44_100))
    assert np.abs(song.stems["drums"][window]).max() > 0.05
    assert np.abs(made.stems["drums"][window]).max(initial=0) < 1e-4
    assert np.abs(made.audio[window]).max() > 0.05
    assert np.array_equal(made.audio[: 4 * 44_100], song.audio[: 4 * 44_100])
    assert_stems_sum(made)


@pytest.mark.parametrize(
    ("caption", "lyrics"),
    [
        ("only strings and piano", "new words now"),
        ("as before", "[Breakdown: strings and piano only]\nnew words now"),
    ],
)
def test_new_words_are_sung_even_if_only_some_are_to_play(song, composed, caption, lyrics):
    made = repaint(song.audio, 44_100, start=4, end=8, caption=caption, lyrics=lyrics, **composed)
    assert not any("Breakdown" in wish.asked for wish in made.not_done)
    window = slice(round(4.3 * 44_100), round(7.7 * 44_100))
    assert np.abs(made.stems["vocals"][window]).max() > 0.01
    assert np.abs(made.stems["drums"][window]).max(initial=0) < 1e-4


def test_what_the_negative_prompt_rules_out_is_silent_too(song, composed):
    made = repaint(song.audio, 44_100, start=4, end=8, caption="quieter", exclude="drums", **composed)
    window = slice(round(4.3 * 44_100), round(7.7 * 44_100))
    assert np.abs(made.stems["drums"][window]).max(initial=0) < 1e-4


def test_to_the_end_of_the_file_in_the_style_that_is_heard(recording):
    heard = analyze(recording.audio, recording.rate)
    assert "rock" in nearest_styles(recording.audio, recording.rate, heard, 5)
    made = repaint(recording.audio, recording.rate, start=9, end=-1, caption="quiet ending")
    assert re.search("No style was asked for: it is played as [a-z&-]+", made.notes[-1])
    assert len(made.audio) == len(recording.audio)
    assert not np.array_equal(made.audio[-recording.rate :], recording.audio[-recording.rate :])
    assert np.array_equal(made.audio[: 9 * recording.rate], recording.audio[: 9 * recording.rate])


def test_in_a_fade_the_new_music_fades_too(recording):
    audio = recording.audio * np.linspace(1, 0.1, len(recording.audio), dtype=np.float32)[:, None]
    made = repaint(audio, recording.rate, start=4, end=10, caption="rock", seed=2)
    for at in (4, 9):
        second = slice(at * recording.rate, (at + 1) * recording.rate)
        step = 10 * np.log10(np.square(made.audio[second]).mean() / np.square(audio[second]).mean())
        assert abs(step) < 1.5


def test_the_end_of_a_fade_out_is_still_its_end(recording):
    audio = recording.audio * np.linspace(1, 0.02, len(recording.audio), dtype=np.float32)[:, None]
    made = repaint(audio, recording.rate, start=8.5, end=-1, caption="rock", seed=2)
    for at, most in ((8.5, 5), (11, 7)):  # the last chord of the song dies away within the fade
        second = slice(round(at * recording.rate), round((at + 1) * recording.rate))
        step = 10 * np.log10(np.square(made.audio[second]).mean() / np.square(audio[second]).mean())
        assert abs(step) < most


def test_the_words_of_a_repainted_recording_are_timed_on_its_clock(recording):
    made = repaint(
        recording.audio,
        recording.rate,
        start=4,
        end=9,
        caption="pop chorus",
        lyrics="[Chorus]\nsing it again",
    )
    assert [line.text for line in made.lyrics] == ["sing it again"]
    assert 4 <= made.lyrics[0].start < made.lyrics[0].end <= 9


def test_a_long_file_is_listened_to_near_the_window_only(recording):
    long = np.tile(recording.audio, (16, 1))
    made = repaint(long, recording.rate, start=120, end=122, caption="rock")
    assert np.array_equal(made.audio[: 120 * recording.rate], long[: 120 * recording.rate])
    assert np.array_equal(made.audio[122 * recording.rate :], long[122 * recording.rate :])


def test_what_is_mono_stays_it():
    song = generate(read_caption("synthwave, mono", duration=6), seed=1)
    for made in (
        repaint(song.audio, song.rate, start=2, end=4, caption="piano", score=song.score, stems=song.stems),
        extend(song.audio, song.rate, after=4, score=song.score, stems=song.stems),
    ):
        assert np.array_equal(made.audio[:, 0], made.audio[:, 1])


def test_mono_noise_and_silence_are_repainted_too():
    rng = np.random.default_rng(0)
    noise = (0.05 * rng.standard_normal((22_050 * 6, 1))).astype(np.float32)
    made = repaint(noise, 22_050, start=2, end=4, caption="ambient")
    assert made.audio.shape == noise.shape
    silence = np.zeros((44_100 * 4, 2), np.float32)
    assert np.isfinite(repaint(silence, 44_100, start=1, end=3, caption="piano").audio).all()


@pytest.mark.parametrize(
    ("start", "end", "says"),
    [
        (-1, 5, "start: -1 s is not in the track; give 0 to 12.00 s"),
        (30, 40, "start: 30 s is not in the track; give 0 to 12.00 s"),
        (5, 40, "end: 40 s is after the end of the track (12.00 s)"),
        (5, 5.1, "end: 5.1 s is too early; it must be at least 0.5 s after start (5 s)"),
        (5, 3, "end: 3 s is too early; it must be at least 0.5 s after start (5 s)"),
    ],
)
def test_a_window_that_makes_no_sense_is_refused(recording, start, end, says):
    with pytest.raises(Refused, match=re.escape(says)):
        repaint(recording.audio, recording.rate, start=start, end=end, caption="rock")


def test_work_can_be_stopped(recording):
    def stop(fraction, doing):
        if fraction > 0.5:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        repaint(recording.audio, recording.rate, start=8, end=12, caption="rock", report=stop)


@pytest.mark.parametrize("caption", ["no drums", "quiet piano"])
def test_the_words_of_a_stretch_are_sung_again_where_nobody_says_otherwise(song, composed, caption):
    line = song.score.lyrics[0]
    start, end = max(0.0, line.start - 0.2), line.end
    made = repaint(song.audio, 44_100, start=start, end=end, caption=caption, **composed)
    assert line.text in [sung.text for sung in made.lyrics if start <= sung.start < end]
    window = slice(round((start + 0.5) * 44_100), round((end - 0.3) * 44_100))
    assert np.abs(made.stems["vocals"][window]).max() > 0.01
    assert any("sung again" in said for said in made.done)
    assert not any(line.text in said for said in made.done)


@pytest.mark.parametrize(("caption", "exclude"), [("piano only", None), ("quieter", "vocals")])
def test_words_that_are_sung_no_more_are_told(song, composed, caption, exclude):
    line = song.score.lyrics[0]
    start = max(0.0, line.start - 0.2)
    again = repaint(
        song.audio, 44_100, start=start, end=line.end, caption=caption, exclude=exclude, **composed
    )
    assert any(line.text in said for said in again.done)
    assert line.text not in [sung.text for sung in again.lyrics if line.start <= sung.start < line.end]


@pytest.mark.parametrize(("caption", "way"), [("more intense", 1), ("calmer, and softer", -1)])
def test_more_and_less_intense_is_heard_and_told_as_measured(song, composed, caption, way):
    made = repaint(song.audio, 44_100, start=4, end=8, caption=caption, seed=2, **composed)
    window = slice(4 * 44_100, 8 * 44_100)
    old, new = (integrated_loudness(each.audio[window], 44_100) for each in (song, made))
    assert way * (new - old) > 1
    told = f"{new - old:+.1f} dB, ".replace("-", "−")
    assert [fact for fact in made.done if told in fact and "notes a second" in fact]
    assert not made.not_done
    assert np.array_equal(made.audio[: 4 * 44_100], song.audio[: 4 * 44_100])


def test_what_is_not_heard_of_a_mood_is_not_told_as_done(recording):
    made = repaint(recording.audio, recording.rate, start=4, end=4.5, caption="rock, calm")
    assert [left.asked for left in made.not_done] == ["calm"]
