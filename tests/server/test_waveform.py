"""The picture of a recording shows what is in it."""

import struct
import zlib

import numpy as np
import pytest
import soundfile

from audiopod_mcp.server.png import AXIS
from audiopod_mcp.server.waveform import HEIGHT, PEAK, RMS, WIDTH, draw


def pixels(png):
    """The palette indices of a PNG, shape (rows, columns)."""
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    data, offset = b"", 8
    while offset < len(png):
        (length,) = struct.unpack(">I", png[offset : offset + 4])
        kind, content = png[offset + 4 : offset + 8], png[offset + 8 : offset + 8 + length]
        assert struct.unpack(">I", png[offset + 8 + length : offset + 12 + length])[0] == zlib.crc32(
            kind + content
        )
        if kind == b"IHDR":
            assert struct.unpack(">II", content[:8]) == (WIDTH, HEIGHT)
        if kind == b"IDAT":
            data += content
        offset += 12 + length
    return np.frombuffer(zlib.decompress(data), np.uint8).reshape(HEIGHT, WIDTH + 1)[:, 1:]


def heights(png):
    """How many pixels of each column are sound."""
    return np.isin(pixels(png)[: HEIGHT - AXIS], (PEAK, RMS)).sum(0)


def test_loud_and_quiet_halves_look_so(tmp_path):
    rate = 8000
    t = np.arange(10 * rate) / rate
    soundfile.write(tmp_path / "a.wav", np.where(t < 5, 0.9, 0.1) * np.sin(2 * np.pi * 220 * t), rate)
    height = heights(draw(str(tmp_path / "a.wav")))
    rows = HEIGHT - AXIS
    assert height[10:590].mean() == pytest.approx(0.9 * rows, abs=4)
    assert height[610:1190].mean() == pytest.approx(0.1 * rows, abs=4)


def test_short_silent_stereo_and_many_channels(tmp_path):
    for name, samples in {
        "one sample": np.ones(1),
        "silence": np.zeros((44_100, 2)),
        "eight channels": np.full((3000, 8), 0.5),
    }.items():
        path = tmp_path / f"{name}.wav"
        soundfile.write(path, samples, 44_100)
        assert heights(draw(str(path))).min() >= 1


def test_values_that_are_none_do_not_spoil_the_picture(tmp_path):
    samples = np.full(9000, 0.5, np.float32)
    samples[::100] = np.nan
    samples[50] = np.inf
    soundfile.write(tmp_path / "nan.wav", samples, 8000, subtype="FLOAT")
    assert heights(draw(str(tmp_path / "nan.wav"))).max() <= HEIGHT - AXIS


def test_what_is_no_audio_is_an_error_in_words(tmp_path):
    (tmp_path / "text.wav").write_text("no music")
    soundfile.write(tmp_path / "empty.wav", np.zeros(0), 8000)
    for name in ("text.wav", "empty.wav"):
        with pytest.raises(ValueError, match="audio"):
            draw(str(tmp_path / name))
