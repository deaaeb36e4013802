"""The picture of a recording shows what is in it."""

import struct
import zlib

import numpy as np
import pytest
import soundfile

from audiopod_mcp.pictures.lettering import write
from audiopod_mcp.pictures.plot import AXIS, CURVE, HEAD, INK, MARK, STRIP, TOLD, WIDTH
from audiopod_mcp.pictures.waveform import HEIGHT, PEAK, RMS, draw_waveform


def pixels(png):
    """The palette indices of a PNG, shape (rows, columns)."""
    rows = int.from_bytes(png[20:24])
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    data, offset = b"", 8
    while offset < len(png):
        (length,) = struct.unpack(">I", png[offset : offset + 4])
        kind, content = png[offset + 4 : offset + 8], png[offset + 8 : offset + 8 + length]
        assert struct.unpack(">I", png[offset + 8 + length : offset + 12 + length])[0] == zlib.crc32(
            kind + content
        )
        if kind == b"IHDR":
            assert struct.unpack(">II", content[:8]) == (WIDTH, rows)
        if kind == b"IDAT":
            data += content
        offset += 12 + length
    return np.frombuffer(zlib.decompress(data), np.uint8).reshape(rows, WIDTH + 1)[:, 1:]


def heights(png):
    """How many pixels of each column are sound."""
    return np.isin(pixels(png)[:HEIGHT], (PEAK, RMS)).sum(0)


def test_loud_and_quiet_halves_look_so(tmp_path):
    rate = 8000
    t = np.arange(10 * rate) / rate
    soundfile.write(tmp_path / "a.wav", np.where(t < 5, 0.9, 0.1) * np.sin(2 * np.pi * 220 * t), rate)
    height = heights(draw_waveform(str(tmp_path / "a.wav")))
    assert height[10:490].mean() == pytest.approx(0.9 * HEIGHT, abs=4)
    assert height[510:990].mean() == pytest.approx(0.1 * HEIGHT, abs=4)


def shown(picture, text, scale=2):
    """Whether ``text`` is written somewhere in the picture, in any one colour."""
    stencil = np.zeros((7 * scale, 6 * scale * len(text)), bool)
    write(stencil, 0, 0, text, True, scale)
    return any(
        (np.lib.stride_tricks.sliding_window_view(picture == ink, stencil.shape) == stencil).all((2, 3)).any()
        for ink in (INK, MARK)
    )


def test_parts_loudness_and_time_are_told(tmp_path):
    rate = 8000
    t = np.arange(20 * rate) / rate
    # A sine of 997 Hz with a peak of -23 dB has -26.01 LUFS (BS.1770-4); the three blocks that it ends in, -0.07.
    sine = 10 ** (-23 / 20) * np.sin(2 * np.pi * 997 * t)
    soundfile.write(tmp_path / "a.wav", np.where(t < 10, sine, 0), rate, subtype="FLOAT")
    parts = [(0, 10, "intro"), (10, 19.9, "Refrain é"), (19.9, 20, "outro"), (30, 40, "beyond")]
    picture = pixels(draw_waveform(str(tmp_path / "a.wav"), parts))
    assert len(picture) == HEAD + HEIGHT + TOLD + STRIP + AXIS
    head, told = picture[:HEAD], picture[HEAD + HEIGHT : -AXIS]
    assert [shown(head, name) for name in ("INTRO", "REFRAIN", "OUTRO", "BEYOND")] == [
        True,
        True,
        False,
        False,
    ]
    assert [x for x in range(WIDTH) if (picture[: HEAD + HEIGHT, x] == MARK).all()] == [500, 995]
    assert shown(told[:TOLD], "LOUDNESS -26.1 LUFS")
    curve = (told[TOLD:] == CURVE).sum(0)
    assert curve[100:400].min() > 10
    assert curve[600:].max() == 0
    assert all(shown(picture[-AXIS:], time) for time in ("0:00", "0:02", "0:18"))


def test_what_is_unknown_is_not_told(tmp_path):
    soundfile.write(tmp_path / "a.wav", np.zeros(9000), 8000)
    picture = pixels(draw_waveform(str(tmp_path / "a.wav")))
    assert len(picture) == HEIGHT + TOLD + STRIP + AXIS
    assert MARK not in picture
    assert shown(picture[HEIGHT : HEIGHT + TOLD], "SILENT")


def test_short_silent_stereo_and_many_channels(tmp_path):
    for name, samples in {
        "one sample": np.ones(1),
        "silence": np.zeros((44_100, 2)),
        "eight channels": np.full((3000, 8), 0.5),
    }.items():
        path = tmp_path / f"{name}.wav"
        soundfile.write(path, samples, 44_100)
        assert heights(draw_waveform(str(path))).min() >= 1


def test_values_that_are_none_do_not_spoil_the_picture(tmp_path):
    samples = np.full(9000, 0.5, np.float32)
    samples[::100] = np.nan
    samples[50] = np.inf
    soundfile.write(tmp_path / "nan.wav", samples, 8000, subtype="FLOAT")
    assert heights(draw_waveform(str(tmp_path / "nan.wav"))).max() <= HEIGHT


def test_what_is_no_audio_is_an_error_in_words(tmp_path):
    (tmp_path / "text.wav").write_text("no music")
    soundfile.write(tmp_path / "empty.wav", np.zeros(0), 8000)
    for name in ("text.wav", "empty.wav"):
        with pytest.raises(ValueError, match="audio"):
            draw_waveform(str(tmp_path / name))
