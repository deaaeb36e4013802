"""The spectrogram shows a tone at its height and its time."""

import struct
import zlib

import numpy as np
import pytest
import soundfile

from audiopod_mcp.pictures.plot import AXIS, OWN, STRIP, TOLD, WIDTH
from audiopod_mcp.pictures.spectrogram import BANDS, SHADES, UP, draw_spectrogram

HEIGHT = BANDS * UP


def shades(png):
    """Brightness of the plot, shape (rows, columns), 0 to 1."""
    width, rows = struct.unpack(">II", png[16:24])
    assert (width, rows) == (WIDTH, HEIGHT + TOLD + STRIP + AXIS)
    start = png.index(b"IDAT") + 4
    (length,) = struct.unpack(">I", png[start - 8 : start - 4])
    lines = np.frombuffer(zlib.decompress(png[start : start + length]), np.uint8)
    return (lines.reshape(rows, WIDTH + 1)[:HEIGHT, 1:].astype(int) - OWN) / (SHADES - 1)


def row_of(hertz):
    """The row where a frequency is, of all between 30 Hz and 16 kHz on the mel scale."""
    low, at, high = (np.log10(1 + f / 700) for f in (30, hertz, 16_000))
    return (1 - (at - low) / (high - low)) * HEIGHT


@pytest.mark.parametrize("hertz", [100, 440, 3000, 10_000])
def test_a_tone_in_the_second_half(tmp_path, hertz):
    t = np.arange(4 * 44_100) / 44_100
    soundfile.write(tmp_path / "a.wav", np.where(t < 2, 0, 0.5) * np.sin(2 * np.pi * hertz * t), 44_100)
    shade = shades(draw_spectrogram(str(tmp_path / "a.wav")))
    assert shade[:, 750].argmax() == pytest.approx(row_of(hertz), abs=5)
    assert shade[:, 550:950].max(0).min() > 0.95
    assert shade[:, 60:450].max() == 0


def test_short_silent_and_broken(tmp_path):
    for name, samples in {
        "one": np.ones(1),
        "silence": np.zeros((9000, 2)),
        "nan": np.full(9000, np.nan),
    }.items():
        soundfile.write(tmp_path / f"{name}.wav", samples, 8000, subtype="FLOAT")
        assert shades(draw_spectrogram(str(tmp_path / f"{name}.wav"))).shape == (HEIGHT, WIDTH)
    (tmp_path / "text.wav").write_text("no music")
    with pytest.raises(ValueError, match="audio"):
        draw_spectrogram(str(tmp_path / "text.wav"))


def test_a_busy_picture_is_small(tmp_path):
    noise = np.random.default_rng(1).normal(size=44_100 * 40)
    soundfile.write(tmp_path / "a.wav", noise * np.repeat(np.linspace(0, 0.2, 160), 44_100 // 4), 44_100)
    assert len(draw_spectrogram(str(tmp_path / "a.wav"))) < 40_000
