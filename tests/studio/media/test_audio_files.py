"""Audio files: exact where they can be, refused in one clear line where they can't be read."""

from __future__ import annotations

import re
import subprocess
import sys

import numpy as np
import pytest
import soundfile

from audiopod_mcp.studio.engines.base import EngineRefused
from audiopod_mcp.studio.media.audio_files import exact_subtype, read_audio, write_audio

RATE = 44_100


@pytest.fixture(scope="module")
def noise():
    return np.random.default_rng(0).integers(-(2**15), 2**15, (RATE, 2)).astype(np.int16)


@pytest.mark.parametrize("kind", ["wav", "flac"])
def test_sixteen_bits_come_back_bit_for_bit(tmp_path, noise, kind):
    soundfile.write(tmp_path / f"in.{kind}", noise, RATE)
    audio, rate, subtype = read_audio(tmp_path / f"in.{kind}")
    write_audio(tmp_path / f"out.{kind}", audio, rate, subtype=exact_subtype(subtype))
    again, _ = soundfile.read(tmp_path / f"out.{kind}", dtype="int16")
    assert subtype == "PCM_16"
    assert np.array_equal(again, noise)


def test_twenty_four_bits_come_back_bit_for_bit(tmp_path):
    samples = np.random.default_rng(1).integers(-(2**23), 2**23, (RATE, 1)).astype(np.int32) << 8
    soundfile.write(tmp_path / "in.wav", samples, 96_000, subtype="PCM_24")
    audio, rate, subtype = read_audio(tmp_path / "in.wav")
    write_audio(tmp_path / "out.flac", audio, rate, subtype=exact_subtype(subtype))
    again, _ = soundfile.read(tmp_path / "out.flac", dtype="int32", always_2d=True)
    assert rate == 96_000
    assert np.array_equal(again, samples)


def test_what_is_over_full_scale_is_clipped_and_does_not_wrap(tmp_path):
    write_audio(tmp_path / "loud.wav", np.array([[1.5], [-1.5], [1.0]], np.float32), RATE)
    again, _ = soundfile.read(tmp_path / "loud.wav", dtype="int16")
    assert again.tolist() == [2**15 - 1, -(2**15), 2**15 - 1]


@pytest.mark.parametrize(("kind", "tolerance"), [("wav", 0), ("flac", 0), ("ogg", 0), ("mp3", 2500)])
def test_every_format_is_written_and_read(tmp_path, kind, tolerance):
    time = np.arange(2 * RATE) / RATE
    tone = (0.4 * np.sin(2 * np.pi * 440 * time))[:, None].repeat(2, axis=1).astype(np.float32)
    write_audio(tmp_path / "out.part", tone, RATE, kind)
    audio, rate, _ = read_audio(tmp_path / "out.part")
    assert rate == RATE
    assert abs(len(audio) - len(tone)) <= tolerance
    assert np.abs(audio).max() == pytest.approx(0.4, abs=0.03)
    assert [file.name for file in tmp_path.iterdir()] == ["out.part"]


@pytest.mark.slow
def test_a_long_ogg_does_not_kill_the_process(tmp_path):
    audio = np.zeros((4_000_000, 2), np.float32)
    audio[::100] = 0.1
    write_audio(tmp_path / "long.ogg", audio, RATE)
    assert soundfile.info(tmp_path / "long.ogg").frames == len(audio)


def test_mp3_takes_any_rate_and_any_number_of_channels(tmp_path):
    write_audio(tmp_path / "wide.mp3", np.zeros((96_000, 6), np.float32), 96_000)
    audio, rate, _ = read_audio(tmp_path / "wide.mp3")
    assert rate == 48_000
    assert audio.shape[1] == 2


def test_work_stopped_while_writing_leaves_nothing_behind(tmp_path):
    def stop(fraction, doing):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_audio(tmp_path / "never.wav", np.zeros((10, 1), np.float32), RATE, report=stop)
    assert list(tmp_path.iterdir()) == []


def hostile(tmp_path):
    good = np.zeros((RATE * 3, 2), np.int16)
    soundfile.write(tmp_path / "good.wav", good, RATE)
    files = {
        "empty.wav": b"",
        "text.mp3": b"this is a shopping list\n" * 100,
        "random.flac": np.random.default_rng(2).bytes(50_000),
        "archive.wav": b"PK\x03\x04" + bytes(1000),
        "header only.wav": (tmp_path / "good.wav").read_bytes()[:44],
    }
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    bad = np.zeros((RATE, 2), np.float32)
    bad[7] = np.nan, np.inf
    soundfile.write(tmp_path / "nan.wav", bad, RATE, subtype="FLOAT")
    bad[7] = 1e25
    soundfile.write(tmp_path / "loud.wav", bad, RATE, subtype="FLOAT")
    soundfile.write(tmp_path / "many.wav", np.zeros((100, 1024)), RATE)
    soundfile.write(tmp_path / "slow.wav", np.zeros((100, 1)), 4_000)
    soundfile.write(tmp_path / "none.wav", np.zeros((0, 1)), RATE)


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("empty.wav", "empty"),
        ("text.mp3", "not a readable audio file"),
        ("random.flac", "wav, flac, ogg, mp3"),
        ("archive.wav", "zip"),
        ("header only.wav", "no sound"),
        ("nan.wav", "NaN"),
        ("loud.wav", "1e+25 times full scale"),
        ("many.wav", "at most 8"),
        ("slow.wav", "8000 to 192000 Hz"),
        ("none.wav", "no sound"),
        ("missing.wav", "can't be opened"),
    ],
)
def test_what_can_not_be_read_is_refused_in_one_line(tmp_path, name, says):
    hostile(tmp_path)
    with pytest.raises(EngineRefused, match=re.escape(says)) as refused:
        read_audio(tmp_path / name, argument="src_audio_url")
    line = str(refused.value)
    assert line.startswith("src_audio_url: ")
    assert "\n" not in line
    assert str(tmp_path) not in line


def test_a_long_file_is_refused_before_it_is_decoded(tmp_path):
    soundfile.write(tmp_path / "long.flac", np.zeros((RATE * 61, 1), np.int16), RATE)
    with pytest.raises(EngineRefused, match=r"1:01 min long; at most 1:00 min"):
        read_audio(tmp_path / "long.flac", max_seconds=60)


def test_a_wav_from_a_pipe_is_whole(tmp_path):
    soundfile.write(tmp_path / "a.wav", np.ones((RATE, 1), np.int16), RATE)
    content = bytearray((tmp_path / "a.wav").read_bytes())
    content[4:8] = content[40:44] = b"\xff\xff\xff\xff"
    (tmp_path / "piped.wav").write_bytes(content)
    assert len(read_audio(tmp_path / "piped.wav")[0]) == RATE


FILLED = """
import json, resource, signal, sys
from pathlib import Path
import numpy as np
from audiopod_mcp.disk import DiskFull
from audiopod_mcp.studio.media.audio_files import write_audio

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
path = Path(sys.argv[1])
audio = np.random.default_rng(1).normal(0, 0.3, (44_100, 2)).astype(np.float32)
write_audio(path, audio, 44_100)
size = path.stat().st_size
path.unlink()
for missing in (size - 100, size // 2, 5000, 1000, 10, 1):
    resource.setrlimit(resource.RLIMIT_FSIZE, (size - missing, resource.RLIM_INFINITY))
    try:
        write_audio(path, audio, 44_100)
    except DiskFull as error:
        assert error.needed == 176_400
    else:
        raise SystemExit(f"{missing} bytes are missing")
    assert list(path.parent.iterdir()) == []
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="has no limit of a file's size")
@pytest.mark.parametrize("kind", ["wav", "flac", "ogg", "mp3"])
def test_a_file_that_finds_no_room_is_an_error_to_its_last_byte(tmp_path, kind):
    subprocess.run([sys.executable, "-c", FILLED, str(tmp_path / f"a.{kind}")], check=True, timeout=170)
