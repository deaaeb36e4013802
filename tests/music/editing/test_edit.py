"""Edits change what they name, by as much as they say, and leave the rest."""

from __future__ import annotations

import re

import numpy as np
import pytest

from audiopod_mcp.music.analysis.analyze import analyze
from audiopod_mcp.music.analysis.key import beat_chroma
from audiopod_mcp.music.editing.edit import edit
from audiopod_mcp.music.effects.mix_matching import spectral_balance, stereo_width
from audiopod_mcp.music.model import Refused
from audiopod_mcp.music.signal.loudness import integrated_loudness, true_peak
from tests.music.judging import assert_as_it_was, assert_stems_sum, likeness

pytestmark = pytest.mark.usefixtures("heard_once")

RATE = 44_100


def centroid(audio, rate):
    spectrum = np.square(np.abs(np.fft.rfft(audio.mean(axis=1))))
    return float((np.fft.rfftfreq(len(audio), 1 / rate) * spectrum).sum() / spectrum.sum())


def held_of_drums(made):
    """What held peaks took from the drums, dB, as the receipt tells it."""
    told = re.search(
        r"drums (?:about )?\+([\d.]+) dB \(\+([\d.]+) dB but for held peaks", "; ".join(made.done)
    )
    return float(told[2]) - float(told[1]) if told else 0.0


def levels_of(track, song, made):
    """The changes of the level of a stem and of all others together, dB, by least squares."""
    stem = song.stems[track]
    columns = np.stack([stem.ravel(), (song.audio - stem).ravel()], axis=1)
    return 20 * np.log10(np.abs(np.linalg.lstsq(columns, made.audio.ravel(), rcond=None)[0]))


@pytest.mark.slow
class TestARecording:
    def change(self, recording, prompt, **more):
        made = edit(recording.audio, recording.rate, prompt=prompt, **more)
        assert made.rate == recording.rate
        assert np.abs(made.audio).max() <= 1.0
        assert not made.stems
        return made.audio

    def test_quieter_by_what_is_said(self, recording):
        audio = self.change(recording, "6 dB quieter")
        assert np.abs(audio - recording.audio * 10 ** (-6 / 20)).max() < 1e-4

    def test_louder_without_clipping(self, recording):
        before = integrated_loudness(recording.audio, recording.rate)
        assert integrated_loudness(self.change(recording, "louder"), recording.rate) > before + 2

    @pytest.mark.parametrize("target", [-9.0, -23.0])
    def test_a_loudness_with_its_peaks_held(self, recording, target):
        audio = self.change(recording, f"normalise to {target:g} LUFS")
        assert integrated_loudness(audio, recording.rate) == pytest.approx(target, abs=0.3)
        assert true_peak(audio, recording.rate) <= -1.0

    def test_a_loudness_that_peaks_do_not_allow(self):
        clicks = np.zeros((RATE * 4, 2), np.float32)
        clicks[:: RATE // 2] = 0.5
        made = edit(clicks, RATE, prompt="normalise to -9 LUFS")
        assert true_peak(made.audio, RATE) <= -1.0
        assert made.not_done[0].asked == "normalise to -9 LUFS"
        assert "LUFS: nearer to -9 its peaks would be crushed" in made.not_done[0].instead

    def test_a_player_is_taken_out_by_the_separator_that_is_given(self, song):
        quieter = {track: 0.25 * stem for track, stem in song.stems.items()}
        asked = []

        def exact(audio, rate, track, report):
            asked.append((track, rate))
            return quieter[track], ("Taken apart by one who knows.",)

        mix = 0.25 * song.audio
        made = edit(mix, RATE, prompt="drums 6 dB softer", separator=exact)
        assert asked == [("drums", RATE)]
        assert made.notes == ("Taken apart by one who knows.",)
        share = ((mix - made.audio) * quieter["drums"]).sum() / np.square(quieter["drums"]).sum()
        assert share == pytest.approx(1 - 10 ** (-6 / 20), abs=0.1)

    def test_that_it_is_doubtful_whether_the_player_was_there_is_told_where_it_is_taken_out(self, song):
        said = (
            "Separated by signal processing.",
            "What else is left in the stem may be as loud as the drums.",
            "Whether there is any of the drums is doubtful.",
        )
        made = edit(
            0.25 * song.audio,
            RATE,
            prompt="remove the drums",
            separator=lambda audio, rate, track, report: (0.25 * song.stems[track], said),
        )
        assert made.notes == (said[0], said[2])

    def test_what_was_not_understood_is_told(self, recording):
        made = edit(recording.audio, recording.rate, prompt="3 dB quieter, keep the drums, oink like a pig")
        assert [wish.asked for wish in made.not_done] == ["oink like a pig"]
        assert "everything but drums −3.0 dB" in made.done

    @pytest.mark.parametrize(("prompt", "way"), [("brighter", 1), ("darker", -1), ("less treble", -1)])
    def test_brightness(self, recording, prompt, way):
        before, after = (
            centroid(x, recording.rate) for x in (recording.audio, self.change(recording, prompt))
        )
        assert way * (after / before - 1) > 0.02

    def test_bass(self, recording):
        low = slice(0, 4)
        own = spectral_balance(recording.audio, recording.rate)
        more, less = (
            spectral_balance(self.change(recording, p), recording.rate) for p in ("more bass", "less bass")
        )
        middle = 10
        assert (more - more[middle] - (own - own[middle]))[low].mean() > 3
        assert (less - less[middle] - (own - own[middle]))[low].mean() < -3

    def test_width(self, recording):
        own = stereo_width(recording.audio)
        assert stereo_width(self.change(recording, "wider")) > 1.5 * own
        assert stereo_width(self.change(recording, "mono")) < 1e-6

    def test_reverb_fills_the_gaps_and_drying_clears_them(self):
        clicks = np.zeros((RATE * 4, 2), np.float32)
        clicks[:: RATE // 2] = 0.5
        wet = edit(clicks, RATE, prompt="more reverb").audio
        dry = edit(wet, RATE, prompt="much drier").audio

        def gaps(audio):
            return float(np.square(audio.reshape(8, -1, 2)[1:, RATE // 8 : RATE // 4]).mean())

        assert gaps(wet) > 1e-7
        assert gaps(dry) < 0.5 * gaps(wet)

    def test_reverb_does_not_blur_the_bass(self, recording):
        wet = self.change(recording, "more reverb") - recording.audio
        answer = spectral_balance(wet, recording.rate) - spectral_balance(recording.audio, recording.rate)
        assert answer[:2].mean() < answer[8:12].mean() - 6

    @pytest.mark.parametrize(("prompt", "factor"), [("10% faster", 1 / 1.1), ("20 percent slower", 1 / 0.8)])
    def test_speed(self, recording, prompt, factor):
        audio = self.change(recording, prompt)
        assert len(audio) == pytest.approx(len(recording.audio) * factor, abs=2)
        before = analyze(recording.audio, recording.rate).tempo
        ratio = analyze(audio, recording.rate).tempo / before * factor
        assert min(abs(ratio - r) for r in (0.5, 1, 2)) < 0.02

    def test_key(self, recording):
        audio = self.change(recording, "up 3 semitones")
        assert len(audio) == len(recording.audio)
        beats = np.arange(0, 11, 0.5)
        own, new = (beat_chroma(x, recording.rate, beats) for x in (recording.audio, audio))
        alike = [likeness(np.roll(own, shift, axis=1), new) for shift in range(12)]
        assert int(np.argmax(alike)) == 3

    def test_fades(self, recording):
        audio = self.change(recording, "fade in over 2 seconds, fade out over 4 seconds")
        assert np.abs(audio[0]).max() == 0
        assert np.abs(audio[-100:]).max() < 1e-3
        assert np.array_equal(
            audio[3 * recording.rate : 7 * recording.rate],
            recording.audio[3 * recording.rate : 7 * recording.rate],
        )

    def test_only_a_part(self, recording):
        audio = self.change(recording, "brighter", first=0.25, last=0.5)
        first, last = len(audio) // 4, len(audio) // 2
        assert np.array_equal(audio[:first], recording.audio[:first])
        assert np.array_equal(audio[last:], recording.audio[last:])
        assert not np.allclose(audio[first:last], recording.audio[first:last])

    def test_a_part_may_change_its_length(self, recording):
        audio = self.change(recording, "twice as fast", first=0.5, last=0.75)
        n = len(recording.audio)
        assert len(audio) == n - n // 8
        assert np.array_equal(audio[: n // 2], recording.audio[: n // 2])
        assert np.array_equal(audio[-n // 4 :], recording.audio[-n // 4 :])

    def test_an_instrument_plays_along(self, recording):
        audio = self.change(recording, "add organ")
        added = audio - recording.audio
        assert (
            integrated_loudness(added, recording.rate)
            < integrated_loudness(recording.audio, recording.rate) - 3
        )
        beats = analyze(recording.audio, recording.rate).beats
        assert (
            likeness(
                beat_chroma(added, recording.rate, beats), beat_chroma(recording.audio, recording.rate, beats)
            )
            > 0.6
        )

    @pytest.mark.parametrize(("prompt", "asked"), [("drums 6 dB louder", 6), ("drums 4 dB quieter", -4)])
    def test_a_player_moves_by_what_is_said_and_the_others_stay(self, song, prompt, asked):
        made = edit(song.audio, RATE, prompt=prompt)
        drums, others = levels_of("drums", song, made)
        assert drums - others == pytest.approx(asked - held_of_drums(made), abs=1.5)
        assert abs(others) < 1.5

    def test_who_is_removed_is_nearly_gone_and_the_note_says_by_how_much(self, song):
        made = edit(song.audio, RATE, prompt="remove the bass")
        bass, others = levels_of("bass", song, made)
        assert bass < -7
        assert abs(others) < 1.5
        assert re.search(r"bass about −(8|9|1\d) dB: traces of it remain", made.done[0])

    @pytest.mark.parametrize(
        ("wanted", "says"),
        [
            ({"prompt": "jazz"}, "a recording is not arranged anew by an edit"),
            (
                {"prompt": "louder", "lyrics": "new words"},
                "lyrics: the words of a recording can't be changed",
            ),
            ({}, "instruction: say what to change"),
            (
                {"prompt": "louder", "first": 0.6, "last": 0.4},
                "first, last: 0.6 to 0.4 is no part of the track",
            ),
            ({"prompt": "louder", "last": 7}, "first, last: 0 to 7 is no part of the track"),
            ({"prompt": "up 40 semitones"}, "40 is out of range; pitch takes -24 to 24 semitones"),
            (
                {"prompt": "normalise to -2 LUFS"},
                "-2 is out of range; loudness takes -40 to -6 LUFS",
            ),
            (
                {"prompt": "bass louder in the bridge"},
                "no bridge was found in this track; it has ",
            ),
            (
                {"prompt": "louder from 1:00 to 2:00"},
                "1:00 to 2:00 is no part of this track; it lasts 0:12",
            ),
            ({"prompt": "add a new verse"}, "an edit composes no new sections"),
            ({"prompt": "back to the original key"}, "does not know what the track was before"),
            ({"prompt": "remove the noise"}, "noise can't be removed"),
            ({"prompt": "make it more energetic"}, "energy is too wide a word"),
        ],
    )
    def test_what_can_not_be_done_is_refused(self, recording, wanted, says):
        with pytest.raises(Refused, match=re.escape(says)):
            edit(recording.audio, recording.rate, **wanted)

    def test_what_would_be_too_long_to_hold_is_refused_with_its_length(self):
        twelve_minutes = np.zeros((12 * 60 * RATE, 2), np.float32)
        with pytest.raises(Refused, match="would be 24:00 long; at most 20:00"):
            edit(twelve_minutes, RATE, prompt="half the tempo")


@pytest.mark.slow
class TestAComposedPiece:
    def change(self, song, composed, prompt=None, **more):
        made = edit(song.audio, RATE, prompt=prompt, **composed, **more)
        assert_stems_sum(made)
        assert made.score is not None
        return made

    @pytest.mark.parametrize("prompt", ["remove the noise", "more energetic"])
    def test_no_new_arrangement_for_what_can_not_be_done(self, song, composed, prompt):
        with pytest.raises(Refused, match=r"noise can't be removed|energy is too wide a word"):
            edit(song.audio, RATE, prompt=prompt, **composed)

    def test_one_instrument_louder_and_the_others_as_they_were(self, song, composed):
        made = self.change(song, composed, "drums 3 dB louder")
        gain = np.square(made.stems["drums"]).sum() / np.square(song.stems["drums"]).sum()
        assert 10 * np.log10(gain) == pytest.approx(3 - held_of_drums(made), abs=0.3)
        assert made.score == song.score

    def test_instruments_go_and_come(self, song, composed):
        made = self.change(song, composed, "remove the drums, add strings")
        assert "drums" not in made.stems
        assert "strings" in made.stems
        assert "drums" not in {part.track for part in made.score.parts}
        assert "strings" in {part.track for part in made.score.parts}
        assert np.allclose(made.stems["bass"], song.stems["bass"], atol=0.05)

    def test_who_plays_on_alone(self, song, composed):
        made = self.change(song, composed, "only drums and bass")
        assert set(made.stems) == {"drums", "bass"}
        assert all(np.array_equal(made.stems[track], song.stems[track]) for track in made.stems)

    def test_so_many_beats_a_minute(self, short_song, composed_short):
        made = self.change(short_song, composed_short, "to 126 bpm")
        assert made.score.tempo == pytest.approx(126)
        assert made.done == ("tempo 126.0 (was 120.0)",)

    def test_no_vocals_no_lyrics(self, song, composed):
        made = self.change(song, composed, "make it instrumental")
        assert "vocals" not in made.stems
        assert made.lyrics == ()

    def test_the_same_notes_on_another_instrument(self, song, composed):
        made = self.change(song, composed, "replace the piano with organ")
        old = next(part for part in song.score.parts if part.instrument == "piano")
        new = next(part for part in made.score.parts if part.instrument == "organ")
        assert new.notes == old.notes
        assert_as_it_was(made.stems["bass"], song.stems["bass"])

    def test_tempo_and_key_are_played_and_not_stretched(self, short_song, composed_short):
        made = self.change(short_song, composed_short, "10% faster, up 2 semitones")
        assert made.score.tempo == pytest.approx(132)
        assert made.score.key == "A major"
        assert len(made.audio) == pytest.approx(len(short_song.audio) / 1.1, abs=2)
        assert made.lyrics[1].start == pytest.approx(short_song.lyrics[1].start / 1.1)

    def test_another_mode_is_another_tune(self, short_song, composed_short):
        made = self.change(short_song, composed_short, "in G minor")
        assert made.score.key == "G minor"
        lead = next(part for part in made.score.parts if part.track == "vocals")
        scale = {(7 + step) % 12 for step in (0, 2, 3, 5, 7, 8, 10)}
        assert np.mean([round(note.pitch) % 12 in scale for note in lead.notes]) > 0.9

    def test_new_words(self, song, composed):
        made = self.change(
            song, composed, lyrics="[Verse]\nevening falls upon the water\nall the boats are coming home"
        )
        assert [line.text for line in made.lyrics] == [
            "evening falls upon the water",
            "all the boats are coming home",
        ]
        assert_as_it_was(made.stems["drums"], song.stems["drums"])
        assert not np.array_equal(made.stems["vocals"], song.stems["vocals"])

    def test_a_style_is_arranged_anew(self, song, composed):
        made = self.change(song, composed, "make it a jazz waltz", seed=2)
        assert made.score.brief.style == "jazz"
        assert "arranged anew as jazz" in made.done[0]
        assert [wish.asked for wish in made.not_done] == ["waltz"]
        assert len(made.audio) == len(song.audio)
        assert made.score.key == song.score.key

    def test_a_part_of_it(self, song, composed):
        made = self.change(song, composed, "remove the drums", first=0.5, last=1.0)
        half = len(song.audio) // 2
        assert np.array_equal(made.audio[:half], song.audio[:half])
        assert np.abs(made.stems["drums"][half + RATE // 10 :]).max() == 0
        assert max(n.start for p in made.score.parts if p.track == "drums" for n in p.notes) < 6

    def test_who_does_not_play_can_not_be_changed(self, song, composed):
        with pytest.raises(Refused, match="there are no brass in this track; it has backing_vocals, bass, "):
            edit(song.audio, RATE, prompt="remove the brass", **composed)


@pytest.mark.slow
def test_what_is_added_is_another_part_with_another_seed(recording):
    first, again, other = (
        edit(recording.audio, recording.rate, prompt="add organ", seed=seed).audio for seed in (1, 1, 2)
    )
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)
