"""A reference lends its tempo, key, density, balance, width and loudness, and none of its notes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from audiopod_mcp.music.analysis.analyze import analyze
from audiopod_mcp.music.captions.parse import read_caption
from audiopod_mcp.music.effects.mix_matching import (
    apply_filter,
    equalizer_filter,
    scale_stereo_width,
    spectral_balance,
    stereo_width,
)
from audiopod_mcp.music.generation.generate import generate
from audiopod_mcp.music.generation.reference import reference
from audiopod_mcp.music.model import SAMPLE_RATE, Activity, Refused
from audiopod_mcp.music.signal.loudness import integrated_loudness
from tests.music.judging import assert_stems_sum

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("heard_once")]


@pytest.fixture(scope="module")
def dull(recording):
    """The recording, dull, narrow and quiet."""
    audio = apply_filter(recording.audio, equalizer_filter(np.linspace(6, -18, 19), recording.rate))
    return scale_stereo_width(audio, 0.3) * np.float32(0.5)


@pytest.fixture(scope="module")
def made(dull, recording):
    return reference(dull, recording.rate, caption="soul with organ", seed=1, duration=8)


def test_tempo_and_key_are_the_reference_s(dull, recording, made):
    assert min(abs(made.score.tempo / 110 - r) for r in (0.5, 1, 2)) < 0.02
    assert made.score.key == analyze(dull, recording.rate).key
    assert made.score.brief.style == "soul"
    assert len(made.audio) == 8 * SAMPLE_RATE


def test_loudness_width_and_balance_are_the_reference_s(dull, recording, made):
    assert integrated_loudness(made.audio, SAMPLE_RATE) == pytest.approx(
        integrated_loudness(dull, recording.rate), abs=1.0
    )
    assert stereo_width(made.audio) == pytest.approx(stereo_width(dull), abs=0.05)
    plain = reference(recording.audio, recording.rate, caption="soul with organ", seed=1, duration=8)
    target, middle = spectral_balance(dull, recording.rate), slice(4, 17)
    near = np.abs(spectral_balance(made.audio, SAMPLE_RATE) - target)[middle].mean()
    far = np.abs(spectral_balance(plain.audio, SAMPLE_RATE) - target)[middle].mean()
    assert near < 0.8 * far


def test_a_busy_reference_makes_busy_players_and_a_bare_one_bare_ones():
    def heard(level):
        brief = read_caption("pop", tempo=110, key="C major", duration=8, instrumental=True)
        source = generate(replace(brief, activity=Activity(level, level, level, level)), seed=1)
        made = reference(source.audio, SAMPLE_RATE, caption="rock", seed=1, duration=8)
        return made.score.brief.activity.drums, analyze(made.audio, SAMPLE_RATE).density

    (bare, few), (busy, many) = heard(0.0), heard(1.0)
    assert bare < 0.5 < busy
    assert few < 1.4 < 1.8 < many


def test_stems_sum_and_the_seed_decides(dull, recording, made):
    assert_stems_sum(made)
    again = reference(dull, recording.rate, caption="soul with organ", seed=1, duration=8)
    assert np.array_equal(again.audio, made.audio)


def test_what_is_stated_wins(recording):
    made = reference(
        recording.audio, recording.rate, caption="pop at 140 BPM", key="F major", duration=3, seed=2
    )
    assert made.score.tempo == pytest.approx(140, rel=0.01)
    assert made.score.key == "F major"


def test_silence_is_refused():
    with pytest.raises(Refused, match=r"^reference: .* no sound to go by"):
        reference(np.zeros((44_100 * 2, 2), np.float32), 44_100, caption="pop")
