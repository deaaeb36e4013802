"""The spectrogram shows a tone at its height and its time."""

import numpy as np
import pytest
import soundfile

from audiopod_mcp.pictures import draw

from .reading import pixels, places, plot_of

HEIGHT = 192
"""Rows of the plot, where no part of the music is known."""
MARKS = ("100 Hz", "500 Hz", "1 kHz", "2 kHz", "5 kHz", "10 kHz")


def brightness(path):
    """Of the plot, shape (rows, columns), 0 to 1."""
    plot = plot_of(pixels(draw("spectrogram", str(path))))[:HEIGHT].sum(-1)
    return (plot - 4) / (252 + 253 + 191 - 4)


def row_of(hertz):
    """The row where a frequency is, of all between 30 Hz and 16 kHz on the mel scale."""
    low, at, high = (np.log10(1 + f / 700) for f in (30, hertz, 16_000))
    return (1 - (at - low) / (high - low)) * HEIGHT


@pytest.mark.parametrize("hertz", [100, 440, 3000, 10_000])
def test_a_tone_in_the_second_half(tmp_path, hertz):
    t = np.arange(4 * 44_100) / 44_100
    soundfile.write(tmp_path / "a.wav", np.where(t < 2, 0, 0.5) * np.sin(2 * np.pi * hertz * t), 44_100)
    shade = brightness(tmp_path / "a.wav")
    assert shade[:, 710].argmax() == pytest.approx(row_of(hertz), abs=5)
    assert shade[:, 520:900].max(0).min() > 0.9
    assert shade[:, 60:420].max() == 0


@pytest.mark.parametrize(("rate", "marks"), [(44_100, MARKS), (8000, MARKS[:4])])
def test_frequencies_are_told_as_far_as_they_go(tmp_path, rate, marks):
    soundfile.write(tmp_path / "a.wav", np.zeros(rate), rate)
    picture = pixels(draw("spectrogram", str(tmp_path / "a.wav")))
    found = {mark: places(picture, mark, 12) for mark in MARKS}
    assert [mark for mark in MARKS if found[mark]] == list(marks)
    rows = [found[mark][0][0] for mark in marks]
    assert rows == sorted(rows, reverse=True)
    if rate == 44_100:
        assert rows == pytest.approx(
            [row_of(hertz) - 5 for hertz in (100, 500, 1000, 2000, 5000, 10_000)], abs=2
        )


def test_short_silent_and_broken(tmp_path):
    for name, samples in {
        "one": np.ones(1),
        "silence": np.zeros((9000, 2)),
        "nan": np.full(9000, np.nan),
    }.items():
        soundfile.write(tmp_path / f"{name}.wav", samples, 8000, subtype="FLOAT")
        assert brightness(tmp_path / f"{name}.wav").max() == 0
    (tmp_path / "text.wav").write_text("no music")
    with pytest.raises(ValueError, match="audio"):
        draw("spectrogram", str(tmp_path / "text.wav"))


@pytest.mark.slow
def test_a_busy_picture_is_small_and_always_the_same(tmp_path):
    noise = np.random.default_rng(1).normal(size=44_100 * 40)
    soundfile.write(tmp_path / "a.wav", noise * np.repeat(np.linspace(0, 0.2, 160), 44_100 // 4), 44_100)
    picture = draw("spectrogram", str(tmp_path / "a.wav"))
    assert len(picture) < 40_000
    assert picture == draw("spectrogram", str(tmp_path / "a.wav"))
