"""Edits change what they name, by as much as they say, and leave the rest."""

from __future__ import annotations

import re

import numpy as np
import pytest

from audiopod_mcp.music.analysis.analyze import analyze
from audiopod_mcp.music.analysis.key import beat_chroma
from audiopod_mcp.music.editing.edit import edit
from audiopod_mcp.music.editing.prompt.parse import read_prompt
from audiopod_mcp.music.effects.mix_matching import spectral_balance, stereo_width
from audiopod_mcp.music.model import Refused
from audiopod_mcp.music.signal.loudness import integrated_loudness, true_peak
from tests.music.judging import assert_as_it_was, assert_stems_sum, likeness

RATE = 44_100


def centroid(audio, rate):
    spectrum = np.square(np.abs(np.fft.rfft(audio.mean(axis=1))))
    return float((np.fft.rfftfreq(len(audio), 1 / rate) * spectrum).sum() / spectrum.sum())


def levels_of(track, song, made):
    """The changes of the level of a stem and of all others together, dB, by least squares."""
    stem = song.stems[track]
    columns = np.stack([stem.ravel(), (song.audio - stem).ravel()], axis=1)
    return 20 * np.log10(np.abs(np.linalg.lstsq(columns, made.audio.ravel(), rcond=None)[0]))


@pytest.mark.parametrize(
    ("prompt", "steps"),
    [
        ("louder", [("level", 4.0, None)]),
        ("a bit brighter, drums 3 dB louder", [("bright", 3.0, None), ("level", 3.0, "drums")]),
        (
            "make the guitars more prominent and add reverb",
            [("level", 5.0, "guitar"), ("reverb", 0.35, None)],
        ),
        ("remove the drums and the bass", [("remove", 0.0, "drums"), ("remove", 0.0, "bass")]),
        ("no vocals please", [("remove", 0.0, "vocals")]),
        ("make it instrumental", [("remove", 0.0, "vocals")]),
        ("10% faster", [("tempo", 1.1, None)]),
        ("slow it down to 90 bpm", [("bpm", 90.0, None)]),
        ("transpose up two semitones", [("pitch", 2.0, None)]),
        ("drop it an octave", [("pitch", -12.0, None)]),
        ("in the key of F# minor", [("key", 0.0, None)]),
        ("less bass, more treble", [("level", -5.0, "bass"), ("treble", 6.0, None)]),
        ("replace the piano with electric guitar", [("swap", 0.0, "keyboard")]),
        ("add a saxophone solo", [("add", 0.0, "woodwinds")]),
        ("just the drums", [("only", 0.0, "drums")]),
        ("much wider", [("width", 2.05, None)]),
        ("fade out over 6 seconds", [("fade out", 6.0, None)]),
        ("keep the drums but remove the vocals", [("remove", 0.0, "vocals")]),
        ("drier and quieter", [("reverb", -0.6, None), ("level", -4.0, None)]),
        ("less bright", [("bright", -6.0, None)]),
        ("5 bpm faster", [("bpm", 5.0, None)]),
        ("faster, 140 bpm", [("bpm", 140.0, None)]),
        ("down a fifth", [("pitch", -7.0, None)]),
        ("bass and drums louder", [("level", 5.0, "bass"), ("level", 5.0, "drums")]),
        ("remove everything but the drums", [("only", 0.0, "drums")]),
        ("punchier drums", [("punch", 6.0, "drums")]),
        ("etwas lauter, ohne Schlagzeug", [("level", 2.0, None), ("remove", 0.0, "drums")]),
        ("plus rapide et ajoute des cordes", [("tempo", 1.1, None), ("add", 0.0, "strings")]),
        ("quita la voz", [("remove", 0.0, "vocals")]),
        ("nur Schlagzeug und Bass", [("only", 0.0, "drums")]),
        ("baisse le piano de 3 dB", [("level", -3.0, "keyboard")]),
        ("bass +3 dB, drums -2.5dB", [("level", 3.0, "bass"), ("level", -2.5, "drums")]),
        ("half as loud", [("level", -10.0, None)]),
        ("normalise to -16 LUFS", [("loudness", -16.0, None)]),
        ("normalize", [("loudness", -14.0, None)]),
        ("turn down the reverb", [("reverb", -0.6, None)]),
        ("roll off the high end", [("treble", -6.0, None)]),
        ("the drums are too loud", [("level", -5.0, "drums")]),
        ("too fast", [("tempo", 0.9, None)]),
        ("turn it up", [("level", 4.0, None)]),
        ("turn it down two semitones", [("pitch", -2.0, None)]),
        ("key of E minor, set bpm to 90", [("key", 0.0, None), ("bpm", 90.0, None)]),
        ("a guitar instead of the piano", [("swap", 0.0, "keyboard")]),
        ("modulate up a step", [("pitch", 2.0, None)]),
        ("Klavier durch Gitarre ersetzen", [("swap", 0.0, "keyboard")]),
        ("remplace le piano par une guitare", [("swap", 0.0, "keyboard")]),
        ("weniger Höhen", [("treble", -6.0, None)]),
        ("2 LU louder", [("level", 2.0, None)]),
        ("lo-fi hip hop", []),
        ("dreamy ambient version with soft pads", []),
        ("", []),
    ],
)
def test_what_is_understood(prompt, steps):
    assert [(w.kind, pytest.approx(w.amount), w.track) for w in read_prompt(prompt).steps] == steps


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

    @pytest.mark.parametrize("target", [-9.0, -14.0, -23.0])
    def test_a_loudness_with_its_peaks_held(self, recording, target):
        audio = self.change(recording, f"normalise to {target:g} LUFS")
        assert integrated_loudness(audio, recording.rate) == pytest.approx(target, abs=0.3)
        assert true_peak(audio, recording.rate) <= -1.0

    def test_a_loudness_that_peaks_do_not_allow(self):
        clicks = np.zeros((RATE * 4, 2), np.float32)
        clicks[:: RATE // 2] = 0.5
        made = edit(clicks, RATE, prompt="normalise to -9 LUFS")
        assert true_peak(made.audio, RATE) <= -1.0
        assert any("LUFS: nearer to -9 its peaks would be crushed" in note for note in made.notes)

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

    def test_what_was_not_understood_is_told(self, recording):
        made = edit(recording.audio, recording.rate, prompt="3 dB quieter, keep the drums, oink like a pig")
        assert made.notes == ("Not understood, and left as it was: oink like a pig.",)

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
        assert drums - others == pytest.approx(asked, abs=1.5)
        assert abs(others) < 1.5

    def test_who_is_removed_is_nearly_gone_and_the_note_says_by_how_much(self, song):
        made = edit(song.audio, RATE, prompt="remove the bass")
        bass, others = levels_of("bass", song, made)
        assert bass < -7
        assert abs(others) < 1.5
        assert re.search(r"The bass fell by about (8|9|1\d) dB: traces of it remain", made.notes[0])

    @pytest.mark.parametrize(
        ("wanted", "says"),
        [
            ({"prompt": "make it sparkle like Versailles, metaphorically"}, None),
            ({"prompt": "jazz"}, "no change was understood"),
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
            ({"prompt": "up 40 semitones"}, "40 semitones is too far; at most 24 up or down is possible"),
            (
                {"prompt": "normalise to -2 LUFS"},
                "-2 LUFS is out of range; -40 to -6 LUFS is possible",
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
        if says is None:
            self.change(recording, wanted["prompt"])
            return
        with pytest.raises(Refused, match=re.escape(says)):
            edit(recording.audio, recording.rate, **wanted)


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
        assert 10 * np.log10(gain) == pytest.approx(3, abs=0.3)
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

    def test_so_many_beats_a_minute_more(self, song, composed):
        made = self.change(song, composed, "6 bpm faster")
        assert made.score.tempo == pytest.approx(126)

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

    def test_tempo_and_key_are_played_and_not_stretched(self, song, composed):
        made = self.change(song, composed, "10% faster, up 2 semitones")
        assert made.score.tempo == pytest.approx(132)
        assert made.score.key == "A major"
        assert len(made.audio) == pytest.approx(len(song.audio) / 1.1, abs=2)
        assert made.lyrics[0].start == pytest.approx(song.lyrics[0].start / 1.1)

    def test_another_mode_is_another_tune(self, song, composed):
        made = self.change(song, composed, "in G minor")
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
        assert "arranged anew as jazz" in made.notes[0]
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
