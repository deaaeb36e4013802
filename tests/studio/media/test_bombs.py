"""Files that are small on the disk and huge in memory: held within limits, or refused with their true size."""

import json
import subprocess
import sys

import numpy as np
import pytest
import soundfile

from audiopod_mcp.studio.engines.base import EngineRefused
from audiopod_mcp.studio.media.audio_files import HEARD_RATE, read_audio
from tests.sounds import bomb, sound

from .wild import flac_of_length

WORKER = r"""
import json, re, sys, tempfile
from pathlib import Path
from audiopod_mcp.studio.engines.base import Work
from audiopod_mcp.studio.jobs.task import Order, perform

task, path, params = json.loads(sys.argv[1])
with tempfile.TemporaryDirectory() as folder:
    result = perform(Order(Work(task, params, {"src_audio_url": Path(path)}, None, Path(folder)), "local"))
most = int(re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())[1])
print(json.dumps([result.error, most / 1024]))
"""


def done_in_a_process(task, path, **params):
    """What a worker says of ``task``, and the most memory that it ever held, MiB."""
    order = json.dumps([task, str(path), params])
    answer = subprocess.run(
        [sys.executable, "-c", WORKER, order], capture_output=True, check=True, text=True, timeout=170
    )
    return json.loads(answer.stdout)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_what_is_only_listened_to_is_mixed_down_as_it_comes(tmp_path):
    path = bomb(tmp_path / "bomb.flac", 53)  # 100 KB, 330 MB once it is decoded
    error, most = done_in_a_process("analyze", path)
    assert error is None
    assert most < 300


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
@pytest.mark.parametrize("task", ["edit", "extract_stem"])
def test_what_would_not_fit_is_refused_with_its_true_size(tmp_path, task):
    path = bomb(tmp_path / "bomb.flac", 53)
    error, most = done_in_a_process(task, path, **({"track_name": "drums"} if task == "extract_stem" else {}))
    assert error.startswith(
        "src_audio_url: the file holds 0:53 min of 8 channels at 192000 Hz, 0.3 GB once it is decoded; "
        "at most 0.26 GB are accepted, 0:41 min of such sound: send the part that matters"
    )
    assert most < 150


@pytest.mark.parametrize("samples", [0, 1, 5 * 192_000, 2**36 - 1])
def test_not_even_listening_goes_on_for_ever_whatever_the_header_says(tmp_path, monkeypatch, samples):
    monkeypatch.setattr("audiopod_mcp.studio.media.audio_files.MAX_HEARD", 4 * 8 * 192_000)
    path = tmp_path / "bomb.flac"
    path.write_bytes(flac_of_length(bomb(path, 5).read_bytes(), samples))
    with pytest.raises(EngineRefused, match=r"0:05 min of 8 channels at 192000 Hz, 0\.0 GB once"):
        read_audio(path, listening=True)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
@pytest.mark.parametrize("task", ["analyze", "edit"])
def test_a_header_that_is_silent_about_the_length_fills_no_memory(tmp_path, task):
    path = bomb(tmp_path / "bomb.flac", 53)
    tail = b"\0" * 300_000  # so that the last frame is not found either
    path.write_bytes(flac_of_length(path.read_bytes(), 0) + tail)
    error, most = done_in_a_process(task, path)
    assert most < 700
    assert error is None if task == "analyze" else "holds more than 0:41 min of 8 channels" in error


def test_mixing_down_keeps_middle_sides_and_length(tmp_path, monkeypatch):
    monkeypatch.setattr("audiopod_mcp.studio.media.audio_files.MAX_SAMPLES", 1000)
    time = np.arange(96_000) / 48_000
    tones = np.stack([0.2 * np.sin(2 * np.pi * pitch * time) for pitch in (220, 330, 440)], axis=1)
    soundfile.write(tmp_path / "three.wav", tones, 48_000)
    audio, rate, _ = read_audio(tmp_path / "three.wav", listening=True)
    assert rate == HEARD_RATE
    assert audio.shape == (2 * HEARD_RATE, 2)
    heard = np.arange(len(audio)) / HEARD_RATE

    def tone(pitch):
        return 0.2 * np.sin(2 * np.pi * pitch * heard)

    middle, side = audio.sum(axis=1) / 2, (audio[:, 0] - audio[:, 1]) / 2
    inside = slice(500, -500)
    assert np.abs(middle - (tone(220) + tone(330) + tone(440)) / 3)[inside].max() < 1e-3
    assert np.abs(side - (tone(220) - tone(330)) / 2)[inside].max() < 1e-3


@pytest.mark.parametrize("channels", range(1, 9))
def test_one_to_eight_channels_are_read_as_they_are(tmp_path, channels):
    (tmp_path / "a.flac").write_bytes(sound("flac", channels=channels))
    assert read_audio(tmp_path / "a.flac")[0].shape == (8000, channels)


@pytest.mark.parametrize(("kind", "channels"), [("wav", 9), ("wav", 255), ("ogg", 255), ("wav", 1024)])
def test_more_channels_are_refused_in_words(tmp_path, kind, channels):
    (tmp_path / f"a.{kind}").write_bytes(sound(kind, 0.1, channels=channels))
    with pytest.raises(
        EngineRefused, match=f"^audio: the file has {channels} channels; at most 8 are accepted"
    ):
        read_audio(tmp_path / f"a.{kind}")


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_a_huge_tag_before_the_sound_is_passed_over(tmp_path):
    size = 64 << 20
    synchsafe = bytes((size >> shift) & 0x7F for shift in (21, 14, 7, 0))
    path = tmp_path / "tagged.mp3"
    path.write_bytes(b"ID3\4\0\0" + synchsafe + bytes(size) + sound("mp3", 3))
    error, most = done_in_a_process("repaint", path, repainting_start=-1, repainting_end=-1)
    assert error is None or "\n" not in error
    assert most < 400
