"""The memory that a worker takes for a long recording, by how it grows from a short one to a longer one."""

import json
import subprocess
import sys

import numpy as np
import pytest
import soundfile

RATE = 44_100
LIMIT = 1000
"""MiB of a worker at most, whatever comes."""
LONGEST = 12
"""Minutes of stereo that may be changed."""

WORK = """
import json, re, sys
from pathlib import Path
from audiopod_mcp.studio.engines.base import Work
from audiopod_mcp.studio.jobs.task import Order, perform
task, params, source, folder = sys.argv[1:]
work = Work(task, json.loads(params), {"source": Path(source)}, None, Path(folder))
result = perform(Order(work, "local"))
assert result.error is None, result.error
# Not getrusage: that counts what the process that started this one had.
print(int(re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())[1]) / 1024)
"""


def beats(minutes):
    """Noise in time, twice a second, on a low note: stereo as (samples, 2)."""
    time = np.arange(round(minutes * 60 * RATE)) / RATE
    noise = np.random.default_rng(1).standard_normal((len(time), 2)) * np.exp(-20 * (time % 0.5))[:, None]
    return (0.2 * noise + 0.2 * np.sin(2 * np.pi * 110 * time)[:, None]).astype(np.float32)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="the peak of a process is measured otherwise elsewhere")
@pytest.mark.parametrize(
    ("task", "params"),
    [
        ("edit", {"edit_target_prompt": "brighter, 10% faster"}),
        ("edit", {"edit_target_prompt": "9 dB of saturation, high-pass at 60 Hz"}),
        ("extend", {"caption": "go on", "right_extend_length": 5, "left_extend_length": 5}),
    ],
    ids=["faster", "saturated", "extended"],
)
def test_twelve_minutes_would_take_less_than_a_gigabyte(tmp_path, task, params):
    peaks = []
    lengths = (3.5, 5)  # a stereo recording of the shorter one is kept on the disk already
    for minutes in lengths:
        source, folder = tmp_path / f"{minutes}.wav", tmp_path / f"job {minutes}" / "media"
        folder.mkdir(parents=True)
        soundfile.write(source, beats(minutes), RATE, subtype="PCM_16")
        command = [sys.executable, "-c", WORK, task, json.dumps({**params, "seed": 1}), source, folder]
        peaks.append(float(subprocess.run(command, check=True, capture_output=True, text=True).stdout))
    growth = (peaks[1] - peaks[0]) / (lengths[1] - lengths[0])
    assert peaks[1] + growth * (LONGEST - lengths[1]) < LIMIT, peaks
