import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.signal import ShortTimeFFT

from audiopod_mcp.music.model import ignore_progress
from audiopod_mcp.music.signal.blocks import process_in_blocks
from audiopod_mcp.music.signal.downmix import halve
from audiopod_mcp.music.signal.stft import STFT, hann, root_hann, sine

TRANSFORMS = {
    "sine, half overlap": STFT(sine(256), 128, (128, 255)),
    "root of Hann, three quarters": STFT(root_hann(256), 64, (256, 256)),
    "Hann, three quarters": STFT(hann(256), 64, (192, 255)),
    "no overlap": STFT(np.ones(64, np.float32), 64, (0, 63)),
}


def signal(samples, channels, seed=0):
    shape = (samples, channels) if channels else samples
    return np.random.default_rng(seed).uniform(-1, 1, shape).astype(np.float32)


@given(st.sampled_from(sorted(TRANSFORMS)), st.integers(1, 1500), st.integers(0, 3), st.integers(1, 30))
def test_the_inverse_gives_back_every_sample(name, samples, channels, block):
    transform, audio = TRANSFORMS[name], signal(samples, channels)
    back = transform.inverse(transform.blocks(audio, block), samples)
    assert back.dtype == np.float32
    overlap = transform.overlap(samples)
    assert back == pytest.approx(audio * (overlap[:, None] if channels else overlap), abs=2e-6)
    assert overlap.min(initial=1.0) > 0.4


@pytest.mark.parametrize("samples", [0, 1, 511, 512, 70_000, 70_001])
def test_half_the_rate_has_the_same_spectra_as_far_as_it_goes(samples):
    transform, audio = STFT.centered(1024, 256), signal(samples, 0)
    low = slice(0, 4 * 256 // 5)  # of the 257 bins that half the rate has
    (whole,), (half,) = (
        list(transform.magnitudes(audio, 1000, low)),
        list(transform.halved().magnitudes(halve(audio), 1000, low)),
    )
    assert half[1].shape == whole[1].shape
    inner = slice(
        4, -4
    )  # what is beyond the ends is silence for the one, and the filter's ringing for the other
    assert half[1][inner] == pytest.approx(whole[1][inner], abs=2e-4)


@given(st.integers(0, 3000), st.integers(1, 40))
def test_blocks_of_any_size_are_the_same_spectra(samples, block):
    transform, audio = STFT.centered(256, 100), signal(samples, 0)
    parts = list(transform.blocks(audio, block))
    assert [first for first, _ in parts] == list(range(0, samples // 100 + 1, block))
    assert np.array_equal(np.concatenate([part for _, part in parts]), transform.forward(audio))


def test_frames_are_where_scipy_has_them():
    audio, transform = signal(2000, 0), STFT.centered(256, 64)
    theirs = ShortTimeFFT(hann(256).astype(float), 64, 1.0).stft(audio, p0=0, p1=2000 // 64 + 1).T
    # scipy turns phases as if every frame began at its centre.
    turn = np.exp(1j * np.pi * np.arange(129))
    assert transform.forward(audio) == pytest.approx(theirs * turn, abs=1e-4)
    assert transform.times(3, 64) == pytest.approx([0, 1, 2])


def test_the_overlap_of_the_windows_is_constant_within_a_signal():
    assert TRANSFORMS["sine, half overlap"].overlap(999) == pytest.approx(1.0, abs=1e-6)
    assert TRANSFORMS["root of Hann, three quarters"].overlap(999) == pytest.approx(2.0, abs=1e-6)


@settings(max_examples=30)
@given(st.floats(0.01, 40.0), st.integers(1, 3))
def test_work_in_blocks_that_changes_nothing_gives_back_the_recording(seconds, channels):
    rate = 50
    audio = signal(round(seconds * rate), channels)
    out = process_in_blocks(
        audio, rate, lambda block, start, tell: block.copy(), ignore_progress, seconds=6.0
    )
    assert out == pytest.approx(audio, abs=1e-6)
