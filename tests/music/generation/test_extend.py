"""Extending: exactly as much longer as was asked for, the song itself untouched."""

from __future__ import annotations

import re

import numpy as np
import pytest

from audiopod_mcp.music.analysis.analyze import analyze
from audiopod_mcp.music.generation.extend import extend
from audiopod_mcp.music.model import Refused
from audiopod_mcp.music.signal.loudness import integrated_loudness
from tests.music.judging import assert_stems_sum, steepness

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("heard_once")]

LEFT, RIGHT = 6.5, 10.25


@pytest.fixture(scope="module")
def extended(recording):
    return extend(
        recording.audio,
        recording.rate,
        before=LEFT,
        after=RIGHT,
        caption="rock, with the same energy",
        seed=2,
    )


def test_the_duration_is_exact(recording, extended):
    assert len(extended.audio) == len(recording.audio) + round((LEFT + RIGHT) * recording.rate)
    assert extended.audio.shape[1] == 2
    assert extended.rate == recording.rate


def test_what_is_told_is_on_the_clock_of_the_longer_song(recording, extended):
    enters = LEFT + len(recording.audio) / recording.rate
    (fact,) = (fact for fact in extended.done if "the new music enters" in fact)
    minutes, seconds = fact.split("enters at ")[1].split(";")[0].split(":")
    assert enters - 4 < 60 * int(minutes) + float(seconds) <= enters


def test_the_song_is_untouched_but_for_the_seams(recording, extended):
    offset, fade = round(LEFT * recording.rate), round(0.04 * recording.rate)
    inside = extended.audio[offset : offset + len(recording.audio)]
    assert np.array_equal(inside[fade:-fade], recording.audio[fade:-fade])


def test_both_seams_are_smooth(recording, extended):
    for at in (LEFT, LEFT + len(recording.audio) / recording.rate):
        assert steepness(extended.audio, round(at * recording.rate)) < 2.5


def test_it_goes_on_in_tempo_and_loudness_and_is_no_copy(recording, extended):
    offset = round(LEFT * recording.rate)
    tail = extended.audio[offset + len(recording.audio) :]
    heard = analyze(extended.audio, recording.rate)
    ratio = heard.tempo / 110
    assert min(abs(ratio - r) for r in (0.5, 1.0, 2.0)) < 0.02
    assert integrated_loudness(tail, recording.rate) == pytest.approx(
        integrated_loudness(recording.audio, recording.rate), abs=3
    )
    # The highest correlation with any stretch of the source, at any offset.
    piece = tail[: 2 * recording.rate].mean(axis=1)[::4]
    source = recording.audio.mean(axis=1)[::4]
    n = len(source) + len(piece)
    cross = np.fft.irfft(np.fft.rfft(source, n) * np.conj(np.fft.rfft(piece, n)), n)
    passed = np.concatenate(([0], np.cumsum(source**2)))
    energy = (passed[len(piece) :] - passed[: -len(piece)]).max()
    assert np.abs(cross).max() / np.sqrt(energy * (piece**2).sum()) < 0.8


@pytest.mark.parametrize(("side", "way"), [("before", "is silent"), ("after", "fades")])
def test_no_hole_where_the_song_gives_way(recording, side, way):
    """The new music takes over on the beat from which the song is not at its level any more."""
    rate, last = recording.rate, 4 * recording.rate
    audio = recording.audio.copy()
    curve = np.linspace(1, 0, last, dtype=np.float32)[:, None] if way == "fades" else np.float32(0)
    audio[-last:] *= curve
    audio = audio if side == "after" else np.ascontiguousarray(audio[::-1])
    made = extend(audio, rate, caption="rock, go on", seed=2, **{"before": 0, "after": 0, side: 6})
    assert len(made.audio) == len(audio) + 6 * rate
    at = slice(-6 * rate - last, None) if side == "after" else slice(0, 6 * rate + last)
    power = np.square(made.audio[at]).reshape(20, rate // 2, 2).mean(axis=(1, 2))[1:-1]
    assert 10 * np.log10(power.min() / np.square(recording.audio).mean()) > -9
    assert 10 * np.log10(power.max() / np.square(recording.audio).mean()) < 5
    assert any("no gap" in note for note in made.notes)
    kept = slice(0, 7 * rate) if side == "after" else slice(-7 * rate, None)
    assert np.array_equal(made.audio[kept], audio[kept])


def test_an_outro_ends_and_a_fade_fades(recording):
    def last_second(prompt):
        made = extend(recording.audio, recording.rate, after=8, caption=prompt, seed=4)
        return np.abs(made.audio[-recording.rate // 4 :]).mean(), np.abs(
            made.audio[-8 * recording.rate :]
        ).mean()

    going_on = last_second("rock, keep going")
    for prompt in ("a dramatic rock outro that ends the song", "rock, fade out slowly"):
        end, all_of_it = last_second(prompt)
        assert end / all_of_it < 0.5 * going_on[0] / going_on[1] or end / all_of_it < 0.2


def test_a_big_ending_is_a_chorus_and_a_tonic_that_rings(song, composed):
    made = extend(song.audio, 44_100, after=9, caption="a big ending", seed=1, **composed)
    assert made.score.chords[-1].label == "G"
    final = made.score.chords[-1].start
    # On a downbeat: a whole number of bars after the song's.
    bars = (final - song.score.downbeats[0]) / (4 * 60 / song.score.tempo)
    assert bars == pytest.approx(round(bars), abs=0.01)
    assert [span.label for span in made.score.sections][-1] in ("chorus", "ending")
    last = [
        n for part in made.score.parts if part.track == "bass" for n in part.notes if n.start > final - 0.1
    ]
    assert last
    assert max(note.start + note.duration for note in last) > 19.9
    level = [np.square(made.audio[round(t * 44_100) : round((t + 0.5) * 44_100)]).mean() for t in (12, 20)]
    assert level[1] > 0.003 * level[0]
    assert np.abs(made.audio[-50:]).max() < 0.01


def test_a_composed_piece_keeps_stems_and_score(song, composed):
    made = extend(
        song.audio, 44_100, before=4, after=4, caption="go on", lyrics="[Outro]\nfar away", seed=1, **composed
    )
    assert_stems_sum(made)
    assert len(made.audio) == 20 * 44_100
    assert made.score.duration == pytest.approx(20)
    assert made.score.beats == tuple(sorted(made.score.beats))
    assert made.score.key == song.score.key
    middle = slice(5 * 44_100, 13 * 44_100)  # under its last chord the new music enters
    assert np.array_equal(made.audio[middle], song.audio[1 * 44_100 : 9 * 44_100])
    assert made.lyrics[-1].text == "far away"
    assert made.lyrics[-1].start >= 16


def test_who_does_not_play_in_the_piece_does_not_join_in(song, composed):
    stems = {track: stem for track, stem in song.stems.items() if track not in ("drums", "vocals")}
    made = extend(song.audio, 44_100, after=4, caption="go on", seed=1, score=song.score, stems=stems)
    assert set(made.stems) <= set(stems)
    made = extend(song.audio, 44_100, after=4, caption="go on with a trumpet", score=song.score, stems=stems)
    assert "brass" in made.stems


@pytest.mark.parametrize(
    ("before", "after", "says"),
    [
        (61, 0, "before: 61 s is out of range; give 0 to 60 s"),
        (0, -1, "after: -1 s is out of range; give 0 to 60 s"),
        (0, 0, "after: both lengths are 0"),
    ],
)
def test_lengths_that_make_no_sense_are_refused(recording, before, after, says):
    with pytest.raises(Refused, match=says):
        extend(recording.audio, recording.rate, before=before, after=after, caption="go on")


@pytest.mark.slow
def test_an_end_of_few_players_makes_nobody_louder(song, composed):
    made = extend(
        song.audio, 44_100, after=12, caption="without drums, ends on piano alone", seed=2, **composed
    )
    entry = float(made.done[0].split("0:")[1].split(";")[0])
    new = made.audio[round((entry + 0.5) * 44_100) : round((entry + 4) * 44_100)]
    own = song.audio[round(max(0, entry - 15) * 44_100) : round(entry * 44_100)]
    assert integrated_loudness(new, 44_100) < integrated_loudness(own, 44_100) + 1


def test_a_calmer_extension_is_so_and_told_as_measured(song, composed):
    made = extend(song.audio, 44_100, after=4, caption="calmer, softer", seed=2, **composed)
    end = len(song.audio)
    old, new = (integrated_loudness(each, 44_100) for each in (song.audio, made.audio[end:]))
    assert new - old < -1
    assert [
        fact for fact in made.done if re.match(r"calmer: −\d\.\d dB, \d+ notes a second \(was \d+\)", fact)
    ]
    assert not made.not_done
