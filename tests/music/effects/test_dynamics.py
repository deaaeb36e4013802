"""What shapes tone and dynamics leaves what it was given alone."""

import numpy as np

from audiopod_mcp.music.editing.edit import edit
from audiopod_mcp.music.effects.dynamics import bandpass


def test_a_band_that_cannot_be_had_is_a_copy():
    """A low sample rate has no sibilance: who works on that band would else work on the recording."""
    audio = np.ones((800, 1), np.float32)
    band = bandpass(audio, 8_000, 5_000.0, 10_000.0)
    band *= 0
    assert (audio == 1).all()


def test_sibilance_of_a_low_rate_leaves_the_sound():
    audio = (0.1 * np.random.default_rng(1).standard_normal((16_000, 1))).astype(np.float32)
    made = edit(audio.copy(), 8_000, prompt="quieter by 1 dB, less sibilance")
    assert np.abs(made.audio).max() > 0.1
