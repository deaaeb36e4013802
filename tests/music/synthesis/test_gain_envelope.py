"""A gain that moves is the same for stems in memory and on the disk, whatever else is done to them."""

import tempfile

import numpy as np
import pytest

from audiopod_mcp.music.synthesis.gain_envelope import GAIN_BLOCK, GainEnvelope
from audiopod_mcp.music.synthesis.multitrack import DiskTape, Multitrack, pieces

SAMPLES = 1_000


def on_the_disk(audio):
    file = tempfile.TemporaryFile()  # noqa: SIM115 - it goes with the tape
    file.truncate(audio.nbytes)
    tape = DiskTape(file, 0, audio.shape, len(audio))
    tape[:] = audio
    return tape


def envelope():
    knots = np.random.default_rng(1).random(-(-SAMPLES // GAIN_BLOCK) + 1, np.float32)
    return GainEnvelope(knots, SAMPLES)


CHANGES = {
    "gain": lambda stems: stems.scale(np.float32(0.3)),
    "envelope": lambda stems: stems.scale(envelope()),
    "samples": lambda stems: stems.scale(np.linspace(0, 1, SAMPLES, dtype=np.float32)),
    "cut": lambda stems: stems.cut(100, SAMPLES),
    "map": lambda stems: stems.map(lambda stem: stem + np.float32(1)),
}


@pytest.mark.parametrize("step", [GAIN_BLOCK, 100, SAMPLES + 1])
def test_the_mean_square_of_a_step_is_that_of_its_samples(step):
    gain = envelope()
    gain.lower(0.5)
    count = max(1, SAMPLES // step)
    exact = [np.mean(gain[start * step : (start + 1) * step] ** 2) for start in range(count)]
    assert gain.mean_squares(step, count) == pytest.approx(exact, abs=0.05)


@pytest.mark.parametrize("order", [list(CHANGES), list(CHANGES)[::-1], ["gain", "envelope", "samples"]])
def test_stems_on_the_disk_are_changed_as_those_in_memory(order):
    audio = np.random.default_rng(0).standard_normal((SAMPLES, 2)).astype(np.float32)
    disk, memory = on_the_disk(audio), audio.copy()
    stems = Multitrack({"on the disk": disk, "in memory": memory}, SAMPLES)
    for change in order:
        CHANGES[change](stems)
    np.testing.assert_array_equal(stems["on the disk"], stems["in memory"])
    assert np.abs(stems["in memory"] - audio).max() > 0.1


def test_an_envelope_is_the_same_whatever_stretch_of_it_is_asked_for():
    gain = envelope()
    whole = gain[:].copy()
    assert whole.shape == (SAMPLES,)
    np.testing.assert_array_equal(gain[70:777], whole[70:777])
    np.testing.assert_array_equal(np.concatenate([gain[piece] for piece in pieces(SAMPLES)]), whole)
    gain.lower(0.5)
    np.testing.assert_allclose(gain[:], whole * 0.5, rtol=1e-6)
