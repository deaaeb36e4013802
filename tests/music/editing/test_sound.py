"""What an edit does to sound and course: measured on plain signals, and on pieces that were composed."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from audiopod_mcp.api.text import one_line
from audiopod_mcp.music.editing.edit import edit
from audiopod_mcp.music.model import Refused
from audiopod_mcp.music.signal.loudness import integrated_loudness, true_peak
from audiopod_mcp.studio.engines.refusals import explain
from tests.music.judging import assert_as_it_was, assert_stems_sum

pytestmark = pytest.mark.usefixtures("heard_once")

RATE = 44_100


def tones(*hertz, seconds=2.0, rate=RATE):
    time = np.arange(round(seconds * rate)) / rate
    return np.repeat(sum(0.1 * np.sin(2 * np.pi * f * time) for f in hertz)[:, None], 2, axis=1).astype(
        np.float32
    )


def strength(audio, hertz, rate=RATE):
    """The level of a partial, dB."""
    time = np.arange(len(audio)) / rate
    wave = np.exp(-2j * np.pi * hertz * time) * np.hanning(len(audio))
    return 20 * np.log10(abs(audio.mean(axis=1) @ wave) / len(audio) * 4 + 1e-12)


def clicks(seconds=4.0, every=0.5):
    audio = np.zeros((round(seconds * RATE), 2), np.float32)
    audio[:: round(every * RATE)] = 0.5
    return audio


def changed(audio, prompt, rate=RATE):
    return edit(audio, rate, prompt=prompt).audio


@pytest.mark.parametrize(
    ("prompt", "falls", "stays"),
    [
        ("cut everything below 100 Hz", [40], [400, 4_000]),
        ("remove everything above 5 kHz", [12_000], [400, 2_000]),
        ("cut 6 dB at 400 Hz", [400], [4_000]),
    ],
)
def test_filters(prompt, falls, stays):
    before = tones(40, 400, 2_000, 4_000, 12_000)
    after = changed(before, prompt)
    assert all(strength(after, f) < strength(before, f) - 5 for f in falls)
    assert all(abs(strength(after, f) - strength(before, f)) < 1 for f in stays)


def test_a_telephone_is_narrow():
    before = tones(60, 1_000, 9_000)
    after = changed(before, "like through a telephone")
    assert strength(after, 60) < strength(after, 1_000) - 25
    assert strength(after, 9_000) < strength(after, 1_000) - 25


def test_echoes_come_when_they_should_and_fade():
    click = np.zeros((2 * RATE, 2), np.float32)
    click[1000] = 0.5
    after = np.abs(changed(click, "echo every 250 ms")).max(axis=1)
    peaks = [after[1000 + n * RATE // 4 :][:40].max() for n in (0, 1, 2, 3)]
    assert all(later < 0.7 * earlier for earlier, later in itertools.pairwise(peaks))
    assert peaks[1] > 0.02
    assert after[1000 + RATE // 8 : 1000 + RATE // 4 - 50].max() < 1e-3


def test_distortion_adds_harmonics_and_compression_takes_contrast():
    before = tones(500)
    assert strength(changed(before, "distort it"), 1_500) > strength(before, 1_500) + 40
    swelling = tones(500, seconds=4) * np.linspace(0.05, 1, 4 * RATE, dtype=np.float32)[:, None]
    pressed = changed(swelling, "compress it")

    def contrast(audio):
        return np.square(audio[-RATE:]).mean() / np.square(audio[:RATE]).mean()

    assert contrast(pressed) < 0.5 * contrast(swelling)


def test_left_is_left():
    after = changed(tones(500), "pan it hard left")
    assert np.abs(after[:, 1]).max() < 1e-3
    assert np.square(after).sum() == pytest.approx(np.square(tones(500)).sum(), rel=0.01)


def test_punch_lifts_attacks_and_not_what_lasts():
    hits = clicks() + tones(300, seconds=4) * 0.2
    after = changed(hits, "punchier")
    assert np.abs(after).max() > 1.15 * np.abs(hits).max()
    quiet = slice(RATE // 4, RATE // 4 + RATE // 8)
    assert np.abs(after[quiet]).max() == pytest.approx(np.abs(hits[quiet]).max(), rel=0.1)


@pytest.mark.slow
def test_backwards_and_backwards_again_is_as_it_was(recording):
    once = changed(recording.audio, "reverse", recording.rate)
    assert np.array_equal(once[::-1], recording.audio)
    assert np.array_equal(changed(once, "play it backwards", recording.rate), recording.audio)


@pytest.mark.slow
def test_stretches_cut_kept_repeated(recording):
    rate, n = recording.rate, len(recording.audio)
    cut = changed(recording.audio, "cut from 0:02 to 0:05", rate)
    assert len(cut) == n - 3 * rate
    assert np.array_equal(cut[: 2 * rate], recording.audio[: 2 * rate])
    assert np.array_equal(cut[2 * rate + rate // 10 :], recording.audio[5 * rate + rate // 10 :])
    assert np.array_equal(
        changed(recording.audio, "keep only the first 4 seconds", rate), recording.audio[: 4 * rate]
    )
    again = changed(recording.audio, "loop the first 4 seconds three times", rate)
    assert len(again) == n + 8 * rate
    assert np.array_equal(again[-2 * rate :], recording.audio[-2 * rate :])


def test_silence_is_trimmed_and_its_absence_is_told():
    audio = np.pad(tones(500), ((RATE, RATE // 2), (0, 0)))
    assert len(changed(audio, "remove the silence at the beginning")) == pytest.approx(2.52 * RATE, abs=50)
    assert len(changed(audio, "trim the silence")) == pytest.approx(2.04 * RATE, abs=99)
    with pytest.raises(Refused, match="no silence at its end to remove"):
        edit(tones(500), RATE, prompt="trim the silence at the end")


@pytest.mark.slow
def test_what_is_outside_a_moment_stays_to_the_sample(recording):
    rate = recording.rate
    after = changed(recording.audio, "from 0:03 to 0:06 much darker and 3 dB quieter", rate)
    assert np.array_equal(after[: 3 * rate], recording.audio[: 3 * rate])
    assert np.array_equal(after[6 * rate :], recording.audio[6 * rate :])
    inside = slice(4 * rate, 5 * rate)
    quieter = integrated_loudness(after[inside], rate) - integrated_loudness(recording.audio[inside], rate)
    assert -4.5 < quieter < -1.5


@pytest.mark.slow
@pytest.mark.parametrize("prompt", ["12 dB louder", "more treble, much more bass", "punchier, wider"])
def test_no_edit_clips(recording, prompt):
    assert true_peak(changed(recording.audio, prompt, recording.rate), recording.rate) <= max(
        -0.95, true_peak(recording.audio, recording.rate) + 0.05
    )


@pytest.mark.slow
@pytest.mark.parametrize("prompt", ["brighter", "more reverb", "add echo", "wider", "tape saturation"])
def test_what_does_not_name_loudness_keeps_it(recording, prompt):
    after = changed(recording.audio, prompt, recording.rate)
    before = integrated_loudness(recording.audio, recording.rate)
    assert integrated_loudness(after, recording.rate) == pytest.approx(before, abs=0.3)


@pytest.mark.parametrize(("rate", "channels"), [(8_000, 1), (96_000, 2)])
@pytest.mark.parametrize(
    "prompt", ["add echo, punchier, compress it", "distort it, like on the phone, less muddy"]
)
def test_any_rate_and_number_of_channels(rate, channels, prompt):
    audio = tones(300, 700, seconds=1, rate=rate)[:, :channels]
    after = changed(audio, prompt, rate)
    assert after.shape == audio.shape
    assert np.isfinite(after).all()


def test_a_fade_longer_than_the_track_is_told():
    made = edit(tones(400), RATE, prompt="fade in over 100 seconds")
    assert made.done == ("everything fade-in of 2 s",)
    assert [unmet.instead for unmet in made.not_done] == ["The track lasts 0:02: it fades all the time."]


def test_silence_stays_silent():
    assert not np.abs(
        changed(np.zeros((RATE, 2), np.float32), "brighter, add echo, compress it, 10 dB louder")
    ).any()


@pytest.mark.slow
class TestAComposedPiece:
    def change(self, song, composed, prompt, **more):
        made = edit(song.audio, RATE, prompt=prompt, **(more or composed))
        assert_stems_sum(made)
        return made

    def test_a_section_by_its_name(self, song, composed):
        chorus = next(span for span in song.score.sections if span.label == "chorus")
        made = self.change(song, composed, "mute the drums in the chorus")
        first, last = (round(time * RATE) for time in (chorus.start, chorus.end))
        assert np.array_equal(made.stems["drums"][:first], song.stems["drums"][:first])
        assert not made.stems["drums"][first + RATE // 20 : last - RATE // 20].any()
        assert np.array_equal(made.stems["bass"][:first], song.stems["bass"][:first])

    def test_a_stretch_that_changes_leaves_the_form(self, song, composed):
        for prompt in ("mute the drums in the chorus", "mute the drums from 0:02 to 0:03"):
            assert self.change(song, composed, prompt).score.sections == song.score.sections

    def test_a_section_repeated_brings_no_slivers_of_its_neighbours(self, song, composed):
        sections = self.change(song, composed, "repeat the chorus").score.sections
        assert min(span.end - span.start for span in sections) > 0.1
        assert len(sections) == len(song.score.sections) + 1

    def test_who_does_not_play_is_not_taken_for_who_does(self, song, composed):
        for prompt in ("remove the harpsichord", "turn the vibraphone up", "replace the organ with a flute"):
            with pytest.raises(Refused) as refused:
                edit(song.audio, RATE, prompt=prompt, **composed)
            assert "in this track: its keyboard stem has piano" in explain(refused.value)
        assert "keys" in self.change(song, composed, "keys 3 dB louder").done[0]

    def test_who_is_to_be_louder_is_so_and_of_held_peaks_is_told_what_they_took_from_whom(
        self, song, composed
    ):
        made = self.change(song, composed, "drums 6 dB louder")
        changes = {
            track: 10
            * np.log10(np.square(made.stems[track], dtype=float).sum() / np.square(stem, dtype=float).sum())
            for track, stem in song.stems.items()
        }
        assert changes.pop("drums") == pytest.approx(6, abs=0.25)
        softest = min(changes, key=changes.get)
        told = next(fact for fact in made.done if fact.startswith("peaks held"))
        assert f"−{-changes[softest]:.1f} dB of {softest}" in told

    @pytest.mark.parametrize(
        ("prompt", "told", "keys"),
        [
            ("add drums", "second drums, beside that which plays already, added", {36}),
            ("add hand claps", "hand claps added", {39}),
            ("replace the drums with congas", "drums replaced with congas", {62, 63, 64}),
            ("replace the piano with drums", "piano replaced with drums", {36, 38}),
        ],
    )
    def test_who_comes_is_who_was_asked_for(self, song, composed, prompt, told, keys):
        made = self.change(song, composed, prompt)
        assert made.done[0] == told
        added = [part for part in made.score.parts if part not in song.score.parts]
        assert keys <= {round(note.pitch) for part in added for note in part.notes}

    def test_a_choir_comes_where_nobody_sings(self, tune):
        made = edit(tune.audio, RATE, prompt="add a choir", score=tune.score, stems=tune.stems)
        assert made.done[0] == "choir added"
        assert "backing_vocals" in made.stems

    @pytest.mark.parametrize(
        ("prompt", "says"),
        [("add a tabla", "can't be added"), ("remove the cowbell", "nobody plays cowbell")],
    )
    def test_one_percussion_instrument_is_not_taken_for_another(self, song, composed, prompt, says):
        clapped = self.change(song, composed, "add hand claps")
        with pytest.raises(Refused) as refused:
            edit(clapped.audio, RATE, prompt=prompt, score=clapped.score, stems=clapped.stems)
        assert says in explain(refused.value)

    def test_a_section_cut_and_one_repeated_go_with_their_words(self, song, composed):
        chorus = next(span for span in song.score.sections if span.label == "chorus")
        made = self.change(song, composed, "repeat the chorus")
        assert len(made.audio) == pytest.approx(len(song.audio) + (chorus.end - chorus.start) * RATE, abs=2)
        assert [line.text for line in made.lyrics].count("sail away") == 2
        cut = self.change(song, composed, "cut the chorus")
        assert "sail away" not in {line.text for line in cut.lyrics}
        assert cut.score.duration == pytest.approx(len(cut.audio) / RATE, abs=1e-3)

    def test_a_level_changed_before_does_not_keep_it_from_being_played_anew(self, short_song, composed_short):
        song, composed = short_song, composed_short
        louder = self.change(song, composed, "drums 3 dB louder")
        chained = self.change(louder, {}, "10% faster", score=louder.score, stems=louder.stems)
        at_once = self.change(song, composed, "10% faster")
        difference = chained.stems["bass"] - at_once.stems["bass"]
        assert np.square(difference).sum() < 0.01 * np.square(at_once.stems["bass"]).sum()

    def test_one_player_in_another_place(self, song, composed):
        made = self.change(song, composed, "pan the piano left, add echo to the piano")
        left, right = np.square(made.stems["keyboard"]).sum(axis=0)
        assert left > 2 * right
        assert_as_it_was(made.stems["bass"], song.stems["bass"])

    def test_what_names_no_change_and_no_style_changes_nothing(self, song, composed):
        with pytest.raises(
            Refused, match="instruction: no change was understood in it; write it in English, such as"
        ) as refusal:
            edit(song.audio, RATE, prompt="oink like a pig", **composed)
        line = explain(refusal.value)
        assert one_line(line) == line  # else its end would be cut off on the way
