import dataclasses
import itertools
import math

import numpy as np
import pytest

from audiopod_mcp.music.analysis.analyze import analyze
from audiopod_mcp.music.analysis.caption import describe
from audiopod_mcp.music.analysis.chords import find_chords
from audiopod_mcp.music.analysis.key import beat_chroma
from audiopod_mcp.music.analysis.structure import find_sections
from audiopod_mcp.music.analysis.tatums import TatumFeatures, excerpts
from audiopod_mcp.music.analysis.timbre import TIMBRE_FPS, Timbre
from audiopod_mcp.music.model import Refused, Span
from audiopod_mcp.music.signal.loudness import integrated_loudness, true_peak
from tests.music.synth import RATE, chords, drums, hat, kick, noise, place, silence, stereo, sung, tone

C_PROGRESSION = [(60, 4), (65, 4), (67, 4), (60, 4)]


def numbers(value):
    if isinstance(value, float):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from numbers(item)
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from numbers(item)


def mixed(*parts):
    length = min(len(part) for part in parts)
    return stereo(sum(part[:length] for part in parts))


# ---------------------------------------------------------------------------- pulse


@pytest.mark.slow
@pytest.mark.parametrize("tempo", [88.0, 96.5, 120.0, 137.3, 150.0])
def test_the_tempo_of_a_rock_beat_is_found_to_a_tenth(tempo):
    heard = analyze(stereo(drums(tempo, "khshkhsh", 12)), RATE)
    assert heard.tempo == pytest.approx(tempo, abs=0.1)
    assert heard.tempo_confidence > 0.5


def test_fast_music_is_not_read_as_half_as_fast():
    assert analyze(stereo(drums(174, "khshkhsh", 16)), RATE).tempo == pytest.approx(174, abs=0.3)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("tempo", "step", "pattern"), [(174, 0.5, "k.s..ks."), (84, 0.25, "khhhshhhkhkhshhh")]
)
def test_the_backbeat_tells_a_tempo_from_its_octaves(tempo, step, pattern):
    beat = analyze(stereo(drums(tempo / 2 / step, pattern, 17)), RATE)
    assert beat.tempo == pytest.approx(tempo, abs=0.3)


def loose_notes(seconds, spread, seed):
    """Notes somewhere near the eighths of 100 BPM, seven of ten of them played."""
    dice = np.random.default_rng(seed)
    times = 0.3 * np.arange(1, round(seconds / 0.3) - 4)
    times = (times + dice.normal(0, spread, len(times)))[dice.random(len(times)) < 0.7]
    return place(
        [(time, tone(50 + dice.integers(24), 0.8) * dice.uniform(0.3, 1)) for time in times], seconds
    )


def test_loosely_played_notes_have_a_pulse_that_is_not_sure():
    heard = analyze(stereo(loose_notes(30, 0.03, seed=1)), RATE)
    assert heard.tempo == pytest.approx(100, rel=0.02)
    assert heard.tempo_confidence < 0.25


@pytest.mark.slow
@pytest.mark.parametrize("seconds", [15, 60])
def test_what_happens_at_random_has_no_pulse(seconds):
    dice = np.random.default_rng(7)
    times = np.cumsum(dice.exponential(0.4, 4 * seconds))
    clicks = [(time, hat() * dice.uniform(0.3, 1)) for time in times if time < seconds - 1]
    assert analyze(stereo(place(clicks, seconds)), RATE).tempo is None


@pytest.mark.slow
def test_beats_fall_on_the_kick_and_not_on_what_answers_it():
    beats = 0.3 + np.arange(48) * 0.6
    answer = hat(), 0.6 * sum(tone(pitch, 0.2) for pitch in (57, 61, 64))
    notes = [(time, sound) for time in beats[::2] for sound in (kick(), tone(33, 0.3))]
    notes += [(time, sound) for time in beats[1::2] for sound in (kick(), tone(40, 0.3))]
    notes += [(time + 0.3, sound) for time in beats for sound in answer]
    heard = np.asarray(analyze(stereo(place(notes, 30)), RATE).beats)
    assert np.median([abs(heard - beat).min() for beat in beats]) < 0.03


def test_beats_fall_on_the_clicks():
    truth = 0.3 + np.arange(40) * 60 / 97.3
    heard = analyze(stereo(place([(time, hat()) for time in truth], 26)), RATE)
    assert heard.tempo == pytest.approx(97.3, abs=0.1)
    errors = [min(abs(beat - truth)) for beat in heard.beats]
    assert np.median(errors) < 0.02
    assert len(heard.beats) >= 38


@pytest.mark.slow
def test_beats_follow_a_tempo_that_changes():
    heard = analyze(stereo(np.concatenate([drums(100, "khshkhsh", 12), drums(130, "khshkhsh", 16)])), RATE)
    assert heard.tempo_span == pytest.approx((100, 130), abs=1.5)
    for tempo, start, end in ((100, 5, 22), (130, 36, 55)):
        steps = np.diff([beat for beat in heard.beats if start < beat < end])
        assert np.median(steps) == pytest.approx(60 / tempo, rel=0.02)
    assert "100 to 130 BPM" in heard.caption


@pytest.mark.slow
def test_soft_strings_have_a_pulse():
    def tone(pitch):
        phase = 2 * np.pi * 440 * 2 ** ((pitch - 69) / 12) * np.arange(RATE) / RATE
        return np.hanning(RATE) * sum(np.sin(k * phase) / k for k in (1, 2, 3))

    order = np.random.default_rng(3).permutation(20).tolist() * 3
    notes = [(beat / 2, tone(55 + n) + tone(62 + n)) for beat, n in enumerate(order)]
    assert analyze(stereo(place(notes, 31)), RATE).tempo == pytest.approx(120, abs=0.2)


@pytest.mark.slow
def test_a_long_silence_hides_no_pulse():
    clicks = place([(0.3 + beat * 0.5, hat()) for beat in range(20)], 10)
    heard = analyze(stereo(np.concatenate((np.zeros(80 * RATE), clicks))), RATE)
    assert heard.tempo == pytest.approx(120, abs=0.2)
    assert heard.beats[0] > 79


@pytest.mark.slow
def test_a_waltz_is_in_three_and_its_bars_begin_with_the_bass():
    bar = 60 / 110 * 3
    waltz = chords([(57, 3), (62, 3), (64, 4), (57, 3)] * 4, bar)
    heard = analyze(mixed(waltz, 0.5 * drums(110, "k.h.h.", 16)), RATE)
    assert heard.timesignature == "3/4"
    assert np.median([abs(time / bar - round(time / bar)) for time in heard.downbeats]) < 0.05


@pytest.mark.slow
def test_a_rock_song_is_in_four_and_its_bars_begin_where_the_harmony_moves():
    heard = analyze(mixed(0.5 * drums(120, "khshkhsh", 16), chords(C_PROGRESSION * 4, 2.0)), RATE)
    assert heard.timesignature == "4/4"
    assert np.median([abs(time / 2 - round(time / 2)) for time in heard.downbeats]) < 0.05


@pytest.mark.slow
def test_a_bar_that_divides_in_the_middle_is_six_eight_on_dotted_beats():
    heard = analyze(mixed(0.5 * drums(90, "khhshh", 20), chords(C_PROGRESSION * 5, 2.0)), RATE)
    assert heard.timesignature == "6/8"
    assert heard.tempo == pytest.approx(60, abs=0.2)


@pytest.mark.slow
@pytest.mark.parametrize(("pattern", "metre"), [("k.h.h.s.h.", "5/4"), ("k.h.s.h.k.s.h.", "7/4")])
def test_odd_bars_are_told_where_they_recur(pattern, metre):
    bar = len(pattern) / 4
    piece = mixed(0.5 * drums(120, pattern, 12), chords(C_PROGRESSION * 3, bar))
    heard = analyze(piece, RATE)
    assert heard.timesignature == metre
    assert np.median([abs(time / bar - round(time / bar)) for time in heard.downbeats]) < 0.05


def test_the_metre_of_hours_is_weighed_in_stretches_from_all_over():
    minute = 120 * 12
    grid = np.arange(90 * minute, dtype=np.float32)
    parts = excerpts(TatumFeatures(np.tile(grid, (7, 1)), np.tile(grid[::3, None], (1, 12)), 120.0, 2.0))
    starts = [int(part.onsets[0, 0]) for part in parts]
    assert (len(parts), starts[0], starts[-1]) == (8, 0, 89 * minute)
    assert all(part.onsets[0, 0] == part.chroma[0, 0] for part in parts)
    assert {part.onsets.shape[1] for part in parts} == {minute}


@pytest.mark.slow
def test_how_sure_the_metre_is_is_told():
    plain = analyze(mixed(0.5 * drums(120, "khshkhsh", 16), chords(C_PROGRESSION * 4, 2.0)), RATE)
    bare = analyze(stereo(place([(0.3 + beat * 0.5, hat()) for beat in range(40)], 20)), RATE)
    assert plain.metre_confidence > 0.9 > bare.metre_confidence > 0.0
    assert bare.other_metre not in (None, bare.timesignature)
    assert analyze(silence(3), RATE).metre_confidence == 0.0


# ---------------------------------------------------------------------------- pitch


@pytest.mark.slow
@pytest.mark.parametrize(
    ("tonic", "third", "name"),
    [(48, 4, "C major"), (57, 3, "A minor"), (51, 4, "Eb major"), (54, 3, "F# minor"), (52, 4, "E major")],
)
def test_the_key_of_a_cadence_is_found(tonic, third, name):
    cadence = [(tonic, third), (tonic + 5, third), (tonic + 7, 4), (tonic, third)]
    heard = analyze(stereo(chords(cadence * 3, 1.0)), RATE)
    assert heard.key == name
    assert heard.key_confidence > 0.5


def test_a_recording_tuned_high_has_the_same_key():
    cadence = [(60.3, 4), (65.3, 4), (67.3, 4), (60.3, 4)]
    assert analyze(stereo(chords(cadence * 3, 1.0)), RATE).key == "C major"


@pytest.mark.slow
def test_a_key_is_told_from_its_relative_by_where_phrases_begin():
    tones, bar = [(57, 3), (53, 4), (60, 4), (55, 4)], 2.0  # A minor, F, C, G: the tones of C major
    beat = 0.3 * drums(120, "khshkhsh", 17)
    assert analyze(mixed(beat, chords([*tones * 4, tones[0]], bar)), RATE).key == "A minor"
    assert analyze(mixed(beat, chords([*tones[2:], *tones[:2]] * 4, bar)), RATE).key == "C major"


def test_drums_alone_are_in_no_key_that_one_could_be_sure_of():
    heard = analyze(stereo(drums(110, "khshkhsh", 12)), RATE)
    assert heard.key is None or heard.key_confidence < 0.3


def test_chords_are_named_and_timed():
    heard = analyze(
        mixed(0.3 * drums(120, "khshkhsh", 8), chords([(57, 3), (65, 4), (60, 4), (67, 4)] * 2, 2.0)), RATE
    )
    middle = [next(c.label for c in heard.chords if c.start <= t < c.end) for t in np.arange(1.0, 16, 2.0)]
    assert middle == ["Am", "F", "C", "G"] * 2
    assert all(a.end == b.start for a, b in zip(heard.chords, heard.chords[1:], strict=False))


def test_chords_of_every_kind_and_no_chord():
    tones = {
        "G7": [7, 11, 2, 5], "Bdim": [11, 2, 5], "Dsus4": [2, 7, 9], "Am7": [9, 0, 4, 7], "Fmaj7": [5, 9, 0, 4],
        "Esus2": [4, 6, 11],
    }  # fmt: skip
    beats = tuple(np.arange(4 * len(tones) + 5.0))
    chroma, bass = np.zeros((2, len(beats) - 1, 12), np.float32)
    for n, classes in enumerate(tones.values()):
        chroma[4 * n : 4 * n + 4, classes] = 1 / np.sqrt(len(classes))
        bass[4 * n : 4 * n + 4, classes[0]] = 1.0
    labels = [(span.start, span.label) for span in find_chords(chroma, bass, beats)]
    assert labels == [(4.0 * n, name) for n, name in enumerate([*tones, "N"])]


def test_beat_chroma_has_a_row_a_beat_and_the_tones_that_sound():
    rows = beat_chroma(stereo(chords([(60, 4), (62, 3)], 2.0)), RATE, (0.0, 1.0, 2.0, 3.0, 4.0))
    assert rows.shape == (4, 12)
    assert set(np.argsort(rows[0])[-3:]) == {0, 4, 7}
    assert set(np.argsort(rows[3])[-3:]) == {2, 5, 9}
    assert np.allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-3)


# ---------------------------------------------------------------------------- loudness


@pytest.mark.parametrize("rate", [44_100, 48_000, 96_000])
def test_loudness_of_the_standards_reference_tone(rate):
    t = np.arange(rate * 5) / rate
    sine = 10 ** (-23 / 20) * np.sin(2 * np.pi * 997 * t)
    both = np.stack([sine, sine], axis=1).astype(np.float32)
    assert integrated_loudness(both, rate) == pytest.approx(-23.0, abs=0.1)
    assert integrated_loudness(both[:, :1], rate) == pytest.approx(-26.0, abs=0.1)


def test_silence_is_gated_out_of_the_loudness():
    t = np.arange(48_000 * 5) / 48_000
    sine = (0.1 * np.sin(2 * np.pi * 997 * t)).astype(np.float32)[:, None]
    padded = np.concatenate((sine, np.zeros((48_000 * 10, 1), np.float32)))
    assert integrated_loudness(padded, 48_000) == pytest.approx(integrated_loudness(sine, 48_000), abs=0.3)
    assert integrated_loudness(np.zeros((48_000, 2), np.float32), 48_000) is None


def test_the_true_peak_lies_between_the_samples():
    t = np.arange(48_000) / 48_000
    sine = np.sin(2 * np.pi * 12_000 * t + np.pi / 4) * np.minimum(1, np.minimum(50 * t, 50 * t[::-1]))
    assert np.abs(sine).max() == pytest.approx(0.7071, abs=1e-3)
    assert true_peak(sine[:, None].astype(np.float32), 48_000) == pytest.approx(0.0, abs=0.15)
    assert true_peak(np.zeros((10, 2), np.float32), 48_000) == -math.inf


# ---------------------------------------------------------------------------- voice and form


@pytest.mark.slow
def test_singing_is_heard_where_it_is_and_not_where_it_is_not():
    backing = chords(C_PROGRESSION * 3, 1.5)
    voice = np.concatenate([np.zeros(RATE * 6), sung([60, 64, 67, 65, 62, 60] * 2, 0.5), np.zeros(RATE * 6)])
    assert analyze(stereo(backing), RATE).vocals == ()
    (heard,) = analyze(mixed(0.1 * voice, backing), RATE).vocals
    assert heard.start == pytest.approx(6, abs=0.7)
    assert heard.end == pytest.approx(12, abs=0.7)


@pytest.mark.slow
def test_sections_cover_the_song_and_the_returning_loud_one_is_the_chorus():
    bar = 2.0
    verse = 0.3 * chords([(57, 3), (62, 3)] * 4, bar, bass=False)
    chorus = chords([(60, 4), (67, 4)] * 4, bar)
    chorus = chorus + 0.6 * drums(120, "khshkhsh", 8)[: len(chorus)]
    sections = analyze(stereo(np.concatenate([verse, chorus, verse, chorus])), RATE).sections
    assert sections[0].start == 0.0
    assert sections[-1].end == pytest.approx(64.0)
    assert all(a.end == b.start for a, b in itertools.pairwise(sections))
    for middle, loud in ((8, False), (24, True), (40, False), (56, True)):
        label = next(s.label for s in sections if s.start <= middle < s.end)
        assert (label == "chorus") == loud, sections
    for truth in (16, 32, 48):
        assert min(abs(s.start - truth) for s in sections) < 1.1


@pytest.mark.parametrize(
    ("level", "sung", "label"),
    [(1.0, (), "verse"), (0.2, (), "intro"), (0.2, (Span(0, 6, "vocals"),), "verse")],
)
def test_an_intro_of_four_bars_is_quieter_than_the_rest_and_not_sung(level, sung, label):
    bar, form = 1.5, [0, *[1] * 2, *[2] * 2, *[1] * 2, *[2] * 2]
    part = np.repeat(np.repeat(form, 4), 16)  # 4 bars each, 16 frames a bar
    part = part[
        np.minimum((np.arange(int(54 * TIMBRE_FPS)) / TIMBRE_FPS / bar * 16).astype(int), len(part) - 1)
    ]
    chroma = np.eye(12, dtype=np.float32)[4 * part]
    bands = np.eye(24, dtype=np.float32)[5 * part] * 20
    energy = np.where(part == 0, level, 1.0).astype(np.float32)
    vocals = (*sung, Span(20, 24, "vocals"))
    sections = find_sections(54.0, np.arange(0, 54, bar), chroma, Timbre(bands, energy, 1000.0), vocals)
    assert sections[0].end == pytest.approx(6.0, abs=0.1)
    assert sections[0].label == label


@pytest.mark.slow
@pytest.mark.parametrize(
    "sound",
    [
        noise(60),
        stereo(place([(beat * 0.5, hat()) for beat in range(120)], 60)),
        stereo(np.sin(2 * np.pi * 110 * np.arange(60 * RATE) / RATE)),
        stereo(np.tile(0.5 * drums(120, "khshkhsk", 2) + chords([(57, 3), (60, 4)], 2.0)[: 4 * RATE], 20)),
    ],
    ids=["noise", "clicks", "a tone", "a loop"],
)
def test_what_goes_on_and_on_is_one_section(sound):
    assert len(analyze(sound, RATE).sections) == 1


def test_a_short_piece_is_one_section():
    heard = analyze(stereo(tone(60, 3.0)), RATE)
    assert [s.label for s in heard.sections] == ["verse"]


# ---------------------------------------------------------------------------- anything at all

SECOND = np.arange(44_100) / 44_100
ODD = {
    "silence": (silence(3, 44_100), 44_100),
    "one sample": (np.ones((1, 1), np.float32), 44_100),
    "a tenth of a second": (noise(0.1, 44_100), 44_100),
    "8 kHz mono": (noise(5, 8_000, 1), 8_000),
    "96 kHz, three channels": (noise(3, 96_000, 3), 96_000),
    "a constant": (np.full((88_200, 2), 0.5, np.float32), 44_100),
    "a full-scale square": (np.sign(np.sin(2 * np.pi * 220 * SECOND))[:, None].astype(np.float32), 44_100),
    "not a number": (np.full((44_100, 2), np.nan, np.float32), 44_100),
    "infinite now and then": (np.where(noise(2) > 0.3, np.inf, noise(2)).astype(np.float32), RATE),
    "opposite phase": (stereo(tone(57, 2.0)) * np.asarray([1, -1], np.float32), RATE),
    "next to nothing": (noise(2, level=1e-6), RATE),
}


@pytest.mark.parametrize("name", ODD)
def test_no_recording_is_too_odd(name):
    heard = analyze(*ODD[name])
    assert all(math.isfinite(number) for number in numbers(dataclasses.asdict(heard)))
    assert heard.duration == pytest.approx(len(ODD[name][0]) / ODD[name][1])
    assert heard.caption.endswith(".")


@pytest.mark.parametrize("name", ["silence", "not a number", "next to nothing"])
def test_nothing_is_claimed_of_silence(name):
    heard = analyze(*ODD[name])
    assert (heard.tempo, heard.key, heard.timesignature) == (None, None, None)
    assert heard.beats == heard.chords == heard.vocals == ()
    assert "Silence" in heard.caption


@pytest.mark.parametrize("seconds", [0.1, 0.3, 0.6, 10])
def test_nothing_is_claimed_of_noise(seconds):
    heard = analyze(noise(seconds), RATE)
    assert (heard.tempo, heard.key, heard.vocals) == (None, None, ())
    assert "music" not in heard.caption
    assert heard.loudness is not None


@pytest.mark.parametrize("sound", [chords([(60, 4)], 15.0), np.sin(np.arange(RATE * 15) * 0.1)])
def test_a_held_sound_has_no_pulse(sound):
    heard = analyze(stereo(sound), RATE)
    assert (heard.tempo, heard.beats, heard.vocals) == (None, (), ())


def test_an_empty_recording_is_refused():
    with pytest.raises(Refused, match="empty"):
        analyze(np.zeros((0, 2), np.float32), 44_100)


def test_width_is_none_in_mono_and_large_for_unrelated_channels():
    assert analyze(stereo(tone(57, 2.0)), RATE).width == 0.0
    assert analyze(noise(3), RATE).width > 0.5


@pytest.mark.slow
def test_the_caption_tells_what_was_measured():
    heard = analyze(mixed(0.5 * drums(120, "khshkhsh", 16), chords(C_PROGRESSION * 4, 2.0)), RATE)
    assert "120.0 BPM in 4/4 in C major" in heard.caption
    assert "no vocals" in heard.caption


@pytest.mark.parametrize(
    ("doubt", "said"),
    [
        ({}, "in 4/4 in C major"),
        ({"metre_confidence": 0.5}, "probably in 4/4 in C major"),
        ({"key_confidence": 0.4}, "in 4/4 probably in C major"),
        ({"key_confidence": 0.2}, "in 4/4 without a clear key"),
        ({"vocals": (Span(0, 2, "vocals"),)}, "no vocals heard"),
    ],
)
def test_the_caption_claims_no_more_than_is_sure(doubt, said):
    sure = {
        "duration": 100.0, "tempo": 120.0, "tempo_span": None, "key": "C major", "key_confidence": 0.9,
        "timesignature": "4/4", "metre_confidence": 0.9, "loudness": -14.0, "brightness": 2000.0, "density": 2.0,
        "width": 0.1, "sections": (), "vocals": (),
    }  # fmt: skip
    assert said in describe(**sure | doubt)


def test_the_work_can_be_followed_and_stopped():
    told = []
    analyze(stereo(drums(120, "khshkhsh", 8)), RATE, lambda fraction, doing: told.append((fraction, doing)))
    fractions = [fraction for fraction, _ in told]
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1.0
    assert len(told) > 8

    class Stopped(Exception):
        pass

    def stop(fraction, doing):
        if fraction > 0.5:
            raise Stopped

    with pytest.raises(Stopped):
        analyze(stereo(drums(120, "khshkhsh", 8)), RATE, stop)


@pytest.mark.slow
def test_the_same_recording_is_heard_the_same_way_twice():
    piece = mixed(0.5 * drums(120, "khshkhsh", 8), chords(C_PROGRESSION * 2, 2.0))
    assert analyze(piece, RATE) == analyze(piece.copy(), RATE)
