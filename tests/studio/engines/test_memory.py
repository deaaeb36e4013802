"""The memory that a worker takes for a long recording, by how it grows from a short one to a longer one."""

import json
import os
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
from audiopod_mcp.music.synthesis import multitrack
from audiopod_mcp.studio.engines.base import Work
from audiopod_mcp.studio.jobs.task import Order, perform
# So that short recordings are treated as long ones are: kept on the disk, and worked on in many stretches.
multitrack.IN_MEMORY, multitrack.BLOCK = 0, 1 << 15
task, params, *sources = sys.argv[1:]
for source in map(Path, sources):
    # Not getrusage: that counts what the process that started this one had.
    Path("/proc/self/clear_refs").write_text("5")
    work = Work(task, json.loads(params), {"source": source}, None, source.parent / source.stem)
    result = perform(Order(work, "local"))
    assert result.error is None, result.error
    print(int(re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())[1]) / 1024)
"""
AS_IT_IS_NEEDED = {"MALLOC_MMAP_THRESHOLD_": str(4 << 20)}
"""What is large is given back at once: else the C library learns from what was freed before how much to keep."""


def beats(minutes):
    """Noise in time, twice a second, on a low note: stereo as (samples, 2)."""
    time = np.arange(round(minutes * 60 * RATE)) / RATE
    noise = np.random.default_rng(1).standard_normal((len(time), 2)) * np.exp(-20 * (time % 0.5))[:, None]
    return (0.2 * noise + 0.2 * np.sin(2 * np.pi * 110 * time)[:, None]).astype(np.float32)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="the peak of a process is measured otherwise elsewhere")
@pytest.mark.parametrize(
    ("task", "params", "minutes"),
    [  # The last two lengths are compared; before those, what is needed is imported.
        ("edit", {"edit_target_prompt": "brighter, 10% faster"}, (0.05, 1, 2)),
        ("edit", {"edit_target_prompt": "9 dB of saturation, high-pass at 60 Hz"}, (0.05, 1, 2)),
        ("extend", {"caption": "more rock", "left_extend_length": 5}, (0.5, 2)),
    ],
    ids=["faster", "saturated", "extended"],
)
def test_twelve_minutes_would_take_less_than_a_gigabyte(tmp_path, task, params, minutes):
    sources = [tmp_path / f"{length} minutes.wav" for length in minutes]
    for source, length in zip(sources, minutes, strict=True):
        source.with_suffix("").mkdir()
        soundfile.write(source, beats(length), RATE, subtype="PCM_16")
    command = [sys.executable, "-c", WORK, task, json.dumps({**params, "seed": 1}), *sources]
    environment = os.environ | AS_IT_IS_NEEDED
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=environment)
    *_, shorter, longer = peaks = [float(line) for line in done.stdout.split()]
    growth = (longer - shorter) / (minutes[-1] - minutes[-2])
    assert longer + growth * (LONGEST - minutes[-1]) < LIMIT, peaks
