"""What is made of a master has the true peak of a master, and ends without a click."""

from __future__ import annotations

import numpy as np
import pytest

from audiopod_mcp import music
from audiopod_mcp.music.signal.loudness import true_peak
from tests.music.judging import assert_stems_sum

pytestmark = pytest.mark.slow

CEILING = -0.97
"""dBTP: −1, and what the limiter may be off by."""


def test_versions_of_a_master_keep_its_true_peak():
    song = music.generate("hip hop", duration=6, seed=2)
    assert true_peak(song.audio, song.rate) < CEILING
    for made in (
        music.extend(song, before=3, after=3, seed=2),
        music.repaint(song, 2, 4, "funk", seed=1),
        music.cover(song, "bossa nova", seed=1),
    ):
        assert true_peak(made.audio, made.rate) < CEILING
        assert np.abs(made.audio[-1]).max() < 0.001
        assert_stems_sum(made)
