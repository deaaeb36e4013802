"""Stems that don't fit into memory: on the disk they are the same, and long music takes little memory."""

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audiopod_mcp.music.captions.parse import read_caption
from audiopod_mcp.music.composition import compose
from audiopod_mcp.music.generation.generate import generate_sample
from audiopod_mcp.music.generation.production import Production
from audiopod_mcp.music.synthesis import Multitrack, multitrack, record


def steps(samples):
    """Things that are done to stems, in any order."""
    cut = st.tuples(st.just("cut"), st.integers(0, samples), st.integers(1, 2 * samples))
    scale = st.tuples(st.just("scale"), st.floats(0, 2, width=32), st.just(0))
    turn = st.tuples(st.just("turn"), st.just(0), st.just(0))
    return st.lists(st.one_of(cut, scale, turn), max_size=6)


def worked_on(arrays, done):
    """What ``done`` makes of stems, by the class and by plain numpy."""
    music = Multitrack.gather((str(number), array.copy()) for number, array in enumerate(arrays))
    for name, first, second in done:
        if name == "cut":
            music.cut(first, second)
            arrays = [array[first : first + second] for array in arrays]
            arrays = [np.pad(array, ((0, second - len(array)), (0, 0))) for array in arrays]
        elif name == "scale":
            curve = np.linspace(first, 1, music.samples, dtype=np.float32)
            music.scale(curve)
            arrays = [array * curve[:, None] for array in arrays]
        else:
            music.map(lambda stem: stem[::-1] * np.float32(0.5))
            arrays = [array[::-1] * np.float32(0.5) for array in arrays]
    return music, arrays


@settings(max_examples=60, deadline=None)
@given(st.data(), st.integers(1, 4), st.integers(1, 3000), st.integers(1, 3), st.integers(0, 60_000))
def test_stems_are_the_same_wherever_they_lie(data, count, samples, channels, room):
    rng = np.random.default_rng(count * samples)
    arrays = [rng.standard_normal((samples, channels)).astype(np.float32) for _ in range(count)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(multitrack, "IN_MEMORY", room)
        patch.setattr(multitrack, "BLOCK", 700)
        music, expected = worked_on(arrays, data.draw(steps(samples)))
        assert len(music) == count
        for number, array in enumerate(expected):
            assert np.array_equal(music[str(number)], array)
        assert np.allclose(music.mixdown(), np.sum(expected, axis=0), atol=1e-5)


@pytest.mark.slow
def test_a_song_whose_stems_lie_on_the_disk_is_the_same_bit_for_bit(monkeypatch):
    score = compose(read_caption("gospel with organ, strings and choir, 130 bpm", duration=7.0), seed=3)
    made = Production.record(score)
    made.fade_out(2.0)
    made.match(-20.0)
    song = made.rendering(score)
    mix, expected = song.audio, dict(song.stems)
    monkeypatch.setattr(multitrack, "IN_MEMORY", 0)
    again = Production.repeat(song.recipe)
    assert np.array_equal(again.audio, mix)
    assert np.array_equal(np.sum(list(expected.values()), axis=0), mix)
    assert list(again.stems) == list(expected)
    assert all(np.array_equal(again.stems[track], stem) for track, stem in expected.items())


@pytest.mark.slow
def test_stems_that_are_played_when_somebody_looks_sum_to_the_mix_to_the_last_bit():
    for caption in ("house loop, 124 bpm", "mono samba loop"):
        loop = generate_sample(read_caption(caption), "loop", seed=2)
        assert len(loop.stems) == len(set(loop.stems)) > 1
        assert np.array_equal(np.sum(list(loop.stems.values()), axis=0), loop.audio)


def test_a_place_that_is_full_is_an_error_of_the_system(monkeypatch):
    monkeypatch.setattr(multitrack, "IN_MEMORY", 0)
    monkeypatch.setattr(multitrack.tempfile, "tempdir", "/nowhere/at/all")
    score = compose(read_caption("solo piano", duration=2.0), seed=3)
    with pytest.raises(OSError, match="nowhere"):
        record(score)


_SONG = """
import re
from audiopod_mcp import music
song = music.generate("orchestral pop with piano, strings, brass, electric guitar, choir", duration=90, seed=5)
assert len(song.stems) > 6 and len(song.audio) == 90 * 44100
print(int(re.search(r"VmHWM:\\s*(\\d+) kB", open("/proc/self/status").read())[1]) // 1024)
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="measures memory as Linux counts it")
def test_a_minute_and_a_half_of_many_players_is_made_in_little_memory():
    """It takes 219 MiB; the stems alone would be 285 MB."""
    made = subprocess.run([sys.executable, "-c", _SONG], capture_output=True, text=True, check=True)
    assert int(made.stdout) < 270, "MiB"
