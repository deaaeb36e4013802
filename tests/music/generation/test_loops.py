"""A loop is a loop: whole bars, and nothing is heard where its end meets its beginning."""

import numpy as np
import pytest

from audiopod_mcp.music.captions.parse import read_caption
from audiopod_mcp.music.editing.edit import edit
from audiopod_mcp.music.effects.loop import closed
from audiopod_mcp.music.generation.generate import generate, generate_sample


def step_at_seams(audio):
    """How the steps from sample to sample at the seams of four rounds compare with the largest elsewhere."""
    tiled = np.concatenate([audio] * 4).astype(np.float64)
    steps = np.abs(np.diff(tiled, 2, axis=0)).max(axis=1)
    at = np.arange(1, 4) * len(audio)
    there = max(steps[seam - 3 : seam + 2].max() for seam in at)
    return there / np.quantile(steps[: len(audio) - 8], 0.999)


@pytest.mark.slow
@pytest.mark.parametrize(
    "caption", ["techno drum loop, 130 bpm, 2 bars", "sustained warm pad loop, 90 bpm, 2 bars"]
)
def test_a_sample_repeats_without_a_click(caption):
    made = generate_sample(read_caption(caption), "loop", seed=3)
    beats = 8 * 60 / made.score.tempo
    assert len(made.audio) == round(beats * made.rate)
    assert made.loop
    assert f"{len(made.audio)} samples at {made.rate} Hz" in made.done[0]
    assert step_at_seams(made.audio) < 1


@pytest.mark.slow
def test_a_loop_that_is_not_as_long_as_was_asked_says_so():
    made = generate_sample(read_caption("drum loop, 100 bpm", duration=7), "loop", seed=3)
    assert len(made.audio) / made.rate == pytest.approx(9.6)
    assert [wish.asked for wish in made.not_done] == ["7 s"]
    made = generate_sample(read_caption("drum loop, 100 bpm", duration=9.6), "loop", seed=3)
    assert not made.not_done


@pytest.mark.slow
@pytest.mark.parametrize(
    "prompt", ["make a seamless loop", "make a seamless loop from 0:01 to 0:05, add reverb, louder by 2 dB"]
)
def test_a_finished_track_becomes_a_loop_of_whole_bars(prompt):
    song = generate(read_caption("lo-fi, electric piano and pad, 168 bpm", duration=7), seed=2)
    made = edit(song.audio, song.rate, prompt=prompt, stems=song.stems, score=song.score, seed=1)
    bar = 4 * 60 / song.score.tempo
    bars = len(made.audio) / song.rate / bar
    assert made.loop
    assert bars == pytest.approx(round(bars), abs=0.01)
    assert round(bars) > 1
    assert any(f"{len(made.audio)} samples at {song.rate} Hz" in fact for fact in made.done)
    assert step_at_seams(made.audio) < 1
    assert np.abs(sum(made.stems.values()) - made.audio).max() < 1e-4


def test_what_has_nothing_around_it_is_closed_too():
    rng = np.random.default_rng(1)
    wave = np.sin(np.arange(44_100) * 0.031)[:, None].astype(np.float32) + 0.01 * rng.standard_normal(
        (44_100, 1)
    )
    nothing = wave[:0]
    for before, after in ((nothing, wave[30_000:40_000]), (wave[1_000:5_000], nothing), (nothing, nothing)):
        stretch = wave[5_000:30_000]
        made = closed(stretch.astype(np.float32), before, after, 44_100)
        assert made.shape == stretch.shape
        assert step_at_seams(made) < 1.5
        assert np.array_equal(made[2_000:-2_000], stretch[2_000:-2_000].astype(np.float32))


def test_a_stretch_within_a_track_is_no_loop():
    rng = np.random.default_rng(2)
    audio = 0.1 * rng.standard_normal((44_100 * 4, 2)).astype(np.float32)
    made = edit(audio, 44_100, prompt="make a seamless loop", first=0.25, last=0.75)
    assert not made.loop


@pytest.mark.slow
@pytest.mark.parametrize(
    ("caption", "kind", "track", "keys"),
    [
        ("drum loop", "one-shot", "drums", {36}),
        ("trap hi-hat loop", "loop", "drums", {42, 46}),
        ("kick and snare loop", "loop", "drums", {36, 38}),
        ("percussion one-shot", "one-shot", "percussion", {63}),
    ],
)
def test_a_sample_is_what_its_caption_names(caption, kind, track, keys):
    made = generate_sample(read_caption(caption, duration=2), kind, seed=1)
    assert {part.track for part in made.score.parts} == {track}
    assert {round(note.pitch) for part in made.score.parts for note in part.notes} <= keys
