"""Rooms and places: every style has one, the low end is in the middle, and nothing is lost in mono."""

import numpy as np
import pytest
from scipy.signal import butter, sosfiltfilt

from audiopod_mcp.music.composition import compose
from audiopod_mcp.music.model import SAMPLE_RATE, Brief, Note, Part, Score
from audiopod_mcp.music.styles import STYLES
from audiopod_mcp.music.synthesis import INSTRUMENTS, mix, render
from audiopod_mcp.music.synthesis.rooms import ROOMS


def struck(*keys: int, style: str = "pop", tempo: float = 120.0, dry: bool = False) -> np.ndarray:
    """One stroke of each of these drums, all at once, in the room of a style."""
    notes = tuple(Note(0.0, 0.1, key, 100) for key in keys)
    brief = Brief("", style=style, tempo=tempo, dry=dry)
    drums = (Part("drums", "acoustic kit", notes),)
    return mix(render(Score(1, 3.5, tempo, "C major", "4/4", (), (), (), (), drums, brief=brief)))


def decibels(audio: np.ndarray) -> float:
    return float(10 * np.log10(np.mean(np.square(audio)) + 1e-20))


def test_every_style_has_a_room_and_every_room_a_style() -> None:
    assert {style.room for style in STYLES.values()} == set(ROOMS)
    assert all(seat in INSTRUMENTS for room in ROOMS.values() for seat in room.seats)


@pytest.mark.slow
@pytest.mark.parametrize("style", ["classical", "funk"])
def test_a_band_is_wide_but_not_in_its_bass_and_little_is_lost_in_mono(style: str) -> None:
    audio = mix(render(compose(Brief("", style=style, duration=8.0), seed=4)))
    both, side = audio.mean(axis=1), audio[:, 0] - audio[:, 1]
    assert decibels(side) > decibels(both) - 25, "it is stereo"
    assert decibels(audio) - decibels(both) < 2
    low = sosfiltfilt(butter(4, 100, fs=SAMPLE_RATE, output="sos"), audio, axis=0)
    assert decibels(low) - decibels(low.mean(axis=1)) < 0.6


def test_the_bass_drum_is_in_the_middle_and_the_hi_hat_is_not() -> None:
    left, right = struck(36, dry=True).T
    assert np.array_equal(left, right)
    left, right = struck(42, dry=True).T
    assert decibels(right) > decibels(left) + 2


def test_a_hall_rings_longer_than_a_booth_and_shorter_in_fast_music_and_dry_is_without_either() -> None:
    def ringing(**where: object) -> float:
        """The level of the second after the first one, over all."""
        audio = struck(38, **where)
        return decibels(audio[SAMPLE_RATE : 2 * SAMPLE_RATE]) - decibels(audio)

    hall, fast = ringing(style="classical", tempo=70.0), ringing(style="classical", tempo=200.0)
    booth, dry = ringing(style="funk"), ringing(style="classical", dry=True)
    assert hall > fast + 6
    assert fast > booth - 6
    assert hall > booth + 15
    assert dry < -100
