"""What an edit tells of itself is what can be measured on its sound; what it did not do, it says."""

from __future__ import annotations

import re

import numpy as np
import pytest

from audiopod_mcp.edits import TrackEdit, render_edits
from audiopod_mcp.music.editing.edit import edit
from audiopod_mcp.music.model import Refused
from audiopod_mcp.music.signal.loudness import integrated_loudness, true_peak

pytestmark = pytest.mark.usefixtures("heard_once")

RATE = 44_100


def typed(song, *edits, **composed):
    english = render_edits([TrackEdit.model_validate(values) for values in edits])
    return edit(song.audio, song.rate, prompt=english, **composed)


def decibels(after, before):
    return 10 * np.log10(np.square(after, dtype=float).mean() / np.square(before, dtype=float).mean())


def tone(hertz, seconds=4.0):
    wave = 0.3 * np.sin(2 * np.pi * hertz * np.arange(round(seconds * RATE)) / RATE)
    return np.repeat(wave[:, None], 2, axis=1).astype(np.float32)


def pitch_of(audio):
    """The strongest frequency, Hz, to a tenth of a cent or so."""
    spectrum = np.abs(np.fft.rfft(audio[:, 0] * np.hanning(len(audio)), 8 * len(audio)))
    return int(spectrum.argmax()) * RATE / (8 * len(audio))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("prompt", "semitones"),
    [
        ("lower the pitch by 50 cents", -0.5), ("pitch up 150 cents", 1.5), ("pitch up 25 cents", 0.25),
        ("tune to 432 Hz", 12 * np.log2(432 / 440)),
    ],
)  # fmt: skip
def test_cents_are_heard(prompt, semitones):
    made = edit(tone(440), RATE, prompt=prompt)
    assert 12 * np.log2(pitch_of(made.audio) / 440) == pytest.approx(semitones, abs=0.02)
    assert len(made.done) == 1
    assert "semitones" in made.done[0]


@pytest.mark.slow
def test_a_loudness_and_a_true_peak_are_told_as_they_are_measured(recording):
    made = edit(recording.audio, recording.rate, prompt="master to -14 LUFS, true peak -2 dB")
    assert integrated_loudness(made.audio, recording.rate) == pytest.approx(-14, abs=0.3)
    assert true_peak(made.audio, recording.rate) <= -1.95
    told = re.match(r"−14\.0 LUFS, true peak −(\d\.\d) dBTP", made.done[0])
    assert told
    assert float(told[1]) == pytest.approx(-true_peak(made.audio, recording.rate), abs=0.06)


@pytest.mark.slow
class TestAComposedPiece:
    @pytest.mark.parametrize(
        ("change", "name"),
        [
            ({"action": "level", "amount": -6, "on": ["drums"]}, "drums"),
            ({"action": "level", "amount": 3, "on": ["bass"]}, "bass"),
            ({"action": "reverb", "amount": 40, "on": ["drums"]}, "drums"),
            ({"action": "high_cut", "amount": 3000, "on": ["piano"]}, "keyboard"),
            ({"action": "pan", "amount": -70, "on": ["bass"]}, "bass"),
            ({"action": "remove", "on": ["drums"]}, "drums"),
            ({"action": "pitch", "amount": 1, "on": ["bass"]}, "bass"),
        ],
    )
    def test_who_is_not_named_changes_by_less_than_a_tenth_of_a_decibel(self, song, composed, change, name):
        made = typed(song, change, **composed)
        assert made.done
        # Where all gave way together to a peak, that is told.
        bound = 0.25 if any("peaks held" in fact for fact in made.done) else 0.1
        for track, stem in song.stems.items():
            if track != name:
                assert abs(decibels(made.stems[track], stem)) < bound, track

    @pytest.mark.parametrize(
        ("action", "edge"), [("fade_in", slice(0, RATE)), ("fade_out", slice(-RATE, None))]
    )
    def test_who_is_not_named_does_not_fade(self, song, composed, action, edge):
        made = typed(song, {"action": action, "amount": 4, "on": ["drums"]}, **composed)
        assert made.done == (f"drums {action.replace('_', '-')} of 4 s",)
        assert decibels(made.stems["drums"][edge], song.stems["drums"][edge]) < -6
        assert all(
            np.array_equal(made.stems[track], song.stems[track]) for track in song.stems if track != "drums"
        )

    def test_who_is_not_heard_in_a_stretch_is_not_told_to_be_removed(self, song, composed):
        muted = typed(song, {"action": "remove", "on": ["drums"], "end": 4}, **composed)
        composed = composed | {"stems": muted.stems, "score": muted.score}
        again = typed(muted, {"action": "remove", "on": ["drums"], "end": 3}, **composed)
        assert not again.done
        assert [wish.instead for wish in again.not_done] == ["Nothing is heard of drums there."]

    def test_who_is_not_to_be_removed_may_become_quieter(self, song, composed):
        made = edit(song.audio, RATE, prompt="don't remove the drums, just turn them down", **composed)
        assert made.done == ("drums −5.0 dB", "drums not removed")
        assert not made.not_done

    def test_whom_held_peaks_make_softer_is_told(self, song, composed):
        louder = {"action": "level", "amount": 14, "on": ["drums"]}
        for when in ({}, {"start": 3, "end": 9}):
            made = typed(song, louder | when, **composed)
            stretch = slice(round(3.1 * RATE), round(8.9 * RATE))
            assert decibels(made.stems["bass"][stretch], song.stems["bass"][stretch]) < -0.1
            held = [fact for fact in made.done if fact.startswith("peaks held at")]
            assert len(held) == 1
            assert held[0].endswith(" from 0:03 to 0:09") == bool(when)

    @pytest.mark.parametrize(
        ("first", "then"),
        [
            ({"action": "loudness", "amount": -24, "on": ["bass"]}, {"action": "peak", "amount": -12}),
            ({"action": "peak", "amount": -12}, {"action": "loudness", "amount": -14}),
        ],
    )
    def test_a_level_that_another_moved_is_told(self, song, composed, first, then):
        made = typed(song, first, then, **composed)
        assert len(made.done) == 1
        assert "what was done after it made it" in made.not_done[0].instead

    def test_a_refusal_names_what_was_understood(self, song, composed):
        with pytest.raises(Refused, match="brass"):
            edit(song.audio, RATE, prompt="Oink like a pig, remove the brass", **composed)

    def test_all_but_one(self, song, composed):
        made = typed(song, {"action": "level", "amount": -4, "but": ["drums"]}, **composed)
        assert np.array_equal(made.stems["drums"], song.stems["drums"])
        assert decibels(made.stems["bass"], song.stems["bass"]) == pytest.approx(-4, abs=0.05)
        assert made.done == ("everything but drums −4.0 dB",)

    def test_a_stretch_is_told_with_its_times(self, song, composed):
        made = typed(
            song, {"action": "level", "amount": -6, "on": ["drums"], "start": 3, "end": 6}, **composed
        )
        assert made.done == ("drums −6.0 dB from 0:03 to 0:06",)
        inside = slice(round(3.1 * RATE), round(5.9 * RATE))
        assert decibels(made.stems["drums"][inside], song.stems["drums"][inside]) == pytest.approx(
            -6, abs=0.05
        )

    def test_what_can_be_done_is_done_and_the_rest_is_told(self, song, composed):
        made = edit(
            song.audio, RATE, prompt="drums 3 dB quieter, remove the brass, Oink like a pig", **composed
        )
        assert made.done == ("drums −3.0 dB",)
        reasons = {wish.asked: wish.instead for wish in made.not_done}
        assert set(reasons) == {"remove the brass", "Oink like a pig"}
        assert "There are no brass in this track; it has" in reasons["remove the brass"]
        assert "plain English" in reasons["Oink like a pig"]

    def test_who_is_to_stay_stays_or_it_is_told(self, short_song, composed_short):
        song, composed = short_song, composed_short
        made = edit(song.audio, RATE, prompt="I love the drums, just make the rest 3 dB quieter", **composed)
        assert made.done == ("everything but drums −3.0 dB", "drums as before")
        made = edit(song.audio, RATE, prompt="keep the drums as they are, 10% faster", **composed)
        assert made.done == ("tempo 132.0 (was 120.0)",)
        assert [wish.asked for wish in made.not_done] == ["keep the drums as they are"]

    def test_a_fraction_of_a_semitone_is_in_the_score_too(self, short_song, composed_short):
        made = typed(short_song, {"action": "pitch", "amount": -0.5}, **composed_short)
        old, new = (
            next(p for p in score.parts if p.track == "bass").notes
            for score in (short_song.score, made.score)
        )
        assert {round(b.pitch - a.pitch, 3) for a, b in zip(old, new, strict=True)} == {-0.5}

    def test_every_time_is_on_the_clock_of_the_track_as_it_was(self, song, composed):
        """Whoever says 0:08 looks at the track that is there, not at one that another edit of the list shortens."""
        changes = [{"action": "cut", "end": 2}, {"action": "cut", "start": 8, "end": 9}]
        made = typed(
            song,
            *changes,
            {"action": "level", "amount": -6, "on": ["drums"], "start": 4, "end": 6},
            **composed,
        )
        assert made.done == (
            "drums −6.0 dB from 0:04 to 0:06",
            "cut from 0:00 to 0:02; it lasts 0:09 now",
            "cut from 0:08 to 0:09; it lasts 0:09 now",
            "times are those of the track before this edit",
        )
        again = slice(round(9.3 * RATE), round(11.9 * RATE))
        assert np.array_equal(made.audio[again.start - 3 * RATE : again.stop - 3 * RATE], song.audio[again])
        between = slice(round(6.3 * RATE), round(7.7 * RATE))
        assert np.array_equal(
            made.audio[between.start - 2 * RATE : between.stop - 2 * RATE], song.audio[between]
        )

    def test_what_is_kept_and_cut_in_it_is_meant_on_one_clock(self, song, composed):
        changes = [{"action": "keep", "start": 2, "end": 10}, {"action": "cut", "start": 4, "end": 5}]
        made = typed(song, *changes, **composed)
        assert len(made.audio) == 7 * RATE
        end = slice(round(5.3 * RATE), round(9.9 * RATE))
        assert np.array_equal(made.audio[end.start - 3 * RATE : end.stop - 3 * RATE], song.audio[end])

    def test_times_within_a_part_of_the_track_are_told_on_its_clock(self, song):
        prompt = "drums 6 dB quieter from 0:07 to 0:09"
        made = edit(song.audio, RATE, prompt=prompt, first=0.5, score=song.score, stems=song.stems)
        assert made.done == ("drums −6.0 dB from 0:07 to 0:09",)

    @pytest.mark.parametrize("prompt", ["the guitar solo is great, leave it", "remove the bass drum", "oink"])
    def test_where_nothing_is_to_be_done_it_is_refused(self, song, composed, prompt):
        with pytest.raises(Refused):
            edit(song.audio, RATE, prompt=prompt, **composed)

    def test_a_loop_is_of_whole_bars(self, song, composed):
        made = typed(song, {"action": "loop", "end": 5}, **composed)
        assert len(made.audio) == 4 * RATE
        (fact,) = made.done
        assert fact == f"cut to a loop of 2 bars, 4 s: from sample 0, {4 * RATE} samples at {RATE} Hz"
        assert made.loop

    def test_a_loop_is_of_what_is_left_of_its_stretch(self, song, composed):
        changes = [{"action": "loop", "start": 2, "end": 8}, {"action": "cut", "start": 4, "end": 6}]
        made = typed(song, *changes, {"action": "loop", "end": 2}, **composed)
        assert len(made.audio) == 4 * RATE
        assert [wish.instead for wish in made.not_done] == [
            "One loop is made of a track, and this is from 0:02 to 0:08."
        ]
        inside = slice(round(0.3 * RATE), round(1.7 * RATE))
        assert np.array_equal(
            made.audio[inside], song.audio[inside.start + 2 * RATE : inside.stop + 2 * RATE]
        )

    def test_a_pan_is_a_place_wherever_one_stood(self, song, composed):
        for first in (-80, 60):
            changes = [{"action": "pan", "amount": amount, "on": ["bass"]} for amount in (first, 40)]
            left, right = np.square(typed(song, *changes, **composed).stems["bass"], dtype=float).sum(axis=0)
            assert 10 * np.log10(right / left) == pytest.approx(5.85, abs=0.1)

    def test_vocals_are_all_who_sing(self, song, composed):
        stems = {**song.stems, "backing_vocals": 0.5 * song.stems["vocals"]}
        mix = song.audio + stems["backing_vocals"]
        told = {
            "vocals": "everything but vocals and backing vocals −3.0 dB",
            "lead vocals": "everything but lead vocals −3.0 dB",
        }
        for name, fact in told.items():
            edits = render_edits([TrackEdit(action="level", amount=-3, but=(name,))])
            made = edit(mix, RATE, prompt=edits, score=song.score, stems=stems)
            assert made.done == (fact,)
            assert np.array_equal(made.stems["vocals"], stems["vocals"])
            spared = np.array_equal(made.stems["backing_vocals"], stems["backing_vocals"])
            assert spared == (name == "vocals")


@pytest.mark.slow
def test_every_action_works_on_a_recording_and_leaves_a_fact(recording):
    edits = [
        {"action": "low_cut", "amount": 60}, {"action": "high_cut", "amount": 15_000}, {"action": "bass", "amount": 2},
        {"action": "equaliser", "amount": 2, "hz": 1000}, {"action": "treble", "amount": -2}, {"action": "brightness", "amount": 1},
        {"action": "reverb", "amount": 20}, {"action": "echo", "amount": 20, "time": 0.3}, {"action": "compression", "amount": 3},
        {"action": "saturation", "amount": 3}, {"action": "punch", "amount": 2}, {"action": "de_ess", "amount": 3},
        {"action": "width", "amount": 120}, {"action": "pan", "amount": -20}, {"action": "speed", "amount": 110},
        {"action": "level", "amount": -2}, {"action": "pitch", "amount": -1}, {"action": "fade_in", "amount": 1},
        {"action": "fade_out", "amount": 1}, {"action": "reverse"}, {"action": "loudness", "amount": -16},
    ]  # fmt: skip
    for part in (edits[:11], edits[11:]):
        made = typed(recording, *part)
        assert not made.not_done
        assert len([fact for fact in made.done if "peaks held" not in fact]) == len(part)


@pytest.mark.parametrize("change", [{"action": "level", "amount": 3}, {"action": "reverb", "amount": 20}])
def test_a_change_of_silence_is_told_as_none(change):
    silence = np.zeros((RATE, 2), np.float32)
    made = edit(silence, RATE, prompt=render_edits([TrackEdit.model_validate(change)]))
    assert made.done == ()
    (left,) = made.not_done
    assert left.instead == "Nothing is heard of everything there."
    assert not made.audio.any()


@pytest.fixture(scope="module")
def muted(song, composed):
    """The piece with drums that play from 0:04 to 0:08 only."""
    parts = [{"action": "remove", "on": ["drums"]} | when for when in ({"end": 4}, {"start": 8})]
    return typed(song, *parts, **composed)


@pytest.mark.slow
class TestWhoIsSilent:
    """A change of what nobody hears is not done, and is told so."""

    @pytest.mark.parametrize(
        "change",
        [
            {"action": "fade_out", "amount": 3}, {"action": "fade_in", "amount": 3},
            {"action": "level", "amount": -6, "start": 9}, {"action": "treble", "amount": 6, "end": 3},
            {"action": "reverse", "start": 9}, {"action": "remove", "end": 3},
            {"action": "replace", "instrument": "piano", "start": 9},
        ],
    )  # fmt: skip
    def test_is_told_not_to_be_changed(self, muted, change):
        change = change | {"on": ["drums"]}
        quieter = {"action": "level", "amount": -3, "on": ["bass"]}
        made = typed(muted, change, quieter, score=muted.score, stems=muted.stems)
        assert made.done == ("bass −3.0 dB",)
        (left,) = made.not_done
        assert left.instead == "Nothing is heard of drums there."
        assert np.array_equal(made.stems["drums"], muted.stems["drums"])

    def test_but_whoever_is_heard_in_part_of_the_stretch_is(self, muted):
        composed = {"score": muted.score, "stems": muted.stems}
        made = typed(muted, {"action": "fade_out", "amount": 6, "on": ["drums"]}, **composed)
        assert made.done == ("drums fade-out of 6 s",)

    def test_of_a_recording_too(self, song):
        """The bass plays in its first half only."""
        audio = song.audio.copy()
        audio[5 * RATE :] -= song.stems["bass"][5 * RATE :]
        for heard, told in ((song.audio, []), (audio, ["Hardly anything is heard of bass where it fades."])):
            made = edit(heard, RATE, prompt="fade out the bass over 3 seconds")
            assert [wish.instead for wish in made.not_done] == told

    def test_what_changes_nothing_is_not_told_as_done(self):
        swell = tone(100) * np.hanning(4 * RATE).astype(np.float32)[:, None]
        made = edit(swell, RATE, prompt="cut everything above 18000 Hz")
        assert made.done == ()
        (left,) = made.not_done
        assert left.instead == "It changes nothing that is heard of everything there."


@pytest.mark.slow
class TestPlayersOfOneStem:
    def test_are_changed_once_together(self, song, composed):
        """In this piece a piano alone plays keyboard."""
        made = typed(song, {"action": "level", "amount": -3, "on": ["piano", "organ"]}, **composed)
        assert decibels(made.stems["keyboard"], song.stems["keyboard"]) == pytest.approx(-3, abs=0.05)
        assert made.done == ("piano and organ (piano) −3.0 dB",)

    @pytest.mark.parametrize("action", ["remove", "replace"])
    def test_are_taken_out_together(self, song, composed, action):
        change = {"action": action, "on": ["piano", "organ"]}
        made = typed(song, change | ({"instrument": "flute"} if action == "replace" else {}), **composed)
        assert not made.not_done
        assert len([fact for fact in made.done if "piano" in fact]) == 1
        assert "keyboard" not in made.stems
